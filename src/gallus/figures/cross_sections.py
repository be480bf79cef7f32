"""The capture cross section on 71Ga averaged over the lines of a source, model by model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gallus.errors import InputError
from gallus.figures.appearance import BLACK, BLUE, COLUMN_INCH, VERMILION, label_text, style
from gallus.interactions.gallium_capture import CaptureCrossSection, Estimate

UNIT_CM2: Final = 1e-45
ROW_INCH: Final = 0.27
MARGIN_INCH: Final = 1.05
OFFSET: Final = 0.14
"""Distance of a model's two points from the middle of its row."""


def cross_sections_figure(models: Sequence[CaptureCrossSection], source: str = "51Cr") -> Figure:
    """Draw total, ground-state part and published total of several models, one row each.

    Parameters
    ----------
    models : sequence of CaptureCrossSection
        From top to bottom.
    source : str
        Name of a nuclide.

    Raises
    ------
    InputError
        If there is no model, or one says nothing about this nuclide.
    """
    if not models:
        raise InputError("is empty", key="models", allowed="at least one cross section")
    with style():
        figure = Figure(figsize=(COLUMN_INCH, ROW_INCH * len(models) + MARGIN_INCH))
        axes = figure.subplots()
        draw_cross_sections(axes, models, source)
        figure.legend(loc="outside lower center")
    return figure


def draw_cross_sections(
    axes: Axes, models: Sequence[CaptureCrossSection], source: str = "51Cr"
) -> None:
    """Draw the cross sections of :func:`cross_sections_figure` into given axes.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    models : sequence of CaptureCrossSection
        From top to bottom.
    source : str
        Name of a nuclide.
    """
    rows = np.arange(len(models), dtype=np.float64)
    _draw_points(
        axes, rows - OFFSET, [m.total(source) for m in models], "o", BLACK, "used in Gallus"
    )
    known = [(r, p) for r, m in enumerate(models) if (p := m.published(source)) is not None]
    if known:
        places = np.array([row for row, _ in known]) + OFFSET
        _draw_points(axes, places, [p for _, p in known], "s", VERMILION, "published total")
    ground = [r for r, m in enumerate(models) if m.excited_share(source) is not None]
    values = [models[row].ground_state(source).value_cm2 / UNIT_CM2 for row in ground]
    axes.plot(
        values,
        ground,
        "|",
        color=BLUE,
        markersize=9,
        markeredgewidth=1.6,
        label="ground state alone",
    )
    axes.set_yticks(rows, [label_text(model.title) for model in models])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(models) - 0.5, -0.5)  # the first model on top
    axes.set_xlabel(rf"$\sigma$ averaged over {label_text(source)} ($10^{{-45}}$ cm$^2$)")


def _draw_points(
    axes: Axes,
    rows: NDArray[np.float64],
    estimates: Sequence[Estimate],
    marker: str,
    color: str,
    label: str,
) -> None:
    values, plus, minus = np.array(estimates).T / UNIT_CM2
    axes.errorbar(
        values,
        rows,
        xerr=np.array([minus, plus]),
        fmt=marker,
        color=color,
        markerfacecolor=color if marker == "o" else "white",
        label=label,
    )
