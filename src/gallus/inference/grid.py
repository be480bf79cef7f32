"""Grids of parameters: what a scan runs over.

:func:`parse_grid` reads ``delta_m2_41_eV2=0.1:100:150:log``; :class:`Grid` names the axes of the
arrays of a scan, in their order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.parameters.parameter import Parameter, check_names

FORM: Final = "NAME=LOWEST:HIGHEST:POINTS, with :log for equal steps of the logarithm"

MOST_POINTS: Final = 100_000_000
"""Points of a grid; chi2 and one profiled parameter of so many take 1.6 GB."""


@dataclass(frozen=True)
class Axis:
    """Values of one parameter at equal distances.

    Parameters
    ----------
    name : str
        The parameter.
    lower, upper : float
        First and last value.
    count : int
        Number of values.
    log : bool
        Whether the distances are those of the logarithm.

    Raises
    ------
    InputError
        If there are fewer than two values, they do not increase, or a logarithm does not exist.
    """

    name: str
    lower: float
    upper: float
    count: int
    log: bool = False

    def __post_init__(self) -> None:
        for value in (self.lower, self.upper):
            if not math.isfinite(value):
                raise InputError("is not finite", key=self.name, value=value, allowed=FORM)
        if not self.lower < self.upper:
            ends = [self.lower, self.upper]
            allowed = "the lowest value first"
            raise InputError("does not increase", key=self.name, value=ends, allowed=allowed)
        if self.count < 2:
            raise InputError("has too few points", key=self.name, value=self.count, allowed="2, ..")
        if self.log and self.lower <= 0:
            allowed = "above 0 on a logarithmic axis"
            raise InputError("is not positive", key=self.name, value=self.lower, allowed=allowed)

    @property
    def values(self) -> Array:
        """The values, shape (count,)."""
        if not self.log:
            return np.linspace(self.lower, self.upper, self.count)
        values = np.geomspace(self.lower, self.upper, self.count)
        values[0], values[-1] = self.lower, self.upper  # whatever the rounding
        return values

    @property
    def positions(self) -> Array:
        """Coordinates at equal distances: the values, or their logarithms to base 10."""
        return np.log10(self.values) if self.log else self.values

    def value_at(self, position: float) -> float:
        """Inverse of `positions`."""
        return float(10.0**position) if self.log else float(position)


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of some axes.

    Parameters
    ----------
    axes : tuple of Axis
        In the order of the axes of the arrays.

    Raises
    ------
    InputError
        If there is no axis, a parameter has two, or there are too many points.
    """

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        if not self.axes:
            raise InputError("has no axis", key="grid", allowed=FORM)
        for place, name in enumerate(self.names):
            if name in self.names[:place]:
                raise InputError("is on two axes", key=name, allowed="one axis")
        if math.prod(self.shape) > MOST_POINTS:
            allowed = f"{MOST_POINTS} points"
            raise InputError("is too large", key="grid", value=self.shape, allowed=allowed)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(axis.name for axis in self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the arrays."""
        return tuple(axis.count for axis in self.axes)

    def axis(self, name: str) -> Axis:
        """Return the axis of a parameter.

        Raises
        ------
        InputError
            If it has none.
        """
        if name not in self.names:
            raise unknown_name("axis", name, self.names)
        return self.axes[self.names.index(name)]

    def within(self, parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
        """Parameters with bounds that do not leave the axes; they start where theirs begin."""
        axes = {axis.name: axis for axis in self.axes}
        return tuple(
            each
            if each.name not in axes
            else replace(
                each,
                lower=axes[each.name].lower,
                upper=axes[each.name].upper,
                start=axes[each.name].lower,
            )
            for each in parameters
        )

    def check(self, parameters: Sequence[Parameter]) -> None:
        """Raise unless all axes are of known parameters and within their bounds.

        Raises
        ------
        InputError
            With the nearest known name, or the bounds.
        """
        check_names(parameters, self.names)
        bounds = {each.name: (each.lower, each.upper) for each in parameters}
        for axis in self.axes:
            lower, upper = bounds[axis.name]
            for value in (axis.lower, axis.upper):
                if not lower <= value <= upper:
                    allowed = f"from {lower:g} to {upper:g}"
                    raise InputError(
                        "leaves its bounds", key=axis.name, value=value, allowed=allowed
                    )


def parse_grid(texts: Sequence[str]) -> Grid:
    """Read axes of the form ``NAME=LOWEST:HIGHEST:POINTS[:log]``.

    Raises
    ------
    InputError
        If one has another form, or as :class:`Axis` and :class:`Grid`.
    """
    return Grid(tuple(parse_axis(text) for text in texts))


def parse_axis(text: str) -> Axis:
    """Read one axis.

    Raises
    ------
    InputError
        If it has another form, or as :class:`Axis`.
    """
    name, equals, numbers = (part.strip() for part in text.partition("="))
    parts = [part.strip() for part in numbers.split(":")]
    if not name or not equals or len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
        raise InputError("is no axis", key="--grid", value=text, allowed=FORM)
    try:
        lower, upper, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError as error:
        raise InputError("is no axis", key="--grid", value=text, allowed=FORM) from error
    return Axis(name, lower, upper, count, len(parts) == 4)
