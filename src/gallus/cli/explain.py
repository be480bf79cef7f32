"""``gallus explain``: every model fitted to the gallium data, next to each other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gallus.cli.model_choices import MODELS_HELP
from gallus.cli.numbers import in_pieces, p_value, value_and_error
from gallus.cli.options import (
    CROSS_SECTION,
    GEOMETRY,
    METHOD,
    CiteOption,
    JsonOption,
    LineSetOption,
    MethodOption,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from gallus.experiments.gallium import Measurements
    from gallus.explanation import Explanation
    from gallus.explanations import ExplanationBlock, ExplanationTable

DATA = ("best", "gallium")
EVERY = 99
"""More free parameters than any model has."""


def explain(
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help=f"{MODELS_HELP}. Ten of them if none is named."),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="NAME,...|FILE",
            help="gallium, best, gallex, sage, calibration, single experiments with commas "
            "between them, or a TOML file. May be repeated; best and gallium if not given.",
        ),
    ] = None,
    cross_section: Annotated[
        list[str] | None,
        typer.Option(
            "--cross-section",
            metavar="NAME|FILE",
            help=f"Cross section of the expectation: a name, or a TOML file of your own. May be "
            f"repeated; {CROSS_SECTION} if not given.",
        ),
    ] = None,
    geometry: Annotated[
        list[str] | None,
        typer.Option(
            "--geometry",
            metavar="NAME",
            help="documented (the default), or published-fits (BEST filled to the top, no tubes "
            "in GALLEX and SAGE). May be repeated.",
        ),
    ] = None,
    line_set: LineSetOption = None,
    method: MethodOption = METHOD,
    all_intervals: Annotated[
        bool,
        typer.Option(
            "--all-intervals",
            help="68 % intervals for three parameters too, which takes minutes.",
        ),
    ] = False,
    json: JsonOption = None,
    cite: CiteOption = None,
    figure: Annotated[
        str | None,
        typer.Option(
            "--figure",
            metavar="FILE",
            help="Draw what the models predict against distance and energy, for the first block: "
            ".png, .pdf or .svg.",
        ),
    ] = None,
) -> None:
    """Fit every model that could explain the anomaly, and compare them."""
    from gallus.cli.choices import check_figure
    from gallus.cli.choices import models as cross_sections
    from gallus.cli.model_choices import chosen_model
    from gallus.cli.output import Output

    check_figure(figure)
    output = Output(json, cite, (figure,))
    table = _computed(
        models=[chosen_model(name, {})[0] for name in models] if models else None,
        cross_sections=cross_sections(cross_section or [CROSS_SECTION]),
        data=_selections(data or DATA),
        method=method,
        geometries=geometry or (GEOMETRY,),
        line_set=line_set,
        **({"intervals_up_to": EVERY} if all_intervals else {}),
    )
    output.write(table.as_dict(), table.citations)
    if figure is not None:
        from gallus.figures import explanations_figure, save

        save(explanations_figure(table.blocks[0]), figure)
    output.show(*_tables(table))


def _computed(**choices: Any) -> ExplanationTable:
    """Fit, with the model at work on the terminal if someone is watching."""
    from gallus.explanations import explanations

    if not sys.stderr.isatty():
        return explanations(**choices)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("models", total=None)

        def advance(model: str) -> None:
            progress.update(task, advance=1, description=model)

        return explanations(**choices, each=advance)


def _selections(chosen: list[str] | tuple[str, ...]) -> Mapping[str, Measurements]:
    from gallus.cli.choices import measurements
    from gallus.errors import InputError

    found = {}
    for text in chosen:
        if text in found:
            raise InputError("is given twice", key="--data", value=text)
        found[text] = measurements(text)
    return found


def _tables(table: ExplanationTable) -> list[object]:
    from gallus.cli.tables import caption
    from gallus.recipes.catalogue import recipe

    method = recipe(table.method)
    how = (method.__doc__ or "").split("\n\n")[0]
    lines = f" Neutrino lines: {table.line_set}." if table.line_set else ""
    return [
        *(_block(block) for block in table.blocks),
        caption(
            "68 %: where χ², minimised over the other parameters, stays within one of its minimum; "
            "pieces of several valleys. ±: the parabolic error of models with three parameters.",
            "σ: two-sided Gaussian equivalent of Δχ² over the null hypothesis for as many degrees "
            "of freedom as parameters (Wilks).",
            "ΔAIC: χ² + 2 per parameter above the lowest; it does not know how many mass "
            "splittings were tried.",
            f"Method {method.name}: {how}{lines}",
        ),
    ]


def _block(block: ExplanationBlock) -> Table:
    from gallus.cli.tables import table

    count = len(block.rows[0].titles)
    plural = "ratio" if count == 1 else "ratios"
    title = (
        f"{block.data} ({count} {plural}), {block.cross_section.title}, geometry {block.geometry}"
    )
    columns = ["model", "χ²/dof", "p", "Δχ² (par.)", "σ", "ΔAIC", "best fit, 68 %"]
    rows = [_row(row, above) for row, above in zip(block.rows, block.aic_above_best, strict=True)]
    return table(title, columns, rows, left=(0, 6))


def _row(row: Explanation, aic_above_best: float) -> list[str]:
    from gallus.cli.tables import MISSING

    found = row.fit
    delta = MISSING
    if found.delta_chi2 is not None and found.extra_parameters:
        delta = f"{found.delta_chi2:.2f} ({found.extra_parameters})"
    sigma = found.significance_sigma
    return [
        row.model.name.rpartition("/")[2],
        f"{found.chi2_min:.2f}/{found.dof}",
        p_value(found.p_value),
        delta,
        MISSING if sigma is None else f"{sigma:.2f}",
        f"{aic_above_best:.1f}",
        "\n".join(_parameter(row, name) for name in found.parameters),
    ]


def _parameter(row: Explanation, name: str) -> str:
    value, error = value_and_error(row.fit.parameters[name])
    if name not in row.intervals:
        return (
            f"{name} = {value} {error}" if error.startswith("±") else f"{name} = {value}, {error}"
        )
    return f"{name} = {value}: {in_pieces(row.intervals[name], 2)}"
