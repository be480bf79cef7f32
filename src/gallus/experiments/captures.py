"""Neutrinos that are captured: on 71Ga, with and without a delayed coincidence, and on 115In.

The recorded bin is one: which line was captured is not told apart. Its edges are neutrino energies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gallus.arrays import Array, gauss_legendre
from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.experiments.recorded_bins import distance_bins
from gallus.experiments.scattering import CM_PER_M, line_arrays
from gallus.experiments.setup import Setup
from gallus.experiments.setup_kernel import Component, SetupKernel
from gallus.interactions.beta_spectrum import NeutrinoSpectrum
from gallus.interactions.gallium_capture import cross_section
from gallus.interactions.ground_state import excited_state_cm2, lowest_level_MeV, threshold_MeV
from gallus.interactions.level_capture import LevelCapture
from gallus.kernel.energy_cells import EnergyCells
from gallus.oscillation.base import SURVIVAL
from gallus.sources.beta_decay import beta_emitter, beta_emitter_names

CELLS = 24
"""Cells of the continuous spectrum that goes with positrons."""
NODES = 16
"""Gauss-Legendre nodes in a cell of energy."""
GALLIUM, INDIUM = "71Ga", "115In"
DELAYED_LEVEL = "175"
"""Level of 71Ge in keV whose gamma comes late."""


def gallium_capture_kernel(chosen: Setup) -> SetupKernel:
    """Captures on 71Ga by all lines, and by the neutrinos that go with positrons.

    Raises
    ------
    InputError
        If the target has no gallium, or the capture model says nothing about the source.
    """
    model = cross_section(chosen.interaction.capture_model)
    source, line_set = chosen.source.nuclide, chosen.source.line_set
    energy, fraction = line_arrays(chosen)
    sigma = model.line_cross_sections_cm2(source, line_set)
    lines = Component(SURVIVAL, energy, _per_day(chosen, GALLIUM) * (fraction * sigma)[None])
    # The model's own average over the lines may lie beside its value at single energies.
    scale = float(fraction @ sigma / (fraction @ model.at_energy_cm2(energy)))
    return _kernel(
        chosen,
        [lines, *_with_positrons(chosen, lambda e: scale * model.at_energy_cm2(e))],
    )


def gallium_coincidence_kernel(chosen: Setup) -> SetupKernel:
    """Captures on 71Ga to the 175 keV level of 71Ge, seen by its delayed gamma.

    Raises
    ------
    InputError
        If the capture model does not state the strength of this level.
    """
    model = cross_section(chosen.interaction.capture_model)
    strength = model.file.strength_ratios.get(DELAYED_LEVEL)
    if strength is None:
        raise InputError(
            f"does not state the strength of the {DELAYED_LEVEL} keV level",
            key="interaction.capture_model",
            value=model.name,
            allowed="one with strength_ratios, as frekers-2015",
        )
    energy, fraction = line_arrays(chosen)
    sigma = strength.to("1") * excited_state_cm2(energy, lowest_level_MeV())
    per_day = _per_day(chosen, GALLIUM) * (fraction * sigma)[None]
    return _kernel(chosen, [Component(SURVIVAL, energy, per_day)])


def indium_capture_kernel(chosen: Setup) -> SetupKernel:
    """Captures on 115In to the 613 keV level of 115Sn, seen by a triple coincidence."""
    energy, fraction = line_arrays(chosen)
    sigma = LevelCapture.on_indium().cross_section_cm2(energy)
    per_day = _per_day(chosen, INDIUM) * (fraction * sigma)[None]
    return _kernel(chosen, [Component(SURVIVAL, energy, per_day)])


def _per_day(chosen: Setup, isotope: str) -> float:
    """Captures per day at the start, per cm2 and metre of target."""
    nuclei = chosen.material.nuclei_per_g(isotope) * chosen.density_g_per_cm3()
    decays = chosen.source.activity * SECONDS_PER_DAY
    return decays * nuclei * CM_PER_M * chosen.detection.efficiency


def _with_positrons(chosen: Setup, sigma: Callable[[Array], Array]) -> list[Component]:
    """The continuous spectrum of a source that emits positrons too, if the database has it."""
    name = f"{chosen.source.nuclide}-positrons"
    if name not in beta_emitter_names():
        return []
    spectrum = NeutrinoSpectrum(beta_emitter(name))
    edges = np.linspace(threshold_MeV(), spectrum.endpoint_MeV, CELLS + 1)

    def captured(energy: Array) -> Array:
        return spectrum.per_MeV(energy) * sigma(energy)

    cells = EnergyCells.from_edges(edges, captured)
    in_cells = cell_integrals(captured, edges)
    return [Component(SURVIVAL, cells, _per_day(chosen, GALLIUM) * in_cells[None])]


def cell_integrals(function: Callable[[Array], Array], edges_MeV: Array) -> Array:
    """Integral of a smooth function over each cell, shape (n,) for n + 1 edges."""
    nodes, weights = gauss_legendre(NODES)
    half = np.diff(edges_MeV)[:, None] / 2
    middle = (edges_MeV[1:] + edges_MeV[:-1])[:, None] / 2
    integrals: Array = (half * function(middle + half * nodes)) @ weights
    return integrals


def _kernel(chosen: Setup, components: Sequence[Component]) -> SetupKernel:
    """One recorded bin of energy, and those of distance."""
    highest = max(line.energy_MeV for line in chosen.lines())
    edges = np.array([0.0, highest])
    places = distance_bins(chosen.detection, chosen.targets().values(), edges)
    one = np.ones((1, 1))
    return SetupKernel(
        components, places.cells, one, places.migration, edges, places.edges_m, places.mixing
    )
