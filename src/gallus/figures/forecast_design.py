"""Designs: where signal and background balance, and what an optimiser looked at."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.figures.appearance import BLACK, BLUE, COLUMN_INCH, GREY, PAGE_INCH, VERMILION, style
from gallus.figures.forecast import design_label
from gallus.forecast.counting_design import CountingDesign
from gallus.forecast.optimise import Optimum

POINTS: Final = 300
DEFICIT: Final = 0.2
WORST: Final = 0.25
"""Share of the best merit below which designs all look the same."""


def counting_design_figure(design: CountingDesign, deficit: float = DEFICIT) -> Figure:
    """Draw signal and background against the radius of the kept volume, and the significance.

    Parameters
    ----------
    design : CountingDesign
        Source, sphere and a uniform background.
    deficit : float
        Share of the signal that is missing.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 2.6))
        counts, sigma = figure.subplots(1, 2)
        draw_counts(counts, design, deficit)
        draw_significance(sigma, design, deficit)
    return figure


def draw_counts(axes: Axes, design: CountingDesign, deficit: float = DEFICIT) -> None:
    """Draw how signal and background grow, with the best radius.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    design : CountingDesign
        Source, sphere and a uniform background.
    deficit : float
        Of which the best radius is.
    """
    radius = _radii(design)
    axes.plot(radius, design.signal(radius), color=BLUE, linestyle="-", label="signal")
    axes.plot(
        radius, design.background(radius), color=VERMILION, linestyle="--", label="background"
    )
    best = design.best_radius_m(deficit)
    axes.axvline(best, color=GREY, linestyle=":", linewidth=0.9)
    axes.annotate(
        f"{best:.2f} m",
        (best, 0.04),
        xycoords=("data", "axes fraction"),
        xytext=(-3, 0),
        textcoords="offset points",
        ha="right",
        color=GREY,
        fontsize="small",
    )
    axes.set_yscale("log")
    axes.legend(loc="lower right")
    _label_radius(axes, design)
    axes.set_ylabel("events per day" if design.days is None else f"events in {design.days:g} days")


def draw_significance(axes: Axes, design: CountingDesign, deficit: float = DEFICIT) -> None:
    """Draw the significance of a deficit, without and with errors of the expectation.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    design : CountingDesign
        Source, sphere and a uniform background.
    deficit : float
        Share of the signal that is missing.
    """
    radius = _radii(design)
    for errors, colour, dashes, label in (
        ((0.0, 0.0), BLACK, "-", "counting"),
        ((0.01, 0.0), BLUE, "--", "signal known to 1 %"),
        ((0.01, 0.01), VERMILION, "-.", "and background to 1 %"),
    ):
        sigma = design.sigma(radius, deficit, *errors)
        axes.plot(radius, sigma, label=label, color=colour, linestyle=dashes)
        best = design.best_radius_m(deficit, *errors)
        axes.plot([best], [design.sigma(np.array(best), deficit, *errors)], "o", color=colour)
    axes.set_ylim(bottom=0.0)
    axes.legend(loc="best")
    _label_radius(axes, design)
    time = "a day" if design.days is None else f"{design.days:g} days"
    axes.set_ylabel(rf"$\sigma$ of a deficit of {100 * deficit:g} % in {time}")


def optimum_figure(found: Optimum, meaning: str) -> Figure:
    """Draw the merit of all designs that were tried.

    One variable: the merit against it. Two: a map. More: one panel for each, all designs as points.

    Parameters
    ----------
    found : Optimum
        Result of :func:`gallus.forecast.optimise.optimise`.
    meaning : str
        What the merit is.
    """
    count = len(found.variables)
    with style():
        if count == 2:
            figure = Figure(figsize=(COLUMN_INCH + 0.8, 3.0))
            draw_map(figure.subplots(), found, meaning)
            return figure
        figure = Figure(figsize=(COLUMN_INCH if count == 1 else PAGE_INCH, 2.7))
        panels = figure.subplots(1, count, sharey=True, squeeze=False)[0]
        for place, axes in enumerate(panels):
            draw_variable(axes, found, place)
        panels[0].set_ylabel(meaning)
    return figure


def draw_variable(axes: Axes, found: Optimum, place: int) -> None:
    """Draw the merit of all designs against one variable.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    found : Optimum
        All designs.
    place : int
        Which variable.
    """
    variable = found.variables[place]
    possible = np.isfinite(found.merits)
    x, y = found.tried[possible, place], found.merits[possible]
    order = np.argsort(x)
    join = "-" if len(found.variables) == 1 else ""
    axes.plot(x[order], y[order], color=BLUE, linestyle=join, marker="o", markersize=2.5)
    axes.plot([found.values[variable.key]], [found.merit], "*", color=VERMILION, ms=8)
    axes.axhline(found.merit_before, color=GREY, linestyle=":", linewidth=0.9)
    axes.set_xlim(variable.lower, variable.upper)
    axes.set_xlabel(design_label(variable.key))


def draw_map(axes: Axes, found: Optimum, meaning: str) -> None:
    """Draw the merit over two variables, with the designs that were looked at.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    found : Optimum
        All designs.
    meaning : str
        What the merit is.
    """
    possible = np.isfinite(found.merits)
    (x, y), merits = found.tried[possible].T, found.merits[possible]
    shown = np.maximum(merits, WORST * found.merit)
    drawn = axes.tricontourf(x, y, shown, levels=12, cmap="cividis")
    bar = axes.figure.colorbar(drawn, ax=axes)
    bar.set_label(meaning)
    axes.plot(x, y, "o", color=BLACK, markersize=1.5)
    first, second = found.variables
    best = [found.values[first.key]], [found.values[second.key]]
    axes.plot(*best, "*", color="white", mec=BLACK, ms=10)
    axes.set_xlim(first.lower, first.upper)
    axes.set_ylim(second.lower, second.upper)
    axes.set_xlabel(design_label(first.key))
    axes.set_ylabel(design_label(second.key))


def _radii(design: CountingDesign) -> Array:
    low, high = design.range_m
    return np.linspace(low, high, POINTS + 1)[1:]


def _label_radius(axes: Axes, design: CountingDesign) -> None:
    around = "centre" if design.region == "concentric" else "source"
    axes.set_xlabel(f"radius kept around the {around} (m)")
    axes.set_xlim(0.0, design.range_m[1])
