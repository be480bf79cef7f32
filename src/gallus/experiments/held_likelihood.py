"""A gallium likelihood with parameters held at values of one's own, for fits and scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array, in_blocks
from gallus.experiments.gallium_oscillation import GalliumLikelihood
from gallus.oscillation.base import DampedCosineModel
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter

QUADRATURE_BLOCK = 16
"""Points at a time of a model that is averaged by quadrature: each needs 1e5 probabilities."""


@dataclass(frozen=True, eq=False)
class HeldLikelihood:
    """A gallium likelihood that decides anew which parameters of the model are free.

    Parameters
    ----------
    likelihood : GalliumLikelihood
        Model, data and recipe.
    held : mapping of str to float
        Parameters that the model holds, at other values than its own.
    scanned : tuple of str
        Parameters on the grid of a scan; a model may hold them otherwise.
    """

    likelihood: GalliumLikelihood
    held: Mapping[str, float]
    scanned: tuple[str, ...] = ()

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
        return self._at(params, self.likelihood.chi2)

    def expected(self, params: Params) -> Array:
        """Expected ratios, shape (..., n)."""
        return self._at(params, self.likelihood.expected)

    def _at(self, params: Params, function: Callable[[Params], Array]) -> Array:
        known = {each.name for each in self.likelihood.model.parameters}
        held = {name: value for name, value in self.held.items() if name in known}
        own = {name: params[name] for name in params if name in known} | held
        shape = np.broadcast_shapes(*(np.shape(value) for value in own.values()))
        if not shape or isinstance(self.likelihood.model, DampedCosineModel):
            return function(own)
        columns = [np.broadcast_to(value, shape).ravel() for value in own.values()]

        def rows(points: Array) -> Array:
            return function(dict(zip(own, points.T, strict=True)))

        result = in_blocks(rows, np.stack(columns, axis=1), QUADRATURE_BLOCK)
        return result.reshape(*shape, *result.shape[1:])
