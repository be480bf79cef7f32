"""Photons of one energy from the source: its own gamma, those of impurities.

Their number is that of :mod:`gallus.forecast.backgrounds.photon_rates`, their visible energies are
those of :mod:`gallus.forecast.backgrounds.deposited_energy`, for photons that scattered in the
shield those of the energy that they have left.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.forecast.backgrounds.attenuation import (
    Medium,
    attenuation_length_m,
    lowest_energy_MeV,
)
from gallus.forecast.backgrounds.base import Background, FromSource, VisibleSpectrum
from gallus.forecast.backgrounds.deposited_energy import (
    PEAK_WIDTH,
    PHOTONS,
    deposited_MeV,
    deposited_spectrum,
)
from gallus.forecast.backgrounds.photon_rates import PhotonPath

BINS: Final = 100
"""Energies of scattered photons."""


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
    low = lowest_energy_MeV()
    if not energy_MeV * (1.0 - PEAK_WIDTH) > low:
        raise InputError("is too low", key="energy_MeV", value=energy_MeV, allowed=f"above {low}")
    edges = _edges_MeV(energy_MeV)
    one = np.append(np.zeros(BINS), 1.0)
    seen = path.interacting(edges, one)
    weight = seen / seen.sum() if seen.sum() > 0 else one
    middle = 0.5 * (edges[1:] + edges[:-1])
    return Background(
        "source-gamma",
        photons_per_s * float(seen.sum()) * SECONDS_PER_DAY,
        _spectrum(energy_MeV, weight, path),
        FromSource(attenuation_length_m(float(weight @ middle), path.target)),
        path.relative_error,
        half_life_d,
        citations=("hubbell-1995", "trubey-1991"),
        remark=f"{1e3 * energy_MeV:.0f} keV through the shield, " + path.scattering(edges, one),
    )


def _edges_MeV(energy_MeV: float) -> Array:
    """Bins of scattered photons, and a narrow one of the full energy, shape (BINS + 2,)."""
    below = np.linspace(lowest_energy_MeV(), energy_MeV * (1.0 - PEAK_WIDTH), BINS + 1)
    return np.append(below, energy_MeV * (1.0 + PEAK_WIDTH))


def _spectrum(energy_MeV: float, weight: Array, path: PhotonPath) -> VisibleSpectrum:
    """Visible energies of photons by the bins that they enter in."""
    full = deposited_spectrum(energy_MeV, path.target, path.electrons_per_cm3)
    if not weight[:-1].any():
        return full
    shares = weight[:-1] @ _deposits(energy_MeV, path.target, path.electrons_per_cm3)
    return VisibleSpectrum(full.edges_MeV, shares + weight[-1] * full.share)


@lru_cache(maxsize=16)
def _deposits(energy_MeV: float, target: Medium, electrons_per_cm3: float) -> Array:
    """Share of each energy of scattered photons in each bin of the visible energy."""
    edges, each = _edges_MeV(energy_MeV), PHOTONS // BINS
    entering = np.repeat(0.5 * (edges[1:-1] + edges[:-2]), each)
    seen = deposited_MeV(entering, target, electrons_per_cm3).reshape(BINS, each)
    bins = deposited_spectrum(energy_MeV, target, electrons_per_cm3).edges_MeV
    return np.array([np.histogram(x, bins)[0] for x in seen]) / each
