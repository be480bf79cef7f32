"""Ratios of next gallium runs beside the six of today: one likelihood for both.

A run adds a row for each of its zones to the kernel of
:mod:`gallus.experiments.gallium_oscillation` and to the ratios of its recipe, so that the cross
section stays common to all of them. Use :class:`WithRuns`; :meth:`WithRuns.outcome` is what a run
would measure if an explanation were true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.experiments.gallium_oscillation import GalliumLikelihood
from gallus.experiments.setup_kernel import Component
from gallus.explanation import Explanation
from gallus.forecast.gallium_run import GalliumRun, experimental_covariance
from gallus.forecast.lattice_search import LatticeSearch
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.inference.batched_minimum import DifferenceParabolas, batched_minimum
from gallus.interactions.gallium_capture import CaptureCrossSection
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.energy_cells import EnergyCells
from gallus.kernel.linear_map import Block, Kernel
from gallus.kernel.remembered_averages import RememberedAverages
from gallus.oscillation.base import Channel
from gallus.recipes.base import Ratios, Recipe

FAR: Final = 1e3
"""Ratios beyond which nobody looks for a minimum."""
KEPT: Final = 32
"""Blocks whose averages are kept for the next run."""
STEP: Final = 0.01
"""First step in a ratio of a difference."""


@dataclass(frozen=True, eq=False)
class WithRuns:
    """The six ratios, and room for those of some runs.

    Parameters
    ----------
    runs : tuple of GalliumRun
        Rows follow in their order, zone by zone.
    present : GalliumLikelihood
        Ratios of today and recipe; its model does not matter.
    cross_section : CaptureCrossSection
        Of the expectation of all ratios.
    """

    runs: tuple[GalliumRun, ...]
    present: GalliumLikelihood
    cross_section: CaptureCrossSection

    @property
    def rows(self) -> tuple[str, ...]:
        """Names of the new rows."""
        return tuple(f"{run.name}, {zone}" for run in self.runs for zone in run.zones)

    @cached_property
    def kernel(self) -> Kernel:
        """Expected ratios: of today, then of the runs."""
        blocks = [_remembering(block) for block in self.present.kernel.blocks]
        row = self.present.n_data
        for run in self.runs:
            blocks += zone_blocks(run, row)
            row += len(run.zones)
        return Kernel(tuple(blocks), row)

    def with_runs(self, runs: tuple[GalliumRun, ...]) -> WithRuns:
        """Return the same with other runs; the kernel stays if they differ in errors only."""
        other = replace(self, runs=runs)
        if [_seen_by_kernel(run) for run in runs] == [_seen_by_kernel(run) for run in self.runs]:
            object.__setattr__(other, "kernel", self.kernel)
        return other

    def expected(self, truth: Explanation) -> Array:
        """Ratios of the runs at the best fit of an explanation, shape (rows,)."""
        counts = self.kernel.counts(truth.model, truth.values)
        return np.asarray(counts[self.present.n_data :])

    def covariance(self, ratios: Array) -> Array:
        """Covariance of the new ratios without the cross section, shape (rows, rows)."""
        ends = np.cumsum([0, *(len(run.zones) for run in self.runs)])
        result = np.zeros((ends[-1], ends[-1]))
        for run, (low, high) in zip(self.runs, pairwise(ends), strict=True):
            result[low:high, low:high] = experimental_covariance(run, ratios[low:high])
        return result

    def data(self, values: Array, covariance: Array) -> Ratios:
        """Ratios of today followed by new ones.

        Parameters
        ----------
        values : array, shape (..., rows)
            New ratios.
        covariance : array, shape (rows, rows)
            Without the cross section.
        """
        old, size = self.present.data, self.present.n_data
        shape = (*values.shape[:-1], size)
        everything = np.zeros((size + len(covariance),) * 2)
        everything[:size, :size], everything[size:, size:] = old.covariance, covariance
        relative = self.relative_cross_section
        return replace(
            old,
            names=(*old.names, *self.rows),
            nuclides=(*old.nuclides, *(run.source for run in self.runs for _ in run.zones)),
            values=np.concatenate([np.broadcast_to(old.values, shape), values], axis=-1),
            covariance=everything,
            cross_section_plus=np.append(old.cross_section_plus, relative[:, 0]),
            cross_section_minus=np.append(old.cross_section_minus, relative[:, 1]),
        )

    def outcome(self, truth: Explanation) -> Ratios:
        """Ratios of today, and those of the runs that are the likeliest after them.

        At the best fit of the explanation today's ratios ask for a cross section a little off; it
        will be that in the next run too. So an explanation fits its own outcome with a chi2 that is
        not above today's.
        """
        expected = self.expected(truth)
        covariance = self.covariance(expected)
        every = np.append(self.kernel.counts(truth.model, truth.values)[: -len(expected)], expected)
        recipe: Recipe = self.present.recipe
        template = self.data(expected, covariance)

        def chi2(points: Array, rows: object) -> Array:
            return recipe.chi2(replace(template, values=self._with_today(points)), every)

        limits = np.tile([-FAR, FAR], (len(expected), 1))
        parabolas = DifferenceParabolas(chi2, limits, np.full(len(expected), STEP), 1)
        found = batched_minimum(chi2, parabolas, expected[None], limits)
        return self.data(found.points[0], covariance)

    def likelihood(self, hypothesis: Explanation, data: Ratios) -> GalliumLikelihood:
        """Likelihood of an explanation's model for today's ratios and new ones."""
        return replace(hypothesis.likelihood, kernel=self.kernel, data=data)

    def search(self, hypothesis: Explanation) -> LatticeSearch:
        """Fits of an explanation's model to whatever these ratios may be."""
        model = hypothesis.model
        return LatticeSearch(
            model,
            hypothesis.values,
            frozenset(hypothesis.fit.fixed),
            partial(self.kernel.counts, model),
        )

    def _with_today(self, values: Array) -> Array:
        today = np.broadcast_to(self.present.data.values, (len(values), self.present.n_data))
        return np.concatenate([today, values], axis=-1)

    @property
    def relative_cross_section(self) -> Array:
        """Upper and lower relative errors of the cross section for the new rows, shape (rows, 2).

        They are common to the zones of a source, and one pull moves them with those of today.
        """
        pairs = []
        for run in self.runs:
            own = run.cross_section_percent
            both = (own / 100,) * 2 if own else self.cross_section.total(run.source).relative
            pairs += [both] * len(run.zones)
        return np.array(pairs).reshape(-1, 2)


