"""Exact minimum of chi2 over nuisances that the prediction depends on linearly.

All functions work on whitened quantities: u = L^(-1) (data - prediction), A_m = L^(-1) T_m, with
L L^T the covariance. The minimum over eta equals u (1 + A^T S A)^(-1) u with S the prior covariance
(Woodbury), but is evaluated at the minimum: that has no cancellation, and allows free nuisances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError
from gallus.parameters.constraints import CorrelatedNormal, Normal
from gallus.parameters.parameter import Parameter, correlated_blocks, union

Templates: TypeAlias = Array | Callable[[Array], Array]
"""Shape (m, n), or a function of the prediction (..., n) that returns (..., m, n)."""

DEGENERATE = 1e-12


class Whitened(NamedTuple):
    """One likelihood's part of a joint elimination.

    Parameters
    ----------
    residual : array, shape (..., n)
        u, at the central values of the nuisances.
    templates : array, shape (..., m, n)
        A.
    parameters : tuple of Parameter
        The m nuisances.
    constant : array, shape (...)
        What else belongs to chi2.
    """

    residual: Array
    templates: Array
    parameters: tuple[Parameter, ...]
    constant: Array | float


@dataclass(frozen=True, eq=False)
class LinearNuisances:
    """Nuisances eta that shift the prediction by sum_m eta_m T_m.

    Parameters
    ----------
    parameters : tuple of Parameter
        With a constraint (Normal or CorrelatedNormal) or free, and without bounds.
    templates : array of shape (m, n), or callable
        T, or a function of the prediction, for instance ``lambda p: 0.03 * p[..., None, :]``.

    Raises
    ------
    InputError
        If a nuisance is bounded or its constraint not Gaussian: then the minimum has no closed
        form, and it has to be an ordinary parameter.
    """

    parameters: tuple[Parameter, ...]
    templates: Templates

    def __post_init__(self) -> None:
        if len({each.name for each in self.parameters}) < len(self.parameters):
            names = [each.name for each in self.parameters]
            raise InputError("are not distinct", key="nuisances", value=names)
        for parameter in self.parameters:
            _check_eliminable(parameter)
        if not callable(self.templates):
            templates = np.asarray(self.templates, dtype=np.float64)
            object.__setattr__(self, "templates", templates)
            if not np.all(np.isfinite(templates)):
                raise InputError("are not finite", key="templates", allowed="finite numbers")
            check_templates(templates, len(self.parameters), templates.shape[-1])

    @classmethod
    def unit(cls, names: Sequence[str], templates: Templates) -> LinearNuisances:
        """Nuisances with mean 0 and standard deviation 1: the templates are one-sigma shifts."""
        constraint = Normal(0.0, 1.0)
        parameters = tuple(Parameter(name, 0.0, constraint=constraint) for name in names)
        return cls(parameters, templates)

    def at(self, prediction: Array) -> Array:
        """Templates at a prediction, shape (m, n) or (..., m, n)."""
        if not callable(self.templates):
            return self.templates
        templates = self.templates(prediction)
        check_templates(templates, len(self.parameters), prediction.shape[-1])
        return templates

    @cached_property
    def means(self) -> Array:
        """Central values, shape (m,)."""
        return central_values(self.parameters)


def eliminate(parts: Sequence[Whitened]) -> tuple[Array, dict[str, Array]]:
    """Minimum of sum_k |u_k - eta A_k|^2 + prior(eta), and the eta by name.

    Parameters
    ----------
    parts : sequence of Whitened
        Likelihoods; a nuisance that occurs in several is the same.

    Raises
    ------
    InputError
        If nuisances without constraint cannot be told from each other.
    """
    parameters = union(*(part.parameters for part in parts))
    if not parameters:
        return sum_of_squares(parts), {}
    root = prior_root(parameters)
    matrix, vector = _normal_equations(parts, parameters)
    deviation = _solve(matrix + root.T @ root, vector)
    chi2 = ((deviation @ root.T) ** 2).sum(axis=-1)
    for part in parts:
        own = deviation[..., [parameters.index(each) for each in part.parameters]]
        white = part.residual - _combine(own, part.templates)
        chi2 = chi2 + (white**2).sum(axis=-1) + part.constant
    values = deviation + central_values(parameters)
    return chi2, {each.name: values[..., k] for k, each in enumerate(parameters)}


def sum_of_squares(parts: Sequence[Whitened]) -> Array:
    """Chi2 without nuisances, sum_k |u_k|^2."""
    total: Array = np.zeros(())
    for part in parts:
        total = total + (part.residual**2).sum(axis=-1) + part.constant
    return total


def projected(whitening: Array, templates: Array, parameters: tuple[Parameter, ...]) -> Array:
    """Matrix R with |R r|^2 = min over eta of |W (r - eta T)|^2 + prior(eta), shape (n, n).

    Parameters
    ----------
    whitening : array, shape (n, n)
        W, with W^T W the inverse covariance.
    templates : array, shape (m, n)
        T.
    parameters : tuple of Parameter
        The m nuisances; deviations from their central values.

    Raises
    ------
    InputError
        If nuisances without constraint cannot be told from each other.
    """
    root = prior_root(parameters)
    columns = np.concatenate([whitening @ templates.T, root])
    orthonormal, triangle = np.linalg.qr(columns)
    norms = np.sqrt((columns**2).sum(axis=0))
    # Without full rank the orthonormal columns would span more than the nuisances do.
    if len(columns) < len(parameters) or np.any(abs(np.diag(triangle)) <= DEGENERATE * norms):
        raise _degenerate()
    size = len(whitening)
    identity = np.eye(len(columns), size)
    projector = identity - orthonormal @ orthonormal[:size].T
    return np.asarray(np.linalg.qr(projector @ whitening, mode="r"), dtype=np.float64)


def prior_root(parameters: Sequence[Parameter]) -> Array:
    """Matrix B with prior(eta) = |B (eta - mean)|^2, one row per constraint, shape (k, m)."""
    names = [each.name for each in parameters]
    rows = [
        np.eye(len(names))[k] / each.constraint.sigma
        for k, each in enumerate(parameters)
        if isinstance(each.constraint, Normal)
    ]
    for block in correlated_blocks(parameters):
        place = np.eye(len(names))[[names.index(name) for name in block.names]]
        rows += list(block.root @ place)
    return np.array(rows).reshape(len(rows), len(names))


def central_values(parameters: Sequence[Parameter]) -> Array:
    """Means of the constraints, zero without, shape (m,)."""
    means = {name: mean for b in correlated_blocks(parameters) for name, mean in _centre(b)}
    for each in parameters:
        if isinstance(each.constraint, Normal):
            means[each.name] = each.constraint.mean
    return np.array([means.get(each.name, 0.0) for each in parameters])


def check_templates(templates: Array, nuisances: int, size: int) -> None:
    """Raise unless the shape is (..., nuisances, size)."""
    if templates.shape[-2:] != (nuisances, size):
        allowed = f"(..., {nuisances}, {size})"
        raise InputError(
            "have the wrong shape", key="templates", value=templates.shape, allowed=allowed
        )


def _centre(block: CorrelatedNormal) -> list[tuple[str, float]]:
    return list(zip(block.names, block.means, strict=True))


def _check_eliminable(parameter: Parameter) -> None:
    if np.isfinite(parameter.lower) or np.isfinite(parameter.upper):
        value: object = [parameter.lower, parameter.upper]
        raise InputError("is bounded", key=parameter.name, value=value, allowed=_ORDINARY)
    if not isinstance(parameter.constraint, Normal | CorrelatedNormal | None):
        value = parameter.constraint
        raise InputError("is not Gaussian", key=parameter.name, value=value, allowed=_ORDINARY)


_ORDINARY = "no bounds and a Normal constraint; or make it an ordinary parameter"


def _degenerate() -> InputError:
    return InputError("cannot be told from each other", key="nuisances", allowed="constraints")


def _normal_equations(
    parts: Sequence[Whitened], parameters: tuple[Parameter, ...]
) -> tuple[Array, Array]:
    """Sum_k A A^T, shape (..., m, m), and sum_k A u, shape (..., m), in the common order."""
    matrix: Array = np.zeros(())
    vector: Array = np.zeros(())
    for part in parts:
        place = np.eye(len(parameters))[[parameters.index(each) for each in part.parameters]]
        gram = part.templates @ part.templates.swapaxes(-1, -2)
        matrix = matrix + place.T @ gram @ place
        vector = vector + _project(part.residual, part.templates) @ place
    return matrix, vector


def _project(residual: Array, templates: Array) -> Array:
    """A u, shape (..., m)."""
    if templates.ndim == 2:
        return residual @ templates.T
    product: Array = (residual[..., None, :] * templates).sum(axis=-1)
    return product


def _combine(nuisances: Array, templates: Array) -> Array:
    """Sum_m eta_m A_m, shape (..., n)."""
    if templates.ndim == 2:
        return nuisances @ templates
    shift: Array = (nuisances[..., :, None] * templates).sum(axis=-2)
    return shift


def _solve(matrix: Array, vector: Array) -> Array:
    """Solve M x = b for each leading index; one factorisation if M has none."""
    if matrix.shape[-1] == 1:
        return vector / matrix[..., 0]
    xp = array_namespace(matrix, vector)
    try:
        if matrix.ndim == 2:
            flat = vector.reshape(-1, vector.shape[-1])
            solution: Array = xp.linalg.solve(matrix, flat.T).T.reshape(vector.shape)
        else:
            solution = xp.linalg.solve(matrix, vector[..., None])[..., 0]
    except np.linalg.LinAlgError as error:
        raise _degenerate() from error
    return solution
