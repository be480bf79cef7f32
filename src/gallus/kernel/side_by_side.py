"""Averages over several distributions of distances in one go, for fits of few points at a time.

A chi2 of six detectors is six times the same few calls on small arrays: what they cost is the
calls. Use :class:`SideBySide` for detectors that count the same neutrinos; values are those of each
distribution by itself. Large requests that are damped are left to
:class:`gallus.kernel.damped_terms.DampedTerms`. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace
from gallus.kernel.averages import (
    DistanceWeight,
    exponential_in_pieces,
    mean_cosine_sine_of_each,
    side_by_side,
)
from gallus.kernel.damped_terms import DampedTerms, Kind
from gallus.kernel.few_nodes import SIZES, mean_over_nodes
from gallus.kernel.remembered_averages import Memory
from gallus.oscillation.base import DampedCosines

SMALL = 131072
"""Elements times nodes times distributions up to which damped terms are averaged here."""

LEVELS = 12
"""How many of the numbers of nodes are fewer than what the closed forms take."""


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Several distributions of distances.

    Parameters
    ----------
    each : tuple of DampedTerms
        The b distributions, prepared for damping.
    """

    each: tuple[DampedTerms, ...]

    def plain(self, phase_per_m: Array) -> tuple[Array, Array]:
        """Means of cos(phi L) and sin(phi L), remembered; shape (..., b)."""
        means = self._memory.at(phase_per_m)
        return means[..., 0, :], np.sign(phase_per_m)[..., None] * means[..., 1, :]

    def at_lines(self, terms: DampedCosines) -> tuple[Array, Array] | None:
        """Means of damped cosines and sines, shape (..., K, n, b); None where they are too many."""
        if terms.is_plain:
            return self.plain(terms.phase_per_m)
        given = (terms.phase_per_m, terms.damping_per_m, terms.gaussian_per_m2, terms.sinc_per_m)
        shape = np.broadcast_shapes(*(each.shape for each in given if each is not None))
        means = np.empty((2, *shape, len(self.each)))
        for kind, which in self._farthest.kinds(terms).items():
            phase, strengths = terms.phase_per_m[..., which, :], kind.of(terms, which)
            found = (
                self.plain(phase)
                if kind == Kind(False, False, 0)
                else self._damped(kind, phase, strengths)
            )
            if found is None:
                return None
            for mean, part in zip(means, found, strict=True):
                mean[..., which, :, :] = part
        return means[0], means[1]

    def _damped(
        self, kind: Kind, phase: Array, strengths: tuple[Any, ...]
    ) -> tuple[Array, Array] | None:
        given = [each for each in (phase, *strengths) if each is not None]
        shape = np.broadcast_shapes(*(each.shape for each in given))
        phi = np.broadcast_to(phase, shape).ravel()
        parts: list[Any] = [
            None if each is None else np.broadcast_to(each, shape).ravel() for each in strengths
        ]
        if len(phi) * SIZES[0] * len(self.each) > SMALL:
            return None
        power = max(1, kind.sinc_power)
        needed = self._widest.few.needed(phi, parts, power)
        # Not "above", so that NaN goes the way of the fast ones.
        slow = needed <= SIZES[-1]
        means = np.empty((2, len(phi), len(self.each)))
        if not slow.all():
            if kind != Kind(True, False, 0):
                return None
            means[:, ~slow] = self._exponential(phi[~slow], parts[0][~slow])
        if slow.any():
            most = needed[slow].max()
            if len(phi) * most * len(self.each) > SMALL:
                return None
            picked = [None if each is None else each[slow] for each in parts]
            means[:, slow] = mean_over_nodes(*self._rule(most), phi[slow], picked, power)
        cosine, sine = means.reshape(2, *shape, -1)
        return cosine, sine

    def _exponential(self, phase: Array, damping: Array) -> Array:
        """Means of damped cosines and sines in closed form, shape (2, m, b)."""
        whole, starts = self._whole
        means = np.add.reduceat(exponential_in_pieces(whole, phase, damping), starts, axis=-1)
        return np.stack([means.real, means.imag])

    def _undamped(self, phases: Array) -> Array:
        """Means of cosines and sines, shape (m, 2, b): from nodes where few of them do."""
        needed = self._widest.few.needed(phases, (None, None, None))
        level = np.searchsorted(SIZES[:LEVELS], needed)
        means = np.empty((len(phases), 2, len(self.each)))
        for each in np.unique(level):
            here = level == each
            if each == LEVELS:
                means[here] = mean_cosine_sine_of_each(*self._whole, phases[here])
            else:
                rule = self._rule(float(SIZES[each]))
                found = mean_over_nodes(*rule, phases[here], (None, None, None), 1)
                means[here] = found.swapaxes(0, 1)
        return means

    def _rule(self, needed: float) -> tuple[Array, Array]:
        """Nodes and weights of all, shape (b, nodes)."""
        size = int(SIZES[np.searchsorted(SIZES, needed)])
        rules = [each.few.rule(size) for each in self.each]
        return np.stack([rule[0] for rule in rules]), np.stack([rule[1] for rule in rules])

    @cached_property
    def _memory(self) -> Memory:
        whole, starts = self._whole
        ones = np.add.reduceat(whole.coefficients[:, 0], starts)
        return Memory(self._undamped, np.array([ones, 0.0 * ones]), len(whole.middle_m))

    @cached_property
    def _whole(self) -> tuple[DistanceWeight, NDArray[np.intp]]:
        return side_by_side([each.distances for each in self.each])

    @cached_property
    def _farthest(self) -> DampedTerms:
        return max(self.each, key=lambda each: each.distances.range_m()[1])

    @cached_property
    def _widest(self) -> DampedTerms:
        return max(self.each, key=lambda each: float(np.ptp(each.distances.range_m())))


class AtEnergies(NamedTuple):
    """A model at some energies: its terms, weights of cosines, weights of sines or None."""

    terms: DampedCosines
    weights: Array
    sine_weights: Array | None


@dataclass(frozen=True, eq=False)
class Together:
    """Blocks of one channel and the same lines.

    Parameters
    ----------
    averages : SideBySide
        Their b distributions of distances.
    response : array, shape (n b, size)
        Counts of the kernel at P = 1.
    """

    averages: SideBySide
    response: Array

    def term_counts(self, at_energies: AtEnergies) -> list[tuple[Array, Array]] | None:
        """As of a block, for all counts of the kernel; None where that is not the way."""
        terms, weights, sine_weights = at_energies
        if array_namespace(weights, terms.phase_per_m, terms.damping_per_m) is not np:
            return None
        means = self.averages.at_lines(terms)
        if means is None:
            return None
        pairs = []
        for weight, mean in zip((weights, sine_weights), means, strict=True):
            if weight is None:
                continue
            shared = weight.shape[-1] == 1
            each = mean if shared else weight[..., None] * mean
            rows = each.reshape(*each.shape[:-2], len(self.response)) @ self.response
            pairs.append((weight[..., 0] if shared else np.ones(rows.shape[-2]), rows))
        return pairs
