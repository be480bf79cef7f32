"""The weak mixing angle: slopes, counting, what enters and what does not."""

import math

import numpy as np
import pytest

from gallus.experiments.setup import setup, with_values
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.couplings import couplings_chi2
from gallus.forecast.questions.weak_mixing_angle import weak_mixing_angle_sensitivity


@pytest.fixture(scope="module")
def chromium() -> Observation:
    # One place: the distance says nothing about couplings.
    values = {"detection.distance_bins": 1, "detection.vertex_resolution_cm_at_1_MeV": 0.0}
    exact = {"uncertainties.activity_percent": 0.0, "uncertainties.fiducial_cm": 0.0}
    return observation(with_values(setup("sox-cr51"), {**values, **exact}))


@pytest.fixture(scope="module")
def tree() -> Observation:
    values = {"interaction.sin2_theta_w": 0.2386, "interaction.couplings": "tree"}
    return observation(with_values(setup("jne-500t"), values))


def test_fourteen_thousand_events_are_a_percent_and_a_half(tree: Observation) -> None:
    result = weak_mixing_angle_sensitivity(tree, information="rate")
    # 0.85 % of the rate and d ln N/ds2 = 2.5 above 200 keV.
    assert result.rate_slope == pytest.approx(2.5, abs=0.05)
    error = result.error * math.sqrt(result.events / 1.4e4)
    assert error == pytest.approx(0.0034, rel=0.02)
    assert error / 0.2387 == pytest.approx(0.014, rel=0.03)


def test_the_slope_is_that_of_the_cross_section(tree: Observation) -> None:
    step = 0.01
    up, down = (
        tree.with_values({"interaction.sin2_theta_w": 0.2386 + d}).undisturbed.sum()
        for d in (step, -step)
    )
    result = weak_mixing_angle_sensitivity(tree, information="rate")
    # Central differences of a quadratic form are exact.
    assert result.rate_slope * result.events == pytest.approx((up - down) / (2 * step), rel=1e-9)


def test_one_percent_of_activity_is_four_thousandths(chromium: Observation) -> None:
    known = chromium.with_uncertainties(activity_percent=1.0)
    alone, with_activity = (
        weak_mixing_angle_sensitivity(each, information="rate") for each in (chromium, known)
    )
    added = math.sqrt(with_activity.error**2 - alone.error**2)
    assert added == pytest.approx(0.01 / alone.rate_slope, rel=1e-6)
    assert added == pytest.approx(0.004, rel=0.05)
    assert with_activity.statistical_error == pytest.approx(alone.error, rel=1e-9)
    assert with_activity.limits["activity"] == pytest.approx(added, rel=1e-6)


def test_the_cross_section_is_what_is_measured(chromium: Observation) -> None:
    uncertain = chromium.with_uncertainties(cross_section_percent=5.0)
    without, with_it = (weak_mixing_angle_sensitivity(each) for each in (chromium, uncertain))
    assert with_it.error == pytest.approx(without.error, rel=1e-9)


def test_nearly_all_of_it_is_in_the_rate(chromium: Observation) -> None:
    rate, shape, both = (
        weak_mixing_angle_sensitivity(chromium, information=i).error
        for i in ("rate", "shape", "both")
    )
    assert both <= rate
    assert both == pytest.approx(rate, rel=0.05)
    assert shape > 5 * rate


def test_one_sigma_is_one_sigma_of_the_likelihood(chromium: Observation) -> None:
    result = weak_mixing_angle_sensitivity(chromium)
    left, right = 0.72295, 0.22915
    shifts = result.error * np.array([-1.0, 1.0])
    vector, axial = left + right + 2 * shifts, np.full(2, left - right)
    chi2 = couplings_chi2(chromium, vector, axial)
    assert np.mean(chi2) == pytest.approx(1.0, rel=0.01)  # the cubic term drops out


def test_the_error_falls_with_the_root_of_the_activity(chromium: Observation) -> None:
    stronger = chromium.with_values({"source.activity_PBq": 4 * 370.0})
    one, four = (weak_mixing_angle_sensitivity(each).error for each in (chromium, stronger))
    assert one / four == pytest.approx(2.0, rel=1e-9)
