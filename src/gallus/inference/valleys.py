"""Local minima of a chi2, and which one to quote where several are equally deep.

With as many parameters as data chi2 is zero at several points, and rounding decides which is the
lowest. The one in the widest valley is the most probable for any smooth prior (Laplace's
approximation), and it is the one that a coarse grid finds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gallus.inference.coarse_scan import coarse_scan, refined
from gallus.inference.minuit import SAME_CHI2, Minimum, hesse, migrad
from gallus.inference.objective import Objective
from gallus.likelihood.base import Likelihood
from gallus.parameters.vector import ParameterVector

STARTS = 10
"""Local minima of the scan that MIGRAD starts from."""

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
    """
    parameters = tuple(
        replace(each, start=start.get(each.name, each.start)) for each in likelihood.parameters
    )
    objective = Objective(likelihood, ParameterVector(parameters, fixed))
    if not objective.vector.free:
        return ()
    first = objective.internal(objective.vector.starts)
    coarse = coarse_scan(objective, first, scan)
    starts = [first, *(refined(objective, coarse, STARTS) if coarse.axes else [])]
    runs = sorted((migrad(objective, each) for each in starts), key=lambda run: run.chi2)
    found = _distinct(objective, [run for run in runs if run.valid])
    equal = [run for run in found if run.chi2 <= found[0].chi2 + SAME_CHI2]
    if len(equal) > 1:
        equal.sort(key=lambda run: _volume(objective, run), reverse=True)
    best = equal[:1]
    ordered = [*best, *(run for run in found if all(run is not one for one in best))]
    return tuple(Valley(_values(objective, run), run.chi2) for run in ordered)


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
