r"""Spectra of the recoils from the two groups of lines of a source, per decay.

The decays to the ground state give the high lines (750 keV of 51Cr), those to the excited level
the low ones (430 keV). With the branching ratio f to that level, the recoils have the spectrum

.. math:: \frac{dN}{dT} \propto (1 - f)\, h(T) + f\, l(T) .

:func:`exact_spectra` has no bins: its cells are the nodes of a quadrature, and sums over them are
integrals (perfect resolution). :func:`binned_spectra` has bins and a resolution. Those in energy
and angle are in :mod:`gallus.forecast.questions.recoil_angle`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array, gauss_legendre
from gallus.errors import InputError
from gallus.interactions.electron_scattering import ScatteringModel
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.response.energy import EnergyResolution, energy_migration
from gallus.sources.radionuclide import Line

NODES = 32
"""Gauss-Legendre nodes between two edges of a spectrum: the integrands are rational."""
FINENESS = 3.0
"""Bins of true energy in one standard deviation of the resolution at the threshold."""
REACH = 6.0
"""Standard deviations from which events still reach a bin."""
LOWEST_MEV = 1e-3
"""Energy below which recoils are not followed."""


@dataclass(frozen=True)
class LineGroups:
    """Lines of the decays to the ground state and to an excited level, each adding up to 1.

    Parameters
    ----------
    ground, excited : tuple of (energy_MeV, share)
        Lines and their shares of the decays of their group.
    branching_ratio : float
        Share of the decays that go to the excited level.
    """

    ground: tuple[tuple[float, float], ...]
    excited: tuple[tuple[float, float], ...]
    branching_ratio: float

    @classmethod
    def of(cls, lines: Iterable[Line], branching_ratio: float | None = None) -> LineGroups:
        """Sort the lines of a source by the level of the daughter.

        Parameters
        ----------
        lines : iterable of Line
            Lines of the source.
        branching_ratio : float, optional
            That of the lines if not given.

        Raises
        ------
        InputError
            If a group is empty or the branching ratio is not between 0 and 1.
        """
        every = tuple(lines)
        groups = [[x for x in every if (x.level_MeV > 0) == excited] for excited in (False, True)]
        if not all(groups):
            raise InputError(
                "have no branching ratio: all decays go to one level", key="lines", allowed="51Cr"
            )
        sums = [sum(line.fraction for line in group) for group in groups]
        f = sums[1] / sum(sums) if branching_ratio is None else branching_ratio
        if not 0 < f < 1:
            raise InputError(
                "is no branching ratio", key="branching_ratio", value=f, allowed="between 0 and 1"
            )
        ground, excited = (
            tuple((line.energy_MeV, line.fraction / total) for line in group)
            for group, total in zip(groups, sums, strict=True)
        )
        return cls(ground, excited, f)

    @property
    def ends_MeV(self) -> tuple[float, ...]:
        """Largest recoil energies of all lines, in increasing order."""
        ends = (float(largest_recoil_MeV(e)) for e, _ in (*self.ground, *self.excited))
        return tuple(sorted(ends))

    def each(self, per_line: Callable[[float], Array]) -> tuple[Array, Array]:
        """Sum something over the lines of each group with their shares."""
        ground, excited = (
            np.sum([share * per_line(energy) for energy, share in group], axis=0)
            for group in (self.ground, self.excited)
        )
        return ground, excited


@dataclass(frozen=True, eq=False)
class LineSpectra:
    """Recoils per decay and electron in cells of what is measured.

    Parameters
    ----------
    ground, excited : array of one shape
        h and l in cm2: cross sections of the two groups in each cell.
    flat : array of that shape
        Share of a background that is flat in energy (and isotropic), adding up to 1.
    branching_ratio : float
        f of the source.
    """

    ground: Array
    excited: Array
    flat: Array
    branching_ratio: float

    @property
    def mean_cm2(self) -> Array:
        """(1 - f) h + f l."""
        f = self.branching_ratio
        return (1 - f) * self.ground + f * self.excited

    @property
    def excited_share(self) -> float:
        """Share of the recoils that the lines of the excited level cause."""
        return float(self.branching_ratio * self.excited.sum() / self.mean_cm2.sum())


def quadrature(edges: Iterable[float], nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights between neighbouring edges, joined."""
    bounds = np.unique(np.asarray(tuple(edges), dtype=np.float64))
    x, weight = gauss_legendre(nodes)
    middle, half = (bounds[1:] + bounds[:-1]) / 2, np.diff(bounds) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * weight).ravel()


