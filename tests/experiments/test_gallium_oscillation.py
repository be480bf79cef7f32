"""The gallium likelihood: points that share their averages give what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallus.experiments import source_measurements
from gallus.experiments.gallium_oscillation import (
    gallium_likelihood,
    names_of_mixing,
    places_in_groups,
)
from gallus.interactions.gallium_capture import cross_section
from gallus.oscillation import MODELS, DampedCosineModel, Sterile, WavePacket, model

ENERGY_MEV = np.array([0.43, 0.75])


@pytest.mark.parametrize("name", ["sterile", "wave-packet", "decay", "broad"])
def test_averages_do_not_depend_on_the_mixing(name: str) -> None:
    found = model(name)
    assert isinstance(found, DampedCosineModel)
    names = names_of_mixing(found, ENERGY_MEV)
    assert "sin2_2theta_ee" in names
    free = [each.name for each in found.parameters if each.name not in found.fixed]
    assert set(free) & set(names) == {"sin2_2theta_ee"}


@pytest.mark.parametrize("each", MODELS, ids=lambda each: each.name)
def test_splittings_lengths_and_powers_are_never_taken_for_mixing(each: DampedCosineModel) -> None:
    names = names_of_mixing(each, ENERGY_MEV)
    assert not [name for name in names if name.startswith(("delta_m2", "lambda", "power", "sigma"))]


@given(groups=st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_places_and_members_are_inverse(groups: list[int]) -> None:
    _, group = np.unique(groups, return_inverse=True)
    place, members = places_in_groups(group, group.max() + 1)
    np.testing.assert_array_equal(members[group, place], np.arange(len(group)))
    assert members.shape == (group.max() + 1, np.bincount(group).max())
    # What fills a short row belongs to its group.
    for row, numbers in enumerate(members):
        assert set(group[numbers]) == {row}


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_points_together_are_points_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    best, sigma = source_measurements("best"), cross_section("bahcall-1997")
    for each, more in ((Sterile(), {}), (WavePacket(), {"sigma_x_nm": rng.choice([1e-4, 1], 40)})):
        likelihood = gallium_likelihood(each, sigma, best)
        points = {
            "sin2_2theta_ee": rng.uniform(0, 1, 40),
            "delta_m2_41_eV2": rng.choice(np.geomspace(0.1, 10, 6), 40),
            **more,
        }
        alone = [
            float(likelihood.chi2({name: float(value[k]) for name, value in points.items()}))
            for k in range(40)
        ]
        np.testing.assert_allclose(likelihood.chi2(points), alone, rtol=1e-10, atol=1e-11)
