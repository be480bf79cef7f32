r"""Counts with one sterile state as polynomials of its mixing, for a whole range of splittings.

All probabilities of 3+1 without mixing of the muon and tau flavours are polynomials of second
degree in :math:`u = |U_{e4}|^2`, so that two evaluations at each splitting give

.. math:: S(u) = S_0 + u D_1 + u^2 D_2,\qquad \sin^2 2\theta_{ee} = 4u(1 - u),

exactly, and every other mixing costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np

from gallus.arrays import Array
from gallus.errors import unknown_name
from gallus.forecast.expectation import Expectation, combine
from gallus.forecast.observation import Observation, not_negative
from gallus.oscillation.sterile import Sterile, sterile_share

Information = Literal["rate", "shape", "both"]
INFORMATION: tuple[Information, ...] = get_args(Information)
"""What is used: numbers of events in time and energy, their distances with a free size, or all."""

MIXING: Final = "sin2_2theta_ee"
SPLITTING: Final = "delta_m2_41_eV2"
NORMALISATION: Final = "normalisation"
"""Name of the free size of the signal."""
SAMPLES: Final = np.array([0.5, 1.0])
"""Values of sin^2 2theta_ee at which counts are evaluated."""
AT_ONCE = 8
"""Splittings at a time."""


@dataclass(frozen=True, eq=False)
class SterileCounts:
    """What is counted of one observation, and the pulls.

    Parameters
    ----------
    observation : Observation
        A run.
    information : str
        What of it is used.

    Raises
    ------
    InputError
        If there is no such information.
    """

    observation: Observation
    information: Information = "both"

    def __post_init__(self) -> None:
        if self.information not in INFORMATION:
            raise unknown_name("information", str(self.information), INFORMATION)

    @cached_property
    def null_signal(self) -> Array:
        """Counts from the source without sterile mixing, in all bins."""
        return not_negative(self._signals(np.zeros(1), np.ones(1))[0, 0])

    @cached_property
    def null(self) -> Expectation:
        """Expectation without sterile mixing, in the bins that are used."""
        return self.tested(self.null_signal)

    def tested(self, signal: Array) -> Expectation:
        """Expectation at counts from the source, in the bins that are used.

        Parameters
        ----------
        signal : array, shape (n,)
            In all bins.
        """
        found = self.observation.expectation(not_negative(signal))
        if self.information == "shape":
            found = found.with_columns({NORMALISATION: signal})
        return replace(
            found, expected=self.used(found.expected), templates=self.used(found.templates)
        )

    def used(self, counts: Array) -> Array:
        """Counts in the bins that are used, shape (..., k): summed over distance for the rate."""
        if self.information != "rate":
            return counts
        bins: Array = counts.reshape(*counts.shape[:-1], *self.observation.shape).sum(axis=-1)
        return bins.reshape(*counts.shape[:-1], math.prod(bins.shape[-2:]))

    def polynomials(self, delta_m2_eV2: Array) -> Iterator[Array]:
        """Yield D_1 and D_2 in the bins that are used, a few splittings at a time, (s, 2, k)."""
        u = sterile_share(SAMPLES)
        inverse = np.linalg.inv(np.stack([u, u**2], axis=1))
        for start in range(0, len(delta_m2_eV2), AT_ONCE):
            signals = self._signals(SAMPLES, delta_m2_eV2[start : start + AT_ONCE])
            changes = self.used(signals) - self.used(self.null_signal)
            yield np.einsum("ab,bsk->sak", inverse, changes)

    def slopes(self, delta_m2_eV2: Array) -> Iterator[Array]:
        """Yield derivatives by sin^2 2theta_ee at 0, a few splittings at a time, shape (s, k)."""
        for each in self.polynomials(delta_m2_eV2):
            yield each[:, 0] / 4

    def signal(self, sin2_2theta: float, delta_m2_eV2: float) -> Array:
        """Counts from the source at one point, in all bins, shape (n,)."""
        return not_negative(self._signals(np.array([sin2_2theta]), np.array([delta_m2_eV2]))[0, 0])

    def _signals(self, sin2_2theta: Array, delta_m2_eV2: Array) -> Array:
        """Shape (mixing, splittings, n)."""
        values = {MIXING: sin2_2theta[:, None], SPLITTING: delta_m2_eV2}
        return self.observation.signal(Sterile(), values)


def joint_null(parts: Sequence[SterileCounts]) -> Expectation:
    """Expectation without sterile mixing of all observations together."""
    return combine({part.observation.name: part.null for part in parts})


def joint_tested(
    parts: Sequence[SterileCounts], sin2_2theta: float, delta_m2_eV2: float
) -> Expectation:
    """Expectation at one point of all observations together."""
    return combine(
        {
            part.observation.name: part.tested(part.signal(sin2_2theta, delta_m2_eV2))
            for part in parts
        }
    )
