"""Path-length distributions of the gallium detectors, in both variants of their geometry."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gallus.arrays import Array
from gallus.figures.appearance import BLACK, BLUE, GREEN, GREY, PAGE_INCH, SKY, VERMILION, style
from gallus.geometry.detectors import DOCUMENTED, gallium_geometries
from gallus.geometry.target import Target

POINTS: Final = 1500
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    DOCUMENTED: {"linestyle": "-", "linewidth": 1.2},
    "published-fits": {"linestyle": "--", "linewidth": 0.8},
}
COLORS: Final = {
    "best-inner": BLUE,
    "best-outer": VERMILION,
    "sage": GREEN,
    "gallex-1": BLACK,
    "gallex-2": SKY,
}
PANELS: Final = (("best-inner", "best-outer"), ("sage",), ("gallex-1", "gallex-2"))


def path_lengths_figure() -> Figure:
    """Draw w(L) of all detectors, documented and as published fits took it."""
    with style():
        figure = Figure(figsize=(PAGE_INCH, 3.0))
        panels = figure.subplots(1, len(PANELS), sharey=True)
        handles: list[Artist] = []
        for axes, detectors in zip(panels, PANELS, strict=True):
            draw_path_lengths(axes, detectors)
            handles += axes.get_legend_handles_labels()[0]
        panels[0].set_ylabel(r"share of the solid angle $w(L)$")
        handles += [_key(variant) for variant in VARIANTS]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def draw_path_lengths(axes: Axes, detectors: tuple[str, ...]) -> None:
    """Draw w(L) of some detectors into given axes.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    detectors : tuple of str
        Names in the data set gallium-geometries.
    """
    entries = gallium_geometries()
    for name in detectors:
        entry = entries.detector(name)
        targets = [entry.target(variant) for variant in VARIANTS]
        means = [f"{100 * target.mean_path_length_m():.1f} cm" for target in targets]
        labels = (f"{entry.title}: {means[0]} ({means[1]})", "_nolegend_")
        for target, look, label in zip(targets, VARIANTS.values(), labels, strict=True):
            axes.plot(*_curve(target), color=COLORS[name], label=label, **look)
    axes.set_xlabel("distance from the source $L$ (m)")
    axes.set_xlim(left=0.0)
    axes.set_ylim(0.0, 1.02)


def _key(variant: str) -> Line2D:
    return Line2D([], [], color=GREY, label=f"{variant} geometry", **VARIANTS[variant])


def _curve(target: Target) -> tuple[Array, Array]:
    """w(L) from 0 to beyond the target, with points on both sides of every jump."""
    low, high = target.range_m()
    edges = target.breakpoints_m()
    beside = np.concatenate([edges * (1 - 1e-9), edges * (1 + 1e-9)])
    distance = np.unique(np.concatenate([[0.0], np.linspace(low, high, POINTS), beside]))
    return distance, target.path_length_density(distance)
