"""``gallus fit``: the best fit of an oscillation model to the gallium source experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.model_choices import MODELS_HELP, SetOption
from gallus.cli.numbers import in_pieces, minos_errors, p_value, value_and_error
from gallus.cli.options import (
    CROSS_SECTION,
    GEOMETRY,
    METHOD,
    CiteOption,
    CrossSectionOption,
    FixOption,
    GeometryOption,
    JsonOption,
    LineSetOption,
    MethodOption,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from gallus.explanation import Explanation

LOST_TO = {"sterile": "sterile", "active": "νμ and ντ", "mixed": "sterile, νμ and ντ"}
"""What lost electron neutrinos become, by what the model says."""


def fit(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=f"{MODELS_HELP}.")],
    data: Annotated[
        str,
        typer.Option(
            "--data",
            metavar="NAME,...|FILE",
            help="gallium, best, gallex, sage, calibration, single experiments with commas "
            "between them, or a TOML file.",
        ),
    ] = "gallium",
    cross_section: CrossSectionOption = CROSS_SECTION,
    method: MethodOption = METHOD,
    settings: SetOption = None,
    fixed: FixOption = None,
    minos: Annotated[
        bool, typer.Option("--minos", help="Asymmetric errors: where chi2 has grown by one.")
    ] = False,
    intervals: Annotated[
        bool,
        typer.Option(
            "--intervals",
            help="68 % intervals: where chi2, minimised over the others, stays within one of its "
            "minimum, in all valleys.",
        ),
    ] = False,
    geometry: GeometryOption = GEOMETRY,
    line_set: LineSetOption = None,
    json: JsonOption = None,
    cite: CiteOption = None,
    figure: Annotated[
        str | None,
        typer.Option(
            "--figure",
            metavar="FILE",
            help="Draw ratios and fit against distance: .png, .pdf or .svg.",
        ),
    ] = None,
) -> None:
    """Fit an oscillation model to the gallium data, next to its null hypothesis."""
    from gallus.cli.choices import check_figure, measurements, models
    from gallus.cli.model_choices import assignments, chosen_model, held_values
    from gallus.cli.output import Output
    from gallus.explanation import fit_gallium

    check_figure(figure)
    output = Output(json, cite, (figure,))
    chosen, start = chosen_model(model, assignments("--set", settings, value_needed=True))
    held = held_values(chosen, start, assignments("--fix", fixed, value_needed=False))
    result = fit_gallium(
        chosen,
        models([cross_section])[0],
        measurements(data),
        method,
        start={name: value for name, value in start.items() if name not in held},
        fixed=held,
        geometry=geometry,
        line_set=line_set,
        minos=minos,
        intervals=intervals,
    )
    output.write({**result.as_dict(), "data": data}, result.citations)
    if figure is not None:
        from gallus.figures import fit_figure, save

        save(fit_figure(result), figure)
    output.show(*_tables(result, data))


def _tables(result: Explanation, data: str) -> list[object]:
    from gallus.cli.tables import caption
    from gallus.recipes.catalogue import recipe

    method = recipe(result.likelihood.recipe.name)
    how = (method.__doc__ or "").split("\n\n")[0]
    lines = f", lines {result.line_set}" if result.line_set else ""
    return [
        _parameters(result, data),
        *([caption(_held(result.fit.fixed))] if result.fit.fixed else []),
        _chi2(result),
        _ratios(result),
        caption(
            result.fit.status,
            f"Cross section {result.cross_section.title}; geometry {result.geometry}{lines}. "
            f"Lost νe become {LOST_TO[result.model.lost_to]}.",
            f"Method {method.name}: {how}",
            "σ: two-sided Gaussian equivalent of Δχ² for as many degrees of freedom as the model "
            "has parameters more than its null hypothesis (Wilks); simulate where that matters.",
        ),
    ]


def _parameters(result: Explanation, data: str) -> Table:
    from gallus.cli.tables import table

    units = {each.name: each.unit.replace("eV2", "eV²") for each in result.model.parameters}
    asked = any(each.minos for each in result.fit.parameters.values())
    more = [*(["MINOS"] if asked else []), *(["68 % interval"] if result.intervals else [])]
    columns = ["parameter", "value", "error", *more, "unit"]
    rows = [
        [
            name,
            *value_and_error(each),
            *([minos_errors(each)] if asked else []),
            *([in_pieces(result.intervals[name])] if result.intervals else []),
            units[name],
        ]
        for name, each in result.fit.parameters.items()
    ]
    title = f"Best fit of {result.model.name} to {data}"
    return table(title, columns, rows or [["none is free", *[""] * (len(columns) - 1)]])


def _held(values: Mapping[str, float]) -> str:
    return "Held: " + ", ".join(f"{name} = {value:.6g}" for name, value in values.items()) + "."


def _chi2(result: Explanation) -> Table:
    from gallus.cli.tables import MISSING, table

    found, count = result.fit, len(result.titles)
    rows = [
        [result.model.name, f"{found.chi2_min:.2f}/{found.dof}", p_value(found.p_value), "", ""]
    ]
    if found.chi2_null is not None and found.delta_chi2 is not None:
        extra = found.extra_parameters or 0
        sigma = found.significance_sigma
        rows[0][3:] = [
            f"{found.delta_chi2:.2f} ({extra})",
            MISSING if sigma is None else f"{sigma:.2f}",
        ]
        null = f"{found.chi2_null:.2f}/{found.dof + extra}"
        rows.append([f"null: {result.model.null}", null, p_value(result.p_value_null), "", ""])
    plural = "ratio" if count == 1 else "ratios"
    title = f"χ² of {count} {plural}, {result.cross_section.name}, {result.likelihood.recipe.name}"
    return table(title, ["hypothesis", "χ²/dof", "p", "Δχ² (parameters)", "σ"], rows)


def _ratios(result: Explanation) -> Table:
    from gallus.cli.tables import table

    data = result.likelihood.data
    each = zip(result.titles, data.values, data.errors, result.expected, strict=True)
    rows = [
        [title, f"{value:.3f} ± {error:.3f}", f"{best:.3f}", f"{(value - best) / error:+z.1f}"]
        for title, value, error, best in each
    ]
    return table("Measured over expected", ["experiment", "measured", "fit", "pull"], rows)
