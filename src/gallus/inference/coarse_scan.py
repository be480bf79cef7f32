"""A coarse scan before a fit, so that the global minimum is found among many local ones.

Along some parameters chi2 has many minima (a mass splitting), along others one (a mixing, a
normalisation). Lines through the parameter space tell which. The grid is spent on the former; at
each of its points the others are put to their best values by Newton steps, which are exact where
chi2 is quadratic. Without that, a grid in the mixing would have to be as fine as its error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.inference.newton import evaluations_of_a_step, newton_step
from gallus.inference.objective import Objective
from gallus.parameters.parameter import Parameter

FEWEST = 3
"""Grid points per parameter below which a local minimum cannot be seen."""

LINE = 101
"""Points of a line that shows whether chi2 has several minima along a parameter."""

LEVELS = (0.2, 0.5, 0.8)
"""Where the other parameters are on these lines, as part of their range."""

STEPS = 2
"""Newton steps at each grid point."""

CANDIDATES = 10
"""Local minima that are looked at more closely, for each one that is asked for."""

FINER = 9
"""Points of the finer grid around each."""

MOST_PROFILED = 8
"""Parameters that are put to their best values on the grid; others stay at their start."""

ONE_BY_ONE = 10
"""Factor by which the scan is smaller where the likelihood takes one point at a time."""


@dataclass(frozen=True)
class CoarseScan:
    """Chi2 on a grid.

    Parameters
    ----------
    points : array, shape (size, n)
        Internal vectors.
    chi2 : array, shape (size,)
        Chi2.
    shape : tuple of int
        Of the grid.
    axes : tuple of int
        Indices of the scanned parameters.
    profiled : tuple of int
        Indices of those at their best values.
    """

    points: Array
    chi2: Array
    shape: tuple[int, ...] = ()
    axes: tuple[int, ...] = ()
    profiled: tuple[int, ...] = ()

    def minima(self, most: int) -> Array:
        """Points not above any neighbour, best first, not adjacent, at most `most` of them."""
        grid = self.chi2.reshape(self.shape)
        lowest = grid
        for axis in range(grid.ndim):
            lowest = _minimum_of_neighbours(lowest, axis)
        candidates = np.flatnonzero(grid <= lowest)
        chosen: list[tuple[int, NDArray[np.intp]]] = []
        for flat in candidates[np.argsort(self.chi2[candidates], kind="stable")]:
            place = np.array(np.unravel_index(int(flat), self.shape), dtype=np.intp)
            if all(np.abs(place - other).max(initial=0) > 1 for _, other in chosen):
                chosen.append((int(flat), place))
            if len(chosen) == most:
                break
        return self.points[[flat for flat, _ in chosen]]


def coarse_scan(objective: Objective, start: Array, size: int) -> CoarseScan:
    """Scan the parameters with two bounds and no constraint along which chi2 has several minima.

    If there is none, all of those are scanned. Points are in the middle of equal cells, of the
    logarithm on a logarithmic scale. If fewer than three points are left for each parameter, the
    last ones stay at their start.

    Parameters
    ----------
    objective : Objective
        Chi2.
    start : array, shape (n,)
        Internal values of what is neither scanned nor profiled.
    size : int
        About how often chi2 is evaluated; a tenth of it if the likelihood takes no grids.

    Raises
    ------
    InputError
        If chi2 is not a number somewhere; the point is named.
    """
    size = size if objective.takes_grids else size // ONE_BY_ONE
    bounded = _scannable(objective)
    if size < FEWEST or not bounded:
        return CoarseScan(start[None], objective.chi2_of(start[None]))
    rough = rough_axes(objective, start, size)
    others = _profiled(objective, rough) if rough else []
    if others:
        size //= 1 + STEPS * evaluations_of_a_step(len(others))
    axes = rough or bounded
    axes = axes[: max(int(math.log(max(size, 1)) / math.log(FEWEST) + 1e-9), 1)]
    count = _per_axis(size, len(axes))
    limits = objective.limits()[axes]
    middles = limits[:, :1] + np.diff(limits) * (np.arange(count) + 0.5) / count
    points = np.tile(start, (count ** len(axes), 1))
    points[:, axes] = _lattice(middles)
    points, chi2 = _profile(objective, points, others)
    return CoarseScan(points, chi2, (count,) * len(axes), tuple(axes), tuple(others))


def rough_axes(objective: Objective, start: Array, size: int) -> list[int]:
    """Entries with two bounds and no constraint along which chi2 has several minima.

    Parameters
    ----------
    objective : Objective
        Chi2.
    start : array, shape (n,)
        Internal values through which lines are laid.
    size : int
        A tenth of it is the most points of a line.
    """
    bounded = _scannable(objective)
    return [k for k in bounded if _is_rough(objective, start, k, bounded, size)]


def refined(objective: Objective, scan: CoarseScan, most: int) -> Array:
    """Best points of finer grids around the best local minima, best first, shape (most, n).

    Parameters
    ----------
    objective : Objective
        Chi2.
    scan : CoarseScan
        A scan of it.
    most : int
        Points to return at most; ten times as many minima are looked at.
    """
    minima = scan.minima(CANDIDATES * most)
    axes = list(scan.axes)
    if not axes:
        return minima
    inside = np.linspace(-1, 1, _per_axis(FINER, len(axes)) + 2)[1:-1]
    cells = np.diff(objective.limits()[axes]) / np.array(scan.shape)[:, None]
    fine = minima[:, None, :].repeat(len(inside) ** len(axes), axis=1)
    fine[:, :, axes] += _lattice(cells * inside)
    points, chi2 = _profile(
        objective, objective.inside(fine.reshape(-1, minima.shape[1])), scan.profiled
    )
    chi2 = chi2.reshape(len(minima), -1)
    best = points.reshape(fine.shape)[np.arange(len(minima)), chi2.argmin(axis=1)]
    order = np.argsort(chi2.min(axis=1), kind="stable")
    return np.asarray(best[order[:most]])


def _per_axis(size: int, axes: int) -> int:
    """Points for each of several axes, `size` together, at least three."""
    return max(int(size ** (1 / axes) + 1e-9), FEWEST)


def _lattice(lines: Array) -> Array:
    """All combinations of the values in k rows, shape (k, m) to (m^k, k)."""
    return np.stack([each.ravel() for each in np.meshgrid(*lines, indexing="ij")], axis=-1)


def _profile(objective: Objective, points: Array, axes: Sequence[int]) -> tuple[Array, Array]:
    """Put some parameters to their best values by Newton steps."""
    chi2 = objective.chi2_of(points)
    for _ in range(STEPS if axes else 0):
        points, chi2 = newton_step(objective, points, chi2, axes)
    return points, chi2


def _is_rough(
    objective: Objective, start: Array, axis: int, bounded: Sequence[int], size: int
) -> bool:
    """Whether chi2 has several minima on a line along one parameter."""
    limits = objective.limits()
    lower, width = limits[:, 0], limits[:, 1] - limits[:, 0]
    along = lower[axis] + width[axis] * np.linspace(0, 1, min(LINE, max(size // 10, FEWEST)))
    for level in (None, *LEVELS):
        points = np.tile(start, (len(along), 1))
        for k in bounded if level is not None else ():
            points[:, k] = lower[k] + width[k] * level
        points[:, axis] = along
        if _count_minima(objective.chi2_of(points)) > 1:
            return True
    return False


def _count_minima(line: Array) -> int:
    """Points lower than both neighbours, beyond rounding; the ends need one neighbour."""
    margin = 1e-9 * max(1.0, float(np.abs(line).min()))
    padded = np.concatenate([[np.inf], line, [np.inf]])
    lower = (padded[1:-1] < padded[:-2] - margin) & (padded[1:-1] < padded[2:] - margin)
    return int(np.count_nonzero(lower))


def _profiled(objective: Objective, scanned: Sequence[int]) -> list[int]:
    """Parameters to be put to their best values, unconstrained ones first."""
    free = objective.vector.free
    others = [k for k in range(len(free)) if k not in scanned]
    return sorted(others, key=lambda k: free[k].constraint is not None)[:MOST_PROFILED]


def _scannable(objective: Objective) -> list[int]:
    return [k for k, each in enumerate(objective.vector.free) if _is_scannable(each)]


def _is_scannable(parameter: Parameter) -> bool:
    bounded = math.isfinite(parameter.lower) and math.isfinite(parameter.upper)
    return bounded and parameter.constraint is None


def _minimum_of_neighbours(grid: Array, axis: int) -> Array:
    padding: Sequence[tuple[int, int]] = [(int(k == axis),) * 2 for k in range(grid.ndim)]
    padded = np.pad(grid, padding, constant_values=np.inf)
    size = grid.shape[axis]
    shifted = [np.take(padded, np.arange(size) + shift, axis=axis) for shift in (0, 1, 2)]
    lowest: Array = np.minimum.reduce(shifted)
    return lowest
