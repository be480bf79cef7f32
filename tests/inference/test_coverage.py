"""Calibrated regions of gallium 3+1 contain the truth as often as they say; Wilks's need not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.inference.coverage import Coverage, coverage
from gallus.inference.ensembles import Ensemble, GaussianEnsemble
from gallus.inference.feldman_cousins import feldman_cousins_points
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.inference.wilks import wilks_threshold
from gallus.interactions import cross_section
from gallus.oscillation import Sterile
from gallus.parameters import Params

LEVELS = (0.6827, 0.9545)
TOYS, EXPERIMENTS = 4000, 4000
TRUTHS: tuple[Params, ...] = (
    {"sin2_2theta_ee": 0.0, "delta_m2_41_eV2": 1.0},
    {"sin2_2theta_ee": 0.08, "delta_m2_41_eV2": 0.7},
    {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 9.0},
)


def gallium(*truths: Params) -> tuple[Ensemble, np.ndarray]:
    """Toys of the Gaussian recipe on a coarse grid, and predictions of true points off it."""
    likelihood = gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, "lower-error")
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, 15)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 50.0, 15)[:, None],
    }
    expected = likelihood.expected(grid).reshape(-1, likelihood.n_data)
    true = np.array([likelihood.expected(each) for each in truths])
    return recipe_ensemble(likelihood.recipe, likelihood.data, expected), true


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
def test_calibrated_regions_cover(truth: Params) -> None:
    ensemble, true = gallium(truth)
    found = feldman_cousins_points(ensemble, true[0], true, [0], levels=LEVELS, toys=TOYS, seed=21)
    for k, level in enumerate(LEVELS):
        threshold = float(found.critical[0, k])
        result = coverage(ensemble, true[0], threshold, level, experiments=EXPERIMENTS, seed=22)
        # The critical value comes from as many toys: its error adds.
        error = result.error * math.sqrt(1 + EXPERIMENTS / TOYS)
        assert result.share == pytest.approx(level, abs=3 * error)


def test_wilks_overcovers_where_mixing_vanishes() -> None:
    ensemble, true = gallium(TRUTHS[0])
    threshold = wilks_threshold(0.6827, 2)
    result = coverage(ensemble, true[0], threshold, 0.6827, experiments=EXPERIMENTS, seed=23)
    assert result.pull > 5


def test_wilks_covers_a_linear_model() -> None:
    models = np.arange(-8.0, 8.0, 0.02)[:, None] * np.array([0.6, 0.8])
    ensemble = GaussianEnsemble(models, np.eye(2))
    result = coverage(
        ensemble, np.zeros(2), wilks_threshold(0.9, 1), 0.9, experiments=20_000, seed=24
    )
    assert abs(result.pull) < 3
    lower, upper = result.interval(0.99)
    assert lower < 0.9 < upper


def test_share_error_and_pull() -> None:
    result = Coverage(0.9, 870, 1000)
    assert (result.share, result.error) == pytest.approx((0.87, math.sqrt(0.09 / 1000)))
    assert result.pull == pytest.approx(-0.03 / math.sqrt(0.09 / 1000))
