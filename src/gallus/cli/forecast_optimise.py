"""``gallus forecast --optimise``: where between bounds a design answers its question best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gallus.cli import forecast_tables as tables
from gallus.cli.model_choices import number
from gallus.cli.tables import caption, table
from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.cli.forecast_choices import Planned
    from gallus.cli.output import Output
    from gallus.forecast.merits import Goal
    from gallus.forecast.optimise import Optimum, Variable

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
        found.append(Variable(key, *(number(f"--optimise {key}", end) for end in ends)))
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
    bounds = found.at_bounds
    rows = [
        [
            each.key,
            _before(chosen, each.key),
            f"{found.values[each.key]:.4g}",
            f"{each.lower:g} to {each.upper:g}",
            f"at the {bounds[each.key]} bound" if each.key in bounds else "",
        ]
        for each in found.variables
    ]
    rows.append([wanted.meaning, f"{found.merit_before:.4g}", f"{found.merit:.4g}", "", ""])
    title = f"{chosen.setup.name}: the best of {len(found.merits)} designs"
    return table(title, ["value", "before", "best", "bounds", ""], rows, left=(0, 4))


def _before(chosen: Planned, key: str) -> str:
    from gallus.forecast.optimise import SHIELD

    return "" if key == SHIELD else tables.text(chosen.setup.value(key))


def _said(found: Optimum) -> list[str]:
    if not found.at_bounds:
        return []
    names = ", ".join(found.at_bounds)
    return [f"More would be better beyond the bound of {names}: it is a constraint, no optimum."]
