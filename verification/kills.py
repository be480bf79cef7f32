"""Kill a scan at random moments, resume it each time, and compare with a run that nobody disturbed.

`python -m verification.kills --kills 100`. Half of the runs compute in their own process and
half in two others.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gallus.gallium_scan import scan_job
from gallus.gallium_scan.job import ScanJob
from gallus.gallium_scan.run import WORK
from gallus.inference.executors import run_chunks
from gallus.inference.grid import parse_grid
from gallus.inference.storage import ChunkStore
from gallus.inference.workers import workers_named

CHUNKS = 40
GRID = [f"delta_m2_41_eV2=0.1:100:{CHUNKS}:log", "sin2_2theta_ee=0:1:60"]
EXECUTORS = ("serial", "processes")


def job() -> ScanJob:
    """Describe a sterile scan of all gallium results, one row of the grid a chunk."""
    return scan_job("sterile", parse_grid(GRID), "gallium", rows=1)


def main() -> int:
    """Kill, resume, compare; return 1 if an array differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", nargs=2, metavar=("FOLDER", "EXECUTOR"), help="do the work")
    options = parser.parse_args()
    if options.run:
        work(Path(options.run[0]), options.run[1])
        return 0
    return kill_and_compare(options.kills, random.Random(options.seed))


def work(folder: Path, executor: str) -> None:
    """Begin the job in a folder, or go on with it."""
    workers = workers_named(executor, 2 if executor == "processes" else None)
    with ChunkStore(folder, job().as_dict(), resume=True) as store:
        run_chunks(WORK, job().json_text, CHUNKS, workers, store)


def kill_and_compare(kills: int, moments: random.Random) -> int:
    """Disturb jobs until that many kills have fallen; each job must end as if undisturbed."""
    fallen, runs, writing = 0, 0, 0
    with tempfile.TemporaryDirectory() as place:
        work(Path(place, "undisturbed"), "serial")
        expected = contents(Path(place, "undisturbed"))
        while fallen < kills:
            folder = Path(place, f"run-{runs}")
            executor = EXECUTORS[runs % len(EXECUTORS)]
            while fallen < kills and killed(folder, executor, moments):
                fallen += 1
                writing += any(folder.glob("*.partial")) or any(folder.glob("*-journal"))
            work(folder, executor)
            if contents(folder) != expected:
                print(f"run {runs} ({executor}) has other arrays")
                return 1
            runs += 1
    print(f"{fallen} kills, {writing} of them while writing, in {runs} runs: all arrays identical")
    return 0


def killed(folder: Path, executor: str, moments: random.Random) -> bool:
    """Start the job, kill it after some more chunks; return whether it was still running."""
    enough = count(folder) + moments.randint(0, CHUNKS // 4)
    words = [sys.executable, "-m", "verification.kills", "--run", str(folder), executor]
    errors = folder.with_suffix(".stderr")
    with errors.open("w") as file, subprocess.Popen(words, stderr=file) as run:
        while run.poll() is None and count(folder) < enough:
            time.sleep(0.001)
        time.sleep(moments.uniform(0.0, 0.02))
        running = run.poll() is None
        run.kill()
    if not running and run.returncode != 0:
        raise RuntimeError(f"a run ended with {run.returncode}: {errors.read_text()}")
    return running


def count(folder: Path) -> int:
    """Chunks in a folder, by their files."""
    return len(list(folder.glob("chunk-*.npz")))


def contents(folder: Path) -> dict[int, dict[str, tuple[str, tuple[int, ...], bytes]]]:
    """Every array of a finished job, with its type and shape."""
    with ChunkStore(folder, job().as_dict(), resume=True) as store:
        return {
            index: {
                name: (array.dtype.str, array.shape, array.tobytes())
                for name, array in store.read(index).items()
            }
            for index in range(CHUNKS)
        }


if __name__ == "__main__":
    sys.exit(main())
