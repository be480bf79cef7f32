"""``gallus forecast --for explanations``: which explanation of the anomaly would be left.

Gallium runs tell explanations apart by their ratios in two zones, scintillators by the pattern in
energy and distance: :mod:`gallus.forecast.questions.gallium_runs` and
:mod:`gallus.forecast.questions.models`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gallus.cli import forecast_tables as tables
from gallus.cli import separation_tables
from gallus.cli.options import CROSS_SECTION, METHOD
from gallus.cli.tables import caption, table
from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.cli.output import Output
    from gallus.experiments.setup import Setup
    from gallus.explanation import Explanation
    from gallus.forecast.gallium_run import GalliumRun
    from gallus.forecast.questions.gallium_runs import Separation, SeparationCurve
    from gallus.forecast.questions.models import ModelPatterns

MODELS = "deficit,sterile,decoherence"


def show(
    chosen: Sequence[Setup],
    values: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, Any],
    figure: str | None,
    output: Output,
) -> None:
    """Print, write and draw how well explanations are told apart.

    Parameters
    ----------
    chosen : sequence of Setup
        All runs with gallium, or all scintillators.
    values : mapping
        What the user changes, by the name of the experiment.
    asked : mapping
        Models, cross section, method, and a value of the design that varies.
    figure : str or None
        File of the figure.
    output : Output
        Where it goes.

    Raises
    ------
    InputError
        If gallium and scintillators are mixed.
    """
    gallium = [each.name for each in chosen if each.detector.zones]
    if gallium and len(gallium) < len(chosen):
        raise InputError(
            "has gallium among scintillators",
            key="EXPERIMENT",
            value=",".join(each.name for each in chosen),
            allowed="one kind at a time",
        )
    explanations = _explanations(asked)
    if gallium:
        _show_gallium(chosen, values, explanations, asked.get("against"), figure, output)
    else:
        _show_patterns(chosen, values, explanations, asked.get("against"), figure, output)


def _explanations(asked: Mapping[str, Any]) -> tuple[Explanation, ...]:
    from gallus.cli.choices import models as cross_sections
    from gallus.forecast.present import present_explanations

    names = [name.strip() for name in asked.get("models", MODELS).split(",")]
    if len(set(names)) < len(names):
        raise InputError("has a model twice", key="--models", value=asked["models"])
    sigma = cross_sections([asked.get("cross_section", CROSS_SECTION)])[0]
    return present_explanations(names, sigma, asked.get("method", METHOD))


def _show_gallium(
    chosen: Sequence[Setup],
    values: Mapping[str, Mapping[str, Any]],
    explanations: Sequence[Explanation],
    varied: Any,
    figure: str | None,
    output: Output,
) -> None:
    from gallus.forecast.gallium_run import gallium_run
    from gallus.forecast.questions.gallium_runs import separation
    from gallus.forecast.questions.separation_limits import separation_limits

    runs = [gallium_run(each).with_values(values[each.name]) for each in chosen]
    found = {run.name: separation(run, explanations) for run in runs}
    if len(runs) > 1:
        found[tables.TOGETHER] = separation(runs, explanations)
    curve = None if varied is None else _curve(runs, varied, explanations)
    told = runs if len(explanations) > 1 else []
    limits = {run.name: separation_limits(found[run.name]) for run in told}
    citations = tuple(dict.fromkeys(key for each in found.values() for key in each.citations))
    content = {
        "question": "explanations",
        "results": {name: each.as_dict() for name, each in found.items()},
        "limits": {name: each.as_dict() for name, each in limits.items()},
        "against": None if curve is None else curve.as_dict(),
        "citations": citations,
    }
    output.write(content, citations)
    if figure is not None:
        from gallus.figures.appearance import save
        from gallus.figures.gallium_runs import gallium_design_figure, separation_figure

        drawn = (
            separation_figure(list(found.values()))
            if curve is None
            else gallium_design_figure(curve)
        )
        save(drawn, figure)
    shown: list[object] = [_sigmas(name, each) for name, each in found.items()]
    shown += [] if curve is None else [_curve_table(curve)]
    shown += [separation_tables.zones(found[run.name]) for run in runs]
    shown += [tables.assumptions(run.setup) for run in runs]
    shown += [separation_tables.measured(found[run.name]) for run in runs]
    verdicts = [separation_tables.limited(found[name], each) for name, each in limits.items()]
    output.show(*shown, caption(*verdicts, separation_tables.RATIOS, *_said(explanations)))


def _curve(
    runs: Sequence[GalliumRun], varied: Any, explanations: Sequence[Explanation]
) -> SeparationCurve:
    from gallus.cli.forecast_choices import axis_values
    from gallus.forecast.questions.gallium_runs import separation_against

    if len(runs) > 1:
        names = ",".join(run.name for run in runs)
        raise InputError(
            "varies one run at a time", key="--against", value=names, allowed="one experiment"
        )
    return separation_against(runs[0], varied.name, axis_values(varied), explanations)


def _sigmas(name: str, found: Separation) -> Table:
    """Sigma against each hypothesis for each truth, that of today in brackets."""
    rows = [
        [truth, *(_cell(found, k, j) for j in range(len(found.names)))]
        for k, truth in enumerate(found.names)
    ]
    title = f"{name}: σ against a hypothesis, today's data included (what the run adds)"
    return table(title, ["if the truth is", *(f"not {each}" for each in found.names)], rows)


def _cell(found: Separation, truth: int, hypothesis: int) -> str:
    if truth == hypothesis:
        return ""
    gained = found.gained_sigma[truth, hypothesis]
    return f"{found.sigma[truth, hypothesis]:.1f} ({gained:.1f})"


def _curve_table(found: SeparationCurve) -> Table:
    names = found.separations[0].names
    pairs = [(a, b) for a in names for b in names if a != b]
    columns = [found.key, *(f"{a}, not {b}" for a, b in pairs)]
    numbers = [found.gained_sigma(*pair) for pair in pairs]
    rows = [
        [f"{value:.5g}", *(f"{each[place]:.2f}" for each in numbers)]
        for place, value in enumerate(found.values)
    ]
    title = f"σ that the run adds, against {found.key}: truth, not hypothesis"
    return table(title, columns, rows, left=())


def _said(explanations: Sequence[Explanation]) -> tuple[str, ...]:
    first = explanations[0]
    return (
        "Each explanation in turn is taken for the truth at its best fit to the six results; then "
        "all are fitted to those and the run. σ = √Δχ², the median; 0 where the hypothesis fits "
        "better.",
        f"Cross section {first.cross_section.name}, method {first.likelihood.recipe.name}. What "
        "the set-up does not state is as in BEST.",
    )


def _show_patterns(
    chosen: Sequence[Setup],
    values: Mapping[str, Mapping[str, Any]],
    explanations: Sequence[Explanation],
    varied: Any,
    figure: str | None,
    output: Output,
) -> None:
    from gallus.cli.forecast_answers import planned_all, remarks
    from gallus.forecast.questions.models import model_patterns

    if varied is not None:
        raise InputError(
            "is for runs with gallium here",
            key="--against",
            value=varied.name,
            allowed="with best-zn65 and its like, or another question",
        )
    seen = planned_all(chosen, values, with_backgrounds=True, fine_bins=True)
    groups = {each.setup.name: [each.seen] for each in seen}
    if len(seen) > 1:
        groups[tables.TOGETHER] = [each.seen for each in seen]
    found = {name: model_patterns(group, explanations) for name, group in groups.items()}
    citations = tuple(dict.fromkeys(key for each in found.values() for key in each.citations))
    content = {
        "question": "explanations",
        "results": {name: each.as_dict() for name, each in found.items()},
        "citations": citations,
    }
    output.write(content, citations)
    if figure is not None:
        from gallus.figures.appearance import save
        from gallus.figures.model_patterns import model_patterns_figure

        save(model_patterns_figure(next(reversed(found.values()))), figure)
    shown: list[object] = [_pattern_sigmas(name, each) for name, each in found.items()]
    shown += [tables.window(seen), *(tables.assumptions(each.setup) for each in seen)]
    output.show(*shown, caption(*_said(explanations), *remarks(seen)))


def _pattern_sigmas(name: str, found: ModelPatterns) -> Table:
    """Sigma of each truth against nothing and against the others."""
    rows = [
        [
            truth,
            f"{found.seen[k]:.1f}",
            *("" if k == j else f"{found.sigma[k, j]:.1f}" for j in range(len(found.names))),
        ]
        for k, truth in enumerate(found.names)
    ]
    columns = ["if the truth is", "not nothing", *(f"not {each}" for each in found.names)]
    return table(f"{name}: σ against a hypothesis, today's gallium data included", columns, rows)
