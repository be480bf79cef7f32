"""What the explanations predict against distance and energy, and where they part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gallus.distinguishing import (
    SOURCES,
    ZONES,
    distinguishing_ratios,
    ratio_against_energy,
    survival_against_distance,
)
from gallus.errors import InputError
from gallus.explanation import Explanation
from gallus.explanations import ExplanationBlock
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
from gallus.figures.fit import NEAREST_M, QUANTILES, distance_quantiles_m, dodged, mean_distance_m

POINTS: Final = 600
SOURCE: Final = "51Cr"
ENERGIES_MEV: Final = (0.3, 2.0)
ORANGE: Final = "#E69F00"
PINK: Final = "#CC79A7"
MOST: Final = 8
"""Curves that can be told apart."""

LINES: Final[tuple[tuple[str, Any], ...]] = (
    (BLACK, (0, (12, 2))),
    (BLUE, "-"),
    (VERMILION, "--"),
    (GREEN, "-."),
    (SKY, (0, (4, 1, 1, 1, 1, 1))),
    (ORANGE, (0, (6, 1, 1, 1, 1, 1, 1, 1))),
    (PINK, ":"),
    (GREY, (0, (2, 1))),
)
"""Colour and dashes, in the order of the models; the dashes differ in grey too."""

FIRST: Final = (
    "deficit",
    "sterile",
    "decoherence",
    "wave-packet",
    "decay",
    "broad",
    "decoherence-a",
    "decoherence-b",
)
"""Models that always look the same; others get what is left."""

TITLES: Final = {"best-inner": "inner zone of BEST", "best-outer": "outer zone of BEST"}
NAME_HEIGHT: Final = 0.3
"""Height of a name as part of the panel."""


def explanations_figure(block: ExplanationBlock) -> Figure:
    """Draw P_ee against distance, and below it ratios against energy in both zones of BEST.

    Parameters
    ----------
    block : ExplanationBlock
        Fits to the same data; those without free parameters are left out.

    Raises
    ------
    InputError
        If no fit, or more than eight, have free parameters.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 6.0))
        panels = figure.subplot_mosaic([["distance"] * 2, list(ZONES)])
        draw_distances(panels["distance"], block.rows)
        for zone in ZONES:
            draw_energies(panels[zone], block.rows, zone)
            panels[zone].set_title(TITLES[zone], loc="left")
        panels[ZONES[1]].sharey(panels[ZONES[0]])
        panels[ZONES[1]].tick_params(labelleft=False)
        panels[ZONES[1]].set_ylabel("")
        _legend(figure, panels["distance"], block.rows)
    return figure


def distances_figure(block: ExplanationBlock) -> Figure:
    """Draw the upper panel of :func:`explanations_figure` alone."""
    with style():
        figure = Figure(figsize=(PAGE_INCH, 3.4))
        axes = figure.subplots()
        draw_distances(axes, block.rows)
        _legend(figure, axes, block.rows)
    return figure


def draw_distances(axes: Axes, results: Sequence[Explanation]) -> None:
    """Draw P_ee(L) of best fits for 51Cr, and the measured ratios at their mean distances.

    A horizontal bar spans the distances of 90 % of the captures, over which the detector averages.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    results : sequence of Explanation
        Fits to the same data.
    """
    shown = _shown(results)
    weights = [block.distances for block in shown[0].likelihood.kernel.blocks]
    farthest = 1.15 * max(weight.range_m()[1] for weight in weights)
    distance = np.geomspace(NEAREST_M, farthest, POINTS)
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8, zorder=1)
    for result, look in zip(shown, _looks(shown), strict=True):
        survival = survival_against_distance(result, SOURCE, distance)
        axes.plot(distance, survival, label=_label(result), **look)
    _draw_measured(axes, shown[0])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(NEAREST_M, farthest)
    axes.set_xlabel("distance from the source (m)")
    axes.set_ylabel(rf"$P_{{ee}}$ of {label_text(SOURCE)}; $R$ = measured / expected")


