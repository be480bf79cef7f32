"""Spawned processes that end with the one that began them, however that ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from gallus.inference.threads import one_thread_in_children


@contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give an executor of spawned processes; when the block fails, they are ended at once.

    Each runs linear algebra on one thread. None runs the caller's script again, so that it needs no
    ``if __name__ == "__main__"``. Ctrl-C is left to the caller.

    Parameters
    ----------
    workers : int
        Number of processes.
    """
    context = _Context()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)
    try:
        yield pool
    except BaseException:
        for process in context.started:
            if process.pid is not None:
                process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Process(SpawnProcess):
    """A spawned process with limited threads that does not import the caller's script."""

    def start(self) -> None:
        """Start it."""
        with one_thread_in_children(), _hidden_script():
            super().start()


class _Context(SpawnContext):
    """Spawns such processes and remembers them: a pool does not say which are its own."""

    def __init__(self) -> None:
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]
        process = _Process(*args, **options)
        self.started.append(process)
        return process


@contextmanager
def _hidden_script() -> Iterator[None]:
    """Let a child see an empty script: it would run that of the caller, which may have no file."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent's end: a pool's processes would wait for ever after its kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
