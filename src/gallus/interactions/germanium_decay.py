r"""From the half-life of 71Ge to the Gamow-Teller strength of capture to its ground state.

Use :meth:`GermaniumDecay.from_database` for the published ingredients and
:func:`dataclasses.replace` to change the half-life, the Q value or any other of them.

.. math:: \frac{\ln 2}{T} = \frac{G_F^2 V_{ud}^2}{2\pi}\,|\phi_{1s}|^2\,E_\nu^2\,
          2\,(1+\epsilon_o)\Big(1+\frac{P_L+P_M}{P_K}\Big)\,g_A^2\,2\,\mathrm{BGT}

(S. R. Elliott, V. Gavrin, W. C. Haxton, Prog. Part. Nucl. Phys. 134 (2024) 104082, eqs. 5.1-5.4.)
BGT is that of neutrino capture, 3/2- to 1/2-; the decay has twice as much. It includes whatever
multiplies the decay rate and is not written here (weak magnetism, radiative corrections).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final, Self

from gallus.constants import (
    ELECTRON_MASS_MEV,
    FERMI_COUPLING_MEV2,
    FINE_STRUCTURE,
    HBAR_MEV_S,
    HBARC_MEV_CM,
    SECONDS_PER_DAY,
)
from gallus.database.loader import load
from gallus.database.schema import Quantity
from gallus.errors import InputError

CHARGE: Final = 32
"""Atomic number of germanium."""

_QUANTITIES: Final = {
    "half_life_d": ("germanium-71", "half_life", "d"),
    "q_value_MeV": ("germanium-71", "q_value", "MeV"),
    "k_binding_energy_MeV": ("germanium-71", "k_binding_energy", "MeV"),
    "rearrangement_energy_MeV": ("germanium-71", "rearrangement_energy", "MeV"),
    "contact_density_MeV3": ("germanium-71", "contact_density", "MeV3"),
    "k_fraction": ("germanium-71", "k_fraction", "1"),
    "l_fraction": ("germanium-71", "l_fraction", "1"),
    "m_fraction": ("germanium-71", "m_fraction", "1"),
    "overlap_exchange": ("germanium-71", "overlap_exchange", "1"),
    "screening_potential_MeV": ("germanium-71", "screening_potential", "MeV"),
    "charge_radius_fm": ("germanium-71", "charge_radius", "fm"),
    "axial_coupling": ("weak-constants", "axial_coupling", "1"),
    "v_ud": ("weak-constants", "v_ud", "1"),
}
"""Field of the class: data set, quantity, unit."""


@dataclass(frozen=True)
class GermaniumDecay:
    """What the decay of 71Ge tells about neutrino capture on 71Ga.

    Parameters
    ----------
    half_life_d : float
        Half-life of 71Ge.
    q_value_MeV : float
        Mass difference of the neutral atoms 71Ge and 71Ga.
    k_binding_energy_MeV : float
        Energy that the 1s hole keeps.
    rearrangement_energy_MeV : float
        Energy that the electron shell takes when a neutrino is captured.
    contact_density_MeV3 : float
        Density of one 1s electron at the nucleus, (hbar c)^3 |phi_1s|^2.
    k_fraction, l_fraction, m_fraction : float
        Shares of the shells in the decay.
    overlap_exchange : float
        Relative change of the 1s capture rate by imperfect overlap and exchange.
    screening_potential_MeV : float
        Potential energy of an electron at the nucleus in the field of the atomic electrons.
    charge_radius_fm : float
        Root-mean-square charge radius of 71Ge.
    axial_coupling, v_ud : float
        g_A and V_ud. They cancel in the cross section.

    Raises
    ------
    InputError
        If a value is not finite, or not positive where it must be.
    """

    half_life_d: float
    q_value_MeV: float
    k_binding_energy_MeV: float
    rearrangement_energy_MeV: float
    contact_density_MeV3: float
    k_fraction: float
    l_fraction: float
    m_fraction: float
    overlap_exchange: float
    screening_potential_MeV: float
    charge_radius_fm: float
    axial_coupling: float
    v_ud: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value):
                raise InputError("is not finite", key=field.name, value=value)
        for key in ("half_life_d", "contact_density_MeV3", "k_fraction", "charge_radius_fm"):
            if getattr(self, key) <= 0:
                raise InputError("is not positive", key=key, value=getattr(self, key))
        if self.neutrino_energy_MeV <= 0:
            raise InputError(
                "does not pay for the 1s hole",
                key="q_value_MeV",
                value=self.q_value_MeV,
                allowed=f"above {self.k_binding_energy_MeV:g} MeV",
            )

    @classmethod
    def from_database(cls) -> Self:
        """Return the decay with the ingredients of the data sets germanium-71, weak-constants."""
        return cls(**{name: _quantity(name).to(_QUANTITIES[name][2]) for name in _QUANTITIES})

    @property
    def rate_per_s(self) -> float:
        """Decay constant ln 2 / T."""
        return math.log(2) / (self.half_life_d * SECONDS_PER_DAY)

    @property
    def k_rate_per_s(self) -> float:
        """Rate of the captures from the 1s shell."""
        return self.rate_per_s / self.all_to_k_ratio

    @property
    def all_to_k_ratio(self) -> float:
        """Captures from all shells per capture from the 1s shell, 1 + (P_L + P_M)/P_K."""
        return 1.0 + (self.l_fraction + self.m_fraction) / self.k_fraction

    @property
    def neutrino_energy_MeV(self) -> float:
        """Energy of the neutrino of 1s capture, Q minus the binding energy."""
        return self.q_value_MeV - self.k_binding_energy_MeV

    @property
    def threshold_MeV(self) -> float:
        """Lowest energy at which 71Ga captures a neutrino."""
        return self.q_value_MeV + self.rearrangement_energy_MeV

    @property
    def sphere_radius_fm(self) -> float:
        """Radius of the uniformly charged sphere with the same r.m.s. radius."""
        return math.sqrt(5 / 3) * self.charge_radius_fm

    def reduced_strength_per_MeV4(self, *, overlap_exchange: bool = True) -> float:
        """G_F^2 V_ud^2 g_A^2 BGT: all that the cross section needs, from the half-life alone."""
        overlap = 1.0 + (self.overlap_exchange if overlap_exchange else 0.0)
        electrons = 2.0 * overlap * self.contact_density_MeV3
        # The factor 2 at the end turns the strength of the decay into that of neutrino capture.
        return (
            2.0
            * math.pi
            * HBAR_MEV_S
            * self.k_rate_per_s
            / (electrons * self.neutrino_energy_MeV**2 * 2.0)
        )

    def gamow_teller_strength(self, *, overlap_exchange: bool = True) -> float:
        """BGT of neutrino capture to the ground state."""
        coupling = FERMI_COUPLING_MEV2 * self.v_ud * self.axial_coupling
        return self.reduced_strength_per_MeV4(overlap_exchange=overlap_exchange) / coupling**2

    def log_ft(self, *, overlap_exchange: bool = True) -> float:
        """log10 of f T in seconds of the decay, 2 pi^3 ln 2/(G_F^2 V_ud^2 g_A^2 2 BGT m_e^5)."""
        strength = 2.0 * self.reduced_strength_per_MeV4(overlap_exchange=overlap_exchange)
        return math.log10(
            2 * math.pi**3 * math.log(2) * HBAR_MEV_S / (strength * ELECTRON_MASS_MEV**5)
        )

    def bahcall_sigma0_cm2(self, *, overlap_exchange: bool = True) -> float:
        """Bahcall's sigma_0, of which the cross section is <w^2 G(Z, w)> (PR C 56 (1997) 3391)."""
        strength = self.reduced_strength_per_MeV4(overlap_exchange=overlap_exchange)
        coulomb = 2 * math.pi * FINE_STRUCTURE * CHARGE
        return strength / math.pi * ELECTRON_MASS_MEV**2 * coulomb * HBARC_MEV_CM**2


def input_errors() -> dict[str, float]:
    """One-sigma error of every field of :class:`GermaniumDecay` that has one, in its unit."""
    errors = {name: sum(_quantity(name).error_to(_QUANTITIES[name][2])) / 2 for name in _QUANTITIES}
    return {name: error for name, error in errors.items() if error > 0}


def _quantity(field: str) -> Quantity:
    dataset, key, _ = _QUANTITIES[field]
    return load(dataset)[key]
