"""Chi2 of the gallium ratios on a grid of mixing and splitting, in turns with C++."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.compiler import library, pointer
from benchmarks.timing import Call, Column, Table, Values, in_turns, once

from gallus.accelerate import compiled
from gallus.errors import MissingExtraError
from gallus.experiments import source_measurements
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.interactions import cross_section
from gallus.kernel.average_table import AverageTable
from gallus.oscillation import Sterile
from gallus.oscillation.base import RADIANS
from gallus.parameters import Params

LARGEST_EV2 = 100.0
NODES = 32
"""Gauss nodes in a cell of the direct sum: enough for 1e-8 at the largest splitting."""
ROUNDS = 8


@dataclass(frozen=True)
class Task:
    """Which data, on which grid, and what the design asks for."""

    work: str
    data: str
    method: str
    points: int  # of each axis
    unit: str
    per_second: float
    goals: dict[str, str]

    @property
    def mixing(self) -> Values:
        """sin^2 2theta_ee."""
        return np.linspace(0.0, 1.0, self.points)

    @property
    def splitting_eV2(self) -> Values:
        """Delta m2_41."""
        return np.geomspace(0.05, LARGEST_EV2, self.points)

    @property
    def grid(self) -> Params:
        """The mixing on the last axis."""
        return {
            "sin2_2theta_ee": self.mixing[None, :],
            "delta_m2_41_eV2": self.splitting_eV2[:, None],
        }

    def likelihood(self) -> GalliumLikelihood:
        """Without tables."""
        model, cross = Sterile(), cross_section("bahcall-1997")
        return gallium_likelihood(model, cross, source_measurements(self.data), self.method)


PER_POINT = {"Gallus, NumPy": "0.2", "Gallus, jax": "0.05"}
TASKS = (
    *(
        Task(f"chi2 of six ratios, {method}", "gallium", method, 200, "µs a point", 1e6, PER_POINT)
        for method in ("covariance", "collaboration")
    ),
    Task(
        "sterile scan of BEST, collaboration",
        "best",
        "collaboration",
        150,
        "ms",
        1e3,
        {"Gallus, NumPy": "20", "Gallus, jax": "2"},
    ),
)


def tables(peers: Path | None) -> list[Table]:
    """One table for each task; no other program that we know does them."""
    return [table(task) for task in TASKS]


def table(task: Task) -> Table:
    """Time NumPy, jax and C++ on one grid."""
    calls: dict[str, Call] = {
        "Gallus, NumPy": once(lambda: with_numpy(task)),
        "Gallus, NumPy, without table": once(lambda: without_table(task)),
    }
    missing = []
    try:
        compiled(task.likelihood())
        calls["Gallus, jax"] = once(lambda: with_jax(task))
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    try:
        library("sterile_scan")
        calls["C++"] = once(lambda: with_compiler(task, by_table))
        calls["C++, without table"] = once(lambda: with_compiler(task, by_sum))
    except OSError as error:
        missing.append(Column("C++", note=str(error)))
    columns = in_turns(calls, ROUNDS, task.goals)
    size = task.points**2
    return Table(task.work, size, task.unit, task.per_second, [*columns, *missing])


def with_numpy(task: Task) -> Call:
    """Likelihood with tables."""
    likelihood = task.likelihood().tabulated(LARGEST_EV2)
    return lambda: likelihood.chi2(task.grid)


def without_table(task: Task) -> Call:
    """Exact averages at each splitting."""
    likelihood = task.likelihood()
    return lambda: likelihood.chi2(task.grid)


def with_jax(task: Task) -> Call:
    """The same, compiled."""
    likelihood = compiled(task.likelihood().tabulated(LARGEST_EV2))
    return lambda: likelihood.chi2(task.grid)


class Problem(ctypes.Structure):
    """Arguments of the C++ reference; see reference/sterile_scan.cpp."""

    _fields_ = [
        *((name, ctypes.c_size_t) for name in ("splittings", "mixings", "data_size", "lines")),
        *(
            (name, ctypes.c_void_p)
            for name in (
                *("splitting_eV2", "sin2_2theta", "active", "row", "energy_MeV", "response"),
                *("data", "weight", "relative", "scale"),
            )
        ),
        ("radians", ctypes.c_double),
    ]


def with_compiler(task: Task, averages: Callable[[GalliumLikelihood, "Reference"], Call]) -> Call:
    """The C++ reference with one of the two ways to average."""
    likelihood = task.likelihood()
    return averages(likelihood, Reference.of(task, likelihood))


@dataclass(frozen=True)
class Reference:
    """Problem of the C++ reference with the arrays that it points to, and where chi2 goes."""

    problem: Problem
    arrays: tuple[Values, ...]
    chi2: Values

    @classmethod
    def of(cls, task: Task, likelihood: GalliumLikelihood) -> "Reference":
        """Take everything from the likelihood."""
        start = {parameter.name: parameter.start for parameter in likelihood.model.parameters}
        names = ("delta_m2_21_eV2", "delta_m2_31_eV2", "sin2_theta_12", "sin2_theta_13")
        blocks = likelihood.kernel.blocks
        lines = [
            (k, *pair)
            for k, b in enumerate(blocks)
            for pair in zip(b.energy_MeV, b.response[0], strict=True)
        ]
        weight, relative, scale = covariance(likelihood)
        arrays = (
            task.splitting_eV2,
            task.mixing,
            np.array([start[name] for name in names]),
            np.array([row for row, _, _ in lines]),
            np.array([energy for _, energy, _ in lines]),
            np.array([response for _, _, response in lines]),
            np.ascontiguousarray(likelihood.data.values),
            np.ascontiguousarray(weight),
            relative,
        )
        sizes = (len(arrays[0]), len(arrays[1]), len(blocks), len(lines))
        pointers = [pointer(array) for array in arrays]
        last = pointer(arrays[6]) if scale else None
        problem = Problem(*sizes, *pointers, last, RADIANS)
        return cls(problem, arrays, np.empty((task.points, task.points)))


def covariance(likelihood: GalliumLikelihood) -> tuple[Values, Values, bool]:
    """Inverse covariance, relative cross-section errors, and whether they scale with the data."""
    data = likelihood.data
    if likelihood.recipe.name == "covariance":
        split = data.split
        return split.weight, np.full(len(data.names), split.common_error), True
    chromium = np.array([nuclide != "37Ar" for nuclide in data.nuclides])
    return data.weight, np.where(chromium, data.cross_section_plus, 0.0), False


def by_sum(likelihood: GalliumLikelihood, reference: Reference) -> Call:
    """Sum over Gauss nodes."""
    nodes = [block.distances.nodes(NODES) for block in likelihood.kernel.blocks]
    first = np.cumsum([0, *(len(length) for length, _ in nodes)])
    length, share = (np.concatenate(part) for part in zip(*nodes, strict=True))
    function = library("sterile_scan").scan_by_sum

    def call() -> Values:
        arrays = map(pointer, (first, length, share, reference.chi2))
        function(ctypes.byref(reference.problem), *arrays)
        return reference.chi2

    return call


def by_table(likelihood: GalliumLikelihood, reference: Reference) -> Call:
    """Look up the tables of Gallus."""
    blocks = likelihood.tabulated(LARGEST_EV2).kernel.blocks
    tabulated = [each for block in blocks if isinstance(each := block.table, AverageTable)]
    steps = np.array([table.step_per_m for table in tabulated])
    columns = [np.ascontiguousarray(table.coefficients[0]) for table in tabulated]
    sizes = np.array([column.shape[-1] for column in columns])
    addresses = (ctypes.c_void_p * len(columns))(*(column.ctypes.data for column in columns))
    function = library("sterile_scan").scan_by_table

    def call() -> Values:
        assert columns  # their addresses are in use
        arrays = (pointer(steps), pointer(sizes), addresses, pointer(reference.chi2))
        function(ctypes.byref(reference.problem), *arrays)
        return reference.chi2

    return call
