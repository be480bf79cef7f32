r"""Sensitivity to a sterile neutrino: by the rate, by the shape in distance, by both.

:func:`sterile_exclusion` takes data without sterile mixing and asks which mixing they exclude,
:func:`sterile_discovery` data with it and asks whether they exclude that there is none. On a grid
all pulls are profiled in closed form, with the variance of the counts without mixing; the exact
deviance of single points is that of :func:`exclusion_chi2` and :func:`discovery_chi2`.
:func:`sin2_errors` is the error of small mixing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import Setup, with_values
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.fisher import marginal_errors
from gallus.forecast.questions.base import Observations, listed, telling
from gallus.forecast.questions.sterile_counts import (
    MIXING,
    SPLITTING,
    Information,
    SterileCounts,
    joint_null,
    joint_tested,
)
from gallus.forecast.questions.sterile_grid import discovered, excluded
from gallus.inference.grid import Grid
from gallus.inference.threads import one_thread_here
from gallus.inference.wilks import wilks_threshold
from gallus.oscillation.sterile import Sterile

FINE_BINS: Final = {"detection.distance_bins": 120, "detection.bins": 20}
"""Bins that resolve oscillations: those of distance must be finer than the waves."""


def in_fine_bins(chosen: Setup) -> Setup:
    """The set-up with :data:`FINE_BINS`, unless it states its own."""
    stated = chosen.given()
    return with_values(chosen, {k: number for k, number in FINE_BINS.items() if k not in stated})


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
        Numbers of events in energy and time, the distribution of their distances too but with a
        free number, or both.

    Raises
    ------
    InputError
        If the grid has other axes.
    """
    return _on_grid(observations, grid, information, "exclusion", excluded)


def sterile_discovery(
    observations: Observations, grid: Grid, information: Information = "both"
) -> SterileSensitivity:
    """Where the absence of mixing is excluded if there is mixing; as :func:`sterile_exclusion`."""
    return _on_grid(observations, grid, information, "discovery", discovered)


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
    with telling(information, "both, shape"):
        errors = [marginal_errors(null, {MIXING: column})[MIXING] for column in columns]
    return np.array(errors).reshape(np.shape(delta_m2_eV2))


def _on_grid(
    observations: Observations,
    grid: Grid,
    information: Information,
    question: str,
    made: Callable[[Sequence[SterileCounts], Array, Array], Array],
) -> SterileSensitivity:
    ordered, parts = _ordered(grid), _parts(observations, information)
    with one_thread_here():
        chi2 = made(parts, ordered.axis(MIXING).values, ordered.axis(SPLITTING).values)
    names = tuple(part.observation.name for part in parts)
    return SterileSensitivity(ordered, chi2.T, information, question, names)


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
