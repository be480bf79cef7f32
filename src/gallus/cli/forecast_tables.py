"""Tables of ``gallus forecast``: the answer, what limits it, what is in the window, assumptions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gallus.cli.tables import MISSING, table

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.cli.forecast_answers import Curves
    from gallus.cli.forecast_choices import Planned
    from gallus.cli.forecast_questions import Question
    from gallus.experiments.setup import Setup
    from gallus.forecast.observation import Observation

TOGETHER = "all together"
NEGLIGIBLE = 0.1
"""Contributions below this share of the error, 1 % of its square, are put into one row."""
NONE = 1e-3
"""Events below which there are none."""


def answers(question: Question, results: Mapping[str, Any]) -> Table:
    """The answer of each experiment, and of all together."""
    rows = [[name, *question.cells(each)] for name, each in results.items()]
    return table(question.title, ["experiment", *question.columns], rows)


def budget(question: Question, results: Mapping[str, Any]) -> Table:
    """What the error is made of, the largest contributions first."""
    rows = [row for name, each in results.items() for row in _contributions(name, each.limits)]
    columns = ["experiment", "error by", f"of {question.budget_of}", "share"]
    title = "What limits it: what holding one thing fixed would take off, in quadrature"
    return table(title, columns, rows, left=(0, 1))


def window(planned: Sequence[Planned]) -> Table:
    """Signal and backgrounds among the counts that are used."""
    rows = []
    for each in planned:
        seen = each.seen
        rows += [_part(seen, seen.name, "signal", float(seen.undisturbed.sum()), "")]
        errors = {one.name: one.relative_error for one in seen.backgrounds}
        counts = {name: float(many.sum()) for name, many in seen.background_counts.items()}
        for name in sorted(counts, key=lambda name: -counts[name]):
            rows.append(_part(seen, "", name, counts[name], known(errors[name])))
        if len(counts) > 1:
            rows.append(_part(seen, "", "all backgrounds", sum(counts.values()), ""))
    columns = ["experiment", "what", "events", "per day", "known to"]
    return table(f"In the window: {_windows(planned)}", columns, rows, left=(0, 1))


def curves(question: Question, found: Curves) -> Table:
    """The answer against a value of the design, one column an experiment."""
    rows = [
        [f"{value:.5g}", *(f"{numbers[place]:.4g}" for numbers in found.answers.values())]
        for place, value in enumerate(found.values)
    ]
    title = f"{question.headline_name[0].upper()}{question.headline_name[1:]} against {found.key}"
    return table(title, [found.key, *found.answers], rows, left=())


def background_remarks(seen: Observation) -> Table:
    """What is to be known about each background of an experiment."""
    rows = [[each.name, f"{each.per_day:.4g}", each.remark or MISSING] for each in seen.backgrounds]
    columns = ["background", "per day, all energies", "remark"]
    return table(
        f"{seen.name}: backgrounds before cuts, but for photons of the source as if without hole",
        columns,
        rows,
        left=(0, 2),
    )


def assumptions(chosen: Setup) -> Table:
    """What goes in: values with their provenance, then the tables of backgrounds."""
    rows = [
        [key, text(chosen.value(key)), each.provenance, each.note]
        for key, each in chosen.assumptions.items()
    ]
    stated = [key for key in chosen.given() if key not in chosen.assumptions]
    rows += [[key, text(chosen.value(key)), "user", ""] for key in stated]
    rows += [
        [f"background.{each.name}", _rate(each), each.provenance, each.note]
        for each in chosen.background
    ]
    return table(chosen.title, ["assumption", "value", "trust", "note"], rows, left=(0, 1, 2, 3))


def known(relative_error: float) -> str:
    """How well a rate is known from elsewhere."""
    return "this run only" if math.isinf(relative_error) else f"{100 * relative_error:.3g} %"


def text(value: object) -> str:
    """A value of a set-up."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _contributions(name: str, limits: Mapping[str, float]) -> list[list[str]]:
    total = limits["total"]
    parts = {key: size for key, size in limits.items() if key != "total"}
    shown = sorted(
        (key for key in parts if parts[key] >= NEGLIGIBLE * total), key=parts.__getitem__
    )
    rows = [[name, "total", f"{100 * total:.3g}", ""]]
    rows += [
        ["", key, f"{100 * parts[key]:.3g}", f"{100 * (parts[key] / total) ** 2:.0f} %"]
        for key in reversed(shown)
    ]
    left = len(parts) - len(shown)
    return (
        [*rows, ["", f"{left} more", f"< {100 * NEGLIGIBLE * total:.2g} each", ""]]
        if left
        else rows
    )


def _part(seen: Observation, name: str, what: str, events: float, error: str) -> list[str]:
    per_day = number(events / float(seen.exposure.days().sum())) if events >= NONE else "0"
    return [name, what, number(events) if events >= NONE else "0", per_day, error]


def number(events: float) -> str:
    """Events with four digits, and no powers of ten."""
    return f"{events:.0f}" if events >= 1000 else f"{events:.4g}"


def _windows(planned: Sequence[Planned]) -> str:
    parts = []
    for each in planned:
        low, high = (1e3 * each.seen.energy_edges_MeV[end] for end in (0, -1))
        days = each.seen.exposure.days().sum()
        parts.append(f"{low:.4g} to {high:.4g} keV, {days:.4g} days")
    return "; ".join(dict.fromkeys(parts))


def _rate(section: Any) -> str:
    skipped = {"kind", "name", "nuclide", "citation", "provenance", "where", "note"}
    said = {
        key: value
        for key, value in section.model_dump(exclude_unset=True).items()
        if key not in skipped and not isinstance(value, list | tuple)
    }
    return ", ".join(f"{key} = {text(value)}" for key, value in said.items()) or MISSING
