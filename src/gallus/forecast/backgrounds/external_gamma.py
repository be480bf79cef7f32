r"""Photons from outside: rock, steel, glass of the photosensors.

:func:`external_gamma` takes their number as stated, of those that interact in the target, and lets
them fall off as exp(-depth/lambda) from the surface, which is straight incidence. Isotropic photons
fall off faster just below the surface. Their visible energies are those of
:mod:`gallus.forecast.backgrounds.deposited_energy`, full energy and continuum: photons that have
scattered before they enter are not there, so that the continuum is a lower bound.
"""

from __future__ import annotations

from gallus.forecast.backgrounds.attenuation import Medium, attenuation_length_m
from gallus.forecast.backgrounds.base import UNSTATED, Background, FromSurface
from gallus.forecast.backgrounds.deposited_energy import deposited_spectrum


def external_gamma(
    energy_MeV: float,
    per_day: float,
    target: Medium,
    electrons_per_cm3: float,
    relative_error: float = UNSTATED,
) -> Background:
    """Photons of one energy that enter through the surface, ``external-gamma``.

    Parameters
    ----------
    energy_MeV : float
        Photon energy: 2.615 of 208Tl, 1.461 of 40K, ...
    per_day : float
        Photons that interact in the target.
    target : Medium
        What the target is made of.
    electrons_per_cm3 : float
        Of the target.
    relative_error : float
        One sigma of the rate.

    Raises
    ------
    InputError
        If the energy is outside of the table of attenuation.
    """
    return Background(
        "external-gamma",
        per_day,
        deposited_spectrum(energy_MeV, target, electrons_per_cm3),
        FromSurface(attenuation_length_m(energy_MeV, target)),
        relative_error,
        citations=("hubbell-1995",),
        remark=f"{1e3 * energy_MeV:.0f} keV, straight incidence",
    )
