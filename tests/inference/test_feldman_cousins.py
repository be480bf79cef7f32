"""Feldman-Cousins against the analytic construction of a bounded mean, and against Wilks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.inference.calibration import calibrate
from gallus.inference.ensembles import Ensemble, GaussianEnsemble
from gallus.inference.feldman_cousins import (
    CalibratedPoints,
    count_at_least,
    critical_values,
    delta_chi2,
    feldman_cousins_points,
    toys_of_point,
)
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.inference.wilks import wilks_threshold
from gallus.interactions import cross_section
from gallus.oscillation import Sterile
from gallus.recipes import RECIPES
from gallus.recipes.base import Recipe

# --- the mean of a Gaussian that is not negative ----------------------------------------------


def accepted(mean: float, critical: float) -> tuple[float, float]:
    """Measured values x with (x - mean)^2 - min(x, 0)^2 <= critical, an interval."""
    lower = mean - math.sqrt(critical)
    if lower < 0:  # there the best mean is 0: mean^2 - 2 x mean <= critical
        lower = (mean**2 - critical) / (2 * mean) if mean > 0 else -math.inf
    return lower, mean + math.sqrt(critical)


def exact_critical(mean: float, level: float) -> float:
    """Critical value whose interval has the right probability, by bisection."""
    low, high = 0.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        lower, upper = accepted(mean, middle)
        enough = ndtr(upper - mean) - ndtr(lower - mean) >= level
        low, high = (low, middle) if enough else (middle, high)
    return high


def exact_interval(measured: float, level: float) -> tuple[float, float]:
    """Means that accept a measurement."""
    means = np.arange(0.0, 8.0, 0.002)
    inside = []
    for mean in means:
        lower, upper = accepted(float(mean), exact_critical(float(mean), level))
        if lower <= measured <= upper:
            inside.append(float(mean))
    return inside[0], inside[-1]


FINE = np.arange(0.0, 9.0, 0.01)[:, None]
BOUNDED = GaussianEnsemble(FINE, np.eye(1))


@pytest.mark.parametrize(
    ("measured", "interval"),
    # Feldman and Cousins, Phys. Rev. D 57, 3873, table X, 90 %.
    [(-1.0, (0.0, 0.81)), (0.0, (0.0, 1.64)), (1.0, (0.0, 2.64))],
)
def test_the_analytic_construction_is_that_of_the_paper(
    measured: float, interval: tuple[float, float]
) -> None:
    assert exact_interval(measured, 0.90) == pytest.approx(interval, abs=0.007)


@pytest.mark.parametrize("measured", [-1.0, 0.5, 2.0, 4.0])
def test_intervals_of_a_bounded_mean(measured: float) -> None:
    truths = np.arange(0.0, 7.0, 0.1)[:, None]
    found = calibrate(
        BOUNDED, np.array([measured]), levels=(0.9,), toys=4000, seed=5, truths=truths
    )
    inside = truths[found.inside(0.9), 0]
    # Steps of 0.1, and critical values with errors of 0.1.
    assert (inside[0], inside[-1]) == pytest.approx(exact_interval(measured, 0.9), abs=0.16)


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.0, 2.5, 5.0])
def test_critical_values_of_a_bounded_mean(mean: float) -> None:
    levels, truths = (0.6827, 0.90, 0.9545), np.array([[mean]])
    found = feldman_cousins_points(
        BOUNDED, np.zeros(1), truths, [0], levels=levels, toys=40_000, seed=6
    )
    for k, level in enumerate(levels):
        # A grid with steps of 0.01 misses the minimum by 2.5e-5 at most.
        error = float(found.critical_error[0, k])
        assert error < 0.06
        assert found.critical[0, k] == pytest.approx(exact_critical(mean, level), abs=4 * error)


# --- without boundary it is Wilks -------------------------------------------------------------

TEMPLATES = np.array([[1.0, 0.5, 0.0, -0.5], [0.0, 0.5, 1.0, 0.5]])
"""Orthogonal by choice: of 1.5 in square."""
SCALED = TEMPLATES / math.sqrt(1.5)
STEP = 0.1


def plane() -> Array:
    """Predictions a T_1 + b T_2 with steps of a tenth of the errors, (a, b, n)."""
    values = np.arange(-4.5, 4.5 + STEP / 2, STEP)
    a, b = np.meshgrid(values, values, indexing="ij")
    return np.asarray(a[..., None] * SCALED[0] + b[..., None] * SCALED[1])


def test_a_linear_gaussian_model_without_boundary_gives_wilks() -> None:
    ensemble = GaussianEnsemble(plane().reshape(-1, 4), np.eye(4))
    levels = (0.6827, 0.9545)
    found = feldman_cousins_points(
        ensemble, np.zeros(4), np.zeros((1, 4)), [3], levels=levels, toys=4000, seed=7
    )
    for k, level in enumerate(levels):
        # The grid misses the minimum by 2 (step/2)^2 at most.
        tolerance = 4 * float(found.critical_error[0, k]) + 2 * (STEP / 2) ** 2
        assert found.critical[0, k] == pytest.approx(wilks_threshold(level, 2), abs=tolerance)


def test_a_profiled_nuisance_takes_its_degree_of_freedom_away() -> None:
    models = plane()
    ensemble = GaussianEnsemble(models.reshape(-1, 4), np.eye(4))
    middle = len(models) // 2
    hypotheses = models[middle : middle + 1]  # a = 0, any b
    found = feldman_cousins_points(
        ensemble,
        np.zeros(4),
        np.zeros((1, 4)),
        [0],
        levels=(0.6827, 0.9545),
        toys=4000,
        seed=8,
        hypotheses=hypotheses,
    )
    for k, level in enumerate(found.levels):
        tolerance = 4 * float(found.critical_error[0, k]) + 2 * (STEP / 2) ** 2
        assert found.critical[0, k] == pytest.approx(wilks_threshold(level, 1), abs=tolerance)


@pytest.mark.parametrize("each", RECIPES, ids=lambda each: each.name)
def test_many_hypotheses_at_once_give_what_they_give_one_by_one(each: Recipe) -> None:
    ratios = gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, each.name).data
    generator = np.random.default_rng(12)
    predictions = 1 - 0.3 * generator.random((60, len(ratios.names)))

    def ensemble_of(some: Array) -> Ensemble:
        return recipe_ensemble(each, ratios, some)

    ensemble = ensemble_of(predictions)
    outcomes = 1 - 0.4 * generator.random((50, len(ratios.names)))
    slow = delta_chi2(ensemble, outcomes, predictions[:20])
    assert delta_chi2(ensemble, outcomes, predictions[:20], ensemble_of) == pytest.approx(
        slow, abs=1e-9
    )
    assert slow.max() > 0.1


def test_numbers_of_a_linear_nuisance_need_no_axis() -> None:
    # b with the constraint of a unit Gaussian, in the covariance, or drawn and profiled by hand.
    amplitudes = np.arange(-6.0, 6.0, 0.02)[:, None] * SCALED[0]
    covariance = np.eye(4) + np.outer(SCALED[1], SCALED[1])
    ensemble = GaussianEnsemble(amplitudes, covariance)
    found = feldman_cousins_points(
        ensemble, np.zeros(4), np.zeros((1, 4)), [0], levels=(0.9,), toys=20_000, seed=9
    )
    assert found.critical[0, 0] == pytest.approx(
        wilks_threshold(0.9, 1), abs=4 * float(found.critical_error[0, 0])
    )


# --- counting ---------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]) | st.floats(0.0, 9.0), min_size=10, max_size=80),
    st.sampled_from([0.5, 0.6827, 0.9, 0.9545]),
    st.floats(0.0, 9.0) | st.sampled_from([0.0, 0.5, 1.0, 2.0]),
)
def test_a_point_is_inside_exactly_if_its_p_value_exceeds_one_minus_the_level(
    values: list[float], level: float, observed: float
) -> None:
    statistic = np.array(values)
    critical, _ = critical_values(statistic, (level,))
    exceeding = count_at_least(statistic, observed)
    found = CalibratedPoints(
        (level,), len(values), critical[None], critical[None], np.array([observed]),
        np.array([exceeding]),
    )  # fmt: skip
    gap = np.abs(statistic - observed)
    if np.any((gap > 0) & (gap < 3e-9)):
        return  # rounding decides
    assert bool(found.inside(level)[0]) == (found.p_value[0] > 1 - level + 1e-12)


def test_critical_values_are_order_statistics() -> None:
    statistic = np.arange(1000.0)[::-1]
    critical, error = critical_values(statistic, (0.9, 0.6827, 0.9999))
    # Ranks 900 and 683, from 1 on; binomial errors 9.5 and 14.7 ranks.
    assert list(critical[:2]) == [899.0, 682.0]
    assert list(error[:2]) == [9.0, 15.0]
    assert (critical[2], error[2]) == (999.0, math.inf)


def test_equality_up_to_rounding_counts() -> None:
    statistic = np.array([0.0, 0.0, 1e-12, 3.0])
    assert count_at_least(statistic, 0.0) == 4
    assert count_at_least(statistic, 3.0 + 1e-12) == 1


def test_data_at_the_boundary_have_a_p_value_of_one() -> None:
    # A measured -2 prefers the mean 0, where half of the toys have Delta chi2 = 0 exactly.
    found = calibrate(
        BOUNDED, np.array([-2.0]), levels=(0.4, 0.9), toys=1000, truths=np.zeros((1, 1))
    )
    assert found.observed[0] == 0.0
    assert found.p_value[0] == 1.0
    assert found.critical[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert found.inside(0.4)[0]


def test_errors_of_critical_values_are_the_scatter_of_repetitions() -> None:
    repeated = [
        feldman_cousins_points(
            BOUNDED, np.zeros(1), np.full((1, 1), 3.0), [0], levels=(0.9,), toys=500, seed=seed
        )
        for seed in range(60)
    ]
    scatter = float(np.std([each.critical[0, 0] for each in repeated], ddof=1))
    mean = float(np.mean([each.critical_error[0, 0] for each in repeated]))
    # A scatter of 60 is known to 9 %.
    assert mean == pytest.approx(scatter, rel=0.35)


# --- the same numbers, whoever computes -------------------------------------------------------


COARSE = GaussianEnsemble(plane()[::8, ::8].reshape(-1, 4), np.eye(4))


@dataclass(frozen=True)
class Task:
    """A small calibration."""

    ensemble: GaussianEnsemble = COARSE
    data: tuple[float, ...] = (0.5, -0.2, 1.4, 0.3)
    threads: int = 1

    def run(self) -> CalibratedPoints:
        return calibrate(
            self.ensemble, np.array(self.data), toys=200, seed=10, threads=self.threads
        )


@pytest.mark.parametrize("threads", [2, 5])
def test_the_number_of_threads_changes_nothing(threads: int) -> None:
    one, many = Task().run().arrays(), Task(threads=threads).run().arrays()
    assert all(np.array_equal(one[name], many[name]) for name in one)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_chunks_in_any_order_give_the_whole(size: int) -> None:
    task = Task()
    whole, truths = task.run(), task.ensemble.predictions
    starts = range(0, len(truths), size)
    chunks = {
        start: feldman_cousins_points(
            task.ensemble,
            np.array(task.data),
            truths[start : start + size],
            range(start, min(start + size, len(truths))),
            levels=whole.levels,
            toys=200,
            seed=10,
        ).arrays()
        for start in reversed(starts)
    }
    joined = CalibratedPoints.joined(whole.levels, 200, [chunks[start] for start in starts])
    for name, array in whole.arrays().items():
        assert np.array_equal(array, joined.arrays()[name])


def test_points_have_toys_of_their_own() -> None:
    ensemble = Task().ensemble
    first, second = (toys_of_point(ensemble, np.zeros(4), 1000, 1, index) for index in (0, 1))
    assert abs(np.corrcoef(first[:, 0], second[:, 0])[0, 1]) < 0.15
    assert np.array_equal(first[:10], toys_of_point(ensemble, np.zeros(4), 10, 1, 0))


@settings(max_examples=10)
@given(st.lists(st.floats(0.01, 100.0), min_size=4, max_size=4))
def test_units_of_the_data_do_not_matter(scales: list[float]) -> None:
    task, unit = Task(), np.array(scales)
    other = GaussianEnsemble(task.ensemble.predictions * unit, np.diag(unit**2))
    plain, scaled = task.run(), replace(task, ensemble=other, data=tuple(task.data * unit)).run()
    assert scaled.critical == pytest.approx(plain.critical, abs=1e-9)
    assert np.array_equal(scaled.exceeding, plain.exceeding)


def test_predictions_that_occur_twice_change_nothing() -> None:
    task = Task()
    twice = np.concatenate([task.ensemble.predictions] * 2)
    outcomes = np.random.default_rng(1).normal(size=(50, 4))
    plain = delta_chi2(task.ensemble, outcomes, np.zeros(4))
    assert delta_chi2(GaussianEnsemble(twice, np.eye(4)), outcomes, np.zeros(4)) == pytest.approx(
        plain, abs=1e-12
    )


def test_intervals_of_p_values_contain_them() -> None:
    found = Task().run()
    lower, upper = found.p_value_interval(0.95)
    assert np.all((lower <= found.p_value) & (found.p_value <= upper))
    assert np.all(upper > 0)
    middle = (found.p_value > 0.1) & (found.p_value < 0.9)
    share = found.p_value[middle]
    # Wilson's interval is shorter by 1/n of it, relative to p (1 - p).
    binomial = np.sqrt(share * (1 - share) / found.toys)
    assert found.p_value_error[middle] == pytest.approx(binomial, rel=0.02)
    assert np.all(found.p_value_error > 0)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="toys = 3: are too few"):
        calibrate(BOUNDED, np.zeros(1), toys=3)
    with pytest.raises(InputError, match=r"confidence level = 95\.0: is not a probability"):
        calibrate(BOUNDED, np.zeros(1), levels=(95.0,), toys=20)
    with pytest.raises(InputError, match=r"data = \(2,\): has the wrong shape"):
        calibrate(BOUNDED, np.zeros(2), toys=20)
    with pytest.raises(InputError, match=r"data = .*are not finite"):
        calibrate(BOUNDED, np.array([np.nan]), toys=20)
    with pytest.raises(InputError, match="chi2: is not a finite number for some toys"):
        calibrate(BOUNDED, np.zeros(1), toys=20, truths=np.full((1, 1), np.nan))
    with pytest.raises(InputError, match=r"confidence level = 0\.5: was not calibrated"):
        Task().run().inside(0.5)
