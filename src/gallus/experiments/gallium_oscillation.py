"""The gallium source experiments as a likelihood for any oscillation model.

Use :func:`gallium_likelihood`. Each measurement is one block of a kernel: the captures of the lines
of its source, spread over the path-length distribution of its detector, normalised so that the
count is the expected ratio R, 1 without oscillation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, in_blocks
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, ratios, source_measurements
from gallus.geometry.detectors import DOCUMENTED, gallium_geometries
from gallus.geometry.table import PathLengthTable
from gallus.interactions.gallium_capture import CaptureCrossSection
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.linear_map import Block, Kernel
from gallus.kernel.workspace import Workspace
from gallus.oscillation.base import (
    RADIANS,
    DampedCosineModel,
    DampedCosines,
    OscillationModel,
)
from gallus.parameters import Parameter, Params
from gallus.recipes.base import Ratios, Recipe
from gallus.recipes.catalogue import recipe as recipe_of
from gallus.sources.radionuclide import nuclide

Integers = NDArray[np.intp]

DEFAULT_METHOD = "collaboration"

INSIDE = (0.23, 0.41, 0.58)
"""Where in its range each parameter is, to see what depends on it."""

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
        shapes = {np.shape(value) for value in params.values()} - {()}
        several = len(shapes) == 1 and len(next(iter(shapes))) == 1
        expected = self._of_points(params) if several else self.expected(params)
        if expected.ndim == 1 or self.data.values.ndim > 1:
            return self.recipe.chi2(self.data, expected)
        points = expected.reshape(-1, self.n_data)
        chi2 = in_blocks(lambda block: self.recipe.chi2(self.data, block), points, BLOCK)
        return chi2.reshape(expected.shape[:-1])

    @cached_property
    def mixing_names(self) -> tuple[str, ...]:
        """Parameters that enter weights only: averages do not depend on them."""
        if not isinstance(self.model, DampedCosineModel):
            return ()
        return names_of_mixing(self.model, self.kernel.blocks[0].energy_MeV)

    def _of_points(self, params: Params) -> Array:
        """Expected ratios at points of shape (m,), one average for those that share it."""
        columns = {name: value for name, value in params.items() if np.ndim(value)}
        shared = [name for name in columns if name not in self.mixing_names]
        if not shared or len(shared) == len(columns):
            return self.expected(params)
        keys = np.stack([np.asarray(columns[name]) for name in shared], axis=1)
        _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        group = group.reshape(-1)
        if len(first) == len(group):
            return self.expected(params)
        place, members = places_in_groups(group, len(first))
        grid: dict[str, float | Array] = dict(params)
        for name, value in columns.items():
            values = np.asarray(value)
            grid[name] = values[first][:, None] if name in shared else values[members]
        expected: Array = self.expected(grid)[group, place]
        return expected

    def tabulated(self, largest_delta_m2_eV2: float) -> GalliumLikelihood:
        """Return the likelihood with tabulated averages, for grids up to a mass splitting."""
        lowest = min(float(block.energy_MeV.min()) for block in self.kernel.blocks)
        return replace(self, kernel=self.kernel.tabulated(RADIANS * largest_delta_m2_eV2 / lowest))


def names_of_mixing(model: DampedCosineModel, energy_MeV: Array) -> tuple[str, ...]:
    """Parameters of a model that leave its frequencies and damping alone.

    Found by moving each of them at some points of the parameter space.
    """
    found = {parameter.name for parameter in model.parameters}
    for share in INSIDE:
        point = {each.name: _inside(each, share) for each in model.parameters}
        before = model.damped_cosines(energy_MeV, point)
        for parameter in model.parameters:
            moved = {**point, parameter.name: _inside(parameter, share + 0.07)}
            if not _equal(before, model.damped_cosines(energy_MeV, moved)):
                found.discard(parameter.name)
    return tuple(parameter.name for parameter in model.parameters if parameter.name in found)


def places_in_groups(group: Integers, count: int) -> tuple[Integers, Integers]:
    """Place of each point in its group, and members of each group, the first one repeated.

    Parameters
    ----------
    group : array of int, shape (m,)
        Group of each point; none of the `count` groups is empty.

    Returns
    -------
    array of int of shape (m,), array of int of shape (count, size of the largest group)
    """
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group, minlength=count)
    begin = np.cumsum(sizes) - sizes
    place = np.empty_like(order)
    place[order] = np.arange(len(group)) - begin[group[order]]
    members = np.repeat(order[begin][:, None], sizes.max(), axis=1)
    members[group, place] = np.arange(len(group))
    return place, members


def _inside(parameter: Parameter, share: float) -> float:
    """Value within the bounds, as part of the range or, if that is not finite, of the start."""
    lower, upper = parameter.lower, parameter.upper
    if not np.isfinite(upper - lower):
        return float(parameter.start * (1.0 + share) + share)
    if parameter.scale == "log":
        return float(lower * (upper / lower) ** share)
    return float(lower + (upper - lower) * share)


def _equal(one: DampedCosines, other: DampedCosines) -> bool:
    pairs = ((getattr(each, field.name) for each in (one, other)) for field in fields(one))
    return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)


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
