"""What users say about an oscillation model: its name, ``--set p=v`` and ``--fix p[=v]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gallus.errors import InputError, unknown_name

if TYPE_CHECKING:
    from gallus.oscillation.base import OscillationModel

MODELS_HELP = (
    "no-oscillation, three-flavour, deficit, sterile, sterile-3+2, wave-packet, "
    "wave-packet-active, decay, broad, decoherence, decoherence-a, decoherence-b, "
    "decoherence-free, decoherence-peaked, or PATH.py:function for a function of your own"
)

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Where a parameter starts, the value of one that the model holds, or a choice "
        "(lost_to=active, ordering=inverted). May be repeated.",
    ),
]


def assignments(
    option: str, texts: Sequence[str] | None, *, value_needed: bool
) -> dict[str, str | None]:
    """Split ``p=v``.

    Parameters
    ----------
    option : str
        For messages.
    texts : sequence of str or None
        What the user wrote after each use of the option.
    value_needed : bool
        Whether ``p`` alone is wrong.

    Raises
    ------
    InputError
        If a text has no name, lacks its value, or names a parameter again.
    """
    found: dict[str, str | None] = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not name or (equals and not value) or (value_needed and not equals):
            allowed = "NAME=VALUE" if value_needed else "NAME or NAME=VALUE"
            raise InputError("is no assignment", key=option, value=text, allowed=allowed)
        if name in found:
            raise InputError("is given twice", key=f"{option} {name}")
        found[name] = value if equals else None
    return found


def chosen_model(
    name: str, settings: dict[str, str | None]
) -> tuple[OscillationModel, dict[str, float]]:
    """Return the model of that name, its choices made, and the values of its parameters.

    Raises
    ------
    InputError
        If there is no such model, parameter or choice, or a value is not allowed.
    """
    from gallus.oscillation.catalogue import choices as choices_of
    from gallus.oscillation.catalogue import model as model_of
    from gallus.oscillation.catalogue import with_choices
    from gallus.parameters.parameter import check_values

    model = model_of(name)
    choices = choices_of(model)
    picked = {key: text for key, text in settings.items() if key in choices}
    model = with_choices(
        model, {key: _chosen(choices[key], key, text) for key, text in picked.items()}
    )
    known = [parameter.name for parameter in model.parameters]
    for key in settings:
        if key not in known and key not in choices:
            raise unknown_name(f"parameter of {name}", key, [*known, *choices])
    values = {key: number(key, text) for key, text in settings.items() if key in known}
    check_values([each for each in model.parameters if each.name in values], values)
    return model, values


def held_values(
    model: OscillationModel, start: dict[str, float], fixed: dict[str, str | None]
) -> dict[str, float]:
    """Values of parameters that ``--fix`` holds: its own, else that of ``--set``, else the start.

    Raises
    ------
    InputError
        If a name is unknown or that of a choice, or its value is not allowed or differs from that
        of ``--set``.
    """
    from gallus.oscillation.catalogue import choices as choices_of
    from gallus.parameters.parameter import check_values

    starts = {parameter.name: parameter.start for parameter in model.parameters}
    choices = choices_of(model)
    held = {}
    for key, text in fixed.items():
        if key in choices:
            allowed = f"--set {key}={text or 'VALUE'}"
            raise InputError("is a choice, not a parameter", key=key, value=text, allowed=allowed)
        if key not in starts:
            raise unknown_name(f"parameter of {model.name}", key, starts)
        held[key] = start.get(key, starts[key]) if text is None else number(key, text)
        if key in start and held[key] != start[key]:
            allowed = "one value"
            raise InputError(
                "is set and fixed", key=key, value=[start[key], held[key]], allowed=allowed
            )
    check_values([each for each in model.parameters if each.name in held], held)
    return held


def number(key: str, text: str | None) -> float:
    """Return the value of a parameter.

    Raises
    ------
    InputError
        If it is not a number.
    """
    try:
        return float(text or "")
    except ValueError as error:
        raise InputError("is not a number", key=key, value=text, allowed="a number") from error


def _chosen(present: object, key: str, text: str | None) -> object:
    if isinstance(present, bool):
        if text not in ("true", "false"):
            raise InputError("is not true or false", key=key, value=text, allowed="true, false")
        return text == "true"
    if not isinstance(present, int):
        return text
    try:
        return int(text or "")
    except ValueError as error:
        allowed = "a whole number"
        raise InputError("is not a whole number", key=key, value=text, allowed=allowed) from error
