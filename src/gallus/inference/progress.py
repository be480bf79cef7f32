"""How far a long computation is: what it calls as it goes, and how fast that was."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """What a long computation calls after each chunk; it runs in the caller's thread."""

    def __call__(self, done: int, total: int, message: str, /) -> None:
        """Take note.

        Parameters
        ----------
        done, total : int
            Chunks finished, with those of earlier runs, and chunks in all.
        message : str
            One line for a reader: rate and time left, or what happened.
        """
        ...


def silent(done: int, total: int, message: str) -> None:
    """Take no note."""


@dataclass(frozen=True)
class Pace:
    """Rate of chunks since a moment.

    Parameters
    ----------
    done : int
        Chunks that were finished then.
    start_s : float
        That moment on the monotonic clock.
    """

    done: int
    start_s: float = field(default_factory=time.monotonic)

    def per_second(self, done: int) -> float:
        """Chunks per second since then; 0 before the first."""
        elapsed_s = time.monotonic() - self.start_s
        return (done - self.done) / elapsed_s if elapsed_s > 0 else 0.0

    def message(self, done: int, total: int) -> str:
        """Rate and time left, for a reader."""
        rate = self.per_second(done)
        if rate == 0:
            return "no chunk finished yet"
        speed = f"{rate:.3g} chunks/s" if rate >= 1 else f"{1 / rate:.3g} s a chunk"
        return f"{speed}, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """A time for a reader: ``45 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``.

    The two largest units, the smaller one rounded.
    """
    sizes = {"d": 86400, "h": 3600, "min": 60, "s": 1}
    units = list(sizes)
    for unit, smaller in itertools.pairwise(units):
        whole = round(seconds / sizes[smaller])
        per_unit = sizes[unit] // sizes[smaller]
        if whole >= per_unit:
            rest = whole % per_unit
            return f"{whole // per_unit} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{round(seconds)} s"
