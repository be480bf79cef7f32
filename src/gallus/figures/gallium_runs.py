"""Next runs with gallium: what each explanation predicts, and which of them would be left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from gallus.errors import InputError
from gallus.figures.appearance import BLACK, COLUMN_INCH, GREY, PAGE_INCH, label_text, style
from gallus.figures.explanations import FIRST, LINES
from gallus.forecast.questions.gallium_runs import Separation, SeparationCurve

MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "<")
DODGE: Final = 0.2
"""Distance of the marks of two explanations, where rows are 1 apart."""
THIN: Final = 0.6
THICK: Final = 1.8
"""Widths of bars in points: all errors, and those of the experiment."""
DARKEST: Final = 5.0
"""Significance of the darkest cell, in standard deviations."""
WHITE_ABOVE: Final = 2.6
MOST: Final = 8
"""Explanations that can be told apart."""
ZONES: Final = {"best-inner": "inner", "best-outer": "outer"}
LOGARITHMIC: Final = 5.0
"""Ratio of the ends of an axis from which on it is logarithmic."""


def separation_figure(separations: Sequence[Separation]) -> Figure:
    """Draw expected ratios of several runs, and below what each run adds between explanations.

    Parameters
    ----------
    separations : sequence of Separation
        Of the same explanations, one for each run; that of several runs together gets a square.

    Raises
    ------
    InputError
        If there is none, or explanations differ or are more than eight.
    """
    _check(separations)
    with style():
        figure = Figure(figsize=(PAGE_INCH, 4.2))
        count = len(separations)
        squares = [f"square {n}" for n in range(count)]
        mosaic: list[list[Any]] = [["ratios"] * count, [*squares]]
        panels = figure.subplot_mosaic(mosaic, height_ratios=(1.2, 1.0))
        single = [each for each in separations if len(each.runs) == 1]
        draw_expected_ratios(panels["ratios"], single or separations)
        for place, name in enumerate(squares):
            draw_square(panels[name], separations[place])
            if place:
                panels[name].set_ylabel("")
                panels[name].tick_params(labelleft=False)
        handles, labels = panels["ratios"].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def gallium_design_figure(curve: SeparationCurve, label: str | None = None) -> Figure:
    """Draw what a run adds between each pair of explanations against a value of its design.

    Parameters
    ----------
    curve : SeparationCurve
        Separations for several values.
    label : str, optional
        Of the axis; the key if not given.
    """
    with style():
        figure = Figure(figsize=(COLUMN_INCH, 3.2))
        axes = figure.subplots()
        draw_separation_curve(axes, curve)
        axes.set_xlabel(label or curve.key)
        figure.legend(loc="outside lower center", ncols=2, title="true, rejected")
    return figure


def draw_expected_ratios(axes: Axes, separations: Sequence[Separation]) -> None:
    """Draw the ratio in each zone of each run for every explanation, with its error.

    Thick bars: counting, extraction and activity. Thin ones: the cross section too, which is common
    to all zones of a source.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    separations : sequence of Separation
        One for each run.
    """
    names, start = separations[0].names, 0
    ticks: list[str] = []
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8)
    for each in separations:
        rows = start + np.arange(len(each.rows))
        whole = each.all_errors
        for place, name in enumerate(names):
            shift = DODGE * (place - (len(names) - 1) / 2)
            color = model_look(names, name)["color"]
            axes.errorbar(
                rows + shift,
                each.ratios[place],
                whole[place, :, ::-1].T,  # lower first
                color=color,
                fmt="none",
                elinewidth=THIN,
            )
            axes.errorbar(
                rows + shift,
                each.ratios[place],
                each.errors[place],
                color=color,
                fmt=MARKERS[place],
                elinewidth=THICK,
                label=name if start == 0 else None,
            )
        ticks += [
            f"{label_text(run.source)}\n{ZONES.get(zone, zone)}"
            for run in each.runs
            for zone in run.zones
        ]
        start += len(each.rows)
        axes.axvline(start - 0.5, color=GREY, linewidth=0.4)
    axes.set_xticks(np.arange(start), ticks)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.5, start - 0.5)
    axes.set_ylabel("expected ratio $R$")
    axes.set_title(
        "thick: the experiment; thin: with the cross section", loc="right", fontsize="small"
    )


def draw_square(axes: Axes, separation: Separation) -> None:
    """Draw what the runs add to the significance against each hypothesis, for each truth.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    separation : Separation
        The runs.
    """
    sigma, names = separation.gained_sigma, separation.names
    axes.imshow(sigma, cmap="Greys", vmin=0.0, vmax=DARKEST, aspect="auto")
    for row, column in np.ndindex(*sigma.shape):
        value = float(sigma[row, column])
        axes.text(
            column,
            row,
            "" if row == column else rf"{value:.1f}$\,\sigma$",
            ha="center",
            va="center",
            color="white" if value > WHITE_ABOVE else BLACK,
        )
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.set_xlabel("rejected")
    axes.set_ylabel("true")
    runs = separation.runs
    axes.set_title(_title(runs[0]) if len(runs) == 1 else f"{len(runs)} runs", loc="left")


def draw_separation_curve(axes: Axes, curve: SeparationCurve) -> None:
    """Draw what a run adds between explanations against a value of its design.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curve : SeparationCurve
        Separations for several values.
    """
    names = curve.separations[0].names
    pairs = [(truth, other) for truth in names for other in names if truth != other]
    for place, (truth, other) in enumerate(pairs):
        color, dashes = LINES[place % len(LINES)]
        axes.plot(
            curve.values,
            curve.gained_sigma(truth, other),
            color=color,
            linestyle=dashes,
            label=f"{truth}, {other}",
        )
    low, high = float(curve.values.min()), float(curve.values.max())
    if low > 0 and high / low >= LOGARITHMIC:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(low, high)
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel(r"what the run adds ($\sigma$)")


def _title(run: Any) -> str:
    """Nuclide and activity of a run."""
    return f"{label_text(run.source)}, {run.activity_MCi:.3g} MCi"


def model_look(names: Sequence[str], name: str) -> dict[str, Any]:
    """Colour and dashes of a model, the same as in the figure of the explanations."""
    own = FIRST.index(name) if name in FIRST else list(names).index(name)
    color, dashes = LINES[own]
    return {"color": color, "linestyle": dashes}


def _check(separations: Sequence[Separation]) -> None:
    if not separations:
        raise InputError("is empty", key="separations", allowed="at least one")
    names = separations[0].names
    if any(each.names != names for each in separations) or len(names) > MOST:
        raise InputError(
            "cannot be drawn together",
            key="explanations",
            value=[each.names for each in separations],
            allowed=f"the same, at most {MOST}",
        )
