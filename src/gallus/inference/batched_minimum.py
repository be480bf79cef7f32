"""Minima of many functions of a few bounded variables at once.

Each iteration minimises a damped parabola within the bounds,

    min over s of  g s + s (H + lambda diag H) s/2,   lower <= x + s <= upper,

with g and H from whoever knows the functions: residuals (Levenberg and Marquardt), see
:mod:`gallus.inference.least_squares`, or differences (Newton), :class:`DifferenceParabolas`.
Variables at a bound that the function pushes outwards are held there (active set). A step that
does not lower the function is refused and lambda grows.

Each function is treated by itself: its result does not depend on which others are at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array

Rows: TypeAlias = NDArray[np.intp]  # which functions are asked for

Values: TypeAlias = Callable[[Array, Rows], Array]
"""Functions `rows`, shape (m,), at points of shape (m, n); the result has shape (m,)."""

ITERATIONS: Final = 200
TOLERANCE: Final = 1e-9
"""Expected decrease below which a minimum counts as found."""
FIRST_DAMPING: Final = 1e-3
LEAST_DAMPING: Final = 1e-12
FACTOR: Final = 10.0
STUCK: Final = 1e12
"""Damping beyond which steps drown in rounding."""
FLATTEST: Final = 1e-10
"""Curvatures below this part of the largest one count as this part."""
STEP: Final = 1e-3
"""Step of a difference, as part of the distance at which the function has grown by one."""
FINEST: Final = 1e-8
"""Smallest step, as part of the first one."""


class Parabola(NamedTuple):
    """Slopes (m, n) and curvatures (m, n, n), positive semidefinite."""

    slope: Array
    curvature: Array


class Parabolas(Protocol):
    """Where parabolas come from."""

    def __call__(self, points: Array, rows: Rows) -> Parabola:
        """Parabolas of functions `rows` at points of shape (m, n)."""
        ...


@dataclass(frozen=True)
class Minima:
    """Where the search ended.

    Parameters
    ----------
    points : array, shape (m, n)
        Within the bounds.
    values : array, shape (m,)
        The functions there.
    converged : array of bool, shape (m,)
        Whether no decrease is expected any more.
    """

    points: Array
    values: Array
    converged: NDArray[np.bool_]


def batched_minimum(
    values: Values,
    parabolas: Parabolas,
    starts: Array,
    limits: Array,
    *,
    iterations: int = ITERATIONS,
    tolerance: float = TOLERANCE,
) -> Minima:
    """Find the local minimum next to each start.

    Parameters
    ----------
    values : callable
        The functions.
    parabolas : callable
        Their slopes and curvatures.
    starts : array, shape (m, n)
        One for each function.
    limits : array, shape (n, 2)
        Bounds of the variables, the same for all.
    iterations : int
        At most so many.
    tolerance : float
        Expected decrease at which to stop.
    """
    lower, upper = limits.T
    point = np.clip(starts, lower, upper)
    live: Rows = np.arange(len(point))
    value = values(point, live)
    damping = np.full(len(point), FIRST_DAMPING)
    done = np.zeros(len(point), dtype=bool)
    for _ in range(iterations):
        # After a refused step too: differences are finer the second time.
        slope, curvature = parabolas(point[live], live)
        step, fall = _steps(point[live], slope, curvature, damping[live], lower, upper)
        trial = np.clip(point[live] + step, lower, upper)
        new = values(trial, live)
        lower_now = new < value[live]
        good = lower_now & (value[live] - new > 0.25 * fall)
        # A step that ends at several bounds may rise: that is no end, but too long a step.
        small = (np.abs(fall) < tolerance) & (
            (damping[live] <= FIRST_DAMPING) | (step == 0).all(axis=1)
        )
        point[live] = np.where(lower_now[:, None], trial, point[live])
        value[live] = np.where(lower_now, new, value[live])
        shrunk = np.maximum(damping[live] / FACTOR, LEAST_DAMPING)
        damping[live] = np.where(good, shrunk, np.maximum(damping[live], 1e-6) * FACTOR)
        done[live] = small
        live = live[~small & (damping[live] < STUCK)]
        if not len(live):
            break
    return Minima(point, value, done)


def _steps(
    point: Array, slope: Array, curvature: Array, damping: Array, lower: Array, upper: Array
) -> tuple[Array, Array]:
    """Minima of the damped parabolas within the bounds, and the fall of the undamped ones."""
    size = point.shape[1]
    diagonal = np.einsum("mii->mi", curvature)
    # A variable without effect has neither slope nor curvature; one on the diagonal keeps it.
    weight = np.where(diagonal > 0, diagonal, 1.0)
    damped = curvature + (damping[:, None] * weight + (diagonal <= 0))[..., None] * np.eye(size)
    held = ((point <= lower) & (slope > 0)) | ((point >= upper) & (slope < 0))
    step = np.zeros_like(point)
    for _ in range(size):
        # The held ones have moved as far as they may; the others answer to that.
        push = slope + np.einsum("mij,mj->mi", curvature, np.where(held, step, 0.0))
        free = ~held
        both = free[:, :, None] & free[:, None, :]
        matrix = np.where(both, damped, np.eye(size))
        moved = np.linalg.solve(matrix, np.where(free, -push, 0.0)[..., None])[..., 0]
        step = np.where(free, moved, step)
        beyond = free & ((point + step < lower) | (point + step > upper))
        if not beyond.any():
            break
        step = np.where(beyond, np.clip(point + step, lower, upper) - point, step)
        held = held | beyond
    step = np.clip(point + step, lower, upper) - point
    bend = np.einsum("mi,mij,mj->m", step, curvature, step)
    return step, -(slope * step).sum(axis=1) - 0.5 * bend


@dataclass(eq=False)
class DifferenceParabolas:
    """Parabolas of functions from central differences, curvatures made positive.

    The steps follow the curvature that was found before, so that their error is far below that of
    rounding the function: a minimum is found to about 1e-9 of the function.

    Parameters
    ----------
    values : callable
        The functions.
    limits : array, shape (n, 2)
        Bounds of the variables.
    first : array, shape (n,)
        Steps to begin with.
    count : int
        Number of functions.
    """

    values: Values
    limits: Array
    first: Array
    count: int
    steps: Array = field(init=False)

    def __post_init__(self) -> None:
        room = 0.25 * (self.limits[:, 1] - self.limits[:, 0])
        self.first = np.minimum(self.first, room)
        self.steps = np.tile(self.first, (self.count, 1))

    def __call__(self, points: Array, rows: Rows) -> Parabola:
        """Parabolas of functions `rows` at points of shape (m, n)."""
        step = self.steps[rows]
        lower, upper = self.limits.T
        centre = np.clip(points, lower + step, upper - step)
        slope, curvature = self._differences(centre, rows, step)
        scale = np.sqrt(np.abs(np.einsum("mii->mi", curvature)) / 2)
        wanted = STEP * step / np.where(scale > 0, scale, STEP)
        self.steps[rows] = np.clip(wanted, FINEST * self.first, self.first)
        bent = _positive(curvature)
        # From units of the steps to those of the variables, and from the centre to the point.
        curvature = bent / (step[:, :, None] * step[:, None, :])
        shift = np.einsum("mij,mj->mi", curvature, points - centre)
        return Parabola(slope / step + shift, curvature)

    def _differences(self, centre: Array, rows: Rows, step: Array) -> tuple[Array, Array]:
        """First and second derivatives in units of the steps, shapes (m, n) and (m, n, n)."""
        size = centre.shape[1]
        unit = np.eye(size)
        pairs = list(combinations(range(size), 2))
        moves = np.array([0 * unit[0], *unit, *(-unit), *(unit[i] + unit[j] for i, j in pairs)])
        places = centre + moves[:, None, :] * step
        asked = np.tile(rows, len(moves))
        found = self.values(places.reshape(-1, size), asked).reshape(len(moves), -1)
        here, plus, minus = found[0], found[1 : size + 1], found[size + 1 : 2 * size + 1]
        curvature = np.zeros((len(rows), size, size))
        curvature[:, range(size), range(size)] = (plus + minus - 2 * here).T
        for (i, j), both in zip(pairs, found[2 * size + 1 :], strict=True):
            curvature[:, i, j] = curvature[:, j, i] = both - plus[i] - plus[j] + here
        return (0.5 * (plus - minus)).T, curvature


def _positive(curvature: Array) -> Array:
    """Replace eigenvalues by their sizes, at least a small part of the largest."""
    values, vectors = np.linalg.eigh(curvature)
    size = np.abs(values)
    size = np.maximum(size, FLATTEST * size.max(axis=-1, keepdims=True))
    positive: Array = (vectors * size[:, None, :]) @ vectors.swapaxes(-1, -2)
    return positive
