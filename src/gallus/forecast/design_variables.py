"""What may be chosen of a design: keys of a set-up, or ``shield_cm``, between two bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gallus.errors import InputError
from gallus.experiments.setup import Setup
from gallus.experiments.setup_bounds import check_range
from gallus.experiments.setup_keys import full_key
from gallus.forecast.source_shield import SHIELD, SourceShield

WHOLE: Final = ("runs",)
"""Keys of whole numbers."""


@dataclass(frozen=True)
class Variable:
    """A value of a set-up that may be chosen.

    Parameters
    ----------
    key : str
        Of the set-up, or ``shield_cm``.
    lower, upper : float
        Bounds.

    Raises
    ------
    InputError
        If the bounds do not increase.
    """

    key: str
    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not -math.inf < self.lower < self.upper < math.inf:
            raise InputError(
                "has no range", key=self.key, value=(self.lower, self.upper), allowed="LO < HI"
            )

    def value(self, share: float) -> float | int:
        """Value at a share of the range; a whole number where only those make sense."""
        value = self.lower + share * (self.upper - self.lower)
        return round(value) if self.key in WHOLE else value


def checked_variables(chosen: Setup, variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """The same with full keys, if all their values may be between the bounds.

    Raises
    ------
    InputError
        If there is none, a key is unknown or stands twice, or a bound is not allowed.
    """
    if not variables:
        raise InputError("are missing", key="variables", allowed="one or more")
    found: list[Variable] = []
    for each in variables:
        key = SHIELD if each.key == SHIELD else full_key(each.key, chosen.background)
        if key in {other.key for other in found}:
            raise InputError("stands twice", key="variable", value=key)
        if key != SHIELD:
            check_range(chosen, key, each.lower, each.upper)
        elif each.lower < 0:
            raise InputError("is out of range", key=key, value=each.lower, allowed="at least 0")
        found.append(Variable(key, each.lower, each.upper))
    keys = {each.key for each in found}
    follow = SourceShield.of(chosen).values(0.0).keys() if SHIELD in keys else set()
    for key in sorted(keys & follow):
        raise InputError(f"follows from {SHIELD}", key="variable", value=key)
    return tuple(found)
