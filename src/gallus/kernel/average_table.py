"""The averaged oscillation as a function of one number, tabulated once.

Without damping the mean of exp(i phi L) over a path-length distribution depends on the phase per
metre alone. A quintic Hermite table, whose first and second derivatives are means of (i L)^n
exp(i phi L) and exact, replaces the sum over cells by a lookup. Use it for grids; a single fit is
faster without. Beyond the table the result is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gallus.arrays import Array, array_namespace, in_blocks, is_traceable
from gallus.kernel.averages import BLOCK, DistanceWeight, mean_with_derivatives


@dataclass(frozen=True, eq=False)
class AverageTable:
    """Means of cos(phi L) and sin(phi L) at equidistant phi from 0.

    Parameters
    ----------
    step_per_m : float
        Distance of the knots in phi.
    coefficients : array, shape (2, 6, intervals)
        Of the polynomials in (phi - left knot)/step, lowest power first; cosine, then sine.
    """

    step_per_m: float
    coefficients: Array

    @classmethod
    def build(cls, weight: DistanceWeight, largest_per_m: float, error: float = 1e-8) -> Self:
        """Tabulate up to a largest phase per metre.

        The error of a quintic Hermite cell is at most step^6/46080 times the mean of L^6, which is
        at most the largest distance to the sixth.

        Parameters
        ----------
        weight : DistanceWeight
            Distribution of L.
        largest_per_m : float
            Largest phi.
        error : float
            Largest absolute error of a mean.
        """
        step = (46080 * error) ** (1 / 6) / max(weight.range_m()[1], 1e-12)
        knots = max(2, math.ceil(largest_per_m / step) + 1)

        def rows(phase: Array) -> Array:
            means = mean_with_derivatives(weight, phase, 2)
            return np.stack([means.real, means.imag]).T

        block = max(1, BLOCK // len(weight.middle_m))
        filled = in_blocks(rows, step * np.arange(knots, dtype=np.float64), block)
        # Derivatives in units of the step; axes: cosine or sine, order, knot.
        return cls(step, _quintic(filled.T * step ** np.arange(3)[:, None]))

    @property
    def largest_per_m(self) -> float:
        """Largest phase per metre of the table."""
        return self.step_per_m * int(self.coefficients.shape[-1])

    def covers(self, phase_per_m: Array) -> bool:
        """Whether all phases lie in the table; taken for granted where they have no values yet."""
        if is_traceable(phase_per_m):
            return True
        return bool(np.max(np.abs(phase_per_m), initial=0.0) <= self.largest_per_m)

    def cosine(self, phase_per_m: Any) -> Any:
        """Mean of cos(phi L), shape of `phase_per_m`."""
        return self._lookup(array_namespace(phase_per_m).abs(phase_per_m), 0)

    def sine(self, phase_per_m: Any) -> Any:
        """Mean of sin(phi L)."""
        xp = array_namespace(phase_per_m)
        # Not the sign function, whose zero would hide the slope at zero.
        sign = xp.where(phase_per_m < 0, -1.0, 1.0)
        return sign * self._lookup(sign * phase_per_m, 1)

    def _lookup(self, phase_per_m: Any, part: int) -> Any:
        """Interpolate at phases that are not negative."""
        xp = array_namespace(phase_per_m)
        intervals = self.coefficients.shape[-1]
        place = phase_per_m / self.step_per_m
        left = xp.minimum(place, intervals - 1).astype(np.int64)
        t = xp.where(place <= intervals, place - left, np.nan)
        total: Any = 0.0
        for column in self.coefficients[part, ::-1]:
            total = total * t + xp.asarray(column)[left]
        return total


def _quintic(knots: Array) -> Array:
    """Coefficients, shape (..., 6, n - 1), from values and two derivatives, shape (..., 3, n)."""
    a, da, dda = np.moveaxis(knots[..., :-1], -2, 0)
    b, db, ddb = np.moveaxis(knots[..., 1:], -2, 0)
    rise = b - a
    cubic = 10 * rise - 6 * da - 4 * db - 1.5 * dda + 0.5 * ddb
    quartic = -15 * rise + 8 * da + 7 * db + 1.5 * dda - ddb
    highest = 6 * rise - 3 * (da + db) - 0.5 * (dda - ddb)
    return np.stack([a, da, dda / 2, cubic, quartic, highest], axis=-2)
