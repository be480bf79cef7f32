"""Photons of one energy from the source: its own gamma, those of impurities.

Their number is that of :mod:`gallus.forecast.backgrounds.photon_rates`, their visible energies are
those of :mod:`gallus.forecast.backgrounds.deposited_energy`.
"""

from __future__ import annotations

import numpy as np

from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.forecast.backgrounds.attenuation import attenuation_length_m
from gallus.forecast.backgrounds.base import Background, FromSource
from gallus.forecast.backgrounds.deposited_energy import deposited_spectrum
from gallus.forecast.backgrounds.photon_rates import PhotonPath


def source_gamma(
    energy_MeV: float, photons_per_s: float, half_life_d: float, path: PhotonPath
) -> Background:
    """Photons of one energy from a point on the axis, ``source-gamma``.

    Parameters
    ----------
    energy_MeV : float
        Of the photon.
    photons_per_s : float
        Emitted at the start, in all directions.
    half_life_d : float
        Of what emits them.
    path : PhotonPath
        Shield and target.

    Raises
    ------
    InputError
        If the energy is outside of the tables or the number of photons is negative.
    """
    if not photons_per_s >= 0:
        raise InputError("is negative", key="photons_per_s", value=photons_per_s)
    return Background(
        "source-gamma",
        photons_per_s * float(path.interacting(np.asarray(energy_MeV))) * SECONDS_PER_DAY,
        deposited_spectrum(energy_MeV, path.target, path.electrons_per_cm3),
        FromSource(attenuation_length_m(energy_MeV, path.target)),
        path.relative_error,
        half_life_d,
        citations=("hubbell-1995",),
        remark=f"{1e3 * energy_MeV:.0f} keV through the shield, "
        f"narrow beam times {path.build_up:g}",
    )
