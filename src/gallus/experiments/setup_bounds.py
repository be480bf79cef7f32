"""What one value of a set-up may be, said before anything is computed with it.

:func:`check_value` is for a value, :func:`check_range` for the ends of a range that is searched,
which may touch an end that is not allowed itself (``days`` from 0 on). Whether two values go
together only the set-up as a whole can say.
"""

from __future__ import annotations

import math
from typing import Any, Final

from pydantic import ValidationError, create_model

from gallus.errors import InputError
from gallus.experiments.setup import Setup
from gallus.experiments.setup_keys import BACKGROUND, SECTIONS, full_key

LIMITS: Final = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
"""Where the limit of a complaint stands, and how it is said."""
FIDUCIAL: Final = "detection.fiducial_radius_m"
DECIMALS: Final = 4
"""Of the radius of a detector in a message."""


def check_value(chosen: Setup, key: str, value: float) -> None:
    """Check that a value of a set-up may be this number.

    Parameters
    ----------
    chosen : Setup
        Whose value it is.
    key : str
        As :func:`gallus.experiments.setup_keys.full_key` takes it.
    value : float
        The number.

    Raises
    ------
    InputError
        If there is no such key, the number is not allowed for it, or a fiducial sphere would reach
        beyond the detector.
    """
    problem = _problem(chosen, full_key(key, chosen.background), value)
    if problem is not None:
        raise problem


def check_range(chosen: Setup, key: str, lower: float, upper: float) -> None:
    """Check that a value of a set-up may be any number between two.

    Parameters
    ----------
    chosen : Setup
        Whose value it is.
    key : str
        As :func:`gallus.experiments.setup_keys.full_key` takes it.
    lower, upper : float
        Ends of the range.

    Raises
    ------
    InputError
        As :func:`check_value`, naming the end that is not allowed.
    """
    full = full_key(key, chosen.background)
    for end, other in ((lower, upper), (upper, lower)):
        problem = _problem(chosen, full, math.nextafter(end, other))
        if problem is not None:
            raise InputError(problem.problem, key=full, value=end, allowed=problem.allowed)


def _problem(chosen: Setup, key: str, value: float) -> InputError | None:
    said = _limit(chosen, key, value)
    if said is not None:
        return InputError("is out of range", key=key, value=value, allowed=said)
    if key != FIDUCIAL or chosen.detector.zones:
        return None
    most = chosen.detector.outer_radius_m
    if value <= most:
        return None
    rounded = math.floor(most * 10**DECIMALS) / 10**DECIMALS
    allowed = f"at most {rounded:g}, the radius of the detector"
    return InputError("is beyond the detector", key=key, value=value, allowed=allowed)


def _limit(chosen: Setup, key: str, value: float) -> str | None:
    """The limit of a key that a number breaks, in words."""
    section, _, name = key.rpartition(".")
    place, _, table = section.partition(".")
    if place == BACKGROUND:
        model = type(next(each for each in chosen.background if each.name == table))
        field = model.model_fields[name]
    else:
        field = (SECTIONS[section] if section else Setup).model_fields[name]
    alone: Any = (field.annotation, field)
    try:
        create_model("Value", value=alone)(value=value)
    except ValidationError as error:
        detail = error.errors()[0]
        if detail["type"] in LIMITS:
            limit, words = LIMITS[detail["type"]]
            return f"{words} {detail['ctx'][limit]:g}"
    return None