def zone_blocks(run: GalliumRun, first_row: int) -> list[Block]:
    """Blocks of a run, one for each zone and component, whose counts are ratios to no oscillation.

    Neutrinos that go with positrons count as lines, one for each cell of their spectrum: they make
    1 % of the captures with 58Co and 0.1 % with 65Zn.

    Parameters
    ----------
    run : GalliumRun
        Source and zones.
    first_row : int
        Row of the first zone.
    """
    total = sum(float(each.per_day_and_m.sum()) for each in run.components)
    return [
        _zone_block(
            target,
            tuple(_lines_MeV(each)),
            tuple(each.per_day_and_m[0] / total),
            first_row + n,
            each.channel,
        )
        for n, target in enumerate(run.targets.values())
        for each in run.components
    ]


def _seen_by_kernel(run: GalliumRun) -> tuple[object, ...]:
    """What the blocks of a run depend on."""
    source = run.setup.source
    return (run.targets, source.nuclide, source.line_set, run.setup.interaction.capture_model)


def _lines_MeV(component: Component) -> Array:
    cells = component.energies
    return cells.energy_MeV if isinstance(cells, EnergyCells) else cells


@lru_cache(maxsize=KEPT)
def _zone_block(
    target: Target,
    energy_MeV: tuple[float, ...],
    share: tuple[float, ...],
    row: int,
    channel: Channel,
) -> Block:
    weight = _distances(target)
    return _remembering(Block(weight, np.array(energy_MeV), np.array(share)[None], (row,), channel))


@lru_cache(maxsize=KEPT)
def _remembering(block: Block) -> Block:
    """The block with averages that are computed once; one and the same for all separations."""
    return replace(block, table=RememberedAverages(block.distances))


@lru_cache(maxsize=KEPT)
def _distances(target: Target) -> DistanceWeight:
    return DistanceWeight.from_table(PathLengthTable.from_geometry(target))
