"""The gallium source experiments as a likelihood for any oscillation model.

Use :func:`gallium_likelihood`. Each measurement is one block of a kernel: the captures of the lines
of its source, spread over the path-length distribution of its detector, normalised so that the
count is the expected ratio R, 1 without oscillation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gallus.arrays import Array, in_blocks
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, ratios, source_measurements
from gallus.geometry.detectors import DOCUMENTED, gallium_geometries
from gallus.geometry.table import PathLengthTable
from gallus.interactions.gallium_capture import CaptureCrossSection
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.linear_map import Block, Kernel
from gallus.kernel.workspace import Workspace
from gallus.oscillation.base import RADIANS, OscillationModel
from gallus.parameters import Parameter, Params
from gallus.recipes.base import Ratios, Recipe
from gallus.recipes.catalogue import recipe as recipe_of
from gallus.sources.radionuclide import nuclide

DEFAULT_METHOD = "collaboration"

BLOCK = 4096
"""Points at a time: their expected ratios and what a recipe makes of them fit in the cache."""


@dataclass(frozen=True, eq=False)
class GalliumLikelihood:
    """Chi2 of the ratios for an oscillation model.

    Parameters
    ----------
    name : str
        What is compared.
    model : OscillationModel
        The oscillation.
    kernel : Kernel
        Expected ratios.
    data : Ratios
        Measured ratios.
    recipe : Recipe
        How they are compared.
    citations : tuple of str
        Keys of the publications behind data, cross section and geometry.
    """

    name: str
    model: OscillationModel
    kernel: Kernel
    data: Ratios
    recipe: Recipe
    citations: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the model that are not fixed unless given."""
        return tuple(p for p in self.model.parameters if p.name not in self.model.fixed)

    @property
    def n_data(self) -> int:
        """Number of ratios."""
        return len(self.data.names)

    def expected(self, params: Params) -> Array:
        """Expected ratios, shape (..., n)."""
        return self.kernel.counts(self.model, params)

    def chi2(self, params: Params) -> Array:
        """Chi2 of the recipe, shape (...)."""
        expected = self.expected(params)
        if expected.ndim == 1 or self.data.values.ndim > 1:
            return self.recipe.chi2(self.data, expected)
        points = expected.reshape(-1, self.n_data)
        chi2 = in_blocks(lambda block: self.recipe.chi2(self.data, block), points, BLOCK)
        return chi2.reshape(expected.shape[:-1])

    def tabulated(self, largest_delta_m2_eV2: float) -> GalliumLikelihood:
        """Return the likelihood with tabulated averages, for grids up to a mass splitting."""
        lowest = min(float(block.energy_MeV.min()) for block in self.kernel.blocks)
        return replace(self, kernel=self.kernel.tabulated(RADIANS * largest_delta_m2_eV2 / lowest))


def gallium_likelihood(
    model: OscillationModel,
    cross_section: CaptureCrossSection,
    measurements: Measurements | None = None,
    method: str = DEFAULT_METHOD,
    *,
    geometry: str = DOCUMENTED,
    line_set: str | None = None,
    workspace: Workspace | None = None,
) -> GalliumLikelihood:
    """Bind an oscillation model and the gallium data.

    Parameters
    ----------
    model : OscillationModel
        What happens to the neutrinos.
    cross_section : CaptureCrossSection
        Capture cross section of the expectation, and its error.
    measurements : Measurements, optional
        All six results if not given.
    method : str
        Recipe; ``collaboration`` is the covariance of the BEST papers.
    geometry : str
        Variant of the detectors: ``documented`` or ``published-fits``.
    line_set : str, optional
        Neutrino lines: ``modern`` or ``traditional``; the default of each nuclide if not given.
    workspace : Workspace, optional
        Where path-length tables are kept.
    """
    chosen = source_measurements() if measurements is None else measurements
    recipe = recipe_of(method)
    kernel = survival_kernel(
        chosen, cross_section, geometry=geometry, line_set=line_set, workspace=workspace
    )
    citations = (
        *chosen.citations(),
        *cross_section.citations(),
        *gallium_geometries().citations(),
        recipe.citation,
    )
    return GalliumLikelihood(
        name="gallium",
        model=model,
        kernel=kernel,
        data=ratios(chosen, cross_section, recipe.errors),
        recipe=recipe,
        citations=tuple(dict.fromkeys(citations)),
    )


def survival_kernel(
    measurements: Measurements,
    cross_section: CaptureCrossSection,
    *,
    geometry: str = DOCUMENTED,
    line_set: str | None = None,
    workspace: Workspace | None = None,
) -> Kernel:
    """Kernel whose counts are the expected ratios, one row a measurement."""
    store = Workspace() if workspace is None else workspace
    blocks = []
    for row, (slug, entry) in enumerate(measurements.entries.items()):
        if entry.geometry is None:
            raise InputError("has no geometry", key=f"{slug}.geometry", allowed="a detector's name")
        lines = nuclide(entry.nuclide).lines(line_set)
        each = cross_section.line_cross_sections_cm2(entry.nuclide, line_set)
        captures = np.array([line.fraction for line in lines]) * each
        blocks.append(
            Block(
                distances=detector_distances(entry.geometry, geometry, store),
                energies=np.array([line.energy_MeV for line in lines]),
                response=(captures / captures.sum())[None, :],
                rows=(row,),
            )
        )
    return Kernel(tuple(blocks), len(blocks))


def detector_distances(detector: str, geometry: str, workspace: Workspace) -> DistanceWeight:
    """Path-length distribution of a registered detector, from the workspace if it is there."""
    target = gallium_geometries().detector(detector).target(geometry)

    def build() -> dict[str, Array]:
        table = PathLengthTable.from_geometry(target)
        return {"edges_m": table.edges_m, "coefficients": table.coefficients}

    arrays = workspace.get({"what": "path-length table", "target": target}, build)
    return DistanceWeight.from_table(PathLengthTable(arrays["edges_m"], arrays["coefficients"]))
