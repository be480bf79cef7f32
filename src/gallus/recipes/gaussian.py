"""Recipes with one Gaussian covariance: they differ in how the cross-section error enters it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.recipes.base import (
    Average,
    Ratios,
    chi2_p_value,
    cross_section_toys,
    experimental_toys,
    inner,
    two_sided_sigma,
)


def rank_one_chi2(residual: Array, column: Array, weight: Array) -> Array:
    """Compute d (V + c c^T)^(-1) d with W = V^(-1), by the formula of Sherman and Morrison.

    Parameters
    ----------
    residual, column : array, shape (..., n)
        d and c.
    weight : array, shape (n, n)
        W.
    """
    image = column @ weight
    if column.ndim == 1:
        # One matrix for all; smaller than the points, so that it costs nothing.
        inverse = weight - image[:, None] * image / (1 + column @ image)
        return inner(residual @ inverse, residual)
    mixed = inner(residual, image) ** 2
    return inner(residual @ weight, residual) - mixed / (1 + inner(column, image))


def _rank_one_product(left: Array, right: Array, column: Array, weight: Array) -> Array:
    image = column @ weight
    mixed = inner(left, image) * inner(right, image)
    return inner(left @ weight, right) - mixed / (1 + inner(column, image))


def _average(values: Array, column: Array, weight: Array) -> Average:
    """Generalised least squares, (u W R)/(u W u) with error (u W u)^(-1/2)."""
    ones = np.ones(values.shape[-1])
    norm = float(_rank_one_product(ones, ones, column, weight))
    error = norm**-0.5
    return Average(float(_rank_one_product(ones, values, column, weight)) / norm, error, error)


def _pull_of_one(values: Array, column: Array, weight: Array) -> Array:
    """((1 - average)/error)^2 = (u W (u - R))^2/(u W u)."""
    ones = np.ones(values.shape[-1])
    norm = _rank_one_product(ones, ones, column, weight)
    return _rank_one_product(ones, ones - values, column, weight) ** 2 / norm


@dataclass(frozen=True)
class CovarianceRecipe:
    """V_ij = V_exp,ij + s^2 R_i R_j, s the common lower relative error of the cross section.

    An error beyond the common one (37Ar) is added to that ratio alone. The significance is
    (1 - average)/error. Source: Giunti et al., 2209.00916, text around table I. For large s the
    average is pulled down (Peelle's effect).
    """

    name: str = "covariance"
    citation: str = "giunti-2022"
    errors: str = "collaboration"
    quotes_average: bool = True

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """(R - expected) V^(-1) (R - expected)."""
        return rank_one_chi2(ratios.values - expected, *self._parts(ratios))

    def average(self, ratios: Ratios) -> Average:
        """Generalised least squares."""
        return _average(ratios.values, *self._parts(ratios))

    def test_statistic(self, ratios: Ratios) -> Array:
        """((1 - average)/error)^2."""
        return _pull_of_one(ratios.values, *self._parts(ratios))

    def significance(self, ratios: Ratios) -> float:
        """(1 - average)/error."""
        mean = self.average(ratios)
        return (1 - mean.value) / mean.plus

    def toy_size(self, ratios: Ratios) -> int:
        """One number for the cross section, one per experiment."""
        return len(ratios.names) + 1

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """R_i = x + experimental error, x the cross section."""
        return _correlated_toys(ratios.split, normals)

    def _parts(self, ratios: Ratios) -> tuple[Array, Array]:
        return ratios.common_error * ratios.values, ratios.split.weight


@dataclass(frozen=True)
class LowerErrorRecipe:
    """V_ij = V_exp,ij + c_i c_j, c_i the lower relative cross-section errors, not scaled by R.

    The significance is the two-sided Gaussian equivalent of the p-value of R = 1 with n degrees of
    freedom. Inferred recipe of Farzan and Schwetz, 2306.09422: reproduces its four chi2 to 0.1.
    """

    name: str = "lower-error"
    citation: str = "farzan-2023"
    errors: str = "experimental"
    quotes_average: bool = False

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """(R - expected) V^(-1) (R - expected)."""
        return rank_one_chi2(ratios.values - expected, ratios.cross_section_minus, ratios.weight)

    def average(self, ratios: Ratios) -> Average:
        """Generalised least squares."""
        return _average(ratios.values, ratios.cross_section_minus, ratios.weight)

    def test_statistic(self, ratios: Ratios) -> Array:
        """Chi2 of R = 1."""
        return self.chi2(ratios, 1.0)

    def significance(self, ratios: Ratios) -> float:
        """Two-sided Gaussian equivalent of the p-value of R = 1."""
        return two_sided_sigma(chi2_p_value(float(self.chi2(ratios, 1.0)), len(ratios.names)))

    def toy_size(self, ratios: Ratios) -> int:
        """One number for the cross section, one per experiment."""
        return len(ratios.names) + 1

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """R_i = x_i + experimental error, x_i the cross section of each nuclide."""
        return _correlated_toys(ratios, normals)


@dataclass(frozen=True)
class UncorrelatedRecipe:
    """V_ii = V_exp,ii + (s_i R_i)^2: the cross-section error as if independent in each experiment.

    Source: Barinov et al., Phys. Rev. C 105, 065502, eq. 23. s_i is the mean of upper and lower
    error.
    """

    name: str = "uncorrelated"
    citation: str = "barinov-2022-prc"
    errors: str = "collaboration"
    quotes_average: bool = True

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """Sum of squared deviations over variances."""
        return rank_one_chi2(ratios.values - expected, *self._parts(ratios))

    def average(self, ratios: Ratios) -> Average:
        """Mean weighted with inverse variances."""
        return _average(ratios.values, *self._parts(ratios))

    def test_statistic(self, ratios: Ratios) -> Array:
        """((1 - average)/error)^2."""
        return _pull_of_one(ratios.values, *self._parts(ratios))

    def significance(self, ratios: Ratios) -> float:
        """(1 - average)/error."""
        mean = self.average(ratios)
        return (1 - mean.value) / mean.plus

    def toy_size(self, ratios: Ratios) -> int:
        """One number per experiment."""
        return len(ratios.names)

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """R_i = 1 + independent errors."""
        return ratios.with_toys(1 + experimental_toys(self._covariance(ratios), normals))

    def _covariance(self, ratios: Ratios) -> Array:
        real = ratios.values if ratios.observed is None else ratios.observed
        relative = (ratios.cross_section_plus + ratios.cross_section_minus) / 2
        return ratios.covariance + np.diag((relative * real) ** 2)

    def _parts(self, ratios: Ratios) -> tuple[Array, Array]:
        nothing = np.zeros(len(ratios.names))
        return nothing, np.asarray(np.linalg.inv(self._covariance(ratios)), dtype=np.float64)


def _correlated_toys(ratios: Ratios, normals: Array) -> Ratios:
    cross_section = cross_section_toys(ratios, normals[..., 0])
    return ratios.with_toys(cross_section + experimental_toys(ratios.covariance, normals[..., 1:]))
