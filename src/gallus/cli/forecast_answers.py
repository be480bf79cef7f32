"""Answers of ``gallus forecast``: each experiment singly and all together, against a design too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gallus.cli import forecast_tables as tables
from gallus.cli.forecast_choices import Planned, axis_values, planned
from gallus.cli.forecast_questions import QUESTIONS, Question
from gallus.cli.forecast_tables import TOGETHER
from gallus.errors import InputError

if TYPE_CHECKING:
    from gallus.cli.output import Output
    from gallus.experiments.setup import Setup
    from gallus.forecast.observation import Observation
    from gallus.inference.grid import Axis

DAYS_POINTS = 25
HALF_LIVES = 4.0
"""Up to which a figure against the time reaches."""


@dataclass(frozen=True)
class Curves:
    """The answer against a value of the design.

    Parameters
    ----------
    key : str
        What varies.
    values : list of float
        Its values.
    answers : dict of str to list of float
        By experiment; not a number where nothing of the source is counted.
    """

    key: str
    values: list[float]
    answers: dict[str, list[float]]

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        answers = {
            name: [None if math.isnan(each) else each for each in numbers]
            for name, numbers in self.answers.items()
        }
        return {"key": self.key, "values": self.values, "answers": answers}


def planned_all(
    chosen: Sequence[Setup],
    values: Mapping[str, Mapping[str, Any]],
    *,
    with_backgrounds: bool,
    fine_bins: bool,
) -> tuple[Planned, ...]:
    """Experiments with the values of the user, and what they would observe.

    Parameters
    ----------
    chosen : sequence of Setup
        Experiments.
    values : mapping
        What the user changes, by the name of the experiment.
    with_backgrounds : bool
        Whether the backgrounds of the files count.
    fine_bins : bool
        Whether bins must resolve oscillations, where the file states none.
    """
    from gallus.experiments.setup import with_values
    from gallus.forecast.questions.sterile import in_fine_bins

    found = []
    for each in chosen:
        changes = dict(values[each.name])
        there = with_values(each, changes) if changes else each
        there = there if with_backgrounds else with_values(there, {"background": ()})
        found.append(planned(in_fine_bins(there) if fine_bins else there))
    return tuple(found)


def show(
    seen: Sequence[Planned],
    name: str,
    asked: dict[str, Any],
    figure: str | None,
    output: Output,
) -> None:
    """Answer a question by counting, and print, write and draw the answer."""
    from gallus.cli.forecast_sterile import plane
    from gallus.cli.tables import caption

    question = QUESTIONS[name]
    options = {**question.defaults, **asked}
    question.check(options)
    results = _results(question, seen, options)
    found = _curves(question, seen, asked.get("against"), options)
    region = plane(seen, options, drawn=figure is not None) if name == "sterile" else None
    citations = citations_of(seen)
    content = {
        "question": name,
        **{key: options[key] for key in question.defaults},
        "results": {key: each.as_dict() for key, each in results.items()},
        "against": None if found is None else found.as_dict(),
        **({} if region is None else {"plane": region.as_dict()}),
        "experiments": {each.setup.name: _described(each) for each in seen},
        "citations": citations,
    }
    output.write(content, citations)
    if figure is not None:
        _draw(name, question, seen, options, found, region, figure)
    shown: list[object] = [tables.answers(question, results)]
    exact = taken_as_exact(seen)
    shown += [caption(*exact)] if exact else []
    shown += [] if found is None else [tables.curves(question, found)]
    shown += [] if region is None else [region.table()]
    shown += [tables.budget(question, results), tables.window(seen)]
    shown += [tables.assumptions(each.setup) for each in seen]
    said = [*question.remarks(next(iter(results.values()))), *_remarks(seen)]
    output.show(*shown, caption(*said))


def show_backgrounds(seen: Sequence[Planned], figure: str | None, output: Output) -> None:
    """Print what is counted, and what else is."""
    from gallus.cli.tables import caption

    citations = citations_of(seen)
    content = {
        "question": "backgrounds",
        "experiments": {each.setup.name: _described(each) for each in seen},
        "citations": citations,
    }
    output.write(content, citations)
    if figure is not None:
        from gallus.figures.appearance import save
        from gallus.figures.forecast_spectra import spectra_figure

        save(spectra_figure([each.seen for each in seen]), figure)
    shown = [tables.window(seen), *(tables.background_remarks(each.seen) for each in seen)]
    shown += [tables.assumptions(each.setup) for each in seen]
    output.show(*shown, caption(*remarks(seen)))


def remarks(seen: Sequence[Planned]) -> list[str]:
    """What a reader of any forecast must know."""
    return [*taken_as_exact(seen), *_remarks(seen)]


def taken_as_exact(seen: Sequence[Planned]) -> list[str]:
    """What is exact or perfect because nobody stated else: it belongs next to the answer."""
    from gallus.experiments.assumption_costs import idealisations

    found: dict[str, list[str]] = {}
    for each in seen:
        known = _without_error(each)
        if known:
            found.setdefault(", ".join(known), []).append(each.setup.name)
    how = "--set activity_percent=1 --set cross_section_percent=1 --set fiducial_cm=1"
    exact = [
        f"{', '.join(names)}: {known} taken as exactly known, unless you say {how}."
        for known, names in found.items()
    ]
    perfect = [f"{each.setup.name}: {text}." for each in seen for text in idealisations(each.setup)]
    return exact + perfect


def _remarks(seen: Sequence[Planned]) -> list[str]:
    said = [f"Remark on {e.setup.name}: {text}." for e in seen for text in e.setup.remarks()]
    bare = [each.setup.name for each in seen if not each.seen.backgrounds]
    if bare:
        said.append(f"No background is in the window of {', '.join(bare)}: the most there can be.")
    said.append(
        "Expected counts in place of data (Asimov). Rates of backgrounds are fitted to them; one "
        "whose error nobody states is known to 100 % before (--set "
        "background.NAME.error_percent=10; inf lets it float)."
    )
    return said


def _without_error(each: Planned) -> list[str]:
    """Activity, cross section and response, as far as the set-up states no error of them."""
    stated = each.setup.uncertainties
    response = stated.model_dump(exclude={"activity_percent", "cross_section_percent"})
    errors = {
        "activity": stated.activity_percent,
        "cross section": stated.cross_section_percent,
        "response": any(response.values()),
    }
    return [what for what, error in errors.items() if not error]


def _results(
    question: Question, seen: Sequence[Planned], options: Mapping[str, Any]
) -> dict[str, Any]:
    """The answer of each experiment, and of all together if there are several."""
    return {name: _measured(question, group, options) for name, group in _groups(seen).items()}


def _groups(seen: Sequence[Planned]) -> dict[str, list[Observation]]:
    """Observations of each experiment, and of all if there are several."""
    groups = {each.setup.name: [each.seen] for each in seen}
    return {**groups, TOGETHER: [each.seen for each in seen]} if len(seen) > 1 else groups


def _measured(question: Question, group: Sequence[Observation], options: Mapping[str, Any]) -> Any:
    """The answer of a group; what is wrong with the information is wrong with its option."""
    try:
        return question.measure(group, options)
    except InputError as error:
        if error.key != "information":
            raise
        raise InputError(
            error.problem, key="--information", value=error.value, allowed=error.allowed
        ) from error


def _curves(
    question: Question, seen: Sequence[Planned], varied: Axis | None, options: Mapping[str, Any]
) -> Curves | None:
    from gallus.experiments.setup_keys import full_key
    from gallus.forecast.questions.base import NothingCounted

    if varied is None:
        return None
    keys = {full_key(varied.name, each.setup.background) for each in seen}
    key = keys.pop()
    values = axis_values(varied)
    answers: dict[str, list[float]] = {}
    for number in values:
        there = [each.with_value(key, number) for each in seen]
        for name, group in _groups(there).items():
            try:
                answer = question.headline(_measured(question, group, options))
            except NothingCounted:
                answer = math.nan
            answers.setdefault(name, []).append(answer)
    return Curves(key, values, answers)


def _draw(
    name: str,
    question: Question,
    seen: Sequence[Planned],
    options: Mapping[str, Any],
    found: Curves | None,
    region: Any,
    path: str,
) -> None:
    """The figure of the question; curves against the time where it has none of its own."""
    from gallus.figures.appearance import save

    observations = [each.seen for each in seen]
    if found is None and question.figure is not None:
        save(question.figure(observations, region), path)
        return
    from gallus.figures.forecast import sensitivity_figure

    curves = found or _curves(question, seen, _time_axis(seen), options)
    assert curves is not None  # there is an axis
    save(
        sensitivity_figure(curves.answers, curves.values, curves.key, question.headline_name), path
    )


def _time_axis(seen: Sequence[Planned]) -> Axis:
    from gallus.inference.grid import Axis

    longest = HALF_LIVES * max(each.setup.half_life_d for each in seen)
    return Axis("days", longest / DAYS_POINTS, longest, DAYS_POINTS)


def citations_of(seen: Sequence[Planned]) -> tuple[str, ...]:
    """Publications behind set-ups and backgrounds."""
    parts = [each.setup.all_citations() for each in seen]
    parts += [one.citations for each in seen for one in each.seen.backgrounds]
    return tuple(key for key in dict.fromkeys(sum(parts, ())) if key != "user")


def _described(each: Planned) -> dict[str, object]:
    from gallus.forecast.questions.base import on_and_off

    seen = each.seen
    days, days_off = seen.exposure.on_and_off(seen.exposure.days())
    events = {name: on_and_off(seen, counts) for name, counts in seen.background_counts.items()}
    return {
        "reaction": seen.reaction,
        "live_days": days,
        "live_days_without_source": days_off,
        "window_keV": [1e3 * float(seen.energy_edges_MeV[end]) for end in (0, -1)],
        "signal": float(seen.undisturbed.sum()),
        "backgrounds": {
            one.name: {
                "events": events[one.name][0],
                "events_without_source": events[one.name][1],
                "per_day_in_all": one.per_day,
                "relative_error": one.relative_error,
                "remark": one.remark,
                "citations": one.citations,
            }
            for one in seen.backgrounds
        },
        "pulls": [pull.name for pull in seen.pulls],
        "assumptions": {
            key: {
                "value": each.setup.value(key),
                "provenance": one.provenance,
                "citation": one.citation,
                "where": one.where,
                "note": one.note,
            }
            for key, one in each.setup.assumptions.items()
        },
    }
