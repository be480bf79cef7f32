"""The function that a fit minimises: chi2 and constraints of a vector of free parameters.

Inside a fit a parameter on a logarithmic scale is its logarithm ("internal" below).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.likelihood.base import Gradient, Likelihood, gradient, objective
from gallus.parameters.constraints import CorrelatedNormal, Normal, Params, SplitNormal
from gallus.parameters.parameter import constraint_chi2, constraint_slopes
from gallus.parameters.vector import ParameterVector

BLOCK = 4096
"""Points at a time."""

HUGE = 1e30
"""Stands for an infinite chi2: minimisers cannot compute with infinities."""

RUNAWAY = 1e100
"""Beyond this a minimiser runs to infinity (or is at NaN)."""


@dataclass(frozen=True, eq=False)
class Objective:
    """Chi2 of the free parameters of a likelihood, with the fixed ones at their values.

    Parameters
    ----------
    likelihood : Likelihood
        Data and prediction.
    vector : ParameterVector
        Free and fixed parameters; fixed ones may be nuisances that are else eliminated.
    """

    likelihood: Likelihood
    vector: ParameterVector
    logarithmic: Array = field(init=False)

    def __post_init__(self) -> None:
        scales = np.array([each.scale == "log" for each in self.vector.free], dtype=bool)
        object.__setattr__(self, "logarithmic", scales)

    def internal(self, vector: Array) -> Array:
        """Logarithm where the scale is logarithmic, shape (..., n)."""
        return np.where(self.logarithmic, np.log(np.where(self.logarithmic, vector, 1.0)), vector)

    def external(self, internal: Array) -> Array:
        """Inverse of `internal`, kept within the bounds against rounding."""
        exponent = np.where(self.logarithmic, np.minimum(internal, 700.0), 0.0)
        vector = np.where(self.logarithmic, np.exp(exponent), internal)
        lower, upper = np.array(self.vector.limits).reshape(-1, 2).T
        return np.clip(vector, lower, upper)

    def inside(self, internal: Array) -> Array:
        """Nearest vector within the bounds."""
        lower, upper = self.limits().T
        return np.clip(internal, lower, upper)

    def stretch(self, internal: Array) -> Array:
        """Derivative of the external by the internal values."""
        return np.where(self.logarithmic, self.external(internal), 1.0)

    def limits(self) -> Array:
        """Internal bounds, shape (n, 2)."""
        limits = np.array(self.vector.limits).reshape(-1, 2)
        return self.internal(limits.T).T

    def chi2(self, params: Params) -> Array:
        """Chi2 of the data plus all constraints; broadcasts over grids, not checked."""
        likelihood = self.likelihood
        names = {each.name for each in likelihood.parameters}
        held = tuple(each for each in self.vector.parameters if each.name not in names)
        return objective(likelihood, params) + constraint_chi2(held, params)

    def chi2_at(self, internal: Array) -> float:
        """Chi2 of one point; a large number where it is infinite.

        Raises
        ------
        InputError
            If it is not a number, or the likelihood refuses the point; the point is named.
        """
        if not np.all(np.abs(internal) < RUNAWAY):
            return HUGE  # a minimiser that has lost its way, not a fault of the likelihood
        params = self.vector.values(self.external(internal))
        try:
            chi2 = self.chi2(params)
        except InputError as error:
            raise InputError(
                f"{error.problem}, at {point_in_words(params)}",
                file=error.file,
                key=error.key,
                value=error.value,
                allowed=error.allowed,
            ) from error
        return min(check_number(chi2, params), HUGE)

    def chi2_of(self, points: Array) -> Array:
        """Chi2 of many internal vectors, shape (m, n) to (m,); blocks at once if that works.

        Raises
        ------
        InputError
            As `chi2_at`.
        """
        blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
        return np.concatenate([self._chi2_of_block(block) for block in blocks])

    @cached_property
    def takes_grids(self) -> bool:
        """Whether chi2 of three points at once is that of each."""
        lower, upper = np.array([(each.lower, each.upper) for each in self.vector.free]).T
        start = self.vector.starts
        towards = [np.where(np.isfinite(edge), edge, start + 1.0) for edge in (lower, upper)]
        points = self.internal(np.array([start, *(0.7 * start + 0.3 * edge for edge in towards)]))
        together = self._at_once(points)
        single = np.array([self.chi2_at(point) for point in points])
        return together is not None and np.allclose(together, single, rtol=1e-9, atol=1e-9)

    def first_step(self, index: int, value: float) -> float:
        """About the error of a parameter before anything is known, internal."""
        parameter = self.vector.free[index]
        lower, upper = self.limits()[index]
        match parameter.constraint:
            case Normal(sigma=sigma):
                step = sigma
            case SplitNormal(plus=plus, minus=minus):
                step = min(plus, minus)
            case CorrelatedNormal() as block:
                step = block.error(parameter.name)
            case _:
                bounded = math.isfinite(upper - lower)
                return 0.01 * (upper - lower) if bounded else 0.1 * max(abs(value), 1.0)
        return step / math.exp(value) if parameter.scale == "log" else step

    @property
    def has_gradient(self) -> bool:
        """Whether the likelihood offers one."""
        return gradient(self.likelihood) is not None

    def gradient_at(self, internal: Array) -> Array:
        """Derivatives of `chi2_at`, shape (n,)."""
        found: Gradient | None = gradient(self.likelihood)
        if found is None or not np.all(np.abs(internal) < RUNAWAY):
            return np.zeros(len(internal))
        params = self.vector.values(self.external(internal))
        slopes = found(params)
        pulls = constraint_slopes(self.vector.parameters, params)
        total = [
            float(slopes.get(name, 0.0)) + float(pulls.get(name, 0.0)) for name in self.vector.names
        ]
        return np.asarray(total * self.stretch(internal))

    def _chi2_of_block(self, block: Array) -> Array:
        chi2 = self._at_once(block) if self.takes_grids else None
        if chi2 is not None and np.isclose(chi2[0], self.chi2_at(block[0]), rtol=1e-9, atol=1e-9):
            return chi2
        return np.array([self.chi2_at(point) for point in block])

    def _at_once(self, points: Array) -> Array | None:
        """Chi2 by one call, None if the likelihood does not take arrays or finds a fault."""
        params = self.vector.values(self.external(points))
        try:
            chi2 = np.broadcast_to(np.asarray(self.chi2(params), np.float64), (len(points),))
        except (TypeError, ValueError, IndexError):
            # A function that takes numbers only (math.cos, ``if x > 0``, stacked results), or a
            # fault, which comes again when the points are taken one by one.
            return None
        return None if np.isnan(chi2).any() else np.minimum(chi2, HUGE)


def check_number(chi2: Array, params: Params) -> float:
    """Return chi2 as a float.

    Raises
    ------
    InputError
        If it is not one number, or NaN.
    """
    if np.shape(chi2) != ():
        allowed = "one number for one point (a fit takes one data set)"
        raise InputError("has axes", key="chi2", value=np.shape(chi2), allowed=allowed)
    number = float(chi2)
    if np.isnan(number):
        raise InputError(f"is not a number at {point_in_words(params)}", key="chi2")
    return number


def point_in_words(params: Params) -> str:
    """``a = 1, b = 2``."""
    return ", ".join(f"{name} = {float(value):.6g}" for name, value in params.items())


def plain(params: Params) -> Mapping[str, float]:
    """Values as floats."""
    return {name: float(value) for name, value in params.items()}
