"""Where the best volume of a counting experiment lies: closed forms against sums and the talk."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.experiments.setup import Setup, setup, with_values
from gallus.forecast.counting import events_to_exclude
from gallus.forecast.counting_design import CountingDesign, counting_sigma
from gallus.geometry.closed_forms import (
    near_sphere_mean_path_length,
    near_sphere_volume,
    sphere_density,
    sphere_mean_path_length,
)

TALK_PER_DAY = 47_000.0
"""11C and 7Be in JUNO as the talk quotes them."""


def juno(**values: float) -> Setup:
    return with_values(setup("juno"), values)


@pytest.mark.parametrize(
    ("hole_m", "days", "radius_m"), [(0.0, None, 9.06), (0.2, None, 9.26), (0.2, 30.0, 7.80)]
)
def test_best_radius_of_a_central_source_in_juno(
    hole_m: float, days: float | None, radius_m: float
) -> None:
    design = CountingDesign(juno(distance_m=0.0, hole_radius_m=hole_m), TALK_PER_DAY, days=days)
    assert design.best_radius_m() == pytest.approx(radius_m, abs=0.005)


@given(st.floats(1e3, 1e6), st.floats(1.0, 100.0))
def test_without_a_hole_signal_equals_background_where_it_is_best(
    per_day: float, days: float
) -> None:
    design = CountingDesign(juno(distance_m=0.0, hole_radius_m=0.0), per_day, days=days)
    best = design.best_radius_m()
    if best < design.detector_radius_m:
        assert design.signal(best) == pytest.approx(design.background(best), rel=1e-4)
    else:
        assert design.signal(best) >= design.background(best)


def test_signal_grows_like_the_radius_and_background_like_its_cube() -> None:
    design = CountingDesign(juno(distance_m=0.0, hole_radius_m=0.0), TALK_PER_DAY)
    small, large = np.array(2.0), np.array(16.0)
    assert math.log(design.signal(large) / design.signal(small), 8) == pytest.approx(1.0)
    assert math.log(design.background(large) / design.background(small), 8) == pytest.approx(3.0)


@given(st.floats(0.0, 40.0), st.floats(0.01, 1.0))
def test_what_is_near_the_source_is_the_sum_over_distances(distance: float, share: float) -> None:
    radius = 17.2
    cut = share * (radius + distance)
    x, w = np.polynomial.legendre.leggauss(40)
    breaks = np.sort(np.clip([0.0, abs(radius - distance), cut], 0.0, cut))
    low, high = breaks[:-1, None], breaks[1:, None]
    r = (high + low) / 2 + (high - low) / 2 * x
    density = sphere_density(r, radius, distance) * w * (high - low) / 2
    found = near_sphere_mean_path_length(radius, distance, cut)
    assert found == pytest.approx(density.sum(), rel=1e-7, abs=1e-9)
    volume = (4 * math.pi * r**2 * density).sum()
    assert near_sphere_volume(radius, distance, cut) == pytest.approx(volume, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("distance", [0.0, 3.0, 17.2, 19.0, 60.0])
def test_all_that_is_near_is_the_whole_sphere(distance: float) -> None:
    cut = 17.2 + distance
    whole = sphere_mean_path_length(17.2, distance)
    assert near_sphere_mean_path_length(17.2, distance, cut) == pytest.approx(whole, rel=1e-6)
    assert near_sphere_volume(17.2, distance, cut) == pytest.approx(4 / 3 * math.pi * 17.2**3)


def test_for_a_source_outside_the_near_part_is_better_than_any_concentric_one() -> None:
    concentric = CountingDesign(juno(), TALK_PER_DAY, days=30.0)
    near = replace(concentric, region="near-source")
    assert concentric.best_radius_m() == pytest.approx(17.2)
    best = near.best_radius_m()
    assert 2.0 < best < 18.0
    assert near.sigma(best, 0.2) > 1.2 * concentric.sigma(17.2, 0.2)


def test_the_whole_sphere_is_the_same_in_both_regions() -> None:
    concentric = CountingDesign(juno(), TALK_PER_DAY, days=30.0)
    near = replace(concentric, region="near-source")
    assert near.signal(36.2) == pytest.approx(concentric.signal(17.2))
    assert near.background(36.2) == pytest.approx(concentric.background(17.2))


def test_without_background_625_events_are_five_sigma() -> None:
    assert counting_sigma(events_to_exclude(0.2, 5.0), 0.0, 0.2) == pytest.approx(5.0)


@given(st.floats(1.0, 1e7), st.floats(0.0, 1e7), st.floats(1e-4, 0.1))
def test_errors_of_what_is_expected_only_take_away(
    signal: float, background: float, error: float
) -> None:
    free = counting_sigma(signal, background, 0.2)
    assert counting_sigma(signal, background, 0.2, error) <= free
    assert counting_sigma(signal, background, 0.2, 0.0, error) <= free
    assert counting_sigma(signal, background, 0.2, error) < 0.2 / error


def test_what_has_no_closed_form() -> None:
    with pytest.raises(InputError, match="cuts through the hole"):
        CountingDesign(juno(distance_m=5.0), 1.0)
    with pytest.raises(InputError, match="has no closed form"):
        CountingDesign(setup("xenon"), 1.0)
    with pytest.raises(InputError, match="background_per_day = nan: is no rate"):
        CountingDesign(setup("juno"), math.nan)
    with pytest.raises(InputError, match="deficit"):
        counting_sigma(1.0, 1.0, 2.0)
