"""``gallus rates`` for a set-up of source and detector, registered or in a TOML file."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gallus.cli.choices import check_figure, check_positive, is_file
from gallus.cli.model_choices import assignments, chosen_model
from gallus.errors import InputError, unknown_name

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gallus.arrays import Array
    from gallus.experiments.assumption_costs import Cost
    from gallus.experiments.setup import Setup
    from gallus.oscillation.base import OscillationModel
    from gallus.setup_rates import SetupRate

PHYSICAL = "-physical"
ROWS = 10
"""Rows of the table of distributions."""
NOTHING = "none"
"""What takes a value away."""


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    experiment: str
    model: str | None
    settings: list[str] | None
    line_set: str | None
    days: float | None
    breakdown: bool
    figure: str | None
    json: str | None
    cite: str | None


def is_setup(text: str) -> bool:
    """Whether a word of the user's means a set-up rather than gallium experiments.

    Raises
    ------
    InputError
        If it is neither; the nearest name is suggested.
    """
    from gallus.database.loader import read_toml
    from gallus.experiments.gallium import group_names
    from gallus.experiments.setup import setup_names

    if text in setup_names():
        return True
    if text in group_names() or "," in text:
        return False
    if not is_file(text):
        raise unknown_name("experiment", text, [*group_names(), *setup_names()])
    content = read_toml(Path(text))
    return content.get("kind") == "setup" or ("kind" not in content and "detector" in content)


def show(asked: Request) -> None:
    """Compute the events and print or write them."""
    from gallus.cli.output import Output
    from gallus.experiments.setup import SetupWarning
    from gallus.setup_rates import setup_rates

    output = Output(asked.json, asked.cite, (asked.figure,))
    check_figure(asked.figure)
    if asked.days is not None:
        check_positive("--days", asked.days, "days")
    model, values, chosen = _choices(asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SetupWarning)  # the remarks are printed
        rate = setup_rates(chosen, model=model, values=values, days=asked.days)
    costs = _costs(asked, chosen)
    citations = chosen.all_citations()
    content = {
        **rate.as_dict(),
        "model": None if model is None else model.name,
        "lost_to": None if model is None else model.lost_to,
        "parameters": values,
        "assumptions": _assumptions(chosen),
        "breakdown": None if costs is None else [each._asdict() for each in costs],
        "citations": citations,
    }
    output.write(content, citations)
    tables: list[object] = [_values(chosen), _counts(rate, model)]
    if rate.per_day_initial > 0:
        tables.append(_distributions(rate))
    if costs is not None:
        tables.append(_breakdown(costs, asked.experiment))
    output.show(*tables, _caption(rate, model, values))
    if asked.figure is not None:
        _draw(rate, asked.figure)


def _choices(asked: Request) -> tuple[OscillationModel | None, dict[str, float], Setup]:
    """Model, its parameters, and the set-up with the values that the user changed."""
    from gallus.experiments.setup import read_setup, setup, setup_names, value_keys, with_values

    texts = assignments("--set", asked.settings, value_needed=True)
    model: OscillationModel | None = None
    values: dict[str, float] = {}
    if asked.model is not None:
        known = {part for key in value_keys() for part in (key, key.rpartition(".")[2])}
        own = {key: text for key, text in texts.items() if key not in known}
        model, values = chosen_model(asked.model, own)
        held = {p.name: p.start for p in model.parameters if p.name not in model.fixed}
        texts, values = {k: t for k, t in texts.items() if k not in own}, held | values
    changed: dict[str, Any] = {key: _value(text) for key, text in texts.items()}
    if asked.line_set is not None:
        changed["source.line_set"] = asked.line_set
    found = setup(asked.experiment) if asked.experiment in setup_names() else None
    found = read_setup(asked.experiment) if found is None else found
    return model, values, with_values(found, changed) if changed else found


def _value(text: str | None) -> Any:
    if text == NOTHING:
        return None
    try:
        return float(text or "")
    except ValueError:
        return text


def _costs(asked: Request, chosen: Setup) -> tuple[Cost, ...] | None:
    """What each assumption costs on the way to the physical set-up, at the same position."""
    from gallus.experiments.assumption_costs import assumption_costs
    from gallus.experiments.setup import setup, setup_names, with_values

    if not asked.breakdown:
        return None
    other = asked.experiment + PHYSICAL
    if other not in setup_names():
        pairs = [n.removesuffix(PHYSICAL) for n in setup_names() if n.endswith(PHYSICAL)]
        raise InputError(
            "has no physical version beside it",
            key="--breakdown",
            value=asked.experiment,
            allowed=", ".join(pairs),
        )
    there = with_values(setup(other), {"position.distance_m": chosen.position.distance_m})
    return assumption_costs(chosen, there)


def _assumptions(chosen: Setup) -> dict[str, dict[str, object]]:
    return {
        key: {
            "value": chosen.value(key),
            "provenance": each.provenance,
            "citation": each.citation,
            "where": each.where,
            "note": each.note,
        }
        for key, each in chosen.assumptions.items()
    }


def _values(chosen: Setup) -> Table:
    from gallus.cli.tables import table

    rows = [
        [key, _text(chosen.value(key)), each.provenance, each.note]
        for key, each in chosen.assumptions.items()
    ]
    given = [key for key in chosen.given() if key not in chosen.assumptions]
    rows += [[key, _text(chosen.value(key)), "user", ""] for key in given]
    derived = {
        "density (g/cm³)": chosen.density_g_per_cm3(),
        "electrons (1e23/cm³)": chosen.electrons_per_cm3() / 1e23,
        "mean path in the target (m)": chosen.mean_path_length_m(),
    }
    rows += [[key, f"{value:.5g}", "computed", ""] for key, value in derived.items()]
    return table(chosen.title, ["assumption", "value", "trust", "note"], rows, left=(0, 1, 2, 3))


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _counts(rate: SetupRate, model: OscillationModel | None) -> Table:
    from gallus.cli.tables import percent, table

    full = rate.days_at_full_rate
    rows = []
    for name, each in rate.reactions.items():
        row = [name, f"{each.per_day_initial:.2f}", f"{each.per_day_initial * full:.2f}"]
        rows.append(row if model is None else [*row, percent(each.survival, 2)])
    often = "" if rate.setup.runs == 1 else f"{rate.setup.runs} x "
    columns = ["reaction", "per day at the start", f"in {often}{rate.days:g} days"]
    columns += [] if model is None else [f"left by {model.name}"]
    return table("Events", columns, rows)


def _distributions(rate: SetupRate) -> Table:
    from gallus.cli.tables import table

    main = rate.main
    energies = _merged(1e3 * main.energy_edges_MeV, main.per_day.sum(axis=1))
    distances = _merged(main.distance_edges_m, main.per_day.sum(axis=0))
    days, events = rate.by_time()
    step = (len(days) - 1) // ROWS
    times = [[f"{days[n]:g}", f"{events[n]:.1f}"] for n in range(step, len(days), step)]
    columns = [energies, distances, times[:ROWS]]
    rows = []
    for place in range(max(map(len, columns))):
        parts = [part[place] if place < len(part) else ["", ""] for part in columns]
        rows.append([text for part in parts for text in part])
    header = ["energy (keV)", "per day", "distance (m)", "per day", "day", "events so far"]
    return table(f"Distributions: {next(iter(rate.reactions))}", header, rows)


def _merged(edges: Array, counts: Array) -> list[list[str]]:
    """At most ROWS bins of a histogram as texts."""
    import numpy as np

    bounds = np.unique(np.linspace(0, len(counts), min(ROWS, len(counts)) + 1).round().astype(int))
    return [
        [f"{edges[low]:.4g} – {edges[high]:.4g}", f"{counts[low:high].sum():.2f}"]
        for low, high in pairwise(bounds)
    ]


def _breakdown(costs: tuple[Cost, ...], name: str) -> Table:
    from gallus.cli.tables import table

    rows = [
        [each.name, _change(each.before, each.after), f"{each.alone:.4f}", f"{each.together:.4f}"]
        for each in costs
    ]
    columns = ["difference", "from → to", "alone", "with all above"]
    title = f"What each assumption costs: events per day of {name}{PHYSICAL} over {name}"
    return table(title, columns, rows, left=(0, 1))


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    parts = []
    for key, value in after.items():
        first, then = (NOTHING if each is None else _text(each) for each in (before[key], value))
        parts.append(f"{key.rpartition('.')[2]} {first} → {then}")
    return ", ".join(parts)


def _caption(rate: SetupRate, model: OscillationModel | None, values: dict[str, float]) -> Text:
    from gallus.cli.tables import caption

    sentences = [f"Remark: {remark}." for remark in rate.remarks]
    sentences.append("No background, no systematic error. The run begins with the activity above.")
    if model is not None:
        said = ", ".join(f"{name} = {value:g}" for name, value in values.items())
        sentences.append(f"{model.name}: {said or 'no free parameter'}; lost to {model.lost_to}.")
    return caption(*sentences)


def _draw(rate: SetupRate, path: str) -> None:
    from gallus.figures.appearance import save
    from gallus.figures.setup_rates import setup_rate_figure

    save(setup_rate_figure(rate), path)
