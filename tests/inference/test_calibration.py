"""Significance of a model over its null hypothesis: boundaries, tails, and gallium."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gammaincc

from gallus.errors import InputError
from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.inference.calibration import ModelSignificance, model_significance
from gallus.inference.ensembles import GaussianEnsemble
from gallus.inference.p_value import monte_carlo_p_value
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.interactions import cross_section
from gallus.oscillation import Sterile

DIRECTION = np.array([0.6, 0.0, 0.8])
POSITIVE = GaussianEnsemble(np.arange(0.0, 12.0, 0.02)[:, None] * DIRECTION, np.eye(3))
"""An amplitude that is not negative: Delta chi2 = max(z, 0)^2."""
NULL = np.zeros(3)


def half_p_value(observed: float) -> float:
    """One half of the probability of a chi2 with one degree of freedom."""
    return float(gammaincc(0.5, observed / 2)) / 2


def significance(amplitude: float, toys: int, spread: float | None = None) -> ModelSignificance:
    return model_significance(
        POSITIVE, NULL, amplitude * DIRECTION, dof=1, toys=toys, seed=12, spread=spread
    )


@pytest.mark.parametrize("amplitude", [0.3, 1.5, 3.0])
def test_at_a_boundary_half_of_the_toys_have_no_delta_chi2(amplitude: float) -> None:
    found = significance(amplitude, toys=50_000)
    assert found.delta_chi2 == pytest.approx(amplitude**2, abs=1e-9)
    assert found.share_at_null == pytest.approx(0.5, abs=4 * 0.005)
    exact = half_p_value(amplitude**2)
    assert found.monte_carlo.p_value == pytest.approx(exact, abs=4 * found.monte_carlo.error)
    assert found.p_value_wilks == pytest.approx(2 * exact, rel=1e-9)


def test_data_that_prefer_the_null_hypothesis_are_no_deviation_at_all() -> None:
    found = significance(-1.0, toys=1000)
    assert found.delta_chi2 == 0.0
    assert (found.monte_carlo.p_value, found.monte_carlo.error) == (1.0, 0.0)
    assert found.sigma == 0.0


@pytest.mark.parametrize("amplitude", [4.0, 5.0, 6.0])
def test_tails_beyond_plain_toys(amplitude: float) -> None:
    found = significance(amplitude, toys=100_000)
    exact = half_p_value(amplitude**2)
    assert found.monte_carlo.error < 0.1 * exact
    assert found.monte_carlo.p_value == pytest.approx(exact, abs=4 * found.monte_carlo.error)
    low, high = found.sigma_range
    assert low < found.sigma < high < low + 0.05


def test_the_spread_of_the_toys_does_not_matter() -> None:
    plain, wide = (significance(2.5, 200_000, spread) for spread in (1.0, 1.5))
    error = math.hypot(plain.monte_carlo.error, wide.monte_carlo.error)
    assert plain.monte_carlo.p_value == pytest.approx(wide.monte_carlo.p_value, abs=4 * error)


def test_plain_toys_have_a_binomial_error() -> None:
    found = significance(1.0, toys=20_000).monte_carlo
    assert found.error == pytest.approx(
        math.sqrt(found.p_value * (1 - found.p_value) / 20_000), rel=1e-3
    )


def test_the_null_hypothesis_has_the_size_of_the_data() -> None:
    with pytest.raises(InputError, match=r"null = \(2,\): has the wrong shape"):
        model_significance(POSITIVE, np.zeros(2), NULL, dof=1)


def test_a_p_value_of_zero_is_never_quoted() -> None:
    with pytest.raises(InputError, match="toys = 100: are too few: none is as extreme"):
        significance(9.0, toys=100, spread=1.0)


@pytest.mark.slow
def test_gallium_prefers_3_plus_1_as_toys_say_independently() -> None:
    likelihood = gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, "collaboration")
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, 21)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 50.0, 25)[:, None],
    }
    expected = likelihood.expected(grid).reshape(-1, 6)
    ensemble = recipe_ensemble(likelihood.recipe, likelihood.data, expected)
    found = model_significance(
        ensemble, expected[0], likelihood.data.values, dof=2, toys=50_000, seed=13
    )
    assert found.delta_chi2 == pytest.approx(
        float(likelihood.recipe.chi2(likelihood.data, expected[0]) - likelihood.chi2(grid).min())
    )

    # The same from scratch: other toys, another density, the likelihood with data exchanged.
    def statistic(normals: np.ndarray) -> np.ndarray:
        toys = likelihood.data.with_toys(
            likelihood.recipe.toys(likelihood.data, normals).values[:, None, :] + expected[0] - 1.0
        )
        chi2 = np.concatenate(
            [
                likelihood.recipe.chi2(likelihood.data.with_toys(toys.values[k : k + 50]), expected)
                for k in range(0, len(normals), 50)
            ]
        )
        return np.asarray(chi2[:, 0] - chi2.min(axis=1))

    slow = monte_carlo_p_value(statistic, found.delta_chi2, 7, toys=16384, seed=14, spread=1.7)
    error = math.hypot(slow.error, found.monte_carlo.error)
    assert found.monte_carlo.p_value == pytest.approx(slow.p_value, abs=4 * error)
    assert 4.5 < found.sigma < 5.2
