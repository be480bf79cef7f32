"""A parameter of a model or an apparatus: name, start, bounds, scale and constraint.

Parameters are shared by name: likelihoods that are added must agree on the definition of a name,
and each constraint counts once (:func:`union`, :func:`constraint_chi2`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Literal

import numpy as np

from gallus.arrays import Array, is_traceable
from gallus.errors import InputError, unknown_name
from gallus.parameters.constraints import Constraint, CorrelatedNormal, Params


@dataclass(frozen=True)
class Parameter:
    """One number that a prediction depends on.

    Parameters
    ----------
    name : str
        Bare for physics (``sin2_2theta_ee``), prefixed for apparatus (``danss.energy_scale``); the
        unit is part of it (``delta_m2_41_eV2``).
    start : float
        Value where nothing else is said.
    lower, upper : float
        Bounds, inclusive; infinite if there is none.
    scale : {"linear", "log"}
        How to spread grid points, to step in a fit, and what a prior without constraint is flat in.
    constraint : Normal, SplitNormal, CorrelatedNormal or None
        What other measurements say.
    label, unit : str
        For figures and tables. Labels may differ where parameters are shared.

    Raises
    ------
    InputError
        If the bounds are not in order, the start is outside, or a logarithmic scale is not
        positive.
    """

    name: str
    start: float
    lower: float = -math.inf
    upper: float = math.inf
    scale: Literal["linear", "log"] = "linear"
    constraint: Constraint | None = None
    label: str = field(default="", compare=False)
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.name or any(character.isspace() for character in self.name):
            raise InputError("is no name", key="name", value=self.name, allowed="no spaces")
        if not self.lower < self.upper:
            bounds = [self.lower, self.upper]
            raise InputError("are not in order", key=f"{self.name} bounds", value=bounds)
        if self.scale not in ("linear", "log"):
            raise InputError(
                "is unknown", key=f"{self.name} scale", value=self.scale, allowed="linear, log"
            )
        if self.scale == "log" and not self.lower > 0:
            raise InputError(
                "is not positive",
                key=f"{self.name} lower",
                value=self.lower,
                allowed="above 0 on a logarithmic scale",
            )
        _check_value(self, self.start)
        if isinstance(self.constraint, CorrelatedNormal) and self.name not in self.constraint.names:
            raise InputError("is not in its own block", key=self.name, value=self.constraint.names)


def check_values(parameters: Sequence[Parameter], values: Params) -> None:
    """Raise unless the values are one for each parameter, and allowed.

    Arrays are checked element by element; traced ones (jax) by name only.

    Raises
    ------
    InputError
        If a name is unknown (with the nearest known one) or missing, or a value is NaN or outside
        its bounds.
    """
    check_names(parameters, values)
    for parameter in parameters:
        if parameter.name not in values:
            allowed = ", ".join(each.name for each in parameters)
            raise InputError("is missing", key=parameter.name, allowed=allowed)
        _check_value(parameter, values[parameter.name])


def check_names(parameters: Sequence[Parameter], names: Iterable[str]) -> None:
    """Raise unless each name is one of the parameters'.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    known = [parameter.name for parameter in parameters]
    for name in names:
        if name not in known:
            raise unknown_name("parameter", name, known)


def with_starts(parameters: Sequence[Parameter], values: Params) -> dict[str, float | Array]:
    """Fill in the start of every parameter that has no value; the result is checked.

    Raises
    ------
    InputError
        As `check_values`.
    """
    complete = {parameter.name: parameter.start for parameter in parameters} | dict(values)
    check_values(parameters, complete)
    return complete


