"""Newton steps of many points at once, from differences of chi2."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from gallus.arrays import Array
from gallus.inference.objective import Objective

FLATTEST = 1e-10
"""Curvatures below this part of the largest one count as this part."""


def evaluations_of_a_step(size: int) -> int:
    """Evaluations of chi2 per point that a step in `size` parameters needs."""
    return size * (size + 3) // 2 + 2


def newton_step(
    objective: Objective, points: Array, chi2: Array, axes: Sequence[int]
) -> tuple[Array, Array]:
    """Move points to the minimum of their parabolas in some parameters, within the bounds.

    Exact where chi2 is quadratic in those, apart from bounds. Points that would rise stay.

    Parameters
    ----------
    objective : Objective
        Chi2.
    points : array, shape (m, n)
        Internal vectors.
    chi2 : array, shape (m,)
        Chi2 there.
    axes : sequence of int
        The parameters that move.

    Returns
    -------
    array of shape (m, n), array of shape (m,)
        New points and their chi2.
    """
    index = list(axes)
    limits = objective.limits()[index]
    steps = np.array([objective.first_step(k, float(points[0, k])) for k in index])
    steps = np.minimum(steps, 0.25 * (limits[:, 1] - limits[:, 0]))
    centre = points.copy()
    centre[:, index] = np.clip(points[:, index], limits[:, 0] + steps, limits[:, 1] - steps)
    slope, curvature = _parabolas(objective, centre, index, steps)
    moved = centre.copy()
    moved[:, index] = np.clip(
        centre[:, index] - steps * _descent(slope, curvature), limits[:, 0], limits[:, 1]
    )
    new = objective.chi2_of(moved)
    better = new < chi2
    return np.where(better[:, None], moved, points), np.where(better, new, chi2)


def _parabolas(
    objective: Objective, centre: Array, axes: Sequence[int], steps: Array
) -> tuple[Array, Array]:
    """First and second derivatives in units of the steps, shapes (m, d) and (m, d, d)."""
    size = len(axes)
    unit = np.zeros((size, centre.shape[1]))
    unit[np.arange(size), axes] = steps
    pairs = list(combinations(range(size), 2))
    shifts = np.array([0 * unit[0], *unit, *(-unit), *(unit[i] + unit[j] for i, j in pairs)])
    values = objective.chi2_of((centre + shifts[:, None, :]).reshape(-1, centre.shape[1]))
    values = values.reshape(len(shifts), len(centre))
    here, plus, minus = values[0], values[1 : size + 1], values[size + 1 : 2 * size + 1]
    curvature = np.zeros((len(centre), size, size))
    curvature[:, np.arange(size), np.arange(size)] = (plus + minus - 2 * here).T
    for (i, j), both in zip(pairs, values[2 * size + 1 :], strict=True):
        curvature[:, i, j] = curvature[:, j, i] = both - plus[i] - plus[j] + here
    return (0.5 * (plus - minus)).T, curvature


def _descent(slope: Array, curvature: Array) -> Array:
    """Solve H s = g with the curvatures made positive, shape (m, d)."""
    values, vectors = np.linalg.eigh(curvature)
    size = np.abs(values)
    size = np.maximum(size, FLATTEST * size.max(axis=-1, keepdims=True))
    size = np.where(size > 0, size, 1.0)
    along = (vectors.swapaxes(-1, -2) @ slope[..., None])[..., 0] / size
    return np.asarray((vectors @ along[..., None])[..., 0])
