r"""Coherent elastic scattering of neutrinos on nuclei: the same for all active flavours.

.. math:: \frac{d\sigma}{dT} = \frac{G_F^2 M}{4\pi} Q_W^2 \Big(1 - \frac{T}{T_{\max}}\Big),\qquad
          Q_W = N - (1 - 4\sin^2\theta_W) Z,\quad T_{\max} = \frac{2E^2}{M + 2E}

D. Z. Freedman, Phys. Rev. D 9 (1974) 1389, at tree level. For source neutrinos the wavelength is
far larger than light nuclei: the form factor, left out, is 1 to 2e-4 in fluorine at 750 keV.
Energies in MeV, cross sections in cm^2. Arrays of NumPy or jax.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from gallus.arrays import array_namespace
from gallus.constants import (
    AVOGADRO,
    FERMI_COUPLING_MEV2,
    HBAR_MEV_S,
    HBARC_MEV_CM,
    HBARC_MEV_M,
    JOULE_PER_MEV,
)
from gallus.interactions.target_material import Material, element_table

COUPLING_CM2_PER_MEV2: Final = (FERMI_COUPLING_MEV2 * HBARC_MEV_CM) ** 2 / (4.0 * math.pi)
"""G_F^2/(4 pi)."""
ATOMIC_MASS_MEV: Final = 1e-3 / AVOGADRO / JOULE_PER_MEV * (HBARC_MEV_M / HBAR_MEV_S) ** 2
"""1 g/mol, the atomic mass unit to 1e-9, with c as hbar c over hbar."""


class Nucleus(NamedTuple):
    """A nucleus of a material: charge, number of neutrons, mass, and how many there are."""

    charge: int
    neutrons: float
    mass_MeV: float
    per_g: float


def largest_nuclear_recoil_MeV(energy_MeV: Any, mass_MeV: Any) -> Any:
    """T_max = 2 E^2/(M + 2 E)."""
    return 2.0 * energy_MeV**2 / (mass_MeV + 2.0 * energy_MeV)


def weak_charge(charge: Any, neutrons: Any, sin2_theta_w: float) -> Any:
    """Q_W = N - (1 - 4 sin^2 theta_W) Z."""
    return neutrons - (1.0 - 4.0 * sin2_theta_w) * charge


def coherent_integral_cm2(
    energy_MeV: Any, low_MeV: Any, high_MeV: Any, nucleus: Nucleus, sin2_theta_w: float
) -> Any:
    """Cross section for recoils between two energies, closed form; arguments broadcast.

    Parameters
    ----------
    energy_MeV : array_like
        Neutrino energy, above 0.
    low_MeV, high_MeV : array_like
        Recoil energies; the part above T_max does not count.
    nucleus : Nucleus
        What recoils.
    sin2_theta_w : float
        Weak mixing angle.
    """
    xp = array_namespace(energy_MeV, low_MeV, high_MeV)
    end = largest_nuclear_recoil_MeV(energy_MeV, nucleus.mass_MeV)
    low, high = xp.clip(low_MeV, 0.0, end), xp.clip(high_MeV, 0.0, end)
    charge = weak_charge(nucleus.charge, nucleus.neutrons, sin2_theta_w)
    scale = COUPLING_CM2_PER_MEV2 * nucleus.mass_MeV * charge**2
    return scale * (high - low) * (1.0 - (low + high) / (2.0 * end))


def nuclei(material: Material) -> tuple[Nucleus, ...]:
    """Nuclei of a material: isotopes where the database has all of an element, else its mean."""
    found = []
    for symbol, number in material.atoms_per_g.items():
        charge, mass = element_table().charge_and_mass(symbol)
        element = element_table().elements.get(symbol)
        isotopes = {} if element is None else element.isotopes
        if math.fsum(each.abundance for each in isotopes.values()) > 0.999:
            parts = [(each.mass, each.abundance) for each in isotopes.values()]
        else:
            parts = [(mass, 1.0)]
        found += [
            Nucleus(charge, _neutrons(u, charge, len(parts)), u * ATOMIC_MASS_MEV, number * share)
            for u, share in parts
        ]
    return tuple(found)


def _neutrons(mass_u: float, charge: int, isotopes: int) -> float:
    """Number of neutrons: whole for an isotope, a mean for an element."""
    return round(mass_u) - charge if isotopes > 1 else mass_u - charge
