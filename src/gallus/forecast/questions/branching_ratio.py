r"""The branching ratio of 51Cr that would explain the gallium anomaly, and who can measure it.

A larger branching ratio f to the 320 keV level lowers the activity that gammas or heat stand for,
and the captures per decay (:mod:`gallus.sources.branching_ratio`): :func:`explaining_shift`. In a
scintillator the recoils of the 430 keV lines end in a step at 270 keV. Use
:func:`brute_force_events` for the events that the step alone needs without background, and
:func:`branching_ratio_sensitivity` for a set-up, where

.. math:: \frac{dN}{df} = \frac{N_l}{f} - \frac{N_h}{1 - f}

with the counts N_h and N_l of the high and low lines, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.forecast.fisher import error_budget, marginal_errors
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import CountedResult, Observations, expected_counts, telling
from gallus.forecast.questions.coupling_columns import (
    Information,
    informed,
    line_part,
    sequence,
)
from gallus.forecast.questions.line_measurement import step_measurement
from gallus.interactions.gallium_capture import cross_section
from gallus.response.energy import EnergyResolution
from gallus.sources.branching_ratio import chromium_effect

Activity = Literal["gamma-counting", "calorimetry"]
ACTIVITIES: Final[tuple[Activity, ...]] = get_args(Activity)
"""How the activity of the source was measured; both ways need the branching ratio."""
BRANCHING_RATIO = "branching_ratio"
OBSERVED_RATIO = 0.80
"""Ratio that a shift of the branching ratio is to explain where none is named."""


class Shift(NamedTuple):
    """Change of the branching ratio that explains a ratio, and what it is counted from."""

    activity: Activity
    ratio: float
    adopted: float
    needed: float

    @property
    def shift(self) -> float:
        """Needed less adopted branching ratio."""
        return self.needed - self.adopted


@dataclass(frozen=True, kw_only=True)
class BranchingRatioResult(CountedResult):
    """What a run says about the branching ratio.

    What else is counted is in :class:`~gallus.forecast.questions.base.CountedResult`.

    Parameters
    ----------
    branching_ratio, error : float
        f that is adopted for 51Cr, from which the shift starts, and its one-sigma error, all pulls
        included. The fractions of a line set add up to a little else: 9.88 or 9.93 %, not 9.91 %.
    shift : float
        Change of f that is to be seen.
    excited_share : float
        Share of the signal that the low lines cause.
    """

    branching_ratio: float
    error: float
    shift: float
    excited_share: float

    @property
    def sigma(self) -> float:
        """Standard deviations of the shift."""
        return abs(self.shift) / self.error


def explaining_shift(
    ratio: float, activity: Activity, capture_model: str = "bahcall-1997"
) -> Shift:
    """Branching ratio that turns an observed gallium ratio into one.

    A larger one lowers the activity that gammas or heat stand for, and the captures per decay.

    Parameters
    ----------
    ratio : float
        Observed over expected captures.
    activity : str
        ``gamma-counting`` or ``calorimetry``.
    capture_model : str
        Cross section of 71Ga: the share of the captures by the low lines.

    Raises
    ------
    InputError
        If the method is unknown or the ratio is not above 0.
    """
    if activity not in ACTIVITIES:
        raise unknown_name("activity", activity, ACTIVITIES)
    if not 0 < ratio <= 1:
        raise InputError("is no ratio", key="ratio", value=ratio, allowed="above 0, at most 1")
    effect = chromium_effect(cross_section(capture_model).low_line_share())
    solve = effect.needed_from_gammas if activity == ACTIVITIES[0] else effect.needed_from_heat
    return Shift(activity, ratio, effect.branching_ratio, solve(ratio))


def brute_force_events(
    ratio: float,
    activity: Activity,
    n_sigma: float = 3.0,
    threshold_MeV: float = 0.2,
    resolution: EnergyResolution | None = None,
) -> float:
    """Events above the threshold that show, by the step alone, the shift that explains a ratio.

    Parameters
    ----------
    ratio, activity
        As of :func:`explaining_shift`.
    n_sigma : float
        Standard deviations of the shift.
    threshold_MeV, resolution
        As of :func:`step_measurement`.
    """
    shift = explaining_shift(ratio, activity).shift
    return step_measurement(threshold_MeV, resolution).events_needed(shift, n_sigma)


def branching_ratio_sensitivity(
    observations: Observations, shift: float | None = None, *, information: Information = "shape"
) -> BranchingRatioResult:
    """Error of the branching ratio in set-ups with 51Cr, with their backgrounds and pulls.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons.
    shift : float, optional
        Change to be seen; that which explains a ratio of 0.80 and an activity from gammas if not
        given.
    information : str
        ``shape``: the size of the signal is free, since the activity depends on f; ``both``: it is
        known within the pulls; ``rate``: from it alone.

    Raises
    ------
    InputError
        If all lines go with one level of the daughter, or the shift is zero.
    """
    explaining = explaining_shift(OBSERVED_RATIO, "gamma-counting")
    if shift is None:
        shift = explaining.shift
    if not (shift != 0 and np.isfinite(shift)):
        raise InputError("is no shift", key="shift", value=shift, allowed="not 0")
    several = sequence(observations)
    expectation, columns = informed(several, _columns, information)
    counts = expected_counts(several)
    with telling(information, "shape, both"):
        error = marginal_errors(expectation, columns)[BRANCHING_RATIO]
    low = float(sum(line_part(each, _weights(each)[1]).sum() for each in several))
    return BranchingRatioResult(
        branching_ratio=explaining.adopted,
        error=error,
        shift=shift,
        excited_share=low / counts.events,
        information=information,
        events=counts.events,
        background=counts.background,
        limits=error_budget(expectation, columns, BRANCHING_RATIO),
    )


def _weights(observation: Observation) -> tuple[Array, Array]:
    """1 for the lines of the ground state, and 1 for those of the excited level."""
    excited = np.array([line.level_MeV > 0 for line in observation.setup.lines()])
    if excited.all() or not excited.any():
        raise InputError(
            "has no branching ratio: all decays go to one level",
            key="source.nuclide",
            value=observation.setup.source.nuclide,
            allowed="51Cr",
        )
    return (~excited).astype(np.float64), excited.astype(np.float64)


def _branching_ratio(observation: Observation) -> float:
    """Share of the decays to the excited level, of the lines of the source."""
    fractions = np.array([line.fraction for line in observation.setup.lines()])
    return float(fractions @ _weights(observation)[1] / fractions.sum())


def _columns(observation: Observation) -> Mapping[str, Array]:
    ground, excited = _weights(observation)
    f = _branching_ratio(observation)
    return {BRANCHING_RATIO: line_part(observation, excited / f - ground / (1 - f))}
