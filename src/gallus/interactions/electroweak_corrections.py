r"""Small corrections to allowed Gamow-Teller capture: weak magnetism, outer radiative corrections.

Each function returns a relative correction delta; the rate or cross section is multiplied by
1 + delta. They come in pairs, capture of a neutrino and capture of a bound electron, because the
cross section of 71Ga is derived from the decay of 71Ge and only the ratio of the two matters.
Both members describe the same amplitude: time reversal turns one reaction into the other.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import constants as codata
from scipy.special import spence

from gallus.arrays import gauss_legendre
from gallus.constants import (
    ELECTRON_MASS_MEV,
    FINE_STRUCTURE,
    NEUTRON_MASS_MEV,
    PROTON_MASS_MEV,
)

Reals = npt.NDArray[np.float64]

ISOVECTOR_MOMENT: Final[float] = codata.value(
    "proton mag. mom. to nuclear magneton ratio"
) - codata.value("neutron mag. mom. to nuclear magneton ratio")
"""mu_p - mu_n: the weak magnetism of a free nucleon, by conservation of the vector current."""
ORBITAL_SHARE: Final = 0.5
"""What the orbital current takes off the moment in the impulse approximation (Hayes 2014)."""
_NODES, _WEIGHTS = gauss_legendre(40)


def weak_magnetism(
    electron_energy_MeV: npt.ArrayLike, neutrino_energy_MeV: npt.ArrayLike, axial_coupling: float
) -> Reals:
    r"""Interference of weak magnetism with the Gamow-Teller amplitude in capture.

    .. math:: \delta = \frac{2}{3}\,\frac{\mu_v - 1/2}{M g_A}\,(E_e\beta_e^2 + E_\nu)

    Impulse approximation. It is the correction of beta decay (A. C. Hayes et al., Phys. Rev. Lett.
    112 (2014) 202501; B. R. Holstein, Rev. Mod. Phys. 46 (1974) 789) with the neutrino crossed
    from the final to the initial state. The same function holds for both directions of the
    reaction; for the capture of a bound electron its energy is the rest mass.

    Parameters
    ----------
    electron_energy_MeV, neutrino_energy_MeV : array_like
        Total energies of the two leptons.
    axial_coupling : float
        g_A.
    """
    electron = np.asarray(electron_energy_MeV, dtype=np.float64)
    neutrino = np.asarray(neutrino_energy_MeV, dtype=np.float64)
    nucleon_mass = 0.5 * (PROTON_MASS_MEV + NEUTRON_MASS_MEV)
    strength = 2.0 / 3.0 * (ISOVECTOR_MOMENT - ORBITAL_SHARE) / (nucleon_mass * axial_coupling)
    return strength * (electron - ELECTRON_MASS_MEV**2 / electron + neutrino)


def radiative_neutrino_capture(available_energy_MeV: npt.ArrayLike) -> Reals:
    r"""Outer radiative correction of order alpha to neutrino capture, photons not counted apart.

    Virtual part and soft photons of A. Sirlin (Phys. Rev. 164 (1967) 1767), which are the same
    function of the electron velocity in every process of this kind, plus hard photons with the
    spectrum of internal bremsstrahlung (J. K. Knipp and G. E. Uhlenbeck, Physica 3 (1936) 425),
    integrated at fixed energy of electron and photon together.

    .. math:: \delta = \frac{\alpha}{2\pi}\Big[3\ln\frac{m_p}{m_e} - \frac34
              + \frac4\beta L\Big(\frac{2\beta}{1+\beta}\Big) + 2 A (1 + \beta^2 - 2\beta A)
              + 4 (A - 1)\ln\frac{2T}{m_e} + 4\int_0^T \frac{dk}{k}\,(h(k) - h(0))\Big]

    with A = artanh(beta)/beta, T the kinetic energy and h the photon spectrum times k. The terms
    of order Z alpha^2 and whatever depends on nuclear structure are left out.

    Parameters
    ----------
    available_energy_MeV : array_like
        Total energy of electron and photon, above the electron's rest mass.
    """
    # At threshold every term has its limit: 1e-10 m_e above it the bracket is exact to 1e-8.
    lowest = (1.0 + 1e-10) * ELECTRON_MASS_MEV
    energy = np.maximum(np.asarray(available_energy_MeV, dtype=np.float64), lowest)
    kinetic = energy - ELECTRON_MASS_MEV
    soft = 4.0 * (_rapidity_ratio(energy) - 1.0) * np.log(2.0 * kinetic / ELECTRON_MASS_MEV)
    return _in_alpha(_virtual(energy) + soft + 4.0 * _hard_photons(energy))


def radiative_electron_capture(neutrino_energy_MeV: npt.ArrayLike) -> Reals:
    r"""Outer radiative correction of order alpha to the capture of a 1s electron.

    The virtual part at velocity zero, 3 ln(m_p/m_e) - 27/4, and the internal bremsstrahlung of
    1s capture, alpha E_nu^2/(12 pi m_e^2) (P. Morrison and L. I. Schiff, Phys. Rev. 58 (1940) 24).
    No closed form is published for a bound electron: its momentum, of order alpha Z m_e, is
    neglected, as are all terms of order Z alpha^2.

    Parameters
    ----------
    neutrino_energy_MeV : array_like
        Energy of the neutrino.
    """
    ratio = np.asarray(neutrino_energy_MeV, dtype=np.float64) / ELECTRON_MASS_MEV
    return _in_alpha(3.0 * np.log(PROTON_MASS_MEV / ELECTRON_MASS_MEV) - 6.75 + ratio**2 / 6.0)


def _in_alpha(bracket: Reals) -> Reals:
    return np.asarray(FINE_STRUCTURE / (2.0 * np.pi) * bracket, dtype=np.float64)


def _virtual(energy: Reals) -> Reals:
    """Virtual photons and soft real ones up to half the electron mass, in units of alpha/2 pi."""
    beta, ratio = _velocity(energy), _rapidity_ratio(energy)
    # L(x) = -Li2(x) = -spence(1 - x) in SciPy's convention.
    dilogarithm: Reals = spence((1.0 - beta) / (1.0 + beta))
    constant = 3.0 * math.log(PROTON_MASS_MEV / ELECTRON_MASS_MEV) - 0.75
    return constant - 4.0 / beta * dilogarithm + 2.0 * ratio * (1.0 + beta**2 - 2.0 * ratio * beta)


def _hard_photons(energy: Reals) -> Reals:
    """Integral of (h(k) - h(0))/k over the photon energy k, by Gauss-Legendre.

    k = T (1 - s^2): in s the square root at the end of the spectrum is smooth.
    """
    s = 0.5 * (_NODES + 1.0)
    kinetic = (energy - ELECTRON_MASS_MEV)[..., np.newaxis]
    photon = kinetic * (1.0 - s**2)
    difference = _photon_spectrum(energy[..., np.newaxis], photon) - (
        _rapidity_ratio(energy)[..., np.newaxis] - 1.0
    )
    integral: Reals = np.sum(_WEIGHTS * s * kinetic * difference / photon, axis=-1)
    return integral


def _photon_spectrum(energy: Reals, photon: Reals) -> Reals:
    """h(k): photons per dk/k and 2 alpha/pi, relative to the rate without them."""
    left = energy - photon
    beta, ratio, x = _velocity(left), _rapidity_ratio(left), photon / left
    phase_space = beta * left**2 / (_velocity(energy) * energy**2)
    return phase_space * ((ratio - 1.0) * (1.0 + x) + 0.5 * ratio * x**2)


def _velocity(energy: Reals) -> Reals:
    """Electron velocity, kept off zero, where every ratio below has its limit."""
    return np.sqrt(np.maximum(1.0 - (ELECTRON_MASS_MEV / energy) ** 2, 1e-12))


def _rapidity_ratio(energy: Reals) -> Reals:
    beta = _velocity(energy)
    return np.arctanh(beta) / beta
