"""The one idea of Gallus in pictures: kernel times probability, and averages of cosines."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.experiments.gallium import source_measurements
from gallus.experiments.gallium_oscillation import survival_kernel
from gallus.figures.appearance import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PAGE_INCH,
    VERMILION,
    label_text,
    style,
)
from gallus.geometry.detectors import gallium_target
from gallus.geometry.target import Target
from gallus.interactions.gallium_capture import cross_section
from gallus.kernel.average_table import AverageTable
from gallus.kernel.averages import mean_cosine_sine
from gallus.kernel.linear_map import Block
from gallus.oscillation.base import SURVIVAL, OscillationModel, vacuum_phase_per_m
from gallus.parameters.constraints import Params

MODEL: Final = "bahcall-1997"
ZONES: Final = ("best-inner", "best-outer")
DETECTORS: Final = {
    "best-inner": (BLUE, "-"),
    "best-outer": (VERMILION, "--"),
    "sage-cr": (GREEN, "-."),
    "gallex-1": (BLACK, ":"),
}
POWERS: Final = (0.4, 1.0, 0.4)
"""The colours of the three panels go with this power of the value."""
POINTS: Final = 800
SPLITTINGS_EV2: Final = (0.02, 40.0)
KNOTS_TO_EV2: Final = 4.0
"""Up to here the knots of the table are shown; beyond they are too close to be seen apart."""


def kernel_figure(model: OscillationModel, params: Params) -> Figure:
    """Draw kernel, probability and their product for both zones of BEST.

    The colours of the kernel are stretched, so that weak lines are seen.

    Parameters
    ----------
    model : OscillationModel
        What happens to the neutrinos.
    params : mapping
        Its parameters.
    """
    blocks = _blocks(ZONES)
    with style():
        figure = Figure(figsize=(PAGE_INCH, 2.1))
        panels = figure.subplots(1, 3, sharey=True)
        maps = _maps(blocks, model, params)
        for axes, (title, values), power in zip(panels, maps, POWERS, strict=True):
            _draw_map(figure, axes, blocks[0].energy_MeV, values, power)
            axes.set_title(title, loc="left")
        panels[0].set_ylabel(f"line of {label_text('51Cr')} (keV)")
    return figure


def average_figure(delta_m2_eV2: float = 3.4) -> Figure:
    """Draw how the strongest line of 51Cr is averaged over the gallium of BEST and others.

    Parameters
    ----------
    delta_m2_eV2 : float
        Mass splitting of the left panel.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 2.7))
        left, right = figure.subplots(1, 2)
        draw_product(left, delta_m2_eV2)
        draw_averages(right)
        for axes in (left, right):
            handles, labels = axes.get_legend_handles_labels()
            axes.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    return figure


def draw_product(axes: Axes, delta_m2_eV2: float) -> None:
    """Draw w(L) and its product with cos(phi L) for both zones of BEST.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    delta_m2_eV2 : float
        Mass splitting.
    """
    distance = np.linspace(0.0, 1.6, 2 * POINTS)
    phase = vacuum_phase_per_m(np.asarray(delta_m2_eV2), _strongest_MeV(_blocks(ZONES)[0]))
    cosine = np.cos(phase * distance)
    axes.plot(distance, cosine, color=GREY, linestyle="-", linewidth=0.6, label=r"$\cos\varphi L$")
    for name in ZONES:
        color, _ = DETECTORS[name]
        density = _density(name, distance)
        axes.plot(distance, density, color=color, linestyle="-", label=_title(name, "$w(L)$, "))
        axes.fill_between(distance, density * cosine, color=color, alpha=0.35, linewidth=0)
    axes.axhline(0.0, color=BLACK, linewidth=0.4)
    axes.set_xlim(0.0, 1.6)
    axes.set_xlabel("distance from the source $L$ (m)")
    axes.set_title(
        rf"$\Delta m^2$ = {delta_m2_eV2:g} eV$^2$: the coloured areas are the averages", loc="left"
    )


