r"""Internal bremsstrahlung of electron capture, through the shield of the source.

A captured s electron may radiate; the photon and the neutrino share the energy q of the line that
would be there without it (P. Morrison and L. I. Schiff, Phys. Rev. 58 (1940) 24):

.. math:: \frac{dw}{dk} = f\,\frac{\alpha}{\pi m_e^2}\; k\,\Big(1 - \frac kq\Big)^2, \qquad
          w = f\,\frac{\alpha}{12\pi}\,\Big(\frac{q}{m_e}\Big)^2

photons per decay in a line of fraction f, the integral being q^2/12. With q = 0.747 MeV that is
4.1e-4. Coulomb corrections, of relative order Z alpha (17 % for 51Cr), and the capture of p
electrons, which adds soft photons that no shield lets through, are not here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.forecast.backgrounds.attenuation import (
    Medium,
    attenuation_length_m,
    lowest_energy_MeV,
)
from gallus.forecast.backgrounds.base import Background, FromSource, VisibleSpectrum
from gallus.forecast.backgrounds.deposited_energy import PHOTONS, deposited_MeV
from gallus.forecast.backgrounds.photon_rates import PhotonPath
from gallus.interactions.ground_state import NeutrinoLine

BINS: Final = 150
"""Photon energies, and bins of the visible energy."""


def photons_per_MeV(photon_MeV: Array, lines: Iterable[NeutrinoLine]) -> Array:
    """Photons per MeV and decay, shape of the energies; zero above the highest line.

    Parameters
    ----------
    photon_MeV : array
        Photon energy k, 0 or more.
    lines : iterable
        Energies and fractions of the neutrino lines of the source.
    """
    photon = np.asarray(photon_MeV, dtype=np.float64)
    scale = FINE_STRUCTURE / (math.pi * ELECTRON_MASS_MEV**2)
    total: Array = np.zeros_like(photon)
    for line in lines:
        rest = np.maximum(1.0 - photon / line.energy_MeV, 0.0)
        total = total + line.fraction * scale * photon * rest**2
    return total


def photons_per_decay(lines: Iterable[NeutrinoLine]) -> float:
    """All photons of a decay, the sum of f alpha q^2/(12 pi m^2)."""
    squares = sum(line.fraction * line.energy_MeV**2 for line in lines)
    return FINE_STRUCTURE / (12.0 * math.pi * ELECTRON_MASS_MEV**2) * squares


def bremsstrahlung(
    lines: Sequence[NeutrinoLine], activity_Bq: float, half_life_d: float, path: PhotonPath
) -> Background:
    """Photons above 0.1 MeV from a source on the axis, ``bremsstrahlung``.

    They fall off in the target with the attenuation length of their mean energy behind the shield.

    Parameters
    ----------
    lines : sequence
        Neutrino lines of the source.
    activity_Bq, half_life_d : float
        Of the source at the start.
    path : PhotonPath
        Shield and target.

    Raises
    ------
    InputError
        If no line is above 0.1 MeV, or the shield lets nothing through.
    """
    end, low = max(line.energy_MeV for line in lines), lowest_energy_MeV()
    if end <= low:
        raise InputError("is too low", key="lines", value=end, allowed=f"a line above {low} MeV")
    photon_edges, photon = _photons_MeV(end)
    emitted = activity_Bq * photons_per_MeV(photon, lines) * (end - low) / BINS
    seen = path.interacting(photon_edges, emitted)
    if not seen.sum() > 0:
        raise InputError("lets nothing through", key="layers", allowed="a thinner shield")
    weight = seen / seen.sum()
    edges, shares = _deposits(end, path.target, path.electrons_per_cm3)
    return Background(
        "bremsstrahlung",
        float(seen.sum()) * SECONDS_PER_DAY,
        VisibleSpectrum(edges, weight @ shares),
        FromSource(attenuation_length_m(float(weight @ photon), path.target)),
        path.relative_error,
        half_life_d,
        citations=("morrison-1940", "hubbell-1995", "trubey-1991"),
        remark=f"photons above {low:g} MeV through the shield, "
        + path.scattering(photon_edges, emitted),
    )


def _photons_MeV(end_MeV: float) -> tuple[Array, Array]:
    """Edges of the bins of photon energy, and their middles, shape (BINS,)."""
    edges = np.linspace(lowest_energy_MeV(), end_MeV, BINS + 1)
    return edges, 0.5 * (edges[1:] + edges[:-1])


@lru_cache(maxsize=16)
def _deposits(end_MeV: float, target: Medium, electrons_per_cm3: float) -> tuple[Array, Array]:
    """Edges of the visible energy, and the share of each photon energy in each of its bins."""
    each = PHOTONS // BINS
    seen = deposited_MeV(np.repeat(_photons_MeV(end_MeV)[1], each), target, electrons_per_cm3)
    edges = np.linspace(0.0, end_MeV, BINS + 1)
    return edges, np.array([np.histogram(x, edges)[0] for x in seen.reshape(BINS, each)]) / each
