"""Designs: where signal and background balance, and what an optimiser looked at."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import with_values
from gallus.figures.appearance import BLACK, BLUE, COLUMN_INCH, GREY, PAGE_INCH, VERMILION, style
from gallus.figures.forecast import design_label
from gallus.forecast.counting_design import CountingDesign
from gallus.forecast.design_variables import WHOLE, Variable
from gallus.forecast.optimise import Optimum
from gallus.forecast.source_shield import SHIELD, SourceShield

POINTS: Final = 300
DEFICIT: Final = 0.2
WORST: Final = 0.25
"""Share of the best merit below which designs all look the same."""
PROBES: Final = 201
"""Values of a variable that are asked whether they are possible."""
PALE: Final = "0.9"
TRIED, BEST, IMPOSSIBLE, AS_IT_IS = "looked at", "best of them", "not possible", "as it is"


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
            figure = Figure(figsize=(COLUMN_INCH + 0.8, 3.4))
            panels = [figure.subplots()]
            draw_map(panels[0], found, meaning)
        else:
            figure = Figure(figsize=(COLUMN_INCH if count == 1 else PAGE_INCH, 3.1))
            panels = list(figure.subplots(1, count, sharey=True, squeeze=False)[0])
            for place, axes in enumerate(panels):
                draw_variable(axes, found, place)
            panels[0].set_ylabel(meaning)
        figure.legend(*_keys(panels), loc="outside lower center", ncols=2)
    return figure


def draw_variable(axes: Axes, found: Optimum, place: int) -> None:
    """Draw the merit of all designs against one variable.

    A line joins the designs if it is the only variable; where no design is possible, it is broken.

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
    alone = len(found.variables) == 1
    closed = impossible_ranges(found) if alone else []
    x, y = _broken(found.tried[:, place], found.merits, closed)
    join = "-" if alone else ""
    axes.plot(x, y, color=BLUE, linestyle=join, marker="o", ms=3, label=TRIED, clip_on=False)
    best = found.values[variable.key]
    if best is not None:
        axes.plot([best], [found.merit], "*", color=VERMILION, ms=8, label=BEST)
    for low, high in closed:
        axes.axvspan(low, high, color=PALE, linewidth=0, zorder=0, label=IMPOSSIBLE)
    if np.isfinite(found.merit_before):
        axes.axhline(found.merit_before, color=GREY, linestyle=":", linewidth=0.9, label=AS_IT_IS)
    axes.set_xlim(variable.lower, variable.upper)
    axes.set_xlabel(design_label(variable.key))


def draw_map(axes: Axes, found: Optimum, meaning: str) -> None:
    """Draw the designs over two variables, coloured by their merit; nothing is interpolated.

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
    order = np.argsort(merits)
    drawn = axes.scatter(
        x[order],
        y[order],
        c=np.maximum(merits, WORST * found.merit)[order],
        s=30,
        cmap="cividis",
        edgecolors=BLACK,
        linewidths=0.3,
        label=TRIED,
        clip_on=False,
        zorder=3,
    )
    axes.figure.colorbar(drawn, ax=axes).set_label(meaning)
    if not possible.all():
        axes.plot(*found.tried[~possible].T, "x", color=GREY, ms=4, label=IMPOSSIBLE, clip_on=False)
    first, second = found.variables
    best_x, best_y = found.values[first.key], found.values[second.key]
    if best_x is not None and best_y is not None:
        axes.plot(
            [best_x],
            [best_y],
            "*",
            color="white",
            mec=BLACK,
            ms=11,
            label=BEST,
            clip_on=False,
            zorder=4,
        )
    axes.set_xlim(first.lower, first.upper)
    axes.set_ylim(second.lower, second.upper)
    axes.set_xlabel(design_label(first.key))
    axes.set_ylabel(design_label(second.key))


def impossible_ranges(found: Optimum) -> list[tuple[float, float]]:
    """Ranges of the only variable in which no set-up is possible, to a two-hundredth of its span.

    Inside of a wall, for instance. What is possible and counts nothing is not among them.
    """
    (variable,) = found.variables
    values = np.linspace(variable.lower, variable.upper, PROBES)
    closed = [not _possible(found, variable, float(value)) for value in values]
    edges = np.flatnonzero(np.diff([False, *closed, False]))
    middle = np.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])
    return [(float(middle[low]), float(middle[high])) for low, high in edges.reshape(-1, 2)]


def _possible(found: Optimum, variable: Variable, value: float) -> bool:
    chosen = found.observation.original
    there = (
        SourceShield.of(chosen).values(value)
        if variable.key == SHIELD
        else {variable.key: round(value) if variable.key in WHOLE else value}
    )
    try:
        with_values(chosen, there)
    except InputError:
        return False
    return True


def _broken(x: Array, y: Array, closed: list[tuple[float, float]]) -> tuple[Array, Array]:
    """Points in their order, with a gap where a design or a range between two is not possible."""
    gaps = np.array([(low + high) / 2 for low, high in closed])
    every = np.concatenate([x, gaps])
    merits = np.concatenate([np.where(np.isfinite(y), y, np.nan), np.full(len(gaps), np.nan)])
    order = np.argsort(every)
    return every[order], merits[order]


def _keys(panels: list[Axes]) -> tuple[list[Any], list[str]]:
    """Keys of all panels, each once."""
    found: dict[str, Any] = {}
    for panel in panels:
        found |= {text: line for line, text in zip(*panel.get_legend_handles_labels(), strict=True)}
    return list(found.values()), list(found)


def _radii(design: CountingDesign) -> Array:
    low, high = design.range_m
    return np.linspace(low, high, POINTS + 1)[1:]


def _label_radius(axes: Axes, design: CountingDesign) -> None:
    around = "centre" if design.region == "concentric" else "source"
    axes.set_xlabel(f"radius kept around the {around} (m)")
    axes.set_xlim(0.0, design.range_m[1])
