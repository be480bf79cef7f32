"""What holds for every geometry, against a Monte Carlo integral that knows nothing of intervals."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq

from gallus.geometry import Geometry
from gallus.geometry.quadrature import panel_rule

POINTS = 300_000
BINS = 20


def shifted_lattice(dimensions: int) -> NDArray[np.float64]:
    """Uniform points that fill the unit cube evenly, shifted at random; shape (dimensions, n)."""
    root = brentq(lambda x: x ** (dimensions + 1) - x - 1, 1.0, 2.0)
    steps = root ** -np.arange(1.0, dimensions + 1)
    shift = np.random.Generator(np.random.Philox(key=71)).random((dimensions, 1))
    points: NDArray[np.float64] = (shift + np.outer(steps, np.arange(POINTS))) % 1.0
    return points


def monte_carlo(case: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Integral of w in bins of distance, from random distances, directions and starts."""
    u = shifted_lattice(6)
    starts, ends = np.transpose([case.reach_m, case.cosines, case.azimuths])
    distance, cosine, azimuth = starts[:, None] + (ends - starts)[:, None] * u[:3]
    x, y, z = case.start(u[3:])
    across = distance * np.sqrt(1 - cosine**2)
    square = (x + across * np.cos(azimuth)) ** 2 + (y + across * np.sin(azimuth)) ** 2
    hit = case.inside(square, z + distance * cosine)
    edges = np.linspace(starts[0], ends[0], BINS + 1)
    share = np.prod(ends - starts) / (4 * np.pi) / POINTS
    return edges, share * np.histogram(distance, edges, weights=hit.astype(np.float64))[0]


def integrals(geometry: Geometry, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integral of w between given edges."""
    breaks = np.union1d(edges, geometry.breakpoints_m())
    breaks = breaks[(breaks >= edges[0]) & (breaks <= edges[-1])]
    distance, weights = panel_rule(breaks, 8)
    density = geometry.path_length_density(distance.ravel()).reshape(distance.shape)
    parts = (weights * density).sum(axis=1)
    return np.histogram(breaks[:-1], edges, weights=parts)[0]


def test_density_and_mean_path_length_agree_with_monte_carlo(case: Any) -> None:
    edges, expected = monte_carlo(case)
    mean = case.geometry.mean_path_length_m()
    # Evenly filling points err by some 1e-4 of the mean path length, 7e-4 at most in these bins.
    assert expected.sum() == pytest.approx(mean, rel=1e-3)
    assert integrals(case.geometry, edges) == pytest.approx(expected, abs=1e-3 * mean)


def test_all_target_lies_in_the_range(case: Any) -> None:
    low, high = case.geometry.range_m()
    breaks = case.geometry.breakpoints_m()
    assert (breaks[0], breaks[-1]) == (low, high)
    assert np.all(np.diff(breaks) > 0)
    beyond = np.array([high * (1 + 1e-9), high + 1.0, 0.999 * low])
    # From a source in the material the range begins at 0, where w is 1.
    assert np.all(case.geometry.path_length_density(beyond)[: 3 if low > 0 else 2] < 1e-13)


def test_density_is_a_share_of_the_solid_angle(case: Any) -> None:
    low, high = case.geometry.range_m()
    density = case.geometry.path_length_density(np.linspace(low, high, 301))
    # Quadrature off the axis and polynomials near a square root err by 1e-6 at a point.
    assert np.all((density > -1e-6) & (density < 1 + 1e-6))


def test_integrals_of_the_density_are_mean_path_length_and_volume(case: Any) -> None:
    distance, weights = panel_rule(case.geometry.breakpoints_m(), 24)
    density = case.geometry.path_length_density(distance)
    # Different numbers of nodes; off the axis w has logarithmic corners.
    mean = float((weights * density).sum())
    assert mean == pytest.approx(case.geometry.mean_path_length_m(), rel=1e-7)
    volume = float((4 * np.pi * distance**2 * weights * density).sum())
    # The volume comes from horizontal cuts: an independent way.
    assert volume == pytest.approx(case.geometry.volume_m3(), rel=1e-7)


def test_every_implementation_is_a_geometry(case: Any) -> None:
    assert isinstance(case.geometry, Geometry)


def test_any_shape_of_distances_is_kept(case: Any) -> None:
    low, high = case.geometry.range_m()
    distance = np.linspace(low, high, 6).reshape(2, 3)
    flat = case.geometry.path_length_density(distance.ravel())
    assert case.geometry.path_length_density(distance) == pytest.approx(flat.reshape(2, 3))
    assert case.geometry.path_length_density(distance[0, 1]).shape == ()
