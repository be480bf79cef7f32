"""Ensembles whose covariance scales with the data or the prediction, by one relative error.

The inverse of V + c c^T takes one term off chi2 (Sherman and Morrison): a second product of
matrices, squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.ensembles import (
    augmented,
    check_predictions,
    distance_rows,
    lowest_difference,
    place_of_lowest_difference,
    squares,
)
from gallus.parameters.constraints import whitening

SMALLEST_RELATIVE_ERROR: Final = 1e-3
"""Completing the square cancels 1/s^2: 1e-10 is left of the precision at this error."""


@dataclass(frozen=True, eq=False)
class _RelativeErrors:
    """Outcomes t = m (1 + s z) + errors with covariance V: the common part of two ensembles.

    Parameters
    ----------
    predictions : array, shape (g, n)
        What outcomes are fitted with.
    covariance : array, shape (n, n)
        V, without the relative error.
    relative_error : array, shape (n,)
        s of each datum, fully correlated.
    """

    predictions: Array
    covariance: Array
    relative_error: Array

    def __post_init__(self) -> None:
        check_predictions(self.predictions, self.covariance)

    @property
    def size(self) -> int:
        """One number for the common error, one for each datum."""
        return int(self.predictions.shape[-1]) + 1

    def toys(self, prediction: Array, normals: Array) -> Array:
        """The prediction scaled, plus correlated errors."""
        scaled = prediction * (1 + self.relative_error * normals[:, :1])
        return np.asarray(scaled + normals[:, 1:] @ np.linalg.cholesky(self.covariance).T)

    @cached_property
    def _root(self) -> Array:
        return whitening(self.covariance)


@dataclass(frozen=True, eq=False)
class PredictionScaledEnsemble(_RelativeErrors):
    """Covariance V + c c^T with c = s m: the toys have the distribution that chi2 assumes.

    Parameters are those of a :class:`GaussianEnsemble`, and the relative errors s, shape (n,).
    """

    def chi2(self, data: Array, prediction: Array) -> Array:
        """|d|^2 - (d u)^2 with d = t - m and u = c/(1 + |c|^2)^(1/2), all whitened."""
        residual = (data - prediction) @ self._root.T
        projection = (residual * self._direction(prediction)).sum(axis=-1)
        return np.asarray(squares(residual) - projection**2)

    def lowest(self, data: Array) -> Array:
        """Two products: the distances, and the projections to be subtracted in square."""
        toys = (data - self._centre) @ self._root.T
        left = augmented(toys)
        least = lowest_difference(left, self._right, left, self._projection)
        return np.asarray(squares(toys) + least)

    def nearest(self, data: Array) -> NDArray[np.intp]:
        """Which prediction has the lowest chi2, shape (t,)."""
        left = augmented((data - self._centre) @ self._root.T)
        return place_of_lowest_difference(left, self._right, left, self._projection)

    def _direction(self, prediction: Array) -> Array:
        column = (self.relative_error * prediction) @ self._root.T
        return np.asarray(column / np.sqrt(1 + squares(column))[..., None])

    @cached_property
    def _centre(self) -> Array:
        return np.asarray(self.predictions.mean(axis=0))

    @cached_property
    def _whitened(self) -> Array:
        return np.asarray((self.predictions - self._centre) @ self._root.T)

    @cached_property
    def _right(self) -> Array:
        return distance_rows(self._whitened)

    @cached_property
    def _projection(self) -> Array:
        direction = self._direction(self.predictions)
        shift = (self._whitened * direction).sum(axis=-1)
        return np.ascontiguousarray(np.vstack([direction.T, -shift]))


@dataclass(frozen=True, eq=False)
class DataScaledEnsemble(_RelativeErrors):
    """Covariance V + s^2 t t^T, which differs from toy to toy.

    Parameters are those of a :class:`PredictionScaledEnsemble`; all relative errors are the same.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        lowest, highest = float(self.relative_error.min()), float(self.relative_error.max())
        if lowest != highest or not lowest >= SMALLEST_RELATIVE_ERROR:
            raise InputError(
                "is not allowed",
                key="relative_error",
                value=[lowest, highest],
                allowed=f"one number above {SMALLEST_RELATIVE_ERROR:g}",
            )

    def chi2(self, data: Array, prediction: Array) -> Array:
        """|d|^2 - k (d t)^2 with k = s^2/(1 + s^2 |t|^2)."""
        toys = data @ self._root.T
        residual = toys - prediction @ self._root.T
        projection = (residual * toys).sum(axis=-1)
        return np.asarray(squares(residual) - self._share(squares(toys)) * projection**2)

    def lowest(self, data: Array) -> Array:
        """The square completed in t m: |m|^2 - (k^(1/2) t m + b)^2 plus terms of t alone."""
        toys = data @ self._root.T
        length = squares(toys)
        share = self._share(length)
        # b = (1 - k |t|^2)/k^(1/2), and 1 - k |t|^2 = k/s^2.
        offset = np.sqrt(share) / self.relative_error[0] ** 2
        left = np.column_stack([np.sqrt(share)[:, None] * toys, offset])
        least = lowest_difference(left, self._lengths, left, self._right)
        return np.asarray(length + offset**2 - share * length**2 + least)

    def _share(self, length: Array) -> Array:
        squared = self.relative_error[0] ** 2
        return np.asarray(squared / (1 + squared * length))

    @cached_property
    def _lengths(self) -> Array:
        return squares(self.predictions @ self._root.T)

    @cached_property
    def _right(self) -> Array:
        whitened = self.predictions @ self._root.T
        return np.ascontiguousarray(np.vstack([whitened.T, np.ones(len(whitened))]))
