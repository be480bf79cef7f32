r"""How many standard deviations a deficit of electron neutrinos would be seen with.

The hypothesis is that nothing is lost; its variance decides, as in :math:`\sigma = 1/\sqrt{N}`.
Without backgrounds and uncertainties a deficit x needs :math:`(n/xr)^2` events for n standard
deviations, with r = 1 for a loss into sterile states and :math:`1 - \sigma_{\mu\tau}/\sigma_e`
for one into active flavours: :func:`events_needed`. :func:`deficit_sensitivity` has all the rest,
and :func:`deficit_against` what a design changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, located, unknown_name
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.fisher import error_budget, marginal_errors
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import (
    Observations,
    expected_counts,
    joint,
    listed,
    together,
)
from gallus.oscillation.deficit import Deficit, Loss

GALLIUM = 0.2
"""The deficit of the talk, a round number near what gallium sees."""


@dataclass(frozen=True)
class DeficitSensitivity:
    """What a run says about a deficit.

    Parameters
    ----------
    deficit : float
        Share of the electron neutrinos that is lost.
    lost_to : str
        ``sterile`` or ``active``.
    error : float
        One sigma of the deficit, if there is none.
    sigma_poisson : float
        Standard deviations with the deviance of the counts that the deficit leaves, by Wilks; for
        large deficits it differs from `sigma`, which has the variance of the hypothesis.
    events, background : float
        Expected counts without deficit.
    limits : mapping of str to float
        What the error is made of.
    """

    deficit: float
    lost_to: Loss
    error: float
    sigma_poisson: float
    events: float
    background: float
    limits: Mapping[str, float]

    @property
    def sigma(self) -> float:
        """Standard deviations: deficit over its error."""
        return self.deficit / self.error

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "deficit": self.deficit,
            "lost_to": self.lost_to,
            "sigma": self.sigma,
            "sigma_poisson": self.sigma_poisson,
            "error": self.error,
            "events": self.events,
            "background": self.background,
            "limits": dict(self.limits),
        }


@dataclass(frozen=True, eq=False)
class DeficitCurve:
    """Sensitivity against one value of the design.

    Parameters
    ----------
    key : str
        What is varied.
    values : array, shape (k,)
        Its values.
    results : tuple of DeficitSensitivity
        At each.
    """

    key: str
    values: Array
    results: tuple[DeficitSensitivity, ...]

    @property
    def sigma(self) -> Array:
        """Standard deviations at each value, shape (k,)."""
        return np.array([each.sigma for each in self.results])

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        results = [each.as_dict() for each in self.results]
        return {"key": self.key, "values": self.values.tolist(), "results": results}


def deficit_sensitivity(
    observations: Observations, deficit: float = GALLIUM, *, lost_to: Loss = "sterile"
) -> DeficitSensitivity:
    """Standard deviations with which a deficit would be seen.

    Parameters
    ----------
    observations : Observation or sequence of Observation
        One run, or several together.
    deficit : float
        Share of the electron neutrinos that is lost, above 0, at most 1.
    lost_to : {"sterile", "active"}
        Where they go.

    Raises
    ------
    InputError
        If there is no deficit, or nothing is counted.
    """
    _check(deficit)
    several = listed(observations)
    null, column = joint(several), lost_counts(several, lost_to)
    columns = {"deficit": column}
    truth = null.expected - deficit * column
    chi2 = float(poisson_chi2(truth, null).chi2)
    return DeficitSensitivity(
        deficit,
        lost_to,
        marginal_errors(null, columns)["deficit"],
        math.sqrt(max(chi2, 0.0)),
        *expected_counts(several),
        error_budget(null, columns, "deficit"),
    )


def lost_counts(observations: Observations, lost_to: Loss) -> Array:
    """Counts that a deficit of 1 takes away, shape (n,) of all observations side by side."""
    model = Deficit(lost_to)
    lost = [
        each.signal(model, {"deficit": 0.0}) - each.signal(model, {"deficit": 1.0})
        for each in listed(observations)
    ]
    return together(lost)


def deficit_against(
    observation: Observation,
    key: str,
    values: Sequence[float],
    deficit: float = GALLIUM,
    *,
    lost_to: Loss = "sterile",
) -> DeficitCurve:
    """Sensitivity to a deficit against one value of the design.

    Parameters
    ----------
    observation : Observation
        One run.
    key : str
        ``days``; ``background.NAME.error_percent`` or ``background.NAME.per_day``; or any key of a
        value of the set-up, such as ``uncertainties.activity_percent``, ``periods.source_off_days``
        or ``detection.threshold_keV``.
    values : sequence of float
        Its values.
    deficit, lost_to
        As for :func:`deficit_sensitivity`.

    Raises
    ------
    InputError
        If the key is unknown or a value is not allowed.
    """
    changed = [varied(observation, key, float(value)) for value in values]
    results = [deficit_sensitivity(each, deficit, lost_to=lost_to) for each in changed]
    return DeficitCurve(key, np.asarray(values, dtype=np.float64), tuple(results))


def varied(observation: Observation, key: str, value: float) -> Observation:
    """The observation with one value of its design changed; keys as in :func:`deficit_against`."""
    if key == "days":
        return observation.with_days(value)
    if key.startswith("background."):
        return _other_background(observation, key, value)
    if key.startswith("uncertainties."):
        return observation.with_uncertainties(**{key.partition(".")[2]: value})
    return observation.rebuilt({key: value})


def events_needed(
    observations: Observations,
    n_sigma: float,
    deficit: float = GALLIUM,
    *,
    lost_to: Loss = "sterile",
) -> float:
    """Undisturbed events at which a deficit would be seen with n standard deviations.

    All counts grow by one factor, signal and background alike; what is known of the pulls stays.

    Parameters
    ----------
    observations : Observation or sequence of Observation
        One run, or several together.
    n_sigma : float
        Standard deviations, above 0.
    deficit, lost_to
        As for :func:`deficit_sensitivity`.

    Returns
    -------
    float
        Infinite if the pulls forbid it whatever the number of events.

    Raises
    ------
    InputError
        If `n_sigma` or the deficit are not positive.
    """
    _check(deficit)
    if not n_sigma > 0:
        raise InputError("is not positive", key="n_sigma", value=n_sigma, allowed="above 0")
    several = listed(observations)
    null, column = joint(several), lost_counts(several, lost_to)
    wanted = deficit / n_sigma

    def error(logarithm: float) -> float:
        factor = math.exp(logarithm)
        larger = replace(null, expected=null.expected * factor, templates=null.templates * factor)
        return marginal_errors(larger, {"deficit": column * factor})["deficit"]

    low, high = -LONGEST, LONGEST
    if error(high) > wanted:
        return math.inf
    from scipy.optimize import brentq

    root = brentq(lambda x: error(x) / wanted - 1, low, high, xtol=1e-12)
    return float(math.exp(root) * expected_counts(several).events)


BACKGROUND_VALUES = ("error_percent", "per_day")
"""What of a background may be varied."""
LONGEST = 16.0
"""Logarithm of the largest factor by which counts are made more or fewer."""


def _other_background(observation: Observation, key: str, value: float) -> Observation:
    name, _, quantity = key.removeprefix("background.").rpartition(".")
    names = [each.name for each in observation.backgrounds]
    if name not in names:
        raise unknown_name("background", name, names)
    place = names.index(name)
    if quantity not in BACKGROUND_VALUES:
        raise unknown_name("value of a background", quantity, BACKGROUND_VALUES)
    known = observation.backgrounds[place]
    with located(key):
        if quantity == "per_day":
            other = replace(known, per_day=value)
        else:
            other = replace(known, relative_error=value / 100)
    several = (*observation.backgrounds[:place], other, *observation.backgrounds[place + 1 :])
    return observation.with_backgrounds(several)


def _check(deficit: float) -> None:
    if not 0 < deficit <= 1:
        raise InputError(
            "is not a deficit", key="deficit", value=deficit, allowed="above 0, at most 1"
        )
