"""Sections of the files that users write: unknown keys, and quantities with several units.

Use :class:`Section` where a wrong key should name the nearest known one, :func:`known_keys` for a
file as a whole, :func:`exactly_one` where a file gives one quantity in one of several ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, model_validator

from gallus.database.schema import Frozen
from gallus.errors import InputError, unknown_name


class Section(Frozen):
    """A section of the file: a key that is not known is an error that names the nearest one."""

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        known_keys(cls, data)
        return data


def known_keys(model: type[BaseModel], data: Any) -> None:
    """Raise InputError for a key that a model does not have, with the nearest one that it has."""
    for key in data if isinstance(data, Mapping) else ():
        if key not in model.model_fields:
            raise unknown_name("key", str(key), model.model_fields)


def exactly_one(section: Section, keys: tuple[str, ...]) -> None:
    """Raise InputError unless one of the keys has a value."""
    if not at_most_one(section, keys):
        raise InputError("is missing", key=keys[0], allowed="exactly one of " + ", ".join(keys))


def at_most_one(section: Section, keys: tuple[str, ...]) -> list[str]:
    """Keys that have a value; InputError if there are several."""
    given = [key for key in keys if getattr(section, key) is not None]
    if len(given) > 1:
        raise InputError(
            f"is given besides {given[0]}",
            key=given[1],
            value=getattr(section, given[1]),
            allowed="one of " + ", ".join(keys),
        )
    return given
