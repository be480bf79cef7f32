"""Who computes the chunks: this process, spawned processes, or a dask cluster.

:class:`InProcess` for small jobs and for debugging, :class:`Processes` on one machine,
:class:`DaskCluster` on many: a scheduler that runs already (``tcp://host:8786``, or the path of its
``scheduler.json``), for example one that dask-jobqueue started under SLURM. :class:`Lent` takes any
other executor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from gallus.errors import InputError, MissingExtraError, unknown_name
from gallus.inference.processes import process_pool
from gallus.inference.threads import one_thread_here

P = ParamSpec("P")
T = TypeVar("T")


class Workers(Protocol):
    """A source of executors."""

    def pool(self) -> AbstractContextManager[Executor]:
        """Give an executor for a block of work; after a lost pool, a new one.

        When the block fails, no chunk is waited for.
        """
        ...

    def in_flight(self, pool: Executor) -> int:
        """Chunks that may be under way at a time: enough to keep all busy, few in memory."""
        ...


@dataclass(frozen=True)
class InProcess:
    """The calling process, one chunk after the other."""

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        """Give an executor that computes when asked."""
        with one_thread_here():
            yield _Immediate()

    def in_flight(self, pool: Executor) -> int:
        """One: a chunk is stored before the next begins."""
        return 1


class _Immediate(Executor):
    def submit(self, function: Any, /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **options))
        except Exception as error:  # noqa: BLE001 - as every executor does
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Processes:
    """Spawned processes on this machine.

    Parameters
    ----------
    workers : int, optional
        Their number; by default that of the processors at hand.

    Raises
    ------
    InputError
        If there shall be none.
    """

    workers: int | None = None

    def __post_init__(self) -> None:
        _check_number(self.workers)

    @property
    def number(self) -> int:
        """How many there are."""
        return self.workers or processors()

    def pool(self) -> AbstractContextManager[Executor]:
        """Give a pool of processes."""
        return process_pool(self.number)

    def in_flight(self, pool: Executor) -> int:
        """Two for each process: none waits while a chunk is stored."""
        return 2 * self.number


@dataclass(frozen=True)
class DaskCluster:
    """Workers of dask.distributed (extra ``cluster``).

    Dask itself gives a chunk to another worker when one is lost; after Ctrl-C it takes some seconds
    to end workers that it started here. Workers elsewhere need the same
    versions of gallus, NumPy and SciPy. A script that starts workers on this machine needs
    ``if __name__ == "__main__"``.

    Parameters
    ----------
    address : str, optional
        Address of a scheduler, or path of its JSON file; by default workers are started on this
        machine.
    workers : int, optional
        Number of workers to start; by default that of the processors at hand.

    Raises
    ------
    InputError
        If there shall be none.
    """

    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        _check_number(self.workers)

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        """Give an executor of the cluster.

        Raises
        ------
        MissingExtraError
            If dask.distributed is not installed.
        InputError
            If no scheduler answers.
        """
        distributed = _distributed()
        with self._scheduler(distributed) as scheduler, _client(distributed, scheduler) as client:
            # A chunk that was lost is a new task: dask would give the old failure again.
            pool: Executor = client.get_executor(pure=False)
            try:
                yield pool
            finally:
                pool.shutdown(wait=False)

    def in_flight(self, pool: Any) -> int:
        """Two for each thread of the cluster as it is now, and some to make it grow."""
        threads: int = sum(pool._client.nthreads().values())
        return max(16, 2 * threads)

    @contextmanager
    def _scheduler(self, distributed: Any) -> Iterator[Any]:
        if self.address is not None:
            yield self.address
            return
        with distributed.LocalCluster(
            n_workers=self.workers or processors(), threads_per_worker=1, dashboard_address=":0"
        ) as cluster:
            yield cluster


@dataclass(frozen=True)
class Lent:
    """An executor that somebody else made, and shuts down.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Its workers can import gallus and the work function.
    chunks_in_flight : int
        Chunks that it gets at a time.
    """

    executor: Executor
    chunks_in_flight: int = 16

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        """Give that executor; linear algebra in threads of this process gets one each."""
        with one_thread_here():
            yield self.executor

    def in_flight(self, pool: Executor) -> int:
        """As stated."""
        return self.chunks_in_flight


NAMES = ("serial", "processes", "dask")
"""What :func:`workers_named` knows, besides the address of a dask scheduler."""


def workers_named(name: str, number: int | None = None) -> Workers:
    """Return the workers that an option names.

    Parameters
    ----------
    name : str
        ``serial``, ``processes``, ``dask``, the address of a dask scheduler (``tcp://host:8786``),
        or the path of its JSON file.
    number : int, optional
        How many; not for ``serial`` and for an address.

    Raises
    ------
    InputError
        If the name is not known or the number makes no sense.
    """
    _check_number(number)
    if name == "processes":
        return Processes(number)
    if name == "dask":
        return DaskCluster(workers=number)
    if number not in (None, 1):
        raise InputError(f"cannot be chosen for {name}", key="workers", value=number)
    if name == "serial":
        return InProcess()
    if "://" in name or name.endswith(".json"):
        return DaskCluster(name)
    error = unknown_name("executor", name, NAMES)
    raise InputError(
        error.problem, value=name, allowed=f"{error.allowed}, or the address of a dask scheduler"
    )


def processors() -> int:
    """Number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lost_with_worker(error: BaseException) -> bool:
    """Whether a chunk failed because dask lost the workers that tried it."""
    distributed = sys.modules.get("distributed")
    return distributed is not None and isinstance(error, distributed.KilledWorker)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError("dask.distributed", "cluster") from error
    return distributed


@contextmanager
def _client(distributed: Any, scheduler: Any) -> Iterator[Any]:
    """Connect to a scheduler: a cluster, an address, or the path of a JSON file."""
    by_file = isinstance(scheduler, str) and scheduler.endswith(".json")
    if by_file and not Path(scheduler).is_file():
        raise InputError("does not exist", file=scheduler, allowed="a dask scheduler's JSON file")
    place = {"scheduler_file" if by_file else "address": scheduler}
    try:
        client = distributed.Client(**place, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        raise InputError(
            f"no dask scheduler answers: {error}", value=scheduler, allowed="tcp://host:port"
        ) from error
    with client:
        yield client


def _check_number(workers: int | None) -> None:
    if workers is not None and workers < 1:
        raise InputError("are too few", key="workers", value=workers, allowed="1 or more")
