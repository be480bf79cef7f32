"""Monte Carlo p-values far in the tail, by importance sampling.

A 5 sigma p-value would need 1e8 plain toys. Drawing the normal numbers behind the toys wider by a
factor and weighting each toy with the ratio of the densities needs some ten thousand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallus.errors import InputError
from gallus.inference.toys import normal_blocks

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""Toys this close to the observed value count as at least as extreme (rounding)."""


@dataclass(frozen=True)
class MonteCarlo:
    """A p-value by simulation.

    Parameters
    ----------
    p_value, error : float
        Estimate and its statistical error.
    toys : int
        Number of toys.
    """

    p_value: float
    error: float
    toys: int

    @property
    def effective_toys(self) -> float:
        """Plain toys that would give the same error, p (1 - p)/error^2."""
        return self.p_value * (1 - self.p_value) / self.error**2 if self.error > 0 else math.inf


def monte_carlo_p_value(
    statistic: Callable[[Array], Array],
    observed: float,
    size: int,
    *,
    toys: int,
    seed: int,
    spread: float = 1.0,
    centre: Array | None = None,
) -> MonteCarlo:
    """Probability that a statistic of standard normal numbers is at least as large as observed.

    Parameters
    ----------
    statistic : callable
        Maps normal numbers of shape (n, size) to n values.
    observed : float
        The value of the real data.
    size : int
        Normal numbers per toy.
    toys, seed : int
        How many, and the name of the job.
    spread : float
        Width tau of the sampling density. For a chi2 about the origin sqrt(observed/size) is near
        the optimum.
    centre : array, shape (size,), optional
        Where the tail is likeliest, if that is a point and its mirror image: half of the toys are
        drawn about each. The origin if not given.

    Raises
    ------
    InputError
        If there are fewer than two toys or the spread is below 1.
    """
    if toys < 2:
        raise InputError("are too few", key="toys", value=toys, allowed="at least 2")
    if not spread >= 1:
        raise InputError("is too small", key="spread", value=spread, allowed="1 or more")
    middle = np.zeros(size) if centre is None else centre
    total = squares = 0.0
    for normals in normal_blocks(seed, toys, size):
        # Toys 0, 2, 4, ... about the centre, the others about its mirror image.
        sign = np.where(np.arange(len(normals)) % 2 == 0, 1.0, -1.0)[:, None]
        numbers = sign * middle + spread * normals
        weight = np.exp(_log_weight(numbers, middle, spread))
        weight = np.where(statistic(numbers) >= observed - TOLERANCE, weight, 0.0)
        total += float(weight.sum())
        squares += float((weight**2).sum())
    mean = total / toys
    variance = max(squares / toys - mean**2, 0.0) / (toys - 1)
    return MonteCarlo(mean, math.sqrt(variance), toys)


def _log_weight(numbers: Array, centre: Array, spread: float) -> Array:
    """Log of N(z; 0, 1) over the mean of N(z; +centre, spread) and N(z; -centre, spread)."""
    plus, minus = (-0.5 * ((numbers - c) ** 2).sum(axis=1) / spread**2 for c in (centre, -centre))
    proposal = np.logaddexp(plus, minus) - math.log(2) - centre.size * math.log(spread)
    return np.asarray(-0.5 * (numbers**2).sum(axis=1) - proposal)
