"""The likelihood of a job, ready for its grid: what is held, and how averages are made.

On a grid that fixes the frequencies the averaged oscillations are tabulated if they are more than
the knots of the table, else computed once for each phase and remembered, as they are where a
splitting is minimised. Whichever it is follows from the job alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Final, cast

import numpy as np

from gallus.accelerate import compiled
from gallus.arrays import Array, in_blocks
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.explanation import QUADRATURE_BLOCK
from gallus.gallium_scan.job import ScanJob
from gallus.inference.grid import Grid
from gallus.kernel.average_table import AverageTable
from gallus.kernel.linear_map import Kernel
from gallus.kernel.remembered_averages import RememberedAverages
from gallus.likelihood.base import Likelihood
from gallus.oscillation.base import DampedCosineModel, DampedCosines, OscillationModel
from gallus.oscillation.catalogue import model as model_of
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter

KNOTS: Final = 3.6
"""Knots of an average table for each radian at the farthest distance; see AverageTable.build."""


@dataclass(frozen=True, eq=False)
class ScannedLikelihood:
    """A gallium likelihood with the parameters that a scan needs.

    Parameters
    ----------
    likelihood : GalliumLikelihood
        Model, data and recipe.
    scanned : tuple of str
        Parameters on the grid; a model may hold them otherwise.
    held : mapping of str to float
        Parameters that the model holds, at other values than its own.
    """

    likelihood: GalliumLikelihood
    scanned: tuple[str, ...]
    held: Mapping[str, float]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Free parameters of the model, and those on the grid."""
        model = self.likelihood.model
        return tuple(
            each
            for each in model.parameters
            if each.name in self.scanned or each.name not in model.fixed
        )

    @property
    def n_data(self) -> int:
        """Number of ratios."""
        return self.likelihood.n_data

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography."""
        return self.likelihood.citations

    def chi2(self, params: Params) -> Array:
        """Chi2 at points; as many at a time as the averages of the model have room for."""
        own = self._own(params)
        if isinstance(self.likelihood.model, DampedCosineModel):
            return self.likelihood.chi2(own)
        return self._by_blocks(own, self.likelihood.chi2)

    def expected(self, params: Params) -> Array:
        """Expected ratios, shape (..., n)."""
        own = self._own(params)
        if isinstance(self.likelihood.model, DampedCosineModel):
            return self.likelihood.expected(own)
        return self._by_blocks(own, self.likelihood.expected)

    def _own(self, params: Params) -> dict[str, Array | float]:
        known = {each.name for each in self.likelihood.model.parameters}
        held = {name: value for name, value in self.held.items() if name in known}
        return {name: params[name] for name in params if name in known} | held

    def _by_blocks(
        self, own: dict[str, Array | float], function: Callable[[Params], Array]
    ) -> Array:
        shape = np.broadcast_shapes(*(np.shape(value) for value in own.values()))
        if not shape:
            return function(own)
        columns = [np.broadcast_to(value, shape).ravel() for value in own.values()]

        def rows(points: Array) -> Array:
            found: Array = function(dict(zip(own, points.T, strict=True)))
            return found

        result = in_blocks(rows, np.stack(columns, axis=1), QUADRATURE_BLOCK)
        return result.reshape(*shape, *result.shape[1:])


@dataclass(frozen=True, eq=False)
class Built:
    """What a job builds.

    Parameters
    ----------
    job : ScanJob
        The job.
    likelihood : GalliumLikelihood
        Without tables.
    grid : Grid
        Of the job.
    fixed, held : dict of str to float
        Parameters that are free otherwise, and those that the model holds.
    table : Kernel or None
        The kernel with tables, where they pay.
    """

    job: ScanJob
    likelihood: GalliumLikelihood
    grid: Grid
    fixed: dict[str, float]
    held: dict[str, float]
    table: Kernel | None

    @property
    def model(self) -> OscillationModel:
        """The model."""
        return self.likelihood.model

    def fresh(self) -> ScannedLikelihood:
        """Return the likelihood with averages that remember nothing of other chunks."""
        return self._scanned(self.table or _remembering(self.likelihood.kernel))

    @cached_property
    def compiled(self) -> Likelihood:
        """The likelihood, compiled by jax."""
        return compiled(self._scanned(self.table or self.likelihood.kernel))

    def null(self) -> ScannedLikelihood | None:
        """Return the same data under the null hypothesis of the model, if it has one."""
        if self.model.null is None:
            return None
        other = replace(self.likelihood, model=model_of(self.model.null))
        return ScannedLikelihood(other, (), self.held)

    def _scanned(self, kernel: Kernel) -> ScannedLikelihood:
        likelihood = self.likelihood
        if isinstance(self.model, DampedCosineModel):
            likelihood = replace(likelihood, kernel=kernel)
        return ScannedLikelihood(likelihood, self.grid.names, self.held)


@lru_cache(maxsize=8)
def build(job_json: str) -> Built:
    """Build what a job describes; kept for the next chunk.

    Raises
    ------
    InputError
        If the data files are other ones, or a user's file does not run.
    """
    job = ScanJob.model_validate_json(job_json)
    job.check_database()
    model = job.oscillation()
    likelihood = gallium_likelihood(
        model,
        job.capture_cross_section(),
        job.measurements(),
        job.method,
        geometry=job.geometry,
        line_set=job.line_set,
    )
    together = {**job.start, **job.fixed}
    held = {name: value for name, value in together.items() if name in model.fixed}
    fixed = {name: value for name, value in job.fixed.items() if name not in model.fixed}
    table = _table(likelihood, job.grid, fixed, held)
    return Built(job, likelihood, job.grid, fixed, held, table)


def starts(built: Built) -> dict[str, float]:
    """Where free parameters start, if not at their own values."""
    return {k: v for k, v in built.job.start.items() if k not in built.model.fixed}


def _table(
    likelihood: GalliumLikelihood, grid: Grid, fixed: dict[str, float], held: dict[str, float]
) -> Kernel | None:
    """The kernel with tables, if the grid fixes all phases and they are many."""
    model = likelihood.model
    if not isinstance(model, DampedCosineModel):
        return None
    known = {each.name: each.start for each in model.parameters} | held | fixed
    phases: list[Array] = []
    for ends in product(*((axis.lower, axis.upper) for axis in grid.axes)):
        terms = _terms(likelihood, model, {**known, **dict(zip(grid.names, ends, strict=True))})
        if not _is_plain(terms):
            return None
        phases.append(np.abs(terms.phase_per_m))
    if any(_moves(likelihood, model, each, known) for each in _free(model, grid, fixed)):
        return None
    largest = float(np.max(phases))
    asked = phases[0].size * math.prod(
        axis.count
        for k, axis in enumerate(grid.axes)
        if not np.array_equal(phases[0], phases[2 ** (len(grid.axes) - 1 - k)])
    )
    farthest = max(block.distances.range_m()[1] for block in likelihood.kernel.blocks)
    if KNOTS * largest * farthest > asked:
        return None
    return likelihood.kernel.tabulated(largest * (1 + 1e-12))


def _free(model: OscillationModel, grid: Grid, fixed: Mapping[str, float]) -> list[Parameter]:
    """Parameters that are minimised."""
    settled = {*model.fixed, *grid.names, *fixed}
    return [each for each in model.parameters if each.name not in settled]


def _moves(
    likelihood: GalliumLikelihood,
    model: DampedCosineModel,
    parameter: Parameter,
    values: Mapping[str, float],
) -> bool:
    """Whether the phases depend on a parameter."""
    edge = parameter.upper if math.isfinite(parameter.upper) else parameter.start + 1.0
    other = 0.7 * parameter.start + 0.3 * edge
    here, there = (
        _terms(likelihood, model, {**values, parameter.name: x}) for x in (parameter.start, other)
    )
    plain = _is_plain(here) and _is_plain(there)
    return not plain or not np.array_equal(here.phase_per_m, there.phase_per_m)


def _terms(
    likelihood: GalliumLikelihood, model: DampedCosineModel, params: Params
) -> DampedCosines:
    energies = np.unique(np.concatenate([b.energy_MeV for b in likelihood.kernel.blocks]))
    return model.damped_cosines(energies, params)


def _is_plain(terms: DampedCosines) -> bool:
    return terms.undamped and terms.gaussian_per_m2 is None and terms.sinc_per_m is None


def _remembering(kernel: Kernel) -> Kernel:
    blocks = [
        # A table by what it does, not by its class.
        replace(block, table=cast("AverageTable", RememberedAverages(block.distances)))
        for block in kernel.blocks
    ]
    return replace(kernel, blocks=tuple(blocks))
