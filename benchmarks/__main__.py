"""Run the benchmarks on one core, print their tables, write their figures.

    python -m benchmarks [NAME ...] [--json DIRECTORY] [--peers PYTHON] [--report FILE]

One core and one thread have to be asked for before numerical libraries are imported.
"""

import argparse
import importlib
import os
from pathlib import Path

NAMES = (
    "probability",
    "lindblad",
    "scan",
    "profiles",
    "fits",
    "feldman_cousins",
    "costs",
    "forecasts",
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> None:
    """Run what the command line asks for."""
    arguments = parse_arguments()
    use_one_core()
    timing = importlib.import_module("benchmarks.timing")
    for name in arguments.names or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        tables = module.tables(arguments.peers)
        for table in tables:
            print(table.text(), end="\n\n", flush=True)
        if arguments.json:
            timing.write(arguments.json / f"{name}.json", name, tables)
    if arguments.report:
        timing.collect(arguments.json, arguments.report)


def parse_arguments() -> argparse.Namespace:
    """Command line of this program."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="all if not given")
    parser.add_argument("--json", type=Path, help="write the figures to this directory")
    parser.add_argument("--peers", type=Path, help="Python of an environment with other programs")
    parser.add_argument("--report", type=Path, help="collect all figures of --json in this file")
    arguments = parser.parse_args()
    if arguments.report and not arguments.json:
        parser.error("--report needs --json")
    return arguments


def use_one_core() -> None:
    """Keep this process, and what it starts, on one core where the system can do that."""
    os.environ |= dict.fromkeys(THREADS, "1")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    main()
