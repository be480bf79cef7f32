"""An overall deficit of electron neutrinos, whatever its cause: P_ee = 1 - d everywhere.

Not an oscillation: neutrinos are lost at zero distance already. Gallium sees only d; neutrinos
that scatter also tell whether the lost ones became active or sterile, so the model says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

from gallus.arrays import Array
from gallus.errors import unknown_name
from gallus.oscillation.active import constant_term
from gallus.oscillation.base import Channel, DampedCosines, Flavour
from gallus.oscillation.evaluation import parameter_values, probability
from gallus.oscillation.vacuum import column
from gallus.parameters import Parameter, Params

Loss = Literal["sterile", "active"]

LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)

CHANGE: Final[dict[Loss, dict[str, dict[str, float]]]] = {
    "sterile": {
        "e": {"e": -1.0, "mu": 0.0, "tau": 0.0},
        "mu": {"e": 0.0, "mu": 0.0, "tau": 0.0},
        "tau": {"e": 0.0, "mu": 0.0, "tau": 0.0},
    },
    "active": {
        "e": {"e": -1.0, "mu": 0.5, "tau": 0.5},
        "mu": {"e": 0.5, "mu": -0.5, "tau": 0.0},
        "tau": {"e": 0.5, "mu": 0.0, "tau": -0.5},
    },
}
"""dP_ab/dd: lost to active states means to mu and tau in equal parts, and back alike."""


def change(loss: Loss, initial: str, final: Flavour) -> float:
    """dP_ab/dd of a deficit d, for any final state."""
    row = CHANGE[loss][initial]
    if final == "active":
        return sum(row.values())
    return -sum(row.values()) if final == "sterile" else row[final]


@dataclass(frozen=True)
class Deficit:
    """P_ee = 1 - d at all energies and distances, for neutrinos and antineutrinos.

    Parameters
    ----------
    lost_to : {"sterile", "active"}
        What the missing nu_e become. Active: equal parts of nu_mu and nu_tau, and with
        P_ab = P_ba also P_mu,mu = P_tau,tau = 1 - d/2.

    Raises
    ------
    InputError
        If `lost_to` is anything else.
    """

    lost_to: Loss = "sterile"
    name: ClassVar[str] = "deficit"
    fixed: ClassVar[tuple[str, ...]] = ()
    null: ClassVar[str | None] = "no-oscillation"
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("deficit", 0.1, 0.0, 1.0, label="d"),)

    def __post_init__(self) -> None:
        if self.lost_to not in LOSSES:
            raise unknown_name("destination of lost neutrinos", str(self.lost_to), LOSSES)

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """One constant term."""
        return constant_term(energy_MeV)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """P_ab = delta_ab + d dP_ab/dd, shape (..., 1, 1)."""
        deficit = parameter_values(self, params)["deficit"]
        intact = float(channel.final in (channel.initial, "active"))
        weight = intact + change(self.lost_to, channel.initial, channel.final) * deficit
        return column(column(weight))

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> None:
        """There are none."""

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameter, then that of energy and baseline."""
        return probability(self, channel, energy_MeV, baseline_m, params)
