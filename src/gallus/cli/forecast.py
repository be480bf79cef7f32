"""``gallus forecast``: from source, detector and backgrounds to "this many sigma"."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from gallus.cli.options import CROSS_SECTION, METHOD, CiteOption, JsonOption
from gallus.errors import InputError, unknown_name

BACKGROUNDS, EXPLANATIONS = "backgrounds", "explanations"
ASKED = (
    "deficit",
    "sterile",
    "branching-ratio",
    "magnetic-moment",
    "weak-mixing-angle",
    "couplings",
    EXPLANATIONS,
    BACKGROUNDS,
)
TAKEN: Mapping[str, tuple[str, ...]] = {
    "deficit": ("deficit", "lost_to", "against", "optimise", "no_backgrounds"),
    "sterile": ("information", "against", "grid", "optimise", "no_backgrounds"),
    EXPLANATIONS: ("models", "cross_section", "method", "against"),
    BACKGROUNDS: (),
}
"""Options of some questions."""
USUAL = ("information", "against", "optimise", "no_backgrounds")
"""Those of the others."""
DEFICIT = 0.2


def forecast(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT,...|FILE",
            help="Set-ups of source, detector and backgrounds such as juno-physical, sox-cr51 or "
            "best-zn65, or TOML files; with commas between them they are combined and shown "
            "singly.",
        ),
    ],
    question: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="QUESTION",
            help=f"{', '.join(ASKED)} (what is counted, and what else is).",
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A value of the set-up (distance_m=0, activity_percent=1, source_off_days=30, "
            "background.85Kr.error_percent=10) of all experiments, or NAME:KEY=VALUE of one; "
            "KEY=none takes it away, as background.85Kr=none. May be repeated.",
        ),
    ] = None,
    days: Annotated[
        float | None, typer.Option("--days", metavar="T", help="Length of each run.")
    ] = None,
    deficit: Annotated[
        float | None,
        typer.Option("--deficit", metavar="X", help=f"Share that is lost; {DEFICIT} if not given."),
    ] = None,
    lost_to: Annotated[
        str | None,
        typer.Option(
            "--lost-to",
            metavar="WHAT",
            help="sterile (the default), or active: then nu_mu and nu_tau still scatter.",
        ),
    ] = None,
    information: Annotated[
        str | None,
        typer.Option(
            "--information",
            metavar="WHAT",
            help="rate, shape (the size of the signal is free), or both; shape for the branching "
            "ratio and both for the rest if not given.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="KEY=LO:HI:N[:log]",
            help="The answer as a function of a value of the design: days=2:90:20, "
            "activity_percent=0.1:3:10, threshold_keV=200:500:7.",
        ),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="NAME=LO:HI:N[:log]",
            help="For sterile: exclusion and discovery over sin2_2theta_ee and delta_m2_41_eV2. "
            "Once for each.",
        ),
    ] = None,
    optimise: Annotated[
        list[str] | None,
        typer.Option(
            "--optimise",
            metavar="KEY=LO:HI",
            help="Look for the best value of the set-up between two bounds: distance_m=0:12, "
            "fiducial_radius_m=2:17, shield_cm=5:30. May be repeated.",
        ),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            "--models",
            metavar="MODEL,...",
            help="For explanations; deficit,sterile,decoherence if not given.",
        ),
    ] = None,
    cross_section: Annotated[
        str | None,
        typer.Option(
            "--cross-section",
            metavar="NAME|FILE",
            help=f"For explanations: cross section of today's data; {CROSS_SECTION} if not given.",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="NAME",
            help=f"For explanations: as in gallus fit; {METHOD} if not given.",
        ),
    ] = None,
    no_backgrounds: Annotated[
        bool, typer.Option("--no-backgrounds", help="Count nothing but the signal.")
    ] = False,
    json: JsonOption = None,
    cite: CiteOption = None,
    figure: Annotated[
        str | None,
        typer.Option("--figure", metavar="FILE", help="Draw it: .png, .pdf or .svg."),
    ] = None,
) -> None:
    """Say how well an experiment would answer a question, and what limits it."""
    from gallus.cli.choices import check_figure
    from gallus.cli.forecast_checks import changed, check
    from gallus.cli.forecast_choices import axis, experiments, in_their_files
    from gallus.cli.forecast_choices import settings as values_of
    from gallus.cli.output import Output

    if question not in ASKED:
        raise unknown_name("question", question, ASKED)
    check_figure(figure)
    output = Output(json, cite, (figure,))
    options = {
        "deficit": deficit,
        "lost_to": lost_to,
        "information": information,
        "against": axis(against),
        "grid": grid,
        "optimise": optimise,
        "models": models,
        "cross_section": cross_section,
        "method": method,
        "no_backgrounds": no_backgrounds or None,
    }
    chosen = experiments(experiment)
    values = values_of(settings, days, chosen)
    asked = given(question, options)
    with remarks_left_to_tables(), in_their_files(experiment, chosen):
        check(question, asked, changed(chosen, values))
        if question == EXPLANATIONS:
            from gallus.cli.forecast_explanations import show

            show(chosen, values, asked, figure, output)
            return
        from gallus.cli import forecast_answers

        seen = forecast_answers.planned_all(
            chosen,
            values,
            with_backgrounds=not asked.pop("no_backgrounds", False),
            fine_bins=question == "sterile",
        )
        if question == BACKGROUNDS:
            forecast_answers.show_backgrounds(seen, figure, output)
        elif optimise:
            from gallus.cli.forecast_optimise import show as show_optimum

            show_optimum(seen, question, asked, figure, output)
        else:
            forecast_answers.show(seen, question, asked, figure, output)


def given(question: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that the user gave.

    Raises
    ------
    InputError
        If one is not for this question.
    """
    known = TAKEN.get(question, USUAL)
    found = {key: value for key, value in options.items() if value is not None}
    for key, value in found.items():
        if key not in known:
            others = [name for name in ASKED if key in TAKEN.get(name, USUAL)]
            raise InputError(
                f"is not for {question}",
                key=f"--{key.replace('_', '-')}",
                value=None if key == "against" else value,
                allowed=f"with --for {', '.join(others)}",
            )
    return found


@contextmanager
def remarks_left_to_tables() -> Iterator[None]:
    """Keep warnings of set-ups from being printed twice."""
    from gallus.experiments.setup import SetupWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SetupWarning)
        yield
