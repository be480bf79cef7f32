"""Timing in turns, tables, and the files that keep them.

What is compared runs in turns, so that a busy moment of the machine hits all alike; a turn is one
call, or some if they are short, so that each finds the caches as it left them. The first call
stands in a column of its own: it builds tables and compiles. Of the others the fastest counts.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Call = Callable[[], Values]

TURN_S = 0.02
"""Seconds that a turn takes at least."""

PACKAGES = ("gallus", "numpy", "scipy", "jax")


@dataclass(frozen=True)
class Column:
    """One program at one task.

    Parameters
    ----------
    name : str
        What ran.
    seconds, first_s : float
        Fastest call and first call; nothing if it did not run.
    points : int
        Points of one call, if not those of the table.
    largest_difference : float
        From the results of the first program of the table, relative to the largest of them.
    goal : str
        What the design asks for, in the unit of the table.
    note : str
        Why it did not run, or what to know.
    """

    name: str
    seconds: float | None = None
    first_s: float | None = None
    points: int | None = None
    largest_difference: float | None = None
    goal: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One task.

    Parameters
    ----------
    work : str
        What is computed.
    points : int
        Points of one call.
    unit : str
        Of a figure; "ns a point", "µs a point" or "ms".
    per_second : float
        Units in a second, of one point or of the whole call.
    columns : list of Column
        Programs; ratios are to `reference`.
    reference : str
        Name of a column.
    """

    work: str
    points: int
    unit: str
    per_second: float
    columns: list[Column] = field(default_factory=list)
    reference: str = "C++"

    def figure(self, column: Column) -> float | None:
        """Fastest call in the unit of the table."""
        if column.seconds is None:
            return None
        size = (column.points or self.points) if self.unit.endswith("a point") else 1
        return column.seconds / size * self.per_second

    def ratio(self, column: Column) -> float | None:
        """Figure over that of the reference."""
        reference = next((c for c in self.columns if c.name == self.reference), None)
        mine, other = self.figure(column), reference and self.figure(reference)
        return mine / other if mine and other else None

    def rows(self) -> list[dict[str, Any]]:
        """Columns with figure and ratio, ready for JSON."""
        return [
            asdict(column) | {"figure": self.figure(column), "ratio": self.ratio(column)}
            for column in self.columns
        ]

    def text(self) -> str:
        """The table in plain text."""
        head = f"{self.work} ({self.points} points)\n{'':34}{'first (ms)':>11}{self.unit:>13}"
        lines = [head + f"{'/ ' + self.reference:>10}{'goal':>9}{'difference':>12}"]
        for column in self.columns:
            first = None if column.first_s is None else 1e3 * column.first_s
            lines.append(
                f"  {column.name:32}{_number(first, '.1f', 11)}"
                f"{_number(self.figure(column), '.3g', 13)}{_number(self.ratio(column), '.2f', 10)}"
                f"{column.goal or '-':>9}{_number(column.largest_difference, '.0e', 12)}"
                f"{'  ' + column.note if column.note else ''}"
            )
        return "\n".join(lines)


def once(build: Callable[[], Call]) -> Call:
    """Return a call that builds what it needs when it is called first."""
    built: list[Call] = []

    def call() -> Values:
        if not built:
            built.append(build())
        return built[0]()

    return call


def in_turns(
    calls: Mapping[str, Call], rounds: int, goals: Mapping[str, str] | None = None
) -> list[Column]:
    """Time calls in rounds, after a first call of each.

    Parameters
    ----------
    calls : mapping
        What to call, by name. The results of the first are those to compare with.
    rounds : int
        Turns of each.
    goals : mapping, optional
        What the design asks for, by name.
    """
    first, results = {}, {}
    for name, call in calls.items():
        first[name], results[name] = _timed(call)
    wanted = results[next(iter(calls))]
    size = float(np.abs(wanted).max())
    times = {name: [_timed(call)[0]] for name, call in calls.items()}
    for _ in range(rounds):
        for name, call in calls.items():
            for _ in range(1 + int(TURN_S / times[name][0])):
                times[name].append(_timed(call)[0])
    return [
        Column(
            name,
            min(times[name]),
            first[name],
            largest_difference=float(np.abs(results[name] - wanted).max()) / size,
            goal=(goals or {}).get(name),
        )
        for name in calls
    ]


def alone(name: str, call: Call, rounds: int = 3, points: int | None = None) -> Column:
    """Time a call that is not to be compared with others; the fastest after the first.

    Parameters
    ----------
    name : str
        What it is.
    call : Call
        What to call.
    rounds : int
        Calls after the first.
    points : int, optional
        Points of the call, if not those of the table.
    """
    first = _timed(call)[0]
    return Column(name, min(_timed(call)[0] for _ in range(rounds)), first, points)


def write(path: Path, name: str, tables: list[Table]) -> None:
    """Write tables with what is needed to read them later."""
    content = {
        "benchmark": name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "versions": {each: _version(each) for each in PACKAGES},
        "tables": [
            {"work": t.work, "points": t.points, "unit": t.unit, "reference": t.reference}
            | {"columns": t.rows()}
            for t in tables
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def collect(directory: Path, report: Path) -> None:
    """Put all figures of a directory into one file."""
    paths = sorted(directory.glob("*.json"))
    content = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    report.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _timed(call: Call) -> tuple[float, Values]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def _number(value: float | None, form: str, width: int) -> str:
    return f"{'-' if value is None else format(value, form):>{width}}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """Model name where the system tells, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
