"""The gallium ratios: measured over expected captures, one panel for each cross section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.figures.appearance import (
    BLACK,
    BLUE,
    COLUMN_INCH,
    PAGE_INCH,
    VERMILION,
    label_text,
    style,
)
from gallus.recipes.base import Average
from gallus.significance import Significance

COLUMNS: Final = 3
PANEL_INCH: Final = 1.6
MARGIN_INCH: Final = 1.25
"""Height of names and legend under the panels."""
ANY_RATIO: Final = 1e3
"""Stands for infinity: the error of an average may have no upper end."""


def ratios_figure(results: Sequence[Significance]) -> Figure:
    """Draw the ratios with the average for each cross section, panels with common axes.

    Parameters
    ----------
    results : sequence of Significance
        One for each panel, all of the same measurements and method.

    Raises
    ------
    InputError
        If there is no result, or the results are of different measurements.
    """
    _check(results)
    columns = min(COLUMNS, len(results))
    rows = -(-len(results) // columns)
    size = (COLUMN_INCH if columns == 1 else PAGE_INCH, PANEL_INCH * rows + MARGIN_INCH)
    with style():
        figure = Figure(figsize=size)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        panels = list(grid.flat)
        for axes, result in zip(panels, results, strict=False):
            draw_ratios(axes, result)
        panels[0].set_ylim(*_limits(results))
        for axes in panels[len(results) :]:
            axes.remove()
        for axes in panels[len(results) - columns : (rows - 1) * columns]:
            axes.tick_params(labelbottom=True)  # the lowest panel of its column
            axes.xaxis.set_in_layout(False)  # its names hang into the empty place below
        for axes in grid[:, 0]:
            axes.set_ylabel("$R$ = measured / expected")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside lower center", ncols=columns if columns == COLUMNS else 1
        )
    return figure


def draw_ratios(axes: Axes, result: Significance) -> None:
    """Draw one panel: ratios with experimental errors, the average as a band, the expectation.

    The relative error of the cross section, which all ratios share, stands at the expectation
    R = 1; the band of the average includes it.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    result : Significance
        What to draw.
    """
    ratios, count = result.ratios, len(result.titles)
    _draw_average(axes, result.average, result.method)
    axes.axhline(1.0, color=BLACK, linestyle=":", linewidth=0.8, zorder=1)
    axes.errorbar(
        range(count),
        ratios.values,
        ratios.errors,
        fmt="o",
        color=BLACK,
        label="measured, experimental error",
    )
    axes.errorbar(
        [count],
        [1.0],
        [[ratios.cross_section_minus.min()], [ratios.cross_section_plus.min()]],
        fmt="_",
        markersize=9,
        color=VERMILION,
        label="expected, error of the cross section",
    )
    axes.set_xlim(-0.6, count + 0.6)
    axes.set_xticks(range(count + 1), [*map(label_text, result.titles), "expected"], rotation=90)
    axes.tick_params(axis="x", length=0)
    axes.set_title(label_text(result.cross_section.title), loc="left")
    axes.set_title(rf"${result.significance_sigma:.1f}\,\sigma$", loc="right")
    axes.text(0.03, 0.05, _average_text(result.average), transform=axes.transAxes)


def _draw_average(axes: Axes, average: Average, method: str) -> None:
    lower = max(average.value - average.minus, -ANY_RATIO)
    upper = min(average.value + average.plus, ANY_RATIO)
    axes.axhspan(lower, upper, facecolor=BLUE, alpha=0.25, label=f"average ({method}), full error")
    axes.axhline(average.value, color=BLUE, linestyle="-", linewidth=1.0, zorder=1)


def _average_text(average: Average) -> str:
    plus, minus = (f"{error:.3f}" for error in (average.plus, average.minus))
    errors = rf"\pm {plus}" if plus == minus else f"^{{+{plus}}}_{{-{minus}}}"
    return rf"$\bar R = {average.value:.3f} {errors}$".replace("inf", r"\infty")


def _limits(results: Sequence[Significance]) -> tuple[float, float]:
    """Range of R that shows every error bar, with room for the text under the points."""
    low = min(float(np.min(r.ratios.values - r.ratios.errors)) for r in results)
    high = max(
        max(float(np.max(r.ratios.values + r.ratios.errors)), 1 + r.ratios.cross_section_plus.min())
        for r in results
    )
    height = high - low
    return low - 0.26 * height, high + 0.06 * height


def _check(results: Sequence[Significance]) -> None:
    if not results:
        raise InputError("is empty", key="results", allowed="at least one result")
    for result in results:
        if (result.titles, result.method) != (results[0].titles, results[0].method):
            name = result.cross_section.name
            raise InputError(
                "is of other measurements or another method than the first",
                key="results",
                value=name,
            )
