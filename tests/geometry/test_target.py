"""Solids with holes and sources: symmetries, a second quadrature, and impossible arrangements."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad

from gallus.errors import InputError
from gallus.geometry import (
    Cylinder,
    CylinderSource,
    Difference,
    PathLengthTable,
    PointSource,
    RodSource,
    Solid,
    Sphere,
    SphereSource,
    Target,
    sphere_density,
)
from gallus.geometry.path_length import off_axis_density
from gallus.geometry.source_shapes import Source

fractions = st.floats(0.05, 0.95)
heights = st.floats(-3.0, 3.0)


def cavity_target(hole: float, shift: float, height: float, tube: float) -> Target:
    """Sphere of 1 m, a cavity that fits inside, a tube upwards, source in the cavity."""
    centre = shift * (1 - hole)
    holes = (Sphere(hole, height + centre), Cylinder(tube * hole, height + centre, math.inf))
    return Target(Difference(Sphere(1.0, height), holes), PointSource(height + centre))


# --- a second, independent quadrature: cylinder coordinates --------------------------------------


def integral_over_radius(segments: Any, breaks: list[float], outer: float) -> float:
    """Half the integral over r of arctan(z/r) between the ends of the vertical segments."""

    def integrand(r: float) -> float:
        pieces = segments(r)
        return sum(math.atan2(high, r) - math.atan2(low, r) for low, high in pieces if high > low)

    limits = [0.0, *breaks, outer]
    parts = [quad(integrand, a, b, epsabs=1e-11)[0] for a, b in pairwise(limits)]
    return sum(parts) / 2


def test_inner_zone_agrees_with_an_integral_in_cylinder_coordinates(inner: Target) -> None:
    def segments(r: float) -> list[tuple[float, float]]:
        top = math.sqrt(0.6675**2 - r * r)
        cavity = math.sqrt(max(0.14**2 - r * r, 0.0))
        upper = (cavity, top) if r > 0.073 else (0.0, 0.0)
        return [(-top, -cavity), upper]

    expected = integral_over_radius(segments, [0.073, 0.14], 0.6675)
    assert inner.mean_path_length_m() == pytest.approx(expected, rel=1e-9)


def test_outer_zone_agrees_with_an_integral_in_cylinder_coordinates(outer: Target) -> None:
    def segments(r: float) -> list[tuple[float, float]]:
        ball = math.sqrt(max(0.6725**2 - r * r, 0.0))
        upper = (ball, 0.95) if r > 0.074 else (0.0, 0.0)
        return [(-1.14, -ball), upper]

    expected = integral_over_radius(segments, [0.074, 0.6725], 1.09)
    assert outer.mean_path_length_m() == pytest.approx(expected, rel=1e-9)


def test_source_beside_a_cylinder_agrees_with_an_integral_over_rings() -> None:
    target = Target(Cylinder(0.7, -0.5, 1.0), PointSource(0.2, 1.5))

    def ring(z: float, r: float) -> float:
        """Mean of 1/distance^2 over a ring, in closed form, times r/2."""
        total = r * r + 1.5**2 + (z - 0.2) ** 2
        return r / (2 * math.sqrt(total**2 - (2 * r * 1.5) ** 2))

    expected = dblquad(ring, 0.0, 0.7, -0.5, 1.0, epsabs=1e-11)[0]
    # Off the axis w is a quadrature and has logarithmic corners in L.
    assert target.mean_path_length_m() == pytest.approx(expected, rel=1e-8)


# --- symmetries and limits ------------------------------------------------------------------------


def test_full_sphere_seen_from_its_centre() -> None:
    target = Target(Sphere(2.5))
    assert target.mean_path_length_m() == pytest.approx(2.5, rel=1e-13)
    assert target.path_length_density(np.array([0.0, 1.0, 2.4, 2.6])).tolist() == [1, 1, 1, 0]


def test_concentric_cavity_shortens_the_path_by_its_radius() -> None:
    target = Target(Difference(Sphere(17.2), (Sphere(0.2),)))
    assert target.mean_path_length_m() == pytest.approx(17.0, rel=1e-13)


@given(hole=fractions, shift=st.floats(-0.9, 0.9), height=heights, tube=fractions)
def test_volume_mean_path_and_bounds_of_a_sphere_with_holes(
    hole: float, shift: float, height: float, tube: float
) -> None:
    target = cavity_target(hole, shift, height, tube)
    table = PathLengthTable.from_geometry(target, tolerance=1e-6)
    assert table.volume_m3() == pytest.approx(target.volume_m3(), rel=1e-9)
    density = target.path_length_density(np.linspace(0.0, 2.0, 101))
    assert np.all((density >= 0) & (density <= 1))
    assert (
        target.mean_path_length_m() < Target(Sphere(1.0, shift * (1 - hole))).mean_path_length_m()
    )


@given(hole=fractions, shift=st.floats(-0.9, 0.9), height=heights, tube=fractions)
def test_only_the_distance_between_source_and_solid_matters(
    hole: float, shift: float, height: float, tube: float
) -> None:
    here, there = cavity_target(hole, shift, 0.0, tube), cavity_target(hole, shift, height, tube)
    distance = np.linspace(0.0, 2.0, 37) + 1e-3
    # Shifting heights rounds them by 1e-16; square roots at tangents turn that into 1e-7.
    assert here.path_length_density(distance) == pytest.approx(
        there.path_length_density(distance), abs=1e-7
    )
    assert here.mean_path_length_m() == pytest.approx(there.mean_path_length_m(), rel=1e-9)


@given(cut=fractions, height=heights, radius=st.sampled_from([0.0, 0.3, 2.0]))
def test_parts_of_a_cylinder_add(cut: float, height: float, radius: float) -> None:
    source = PointSource(height, radius)
    parts = (Cylinder(1.0, -1.0, 2 * cut - 1), Cylinder(1.0, 2 * cut - 1, 1.0))
    low, high = (Target(part, source).mean_path_length_m() for part in parts)
    whole = Target(Cylinder(1.0, -1.0, 1.0), source).mean_path_length_m()
    assert low + high == pytest.approx(whole, rel=1e-7)  # quadrature off the axis


@given(hole=fractions, radius=st.floats(0.0, 3.0), height=heights)
def test_body_is_hole_and_rest(hole: float, radius: float, height: float) -> None:
    cavity = Sphere(hole, 0.5 * (1 - hole))
    rest = Difference(Cylinder(1.0, -1.0, 1.0), (cavity,))
    distance = np.linspace(0.05, 5.0, 23)
    whole, filled, left = (
        off_axis_density(solid, distance, height, radius + 0.01, 48)
        for solid in (Cylinder(1.0, -1.0, 1.0), cavity, rest)
    )
    # Where the edges of hole and body nearly meet, 48 nodes reach 1e-6.
    assert filled + left == pytest.approx(whole, abs=2e-6)


@settings(max_examples=8)
@given(scale=st.floats(0.01, 100.0), radius=st.sampled_from([0.0, 0.1]))
def test_density_knows_no_unit_of_length(scale: float, radius: float) -> None:
    def target(unit: float) -> Target:
        holes = (Sphere(0.3 * unit), Cylinder(0.1 * unit, 0.0, math.inf))
        solid = Difference(Cylinder(unit, -unit, 1.2 * unit), holes)
        return Target(solid, PointSource(0.05 * unit, radius * unit))

    distance = np.linspace(0.2, 1.9, 29)
    assert target(scale).path_length_density(scale * distance) == pytest.approx(
        target(1.0).path_length_density(distance), abs=1e-7
    )
    assert target(scale).mean_path_length_m() == pytest.approx(
        scale * target(1.0).mean_path_length_m(), rel=1e-9
    )


@given(height=heights, radius=st.floats(0.01, 3.0))
def test_sphere_looks_the_same_from_everywhere(height: float, radius: float) -> None:
    distance = np.linspace(0.01, 4.0, 31)
    closed = sphere_density(distance, 1.0, math.hypot(height, radius))
    # The quadrature over azimuths against the closed form.
    assert off_axis_density(Sphere(1.0), distance, height, radius, 64) == pytest.approx(
        closed, abs=2e-6
    )
    turned = Target(Sphere(1.0), PointSource(height, radius))
    assert turned.path_length_density(distance) == pytest.approx(closed, abs=1e-13)


@pytest.mark.parametrize("solid", [Sphere(1.0), Cylinder(1.0, -1.0, 1.0)], ids=str)
@pytest.mark.parametrize("wall", [(1.0, 0.0), (0.0, 1.0)], ids=["top", "side"])
def test_mean_path_is_continuous_across_the_wall(solid: Solid, wall: tuple[float, float]) -> None:
    inside, outside = (
        Target(solid, PointSource(wall[0] * f, wall[1] * f)).mean_path_length_m()
        for f in (1 - 1e-9, 1 + 1e-9)
    )
    # The slope diverges like a logarithm: 1e-9 ln 1e9.
    assert inside == pytest.approx(outside, rel=1e-6)


def test_density_off_the_axis_tends_to_that_on_the_axis() -> None:
    holes = (Sphere(0.6725), Cylinder(0.074, 0.0, math.inf))
    solid = Difference(Cylinder(1.09, -1.14, 0.95), holes)
    near, on = (Target(solid, PointSource(0.1, r)).mean_path_length_m() for r in (1e-6, 0.0))
    assert near == pytest.approx(on, rel=1e-9)


def test_small_source_tends_to_a_point(inner: Target) -> None:
    # The mean path length changes with the square of the size.
    small: list[Source] = [
        RodSource(1e-3),
        CylinderSource(1e-3, 1e-3, nodes=2),
        SphereSource(1e-3, nodes=2),
    ]
    for source in small:
        target = Target(inner.solid, source)
        assert target.mean_path_length_m() == pytest.approx(inner.mean_path_length_m(), rel=1e-4)


@pytest.mark.parametrize(
    ("few", "many"),
    [
        (RodSource(0.2, nodes=8), RodSource(0.2, nodes=32)),
        (CylinderSource(0.05, 0.1, nodes=3), CylinderSource(0.05, 0.1, nodes=4)),
        (SphereSource(0.1, nodes=3), SphereSource(0.1, nodes=4)),
    ],
    ids=["rod", "cylinder", "sphere"],
)
def test_few_points_stand_for_a_source(inner: Target, few: Any, many: Any) -> None:
    assert sum(p.share for p in few.points()) == pytest.approx(1.0, rel=1e-13)
    coarse, fine = (Target(inner.solid, source).mean_path_length_m() for source in (few, many))
    # A source whose rays graze the tube has corners in the position; the rest is smooth.
    assert coarse == pytest.approx(fine, rel=1e-3)


def test_shares_of_a_ball_have_its_moments() -> None:
    points = SphereSource(2.0, 1.0, nodes=2).points()
    assert sum(p.share * (p.height_m - 1.0) ** 2 for p in points) == pytest.approx(4 / 5)
    assert sum(p.share * p.radius_m**2 for p in points) == pytest.approx(8 / 5)


# --- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf, "wide", None])
def test_radius_must_be_a_size(value: Any) -> None:
    with pytest.raises(InputError, match="radius_m"):
        Sphere(value)
    with pytest.raises(InputError, match="radius_m"):
        Cylinder(value, 0.0, 1.0)


@pytest.mark.parametrize(("bottom", "top"), [(1.0, 1.0), (1.0, 0.0), (math.nan, 1.0), (0.0, "a")])
def test_cylinder_must_have_a_height(bottom: Any, top: Any) -> None:
    with pytest.raises(InputError, match=r"bottom_m|top_m"):
        Cylinder(1.0, bottom, top)


def test_hole_larger_than_its_sphere_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"radius_m = 1\.5: is a hole .* \(allowed: a radius below"
    ):
        Difference(Sphere(1.0), (Sphere(1.5),))
    with pytest.raises(InputError, match="not smaller"):
        Difference(Cylinder(1.0, 0.0, 1.0), (Cylinder(1.0, -math.inf, math.inf),))


@pytest.mark.parametrize("body", [Sphere(1.0), Cylinder(1.0, -1.0, 1.0)], ids=str)
def test_cavity_that_sticks_out_is_refused(body: Solid) -> None:
    with pytest.raises(InputError, match=r"sticks out of its body by 0\.1 m"):
        Difference(body, (Sphere(0.5, 0.6),))


def test_source_in_the_material_of_a_target_with_holes_is_refused() -> None:
    solid = Difference(Sphere(1.0), (Sphere(0.2),))
    with pytest.raises(InputError, match=r"reaches into the target at height 0\.3 m"):
        Target(solid, PointSource(0.3))
    with pytest.raises(InputError, match="reaches into the target"):
        Target(solid, CylinderSource(0.15, 0.3))
    with pytest.raises(InputError, match="reaches into the target"):
        Target(solid, RodSource(0.5))
    with pytest.raises(InputError, match="reaches into the target"):
        Target(solid, SphereSource(0.25))


def test_source_in_the_wall_is_refused() -> None:
    wall = Difference(Sphere(17.82), (Sphere(17.7),))
    with pytest.raises(InputError, match="reaches into the wall"):
        Target(Sphere(17.7), PointSource(17.75), wall)
    assert Target(Sphere(17.7), PointSource(17.9), wall).range_m()[0] == pytest.approx(0.2)


def test_target_must_be_finite_and_more_than_nothing() -> None:
    with pytest.raises(InputError, match="has no end"):
        Target(Cylinder(1.0, 0.0, math.inf))
    swallowed = Difference(
        Sphere(1.0), (Cylinder(0.9, -2.0, 0.5), Sphere(0.9), Cylinder(0.9, 0, 2))
    )
    assert Target(swallowed).volume_m3() > 0
    both = Difference(Cylinder(0.5, -0.5, 0.5), (Cylinder(0.4, -1.0, 1.0), Sphere(0.45)))
    assert Target(both).volume_m3() > 0


@pytest.mark.parametrize("source", [PointSource, RodSource, CylinderSource, SphereSource])
def test_sources_need_finite_positions(source: Any) -> None:
    sizes = {PointSource: (), RodSource: (0.1,), CylinderSource: (0.1, 0.1), SphereSource: (0.1,)}
    with pytest.raises(InputError, match="height_m"):
        source(*sizes[source], height_m=math.nan)
    with pytest.raises(InputError, match=r"radius_m|length_m"):
        source(*[-1.0 for _ in sizes[source]] or [0.0, -1.0])


def test_sources_need_points() -> None:
    with pytest.raises(InputError, match="nodes"):
        RodSource(0.1, nodes=0)


@pytest.mark.parametrize("value", [-0.1, math.nan])
def test_distances_are_not_negative(inner: Target, value: float) -> None:
    with pytest.raises(InputError, match="distance_m"):
        inner.path_length_density(np.array([0.3, value]))
