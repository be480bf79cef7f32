"""Events of a source next to a detector: their energies, their distances, and when they come."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.figures.appearance import BLACK, BLUE, GREY, PAGE_INCH, VERMILION, label_text, style
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.setup_rates import SetupRate

APART_KEV = 20.0
"""Edges closer than this share one mark."""


def setup_rate_figure(rate: SetupRate) -> Figure:
    """Draw recoil spectrum, distribution of distances and cumulative events.

    Parameters
    ----------
    rate : SetupRate
        Events of the main reaction; where a model takes some away, those without it are grey.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 2.4))
        spectrum, distance, time = figure.subplots(1, 3)
        draw_spectrum(spectrum, rate)
        draw_event_distances(distance, rate)
        draw_time(time, rate)
        for axes in (spectrum, distance, time):
            axes.set_ylim(bottom=0.0)
        figure.suptitle(label_text(rate.setup.title), x=0.01, ha="left", fontsize="medium")
    return figure


def draw_spectrum(axes: Axes, rate: SetupRate) -> None:
    """Draw events per day and keV at the start, with the edges of the lines.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    rate : SetupRate
        Events.
    """
    main, edges = rate.main, 1e3 * rate.main.energy_edges_MeV
    _draw_histogram(axes, edges, main.per_day.sum(axis=1), main.undisturbed.sum(axis=1))
    if next(iter(rate.reactions)) == "electron-scattering":
        for edge in _recoil_edges_keV(rate):
            if edges[0] < edge < edges[-1]:
                axes.axvline(edge, color=VERMILION, linestyle=":", linewidth=0.8)
                axes.text(
                    edge,
                    0.03,
                    f"{edge:.0f} ",
                    ha="right",
                    color=VERMILION,
                    fontsize="x-small",
                    transform=axes.get_xaxis_transform(),
                )
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("recorded energy (keV)")
    axes.set_ylabel("events per day and keV")


def draw_event_distances(axes: Axes, rate: SetupRate) -> None:
    """Draw events per day and metre at the start against the distance from the source.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    rate : SetupRate
        Events.
    """
    main, edges = rate.main, rate.main.distance_edges_m
    _draw_histogram(axes, edges, main.per_day.sum(axis=0), main.undisturbed.sum(axis=0))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("distance from the source (m)")
    axes.set_ylabel("events per day and m")


def draw_time(axes: Axes, rate: SetupRate) -> None:
    """Draw all events up to a day, and what they would be if the source did not decay.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    rate : SetupRate
        Events.
    """
    days, events = rate.by_time()
    axes.plot(days, events, color=BLUE, linestyle="-")
    axes.plot(days, rate.per_day_initial * days, color=GREY, linestyle="--", linewidth=0.8)
    if events[-1] > 0:
        axes.annotate(
            "without decay",
            (days[-1] * 0.55, rate.per_day_initial * days[-1] * 0.55),
            xytext=(-4, 4),
            textcoords="offset points",
            ha="right",
            color=GREY,
            fontsize="x-small",
        )
    axes.set_xlim(0.0, days[-1])
    axes.set_xlabel("days")
    axes.set_ylabel("events")


def _draw_histogram(axes: Axes, edges: Array, counts: Array, undisturbed: Array) -> None:
    width = np.diff(edges)
    if not np.allclose(counts, undisturbed, rtol=1e-9, atol=0.0):
        axes.stairs(undisturbed / width, edges, color=GREY, linestyle="--", linewidth=0.8)
    axes.stairs(counts / width, edges, color=BLUE, fill=True, alpha=0.25)
    axes.stairs(counts / width, edges, color=BLACK, linewidth=0.8)


def _recoil_edges_keV(rate: SetupRate) -> list[float]:
    """Largest recoil energies of groups of lines, those of the strongest line of each."""
    lines = sorted(rate.setup.lines(), key=lambda line: -line.fraction)
    edges: list[float] = []
    for line in lines:
        edge = 1e3 * float(largest_recoil_MeV(line.energy_MeV))
        if all(abs(edge - other) > APART_KEV for other in edges):
            edges.append(edge)
    return sorted(edges)
