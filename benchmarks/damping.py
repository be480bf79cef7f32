"""What the damped rows of `probability.py` compute: models, and the same in plain NumPy and C++."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmarks.timing import Values

from gallus.oscillation import Broad, Decay, Decoherence, OscillationModel, WavePacket
from gallus.oscillation.active import active_mixing
from gallus.oscillation.base import RADIANS
from gallus.oscillation.decoherence import REFERENCE_ENERGY_MEV
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.sterile import one_sterile_mixing
from gallus.oscillation.vacuum import VacuumMixing
from gallus.oscillation.widths import COHERENCE

STERILE = {"sin2_2theta_ee": 0.34, "delta_m2_41_eV2": 1.25}
LENGTH_M, POWER, WIDTH_NM, GAMMA_EV, WIDTH_EV2 = 2.0, 12.0, 1e-4, 0.35, 1.0

Damping = Callable[[Values, Values, int, int], Values | float]
"""Of the interference of states k >= j, at energies and lengths; k = j is a population."""


@dataclass(frozen=True)
class Damped:
    """A model at one point.

    Parameters
    ----------
    work, function : str
        Title of the table, and name in `reference/damped_probability.cpp`.
    model, params, mixing
        What is computed.
    numbers : tuple
        Arguments of the C++ function after those that all have.
    damping : callable
        For the formula in plain NumPy.
    """

    work: str
    function: str
    model: OscillationModel
    params: dict[str, float]
    mixing: VacuumMixing
    numbers: tuple[Values | float, ...]
    damping: Damping

    @property
    def shares(self) -> Values:
        """abs(U_ek)^2."""
        return np.array([float(share) for share in self.mixing.electron_shares])

    @property
    def splittings(self) -> Values:
        """Delta m2_k1."""
        return np.array([float(splitting) for splitting in self.mixing.splittings_eV2])

    def plain_formula(self, energy: Values, baseline: Values) -> Values:
        """What one writes down: the sum over pairs of states of cosines times their damping."""
        phase = RADIANS * baseline / energy
        levels, shares = [0.0, *self.splittings], self.shares
        total = 0.0 * phase
        for k in range(len(shares)):
            for j in range(k + 1):
                weight = shares[k] * shares[j] * (1 if j == k else 2)
                wave = np.cos((levels[k] - levels[j]) * phase)
                total = total + weight * self.damping(energy, baseline, k, j) * wave
        return np.asarray(total)


def decoherence() -> Damped:
    """Case C with its default power."""
    model, params = Decoherence(), {"lambda_12_m": LENGTH_M}
    at_reference = model.rates_per_m(np.array([REFERENCE_ENERGY_MEV]), params)
    rates = np.array([float(rate[0]) for rate in at_reference])

    def damping(energy: Values, baseline: Values, k: int, j: int) -> Values | float:
        if k == j:
            return 1.0
        rate = rates[k + j - 1] * (REFERENCE_ENERGY_MEV / energy) ** POWER
        return np.asarray(np.exp(-rate * baseline))

    mixing = active_mixing(parameter_values(model, params))
    numbers = (rates, REFERENCE_ENERGY_MEV, POWER)
    return Damped("decoherence", "decoherence", model, params, mixing, numbers, damping)


def wave_packet() -> Damped:
    """3+1 with packets of 100 fm."""
    model, params = WavePacket(), STERILE | {"sigma_x_nm": WIDTH_NM}
    mixing = one_sterile_mixing(STERILE | parameter_values(model, params))
    levels = [0.0, *(float(splitting) for splitting in mixing.splittings_eV2)]
    unit = COHERENCE * WIDTH_NM

    def damping(energy: Values, baseline: Values, k: int, j: int) -> Values:
        ratio = baseline * (levels[k] - levels[j]) / (unit * energy**2)
        return np.asarray(np.exp(-(ratio**2)))

    return Damped("wave packets", "wave_packet", model, params, mixing, (unit,), damping)


def decay() -> Damped:
    """3+1 with invisible decay of nu_4."""
    model, params = Decay(), STERILE | {"gamma_4_eV": GAMMA_EV}
    rate = math.sqrt(STERILE["delta_m2_41_eV2"]) * GAMMA_EV

    def damping(energy: Values, baseline: Values, k: int, j: int) -> Values:
        return np.asarray(np.exp(-((k == 3) + (j == 3)) * RADIANS * rate * baseline / energy))

    mixing = one_sterile_mixing(parameter_values(model, params))
    return Damped("decay", "decay", model, params, mixing, (rate,), damping)


def broad() -> Damped:
    """3+1 with a broad nu_4."""
    model, params = Broad(), STERILE | {"width_eV2": WIDTH_EV2}

    def damping(energy: Values, baseline: Values, k: int, j: int) -> Values:
        sinc = np.sinc(0.5 / math.pi * RADIANS * WIDTH_EV2 * baseline / energy)
        return np.asarray(sinc ** ((k == 3) + (j == 3)))

    mixing = one_sterile_mixing(parameter_values(model, params))
    return Damped("broad nu_4", "broad", model, params, mixing, (WIDTH_EV2,), damping)


def cases() -> list[Damped]:
    """All rows."""
    return [decoherence(), wave_packet(), decay(), broad()]
