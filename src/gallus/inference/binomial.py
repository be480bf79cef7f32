"""Errors of a share that was counted: k of n toys.

:func:`clopper_pearson` never covers less than it says and is for statements; :func:`wilson` covers
right on the average and is for error bars.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from gallus.arrays import Array
from gallus.inference.wilks import check_level

ONE_SIGMA = 0.6826894921370859
"""P(|z| < 1)."""


def clopper_pearson(count: ArrayLike, total: int, level: float = ONE_SIGMA) -> tuple[Array, Array]:
    """Shares for which a count this small, or this large, has a probability of (1 - level)/2.

    Parameters
    ----------
    count : array of int, shape (...)
        k.
    total : int
        n.
    level : float
        Confidence level.

    Returns
    -------
    lower, upper : array, shape (...)
        I^(-1)(k, n - k + 1) and I^(-1)(k + 1, n - k) of the incomplete beta function; 0 where
        k = 0, and 1 where k = n.
    """
    check_level(level)
    k = np.asarray(count, dtype=np.float64)
    tail = (1 - level) / 2
    # Arguments of 1 where the function does not exist.
    lower = betaincinv(np.where(k > 0, k, 1.0), total - k + 1, tail)
    upper = betaincinv(k + 1, np.where(k < total, total - k, 1.0), 1 - tail)
    return np.where(k > 0, lower, 0.0), np.where(k < total, upper, 1.0)


def wilson(count: ArrayLike, total: int, level: float = ONE_SIGMA) -> tuple[Array, Array]:
    """Shares p for which (k/n - p)^2 = z^2 p (1 - p)/n.

    Parameters and result are those of :func:`clopper_pearson`.
    """
    check_level(level)
    share = np.asarray(count, dtype=np.float64) / total
    squared = float(ndtri((1 - level) / 2)) ** 2 / total
    middle = (share + squared / 2) / (1 + squared)
    half = np.sqrt(squared * (share * (1 - share) + squared / 4)) / (1 + squared)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
