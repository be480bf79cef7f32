"""Tables of ``gallus forecast``: the answer, what limits it, what is in the window, assumptions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gallus.cli.tables import MISSING, table

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.arrays import Array
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
    unit, limits = question.budget_unit, {name: each.limits for name, each in results.items()}
    rows = [row for name, each in limits.items() for row in _contributions(name, each, unit)]
    columns = ["experiment", "error by", f"of {question.budget_of}", "share"]
    title = (
        "What limits it: what knowing one thing after the other would take off, in quadrature, "
        "each time what helps most"
    )
    made = table(title, columns, rows, left=(0, 1))
    made.columns[1].no_wrap = True
    return made


def window(planned: Sequence[Planned]) -> Table:
    """Signal and backgrounds among the counts that are used, with the source and without it."""
    rows, off = [], any(each.seen.exposure.off_days for each in planned)
    for each in planned:
        seen = each.seen
        rows.append(_part(seen, seen.name, "signal", seen.undisturbed, "", off=off))
        errors = {one.name: one.relative_error for one in seen.backgrounds}
        counts = seen.background_counts
        for name in sorted(counts, key=lambda name: -float(counts[name].sum())):
            rows.append(_part(seen, "", name, counts[name], known(errors[name]), off=off))
        if len(counts) > 1:
            rows.append(_part(seen, "", "all backgrounds", seen.background, "", off=off))
    events = ["with source", "per day", "without source"] if off else ["events", "per day"]
    columns = ["experiment", "what", *events, "known to"]
    return table(f"In the window: {_windows(planned)}", columns, rows, left=(0, 1))


def curves(question: Question, found: Curves) -> Table:
    """The answer against a value of the design, one column an experiment."""
    rows = [
        [f"{value:.5g}", *(_answer(numbers[place]) for numbers in found.answers.values())]
        for place, value in enumerate(found.values)
    ]
    title = f"{question.headline_name[0].upper()}{question.headline_name[1:]} against {found.key}"
    return table(title, [found.key, *found.answers], rows, left=())


def _answer(number: float) -> str:
    return MISSING if math.isnan(number) else f"{number:.4g}"


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
    rows += [[key, text(chosen.value(key)), _origin(chosen, key), ""] for key in stated]
    rows += [
        [f"background.{each.name}", _rate(each), each.provenance, each.note]
        for each in chosen.background
    ]
    made = table(chosen.title, ["assumption", "value", "trust", "note"], rows, left=(0, 1, 2, 3))
    made.columns[0].no_wrap = True  # a key that is broken cannot be copied
    return made


def _origin(chosen: Setup, key: str) -> str:
    """Who gave a value that is no assumption: bins may be those that a question asks for."""
    from gallus.forecast.questions.sterile import FINE_BINS

    return "question" if FINE_BINS.get(key) == chosen.value(key) else "user"


def known(relative_error: float) -> str:
    """How well a rate is known before the run; one that floats is known by the run only."""
    return "this run only" if math.isinf(relative_error) else f"{100 * relative_error:.3g} %"


def text(value: object) -> str:
    """A value of a set-up."""
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _contributions(name: str, limits: Mapping[str, float], unit: float) -> list[list[str]]:
    total = limits["total"]
    parts = {key: size for key, size in limits.items() if key != "total"}
    shown = sorted(
        (key for key in parts if parts[key] >= NEGLIGIBLE * total), key=parts.__getitem__
    )
    rows = [[name, "total", f"{total / unit:.3g}", ""]]
    rows += [
        ["", key, f"{parts[key] / unit:.3g}", f"{100 * (parts[key] / total) ** 2:.0f} %"]
        for key in reversed(shown)
    ]
    left = [parts[key] for key in parts if key not in shown]
    if left:
        rest = math.hypot(*left)
        share = f"{100 * (rest / total) ** 2:.0f} %"
        rows.append(["", f"{len(left)} more together", f"{rest / unit:.2g}", share])
    return rows


def _part(
    seen: Observation, name: str, what: str, counts: Array, error: str, *, off: bool
) -> list[str]:
    """A row of :func:`window`; rates are those while the source is there."""
    from gallus.forecast.questions.base import on_and_off

    with_source, without = on_and_off(seen, counts)
    days, _ = seen.exposure.on_and_off(seen.exposure.days())
    many, per_day, few = (
        number(each) if whole >= NONE else "0"
        for each, whole in (
            (with_source, with_source),
            (with_source / days, with_source),
            (without, without),
        )
    )
    return [name, what, many, per_day, *([few] if off else []), error]


def number(events: float) -> str:
    """Events with four digits, and no powers of ten."""
    return f"{events:.0f}" if events >= 1000 else f"{events:.4g}"


def _windows(planned: Sequence[Planned]) -> str:
    parts = []
    for each in planned:
        low, high = (1e3 * each.seen.energy_edges_MeV[end] for end in (0, -1))
        days, off = each.seen.exposure.on_and_off(each.seen.exposure.days())
        when = f"{days:.4g} days with source, {off:.4g} without" if off else f"{days:.4g} days"
        parts.append(f"{low:.4g} to {high:.4g} keV, {when}")
    return "; ".join(dict.fromkeys(parts))


def _rate(section: Any) -> str:
    skipped = {"kind", "name", "nuclide", "citation", "provenance", "where", "note"}
    said = {
        key: value
        for key, value in section.model_dump(exclude_unset=True).items()
        if key not in skipped and not isinstance(value, list | tuple)
    }
    return ", ".join(f"{key} = {text(value)}" for key, value in said.items()) or MISSING
