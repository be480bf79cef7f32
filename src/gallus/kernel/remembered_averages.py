"""Averaged oscillations that are computed once for each phase and remembered, for fits.

A fit asks for the same phases again and again: constant terms, splittings that it holds, each
point of a scan with several values of the mixing, every step along the mixing. Use
:class:`~gallus.kernel.average_table.AverageTable` for grids that are denser than its knots.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
class RememberedAverages:
    """Means of cos(phi L) and sin(phi L), exact; NumPy only.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    """

    weight: DistanceWeight
    _phases: Array = field(init=False, repr=False)
    _means: Array = field(init=False, repr=False)
    _latest: tuple[Array, Array] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._forget()

    def covers(self, phase_per_m: Array) -> bool:
        """Whether the means of these phases can be had: always, where they have values."""
        return not is_traceable(phase_per_m)

    def cosine(self, phase_per_m: Array) -> Array:
        """Mean of cos(phi L), shape of `phase_per_m`."""
        return self._at(phase_per_m)[..., 0]

    def sine(self, phase_per_m: Array) -> Array:
        """Mean of sin(phi L), shape of `phase_per_m`."""
        return np.sign(phase_per_m) * self._at(phase_per_m)[..., 1]

    def _at(self, phase_per_m: Array) -> Array:
        wanted, where = np.unique(np.abs(phase_per_m), return_inverse=True)
        if len(self._phases) + len(wanted) > MOST:
            self._forget()
        means = self._means[self._nearest(wanted)]
        unknown = self._phases[self._nearest(wanted)] != wanted
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
        rows = max(1, BLOCK // len(self.weight.middle_m))
        means = in_blocks(
            lambda part: np.stack(mean_cosine_sine(self.weight, part), axis=-1), phases, rows
        )
        if few:
            self._latest = (phases, means)
            return means
        place = np.searchsorted(self._phases, phases)
        self._phases = np.insert(self._phases, place, phases)
        self._means = np.insert(self._means, place, means, axis=0)
        return means

    def _forget(self) -> None:
        """Know only that the mean of cos 0 is the sum of the weights and that of sin 0 nothing."""
        self._phases = np.zeros(1)
        self._means = np.array([[self.weight.coefficients[:, 0].sum(), 0.0]])
        self._latest = (np.empty(0), np.empty((0, 2)))
