"""What happens inside a worker: find the work function by its name, call it, report what failed.

The name is ``"package.module:function"``, so that nothing but text travels to the worker, and only
arrays and text come back. The function gets ``(job_json, chunk)`` and returns arrays by name; what
it builds from the job it may keep for the next chunk, per process.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

from gallus.errors import GallusError, InputError
from gallus.inference.chunk_file import Arrays
from gallus.inference.manifest import versions

Work: TypeAlias = Callable[[str, int], Arrays]
"""Computes one chunk of the job that the JSON describes; it depends on nothing else."""


class WorkFailure(Exception):
    """A chunk that failed, in terms of text: other exceptions need not survive the way back.

    Parameters
    ----------
    message : str
        What the user reads.
    expected : bool
        Whether the user's input is the cause.
    details : str
        The worker's traceback.
    """

    def __init__(self, message: str, expected: bool, details: str) -> None:
        super().__init__(message, expected, details)
        self.message = message
        self.expected = expected
        self.details = details


def find_work(name: str) -> Work:
    """Return the function that an import string names.

    Raises
    ------
    InputError
        If there is none.
    """
    module, _, function = name.partition(":")
    try:
        found = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"cannot be imported: {error}",
            key="work",
            value=name,
            allowed="package.module:function",
        ) from error
    if not callable(found):
        raise InputError("is not a function", key="work", value=name)
    work: Work = found
    return work


def compute(work: str, job_json: str, chunk: int, expected: Mapping[str, str]) -> Arrays:
    """Compute one chunk; this is what runs in the worker.

    Parameters
    ----------
    work : str
        Import string of the work function.
    job_json : str
        The job.
    chunk : int
        Index of the chunk.
    expected : mapping
        Versions that the worker must have.

    Raises
    ------
    WorkFailure
        Whatever went wrong.
    """
    try:
        _check_versions(expected)
        return find_work(work)(job_json, chunk)
    except GallusError as error:
        failure = WorkFailure(str(error), True, "")
    except Exception as error:  # noqa: BLE001 - all of them go back, as text
        failure = WorkFailure(f"{type(error).__name__}: {error}", False, traceback.format_exc())
    raise failure  # here, where it has no context that would have to travel with it


def _check_versions(expected: Mapping[str, str]) -> None:
    own: dict[str, Any] = versions()
    for name, version in expected.items():
        if own.get(name) != version:
            raise InputError(
                "is the version of a worker", key=name, value=own.get(name), allowed=version
            )
