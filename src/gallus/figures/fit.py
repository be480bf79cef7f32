"""The gallium ratios against distance, with the survival probability of a fitted model."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.explanation import Explanation
from gallus.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    PAGE_INCH,
    SKY,
    VERMILION,
    label_text,
    style,
)
from gallus.kernel.averages import DistanceWeight

POINTS: Final = 1200
NEAREST_M: Final = 0.04
"""Shortest distance on the axis, below the nearest gallium of any detector."""
QUANTILES: Final = (0.05, 0.95)
"""A bar spans the distances of 90 % of the captures."""
DODGE: Final = 1.08
"""Factor between measurements at the same distance, so that both can be seen."""
NAME_HEIGHT: Final = 0.3
"""Height of a name as part of the panel."""
OTHER_SOURCE: Final = "37Ar"
UNITS: Final = {"eV2": r"eV$^2$", "deg": "degrees"}


def fit_figure(result: Explanation) -> Figure:
    """Draw measured ratios, fitted P_ee(L), and what it gives in each detector.

    Parameters
    ----------
    result : Explanation
        A fit.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 3.2))
        axes = figure.subplots()
        draw_fit(axes, result)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def draw_fit(axes: Axes, result: Explanation) -> None:
    """Draw the figure of :func:`fit_figure` into given axes.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    result : Explanation
        A fit.
    """
    data = result.likelihood.data
    weights = [block.distances for block in result.likelihood.kernel.blocks]
    mean = dodged(np.array([mean_distance_m(weight) for weight in weights]))
    span = np.array([distance_quantiles_m(weight, QUANTILES) for weight in weights]).T
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8, zorder=1)
    _draw_survival(axes, result, 1.15 * max(weight.range_m()[1] for weight in weights))
    axes.hlines(
        data.values, *span, color=GREY, linewidth=0.8, label="distances of 90 % of the captures"
    )
    axes.errorbar(
        mean, data.values, data.errors, fmt="o", color=BLACK, label="measured, experimental error"
    )
    axes.plot(
        mean,
        result.expected,
        "D",
        color=VERMILION,
        markerfacecolor="white",
        zorder=3,
        label="expected in the detector",
    )
    for place, top, title in zip(mean, data.values + data.errors, result.titles, strict=True):
        axes.annotate(
            label_text(title),
            (place, top),
            (0, 2),
            textcoords="offset points",
            fontsize="small",
            rotation=90,
            ha="center",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("distance from the source (m)")
    axes.set_ylabel("$R$ = measured / expected")
    axes.set_title(_title(result), loc="left")
    axes.set_ylim(*_limits(axes, data.values + data.errors))


def _limits(axes: Axes, tops: Array) -> tuple[float, float]:
    """Range of R with room for the names above the error bars."""
    low, high = axes.get_ylim()
    return low, max(high, float(tops.max()) + NAME_HEIGHT * (high - low))


def mean_distance_m(weight: DistanceWeight) -> float:
    """Mean distance between source and capture without oscillation."""
    return float(weight.times_distance().coefficients[:, 0].sum())


def distance_quantiles_m(weight: DistanceWeight, levels: tuple[float, ...]) -> Array:
    """Distances within which given shares of the captures happen without oscillation."""
    distance, share = weight.nodes(24)
    order = np.argsort(distance)
    # A node stands in the middle of its share.
    below = np.cumsum(share[order]) - share[order] / 2
    return np.interp(levels, below, distance[order])


def _draw_survival(axes: Axes, result: Explanation, farthest_m: float) -> None:
    """Draw P_ee(L) for each kind of source."""
    distance = np.geomspace(NEAREST_M, farthest_m, POINTS)
    nuclides = [entry.nuclide for entry in result.measurements.entries.values()]
    for name in dict.fromkeys(nuclides):
        other = name == OTHER_SOURCE and len(set(nuclides)) > 1
        axes.plot(
            distance,
            result.survival_probability(nuclides.index(name), distance),
            color=SKY if other else BLUE,
            linestyle="--" if other else "-",
            linewidth=0.8 if other else 1.2,
            zorder=1.5 if other else 2,
            label=rf"$P_{{ee}}(L)$, lines of {label_text(name)}",
        )
    axes.set_xlim(NEAREST_M, farthest_m)


def dodged(mean: Array) -> Array:
    """Mean distances with those moved apart that are the same."""
    moved = mean.copy()
    for k in range(1, len(moved)):
        while np.any(np.abs(np.log(moved[k] / moved[:k])) < np.log(DODGE) / 2):
            moved[k] *= DODGE
    return moved


def _title(result: Explanation) -> str:
    """Model with its best values."""
    parts = [result.model.name.rpartition(":")[2]]
    for parameter in result.likelihood.parameters:
        name = rf"${parameter.label}$" if parameter.label else parameter.name
        value = f"{result.values[parameter.name]:.3g}"
        parts.append(f"{name} = {value} {UNITS.get(parameter.unit, parameter.unit)}".rstrip())
    return ", ".join(parts)
