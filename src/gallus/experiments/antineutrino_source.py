"""Positrons of a source of antineutrinos next to a detector: inverse beta decay.

The recorded energy is the visible one, the positron with its annihilation,
E_vis = E_nu - (m_n - m_p) + m_e; the recoil of the neutron, below 10 keV, is left out.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gallus.arrays import Array
from gallus.constants import ELECTRON_MASS_MEV, SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.experiments.captures import cell_integrals
from gallus.experiments.recorded_bins import distance_bins, energy_bins
from gallus.experiments.scattering import CM_PER_M
from gallus.experiments.setup import Setup
from gallus.experiments.setup_kernel import Component, SetupKernel
from gallus.interactions.beta_spectrum import NeutrinoSpectrum
from gallus.interactions.inverse_beta_decay import (
    DIFFERENCE_MEV,
    THRESHOLD_MEV,
    InverseBetaDecay,
)
from gallus.kernel.energy_cells import EnergyCells
from gallus.oscillation.base import Channel
from gallus.sources.beta_decay import BetaEmitter

VISIBLE_MEV = ELECTRON_MASS_MEV - DIFFERENCE_MEV
"""Visible energy less that of the antineutrino, -0.782 MeV."""


def positron_kernel(chosen: Setup) -> SetupKernel:
    """Build the kernel of inverse beta decay on the free protons of the target.

    Raises
    ------
    InputError
        If the source emits neutrinos.
    """
    source = chosen.nuclide
    if not (isinstance(source, BetaEmitter) and source.antineutrino):
        raise InputError(
            "emits no antineutrinos", key="source.nuclide", value=source.name, allowed="144Ce-144Pr"
        )
    spectrum, decay = NeutrinoSpectrum(source), InverseBetaDecay.from_neutron_lifetime()
    end = np.array([spectrum.endpoint_MeV + VISIBLE_MEV])
    bins = energy_bins(chosen.detection, end)
    places = distance_bins(chosen.detection, chosen.targets().values(), bins.true_edges_MeV)

    def captured(energy_MeV: Array) -> Array:
        return np.asarray(spectrum.per_MeV(energy_MeV) * decay.total_cm2(energy_MeV))

    # Only the part of each bin in which there are events becomes an energy cell.
    edges = np.clip(bins.true_edges_MeV - VISIBLE_MEV, THRESHOLD_MEV, spectrum.endpoint_MeV)
    filled = [t for t, (low, high) in enumerate(pairwise(edges)) if high - low > 1e-9]
    inside = np.append(edges[filled], edges[filled[-1] + 1]) if filled else np.empty(0)
    if not filled:  # a threshold above every positron: one cell that counts nothing
        inside = np.array([THRESHOLD_MEV, spectrum.endpoint_MeV])
    cells = EnergyCells.from_edges(inside, captured)
    per_day = np.zeros((len(edges) - 1, len(inside) - 1))
    scale, integrals = _per_cm2_and_m(chosen), cell_integrals(captured, inside)
    for n, t in enumerate(filled):
        per_day[t, n] = scale * integrals[n]
    return SetupKernel(
        [Component(Channel("e", "e", antineutrino=True), cells, per_day)],
        places.cells,
        bins.migration,
        places.migration,
        bins.edges_MeV,
        places.edges_m,
        places.mixing,
    )


def _per_cm2_and_m(chosen: Setup) -> float:
    """Positrons per day at the start, per cm2 of cross section per decay and metre of target."""
    protons = chosen.material.protons_per_g * chosen.density_g_per_cm3()
    decays = chosen.source.activity * SECONDS_PER_DAY
    return decays * protons * CM_PER_M * chosen.detection.efficiency
