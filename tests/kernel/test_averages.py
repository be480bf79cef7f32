"""Averages over distance: closed form against quadrature that resolves every oscillation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from scipy.integrate import quad

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.geometry.solids import Cylinder, Difference, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import AverageTable, DistanceWeight, mean_cosine_sine, mean_exponential
from gallus.oscillation.base import vacuum_phase_per_m

INNER = PathLengthTable.from_geometry(
    Target(Difference(Sphere(0.6675), (Sphere(0.14), Cylinder(0.073, 0.0, np.inf))))
)
WEIGHT = DistanceWeight.from_table(INNER)


def brute_force(table: PathLengthTable, phase: float, damping: float = 0.0) -> complex:
    """Gauss panels of at most 10 rad each, 40 nodes a panel."""
    x, w = leggauss(40)
    total = 0j
    for left, right in zip(table.edges_m[:-1], table.edges_m[1:], strict=True):
        panels = int((right - left) * max(phase, damping) / 10) + 1
        edges = np.linspace(left, right, panels + 1)
        half = np.diff(edges)[:, None] / 2
        distance = (edges[1:] + edges[:-1])[:, None] / 2 + half * x
        density = table.path_length_density(distance)
        total += complex((w * half * density * np.exp((1j * phase - damping) * distance)).sum())
    return total / table.mean_path_length_m()


def test_cell_averages_at_100_random_points() -> None:
    """Delta m2 from 1e-2 to 1e4 eV2 at 51Cr energies, and at 1e3 and 1e4 eV2 exactly."""
    rng = np.random.default_rng(51)
    delta_m2 = np.concatenate([10 ** rng.uniform(-2, 4, 96), [1e3, 1e3, 1e4, 1e4]])
    phase = vacuum_phase_per_m(delta_m2, rng.uniform(0.42, 0.82, 100))
    cosine, sine = mean_cosine_sine(WEIGHT, phase)
    exact = np.array([brute_force(INNER, p) for p in phase])
    assert np.abs(cosine + 1j * sine - exact).max() < 1e-12


def test_damped_averages_at_100_random_points() -> None:
    rng = np.random.default_rng(37)
    phase, damping = 10 ** rng.uniform(-2, 4, 100), 10 ** rng.uniform(-3, 3, 100)
    exact = np.array([brute_force(INNER, p, g) for p, g in zip(phase, damping, strict=True)])
    assert np.abs(mean_exponential(WEIGHT, phase, damping) - exact).max() < 1e-12


def test_the_table_of_the_geometry_is_that_of_the_exact_geometry() -> None:
    """Adaptive quadrature of the exact density, not of the table, at a moderate phase."""
    target = Target(Difference(Sphere(0.6675), (Sphere(0.14), Cylinder(0.073, 0.0, np.inf))))
    low, high = target.range_m()

    def integrand(distance: float) -> float:
        return float(target.path_length_density(np.array(distance)) * np.cos(7.0 * distance))

    points = list(target.breakpoints_m()[1:-1])
    integral, _ = quad(integrand, low, high, points=points, epsabs=1e-11, limit=200)
    cosine, _ = mean_cosine_sine(WEIGHT, np.array([7.0]))
    assert cosine[0] == pytest.approx(integral / target.mean_path_length_m(), abs=1e-8)


@given(st.floats(0, 1e5))
def test_averages_are_those_of_a_distribution(phase: float) -> None:
    cosine, sine = mean_cosine_sine(WEIGHT, np.array([phase, -phase, 0.0]))
    assert cosine[2] == pytest.approx(1.0, abs=1e-14)
    assert sine[2] == pytest.approx(0.0, abs=1e-14)
    assert abs(complex(cosine[0], sine[0])) <= 1 + 1e-12
    assert cosine[1] == pytest.approx(cosine[0], abs=1e-13)
    assert sine[1] == pytest.approx(-sine[0], abs=1e-13)


def test_fast_oscillations_average_out() -> None:
    """w(L) starts and ends with jumps, so the mean falls like 1/phi."""
    phase = np.geomspace(1e3, 1e6, 50)
    cosine, _ = mean_cosine_sine(WEIGHT, phase)
    assert np.all(np.abs(cosine) < 10 / phase)


def test_single_distances() -> None:
    weight = DistanceWeight.from_distances(np.array([1.0, 3.0]), np.array([1.0, 3.0]))
    phase = np.array([0.0, 0.7, 100.0])
    cosine, sine = mean_cosine_sine(weight, phase)
    assert cosine == pytest.approx(0.25 * np.cos(phase) + 0.75 * np.cos(3 * phase), abs=1e-14)
    assert sine == pytest.approx(0.25 * np.sin(phase) + 0.75 * np.sin(3 * phase), abs=1e-14)
    damped = mean_exponential(weight, phase, np.array(0.5))
    expected = 0.25 * np.exp(1j * phase - 0.5) + 0.75 * np.exp(3j * phase - 1.5)
    assert np.abs(damped - expected).max() < 1e-14


def test_impossible_damping_is_zero() -> None:
    assert mean_exponential(WEIGHT, np.array(1.0), np.array(1e12)) == 0


def test_leading_axes_are_kept() -> None:
    assert mean_cosine_sine(WEIGHT, np.zeros((2, 3, 4)))[0].shape == (2, 3, 4)
    assert mean_exponential(WEIGHT, np.zeros((2, 1, 4)), np.zeros((3, 1))).shape == (2, 3, 4)


def test_multiplied_with_distance_it_gives_the_derivative() -> None:
    phase, step = np.linspace(0.1, 50, 40), 1e-4
    above, below = (mean_cosine_sine(WEIGHT, phase + s * step)[0] for s in (1, -1))
    derivative = -mean_cosine_sine(WEIGHT.times_distance(), phase)[1]
    # Central differences: step^2/6 times the third derivative, and rounding 1e-16/step.
    assert derivative == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_tabulated_averages_keep_their_promise() -> None:
    table = AverageTable.build(WEIGHT, 300.0, error=1e-8)
    phase = np.random.default_rng(1).uniform(-300, 300, 20000)
    cosine, sine = mean_cosine_sine(WEIGHT, phase)
    assert np.abs(table.cosine(phase) - cosine).max() < 1e-8
    assert np.abs(table.sine(phase) - sine).max() < 1e-8
    assert table.covers(phase)
    assert not table.covers(np.array([1e4]))


@pytest.mark.parametrize(
    ("distance", "share"),
    [([-1.0], [1.0]), ([1.0], [-1.0]), ([1.0], [0.0]), ([np.nan], [1.0])],
)
def test_impossible_distributions(distance: Array, share: Array) -> None:
    with pytest.raises(InputError, match=r"negative or not finite|are all zero"):
        DistanceWeight.from_distances(np.array(distance), np.array(share))
