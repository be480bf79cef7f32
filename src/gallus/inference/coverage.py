"""Coverage by simulation: how often a region contains the truth.

:func:`coverage` draws experiments at a true point, which need not be one of the grid, and asks each
whether the region that belongs to it contains the point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.inference.binomial import clopper_pearson
from gallus.inference.ensembles import Ensemble
from gallus.inference.feldman_cousins import delta_chi2, toys_of_point
from gallus.inference.p_value import TOLERANCE


@dataclass(frozen=True)
class Coverage:
    """Experiments whose region contains the truth.

    Parameters
    ----------
    level : float
        Confidence level of the regions.
    covered, experiments : int
        How many contain it, and of how many.
    """

    level: float
    covered: int
    experiments: int

    @property
    def share(self) -> float:
        """Coverage."""
        return self.covered / self.experiments

    @property
    def error(self) -> float:
        """Binomial error of a coverage that is right, (a (1 - a)/n)^(1/2)."""
        return float(np.sqrt(self.level * (1 - self.level) / self.experiments))

    @property
    def pull(self) -> float:
        """Deviation from the level in such errors."""
        return (self.share - self.level) / self.error

    def interval(self, level: float) -> tuple[float, float]:
        """Interval of Clopper and Pearson for the coverage."""
        lower, upper = clopper_pearson(self.covered, self.experiments, level)
        return float(lower), float(upper)


def coverage(
    ensemble: Ensemble,
    truth: Array,
    threshold: float,
    level: float,
    *,
    experiments: int,
    seed: int,
    index: int = 0,
) -> Coverage:
    """Count experiments whose Delta chi2 at the truth is not above a threshold.

    Parameters
    ----------
    ensemble : Ensemble
        Experiments, chi2, and the predictions that they are fitted with.
    truth : array, shape (n,)
        Prediction at the true point.
    threshold : float
        Critical value at that point, calibrated with another seed, or that of Wilks.
    level : float
        What it is meant to cover.
    experiments, seed, index : int
        How many, and the random stream that they come from.
    """
    outcomes = toys_of_point(ensemble, truth, experiments, seed, index)
    inside = delta_chi2(ensemble, outcomes, truth) <= threshold + TOLERANCE
    return Coverage(level, int(np.count_nonzero(inside)), experiments)
