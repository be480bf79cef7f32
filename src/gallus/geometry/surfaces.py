"""Planes, cylinder sides and balls about one vertical axis, and where they meet.

The bricks of :mod:`gallus.geometry.solids`: each says where a sphere around a source crosses it.
The source stands at `height_m` and at the distance `radius_m` from the axis; a direction from it
has a polar angle to the vertical, with its cosine, and an azimuth. Pure functions of arrays; edges
that do not exist are returned clipped, where they do no harm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from gallus.arrays import Array, array_namespace
from gallus.geometry.closed_forms import TINY, cap_cosine, clipped_ratio, positive_root


@dataclass(frozen=True)
class Plane:
    """A horizontal plane."""

    height_m: float

    def axis_cosines(self, distance_m: Array, height_m: float) -> tuple[Array, ...]:
        """Cosines at which points at a distance from a source on the axis cross the plane."""
        xp = array_namespace(distance_m, height_m, self.height_m)
        return (clipped_ratio(xp.asarray(self.height_m - height_m), distance_m),)

    def cosines(self, distance_m: Array, height_m: float, radius_m: float) -> tuple[Array, ...]:
        """Cosines between which the azimuths at which points are inside change smoothly."""
        return self.axis_cosines(distance_m, height_m)

    def square_radii(self, height_m: Array | float) -> tuple[Array | float, ...]:
        """Squared distances from the axis at which a height crosses the surface: none."""
        return ()

    def tangents_m(self, height_m: float, radius_m: float) -> tuple[float, ...]:
        """Distances from the source at which a growing sphere touches the surface."""
        return (abs(self.height_m - height_m),)

    def extremes_m(self) -> tuple[float, ...]:
        """Heights at which the surface begins or ends."""
        return (self.height_m,)


@dataclass(frozen=True)
class Side:
    """The side of an upright cylinder, without end."""

    radius_m: float

    def axis_cosines(self, distance_m: Array, height_m: float) -> tuple[Array, ...]:
        """Cosines at which points at a distance from a source on the axis cross the side."""
        return self._steepness(distance_m, self.radius_m)

    def cosines(self, distance_m: Array, height_m: float, radius_m: float) -> tuple[Array, ...]:
        """Cosines between which the azimuths at which points are inside change smoothly."""
        near, far = self.tangents_m(height_m, radius_m)
        return *self._steepness(distance_m, near), *self._steepness(distance_m, far)

    @staticmethod
    def _steepness(distance_m: Array, reach_m: float) -> tuple[Array, Array]:
        xp = array_namespace(distance_m, reach_m)
        square = (distance_m - reach_m) * (distance_m + reach_m)
        cosine = positive_root(square) / xp.maximum(distance_m, TINY)
        return -cosine, cosine

    def square_radii(self, height_m: Array | float) -> tuple[Array | float, ...]:
        """Squared distances from the axis at which a height crosses the surface."""
        return (self.radius_m**2 + 0.0 * height_m,)

    def tangents_m(self, height_m: float, radius_m: float) -> tuple[float, ...]:
        """Distances from the source at which a growing sphere touches the surface."""
        return abs(self.radius_m - radius_m), self.radius_m + radius_m

    def extremes_m(self) -> tuple[float, ...]:
        """Heights at which the surface begins or ends: none."""
        return ()


@dataclass(frozen=True)
class Ball:
    """The surface of a sphere with its centre on the axis."""

    radius_m: float
    height_m: float

    def axis_cosines(self, distance_m: Array, height_m: float) -> tuple[Array, ...]:
        """Cosines at which points at a distance from a source on the axis cross the sphere."""
        return (cap_cosine(distance_m, self.radius_m, self.height_m - height_m),)

    def cosines(self, distance_m: Array, height_m: float, radius_m: float) -> tuple[Array, ...]:
        """Cosines between which the azimuths at which points are inside change smoothly.

        The sphere appears within an angle g of the direction to its centre, which has the polar
        angle a: cos(a - g) and cos(a + g).
        """
        xp = array_namespace(distance_m, height_m, radius_m, self.height_m)
        centre = xp.hypot(self.height_m - height_m, radius_m)
        along = (self.height_m - height_m) / xp.maximum(centre, TINY)
        across = radius_m / xp.maximum(centre, TINY)
        cap = cap_cosine(distance_m, self.radius_m, centre)
        sine = positive_root((1.0 - cap) * (1.0 + cap))
        return along * cap - across * sine, along * cap + across * sine

    def square_radii(self, height_m: Array | float) -> tuple[Array | float, ...]:
        """Squared distances from the axis at which a height crosses the surface."""
        xp = array_namespace(height_m, self.radius_m, self.height_m)
        return (xp.maximum(self.radius_m**2 - (height_m - self.height_m) ** 2, 0.0),)

    def tangents_m(self, height_m: float, radius_m: float) -> tuple[float, ...]:
        """Distances from the source at which a growing sphere touches the surface."""
        centre = math.hypot(self.height_m - height_m, radius_m)
        return abs(centre - self.radius_m), centre + self.radius_m

    def extremes_m(self) -> tuple[float, ...]:
        """Heights at which the surface begins or ends."""
        return self.height_m - self.radius_m, self.height_m + self.radius_m


Surface: TypeAlias = Plane | Side | Ball


def meetings_m(surfaces: tuple[Surface, ...]) -> Iterator[tuple[float, float]]:
    """Yield height and radius of every circle in which two of the surfaces meet."""
    for one, other in combinations(surfaces, 2):
        for height in _meeting_heights(one, other):
            for square in (*one.square_radii(height), *other.square_radii(height))[:1]:
                yield height, math.sqrt(float(square))


def _meeting_heights(one: Surface, other: Surface) -> tuple[float, ...]:
    if isinstance(one, Plane) or isinstance(other, Plane):
        planes = [s.height_m for s in (one, other) if isinstance(s, Plane)]
        return tuple(planes) if len(planes) == 1 and math.isfinite(planes[0]) else ()
    balls = [s for s in (one, other) if isinstance(s, Ball)]
    if len(balls) == 2:
        return _meeting_of_balls(*balls)
    if len(balls) == 1:
        side = one if isinstance(one, Side) else other
        square = balls[0].radius_m ** 2 - side.radius_m**2
        offset = math.sqrt(max(square, 0.0))
        return (balls[0].height_m - offset, balls[0].height_m + offset) if square >= 0 else ()
    return ()


def _meeting_of_balls(one: Ball, other: Ball) -> tuple[float, ...]:
    apart = other.height_m - one.height_m
    if apart == 0:
        return ()
    height = (one.radius_m**2 - other.radius_m**2) / (2 * apart) + apart / 2 + one.height_m
    low, high = one.extremes_m()
    return (height,) if low <= height <= high else ()
