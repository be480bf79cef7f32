"""Local minima of a chi2, and which one to quote where several are equally deep.

With as many parameters as data chi2 is zero at several points, and rounding decides which is the
lowest. The one in the widest valley is the most probable for any smooth prior (Laplace's
approximation), and it is the one that a coarse grid finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gallus.arrays import Array
from gallus.inference.coarse_scan import CoarseScan, coarse_scan, refined
from gallus.inference.fit import ALMOST_AS_GOOD
from gallus.inference.minuit import SAME_CHI2, Minimum, hesse, migrad
from gallus.inference.objective import Objective
from gallus.likelihood.base import Likelihood
from gallus.parameters.vector import ParameterVector

STARTS = 10
"""Local minima of the scan that MIGRAD starts from."""

HOPELESS = 9.0
"""Minima of the scan so much above its lowest are not followed: plateaus have many of them."""

MOST_MENTIONED = 2
"""Minima as low as the quoted one that the status sentence names."""

SAME_PLACE = 1e-3
"""Ends of MIGRAD closer than this, as part of the range, are one minimum."""


@dataclass(frozen=True)
class Valley:
    """A local minimum: its place, with the fixed parameters, and its depth."""

    values: dict[str, float]
    chi2: float


def valleys(
    likelihood: Likelihood,
    start: Mapping[str, float],
    fixed: Mapping[str, float],
    scan: int,
    runs_of_migrad: int = STARTS,
) -> tuple[Valley, ...]:
    """Local minima that a coarse scan and MIGRAD find, the one to quote first.

    That is the widest of those not more than 0.001 above the lowest; the others follow by chi2.
    There are none if no parameter is free, or no run of MIGRAD is valid.

    Parameters
    ----------
    likelihood : Likelihood
        What to minimise.
    start, fixed : mapping of str to float
        Instead of the parameters' own starts; parameters that are held.
    scan : int
        About how many evaluations of chi2 the scan takes.
    runs_of_migrad : int
        Local minima of the scan that it starts from, besides `start`.
    """
    parameters = tuple(
        replace(each, start=start.get(each.name, each.start)) for each in likelihood.parameters
    )
    objective = Objective(likelihood, ParameterVector(parameters, fixed))
    if not objective.vector.free:
        return ()
    first = objective.internal(objective.vector.starts)
    coarse = coarse_scan(objective, first, scan)
    starts = [first, *_promising(objective, coarse, runs_of_migrad)]
    runs = sorted((migrad(objective, each) for each in starts), key=lambda run: run.chi2)
    found = _distinct(objective, [run for run in runs if run.valid])
    equal = [run for run in found if run.chi2 <= found[0].chi2 + SAME_CHI2]
    if len(equal) > 1:
        equal.sort(key=lambda run: _volume(objective, run), reverse=True)
    best = equal[:1]
    ordered = [*best, *(run for run in found if all(run is not one for one in best))]
    return tuple(Valley(_values(objective, run), run.chi2) for run in ordered)


def _promising(objective: Objective, coarse: CoarseScan, most: int) -> list[Array]:
    """Local minima of the scan that are not far above the lowest."""
    if not coarse.axes:
        return []
    found = refined(objective, coarse, most)
    chi2 = objective.chi2_of(found)
    return [point for point, each in zip(found, chi2, strict=True) if each <= chi2[0] + HOPELESS]


def undoubted_first(
    minima: Sequence[Valley], doubtful: Callable[[dict[str, float]], bool]
) -> tuple[Valley, ...]:
    """Of minima as deep as the first, put those first where the model says what it means."""

    def behind(each: Valley) -> bool:
        return each.chi2 > minima[0].chi2 + SAME_CHI2 or doubtful(each.values)

    return tuple(sorted(minima, key=behind))


def with_other_minima(status: str, minima: Sequence[Valley]) -> str:
    """Add to a sentence what is known of other minima, the first being the one that is quoted."""
    best, others = minima[:1], minima[1:]
    equal = [each for each in others if each.chi2 <= best[0].chi2 + SAME_CHI2]
    if equal:
        points = "; ".join(_in_words(each) for each in equal[:MOST_MENTIONED])
        count = f"{len(equal)} narrower valleys" if len(equal) > 1 else "a narrower valley"
        more = f"chi2 is as low, within {SAME_CHI2:g}, in {count}, at {points}"
        more += ", ..." if len(equal) > MOST_MENTIONED else ""
    elif others and others[0].chi2 <= best[0].chi2 + ALMOST_AS_GOOD:
        excess = others[0].chi2 - best[0].chi2
        more = f"another minimum is {excess:.2g} higher in chi2, at {_in_words(others[0])}"
    else:
        return status
    return f"{status.rstrip('.')}; {more}."


def _in_words(valley: Valley) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in valley.values.items())


def _distinct(objective: Objective, runs: list[Minimum]) -> list[Minimum]:
    """Runs that ended at different places."""
    width = np.diff(objective.limits())[:, 0]
    found: list[Minimum] = []
    for run in runs:
        size = SAME_PLACE * np.where(np.isfinite(width), width, np.maximum(abs(run.point), 1.0))
        if not any(np.all(abs(run.point - other.point) <= size) for other in found):
            found.append(run)
    return found


def _volume(objective: Objective, run: Minimum) -> float:
    """Product of the errors along the principal axes, 0 if unknown.

    Errors are those of the logarithm where the scale of a parameter is logarithmic.
    """
    determinant = float(np.linalg.det(np.nan_to_num(hesse(objective, run, {}).covariance)))
    return math.sqrt(max(determinant, 0.0))


def _values(objective: Objective, run: Minimum) -> dict[str, float]:
    values = objective.vector.values(objective.external(run.point))
    return {name: float(value) for name, value in values.items()}
