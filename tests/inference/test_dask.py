"""A dask cluster gives the same arrays, also if a worker is killed, and says what failed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gallus.errors import InputError
from gallus.inference.executors import ChunkError, run_chunks
from gallus.inference.storage import ChunkStore
from gallus.inference.workers import DaskCluster

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

HERE = Path(__file__).parent
CHUNKS = 8


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, which dask replaces when they are killed."""
    settings = {"distributed.scheduler.allowed-failures": 0}
    with (
        pytest.MonkeyPatch.context() as patch,
        dask.config.set(settings),
    ):
        patch.syspath_prepend(HERE)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster:
            yield cluster.scheduler_address


def job_of(folder: Path) -> dict[str, Any]:
    marks = folder.with_name("marks")
    marks.mkdir(exist_ok=True)
    return {"seed": 5, "folder": str(marks)}


def computed(folder: Path, workers: DaskCluster, work: str) -> tuple[dict[int, Any], list[str]]:
    """All arrays of a job as bytes, and what was told meanwhile."""
    messages: list[str] = []
    job = job_of(folder)
    with ChunkStore(folder, job) as store:
        run_chunks(
            f"chunk_work:{work}",
            json.dumps(job),
            CHUNKS,
            workers,
            store,
            lambda done, total, message: messages.append(message),
        )
        return {chunk: as_bytes(store.read(chunk)) for chunk in sorted(store.finished)}, messages


def as_bytes(arrays: dict[str, Any]) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in arrays.items()}


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """The arrays without any machinery."""
    monkeypatch.syspath_prepend(HERE)
    noise = import_module("chunk_work").noise
    return {chunk: as_bytes(noise('{"seed": 5}', chunk)) for chunk in range(CHUNKS)}


def test_workers_of_its_own(tmp_path: Path, expected: dict[int, Any]) -> None:
    assert computed(tmp_path / "scan", DaskCluster(workers=2), "noise")[0] == expected


def test_a_scheduler_that_runs_already(
    address: str, tmp_path: Path, expected: dict[int, Any]
) -> None:
    assert computed(tmp_path / "scan", DaskCluster(address), "noise")[0] == expected


def test_workers_have_one_thread_for_linear_algebra(address: str, tmp_path: Path) -> None:
    with ChunkStore(tmp_path / "scan", {}) as store:
        run_chunks("chunk_work:surroundings", "{}", 2, DaskCluster(address), store)
        assert store.read(0)["threads"].tolist() == ["1", "1"]


def test_the_file_of_a_scheduler(address: str, tmp_path: Path, expected: dict[int, Any]) -> None:
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": address}))
    assert computed(tmp_path / "scan", DaskCluster(str(file)), "noise")[0] == expected


def test_a_killed_worker_changes_nothing(
    address: str, tmp_path: Path, expected: dict[int, Any]
) -> None:
    arrays, messages = computed(tmp_path / "scan", DaskCluster(address), "killed_once")
    assert arrays == expected
    # The scheduler of the fixture forgives no lost worker, so that we see it.
    assert "a worker was lost, chunk 3 is computed again" in messages


def test_wrong_input_is_said_in_its_own_words(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        computed(tmp_path / "scan", DaskCluster(address), "refused")
    assert str(caught.value) == "activity_MCi = -1.0: is negative"


def test_a_bug_is_said_with_its_chunk(address: str, tmp_path: Path) -> None:
    with pytest.raises(ChunkError) as caught:
        computed(tmp_path / "scan", DaskCluster(address), "broken")
    assert str(caught.value) == "chunk 2: Stubborn: rank and file"
    assert "chunk_work.py" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:1", "no dask scheduler answers"),
        ("quic://here", "no dask scheduler answers"),
        ("no/such/file.json", "does not exist"),
    ],
)
def test_a_scheduler_that_is_not_there(tmp_path: Path, address: str, message: str) -> None:
    settings = {"distributed.comm.timeouts.connect": "200ms"}
    with dask.config.set(settings), pytest.raises(InputError, match=message):
        computed(tmp_path / "scan", DaskCluster(address), "noise")


ENDLESS = """
import json, sys
sys.path.insert(0, {here!r})
from gallus.inference.executors import run_chunks
from gallus.inference.storage import ChunkStore
from gallus.inference.workers import DaskCluster
if __name__ == "__main__":
    job = {{"seed": 5, "folder": {marks!r}}}
    with ChunkStore({folder!r}, job) as store:
        try:
            run_chunks("chunk_work:endless", json.dumps(job), 8, DaskCluster(workers=2), store)
        except KeyboardInterrupt as interrupt:
            print(interrupt)
"""


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait; the limit only ends a test that hangs."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_interrupted_or_killed_it_leaves_its_chunks_and_no_worker(
    tmp_path: Path, sent: int, expected: dict[int, Any]
) -> None:
    folder = tmp_path / "scan"
    mark = Path(job_of(folder)["folder"]) / "process"
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS.format(here=str(HERE), marks=str(mark.parent), folder=str(folder)))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            wait_until(mark.exists)
            wait_until(lambda: len(list(folder.glob("chunk-*.npz"))) == CHUNKS - 1)
            run.send_signal(sent)
            output, errors = run.communicate()
            assert ("of 8 chunks are kept" in output) == (sent == signal.SIGINT), errors
        finally:
            run.kill()
    worker = Path(f"/proc/{mark.read_text()}")
    wait_until(lambda: not worker.exists())
    with ChunkStore(folder, job_of(folder), resume=True) as store:
        assert {c: as_bytes(store.read(c)) for c in store.finished} == {
            chunk: arrays for chunk, arrays in expected.items() if chunk != 1
        }
