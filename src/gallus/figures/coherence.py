"""Damping of an oscillation against its phase: quantum widths, energy resolution, sizes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from gallus.coherence.damping import Damping, Widths, damping
from gallus.coherence.results import CoherenceResult
from gallus.figures.appearance import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PAGE_INCH,
    SKY,
    VERMILION,
    label_text,
    style,
)

OSCILLATIONS: Final = (0.03, 300.0)
"""Distances in oscillation lengths."""
POINTS: Final = 400
LARGEST: Final = 1e3
"""Of the exponents that are shown."""
TITLE_LETTERS: Final = 90
"""In a line of the title."""

Array = NDArray[np.float64]


class Cause(NamedTuple):
    """A curve: quantum or classical, its label, what damps, which exponent, and how it looks."""

    kind: Literal["quantum", "classical"]
    label: str
    widths: Widths
    exponent: Callable[[Damping], Any]
    look: dict[str, Any]


def coherence_figure(result: CoherenceResult) -> Figure:
    """Draw exponents of all causes, and what is left of the oscillation, against L/L_osc.

    The mass splitting is the first of the set-up; only the curves of the localisation and of the
    sizes depend on it.

    Parameters
    ----------
    result : CoherenceResult
        Widths of a set-up; those at its typical energy are drawn.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 3.8))
        figure.suptitle(_name(result), x=0.01, ha="left", fontsize="medium")
        exponents, left = figure.subplots(1, 2, width_ratios=(1.35, 1))
        draw_exponents(exponents, result)
        draw_contrast(left, result)
        handles, labels = exponents.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def draw_exponents(axes: Axes, result: CoherenceResult) -> None:
    """Draw -ln xi of every cause against L/L_osc, both logarithmic.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    result : CoherenceResult
        Widths of a set-up.
    """
    at = np.geomspace(*OSCILLATIONS, POINTS)
    lowest = 1.0
    for cause in causes(result):
        exponent = np.broadcast_to(_exponent(result, cause, at), at.shape)
        axes.plot(at, exponent, label=cause.label, **cause.look)
        lowest = min(lowest, float(exponent.min()))
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8, zorder=1)
    axes.text(OSCILLATIONS[0] * 1.15, 2.5, "1/e of the oscillation is left", fontsize="small")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*OSCILLATIONS)
    axes.set_ylim(lowest / 30, LARGEST)
    axes.yaxis.set_major_locator(LogLocator(numticks=9))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(r"$L/L_{\rm osc}$")
    axes.set_ylabel(r"$-\ln\xi$")
    axes.set_title(_title(result), loc="left")


def draw_contrast(axes: Axes, result: CoherenceResult) -> None:
    """Draw xi against L/L_osc: by quantum widths, by classical ones, by all.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    result : CoherenceResult
        Widths of a set-up.
    """
    at = np.geomspace(*OSCILLATIONS, POINTS)
    curves = {"quantum": 0.0 * at, "classical": 0.0 * at}
    for cause in causes(result):
        curves[cause.kind] = curves[cause.kind] + _exponent(result, cause, at)
    both = np.exp(-curves["quantum"] - curves["classical"])
    axes.plot(at, np.exp(-curves["quantum"]), color=BLUE, linestyle="-")
    axes.plot(at, both, color=VERMILION, linestyle="--")
    low = float(both[0])
    axes.text(OSCILLATIONS[0] * 1.2, 1.02, "quantum mechanics alone", fontsize="small", va="bottom")
    axes.text(OSCILLATIONS[0] * 1.2, low - 0.03, "all causes", fontsize="small", va="top")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(*OSCILLATIONS)
    axes.set_ylim(0.0, 1.12)
    axes.set_xlabel(r"$L/L_{\rm osc}$")
    axes.set_ylabel(r"what is left of the oscillation, $\xi$")


def causes(result: CoherenceResult) -> tuple[Cause, ...]:
    """Curves of a set-up: three of quantum widths, and those classical ones that it has."""
    quantum, classical = result.quantum, result.classical
    none = Widths(np.inf, 0.0)
    found = [
        Cause(
            "quantum",
            rf"quantum: $\sigma_{{en}}$ = {_number(quantum.sigma_en_eV)} eV",
            quantum,
            lambda d: d.energy,
            {"color": BLUE, "linestyle": "-"},
        ),
        Cause(
            "quantum",
            rf"quantum: $\sigma_m$ = {_number(quantum.sigma_m_eV)} eV",
            quantum,
            lambda d: d.localisation,
            {"color": SKY, "linestyle": (0, (6, 1, 1, 1))},
        ),
    ]
    if quantum.full_width_eV:
        found.append(
            Cause(
                "quantum",
                rf"quantum: collisions, $\Gamma$ = {_number(quantum.full_width_eV)} eV",
                quantum,
                lambda d: d.line,
                {"color": GREEN, "linestyle": (0, (1, 1))},
            )
        )
    if classical.energy_MeV:
        found.append(
            Cause(
                "classical",
                f"energy resolution, {1e3 * classical.energy_MeV:.0f} keV",
                none.with_classical(energy_eV=classical.energy_MeV * 1e6),
                lambda d: d.energy,
                {"color": VERMILION, "linestyle": "--"},
            )
        )
    if classical.position_m:
        found.append(
            Cause(
                "classical",
                f"source and detector, {classical.position_m:.2g} m",
                none.with_classical(position_m=classical.position_m),
                lambda d: d.localisation,
                {"color": GREY, "linestyle": (0, (10, 2))},
            )
        )
    return tuple(found)


def _exponent(result: CoherenceResult, cause: Cause, at: Array) -> Any:
    where, energy = result.setup.oscillation[0], result.typical.energy_MeV
    length = damping(cause.widths, where.delta_m2_eV2, energy, 1.0).oscillation_length_m
    return cause.exponent(damping(cause.widths, where.delta_m2_eV2, energy, at * length))


def _title(result: CoherenceResult) -> str:
    splitting = _number(result.setup.oscillation[0].delta_m2_eV2, 6)
    return rf"{result.typical.energy_MeV:g} MeV, $\Delta m^2$ = {splitting} eV$^2$"


def _name(result: CoherenceResult) -> str:
    """Title of the set-up, and the file if it is a user's."""
    file = "" if result.setup.file is None else f" ({Path(result.setup.file).name})"
    lines = textwrap.wrap(result.setup.title + file, TITLE_LETTERS)
    return "\n".join(label_text(line) for line in lines)


def _number(value: float, digits: int = 3) -> str:
    """Text of a number, with a power of ten where it is very large or small."""
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    return rf"${mantissa}\times 10^{{{int(power)}}}$" if power else mantissa
