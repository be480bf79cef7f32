"""``gallus coherence``: what quantum mechanics itself does to an oscillation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
            "widths move ratios, chi2 and parameters. Widths are those of the set-up or file, "
            "which must be about 51Cr or 37Ar on gallium; of the other source those of "
            "gallium-cr51 or gallium-ar37. Lines and distances are those of the data.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Integrate the amplitude numerically, next to the closed form; takes about a "
            "second for each energy and distance.",
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
    from gallus.coherence.readings import Reading, choices, with_choices
    from gallus.coherence.results import coherence as computed

    check_figure(figure)
    texts = assignments("--reading", reading, value_needed=True)
    with _named({key: f"--reading {key}" for key in choices()}, "--reading"):
        how = with_choices(Reading(), {key: text for key, text in texts.items() if text})
    setups = _setups(setup, energy, baseline, delta_m2)
    _only_with_one(setup, {"--check": check, "--figure": figure is not None})
    output = Output(json, cite, (figure,))
    fitting = None if fit is None else _fitting(fit, setups[0] if setup is not None else None)
    with _named({"energies_MeV": "--energy"} if energy else {}):
        results = [computed(each, how) for each in setups]
    with _named({"sigma_m": "--check with --reading sigma_m"}):
        checks = checked(results[0]) if check else ()
    moved = None if fitting is None else fitting(how)
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
    _check_points(energy or (), baseline or (), delta_m2 or ())
    if energy or baseline or delta_m2:
        chosen = [with_points(s, energy or (), baseline or (), delta_m2 or ()) for s in chosen]
    return chosen


def _only_with_one(setup: str | None, given: dict[str, bool]) -> None:
    from gallus.errors import InputError

    for option, there in given.items():
        if there and setup is None:
            raise InputError("needs a set-up", key=option, allowed=f"one of {SETUPS_HELP}, a file")


def _check_points(
    energy: Sequence[float], baseline: Sequence[float], delta_m2: Sequence[float]
) -> None:
    from gallus.cli.choices import check_positive
    from gallus.errors import InputError

    for value in energy:
        check_positive("--energy", value, "MeV")
    for value in delta_m2:
        check_positive("--delta-m2", value, "eV2")
    for value in baseline:
        if not 0.0 <= value < math.inf:
            raise InputError(
                "is negative or no number", key="--baseline", value=value, allowed="m, 0 or more"
            )


@contextmanager
def _named(options: Mapping[str, str], otherwise: str | None = None) -> Iterator[None]:
    """Put the option in the place of the key that it sets in every InputError of the block."""
    from gallus.errors import InputError

    try:
        yield
    except InputError as error:
        key = options.get(error.key or "", otherwise or error.key)
        raise InputError(
            error.problem, file=error.file, key=key, value=error.value, allowed=error.allowed
        ) from error


def _fitting(model: str, own: CoherenceSetup | None) -> Callable[[Reading], QuantumDamping]:
    """Changes of the gallium fit of a model, once readings are known; wrong choices raise here."""
    from gallus.cli.model_choices import chosen_model
    from gallus.coherence.gallium_sources import gallium_setups
    from gallus.errors import InputError
    from gallus.explanation import fit_gallium
    from gallus.quantum_damping import check_undamped, quantum_damping

    with _named({"model": "--fit"}, "--fit"):
        chosen = chosen_model(model, {})[0]
        check_undamped(chosen)
    try:
        setups = gallium_setups(own)
    except InputError as error:
        problem = f"is about the gallium data, whose sources {error.value} does not describe"
        allowed = f"without a set-up, or with {error.allowed}"
        raise InputError(problem, key="--fit", value=model, allowed=allowed) from error
    return lambda reading: quantum_damping(fit_gallium(chosen), reading, setups)
