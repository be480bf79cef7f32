r"""Fisher matrices of counts: how well parameters would be measured, and what limits that.

.. math:: F_{ab} = \sum_i \frac{1}{\mu_i} \frac{\partial\mu_i}{\partial a}
          \frac{\partial\mu_i}{\partial b} + \frac{\delta_{ab}}{\sigma_a^2}

with the expected counts of the truth, for parameters and pulls together; the inverse of F is the
covariance. The counts are linear in both, so that the derivatives are exact. Use
:mod:`gallus.forecast.asimov` where an effect is not small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.expectation import Expectation

EMPTY = 1e-6
"""Expected counts below which a bin is left out: it is empty but for the rounding."""
SINGULAR = 1e-13
"""Smallest over largest eigenvalue of the correlations below which a matrix has no inverse."""
MIXED = 0.01
"""Share of a direction from which a parameter counts as part of it."""


class Indistinguishable(InputError):
    """Parameters or free pulls that do the same to the counts; they are the key."""


def inverse_variance(expected: Array) -> Array:
    """1/mu of each bin, 0 where nothing is expected."""
    filled = expected > EMPTY
    return np.where(filled, 1.0 / np.where(filled, expected, 1.0), 0.0)


def fisher_matrix(expected: Array, columns: Array) -> Array:
    """Fisher matrix of parameters without priors.

    Parameters
    ----------
    expected : array, shape (n,)
        Counts of the truth.
    columns : array, shape (k, n)
        Derivatives of the counts.

    Returns
    -------
    array, shape (k, k)
    """
    matrix: Array = (columns * inverse_variance(expected)) @ columns.T
    return matrix


def covariance(
    expectation: Expectation, columns: Mapping[str, Array]
) -> tuple[tuple[str, ...], Array]:
    """Covariance of free parameters, with all pulls marginalised.

    Parameters
    ----------
    expectation : Expectation
        Counts of the truth, and the pulls.
    columns : mapping of str to array
        Derivatives of the counts by the parameters, each of shape (n,).

    Returns
    -------
    names, matrix : tuple of str and array, shape (k, k)

    Raises
    ------
    InputError
        If the parameters cannot be told from each other or from the pulls.
    """
    matrix, names = _with_pulls(expectation, columns)
    first = len(expectation.pulls)
    return tuple(columns), _inverse(matrix, names)[first:, first:]


def marginal_errors(expectation: Expectation, columns: Mapping[str, Array]) -> dict[str, float]:
    """One-sigma errors of free parameters, with everything else marginalised.

    Arguments and errors are those of :func:`covariance`.
    """
    names, matrix = covariance(expectation, columns)
    return dict(zip(names, np.sqrt(np.diag(matrix)).tolist(), strict=True))


def error_budget(
    expectation: Expectation, columns: Mapping[str, Array], name: str
) -> dict[str, float]:
    """What the error of a parameter is made of, in its units.

    Parameters
    ----------
    expectation : Expectation
        Counts of the truth, and the pulls.
    columns : mapping of str to array
        Derivatives of the counts by the parameters.
    name : str
        The parameter.

    Returns
    -------
    dict
        ``total``; ``statistics``, with all pulls held; and for each pull what holding it takes off
        in quadrature. One after the other is held, always the one that takes off most, so that the
        squares add up to that of the total; of two that do the same the second has little left.
    """
    matrix, names = _with_pulls(expectation, columns)
    free, parts, variances = list(names), {}, []
    while True:
        places = [names.index(each) for each in free]
        inverse = _inverse(matrix[np.ix_(places, places)], free)
        # Holding one variable of a Gaussian takes cov^2/var off the variance of another.
        gains = inverse[free.index(name)] ** 2 / np.diag(inverse)
        variances.append(float(inverse[free.index(name), free.index(name)]))
        pulls = [each for each in free if each in expectation.names]
        if not pulls:
            break
        best = max(pulls, key=lambda each: float(gains[free.index(each)]))
        parts[best] = math.sqrt(float(gains[free.index(best)]))
        free.remove(best)
    return {"total": math.sqrt(variances[0]), "statistics": math.sqrt(variances[-1]), **parts}


def _with_pulls(
    expectation: Expectation, columns: Mapping[str, Array]
) -> tuple[Array, tuple[str, ...]]:
    """Fisher matrix of pulls and parameters with the priors, and their names."""
    everything = expectation.with_columns(columns)
    matrix = fisher_matrix(everything.expected, everything.templates)
    return matrix + np.diag(everything.prior_weights), everything.names


def _inverse(matrix: Array, names: Sequence[str]) -> Array:
    """Inverse of a Fisher matrix, scaled to ones on the diagonal first."""
    diagonal = np.diag(matrix)
    for name, value in zip(names, diagonal.tolist(), strict=True):
        if not value > 0:
            raise InputError("changes nothing that is counted", key=name)
    scale = 1.0 / np.sqrt(diagonal)
    correlations = matrix * np.outer(scale, scale)
    sizes, directions = np.linalg.eigh(correlations)
    if sizes[0] < SINGULAR * sizes[-1]:
        # What can change together without changing a count, and nothing else.
        mixed = np.abs(directions[:, 0]) > MIXED
        alike = [name for name, included in zip(names, mixed, strict=True) if included]
        raise Indistinguishable("cannot be told from each other", key=", ".join(alike))
    inverse: Array = np.linalg.inv(correlations) * np.outer(scale, scale)
    return inverse
