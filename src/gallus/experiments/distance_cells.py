"""Distributions of distances cut into cells: where in the detector, seen from the source."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gallus.arrays import Array
from gallus.geometry.base import Geometry
from gallus.geometry.path_length import merge_m
from gallus.geometry.table import PathLengthTable
from gallus.kernel.averages import DistanceWeight

TOLERANCE = 1e-8
"""Error of every average, as a share of the mean path length."""


@dataclass(frozen=True, eq=False)
class DistanceCell:
    """The part of a target between two distances from the source.

    Parameters
    ----------
    place : int
        Which of the intervals it is.
    length_m : float
        Mean length of target on a straight path inside.
    weight : DistanceWeight
        Distribution of the distances inside.
    """

    place: int
    length_m: float
    weight: DistanceWeight

    def sloped(self) -> DistanceCell:
        """The same cell with its weight times x, from about -1 to 1 across it.

        With both, whatever goes linearly with the distance inside the cell is averaged together
        with the oscillation.
        """
        low, high = self.weight.range_m()
        middle, half = (low + high) / 2, (high - low) / 2
        raised = self.weight.times_distance()
        shifted = raised.coefficients.copy()
        shifted[:, : self.weight.degree + 1] -= middle * self.weight.coefficients
        weight = replace(raised, coefficients=shifted / half)
        return replace(self, weight=weight)

    @property
    def mean_of_one(self) -> float:
        """Integral of the weight: 1, or the mean of x."""
        return float(self.weight.coefficients[:, 0].sum())


@dataclass(frozen=True)
class _Cut:
    """A geometry with more breakpoints."""

    geometry: Geometry
    edges_m: tuple[float, ...]

    def path_length_density(self, distance_m: Array) -> Array:
        return self.geometry.path_length_density(distance_m)

    def range_m(self) -> tuple[float, float]:
        return self.geometry.range_m()

    def breakpoints_m(self) -> Array:
        own = self.geometry.breakpoints_m()
        inside = [edge for edge in self.edges_m if own[0] < edge < own[-1]]
        return merge_m(np.concatenate([own, inside]))

    def volume_m3(self) -> float:
        return self.geometry.volume_m3()

    def mean_path_length_m(self) -> float:
        return self.geometry.mean_path_length_m()


def distance_cells(
    geometry: Geometry, edges_m: Array, tolerance: float = TOLERANCE
) -> tuple[DistanceCell, ...]:
    """Cut a target into shells around the source; those without target are left out.

    Parameters
    ----------
    geometry : Geometry
        Target and source.
    edges_m : array, shape (n + 1,)
        Increasing distances; what is outside of them is lost.
    tolerance : float
        Error of averages, as a share of the mean path length of the whole.
    """
    table = PathLengthTable.from_geometry(
        _Cut(geometry, tuple(float(edge) for edge in edges_m)), tolerance=tolerance
    )
    middle = (table.edges_m[1:] + table.edges_m[:-1]) / 2
    place = np.searchsorted(edges_m, middle) - 1
    cells = []
    for n in range(len(edges_m) - 1):
        (inside,) = np.nonzero(place == n)
        length = float(table.cell_weights_m[inside].sum())
        if length > 0:
            part = PathLengthTable(
                table.edges_m[inside[0] : inside[-1] + 2], table.coefficients[inside]
            )
            cells.append(DistanceCell(n, length, DistanceWeight.from_table(part)))
    return tuple(cells)
