"""Vertex resolution: the noncentral chi distribution, its limits, and a simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chndtr

from gallus.errors import InputError
from gallus.response.vertex import VertexResolution, share_within


@given(cut=st.floats(0.0, 30.0), distance=st.floats(0.01, 20.0), sigma=st.floats(0.05, 3.0))
def test_the_share_is_the_noncentral_chi_distribution(
    cut: float, distance: float, sigma: float
) -> None:
    expected = chndtr((cut / sigma) ** 2, 3, (distance / sigma) ** 2)
    share = share_within(np.array(cut), np.array(distance), np.array(sigma))
    # scipy sums a series that it breaks off at 1e-8 or so.
    assert float(share) == pytest.approx(float(expected), abs=1e-7)


def test_the_share_is_that_of_a_simulation() -> None:
    generator = np.random.default_rng(3)
    seen = generator.normal(0.0, 0.2, (200_000, 3)) + np.array([0.3, 0.0, 0.0])
    counted = np.mean(np.hypot(np.hypot(seen[:, 0], seen[:, 1]), seen[:, 2]) < 0.4)
    share = share_within(np.array(0.4), np.array(0.3), np.array(0.2))
    assert float(share) == pytest.approx(counted, abs=4e-3)  # 4 binomial errors of 0.001


def test_without_resolution_the_cut_is_sharp() -> None:
    distance = np.array([0.5, 1.0, 1.5])
    assert share_within(np.array(1.0), distance, np.zeros(3)).tolist() == [1, 1, 0]


def test_everything_is_seen_somewhere_and_nothing_at_no_distance() -> None:
    distance, sigma = np.array([0.0, 1e-6, 0.1, 5.0, 900.0]), np.full(5, 0.1)
    assert share_within(np.array(np.inf), distance, sigma) == pytest.approx(np.ones(5), abs=1e-15)
    assert share_within(np.array(0.0), distance, sigma) == pytest.approx(np.zeros(5), abs=1e-15)


def test_the_limit_of_a_point_at_the_source_joins_smoothly() -> None:
    distance = np.array([0.0, 0.99e-4, 1.01e-4, 1e-3])
    share = share_within(np.array(1.5), distance, np.ones(4))
    assert share == pytest.approx(np.full(4, share[0]), abs=2e-7)


def test_the_resolution_improves_with_the_root_of_the_energy() -> None:
    sigma = VertexResolution(0.12).sigma_m(np.array([0.25, 1.0]))
    assert sigma.tolist() == [0.24, 0.12]
    assert VertexResolution(0.12, power=0.0).sigma_m(np.array(0.25)) == 0.12


@pytest.mark.parametrize("values", [{"at_1_MeV_m": -0.1}, {"power": np.nan}])
def test_a_negative_resolution_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(values))):
        VertexResolution(**values)


def test_jax_gives_the_same_shares(jax: Any) -> None:
    cut, distance = np.linspace(0.1, 3.0, 5)[:, None], np.linspace(0.0, 2.0, 4)
    sigma = np.array([0.0, 0.1, 0.2, 0.3])
    compiled = jax.jit(share_within)(*(jax.numpy.asarray(a) for a in (cut, distance, sigma)))
    assert np.asarray(compiled) == pytest.approx(share_within(cut, distance, sigma), abs=1e-13)
