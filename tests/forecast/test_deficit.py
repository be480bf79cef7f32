"""Deficits of electron neutrinos: limits of no background, what uncertainties do, toys."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.forecast.backgrounds.base import UNSTATED, Background, Uniform, VisibleSpectrum
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.expectation import Expectation
from gallus.forecast.fisher import inverse_variance
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.base import Forecast, NothingCounted, joint
from gallus.forecast.questions.deficit import (
    deficit_against,
    deficit_sensitivity,
    events_needed,
    lost_counts,
)
from gallus.forecast.toys import toy_differences

WINDOW = VisibleSpectrum(np.array([0.2, 0.56]), np.array([1.0]))


def run(name: str = "jne-500t", per_day: float = 0.0, **values: Any) -> Observation:
    backgrounds = [Background("flat", per_day, WINDOW, Uniform(), math.inf)] if per_day else []
    small = {"bins": 1, "distance_bins": 6, **values}
    return observation(with_values(setup(name), small), backgrounds)


def test_625_events_are_the_limit_of_no_background() -> None:
    assert events_needed(run(), 5) == pytest.approx(625, rel=1e-9)


def test_a_loss_to_active_flavours_needs_1061_events() -> None:
    # sigma_mu/sigma_e = 0.2326 with corrected couplings (errata of the notes); half of what is
    # lost is nu_tau, with 0.2307.
    chosen = run("jne-500t", couplings="corrected-couplings", sin2_theta_w=None)
    assert events_needed(chosen, 5, lost_to="active") == pytest.approx(1061, rel=3e-3)


def test_the_shape_of_the_recoils_hardly_helps_with_active_flavours() -> None:
    fine, coarse = run(bins=40), run()
    assert events_needed(fine, 5) == pytest.approx(625, rel=1e-6)
    active = [events_needed(each, 5, lost_to="active") for each in (fine, coarse)]
    assert 0.999 * active[1] < active[0] < active[1]


@given(deficit=st.floats(0.01, 1.0), n_sigma=st.floats(0.5, 10.0))
def test_events_go_with_the_square(deficit: float, n_sigma: float) -> None:
    assert events_needed(CLEAN, n_sigma, deficit) == pytest.approx((n_sigma / deficit) ** 2)


CLEAN = run()


def test_an_uncertainty_is_the_end_of_more_events() -> None:
    chosen = run(activity_percent=5.0)
    events = 1 / ((0.2 / 3.9) ** 2 - 0.05**2)
    assert events_needed(chosen, 3.9) == pytest.approx(events, rel=1e-6)
    assert events_needed(chosen, 4.1) == math.inf  # 20 % is 4 sigma of 5 %


def test_errors_of_the_rate_add_in_quadrature() -> None:
    chosen = run(activity_percent=0.5, cross_section_percent=1.0)
    found = deficit_sensitivity(chosen)
    events = chosen.undisturbed.sum()
    assert found.error == pytest.approx(math.sqrt(1 / events + 0.005**2 + 0.01**2), rel=1e-9)
    assert found.sigma == pytest.approx(0.2 / found.error)
    assert found.limits["cross_section"] == pytest.approx(0.01, rel=1e-6)
    assert isinstance(found, Forecast)


def test_a_background_known_from_days_without_source() -> None:
    """One bin, on and off: error^2 = (S + B + B t_on/t_off)/S^2."""
    chosen = run(per_day=2000.0, distance_bins=1, source_off_days=60.0, upper_keV=560.0)
    signal = chosen.undisturbed.sum()
    on, off = chosen.background.reshape(2, -1).sum(axis=1)
    expected = math.sqrt(signal + on + on**2 / off) / signal
    assert deficit_sensitivity(chosen).error == pytest.approx(expected, rel=1e-9)


def test_the_decay_constrains_a_background_that_nothing_else_does() -> None:
    one = run(per_day=2000.0, distance_bins=1, upper_keV=560.0, time_bins=1)
    with pytest.raises(InputError, match="told from each other"):
        deficit_sensitivity(one.with_backgrounds([flat_as_the_signal(one)]))
    errors = [
        deficit_sensitivity(run(per_day=2000.0, distance_bins=1, upper_keV=560.0, **more)).error
        for more in (
            {"time_bins": 4},
            {"time_bins": 12},
            {"time_bins": 12, "source_off_days": 90.0},
        )
    ]
    assert errors[0] > errors[1] > errors[2]


def flat_as_the_signal(chosen: Observation) -> Background:
    """A background with the shape of the signal in the one bin that there is."""
    return Background("twin", 10.0, WINDOW, Uniform(), math.inf)


def bounded_sigma(null: Expectation, column: Array, unstated: set[str]) -> float:
    """Significance if nothing is known of some rates but that they are not negative."""
    from scipy.optimize import lsq_linear

    root = np.sqrt(inverse_variance(null.expected))
    prior = np.diag([0.0 if name in unstated else 1.0 for name in null.names])
    least = [-1.0 if name in unstated else -np.inf for name in null.names]
    matrix = np.vstack([(null.templates * root).T, prior])
    wanted = np.concatenate([-column * root, np.zeros(len(prior))])
    fit: Any = lsq_linear(matrix, wanted, bounds=(least, np.inf), tol=1e-12)
    return math.sqrt(2 * float(fit.cost))


@pytest.mark.parametrize("name", ["jne-1t-physical", "jne-500t-physical", "sox-cr51"])
def test_a_rate_known_to_all_of_itself_does_the_work_of_a_rate_that_is_not_negative(
    name: str,
) -> None:
    chosen = setup(name)
    found = backgrounds(chosen)
    seen = observation(chosen, found)
    floating = [
        replace(each, relative_error=math.inf) if each.relative_error == UNSTATED else each
        for each in found
    ]
    free = deficit_sensitivity(seen.with_backgrounds(floating)).sigma
    unstated = {f"background.{each.name}" for each in found if each.relative_error == UNSTATED}
    bounded = bounded_sigma(joint(seen), 0.2 * lost_counts(seen, "sterile"), unstated)
    prior = deficit_sensitivity(seen).sigma
    # A rate of b sigma of the signal's count that looks like the signal hides b sigma if it is
    # bounded, and n b^2/2 with a prior: at most 1/2n less, at b = 1/n, for each such rate.
    assert free < prior < bounded + len(unstated) / (2 * bounded)
    assert prior == pytest.approx(bounded, rel=0.05) or prior < bounded


def test_one_rate_like_the_signal_is_worth_its_expectation() -> None:
    one = run(distance_bins=1)
    signal = float(one.undisturbed.sum())
    for events in (0.5, 10.0, 1000.0):
        twin = Background("twin", 1.0, WINDOW, Uniform())
        scale = events / float(one.with_backgrounds([twin]).background.sum())
        seen = one.with_backgrounds([replace(twin, per_day=scale)])
        expected = math.sqrt(signal + events + events**2) / signal
        assert deficit_sensitivity(seen).error == pytest.approx(expected, rel=1e-9)


def test_counts_are_those_with_the_source_there() -> None:
    """A year of background alone helps, and is not counted with the signal."""
    plain, long = run(per_day=100.0), run(per_day=100.0, source_off_days=365.0)
    known, more = deficit_sensitivity(plain), deficit_sensitivity(long)
    assert more.background == pytest.approx(known.background, rel=1e-12)
    assert more.sigma > known.sigma
    assert long.background.sum() == pytest.approx(known.background * 395 / 30, rel=1e-9)


def test_a_window_without_signal_is_named() -> None:
    with pytest.raises(NothingCounted, match=r"jne-500t: detection.threshold_keV = 900"):
        deficit_sensitivity(run(threshold_keV=900.0))


def test_more_of_anything_good_is_better() -> None:
    chosen = run(per_day=3000.0, activity_percent=0.5, source_off_days=30.0, time_bins=3)
    days = deficit_against(chosen, "days", [1.0, 10.0, 30.0, 100.0])
    assert np.all(np.diff(days.sigma) > 0)
    activity = deficit_against(chosen, "uncertainties.activity_percent", [0.0, 1.0, 5.0])
    assert np.all(np.diff(activity.sigma) < 0)
    assert 0.95 * 0.2 / 0.05 < activity.sigma[2] < 0.2 / 0.05
    known = deficit_against(chosen, "background.flat.error_percent", [1.0, 10.0, 1e4])
    assert np.all(np.diff(known.sigma) < 0)
    less = deficit_against(chosen, "background.flat.per_day", [10.0, 1e3, 1e5])
    assert np.all(np.diff(less.sigma) < 0)
    higher = deficit_against(chosen, "detection.threshold_keV", [200.0, 300.0, 400.0])
    assert np.all(np.diff([each.events for each in higher.results]) < 0)
    assert higher.as_dict()["key"] == "detection.threshold_keV"


def test_two_runs_are_better_than_one_but_share_the_cross_section() -> None:
    one = run("jne-500t", cross_section_percent=1.0)
    two = run("juno", cross_section_percent=1.0)
    both = deficit_sensitivity([one, two])
    counts = one.undisturbed.sum() + two.undisturbed.sum()
    assert both.error == pytest.approx(math.sqrt(1 / counts + 0.01**2), rel=1e-9)


def test_toys_see_what_the_forecast_says() -> None:
    """A deficit of 20 % in a day of the prototype: 300 events over 300 of background."""
    chosen = run("jne-1t", per_day=300.0, distance_m=0.0, days=1.0, source_off_days=3.0)
    found = deficit_sensitivity(chosen)
    null = joint(chosen)
    truth = null.at(null.expected - 0.2 * lost_counts(chosen, "sterile"))
    differences = toy_differences(truth, null, truth, 400, seed=11)
    asimov = found.sigma_poisson**2
    error = 1.25 * 2 * math.sqrt(asimov) / math.sqrt(400)
    assert float(np.median(differences)) == pytest.approx(asimov, abs=3 * error + 0.1)
    assert found.sigma == pytest.approx(found.sigma_poisson, rel=0.1)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("background.flatt.per_day", 1.0, "did you mean 'flat'"),
        ("background.flat.colour", 1.0, "value of a background"),
        ("background.flat.per_day", -1.0, "is no rate"),
        ("uncertainties.activity", 1.0, "did you mean"),
        ("days", -1.0, "days"),
    ],
)
def test_bad_designs_are_named(key: str, value: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        deficit_against(run(per_day=10.0), key, [value])
    with pytest.raises(InputError, match="deficit"):
        deficit_sensitivity(CLEAN, 0.0)
    with pytest.raises(InputError, match="n_sigma"):
        events_needed(CLEAN, 0.0)
