"""Scans as ``gallus scan`` makes them: a job's chunks in this process, averages and all.

Planes of two parameters, and lines along which the other parameter is minimised, next to a loop of
Minuit over the same points.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.timing import Call, Column, Table, Values, in_turns, once

from gallus.accelerate import library
from gallus.errors import MissingExtraError
from gallus.gallium_scan import ScanJob, run_chunk, scan_job
from gallus.gallium_scan.likelihood import build
from gallus.inference.grid import Axis, Grid, parse_grid
from gallus.inference.minuit import migrad
from gallus.inference.objective import Objective
from gallus.oscillation import model_names
from gallus.oscillation.catalogue import model as model_of
from gallus.parameters import Parameter
from gallus.parameters.vector import ParameterVector

ROUNDS = 3
STARTS = 5
"""Starts of Minuit at each point: with one it ends in the nearest of many minima."""

NARROWEST = 1e-6
"""Lower end of a logarithmic axis, as part of the upper one, if the bounds are farther apart."""


@dataclass(frozen=True)
class Task:
    """A grid of the gallium data."""

    work: str
    model: str
    grid: Grid
    data: str = "gallium"
    goal: str = ""

    def job(self, with_jax: bool = False) -> ScanJob:
        """The whole of it in one chunk."""
        rows = self.grid.shape[0]
        return scan_job(self.model, self.grid, self.data, rows=rows, with_jax=with_jax)


def tables(peers: Path | None) -> list[Table]:
    """All figures of this benchmark."""
    plane = parse_grid(["delta_m2_41_eV2=0.05:100:150:log", "sin2_2theta_ee=0:1:150"])
    line = parse_grid(["delta_m2_41_eV2=0.05:100:150:log"])
    other = parse_grid(["sin2_2theta_ee=0:1:50"])
    tasks = [
        Task("gallus scan, sterile, BEST, 150 x 150", "sterile", plane, "best", "20"),
        Task("the same, mixing minimised at 150 splittings", "sterile", line, "best"),
        Task("the same, splitting minimised at 50 mixings", "sterile", other, "best"),
        *(
            Task(f"gallus scan, {name}, all ratios, 200 x 200", name, two_first(name, 200))
            for name in ("decoherence", "wave-packet")
            if name in model_names()
        ),
    ]
    return [table(task) for task in tasks]


def two_first(name: str, points: int) -> Grid:
    """Axes over the first two free parameters of a model, within their bounds."""
    model = model_of(name)
    free = [each for each in model.parameters if each.name not in model.fixed][:2]
    return Grid(tuple(_axis(each, points) for each in free))


def _axis(parameter: Parameter, points: int) -> Axis:
    log = parameter.scale == "log"
    upper = parameter.upper if math.isfinite(parameter.upper) else 10 * parameter.start
    lower = max(parameter.lower, NARROWEST * upper) if log else parameter.lower
    lower = lower if math.isfinite(lower) else -upper
    return Axis(parameter.name, lower, upper, points, log)


def table(task: Task) -> Table:
    """One grid: NumPy, jax, and Minuit where something is minimised."""
    calls: dict[str, Call] = {"Gallus, NumPy": once(lambda: chunk(task.job()))}
    missing = []
    minimised = len(task.grid.axes) == 1
    try:
        library()
        if not minimised:
            calls["Gallus, jax"] = once(lambda: chunk(task.job(with_jax=True)))
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    if minimised:
        calls["Minuit loop"] = once(lambda: with_minuit(task))
    goals = {"Gallus, NumPy": task.goal} if task.goal else None
    columns = in_turns(calls, ROUNDS, goals)
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
