"""``gallus cross-section``: all models side by side, and the ground state step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.options import CiteOption, HalfLifeOption, JsonOption
from gallus.errors import InputError

if TYPE_CHECKING:
    from gallus.interactions.capture_chain import GroundStateChain
    from gallus.interactions.gallium_capture import CaptureCrossSection, Estimate
    from gallus.sources.radionuclide import Line

Content = dict[str, object]

WORTH_KNOWING = (
    "total",
    "published",
    "rebuilt",
    "deviation",
    "ground_state",
    "excited_share",
    "line_cm2",
)
"""What the JSON has of every model besides its names and excited states."""


def cross_section(
    source: Annotated[
        str, typer.Option("--source", metavar="NUCLIDE", help="51Cr, 37Ar or 65Zn.")
    ] = "51Cr",
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="NAME|FILE",
            help="A named model, or a TOML file of your own. May be repeated; all named ones if "
            "not given.",
        ),
    ] = None,
    half_life: HalfLifeOption = None,
    line_set: Annotated[
        str | None,
        typer.Option(
            "--line-set",
            metavar="NAME",
            help="Neutrino lines of the source: modern, traditional, ...",
        ),
    ] = None,
    energy: Annotated[
        list[float] | None,
        typer.Option(
            "--energy",
            metavar="MEV",
            help="Also print sigma at this neutrino energy. May be repeated.",
        ),
    ] = None,
    json: JsonOption = None,
    cite: CiteOption = None,
) -> None:
    """Print the capture cross sections on 71Ga for a source, model by model and step by step."""
    from gallus.cli import cross_section_tables as tables
    from gallus.cli.choices import check_positive, models
    from gallus.cli.output import Output
    from gallus.database.loader import load
    from gallus.sources.radionuclide import nuclide

    output = Output(json, cite)
    chosen = models(model, half_life)
    emitter = nuclide(source)
    lines = emitter.lines(line_set)
    for value in energy or ():
        check_positive("--energy", value, "MeV")
    chain, corrections = _ground_state(lines, half_life)
    content: Content = {
        "source": source,
        "line_set": line_set or emitter.default_lines,
        "half_life_71Ge_d": chain.decay.half_life_d,
        "q_value_MeV": chain.decay.q_value_MeV,
        "models": [_model(each, source, line_set) for each in chosen],
        "ground_state_chain": asdict(chain),
        "corrections_cm2": corrections,
        "energies": [_at_energy(each, value) for value in energy or () for each in chosen],
    }
    data = (emitter, load("germanium-71"), load("weak-constants"))
    keys = [key for each in (*data, *(model.file for model in chosen)) for key in each.citations()]
    citations = tuple(dict.fromkeys(keys))
    output.write({**content, "citations": citations}, citations)
    output.show(*tables.all_tables(content, chain))


def _ground_state(
    lines: Sequence[Line], half_life_d: float | None
) -> tuple[GroundStateChain, dict[str, float]]:
    """Derive the ground state for a half-life, and for each change of the corrections."""
    from gallus.interactions.capture_chain import correction_effects, ground_state_chain
    from gallus.interactions.germanium_decay import GermaniumDecay

    decay = GermaniumDecay.from_database()
    if half_life_d is not None:
        decay = replace(decay, half_life_d=half_life_d)
    return ground_state_chain(lines, decay), correction_effects(lines, decay)


def _model(model: CaptureCrossSection, source: str, line_set: str | None) -> Content:
    """What a model says about a source; None where it says nothing. Cross sections in cm^2."""
    content: Content = {"name": model.name, "title": model.title, "method": model.file.method}
    try:
        total = model.total(source)
    except InputError:
        return {**content, **dict.fromkeys(WORTH_KNOWING), "excited": {}}
    published, rebuilt = model.published(source), _rebuilt(model, source)
    deviation = rebuilt.value_cm2 / published.value_cm2 - 1 if rebuilt and published else None
    stated = model.file.ground_state or model.file.strength_ratios
    return {
        **content,
        "total": total,
        "published": published,
        "rebuilt": rebuilt,
        "deviation": deviation,
        "ground_state": model.ground_state(source) if stated else None,
        "excited_share": model.excited_share(source),
        "line_cm2": model.line_cross_sections_cm2(source, line_set).tolist(),
        "excited": model.excited(source),
    }


def _rebuilt(model: CaptureCrossSection, source: str) -> Estimate | None:
    """Total from the ingredients of a model that states strengths, at its own half-life."""
    if not model.file.strength_ratios:
        return None
    return replace(model, scale=1.0).total(source)


def _at_energy(model: CaptureCrossSection, energy_MeV: float) -> Content:
    """Cross section at one energy; with the errors of the table at three sigma if there is one."""
    import numpy as np

    content: Content = {"name": model.name, "title": model.title, "energy_MeV": energy_MeV}
    energies = np.array([energy_MeV])
    errors: tuple[float | None, float | None] = (None, None)
    if model.file.table is not None:
        _, plus, minus = model.table_cm2(energies)
        errors = (3 * float(plus[0]), 3 * float(minus[0]))
    try:
        value: float | None = float(model.at_energy_cm2(energies)[0])
    except InputError:
        if model.file.table is not None:
            raise
        value = None  # nothing about 51Cr, to which the computed shape is normalised
    return {
        **content,
        "value_cm2": value,
        "plus_3_sigma_cm2": errors[0],
        "minus_3_sigma_cm2": errors[1],
        "from_table": model.file.table is not None,
    }
