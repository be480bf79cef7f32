r"""Chi2 of counts with all pulls at their best, for many predictions or many data at once.

The prediction is linear in the pulls. :func:`gaussian_chi2` minimises

.. math:: \sum_i \frac{(n_i - \mu_i - \sum_k\eta_k T_{ki})^2}{V_i} + \sum_k \frac{\eta_k^2}{s_k^2}

in closed form, with given variances; :func:`poisson_chi2` the deviance of Poisson counts
(:func:`gallus.likelihood.poisson.poisson_chi2`) with the same priors by Newton's method, which
converges from anywhere since the function is convex. With the counts that a truth predicts as data
(Asimov), chi2 of a hypothesis is the median of what experiments would find. Cowan, Cranmer, Gross,
Vitells, Eur. Phys. J. C 71 (2011) 1554.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.forecast.expectation import Expectation
from gallus.forecast.fisher import EMPTY, inverse_variance
from gallus.inference.threads import one_thread_here
from gallus.likelihood.poisson import poisson_chi2 as deviance

AT_ONCE = 1_000_000
"""Numbers of expected counts at a time."""
STEPS = 50
TOLERANCE = 1e-9
"""Expected decrease of chi2 below which the minimum counts as found."""
LOWEST = 0.05
"""Share of the expected counts below which the logarithm is followed by its parabola."""
LEAST = 1e-3
"""Share of the expected counts that a bin is taken to have at least where steps are chosen."""
LONGEST = 2.0
"""Largest change of a count in one step, in units of the one without pulls."""
HELD = 100.0
"""Stiffness of the parabola that keeps counts from being negative."""


@dataclass(frozen=True, eq=False)
class Profiled:
    """Chi2 at the best pulls.

    Parameters
    ----------
    chi2 : array, shape (...)
        Minimum, priors included.
    pulls : array, shape (..., m)
        Where it is.
    converged : array of bool, shape (...)
        Whether the search for it ended.
    """

    chi2: Array
    pulls: Array
    converged: NDArray[np.bool_]


def gaussian_chi2(
    data: Array, tested: Expectation, variance: Array, expected: Array | None = None
) -> Profiled:
    """Chi2 of counts with given variances, minimised over all pulls in closed form.

    Parameters
    ----------
    data : array, shape (..., n)
        Counts, for instance those of the truth.
    tested : Expectation
        The hypothesis with its pulls.
    variance : array, shape (n,)
        Usually the expected counts of the truth, or of the hypothesis; bins of none do not count.
    expected : array, shape (..., n), optional
        Several hypotheses with the same pulls, instead of the counts of `tested`.
    """
    centre = tested.expected if expected is None else expected
    root = np.sqrt(inverse_variance(variance))
    shape = np.broadcast_shapes(data.shape, centre.shape)
    residual = np.broadcast_to((data - centre) * root, shape)
    white = tested.templates * root
    weights = tested.prior_weights
    matrix = white @ white.T + np.diag(weights)
    pulls = _solve(matrix, residual @ white.T)
    chi2 = ((residual - pulls @ white) ** 2).sum(axis=-1) + (pulls**2) @ weights
    return Profiled(chi2, pulls, np.ones(chi2.shape, dtype=bool))


def poisson_chi2(
    data: Array,
    tested: Expectation,
    expected: Array | None = None,
    centres: Array | None = None,
) -> Profiled:
    """Deviance of Poisson counts, minimised over all pulls by Newton's method.

    Parameters
    ----------
    data : array, shape (..., n)
        Counts, which need not be integers.
    tested : Expectation
        The hypothesis with its pulls.
    expected : array, shape (..., n), optional
        Several hypotheses with the same pulls, instead of the counts of `tested`.
    centres : array, shape (..., m), optional
        What pulls were measured to be elsewhere; 0 if not given.
    """
    centre = tested.expected if expected is None else expected
    size, pulls = len(tested.expected), len(tested.pulls)
    shape = np.broadcast_shapes(data.shape, centre.shape)[:-1]
    middle = np.zeros(pulls) if centres is None else centres
    shape = np.broadcast_shapes(shape, middle.shape[:-1])
    points = math.prod(shape)
    counts, mu = (np.broadcast_to(a, (*shape, size)).reshape(points, size) for a in (data, centre))
    middle = np.broadcast_to(middle, (*shape, pulls)).reshape(points, pulls)
    rows = max(1, AT_ONCE // size)
    with one_thread_here():  # many small products
        parts = [
            _newton(_Task(counts[k : k + rows], mu[k : k + rows], tested, middle[k : k + rows]))
            for k in range(0, len(counts), rows)
        ]
    chi2, found, converged = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Profiled(chi2.reshape(shape), found.reshape(*shape, pulls), converged.reshape(shape))


class _Task:
    """Half the deviance of b rows as a function of their pulls."""

    def __init__(self, counts: Array, expected: Array, tested: Expectation, middle: Array) -> None:
        filled = expected > EMPTY
        self.size = np.where(filled, expected, 1.0)
        self.counts = np.where(filled, counts, 0.0)
        self.expected = np.where(filled, expected, 0.0)
        self.filled, self.middle = filled, middle
        self.templates, self.weights = tested.templates, tested.prior_weights
        m = len(self.weights)
        self.pairs = (self.templates[:, None] * self.templates).reshape(m * m, len(tested.expected))

    def ratio(self, pulls: Array) -> Array:
        """Counts over those without pulls."""
        shift = pulls @ self.templates
        return np.where(self.filled, 1.0 + shift / self.size, 1.0)

    def value(self, pulls: Array) -> Array:
        """Chi2 with the counts that no pull could make negative, shape (b,)."""
        x = self.ratio(pulls)
        safe = np.maximum(x, LOWEST)
        step = np.minimum(x - LOWEST, 0.0) / LOWEST
        logarithm = np.log(safe) + step - step**2 / 2
        bins = self.expected * (x - 1.0 + HELD * np.minimum(x, 0.0) ** 2) - self.counts * logarithm
        prior = ((pulls - self.middle) ** 2) @ self.weights
        chi2: Array = deviance(self.counts, self.expected).sum(axis=-1) + 2 * bins.sum(axis=-1)
        return chi2 + prior

    def slopes(self, pulls: Array) -> tuple[Array, Array]:
        """Half the gradient, shape (b, m), and half the second derivatives, shape (b, m, m)."""
        x = self.ratio(pulls)
        safe = np.maximum(x, LOWEST)
        step = np.minimum(x - LOWEST, 0.0) / LOWEST
        share = self.expected / self.size
        falling = self.counts / self.size * (1.0 / safe) * (1.0 - step)
        first = share * (1.0 + 2 * HELD * np.minimum(x, 0.0)) - falling
        curved = np.maximum(self.counts, LEAST * self.expected) / (self.size * safe) ** 2
        second = curved + 2 * HELD * share / self.size * (x < 0)
        m = len(self.weights)
        gradient = first @ self.templates.T + (pulls - self.middle) * self.weights
        matrix = (second @ self.pairs.T).reshape(len(pulls), m, m) + np.diag(self.weights)
        return gradient, matrix


def _newton(task: _Task) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Chi2, pulls and whether the search ended, for each row."""
    pulls = task.middle.copy()
    value = task.value(pulls)
    converged = np.full(len(value), pulls.shape[1] == 0)
    for _ in range(STEPS):
        if converged.all():
            break
        gradient, matrix = task.slopes(pulls)
        step = -_solve(matrix, gradient)
        decrease = -(gradient * step).sum(axis=-1)
        converged = decrease < TOLERANCE
        change = np.abs(task.ratio(step) - 1.0).max(axis=-1)
        length = np.where(converged, 0.0, np.minimum(1.0, LONGEST / np.maximum(change, 1e-300)))
        there = task.value(pulls + length[:, None] * step)
        while np.any((there > value) & (length > 1e-9)):
            length = np.where(there > value, length / 2, length)
            there = task.value(pulls + length[:, None] * step)
        lower = there < value
        pulls = np.where(lower[:, None], pulls + length[:, None] * step, pulls)
        converged = converged | ~lower
        value = np.where(lower, there, value)
    return value, pulls, converged


def _solve(matrix: Array, vector: Array) -> Array:
    """Solve for pulls, shape (..., m); one that changes nothing stays at 0."""
    if vector.shape[-1] == 0:
        return np.zeros(vector.shape)
    m = matrix.shape[-1]
    diagonal = np.einsum("...kk->...k", matrix)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrix * scale[..., :, None] * scale[..., None, :]
    # Pulls that do the same as others have no place of their own: the nearest one is taken.
    solvable = scaled + 1e-13 * np.eye(m)
    solution: Array = np.linalg.solve(solvable, (vector * scale)[..., None])[..., 0] * scale
    return solution
