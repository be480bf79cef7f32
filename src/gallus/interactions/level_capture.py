r"""Capture of a neutrino to one nuclear level whose Gamow-Teller strength is known.

.. math:: \sigma = \frac{G_F^2 V_{ud}^2}{\pi} g_A^2\, B({\rm GT})\, p_e E_e F(Z, E_e),\qquad
          E_e = E_\nu - E_{\rm threshold} + m_e

with the Fermi function of a charged sphere, B(GT) in units in which the neutron has 3, and without
screening and radiative corrections: good to the per cent, less than the strengths are known to.
Capture on 71Ga is in :mod:`gallus.interactions.gallium_capture`. NumPy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gallus.constants import ELECTRON_MASS_MEV, FERMI_COUPLING_MEV2, HBARC_MEV_CM
from gallus.database.loader import load
from gallus.errors import InputError
from gallus.interactions.fermi_function import electron_density_MeV2

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LevelCapture:
    """Capture to one level.

    Parameters
    ----------
    threshold_MeV : float
        Lowest energy of a neutrino, from the masses of neutral atoms.
    gamow_teller : float
        B(GT).
    charge : int
        Atomic number of the daughter.
    radius_fm : float
        Radius of the daughter as a uniform sphere.

    Raises
    ------
    InputError
        If threshold or strength is not a positive number.
    """

    threshold_MeV: float
    gamow_teller: float
    charge: int
    radius_fm: float

    def __post_init__(self) -> None:
        for key in ("threshold_MeV", "gamow_teller"):
            value = getattr(self, key)
            if not (math.isfinite(value) and value > 0):
                raise InputError("is not positive", key=key, value=value, allowed="above 0")

    @classmethod
    def on_indium(cls) -> LevelCapture:
        """115In to the 613 keV level of 115Sn, which decays with a delay of 4.8 us."""
        data = load("indium-115")
        return cls(
            data["threshold"].to("MeV"),
            data["gamow_teller"].to("1"),
            round(data["daughter_charge"].to("1")),
            math.sqrt(5.0 / 3.0) * data["charge_radius"].to("fm"),
        )

    def cross_section_cm2(self, energy_MeV: npt.ArrayLike) -> Reals:
        """Cross section per nucleus at neutrino energies, zero below threshold."""
        weak = load("weak-constants")
        electron = np.asarray(energy_MeV, float) - self.threshold_MeV + ELECTRON_MASS_MEV
        moving = np.maximum(electron, ELECTRON_MASS_MEV)
        density = electron_density_MeV2(moving, float(self.charge), self.radius_fm)
        coupling = (
            FERMI_COUPLING_MEV2 * weak["v_ud"].to("1") * weak["axial_coupling"].to("1")
        ) ** 2
        sigma = coupling / math.pi * self.gamow_teller * density * HBARC_MEV_CM**2
        return np.where(electron >= ELECTRON_MASS_MEV, sigma, 0.0)
