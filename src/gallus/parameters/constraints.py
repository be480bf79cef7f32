"""What other measurements say about a parameter, as an addition to chi2.

``Normal`` for a value with an error, ``SplitNormal`` for different upper and lower errors,
``CorrelatedNormal`` for several parameters that were measured together. Constraints compare by
value, so that one that reaches a fit by two ways is counted once. A range without preference is no
constraint: it is the bounds of the parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError

Params: TypeAlias = Mapping[str, float | Array]
"""Values by name; arrays are grids and broadcast as leading axes of every result."""

SMALLEST_EIGENVALUE = 1e-14
"""Correlation matrices with a smaller eigenvalue are singular to rounding."""


@dataclass(frozen=True)
class Normal:
    """Gaussian constraint, chi2 = ((x - mean)/sigma)^2.

    Parameters
    ----------
    mean, sigma : float
        Central value and standard deviation, in the unit of the parameter.

    Raises
    ------
    InputError
        If sigma is not positive, or anything is not finite.
    """

    mean: float
    sigma: float

    def __post_init__(self) -> None:
        _check_numbers({"mean": self.mean}, {"sigma": self.sigma})

    def chi2(self, value: float | Array) -> Array:
        """Chi2 of a value, of any shape."""
        return ((value - self.mean) / self.sigma) ** 2  # type: ignore[return-value]

    def slope(self, value: float | Array) -> Array:
        """Derivative of chi2."""
        return 2 * (value - self.mean) / self.sigma**2  # type: ignore[return-value]


@dataclass(frozen=True)
class SplitNormal:
    """Gaussian with different errors above and below, the usual reading of ``x +a -b``.

    Parameters
    ----------
    mean, plus, minus : float
        Most likely value, upper and lower error (both positive).

    Raises
    ------
    InputError
        If an error is not positive, or anything is not finite.
    """

    mean: float
    plus: float
    minus: float

    def __post_init__(self) -> None:
        _check_numbers({"mean": self.mean}, {"plus": self.plus, "minus": self.minus})

    def chi2(self, value: float | Array) -> Array:
        """Chi2 of a value, of any shape."""
        return ((value - self.mean) / self._sigma(value)) ** 2

    def slope(self, value: float | Array) -> Array:
        """Derivative of chi2; continuous at the mean."""
        return 2 * (value - self.mean) / self._sigma(value) ** 2

    def _sigma(self, value: float | Array) -> Array:
        chosen: Array = array_namespace(value).where(value > self.mean, self.plus, self.minus)
        return chosen


@dataclass(frozen=True)
class CorrelatedNormal:
    """Gaussian constraint on several parameters, chi2 = (x - mean) C^(-1) (x - mean).

    Every parameter of the block carries the whole block as its constraint. Where only some of them
    occur, the block restricted to those counts; that is what is left after minimising chi2 over the
    others.

    Parameters
    ----------
    names : tuple of str
        Parameters.
    means : tuple of float
        Central values.
    covariance : tuple of tuple of float
        Symmetric and positive definite. `CorrelatedNormal.of` takes arrays.

    Raises
    ------
    InputError
        If a name is repeated, sizes differ or the matrix is not a covariance.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names):
            raise InputError("are not distinct", key="names", value=self.names)
        if len(self.means) != len(self.names):
            allowed = f"{len(self.names)} numbers"
            raise InputError("has the wrong length", key="means", value=self.means, allowed=allowed)
        _check_numbers(dict(zip(self.names, self.means, strict=True)), {})
        check_covariance(_matrix(self.covariance), len(self.names))

    @classmethod
    def of(cls, names: Sequence[str], means: ArrayLike, covariance: ArrayLike) -> CorrelatedNormal:
        """Make a block from arrays of shape (n,) and (n, n)."""
        rows = tuple(tuple(row) for row in _matrix(covariance).tolist())
        return cls(tuple(names), tuple(np.asarray(means, dtype=np.float64).tolist()), rows)

    def chi2(self, values: Params) -> Array:
        """Chi2 of the values of all parameters of the block; other names are ignored."""
        white = self._residual(values) @ self.root.T
        total: Array = (white**2).sum(axis=-1)
        return total

    def slope(self, values: Params) -> dict[str, Array]:
        """Derivatives of chi2 by name."""
        slopes = 2 * (self._residual(values) @ self.root.T) @ self.root
        return {name: slopes[..., k] for k, name in enumerate(self.names)}

    def error(self, name: str) -> float:
        """Standard deviation of one parameter."""
        k = self.names.index(name)
        return math.sqrt(self.covariance[k][k])

    def restricted(self, names: Iterable[str]) -> CorrelatedNormal:
        """Marginal block of some of the parameters."""
        chosen = set(names)
        keep = [k for k, name in enumerate(self.names) if name in chosen]
        matrix = self.matrix[np.ix_(keep, keep)]
        return self.of([self.names[k] for k in keep], np.array(self.means)[keep], matrix)

    def conditioned(self, values: Mapping[str, float]) -> CorrelatedNormal:
        """Block of the other parameters when some have known values."""
        known = [k for k, name in enumerate(self.names) if name in values]
        rest = [k for k, name in enumerate(self.names) if name not in values]
        pull = np.array([values[self.names[k]] - self.means[k] for k in known])
        gain = np.linalg.solve(self.matrix[np.ix_(known, known)], self.matrix[np.ix_(known, rest)])
        means = np.array(self.means)[rest] + pull @ gain
        matrix = self.matrix[np.ix_(rest, rest)] - self.matrix[np.ix_(rest, known)] @ gain
        return self.of([self.names[k] for k in rest], means, 0.5 * (matrix + matrix.T))

    @cached_property
    def matrix(self) -> Array:
        """Covariance, shape (n, n)."""
        return _matrix(self.covariance)

    @cached_property
    def root(self) -> Array:
        """Lower triangular W with W^T W = C^(-1): chi2 = sum((W (x - mean))^2)."""
        return whitening(self.matrix)

    def _residual(self, values: Params) -> Array:
        xp = array_namespace(*(values[name] for name in self.names))
        each = xp.broadcast_arrays(*(xp.asarray(values[name]) for name in self.names))
        residual: Array = xp.stack(each, axis=-1) - np.array(self.means)
        return residual


