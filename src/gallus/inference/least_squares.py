"""Least-squares fits of many data sets at once: toys, or the points of a grid.

Use :func:`batched_fit` where chi2 is a sum of squares of residuals that are smooth functions of a
few parameters. A constraint is a residual more, (eta - mean)/sigma. Where chi2 has several minima
the start decides which is found: take the best point of a coarse grid, see
:func:`gallus.inference.profile.profiled`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.batched_minimum import Minima, Parabola, Rows, batched_minimum

Residuals: TypeAlias = Callable[[Array, Rows], Array]
"""Residuals (m, k) of fits `rows`, shape (m,), at points of shape (m, n)."""

Jacobian: TypeAlias = Callable[[Array, Rows], Array]
"""Their derivatives, shape (m, k, n)."""

AT_ONCE: Final = 400_000
"""Derivatives of the residuals at a time: 3 MB, so that they stay in the cache."""

RELATIVE_STEP: Final = 6e-6
"""Third root of the rounding error: the best step of a central difference."""


def batched_fit(
    residuals: Residuals,
    jacobian: Jacobian | None,
    starts: Array,
    bounds: Array,
    *,
    scale: Array | None = None,
) -> Minima:
    """Minimise many sums of squares within bounds, by the method of Levenberg and Marquardt.

    Parameters
    ----------
    residuals : callable
        r; chi2 = r r.
    jacobian : callable or None
        Derivatives; central differences if None.
    starts : array, shape (m, n)
        Where each of m fits begins.
    bounds : array, shape (n, 2)
        Lower and upper bound of each parameter, infinite if there is none.
    scale : array, shape (n,), optional
        About how far a parameter moves, for differences; the width of the bounds or 1 if None.

    Returns
    -------
    Minima
        Points, chi2, and which have converged.

    Raises
    ------
    InputError
        If shapes differ or residuals at a start are not numbers.
    """
    starts, bounds = np.asarray(starts, np.float64), np.asarray(bounds, np.float64)
    if starts.ndim != 2 or bounds.shape != (starts.shape[1], 2):
        shapes = [starts.shape, bounds.shape]
        raise InputError("do not fit", key="starts and bounds", value=shapes, allowed="(m,n) (n,2)")
    derivatives = jacobian or differences(residuals, bounds, _scale(bounds, scale))
    per_fit = residuals(starts[:1], np.zeros(1, np.intp)).size * max(starts.shape[1], 1)
    block = max(1, AT_ONCE // max(per_fit, 1))
    parts = [
        _fit_block(residuals, derivatives, starts, bounds, np.arange(first, last))
        for first, last in _blocks(len(starts), block)
    ]
    return Minima(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.converged for part in parts]),
    )


def differences(residuals: Residuals, bounds: Array, scale: Array) -> Jacobian:
    """Derivatives of residuals by central differences, one-sided at a bound."""

    def jacobian(points: Array, rows: Rows) -> Array:
        columns = []
        for k, size in enumerate(scale):
            step = RELATIVE_STEP * np.maximum(size, np.abs(points[:, k]))
            ends = []
            for sign in (1, -1):
                moved = points.copy()
                moved[:, k] = np.clip(points[:, k] + sign * step, *bounds[k])
                ends.append(moved)
            above, below = (residuals(end, rows) for end in ends)
            columns.append((above - below) / (ends[0] - ends[1])[:, k, None])
        return np.stack(columns, axis=-1)

    return jacobian


def _fit_block(
    residuals: Residuals, jacobian: Jacobian, starts: Array, bounds: Array, fits: Rows
) -> Minima:
    def chi2(points: Array, rows: Rows) -> Array:
        squares: Array = (residuals(points, fits[rows]) ** 2).sum(axis=1)
        # A step to where the prediction fails is refused like one that does not pay.
        return np.where(np.isnan(squares), np.inf, squares)

    def parabolas(points: Array, rows: Rows) -> Parabola:
        r, slopes = residuals(points, fits[rows]), jacobian(points, fits[rows])
        turned = slopes.swapaxes(-1, -2)
        return Parabola(2 * (turned @ r[..., None])[..., 0], 2 * turned @ slopes)

    start = np.clip(starts[fits], *bounds.T)
    if not np.all(np.isfinite(chi2(start, np.arange(len(fits))))):
        raise InputError("are not numbers at the start", key="residuals", allowed="finite numbers")
    return batched_minimum(chi2, parabolas, start, bounds)


def _scale(bounds: Array, scale: Array | None) -> Array:
    if scale is not None:
        return np.asarray(scale, np.float64)
    width = bounds[:, 1] - bounds[:, 0]
    return np.where(np.isfinite(width), width, 1.0)


def _blocks(size: int, block: int) -> list[tuple[int, int]]:
    return [(first, min(first + block, size)) for first in range(0, max(size, 1), block)]
