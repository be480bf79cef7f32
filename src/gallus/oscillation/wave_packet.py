"""Oscillation of wave packets: interference ends where the packets of mass states separate.

    P_ab = sum_kj U*_ak U_bk U_aj U*_bj exp[-i Delta m2_kj L/2E - (L/L_coh)^2],
    L_coh = 4 sqrt(2) E^2 sigma_x/abs(Delta m2_kj),

for every pair of mass states, the active ones too. Conventions: sigma_x is the width of the
effective packet of production and detection, in whose amplitude stands exp[-x^2/(4 sigma_x^2)];
sigma_E = hbar c/(2 sigma_x) is its width in energy (see :mod:`gallus.oscillation.widths`). So the
factor is exp[-(Delta m2 sigma_E L/E^2)^2/8]. To first order in sigma_E/E: meaningful for
sigma_x >> hbar c/2E, 1.3e-4 nm at 0.75 MeV. Localisation costs coherence too, 1e-19 for 1 eV2,
1 MeV and a localisation width of 500 eV, which is left out
(:func:`gallus.oscillation.widths.gaussian_baseline_damping`).

What is lost stays: far away the populations of mass states add up, P_ee of 3+1 to
(1 - abs(U_e4)^2)^2 + abs(U_e4)^4 (but for the active splittings).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Final, Literal, get_args

import numpy as np

from gallus.arrays import Array
from gallus.errors import unknown_name
from gallus.oscillation.active import Ordering, active_mixing, active_parameters, check_ordering
from gallus.oscillation.base import Channel, DampedCosines, LostTo
from gallus.oscillation.damped_pairs import after_a_constant, probability_of_damped_pairs
from gallus.oscillation.decoherence import REFERENCE_ENERGY_MEV
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.sterile import Sterile, one_sterile_mixing
from gallus.oscillation.vacuum import VacuumMixing, column, pair_differences
from gallus.oscillation.widths import conjugate, separation_per_m
from gallus.parameters import Parameter, Params

Width = Literal["sigma_x", "sigma_E"]
States = Literal["sterile", "active"]

WIDTHS: Final[dict[Width, Parameter]] = {
    "sigma_x": Parameter("sigma_x_nm", 1e-4, 1e-6, 1e9, scale="log", label=r"\sigma_x", unit="nm"),
    "sigma_E": Parameter(
        "sigma_E_MeV", 1.0, 1e-16, 1e2, scale="log", label=r"\sigma_E", unit="MeV"
    ),
}
"""The same width in two languages."""

LARGEST_SPREAD: Final = 0.3
"""sigma_E/E at 0.75 MeV up to which the first order is meant."""


@dataclass(frozen=True)
class WavePacket:
    """exp[-(L/L_coh)^2] for each pair of mass states of 3+1 or of three flavours.

    Parameters
    ----------
    width : {"sigma_x", "sigma_E"}
        Parameter that gives the width: `sigma_x_nm` or `sigma_E_MeV`.
    states : {"sterile", "active"}
        3+1, or the three active states alone.
    ordering : {"normal", "inverted"}
        Mass ordering of the active states.

    Raises
    ------
    InputError
        If width, states or ordering are unknown.
    """

    width: Width = "sigma_x"
    states: States = "sterile"
    ordering: Ordering = "normal"
    null: ClassVar[str | None] = "three-flavour"

    def __post_init__(self) -> None:
        if self.width not in get_args(Width):
            raise unknown_name("width of a wave packet", str(self.width), get_args(Width))
        if self.states not in get_args(States):
            raise unknown_name("set of states", str(self.states), get_args(States))
        check_ordering(self.ordering)

    @property
    def name(self) -> str:
        """Slug: wave-packet, wave-packet-active; with the width if it is sigma_E."""
        states = "" if self.states == "sterile" else "-active"
        return f"wave-packet{states}" + ("" if self.width == "sigma_x" else "-sigma-e")

    @property
    def lost_to(self) -> LostTo:
        """Where lost nu_e go."""
        return "mixed" if self.states == "sterile" else "active"

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing and splitting of nu_4, the width; then, fixed unless given, the rest."""
        if self.states == "active":
            return (WIDTHS[self.width], *active_parameters(self.ordering))
        mixing, splitting, *rest = Sterile(self.ordering).parameters
        return (mixing, splitting, WIDTHS[self.width], *rest)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but sin2_2theta_ee, delta_m2_41_eV2 and the width."""
        return tuple(p.name for p in self.parameters[1 if self.states == "active" else 3 :])

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """A constant and all pairs of mass states, K = 7 or 4."""
        values = parameter_values(self, params)
        mixing = self._mixing(values)
        unit = self._per_unit(energy_MeV, values)
        gaussian = [
            (column(difference) * unit) ** 2
            for difference in pair_differences(mixing.splittings_eV2)
        ]
        terms = mixing.damped_cosines(energy_MeV)
        return replace(terms, gaussian_per_m2=after_a_constant(gaussian))

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., K, 1)."""
        return self._mixing(parameter_values(self, params)).weights(channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., K, 1)."""
        return self._mixing(parameter_values(self, params)).sine_weights(channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        values = parameter_values(self, params)
        mixing = self._mixing(values)
        squares = [column(d * d) for d in pair_differences(mixing.splittings_eV2)]

        def exponents(energy: Array, baseline: Array) -> list[Array]:
            ratio = self._per_unit(energy, values) * baseline
            ratio_squared = ratio * ratio
            return [square * ratio_squared for square in squares]

        return probability_of_damped_pairs(
            self, mixing, exponents, channel, energy_MeV, baseline_m, params
        )

    def remarks(self, params: Params) -> tuple[str, ...]:
        """Say so where the packet is shorter than the formula is meant for."""
        values = parameter_values(self, params)
        spread_MeV = float(np.max(self._energy_width_MeV(values)))
        if spread_MeV <= LARGEST_SPREAD * REFERENCE_ENERGY_MEV:
            return ()
        return (
            f"sigma_E = {spread_MeV:.3g} MeV is not small against the energies of the source: "
            "the formula holds to first order in sigma_E/E",
        )

    def _energy_width_MeV(self, values: Mapping[str, Any]) -> Any:
        width = values[WIDTHS[self.width].name]
        return width if self.width == "sigma_E" else conjugate(width)

    def _mixing(self, values: Mapping[str, Any]) -> VacuumMixing:
        return one_sterile_mixing(values) if self.states == "sterile" else active_mixing(values)

    def _per_unit(self, energy_MeV: Array, values: Mapping[str, Any]) -> Array:
        """1/L_coh for 1 eV2, shape (..., n)."""
        width = column(values[WIDTHS[self.width].name])
        position = width if self.width == "sigma_x" else conjugate(width)
        return separation_per_m(energy_MeV, position)
