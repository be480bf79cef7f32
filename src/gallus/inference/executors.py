"""Run a job chunk by chunk on any workers, and keep each chunk as it finishes.

:func:`run_chunks` computes what the store does not hold yet. A chunk depends on the job and its
index alone, so the arrays are the same whoever computes them, in whatever order, after whatever
restarts.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from gallus.errors import InputError
from gallus.inference.chunk_file import Arrays
from gallus.inference.manifest import versions
from gallus.inference.progress import Pace, Progress, silent
from gallus.inference.storage import ChunkStore
from gallus.inference.work import WorkFailure, compute
from gallus.inference.workers import InProcess, Lent, Workers, lost_with_worker

RETRIES: Final = 3
"""How often a chunk is computed again after its worker was lost."""

TICK_S: Final = 0.25
"""Progress is told, and Ctrl-C looked for, at least that often."""


class ChunkError(RuntimeError):
    """A chunk could not be computed, and not because of the user's input."""


def run_chunks(
    work: str,
    job_json: str,
    chunks: int,
    executor: Workers | Executor,
    store: ChunkStore,
    progress: Progress = silent,
) -> None:
    """Compute the chunks of a job that a store does not hold, and store them.

    Parameters
    ----------
    work : str
        Import string of the work function, ``"package.module:function"``; see
        :mod:`gallus.inference.work`.
    job_json : str
        The job, as the work function gets it.
    chunks : int
        Number of chunks of the job.
    executor : Workers or concurrent.futures.Executor
        Who computes.
    store : ChunkStore
        Where chunks are kept.
    progress : Progress
        Called at the start, after each chunk, and when something happens.

    Raises
    ------
    InputError
        What a work function said about its input; it is not tried again.
    ChunkError
        If the work function fails in another way, or a chunk loses its worker too often.
    StorageError
        If a chunk cannot be stored.
    KeyboardInterrupt
        After Ctrl-C; its text, which `progress` gets too, says how to go on.
    """
    workers = Lent(executor) if isinstance(executor, Executor) else executor
    finished = store.finished
    waiting = deque(chunk for chunk in range(chunks) if chunk not in finished)
    run = _Run(work, job_json, chunks, workers, store, progress, waiting)
    try:
        run.to_the_end()
    except KeyboardInterrupt as interrupt:
        raise (interrupt if interrupt.args else run.interrupted()) from None


@dataclass
class _Run:
    """The chunks of a job on their way; each waits, is in flight, or is stored."""

    work: str
    job_json: str
    total: int
    workers: Workers
    store: ChunkStore
    progress: Progress
    waiting: deque[int]
    losses: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.done = self.total - len(self.waiting)
        self.pace = Pace(self.done)

    def to_the_end(self) -> None:
        self._tell()
        while self.waiting:
            with self.workers.pool() as pool:
                self._drain(pool)

    def interrupted(self) -> KeyboardInterrupt:
        """Say what an interrupt leaves, and give the exception that says it."""
        message = (
            f"interrupted: {self.done} of {self.total} chunks are kept in {self.store.directory}, "
            "go on with --resume"
        )
        self._tell(message)
        return KeyboardInterrupt(message)

    def _drain(self, pool: Executor) -> None:
        """Compute all that waits, or as much as the pool lives to do."""
        flying: dict[Future[Arrays], int] = {}
        alive = True
        held = not isinstance(self.workers, InProcess)
        try:
            with interrupts_held(held) as interrupt:
                while flying or (alive and self.waiting):
                    alive = alive and self._submit(pool, flying)
                    finished, _ = wait(flying, timeout=TICK_S, return_when=FIRST_COMPLETED)
                    for future in finished:
                        alive = self._settle(flying.pop(future), future) and alive
                    self._tell()
                    if interrupt.is_set():
                        raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise self.interrupted() from None  # before the workers are ended: that may take time
        finally:
            for future in flying:
                future.cancel()

    def _submit(self, pool: Executor, flying: dict[Future[Arrays], int]) -> bool:
        """Fill the pool; return whether it is alive."""
        limit = self.workers.in_flight(pool)
        while self.waiting and len(flying) < limit:
            chunk = self.waiting.popleft()
            try:
                future = pool.submit(compute, self.work, self.job_json, chunk, versions())
            except BrokenExecutor as error:
                self._lose(chunk, error)
                return False
            flying[future] = chunk
        return True

    def _settle(self, chunk: int, future: Future[Arrays]) -> bool:
        """Store a result, or see why there is none; return whether the pool is alive."""
        try:
            arrays = future.result()
        except (BrokenExecutor, CancelledError) as error:
            self._lose(chunk, error)
            return False
        except WorkFailure as failure:
            raise _told(chunk, failure) from None
        except Exception as error:
            if not lost_with_worker(error):
                raise ChunkError(f"chunk {chunk}: {type(error).__name__}: {error}") from error
            self._lose(chunk, error)
            return True
        self._keep(chunk, arrays)
        return True

    def _keep(self, chunk: int, arrays: Arrays) -> None:
        try:
            self.store.write(chunk, arrays)
        except (AttributeError, TypeError, ValueError) as error:
            raise ChunkError(f"chunk {chunk}: {self.work} gave no arrays: {error}") from error
        self.done += 1

    def _lose(self, chunk: int, error: BaseException) -> None:
        self.losses[chunk] += 1
        if self.losses[chunk] > RETRIES:
            raise ChunkError(
                f"chunk {chunk}: its worker was lost {self.losses[chunk]} times; out of memory? "
                f"({type(error).__name__}: {error})"
            ) from error
        self.waiting.appendleft(chunk)
        self._tell(f"a worker was lost, chunk {chunk} is computed again")

    def _tell(self, message: str = "") -> None:
        self.progress(self.done, self.total, message or self.pace.message(self.done, self.total))


@contextmanager
def interrupts_held(held: bool = True) -> Iterator[threading.Event]:
    """Note Ctrl-C instead of raising it: between two lines of a pool it would leave a lock held.

    Outside the main thread, which gets no signals, nothing is held.
    """
    noted = threading.Event()
    if not held or threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, lambda *_: noted.set())
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _told(chunk: int, failure: WorkFailure) -> InputError | ChunkError:
    """The failure of a work function, as the caller shall see it."""
    if failure.expected:
        return InputError(failure.message)
    error = ChunkError(f"chunk {chunk}: {failure.message}")
    error.add_note(f"In the worker:\n{failure.details}")
    return error
