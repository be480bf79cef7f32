"""Ensembles of outcomes: how toys are made at a prediction, and how well predictions describe them.

A calibration sees nothing else of an experiment. ``lowest``, the minimum of chi2 over all
predictions, is what it spends its time in; here it is one or two products of matrices.

:class:`GaussianEnsemble`
    A fixed covariance: chi2 = |t|^2 - 2 t m + |m|^2 in whitened numbers.
:class:`~gallus.inference.scaled_ensembles.DataScaledEnsemble`, ``PredictionScaledEnsemble``
    A common relative error that makes the covariance scale with the data, or with the prediction.
:class:`~gallus.inference.general_ensembles.ProductEnsemble`
    Any function of the three products t t, t m and m m; some ten times slower.
:class:`~gallus.inference.general_ensembles.PlainEnsemble`
    Any chi2; a hundred times slower.

:func:`gallus.inference.recipe_ensembles.recipe_ensemble` chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.parameters.constraints import check_covariance, whitening

TOYS_AT_ONCE: Final = 32
PREDICTIONS_AT_ONCE: Final = 4096
"""Toys times predictions in a megabyte, which stays in the cache."""


class Ensemble(Protocol):
    """Possible outcomes of an experiment with n data, and g predictions for them."""

    @property
    def predictions(self) -> Array:
        """Predictions that an outcome is fitted with, shape (g, n)."""
        ...

    @property
    def size(self) -> int:
        """Standard normal numbers that one toy consumes."""
        ...

    def toys(self, prediction: Array, normals: Array) -> Array:
        """Outcomes (t, n) at a prediction (n,) from normal numbers (t, size)."""
        ...

    def chi2(self, data: Array, prediction: Array) -> Array:
        """Chi2 of outcomes (..., n) at predictions (..., n), shape (...)."""
        ...

    def lowest(self, data: Array) -> Array:
        """Minimum of chi2 of outcomes (t, n) over all predictions, shape (t,)."""
        ...


def lowest_product(left: Array, right: Array) -> Array:
    """Minimum over j of the matrix product (left right)_ij, shape (t,).

    Parameters
    ----------
    left : array, shape (t, k)
        Toys.
    right : array, shape (k, g)
        Predictions.
    """
    found = np.full(len(left), np.inf)
    for columns in _tiles(right.shape[1]):
        tile = right[:, columns]
        product = np.empty((TOYS_AT_ONCE, tile.shape[1]))
        for rows in _blocks(len(left)):
            values = np.matmul(left[rows], tile, out=product[: rows.stop - rows.start])
            found[rows] = np.minimum(found[rows], values.min(axis=1))
    return found


def lowest_difference(
    left: Array, right: Array, squared_left: Array, squared_right: Array
) -> Array:
    """Minimum over j of (left right)_ij - (squared_left squared_right)_ij^2, shape (t,).

    Shapes are those of :func:`lowest_product`; a `right` of shape (g,) is the same for all toys.
    """
    found = np.full(len(squared_left), np.inf)
    for rows, _, values in _differences(left, right, squared_left, squared_right):
        found[rows] = np.minimum(found[rows], values.min(axis=1))
    return found


def place_of_lowest_difference(
    left: Array, right: Array, squared_left: Array, squared_right: Array
) -> NDArray[np.intp]:
    """The j of that minimum."""
    found = np.full(len(squared_left), np.inf)
    place = np.zeros(len(squared_left), dtype=np.intp)
    for rows, columns, values in _differences(left, right, squared_left, squared_right):
        here = values.argmin(axis=1)
        least = values[np.arange(len(values)), here]
        place[rows] = np.where(least < found[rows], here + columns.start, place[rows])
        found[rows] = np.minimum(found[rows], least)
    return place


def _differences(
    left: Array, right: Array, squared_left: Array, squared_right: Array
) -> Iterator[tuple[slice, slice, Array]]:
    """Differences of some toys and predictions at a time; the next ones overwrite them."""
    for columns in _tiles(squared_right.shape[1]):
        product, square = np.empty((2, TOYS_AT_ONCE, columns.stop - columns.start))
        for rows in _blocks(len(squared_left)):
            count = rows.stop - rows.start
            second = np.matmul(squared_left[rows], squared_right[:, columns], out=square[:count])
            np.multiply(second, second, out=second)
            first = right[..., columns]
            if right.ndim > 1:
                first = np.matmul(left[rows], first, out=product[:count])
            yield rows, columns, np.subtract(first, second, out=second)


def _tiles(predictions: int) -> list[slice]:
    return _slices(predictions, PREDICTIONS_AT_ONCE)


def _blocks(toys: int) -> list[slice]:
    return _slices(toys, TOYS_AT_ONCE)


def _slices(count: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


@dataclass(frozen=True, eq=False)
class GaussianEnsemble:
    """Gaussian outcomes with a fixed covariance.

    Linear nuisances with Gaussian constraints belong into it, V + T^T S T with templates T and
    their covariance S: chi2 is then minimised over them, and they are drawn in the toys.

    Parameters
    ----------
    predictions : array, shape (g, n)
        What outcomes are fitted with.
    covariance : array, shape (n, n)
        V.
    """

    predictions: Array
    covariance: Array

    def __post_init__(self) -> None:
        check_predictions(self.predictions, self.covariance)

    @property
    def size(self) -> int:
        """One number for each datum."""
        return int(self.predictions.shape[-1])

    def toys(self, prediction: Array, normals: Array) -> Array:
        """Prediction plus correlated errors."""
        return prediction + normals @ self._factor.T

    def chi2(self, data: Array, prediction: Array) -> Array:
        """(t - m) V^(-1) (t - m)."""
        return squares((data - prediction) @ self._root.T)

    def lowest(self, data: Array) -> Array:
        """|t|^2 + min(|m|^2 - 2 t m): one product with the predictions augmented by |m|^2."""
        toys = (data - self._centre) @ self._root.T
        least = lowest_product(augmented(toys), self._right)
        return np.asarray(squares(toys) + least)

    @cached_property
    def _factor(self) -> Array:
        return np.asarray(np.linalg.cholesky(self.covariance))

    @cached_property
    def _root(self) -> Array:
        return whitening(self.covariance)

    @cached_property
    def _centre(self) -> Array:
        """Numbers are taken relative to this, so that squares are small."""
        return np.asarray(self.predictions.mean(axis=0))

    @cached_property
    def _right(self) -> Array:
        whitened = (self.predictions - self._centre) @ self._root.T
        return distance_rows(whitened)


def squares(rows: Array) -> Array:
    """Sum of squares over the last axis."""
    return np.asarray(np.vecdot(rows, rows))


def augmented(rows: Array) -> Array:
    """Rows (t, n) with a column of ones."""
    return np.column_stack([rows, np.ones(len(rows))])


def distance_rows(rows: Array) -> Array:
    """Matrix (n + 1, g) whose product with augmented toys is |m|^2 - 2 t m."""
    return np.ascontiguousarray(np.vstack([-2 * rows.T, squares(rows)]))


def check_predictions(predictions: Array, covariance: Array) -> None:
    """Raise unless there are finite predictions and a covariance of their size.

    Raises
    ------
    InputError
        If not.
    """
    if predictions.ndim != 2 or predictions.size == 0:
        value = predictions.shape
        raise InputError("has the wrong shape", key="predictions", value=value, allowed="(g, n)")
    if not np.all(np.isfinite(predictions)):
        raise InputError("are not finite", key="predictions", allowed="finite numbers")
    check_covariance(covariance, predictions.shape[-1])
