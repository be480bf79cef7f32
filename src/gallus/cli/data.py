"""``gallus data``: the measured numbers behind everything, with unit, source and trust mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.options import CiteOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gallus.database.schema import Dataset
    from gallus.registry import Entry


def data(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Data set to show; all are listed if not given."),
    ] = None,
    json: JsonOption = None,
    cite: CiteOption = None,
) -> None:
    """List the data sets, or show one with values, errors, units, sources and trust marks."""
    from gallus.cli.output import Output
    from gallus.registry import dataset, dataset_names

    output = Output(json, cite)
    if name is None:
        sets = [dataset(each) for each in dataset_names()]
        output.write(
            [_summary(each) for each in sets],
            [key for each in sets for key in each.citations()],
        )
        output.show(*_listing(sets))
    else:
        chosen = dataset(name)
        output.write(_content(chosen), chosen.citations())
        output.show(*_page(chosen))


def _summary(data: Dataset) -> dict[str, object]:
    from gallus.registry import entries, kind_of, lowest_trust

    return {
        "name": data.name,
        "kind": kind_of(data.name),
        "title": data.title,
        "quantities": len(entries(data)),
        "trust": lowest_trust(data),
        "citation": data.citation,
    }


def _content(data: Dataset) -> dict[str, object]:
    from gallus.database.bibliography import reference
    from gallus.registry import entries

    return {
        **_summary(data),
        "note": data.note,
        "quantities": [_entry(entry) for entry in entries(data)],
        "references": {key: reference(key).model_dump() for key in data.citations()},
    }


def _entry(entry: Entry) -> dict[str, object]:
    source = entry.source
    return {
        "key": entry.key,
        "value": entry.value,
        "plus": entry.plus,
        "minus": entry.minus,
        "unit": entry.unit,
        "confidence_level": entry.confidence_level,
        "citation": source.citation,
        "where": source.where,
        "provenance": source.provenance,
        "note": source.note,
    }


def _listing(sets: Iterable[Dataset]) -> list[object]:
    from gallus.cli.tables import caption, table

    rows = [
        [str(summary[key]) for key in ("name", "kind", "title", "quantities", "trust", "citation")]
        for summary in map(_summary, sets)
    ]
    columns = ["data set", "kind", "title", "numbers", "trust", "main source"]
    return [
        table("Data sets", columns, rows, left=(0, 1, 2, 4, 5)),
        caption(
            "Trust: the lowest mark of any number in the set, from read (best), computed, "
            "digitised, inferred to recalled.",
            "gallus data NAME shows the numbers.",
        ),
    ]


def _page(data: Dataset) -> list[object]:
    from gallus.cli.tables import caption, table
    from gallus.database.bibliography import reference
    from gallus.registry import entries

    rows, notes = [], [data.note] if data.note else []
    for entry in entries(data):
        if entry.source.note and entry.source.note not in notes:
            notes.append(entry.source.note)
        rows.append([entry.key, *_value(entry), entry.source.provenance, _source(entry, notes)])
    columns = ["quantity", "value", "error", "unit", "trust", "source"]
    texts = [f"[{number}] {note}" for number, note in enumerate(notes, 1)]
    texts += [f"{key}: {reference(key).label()}" for key in data.citations()]
    return [
        table(f"{data.name}: {data.title}", columns, rows, left=(0, 3, 4, 5)),
        caption(*texts),
    ]


def _value(entry: Entry) -> tuple[str, str, str]:
    """Value, error and unit as printed in the file."""
    if entry.plus == entry.minus:
        error = f"± {entry.plus:.6g}" if entry.plus else "–"
    else:
        error = f"+{entry.plus:.6g} −{entry.minus:.6g}"
    if entry.plus and entry.confidence_level != "1 sigma":
        error += f" ({entry.confidence_level})"
    return f"{entry.value:.10g}", error, "" if entry.unit == "1" else entry.unit


def _source(entry: Entry, notes: list[str]) -> str:
    source = entry.source
    number = f" [{notes.index(source.note) + 1}]" if source.note else ""
    return ", ".join(part for part in (source.citation, source.where) if part) + number
