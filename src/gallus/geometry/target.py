"""A target and its source: the geometry of which everything is exact.

Use :class:`Target` for any solid of :mod:`gallus.geometry.solids` and any source of
:mod:`gallus.geometry.source_shapes`. Where many averages are needed, convert it once to a
:class:`~gallus.geometry.table.PathLengthTable`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gallus.arrays import Array, array_namespace, in_blocks
from gallus.errors import InputError
from gallus.geometry.path_length import (
    axis_density,
    candidate_breakpoints_m,
    merge_m,
    off_axis_density,
)
from gallus.geometry.quadrature import graded, panel_rule
from gallus.geometry.solids import Difference, Solid, only_sphere_centre_m, volume_m3
from gallus.geometry.source_shapes import PointSource, Source, SourcePoint

NODES = 32
"""Nodes between two breakpoints where w is integrated over the distance."""


CENTRAL_POINT = PointSource()


@dataclass(frozen=True)
class Target:
    """A solid and the source that shines on it.

    Parameters
    ----------
    solid : solid
        What the neutrinos are captured or scattered in.
    source : source
        Where they start. A target with holes takes its source in a hole or outside.
    wall : solid, optional
        Where no source can be.

    Raises
    ------
    InputError
        If the source reaches into the wall or into the material of a target with holes, or nothing
        is left of the solid.
    """

    solid: Solid
    source: Source = CENTRAL_POINT
    wall: Solid | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(sum(abs(height) for height in self.solid.height_range_m())):
            raise InputError("has no end", key="solid", value=self.solid, allowed="finite heights")
        if not self.volume_m3() > 0:
            raise InputError(
                "has no volume", key="solid", value=self.solid, allowed="smaller holes"
            )
        self._require_room()

    def _require_room(self) -> None:
        material = self.solid if isinstance(self.solid, Difference) else None
        for name, solid in (("wall", self.wall), ("target", material)):
            for height, radius in self.source.outline():
                if solid and solid.contains(np.asarray(radius**2), np.asarray(height)):
                    where = f"height {height:.6g} m, {radius:.6g} m from the axis"
                    raise InputError(
                        f"reaches into the {name} at {where}",
                        key="source",
                        value=self.source,
                        allowed=f"a source in a hole of the {name} or outside of it",
                    )

    def path_length_density(self, distance_m: Array) -> Array:
        """w(L), the share of the solid angle that is target at distance L; any shape, no unit."""
        xp = array_namespace(distance_m)
        distance = xp.asarray(distance_m, dtype=np.float64)
        if xp is np and not np.all(distance >= 0):
            raise InputError("is not a distance", key="distance_m", allowed="numbers, 0 or more")
        parts = [point.share * self._density_from(point, distance) for point in self._points]
        density: Array = sum(parts[1:], start=parts[0])
        return density

    def range_m(self) -> tuple[float, float]:
        """Shortest and longest distance at which there is target."""
        breakpoints = self.breakpoints_m()
        return float(breakpoints[0]), float(breakpoints[-1])

    def breakpoints_m(self) -> Array:
        """Distances, with the ends of the range, between which w(L) is smooth."""
        return merge_m(np.concatenate([self._breakpoints_from(point) for point in self._points]))

    def volume_m3(self) -> float:
        """Volume of the solid, exact."""
        return volume_m3(self.solid)

    def mean_path_length_m(self) -> float:
        """Mean length of target on a straight path from the source, the integral of w(L)."""
        return sum(point.share * self._mean_from(point) for point in self._points)

    @cached_property
    def _points(self) -> tuple[SourcePoint, ...]:
        """Points of the source, turned onto the axis where concentric spheres allow it."""
        centre = only_sphere_centre_m(self.solid)
        points = self.source.points()
        if centre is None:
            return points
        return tuple(
            SourcePoint(centre - math.hypot(p.height_m - centre, p.radius_m), 0.0, p.share)
            for p in points
        )

    def _density_from(self, point: SourcePoint, distance_m: Array) -> Array:
        if point.radius_m == 0:
            return axis_density(self.solid, distance_m, point.height_m)

        def density(part: Array) -> Array:
            return off_axis_density(self.solid, part, point.height_m, point.radius_m)

        if array_namespace(distance_m) is not np:
            return density(distance_m)
        return in_blocks(density, distance_m.ravel(), block=64).reshape(distance_m.shape)

    def _breakpoints_from(self, point: SourcePoint) -> Array:
        candidates = candidate_breakpoints_m(self.solid, point.height_m, point.radius_m)
        middle = (candidates[1:] + candidates[:-1]) / 2
        density = self._density_from(point, middle)
        seen = np.flatnonzero(density > 1e-13 * density.max())  # the rest is rounding
        return candidates[seen[0] : seen[-1] + 2]

    def _mean_from(self, point: SourcePoint) -> float:
        distances, weights = panel_rule(graded(self._breakpoints_from(point)), NODES)
        return float(np.sum(weights * self._density_from(point, distances)))
