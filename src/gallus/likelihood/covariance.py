"""Covariances as a Gaussian likelihood uses them: whitening, weight, and how both change.

``FixedCovariance`` is factorised once; ``VaryingCovariance`` is a function of the prediction and is
factorised at each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError
from gallus.parameters.constraints import check_covariance, whitening

STEP = 1e-4
"""Relative step of a central difference."""


class CovarianceModel(Protocol):
    """Covariance V of n data, at predictions of shape (..., n)."""

    def whiten(self, prediction: Array, *rows: Array) -> tuple[Array, ...]:
        """Multiply row vectors, shape (..., k, n), with L^(-1), where L L^T = V."""
        ...

    def weight(self, prediction: Array) -> Array:
        """Inverse of V, shape (n, n) or (..., n, n)."""
        ...

    def log_determinant(self, prediction: Array) -> Array | float:
        """Logarithm of det V relative to that at the data, if it is asked for, else zero."""
        ...

    def slope(self, prediction: Array, column: Array, scores: Array) -> Array | float:
        """Derivative of ``r V^(-1) r`` and of the determinant along a change of the prediction.

        Parameters
        ----------
        prediction, column, scores : array, shape (..., n)
            Prediction, its change, and V^(-1) r.
        """
        ...


@dataclass(frozen=True, eq=False)
class FixedCovariance:
    """A matrix of shape (n, n)."""

    matrix: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", np.asarray(self.matrix, dtype=np.float64))
        check_covariance(self.matrix, self.matrix.shape[-1])

    @cached_property
    def root(self) -> Array:
        """W = L^(-1), shape (n, n)."""
        return whitening(self.matrix)

    def whiten(self, prediction: Array, *rows: Array) -> tuple[Array, ...]:
        """One matrix product."""
        return tuple(each @ self.root.T for each in rows)

    def weight(self, prediction: Array) -> Array:
        """W^T W."""
        return np.asarray(self.root.T @ self.root)

    def log_determinant(self, prediction: Array) -> float:
        """Zero: it does not depend on anything."""
        return 0.0

    def slope(self, prediction: Array, column: Array, scores: Array) -> float:
        """Zero."""
        return 0.0


@dataclass(frozen=True, eq=False)
class VaryingCovariance:
    """A function from predictions (..., n) to matrices (..., n, n).

    Parameters
    ----------
    function : callable
        V(f).
    data : array, shape (..., n)
        Where the determinant is taken as one.
    with_determinant : bool
        Whether the determinant counts.
    """

    function: Callable[[Array], Array]
    data: Array
    with_determinant: bool = False

    def whiten(self, prediction: Array, *rows: Array) -> tuple[Array, ...]:
        """Solve with the Cholesky factor at the prediction."""
        factor = self._factor(prediction)
        xp = array_namespace(factor)
        return tuple(
            xp.linalg.solve(factor, each.swapaxes(-1, -2)).swapaxes(-1, -2) for each in rows
        )

    def weight(self, prediction: Array) -> Array:
        """From the Cholesky factor."""
        factor = self._factor(prediction)
        xp = array_namespace(factor)
        root = xp.linalg.solve(factor, xp.broadcast_to(np.eye(factor.shape[-1]), factor.shape))
        weight: Array = root.swapaxes(-1, -2) @ root
        return weight

    def log_determinant(self, prediction: Array) -> Array | float:
        """Logarithm of det V(f)/det V(d), or zero."""
        if not self.with_determinant:
            return 0.0
        return _log_determinant(self._factor(prediction)) - _log_determinant(
            self._factor(self.data)
        )

    def slope(self, prediction: Array, column: Array, scores: Array) -> Array | float:
        """-w dV w, and tr(V^(-1) dV) where the determinant counts."""
        change = change_along(self.function, prediction, column)
        slope: Array = -(scores[..., :, None] * change * scores[..., None, :]).sum(axis=(-2, -1))
        if not self.with_determinant:
            return slope
        trace: Array = (self.weight(prediction) * change).sum(axis=(-2, -1))
        return slope + trace

    def _factor(self, prediction: Array) -> Array:
        covariance = self.function(prediction)
        size = prediction.shape[-1]
        if covariance.shape[-2:] != (size, size):
            allowed = f"(..., {size}, {size})"
            raise InputError(
                "has the wrong shape", key="covariance", value=covariance.shape, allowed=allowed
            )
        allowed = "a positive definite matrix at every prediction"
        if not is_traceable(covariance) and not np.all(np.isfinite(covariance)):
            raise InputError("is not finite at the prediction", key="covariance", allowed=allowed)
        try:
            factor: Array = array_namespace(covariance).linalg.cholesky(covariance)
        except np.linalg.LinAlgError as error:
            problem = "is not positive definite at the prediction"
            raise InputError(problem, key="covariance", allowed=allowed) from error
        return factor


def change_along(function: Callable[[Array], Array], point: Array, direction: Array) -> Array:
    """Derivative of a function of the prediction along a direction, by central differences.

    The step is a fraction 1e-4 of the prediction: the error is of second order in that, and none
    where the function is linear or quadratic in the prediction.
    """
    xp = array_namespace(point, direction)
    size, length = (xp.max(xp.abs(each), axis=-1, keepdims=True) for each in (point, direction))
    step = STEP * xp.where(size > 0, size, 1.0) / xp.where(length > 0, length, 1.0)
    difference = function(point + step * direction) - function(point - step * direction)
    change: Array = difference / (2 * step[..., None])
    return change


def _log_determinant(factor: Array) -> Array:
    xp = array_namespace(factor)
    total: Array = 2 * xp.log(xp.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
    return total
