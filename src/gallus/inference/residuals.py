"""Chi2 of a Gaussian likelihood as a sum of squares, for least-squares fits.

The residuals are the whitened deviations of the data, those of the nuisances that the likelihood
eliminates (at their best values), and the pulls of the constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from gallus.arrays import Array
from gallus.inference.objective import Objective
from gallus.likelihood.base import Likelihood, eliminated, nuisances
from gallus.likelihood.elimination import central_values, prior_root
from gallus.likelihood.joint import JointLikelihood, LinearLikelihood
from gallus.parameters.constraints import Normal, Params, SplitNormal
from gallus.parameters.parameter import Parameter, correlated_blocks

ResidualsOf: TypeAlias = Callable[[Array], Array]
"""Residuals (m, k) at internal vectors (m, n)."""


def residuals_of(objective: Objective) -> ResidualsOf | None:
    """Residuals of an objective, or None if its chi2 is no sum of squares or takes no grids.

    Parameters
    ----------
    objective : Objective
        Chi2 and constraints.
    """
    parts = _parts(objective.likelihood)
    linear = [each for each in parts if isinstance(each, LinearLikelihood)]
    if len(linear) < len(parts) or not objective.takes_grids:
        return None
    start = objective.vector.values(objective.vector.starts[None])
    if any(np.any(each.whitened(start).constant) for each in linear):
        return None

    def residuals(points: Array) -> Array:
        params = objective.vector.values(objective.external(points))
        found = _residuals(objective, linear, params)
        return np.concatenate([_rows(each, len(points)) for each in found], axis=1)

    return residuals


def _residuals(
    objective: Objective, likelihoods: Sequence[LinearLikelihood], params: Params
) -> list[Array]:
    """Whitened residuals of the likelihoods, then pulls of nuisances and parameters."""
    best = nuisances(objective.likelihood, params)
    together = {**params, **best}
    data = [each.whitened(together).residual for each in likelihoods]
    removed = tuple(e for e in eliminated(objective.likelihood) if e.name in best)
    if removed:
        values = np.stack(np.broadcast_arrays(*(best[each.name] for each in removed)), axis=-1)
        data.append((values - central_values(removed)) @ prior_root(removed).T)
    return data + _pulls(_counted(objective), params)


def _counted(objective: Objective) -> tuple[Parameter, ...]:
    """Parameters whose constraints are added to chi2 of the data."""
    own = objective.likelihood.parameters
    names = {each.name for each in own}
    return (*own, *(each for each in objective.vector.parameters if each.name not in names))


def _pulls(parameters: Sequence[Parameter], params: Params) -> list[Array]:
    """One column for each constrained parameter."""
    columns = []
    for each in parameters:
        value = np.asarray(params[each.name])
        match each.constraint:
            case Normal(mean=mean, sigma=sigma):
                columns.append((value - mean) / sigma)
            case SplitNormal(mean=mean, plus=plus, minus=minus):
                columns.append((value - mean) / np.where(value > mean, plus, minus))
    for block in correlated_blocks(parameters):
        values = np.stack(np.broadcast_arrays(*(params[name] for name in block.names)), axis=-1)
        turned = (values - np.array(block.means)) @ block.root.T
        columns += [turned[..., k] for k in range(turned.shape[-1])]
    return [column[..., None] for column in columns]


def _rows(residual: Array, count: int) -> Array:
    return np.broadcast_to(residual, (count, residual.shape[-1]))


def _parts(likelihood: Likelihood) -> tuple[Likelihood, ...]:
    return likelihood.likelihoods if isinstance(likelihood, JointLikelihood) else (likelihood,)
