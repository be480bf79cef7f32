"""What ``gallus scan`` shows of its results, and what it writes as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from gallus.cli.tables import MISSING, caption, percent, table
from gallus.gallium_scan.job import ScanJob
from gallus.inference.scan_result import AxisRange, ScanResult

MOST_INTERVALS = 4
"""Allowed ranges of one parameter that the table shows."""


@dataclass(frozen=True)
class Scanned:
    """One of the scans of a command."""

    job: ScanJob
    folder: Path
    label: str
    result: ScanResult


def as_dict(scanned: Scanned, levels: Sequence[float]) -> Mapping[str, object]:
    """Plain numbers of one scan for JSON."""
    job, result = scanned.job, scanned.result
    return {
        "model": job.model,
        "data": ",".join(job.data),
        "cross_section": job.cross_section,
        "method": job.method,
        "geometry": job.geometry,
        "line_set": job.line_set,
        "calibration": job.calibration,
        "job_sha256": job.identity,
        "folder": str(scanned.folder),
        "axes": [
            {"name": a.name, "lower": a.lower, "upper": a.upper, "count": a.count, "log": a.log}
            for a in result.grid.axes
        ],
        "best": dict(result.best),
        "chi2_min": result.chi2_min,
        "chi2_null": result.chi2_null,
        "delta_chi2": result.delta_chi2_null,
        "extra_parameters": result.extra_parameters,
        "status": result.status,
        "regions": [
            {
                "level": level,
                "allowed_share": result.allowed_share(level),
                "intervals": {
                    name: [each._asdict() for each in result.intervals(name, level)]
                    for name in result.grid.names
                },
            }
            for level in levels
        ],
        "citations": result.citations,
    }


def tables(scanned: Scanned, levels: Sequence[float]) -> list[object]:
    """Best fit and ranges, regions, and what the reader must know about them."""
    job, result = scanned.job, scanned.result
    lost = 0 if result.converged is None else int((~result.converged).sum())
    minimised = ", ".join(result.profiled)
    return [
        _parameters(scanned, levels),
        _regions(scanned, levels),
        caption(
            f"Cross section {job.cross_section}, method {job.method}, geometry {job.geometry}; "
            f"kept in {scanned.folder}.",
            *([f"Minimised at each point: {minimised}."] if minimised else []),
            *([f"The search for that did not end at {lost} points."] if lost else []),
            f"Best fit: {result.status[0].lower()}{result.status[1:]}",
            "Ranges of one parameter: where chi2, minimised over the others, is below its minimum "
            "plus that of Wilks for one degree of freedom; … where the grid ends first.",
        ),
    ]


def _parameters(scanned: Scanned, levels: Sequence[float]) -> Table:
    result = scanned.result
    rows = [
        [
            name,
            f"{result.best[name]:.4g}",
            *(ranges(result.intervals(name, level)) for level in levels),
        ]
        for name in result.grid.names
    ]
    rows += [[name, f"{result.best[name]:.4g}", *("" for _ in levels)] for name in result.profiled]
    heads = [f"{100 * level:.4g} %" for level in levels]
    title = f"{scanned.job.model}, {','.join(scanned.job.data)}, {scanned.job.cross_section}"
    return table(title, ["parameter", "best fit", *heads], rows)


def _regions(scanned: Scanned, levels: Sequence[float]) -> Table:
    result, axes = scanned.result, len(scanned.result.grid.axes)
    delta = result.delta_chi2_null
    rows = [
        [f"{100 * level:.4g} %", _threshold(result, level), percent(result.allowed_share(level))]
        for level in levels
    ]
    null = MISSING if delta is None else f"{delta:.2f} ({result.extra_parameters})"
    title = f"χ²min = {result.chi2_min:.2f}; Δχ² of the null hypothesis {null}"
    how = f"wilks, {axes} parameters" if axes > 1 else "wilks, 1 parameter"
    named = how if scanned.job.calibration == "wilks" else scanned.job.calibration
    return table(title, ["region", f"Δχ² ({named})", "part of the grid"], rows)


def _threshold(result: ScanResult, level: float) -> str:
    threshold = np.asarray(result.threshold(level))
    lowest, highest = float(threshold.min()), float(threshold.max())
    return f"{lowest:.2f}" if lowest == highest else f"{lowest:.2f} to {highest:.2f}"


def ranges(intervals: Sequence[AxisRange]) -> str:
    """Allowed ranges in words."""
    shown = [
        f"{'…' if each.lower_open else ''}{each.lower:.3g} – {each.upper:.3g}"
        f"{'…' if each.upper_open else ''}"
        for each in intervals[:MOST_INTERVALS]
    ]
    more = len(intervals) - len(shown)
    return "\n".join([*shown, *([f"and {more} more"] if more else [])]) or "none"
