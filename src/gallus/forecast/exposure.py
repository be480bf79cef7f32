r"""When data are taken: parts of the runs of a source, and days without it.

What follows a source of half-life T counts for

.. math:: \int_{t_k}^{t_{k+1}} 2^{-t/T}\, dt
          = \frac{T}{\ln 2}\, 2^{-t_k/T} \left(1 - 2^{-(t_{k+1}-t_k)/T}\right)

days at its initial rate in each part of a run, and not at all in the days without source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import Setup


@dataclass(frozen=True)
class Exposure:
    """Periods of data: the parts of the runs, those of all runs together; then the days without.

    Parameters
    ----------
    edges_d : tuple of float
        Days since the start of a run at which its parts begin and end.
    runs : int
        Number of runs, each with a fresh source.
    live_share : float
        Share of the time in which the detector counts.
    off_days : float
        Days without source, all together; 0 for none.

    Raises
    ------
    InputError
        If the edges do not increase from 0 or above.
    """

    edges_d: tuple[float, ...]
    runs: int = 1
    live_share: float = 1.0
    off_days: float = 0.0

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges_d)
        if len(edges) < 2 or not (np.all(np.isfinite(edges)) and np.all(np.diff(edges) > 0)):
            raise InputError("do not increase", key="edges_d", value=self.edges_d)
        if edges[0] < 0 or not (math.isfinite(self.off_days) and self.off_days >= 0):
            raise InputError("are negative or not finite", key="days", allowed="0 or more")

    @property
    def names(self) -> tuple[str, ...]:
        """What the periods are."""
        parts = tuple(f"days {low:g} to {high:g}" for low, high in pairwise(self.edges_d))
        return (*parts, "source off") if self.off_days else parts

    def on_and_off(self, per_period: Array) -> tuple[float, float]:
        """Sums of (periods,) numbers over the parts of the runs, and over the days without."""
        parts = len(self.edges_d) - 1
        return float(per_period[:parts].sum()), float(per_period[parts:].sum())

    def days(self, half_life_d: float = math.inf) -> Array:
        """Live days at the initial rate in each period, shape (periods,).

        Parameters
        ----------
        half_life_d : float
            Of the source, or of a background that comes and dies with it; infinite for what is
            always there.
        """
        edges = np.asarray(self.edges_d)
        if math.isinf(half_life_d):
            parts, off = np.diff(edges), self.off_days
        else:
            rate = math.log(2) / half_life_d
            parts, off = np.exp(-rate * edges[:-1]) * -np.expm1(-rate * np.diff(edges)) / rate, 0.0
        all_runs = self.runs * parts
        periods = np.append(all_runs, off) if self.off_days else all_runs
        return np.asarray(periods * self.live_share)


def exposure_of(chosen: Setup, days: float | None = None) -> Exposure:
    """Periods of a set-up.

    Parameters
    ----------
    chosen : Setup
        With its runs and periods.
    days : float, optional
        Length of a run instead of that of the set-up.

    Raises
    ------
    InputError
        If the run is not longer than zero.
    """
    length = chosen.days if days is None else days
    if not (length > 0 and math.isfinite(length)):
        raise InputError("is not a length of a run", key="days", value=length, allowed="above 0")
    edges = np.linspace(0.0, length, chosen.periods.time_bins + 1)
    return Exposure(
        tuple(edges.tolist()), chosen.runs, chosen.live_share, chosen.periods.source_off_days
    )
