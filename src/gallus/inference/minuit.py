"""Minuit, driven: MIGRAD, HESSE, MINOS on an objective, with parameters that end at a bound."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gallus.arrays import Array
from gallus.inference.objective import Objective

if TYPE_CHECKING:
    from iminuit import Minuit

TOLERANCE = 0.01
"""MIGRAD ends when the estimated distance to the minimum is 0.002 of this, in chi2."""

NEAR_BOUND = 0.02
"""Part of the range within which a parameter is tried at its bound."""

OFF_BOUND = 1e-3
"""Part of the range by which a start at a bound is moved off it, at most."""

MOST_SHRINKS = 9
"""Tenths of it that are tried."""

SAME_CHI2 = 1e-3
"""Increase of chi2 that is accepted when a parameter is put to its bound."""


FLAT = 1e-12
"""Relative change of chi2 that is rounding."""


@dataclass(frozen=True)
class Minimum:
    """Where one run of MIGRAD ended.

    Parameters
    ----------
    point : array, shape (n,)
        Internal vector.
    chi2 : float
        Chi2 there.
    valid : bool
        Whether Minuit trusts it.
    problem : str
        Why not.
    """

    point: Array
    chi2: float
    valid: bool
    problem: str = ""


@dataclass(frozen=True)
class Errors:
    """Errors at a minimum.

    Parameters
    ----------
    covariance : array, shape (n, n)
        Of the internal vector; zero for parameters at a bound, NaN if unknown.
    problem : str
        What is wrong with it, empty if nothing.
    """

    covariance: Array
    problem: str = ""


def migrad(objective: Objective, start: Array, held: dict[int, float] | None = None) -> Minimum:
    """Run MIGRAD from a start, with some entries of the vector held.

    Strategy 0 if there is a gradient, else 1.
    """
    return _minimum(_run(objective, start, held or {}))


def to_bounds(objective: Objective, found: Minimum) -> tuple[Minimum, dict[int, float]]:
    """Put parameters that are next to a bound onto it, if chi2 allows, and minimise the others.

    Minuit only approaches a bound; on it, the errors of the other parameters are well defined.

    Returns
    -------
    Minimum, dict
        And the entries that are at a bound, with their values.
    """
    held: dict[int, float] = {}
    for k, (lower, upper) in enumerate(objective.limits()):
        for bound in (lower, upper):
            if not _is_near(found.point[k], bound, lower, upper):
                continue
            if k in without_effect(objective, found.point, held):
                continue
            place = found.point.copy()
            place[k] = bound
            fixed = {**held, k: float(bound)}
            # At the bound others may lose their effect (a splitting without mixing); Minuit would
            # wander along them.
            idle = without_effect(objective, place, fixed)
            trial = migrad(objective, place, fixed | {j: float(place[j]) for j in idle})
            inside = _inside(found.point[k], bound, lower, upper)
            if trial.chi2 <= found.chi2 + SAME_CHI2 and _rises(objective, trial.point, k, inside):
                found, held = trial, fixed
    return found, held


def without_effect(objective: Objective, point: Array, held: dict[int, float]) -> list[int]:
    """Entries of the vector that chi2 does not depend on, in the neighbourhood of a point.

    For instance a mass splitting where the mixing is zero.
    """
    return [
        k
        for k in range(len(point))
        if k not in held and all(_is_flat(objective, point, k, factor) for factor in (-1, 1))
    ]


def hesse(objective: Objective, found: Minimum, held: dict[int, float]) -> Errors:
    """Covariance from the second derivatives at a minimum."""
    size = len(found.point)
    if len(held) == size:
        return Errors(np.zeros((size, size)))
    minuit = _run(objective, found.point, held)
    minuit.strategy = 1
    minuit.hesse()
    if minuit.covariance is None or minuit.fmin is None or minuit.fmin.hesse_failed:
        return Errors(np.full((size, size), np.nan), "the errors are unknown: HESSE failed")
    covariance = np.array(minuit.covariance)
    if not minuit.fmin.has_accurate_covar or minuit.fmin.has_made_posdef_covar:
        return Errors(covariance, "the errors are approximate: chi2 has no clear curvature there")
    return Errors(covariance)


def minos_errors(
    objective: Objective, found: Minimum, held: dict[int, float], index: int
) -> tuple[float | None, float | None]:
    """Upper and lower distance at which chi2, minimised over the others, has grown by one.

    None where a bound comes first, or MINOS fails.
    """
    if index in held:
        lower = objective.limits()[index, 0]
        inward = _inward_error(objective, found, held, index)
        return (inward, None) if held[index] == lower else (None, inward)
    minuit = _run(objective, found.point, held)
    if not minuit.valid:
        return None, None
    name = minuit.parameters[index]
    minuit.minos(name)
    error = minuit.merrors[name]
    return (
        float(error.upper) if error.upper_valid and not error.at_upper_limit else None,
        -float(error.lower) if error.lower_valid and not error.at_lower_limit else None,
    )


def _run(objective: Objective, start: Array, held: dict[int, float]) -> Minuit:
    from iminuit import Minuit  # 0.1 s, and most commands do not fit

    names = list(objective.vector.names)
    gradient = objective.gradient_at if objective.has_gradient else None
    begin = _off_bounds(objective, start)
    minuit = Minuit(objective.chi2_at, begin, grad=gradient, name=names)
    minuit.errordef = Minuit.LEAST_SQUARES
    minuit.strategy = 0 if gradient else 1
    minuit.tol = TOLERANCE
    for k, (lower, upper) in enumerate(objective.limits()):
        minuit.limits[k] = (float(lower), float(upper))
        step = objective.first_step(k, float(start[k]))
        off = min(begin[k] - lower, upper - begin[k])
        minuit.errors[k] = min(step, off) if begin[k] != start[k] else step
    for k, value in held.items():
        minuit.values[k] = value
        minuit.fixed[k] = True
    minuit.migrad()
    return minuit


def _minimum(minuit: Minuit) -> Minimum:
    point = np.array(minuit.values)
    fmin = minuit.fmin
    chi2 = math.inf if minuit.fval is None or math.isnan(minuit.fval) else float(minuit.fval)
    if minuit.valid or fmin is None:
        return Minimum(point, chi2, bool(minuit.valid))
    if fmin.has_reached_call_limit:
        problem = f"no minimum after {minuit.nfcn} calls"
    elif fmin.is_above_max_edm:
        problem = f"estimated distance to the minimum {fmin.edm:.2g}, above {fmin.edm_goal:.2g}"
    else:
        problem = "chi2 has no clear minimum"
    return Minimum(point, chi2, False, problem)


def _off_bounds(objective: Objective, start: Array) -> Array:
    """Start moved off the bounds: exactly there, Minuit sees a derivative of zero.

    By a thousandth of the range, or by as much less as it takes for chi2 to rise by less than one:
    a width may matter in a millionth of its range.
    """
    lower, upper = objective.limits().T
    width = upper - lower
    margin = np.where(np.isfinite(width), OFF_BOUND * width, OFF_BOUND)
    moved = np.clip(start, lower + margin, upper - margin)
    at_bound = moved != start
    if not at_bound.any():
        return moved
    most = objective.chi2_at(np.clip(start, lower, upper)) + 1.0
    for _ in range(MOST_SHRINKS):
        if objective.chi2_at(moved) <= most:
            break
        margin = np.where(at_bound, 0.1 * margin, margin)
        moved = np.clip(start, lower + margin, upper - margin)
    return moved


def _is_near(value: float, bound: float, lower: float, upper: float) -> bool:
    if not math.isfinite(bound):
        return False
    width = upper - lower if math.isfinite(upper - lower) else max(abs(bound), 1.0)
    return abs(value - bound) <= NEAR_BOUND * width


def _is_flat(objective: Objective, point: Array, index: int, factor: float) -> bool:
    lower, upper = objective.limits()[index]
    step = objective.first_step(index, float(point[index]))
    moved = point.copy()
    moved[index] = np.clip(moved[index] + factor * step, lower, upper)
    here = objective.chi2_at(point)
    return abs(objective.chi2_at(moved) - here) <= FLAT * max(abs(here), 1.0)


def _inside(value: float, bound: float, lower: float, upper: float) -> float:
    """Point a little inside the bound."""
    width = upper - lower if math.isfinite(upper - lower) else max(abs(bound), 1.0)
    return bound + math.copysign(1e-4 * width, 1.0 if bound == lower else -1.0)


def _rises(objective: Objective, point: Array, index: int, inside: float) -> bool:
    """Whether chi2 is not smaller a little inside."""
    moved = point.copy()
    moved[index] = inside
    return objective.chi2_at(moved) >= objective.chi2_at(point)


def _inward_error(
    objective: Objective, found: Minimum, held: dict[int, float], index: int
) -> float | None:
    """Distance from a bound at which chi2, minimised over the others, has grown by one."""
    lower, upper = objective.limits()[index]
    bound = held[index]
    far = upper if bound == lower else lower

    def excess(value: float) -> float:
        return migrad(objective, found.point, {**held, index: value}).chi2 - found.chi2 - 1.0

    step = objective.first_step(index, bound)
    step = min(step, 0.5 * (upper - lower))
    outer = bound + math.copysign(step, far - bound)
    while excess(outer) < 0:
        outer = bound + 2 * (outer - bound)
        if abs(outer - bound) > min(abs(far - bound), 1e6 * step):
            return None
    return abs(_bisect(excess, bound, outer) - bound)


def _bisect(function: Callable[[float], float], below: float, above: float) -> float:
    for _ in range(30):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if function(middle) < 0 else (below, middle)
    return 0.5 * (below + above)
