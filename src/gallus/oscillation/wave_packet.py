"""Oscillation of wave packets: interference ends where the packets of mass states separate.

    P_ab = sum_kj U*_ak U_bk U_aj U*_bj exp[-i Delta m2_kj L/2E - (L/L_coh)^2],
    L_coh = 4 sqrt(2) E^2 sigma_x/abs(Delta m2_kj),

for every pair of mass states, the active ones too. Conventions: sigma_x is the width of the
effective packet of production and detection, in whose amplitude stands exp[-x^2/(4 sigma_x^2)];
sigma_E = hbar c/(2 sigma_x) is its width in energy (see :mod:`gallus.oscillation.widths`). So the
factor is exp[-(Delta m2 sigma_E L/E^2)^2/8]. To first order in sigma_E/E: meaningful for
sigma_x >> hbar c/2E, 1.3e-4 nm at 0.75 MeV.

Localisation costs coherence too: in full, interference carries xi_loc(E) as well,

    xi_loc = exp[-(Delta m2_kj/(4 E sigma_m))^2/2],   delta_loc = hbar c/(2 sigma_m),

at all distances, 1 - 1e-19 for 1 eV2, 1 MeV and sigma_m = 500 eV. With `localisation` the width is
a parameter. It then damps as a source of size delta_loc
(:func:`gallus.oscillation.widths.gaussian_baseline_damping`), from zero distance on: a process that
is not localised within an oscillation makes mass states, not flavours.

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
from gallus.oscillation.base import RADIANS, Channel, DampedCosines, LostTo
from gallus.oscillation.damped_pairs import after_a_constant, probability_of_damped_pairs
from gallus.oscillation.decoherence import REFERENCE_ENERGY_MEV
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.sterile import Sterile, one_sterile_mixing
from gallus.oscillation.vacuum import VacuumMixing, column, damping_factor, pair_differences
from gallus.oscillation.widths import conjugate, separation_per_m
from gallus.parameters import Parameter, Params

Width = Literal["sigma_x", "sigma_E"]
States = Literal["sterile", "active"]
Localisation = Literal["none", "sigma_m", "delta_loc"]

WIDTHS: Final[dict[Width, Parameter]] = {
    "sigma_x": Parameter("sigma_x_nm", 1e-4, 1e-6, 1e9, scale="log", label=r"\sigma_x", unit="nm"),
    "sigma_E": Parameter(
        "sigma_E_MeV", 1.0, 1e-16, 1e2, scale="log", label=r"\sigma_E", unit="MeV"
    ),
}
"""The same width in two languages."""

LOCALISATIONS: Final[dict[Localisation, Parameter]] = {
    "sigma_m": Parameter("sigma_m_eV", 500.0, 1e-9, 1e9, scale="log", label=r"\sigma_m", unit="eV"),
    "delta_loc": Parameter(
        "delta_loc_nm", 0.2, 1e-7, 1e11, scale="log", label=r"\delta_{\rm loc}", unit="nm"
    ),
}
"""The width of localisation in two languages."""

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
    localisation : {"none", "sigma_m", "delta_loc"}
        Whether localisation damps, and the parameter that gives its width: `sigma_m_eV` or
        `delta_loc_nm`, fixed unless given.

    Raises
    ------
    InputError
        If width, states, ordering or localisation are unknown.
    """

    width: Width = "sigma_x"
    states: States = "sterile"
    ordering: Ordering = "normal"
    localisation: Localisation = "none"
    null: ClassVar[str | None] = "three-flavour"

    def __post_init__(self) -> None:
        if self.width not in get_args(Width):
            raise unknown_name("width of a wave packet", str(self.width), get_args(Width))
        if self.states not in get_args(States):
            raise unknown_name("set of states", str(self.states), get_args(States))
        if self.localisation not in get_args(Localisation):
            known = get_args(Localisation)
            raise unknown_name("localisation of a wave packet", str(self.localisation), known)
        check_ordering(self.ordering)

    @property
    def name(self) -> str:
        """Slug: wave-packet, wave-packet-active; with the widths if they are not sigma_x alone."""
        states = "" if self.states == "sterile" else "-active"
        width = "" if self.width == "sigma_x" else "-sigma-e"
        localisation = "" if self.localisation == "none" else f"-{self.localisation}"
        return f"wave-packet{states}{width}{localisation}".replace("_", "-")

    @property
    def lost_to(self) -> LostTo:
        """Where lost nu_e go."""
        return "mixed" if self.states == "sterile" else "active"

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing and splitting of nu_4, the width; then, fixed unless given, the rest.

        The first of these is the width of localisation, if there is one.
        """
        width, localised = WIDTHS[self.width], self._localised
        if self.states == "active":
            return (width, *localised, *active_parameters(self.ordering))
        mixing, splitting, *rest = Sterile(self.ordering).parameters
        return (mixing, splitting, width, *localised, *rest)

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
        """Weights of the cosines, shape (..., K, 1), or (..., K, n) with localisation."""
        values = parameter_values(self, params)
        mixing = self._mixing(values)
        return self._localise(mixing.weights(channel), mixing, energy_MeV, values)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shaped as those of the cosines."""
        values = parameter_values(self, params)
        mixing = self._mixing(values)
        weights = mixing.sine_weights(channel)
        if weights is None:
            return None
        return self._localise(weights, mixing, energy_MeV, values)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        values = parameter_values(self, params)
        mixing = self._mixing(values)
        squares = [column(d * d) for d in pair_differences(mixing.splittings_eV2)]

        def exponents(energy: Array, baseline: Array) -> list[Array]:
            ratio = self._per_unit(energy, values) * baseline
            per_square = ratio * ratio
            if self._localised:
                per_square = per_square + self._localisation_per_square(energy, values)
            return [square * per_square for square in squares]

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

    @property
    def _localised(self) -> tuple[Parameter, ...]:
        """The parameter of localisation, if there is one."""
        return () if self.localisation == "none" else (LOCALISATIONS[self.localisation],)

    def _localise(
        self, weights: Array, mixing: VacuumMixing, energy_MeV: Array, values: Mapping[str, Any]
    ) -> Array:
        """Multiply the weights of the pairs by xi_loc, shape (..., K, n)."""
        if not self._localised:
            return weights
        unit = self._localisation_per_square(energy_MeV, values)
        exponents = [
            column(difference * difference) * unit
            for difference in pair_differences(mixing.splittings_eV2)
        ]
        return weights * damping_factor(after_a_constant(exponents))

    def _localisation_per_square(self, energy_MeV: Array, values: Mapping[str, Any]) -> Array:
        """-ln xi_loc for 1 eV2, shape (..., n)."""
        width = column(values[LOCALISATIONS[self.localisation].name])
        length_nm = width if self.localisation == "delta_loc" else conjugate(width * 1e-6)
        spread = RADIANS * length_nm * 1e-9 / energy_MeV
        return 0.5 * spread * spread

    def _per_unit(self, energy_MeV: Array, values: Mapping[str, Any]) -> Array:
        """1/L_coh for 1 eV2, shape (..., n)."""
        width = column(values[WIDTHS[self.width].name])
        position = width if self.width == "sigma_x" else conjugate(width)
        return separation_per_m(energy_MeV, position)
