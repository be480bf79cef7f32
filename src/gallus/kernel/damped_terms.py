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
from gallus.kernel.few_nodes import SIZES, FewNodes
from gallus.kernel.slow_factors import SlowFactors
from gallus.oscillation.base import DampedCosines

INVISIBLE = 1e-17
"""Exponents of damping, and squared arguments of a sinc, that rounding hides."""

SHARED = 3
"""Pairs to a frequency from which on slow factors are faster than complex frequencies."""

Plain = Callable[[Any], tuple[Any, Any]]
"""Phases to means of cosine and sine."""

Strengths = tuple[Any, Any, Any]  # Gamma, g and s; None where absent


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

    @cached_property
    def few(self) -> FewNodes:
        """The distribution prepared for oscillations that are not fast; some hundredths too."""
        return FewNodes(self.distances)

    def at_lines(self, terms: DampedCosines, plain: Plain) -> tuple[Array, Array]:
        """Means of damped cosines and sines, shape (..., K, n); `plain` for undamped ones."""
        means = {}
        for kind, which in self.kinds(terms).items():
            phase = terms.phase_per_m[..., which, :]
            strengths = kind.of(terms, which)
            if kind == Kind(False, False, 0):
                means[tuple(which)] = plain(phase)
            elif _share_phases(phase, *strengths):
                means[tuple(which)] = self._with_slow_factors(kind, phase, strengths)
            elif array_namespace(phase, *strengths) is np:
                means[tuple(which)] = self._of_each(kind, phase, strengths)
            else:
                means[tuple(which)] = self._in_closed_form(kind, phase, strengths)
        return _in_order(means)

    def _of_each(self, kind: Kind, phase: Array, strengths: Strengths) -> tuple[Array, Array]:
        """Pairs of their own frequency each: few nodes for slow ones, else closed forms."""
        given = [each for each in (phase, *strengths) if each is not None]
        shape = np.broadcast_shapes(*(each.shape for each in given))

        def flat(values: Any) -> Any:
            return None if values is None else np.broadcast_to(values, shape).ravel()

        phi, parts = flat(phase), [flat(each) for each in strengths]
        power = max(1, kind.sinc_power)
        needed = self.few.needed(phi, parts, power)
        slow = needed <= SIZES[-1]
        if slow.all():
            cosine, sine = self.few.mean(needed, phi, parts, power)
            return cosine.reshape(shape), sine.reshape(shape)
        means = np.empty((2, len(slow)))
        few = [None if each is None else each[slow] for each in parts]
        means[:, slow] = self.few.mean(needed[slow], phi[slow], few, power)
        damping, gaussian, sinc = (None if each is None else each[~slow] for each in parts)
        means[:, ~slow] = self._in_closed_form(kind, phi[~slow], (damping, gaussian, sinc))
        return means[0].reshape(shape), means[1].reshape(shape)

    def _in_closed_form(self, kind: Kind, phase: Any, strengths: Strengths) -> tuple[Any, Any]:
        """Exact at any frequency."""
        if kind == Kind(True, False, 0):
            mean = mean_exponential(self.distances, phase, strengths[0])
            return mean.real, mean.imag
        return self._with_slow_factors(kind, phase, strengths)

    def _with_slow_factors(self, kind: Kind, phase: Any, strengths: Strengths) -> tuple[Any, Any]:
        damping, gaussian, sinc = strengths
        return self.slow.mean(phase, damping, gaussian, sinc, max(1, kind.sinc_power))

    def in_cells(
        self, terms: DampedCosines, at_nodes: DampedCosines, cells: EnergyCells
    ) -> tuple[Array, Array]:
        """The same over energy cells; `at_nodes` are the terms at the nodes of all cells."""
        means = {}
        shape = node_energies_MeV(cells).shape
        for kind, which in self.kinds(at_nodes).items():
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

    def kinds(self, terms: DampedCosines) -> Mapping[Kind, list[int]]:
        """Terms by how they are damped."""
        far = self._farthest_m
        count = terms.terms
        exponential = _visible(None if terms.undamped else terms.damping_per_m, count, far, 1)
        bell = _visible(terms.gaussian_per_m2, count, far**2, 1)
        sinc = _visible(terms.sinc_per_m, count, far, 2)
        powers = terms.sinc_power or (1,) * count
        kinds: dict[Kind, list[int]] = defaultdict(list)
        for k in range(count):
            kinds[Kind(exponential[k], bell[k], powers[k] if sinc[k] else 0)].append(k)
        return kinds

    @cached_property
    def _farthest_m(self) -> float:
        return self.distances.range_m()[1]


def _visible(strength: Any, terms: int, unit: float, power: int) -> list[bool]:
    """Whether (strength unit)^power is above rounding anywhere; taken so where it has no value."""
    if strength is None:
        return [False] * terms
    if array_namespace(strength) is not np:
        return [True] * terms
    others = tuple(k for k in range(strength.ndim) if k != strength.ndim - 2)
    largest = np.abs(strength).max(axis=others, initial=0.0)
    # NaN must stay visible.
    visible: list[bool] = (~(largest * unit <= math.pow(INVISIBLE, 1 / power))).tolist()
    return visible


def _share_phases(phase: Any, *strengths: Any) -> bool:
    """Whether there are few phases for many strengths of damping."""
    given = [each for each in strengths if each is not None]
    pairs = math.prod(np.broadcast_shapes(phase.shape, *(each.shape for each in given)))
    if array_namespace(phase, *given) is np and pairs < SHARED * phase.size:
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