def window_edges(
    groups: LineGroups, threshold_MeV: float, upper_MeV: float | None
) -> tuple[float, ...]:
    """Threshold, ends of the spectra above it, and upper end of the window.

    Raises
    ------
    InputError
        If the window contains no recoils of the low lines' neighbourhood: nothing to measure.
    """
    upper = groups.ends_MeV[-1] if upper_MeV is None else upper_MeV
    low_end = float(largest_recoil_MeV(max(e for e, _ in groups.excited)))
    if not 0 <= threshold_MeV < min(low_end, upper):
        raise InputError(
            "leaves nothing of the low lines",
            key="threshold_MeV",
            value=threshold_MeV,
            allowed=f"0 or more, below {min(low_end, upper):.6g}",
        )
    inside = tuple(end for end in groups.ends_MeV if threshold_MeV < end < upper)
    return (threshold_MeV, *inside, upper)


def exact_spectra(
    groups: LineGroups,
    model: ScatteringModel,
    threshold_MeV: float,
    upper_MeV: float | None = None,
) -> LineSpectra:
    """Spectra without bins at perfect resolution: the cells are nodes of a quadrature.

    Parameters
    ----------
    groups : LineGroups
        Lines of the source.
    model : ScatteringModel
        Cross section.
    threshold_MeV, upper_MeV : float
        Window of recoil energies; up to the last recoil if no upper end is given.

    Returns
    -------
    LineSpectra
        Arrays of shape (nodes,).
    """
    edges = window_edges(groups, threshold_MeV, upper_MeV)
    energy, weight = quadrature(edges, NODES)
    ground, excited = groups.each(
        lambda e: weight * model.differential_cm2_per_MeV(np.float64(e), energy)
    )
    flat = weight / (edges[-1] - edges[0])
    return LineSpectra(ground, excited, flat, groups.branching_ratio)


def true_edges_MeV(groups: LineGroups, edges_MeV: Array, resolution: EnergyResolution) -> Array:
    """Bins of true energy that a resolution needs: fine, with the ends of the spectra as edges."""
    low, high = float(edges_MeV[0]), groups.ends_MeV[-1]
    if resolution.perfect:
        inside = [end for end in groups.ends_MeV if low < end < edges_MeV[-1]]
        return np.unique(np.concatenate([edges_MeV, inside]))
    sigma = float(resolution.sigma_MeV(np.asarray(max(low, LOWEST_MEV))))
    start = max(low - REACH * sigma, LOWEST_MEV)
    number = int(np.ceil(FINENESS * (high - start) / sigma))
    inside = [end for end in groups.ends_MeV if end > start]
    return np.unique(np.concatenate([np.linspace(start, high, number + 1), inside]))


def binned_spectra(
    groups: LineGroups,
    model: ScatteringModel,
    edges_MeV: Array,
    resolution: EnergyResolution | None = None,
) -> LineSpectra:
    """Spectra in bins of recorded energy.

    Parameters
    ----------
    groups : LineGroups
        Lines of the source.
    model : ScatteringModel
        Cross section.
    edges_MeV : array, shape (bins + 1,)
        Increasing; the first is the threshold.
    resolution : EnergyResolution, optional
        Perfect if not given.

    Returns
    -------
    LineSpectra
        Arrays of shape (bins,).

    Raises
    ------
    InputError
        If the threshold leaves nothing of the low lines.
    """
    resolution = resolution or EnergyResolution()
    window_edges(groups, float(edges_MeV[0]), float(edges_MeV[-1]))
    true = true_edges_MeV(groups, edges_MeV, resolution)
    ground, excited = groups.each(
        lambda e: np.asarray(model.integral_cm2(np.float64(e), true[:-1], true[1:]))
    )
    migration = energy_migration(edges_MeV, true, resolution)
    flat = np.diff(edges_MeV) / (edges_MeV[-1] - edges_MeV[0])
    return LineSpectra(migration @ ground, migration @ excited, flat, groups.branching_ratio)
