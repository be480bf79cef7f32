"""The likelihood of a job, ready for its grid: what is held, and how averages are made.

On a grid that fixes the frequencies the averaged oscillations are tabulated if they are more than
the knots of the table, else computed once for each phase and remembered, as they are where a
splitting is minimised. Whichever it is follows from the job alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Final

import numpy as np

from gallus.accelerate import compiled
from gallus.arrays import Array
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.experiments.held_likelihood import HeldLikelihood
from gallus.gallium_scan.job import ScanJob
from gallus.inference.grid import Grid
from gallus.kernel.linear_map import Kernel
from gallus.likelihood.base import Likelihood
from gallus.oscillation.base import DampedCosineModel, DampedCosines, OscillationModel
from gallus.oscillation.catalogue import model as model_of
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter

KNOTS: Final = 3.6
"""Knots of an average table for each radian at the farthest distance; see AverageTable.build."""


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

    def fresh(self) -> HeldLikelihood:
        """Return the likelihood with averages that remember nothing of other chunks."""
        return self._scanned(self.table or self.likelihood.kernel.remembering())

    @cached_property
    def compiled(self) -> Likelihood:
        """The likelihood, compiled by jax."""
        return compiled(self._scanned(self.table or self.likelihood.kernel))

    def null(self) -> HeldLikelihood | None:
        """Return the same data under the null hypothesis of the model, if it has one."""
        if self.model.null is None:
            return None
        other = replace(self.likelihood, model=model_of(self.model.null))
        return HeldLikelihood(other, self.held)

    def _scanned(self, kernel: Kernel) -> HeldLikelihood:
        likelihood = self.likelihood
        if isinstance(self.model, DampedCosineModel):
            likelihood = replace(likelihood, kernel=kernel)
        return HeldLikelihood(likelihood, self.held, self.grid.names)


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
