"""What a statistical recipe takes and gives: ratios in; average, chi2, significance and toys out.

Leading axes of ``Ratios.values`` are toys; chi2 and test statistics broadcast over them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.special import gammaincc, ndtri

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError
from gallus.parameters.constraints import check_covariance

FEW = 16
"""Data up to which a compiled sum over them is written out."""


@dataclass(frozen=True)
class Ratios:
    """Measured over expected ratios for one cross section.

    Parameters
    ----------
    names : tuple of str
        Experiments, length n.
    values : array, shape (..., n)
        Ratios R_i.
    covariance : array, shape (n, n)
        Experimental covariance, without the cross section.
    cross_section_plus, cross_section_minus : array, shape (n,)
        Relative upper and lower error of the cross section that each ratio was divided by. The
        errors of different nuclides are fully correlated.
    floor, floor_error : float
        Smallest allowed cross section in units of the model's (ground state over total), and its
        error.
    observed : array, shape (n,), optional
        The real outcome if `values` are toys; errors that scale with the ratio are taken there.
    nuclides : tuple of str
        Source of each ratio, for recipes that treat them differently.

    Raises
    ------
    InputError
        If the covariance is not symmetric and positive definite, or anything is not finite.
    """

    names: tuple[str, ...]
    values: Array
    covariance: Array
    cross_section_plus: Array
    cross_section_minus: Array
    floor: float = 0.0
    floor_error: float = 0.0
    observed: Array | None = None
    nuclides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_covariance(self.covariance, len(self.names))
        for key in ("values", "cross_section_plus", "cross_section_minus"):
            value = getattr(self, key)
            if not is_traceable(value) and not np.all(np.isfinite(value)):
                raise InputError("is not finite", key=key, allowed="finite numbers")

    @property
    def errors(self) -> Array:
        """Experimental errors, shape (n,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    @cached_property
    def weight(self) -> Array:
        """Inverse of the experimental covariance, shape (n, n)."""
        return np.asarray(np.linalg.inv(self.covariance), dtype=np.float64)

    @cached_property
    def common_error(self) -> float:
        """Relative lower cross-section error that all ratios share."""
        return float(self.cross_section_minus.min())

    @cached_property
    def split(self) -> Ratios:
        """The same with cross-section errors beyond the common one moved into the covariance.

        The error of 37Ar is larger than that of 51Cr; the excess concerns one ratio alone.
        """
        real = self.values if self.observed is None else self.observed
        rest = (self.cross_section_minus**2 - self.common_error**2) * real**2
        ones = np.ones(len(self.names))
        return replace(
            self,
            covariance=self.covariance + np.diag(rest),
            cross_section_plus=self.cross_section_plus.min() * ones,
            cross_section_minus=self.common_error * ones,
            observed=real,
        )

    def with_toys(self, values: Array) -> Ratios:
        """Return the same measurement with other outcomes, shape (..., n)."""
        return replace(
            self, values=values, observed=self.values if self.observed is None else self.observed
        )


class Average(NamedTuple):
    """Average ratio with its one-sigma errors."""

    value: float
    plus: float
    minus: float


class Recipe(Protocol):
    """A published way to combine the ratios."""

    @property
    def name(self) -> str:
        """Slug of the recipe."""
        ...

    @property
    def errors(self) -> str:
        """Which published error convention the recipe takes as the experimental error."""
        ...

    @property
    def citation(self) -> str:
        """Key of the publication that used it."""
        ...

    @property
    def quotes_average(self) -> bool:
        """Whether the quoted significance is that of the average ratio (else of chi2 at R = 1)."""
        ...

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """Chi2 of expected ratios: one for all, or an array of shape (..., n); result (...)."""
        ...

    def average(self, ratios: Ratios) -> Average:
        """Best common ratio and its errors (one outcome only)."""
        ...

    def test_statistic(self, ratios: Ratios) -> Array:
        """Statistic behind the quoted significance, shape (...); large means anomalous."""
        ...

    def significance(self, ratios: Ratios) -> float:
        """Significance of the anomaly in standard deviations, as the recipe's authors quote it."""
        ...

    def toy_size(self, ratios: Ratios) -> int:
        """Standard normal numbers that one toy consumes."""
        ...

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """Outcomes under R = 1, from normals of shape (..., toy_size)."""
        ...


def chi2_p_value(chi2: float, dof: int) -> float:
    """Probability of a chi2 at least this large, Q(dof/2, chi2/2)."""
    return float(gammaincc(dof / 2, chi2 / 2))


def two_sided_sigma(p_value: float) -> float:
    """Two-sided Gaussian equivalent, the x with ``P(|z| > x) = p``; infinite for p = 0."""
    # ndtri(1 - p/2) would lose all digits of a small p.
    return float(-ndtri(p_value / 2))


def cross_section_toys(ratios: Ratios, normals: Array) -> Array:
    """Relative cross section x_i of each experiment, one number for all of them, shape (..., n).

    Normal with the lower error on both sides: the two-sided p-value counts, besides the deficit, an
    excess as unlikely as the deficit, not one as large.
    """
    return 1 + ratios.cross_section_minus * normals[..., None]


def experimental_toys(covariance: Array, normals: Array) -> Array:
    """Correlated experimental errors, shape (..., n)."""
    return normals @ np.linalg.cholesky(covariance).T


def inner(left: Array, right: Array) -> Array:
    """Sum of products over the last axis, shape (...)."""
    if array_namespace(left, right) is np:
        product: Array = np.vecdot(left, right)
    elif left.shape[-1] <= FEW:
        # Written out, it becomes one loop over the points with all that surrounds it.
        total: Any = sum(left[..., k] * right[..., k] for k in range(left.shape[-1]))
        product = total
    else:
        product = (left * right).sum(axis=-1)
    return product
