"""How fitted numbers are written: values with errors, intervals in pieces, p-values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gallus.inference.fit_result import FittedParameter
    from gallus.inference.interval import Interval

MOST_PIECES = 3
"""Pieces of an interval that are printed."""


def in_pieces(interval: Interval, most: int = MOST_PIECES) -> str:
    """Write the pieces of an interval, open where a bound or infinity comes first."""
    shown = [_piece(lower, upper) for lower, upper in interval.pieces[:most]]
    rest = len(interval.pieces) - most
    return ", ".join([*shown, *([f"{rest} more"] if rest > 0 else [])])


def _piece(lower: float | None, upper: float | None) -> str:
    if lower is None or upper is None:
        if lower is None and upper is None:
            return "any"
        return f"< {upper:.3g}" if lower is None else f"> {lower:.3g}"
    return f"{lower:.3g} to {upper:.3g}"


def value_and_error(parameter: FittedParameter) -> tuple[str, str]:
    """Write value and error, the error with two digits."""
    if parameter.error is None:
        bound = f"at its {parameter.at_bound} bound" if parameter.at_bound else "unknown"
        return f"{parameter.value:.4g}", bound
    if parameter.error > abs(parameter.value):
        return f"{parameter.value:.3g}", f"± {parameter.error:.2g}"
    digits = _digits(parameter.error)
    return f"{parameter.value:.{digits}f}", f"± {parameter.error:.{digits}f}"


def minos_errors(parameter: FittedParameter) -> str:
    """Write asymmetric errors, or nothing if there are none."""
    if parameter.minos is None:
        return ""
    shown = ["∞" if side is None else f"{side:.2g}" for side in parameter.minos]
    return f"+{shown[0]} −{shown[1]}"


def _digits(error: float) -> int:
    """Decimals that show two digits of an error."""
    return max(0, 1 - math.floor(math.log10(error))) if 0 < error < math.inf else 4


def p_value(value: float | None) -> str:
    """Write a p-value with two digits, or a dash."""
    from gallus.cli.tables import MISSING

    return MISSING if value is None else f"{value:.2g}"
