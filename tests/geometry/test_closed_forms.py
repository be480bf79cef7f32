"""Closed forms of spheres and cylinders: published values, limits, agreement with the solids."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.geometry import (
    Cylinder,
    PointSource,
    Sphere,
    Target,
    cylinder_density,
    cylinder_mean_path_length,
    sphere_density,
    sphere_mean_path_length,
)
from gallus.geometry.closed_forms import cap_cosine, positive_root

lengths = st.floats(0.01, 100.0)
heights = st.floats(-100.0, 100.0)


def sphere_mean(radius: float, centre: float) -> float:
    return float(sphere_mean_path_length(np.float64(radius), np.float64(centre)))


@pytest.mark.parametrize(
    ("radius", "centre", "expected"),
    [(0.65, 1, 0.1011325), (5, 6, 1.4009647), (17.2, 19, 6.0268038), (17.7, 19, 6.7530121)],
)
def test_mean_path_in_the_spheres_of_the_scattering_talk(
    radius: float, centre: float, expected: float
) -> None:
    assert sphere_mean(radius, centre) == pytest.approx(expected, abs=6e-8)  # as printed


def test_mean_path_in_a_sphere_at_its_limits() -> None:
    assert sphere_mean(2.0, 0.0) == 2.0
    assert sphere_mean(2.0, 2.0) == pytest.approx(1.0)
    assert sphere_mean(2.0, 2e4) == pytest.approx(8 / 3 / 4e8, rel=1e-8)  # next term 1/5 (R/D)^2


@given(radius=lengths)
@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_mean_path_in_a_sphere_is_continuous(radius: float, ratio: float) -> None:
    # Where the series takes over, and at the wall.
    below, above = (sphere_mean(radius, ratio * radius * (1 + s * 1e-12)) for s in (-1, 1))
    assert below == pytest.approx(above, rel=1e-10)


@given(radius=lengths, centre=lengths)
def test_sphere_density_is_that_of_the_solid(radius: float, centre: float) -> None:
    target = Target(Sphere(radius, centre))
    distance = np.linspace(1e-3, 1.0, 50) * (radius + centre)
    closed = sphere_density(distance, radius, centre)
    assert target.path_length_density(distance) == pytest.approx(closed, abs=1e-13)
    assert target.mean_path_length_m() == pytest.approx(sphere_mean(radius, centre), rel=1e-9)


@given(radius=lengths, bottom=heights, height=lengths)
def test_cylinder_density_is_that_of_the_solid(radius: float, bottom: float, height: float) -> None:
    target = Target(Cylinder(radius, bottom, bottom + height))
    distance = np.linspace(1e-3, 1.0, 50) * target.range_m()[1]
    closed = cylinder_density(distance, radius, bottom, bottom + height)
    assert target.path_length_density(distance) == pytest.approx(closed, abs=1e-13)
    mean = cylinder_mean_path_length(radius, bottom, bottom + height)
    # Far from a small cylinder the closed form is a difference of two numbers close to R/2.
    assert target.mean_path_length_m() == pytest.approx(float(mean), rel=1e-9, abs=1e-13 * radius)


def test_mean_path_in_cylinders_of_known_shape() -> None:
    disc = cylinder_mean_path_length(1e6, 0.0, 1.0)
    # Over a wide plate of thickness t: (t/2) (1 + ln(R/t)) for a source at its surface.
    assert float(disc) == pytest.approx(0.5 * (1 + math.log(1e6)), rel=1e-6)
    pipe = cylinder_mean_path_length(1.0, -1e6, 1e6)
    assert float(pipe) == pytest.approx(math.pi / 2, rel=1e-5)  # mean of 1/sin over directions


@given(radius=lengths, centre=st.floats(0.1, 100.0))
def test_mean_path_is_differentiable_in_the_position(radius: float, centre: float) -> None:
    # d g/dD from its own closed form; away from the wall, where it diverges logarithmically.
    if abs(centre / radius - 1) < 0.05:
        return
    step = 1e-5 * centre
    slope = (sphere_mean(radius, centre + step) - sphere_mean(radius, centre - step)) / (2 * step)
    log = math.log((centre + radius) / abs(centre - radius))
    exact = radius / (2 * centre) - (radius**2 + centre**2) / (4 * centre**2) * log
    # Central differences of a function known to 1e-15 with a step of 1e-5; far away the exact
    # expression cancels.
    assert slope == pytest.approx(exact, rel=1e-4, abs=1e-9)


def test_caps_of_a_sphere_around_the_source_are_all_or_nothing() -> None:
    distance = np.array([0.0, 0.5, 1.0, 1.5])
    assert cap_cosine(distance, 1.0, 0.0).tolist() == [-1.0, -1.0, 0.0, 1.0]
    assert positive_root(np.array([-1.0, 0.0, 4.0])).tolist() == [0.0, 0.0, 2.0]


def test_the_far_source_sees_the_area_of_the_cylinder() -> None:
    target = Target(Cylinder(0.1, -0.2, 0.2), PointSource(0.0, 1000.0))
    # V/(4 pi L^2); corrections are of order (0.2/1000)^2.
    expected = target.volume_m3() / (4e6 * math.pi)
    assert target.mean_path_length_m() == pytest.approx(expected, rel=1e-6)
