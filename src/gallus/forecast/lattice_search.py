"""Best fits of one model to many data sets that share what is expected.

A forecast fits the same models again and again: to the data of every truth, for every design.
:class:`LatticeSearch` computes what a model expects on a lattice of its parameters once; for each
data set the lowest local minima there, and the best fit of today, are followed to the bottom by
:func:`gallus.inference.batched_minimum.batched_minimum`, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from gallus.arrays import Array, in_blocks
from gallus.experiments.held_likelihood import QUADRATURE_BLOCK
from gallus.inference.batched_minimum import DifferenceParabolas, Rows, batched_minimum
from gallus.inference.objective import Objective
from gallus.inference.profile_starts import coarse_lines, lattice, lowest_minima
from gallus.oscillation.base import DampedCosineModel, OscillationModel
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter, constraint_chi2
from gallus.parameters.vector import ParameterVector

POINTS: Final = {1: 100, 2: 1600}
"""Points of the lattice by the number of free parameters."""
MOST_POINTS: Final = 8000
"""With more parameters."""
BY_QUADRATURE: Final = 10
"""Factor by which there are fewer for a model that is averaged by quadrature."""
MINIMA: Final = 4
"""Local minima of the lattice that are followed."""
TENTH: Final = 0.1
"""First step of a difference in units of what a parameter may move."""

Compare: TypeAlias = Callable[[Array], Array]
"""Chi2 (...) of expectations (..., n)."""


class Lowest(NamedTuple):
    """The lowest minimum that was found: chi2, and all parameters."""

    chi2: float
    values: dict[str, float]


@dataclass(frozen=True, eq=False)
class LatticeSearch:
    """A model and what it expects.

    Parameters
    ----------
    model : OscillationModel
        What is fitted.
    start : mapping of str to float
        A point to start from besides the lattice; parameters that the model holds stay there.
    held : collection of str
        Names that stay at their start too.
    predict : callable
        Expected numbers (..., n) of parameters by name.
    fewer : int
        Factor by which the lattice has fewer points, where predicting takes long.
    """

    model: OscillationModel
    start: Mapping[str, float]
    held: frozenset[str]
    predict: Callable[[Params], Array]
    fewer: int = 1

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that are free."""
        still = {*self.model.fixed, *self.held}
        return tuple(each for each in self.model.parameters if each.name not in still)

    def minimum(self, compare: Compare, coarse: Compare | None = None) -> Lowest:
        """Lowest chi2 over the free parameters.

        Parameters
        ----------
        compare : callable
            Chi2 of expectations.
        coarse : callable, optional
            Quicker one for the lattice, with about the same minima.
        """
        first = np.array([self.start[each.name] for each in self.parameters])
        if not len(first):
            return Lowest(float(compare(self.predict(self.start))), dict(self.start))
        objective = self._objective
        on_lattice = (coarse or compare)(self._expected)[None]
        places = lowest_minima(on_lattice, tuple(map(len, self._lines)), MINIMA)[0]
        starts = np.concatenate([objective.internal(first)[None], lattice(self._lines)[places]])

        def chi2_of(points: Array, rows: Rows) -> Array:
            params = dict(zip(self._names, objective.external(points).T, strict=True))
            pulls = constraint_chi2(self.parameters, params)
            return np.asarray(compare(self._at(params)) + pulls)

        steps = [TENTH * objective.first_step(k, starts[0, k]) for k in range(len(first))]
        parabolas = DifferenceParabolas(chi2_of, self._limits, np.array(steps), len(starts))
        found = batched_minimum(chi2_of, parabolas, starts, self._limits)
        best = int(np.argmin(found.values))
        point = objective.external(found.points[best]).tolist()
        values_there = {**self.start, **dict(zip(self._names, point, strict=True))}
        return Lowest(float(found.values[best]), values_there)

    @cached_property
    def _expected(self) -> Array:
        """What is expected on the lattice, shape (points, n)."""
        scales = [each.scale for each in self.parameters]
        pairs = zip(self._lines, scales, strict=True)
        lines = [np.exp(line) if scale == "log" else line for line, scale in pairs]
        if not isinstance(self.model, DampedCosineModel):
            return self._at(dict(zip(self._names, lattice(lines).T, strict=True)))
        # Each parameter on an axis of its own, the mixing behind, where it costs nothing.
        order = sorted(range(len(lines)), key=lambda k: scales[k] != "log")
        axes = np.meshgrid(*(lines[k] for k in order), indexing="ij", sparse=True)
        names = [self._names[k] for k in order]
        expected = self.predict({**self.start, **dict(zip(names, axes, strict=True))})
        shape = (*(len(lines[k]) for k in order), expected.shape[-1])
        back = (*np.argsort(order), len(lines))
        return np.broadcast_to(expected, shape).transpose(back).reshape(-1, shape[-1])

    def _at(self, params: dict[str, Array]) -> Array:
        """What is expected at points of shape (m,)."""
        if isinstance(self.model, DampedCosineModel):
            return self.predict({**self.start, **params})

        def rows(block: Array) -> Array:
            return self.predict({**self.start, **dict(zip(params, block.T, strict=True))})

        return in_blocks(rows, np.stack([*params.values()], axis=1), QUADRATURE_BLOCK)

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self.parameters]

    @cached_property
    def _lines(self) -> list[Array]:
        """Internal values on each axis."""
        parameters = self.parameters
        size = POINTS.get(len(parameters), MOST_POINTS) // self.fewer
        if not isinstance(self.model, DampedCosineModel):
            size //= BY_QUADRATURE
        objective = self._objective
        start = objective.internal(np.array([self.start[each.name] for each in parameters]))
        return coarse_lines(parameters, self._limits, start, size)

    @cached_property
    def _limits(self) -> Array:
        return self._objective.limits()

    @cached_property
    def _objective(self) -> Objective:
        """Transformation between parameters and what is minimised."""
        return Objective(_OnlyParameters(self.parameters), ParameterVector(self.parameters))


@dataclass(frozen=True)
class _OnlyParameters:
    """A likelihood without data."""

    parameters: tuple[Parameter, ...]
    n_data: int = 0

    def chi2(self, params: Params) -> Array:
        """Nothing."""
        return np.zeros(())
