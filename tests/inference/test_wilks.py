"""Wilks's thresholds against the numbers that everybody knows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.inference.wilks import wilks_p_value, wilks_sigma, wilks_threshold


@pytest.mark.parametrize(
    ("level", "dof", "threshold"),
    [
        # Review of Particle Physics, statistics, table 40.2.
        (0.6827, 1, 1.00),
        (0.90, 1, 2.71),
        (0.9545, 1, 4.00),
        (0.6827, 2, 2.30),
        (0.95, 2, 5.99),
        (0.9973, 2, 11.83),
        (0.99, 3, 11.34),
    ],
)
def test_thresholds_are_the_published_ones(level: float, dof: int, threshold: float) -> None:
    assert wilks_threshold(level, dof) == pytest.approx(threshold, abs=0.006)


@given(st.floats(0.01, 0.9999), st.integers(1, 9))
def test_the_p_value_of_a_threshold_is_one_minus_its_level(level: float, dof: int) -> None:
    # 1 - level has an absolute error of 1e-16.
    found = wilks_p_value(wilks_threshold(level, dof), dof)
    assert found == pytest.approx(1 - level, rel=1e-9, abs=1e-14)


@given(st.floats(0.0, 1400.0))
def test_two_degrees_of_freedom_are_an_exponential(delta_chi2: float) -> None:
    assert wilks_p_value(delta_chi2, 2) == pytest.approx(math.exp(-delta_chi2 / 2), rel=1e-12)


@given(st.floats(0.5, 30.0))
def test_one_degree_of_freedom_is_a_square_of_sigmas(sigma: float) -> None:
    assert wilks_sigma(sigma**2, 1) == pytest.approx(sigma, rel=1e-9)


def test_rounding_below_zero_is_no_deviation() -> None:
    assert wilks_p_value(-1e-12, 2) == 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, 68.27, math.nan])
def test_levels_are_probabilities(level: float) -> None:
    with pytest.raises(InputError, match="is not a probability"):
        wilks_threshold(level, 1)


def test_no_degrees_of_freedom_are_refused() -> None:
    with pytest.raises(InputError, match="dof = 0: is too small"):
        wilks_threshold(0.9, 0)
    with pytest.raises(InputError, match="dof = 0: is too small"):
        wilks_p_value(3.0, 0)