def union(*groups: Sequence[Parameter], owners: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """All parameters of several groups, each once, in order of appearance.

    Parameters
    ----------
    *groups : sequence of Parameter
        What each likelihood depends on.
    owners : sequence of str, optional
        Names of the groups, for the message.

    Raises
    ------
    InputError
        If a name is defined in two ways.
    """
    labels = [owner or f"group {k + 1}" for k, owner in enumerate([*owners, *[""] * len(groups)])]
    first: dict[str, tuple[Parameter, str]] = {}
    for group, owner in zip(groups, labels, strict=False):
        for parameter in group:
            known, known_owner = first.setdefault(parameter.name, (parameter, owner))
            if known != parameter:
                raise InputError(
                    "is defined in two ways, "
                    f"{_differences(known, parameter)} ({known_owner}) and "
                    f"{_differences(parameter, known)} ({owner})",
                    key=parameter.name,
                    allowed="one definition",
                )
    parameters = tuple(parameter for parameter, _ in first.values())
    correlated_blocks(parameters)
    return parameters


def correlated_blocks(parameters: Sequence[Parameter]) -> tuple[CorrelatedNormal, ...]:
    """Correlated constraints, each once, restricted to the parameters at hand.

    Raises
    ------
    InputError
        If a parameter is listed in the block of another one but has another constraint.
    """
    return _correlated_blocks(tuple(parameters))


@lru_cache(maxsize=256)
def _correlated_blocks(parameters: tuple[Parameter, ...]) -> tuple[CorrelatedNormal, ...]:
    # Kept, because every call of chi2 asks and a restricted block factorises its matrix.
    found = dict.fromkeys(
        parameter.constraint
        for parameter in parameters
        if isinstance(parameter.constraint, CorrelatedNormal)
    )
    for block in found:
        for parameter in parameters:
            if parameter.name in block.names and parameter.constraint != block:
                raise InputError(
                    "has a constraint of its own and one with others",
                    key=parameter.name,
                    value=parameter.constraint,
                    allowed=f"the block of {', '.join(block.names)}",
                )
    names = [parameter.name for parameter in parameters]
    return tuple(block.restricted(names) for block in found)


def constraint_chi2(parameters: Sequence[Parameter], values: Params) -> Array:
    """Sum of all constraints, each once, broadcast over the shapes of the values."""
    total: Array = np.zeros(())
    for parameter in parameters:
        if parameter.constraint and not isinstance(parameter.constraint, CorrelatedNormal):
            total = total + parameter.constraint.chi2(values[parameter.name])
    for block in correlated_blocks(parameters):
        total = total + block.chi2(values)
    return total


def constraint_slopes(parameters: Sequence[Parameter], values: Params) -> dict[str, Array]:
    """Derivatives of `constraint_chi2` by name; names without constraint are left out."""
    slopes: dict[str, Array] = {
        parameter.name: parameter.constraint.slope(values[parameter.name])
        for parameter in parameters
        if parameter.constraint and not isinstance(parameter.constraint, CorrelatedNormal)
    }
    for block in correlated_blocks(parameters):
        slopes |= block.slope(values)
    return slopes


def _check_value(parameter: Parameter, value: float | Array) -> None:
    # A plain float is what a minimiser asks for, thousands of times: no array is made of it.
    within = isinstance(value, float) and parameter.lower <= value <= parameter.upper
    if within and math.isfinite(value):
        return
    if is_traceable(value):
        return
    allowed = f"from {parameter.lower:g} to {parameter.upper:g}"
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            "is not a number", key=parameter.name, value=value, allowed=allowed
        ) from error
    if np.isnan(numbers).any():
        raise InputError("is not a number", key=parameter.name, value=value, allowed=allowed)
    outside = (numbers < parameter.lower) | (numbers > parameter.upper) | np.isinf(numbers)
    if outside.any():
        wrong = float(numbers[outside].flat[0])
        raise InputError("is outside its bounds", key=parameter.name, value=wrong, allowed=allowed)


def _differences(one: Parameter, other: Parameter) -> str:
    differ = (each.name for each in fields(Parameter) if each.compare)
    pairs: Mapping[str, object] = {
        name: getattr(one, name) for name in differ if getattr(one, name) != getattr(other, name)
    }
    return ", ".join(f"{name} = {value}" for name, value in pairs.items())