def draw_averages(axes: Axes) -> None:
    """Draw the mean of cos(phi L) against the mass splitting, with knots of the table.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    """
    splitting = np.geomspace(*SPLITTINGS_EV2, 2 * POINTS)
    for block, (name, (color, linestyle)) in zip(
        _blocks(tuple(DETECTORS)), DETECTORS.items(), strict=True
    ):
        phase = vacuum_phase_per_m(splitting, _strongest_MeV(block))
        mean, _ = mean_cosine_sine(block.distances, phase)
        axes.plot(splitting, mean, color=color, linestyle=linestyle, label=_title(name))
        if name == ZONES[0]:
            _draw_knots(axes, block, color)
    axes.axhline(0.0, color=BLACK, linewidth=0.4)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(r"$\Delta m^2$ (eV$^2$)")
    axes.set_title(r"$\langle\cos\varphi L\rangle$, a function of $\Delta m^2/E$ alone", loc="left")


def _draw_knots(axes: Axes, block: Block, color: str) -> None:
    """Mark where the table of a block has its knots."""
    energy = _strongest_MeV(block)
    largest = float(vacuum_phase_per_m(np.asarray(KNOTS_TO_EV2), energy))
    table = AverageTable.build(block.distances, largest)
    phase = np.arange(0.0, largest, table.step_per_m)
    splitting = phase / float(vacuum_phase_per_m(np.asarray(1.0), energy))
    seen = splitting > SPLITTINGS_EV2[0]
    axes.plot(
        splitting[seen], table.cosine(phase[seen]), ".", color=color, label="knots of its table"
    )


def _maps(
    blocks: tuple[Block, ...], model: OscillationModel, params: Params
) -> tuple[tuple[str, tuple[Array, Array]], ...]:
    """Title, distances and values at lines x distances of the three panels."""
    distance = np.linspace(0.0, 1.6, POINTS)
    energy = blocks[0].energy_MeV[:, None]
    kernel = sum(
        block.response[0][:, None] * _density(name, distance) / _mean_m(name)
        for name, block in zip(ZONES, blocks, strict=True)
    )
    probability = model.probability(SURVIVAL, energy, distance, params)
    counts = [float(block.counts(model, params)[0]) for block in blocks]
    return (
        (r"$K$ (per m)", (distance, np.asarray(kernel))),
        ("$P_{ee}$", (distance, probability)),
        (f"$K P_{{ee}}$, sums {counts[0]:.3f}, {counts[1]:.3f}", (distance, kernel * probability)),
    )


def _draw_map(
    figure: Figure, axes: Axes, energy_MeV: Array, values: tuple[Array, Array], power: float
) -> None:
    distance, shown = values
    rows = np.arange(len(energy_MeV))
    order = np.argsort(energy_MeV)
    mesh = axes.pcolormesh(
        distance, rows, shown[order], shading="nearest", cmap="cividis", norm=PowerNorm(power, 0.0)
    )
    mesh.set_rasterized(True)
    axes.set_yticks(rows, [f"{1e3 * energy:.1f}" for energy in energy_MeV[order]])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("$L$ (m)")
    figure.colorbar(mesh, ax=axes, pad=0.02)


def _blocks(names: tuple[str, ...]) -> tuple[Block, ...]:
    kernel = survival_kernel(source_measurements(), cross_section(MODEL))
    entries = list(source_measurements().entries)
    return tuple(kernel.blocks[entries.index(name)] for name in names)


def _density(measurement: str, distance_m: Array) -> Array:
    return _target(measurement).path_length_density(distance_m)


def _mean_m(measurement: str) -> float:
    return _target(measurement).mean_path_length_m()


def _target(measurement: str) -> Target:
    return gallium_target(source_measurements().entries[measurement].geometry or measurement)


def _strongest_MeV(block: Block) -> Array:
    return np.asarray(block.energy_MeV[np.argmax(block.response[0])])


def _title(measurement: str, before: str = "") -> str:
    return before + source_measurements().entries[measurement].title
