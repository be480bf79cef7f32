"""The four forecasts of SOX, their size and their assumptions."""

import dataclasses

import numpy as np
import pytest

from gallus.database.loader import load
from gallus.forecast.questions.sox import (
    CERIUM,
    CHROMIUM,
    SoxForecasts,
    sox_forecasts,
    sox_observation,
)
from gallus.forecast.questions.sterile import sin2_errors
from gallus.forecast.questions.weak_mixing_angle import weak_mixing_angle_sensitivity


@pytest.fixture(scope="module")
def forecasts() -> SoxForecasts:
    return sox_forecasts((1.0,))


def test_fourteen_thousand_recoils(forecasts: SoxForecasts) -> None:
    # What the physics notes take for the statistical error; 9.6e3 positrons in 1.5 years.
    assert forecasts.events[CHROMIUM] == pytest.approx(1.4e4, rel=0.02)
    assert forecasts.events[CERIUM] == pytest.approx(1e4, rel=0.1)


def test_the_weak_mixing_angle_is_in_the_published_class(forecasts: SoxForecasts) -> None:
    published = load("sox-forecasts")["sin2_theta_w_relative_error"].to("1")
    result = forecasts.weak_mixing_angle
    # Recalled, 2.6 %; backgrounds and time of ours.
    assert result.relative_error == pytest.approx(published, rel=0.15)
    # Counting alone would give 0.85 % of the rate.
    assert 0.0034 < result.statistical_error < result.error


def test_activity_and_volume_limit_the_rate() -> None:
    seen = sox_observation(CHROMIUM)
    result = weak_mixing_angle_sensitivity(seen, information="rate")
    for pull in ("activity", "fiducial"):  # 1 % each
        assert result.limits[pull] == pytest.approx(0.01 / result.rate_slope, rel=0.03)


def test_magnetic_moments_of_a_few_1e_11(forecasts: SoxForecasts) -> None:
    assert 1e-11 < forecasts.magnetic_moment.limit_muB < 6e-11


def test_couplings_are_measured_to_some_percent(forecasts: SoxForecasts) -> None:
    result = forecasts.couplings
    assert 0.002 < result.axial_alone < 0.05
    assert abs(result.correlation) < 1


def test_sterile_mixing_of_some_percent_is_seen(forecasts: SoxForecasts) -> None:
    errors = {name: each[0] for name, each in forecasts.sterile_errors.items()}
    assert errors["both"] < min(errors[CHROMIUM], errors[CERIUM])
    # The percent class of the proposal: 2 sigma of sin2 2theta at 1 eV2 below 0.1.
    assert max(errors[CHROMIUM], errors[CERIUM]) < 0.05


def test_information_of_two_sources_adds_up(forecasts: SoxForecasts) -> None:
    # Against the joint fit, for the observation that is quick to compute.
    one = sox_observation(CHROMIUM)
    two = dataclasses.replace(one, name="again")
    single = sin2_errors(one, np.array([1.0]), information="both")
    double = sin2_errors((one, two), np.array([1.0]), information="both")
    assert double == pytest.approx(single / np.sqrt(2), rel=1e-6)
    assert forecasts.sterile_errors[CHROMIUM][0] == pytest.approx(float(single[0]), rel=1e-9)


def test_the_errors_are_those_of_the_set_ups_once() -> None:
    # 1 % of the activity, 1 % of the volume, each in one pull.
    seen = sox_observation(CHROMIUM)
    names = [pull.name for pull in seen.pulls]
    assert names.count("activity") == names.count("fiducial") == 1
    radius, error = (seen.setup.detection.fiducial_radius_m, seen.setup.uncertainties.fiducial_cm)
    assert radius is not None
    assert 3 * error / (100 * radius) == pytest.approx(0.01)


def test_the_assumptions_are_listed(forecasts: SoxForecasts) -> None:
    for name in (CHROMIUM, CERIUM):
        text = "\n".join(forecasts.assumptions[name])
        assert "source.activity" in text
        assert "recalled" in text
        assert "pull activity" in text
        assert "pull fiducial" in text
    assert "recalled" in forecasts.published["sin2_theta_w_relative_error"]
    assert {"sox-2013", "ferrari-1996"} <= set(forecasts.citations)
