"""Physical constants, each with its source; energies in MeV, lengths in m, times in days.

CODATA values come through :mod:`scipy.constants` and change with it, never by hand. Constants that
are measured in weak decays (g_A, V_ud) are data, not code.
"""

from __future__ import annotations

from typing import Final

from scipy import constants as codata

ELECTRON_MASS_MEV: Final[float] = codata.value("electron mass energy equivalent in MeV")
NEUTRON_MASS_MEV: Final[float] = codata.value("neutron mass energy equivalent in MeV")
PROTON_MASS_MEV: Final[float] = codata.value("proton mass energy equivalent in MeV")
FINE_STRUCTURE: Final[float] = codata.fine_structure
FERMI_COUPLING_MEV2: Final[float] = codata.value("Fermi coupling constant") * 1e-6
"""G_F/(hbar c)^3 in MeV^-2 (CODATA gives GeV^-2)."""
HBARC_MEV_M: Final[float] = codata.value("reduced Planck constant times c in MeV fm") * 1e-15
HBARC_MEV_FM: Final[float] = codata.value("reduced Planck constant times c in MeV fm")
HBARC_MEV_CM: Final[float] = HBARC_MEV_FM * 1e-13
HBAR_MEV_S: Final[float] = codata.value("reduced Planck constant in eV s") * 1e-6
AVOGADRO: Final[float] = codata.Avogadro
SECONDS_PER_DAY: Final[float] = codata.day
JOULE_PER_MEV: Final[float] = codata.eV * 1e6
BOLTZMANN_MEV_PER_K: Final[float] = codata.value("Boltzmann constant in eV/K") * 1e-6
ATOMIC_MASS_MEV: Final[float] = codata.value("atomic mass constant energy equivalent in MeV")
