"""The 320 keV branching ratio of 51Cr: measured, and as the gallium anomaly would need it."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.database.bibliography import reference
from gallus.database.loader import load
from gallus.database.schema import Quantity
from gallus.figures.appearance import BLACK, BLUE, COLUMN_INCH, VERMILION, style
from gallus.interactions.gallium_capture import cross_section
from gallus.sources.branching_ratio import chromium_effect, measured_branching_ratio

PERCENT: Final = 100.0
DEFICIT: Final = 0.80
"""The ratio that is to be explained unless the caller says another."""
MODEL: Final = "bahcall-1997"
"""Gives the share of the captures that the 430 keV lines cause; it differs little among models."""


def branching_ratio_figure(ratio: float = DEFICIT) -> Figure:
    """Draw the measured branching ratios, their mean, and the values that explain a ratio.

    Parameters
    ----------
    ratio : float
        Measured over expected captures that a wrong branching ratio would have to explain.
    """
    with style():
        figure = Figure(figsize=(COLUMN_INCH, 2.9))
        axes = figure.subplots()
        draw_branching_ratios(axes, ratio)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="outside lower center")
    return figure


def draw_branching_ratios(axes: Axes, ratio: float = DEFICIT) -> None:
    """Draw the figure of :func:`branching_ratio_figure` into given axes.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    ratio : float
        Measured over expected captures that a wrong branching ratio would have to explain.
    """
    measured = load("cr51-branching-ratio").quantities.values()
    needed = _needed(ratio)
    _draw_mean(axes)
    axes.errorbar(
        [q.to("%") for q in measured],
        range(len(measured)),
        xerr=np.array([q.error_to("%")[::-1] for q in measured]).T,
        fmt="o",
        color=BLACK,
        label="measured",
    )
    rows = range(len(measured), len(measured) + len(needed))
    label = f"needed to explain $R = {ratio:.2f}$"
    axes.plot(
        list(needed.values()), rows, "D", color=VERMILION, markerfacecolor="white", label=label
    )
    for row, value in zip(rows, needed.values(), strict=True):
        axes.annotate(
            f"{value:.2f}",
            (value, row),
            (-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
        )
    names = [*(_name(q) for q in measured), *needed]
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)  # the first measurement on top
    axes.set_xlabel("320 keV branching ratio (%)")


def _draw_mean(axes: Axes) -> None:
    mean = measured_branching_ratio()
    low, high = (PERCENT * (mean.value + sign * mean.error) for sign in (-1, 1))
    label = rf"mean {PERCENT * mean.value:.2f} $\pm$ {PERCENT * mean.error:.2f} %"
    axes.axvspan(low, high, facecolor=BLUE, alpha=0.25, label=label)
    axes.axvline(PERCENT * mean.value, color=BLUE, linestyle="-", linewidth=1.0, zorder=1)


def _needed(ratio: float) -> dict[str, float]:
    """Branching ratio in per cent that explains the ratio, by the way the activity was measured."""
    effect = chromium_effect(cross_section(MODEL).low_line_share())
    return {
        "needed, gamma counting": PERCENT * effect.needed_from_gammas(ratio),
        "needed, calorimetry": PERCENT * effect.needed_from_heat(ratio),
    }


def _name(measurement: Quantity) -> str:
    """First author, year and detector of a measurement."""
    source = reference(measurement.citation)
    family = source.authors.split(" and ")[0].split(",")[0]
    detector = measurement.note.split(",")[0].split(" with")[0]
    return f"{family} {source.year}, {detector}"
