"""What a geometry is: how much target a source sees at each distance.

The path-length density w(L) = dV/dL / (4 pi L^2) is the share of the full solid angle that the
target fills at the distance L: a number from 0 to 1. The rate of captures from a source of
activity A in a target of n nuclei per volume is A n sigma times the integral of w(L) P(L) dL.

* :class:`~gallus.geometry.target.Target`: a solid and a source, w(L) exact at every L;
* :class:`~gallus.geometry.table.PathLengthTable`: w(L) as piecewise polynomials, for fast averages.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from gallus.arrays import Array


@runtime_checkable
class Geometry(Protocol):
    """Path-length distribution of a target, seen from a source."""

    def path_length_density(self, distance_m: Array) -> Array:
        """w(L), the share of the solid angle that is target at distance L; any shape, no unit."""
        ...

    def range_m(self) -> tuple[float, float]:
        """Shortest and longest distance at which there is target."""
        ...

    def breakpoints_m(self) -> Array:
        """Increasing distances, with the ends of the range, between which w(L) is smooth.

        At the breakpoints w may jump or behave as a square root.
        """
        ...

    def volume_m3(self) -> float:
        """Volume of the target, the integral of 4 pi L^2 w(L)."""
        ...

    def mean_path_length_m(self) -> float:
        """Mean length of target on a straight path from the source, the integral of w(L)."""
        ...
