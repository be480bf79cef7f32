r"""Counts of a set-up as a linear map of the probabilities, kept factored.

.. math:: N_{id} = \sum_c \sum_t R_{it} \sum_j M_{tdj}\, g_j
          \sum_l Y^c_{tl}\, \langle P_c\rangle_{lj}

Y counts what happens per metre of target: transition c, bin t of true energy, neutrino energy l. g
is the length of target in the cell j of true distance, over which the probability is averaged
exactly. R and M say in which bins of energy and distance it is recorded; M may depend on the true
energy, as the vertex resolution does. It is then tabulated at a few resolutions s and mixed:
M_tdj = sum_s Q_ts M_sdj.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gallus.arrays import Array, array_namespace, in_blocks
from gallus.errors import InputError
from gallus.experiments.cell_averages import CellAverages
from gallus.experiments.distance_cells import DistanceCell
from gallus.kernel.energy_cells import EnergyCells
from gallus.kernel.linear_map import Block, contract
from gallus.oscillation.base import Channel, DampedCosineModel, OscillationModel
from gallus.parameters import Params

BINS = 10
"""Distance bins at a time: each sees only the cells near it."""
UNSEEN = 1e-18
"""Shares of a cell that rounding hides."""
POINTS = 64
"""Points at a time: what is between cells and bins stays in the cache."""


@dataclass(frozen=True, eq=False)
class Component:
    """What one transition contributes.

    Parameters
    ----------
    channel : Channel
        The transition.
    energies : array of shape (n,) or EnergyCells
        Lines in MeV, or cells of a continuous spectrum.
    per_day_and_m : array, shape (t, n)
        Counts per day and metre of target in each bin of true energy at P = 1, at the start.
    """

    channel: Channel
    energies: Array | EnergyCells
    per_day_and_m: Array


@dataclass(frozen=True, eq=False)
class SetupKernel:
    """Counts per day at the start, for any oscillation model.

    Parameters
    ----------
    components : sequence of Component
        Transitions that are detected.
    cells : sequence of DistanceCell
        j cells of true distance.
    energy_migration : array, shape (i, t)
        R, shares of the true bins that are recorded in each energy bin.
    distance_migration : array, shape (s, d, j)
        M, shares of the cells that are recorded in each distance bin.
    energy_edges_MeV, distance_edges_m : array, shape (i + 1,) and (d + 1,)
        Edges of the recorded bins.
    resolution_mixing : array, shape (t, s), optional
        Q. If not given, M is the same for all true energies (s = 1) or given at each (s = t).
    """

    components: Sequence[Component]
    cells: Sequence[DistanceCell]
    energy_migration: Array
    distance_migration: Array
    energy_edges_MeV: Array
    distance_edges_m: Array
    resolution_mixing: Array | None = None

    def __post_init__(self) -> None:
        rows, true = self.energy_migration.shape
        tables, *places = self.distance_migration.shape
        expected = {
            "energy_migration": (rows == len(self.energy_edges_MeV) - 1),
            "distance_migration": places == [len(self.distance_edges_m) - 1, len(self.cells)],
            "resolution_mixing": self._mixing.shape == (true, tables),
            "components": all(len(each.per_day_and_m) == true for each in self.components),
        }
        for key, fits in expected.items():
            if not fits:
                raise InputError("does not fit the bins", key=key)

    def counts(self, model: OscillationModel, params: Params) -> Array:
        """Expected counts per day at the start, shape (..., i, d).

        Parameters
        ----------
        model : OscillationModel
            What happens to the neutrinos.
        params : mapping
            Its parameters; leading axes are theirs.
        """
        terms = self._terms(model, params)
        if not terms:
            return self._cell_by_cell(model, params)
        total: Any = 0.0
        for n, pairs in enumerate(terms):
            total = total + self._of_terms(n, pairs)
        counts: Array = total
        return counts

    def _terms(self, model: OscillationModel, params: Params) -> list[list[tuple[Any, Any]]]:
        """Averaged terms for all cells at once; none where they are not of this form."""
        first = self.components[0].energies
        same = all(each.energies is first for each in self.components)
        if not same or not isinstance(model, DampedCosineModel):
            return []
        in_cells = isinstance(first, EnergyCells)
        energy_MeV = first.energy_MeV if isinstance(first, EnergyCells) else first
        cosines = model.damped_cosines(energy_MeV, params)
        if in_cells and not (cosines.is_plain and array_namespace(cosines.phase_per_m) is np):
            return []
        if cosines.gaussian_per_m2 is not None or cosines.sinc_per_m is not None:
            return []
        channels = [each.channel for each in self.components]
        return self._averages.terms(model, channels, first, params)

    def _of_terms(self, component: int, pairs: list[tuple[Any, Any]]) -> Any:
        """Counts (..., i, d) of weights (..., K, n or 1) and terms (..., K, n, j)."""
        weight, means = pairs[0]
        points = math.prod(np.broadcast_shapes(weight.shape[:-2], means.shape[:-3]))
        if weight.shape[-1] > 1 or points <= math.prod(means.shape[:-2]):
            every = sum((weight[..., None] * means).sum(axis=-3) for weight, means in pairs)
            return self._recorded(component, every)
        return sum(self._weighed(component, weight, means) for weight, means in pairs)

    def _weighed(self, component: int, weight: Any, means: Any) -> Any:
        """The same of one pair for many mixings: what does not depend on them is recorded first."""
        rows = self._recorded(component, means)
        shape = rows.shape[-2:]
        counts = contract(weight[..., 0], rows.reshape(*rows.shape[:-2], shape[0] * shape[1]))
        return counts.reshape(*counts.shape[:-1], *shape)

    def _cell_by_cell(self, model: OscillationModel, params: Params) -> Array:
        """Counts of any model and of continuous spectra."""
        total: Any = 0.0
        for n, blocks in enumerate(self._blocks):
            means = [block.mean_probability(model, params) for block in blocks]
            xp = array_namespace(*means)
            total = total + self._recorded(n, xp.stack(means, axis=-1))
        counts: Array = total
        return counts

    def without_oscillation(self) -> Array:
        """Expected counts per day at the start if nothing happens to the neutrinos, (i, d)."""
        total: Any = 0.0
        for each in self.components:
            if each.channel.is_survival or each.channel.final == "active":
                total = total + self._undisturbed(each)
        counts: Array = total
        return counts

    def _undisturbed(self, component: Component) -> Array:
        """Counts (i, d) of a component at P = 1: the neutrino energies are added up first."""
        there = self.distance_migration @ (self._lengths_m * self._ones)
        true = component.per_day_and_m.sum(axis=1)
        return np.asarray((self.energy_migration * true) @ self._mixing @ there)

    def matrix(self, component: int) -> Array:
        """Multiply one component out: K of shape (i, d, n, j), for <P> in the cells."""
        migrated = np.einsum(
            "ins,sdj,j->idnj",
            self._yields[component],
            self.distance_migration,
            self._lengths_m,
            optimize=True,
        )
        return np.asarray(migrated)

    def _recorded(self, component: int, probability: Any) -> Any:
        """Counts (..., i, d) from mean probabilities (..., n, j)."""
        yields = self._yields[component]
        rows, energies, tables = yields.shape
        cells = len(self.cells)
        if probability.shape[-2] != energies:
            probability = probability * np.ones((energies, 1))
        flat = yields.reshape(rows, energies * tables)

        def counts(points: Any) -> Any:
            # (m, n, j) with M of (j, s d) to (m, n s, d), then R, Q and Y together.
            there = points.reshape(-1, cells)
            parts = [
                flat @ (there[:, near] @ matrix).reshape(len(points), energies * tables, -1)
                for near, matrix in self._bands
            ]
            return array_namespace(points).concatenate(parts, axis=-1)

        found = in_blocks(counts, probability.reshape(-1, energies, cells), POINTS)
        return found.reshape(*probability.shape[:-2], *found.shape[-2:])

    @cached_property
    def _bands(self) -> tuple[tuple[slice, Array], ...]:
        """For some distance bins at a time: cells that they see, and M times g, (j, s d)."""
        shares = self.distance_migration * self._lengths_m
        found = []
        for first in range(0, shares.shape[1], BINS):
            part = shares[:, first : first + BINS]
            # Shares may be negative: of a straight line in the cell.
            seen = np.flatnonzero((np.abs(part) > UNSEEN).any(axis=(0, 1)))
            near = slice(int(seen[0]), int(seen[-1]) + 1) if len(seen) else slice(0, 0)
            # (s, d, j) to (j, s d), in this order in memory.
            matrix = np.ascontiguousarray(part[:, :, near].transpose(2, 0, 1))
            found.append((near, matrix.reshape(len(matrix), part.shape[0] * part.shape[1])))
        return tuple(found)

    @cached_property
    def _yields(self) -> tuple[Array, ...]:
        """R, Q and Y of each component together, shape (i, n, s)."""
        return tuple(
            np.stack(
                [(self.energy_migration * share) @ each.per_day_and_m for share in self._mixing.T],
                axis=-1,
            )
            for each in self.components
        )

    @property
    def _mixing(self) -> Array:
        """Q."""
        if self.resolution_mixing is not None:
            return self.resolution_mixing
        true = self.energy_migration.shape[1]
        return np.ones((true, 1)) if len(self.distance_migration) == 1 else np.eye(true)

    @cached_property
    def _averages(self) -> CellAverages:
        return CellAverages.of([cell.weight for cell in self.cells])

    @cached_property
    def _ones(self) -> Array:
        return np.array([cell.mean_of_one for cell in self.cells])

    @cached_property
    def _lengths_m(self) -> Array:
        return np.array([cell.length_m for cell in self.cells])

    @cached_property
    def _blocks(self) -> tuple[tuple[Block, ...], ...]:
        """One block per component and cell, of which only the mean probability is used."""
        return tuple(
            tuple(
                Block(
                    cell.weight,
                    each.energies,
                    np.ones((1, each.per_day_and_m.shape[1])),
                    (0,),
                    each.channel,
                )
                for cell in self.cells
            )
            for each in self.components
        )
