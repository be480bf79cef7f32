"""Calibration by toys: confidence regions that cover, and the significance of a model.

:func:`calibrate` for critical values and p-values on a whole grid, :func:`model_significance` for a
model over its null hypothesis::

    from gallus.inference.calibration import calibrate
    from gallus.inference.recipe_ensembles import recipe_ensemble

    expected = likelihood.expected(grid).reshape(-1, likelihood.n_data)
    ensemble = recipe_ensemble(likelihood.recipe, likelihood.data, expected)
    calibrated = calibrate(ensemble, likelihood.data.values, levels=(0.6827, 0.9545), toys=1000)
    region = calibrated.inside(0.9545)
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.ensembles import Ensemble
from gallus.inference.feldman_cousins import (
    CalibratedPoints,
    check_outcome,
    delta_chi2,
    feldman_cousins_points,
    toys_of_point,
)
from gallus.inference.p_value import TOLERANCE, MonteCarlo, monte_carlo_p_value
from gallus.inference.threads import one_thread_here
from gallus.inference.wilks import wilks_p_value
from gallus.recipes.base import two_sided_sigma

LEVELS: Final = (0.6827, 0.9545)
DEFAULT_TOYS: Final = 1000
DEFAULT_SEED: Final = 71

POINTS_AT_ONCE: Final = 16
"""Points that a thread takes at a time."""

PLAIN: Final = 100
"""Toys beyond the data from which on plain toys do."""

BOUNDARY_TOYS: Final = 10_000
"""Plain toys that tell how often the best fit is the null hypothesis itself."""


def calibrate(
    ensemble: Ensemble,
    data: Array,
    *,
    levels: Sequence[float] = LEVELS,
    toys: int = DEFAULT_TOYS,
    seed: int = DEFAULT_SEED,
    truths: Array | None = None,
    hypotheses: Array | None = None,
    threads: int | None = None,
) -> CalibratedPoints:
    """Critical values of Delta chi2 and p-values of the data at all true points of a grid.

    Parameters
    ----------
    ensemble : Ensemble
        Toys, chi2, and the predictions that outcomes are fitted with.
    data : array, shape (n,)
        The real outcome.
    levels : sequence of float
        Confidence levels.
    toys, seed : int
        Toys at each point, and what names them.
    truths : array, shape (p, n), optional
        Predictions at the true points; those of the ensemble if not given.
    hypotheses : array, shape (p, k, n), optional
        Predictions of each true point for k values of nuisances that are profiled.
    threads : int, optional
        All cores if not given. The result does not depend on it.

    Raises
    ------
    InputError
        As :func:`~gallus.inference.feldman_cousins.feldman_cousins_points`.
    """
    check_outcome(ensemble, data)
    true = ensemble.predictions if truths is None else truths

    def some(start: int) -> CalibratedPoints:
        rows = slice(start, min(start + POINTS_AT_ONCE, len(true)))
        return feldman_cousins_points(
            ensemble,
            data,
            true[rows],
            range(rows.start, rows.stop),
            levels=levels,
            toys=toys,
            seed=seed,
            hypotheses=None if hypotheses is None else hypotheses[rows],
        )

    ensemble.lowest(data[None])  # makes what the threads share
    workers = threads or os.cpu_count() or 1
    with one_thread_here(), ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(some, range(0, len(true), POINTS_AT_ONCE)))
    return CalibratedPoints.joined(levels, toys, [part.arrays() for part in parts])


@dataclass(frozen=True)
class ModelSignificance:
    """How unlikely it is that the null hypothesis is outdone by so much.

    Parameters
    ----------
    delta_chi2 : float
        Chi2 of the null hypothesis minus the lowest of the model.
    dof : int
        Parameters of the model that the null hypothesis lacks.
    p_value_wilks : float
        By Wilks's theorem, which need not hold here.
    monte_carlo : MonteCarlo
        p-value by simulation.
    share_at_null : float
        Share of toys that no point of the model describes better: their Delta chi2 is zero.
    """

    delta_chi2: float
    dof: int
    p_value_wilks: float
    monte_carlo: MonteCarlo
    share_at_null: float

    @property
    def sigma(self) -> float:
        """Two-sided Gaussian equivalent of the simulated p-value."""
        return two_sided_sigma(self.monte_carlo.p_value)

    @property
    def sigma_range(self) -> tuple[float, float]:
        """The same for one error more and one less; infinite where the p-value may be zero."""
        p, error = self.monte_carlo.p_value, self.monte_carlo.error
        return two_sided_sigma(min(p + error, 1.0)), two_sided_sigma(max(p - error, 0.0))

    @property
    def sigma_wilks(self) -> float:
        """Two-sided Gaussian equivalent of the p-value of Wilks."""
        return two_sided_sigma(self.p_value_wilks)


def model_significance(
    ensemble: Ensemble,
    null: Array,
    data: Array,
    *,
    dof: int,
    toys: int = 100_000,
    seed: int = DEFAULT_SEED,
    spread: float | None = None,
) -> ModelSignificance:
    """Probability, under the null hypothesis, that a model improves chi2 as much as it does.

    Each toy is fitted with the null hypothesis and with all predictions of the model.

    Parameters
    ----------
    ensemble : Ensemble
        Toys, chi2, and predictions of the model.
    null : array, shape (n,)
        Prediction of the null hypothesis; it counts as a point of the model.
    data : array, shape (n,)
        The real outcome.
    dof : int
        Parameters of the model that the null hypothesis lacks, for Wilks.
    toys, seed : int
        How many, and what names them.
    spread : float, optional
        Width of the normal numbers behind the toys, which are weighted for it. If not given, 1
        (plain toys) where these leave 100 or more beyond the data by Wilks, and else as wide as
        Delta chi2 asks for.

    Raises
    ------
    InputError
        If shapes differ, numbers are not finite, or no toy is as extreme as the data.
    """
    check_outcome(ensemble, data)
    check_outcome(ensemble, null, "null")
    observed = float(delta_chi2(ensemble, data[None], null)[0])
    wilks = wilks_p_value(observed, dof)
    wide = max(1.0, math.sqrt(observed / ensemble.size))
    chosen = spread or (1.0 if toys * wilks >= PLAIN else wide)

    def statistic(normals: Array) -> Array:
        return delta_chi2(ensemble, ensemble.toys(null, normals), null)

    found = monte_carlo_p_value(
        statistic, observed, ensemble.size, toys=toys, seed=seed, spread=chosen
    )
    if found.p_value == 0:
        problem = "are too few: none is as extreme as the data"
        raise InputError(problem, key="toys", value=toys, allowed="more of them")
    return ModelSignificance(observed, dof, wilks, found, _share_at_null(ensemble, null, seed))


def _share_at_null(ensemble: Ensemble, null: Array, seed: int) -> float:
    toys = toys_of_point(ensemble, null, BOUNDARY_TOYS, seed, 0)
    return float(np.mean(delta_chi2(ensemble, toys, null) <= TOLERANCE))
