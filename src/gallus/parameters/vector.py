"""Parameters as a vector: what minimisers and samplers want.

``ParameterVector.values`` goes from a vector to names, ``vector`` back; ``log_prior`` is for Markov
chains, ``prior_transform`` for nested sampling.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError
from gallus.parameters.constraints import CorrelatedNormal, Normal, Params
from gallus.parameters.parameter import (
    Parameter,
    check_names,
    check_values,
    constraint_chi2,
    correlated_blocks,
)

FAR_SIGMA = 6.0
"""A bound this far from the mean does not cut a Gaussian: 1e-9 of it is beyond."""


@dataclass(frozen=True)
class ParameterVector:
    """The free parameters in order, with the fixed ones aside.

    Parameters
    ----------
    parameters : tuple of Parameter
        All parameters.
    fixed : mapping of str to float, optional
        Values of those that do not vary.

    Raises
    ------
    InputError
        If a fixed name is unknown or its value not allowed.
    """

    parameters: tuple[Parameter, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_names(self.parameters, self.fixed)
        held = tuple(each for each in self.parameters if each.name in self.fixed)
        check_values(held, self.fixed)

    @cached_property
    def free(self) -> tuple[Parameter, ...]:
        """Parameters that vary."""
        return tuple(each for each in self.parameters if each.name not in self.fixed)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters, in the order of the vector."""
        return tuple(each.name for each in self.free)

    @property
    def starts(self) -> Array:
        """Start values, shape (n,)."""
        return np.array([each.start for each in self.free])

    @property
    def limits(self) -> list[tuple[float, float]]:
        """Lower and upper bound of each."""
        return [(each.lower, each.upper) for each in self.free]

    @property
    def constrained(self) -> int:
        """Number of free parameters with a constraint; each counts as one datum."""
        return sum(each.constraint is not None for each in self.free)

    def values(self, vector: Array) -> dict[str, float | Array]:
        """Name the entries of a vector of shape (..., n) and add the fixed parameters."""
        free = {name: vector[..., k] for k, name in enumerate(self.names)}
        return {**self.fixed, **free}

    def vector(self, values: Params) -> Array:
        """Vector of the free parameters, shape (..., n)."""
        xp = array_namespace(*(values[name] for name in self.names))
        each = xp.broadcast_arrays(*(xp.asarray(values[name]) for name in self.names))
        stacked: Array = xp.stack(each, axis=-1)
        return stacked

    def log_prior(self, vector: Array) -> Array:
        """Logarithm of the prior density at vectors of shape (..., n), up to a constant.

        -chi2/2 of the constraints; without constraint flat in the parameter or, on a logarithmic
        scale, in its logarithm; -inf outside the bounds.
        """
        xp = array_namespace(vector)
        lower, upper = np.array(self.limits).reshape(-1, 2).T
        logarithmic = np.array([_is_log_flat(each) for each in self.free])
        inside = xp.all((vector >= lower) & (vector <= upper), axis=-1)
        jacobian = xp.log(xp.where(logarithmic, xp.maximum(vector, lower), 1.0))
        density = -0.5 * constraint_chi2(self.parameters, self.values(vector))
        log_prior: Array = xp.where(inside, density - jacobian.sum(axis=-1), -np.inf)
        return log_prior

    def prior_transform(self, cube: Array) -> Array:
        """Map the unit cube, shape (..., n), to values distributed as the prior (NumPy only).

        Raises
        ------
        InputError
            If a parameter has neither constraint nor two finite bounds, or a bound cuts a
            correlated block within 6 standard deviations.
        """
        columns = [
            np.zeros(cube.shape[:-1])
            if isinstance(each.constraint, CorrelatedNormal)
            else _quantile(each, cube[..., k])
            for k, each in enumerate(self.free)
        ]
        for block in self._free_blocks:
            index = [self.names.index(name) for name in block.names]
            draws = (
                np.array(block.means) + ndtri(cube[..., index]) @ np.linalg.cholesky(block.matrix).T
            )
            for k, position in enumerate(index):
                columns[position] = np.clip(draws[..., k], *self.limits[position])
        return np.stack(columns, axis=-1) if columns else np.zeros_like(cube)

    @cached_property
    def _free_blocks(self) -> tuple[CorrelatedNormal, ...]:
        """Correlated blocks of the free parameters, given the values of the fixed ones."""
        blocks = [block.conditioned(self.fixed) for block in correlated_blocks(self.parameters)]
        for block in blocks:
            for name, mean, error in zip(
                block.names, block.means, np.sqrt(np.diag(block.matrix)), strict=True
            ):
                _check_far(self.free[self.names.index(name)], Normal(mean, float(error)))
        return tuple(block for block in blocks if block.names)


def _is_log_flat(parameter: Parameter) -> bool:
    return parameter.scale == "log" and parameter.constraint is None


def _quantile(parameter: Parameter, probability: Array) -> Array:
    """Inverse of the cumulative prior of one parameter within its bounds."""
    constraint, lower, upper = parameter.constraint, parameter.lower, parameter.upper
    if constraint is None:
        if not (math.isfinite(lower) and math.isfinite(upper)):
            raise InputError(
                "has no proper prior",
                key=parameter.name,
                allowed="a constraint, or two finite bounds",
            )
        if parameter.scale == "log":
            return np.asarray(lower * (upper / lower) ** probability)
        return np.asarray(lower + (upper - lower) * probability)
    if isinstance(constraint, CorrelatedNormal):
        raise TypeError("blocks are transformed as a whole")
    errors = (
        (constraint.sigma, constraint.sigma)
        if isinstance(constraint, Normal)
        else (constraint.minus, constraint.plus)
    )
    below, above = (_split_cumulative(edge - constraint.mean, *errors) for edge in (lower, upper))
    if not above - below > 1e-12:
        raise InputError(
            "has its constraint outside its bounds",
            key=parameter.name,
            value=constraint,
            allowed=f"from {lower:g} to {upper:g}",
        )
    deviation = _split_quantile(below + (above - below) * probability, *errors)
    return np.clip(constraint.mean + deviation, lower, upper)


def _split_cumulative(deviation: float, minus: float, plus: float) -> float:
    """Cumulative distribution of two half Gaussians that meet at their maximum."""
    total = minus + plus
    if deviation < 0:
        return float(2 * minus * ndtr(deviation / minus) / total)
    return float((minus + plus * (2 * ndtr(deviation / plus) - 1)) / total)


def _split_quantile(probability: Array, minus: float, plus: float) -> Array:
    total = minus + plus
    low = np.minimum(probability * total / (2 * minus), 0.5)
    high = np.maximum(0.5 + (probability * total - minus) / (2 * plus), 0.5)
    return np.where(probability * total < minus, minus * ndtri(low), plus * ndtri(high))


def _check_far(parameter: Parameter, constraint: Normal) -> None:
    distance = FAR_SIGMA * constraint.sigma
    if constraint.mean - distance < parameter.lower or constraint.mean + distance > parameter.upper:
        raise InputError(
            "has bounds that cut its correlated constraint",
            key=parameter.name,
            value=[parameter.lower, parameter.upper],
            allowed=f"bounds {FAR_SIGMA:g} standard deviations away; or sample with log_prior",
        )