def draw_energies(axes: Axes, results: Sequence[Explanation], detector: str) -> None:
    """Draw the ratio in a detector against the neutrino energy, with marks for three sources.

    Curves are for a line of that energy, marks for all lines of a source.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    results : sequence of Explanation
        Fits to the same data.
    detector : str
        Name of the data set gallium-geometries.
    """
    shown = _shown(results)
    energy = np.linspace(*ENERGIES_MEV, POINTS)
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8, zorder=1)
    for result, look in zip(shown, _looks(shown), strict=True):
        axes.plot(energy, ratio_against_energy(result, detector, energy), **look)
        points = distinguishing_ratios([result], SOURCES, [detector])
        axes.plot(
            [point.energy_MeV for point in points],
            [point.ratio for point in points],
            "o",
            color=look["color"],
            markerfacecolor="white",
            zorder=3,
        )
    for point in points:
        axes.annotate(
            label_text(str(point.source)),
            (point.energy_MeV, 1.0),
            (0, 3),
            textcoords="offset points",
            ha={"51Cr": "right", "37Ar": "left"}.get(str(point.source), "center"),
            va="bottom",
        )
    low, _ = axes.get_ylim()
    axes.set_ylim(low, 1.0 + 0.12 * (1.0 - low))
    axes.set_xlim(*ENERGIES_MEV)
    axes.set_xlabel("neutrino energy (MeV)")
    axes.set_ylabel("$R$ = expected / without oscillation")


def _draw_measured(axes: Axes, result: Explanation) -> None:
    """Draw ratios with errors; open for another source than that of the curves."""
    data = result.likelihood.data
    weights = [block.distances for block in result.likelihood.kernel.blocks]
    mean = dodged(np.array([mean_distance_m(weight) for weight in weights]))
    span = np.array([distance_quantiles_m(weight, QUANTILES) for weight in weights]).T
    axes.hlines(data.values, *span, color=GREY, linewidth=0.8)
    entries = result.measurements.entries.values()
    each = zip(mean, data.values, data.errors, entries, strict=True)
    for place, value, error, entry in each:
        face = BLACK if entry.nuclide == SOURCE else "white"
        axes.errorbar([place], [value], [error], fmt="o", color=BLACK, markerfacecolor=face)
        axes.annotate(
            label_text(entry.title),
            (place, value + error),
            (0, 2),
            textcoords="offset points",
            fontsize="small",
            rotation=90,
            ha="center",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
        )
    low, high = axes.get_ylim()
    top = float(np.max(data.values + data.errors)) + NAME_HEIGHT * (high - low)
    axes.set_ylim(low, max(high, top))


def _legend(figure: Figure, axes: Axes, results: Sequence[Explanation]) -> None:
    sources = {entry.nuclide for entry in results[0].measurements.entries.values()}
    handles, labels = axes.get_legend_handles_labels()
    marks: dict[str, dict[str, Any]] = {
        f"measured with {label_text(SOURCE)}": {"marker": "o"},
        "measured with another source": {"marker": "o", "markerfacecolor": "white"},
        "distances of 90 % of the captures": {"color": GREY, "linewidth": 0.8, "linestyle": "-"},
    }
    if sources == {SOURCE}:
        del marks["measured with another source"]
    for label, look in marks.items():
        handles.append(Line2D([], [], **{"color": BLACK, "linestyle": "", **look}))
        labels.append(label)
    figure.legend(handles, labels, loc="outside lower center", ncols=3)


def _shown(results: Sequence[Explanation]) -> list[Explanation]:
    shown = [result for result in results if result.fit.parameters]
    if not 0 < len(shown) <= MOST:
        raise InputError(
            "cannot be drawn",
            key="models with free parameters",
            value=len(shown),
            allowed=f"one to {MOST}",
        )
    return shown


def _looks(results: Sequence[Explanation]) -> list[dict[str, Any]]:
    """Colour and dashes of each model: its own if it has some, else what is left."""
    names = [result.model.name for result in results]
    own = {name: LINES[FIRST.index(name)] for name in names if name in FIRST}
    left = iter([line for line in LINES if line not in own.values()])
    lines = [own[name] if name in own else next(left) for name in names]
    return [{"color": color, "linestyle": dashes} for color, dashes in lines]


def _label(result: Explanation) -> str:
    """Model with its chi2."""
    name = result.model.name.rpartition(":")[2]
    return rf"{name}, $\chi^2$/dof = {result.fit.chi2_min:.1f}/{result.fit.dof}"
