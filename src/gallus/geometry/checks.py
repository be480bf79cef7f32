"""Checks of lengths that a user gives; values that jax traces pass, they have no number yet."""

from __future__ import annotations

import math
from typing import Any

from gallus.arrays import is_traceable
from gallus.errors import InputError


def require_finite(key: str, value: float) -> None:
    """Raise InputError unless `value` is a finite number."""
    if not is_traceable(value) and not math.isfinite(_number(key, value)):
        raise InputError("is not finite", key=key, value=value, allowed="a finite length")


def require_positive(key: str, value: float) -> None:
    """Raise InputError unless `value` is a finite number above 0."""
    require_finite(key, value)
    if not is_traceable(value) and not value > 0:
        raise InputError("is not a size", key=key, value=value, allowed="a length above 0")


def require_not_negative(key: str, value: float) -> None:
    """Raise InputError unless `value` is a finite number, 0 or more."""
    require_finite(key, value)
    if not is_traceable(value) and value < 0:
        raise InputError("is negative", key=key, value=value, allowed="a length of 0 or more")


def require_order(lower: str, low: float, upper: str, high: float) -> None:
    """Raise InputError unless `low` is below `high`; either may be infinite, none NaN."""
    if is_traceable(low) or is_traceable(high):
        return
    for key, value in ((lower, low), (upper, high)):
        if math.isnan(_number(key, value)):
            raise InputError("is not a number", key=key, value=value, allowed="a height")
    if not low < high:
        raise InputError(
            f"is not below {upper}", key=lower, value=low, allowed=f"a height below {high!r}"
        )


def _number(key: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InputError("is not a number", key=key, value=value, allowed="a length") from error
