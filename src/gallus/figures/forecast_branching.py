"""The branching ratio of 51Cr in a scintillator: the step, and what the angle adds.

:func:`branching_ratio_spectra_figure` is of experiments, with their bins, resolution and
backgrounds; :func:`branching_ratio_forecast_figure` of recoils as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    PAGE_INCH,
    VERMILION,
    label_text,
    style,
)
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import by_energy
from gallus.forecast.questions.branching_ratio import ACTIVITIES, OBSERVED_RATIO, explaining_shift
from gallus.forecast.questions.coupling_columns import line_part
from gallus.forecast.questions.line_measurement import chromium_groups, step_measurement
from gallus.forecast.questions.line_spectra import binned_spectra
from gallus.forecast.questions.recoil_angle import angle_measurement, mean_line_separation_deg
from gallus.interactions.electron_scattering import ConstantCouplings
from gallus.response.angular import AngularResolution
from gallus.response.energy import EnergyResolution

EVENTS: Final = 1e5
THRESHOLD_MEV: Final = 0.2
SPECTRUM_KEV: Final = (180.0, 600.0)
AROUND_KEV: Final = (235.0, 300.0)
BIN_KEV: Final = 0.5
UNIT_CM2: Final = 1e-45
RESOLUTION: Final = 0.03
"""At 1 MeV, of the smeared curves."""
ANGLES_DEG: Final = np.array([4.0, 7, 10, 13, 17, 22, 28, 36, 46])
N_SIGMA: Final = 3.0
LEAST: Final = 1.0
"""Events whose root is the least error of counting in a bin."""
HEADROOM: Final = 2.1
"""Height of the panel of the step over its spectrum, for the enlarged step above it."""


def branching_ratio_spectra_figure(observations: Sequence[Observation]) -> Figure:
    """Draw what experiments record for two branching ratios, and how far apart that is.

    Parameters
    ----------
    observations : sequence of Observation
        With 51Cr; a row each.
    """
    shift = explaining_shift(OBSERVED_RATIO, ACTIVITIES[0])
    with style():
        figure = Figure(figsize=(PAGE_INCH, 0.7 + 2.2 * len(observations)))
        rows = figure.subplots(len(observations), 2, squeeze=False)
        for (counts, change), each in zip(rows, observations, strict=True):
            draw_recorded(counts, each)
            draw_change(change, each)
            counts.set_title(label_text(each.name), loc="left", fontsize="small")
            said = rf"$f = {shift.adopted:.4f} \to {shift.needed:.4f}$, same number of recoils"
            change.set_title(said, loc="left", fontsize="small")
        found: dict[str, Any] = {}
        for panel in rows.ravel():
            handles = zip(*panel.get_legend_handles_labels(), strict=True)
            found |= {text: line for line, text in handles}
        figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=3)
    return figure


def draw_recorded(axes: Axes, seen: Observation) -> None:
    """Draw the recoils that are recorded for two branching ratios, and the backgrounds.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    seen : Observation
        With 51Cr.
    """
    per_keV = 1.0 / np.diff(1e3 * seen.energy_edges_MeV)
    adopted, needed = recorded_spectra(seen)
    for counts, colour, dashes, label in (
        (adopted, BLACK, "-", "recoils, $f$ as adopted"),
        (needed, VERMILION, "--", rf"$f$ that explains $R = {OBSERVED_RATIO:.2f}$"),
    ):
        axes.stairs(
            counts * per_keV,
            1e3 * seen.energy_edges_MeV,
            baseline=None,
            color=colour,
            linestyle=dashes,
            label=label,
        )
    if seen.background.any():
        axes.stairs(
            by_energy(seen, seen.background) * per_keV,
            1e3 * seen.energy_edges_MeV,
            baseline=None,
            color=GREY,
            linestyle=":",
            label="all backgrounds",
        )
    axes.set_yscale("log")
    axes.set_xlabel("recorded energy (keV)")
    axes.set_ylabel("events per keV")


def draw_change(axes: Axes, seen: Observation) -> None:
    """Draw by how much the two differ in each bin of energy, over the error of counting there.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    seen : Observation
        With 51Cr.
    """
    adopted, needed = recorded_spectra(seen)
    error = np.sqrt(np.maximum(adopted + by_energy(seen, seen.background), LEAST))
    axes.stairs(
        (needed - adopted) / error,
        1e3 * seen.energy_edges_MeV,
        baseline=0.0,
        color=VERMILION,
        linewidth=1.0,
    )
    axes.axhline(0.0, color=GREY, linewidth=0.6)
    axes.set_xlabel("recorded energy (keV)")
    axes.set_ylabel("change (errors of counting)")


def recorded_spectra(seen: Observation) -> tuple[Array, Array]:
    """Recoils in bins of energy, for the branching ratio as adopted and as the anomaly needs it.

    The shift counts from the fractions of the lines, which add up to a little else than what is
    adopted (9.88 or 9.93 %, not 9.91 %); the number of recoils stays the same.
    """
    lines = seen.setup.lines()
    excited = np.array([line.level_MeV > 0 for line in lines], dtype=np.float64)
    fractions = np.array([line.fraction for line in lines])
    f = float(fractions @ excited / fractions.sum())
    high, low = (by_energy(seen, line_part(seen, part)) for part in (1.0 - excited, excited))
    needed = f + explaining_shift(OBSERVED_RATIO, ACTIVITIES[0]).shift
    changed = (1 - needed) / (1 - f) * high + needed / f * low
    return high + low, changed * (high + low).sum() / changed.sum()


def branching_ratio_forecast_figure(events: float = EVENTS) -> Figure:
    """Draw the spectrum with its step, and the error of f against the angular resolution.

    Parameters
    ----------
    events : float
        Recoils above 200 keV.
    """
    with style():
        figure = Figure(figsize=(PAGE_INCH, 2.9))
        spectrum, errors = figure.subplots(1, 2)
        draw_step(spectrum)
        draw_angles(errors, events)
    return figure


def draw_step(axes: Axes) -> None:
    """Draw the recoils of 51Cr for the branching ratio of today and for the one that explains.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    """
    shift = explaining_shift(OBSERVED_RATIO, ACTIVITIES[0])
    inset = axes.inset_axes((0.50, 0.60, 0.47, 0.37))
    curves = (
        (shift.adopted, EnergyResolution(), BLACK, "-", f"$f = {shift.adopted:.4f}$"),
        (shift.needed, EnergyResolution(), VERMILION, "--", f"$f = {shift.needed:.4f}$"),
        (shift.adopted, EnergyResolution(RESOLUTION), BLUE, "-.", r"smeared, $3\,\%/\sqrt{E}$"),
    )
    for panel in (axes, inset):
        for ratio, resolution, colour, dashes, label in curves:
            energy, density = _spectrum(ratio, resolution)
            panel.plot(energy, density, color=colour, linestyle=dashes, label=label, linewidth=1.0)
    axes.set_xlim(SPECTRUM_KEV)
    energy, density = _spectrum(shift.adopted, EnergyResolution())
    near = density[(energy > AROUND_KEV[0]) & (energy < AROUND_KEV[1])]
    inset.set_xlim(AROUND_KEV)
    inset.set_ylim(0.97 * near.min(), 1.03 * near.max())
    inset.tick_params(labelsize="x-small")
    axes.set_ylim(0.0, HEADROOM * float(density.max()))
    axes.legend(loc="lower left", fontsize="small")
    axes.set_title("recoils as such, no detector", loc="left", fontsize="small")
    axes.set_xlabel("recoil energy (keV)")
    axes.set_ylabel(r"recoils per decay ($10^{-45}$ cm$^2$/keV)")


def draw_angles(axes: Axes, events: float = EVENTS) -> None:
    """Draw the error of the branching ratio against the angular resolution.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    events : float
        Recoils above 200 keV.
    """
    for resolution, colour, dashes, label in (
        (None, BLACK, "-", "perfect energy"),
        (EnergyResolution(RESOLUTION), BLUE, "-.", r"$3\,\%/\sqrt{E}$"),
    ):
        errors = [
            angle_measurement(THRESHOLD_MEV, AngularResolution(deg, 0.0), resolution).error(events)
            for deg in ANGLES_DEG.tolist()
        ]
        axes.plot(ANGLES_DEG, errors, color=colour, linestyle=dashes, label=label)
        axes.axhline(
            step_measurement(THRESHOLD_MEV, resolution).error(events),
            color=colour,
            linestyle=dashes,
            linewidth=0.6,
        )
    needed = explaining_shift(OBSERVED_RATIO, ACTIVITIES[0]).shift / N_SIGMA
    axes.axhline(needed, color=VERMILION, linestyle="--", label=r"$3\,\sigma$ on $R = 0.80$")
    half = mean_line_separation_deg(THRESHOLD_MEV) / 2
    axes.axvline(half, color=GREY, linestyle=":", linewidth=0.9)
    axes.annotate(
        "half of the mean angle\nbetween the lines",
        (half, 0.02),
        xytext=(4, 2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize="x-small",
        color=GREY,
    )
    axes.annotate(
        "thin: no angle",
        (0.03, 0.84),
        xycoords="axes fraction",
        fontsize="x-small",
        color=BLACK,
    )
    axes.set_xlim(0.0, float(ANGLES_DEG[-1]))
    axes.set_ylim(
        0.0, 1.25 * step_measurement(THRESHOLD_MEV, EnergyResolution(RESOLUTION)).error(events)
    )
    axes.legend(loc="lower right", fontsize="small")
    axes.set_xlabel("angular resolution per axis (degrees)")
    axes.set_ylabel(rf"error of $f$ for $10^{{{np.log10(events):.0f}}}$ recoils")


def _spectrum(ratio: float, resolution: EnergyResolution) -> tuple[Array, Array]:
    """Energies in keV, and recoils per decay and electron in 1e-45 cm2 per keV."""
    groups, model = chromium_groups(branching_ratio=ratio), ConstantCouplings.corrected()
    edges = 1e-3 * np.linspace(*SPECTRUM_KEV, round(np.ptp(SPECTRUM_KEV) / BIN_KEV) + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    if not resolution.perfect:
        mean = binned_spectra(groups, model, edges, resolution).mean_cm2
        return 1e3 * middle, mean / UNIT_CM2 / BIN_KEV
    ground, excited = groups.each(
        lambda line_MeV: model.differential_cm2_per_MeV(np.float64(line_MeV), middle)
    )
    return 1e3 * middle, ((1 - ratio) * ground + ratio * excited) / UNIT_CM2 / 1e3
