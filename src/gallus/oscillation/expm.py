"""exp(A) of many small matrices at once, in NumPy and jax.

scipy.linalg.expm takes them one after the other; here each product is one call for a block of them.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from gallus.accelerate import library
from gallus.arrays import Array, array_namespace, in_blocks, is_traceable
from gallus.errors import InputError

DEGREE: Final = 16
LARGEST_NORM: Final = 0.8
"""Up to here the Taylor series of degree 16 has its full accuracy: 0.8^16/17! = 8e-17."""

BLOCK: Final = 256
"""Matrices at a time: 9 x 9 ones and what is made of them stay in the cache."""

# 1/k! of A ... A^4, A^5 ... A^8, A^9 ... A^12, A^13 ... A^16.
_COEFFICIENTS: Final = tuple(
    tuple(1.0 / math.factorial(4 * row + column) for column in range(1, 5))
    for row in range(DEGREE // 4)
)


def exponential(matrices: Array) -> Array:
    """exp(A) = 1 + T, where T_s = exp(A/2^s) - 1 is a Taylor series and T -> 2 T + T T, s times.

    Squaring exp(A) - 1 in place of exp(A) keeps the relative accuracy of the small entries: where a
    fast and a slow motion share no states, the slow one is exact however fast the other is.

    Parameters
    ----------
    matrices : array, shape (..., n, n)
        A, real or complex.

    Returns
    -------
    array, shape (..., n, n)
        With an error of about 1e-16 times the norm of A, which is what rounding its entries does.

    Raises
    ------
    InputError
        If an entry is not finite; traced ones (jax) give NaN.
    """
    xp = array_namespace(matrices)
    if xp is np and not np.isfinite(matrices).all():
        raise InputError("have entries that are not finite", key="matrices to exponentiate")
    rows = matrices.reshape(-1, *matrices.shape[-2:])
    minus_one = exponential_minus_one(rows) if is_traceable(rows) else _sorted_by_norm(rows)
    result: Array = (xp.eye(rows.shape[-1]) + minus_one).reshape(matrices.shape)
    return result


def exponential_minus_one(matrices: Array) -> Array:
    """exp(A) - 1 of matrices of shape (n, m, m), all squared as often as the largest needs."""
    xp = array_namespace(matrices)
    largest = xp.max(norms(matrices), initial=0.0)
    squarings = xp.ceil(xp.log2(xp.clip(largest / LARGEST_NORM, 1.0, np.finfo(float).max)))
    series = taylor_minus_one(matrices * 2.0**-squarings)
    times = int(squarings) if xp is np else squarings.astype(int)
    squared: Array = _repeated(_square, times, series)
    return squared


def taylor_minus_one(a: Array) -> Array:
    """A + A^2/2! + ... + A^16/16! with six products (Paterson and Stockmeyer)."""
    a2 = a @ a
    powers = (a, a2, a2 @ a, a2 @ a2)
    first, second, third, fourth = (
        sum(factor * power for factor, power in zip(row, powers, strict=True))
        for row in _COEFFICIENTS
    )
    fourth_power = powers[-1]
    series: Array = first + fourth_power @ (second + fourth_power @ (third + fourth_power @ fourth))
    return series


def norms(matrices: Array) -> Array:
    """Largest row sum of absolute values, shape (...) of matrices of shape (..., n, n)."""
    xp = array_namespace(matrices)
    sums: Array = xp.abs(matrices).sum(axis=-1).max(axis=-1)
    return sums


def _square(t: Array) -> Array:
    """(1 + T)^2 - 1."""
    return 2.0 * t + t @ t


def _repeated(function: Any, times: Any, value: Any) -> Any:
    """Apply a function some times; how often may be traced."""
    if is_traceable(value):
        jax: Any = library()
        return jax.lax.fori_loop(0, times, lambda _, t: function(t), value)
    for _ in range(times):
        value = function(value)
    return value


def _sorted_by_norm(matrices: Array) -> Array:
    """Blocks of similar norm, so that few matrices are squared more often than they need."""
    if len(matrices) <= BLOCK:
        return exponential_minus_one(matrices)
    order = np.argsort(norms(matrices))
    result = np.empty_like(matrices)
    result[order] = in_blocks(exponential_minus_one, matrices[order], BLOCK)
    return result
