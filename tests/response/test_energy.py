"""Energy resolution: shares add up, sharp limits, and what a simulation gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.response.energy import EnergyResolution, energy_migration, shares_in_bins

EDGES = np.array([0.2, 0.25, 0.3, 0.6])


@given(energy=st.floats(0.0, 2.0), sigma=st.just(0.0) | st.floats(1e-9, 0.3))
def test_shares_of_all_bins_add_up_to_one(energy: float, sigma: float) -> None:
    edges = np.array([-np.inf, 0.2, 0.3, 0.31, np.inf])
    shares = shares_in_bins(edges, np.array([energy]), np.array([sigma]))
    assert shares.sum() == pytest.approx(1.0, abs=1e-15)
    assert np.all(shares >= 0)


def test_shares_are_those_of_a_simulation() -> None:
    generator = np.random.default_rng(7)
    drawn = generator.normal(0.24, 0.03, 400_000)
    counted, _ = np.histogram(drawn, EDGES)
    shares = shares_in_bins(EDGES, np.array([0.24]), np.array([0.03]))[:, 0]
    # Binomial errors of at most 0.0008, four standard deviations.
    assert shares == pytest.approx(counted / len(drawn), abs=3.2e-3)


def test_without_resolution_events_are_sorted_sharply() -> None:
    energies = np.array([0.1, 0.2, 0.2999, 0.3, 0.6])
    shares = shares_in_bins(EDGES, energies, np.zeros(5))
    assert shares.tolist() == [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0]]


def test_half_of_the_events_at_a_threshold_pass_it() -> None:
    edges = np.array([0.2, np.inf])
    share = shares_in_bins(edges, np.array([0.2]), np.array([0.02]))
    assert share[0, 0] == pytest.approx(0.5, abs=1e-15)


def test_the_terms_of_the_resolution_add_in_square() -> None:
    resolution = EnergyResolution(0.03, 0.01, 0.002)
    expected = np.hypot(np.hypot(0.03 * np.sqrt(0.5), 0.005), 0.002)
    assert resolution.sigma_MeV(np.array(0.5)) == pytest.approx(expected, rel=1e-14)
    assert not resolution.perfect
    assert EnergyResolution().perfect


def test_migration_is_the_mean_over_a_true_bin() -> None:
    resolution = EnergyResolution(0.045)
    true_edges = np.array([0.21, 0.22])
    fine = np.linspace(0.21, 0.22, 4001)
    middle = (fine[1:] + fine[:-1]) / 2
    mean = shares_in_bins(EDGES, middle, resolution.sigma_MeV(middle)).mean(axis=1)
    # Midpoint rule with 4000 points: 1e-9.
    assert energy_migration(EDGES, true_edges, resolution)[:, 0] == pytest.approx(mean, abs=1e-8)


def test_migration_without_resolution_sorts_bins() -> None:
    true_edges = np.array([0.1, 0.2, 0.225, 0.25, 0.3])
    migration = energy_migration(EDGES, true_edges, EnergyResolution())
    expected = [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    # The weights of the nodes add up to 1 within rounding.
    np.testing.assert_allclose(migration, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("key", ["stochastic", "constant", "noise_MeV"])
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_a_negative_resolution_is_refused(key: str, value: float) -> None:
    with pytest.raises(InputError, match=key):
        EnergyResolution(**{key: value})


@pytest.mark.slow
def test_jax_gives_the_same_shares_and_a_gradient(jax: Any) -> None:
    xp = jax.numpy
    energies, sigmas = np.linspace(0.1, 0.6, 7), np.full(7, 0.02)
    compiled = jax.jit(shares_in_bins)(xp.asarray(EDGES), xp.asarray(energies), xp.asarray(sigmas))
    assert np.asarray(compiled) == pytest.approx(shares_in_bins(EDGES, energies, sigmas), abs=1e-14)

    def passing(threshold: Any) -> Any:
        edges = xp.stack([threshold, xp.asarray(9.0)])
        return shares_in_bins(edges, xp.asarray([0.2]), xp.asarray([0.02])).sum()

    # The density of a normal distribution at its centre.
    assert jax.grad(passing)(0.2) == pytest.approx(-1 / (0.02 * np.sqrt(2 * np.pi)), rel=1e-12)
