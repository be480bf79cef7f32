"""Work functions for the tests of storage and executors, found by workers through their name."""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gallus.errors import InputError
from gallus.inference.toys import block_generator

Arrays = dict[str, NDArray[Any]]


def noise(job_json: str, chunk: int) -> Arrays:
    """Random numbers, a matrix product of them, and integers."""
    seed: int = json.loads(job_json)["seed"]
    numbers = block_generator(seed, chunk).standard_normal((40, 7))
    return {
        "numbers": numbers,
        "products": numbers @ numbers.T,
        "largest": np.argmax(numbers, axis=1),
    }


def products(job_json: str, chunk: int) -> Arrays:
    """A product large enough for linear algebra to use all threads that it may."""
    numbers = block_generator(1, chunk).standard_normal((2564, 8))
    content = (numbers[:64] @ numbers[64:].T).tobytes()
    return {"sha256": np.frombuffer(hashlib.sha256(content).digest(), dtype=np.uint8)}


def refused(job_json: str, chunk: int) -> Arrays:
    """The user's input is wrong, which only chunk 2 sees."""
    if chunk == 2:
        raise InputError("is negative", key="activity_MCi", value=-1.0)
    return noise(job_json, chunk)


class Stubborn(Exception):
    """Can be pickled, but not unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def broken(job_json: str, chunk: int) -> Arrays:
    """A bug that shows in chunk 2."""
    if chunk == 2:
        raise Stubborn("rank", "file")
    return noise(job_json, chunk)


def objects(job_json: str, chunk: int) -> Arrays:
    """What must not be stored."""
    return {"objects": np.array([job_json, {}], dtype=object)}


def interrupted(job_json: str, chunk: int) -> Arrays:
    """Ctrl-C, in this process, during chunk 3 of the first run."""
    if chunk == 3 and first_time(job_json, chunk):
        raise KeyboardInterrupt
    return noise(job_json, chunk)


def killed_once(job_json: str, chunk: int) -> Arrays:
    """The worker dies at its first attempt at chunk 3."""
    if chunk == 3 and first_time(job_json, chunk):
        end_of_worker()
    return noise(job_json, chunk)


def killed_always(job_json: str, chunk: int) -> Arrays:
    """The worker dies whenever it tries chunk 1."""
    if chunk == 1:
        end_of_worker()
    return noise(job_json, chunk)


def endless(job_json: str, chunk: int) -> Arrays:
    """Chunk 1 leaves its process number and never ends."""
    if chunk == 1:
        folder = Path(json.loads(job_json)["folder"])
        (folder / "partial").write_text(str(os.getpid()))
        (folder / "partial").rename(folder / "process")
        time.sleep(3600)
    return noise(job_json, chunk)


def surroundings(job_json: str, chunk: int) -> Arrays:
    """What a worker finds: threads for linear algebra, the process, the caller's script."""
    script = getattr(sys.modules["__main__"], "__file__", None) or ""
    return {
        "threads": np.array([os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]]),
        "process": np.array(os.getpid()),
        "script": np.array(str(script)),
    }


def first_time(job_json: str, chunk: int) -> bool:
    mark = Path(json.loads(job_json)["folder"]) / f"tried-{chunk}"
    tried = mark.exists()
    mark.touch()
    return not tried


def end_of_worker() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
