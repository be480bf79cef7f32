"""Explanations of gallium in a scintillator: what is left against recoil energy and distance."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.figures.appearance import BLACK, GREY, PAGE_INCH, style
from gallus.figures.gallium_runs import model_look
from gallus.forecast.questions.models import ModelPatterns
from gallus.interactions.scattering_kinematics import largest_recoil_MeV

Against = Literal["energy", "distance"]
SEEN: Final = 2e-3
"""Share of the fullest bin from which on a bin is drawn."""
HIGHEST: Final = 1.12
ROOM: Final = 0.08
"""Below the lowest curve."""
MOST_IN_ROW: Final = 5
"""Names of a legend."""
PANEL_INCH: Final = 1.9
"""Height of a row."""


def model_patterns_figure(patterns: ModelPatterns) -> Figure:
    """Draw counts over counts without oscillation, against energy and distance in each detector.

    Parameters
    ----------
    patterns : ModelPatterns
        Patterns of some explanations.
    """
    rows = len(patterns.observations)
    with style():
        figure = Figure(figsize=(PAGE_INCH, PANEL_INCH * rows + 0.6))
        panels = figure.subplots(rows, 2, squeeze=False)
        for place, (energy, distance) in enumerate(panels):
            draw_pattern(energy, patterns, place, "energy")
            draw_pattern(distance, patterns, place, "distance")
            distance.set_ylabel("")
            low = min(energy.get_ylim()[0], distance.get_ylim()[0])
            for axes in (energy, distance):
                axes.set_ylim(low, HIGHEST)
            energy.set_title(patterns.observations[place].name, loc="left")
        handles, labels = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=MOST_IN_ROW)
    return figure


def draw_pattern(axes: Axes, patterns: ModelPatterns, place: int, against: Against) -> None:
    """Draw counts over counts without oscillation of each explanation in one detector.

    The band is the error of counting, backgrounds included, of one bin.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    patterns : ModelPatterns
        Patterns of some explanations.
    place : int
        Which detector.
    against : {"energy", "distance"}
        What the counts are binned in.
    """
    seen = patterns.observations[place]
    edges = 1e3 * seen.energy_edges_MeV if against == "energy" else seen.distance_edges_m
    without = _counts(seen.undisturbed, seen.shape, against)
    total = without + _counts(seen.background, seen.shape, against)
    shown = without > SEEN * without.max()
    error = np.sqrt(total[shown]) / without[shown]
    middle = ((edges[1:] + edges[:-1]) / 2)[shown]
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8)
    axes.fill_between(
        middle,
        1 - error,
        1 + error,
        step="mid",
        color=GREY,
        alpha=0.3,
        linewidth=0,
        label=r"counting in one bin ($1\,\sigma$)",
    )
    low = 1.0
    for name, result in zip(patterns.names, patterns.explanations, strict=True):
        counts = _counts(seen.signal(result.model, result.values), seen.shape, against)
        ratio = counts[shown] / without[shown]
        look = model_look(patterns.names, name)
        axes.plot(middle, ratio, drawstyle="steps-mid", label=name, **look)
        low = min(low, float(ratio.min()) - ROOM)
    if against == "energy":
        _mark_low_lines(axes, patterns, place)
    axes.set_xlim(middle[0], middle[-1])
    axes.set_ylim(low, HIGHEST)
    what = "recorded energy (keV)" if against == "energy" else "distance from the source (m)"
    axes.set_xlabel(what)
    axes.set_ylabel("counts / without oscillation")


def _counts(flat: Array, shape: tuple[int, int, int], against: Against) -> Array:
    """Sums over periods, and over distances or energies."""
    return np.asarray(flat.reshape(shape).sum(axis=(0, 2) if against == "energy" else (0, 1)))


def _mark_low_lines(axes: Axes, patterns: ModelPatterns, place: int) -> None:
    """Mark the largest recoil of lines that lead to an excited level."""
    lines = [line for line in patterns.observations[place].setup.lines() if line.level_MeV > 0]
    if lines:
        strongest = max(lines, key=lambda line: line.fraction)
        edge = 1e3 * float(largest_recoil_MeV(strongest.energy_MeV))
        label = f"last recoils of {1e3 * strongest.energy_MeV:.0f} keV"
        axes.axvline(edge, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=label)
