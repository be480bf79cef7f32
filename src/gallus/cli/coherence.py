"""``gallus coherence``: what quantum mechanics itself does to an oscillation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.options import CiteOption, JsonOption

if TYPE_CHECKING:
    from gallus.coherence.description import CoherenceSetup
    from gallus.coherence.readings import Reading
    from gallus.quantum_damping import QuantumDamping

SETUPS_HELP = "reactor, gallium-cr51, gallium-ar37, be7-beest, kamland, juno"


def coherence(
    setup: Annotated[
        str | None,
        typer.Argument(
            metavar="[SETUP|FILE]",
            help=f"{SETUPS_HELP}, or a TOML file of your own. All of them if none is named.",
        ),
    ] = None,
    energy: Annotated[
        list[float] | None,
        typer.Option("--energy", metavar="MEV", help="Neutrino energy. May be repeated."),
    ] = None,
    baseline: Annotated[
        list[float] | None,
        typer.Option("--baseline", metavar="M", help="Distance in metres. May be repeated."),
    ] = None,
    delta_m2: Annotated[
        list[float] | None,
        typer.Option("--delta-m2", metavar="EV2", help="Mass splitting in eV2. May be repeated."),
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading",
            metavar="STEP=CHOICE",
            help="How a step is read that the literature leaves open: particles=as-printed or "
            "computed, sigma_m=full or momentum-terms, energy_width=doppler, phase-space or "
            "fixed-momenta, line_width=collisions, lifetime or none, electron_formula, "
            "density_effect, excitation, lattice, lepton_direction. May be repeated.",
        ),
    ] = None,
    fit: Annotated[
        str | None,
        typer.Option(
            "--fit",
            metavar="MODEL",
            help="Fit sterile or three-flavour to the gallium data, and print how far the quantum "
            "widths move ratios, chi2 and parameters.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Integrate the amplitude numerically, next to the closed form; takes seconds.",
        ),
    ] = False,
    json: JsonOption = None,
    cite: CiteOption = None,
    figure: Annotated[
        str | None,
        typer.Option(
            "--figure",
            metavar="FILE",
            help="Draw damping by quantum widths, resolution and sizes against the distance: "
            ".png, .pdf or .svg.",
        ),
    ] = None,
) -> None:
    """Print localisation and energy widths of neutrinos and the damping that they cause."""
    from gallus.cli.choices import check_figure
    from gallus.cli.coherence_tables import check_table, fit_tables, one_setup, summary
    from gallus.cli.model_choices import assignments
    from gallus.cli.output import Output
    from gallus.coherence.check import check as checked
    from gallus.coherence.readings import Reading, with_choices
    from gallus.coherence.results import coherence as computed

    check_figure(figure)
    texts = assignments("--reading", reading, value_needed=True)
    how = with_choices(Reading(), {name: text for name, text in texts.items() if text is not None})
    setups = _setups(setup, energy, baseline, delta_m2)
    _only_with_one(setup, {"--check": check, "--figure": figure is not None})
    output = Output(json, cite, (figure,))
    results = [computed(each, how) for each in setups]
    checks = checked(results[0]) if check else ()
    moved = None if fit is None else _moved(fit, how)
    citations = [key for each in results for key in each.citations]
    output.write(
        {
            "setups": [each.as_dict() for each in results],
            "check": [each.as_dict() for each in checks],
            "gallium_fit": None if moved is None else moved.as_dict(),
        },
        [*citations, *(() if moved is None else moved.citations)],
    )
    if figure is not None:
        from gallus.figures import coherence_figure, save

        save(coherence_figure(results[0]), figure)
    tables = one_setup(results[0]) if setup is not None else summary(results)
    output.show(
        *tables,
        *([check_table(checks)] if checks else []),
        *([] if moved is None else fit_tables(moved)),
    )


def _setups(
    name: str | None,
    energy: list[float] | None,
    baseline: list[float] | None,
    delta_m2: list[float] | None,
) -> list[CoherenceSetup]:
    from gallus.cli.choices import is_file
    from gallus.coherence.description import read_setup, setup, setup_names, with_points

    if name is None:
        chosen = [setup(each) for each in setup_names()]
    elif name not in setup_names() and is_file(name):
        chosen = [read_setup(name)]
    else:
        chosen = [setup(name)]
    if energy or baseline or delta_m2:
        chosen = [with_points(s, energy or (), baseline or (), delta_m2 or ()) for s in chosen]
    return chosen


def _only_with_one(setup: str | None, given: dict[str, bool]) -> None:
    from gallus.errors import InputError

    for option, there in given.items():
        if there and setup is None:
            raise InputError("needs a set-up", key=option, allowed=f"one of {SETUPS_HELP}, a file")


def _moved(model: str, reading: Reading) -> QuantumDamping:
    """Changes of the gallium fit of a model."""
    from gallus.cli.model_choices import chosen_model
    from gallus.explanation import fit_gallium
    from gallus.quantum_damping import check_undamped, quantum_damping

    chosen = chosen_model(model, {})[0]
    check_undamped(chosen)
    return quantum_damping(fit_gallium(chosen), reading)
