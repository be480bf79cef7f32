"""Simulated p-values against exact ones, far in the tail; toys do not depend on who draws them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaincc, ndtr

from gallus.errors import InputError
from gallus.inference.p_value import MonteCarlo, monte_carlo_p_value
from gallus.inference.toys import BLOCK, block_generator, normal_blocks

Array = NDArray[np.float64]


def squared_length(numbers: Array) -> Array:
    return np.asarray((numbers**2).sum(axis=1))


@pytest.mark.parametrize(
    ("size", "observed"), [(1, 25.0), (2, 32.1), (6, 36.3), (7, 60.0), (3, 2.0)]
)
def test_chi2_tails_down_to_1e_10(size: int, observed: float) -> None:
    exact = gammaincc(size / 2, observed / 2)
    spread = max(1.0, math.sqrt(observed / size))
    result = monte_carlo_p_value(squared_length, observed, size, toys=40000, seed=1, spread=spread)
    assert result.error < 0.05 * exact
    # Fixed seeds: within 3 standard errors in each of five cases.
    assert result.p_value == pytest.approx(exact, abs=3 * result.error)


@pytest.mark.parametrize("threshold", [3.0, 5.0, 6.5])
def test_two_sided_gaussian_tail_about_a_shifted_centre(threshold: float) -> None:
    direction = np.array([0.6, 0.0, 0.8])
    result = monte_carlo_p_value(
        lambda z: np.abs(z @ direction),
        threshold,
        3,
        toys=40000,
        seed=2,
        spread=1.5,
        centre=threshold * direction,
    )
    exact = 2 * ndtr(-threshold)
    assert result.error < 0.05 * exact
    assert result.p_value == pytest.approx(exact, abs=3 * result.error)


def test_the_estimate_does_not_depend_on_the_sampling_density() -> None:
    plain = monte_carlo_p_value(squared_length, 9.0, 2, toys=200000, seed=3)
    wide = monte_carlo_p_value(squared_length, 9.0, 2, toys=200000, seed=4, spread=2.0)
    assert plain.p_value == pytest.approx(wide.p_value, abs=3 * math.hypot(plain.error, wide.error))


def test_equality_counts_as_at_least_as_extreme() -> None:
    result = monte_carlo_p_value(lambda z: np.ones(len(z)), 1.0, 1, toys=100, seed=1)
    assert result.p_value == pytest.approx(1.0)


def test_effective_toys_of_a_plain_simulation_is_its_number() -> None:
    result = monte_carlo_p_value(squared_length, 3.0, 2, toys=50000, seed=5)
    assert result.effective_toys == pytest.approx(50000, rel=1e-3)
    assert MonteCarlo(0.0, 0.0, 10).effective_toys == math.inf


def test_same_seed_same_numbers_and_prefix() -> None:
    few = next(normal_blocks(7, 10, 3))
    many = list(normal_blocks(7, BLOCK + 5, 3))
    assert np.array_equal(few, many[0][:10])
    assert [len(block) for block in many] == [BLOCK, 5]


def test_blocks_are_independent_of_order() -> None:
    backward = [block_generator(7, block).standard_normal(4) for block in (2, 1, 0)]
    forward = [block_generator(7, block).standard_normal(4) for block in (0, 1, 2)]
    assert np.array_equal(backward[::-1], forward)


def test_other_seeds_and_blocks_give_other_numbers() -> None:
    first = block_generator(7, 0).standard_normal(4)
    assert not np.any(first == block_generator(8, 0).standard_normal(4))
    assert not np.any(first == block_generator(7, 1).standard_normal(4))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="toys = 1: are too few"):
        monte_carlo_p_value(squared_length, 1.0, 1, toys=1, seed=1)
    with pytest.raises(InputError, match=r"spread = 0\.5: is too small"):
        monte_carlo_p_value(squared_length, 1.0, 1, toys=10, seed=1, spread=0.5)
