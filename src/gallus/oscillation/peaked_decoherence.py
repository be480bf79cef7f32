"""Decoherence whose operator is peaked in energy: gallium and LSND together.

As :mod:`gallus.oscillation.decoherence`, D = diag(0, d_2, d_3) in the basis of mass states and
gamma_kj = (d_k - d_j)^2, but with d_2 near the energy of 51Cr and d_3 near that of LSND. That
d_1 = 0 and the peaks are at 0.75 and 30 MeV is the proposal (T. Schwetz, talk of 2023, after
arXiv:1503.05374); the shape of the peaks, a Gaussian in log E, their widths and lambda_3 are ours,
chosen to leave reactors, KamLAND and the Sun above 2.5 MeV alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from gallus.arrays import Array, array_namespace
from gallus.oscillation.active import (
    Ordering,
    active_mixing,
    active_parameters,
    active_splittings,
    check_ordering,
)
from gallus.oscillation.base import Channel, DampedCosines, LostTo
from gallus.oscillation.damped_pairs import probability_of_damped_pairs, with_rates
from gallus.oscillation.decoherence import REFERENCE_ENERGY_MEV
from gallus.oscillation.decoherence_cases import length_parameter
from gallus.oscillation.evaluation import check_points, parameter_values
from gallus.oscillation.vacuum import column, pair_cosines
from gallus.parameters import Parameter, Params


def peak(log_energy: Array, energy_MeV: Array, width: Array) -> Array:
    """exp[-ln^2(E/E_i)/(2 w^2)], 1 at E_i."""
    xp = array_namespace(log_energy, energy_MeV, width)
    pull = (log_energy - xp.log(energy_MeV)) / width
    height: Array = xp.exp(-0.5 * pull * pull)
    return height


@dataclass(frozen=True)
class PeakedDecoherence:
    """d_i(E) = lambda_i^(-1/2) exp[-ln^2(E/E_i)/(2 w_i^2)] for i = 2, 3, and d_1 = 0.

    At its peak, interference of nu_i with nu_1 falls as exp(-L/lambda_i); gamma_23 = (d_3 - d_2)^2.

    Parameters
    ----------
    ordering : {"normal", "inverted"}
        Mass ordering.

    Raises
    ------
    InputError
        If the ordering is unknown.
    """

    ordering: Ordering = "normal"
    name: ClassVar[str] = "decoherence-peaked"
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "active"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """lambda_2; then, fixed unless given, the other of both peaks and the active ones."""
        return (
            length_parameter("2", "", 2.0),
            peak_energy("2", REFERENCE_ENERGY_MEV),
            peak_width("2", 0.25),
            length_parameter("3", "", 200.0),
            peak_energy("3", 30.0),
            peak_width("3", 0.5),
            *active_parameters(self.ordering),
        )

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but lambda_2_m: gallium sees nothing else."""
        return tuple(p.name for p in self.parameters[1:])

    def rates_per_m(self, energy_MeV: Array, params: Params) -> list[Array]:
        """gamma_12, gamma_13 and gamma_23, each of shape (..., n).

        Raises
        ------
        InputError
            If an energy is not above 0.
        """
        check_points(energy_MeV, 0.0)
        return _rates(energy_MeV, parameter_values(self, params))

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """A constant and the pairs (2, 1), (3, 1), (3, 2), K = 4."""
        values = parameter_values(self, params)
        terms = pair_cosines(active_splittings(values), energy_MeV)
        return with_rates(terms, _rates(energy_MeV, values))

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., 4, 1)."""
        return active_mixing(parameter_values(self, params)).weights(channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., 4, 1)."""
        return active_mixing(parameter_values(self, params)).sine_weights(channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        values = parameter_values(self, params)

        def exponents(energy: Array, baseline: Array) -> list[Array]:
            return [rate * baseline for rate in _rates(energy, values)]

        return probability_of_damped_pairs(
            self, active_mixing(values), exponents, channel, energy_MeV, baseline_m, params
        )


def peak_energy(state: str, start_MeV: float) -> Parameter:
    """E_i."""
    return Parameter(
        f"energy_{state}_MeV", start_MeV, 1e-3, 1e5, "log", label=rf"E_{state}", unit="MeV"
    )


def peak_width(state: str, start: float) -> Parameter:
    """w_i, in units of log E; d_i^2 has the standard deviation w_i/sqrt(2)."""
    return Parameter(f"width_{state}", start, 1e-2, 10.0, "log", label=rf"w_{state}")


def _rates(energy_MeV: Array, values: dict[str, Any]) -> list[Array]:
    log_energy = array_namespace(energy_MeV).log(energy_MeV)

    def operator(state: str) -> Array:
        length, energy, width = (
            column(values[name])
            for name in (f"lambda_{state}_m", f"energy_{state}_MeV", f"width_{state}")
        )
        shape = peak(log_energy, energy, width)
        root: Array = shape / array_namespace(length).sqrt(length)
        return root

    d_2, d_3 = operator("2"), operator("3")
    return [d_2 * d_2, d_3 * d_3, (d_3 - d_2) ** 2]
