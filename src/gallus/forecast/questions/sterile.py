r"""Sensitivity to a sterile neutrino: by the rate, by the shape in distance, by both.

:func:`sterile_exclusion` takes data without sterile mixing and asks which mixing they exclude,
:func:`sterile_discovery` data with it and asks whether they exclude that there is none. On a grid
all pulls are profiled in closed form, with the variance of the counts without mixing; the exact
deviance of single points is that of :func:`exclusion_chi2` and :func:`discovery_chi2`.
:func:`sin2_errors` is the error of small mixing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.expectation import SHARED
from gallus.forecast.fisher import inverse_variance, marginal_errors
from gallus.forecast.questions.base import Observations, listed
from gallus.forecast.questions.sterile_counts import (
    MIXING,
    NORMALISATION,
    SCALING,
    SPLITTING,
    Information,
    SterileCounts,
    joint_null,
    joint_tested,
)
from gallus.inference.grid import Grid
from gallus.inference.wilks import wilks_threshold
from gallus.oscillation.sterile import Sterile, sterile_share


@dataclass(frozen=True, eq=False)
class SterileSensitivity:
    """Delta chi2 on a grid of mixing and splitting.

    Parameters
    ----------
    grid : Grid
        Axes sin2_2theta_ee and delta_m2_41_eV2, in this order.
    delta_chi2 : array, shape of the grid
        Of no mixing against mixing, or the other way round.
    information : str
        ``rate``, ``shape`` or ``both``.
    question : str
        ``exclusion`` or ``discovery``.
    names : tuple of str
        Observations.
    """

    grid: Grid
    delta_chi2: Array
    information: Information
    question: str
    names: tuple[str, ...]

    def region(self, level: float = 0.95, dof: int = 2) -> NDArray[np.bool_]:
        """Where delta chi2 is above that of a confidence level (Wilks), shape of the grid."""
        return self.delta_chi2 > wilks_threshold(level, dof)

    def contour(self, level: float = 0.95, dof: int = 2) -> Array:
        """Smallest mixing in reach at each splitting, not a number where there is none.

        Between the points of the grid the root of delta chi2 is a straight line in the mixing.

        Parameters
        ----------
        level : float
            Confidence level.
        dof : int
            Parameters of which the region is; 1 for a limit at a given splitting.

        Returns
        -------
        array, shape (splittings,)
        """
        threshold = math.sqrt(wilks_threshold(level, dof))
        mixing = self.grid.axis(MIXING).values
        found = [_crossing(mixing, row, threshold) for row in np.sqrt(self.delta_chi2).T]
        return np.array(found)

    def as_dict(self, levels: Sequence[float] = (0.95,)) -> dict[str, object]:
        """Plain numbers for JSON; the limits have None where there is no sensitivity."""
        contours = {
            str(level): [None if math.isnan(x) else x for x in self.contour(level).tolist()]
            for level in levels
        }
        return {
            "question": self.question,
            "information": self.information,
            "observations": list(self.names),
            "delta_m2_41_eV2": self.grid.axis(SPLITTING).values.tolist(),
            "sin2_2theta_ee": self.grid.axis(MIXING).values.tolist(),
            "limits": contours,
        }


def sterile_exclusion(
    observations: Observations, grid: Grid, information: Information = "both"
) -> SterileSensitivity:
    """Which mixing is excluded if there is none.

    Parameters
    ----------
    observations : Observation or sequence of Observation
        One run, or several together.
    grid : Grid
        Axes sin2_2theta_ee and delta_m2_41_eV2.
    information : {"rate", "shape", "both"}
        Number of events, distribution of their distances with a free number, or both.

    Raises
    ------
    InputError
        If the grid has other axes.
    """
    return _on_grid(observations, grid, information, "exclusion")


def sterile_discovery(
    observations: Observations, grid: Grid, information: Information = "both"
) -> SterileSensitivity:
    """Where the absence of mixing is excluded if there is mixing; as :func:`sterile_exclusion`."""
    return _on_grid(observations, grid, information, "discovery")


def exclusion_chi2(
    observations: Observations,
    sin2_2theta: float,
    delta_m2_eV2: float,
    information: Information = "both",
) -> float:
    """Deviance of mixing at one point for data without, all pulls profiled, exact."""
    parts = _parts(observations, information)
    tested = joint_tested(parts, sin2_2theta, delta_m2_eV2)
    return float(poisson_chi2(joint_null(parts).expected, tested).chi2)


def discovery_chi2(
    observations: Observations,
    sin2_2theta: float,
    delta_m2_eV2: float,
    information: Information = "both",
) -> float:
    """Deviance of no mixing for data with mixing at one point, all pulls profiled, exact."""
    parts = _parts(observations, information)
    truth = joint_tested(parts, sin2_2theta, delta_m2_eV2)
    return float(poisson_chi2(truth.expected, joint_null(parts)).chi2)


def sin2_errors(
    observations: Observations, delta_m2_eV2: ArrayLike, information: Information = "shape"
) -> Array:
    """One-sigma errors of a small sin^2 2theta_ee at given splittings, shape of the splittings.

    Raises
    ------
    InputError
        If mixing at a splitting cannot be told from a pull.
    """
    parts = _parts(observations, information)
    null, splittings = joint_null(parts), np.atleast_1d(np.asarray(delta_m2_eV2, dtype=float))
    slopes = [np.concatenate(list(part.slopes(splittings))) for part in parts]
    columns = np.concatenate(slopes, axis=1)
    errors = [marginal_errors(null, {MIXING: column})[MIXING] for column in columns]
    return np.array(errors).reshape(np.shape(delta_m2_eV2))


# --- on a grid --------------------------------------------------------------------------------


def _on_grid(
    observations: Observations, grid: Grid, information: Information, question: str
) -> SterileSensitivity:
    """Delta chi2 by sums over bins of products of a few vectors, made once per splitting."""
    ordered = _ordered(grid)
    parts = _parts(observations, information)
    mixing, splittings = ordered.axis(MIXING).values, ordered.axis(SPLITTING).values
    u = sterile_share(mixing)
    null = joint_null(parts)
    rows = _signal_rows if question == "exclusion" else _null_rows
    places = [[0, *(1 + null.names.index(n) for n in _names(part, len(parts)))] for part in parts]
    found = []
    for several in zip(*(_products(part, u, splittings, rows) for part in parts), strict=True):
        size = len(null.pulls) + 1
        total = np.zeros((*several[0].shape[:2], size, size))
        for place, products in zip(places, several, strict=True):
            total[..., np.array(place)[:, None], place] += products
        found.append(_profiled(total, null.prior_weights))
    chi2 = np.concatenate(found)
    names = tuple(part.observation.name for part in parts)
    return SterileSensitivity(ordered, chi2.T, information, question, names)


Rows = Callable[[SterileCounts, Array], Array]


def _products(part: SterileCounts, u: Array, splittings: Array, rows: Rows) -> Iterator[Array]:
    """Yield weighted products of residual and templates of one observation, (s, u, 1 + m, 1 + m).

    Residual and templates are sums of S_0, D_1, D_2 and the templates without mixing.
    """
    fixed = np.concatenate([part.used(part.null_signal)[None], part.null.templates])
    root = np.sqrt(inverse_variance(part.null.expected))
    fixed, combination = fixed * root, rows(part, u)
    for changes in part.polynomials(splittings):
        basis = np.concatenate(
            [changes * root, np.broadcast_to(fixed, (len(changes), *fixed.shape))], axis=1
        )
        gram = (basis @ basis.swapaxes(-1, -2))[:, None]
        yield combination @ gram @ combination.swapaxes(-1, -2)


def _null_rows(part: SterileCounts, u: Array) -> Array:
    """Residual and templates in terms of D_1, D_2, S_0 and templates, (u, 1 + m, 3 + m).

    The pulls shift the counts without mixing.
    """
    pulls = len(part.null.pulls)
    rows = np.zeros((len(u), 1 + pulls, 3 + pulls))
    rows[:, 0, :2] = np.stack([u, u**2], axis=-1)
    rows[:, np.arange(1, 1 + pulls), np.arange(3, 3 + pulls)] = 1.0
    return rows


def _signal_rows(part: SterileCounts, u: Array) -> Array:
    """The same where pulls that scale the signal scale the one with mixing."""
    rows = _null_rows(part, u)
    sizes = part.observation.setup.uncertainties
    size = {
        "activity": sizes.activity_percent / 100,
        "cross_section": sizes.cross_section_percent / 100,
        NORMALISATION: 1.0,
    }
    for place, name in enumerate(part.null.names):
        if name in SCALING:
            rows[:, 1 + place, :2] = size[name] * np.stack([u, u**2], axis=-1)
    return rows


def _profiled(products: Array, prior_weights: Array) -> Array:
    """Minimum over the pulls, from products of shape (..., 1 + m, 1 + m)."""
    square, cross = products[..., 0, 0], products[..., 1:, 0]
    if not len(prior_weights):
        return np.asarray(square)
    matrix = products[..., 1:, 1:] + np.diag(prior_weights)
    diagonal = np.einsum("...kk->...k", matrix)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrix * scale[..., None] * scale[..., None, :] + 1e-13 * np.eye(len(prior_weights))
    side = cross * scale
    best = np.linalg.solve(scaled, side[..., None])[..., 0]
    lowest: Array = np.maximum(square - (best * side).sum(axis=-1), 0.0)
    return lowest


def _names(part: SterileCounts, several: int) -> tuple[str, ...]:
    """Names of the pulls of one observation among those of all."""
    own = part.observation.name
    return tuple(
        name if several == 1 or name in SHARED else f"{own}.{name}" for name in part.null.names
    )


def _parts(observations: Observations, information: Information) -> tuple[SterileCounts, ...]:
    return tuple(SterileCounts(each, information) for each in listed(observations))


def _ordered(grid: Grid) -> Grid:
    if set(grid.names) != {MIXING, SPLITTING}:
        raise InputError(
            "has other axes", key="grid", value=grid.names, allowed=f"{MIXING}, {SPLITTING}"
        )
    grid.check(Sterile().parameters)
    return Grid((grid.axis(MIXING), grid.axis(SPLITTING)))


def _crossing(mixing: Array, root: Array, threshold: float) -> float:
    """Where a line through the points first reaches a threshold; not a number if it does not."""
    above = np.flatnonzero(root >= threshold)
    if not len(above):
        return math.nan
    first = int(above[0])
    if first == 0:
        return float(mixing[0])
    share = (threshold - root[first - 1]) / (root[first] - root[first - 1])
    return float(mixing[first - 1] + share * (mixing[first] - mixing[first - 1]))
