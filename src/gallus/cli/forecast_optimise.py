"""``gallus forecast --optimise``: where between bounds a design answers its question best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gallus.cli import forecast_tables as tables
from gallus.cli.model_choices import number
from gallus.cli.options import of_option
from gallus.cli.tables import caption, table
from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.cli.forecast_choices import Planned
    from gallus.cli.output import Output
    from gallus.forecast.merits import Goal
    from gallus.forecast.optimise import Optimum, Variable

WHOLE_DETECTOR: Final = "detection.fiducial_radius_m"
"""The key of which no value means all of it."""
FORM: Final = "KEY=LOWEST:HIGHEST, as in distance_m=0:12 or shield_cm=5:30"


def variables(texts: Sequence[str]) -> tuple[Variable, ...]:
    """Read ``KEY=LOWEST:HIGHEST``.

    Raises
    ------
    InputError
        If one has another form, or its bounds do not increase.
    """
    from gallus.forecast.optimise import Variable

    found = []
    for text in texts:
        key, equals, bounds = (part.strip() for part in text.partition("="))
        ends = bounds.split(":")
        if not key or not equals or len(ends) != 2:
            raise InputError("is no range", key="--optimise", value=text, allowed=FORM)
        lower, upper = (number(f"--optimise {key}", end) for end in ends)
        with of_option("--optimise"):
            found.append(Variable(key, lower, upper))
    return tuple(found)


def show(
    seen: Sequence[Planned], name: str, asked: Mapping[str, Any], figure: str | None, output: Output
) -> None:
    """Find the best design of one experiment, and print, write and draw it.

    Parameters
    ----------
    seen : sequence of Planned
        The experiment as it is.
    name : str
        The question.
    asked : mapping
        Options that the user gave.
    figure : str or None
        File of the figure.
    output : Output
        Where it goes.

    Raises
    ------
    InputError
        If there are several experiments, or an option is not for designs.
    """
    from gallus.cli.forecast_answers import citations_of, remarks
    from gallus.cli.forecast_questions import QUESTIONS
    from gallus.forecast.merits import goal
    from gallus.forecast.optimise import optimise

    if len(seen) > 1:
        names = ",".join(each.setup.name for each in seen)
        raise InputError(
            "has several experiments", key="--optimise", value=names, allowed="one experiment"
        )
    for key in ("against", "grid", "information", "lost_to"):
        if key in asked:
            option = f"--{key.replace('_', '-')}"
            raise InputError("does not go with --optimise", key=option, allowed="without it")
    question, chosen = QUESTIONS[name], seen[0]
    wanted = goal(name, **({"deficit": asked["deficit"]} if "deficit" in asked else {}))
    found = optimise(chosen.setup, wanted.merit, variables(asked["optimise"]))
    result = question.measure([found.observation], {**question.defaults, **asked})
    citations = citations_of(seen)
    content = {
        "question": name,
        "experiment": chosen.setup.name,
        "merit_is": wanted.meaning,
        "optimum": found.as_dict(),
        "result": result.as_dict(),
        "citations": citations,
    }
    output.write(content, citations)
    if figure is not None:
        from gallus.figures.appearance import save
        from gallus.figures.forecast_design import optimum_figure

        save(optimum_figure(found, wanted.meaning), figure)
    best = {chosen.setup.name: result}
    output.show(
        _values(chosen, found, wanted),
        tables.answers(question, best),
        tables.budget(question, best),
        tables.assumptions(chosen.setup),
        caption(*question.remarks(result), *_said(found), *remarks(seen)),
    )


def _values(chosen: Planned, found: Optimum, wanted: Goal) -> Table:
    """Best values with their bounds, then the merit before and after."""
    rows = [
        [
            each.key,
            _word(each.key, found.before[each.key]),
            _word(each.key, found.values[each.key]),
            f"{each.lower:g} to {each.upper:g}",
            _where(found, each.key),
        ]
        for each in found.variables
    ]
    rows.append([wanted.meaning, f"{found.merit_before:.4g}", f"{found.merit:.4g}", "", ""])
    title = f"{chosen.setup.name}: the best of {len(found.merits)} designs between the bounds"
    best = "best" if found.merit >= found.merit_before else "best between the bounds"
    title += "; as it is it is better" if found.merit < found.merit_before else ""
    return table(title, ["value", "as it is", best, "bounds", ""], rows, left=(0, 4))


def _word(key: str, value: float | None) -> str:
    if value is not None:
        return f"{value:.4g}"
    return "whole detector" if key == WHOLE_DETECTOR else "not set"


def _where(found: Optimum, key: str) -> str:
    if found.values == found.before:
        return "as it is"
    return f"at the {found.at_bounds[key]} bound" if key in found.at_bounds else ""


def _said(found: Optimum) -> list[str]:
    if found.values == found.before and None in found.values.values():
        unset = ", ".join(key for key, value in found.values.items() if value is None)
        return [
            "No design between the bounds is better than the one as it is, in which "
            f"{unset} is not set: that one is the answer."
        ]
    said = []
    if found.merit < found.merit_before:
        said.append(
            "No design between the bounds is as good as the one as it is, which is outside of "
            "them: the answer below is that of the best one between the bounds."
        )
    if found.at_bounds:
        names = ", ".join(found.at_bounds)
        said.append(
            f"More would be better beyond the bound of {names}: it is a constraint, no optimum."
        )
    return said
