"""Invisible decay of nu_4: 3+1 with a fourth state that does not live long.

    P_ee = (1 - S)^2 + S^2 exp(-2 g) + 2 S (1 - S) exp(-g) cos(Delta m2_41 L/2E),
    g = m_4 Gamma_4 L/(2 E),   S = abs(U_e4)^2,

here with the active splittings and all channels. Conventions: Gamma_4 = hbar/tau_4 is the width in
the rest frame of nu_4, m_4 = sqrt(Delta m2_41), so nu_1 is taken as massless; meaningful for
Gamma_4 << m_4. The population falls as exp(-2 g) = exp(-m_4 L/(E tau_4)); others quote
alpha_4 = m_4 Gamma_4 in eV2.

What decays is gone: daughters are not detected, and are counted as sterile, P(sterile) =
1 - P(active). Fast decay leaves (1 - S)^2, less than a wave packet, which leaves S^2 more.
Proposed for gallium by Hardin et al., arXiv:2211.02610.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.oscillation.active import Ordering, check_ordering
from gallus.oscillation.base import RADIANS, Channel, DampedCosines, LostTo
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.fading_state import (
    POWERS,
    fading_sine_weights,
    fading_weights,
    probability_with_fading,
    times,
    with_population,
)
from gallus.oscillation.sterile import Sterile, one_sterile_mixing
from gallus.oscillation.vacuum import column, damping_factor
from gallus.parameters import Parameter, Params


def decay_rate_per_m(energy_MeV: Array, delta_m2_41_eV2: Array, gamma_4_eV: Array) -> Array:
    """g/L = m_4 Gamma_4/(2 E hbar c): the amplitude of nu_4 falls as exp(-g)."""
    mass = array_namespace(delta_m2_41_eV2).sqrt(delta_m2_41_eV2)
    rate: Array = RADIANS * mass * gamma_4_eV / energy_MeV
    return rate


@dataclass(frozen=True)
class Decay:
    """3+1 with invisible decay of nu_4; see the module.

    Parameters
    ----------
    ordering : {"normal", "inverted"}
        Mass ordering of the active states.

    Raises
    ------
    InputError
        If the ordering is unknown.
    """

    ordering: Ordering = "normal"
    name: ClassVar[str] = "decay"
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "mixed"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing, splitting and width of nu_4; then, fixed unless given, the rest."""
        mixing, splitting, *rest = Sterile(self.ordering).parameters
        width = Parameter("gamma_4_eV", 0.1, 0.0, 100.0, label=r"\Gamma_4", unit="eV")
        return (mixing, splitting, width, *rest)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but sin2_2theta_ee, delta_m2_41_eV2 and gamma_4_eV."""
        return tuple(p.name for p in self.parameters[3:])

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """A constant, the six pairs, and the population of nu_4, K = 8."""
        values = parameter_values(self, params)
        terms = with_population(one_sterile_mixing(values).damped_cosines(energy_MeV))
        rate = _rate_per_m(energy_MeV, values)
        return replace(terms, damping_per_m=times(POWERS, rate), undamped=False)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., 8, 1)."""
        return fading_weights(one_sterile_mixing(parameter_values(self, params)), channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., 8, 1)."""
        return fading_sine_weights(one_sterile_mixing(parameter_values(self, params)), channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        values = parameter_values(self, params)

        def fading(energy: Array, baseline: Array) -> Array:
            return damping_factor(_rate_per_m(energy, values) * baseline)

        return probability_with_fading(
            self, one_sterile_mixing(values), fading, channel, energy_MeV, baseline_m, params
        )

    def remarks(self, params: Params) -> tuple[str, ...]:
        """Say so where nu_4 is wider than heavy."""
        values = parameter_values(self, params)
        width_eV, mass_eV = values["gamma_4_eV"], np.sqrt(values["delta_m2_41_eV2"])
        wide = width_eV > mass_eV
        if not np.any(wide):
            return ()
        lightest_eV = float(np.min(np.where(wide, mass_eV, np.inf)))
        return (
            f"gamma_4_eV exceeds m_4 = {lightest_eV:.3g} eV: the formula needs a width below the "
            "mass",
        )


def _rate_per_m(energy_MeV: Array, values: dict[str, Any]) -> Array:
    splitting, width = column(values["delta_m2_41_eV2"]), column(values["gamma_4_eV"])
    return decay_rate_per_m(energy_MeV, splitting, width)
