"""Minimum of a chi2 of one number and its errors, for recipes without a closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

from gallus.recipes.base import Average

GOLDEN = (math.sqrt(5) - 1) / 2


def profile_average(chi2: Callable[[float], float], start: float) -> Average:
    """Minimum of a chi2 with one minimum, and the distances at which it has grown by one.

    Parameters
    ----------
    chi2 : callable
        Function of the common ratio.
    start : float
        A ratio within 1 of the minimum.
    """
    best = _golden_section(chi2, start - 1.0, start + 1.0)
    limit = chi2(best) + 1.0

    def excess(mean: float) -> float:
        return chi2(mean) - limit

    upper, lower = crossing(excess, best, best + 1.0), crossing(excess, best, best - 1.0)
    return Average(best, upper - best, best - lower)


def crossing(function: Callable[[float], float], inside: float, outside: float) -> float:
    """Point where an increasing excess becomes zero; infinite if it never does."""
    step = outside - inside
    while function(outside) < 0:
        inside, outside = outside, outside + step
        step *= 2
        if abs(step) > 1e6:
            return math.inf if step > 0 else -math.inf
    for _ in range(60):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if function(middle) < 0 else (inside, middle)
    return 0.5 * (inside + outside)


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    fa, fb = function(a), function(b)
    for _ in range(60):
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - GOLDEN * (high - low)
            fa = function(a)
        else:
            low, a, fa = a, b, fb
            b = low + GOLDEN * (high - low)
            fb = function(b)
    return 0.5 * (low + high)
