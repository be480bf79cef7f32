r"""Recoil electrons of a source next to a detector: the kernel of elastic scattering.

.. math:: Y^\alpha_{tl} = A\, f_l\, n_e\, \epsilon\, \sigma_\alpha(E_l;\, T_t < T < T_{t+1})

per metre of target, for the flavours e, mu and tau with their own cross sections: a lost nu_e that
becomes active still scatters, with a quarter of the rate.
"""

from __future__ import annotations

import numpy as np

from gallus.arrays import Array
from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.experiments.recorded_bins import distance_bins, energy_bins
from gallus.experiments.setup import Setup
from gallus.experiments.setup_kernel import Component, SetupKernel
from gallus.interactions.electron_scattering import component_integrals_cm2
from gallus.interactions.scattering_couplings import FLAVOURS, Flavour, Neutrino
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.oscillation.base import Channel

CM_PER_M = 100.0


def scattering_kernel(chosen: Setup) -> SetupKernel:
    """Build the kernel of scattered electrons.

    Parameters
    ----------
    chosen : Setup
        Source and detector.

    Raises
    ------
    InputError
        If a magnetic moment makes the cross section infinite, or a cut leaves no target.
    """
    energy, fraction = line_arrays(chosen)
    bins = energy_bins(chosen.detection, largest_recoil_MeV(energy))
    places = distance_bins(chosen.detection, chosen.targets().values(), bins.true_edges_MeV)
    scale = events_per_cm2_and_m(chosen) * fraction
    components = [
        Component(
            Channel("e", flavour),
            energy,
            scale * recoil_cross_sections_cm2(chosen, flavour, energy, bins.true_edges_MeV),
        )
        for flavour in FLAVOURS
    ]
    return SetupKernel(
        components,
        places.cells,
        bins.migration,
        places.migration,
        bins.edges_MeV,
        places.edges_m,
        places.mixing,
    )


def line_arrays(chosen: Setup) -> tuple[Array, Array]:
    """Energies in MeV and shares of the decays of the lines of the source."""
    lines = chosen.lines()
    return (
        np.array([line.energy_MeV for line in lines]),
        np.array([line.fraction for line in lines]),
    )


def events_per_cm2_and_m(chosen: Setup) -> float:
    """Scattered electrons per day at the start, per cm2 of cross section and metre of target."""
    decays = chosen.source.activity * SECONDS_PER_DAY
    return decays * chosen.electrons_per_cm3() * CM_PER_M * chosen.detection.efficiency


def recoil_cross_sections_cm2(
    chosen: Setup, flavour: Flavour, energy_MeV: Array, edges_MeV: Array
) -> Array:
    """Cross sections between recoil energies, shape (bins, lines), the magnetic moment included.

    Raises
    ------
    InputError
        If a magnetic moment makes the first of them infinite.
    """
    low, high = edges_MeV[:-1, None], edges_MeV[1:, None]
    model = chosen.interaction.scattering_model()
    sigma: Array = model.integral_cm2(energy_MeV, low, high, Neutrino(flavour))
    moment = chosen.interaction.magnetic_moment_muB
    if moment == 0.0 or flavour != "e":
        return sigma
    if edges_MeV[0] == 0.0:
        raise InputError(
            "with a magnetic moment makes the number of recoils infinite",
            key="detection.threshold_keV",
            value=chosen.detection.threshold_keV,
            allowed="above 0, by more than the energy resolution",
        )
    total: Array = sigma + component_integrals_cm2(energy_MeV, low, high)[3] * moment**2
    return total
