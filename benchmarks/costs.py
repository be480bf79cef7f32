"""What larger tasks cost: grids, toys, bins; two cores instead of one; memory.

Exponents are slopes of a straight line through logarithms, by least squares.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.feldman_cousins import all_cores, gallium
from benchmarks.timing import Call, Column, Table, Values, alone, once

from gallus.gallium_scan import ScanJob, scan, scan_job
from gallus.inference.calibration import calibrate
from gallus.inference.ensembles import Ensemble, GaussianEnsemble
from gallus.inference.grid import parse_grid
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.inference.workers import InProcess, Processes, Workers

METHOD = "lower-error"
CORES = 2

WORKER = """
import resource, sys
from pathlib import Path
from gallus.gallium_scan import run_chunk
from gallus.gallium_scan.job import ScanJob
text = sys.stdin.read()
for chunk in range(ScanJob.model_validate_json(text).chunks):
    run_chunk(text, chunk)
status = Path("/proc/self/status")
if status.exists():  # on Linux ru_maxrss is not below that of the parent
    line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
    print(1024 * int(line.split()[1]))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""What a worker does, and the largest memory that it had, in bytes."""


@dataclass(frozen=True)
class Sizes:
    """A task of several sizes.

    Parameters
    ----------
    work, of : str
        The task, and what grows.
    values : tuple of int
        The sizes.
    build : callable
        From a size to the call that is timed.
    """

    work: str
    of: str
    values: tuple[int, ...]
    build: Callable[[int], Call]

    def table(self) -> Table:
        """Time all sizes, and say with which power of the size the cost grows."""
        columns = [
            alone(f"{size} {self.of}", once(partial(self.build, size))) for size in self.values
        ]
        power = slope(self.values, [column.seconds or np.nan for column in columns])
        work = f"{self.work}: cost ~ ({self.of})^{power:.2f}"
        return Table(work, self.values[-1], "ms", 1e3, columns, reference=columns[0].name)


def slope(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """Exponent of a power law through times."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def tables(peers: Path | None) -> list[Table]:
    """All figures of this benchmark; no other program does them."""
    tasks = (
        Sizes("chi2 of a plane, tables built", "points", (2500, 10000, 40000, 160000), plane),
        Sizes("Feldman-Cousins, 400 points", "toys", (250, 1000, 4000, 16000), toys),
        Sizes("Feldman-Cousins, 200 toys a point", "points", (400, 900, 1600, 3600), points),
        Sizes("nearest of 2500 predictions, 1000 toys", "bins", (8, 32, 128, 512), bins),
    )
    return [*(task.table() for task in tasks), scaling(), *memory()]


# --- against size -----------------------------------------------------------------------------


def grid(points: int) -> dict[str, Values]:
    """About so many points of the plane of 3+1, a square."""
    side = round(points**0.5)
    return {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, side)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 100.0, side)[:, None],
    }


def plane(size: int) -> Call:
    """Chi2 of all six ratios."""
    likelihood = gallium(METHOD).tabulated(100.0)
    where = grid(size)
    return lambda: likelihood.chi2(where)


def ensemble(size: int) -> tuple[Ensemble, Values]:
    """Toys of six ratios, predictions of a grid, and the ratios themselves."""
    likelihood = gallium(METHOD)
    expected = likelihood.expected(grid(size)).reshape(-1, likelihood.n_data)
    return recipe_ensemble(likelihood.recipe, likelihood.data, expected), likelihood.data.values


def toys(size: int) -> Call:
    """Critical values with more toys."""
    them, data = ensemble(400)
    return lambda: calibrate(them, data, toys=size, threads=1).critical


def points(size: int) -> Call:
    """Critical values at more points, each of which is a prediction too."""
    them, data = ensemble(size)
    return lambda: calibrate(them, data, toys=200, threads=1).critical


def bins(size: int) -> Call:
    """The search among predictions, with errors that are correlated."""
    generator = np.random.default_rng(5)
    covariance = np.eye(size) + np.full((size, size), 0.1)
    them = GaussianEnsemble(generator.standard_normal((2500, size)), covariance)
    outcomes = them.toys(np.zeros(size), generator.standard_normal((1000, size)))
    return lambda: them.lowest(outcomes)


# --- on two cores, and in memory --------------------------------------------------------------


def scaling() -> Table:
    """A scan with toys: chunks of one job, start of the processes included."""
    job = scan_job(
        "sterile",
        parse_grid(["delta_m2_41_eV2=0.1:100:60:log", "sin2_2theta_ee=0:1:60"]),
        method=METHOD,
        calibration="feldman-cousins",
        levels=(0.6827, 0.9545),
    )
    teams: Mapping[str, Workers] = {
        "this process": InProcess(),
        "1 process": Processes(1),
        "2 processes": Processes(CORES),
    }
    with all_cores():
        columns = [alone(name, stored(job, team), rounds=1) for name, team in teams.items()]
    work = "gallus scan, Feldman-Cousins, 3600 points, 1000 toys, processes started"
    return Table(work, 3600, "s", 1.0, columns, reference="1 process")


def stored(job: ScanJob, team: Workers) -> Call:
    """The whole of a job, kept in a folder that is new each time."""

    def call() -> Values:
        with tempfile.TemporaryDirectory() as place:
            result = scan(job, Path(place, "scan"), workers=team)
        return next(iter(result.critical.values()))

    return call


def memory() -> list[Table]:
    """Peak of a worker that computes all chunks of larger and larger grids."""
    if sys.platform == "win32":
        return []
    columns = []
    for side in (150, 1000, 3000):
        axes = [f"delta_m2_41_eV2=0.1:100:{side}:log", f"sin2_2theta_ee=0:1:{side}"]
        job = scan_job("sterile", parse_grid(axes))
        peaks: list[int] = []
        name = f"{side} x {side}, {job.chunks} chunks"
        column = alone(name, worker(job, peaks), rounds=1, points=side**2)
        column = Column(column.name, column.seconds, points=side**2, note=megabytes(max(peaks)))
        columns.append(column)
    toyed = scan_job(
        "sterile",
        parse_grid(["delta_m2_41_eV2=0.1:100:50:log", "sin2_2theta_ee=0:1:50"]),
        calibration="feldman-cousins",
        levels=(0.9545,),
    )
    peaks = []
    column = alone("50 x 50, 1000 toys", worker(toyed, peaks), rounds=1)
    columns.append(Column(column.name, column.seconds, note=megabytes(max(peaks))))
    work = "a worker from its start to the end of a scan, with its largest memory"
    return [Table(work, 150**2, "s", 1.0, columns, reference=columns[0].name)]


def worker(job: ScanJob, peaks: list[int]) -> Call:
    """A fresh process; notes its peak."""

    def call() -> Values:
        command = [sys.executable, "-c", WORKER]
        text = job.json_text
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
        return np.array([peaks[-1]], dtype=float)

    return call


def megabytes(size: int) -> str:
    """A size for a reader."""
    return f"{size / 1e6:.0f} MB"
