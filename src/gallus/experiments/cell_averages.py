"""Mean probabilities in many cells of distance at once, for models of damped cosines at lines.

The averages of the cosines do not depend on the channel: they are made once for all. What is not of
this form is averaged cell by cell in :mod:`gallus.kernel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace
from gallus.kernel.averages import DistanceWeight, side_by_side
from gallus.kernel.energy_cells import EnergyCells, mean_wave_in_pieces
from gallus.kernel.moments import phase_powers, spherical_bessel
from gallus.oscillation.base import Channel, DampedCosineModel, cosine_and_sine
from gallus.parameters import Params


@dataclass(frozen=True, eq=False)
class CellAverages:
    """Distributions of distances side by side.

    Parameters
    ----------
    weight : DistanceWeight
        The pieces of all cells, one after the other.
    starts : array of int, shape (j,)
        Where the pieces of each cell begin.
    """

    weight: DistanceWeight
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, weights: Sequence[DistanceWeight]) -> Self:
        """Put distributions side by side."""
        return cls(*side_by_side(weights))

    def terms(
        self,
        model: DampedCosineModel,
        channels: Sequence[Channel],
        energies: Array | EnergyCells,
        params: Params,
    ) -> list[list[tuple[Any, Any]]]:
        """Weights (..., K, n or 1) and averaged terms (..., K, n, j) of each channel.

        One pair for the cosines and one for the sines, if there are any; the sum over K of weight
        times term is the mean probability.

        Parameters
        ----------
        model : DampedCosineModel
            Damped exponentially with distance, or not at all; not at all over cells.
        channels : sequence of Channel
            Transitions.
        energies : array of shape (n,) or EnergyCells
            Lines in MeV, or cells of a continuous spectrum.
        params : mapping
            Parameters of the model; leading axes are theirs.
        """
        energy_MeV = energies.energy_MeV if isinstance(energies, EnergyCells) else energies
        cosines = model.damped_cosines(energy_MeV, params)
        if isinstance(energies, EnergyCells):
            kappa = cosines.phase_per_m * energy_MeV
            means = self._summed(mean_wave_in_pieces(self.weight, energies, kappa))
        else:
            damping = None if cosines.undamped else cosines.damping_per_m
            means = self.exponentials(cosines.phase_per_m, damping)
        found = []
        for channel in channels:
            pairs = [(model.weights(channel, energy_MeV, params), means.real)]
            sines = model.sine_weights(channel, energy_MeV, params)
            found.append(pairs if sines is None else [*pairs, (sines, means.imag)])
        return found

    def exponentials(self, phase_per_m: Any, damping_per_m: Any = None) -> Any:
        """Means of exp((i phi - Gamma) L) in each cell, complex, shape (..., j)."""
        xp = array_namespace(phase_per_m, damping_per_m)
        weight = self.weight
        phase = xp.asarray(phase_per_m)[..., None]
        damping = None if damping_per_m is None else xp.asarray(damping_per_m)[..., None]
        rate = phase if damping is None else phase + 1j * damping
        bessel = spherical_bessel(rate * weight.half_m, weight.degree)
        columns = (weight.coefficients * phase_powers(weight.degree)).T
        series: Any = sum(bessel[k] * column for k, column in enumerate(columns))
        cosine, sine = cosine_and_sine(phase * weight.middle_m)
        waves = series * (cosine + 1j * sine)
        if damping is not None:
            # The Bessel functions carry e^(-Gamma h); what is left is at the near edge.
            waves = waves * xp.exp(-damping * (weight.middle_m - weight.half_m))
        return self._summed(waves)

    def _summed(self, pieces: Any) -> Any:
        """Sum over the pieces of each cell."""
        if len(self.starts) == len(self.weight.middle_m):
            return pieces
        if array_namespace(pieces) is np:
            return np.add.reduceat(pieces, self.starts, axis=-1)
        place = np.arange(len(self.weight.middle_m))
        owner = np.searchsorted(self.starts, place, side="right") - 1
        return pieces @ np.equal.outer(owner, np.arange(len(self.starts))).astype(np.float64)
