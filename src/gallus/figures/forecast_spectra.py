"""What a detector counts: events of the source, and each background, against energy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.experiments.setup import Reaction, with_values
from gallus.figures.appearance import BLACK, PAGE_INCH, label_text, style
from gallus.figures.explanations import LINES
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.base import by_energy

FROM_KEV, TO_KEV, BIN_KEV = 100.0, 1500.0, 5.0
"""Usual range and bins of the figure; 14C begins below, 11C ends above."""
BINS: Final = round((TO_KEV - FROM_KEV) / BIN_KEV)
BEYOND: Final = 1.05
"""Where a window leaves the usual range, the figure ends above it by this factor."""
DECADES: Final = 4.5
"""Height of the panel below its highest point."""
OTHERS: Final = "U, Th, 40K"
GROUPS: Final = (
    "14C",
    "14C pile-up",
    "solar 7Be",
    "other solar neutrinos",
    "85Kr",
    "210Bi",
    "210Po",
    OTHERS,
    "11C and 10C",
    "photons of the source",
)
"""In the order of the legend; a background of another kind has its own name."""
TOTAL: Final = "all backgrounds"
SIGNALS: Final[Mapping[Reaction, str]] = {
    "electron-scattering": "recoils of the source",
    "coherent-scattering": "recoils of nuclei",
    "inverse-beta-decay": "positrons of the source",
    "gallium-capture": "captures on 71Ga",
    "gallium-coincidence": "captures on 71Ga",
    "indium-capture": "captures on 115In",
}
"""What is counted of the source."""
FILL, OUTSIDE = "0.80", "0.95"
"""Greys of the signal and of energies that do not count."""
SINGLE: Final = ("85Kr", "210Bi", "210Po")


def spectra_figure(observations: Sequence[Observation]) -> Figure:
    """Draw signal and backgrounds of some detectors, one panel each.

    Parameters
    ----------
    observations : sequence of Observation
        Their windows are marked; the spectra reach beyond.
    """
    with style():
        rows = len(observations)
        figure = Figure(figsize=(PAGE_INCH, 0.4 + 2.7 * rows))
        ranges = {range_keV(each) for each in observations}
        panels = figure.subplots(rows, 1, sharex=len(ranges) == 1, squeeze=False)[:, 0]
        for panel, each in zip(panels, observations, strict=True):
            draw_spectra(panel, each)
            panel.set_title(label_text(each.setup.title), loc="left", fontsize="small")
            if len(ranges) == 1:
                panel.label_outer()
        figure.legend(*_legend(panels), loc="outside right upper")
    return figure


def draw_spectra(axes: Axes, seen: Observation) -> None:
    """Draw events per day and keV over a live run, on a logarithmic scale.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    seen : Observation
        Signal and backgrounds.
    """
    wide = _wide(seen)
    edges = 1e3 * wide.energy_edges_MeV
    days = float(wide.exposure.days().sum())
    per_keV = 1 / (np.diff(edges) * days)
    signal = by_energy(wide, wide.undisturbed) * per_keV
    groups = _grouped(wide, per_keV)
    total = sum(groups.values(), start=np.zeros(len(per_keV)))
    axes.stairs(signal, edges, color=FILL, fill=True, label=signal_label(seen))
    axes.stairs(signal, edges, color=BLACK, linewidth=0.9)
    for name, counts in groups.items():
        if counts.max() > 0:
            axes.stairs(counts, edges, baseline=None, label=label_text(name), **_look(name))
    if len(groups) > 1:
        axes.stairs(
            total,
            edges,
            baseline=None,
            color=BLACK,
            linewidth=1.5,
            linestyle="--",
            label=TOTAL,
        )
    low, high = (1e3 * seen.energy_edges_MeV[end] for end in (0, -1))
    axes.axvspan(edges[0], low, color=OUTSIDE, linewidth=0, zorder=0)
    axes.axvspan(high, edges[-1], color=OUTSIDE, linewidth=0, zorder=0)
    inside = (edges[1:] > low) & (edges[:-1] < high)
    top = 4 * max(signal.max(), total[inside].max()) or 1.0
    axes.set_yscale("log")
    axes.set_ylim(top / 10**DECADES, top)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("recorded energy (keV)")
    if len(signal) == 1:
        axes.annotate("counted without energy", (0.5, 0.5), xycoords="axes fraction", ha="center")
    axes.set_ylabel("events per day and keV")


def range_keV(seen: Observation) -> tuple[float, float]:
    """Energies of the figure: the usual ones, farther if the window reaches farther.

    Only the window where all of it lies below the usual ones, as for recoils of nuclei.
    """
    low, high = (1e3 * float(seen.energy_edges_MeV[end]) for end in (0, -1))
    if high <= FROM_KEV:
        return low, BEYOND * high
    return min(FROM_KEV, low), TO_KEV if high <= TO_KEV else BEYOND * high


def signal_label(seen: Observation) -> str:
    """What the source gives, in words."""
    return label_text(SIGNALS[seen.reaction])


def _wide(seen: Observation) -> Observation:
    """The same detector over a wider range of energies, in one bin of distance."""
    low, high = range_keV(seen)
    values = {
        "detection.threshold_keV": low,
        "detection.upper_keV": high,
        "detection.bins": BINS,
        "detection.distance_bins": 1,
        "uncertainties.energy_scale_percent": 0.0,
        "uncertainties.fiducial_cm": 0.0,
    }
    return observation(with_values(seen.setup, values), seen.backgrounds, reaction=seen.reaction)


def _grouped(seen: Observation, per_keV: Array) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name, counts in seen.background_counts.items():
        group = group_of(seen, name)
        rate = by_energy(seen, counts) * per_keV
        found[group] = found.get(group, np.zeros(len(rate))) + rate
    order = [*(name for name in GROUPS if name in found), *(n for n in found if n not in GROUPS)]
    return {name: found[name] for name in order}


def group_of(seen: Observation, name: str) -> str:
    """Which line of the figure a background belongs to."""
    tables = [each for each in seen.setup.background if name.startswith(each.name)]
    if not tables:
        return name
    table = max(tables, key=lambda each: len(each.name))
    if table.kind == "carbon-14":
        return "14C pile-up" if name.endswith("pile-up") else "14C"
    if table.kind == "solar":
        return "solar 7Be" if name.endswith("7Be") else "other solar neutrinos"
    if table.kind == "cosmogenic":
        return "11C and 10C"
    if table.kind in ("source-gamma", "bremsstrahlung"):
        return "photons of the source"
    if table.kind == "polonium-210":
        return "210Po"
    if table.kind == "internal":
        return table.nuclide if table.nuclide in SINGLE else OTHERS
    return name


def _look(name: str) -> dict[str, Any]:
    place = GROUPS.index(name) if name in GROUPS else 0
    colour, dashes = LINES[1:][place % (len(LINES) - 1)]
    return {
        "color": colour,
        "linestyle": dashes,
        "linewidth": 1.6 if place >= len(LINES) - 1 else 1.0,
    }


def _legend(panels: Iterable[Axes]) -> tuple[list[Any], list[str]]:
    """Keys of all panels, each once: the signal, the groups in their order, then all."""
    found: dict[str, Any] = {}
    for panel in panels:
        found |= {text: line for line, text in zip(*panel.get_legend_handles_labels(), strict=True)}
    order = list(dict.fromkeys(map(label_text, [*SIGNALS.values(), *GROUPS])))
    rest = [text for text in found if text not in (*order, TOTAL)]
    names = [text for text in (*order, *rest, TOTAL) if text in found]
    return [found[text] for text in names], names
