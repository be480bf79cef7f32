r"""Kinematics of elastic scattering of a neutrino on an electron at rest, in all directions.

Of neutrino energy, recoil energy and recoil angle any two give the third:

.. math:: T_{\max} = \frac{2E^2}{2E + m},\qquad
          \cos\theta = \Big(1 + \frac{m}{E}\Big)\sqrt{\frac{T}{T + 2m}}

Energies in MeV, T kinetic, theta between the electron and the incoming neutrino. All functions take
arrays that broadcast, of NumPy or jax, and are defined where the kinematics allows it; outside they
return what the formula gives and the caller compares with :func:`largest_recoil_MeV`.
"""

from __future__ import annotations

from typing import Any

from gallus.arrays import array_namespace
from gallus.constants import ELECTRON_MASS_MEV


def largest_recoil_MeV(energy_MeV: Any) -> Any:
    """Recoil energy of an electron that leaves forward, T_max = 2 E^2/(2 E + m).

    Parameters
    ----------
    energy_MeV : array_like
        Neutrino energy E.
    """
    return 2.0 * energy_MeV**2 / (2.0 * energy_MeV + ELECTRON_MASS_MEV)


def smallest_energy_MeV(recoil_MeV: Any) -> Any:
    """Lowest energy of a neutrino that gives a recoil T, [T + sqrt(T^2 + 2 m T)]/2.

    The inverse of :func:`largest_recoil_MeV`.
    """
    xp = array_namespace(recoil_MeV)
    return 0.5 * (recoil_MeV + xp.sqrt(recoil_MeV * (recoil_MeV + 2.0 * ELECTRON_MASS_MEV)))


def recoil_cosine(energy_MeV: Any, recoil_MeV: Any) -> Any:
    """Cosine of the recoil angle, (1 + m/E) sqrt(T/(T + 2 m)); 1 at the largest recoil."""
    xp = array_namespace(energy_MeV, recoil_MeV)
    mass = ELECTRON_MASS_MEV
    return (1.0 + mass / energy_MeV) * xp.sqrt(recoil_MeV / (recoil_MeV + 2.0 * mass))


def recoil_at_cosine_MeV(energy_MeV: Any, cosine: Any) -> Any:
    """Recoil energy at an angle, T = 2 m E^2 c^2/[(m + E)^2 - E^2 c^2] for 0 <= c <= 1."""
    squared = (energy_MeV * cosine) ** 2
    return 2.0 * ELECTRON_MASS_MEV * squared / _denominator(energy_MeV, squared)


def recoil_slope_MeV(energy_MeV: Any, cosine: Any) -> Any:
    """dT/dcos = 4 m E^2 (m + E)^2 c/[(m + E)^2 - E^2 c^2]^2, from dsigma/dT to dsigma/dcos."""
    squared = (energy_MeV * cosine) ** 2
    numerator = 4.0 * ELECTRON_MASS_MEV * energy_MeV**2 * (ELECTRON_MASS_MEV + energy_MeV) ** 2
    return numerator * cosine / _denominator(energy_MeV, squared) ** 2


def neutrino_energy_MeV(recoil_MeV: Any, cosine: Any) -> Any:
    """Neutrino energy from recoil energy and angle, E = m/(c sqrt((T + 2 m)/T) - 1).

    Infinite or negative where no neutrino gives such a recoil at such an angle.
    """
    xp = array_namespace(recoil_MeV, cosine)
    mass = ELECTRON_MASS_MEV
    return mass / (xp.sqrt((recoil_MeV + 2.0 * mass) / recoil_MeV) * cosine - 1.0)


def _denominator(energy_MeV: Any, squared: Any) -> Any:
    return (ELECTRON_MASS_MEV + energy_MeV) ** 2 - squared
