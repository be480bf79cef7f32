"""A broad nu_4: a continuum of masses instead of one, seen coherently.

    P_ee = (1 - S)^2 + S^2 (sin x/x)^2 + 2 S (1 - S) (sin x/x) cos(Delta m2_41 L/2E),
    x = W L/(4 E),   S = abs(U_e4)^2,

here with the active splittings and all channels. Conventions: m_4^2 is spread evenly over the full
width W, from Delta m2_41 - W/2 to Delta m2_41 + W/2 above m_1^2, each part with the same mixing;
meaningful for W <= 2 Delta m2_41. This shape is ours; broad sterile states were proposed for
gallium in arXiv:2311.06352.

What has spread is orthogonal to what was mixed with the active states, and is counted as sterile,
P(sterile) = 1 - P(active). Far away (1 - S)^2 is left, as after fast decay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from gallus.arrays import Array
from gallus.oscillation.active import Ordering, check_ordering
from gallus.oscillation.base import RADIANS, Channel, DampedCosines, LostTo, sine_ratio
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
from gallus.oscillation.vacuum import column
from gallus.parameters import Parameter, Params


def spread_per_m(energy_MeV: Array, width_eV2: Array) -> Array:
    """x/L = W/(4 E hbar c): the amplitude of nu_4 falls as sin(x)/x."""
    return 0.5 * RADIANS * width_eV2 / energy_MeV


@dataclass(frozen=True)
class Broad:
    """3+1 with a fourth state of broad mass; see the module.

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
    name: ClassVar[str] = "broad"
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "mixed"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing, splitting and width of nu_4; then, fixed unless given, the rest."""
        mixing, splitting, *rest = Sterile(self.ordering).parameters
        width = Parameter("width_eV2", 0.5, 0.0, 2e5, label="W", unit="eV2")
        return (mixing, splitting, width, *rest)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but sin2_2theta_ee, delta_m2_41_eV2 and width_eV2."""
        return tuple(p.name for p in self.parameters[3:])

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """A constant, the six pairs, and the population of nu_4, K = 8."""
        values = parameter_values(self, params)
        terms = with_population(one_sterile_mixing(values).damped_cosines(energy_MeV))
        spread = spread_per_m(energy_MeV, column(values["width_eV2"]))
        # The population has the square of the sinc, not the sinc of twice the argument.
        arguments = times([min(power, 1) for power in POWERS], spread)
        return replace(
            terms, sinc_per_m=arguments, sinc_power=tuple(max(power, 1) for power in POWERS)
        )

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
            return sine_ratio(spread_per_m(energy, column(values["width_eV2"])) * baseline)

        return probability_with_fading(
            self, one_sterile_mixing(values), fading, channel, energy_MeV, baseline_m, params
        )

    def remarks(self, params: Params) -> tuple[str, ...]:
        """Say so where part of nu_4 would be lighter than nu_1."""
        values = parameter_values(self, params)
        most_eV2 = 2.0 * values["delta_m2_41_eV2"]
        wide = values["width_eV2"] > most_eV2
        if not np.any(wide):
            return ()
        lightest_eV2 = float(np.min(np.where(wide, most_eV2, np.inf)))
        return (
            f"width_eV2 exceeds 2 delta_m2_41_eV2 = {lightest_eV2:.3g} eV2: part of nu_4 is "
            "below the mass of nu_1",
        )
