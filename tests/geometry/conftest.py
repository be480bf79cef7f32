"""Every implementation of a geometry, each with an independent description of the same."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from gallus.geometry import (
    Cylinder,
    CylinderSource,
    Difference,
    Geometry,
    PathLengthTable,
    PointSource,
    RodSource,
    Sphere,
    SphereSource,
    Target,
)

Values = NDArray[np.float64]
Inside = Callable[[Values, Values], NDArray[np.bool_]]
Start = Callable[[Values], tuple[Values, Values, Values]]


@dataclass(frozen=True)
class Case:
    """A geometry, which points (r^2, z) are target, where neutrinos start and where they go."""

    geometry: Geometry
    inside: Inside
    start: Start
    reach_m: tuple[float, float]
    azimuths: tuple[float, float] = (0.0, 2 * math.pi)
    cosines: tuple[float, float] = (-1.0, 1.0)


def point(height: float, radius: float = 0.0) -> Start:
    def start(u: Values) -> tuple[Values, Values, Values]:
        one = np.ones_like(u[0])
        return radius * one, 0.0 * one, height * one

    return start


def rod(length: float, height: float = 0.0) -> Start:
    def start(u: Values) -> tuple[Values, Values, Values]:
        return 0.0 * u[0], 0.0 * u[0], height + length * (u[0] - 0.5)

    return start


def cylinder(radius: float, length: float) -> Start:
    def start(u: Values) -> tuple[Values, Values, Values]:
        r = radius * np.sqrt(u[1])
        phi = 2 * np.pi * u[2]
        return r * np.cos(phi), r * np.sin(phi), length * (u[0] - 0.5)

    return start


def ball(radius: float) -> Start:
    def start(u: Values) -> tuple[Values, Values, Values]:
        r, c, phi = radius * np.cbrt(u[0]), 2 * u[1] - 1, 2 * np.pi * u[2]
        s = r * np.sqrt(1 - c * c)
        return s * np.cos(phi), s * np.sin(phi), r * c

    return start


def in_inner(q: Values, z: Values) -> NDArray[np.bool_]:
    """Sphere of 0.6675 m with a cavity of 0.14 m and a tube of 0.073 m upwards."""
    r2 = q + z * z
    return (r2 < 0.6675**2) & (r2 > 0.14**2) & ~((q < 0.073**2) & (z > 0))


def in_outer(q: Values, z: Values) -> NDArray[np.bool_]:
    """Cylinder with the sphere of 0.6725 m cut out, and a tube of 0.074 m upwards."""
    tank = (q < 1.09**2) & (z > -1.14) & (z < 0.95)
    return tank & (q + z * z > 0.6725**2) & ~((q < 0.074**2) & (z > 0))


def in_tank(q: Values, z: Values) -> NDArray[np.bool_]:
    return (q < 1.9**2) & (z > 0) & (z < 5.0)


def in_tube_tank(q: Values, z: Values) -> NDArray[np.bool_]:
    return in_tank(q, z) & (q > 0.275**2)


def in_ball(radius: float, height: float = 0.0, hole: float = 0.0) -> Inside:
    def inside(q: Values, z: Values) -> NDArray[np.bool_]:
        return (q + (z - height) ** 2 < radius**2) & (q + z * z > hole**2)

    return inside


TUBE = Cylinder(0.073, 0.0, math.inf)
INNER = Difference(Sphere(0.6675), (Sphere(0.14), TUBE))
OUTER = Difference(Cylinder(1.09, -1.14, 0.95), (Sphere(0.6725), Cylinder(0.074, 0.0, math.inf)))
TANK = Cylinder(1.9, 0.0, 5.0)
TUBE_TANK = Difference(TANK, (Cylinder(0.275, -math.inf, math.inf),))

GEOMETRIES: dict[str, Case] = {
    "sphere, source at the centre": Case(Target(Sphere(1.0)), in_ball(1.0), point(0.0), (0, 1.1)),
    "sphere, source inside": Case(
        Target(Sphere(1.0), PointSource(-0.4, 0.3)), in_ball(1.0), point(-0.4, 0.3), (0, 1.6)
    ),
    "sphere, source outside": Case(
        Target(Sphere(17.2, 19.0)), in_ball(17.2, 19.0), point(0.0), (1.7, 36.3)
    ),
    "sphere, source in an eccentric hole": Case(
        Target(Difference(Sphere(5.0, 3.0), (Sphere(0.8),)), PointSource(0.3)),
        in_ball(5.0, 3.0, 0.8),
        point(0.3),
        (0.4, 7.8),
    ),
    "cylinder, source on the axis": Case(
        Target(TANK, PointSource(2.7)), in_tank, point(2.7), (0, 3.4)
    ),
    "cylinder, source off the axis": Case(
        Target(TANK, PointSource(2.7, 1.0)), in_tank, point(2.7, 1.0), (0, 4.1)
    ),
    "cylinder, source below": Case(
        Target(TANK, PointSource(-1.0)), in_tank, point(-1.0), (0.9, 6.4), cosines=(0.46, 1.0)
    ),
    "cylinder, source beside": Case(
        Target(TANK, PointSource(1.0, 3.0)),
        in_tank,
        point(1.0, 3.0),
        (1.0, 6.4),
        azimuths=(math.pi - 0.7, math.pi + 0.7),
    ),
    "cylinder with a tube": Case(
        Target(TUBE_TANK, PointSource(2.7)), in_tube_tank, point(2.7), (0.2, 3.4)
    ),
    "sphere with cavity and tube": Case(Target(INNER), in_inner, point(0.0), (0.1, 0.7)),
    "shell in a cylinder with a tube": Case(Target(OUTER), in_outer, point(0.0), (0.6, 1.7)),
    "shell in a cylinder, source aside": Case(
        Target(OUTER, PointSource(0.2, 0.1)), in_outer, point(0.2, 0.1), (0.4, 1.9)
    ),
    "rod in a tube": Case(
        Target(TUBE_TANK, RodSource(0.6, 2.7)), in_tube_tank, rod(0.6, 2.7), (0.2, 3.7)
    ),
    "cylinder in a cavity": Case(
        Target(INNER, CylinderSource(0.06, 0.12, nodes=2)),
        in_inner,
        cylinder(0.06, 0.12),
        (0.05, 0.8),
    ),
    "ball in a cavity": Case(
        Target(INNER, SphereSource(0.06, nodes=2)), in_inner, ball(0.06), (0.05, 0.8)
    ),
    "table": Case(PathLengthTable.from_geometry(Target(OUTER)), in_outer, point(0.0), (0.6, 1.7)),
}


@pytest.fixture(params=GEOMETRIES.values(), ids=list(GEOMETRIES))
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def inner() -> Target:
    """Like the inner zone of BEST."""
    return Target(INNER)


@pytest.fixture
def outer() -> Target:
    """Like the outer zone of BEST."""
    return Target(OUTER)
