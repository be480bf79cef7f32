"""Exclusion and discovery of a sterile neutrino by several experiments, over the gallium region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gallus.figures.appearance import BLACK, GREY, label_text, style
from gallus.figures.forecast import TOGETHER, line_of
from gallus.forecast.questions.sterile import SterileSensitivity
from gallus.inference.scan_result import ScanResult
from gallus.inference.wilks import wilks_threshold

MIXING: Final = "sin2_2theta_ee"
SPLITTING: Final = "delta_m2_41_eV2"
LEVEL: Final = 0.95
DISCOVERY: Final = 0.9973
SHADE: Final = "#CFE3F1"
"""Blue that is pale in grey too."""
MOST_WITH_DISCOVERY: Final = 3
"""With more lines, thin contours of each would only confuse: only that of all together is drawn."""


def sterile_figure(
    exclusions: Mapping[str, SterileSensitivity],
    gallium: ScanResult,
    discoveries: Mapping[str, SterileSensitivity] | None = None,
) -> Figure:
    """Draw contours of experiments over the region that gallium allows.

    Parameters
    ----------
    exclusions : mapping of str to SterileSensitivity
        By experiment: excluded at 95 % to the right of a thick line.
    gallium : ScanResult
        Scan of gallium data over the same two parameters; its region at 95 % is filled.
    discoveries : mapping of str to SterileSensitivity, optional
        Seen at 3 sigma to the right of a thin line; with more than three only if it is that of all
        together.
    """
    with style():
        figure = Figure(figsize=(3.6, 4.1))
        axes = figure.subplots()
        draw_gallium(axes, gallium)
        draw_sensitivities(axes, exclusions, LEVEL, 1.3)
        thin = _with_discovery(discoveries or {})
        if thin:
            draw_sensitivities(axes, thin, DISCOVERY, 0.7)
        axes.set_xlabel(r"$\sin^2 2\theta_{ee}$")
        axes.set_ylabel(r"$\Delta m^2_{41}$ (eV$^2$)")
        handles = _legend(exclusions, thin)
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def draw_gallium(axes: Axes, gallium: ScanResult) -> None:
    """Fill the region of a scan at 95 % and mark its best fit.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    gallium : ScanResult
        Scan over mixing and splitting.
    """
    excess = gallium.excess(LEVEL)
    upright = excess if gallium.grid.names == (SPLITTING, MIXING) else excess.T
    x, y = (gallium.grid.axis(name).values for name in (MIXING, SPLITTING))
    axes.contourf(x, y, upright, levels=[float(upright.min()) - 1.0, 0.0], colors=[SHADE])
    axes.plot(
        [gallium.best[MIXING]], [gallium.best[SPLITTING]], "*", color=BLACK, ms=7, mec="white"
    )


def draw_sensitivities(
    axes: Axes, sensitivities: Mapping[str, SterileSensitivity], level: float, width: float
) -> None:
    """Draw the contour of each experiment at a confidence level (Wilks, two parameters).

    Parameters
    ----------
    axes : Axes
        Where to draw.
    sensitivities : mapping of str to SterileSensitivity
        By experiment.
    level : float
        Confidence level.
    width : float
        Of the lines.
    """
    for place, (label, each) in enumerate(sensitivities.items()):
        colour, dashes = line_of(place, label)
        mixing, splitting = (each.grid.axis(name).values for name in (MIXING, SPLITTING))
        axes.contour(
            mixing,
            splitting,
            each.delta_chi2.T,
            levels=[wilks_threshold(level, 2)],
            colors=[colour],
            linestyles=[dashes],
            linewidths=width,
        )
    axis = next(iter(sensitivities.values())).grid
    for which, name in (("x", MIXING), ("y", SPLITTING)):
        if axis.axis(name).log:
            getattr(axes, f"set_{which}scale")("log")
        getattr(axes, f"set_{which}lim")(axis.axis(name).lower, axis.axis(name).upper)


def _with_discovery(
    discoveries: Mapping[str, SterileSensitivity],
) -> Mapping[str, SterileSensitivity]:
    """Those that are drawn."""
    if len(discoveries) <= MOST_WITH_DISCOVERY:
        return discoveries
    return {name: each for name, each in discoveries.items() if name == TOGETHER}


def _legend(
    exclusions: Mapping[str, SterileSensitivity], thin: Mapping[str, SterileSensitivity]
) -> list[Patch | Line2D]:
    found: list[Patch | Line2D] = []
    for place, name in enumerate(exclusions):
        colour, dashes = line_of(place, name)
        found.append(Line2D([], [], color=colour, linestyle=dashes, label=label_text(name)))
    found.append(Patch(facecolor=SHADE, label="six gallium results, 95 %"))
    found.append(
        Line2D([], [], color=BLACK, marker="*", ls="", ms=7, mec="white", label="best fit")
    )
    found.append(Line2D([], [], color=GREY, linewidth=1.3, label="thick: excluded at 95 %"))
    if thin:
        of = "" if len(thin) == len(exclusions) else f", {TOGETHER}"
        found.append(
            Line2D([], [], color=GREY, linewidth=0.7, label=rf"thin: seen at $3\,\sigma${of}")
        )
    return found
