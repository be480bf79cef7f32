"""Recoiling nuclei of a source next to a detector: blind to the flavour of what arrives."""

from __future__ import annotations

import numpy as np

from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.experiments.recorded_bins import distance_bins, energy_bins
from gallus.experiments.scattering import CM_PER_M, line_arrays
from gallus.experiments.setup import Setup
from gallus.experiments.setup_kernel import Component, SetupKernel
from gallus.interactions.coherent_scattering import (
    coherent_integral_cm2,
    largest_nuclear_recoil_MeV,
    nuclei,
)
from gallus.interactions.scattering_couplings import low_energy_sin2_theta_w
from gallus.oscillation.base import Channel


def coherent_kernel(chosen: Setup) -> SetupKernel:
    """Build the kernel of coherent scattering on all nuclei of the target.

    A loss to sterile states lowers the counts, a change of flavour does not.

    Raises
    ------
    InputError
        If couplings are given that do not fix the weak mixing angle.
    """
    angle = chosen.interaction.sin2_theta_w
    if chosen.interaction.couplings == "free":
        raise InputError(
            "do not say the weak charge of nuclei",
            key="interaction.couplings",
            value="free",
            allowed="tree with sin2_theta_w",
        )
    angle = low_energy_sin2_theta_w() if angle is None else angle
    energy, fraction = line_arrays(chosen)
    parts = nuclei(chosen.material)
    ends = np.concatenate([largest_nuclear_recoil_MeV(energy, each.mass_MeV) for each in parts])
    bins = energy_bins(chosen.detection, ends)
    places = distance_bins(chosen.detection, chosen.targets().values(), bins.true_edges_MeV)
    low, high = bins.true_edges_MeV[:-1, None], bins.true_edges_MeV[1:, None]
    per_g = sum(
        each.per_g * coherent_integral_cm2(energy, low, high, each, angle) for each in parts
    )
    decays = chosen.source.activity * SECONDS_PER_DAY * chosen.detection.efficiency
    per_day = decays * chosen.density_g_per_cm3() * CM_PER_M * fraction * per_g
    return SetupKernel(
        [Component(Channel("e", "active"), energy, per_day)],
        places.cells,
        bins.migration,
        places.migration,
        bins.edges_MeV,
        places.edges_m,
        places.mixing,
    )
