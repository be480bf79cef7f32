"""Ensembles whose chi2 is no square of the data: evaluated at all pairs of toys and predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from gallus.arrays import Array, in_blocks
from gallus.inference.ensembles import check_predictions, squares
from gallus.inference.scaled_ensembles import PredictionScaledEnsemble
from gallus.parameters.constraints import whitening

ELEMENTS: Final = 16384
"""Pairs at a time, so that temporaries stay in the cache."""

EQUAL: Final = 1e-10
"""Difference of two chi2 that is rounding."""

Outcomes: TypeAlias = Callable[[Array, Array], Array]
"""From a prediction (n,) and normal numbers (t, size) to outcomes (t, n)."""

OfProducts: TypeAlias = Callable[[Array, Array, Array], Array]
"""From t t, t m and m m, which broadcast, to chi2."""


@dataclass(frozen=True, eq=False)
class ProductEnsemble:
    """A chi2 that depends on outcome t and prediction m through t W t, t W m and m W m alone.

    Parameters
    ----------
    predictions : array, shape (g, n)
        What outcomes are fitted with.
    covariance : array, shape (n, n)
        W^(-1).
    function : callable
        Chi2 from the three products.
    outcomes : callable
        How toys are made.
    size : int
        Normal numbers a toy.
    relaxed : PredictionScaledEnsemble
        A chi2 of the same predictions that is nowhere larger, and often equal.
    """

    predictions: Array
    covariance: Array
    function: OfProducts
    outcomes: Outcomes
    size: int
    relaxed: PredictionScaledEnsemble

    def __post_init__(self) -> None:
        check_predictions(self.predictions, self.covariance)

    def toys(self, prediction: Array, normals: Array) -> Array:
        """As `outcomes` makes them."""
        return self.outcomes(prediction, normals)

    def chi2(self, data: Array, prediction: Array) -> Array:
        """The function of the products."""
        toys, model = data @ self._root.T, prediction @ self._root.T
        return self.function(squares(toys), (toys * model).sum(axis=-1), squares(model))

    def lowest(self, data: Array) -> Array:
        """Chi2 at the minimum of the relaxed one where they are equal there, else by all pairs."""
        nearest = self.predictions[self.relaxed.nearest(data)]
        found = self.chi2(data, nearest)
        other = found > self.relaxed.chi2(data, nearest) + EQUAL
        found[other] = self._lowest_of_pairs(data[other])
        return found

    def _lowest_of_pairs(self, data: Array) -> Array:
        length = squares(self._whitened)

        def lowest(toys: Array) -> Array:
            mixed = toys @ self._whitened.T
            chi2 = self.function(squares(toys)[:, None], mixed, length)
            return np.asarray(chi2.min(axis=1))

        return in_blocks(lowest, data @ self._root.T, toys_at_once(len(length)))

    @cached_property
    def _root(self) -> Array:
        return whitening(self.covariance)

    @cached_property
    def _whitened(self) -> Array:
        return np.asarray(self.predictions @ self._root.T)


@dataclass(frozen=True, eq=False)
class PlainEnsemble:
    """Any chi2.

    Parameters
    ----------
    predictions : array, shape (g, n)
        What outcomes are fitted with.
    function : callable
        Chi2 of outcomes (..., n) at predictions (..., n).
    outcomes : callable
        How toys are made.
    size : int
        Normal numbers a toy.
    """

    predictions: Array
    function: Callable[[Array, Array], Array]
    outcomes: Outcomes
    size: int

    def toys(self, prediction: Array, normals: Array) -> Array:
        """As `outcomes` makes them."""
        return self.outcomes(prediction, normals)

    def chi2(self, data: Array, prediction: Array) -> Array:
        """The function."""
        return self.function(data, prediction)

    def lowest(self, data: Array) -> Array:
        """Smallest of all pairs, some toys at a time."""

        def lowest(toys: Array) -> Array:
            return np.asarray(self.function(toys[:, None, :], self.predictions).min(axis=1))

        return in_blocks(lowest, data, toys_at_once(len(self.predictions)))


def toys_at_once(predictions: int) -> int:
    """Toys whose pairs with all predictions fit in the cache."""
    return max(1, ELEMENTS // predictions)
