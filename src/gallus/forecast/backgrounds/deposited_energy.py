r"""Visible energy of photons that enter a large target and interact there.

:func:`deposited_MeV` follows photons through a half space that they enter straight: free paths by
the attenuation coefficient, Compton scattering by the formula of Klein and Nishina, everything else
taken as absorption. What comes back out through the surface is lost. Of photons of 0.3 to 2.6 MeV
in scintillator 53 to 78 % stay with their full energy; the rest makes the continuum below.
:func:`deposited_spectrum` is the histogram for photons of one energy.

Limits: the target is much larger than the attenuation length (10 to 30 cm); photons that scatter
before they enter are not there; pairs and coherent scattering count as absorption, which makes the
peak up to 0.03 too high at 0.3 MeV. The random numbers are always the same, so that a spectrum is a
fixed function; with 20 000 photons a share of 1/2 is good to 0.004.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, HBARC_MEV_CM
from gallus.forecast.backgrounds.attenuation import Medium, attenuation_per_cm, lowest_energy_MeV
from gallus.forecast.backgrounds.base import VisibleSpectrum

PHOTONS: Final = 20_000
SEED: Final = 51
BINS: Final = 100
"""Bins of the continuum of one energy."""
PEAK_WIDTH: Final = 1e-3
"""Half width of the bin of the full energy, relative."""
END_MEV: Final = 0.03
"""A photon of less is absorbed."""
_RADIUS2_CM2: Final = (FINE_STRUCTURE * HBARC_MEV_CM / ELECTRON_MASS_MEV) ** 2
"""Square of the classical electron radius."""


def scattered_energy_MeV(energy_MeV: Array, cosine: Array) -> Array:
    """Energy of a photon after Compton scattering, k/[1 + k (1 - cos theta)/m]."""
    scattered: Array = energy_MeV / (1.0 + energy_MeV / ELECTRON_MASS_MEV * (1.0 - cosine))
    return scattered


def klein_nishina_cm2(energy_MeV: Array, cosine: Array) -> Array:
    """Cross section dsigma/dcos(theta) per electron.

    pi r_e^2 (k'/k)^2 [k'/k + k/k' - sin^2 theta] (O. Klein and Y. Nishina, Z. Phys. 52 (1929) 853).
    """
    ratio = scattered_energy_MeV(energy_MeV, cosine) / energy_MeV
    shape: Array = ratio**2 * (ratio + 1.0 / ratio - 1.0 + cosine**2)
    return math.pi * _RADIUS2_CM2 * shape


def compton_cm2(energy_MeV: Array) -> Array:
    """Cross section of Compton scattering per electron, the integral of the former."""
    a = np.asarray(energy_MeV, dtype=np.float64) / ELECTRON_MASS_MEV
    log = np.log1p(2.0 * a)
    first = (1.0 + a) / a**2 * (2.0 * (1.0 + a) / (1.0 + 2.0 * a) - log / a)
    rest = log / (2.0 * a) - (1.0 + 3.0 * a) / (1.0 + 2.0 * a) ** 2
    total: Array = 2.0 * math.pi * _RADIUS2_CM2 * (first + rest)
    return total


def deposited_MeV(photon_MeV: Array, target: Medium, electrons_per_cm3: float) -> Array:
    """Energy that each photon leaves in the target, shape (n,); all interact at least once.

    Parameters
    ----------
    photon_MeV : array, shape (n,)
        Energies, 0.1 to 10 MeV.
    target : Medium
        What the photons enter, and its `electrons_per_cm3`.
    electrons_per_cm3 : float
        Electrons of the target.

    Raises
    ------
    InputError
        If an energy is outside of the table of attenuation.
    """
    entering = np.asarray(photon_MeV, dtype=np.float64)
    attenuation_per_cm(entering, target)  # refuses what is outside of the table
    random = np.random.Generator(np.random.Philox(key=SEED))
    left = entering.copy()
    depth, down = np.zeros_like(left), np.ones_like(left)
    inside = np.arange(left.size)
    while inside.size:
        # Below the table the values of its lowest energy are taken.
        known = np.maximum(left[inside], lowest_energy_MeV())
        mu = attenuation_per_cm(known, target)
        depth[inside] += down[inside] * random.exponential(size=inside.size) / mu
        compton = random.random(inside.size) < electrons_per_cm3 * compton_cm2(known) / mu
        stays = depth[inside] > 0.0
        left[inside[stays & ~compton]] = 0.0
        inside = inside[stays & compton]
        cosine = _scattering_cosines(left[inside], random)
        left[inside] = scattered_energy_MeV(left[inside], cosine)
        down[inside] = _turned(down[inside], cosine, random)
        absorbed = left[inside] < END_MEV
        left[inside[absorbed]] = 0.0
        inside = inside[~absorbed]
    deposited: Array = entering - left
    return deposited


@lru_cache(maxsize=64)
def deposited_spectrum(
    energy_MeV: float, target: Medium, electrons_per_cm3: float
) -> VisibleSpectrum:
    """Visible energies of photons of one energy: continuum, and a narrow bin of the full energy."""
    below = np.linspace(0.0, energy_MeV * (1.0 - PEAK_WIDTH), BINS + 1)
    edges = np.append(below, energy_MeV * (1.0 + PEAK_WIDTH))
    seen = deposited_MeV(np.full(PHOTONS, energy_MeV), target, electrons_per_cm3)
    return VisibleSpectrum(edges, np.histogram(seen, edges)[0] / PHOTONS)


def _scattering_cosines(energy: Array, random: np.random.Generator) -> Array:
    """Cosines by the formula of Klein and Nishina, by rejection below its value forward."""
    cosine = np.empty_like(energy)
    open_ = np.arange(energy.size)
    while open_.size:
        tried = random.uniform(-1.0, 1.0, open_.size)
        height = random.random(open_.size) * klein_nishina_cm2(energy[open_], np.ones(open_.size))
        taken = height < klein_nishina_cm2(energy[open_], tried)
        cosine[open_[taken]] = tried[taken]
        open_ = open_[~taken]
    return cosine


def _turned(down: Array, cosine: Array, random: np.random.Generator) -> Array:
    """Cosine to the inward normal after a scattering, at a random azimuth."""
    azimuth = random.uniform(0.0, 2.0 * math.pi, down.size)
    sines = np.sqrt(np.maximum(1.0 - down**2, 0.0) * (1.0 - cosine**2))
    turned: Array = down * cosine + sines * np.cos(azimuth)
    return np.clip(turned, -1.0, 1.0)
