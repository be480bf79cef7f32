"""The same arrays whoever computes them; failures are said once, lost workers are replaced."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gallus.errors import InputError, MissingExtraError
from gallus.inference import executors, processes
from gallus.inference.executors import RETRIES, ChunkError, run_chunks
from gallus.inference.progress import Progress, silent
from gallus.inference.storage import ChunkStore, StorageError
from gallus.inference.threads import one_thread_in_children
from gallus.inference.workers import (
    DaskCluster,
    InProcess,
    Lent,
    Processes,
    Workers,
    processors,
    workers_named,
)

HERE = Path(__file__).parent
CHUNKS = 8


class Told:
    """Remembers what progress was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, str]] = []

    def __call__(self, done: int, total: int, message: str) -> None:
        self.calls.append((done, total, message))

    @property
    def messages(self) -> list[str]:
        return [message for _, _, message in self.calls]


def job_of(folder: Path) -> dict[str, Any]:
    """A job that says where its work functions may leave marks."""
    marks = folder.with_name(f"{folder.name}-marks")
    marks.mkdir(exist_ok=True)
    return {"seed": 5, "folder": str(marks)}


def computed(
    folder: Path,
    workers: Workers,
    work: str = "noise",
    told: Progress = silent,
    chunks: int = CHUNKS,
) -> dict[int, dict[str, Any]]:
    """All arrays of a job, as lists of bytes."""
    job = job_of(folder)
    with ChunkStore(folder, job, resume=True) as store:
        run_chunks(f"chunk_work:{work}", json.dumps(job), chunks, workers, store, told)
        return {chunk: as_bytes(store.read(chunk)) for chunk in sorted(store.finished)}


def as_bytes(arrays: dict[str, Any]) -> dict[str, Any]:
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


@pytest.fixture(autouse=True)
def work_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find ``chunk_work.py``: they inherit the path."""
    monkeypatch.syspath_prepend(HERE)


@pytest.fixture
def expected() -> dict[int, dict[str, Any]]:
    """The arrays of the work function `noise`, without any machinery."""
    noise = import_module("chunk_work").noise
    return {chunk: as_bytes(noise('{"seed": 5}', chunk)) for chunk in range(CHUNKS)}


@pytest.mark.parametrize("workers", [InProcess(), Processes(1), Processes(3)], ids=repr)
def test_the_arrays_do_not_depend_on_who_computes(
    tmp_path: Path, workers: Workers, expected: dict[int, Any]
) -> None:
    assert computed(tmp_path / "scan", workers) == expected


def test_an_executor_of_somebody_else_is_used_and_left_open(
    tmp_path: Path, expected: dict[int, Any]
) -> None:
    job = job_of(tmp_path / "scan")
    with ThreadPoolExecutor(2) as pool, ChunkStore(tmp_path / "scan", job) as store:
        run_chunks("chunk_work:noise", json.dumps(job), CHUNKS, pool, store)
        assert {chunk: as_bytes(store.read(chunk)) for chunk in store.finished} == expected
        assert pool.submit(int, "7").result() == 7


def test_files_are_the_same_bytes_in_every_run(tmp_path: Path) -> None:
    for name, number in (("a", 1), ("b", 2)):
        with ThreadPoolExecutor(number) as pool, ChunkStore(tmp_path / name, {}) as store:
            run_chunks("chunk_work:noise", '{"seed": 5}', CHUNKS, Lent(pool), store)
    for chunk in range(CHUNKS):
        name = f"chunk-{chunk:06d}.npz"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_only_missing_chunks_are_computed(tmp_path: Path, expected: dict[int, Any]) -> None:
    computed(tmp_path / "scan", InProcess(), chunks=5)
    told = Told()
    assert computed(tmp_path / "scan", InProcess(), told=told) == expected
    assert [done for done, _, _ in told.calls] == [5, 6, 7, 8]
    assert computed(tmp_path / "scan", InProcess(), work="broken") == expected


def test_progress_counts_to_the_end_with_rate_and_time_left(tmp_path: Path) -> None:
    told = Told()
    computed(tmp_path / "scan", InProcess(), told=told)
    assert [done for done, _, _ in told.calls] == list(range(CHUNKS + 1))
    assert {total for _, total, _ in told.calls} == {CHUNKS}
    assert told.messages[0] == "no chunk finished yet"
    assert all("chunk" in message and "left" in message for message in told.messages[1:])


# --- workers ----------------------------------------------------------------------------------


def test_workers_have_one_thread_each_and_not_the_callers_script(tmp_path: Path) -> None:
    before = dict(os.environ)
    with ChunkStore(tmp_path, {}) as store:
        run_chunks("chunk_work:surroundings", "{}", 4, Processes(2), store)
        found = [store.read(chunk) for chunk in range(4)]
    assert all(arrays["threads"].tolist() == ["1", "1"] for arrays in found)
    assert all(arrays["script"].item() == "" for arrays in found)
    assert os.getpid() not in {arrays["process"].item() for arrays in found}
    assert dict(os.environ) == before


def test_products_of_matrices_are_the_same_in_this_process_and_in_workers(tmp_path: Path) -> None:
    found = [
        computed(tmp_path / name, workers, "products", chunks=2)
        for name, workers in (("here", InProcess()), ("there", Processes(1)))
    ]
    with ThreadPoolExecutor(2) as pool:
        found.append(computed(tmp_path / "threads", Lent(pool), "products", chunks=2))
    assert found[0] == found[1] == found[2]


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from gallus.inference.executors import run_chunks
from gallus.inference.progress import Progress, silent
from gallus.inference.storage import ChunkStore
from gallus.inference.workers import Processes
print("script runs")
with ChunkStore({folder!r}, {{"seed": 1}}) as store:
    run_chunks("chunk_work:noise", '{{"seed": 1}}', 4, Processes(2), store)
    print(len(store.finished), "chunks")
"""


