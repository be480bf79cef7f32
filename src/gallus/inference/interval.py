"""Where a parameter may lie: the interval in which chi2, minimised over the others, stays low.

Use :func:`profile_interval` where MINOS is not enough: chi2 with many valleys, parameters without
an upper end, intervals in several pieces. The parameter is stepped through its whole range; at each
step the others are put to their best values, starting from a grid along those with several minima,
from the best fit, and from what the neighbouring steps found. The edges are then found to 1e-3 in
chi2. A valley narrower than the steps is missed: 1/300 of the (logarithmic) range for a parameter
along which chi2 has several minima, 1/60 for others, finer near the best fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.inference.coarse_scan import rough_axes
from gallus.inference.minuit import Minimum, migrad
from gallus.inference.newton import newton_step
from gallus.inference.objective import Objective
from gallus.likelihood.base import Likelihood
from gallus.parameters.parameter import union
from gallus.parameters.vector import ParameterVector

ONE_SIGMA: Final = 1.0
"""Delta chi2 of a 68.27 % interval for one parameter (Wilks)."""

SMOOTH_STEPS: Final = 60
"""Steps through the range of a parameter along which chi2 has one minimum."""

ROUGH_STEPS: Final = 300
"""Steps where it has several."""

NEAR_STEPS: Final = 30
"""Further steps on either side of the best fit, growing from one to the next."""

GROWTH: Final = 1.35
"""Factor between these."""

SWEEPS: Final = 3
"""How often neighbouring steps learn from each other."""

GRID: Final = 120
"""Points of the grid along the others, where chi2 has several minima along them."""

LOOK: Final = 1010
"""Ten times the points of the lines that tell along which parameters chi2 has several minima."""

EDGE: Final = 1e-3
"""Error of chi2 at an edge."""

BISECTIONS: Final = 40
"""Most refinements of an edge."""


@dataclass(frozen=True)
class Interval:
    """Values of a parameter with chi2 up to a level above the minimum.

    Parameters
    ----------
    parameter : str
        Whose.
    delta_chi2 : float
        The level.
    pieces : tuple of pairs of float or None
        Connected pieces, in order. None is an end at a bound of the parameter, or at infinity:
        chi2 does not reach the level there.
    best : float
        Where chi2 is lowest.
    chi2_min : float
        Chi2 there; below that of the fit, if the fit has missed a valley.
    """

    parameter: str
    delta_chi2: float
    pieces: tuple[tuple[float | None, float | None], ...]
    best: float
    chi2_min: float

    @property
    def lower(self) -> float | None:
        """Lowest value, None if the interval reaches the lower bound."""
        return self.pieces[0][0]

    @property
    def upper(self) -> float | None:
        """Highest value, None if the interval reaches the upper bound."""
        return self.pieces[-1][1]

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "delta_chi2": self.delta_chi2,
            "lower": self.lower,
            "upper": self.upper,
            "pieces": [list(piece) for piece in self.pieces],
        }


def profile_interval(
    likelihood: Likelihood,
    name: str,
    best: Mapping[str, float],
    *,
    fixed: Mapping[str, float] | None = None,
    delta_chi2: float = ONE_SIGMA,
) -> Interval:
    """Profile-likelihood interval of one parameter.

    Parameters
    ----------
    likelihood : Likelihood
        One, or a sum.
    name : str
        The parameter.
    best : mapping of str to float
        Where chi2 is lowest, from :func:`gallus.inference.fit.fit`.
    fixed : mapping of str to float, optional
        Parameters that are held.
    delta_chi2 : float
        Level above the minimum; 1 for 68.27 %, 3.84 for 95 %.

    Raises
    ------
    InputError
        If the parameter is unknown or held, or the level is not above 0.
    """
    if not 0 < delta_chi2 < math.inf:
        raise InputError("is no level", key="delta_chi2", value=delta_chi2, allowed="above 0")
    parameters = tuple(
        replace(each, start=best.get(each.name, each.start))
        for each in union(likelihood.parameters)
    )
    objective = Objective(likelihood, ParameterVector(parameters, dict(fixed or {})))
    names = [each.name for each in objective.vector.free]
    if name not in names:
        raise unknown_name("free parameter", name, names)
    return _Profile(objective, names.index(name)).interval(delta_chi2)


@dataclass(frozen=True, eq=False)
class _Profile:
    """Chi2 as a function of one entry of the vector, minimised over the others."""

    objective: Objective
    axis: int

    def interval(self, delta_chi2: float) -> Interval:
        """Pieces in which the profile is below the level."""
        points, chi2 = self._along(self._steps)
        lowest = points[chi2.argmin()]
        ceiling = float(chi2.min()) + delta_chi2
        inside = chi2 <= ceiling
        edges = [
            self._edge(points[k : k + 2], chi2[k : k + 2], ceiling)
            for k in np.flatnonzero(inside[:-1] != inside[1:])
        ]
        return Interval(
            parameter=self.objective.vector.names[self.axis],
            delta_chi2=delta_chi2,
            pieces=_pieces(bool(inside[0]), bool(inside[-1]), [self._external(e) for e in edges]),
            best=self._external(float(lowest[self.axis])),
            chi2_min=float(chi2.min()),
        )

    @cached_property
    def _start(self) -> Array:
        return self.objective.internal(self.objective.vector.starts)

    @cached_property
    def _others(self) -> list[int]:
        return [k for k in range(len(self._start)) if k != self.axis]

    @cached_property
    def _rough(self) -> list[int]:
        """Entries along which chi2 has several minima."""
        return rough_axes(self.objective, self._start, LOOK)

    @cached_property
    def _steps(self) -> Array:
        """Values of the entry: through its whole range, and finer near the best fit."""
        lower, upper = self.objective.limits()[self.axis]
        centre = self._start[self.axis]
        first = 0.05 * self.objective.first_step(self.axis, float(centre))
        near = first * (GROWTH ** np.arange(NEAR_STEPS) - 1.0) / (GROWTH - 1.0)
        count = ROUGH_STEPS if self.axis in self._rough else SMOOTH_STEPS
        finite = math.isfinite(upper - lower)
        through = np.linspace(lower, upper, count + 1) if finite else np.empty(0)
        return np.unique(np.clip([*(centre - near), *(centre + near), *through], lower, upper))

    def _along(self, steps: Array) -> tuple[Array, Array]:
        """Best points and chi2 at each step, shapes (m, n) and (m,)."""
        points = np.tile(self._start, (len(steps), 1))
        points[:, self.axis] = steps
        chi2 = self.objective.chi2_of(points)
        if not self._others:
            return points, chi2
        rough = [k for k in self._rough if k != self.axis]
        if rough:
            points, chi2 = self._from_grid(points, chi2, rough)
        for _ in range(SWEEPS):
            for shift in (1, -1):
                trial = np.roll(points, shift, axis=0)
                trial[:, self.axis] = steps
                points, chi2 = _better(points, chi2, trial, self.objective.chi2_of(trial))
            points, chi2 = newton_step(self.objective, points, chi2, self._others)
        return points, chi2

    def _from_grid(self, points: Array, chi2: Array, rough: Sequence[int]) -> tuple[Array, Array]:
        """Start from the best point of a grid in some entries, with the others at their best."""
        count = max(int(GRID ** (1 / len(rough)) + 1e-9), 3)
        limits = self.objective.limits()[list(rough)]
        middles = limits[:, :1] + np.diff(limits) * (np.arange(count) + 0.5) / count
        lattice = np.stack([each.ravel() for each in np.meshgrid(*middles, indexing="ij")], axis=-1)
        trial = np.repeat(points, len(lattice), axis=0)
        trial[:, list(rough)] = np.tile(lattice, (len(points), 1))
        found = self.objective.chi2_of(trial)
        smooth = [k for k in self._others if k not in rough]
        if smooth:
            trial, found = newton_step(self.objective, trial, found, smooth)
        best = found.reshape(len(points), -1).argmin(axis=1) + np.arange(len(points)) * len(lattice)
        return _better(points, chi2, trial[best], found[best])

    def _edge(self, points: Array, chi2: Array, ceiling: float) -> float:
        """Value between two steps where the profile crosses a level: secants and bisections."""
        (left, right), (below, above) = list(points), chi2 - ceiling
        for turn in range(BISECTIONS):
            share = below / (below - above) if turn % 3 else 0.5
            middle = self._minimised(left + share * (right - left))
            excess = middle.chi2 - ceiling
            if abs(excess) < EDGE:
                break
            if (excess > 0) == (below > 0):
                left, below = middle.point, excess
            else:
                right, above = middle.point, excess
        return float(middle.point[self.axis])

    def _minimised(self, point: Array) -> Minimum:
        """Lowest chi2 near a point, with this entry held."""
        if not self._others:
            return Minimum(point, self.objective.chi2_at(point), True)
        return migrad(self.objective, point, {self.axis: float(point[self.axis])})

    def _external(self, value: float) -> float:
        point = self._start.copy()
        point[self.axis] = value
        return float(self.objective.external(point)[self.axis])


def _better(points: Array, chi2: Array, others: Array, other_chi2: Array) -> tuple[Array, Array]:
    """The lower of two sets of points, one by one."""
    lower = other_chi2 < chi2
    return np.where(lower[:, None], others, points), np.where(lower, other_chi2, chi2)


def _pieces(
    from_bound: bool, to_bound: bool, edges: Sequence[float]
) -> tuple[tuple[float | None, float | None], ...]:
    """Pair the edges, with None for ends at the bounds."""
    ends = [*([None] if from_bound else []), *edges, *([None] if to_bound else [])]
    return tuple(zip(ends[::2], ends[1::2], strict=True))
