"""What every resolution must be."""

from __future__ import annotations

import math

from gallus.errors import InputError


def check_resolutions(**values: float) -> None:
    """Check widths and powers of a resolution.

    Raises
    ------
    InputError
        If one of them is negative or not finite.
    """
    for key, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            raise InputError(
                "is not a resolution", key=key, value=value, allowed="a finite number, 0 or more"
            )
