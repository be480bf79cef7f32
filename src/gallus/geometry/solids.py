"""Solids of revolution about one vertical axis: sphere, cylinder, and a body with holes.

Use :class:`Sphere` and :class:`Cylinder` for targets and holes, :class:`Difference` for a target
with cavities or re-entrant tubes (cylinders with ``top_m=inf`` or ``bottom_m=-inf`` pierce every
wall). Tubes may overlap other holes and the surface. Everything is coaxial; only the source may
stand off the axis. A solid says what is inside and which surfaces bound it; the rest follows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, is_traceable
from gallus.errors import InputError
from gallus.geometry.checks import require_finite, require_order, require_positive
from gallus.geometry.quadrature import legendre_rule
from gallus.geometry.surfaces import Ball, Plane, Side, Surface, meetings_m

Mask: TypeAlias = NDArray[np.bool_]


@runtime_checkable
class Solid(Protocol):
    """A solid of revolution about the vertical axis."""

    def contains(self, square_radius_m2: Array, height_m: Array) -> Mask:
        """Whether points, by squared distance from the axis and height, are inside."""
        ...

    def surfaces(self) -> tuple[Surface, ...]:
        """Surfaces that bound the solid."""
        ...

    def height_range_m(self) -> tuple[float, float]:
        """Lowest and highest point."""
        ...


@dataclass(frozen=True)
class Sphere:
    """A sphere with its centre on the axis.

    Parameters
    ----------
    radius_m : float
        Radius, above 0.
    height_m : float
        Height of the centre.
    """

    radius_m: float
    height_m: float = 0.0

    def __post_init__(self) -> None:
        require_positive("radius_m", self.radius_m)
        require_finite("height_m", self.height_m)

    def contains(self, square_radius_m2: Array, height_m: Array) -> Mask:
        """Whether points are in the sphere or on it."""
        inside: Mask = square_radius_m2 + (height_m - self.height_m) ** 2 <= self.radius_m**2
        return inside

    def surfaces(self) -> tuple[Surface, ...]:
        """Return the one surface."""
        return (Ball(self.radius_m, self.height_m),)

    def height_range_m(self) -> tuple[float, float]:
        """Lowest and highest point."""
        return self.height_m - self.radius_m, self.height_m + self.radius_m


@dataclass(frozen=True)
class Cylinder:
    """An upright cylinder; as a hole, one without end is a re-entrant tube.

    Parameters
    ----------
    radius_m : float
        Radius, above 0.
    bottom_m, top_m : float
        Heights of the faces; infinite for a tube that pierces every wall.
    """

    radius_m: float
    bottom_m: float
    top_m: float

    def __post_init__(self) -> None:
        require_positive("radius_m", self.radius_m)
        require_order("bottom_m", self.bottom_m, "top_m", self.top_m)

    def contains(self, square_radius_m2: Array, height_m: Array) -> Mask:
        """Whether points are in the cylinder or on it."""
        between = (height_m >= self.bottom_m) & (height_m <= self.top_m)
        inside: Mask = between & (square_radius_m2 <= self.radius_m**2)
        return inside

    def surfaces(self) -> tuple[Surface, ...]:
        """Return the faces and the side."""
        return Plane(self.bottom_m), Plane(self.top_m), Side(self.radius_m)

    def height_range_m(self) -> tuple[float, float]:
        """Heights of the faces."""
        return self.bottom_m, self.top_m


@dataclass(frozen=True)
class Difference:
    """A body without its holes.

    Parameters
    ----------
    body : solid
        Sphere or cylinder, finite.
    holes : tuple of solids
        What is cut out. A spherical cavity must lie inside the body, a tube be narrower than it.
    """

    body: Solid
    holes: tuple[Solid, ...]

    def __post_init__(self) -> None:
        for hole in self.holes:
            _require_fit(self.body, hole)

    def contains(self, square_radius_m2: Array, height_m: Array) -> Mask:
        """Whether points are in the body and in no hole."""
        inside = self.body.contains(square_radius_m2, height_m)
        for hole in self.holes:
            inside = inside & ~hole.contains(square_radius_m2, height_m)
        return inside

    def surfaces(self) -> tuple[Surface, ...]:
        """Surfaces of the body and of the holes, in part or in whole."""
        parts = (self.body, *self.holes)
        return tuple(surface for part in parts for surface in part.surfaces())

    def height_range_m(self) -> tuple[float, float]:
        """Lowest and highest point of the body."""
        return self.body.height_range_m()


def cross_section_area_m2(solid: Solid, height_m: Array) -> Array:
    """Area of the horizontal cut through a solid at each height, shape as `height_m`."""
    squares = [square for s in solid.surfaces() for square in s.square_radii(height_m)]
    edges = np.sort(np.stack([np.zeros_like(height_m), *squares]), axis=0)
    inside = solid.contains((edges[1:] + edges[:-1]) / 2, height_m)
    area: Array = np.pi * np.sum(np.diff(edges, axis=0) * inside, axis=0)
    return area


def volume_m3(solid: Solid) -> float:
    """Volume of a solid, exact.

    Between the heights where the cut changes its area is a quadratic function of the height.
    """
    low, high = solid.height_range_m()
    extremes = [height for s in solid.surfaces() for height in s.extremes_m()]
    meetings = [height for height, _ in meetings_m(solid.surfaces())]
    edges = np.sort(np.clip([low, *extremes, *meetings, high], low, high))
    x, weights = legendre_rule(2)  # exact for cubics
    width = np.diff(edges)[:, None]
    area = cross_section_area_m2(solid, edges[:-1, None] + width * x)
    return float(np.sum(area * width * weights))


def _require_fit(body: Solid, hole: Solid) -> None:
    """Raise InputError unless the hole leaves something of the body and cavities are closed."""
    size = getattr(hole, "radius_m", None)
    if size is None or is_traceable(size) or not isinstance(body, Sphere | Cylinder):
        return
    if is_traceable(body.radius_m):
        return
    if size >= body.radius_m:
        raise InputError(
            "is a hole that is not smaller than its body",
            key="radius_m",
            value=size,
            allowed=f"a radius below {body.radius_m!r}",
        )
    if isinstance(hole, Sphere) and _overhang_m(body, hole) > 0:
        raise InputError(
            f"is a cavity that sticks out of its body by {_overhang_m(body, hole):.6g} m",
            key="height_m",
            value=hole.height_m,
            allowed="a cavity inside the body",
        )


def _overhang_m(body: Sphere | Cylinder, hole: Sphere) -> float:
    if isinstance(body, Sphere):
        return abs(hole.height_m - body.height_m) + hole.radius_m - body.radius_m
    low, high = hole.height_range_m()
    return max(body.bottom_m - low, high - body.top_m)


def only_sphere_centre_m(solid: Solid) -> float | None:
    """Height of the common centre, if concentric spheres bound the solid, else None.

    Such a solid looks the same from everywhere at one distance from the centre.
    """
    balls = [s for s in solid.surfaces() if isinstance(s, Ball)]
    centres = {ball.height_m for ball in balls}
    return centres.pop() if len(balls) == len(solid.surfaces()) and len(centres) == 1 else None


def rims_m(solid: Solid) -> list[tuple[float, float]]:
    """Height and radius of the circles in which surfaces meet on the boundary of a solid."""
    low, high = solid.height_range_m()
    circles = np.array(list(meetings_m(solid.surfaces()))).reshape(-1, 2)
    # A rim has points of both kinds around it.
    angle = np.linspace(0.0, 2 * math.pi, 24, endpoint=False) + 0.1
    r = circles[:, 1:] + 1e-7 * (high - low) * np.cos(angle)
    z = circles[:, :1] + 1e-7 * (high - low) * np.sin(angle)
    inside = solid.contains(r * r, z)
    rims = circles[np.any(inside, axis=1) & ~np.all(inside, axis=1)]
    return [(float(height), float(radius)) for height, radius in rims]