@pytest.mark.parametrize("as_file", [True, False], ids=["a file", "standard input"])
def test_a_script_needs_no_guard_and_runs_once(tmp_path: Path, as_file: bool) -> None:
    text = SCRIPT.format(here=str(HERE), folder=str(tmp_path / "scan"))
    (tmp_path / "script.py").write_text(text)
    program = [str(tmp_path / "script.py")] if as_file else ["-"]
    finished = subprocess.run(
        [sys.executable, *program],
        input=None if as_file else text,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (finished.stdout, finished.stderr) == ("script runs\n4 chunks\n", "")


def test_a_worker_with_other_versions_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "versions", lambda: {"numpy": "1.0"})
    with pytest.raises(InputError) as caught:
        computed(tmp_path / "scan", InProcess())
    assert str(caught.value) == (
        f"numpy = '{np.__version__}': is the version of a worker (allowed: 1.0)"
    )


@pytest.mark.parametrize(
    ("work", "message"),
    [
        ("no_such_module:noise", "cannot be imported: No module named 'no_such_module'"),
        ("chunk_work:no_such_function", "has no attribute 'no_such_function'"),
        ("chunk_work", "cannot be imported"),
        ("chunk_work:Arrays.__args__", "cannot be imported"),
        ("os:sep", "is not a function"),
    ],
)
def test_an_unknown_work_function_is_named(tmp_path: Path, work: str, message: str) -> None:
    with ChunkStore(tmp_path, {}) as store, pytest.raises(InputError) as caught:
        run_chunks(work, "{}", 1, InProcess(), store)
    assert message in str(caught.value)


def test_options_name_workers() -> None:
    assert workers_named("serial") == InProcess()
    assert workers_named("processes", 3) == Processes(3)
    assert Processes().number == processors() >= 1
    assert workers_named("dask", 2) == DaskCluster(None, 2)
    assert workers_named("tcp://host:8786") == DaskCluster("tcp://host:8786")
    assert workers_named("run/scheduler.json") == DaskCluster("run/scheduler.json")


@pytest.mark.parametrize(
    ("name", "number", "message"),
    [
        ("proceses", None, "did you mean 'processes'?"),
        ("ray", None, "dask, processes, serial, or the address of a dask scheduler"),
        ("processes", 0, "workers = 0: are too few (allowed: 1 or more)"),
        ("serial", 2, "workers = 2: cannot be chosen for serial"),
        ("tcp://host:1", 2, "cannot be chosen for tcp://host:1"),
    ],
)
def test_workers_that_do_not_exist(name: str, number: int | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        workers_named(name, number)
    assert message in str(caught.value)


# --- failures ---------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("workers", [InProcess(), Processes(2)], ids=repr)


@BOTH
def test_wrong_input_is_said_once_in_its_own_words(tmp_path: Path, workers: Workers) -> None:
    with pytest.raises(InputError) as caught:
        computed(tmp_path / "scan", workers, "refused")
    assert str(caught.value) == "activity_MCi = -1.0: is negative"


@BOTH
def test_a_bug_is_said_with_its_chunk_and_the_workers_traceback(
    tmp_path: Path, workers: Workers
) -> None:
    with pytest.raises(ChunkError) as caught:
        computed(tmp_path / "scan", workers, "broken")
    assert str(caught.value) == "chunk 2: Stubborn: rank and file"
    assert "chunk_work.py" in caught.value.__notes__[0]


def test_chunks_before_a_failure_are_kept(tmp_path: Path, expected: dict[int, Any]) -> None:
    with pytest.raises(ChunkError):
        computed(tmp_path / "scan", InProcess(), "broken")
    told = Told()
    assert computed(tmp_path / "scan", InProcess(), told=told) == expected
    assert told.calls[0][0] == 2


def test_objects_instead_of_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ChunkError, match=r"chunk 0: chunk_work:objects gave no arrays: Object"):
        computed(tmp_path / "scan", InProcess(), "objects")


