"""Scans as ``gallus scan`` makes them: a job's chunks in this process, averages and all.

Planes of two parameters, and lines along which the other parameter is minimised, next to a loop of
Minuit over the same points.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from benchmarks.timing import Call, Column, Table, Values, in_turns, once

from gallus.accelerate import library
from gallus.errors import MissingExtraError
from gallus.gallium_scan import ScanJob, run_chunk, scan_job
from gallus.gallium_scan.likelihood import build
from gallus.inference.grid import Grid, parse_grid
from gallus.inference.minuit import migrad
from gallus.inference.objective import Objective
from gallus.parameters.vector import ParameterVector

ROUNDS = 3
"""Where a call takes milliseconds; one after the first does where it takes seconds."""
STARTS = 5
"""Starts of Minuit at each point: with one it ends in the nearest of many minima."""

WIDTH_NM = 3e-4
"""Of a wave packet that fades within the detectors."""


@dataclass(frozen=True)
class Task:
    """A grid of the gallium data."""

    work: str
    model: str
    grid: Grid
    data: str = "gallium"
    goal: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)

    def job(self, with_jax: bool = False) -> ScanJob:
        """The whole of it in one chunk."""
        rows = self.grid.shape[0]
        return scan_job(
            self.model, self.grid, self.data, rows=rows, with_jax=with_jax, fixed=self.fixed
        )


def tables(peers: Path | None) -> list[Table]:
    """All figures of this benchmark."""
    plane = parse_grid(["delta_m2_41_eV2=0.05:100:150:log", "sin2_2theta_ee=0:1:150"])
    line = parse_grid(["delta_m2_41_eV2=0.05:100:150:log"])
    other = parse_grid(["sin2_2theta_ee=0:1:50"])
    lengths = parse_grid(["lambda_12_m=0.05:50:200:log", "power_r=0:20:200"])
    widths = parse_grid(["delta_m2_41_eV2=0.05:100:200:log", "sigma_x_nm=1e-5:1e-2:200:log"])
    mixing = parse_grid(["delta_m2_41_eV2=0.05:100:200:log", "sin2_2theta_ee=0:1:200"])
    tasks = [
        Task("gallus scan, sterile, BEST, 150 x 150", "sterile", plane, "best", "20"),
        Task("the same, mixing minimised at 150 splittings", "sterile", line, "best"),
        Task("the same, splitting minimised at 50 mixings", "sterile", other, "best"),
        Task("gallus scan, decoherence, all ratios, 200 x 200", "decoherence", lengths),
        Task(
            "gallus scan, wave packet of given width, all ratios, 200 x 200",
            "wave-packet",
            mixing,
            fixed={"sigma_x_nm": WIDTH_NM},
        ),
        Task(
            "the same, splitting and width at given mixing",
            "wave-packet",
            widths,
            fixed={"sin2_2theta_ee": 0.4},
        ),
    ]
    return [table(task) for task in tasks]


def table(task: Task) -> Table:
    """One grid: NumPy, jax, and Minuit where something is minimised."""
    calls: dict[str, Call] = {"Gallus, NumPy": once(lambda: chunk(task.job()))}
    missing = []
    minimised = len(task.grid.axes) == 1
    try:
        library()
        if task.model == "sterile" and not minimised:
            calls["Gallus, jax"] = once(lambda: chunk(task.job(with_jax=True)))
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    if minimised:
        calls["Minuit loop"] = once(lambda: with_minuit(task))
    goals = {"Gallus, NumPy": task.goal} if task.goal else None
    slow = minimised or task.model != "sterile"
    columns = in_turns(calls, 0 if slow else ROUNDS, goals)
    reference = "Minuit loop" if minimised else "C++"
    size = math.prod(task.grid.shape)
    return Table(task.work, size, "ms", 1e3, [*columns, *missing], reference=reference)


def chunk(job: ScanJob) -> Call:
    """Chi2 of the only chunk."""
    text = job.json_text
    return lambda: np.asarray(run_chunk(text, 0)["chi2"])


def with_minuit(task: Task) -> Call:
    """The lowest of some minima at each point."""
    built = build(task.job().json_text)
    (axis,) = built.grid.axes
    likelihood = built.fresh()

    def lowest(value: float) -> float:
        vector = ParameterVector(likelihood.parameters, {axis.name: float(value)})
        objective = Objective(likelihood, vector)
        lower, upper = objective.limits()[0]
        starts = lower + (upper - lower) * (np.arange(STARTS) + 0.5) / STARTS
        return min(migrad(objective, np.array([start])).chi2 for start in starts)

    def call() -> Values:
        return np.array([lowest(value) for value in axis.values])

    return call
