"""Decoherence of the three active neutrinos, an explanation of the gallium anomaly without nu_4.

The environment dephases mass states (Farzan and Schwetz, arXiv:2306.09422; all in the mass basis):

    d rho/dL = -i [H, rho] - {rho, D^2} + 2 D rho D,   D = diag(d_1, d_2, d_3),
    P_ab = sum_kj U*_ak U_bk U_aj U*_bj exp(-gamma_kj L) exp(-i Delta m2_kj L/2E).

Conventions, where factors of 2 are lost easily:

* gamma_kj = |d_k - d_j|^2 = (1/lambda_kj) (E_ref/E)^r, with E_ref = 0.75 MeV; interference falls as
  exp(-gamma L), so lambda is the length after which 1/e of it is left;
* other programs write gamma ~ E^n: n = -r;
* the basis is that of mass states in vacuum, not that of matter;
* only differences of d count: d_1 = 0. One operator D has d_2 and d_3 on a line. Several commuting
  ones make them vectors; what matters is the angle between d_2 and d_3. Any such rates are
  completely positive, and any completely positive rates are such: sqrt(gamma_kj) are the sides of
  a triangle.

Use :class:`Decoherence`; :func:`gallium_survival` is the short form of case C. The cases and what
turns three rates into an angle are in :mod:`gallus.oscillation.decoherence_cases`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, get_args

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.errors import unknown_name
from gallus.oscillation.active import (
    ACTIVE,
    Ordering,
    active_mixing,
    active_parameters,
    active_splittings,
    check_ordering,
)
from gallus.oscillation.base import Channel, DampedCosines, LostTo
from gallus.oscillation.damped_pairs import probability_of_damped_pairs, with_rates
from gallus.oscillation.decoherence_cases import RATES, SLUGS, Case, named, own_parameters
from gallus.oscillation.evaluation import check_points, parameter_values
from gallus.oscillation.vacuum import column, pair_cosines
from gallus.oscillation.widths import check_positive
from gallus.parameters import Parameter, Params

REFERENCE_ENERGY_MEV: Final = 0.75
"""Where lambda is defined: the strongest lines of 51Cr, rounded."""

LARGEST_LOGARITHM: Final = 200.0
"""Of (E_ref/E)^r: nothing is left of an interference that dies in 1e-86 m."""


def energy_factor(energy_MeV: Array, power_r: Array) -> Array:
    """(E_ref/E)^r, at most 1e86."""
    xp = array_namespace(energy_MeV, power_r)
    logarithm = math.log(REFERENCE_ENERGY_MEV) - xp.log(energy_MeV)
    factor: Array = xp.exp(xp.minimum(power_r * logarithm, LARGEST_LOGARITHM))
    return factor


def gallium_survival(
    energy_MeV: Array,
    baseline_m: Array,
    lambda_12_m: float,
    power_r: float = 12.0,
    *,
    sin2_theta_12: float,
    sin2_theta_13: float,
) -> Array:
    """P_ee of case C where theta_13 interference is gone and vacuum phases have not developed.

        1 - (1/2) sin^2 2theta_13 - (1/2) cos^4 theta_13 sin^2 2theta_12 (1 - exp(-gamma_12 L))

    Falls from 0.957 to the sum of |U_ek|^4, 0.550 for sin2_theta_12 = 0.307 and
    sin2_theta_13 = 0.0222 (0.549 with the defaults of :class:`Decoherence`). It holds where
    lambda_13 (E/E_ref)^r << L: within 1e-6 of :class:`Decoherence` with lambda_13 -> 0 for L < 5 m
    and E > 0.4 MeV, if lambda_12 is some metres; the vacuum phase Delta m2_21 L/2E is left out,
    which is 2e-3 there. Source: talk of T. Schwetz, 2023.

    Raises
    ------
    InputError
        If an energy or lambda_12 is not above 0, or a length is negative.
    """
    check_points(energy_MeV, baseline_m)
    check_positive(lambda_12_m, "lambda_12_m")
    gamma = energy_factor(energy_MeV, np.asarray(power_r)) / lambda_12_m
    lost = -array_namespace(gamma, baseline_m).expm1(-gamma * baseline_m)
    theta_12 = 4.0 * sin2_theta_12 * (1.0 - sin2_theta_12)
    theta_13 = 4.0 * sin2_theta_13 * (1.0 - sin2_theta_13)
    result: Array = 1.0 - 0.5 * theta_13 - 0.5 * (1.0 - sin2_theta_13) ** 2 * theta_12 * lost
    return result


@dataclass(frozen=True)
class Decoherence:
    """gamma_kj = |d_k - d_j|^2 (E_ref/E)^r for the three active states; see the module.

    Parameters
    ----------
    case : {"A", "B", "C", "free"}
        A: lambda_12 = lambda_13, so that gamma_23 = 0. B: lambda_12 = lambda_23, so that
        gamma_13 = 0. C: lambda_13 (and lambda_23) much shorter than lambda_12, of the same sign;
        all rates have the same power of the energy; with lambda_13 -> infinity it becomes B.
        Free: all of lambda_12, lambda_13 and the angle between d_2 and d_3.
    ordering : {"normal", "inverted"}
        Mass ordering.
    separate_antineutrinos : bool
        Give antineutrinos lengths, angle and power of their own. This violates CPT.

    Raises
    ------
    InputError
        If case or ordering are unknown.
    """

    case: Case = "C"
    ordering: Ordering = "normal"
    separate_antineutrinos: bool = False
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "active"

    def __post_init__(self) -> None:
        if self.case not in get_args(Case):
            raise unknown_name("case of decoherence", str(self.case), get_args(Case))
        check_ordering(self.ordering)

    @property
    def name(self) -> str:
        """Slug: decoherence for case C, else with the case."""
        return SLUGS[self.case] + ("-antineutrinos" if self.separate_antineutrinos else "")

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Lengths, angle and power, perhaps twice; then, fixed unless given, the active ones."""
        own = tuple(p for kind in self._kinds for p in own_parameters(self.case, kind))
        return (*own, *active_parameters(self.ordering))

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """The power, lambda_13 of case C, and the active parameters."""
        always = ("power_r", *(("lambda_13_m",) if self.case == "C" else ()))
        return (*(named(name, kind) for kind in self._kinds for name in always), *ACTIVE)

    def rates_per_m(
        self, energy_MeV: Array, params: Params, antineutrino: bool = False
    ) -> list[Array]:
        """gamma_12, gamma_13 and gamma_23, each of shape (..., n).

        Raises
        ------
        InputError
            If an energy is not above 0.
        """
        check_points(energy_MeV, 0.0)
        return self._rates_per_m(energy_MeV, parameter_values(self, params), antineutrino)

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """A constant and the pairs (2, 1), (3, 1), (3, 2), K = 4.

        With antineutrinos of their own the pairs come twice, K = 7: weights select them.
        """
        values = parameter_values(self, params)
        rates = [
            rate
            for antineutrino in range(len(self._kinds))
            for rate in self._rates_per_m(energy_MeV, values, bool(antineutrino))
        ]
        terms = pair_cosines(active_splittings(values), energy_MeV)
        if self.separate_antineutrinos:
            phase = terms.phase_per_m
            xp = array_namespace(phase)
            terms = DampedCosines.without_damping(xp.concat([phase, phase[..., 1:, :]], axis=-2))
        return with_rates(terms, rates)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., K, 1)."""
        weights = active_mixing(parameter_values(self, params)).weights(channel)
        return self._selected(weights, channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., K, 1)."""
        weights = active_mixing(parameter_values(self, params)).sine_weights(channel)
        return None if weights is None else self._selected(weights, channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        values = parameter_values(self, params)
        own = self._of_kind(values, channel.antineutrino)
        # All rates have the same dependence on the energy: one power for three exponents.
        rates = [column(gamma) for gamma in RATES[self.case](own)]
        power = column(own["power_r"])

        def exponents(energy: Array, baseline: Array) -> list[Array]:
            scaled = energy_factor(energy, power) * baseline
            return [gamma * scaled for gamma in rates]

        return probability_of_damped_pairs(
            self, active_mixing(values), exponents, channel, energy_MeV, baseline_m, params
        )

    def _rates_per_m(
        self, energy_MeV: Array, values: Mapping[str, Any], antineutrino: bool
    ) -> list[Array]:
        own = self._of_kind(values, antineutrino)
        factor = energy_factor(energy_MeV, column(own["power_r"]))
        return [column(gamma) * factor for gamma in RATES[self.case](own)]

    @property
    def _kinds(self) -> tuple[str, ...]:
        """What is put into names: neutrinos, and antineutrinos if they differ."""
        return ("", "_antineutrino") if self.separate_antineutrinos else ("",)

    def _of_kind(self, values: Mapping[str, Any], antineutrino: bool) -> dict[str, Any]:
        """Parameters of neutrinos or antineutrinos by the names of neutrinos."""
        kind = self._kinds[-1] if antineutrino else ""
        return {p.name: values[named(p.name, kind)] for p in own_parameters(self.case)}

    def _selected(self, weights: Array, channel: Channel) -> Array:
        """Weights for the pairs of one kind, zero for those of the other."""
        if not self.separate_antineutrinos:
            return weights
        xp = array_namespace(weights)
        constant, crossed = weights[..., :1, :], weights[..., 1:, :]
        kinds = [0.0 * crossed, crossed] if channel.antineutrino else [crossed, 0.0 * crossed]
        selected: Array = xp.concat([constant, *kinds], axis=-2)
        return selected
