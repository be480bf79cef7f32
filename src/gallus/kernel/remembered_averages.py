"""Averaged oscillations that are computed once for each phase and remembered, for fits.

A fit asks for the same phases again and again: constant terms, splittings that it holds, each
point of a scan with several values of the mixing, every step along the mixing. Use
:class:`~gallus.kernel.average_table.AverageTable` for grids that are denser than its knots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, in_blocks, is_traceable
from gallus.kernel.averages import DistanceWeight, mean_cosine_sine

BLOCK = 16384
"""Phases times cells at a time: temporaries of this size stay in the cache."""

MOST = 1_000_000
"""Phases that are remembered; then it begins anew."""

FEW = 1000
"""Phases of which only the latest are remembered: sorting them in costs more than they do."""


@dataclass(eq=False)
class Memory:
    """Means of something at phases, each computed once; NumPy only.

    Parameters
    ----------
    compute : callable
        Phases (m,), not below 0, to means (m, ...).
    at_zero : array, shape (...)
        The means at phase 0.
    pieces : int
        How many numbers a phase takes in between, which says how many phases go at a time.
    """

    compute: Callable[[Array], Array]
    at_zero: Array
    pieces: int
    _phases: Array = field(init=False, repr=False)
    _means: Array = field(init=False, repr=False)
    _latest: tuple[Array, Array] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._forget()

    def at(self, phase_per_m: Array) -> Array:
        """Means at the sizes of phases, their shape before that of the means."""
        wanted, where = np.unique(np.abs(phase_per_m), return_inverse=True)
        if len(self._phases) + len(wanted) > MOST:
            self._forget()
        nearest = self._nearest(wanted)
        means = self._means[nearest]
        unknown = self._phases[nearest] != wanted
        if unknown.any():
            means[unknown] = self._new(wanted[unknown])
        return np.asarray(means[where.reshape(np.shape(phase_per_m))])

    def _nearest(self, phases: Array) -> NDArray[np.intp]:
        """Places of known phases, or of their neighbours where they are not known."""
        return np.minimum(np.searchsorted(self._phases, phases), len(self._phases) - 1)

    def _new(self, phases: Array) -> Array:
        """Means at phases that are not known; many of them are learnt, few are at hand once."""
        few = len(phases) < FEW
        if few and np.array_equal(phases, self._latest[0]):
            return self._latest[1]
        means = in_blocks(self.compute, phases, max(1, BLOCK // self.pieces))
        if few:
            self._latest = (phases, means)
            return means
        place = np.searchsorted(self._phases, phases)
        self._phases = np.insert(self._phases, place, phases)
        self._means = np.insert(self._means, place, means, axis=0)
        return means

    def _forget(self) -> None:
        """Know only what is at phase 0."""
        self._phases = np.zeros(1)
        self._means = self.at_zero[None]
        self._latest = (np.empty(0), self._means[:0])


@dataclass(frozen=True, eq=False)
class RememberedAverages:
    """Means of cos(phi L) and sin(phi L), exact; NumPy only.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    """

    weight: DistanceWeight

    def covers(self, phase_per_m: Array) -> bool:
        """Whether the means of these phases can be had: always, where they have values."""
        return not is_traceable(phase_per_m)

    def cosine(self, phase_per_m: Array) -> Array:
        """Mean of cos(phi L), shape of `phase_per_m`."""
        return self._memory.at(phase_per_m)[..., 0]

    def sine(self, phase_per_m: Array) -> Array:
        """Mean of sin(phi L), shape of `phase_per_m`."""
        return np.sign(phase_per_m) * self._memory.at(phase_per_m)[..., 1]

    @cached_property
    def _memory(self) -> Memory:
        def means(phases: Array) -> Array:
            return np.stack(mean_cosine_sine(self.weight, phases), axis=-1)

        whole = self.weight.coefficients[:, 0].sum()
        return Memory(means, np.array([whole, 0.0]), len(self.weight.middle_m))
