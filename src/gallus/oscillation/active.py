"""No oscillation, and the three active flavours in vacuum with the parameters of NuFIT.

Valid where matter does not matter: all radioactive sources, reactors below about 100 km.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, Literal, get_args

import numpy as np

from gallus.arrays import Array
from gallus.database.loader import load
from gallus.errors import unknown_name
from gallus.oscillation.base import Channel, DampedCosines, LostTo
from gallus.oscillation.evaluation import parameter_values, probability
from gallus.oscillation.vacuum import Rotation, VacuumMixing, electron_shares
from gallus.parameters import Parameter, Params

Ordering = Literal["normal", "inverted"]

ACTIVE: Final = (
    "sin2_theta_12",
    "sin2_theta_13",
    "sin2_theta_23",
    "delta_cp_deg",
    "delta_m2_21_eV2",
    "delta_m2_31_eV2",
)
"""Names of the parameters of the three active flavours."""


@dataclass(frozen=True)
class NoOscillation:
    """Neutrinos arrive as they left: P_ab = delta_ab."""

    name: ClassVar[str] = "no-oscillation"
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()
    null: ClassVar[str | None] = None
    lost_to: ClassVar[LostTo] = "active"

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """One constant term."""
        parameter_values(self, params)
        return constant_term(energy_MeV)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Return 1 if the flavour arrives, else 0, shape (1, 1)."""
        parameter_values(self, params)
        return np.full((1, 1), float(channel.final in (channel.initial, "active")))

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> None:
        """There are none."""

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape of energy and baseline."""
        return probability(self, channel, energy_MeV, baseline_m, params)


@dataclass(frozen=True)
class ThreeFlavour:
    """Three active flavours in vacuum.

    Parameters
    ----------
    ordering : {"normal", "inverted"}
        The mass ordering for which NuFIT's best fit is taken. A given value of
        `delta_m2_31_eV2` overrides it, sign and all.

    Raises
    ------
    InputError
        If the ordering is unknown.
    """

    ordering: Ordering = "normal"
    name: ClassVar[str] = "three-flavour"
    fixed: ClassVar[tuple[str, ...]] = ACTIVE
    null: ClassVar[str | None] = "no-oscillation"
    lost_to: ClassVar[LostTo] = "active"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing angles, CP phase and mass splittings; all fixed unless a value is given."""
        return active_parameters(self.ordering)

    def mixing(self, params: Params) -> VacuumMixing:
        """U = R_23 R_13(delta_CP) R_12, the convention of the Particle Data Group."""
        return active_mixing(parameter_values(self, params))

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """Return a constant and the pairs (2, 1), (3, 1), (3, 2)."""
        return self.mixing(params).damped_cosines(energy_MeV)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., 4, 1)."""
        return self.mixing(params).weights(channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., 4, 1)."""
        return self.mixing(params).sine_weights(channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        return self.mixing(params).probability(channel, energy_MeV, baseline_m, params)


def constant_term(energy_MeV: Array) -> DampedCosines:
    """One term that oscillates nowhere, for models without interference."""
    return DampedCosines.without_damping(np.zeros((1, np.size(energy_MeV))))


def active_mixing(values: Mapping[str, Any]) -> VacuumMixing:
    """Splittings and mixing of the three active states."""
    return VacuumMixing(
        active_splittings(values),
        tuple(electron_shares([], values["sin2_theta_13"], values["sin2_theta_12"])),
        active_rotations(values),
    )


def active_splittings(values: Mapping[str, Any]) -> tuple[Array, Array]:
    """Delta m2_21 and Delta m2_31."""
    return values["delta_m2_21_eV2"], values["delta_m2_31_eV2"]


def active_rotations(values: Mapping[str, Any]) -> tuple[Rotation, ...]:
    """R_23 R_13(delta_CP) R_12."""
    return (
        Rotation(2, 3, values["sin2_theta_23"]),
        Rotation(1, 3, values["sin2_theta_13"], values["delta_cp_deg"]),
        Rotation(1, 2, values["sin2_theta_12"]),
    )


@cache
def active_parameters(ordering: Ordering = "normal") -> tuple[Parameter, ...]:
    """Parameters of the three active flavours at NuFIT's best fit for one mass ordering.

    Raises
    ------
    InputError
        If the ordering is neither "normal" nor "inverted".
    """
    check_ordering(ordering)
    best = best_fit(ordering)
    return (
        *(
            sin2_parameter(f"sin2_theta_{ij}", best[f"sin2_theta_{ij}"])
            for ij in ("12", "13", "23")
        ),
        phase_parameter("delta_cp_deg", best["delta_cp_deg"], r"\delta_\mathrm{CP}"),
        Parameter(
            "delta_m2_21_eV2", best["delta_m2_21_eV2"], 0.0, label=r"\Delta m^2_{21}", unit="eV2"
        ),
        Parameter("delta_m2_31_eV2", best["delta_m2_31_eV2"], label=r"\Delta m^2_{31}", unit="eV2"),
    )


def check_ordering(ordering: str) -> None:
    """Raise InputError unless the mass ordering is "normal" or "inverted"."""
    if ordering not in get_args(Ordering):
        raise unknown_name("mass ordering", str(ordering), get_args(Ordering))


def sin2_parameter(name: str, start: float) -> Parameter:
    """Return sin^2 of a mixing angle, `name` being sin2_theta_jk."""
    return Parameter(name, start, 0.0, 1.0, label=rf"\sin^2\theta_{{{name[-2:]}}}")


def phase_parameter(name: str, start: float, label: str) -> Parameter:
    """Return a CP phase in degrees."""
    return Parameter(name, start, -360.0, 360.0, label=label, unit="deg")


def best_fit(ordering: Ordering) -> dict[str, float]:
    """NuFIT 6.0, best fit for one mass ordering, by the names in :data:`ACTIVE`."""
    data = load("nufit-6")
    small = data["delta_m2_21"].to("eV2")
    large = {
        "normal": lambda: data["delta_m2_31_normal"].to("eV2"),
        # For the inverted ordering the fit quotes the larger of the two splittings, Delta m2_32.
        "inverted": lambda: data["delta_m2_32_inverted"].to("eV2") + small,
    }
    return {
        "sin2_theta_12": data["sin2_theta_12"].to("1"),
        "sin2_theta_13": data[f"sin2_theta_13_{ordering}"].to("1"),
        "sin2_theta_23": data[f"sin2_theta_23_{ordering}"].to("1"),
        "delta_cp_deg": data[f"delta_cp_{ordering}"].to("deg"),
        "delta_m2_21_eV2": small,
        "delta_m2_31_eV2": large[ordering](),
    }
