"""Run the long checks and write what came out as a dated JSON report.

A check is a command of this environment that exits with 0 when it holds; add it to `CHECKS`. The
reports stay in `verification/reports/`, one a day, and are committed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

TESTS = "pytest -q -n 2 --dist loadfile"
CHECKS = {
    "test suite": f"{TESTS} --hypothesis-profile thorough",
    "slow tests": f"{TESTS} --hypothesis-profile thorough -m slow",
    "ledger": "gallus reproduce",
    "coverage": "python -m verification.coverage",
    "hundred kills": "python -m verification.kills --kills 100",
}
PACKAGES = ("gallus", "numpy", "scipy", "pydantic", "matplotlib")
NO_TESTS_COLLECTED = 5  # pytest's exit code
REPOSITORY = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


def main() -> int:
    """Run every check, write the report, and return 1 if a check failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--only", action="append", choices=[*CHECKS], help="these; may be repeated")
    arguments = parser.parse_args()
    output: Path = arguments.output
    output.parent.mkdir(parents=True, exist_ok=True)
    results: list[dict[str, object]] = []
    for name in arguments.only or CHECKS:
        results.append(run_check(name, CHECKS[name]))
        # After each check: an interrupt loses none that has ended.
        text = json.dumps(report(results), indent=2, ensure_ascii=False)
        output.write_text(text + "\n", encoding="utf-8")
    print(f"Report: {output}")
    return 0 if all(result["passed"] for result in results) else 1


def run_check(name: str, command: str) -> dict[str, object]:
    """Run one command from the repository and say how it ended."""
    print(f"{name} ...", end=" ", flush=True)
    start = time.perf_counter()
    program, *options = command.split()
    words = [str(PROGRAMS / program), *options]
    finished = subprocess.run(words, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    passed = finished.returncode in (0, NO_TESTS_COLLECTED)
    print("passed" if passed else f"FAILED\n{finished.stdout}{finished.stderr}")
    return {
        "name": name,
        "command": command,
        "passed": passed,
        "seconds": round(time.perf_counter() - start, 1),
        "last_line": next(reversed(finished.stdout.strip().splitlines()), ""),
    }


def report(results: list[dict[str, object]]) -> dict[str, object]:
    """The results with what is needed to repeat them."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in PACKAGES},
        "checks": results,
    }


if __name__ == "__main__":
    sys.exit(main())
