"""Couplings of neutrinos to electrons, C_L and C_R, and who scatters.

Use :func:`tree_couplings` for the formula with any weak mixing angle, :func:`corrected_couplings`
for the numbers that include radiative corrections, different for each flavour; couplings of one's
own are ``Couplings(left, right)`` or ``Couplings.from_vector_axial(g_V, g_A)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, Self, get_args

from gallus.arrays import array_namespace
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name

Flavour = Literal["e", "mu", "tau"]
FLAVOURS: Final[tuple[Flavour, ...]] = get_args(Flavour)


@dataclass(frozen=True)
class Neutrino:
    """What arrives at the electron: a flavour, neutrino or antineutrino.

    Raises
    ------
    InputError
        If the flavour is unknown.
    """

    flavour: Flavour = "e"
    antineutrino: bool = False

    def __post_init__(self) -> None:
        if self.flavour not in FLAVOURS:
            raise unknown_name("flavour", str(self.flavour), FLAVOURS)


NU_E: Final = Neutrino("e")
NU_MU: Final = Neutrino("mu")
NU_TAU: Final = Neutrino("tau")
ANTI_NU_E: Final = Neutrino("e", antineutrino=True)


@dataclass(frozen=True)
class Couplings:
    """C_L and C_R of a neutrino to the electron; numbers or arrays of one shape.

    g_V = C_L + C_R and g_A = C_L - C_R. For an antineutrino the two change places: see `crossed`.
    """

    left: Any
    right: Any

    @classmethod
    def from_vector_axial(cls, vector: Any, axial: Any) -> Self:
        """Take g_V and g_A."""
        return cls(0.5 * (vector + axial), 0.5 * (vector - axial))

    @property
    def vector(self) -> Any:
        """g_V."""
        return self.left + self.right

    @property
    def axial(self) -> Any:
        """g_A."""
        return self.left - self.right

    @property
    def crossed(self) -> Couplings:
        """Couplings of the antineutrino, C_L <-> C_R, that is g_A -> -g_A."""
        return Couplings(self.right, self.left)

    def component_weights(self, magnetic_moment_muB: Any = 0.0) -> Any:
        """C_L^2, C_R^2, C_L C_R and mu^2: the cross section is linear in these, shape (4, ...)."""
        xp = array_namespace(self.left, self.right, magnetic_moment_muB)
        parts = (self.left**2, self.right**2, self.left * self.right, magnetic_moment_muB**2)
        return xp.stack(xp.broadcast_arrays(*(xp.asarray(part) for part in parts)))


def tree_couplings(flavour: Flavour, sin2_theta_w: Any) -> Couplings:
    """C_L = s^2 + 1/2 for nu_e and s^2 - 1/2 for nu_mu and nu_tau, C_R = s^2."""
    return Couplings(sin2_theta_w + (0.5 if flavour == "e" else -0.5), sin2_theta_w)


def corrected_couplings(flavour: Flavour) -> Couplings:
    """Couplings with radiative corrections at zero momentum transfer, without photons.

    Those of nu_e lie lower than `tree_couplings` at the low-energy weak mixing angle: the
    correction differs by flavour, the charge radius of the neutrino.
    """
    data = load("electron-scattering")
    return Couplings.from_vector_axial(
        data[f"vector_coupling_{flavour}"].to("1"), data[f"axial_coupling_{flavour}"].to("1")
    )


def low_energy_sin2_theta_w() -> float:
    """Weak mixing angle at zero momentum transfer, MS-bar, from the database."""
    return load("electron-scattering")["sin2_theta_w_low_energy"].to("1")


def checked_sin2_theta_w(value: float) -> float:
    """Return the value.

    Raises
    ------
    InputError
        If it is not between 0 and 1.
    """
    if not 0.0 <= value <= 1.0:
        raise InputError("is not a sine squared", key="sin2_theta_w", value=value, allowed="0 to 1")
    return value
