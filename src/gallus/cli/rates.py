"""``gallus rates``: events per day of a source experiment, and during an exposure.

The gallium experiments that were done are here; what a set-up file describes, registered or the
user's, is in :mod:`gallus.cli.setup_rates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.model_choices import MODELS_HELP
from gallus.cli.options import (
    CROSS_SECTION,
    GEOMETRY,
    CiteOption,
    CrossSectionOption,
    GeometryOption,
    JsonOption,
    LineSetOption,
)
from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gallus.experiments.gallium_rates import CaptureRate
    from gallus.oscillation.base import OscillationModel
    from gallus.rates import SourceRate

RatesSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A parameter or choice of the model (lost_to=active), or a value of the set-up "
        "(distance_m=0, detector.radius_m=5); NAME=none takes it away. May be repeated.",
    ),
]

PBQ = 1e15
UNIT_CM2 = 1e-45
UNIT_DENSITY = 1e22


def rates(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT",
            help="gallium, best, gallex, sage, calibration, single experiments with commas "
            "between them; a set-up of source and detector such as jne-1t or juno; or a TOML file "
            "of either kind.",
        ),
    ],
    cross_section: CrossSectionOption = CROSS_SECTION,
    geometry: GeometryOption = GEOMETRY,
    line_set: LineSetOption = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="MODEL", help=f"Oscillation: {MODELS_HELP}. None if not given."
        ),
    ] = None,
    settings: RatesSetOption = None,
    days: Annotated[
        float | None,
        typer.Option(
            "--days", metavar="T", help="Length of an exposure from the reference time on."
        ),
    ] = None,
    breakdown: Annotated[
        bool,
        typer.Option(
            "--breakdown",
            help="For a registered set-up with a -physical one beside it: what each assumption "
            "costs.",
        ),
    ] = False,
    figure: Annotated[
        str | None,
        typer.Option(
            "--figure", metavar="FILE", help="Draw the events of a set-up: PNG, PDF, SVG."
        ),
    ] = None,
    json: JsonOption = None,
    cite: CiteOption = None,
) -> None:
    """Print expected events of a source next to a detector."""
    from gallus.cli import setup_rates

    if setup_rates.is_setup(experiment):
        asked = setup_rates.Request(
            experiment, model, settings, line_set, days, breakdown, figure, json, cite
        )
        if cross_section != CROSS_SECTION or geometry != GEOMETRY:
            raise InputError(
                "are for the gallium experiments",
                key="--cross-section, --geometry",
                allowed="--set capture_model=NAME, --set KEY=VALUE",
            )
        setup_rates.show(asked)
        return
    if breakdown or figure is not None:
        allowed = "a set-up of source and detector"
        raise InputError(
            "is not for the gallium experiments",
            key="--breakdown" if breakdown else "--figure",
            value=experiment,
            allowed=allowed,
        )
    _gallium(experiment, cross_section, geometry, line_set, model, settings, days, json, cite)


def _gallium(
    experiment: str,
    cross_section: str,
    geometry: str,
    line_set: str | None,
    model: str | None,
    settings: list[str] | None,
    days: float | None,
    json: str | None,
    cite: str | None,
) -> None:
    """Print expected captures of the gallium experiments next to published predictions."""
    from gallus.cli.choices import check_positive, measurements, models
    from gallus.cli.model_choices import assignments, chosen_model
    from gallus.cli.output import Output
    from gallus.experiments.gallium_rates import gallium_targets
    from gallus.geometry.detectors import gallium_geometries
    from gallus.rates import source_rates

    output = Output(json, cite)
    if days is not None:
        check_positive("--days", days, "days")
    texts = assignments("--set", settings, value_needed=True)
    if texts and model is None:
        raise InputError("needs a model", key="--set", value=next(iter(texts)), allowed="--model")
    chosen, values = (None, {}) if model is None else chosen_model(model, texts)
    if chosen is not None:
        values = {p.name: p.start for p in chosen.parameters if p.name not in chosen.fixed} | values
    sigma, data = models([cross_section])[0], measurements(experiment)
    found = source_rates(
        sigma,
        data,
        model=chosen,
        values=values,
        geometry=geometry,
        line_set=line_set,
        days=days,
    )
    sources = (data, sigma, gallium_targets(), gallium_geometries())
    citations = tuple(dict.fromkeys(key for each in sources for key in each.citations()))
    content = {
        "cross_section": sigma.name,
        "geometry": geometry,
        "line_set": line_set,
        "model": None if chosen is None else chosen.name,
        "lost_to": None if chosen is None else chosen.lost_to,
        "parameters": values,
        "days": days,
        "experiments": {each.rate.slug: each.as_dict() for each in found},
        "citations": citations,
    }
    output.write(content, citations)
    tables = [_ingredients(found, sigma.title, geometry), _start(found, chosen)]
    tables += [] if days is None else [_exposure(found, days)]
    output.show(*tables, _caption(chosen, values))


def _ingredients(rates: tuple[SourceRate, ...], title: str, geometry: str) -> Table:
    from gallus.cli.tables import table

    rows = [_row(each.rate) for each in rates]
    columns = ["experiment", "activity (PBq)", "71Ga (1e22/cm³)", "mean path (cm)", "σ (1e-45 cm²)"]
    return table(f"What goes in: {title}, geometry {geometry}", columns, rows)


def _row(rate: CaptureRate) -> list[str]:
    from gallus.cli.tables import plus_minus

    sigma = rate.cross_section
    return [
        rate.title,
        f"{rate.activity_Bq / PBQ:.2f}",
        f"{rate.density_per_cm3 / UNIT_DENSITY:.4f}",
        f"{100 * rate.mean_path_length_m:.2f}",
        plus_minus(
            sigma.value_cm2 / UNIT_CM2, sigma.plus_cm2 / UNIT_CM2, sigma.minus_cm2 / UNIT_CM2, 2
        ),
    ]


def _start(rates: tuple[SourceRate, ...], model: OscillationModel | None) -> Table:
    from gallus.cli.tables import MISSING, plus_minus, table

    rows = []
    for each in rates:
        rate = each.rate
        known = (rate.published_per_day, rate.measured_per_day)
        rows.append(
            [
                rate.title,
                plus_minus(rate.per_day, rate.plus_per_day, rate.minus_per_day, 2),
                *(MISSING if number is None else f"{number:.1f}" for number in known),
            ]
        )
        if model is not None:
            rows[-1][2:2] = [f"{each.per_day_initial:.2f}", f"{each.survival:.4f}"]
    columns = ["experiment", "expected", "published", "measured"]
    if model is not None:
        columns[2:2] = [model.name, "survival"]
    return table("Captures per day at the reference time of the source", columns, rows)


def _caption(model: OscillationModel | None, values: dict[str, float]) -> Text:
    from gallus.cli.tables import caption

    sentences = ["Errors: activity and cross section. Exposures begin at the reference time."]
    if model is not None:
        said = ", ".join(f"{name} = {value:g}" for name, value in values.items())
        sentences.append(f"{model.name}: {said or 'no free parameter'}.")
    return caption(*sentences)


def _exposure(rates: tuple[SourceRate, ...], days: float) -> Table:
    from gallus.cli.tables import table

    rows = [
        [each.rate.title, f"{each.total:.1f}", f"{each.germanium_at_end:.1f}"] for each in rates
    ]
    columns = ["experiment", "captures", "71Ge at the end"]
    return table(f"Exposure of {days:g} days", columns, rows)
