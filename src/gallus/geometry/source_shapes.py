"""Where the neutrinos start: a point, a rod, a cylinder or a ball, uniformly filled.

Use :class:`PointSource` unless the size matters: a source of 10 cm in a target of a metre changes
the mean path length by less than a per cent, and smears an oscillation. A finite source is a
weighted set of points (Gauss rules in height and in squared radius); its path-length density is
their mean. Averages over distances converge quickly with the number of points, the density itself,
a mean of so many kinks, slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from scipy.special import roots_jacobi

from gallus.errors import InputError
from gallus.geometry.checks import require_finite, require_not_negative, require_positive
from gallus.geometry.quadrature import legendre_rule


class SourcePoint(NamedTuple):
    """A point of a source: height, distance from the axis, and share of the activity."""

    height_m: float
    radius_m: float
    share: float


@runtime_checkable
class Source(Protocol):
    """A uniform source, symmetric about the axis."""

    def points(self) -> tuple[SourcePoint, ...]:
        """Points that stand for the source; their shares add to 1."""
        ...

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Height and distance from the axis of points on the surface, to find overlaps."""
        ...


@dataclass(frozen=True)
class PointSource:
    """A source without size.

    Parameters
    ----------
    height_m : float
        Height.
    radius_m : float
        Distance from the axis.
    """

    height_m: float = 0.0
    radius_m: float = 0.0

    def __post_init__(self) -> None:
        require_finite("height_m", self.height_m)
        require_not_negative("radius_m", self.radius_m)

    def points(self) -> tuple[SourcePoint, ...]:
        """Return the point."""
        return (SourcePoint(self.height_m, self.radius_m, 1.0),)

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the point."""
        return ((self.height_m, self.radius_m),)


@dataclass(frozen=True)
class RodSource:
    """A thin upright rod on the axis.

    Parameters
    ----------
    length_m : float
        Length, above 0.
    height_m : float
        Height of the middle.
    nodes : int
        Number of points.
    """

    length_m: float
    height_m: float = 0.0
    nodes: int = 8

    def __post_init__(self) -> None:
        require_positive("length_m", self.length_m)
        require_finite("height_m", self.height_m)
        _require_nodes(self.nodes)

    def points(self) -> tuple[SourcePoint, ...]:
        """Gauss points along the rod."""
        x, shares = legendre_rule(self.nodes)
        heights = self.height_m + self.length_m * (x - 0.5)
        return tuple(
            SourcePoint(float(z), 0.0, float(w)) for z, w in zip(heights, shares, strict=True)
        )

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return ends and middle."""
        return tuple((self.height_m + part * self.length_m / 2, 0.0) for part in (-1, 0, 1))


@dataclass(frozen=True)
class CylinderSource:
    """An upright cylinder on the axis.

    Parameters
    ----------
    radius_m, length_m : float
        Size, above 0.
    height_m : float
        Height of the middle.
    nodes : int
        Points along the height and along the radius: their square in all.
    """

    radius_m: float
    length_m: float
    height_m: float = 0.0
    nodes: int = 4

    def __post_init__(self) -> None:
        require_positive("radius_m", self.radius_m)
        require_positive("length_m", self.length_m)
        require_finite("height_m", self.height_m)
        _require_nodes(self.nodes)

    def points(self) -> tuple[SourcePoint, ...]:
        """Gauss points in height and in squared radius."""
        x, shares = legendre_rule(self.nodes)
        radii = self.radius_m * np.sqrt(x)
        rod = RodSource(self.length_m, self.height_m, self.nodes).points()
        return tuple(
            SourcePoint(point.height_m, float(r), point.share * float(w))
            for point in rod
            for r, w in zip(radii, shares, strict=True)
        )

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the rims and the middle of the side."""
        return tuple(
            (self.height_m + part * self.length_m / 2, self.radius_m) for part in (-1, 0, 1)
        )


@dataclass(frozen=True)
class SphereSource:
    """A ball with its centre on the axis.

    Parameters
    ----------
    radius_m : float
        Radius, above 0.
    height_m : float
        Height of the centre.
    nodes : int
        Points along the height and along the radius: their square in all.
    """

    radius_m: float
    height_m: float = 0.0
    nodes: int = 4

    def __post_init__(self) -> None:
        require_positive("radius_m", self.radius_m)
        require_finite("height_m", self.height_m)
        _require_nodes(self.nodes)

    def points(self) -> tuple[SourcePoint, ...]:
        """Gauss-Jacobi points in height (the cut has the area 1 - c^2), Gauss in squared radius."""
        cosines, areas = roots_jacobi(self.nodes, 1.0, 1.0)
        x, shares = legendre_rule(self.nodes)
        return tuple(
            SourcePoint(
                self.height_m + self.radius_m * float(c),
                self.radius_m * float(np.sqrt((1.0 - c * c) * square)),
                float(area * share / areas.sum()),
            )
            for c, area in zip(cosines, areas, strict=True)
            for square, share in zip(x, shares, strict=True)
        )

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return points around half a meridian."""
        angles = np.linspace(0.0, np.pi, 9)
        return tuple(
            (self.height_m + self.radius_m * float(np.cos(a)), self.radius_m * float(np.sin(a)))
            for a in angles
        )


def _require_nodes(nodes: int) -> None:
    if nodes < 1:
        raise InputError("is not a number of points", key="nodes", value=nodes, allowed="1, 2, ...")
