"""Tables of path lengths: the promised error, exact moments, and averages of fast oscillations."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.special import spherical_jn

from gallus.errors import InputError
from gallus.geometry import Cylinder, PathLengthTable, PointSource, Sphere, Target
from gallus.geometry.quadrature import panel_rule


def cosine_average(table: PathLengthTable, wave_number: float) -> float:
    """Integral of w cos(q L) cell by cell: Legendre polynomials turn into Bessel functions."""
    half = np.diff(table.edges_m) / 2
    middle = table.edges_m[:-1] + half
    k = np.arange(table.degree + 1)
    bessel = spherical_jn(k, wave_number * half[:, None])
    series = (table.coefficients * 1j**k * bessel).sum(axis=1)
    return float((2 * half * np.exp(1j * wave_number * middle) * series).real.sum())


def dense_average(target: Target, wave_number: float) -> float:
    """The same with so many panels that no phase exceeds a radian."""
    breaks = target.breakpoints_m()
    panels = 8 + int(wave_number * np.ptp(breaks))
    # Panels shrink towards the breakpoints, where w ends like a square root.
    steps = (1 - np.cos(np.linspace(0, np.pi, panels + 1))) / 2
    edges = np.unique(np.concatenate([a + (b - a) * steps for a, b in pairwise(breaks)]))
    distance, weights = panel_rule(edges, 12)
    density = target.path_length_density(distance)
    return float((weights * density * np.cos(wave_number * distance)).sum())


@pytest.mark.parametrize(
    ("tolerance", "wave_number"),
    [(1e-5, 0.3), (1e-5, 300.0), (1e-9, 0.0), (1e-9, 3.0), (1e-9, 300.0), (1e-9, 1e4)],
)
def test_error_does_not_depend_on_the_oscillation(
    outer: Target, wave_number: float, tolerance: float
) -> None:
    table = PathLengthTable.from_geometry(outer, tolerance=tolerance)
    expected = dense_average(outer, wave_number)
    # 1e4 rad/m is Delta m2 = 3e3 eV2 at 0.75 MeV. The bound is rigorous; 1e-13 is rounding.
    assert cosine_average(table, wave_number) == pytest.approx(expected, abs=table.error_m + 1e-13)
    assert table.error_m <= tolerance * outer.mean_path_length_m()


@pytest.mark.parametrize("degree", [1, 3, 5, 8])
def test_moments_up_to_the_degree_are_exact(outer: Target, degree: int) -> None:
    table = PathLengthTable.from_geometry(outer, tolerance=1e-3, degree=degree)
    distance, weights = panel_rule(outer.breakpoints_m(), 64)
    density = outer.path_length_density(distance)
    for power in range(degree + 1):
        exact = float((weights * density * distance**power).sum())
        assert table.moment(power) == pytest.approx(exact, rel=1e-12)


def test_higher_degrees_need_fewer_cells(outer: Target) -> None:
    cells = [
        len(PathLengthTable.from_geometry(outer, tolerance=1e-9, degree=d).coefficients)
        for d in (3, 5, 7)
    ]
    assert cells == sorted(cells, reverse=True)
    assert cells[1] < 60  # what a kernel pays for; 42 when this was written


def test_table_follows_the_density(outer: Target) -> None:
    table = PathLengthTable.from_geometry(outer)
    low, high = outer.range_m()
    distance = np.linspace(low - 0.1, high + 0.1, 500)
    # Pointwise the error is larger than in the integral, next to square roots.
    assert table.path_length_density(distance) == pytest.approx(
        outer.path_length_density(distance), abs=1e-4
    )


def test_nodes_integrate_smooth_functions(outer: Target) -> None:
    table = PathLengthTable.from_geometry(outer)
    distance, weights = table.nodes(6)
    exact = panel_rule(outer.breakpoints_m(), 64)
    expected = (exact[1] * outer.path_length_density(exact[0]) * np.exp(-exact[0])).sum()
    assert (weights * np.exp(-distance)).sum() == pytest.approx(expected, rel=1e-9)


def test_table_from_values_is_linear_between_them() -> None:
    table = PathLengthTable.from_values([1.0, 2.0, 4.0], [0.0, 1.0, 0.5])
    assert table.path_length_density(np.array([0.9, 1.5, 2.0, 3.0, 4.1])).tolist() == [
        0.0,
        0.5,
        1.0,
        0.75,
        0.0,
    ]
    assert table.mean_path_length_m() == pytest.approx(0.5 + 1.5)
    assert table.range_m() == (1.0, 4.0)


def test_full_sphere_is_one_cell() -> None:
    table = PathLengthTable.from_geometry(Target(Sphere(2.0)))
    assert table.edges_m.tolist() == [0.0, 2.0]
    assert table.volume_m3() == pytest.approx(4 / 3 * math.pi * 8, rel=1e-13)


@pytest.mark.parametrize(
    "arguments",
    [
        {"tolerance": 0.0},
        {"tolerance": math.nan},
        {"tolerance": 1e-16},
        {"degree": -1},
        {"degree": 20},
    ],
    ids=str,
)
def test_impossible_tables_are_refused(arguments: dict[str, Any]) -> None:
    target = Target(Cylinder(1.0, 0.0, 1.0), PointSource(0.4))
    with pytest.raises(InputError, match=r"tolerance|degree"):
        PathLengthTable.from_geometry(target, **arguments)


@pytest.mark.parametrize(
    ("distance", "density"),
    [
        ([1.0, 2.0], [0.5]),
        ([1.0, 2.0], [0.5, 1.5]),
        ([1.0, 2.0], [0.5, math.nan]),
        ([2.0, 1.0], [0.5, 0.5]),
        ([-1.0, 1.0], [0.5, 0.5]),
        ([1.0, math.nan], [0.5, 0.5]),
        ([1.0], [0.5]),
    ],
)
def test_wrong_values_are_refused(distance: list[float], density: list[float]) -> None:
    with pytest.raises(InputError, match=r"density|edges_m"):
        PathLengthTable.from_values(distance, density)


def test_coefficients_must_fit_the_cells() -> None:
    with pytest.raises(InputError, match="coefficients"):
        PathLengthTable(np.array([0.0, 1.0]), np.ones((2, 3)))