def test_a_full_disk_ends_the_run_and_its_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: dict[int, Any]
) -> None:
    write = ChunkStore.write

    def full_after_three(store: ChunkStore, chunk: int, arrays: Any) -> None:
        if len(store.finished) == 3:
            raise StorageError("No space left on device")
        write(store, chunk, arrays)

    with monkeypatch.context() as full:
        full.setattr(ChunkStore, "write", full_after_three)
        with pytest.raises(StorageError):
            computed(tmp_path / "scan", Processes(2))
    assert computed(tmp_path / "scan", InProcess()) == expected


# --- lost workers -----------------------------------------------------------------------------


def test_a_killed_process_is_replaced_and_the_arrays_are_the_same(
    tmp_path: Path, expected: dict[int, Any]
) -> None:
    told = Told()
    assert computed(tmp_path / "scan", Processes(2), "killed_once", told) == expected
    assert "a worker was lost, chunk 3 is computed again" in told.messages


def test_a_chunk_that_always_kills_its_worker_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ChunkError, match=rf"chunk 1: its worker was lost {RETRIES + 1} times"):
        computed(tmp_path / "scan", Processes(1), "killed_always", chunks=2)


# --- interrupts -------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(
    tmp_path: Path, expected: dict[int, Any]
) -> None:
    told = Told()
    with pytest.raises(KeyboardInterrupt) as caught:
        computed(tmp_path / "scan", InProcess(), "interrupted", told)
    message = f"interrupted: 3 of 8 chunks are kept in {tmp_path / 'scan'}, go on with --resume"
    assert (str(caught.value), told.calls[-1]) == (message, (3, CHUNKS, message))
    assert computed(tmp_path / "scan", InProcess(), "interrupted") == expected


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait; the limit only ends a test that hangs."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    # A zombie has ended; nobody has asked for its status yet.
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


ENDLESS = """
import json, sys
sys.path.insert(0, {here!r})
from gallus.inference.executors import run_chunks
from gallus.inference.progress import Progress, silent
from gallus.inference.storage import ChunkStore
from gallus.inference.workers import workers_named
job = {{"seed": 5, "folder": {marks!r}}}
with ChunkStore({folder!r}, job) as store:
    try:
        run_chunks("chunk_work:endless", json.dumps(job), 8, workers_named({name!r}, 2), store)
    except KeyboardInterrupt as interrupt:
        print(interrupt)
"""


@contextmanager
def endless_run(folder: Path, name: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A run whose chunk 1 never ends, and the process number of the worker that is busy with it."""
    marks = Path(job_of(folder)["folder"])
    script = folder.with_name("endless.py")
    text = ENDLESS.format(here=str(HERE), marks=str(marks), folder=str(folder), name=name)
    script.write_text("if __name__ == '__main__':\n" + "    ".join(["", *text.splitlines(True)]))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            wait_until((marks / "process").exists)
            wait_until(lambda: len(list(folder.glob("chunk-*.npz"))) >= 3)
            yield run, int((marks / "process").read_text())
        finally:
            run.kill()


posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@posix
def test_ctrl_c_waits_for_nothing_and_leaves_no_process(tmp_path: Path) -> None:
    with endless_run(tmp_path / "scan", "processes") as (run, worker):
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=60)
        assert "chunks are kept" in output
        assert errors == ""
        wait_until(lambda: not is_alive(worker))


@posix
def test_workers_end_with_a_killed_parent_and_the_rest_is_computed_later(
    tmp_path: Path, expected: dict[int, Any]
) -> None:
    with endless_run(tmp_path / "scan", "processes") as (run, worker):
        run.kill()
        wait_until(lambda: not is_alive(worker))
    assert computed(tmp_path / "scan", Processes(2)) == expected


def test_the_environment_is_restored_after_a_process_has_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    script = sys.modules["__main__"]
    with one_thread_in_children(), processes._hidden_script():
        assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("1", "1")
        assert sys.modules["__main__"] is not script
    assert os.environ["OMP_NUM_THREADS"] == "4"
    assert "MKL_NUM_THREADS" not in os.environ
    assert sys.modules["__main__"] is script


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gallus\[cluster\]'"):
        computed(tmp_path / "scan", DaskCluster())
