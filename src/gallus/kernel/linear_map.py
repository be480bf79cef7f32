"""The one idea of Gallus: an experiment is a linear map from probabilities to expected counts.

    N_i = b_i + sum over blocks of a sum_l K_il <P>(E_l)

A :class:`Block` is a source component seen over one distribution of distances; <P> is the
probability averaged over that distribution and, for a continuous spectrum, over each cell in 1/E.
The map is kept factored: response times distances times energies. What is averaged, the damped
cosines, does not depend on the mixing, and the mixing enters only in the sum over terms: a grid
over mixing is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError
from gallus.kernel.average_table import AverageTable
from gallus.kernel.averages import Averages, DistanceWeight, mean_cosine_sine
from gallus.kernel.damped_energy_cells import node_energies_MeV
from gallus.kernel.damped_terms import DampedTerms
from gallus.kernel.energy_cells import EnergyCells, mean_exponential_in_cells
from gallus.kernel.quadrature import mean_at_lines, mean_in_cells
from gallus.kernel.remembered_averages import RememberedAverages
from gallus.kernel.side_by_side import AtEnergies, SideBySide, Together
from gallus.oscillation.base import (
    SURVIVAL,
    Channel,
    DampedCosineModel,
    DampedCosines,
    OscillationModel,
)
from gallus.parameters import Params


@dataclass(frozen=True, eq=False)
class Block:
    """One component over one distribution of distances.

    Parameters
    ----------
    distances : DistanceWeight
        Where the neutrinos of this block are detected.
    energies : array of shape (n,) or EnergyCells
        Lines in MeV, or cells of a continuous spectrum.
    response : array, shape (rows, n)
        Expected counts at P = 1: source, cross section, response and efficiency.
    rows : tuple of int
        Which counts of the kernel the rows are.
    channel : Channel
        Transition that is detected.
    norm : str, optional
        Parameter by which a kernel multiplies the block.
    table : Averages, optional
        Tabulated or remembered averages of `distances`, for grids and fits.
    """

    distances: DistanceWeight
    energies: Array | EnergyCells
    response: Array
    rows: tuple[int, ...]
    channel: Channel = SURVIVAL
    norm: str | None = None
    table: Averages | None = None

    def __post_init__(self) -> None:
        expected = (len(self.rows), len(self.energy_MeV))
        if self.response.shape != expected:
            raise InputError(
                "does not fit rows and energies",
                key="response",
                value=self.response.shape,
                allowed=str(expected),
            )
        if not np.all(np.isfinite(self.response)):
            raise InputError("is not finite", key="response")

    @property
    def energy_MeV(self) -> Array:
        """Energies at which weights are taken, shape (n,)."""
        cells = self.energies
        return cells.energy_MeV if isinstance(cells, EnergyCells) else cells

    def mean_probability(self, model: OscillationModel, params: Params) -> Array:
        """<P> at each energy, shape (..., n)."""
        if not isinstance(model, DampedCosineModel):
            return self._by_quadrature(model, params)
        terms = self._averaged(model, params)
        total: Any = sum(weight * mean for weight, mean in terms)
        mean: Array = total.sum(axis=-2)
        return mean

    def counts(self, model: OscillationModel, params: Params) -> Array:
        """Expected counts without the norm, shape (..., rows)."""
        if not isinstance(model, DampedCosineModel):
            return self._by_quadrature(model, params) @ self.response.T
        counts: Any = 0.0
        for weight, response in self.term_counts(model, params):
            counts = counts + contract(weight, response)
        found: Array = counts
        return found

    def term_counts(
        self, model: DampedCosineModel, params: Params, at_energies: AtEnergies | None = None
    ) -> list[tuple[Array, Array]]:
        """Weights of the terms (..., K) and counts that each term gives, (..., K, rows).

        One pair for the cosines and one for the sines, if there are any; weights that depend on the
        energy are in the counts already, with weights of 1. `at_energies`, if it is at hand, is the
        model at the energies of this block.
        """
        pairs = []
        for weight, mean in self._averaged(model, params, at_energies):
            shared = weight.shape[-1] == 1
            rows = (mean if shared else weight * mean) @ self.response.T
            pairs.append((weight[..., 0] if shared else np.ones(rows.shape[-2]), rows))
        return pairs

    def tabulated(self, largest_phase_per_m: float, error: float = 1e-8) -> Self:
        """Return the block with a table of its averages up to a phase per metre."""
        if isinstance(self.energies, EnergyCells):
            return self
        return replace(self, table=AverageTable.build(self.distances, largest_phase_per_m, error))

    def at_energies(self, model: DampedCosineModel, params: Params) -> AtEnergies:
        """The model at the energies of this block."""
        energy = self.energy_MeV
        return AtEnergies(
            model.damped_cosines(energy, params),
            model.weights(self.channel, energy, params),
            model.sine_weights(self.channel, energy, params),
        )

    def _averaged(
        self, model: DampedCosineModel, params: Params, at_energies: AtEnergies | None = None
    ) -> list[tuple[Array, Array]]:
        """Pairs of weights (..., K, n or 1) and averaged terms (..., K, n): cosines, then sines."""
        terms, weights, sine_weights = at_energies or self.at_energies(model, params)
        cosine, sine = self._mean_terms(model, params, terms, sine_weights is not None)
        pairs = [(weights, cosine)]
        return pairs if sine_weights is None else [*pairs, (sine_weights, sine)]

    def _mean_terms(
        self, model: DampedCosineModel, params: Params, terms: DampedCosines, with_sine: bool
    ) -> tuple[Array, Array]:
        cells = self.energies
        if isinstance(cells, EnergyCells):
            if terms.is_plain:
                kappa = terms.phase_per_m * cells.energy_MeV
                mean = mean_exponential_in_cells(self.distances, cells, kappa)
                return mean.real, mean.imag
            at_nodes = model.damped_cosines(node_energies_MeV(cells).ravel(), params)
            return self.damped.in_cells(terms, at_nodes, cells)

        def plain(phase: Any) -> tuple[Any, Any]:
            if self.table is not None and self.table.covers(phase):
                return self.table.cosine(phase), self.table.sine(phase) if with_sine else phase
            return mean_cosine_sine(self.distances, phase)

        return plain(terms.phase_per_m) if terms.is_plain else self.damped.at_lines(terms, plain)

    @cached_property
    def damped(self) -> DampedTerms:
        """The distances, prepared for damped terms."""
        return DampedTerms(self.distances)

    def _by_quadrature(self, model: OscillationModel, params: Params) -> Array:
        def probability(energy: Array, distance: Array) -> Array:
            return model.probability(self.channel, energy, distance, params)

        if isinstance(self.energies, EnergyCells):
            return mean_in_cells(probability, self.distances, self.energies)
        return mean_at_lines(probability, self.distances, self.energies)


@dataclass(frozen=True, eq=False)
class Kernel:
    """Expected counts of an experiment for any oscillation model.

    Parameters
    ----------
    blocks : sequence of Block
        Components and distance distributions.
    size : int
        Number of counts.
    background : array, shape (size,), optional
        Counts that do not oscillate.
    """

    blocks: Sequence[Block]
    size: int
    background: Array | None = None

    def __post_init__(self) -> None:
        rows = {row for block in self.blocks for row in block.rows}
        if rows != set(range(self.size)):
            missing = sorted(set(range(self.size)) ^ rows)
            raise InputError("are filled by no block or do not exist", key="rows", value=missing)

    def counts(self, model: OscillationModel, params: Params) -> Array:
        """Expected counts, shape (..., size); leading axes are those of the parameters.

        `params` are those of the model and the norms of the blocks. Grids are fastest with the
        mixing on the last axis and what the frequencies depend on before.
        """
        total: Any = 0.0 if self.background is None else self.background
        norms = {block.norm for block in self.blocks}
        own = {name: value for name, value in params.items() if name not in norms}
        scales = (_as_array(1.0 if b.norm is None else params[b.norm]) for b in self.blocks)
        parts = list(zip(self.blocks, self._places, scales, strict=True))
        if not isinstance(model, DampedCosineModel):
            counts = (s[..., None] * b.counts(model, own) @ place for b, place, s in parts)
            return _as_array(sum(counts, start=total))
        # Blocks of one channel share their weights: add up what each term gives, then weigh once.
        merged: dict[tuple[Channel, int, tuple[int, ...]], tuple[Array, Any]] = {}
        shared = {first: self.blocks[first].at_energies(model, own) for first in set(self._alike)}
        found = {first: each.term_counts(shared[first]) for first, each in self._together.items()}
        for first, pairs in found.items():
            for n, (weight, rows) in enumerate(pairs or ()):
                key = (self.blocks[first].channel, n, weight.shape)
                before = merged[key][1] if key in merged else 0.0
                merged[key] = (weight, before + rows)
        for (block, place, scale), first in zip(parts, self._alike, strict=True):
            if found.get(first):
                continue
            for n, (weight, rows) in enumerate(block.term_counts(model, own, shared[first])):
                key = (block.channel, n, weight.shape)
                before = merged[key][1] if key in merged else 0.0
                merged[key] = (weight, before + scale[..., None, None] * (rows @ place))
        for weight, rows in merged.values():
            total = total + contract(weight, rows)
        return _as_array(total)

    def tabulated(self, largest_phase_per_m: float, error: float = 1e-8) -> Kernel:
        """Return the kernel with tabulated averages: slower to build, faster on grids."""
        blocks = tuple(block.tabulated(largest_phase_per_m, error) for block in self.blocks)
        return replace(self, blocks=blocks)

    def remembering(self) -> Kernel:
        """Return the kernel with averages that are computed once for each phase, for fits."""
        blocks = (replace(b, table=RememberedAverages(b.distances)) for b in self.blocks)
        return replace(self, blocks=tuple(blocks))

    def matrix(self, block: int, distance_nodes: int) -> tuple[Array, Array, Array]:
        """Multiply one block out on Gauss nodes: K of shape (rows, energies, distances).

        For looking at, and for tests; counting uses the factored form.

        Returns
        -------
        matrix, energy_MeV, distance_m
        """
        chosen = self.blocks[block]
        distance, share = chosen.distances.nodes(distance_nodes)
        return chosen.response[:, :, None] * share, chosen.energy_MeV, distance

    @cached_property
    def _alike(self) -> tuple[int, ...]:
        """For each block the first one of the same channel and energies."""
        seen = [(block.channel, block.energy_MeV.tolist()) for block in self.blocks]
        return tuple(seen.index(each) for each in seen)

    @cached_property
    def _together(self) -> dict[int, Together]:
        """Blocks that are averaged in one go: alike ones at lines that remember, by the first."""
        groups = {
            first: [b for b, same in zip(self.blocks, self._alike, strict=True) if same == first]
            for first in set(self._alike)
        }
        return {
            first: self._put_together(blocks)
            for first, blocks in groups.items()
            if all(
                isinstance(each.table, RememberedAverages)
                and each.norm is None
                and not isinstance(each.energies, EnergyCells)
                for each in blocks
            )
        }

    def _put_together(self, blocks: Sequence[Block]) -> Together:
        response = np.zeros((len(blocks[0].energy_MeV), len(blocks), self.size))
        for place, block in enumerate(blocks):
            for row, each in zip(block.rows, block.response, strict=True):
                response[:, place, row] += each
        averages = SideBySide(tuple(block.damped for block in blocks))
        return Together(averages, response.reshape(-1, self.size))

    @cached_property
    def _places(self) -> tuple[Array, ...]:
        """Matrices that put the rows of each block where they belong."""
        return tuple(np.eye(self.size)[list(block.rows)] for block in self.blocks)


def contract(weight: Array, rows: Array) -> Array:
    """Sum over terms of weight (..., K) times rows (..., K, size).

    Where the rows do not depend on the last leading axis, the mixing, it is one matrix product.
    """
    if weight.ndim > 1 and (rows.ndim == 2 or rows.shape[-3] == 1):
        return weight @ (rows if rows.ndim == 2 else rows[..., 0, :, :])
    total: Array = (weight[..., None] * rows).sum(axis=-2)
    return total


def _as_array(value: Any) -> Array:
    array: Array = array_namespace(value).asarray(value)
    return array
