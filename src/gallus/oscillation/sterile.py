"""Sterile neutrinos in vacuum: 3+1 in the language of gallium and reactors, and 3+N in general.

Use :class:`Sterile` for one state (sin^2 2theta_ee and Delta m2_41), :class:`ManySterile` for
several, or for one in terms of its angles. All products |U_ek|^2 |U_ej|^2 are exact; the active
parameters are NuFIT's unless given.

theta_12, theta_13 and theta_23 are the angles of the matrix R_24 ... R_14 R_23 R_13 R_12, so that
|U_e3|^2 = cos^2 theta_14 sin^2 theta_13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError
from gallus.oscillation.active import (
    Ordering,
    active_parameters,
    active_rotations,
    active_splittings,
    check_ordering,
    phase_parameter,
    sin2_parameter,
)
from gallus.oscillation.base import Channel, DampedCosines, LostTo
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.vacuum import Rotation, VacuumMixing, electron_shares
from gallus.parameters import Parameter, Params

MAXIMUM_STATES: Final = 5
"""Sterile states that have names: nu_4 to nu_8."""

SMALLEST_SPLITTING_EV2: Final = 1e-3
LARGEST_SPLITTING_EV2: Final = 1e5


def sterile_share(sin2_2theta_ee: float | Array) -> Array:
    """|U_e4|^2 = sin^2 theta_14, the solution of sin^2 2theta_ee = 4 |U_e4|^2 (1 - |U_e4|^2).

    That is [1 - sqrt(1 - sin^2 2theta_ee)]/2, written without cancellation; at most one half.
    """
    xp = array_namespace(sin2_2theta_ee)
    share: Array = sin2_2theta_ee / (2.0 * (1.0 + xp.sqrt(1.0 - sin2_2theta_ee)))
    return share


@dataclass(frozen=True)
class Sterile:
    """3+1: one sterile state, with nu_e mixing sin^2 2theta_ee = 4 |U_e4|^2 (1 - |U_e4|^2).

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
    name: ClassVar[str] = "sterile"
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "mixed"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing and splitting; then, fixed unless given, the rest."""
        return (
            Parameter("sin2_2theta_ee", 0.1, 0.0, 1.0, label=r"\sin^2 2\theta_{ee}"),
            splitting_parameter(4),
            *other_mixing((4,)),
            *active_parameters(self.ordering),
        )

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but sin2_2theta_ee and delta_m2_41_eV2."""
        return tuple(p.name for p in self.parameters[2:])

    def mixing(self, params: Params) -> VacuumMixing:
        """U = R_34 R_24 R_14 R_23 R_13 R_12, complex where a phase is not zero."""
        return one_sterile_mixing(parameter_values(self, params))

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """Return a constant and the six pairs of mass states."""
        return self.mixing(params).damped_cosines(energy_MeV)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., 7, 1)."""
        return self.mixing(params).weights(channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., 7, 1)."""
        return self.mixing(params).sine_weights(channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        return self.mixing(params).probability(channel, energy_MeV, baseline_m, params)


@dataclass(frozen=True)
class ManySterile:
    """3+N: N sterile states with mixing angles theta_14, theta_15, ..., theta_24, ... and phases.

    Parameters
    ----------
    count : int
        N, from 1 to 5.
    ordering : {"normal", "inverted"}
        Mass ordering of the active states.

    Raises
    ------
    InputError
        If the number of states is not allowed, or the ordering is unknown.
    """

    count: int = 2
    ordering: Ordering = "normal"
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "mixed"

    def __post_init__(self) -> None:
        if self.count not in range(1, MAXIMUM_STATES + 1):
            raise InputError(
                "is not a number of sterile states",
                key="count",
                value=self.count,
                allowed=f"1 to {MAXIMUM_STATES}",
            )
        check_ordering(self.ordering)

    @property
    def name(self) -> str:
        """Slug: sterile-3+N."""
        return f"sterile-3+{self.count}"

    @property
    def states(self) -> tuple[int, ...]:
        """Numbers of the sterile mass states: 4, 5, ..."""
        return tuple(range(4, 4 + self.count))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mixing with nu_e and splittings; then, fixed unless given, the rest."""
        return (
            *(sin2_parameter(f"sin2_theta_1{k}", 0.02) for k in self.states),
            *(splitting_parameter(k) for k in self.states),
            *other_mixing(self.states),
            *active_parameters(self.ordering),
        )

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """All but sin2_theta_1k and delta_m2_k1_eV2."""
        return tuple(p.name for p in self.parameters[2 * self.count :])

    def mixing(self, params: Params) -> VacuumMixing:
        """U = R_34 R_24 R_14 ... R_23 R_13 R_12 with all rotations of 3 before those of 2 and 1."""
        values = parameter_values(self, params)
        return sterile_mixing(values, {k: values[f"sin2_theta_1{k}"] for k in self.states})

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """Return a constant and all pairs of mass states."""
        return self.mixing(params).damped_cosines(energy_MeV)

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights of the cosines, shape (..., K, 1)."""
        return self.mixing(params).weights(channel)

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights of the sines, shape (..., K, 1)."""
        return self.mixing(params).sine_weights(channel)

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        return self.mixing(params).probability(channel, energy_MeV, baseline_m, params)


def one_sterile_mixing(values: Mapping[str, Any]) -> VacuumMixing:
    """Splittings and mixing of 3+1 in the parameters of :class:`Sterile`."""
    return sterile_mixing(values, {4: sterile_share(values["sin2_2theta_ee"])})


def sterile_mixing(values: Mapping[str, Any], electron_sin2: Mapping[int, Array]) -> VacuumMixing:
    """Splittings and mixing of three active and some sterile states.

    Parameters
    ----------
    values : mapping
        All parameters but the mixing of sterile states with nu_e.
    electron_sin2 : mapping
        sin^2 theta_1k for each sterile state k.
    """
    states = tuple(electron_sin2)
    return VacuumMixing(
        (*active_splittings(values), *(values[f"delta_m2_{k}1_eV2"] for k in states)),
        tuple(
            electron_shares(
                list(electron_sin2.values()), values["sin2_theta_13"], values["sin2_theta_12"]
            )
        ),
        (
            *(Rotation(3, k, values[f"sin2_theta_3{k}"]) for k in states),
            *(
                Rotation(2, k, values[f"sin2_theta_2{k}"], values[f"delta_2{k}_deg"])
                for k in states
            ),
            *(Rotation(1, k, electron_sin2[k], values[f"delta_1{k}_deg"]) for k in states),
            *active_rotations(values),
        ),
    )


def splitting_parameter(state: int) -> Parameter:
    """Delta m2_k1 of a sterile state."""
    return Parameter(
        f"delta_m2_{state}1_eV2",
        1.0,
        SMALLEST_SPLITTING_EV2,
        LARGEST_SPLITTING_EV2,
        scale="log",
        label=rf"\Delta m^2_{{{state}1}}",
        unit="eV2",
    )


def other_mixing(states: tuple[int, ...]) -> tuple[Parameter, ...]:
    """Mixing of sterile states with nu_mu and nu_tau, and the phases; zero at the start."""
    angles = [sin2_parameter(f"sin2_theta_{row}{k}", 0.0) for row in (2, 3) for k in states]
    phases = [
        phase_parameter(f"delta_{row}{k}_deg", 0.0, rf"\delta_{{{row}{k}}}")
        for row in (1, 2)
        for k in states
    ]
    return (*angles, *phases)
