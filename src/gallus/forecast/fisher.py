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
        ``total``; ``statistics``, with all pulls held; and for each pull what holding it alone
        would take off in quadrature. These do not add up where pulls do the same.
    """
    matrix, names = _with_pulls(expectation, columns)

    def error(kept: Sequence[str]) -> float:
        places = [names.index(each) for each in kept]
        inverse = _inverse(matrix[np.ix_(places, places)], kept)
        return math.sqrt(inverse[kept.index(name), kept.index(name)])

    total = error(names)
    held = {
        pull: error(tuple(each for each in names if each != pull)) for pull in expectation.names
    }
    budget = {"total": total, "statistics": error(tuple(columns))}
    budget |= {pull: math.sqrt(max(total**2 - less**2, 0.0)) for pull, less in held.items()}
    return budget


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
    if np.linalg.cond(correlations) > 1e13:
        raise InputError("cannot be told from each other", key=", ".join(names))
    inverse: Array = np.linalg.inv(correlations) * np.outer(scale, scale)
    return inverse
