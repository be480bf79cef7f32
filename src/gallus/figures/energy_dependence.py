"""The capture cross section on 71Ga against neutrino energy, from threshold to 1.5 MeV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from gallus.errors import InputError
from gallus.figures.appearance import BLACK, COLUMN_INCH, label_text, style
from gallus.interactions.gallium_capture import CaptureCrossSection
from gallus.interactions.ground_state import threshold_MeV
from gallus.sources.radionuclide import nuclide

UNIT_CM2: Final = 1e-46
HIGHEST_MEV: Final = 1.5
BAND_SIGMA: Final = 3.0
"""Bahcall printed errors of three standard deviations."""
SOURCES: Final = ("51Cr", "37Ar", "65Zn")
POINTS: Final = 400
PANELS_INCH: Final = 3.9
LEGEND_INCH: Final = 0.08
"""Height for each model: the legend has two columns."""

Array = NDArray[np.float64]


def cross_section_energy_figure(models: Sequence[CaptureCrossSection]) -> Figure:
    """Draw sigma(E) of several models, and their ratios to the first that is a table.

    Tables get a band of three standard deviations; the other models are the computed ground state
    with their excited states, normalised to their 51Cr average.

    Parameters
    ----------
    models : sequence of CaptureCrossSection
        In the order of the legend.

    Raises
    ------
    InputError
        If there is no model.
    """
    if not models:
        raise InputError("is empty", key="models", allowed="at least one cross section")
    reference = next((m for m in models if m.file.table is not None), models[0])
    with style():
        figure = Figure(figsize=(COLUMN_INCH, PANELS_INCH + LEGEND_INCH * len(models)))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.7, 1))
        draw_energy_dependence(upper, models)
        draw_energy_ratios(lower, models, reference)
        handles, labels = upper.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        lower.set_xlabel(r"neutrino energy $E_\nu$ (MeV)")
        lower.set_xlim(0.18, HIGHEST_MEV)
    return figure


def draw_energy_dependence(axes: Axes, models: Sequence[CaptureCrossSection]) -> None:
    """Draw sigma(E) of several models and mark the lines of the sources.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    models : sequence of CaptureCrossSection
        In the order of the legend.
    """
    _draw_models(axes, models, lambda energies: np.full_like(energies, UNIT_CM2))
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(r"$\sigma(\nu_e\,^{71}$Ga$)$ ($10^{-46}$ cm$^2$)")
    axes.set_ylim(bottom=axes.get_ylim()[0] / 4)  # room for the marks
    mark_lines(axes)


def draw_energy_ratios(
    axes: Axes, models: Sequence[CaptureCrossSection], reference: CaptureCrossSection
) -> None:
    """Draw sigma(E) of several models over that of a reference.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    models : sequence of CaptureCrossSection
        In the order of the legend.
    reference : CaptureCrossSection
        The denominator.
    """
    _draw_models(axes, models, reference.at_energy_cm2)
    axes.set_ylabel(f"ratio to\n{label_text(reference.title)}")


def mark_lines(axes: Axes) -> None:
    """Mark threshold and neutrino lines of the sources on the lower edge.

    Of the lines to one level of the daughter, a few keV apart, only the strongest.
    """
    _mark(axes, threshold_MeV(), "threshold")
    for source in SOURCES:
        for energy in _strongest_lines_MeV(source):
            if energy > threshold_MeV():
                _mark(axes, energy, label_text(source))


def _mark(axes: Axes, energy_MeV: float, text: str) -> None:
    edge = axes.get_xaxis_transform()  # x in MeV, y in heights of the panel
    axes.vlines(energy_MeV, 0.0, 0.06, color=BLACK, linewidth=1.0, transform=edge)
    axes.text(
        energy_MeV,
        0.08,
        text,
        transform=edge,
        rotation=90,
        ha="center",
        va="bottom",
        fontsize="small",
    )


def _strongest_lines_MeV(source: str) -> list[float]:
    """Energy of the strongest line to each level of the daughter."""
    ascending = sorted(nuclide(source).lines(), key=lambda line: line.fraction)
    return list({line.level_MeV: line.energy_MeV for line in ascending}.values())


def _draw_models(
    axes: Axes, models: Sequence[CaptureCrossSection], unit_cm2: Callable[[Array], Array]
) -> None:
    """Draw cross sections in a unit that may depend on energy."""
    energies = np.linspace(threshold_MeV(), HIGHEST_MEV, POINTS)
    unit = _where_positive(unit_cm2(energies))
    for model in models:
        sigma = _where_positive(model.at_energy_cm2(energies))
        (line,) = axes.plot(energies, sigma / unit, label=label_text(model.title))
        if model.file.table is not None:
            best, plus, minus = model.table_cm2(energies)
            axes.fill_between(
                energies,
                (best - BAND_SIGMA * minus) / unit,
                (best + BAND_SIGMA * plus) / unit,
                color=line.get_color(),
                alpha=0.2,
                linewidth=0,
                label=rf"{label_text(model.title)}, $\pm {BAND_SIGMA:.0f}\,\sigma$",
            )


def _where_positive(sigma_cm2: Array) -> Array:
    """Cross section with gaps where it is zero: a table may begin above threshold."""
    return np.where(sigma_cm2 > 0, sigma_cm2, np.nan)
