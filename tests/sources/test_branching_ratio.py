"""A wrong branching ratio: closed forms against the definition, published numbers, limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from gallus.sources import chromium_effect, measured_branching_ratio
from gallus.sources.branching_ratio import BranchingRatioEffect, weighted_mean

RATIO = st.floats(0.6, 1.2)
SHARE = st.floats(0.01, 0.09)


def test_weighted_mean_of_the_five_measurements() -> None:
    mean = measured_branching_ratio()
    assert mean.value == pytest.approx(0.09895, abs=5e-6)
    assert mean.error == pytest.approx(0.00026, abs=5e-6)
    assert mean.chi2 == pytest.approx(8.1, abs=0.05)
    assert mean.dof == 4


def test_equal_errors_give_the_plain_mean() -> None:
    mean = weighted_mean([1.0, 2.0, 6.0], [0.3, 0.3, 0.3])
    assert mean.value == pytest.approx(3.0)
    assert mean.error == pytest.approx(0.3 / 3**0.5)
    assert mean.chi2 == pytest.approx((4 + 1 + 9) / 0.09)


def test_needed_branching_ratios_with_the_lower_captures() -> None:
    # Derived independently for f = 0.0988, w = 4.6 %, R = 0.80: 0.1218 and 0.1252.
    effect = chromium_effect(0.046, branching_ratio=0.0988)
    assert effect.needed_from_gammas(0.80) == pytest.approx(0.1218, abs=5e-5)
    assert effect.needed_from_heat(0.80) == pytest.approx(0.1252, abs=6e-5)


def test_without_the_lower_captures_the_activity_alone_counts() -> None:
    # If every line is captured alike the ratio is that of the activities: f' = f/R.
    effect = chromium_effect(0.0988, branching_ratio=0.0988)
    assert effect.needed_from_gammas(0.80) == pytest.approx(0.1235, abs=1e-6)


@given(RATIO, SHARE)
def test_needed_values_solve_the_definition(ratio: float, share: float) -> None:
    effect = chromium_effect(share)

    def gammas(f: float) -> float:
        return effect.activity_from_gammas(f) * effect.captures_per_decay(f) - ratio

    def heat(f: float) -> float:
        return effect.activity_from_heat(f) * effect.captures_per_decay(f) - ratio

    for function, needed in (
        (gammas, effect.needed_from_gammas(ratio)),
        (heat, effect.needed_from_heat(ratio)),
    ):
        assert needed == pytest.approx(brentq(function, 1e-3, 0.9), rel=1e-9)


@given(SHARE)
def test_no_deficit_needs_no_change(share: float) -> None:
    effect = chromium_effect(share)
    assert effect.needed_from_gammas(1.0) == pytest.approx(effect.branching_ratio, rel=1e-12)
    assert effect.needed_from_heat(1.0) == pytest.approx(effect.branching_ratio, rel=1e-12)


@given(st.floats(0.05, 0.3))
def test_calorimetry_reacts_less_than_counting(new: float) -> None:
    """Only 86 % of the heat comes with the gamma."""
    effect = chromium_effect(0.046)
    assert abs(effect.activity_from_heat(new) - 1) <= abs(effect.activity_from_gammas(new) - 1)


def test_if_all_heat_came_from_the_gamma_the_methods_agree() -> None:
    effect = BranchingRatioEffect(0.1, 0.046, 0.32, 0.032)
    assert effect.needed_from_heat(0.8) == pytest.approx(effect.needed_from_gammas(0.8), rel=1e-12)
