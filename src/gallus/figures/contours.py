"""Regions of a scan: filled contours of one, lines of several, and profiles on the sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.figures.appearance import BLACK, BLUE, GREY, label_text, style
from gallus.inference.grid import Axis
from gallus.inference.scan_result import ScanResult
from gallus.inference.wilks import wilks_threshold

LEVELS: Final = (0.6827, 0.9545)
FAINTEST: Final = 0.25
"""How much of the colour the largest region has; the smallest has twice to three times that."""
SIDE: Final = 0.28
"""Size of the profiles as part of the main panel."""
ROOM: Final = 1.6
"""Height of the profiles as part of the highest threshold."""
MOST_MARKED: Final = 4
"""With more scans than that best fits are not marked: they would hide each other."""
Colour = tuple[float, float, float]

FEW_KEYS: Final = 4
"""Keys of a legend that fit into one row."""

WIDTHS: Final = (1.1, 0.6, 0.4)
"""Of the contours of several scans, from the smallest region to the largest."""


def scan_figure(
    scans: Mapping[str, ScanResult] | ScanResult,
    levels: Sequence[float] = LEVELS,
    x: str | None = None,
) -> Figure:
    """Draw the regions of scans over the same parameters.

    A grid of two axes gives contours with profiles on the sides, one axis a profile.

    Parameters
    ----------
    scans : ScanResult, or mapping of str to ScanResult
        One, or several by what the legend calls them.
    levels : sequence of float
        Confidence levels.
    x : str, optional
        Parameter on the horizontal axis; that of the last axis if not given.

    Raises
    ------
    InputError
        If the scans are over different parameters, or more than two.
    """
    named = {"": scans} if isinstance(scans, ScanResult) else dict(scans)
    names = _common_names(named, x)
    with style():
        if len(names) == 1:
            figure = Figure(figsize=(3.4, 2.7))
            draw_profile(figure.subplots(), named, names[0], levels)
            if len(named) > 1:
                figure.legend(loc="outside lower center", ncols=2)
            return figure
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03, hspace=0.0, wspace=0.0)
        figure = Figure(figsize=(3.9, 4.3 if len(named) == 1 else 4.6), layout=layout)
        ratios = {"width_ratios": (1, SIDE), "height_ratios": (SIDE, 1)}
        (top, corner), (main, right) = figure.subplots(
            2, 2, sharex="col", sharey="row", gridspec_kw=ratios
        )
        corner.remove()
        draw_regions(main, named, names[0], names[1], levels)
        draw_profile(top, named, names[0], levels)
        draw_profile(right, named, names[1], levels, upright=True)
        top.set_xlabel("")
        right.set_ylabel("")
        handles = _legend(named, levels)
        columns = len(handles) if len(handles) <= FEW_KEYS else 3
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, columnspacing=1.2)
    return figure


def draw_regions(
    axes: Axes,
    scans: Mapping[str, ScanResult],
    x: str,
    y: str,
    levels: Sequence[float] = LEVELS,
) -> None:
    """Draw the regions of two parameters into given axes; filled if there is one scan.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scans : mapping of str to ScanResult
        Scans over both parameters.
    x, y : str
        Parameters on the horizontal and on the vertical axis.
    levels : sequence of float
        Confidence levels.
    """
    for place, result in enumerate(scans.values()):
        columns = [result.grid.axis(name).values for name in (x, y)]
        for rank, level in reversed(list(enumerate(sorted(levels)))):
            excess = result.excess(level)
            upright = excess if result.grid.names == (y, x) else excess.T
            if len(scans) == 1:
                shade = _shade(rank, len(levels))
                _fill(axes, columns, upright, shade)
                _outline(axes, columns, upright, BLUE, "-", 0.7)
            else:
                colour, dash = _line(place)
                _outline(axes, columns, upright, colour, dash, WIDTHS[min(rank, len(WIDTHS) - 1)])
        if len(scans) <= MOST_MARKED:
            colour = BLACK if len(scans) == 1 else _line(place)[0]
            axes.plot(result.best[x], result.best[y], "*", color=colour, ms=7, mec="white", mew=0.5)
    first = next(iter(scans.values()))
    _scale(axes, first, x, "x")
    _scale(axes, first, y, "y")


def draw_profile(
    axes: Axes,
    scans: Mapping[str, ScanResult],
    name: str,
    levels: Sequence[float] = LEVELS,
    *,
    upright: bool = False,
) -> None:
    """Draw Delta chi2 against one parameter, minimised over the others, into given axes.

    Thin lines are the thresholds of one parameter: Wilks's, or those of the scan if it is over that
    parameter alone.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scans : mapping of str to ScanResult
        Scans over the parameter.
    name : str
        The parameter.
    levels : sequence of float
        Confidence levels.
    upright : bool
        Put the parameter on the vertical axis.
    """
    for place, (label, result) in enumerate(scans.items()):
        colour, dash = (BLUE, "-") if len(scans) == 1 else _line(place)
        values = result.grid.axis(name).values
        line = (result.profile(name), values) if upright else (values, result.profile(name))
        axes.plot(*line, color=colour, linestyle=dash, label=label_text(label) or "_scan")
        if len(result.grid.axes) == 1 and result.critical and len(scans) == 1:
            for level in levels:
                axes.plot(values, result.threshold(level), color=GREY, linewidth=0.6, zorder=1)
    thresholds = [wilks_threshold(level, 1) for level in levels]
    calibrated = len(scans) == 1 and any(
        each.critical and len(each.grid.axes) == 1 for each in scans.values()
    )
    for threshold in () if calibrated else thresholds:
        draw = axes.axvline if upright else axes.axhline
        draw(threshold, color=GREY, linewidth=0.6, zorder=1)
    highest = ROOM * max(thresholds)
    first = next(iter(scans.values()))
    _scale(axes, first, name, "y" if upright else "x")
    if upright:
        axes.set_xlim(0, highest)
        axes.set_xlabel(r"$\Delta\chi^2$")
    else:
        axes.set_ylim(0, highest)
        axes.set_ylabel(r"$\Delta\chi^2$")


def _fill(axes: Axes, columns: Sequence[Array], excess: Array, colour: Colour) -> None:
    if (excess < 0).any():
        lowest = float(excess.min()) - 1.0
        axes.contourf(*columns, excess, levels=[lowest, 0.0], colors=[colour])


def _outline(
    axes: Axes,
    columns: Sequence[Array],
    excess: Array,
    colour: str,
    dash: str,
    width: float,
) -> None:
    if (excess < 0).any() and (excess > 0).any():
        axes.contour(
            *columns, excess, levels=[0.0], colors=[colour], linestyles=[dash], linewidths=width
        )


def _shade(rank: int, count: int) -> Colour:
    """Blue, paler for larger regions; also the order of brightness in grey."""
    part = FAINTEST + (0.7 - FAINTEST) * (count - 1 - rank) / max(count - 1, 1)
    red, green, blue = (1 - part * (1 - channel) for channel in to_rgb(BLUE))
    return red, green, blue


def _line(place: int) -> tuple[str, Any]:
    """Colour and dashes of one of several scans, those of the style."""
    cycle = rcParams["axes.prop_cycle"].by_key()
    colours, dashes = cycle["color"], cycle["linestyle"]
    turned = place + place // len(colours)  # the second round has other dashes
    return colours[place % len(colours)], dashes[turned % len(dashes)]


def _legend(scans: Mapping[str, ScanResult], levels: Sequence[float]) -> list[Patch | Line2D]:
    """Keys of the main panel."""
    ordered = sorted(levels)
    texts = [f"{100 * level:.4g} %" for level in ordered]
    if len(scans) == 1:
        keys: list[Patch | Line2D] = [
            Patch(facecolor=_shade(k, len(ordered)), edgecolor=BLUE, linewidth=0.7, label=text)
            for k, text in enumerate(texts)
        ]
        star = Line2D([], [], color=BLACK, marker="*", ls="", ms=7, mec="white", label="best fit")
        return [*keys, star]
    keys = []
    for place, label in enumerate(scans):
        colour, dash = _line(place)
        keys.append(Line2D([], [], color=colour, linestyle=dash, label=label_text(label)))
    if len(levels) > 1:
        keys += [
            Line2D([], [], color=GREY, linewidth=WIDTHS[min(k, len(WIDTHS) - 1)], label=text)
            for k, text in enumerate(texts)
        ]
    return keys


def _scale(axes: Axes, result: ScanResult, name: str, which: str) -> None:
    """Scale, range and label of one axis."""
    axis: Axis = result.grid.axis(name)
    label = result.labels.get(name, name)
    if axis.log:
        getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}lim")(axis.lower, axis.upper)
    getattr(axes, f"set_{which}label")(label)


def _common_names(scans: Mapping[str, ScanResult], x: str | None) -> tuple[str, ...]:
    """The parameters of all scans, that of the horizontal axis first."""
    if not scans:
        raise InputError("are missing", key="scans", allowed="one or more")
    first = next(iter(scans.values())).grid.names
    for label, result in scans.items():
        if set(result.grid.names) != set(first):
            raise InputError(
                "is over other parameters",
                key=label,
                value=result.grid.names,
                allowed=", ".join(first),
            )
    if len(first) > 2:
        raise InputError("has too many axes to be drawn", key="grid", value=first, allowed="1 or 2")
    if x is None:
        return first[::-1]
    next(iter(scans.values())).grid.axis(x)
    return (x, *(name for name in first if name != x))
