"""Averages of the terms of a model, each in the cheapest way that is exact.

Of the seven terms of wave packets in 3+1 three are damped visibly, the others fall under plain
cosines: terms are sorted by how they are damped, by value where they have values.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.kernel.averages import DistanceWeight, mean_exponential
from gallus.kernel.damped_energy_cells import mean_damped_in_cells, node_energies_MeV
from gallus.kernel.energy_cells import EnergyCells, mean_exponential_in_cells
from gallus.kernel.slow_factors import SlowFactors
from gallus.oscillation.base import DampedCosines

INVISIBLE = 1e-17
"""Exponents of damping, and squared arguments of a sinc, that rounding hides."""

SHARED = 3
"""Pairs to a frequency from which on slow factors are faster than complex frequencies."""

Plain = Callable[[Any], tuple[Any, Any]]
"""Phases to means of cosine and sine."""


class Kind(NamedTuple):
    """How a term is damped: exponentially, as a Gaussian, as a sinc to which power."""

    damping: bool
    gaussian: bool
    sinc_power: int

    def of(self, terms: DampedCosines, which: list[int]) -> tuple[Any, ...]:
        """Return the three strengths of some terms, None for those that this kind has not."""
        strengths = (terms.damping_per_m, terms.gaussian_per_m2, terms.sinc_per_m)
        return tuple(
            each[..., which, :] if has and each is not None else None
            for has, each in zip(self, strengths, strict=True)
        )


@dataclass(frozen=True, eq=False)
class DampedTerms:
    """Averages of damped terms over one distribution of distances.

    Parameters
    ----------
    distances : DistanceWeight
        Distribution of L.
    """

    distances: DistanceWeight

    @cached_property
    def slow(self) -> SlowFactors:
        """The distribution prepared for slow factors; takes some hundredths of a second."""
        return SlowFactors.of(self.distances)

    def at_lines(self, terms: DampedCosines, plain: Plain) -> tuple[Array, Array]:
        """Means of damped cosines and sines, shape (..., K, n); `plain` for undamped ones."""
        means = {}
        for kind, which in self._kinds(terms).items():
            phase = terms.phase_per_m[..., which, :]
            damping, gaussian, sinc = kind.of(terms, which)
            if kind == Kind(False, False, 0):
                means[tuple(which)] = plain(phase)
            elif kind == Kind(True, False, 0) and not _share_phases(phase, damping):
                mean = mean_exponential(self.distances, phase, damping)
                means[tuple(which)] = mean.real, mean.imag
            else:
                power = max(1, kind.sinc_power)
                means[tuple(which)] = self.slow.mean(phase, damping, gaussian, sinc, power)
        return _in_order(means)

    def in_cells(
        self, terms: DampedCosines, at_nodes: DampedCosines, cells: EnergyCells
    ) -> tuple[Array, Array]:
        """The same over energy cells; `at_nodes` are the terms at the nodes of all cells."""
        means = {}
        shape = node_energies_MeV(cells).shape
        for kind, which in self._kinds(at_nodes).items():
            kappa = terms.phase_per_m[..., which, :] * cells.energy_MeV
            if kind == Kind(False, False, 0):
                mean = mean_exponential_in_cells(self.distances, cells, kappa)
            else:
                damping, gaussian, sinc = (
                    None if each is None else each.reshape(*each.shape[:-1], *shape)
                    for each in kind.of(at_nodes, which)
                )
                power = max(1, kind.sinc_power)
                mean = mean_damped_in_cells(self.slow, cells, kappa, damping, gaussian, sinc, power)
            means[tuple(which)] = mean.real, mean.imag
        return _in_order(means)

    def _kinds(self, terms: DampedCosines) -> Mapping[Kind, list[int]]:
        """Terms by how they are damped."""
        far = self.distances.range_m()[1]
        kinds: dict[Kind, list[int]] = defaultdict(list)
        for k in range(terms.terms):
            sinc = _visible(terms.sinc_per_m, k, far, 2)
            power = 1 if terms.sinc_power is None else terms.sinc_power[k]
            kind = Kind(
                not terms.undamped and _visible(terms.damping_per_m, k, far, 1),
                _visible(terms.gaussian_per_m2, k, far**2, 1),
                power if sinc else 0,
            )
            kinds[kind].append(k)
        return kinds


def _visible(strength: Any, term: int, unit: float, power: int) -> bool:
    """Whether (strength unit)^power is above rounding anywhere; taken so where it has no value."""
    if strength is None:
        return False
    if array_namespace(strength) is not np:
        return True
    # NaN must stay visible.
    largest = np.max(np.abs(strength[..., term, :]), initial=0.0)
    hidden = bool(largest * unit <= math.pow(INVISIBLE, 1 / power))
    return not hidden


def _share_phases(phase: Any, damping: Any) -> bool:
    """Whether there are few phases for many strengths of damping."""
    pairs = math.prod(np.broadcast_shapes(phase.shape, damping.shape))
    if array_namespace(phase, damping) is np and pairs < SHARED * phase.size:
        return SHARED * len(np.unique(phase)) <= pairs
    return bool(SHARED * phase.size <= pairs)


def _in_order(means: Mapping[tuple[int, ...], tuple[Any, Any]]) -> tuple[Array, Array]:
    """Put the terms of all kinds together in their order."""
    if len(means) == 1:
        return next(iter(means.values()))
    places = np.argsort([k for which in means for k in which])
    both = []
    for parts in zip(*means.values(), strict=True):
        xp = array_namespace(*parts)
        leading = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
        wide = [xp.broadcast_to(part, (*leading, *part.shape[-2:])) for part in parts]
        both.append(xp.concatenate(wide, axis=-2)[..., places, :])
    return both[0], both[1]
