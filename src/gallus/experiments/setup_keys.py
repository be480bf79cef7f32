"""Keys of the values of a set-up: ``section.name``, and ``background.NAME.key`` of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from gallus.database.schema import Sourced
from gallus.database.sections import Section
from gallus.errors import InputError
from gallus.experiments.background_sections import BackgroundTable
from gallus.experiments.forecast_sections import PeriodSection, UncertaintySection
from gallus.experiments.setup_sections import (
    DetectionSection,
    DetectorSection,
    InteractionSection,
    PositionSection,
    SourceSection,
)

SECTIONS: Mapping[str, type[Section]] = {
    "source": SourceSection,
    "detector": DetectorSection,
    "position": PositionSection,
    "interaction": InteractionSection,
    "detection": DetectionSection,
    "uncertainties": UncertaintySection,
    "periods": PeriodSection,
}
RUN_KEYS = ("days", "runs", "live_share")
BACKGROUND = "background"
FIXED = ("kind", "name", *Sourced.model_fields)
"""What of a table of a background is no value."""


def value_keys(tables: Iterable[BackgroundTable] = ()) -> tuple[str, ...]:
    """Keys of all values of a set-up: of the run, ``section.name``, ``background.NAME.key``.

    Parameters
    ----------
    tables : iterable of BackgroundTable
        Backgrounds of the set-up; without them the keys that every set-up has.
    """
    inside = (f"{name}.{key}" for name, section in SECTIONS.items() for key in section.model_fields)
    of_tables = (
        f"{BACKGROUND}.{table.name}.{key}"
        for table in tables
        for key in type(table).model_fields
        if key not in FIXED
    )
    return (*RUN_KEYS, *inside, *of_tables)


def full_key(key: str, tables: Iterable[BackgroundTable] = ()) -> str:
    """Return ``section.name`` of a key that may be given without its section.

    Those of backgrounds only where no section has one of that name.

    Raises
    ------
    InputError
        If there is none, or there are several.
    """
    own, known = value_keys(), value_keys(tables)
    found = [each for each in own if key in (each, each.rpartition(".")[2])]
    found = found or [each for each in known if key in (each, each.rpartition(".")[2])]
    if not found:
        raise _unknown(key, known)
    if len(found) > 1:
        raise InputError("stands in several sections", key=key, allowed=", ".join(found))
    return found[0]


def is_table(key: str, tables: Iterable[BackgroundTable]) -> bool:
    """Whether a key is that of a background as a whole, ``background.NAME``."""
    return key in {f"{BACKGROUND}.{table.name}" for table in tables}


def _unknown(key: str, known: tuple[str, ...]) -> InputError:
    """The error for a key that there is not; it lists those of its section, or the sections."""
    inside = sorted(each for each in known if each.startswith(f"{key}."))
    if inside:
        what = "section" if key in SECTIONS else "table, which only none takes away"
        return InputError(f"is a {what}", key=key, allowed=", ".join(inside))
    section = key.rpartition(".")[0]
    inside = sorted(each for each in known if section and each.startswith(f"{section}."))
    near = get_close_matches(key, [*known, *(each.rpartition(".")[2] for each in known)], n=1)
    meant = [each for each in known if near and near[0] in (each, each.rpartition(".")[2])]
    hint = f", did you mean {meant[0]!r}?" if meant else ""
    named = dict.fromkeys(each.rpartition(".")[0] for each in known if "." in each)
    places = [*RUN_KEYS, *(f"{place}.KEY" for place in named)]
    return InputError(
        f"unknown key of the set-up{hint}", value=key, allowed=", ".join(inside or places)
    )


def section_of(content: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """Return the part of a file's content that a full key belongs to, and its name there."""
    section, _, name = key.rpartition(".")
    if not section:
        return content, name
    place, _, table = section.partition(".")
    if place != BACKGROUND:
        return content.setdefault(section, {}), name
    return next(each for each in content[BACKGROUND] if each["name"] == table), name
