"""Tables of ``gallus forecast --for explanations`` with gallium: ratios, technique, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gallus.cli.tables import table

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.forecast.questions.gallium_runs import Separation
    from gallus.forecast.questions.separation_limits import Gain, SeparationLimits

RATIOS = (
    "R: captures over captures without oscillation. Experiment: counting, extraction and activity; "
    "counting: that part of it. The cross section is common to all zones of a source. σ has both."
)
"""What the columns of the expected ratios are."""
UNLIMITED = 1.1
"""Below this ratio of what a run would add to what it adds, an error limits nothing."""
ORIGINS = {
    "exposure_d": "mean exposure of the inner zone of BEST",
    "pause_d": "mean pause of BEST between two exposures",
    "systematic_percent": "of one zone, extraction and counting: BEST",
    "activity_percent": "common to the zones: calorimetry of BEST",
}
"""Where the values of :func:`gallus.forecast.gallium_counting.as_in_best` come from."""


def zones(found: Separation) -> Table:
    """Ratios, errors and counts in the zones if each explanation is right."""
    rows = []
    for place, name in enumerate(found.names):
        for row, zone in zip(found.rows, found.zones(name), strict=True):
            short = zone.zone if len(found.runs) == 1 else row
            first = [name, short] if row == found.rows[0] else ["", short]
            rows.append(
                [
                    *first,
                    f"{zone.ratio:.3f} ± {found.errors[place][found.rows.index(row)]:.3f}",
                    _shift(zone.ratio * found.cross_section_errors[found.rows.index(row)], 3),
                    f"{zone.statistical:.3f}",
                    f"{zone.counts:.0f}",
                ]
            )
    columns = [
        "explanation",
        "zone",
        "R ± experiment",
        "cross section",
        "counting",
        "counted",
    ]
    title = f"{', '.join(run.name for run in found.runs)}: what each explanation predicts"
    return table(title, columns, rows, left=(0, 1))


def _shift(upper_lower: Any, digits: int) -> str:
    """Upper and lower error of one thing."""
    upper, lower = (f"{float(each):.{digits}f}" for each in upper_lower)
    return f"± {upper}" if upper == lower else f"+{upper} −{lower}"


def measured(found: Separation) -> Table:
    """How a run is measured, as far as its set-up does not say it."""
    from gallus.forecast.gallium_counting import as_in_best

    run = found.runs[0]
    stated = run.setup.given()
    rows = []
    for key, usual in as_in_best().items():
        if f"uncertainties.{key}" in stated:
            continue
        trust = "read" if getattr(run, key) == usual else "user"
        rows.append(
            [key, f"{getattr(run, key):.3g}", trust, ORIGINS[key] if trust == "read" else ""]
        )
    if run.cross_section_percent is None:
        model = found.explanations[0].cross_section
        size = _shift(100 * found.cross_section_errors[0], 1)
        note = f"{model.name} for {run.source}; moves with that of the results of today"
        rows.append(["cross_section_percent", size, model.file.provenance, note])
    columns = ["assumption", "value", "trust", "note"]
    return table(f"{run.name}: how it is measured", columns, rows, left=(0, 1, 2, 3))


def limited(found: Separation, limits: SeparationLimits) -> str:
    """Which error limits the weakest verdict of a run, and what other cross sections give."""
    run = found.runs[0]
    said = (
        f"{run.name} adds least between {limits.first} and {limits.second}: {_pair(limits.gain)} "
        "(true the first, the second)"
    )
    best = limits.without[limits.worst]
    if best.both < UNLIMITED * limits.gain.both:
        said += "; no single error limits that."
    elif limits.worst == "cross section":
        said += (
            f". The cross section of {run.source} limits that: known as well as that of 51Cr, "
            f"{_pair(best)}."
        )
    else:
        said += f". What limits that: {limits.worst}; if exact, {_pair(best)}."
    if limits.best_other is None or limits.other_gain is None:
        return said
    sizes = ", ".join(
        f"{name} {_signed(100 * each.difference)} % "
        f"({_shift((100 * each.upper, 100 * each.lower), 1)})"
        for name, each in limits.others.items()
    )
    return (
        f"{said} Other cross sections of {run.source}, against this one: {sizes}. With "
        f"{limits.best_other} it adds {_pair(limits.other_gain)} (--cross-section)."
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _pair(gain: Gain) -> str:
    return f"{gain.first_true:.1f} and {gain.second_true:.1f} σ"
