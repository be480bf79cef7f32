"""Sensitivity against a value of the design, and the couplings that an experiment would allow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gallus.arrays import Array
from gallus.experiments.setup import with_values
from gallus.figures.appearance import (
    BLACK,
    COLUMN_INCH,
    GREY,
    PAGE_INCH,
    VERMILION,
    label_text,
    style,
)
from gallus.figures.explanations import LINES
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.coupling_columns import coupling_parts, couplings_of
from gallus.forecast.questions.couplings import (
    CouplingResult,
    Solution,
    coupling_sensitivity,
    couplings_chi2,
    solutions,
)
from gallus.inference.wilks import wilks_threshold

TOGETHER: Final = "all together"
"""What several experiments are called if they are one."""
LEVELS: Final = (0.6827, 0.9545)
MARKED_SIGMA: Final = (3.0, 5.0)
UNITS: Final = {
    "percent": "%",
    "keV": "keV",
    "MCi": "MCi",
    "kCi": "kCi",
    "PBq": "PBq",
    "m": "m",
    "cm": "cm",
    "d": "d",
}
"""How the last part of a key is written."""
PALE: Final = "0.7"
OBVIOUS: Final = ("position", "detection", "interaction", "periods")
"""Sections that need not be named."""
FEW_DISTANCES = 4
"""Bins of distance in the panel of all solutions; the errors are 3 % larger than with twenty."""
REACH_SIGMA, STEPS = 4.0, 10
"""How far grids around minima of the couplings reach, and their steps on each side."""


def sensitivity_figure(
    answers: Mapping[str, Sequence[float]],
    values: Sequence[float],
    key: str,
    name: str,
) -> Figure:
    """Draw what experiments answer against a value of their design.

    Parameters
    ----------
    answers : mapping of str to sequence of float
        By experiment; the line is broken at NaN, where there is no answer.
    values : sequence of float
        Of the key.
    key : str
        ``days``, or another key of a set-up; its unit is taken from its name.
    name : str
        What is answered, with its unit.
    """
    with style():
        figure = Figure(figsize=(COLUMN_INCH, 2.9))
        axes = figure.subplots()
        draw_sensitivity(axes, answers, values, key, name)
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def draw_sensitivity(
    axes: Axes,
    answers: Mapping[str, Sequence[float]],
    values: Sequence[float],
    key: str,
    name: str,
) -> None:
    """Draw the figure of :func:`sensitivity_figure` into given axes."""
    for place, (label, numbers) in enumerate(answers.items()):
        colour, dashes = line_of(place, label)
        axes.plot(
            values,
            numbers,
            label=label_text(label),
            color=colour,
            linestyle=dashes,
            marker="o",
            ms=2.5,
        )
    x, highest = np.asarray(values), float(np.nanmax([*answers.values()]))
    if np.all(x > 0) and len(x) > 2 and np.allclose(np.diff(np.log(x), 2), 0, atol=1e-9):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    if "σ)" in name:
        for level in MARKED_SIGMA:
            if level < 1.1 * highest:
                axes.axhline(level, color=GREY, linewidth=0.6, zorder=1)
                _label_level(axes, level)
    axes.set_ylim(0.0, 1.08 * highest)
    axes.set_xlim(x.min(), x.max())
    axes.set_xlabel(design_label(key))
    axes.set_ylabel(_in_mathematics(name))


def _label_level(axes: Axes, level: float) -> None:
    axes.annotate(
        rf"${level:g}\,\sigma$",
        (0.0, level),
        xycoords=("axes fraction", "data"),
        xytext=(2, 1),
        textcoords="offset points",
        color=GREY,
        fontsize="x-small",
    )


def design_label(key: str) -> str:
    """A key of a set-up in words, with its unit."""
    if key == "days":
        return "length of a run (days)"
    section, _, last = key.rpartition(".")
    words = last.split("_")
    unit = UNITS.get(words[-1], "")
    named = " ".join(words[:-1] if unit else words)
    place = section.rpartition(".")[2]
    place = (
        "error of" if place == "uncertainties" else "" if place in OBVIOUS else label_text(place)
    )
    return f"{place} {named} ({unit})".strip() if unit else f"{place} {named}".strip()


def line_of(place: int, label: str) -> tuple[str, Any]:
    """Colour and dashes of one of several experiments; black if it is all of them together."""
    return (BLACK, "-") if label == TOGETHER else LINES[1:][place % (len(LINES) - 1)]


def couplings_figure(observations: Sequence[Observation]) -> Figure:
    """Draw the allowed couplings: exact contours with all solutions, and the true one enlarged.

    Parameters
    ----------
    observations : sequence of Observation
        Each experiment gets contours at 68 and 95 %; the wide panel shows all of them together.
    """
    results = {each.name: coupling_sensitivity(each) for each in observations}
    if len(observations) > 1:
        results[TOGETHER] = coupling_sensitivity(observations)
    with style():
        figure = Figure(figsize=(PAGE_INCH, 3.4))
        wide, close = figure.subplots(1, 2)
        draw_solutions(wide, observations)
        draw_ellipses(close, results)
        wide.set_title("all solutions, all data: 68 % black, 95 % in colour", loc="left")
        close.set_title("near the true couplings: 68 % thick, 95 % thin", loc="left")
        for axes in (wide, close):
            axes.title.set_fontsize("small")
        figure.legend(loc="outside lower center", ncols=4)
    return figure


def draw_ellipses(axes: Axes, results: Mapping[str, CouplingResult]) -> None:
    """Draw ellipses of g_V and g_A at 68 and 95 % with the couplings of the set-up.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    results : mapping of str to CouplingResult
        By experiment.
    """
    for place, (label, result) in enumerate(results.items()):
        colour, dashes = line_of(place, label)
        for level in LEVELS:
            ring = result.ellipse(wilks_threshold(level, 2))
            axes.plot(
                ring[:, 0],
                ring[:, 1],
                color=colour,
                linestyle=dashes,
                linewidth=1.2 if level == LEVELS[0] else 0.7,
                label=label_text(label) if level == LEVELS[0] else None,
            )
    first = next(iter(results.values()))
    axes.plot([first.vector], [first.axial], "*", color=BLACK, ms=6, label="true couplings")
    axes.set_xlabel("$g_V$")
    axes.set_ylabel("$g_A$")


def draw_solutions(axes: Axes, observations: Sequence[Observation]) -> None:
    """Draw where the Poisson likelihood of all observations allows g_V and g_A, exactly.

    All minima lie near the ellipse on which the number of events is that of the true couplings.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    observations : sequence of Observation
        Of scattering on electrons; in four bins of distance each.
    """
    seen = [_in_few_bins(each) for each in observations]
    truth = coupling_sensitivity(seen)
    axes.plot(*_same_rate(seen), "-", color=PALE, linewidth=0.6, zorder=1)
    thresholds = [0.0, *(wilks_threshold(level, 2) for level in LEVELS)]
    for each in solutions(seen, within=thresholds[-1]):
        vector, axial = _around(each, truth)
        chi2 = couplings_chi2(seen, vector, axial)
        axes.contourf(vector, axial, chi2, levels=thresholds, colors=[BLACK, VERMILION])
        axes.contour(
            vector, axial, chi2, levels=thresholds[-1:], colors=[VERMILION], linewidths=1.4
        )
        axes.annotate(
            rf"$\Delta\chi^2 = {max(each.chi2, 0.0):.1f}$",
            (each.vector, each.axial),
            xytext=(8 if each.axial > 0 else -8, 6 if each.axial > 0 else -10),
            textcoords="offset points",
            ha="left" if each.axial > 0 else "right",
            fontsize="small",
        )
    axes.axhline(0.0, color=PALE, linewidth=0.4, zorder=0)
    axes.axvline(0.0, color=PALE, linewidth=0.4, zorder=0)
    axes.set_xlabel("$g_V$")
    axes.set_ylabel("$g_A$")


def _in_few_bins(seen: Observation) -> Observation:
    """The same in a few bins of distance, which tell the signal from what is everywhere."""
    there = with_values(seen.setup, {"detection.distance_bins": FEW_DISTANCES})
    return observation(there, seen.backgrounds, reaction=seen.reaction, name=seen.name)


def _same_rate(observations: Sequence[Observation]) -> tuple[Array, Array]:
    """g_V and g_A with which the number of events is that of the true couplings."""
    first, second, mixed = sum(coupling_parts(each).sum(axis=1) for each in observations)
    angle = np.linspace(0.0, 2 * math.pi, 400)
    left, right = np.cos(angle), np.sin(angle)
    true = couplings_of(observations[0])
    events = true.left**2 * first + true.right**2 * second + true.left * true.right * mixed
    size = np.sqrt(events / (left**2 * first + right**2 * second + left * right * mixed))
    return (left + right) * size, (left - right) * size


def _around(solution: Solution, truth: CouplingResult) -> tuple[Array, Array]:
    """Grid around a minimum along the axes of its ellipse: that of the truth, or its mirror image.

    C_L -> -C_L exchanges g_V and g_A, up to signs.
    """
    ring = truth.ellipse(REACH_SIGMA**2, 4 * STEPS + 1) - [truth.vector, truth.axial]
    swapped = abs(solution.vector) < abs(solution.axial)
    across, along = (ring[place][::-1] if swapped else ring[place] for place in (0, STEPS))
    grid = np.linspace(-1.0, 1.0, 2 * STEPS + 1)
    x, y = np.meshgrid(grid, grid)
    vector = solution.vector + x * across[0] + y * along[0]
    return vector, solution.axial + x * across[1] + y * along[1]


def _in_mathematics(name: str) -> str:
    """Greek letters and indices as a font of mathematics writes them."""
    changes = {"σ": r"$\sigma$", "μ_B": r"$\mu_{\rm B}$", "sin²θ_W": r"$\sin^2\theta_W$"}
    changes |= {"g_V": "$g_V$", "sin²2θ": r"$\sin^2 2\theta$"}
    for plain, written in changes.items():
        name = name.replace(plain, written)
    return name
