"""Cold start of `import gallus` and of the command line, next to bare Python.

Each command runs in a fresh process, round after round in turn, so that a busy moment of the
machine hits all of them alike. The minimum says what the code costs, the median what a user meets.
Bytecode is compiled first: without it the figures say nothing about an installed package.

    python benchmarks/startup.py [--runs N] [--json FILE]
"""

import argparse
import compileall
import json
import os
import platform
import subprocess
import sys
import sysconfig
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import gallus

GALLUS = [sys.executable, "-c", "from gallus.cli import main; main()"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import gallus": [sys.executable, "-c", "import gallus"],
    "gallus --help": [*GALLUS, "--help"],
    "gallus data": [*GALLUS, "data"],
    "gallus cross-section": [*GALLUS, "cross-section"],
    "gallus significance": [*GALLUS, "significance"],
    "gallus fit sterile --data best": [*GALLUS, "fit", "sterile", "--data", "best"],
}
# Seconds that the design allows a cold start.
GOALS = {
    "import gallus": 0.15,
    "gallus --help": 0.3,
    "gallus significance": 1.2,
    "gallus fit sterile --data best": 2.0,
}


def main() -> None:
    """Measure, print the table, write the JSON file."""
    arguments = parse_arguments()
    compile_bytecode()
    times = measure(arguments.runs)
    rows = [row(command, times) for command in COMMANDS]
    print_table(rows)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report(rows, arguments.runs), indent=2) + "\n")


def parse_arguments() -> argparse.Namespace:
    """Command line of this script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=10, help="processes per command")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def compile_bytecode() -> None:
    """Bring the bytecode of Gallus and of all installed packages up to date."""
    for folder in (Path(gallus.__file__).parent, sysconfig.get_paths()["purelib"]):
        compileall.compile_dir(str(folder), quiet=2, workers=os.cpu_count() or 1)


def measure(runs: int) -> dict[str, list[float]]:
    """Wall-clock seconds of every run; one unrecorded round warms the disk cache."""
    times: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for number in range(runs + 1):
        for command, words in COMMANDS.items():
            seconds = run_once(words)
            if number > 0:
                times[command].append(seconds)
    return times


def run_once(words: list[str]) -> float:
    """Seconds that one process takes; its failure ends the benchmark."""
    start = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def row(command: str, times: dict[str, list[float]]) -> dict[str, float | str | None]:
    """One line of the table: seconds, ratio to bare Python, and the goal."""
    bare = min(times["python -c pass"])
    return {
        "command": command,
        "minimum_s": min(times[command]),
        "median_s": median(times[command]),
        "ratio_to_python": min(times[command]) / bare,
        "goal_s": GOALS.get(command),
    }


def print_table(rows: list[dict[str, float | str | None]]) -> None:
    """Print the rows, seconds with three digits."""
    print(f"{'command':32} {'min (s)':>8} {'median':>8} {'/python':>8} {'goal (s)':>9}")
    for line in rows:
        goal = "" if line["goal_s"] is None else f"{line['goal_s']:.2f}"
        print(
            f"{line['command']:32} {line['minimum_s']:8.3f} {line['median_s']:8.3f} "
            f"{line['ratio_to_python']:8.1f} {goal:>9}"
        )


def report(rows: list[dict[str, float | str | None]], runs: int) -> dict[str, object]:
    """The rows with what is needed to read them later."""
    return {
        "benchmark": "startup",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "gallus": gallus.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "runs": runs,
        "rows": rows,
    }


if __name__ == "__main__":
    main()
