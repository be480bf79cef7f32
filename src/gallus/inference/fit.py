"""Best fit of a likelihood: coarse scan, MIGRAD from the best local minima, HESSE, MINOS.

The scan makes the global minimum likely where there are many local ones (oscillations); it does not
prove it. A minimum narrower than a cell of the grid needs a larger ``scan``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, log_ndtr

from gallus.errors import InputError
from gallus.inference.coarse_scan import coarse_scan, refined
from gallus.inference.fit_result import FitResult, FittedParameter
from gallus.inference.minuit import (
    SAME_CHI2,
    Errors,
    Minimum,
    hesse,
    migrad,
    minos_errors,
    to_bounds,
    without_effect,
)
from gallus.inference.objective import Objective, plain, point_in_words
from gallus.likelihood.base import Likelihood, eliminated, nuisances
from gallus.parameters.parameter import check_names, union, with_starts
from gallus.parameters.vector import ParameterVector
from gallus.recipes.base import chi2_p_value, two_sided_sigma

SCAN = 20000
"""Evaluations of chi2 in the coarse scan."""

STARTS = 6
"""Local minima of the scan that MIGRAD starts from, besides the start values."""

ALMOST_AS_GOOD = 4.0
"""Local minima are mentioned up to this much chi2 above the global one."""

HUGE_DELTA = 1000.0
"""Where p-values are near the smallest floating-point number."""


class Comparison(NamedTuple):
    """A fit next to that of its null hypothesis."""

    chi2: float | None = None
    delta: float | None = None
    extra: int | None = None
    significance: float | None = None
    problem: str = ""


def fit(
    likelihood: Likelihood,
    *,
    start: Mapping[str, float] | None = None,
    fixed: Mapping[str, float] | None = None,
    null: Likelihood | None = None,
    scan: int = SCAN,
    minos: bool = False,
) -> FitResult:
    """Minimise chi2 over all parameters that are not fixed. A fit that fails says so, and returns.

    Parameters
    ----------
    likelihood : Likelihood
        One, or a sum.
    start : mapping of str to float, optional
        Instead of the parameters' own starts.
    fixed : mapping of str to float, optional
        Parameters, or nuisances that are else eliminated, to be held. Their constraints stay in
        chi2, but are not counted as data.
    null : Likelihood, optional
        The same data under the null hypothesis; it is minimised with the same `start` and `fixed`.
    scan : int
        About how many evaluations of chi2 the coarse scan takes (a tenth, if the likelihood takes
        no grids), see :func:`gallus.inference.coarse_scan.coarse_scan`; 0 for none.
    minos : bool
        Find asymmetric errors too.

    Returns
    -------
    FitResult
        Best values, errors, chi2.

    Raises
    ------
    InputError
        If a name is unknown, a value is not allowed, or chi2 is not a number somewhere (the
        parameters are named).
    """
    objective = _objective(likelihood, dict(start or {}), dict(fixed or {}))
    found, others = global_minimum(objective, scan)
    found, held = to_bounds(objective, found)
    idle = without_effect(objective, found.point, held)
    errors = hesse(objective, found, held | {k: float(found.point[k]) for k in idle})
    parameters = _parameters(objective, found, held, errors, minos)
    values = objective.vector.values(objective.external(found.point))
    against = _against_null(objective, found, null, start or {}, scan)
    dof = _dof(objective)
    at_bounds = [(name, each) for name, each in parameters.items() if each.at_bound]
    stretch = objective.stretch(found.point)
    return FitResult(
        parameters=parameters,
        fixed=dict(objective.vector.fixed),
        nuisances=dict(plain(nuisances(likelihood, values))),
        chi2_min=found.chi2,
        dof=dof,
        p_value=chi2_p_value(max(found.chi2, 0.0), dof) if dof > 0 else None,
        chi2_null=against.chi2,
        delta_chi2=against.delta,
        extra_parameters=against.extra,
        significance_sigma=against.significance,
        covariance=errors.covariance * np.outer(stretch, stretch),
        valid=found.valid,
        status=_sentence(
            f"The minimum is not valid: {found.problem}" if found.problem else _FOUND,
            *(f"{name} is at its {each.at_bound} bound" for name, each in at_bounds),
            *(f"{objective.vector.names[k]} has no effect on chi2 there" for k in idle),
            errors.problem,
            _other_minima(objective, found, others, errors),
            against.problem,
        ),
        citations=tuple(getattr(likelihood, "citations", ())),
    )


def global_minimum(objective: Objective, scan: int = SCAN) -> tuple[Minimum, list[Minimum]]:
    """Lowest end of MIGRAD from the best local minima of a coarse scan, and the other ends."""
    start = objective.internal(objective.vector.starts)
    if not len(start):
        return Minimum(start, objective.chi2_at(start), True), []
    coarse = coarse_scan(objective, start, scan)
    starts = [start, *(refined(objective, coarse, STARTS) if coarse.axes else [])]
    runs = sorted((migrad(objective, each) for each in starts), key=lambda run: run.chi2)
    good = [run for run in runs if run.valid and run.chi2 <= runs[0].chi2 + SAME_CHI2]
    best = (good or runs)[0]
    return _without_idle(objective, best), [run for run in runs if run is not best]


def _without_idle(objective: Objective, found: Minimum) -> Minimum:
    """MIGRAD once more with parameters held that have no effect on chi2 where it has failed.

    A width that is too small to matter may be any: there is a minimum in the others.
    """
    idle = [] if found.valid else without_effect(objective, found.point, {})
    if not idle:
        return found
    again = migrad(objective, found.point, {k: float(found.point[k]) for k in idle})
    return again if again.valid and again.chi2 <= found.chi2 + SAME_CHI2 else found


def _objective(
    likelihood: Likelihood, start: dict[str, float], fixed: dict[str, float]
) -> Objective:
    """Check the names and values, and put the starts into the parameters."""
    ordinary = union(likelihood.parameters)
    removable = eliminated(likelihood)
    check_names(ordinary, start)
    check_names((*ordinary, *removable), fixed)
    for name in start.keys() & fixed.keys():
        raise InputError("has a start and is fixed", key=name, allowed="one of them")
    with_starts(ordinary, start)
    held = tuple(each for each in removable if each.name in fixed)
    parameters = tuple(
        replace(each, start=start.get(each.name, each.start)) for each in (*ordinary, *held)
    )
    return Objective(likelihood, ParameterVector(parameters, fixed))


def _parameters(
    objective: Objective, found: Minimum, held: dict[int, float], errors: Errors, minos: bool
) -> dict[str, FittedParameter]:
    vector = objective.external(found.point)
    variances = np.diag(errors.covariance) * objective.stretch(found.point) ** 2
    limits = objective.limits()
    fitted = {}
    for k, name in enumerate(objective.vector.names):
        at_bound = None if k not in held else ("lower" if held[k] == limits[k, 0] else "upper")
        error = float(np.sqrt(variances[k])) if variances[k] > 0 else None
        both = _minos(objective, found, held, k) if minos else None
        fitted[name] = FittedParameter(float(vector[k]), error, both, at_bound)
    return fitted


def _minos(
    objective: Objective, found: Minimum, held: dict[int, float], index: int
) -> tuple[float | None, float | None]:
    """MINOS errors of the parameter itself, not of its logarithm."""

    def distance(shift: float | None, sign: float) -> float | None:
        if shift is None:
            return None
        moved = found.point.copy()
        moved[index] += sign * shift
        return abs(float(objective.external(moved)[index] - vector[index]))

    vector = objective.external(found.point)
    plus, minus = minos_errors(objective, found, held, index)
    return distance(plus, 1.0), distance(minus, -1.0)


def _dof(objective: Objective) -> int:
    """Data and constraints minus parameters; an eliminated nuisance counts like a free one."""
    vector, likelihood = objective.vector, objective.likelihood
    free = [
        each
        for each in eliminated(likelihood)
        if each.constraint is None and each.name not in vector.fixed
    ]
    return likelihood.n_data + vector.constrained - len(vector.free) - len(free)


_FOUND = "The minimum was found"


def _sentence(*clauses: str) -> str:
    return "; ".join(clause for clause in clauses if clause) + "."


def _other_minima(
    objective: Objective, found: Minimum, others: Sequence[Minimum], errors: Errors
) -> str:
    """Mention the best local minimum that is nearly as good and more than one error away."""
    scale = np.sqrt(np.abs(np.diag(errors.covariance)))
    for other in others:
        excess = other.chi2 - found.chi2
        apart = np.any((scale > 0) & (abs(other.point - found.point) > scale))
        if other.valid and apart and excess < ALMOST_AS_GOOD:
            point = objective.vector.values(objective.external(other.point))
            return f"another minimum is {excess:.2g} higher in chi2, at {point_in_words(point)}"
    return ""


def _against_null(
    objective: Objective,
    found: Minimum,
    null: Likelihood | None,
    start: Mapping[str, float],
    scan: int,
) -> Comparison:
    if null is None:
        return Comparison()
    names = {each.name for each in null.parameters}
    known = names | {each.name for each in eliminated(null)}
    fixed = {name: value for name, value in objective.vector.fixed.items() if name in known}
    other = _objective(null, {k: value for k, value in start.items() if k in names}, fixed)
    lowest, _ = global_minimum(other, scan)
    delta = lowest.chi2 - found.chi2
    extra = len(objective.vector.free) - len(other.vector.free)
    problem = f"the fit of the null hypothesis is not valid: {lowest.problem}"
    if lowest.valid:
        problem = "the null hypothesis fits better" if delta < -SAME_CHI2 else ""
    return Comparison(lowest.chi2, delta, extra, _significance(delta, extra), problem)


def _significance(delta_chi2: float, extra: int) -> float | None:
    if extra < 1:
        return None
    delta = max(delta_chi2, 0.0)
    if extra == 1:
        return float(np.sqrt(delta))
    if delta < HUGE_DELTA:
        return two_sided_sigma(chi2_p_value(delta, extra))
    return _asymptotic_significance(delta, extra)


def _asymptotic_significance(delta: float, extra: int) -> float:
    """Solve ln(2 Phi(-z)) = ln Q(extra/2, delta/2) where both would underflow without the ln."""
    shape, half = extra / 2, delta / 2
    log_p_value = (shape - 1) * np.log(half) - half - gammaln(shape) + np.log1p((shape - 1) / half)
    sigma = np.sqrt(delta)
    for _ in range(5):  # Newton; d/dz ln Phi(-z) = -(z + 1/z) up to 1/z^3
        sigma += (np.log(2) + log_ndtr(-sigma) - log_p_value) / (sigma + 1 / sigma)
    return float(sigma)