Constraint: TypeAlias = Normal | SplitNormal | CorrelatedNormal


def whitening(covariance: Array) -> Array:
    """Lower triangular W with W^T W = C^(-1), from the Cholesky factor of C, shape (n, n)."""
    factor = np.linalg.cholesky(covariance)
    return np.asarray(np.tril(np.linalg.solve(factor, np.eye(len(factor)))), dtype=np.float64)


def check_covariance(covariance: Array, size: int, key: str = "covariance") -> None:
    """Raise unless the matrix is a covariance of `size` numbers.

    Raises
    ------
    InputError
        If it has another shape, is not finite, not symmetric or not positive definite.
    """
    if covariance.shape != (size, size):
        allowed = f"a {size} x {size} matrix"
        raise InputError("has the wrong shape", key=key, value=covariance.shape, allowed=allowed)
    if not np.all(np.isfinite(covariance)):
        raise InputError("is not finite", key=key, allowed="finite numbers")
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not np.all(errors > 0.0):
        raise InputError("is not positive definite", key=key, allowed="a positive diagonal")
    correlation = covariance / np.outer(errors, errors)
    if not np.allclose(correlation, correlation.T, rtol=0.0, atol=1e-9):
        raise InputError("is not symmetric", key=key, allowed="a symmetric matrix")
    smallest = float(np.linalg.eigvalsh(correlation)[0]) if size else 1.0
    if smallest < SMALLEST_EIGENVALUE * size:
        raise InputError(
            f"is not positive definite: the smallest eigenvalue of its correlations is "
            f"{smallest:.3g}",
            key=key,
            allowed="all eigenvalues above 0",
        )


def _matrix(rows: ArrayLike) -> Array:
    try:
        return np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise InputError(
            "is no matrix", key="covariance", value=rows, allowed="rows of equal length"
        ) from error


def _check_numbers(finite: Mapping[str, float], positive: Mapping[str, float]) -> None:
    for key, value in {**finite, **positive}.items():
        if not math.isfinite(value):
            raise InputError("is not finite", key=key, value=value, allowed="a finite number")
    for key, value in positive.items():
        if value <= 0:
            raise InputError("is not positive", key=key, value=value, allowed="above 0")
