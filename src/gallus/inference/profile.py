"""Chi2 on a grid, minimised over all parameters that are neither on the grid nor fixed.

Nuisances that the prediction is linear in are eliminated exactly by the likelihood. The others are
minimised at all points of the grid at once, by Levenberg and Marquardt's method where chi2 is a sum
of squares and by Newton's with differences elsewhere, within their bounds. Each search starts from
the lowest local minima of a coarse grid in those parameters, and again from the best end among its
neighbours: a valley that the coarse grid missed at one point is entered from the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.batched_minimum import (
    DifferenceParabolas,
    Minima,
    Rows,
    batched_minimum,
)
from gallus.inference.grid import Grid
from gallus.inference.least_squares import batched_fit
from gallus.inference.objective import Objective, point_in_words
from gallus.inference.profile_starts import coarse_lines, lattice, lowest_minima
from gallus.inference.residuals import ResidualsOf, residuals_of
from gallus.likelihood.base import Likelihood, eliminated
from gallus.parameters.parameter import Parameter, check_names, union, with_starts
from gallus.parameters.vector import ParameterVector

COARSE: Final = 400
"""Evaluations of chi2 in the coarse grid at each point of the grid."""

STARTS: Final = 3
"""Local minima of the coarse grid that searches start from."""

SWEEPS: Final = 4
"""How often ends are handed to neighbours at most."""

BETTER: Final = 1e-9
"""Fall of chi2 that counts as one."""

AT_ONCE: Final = 65536
"""Evaluations of chi2 at a time."""


@dataclass(frozen=True)
class Profile:
    """Chi2 on a grid.

    Parameters
    ----------
    chi2 : array, shape of the grid
        Minimum over what is profiled, constraints included.
    profiled : dict of str to array, shape of the grid
        Where that is.
    converged : array of bool, shape of the grid
        Whether the search for it ended.
    """

    chi2: Array
    profiled: dict[str, Array]
    converged: NDArray[np.bool_]


def profile(
    likelihood: Likelihood,
    grid: Grid,
    *,
    values: Sequence[Array] | None = None,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
    coarse: int = COARSE,
) -> Profile:
    """Compute chi2 on a grid, minimised over all other parameters that are not fixed.

    Parameters
    ----------
    likelihood : Likelihood
        One, or a sum.
    grid : Grid
        Parameters, or nuisances that are else eliminated, with their values.
    values : sequence of array, optional
        Values of each axis instead of its own: part of the grid.
    fixed, start : mapping of str to float, optional
        Parameters that are held; starts of others instead of their own.
    coarse : int
        About how many evaluations of chi2 the coarse grid takes at each point.

    Raises
    ------
    InputError
        If a name is unknown, a value is not allowed, or chi2 is not a number somewhere (the
        parameters are named).
    """
    points = [axis.values for axis in grid.axes] if values is None else list(values)
    task = _task(likelihood, grid, points, dict(fixed or {}), dict(start or {}))
    if not task.free:
        chi2 = task.on_grid()
        return Profile(chi2, {}, np.ones(chi2.shape, dtype=bool))
    return task.minimised(coarse)


def _task(
    likelihood: Likelihood,
    grid: Grid,
    values: list[Array],
    fixed: dict[str, float],
    start: dict[str, float],
) -> _Task:
    """Check the names and values."""
    ordinary = union(likelihood.parameters)
    removable = eliminated(likelihood)
    check_names(ordinary, start)
    check_names((*ordinary, *removable), fixed)
    grid.check((*ordinary, *removable))
    for name in grid.names:
        if name in fixed or name in start:
            problem = "is on the grid and " + ("fixed" if name in fixed else "has a start")
            raise InputError(problem, key=name, allowed="one of them")
    for name in start.keys() & fixed.keys():
        raise InputError("has a start and is fixed", key=name, allowed="one of them")
    with_starts(ordinary, start)
    held = tuple(each for each in removable if each.name in {*fixed, *grid.names})
    everything = tuple(
        replace(each, start=start.get(each.name, each.start)) for each in (*ordinary, *held)
    )
    bounded = {each.name: each for each in grid.within(everything)}
    on_axes = tuple(bounded[name] for name in grid.names)
    others = tuple(each for each in everything if each.name not in grid.names)
    objective = Objective(likelihood, ParameterVector((*on_axes, *others), fixed))
    return _Task(objective, tuple(values))


@dataclass(frozen=True, eq=False)
class _Task:
    """An objective whose first parameters are on a grid."""

    objective: Objective
    values: tuple[Array, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(each) for each in self.values)

    @property
    def free(self) -> tuple[Parameter, ...]:
        return self.objective.vector.free[len(self.values) :]

    def on_grid(self) -> Array:
        """Chi2 where nothing is left to minimise."""
        if not self.objective.takes_grids:
            return self.objective.chi2_of(self.places).reshape(self.shape)
        rows = max(1, AT_ONCE // max(1, math.prod(self.shape[1:])))
        first = self.values[0]
        blocks = [first[k : k + rows] for k in range(0, len(first), rows)]
        return np.concatenate([self._broadcast((each, *self.values[1:])) for each in blocks])

    def minimised(self, coarse: int) -> Profile:
        """Chi2 at its minimum in the free parameters."""
        best: Minima | None = None
        for starts in self._coarse_starts(coarse):
            best = _lower(best, self._search(starts, np.arange(len(starts))))
        assert best is not None  # there is at least one start
        best = self._from_neighbours(best)
        vectors = np.concatenate([self.places, best.points], axis=1)
        found = self.objective.external(vectors)[:, len(self.values) :].T
        profiled = {
            each.name: column.reshape(self.shape)
            for each, column in zip(self.free, found, strict=True)
        }
        converged = best.converged.reshape(self.shape)
        return Profile(best.values.reshape(self.shape), profiled, converged)

    @cached_property
    def places(self) -> Array:
        """Internal values of the grid's parameters at each point, shape (m, axes)."""
        columns = lattice(self.values)
        logarithmic = self.objective.logarithmic[: len(self.values)]
        return np.where(logarithmic, np.log(np.where(logarithmic, columns, 1.0)), columns)

    @cached_property
    def limits(self) -> Array:
        """Internal bounds of the free parameters, shape (n, 2)."""
        return self.objective.limits()[len(self.values) :]

    @cached_property
    def first_steps(self) -> Array:
        """About a tenth of the error of each free parameter."""
        size, start = len(self.values), self.objective.internal(self.objective.vector.starts)
        return np.array(
            [0.1 * self.objective.first_step(k, float(start[k])) for k in range(size, len(start))]
        )

    # --- searches -------------------------------------------------------------------------------

    def _search(self, starts: Array, rows: Rows) -> Minima:
        """Minimise at some points of the grid, from starts of shape (m, n)."""

        def values(points: Array, which: Rows) -> Array:
            return self.objective.chi2_of(self._vectors(points, rows[which]))

        if self._residuals is not None:
            found = self._residuals

            def residuals(points: Array, which: Rows) -> Array:
                return found(self._vectors(points, rows[which]))

            return batched_fit(residuals, None, starts, self.limits, scale=10 * self.first_steps)
        parabolas = DifferenceParabolas(values, self.limits, self.first_steps, len(rows))
        return batched_minimum(values, parabolas, starts, self.limits)

    def _from_neighbours(self, best: Minima) -> Minima:
        """Search again from where neighbours ended, as long as that helps any."""
        changed = np.ones(len(best.values), dtype=bool)
        for _ in range(SWEEPS):
            rows, starts = self._inherited(best, changed)
            if not len(rows):
                break
            again = self._search(starts, rows)
            better = again.values < best.values[rows] - BETTER
            changed = np.zeros(len(best.values), dtype=bool)
            changed[rows[better]] = True
            best = _replaced(best, rows[better], again, better)
        return best

    def _inherited(self, best: Minima, changed: NDArray[np.bool_]) -> tuple[Rows, Array]:
        """Points with a neighbour that changed, and the best of those neighbours' ends there."""
        number = np.arange(len(best.values)).reshape(self.shape)
        lowest = np.full(len(best.values), np.inf)
        starts = best.points.copy()
        for axis in range(len(self.shape)):
            for own, other in (
                (slice(1, None), slice(None, -1)),
                (slice(None, -1), slice(1, None)),
            ):
                at, neighbour = (_part(number, axis, each).ravel() for each in (own, other))
                at, neighbour = at[changed[neighbour]], neighbour[changed[neighbour]]
                if not len(at):
                    continue
                chi2 = self.objective.chi2_of(self._vectors(best.points[neighbour], at))
                better = chi2 < lowest[at]
                lowest[at[better]] = chi2[better]
                starts[at[better]] = best.points[neighbour[better]]
        rows = np.flatnonzero(np.isfinite(lowest))
        return rows, starts[rows]

    @cached_property
    def _residuals(self) -> ResidualsOf | None:
        return residuals_of(self.objective)

    def _vectors(self, points: Array, rows: Rows) -> Array:
        return np.concatenate([self.places[rows], points], axis=1)

    # --- coarse grid ----------------------------------------------------------------------------

    def _coarse_starts(self, coarse: int) -> list[Array]:
        """Lowest local minima of a coarse grid at each point, best first, each of shape (m, n)."""
        start = self.objective.internal(self.objective.vector.starts)[len(self.values) :]
        lines = coarse_lines(self.free, self.limits, start, coarse)
        chi2 = self._on_coarse_grid(lines)
        places = lowest_minima(chi2, tuple(len(line) for line in lines), STARTS)
        return [lattice(lines)[column] for column in places.T]

    def _on_coarse_grid(self, lines: list[Array]) -> Array:
        """Chi2 at all points of the grid and of the coarse grid, shape (m, size)."""
        size = math.prod(len(line) for line in lines)
        logarithmic = self.objective.logarithmic[len(self.values) :]
        external = [np.exp(e) if log else e for e, log in zip(lines, logarithmic, strict=True)]
        if self.objective.takes_grids:
            rows = max(1, AT_ONCE // (size * math.prod(self.shape[1:])))
            first = self.values[0]
            parts = [
                self._broadcast((first[k : k + rows], *self.values[1:], *external))
                for k in range(0, len(first), rows)
            ]
            return np.concatenate(parts).reshape(-1, size)
        rows_of = np.repeat(np.arange(len(self.places)), size)
        points = np.tile(lattice(lines), (len(self.places), 1))
        return self.objective.chi2_of(self._vectors(points, rows_of)).reshape(-1, size)

    def _broadcast(self, columns: Sequence[Array]) -> Array:
        """Chi2 of all combinations; each value occupies an axis, so that mixing costs nothing."""
        count = len(columns)
        names = self.objective.vector.names
        grid = {
            name: column.reshape([-1 if k == place else 1 for k in range(count)])
            for place, (name, column) in enumerate(zip(names, columns, strict=True))
        }
        chi2 = np.asarray(self.objective.chi2({**self.objective.vector.fixed, **grid}))
        chi2 = np.broadcast_to(chi2, tuple(len(column) for column in columns))
        if np.isnan(chi2).any():
            where = np.argwhere(np.isnan(chi2))[0]
            point = {n: c[i] for n, c, i in zip(names, columns, where, strict=True)}
            raise InputError(f"is not a number at {point_in_words(point)}", key="chi2")
        return chi2


def _lower(best: Minima | None, other: Minima) -> Minima:
    """The lower end of two searches, point by point."""
    if best is None:
        return other
    better = other.values < best.values
    return _replaced(best, np.flatnonzero(better), other, better)


def _replaced(best: Minima, rows: Rows, other: Minima, chosen: NDArray[np.bool_]) -> Minima:
    points, values, converged = best.points.copy(), best.values.copy(), best.converged.copy()
    points[rows], values[rows] = other.points[chosen], other.values[chosen]
    converged[rows] = other.converged[chosen]
    return Minima(points, values, converged)


def _part(array: NDArray[np.intp], axis: int, part: slice) -> NDArray[np.intp]:
    index: list[slice] = [slice(None)] * array.ndim
    index[axis] = part
    return array[tuple(index)]
