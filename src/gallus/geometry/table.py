"""Path-length densities as piecewise polynomials, for closed-form averages over distance.

Use :meth:`PathLengthTable.from_geometry` once per target: in every cell w(L) is a Legendre series,
so that damped cosines integrate in closed form; :meth:`PathLengthTable.from_values` takes a table
from elsewhere. Whatever is averaged, the error is bounded by one number: for every function f,

    | integral of (w - w_table) f dL |  <=  error_m x max |f|,

because `error_m` is the integral of |w - w_table|; it does not depend on how fast f oscillates. The
moments of every cell up to the degree of the series, volume and mean path length among them, are
those of the exact w.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import ArrayLike

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.geometry.base import Geometry
from gallus.geometry.quadrature import legendre_rule, panel_rule, smooth_step_rule

NODES: Final = 24
"""Nodes in a cell where w is projected on polynomials."""
MAX_CELLS: Final = 100_000


@dataclass(frozen=True, eq=False)
class PathLengthTable:
    """w(L) as a Legendre series in each of n cells.

    Parameters
    ----------
    edges_m : array, shape (n + 1,)
        Increasing distances.
    coefficients : array, shape (n, degree + 1)
        w(L) = sum over k of ``coefficients[cell, k]`` P_k(x), x from -1 to 1 across the cell.
    error_m : float
        Bound of the integral of |w - w_table| over L.
    """

    edges_m: Array
    coefficients: Array
    error_m: float = 0.0

    def __post_init__(self) -> None:
        _require_increasing("edges_m", self.edges_m)
        if self.coefficients.ndim != 2 or len(self.coefficients) != len(self.edges_m) - 1:
            raise InputError(
                "does not fit the cells",
                key="coefficients",
                value=self.coefficients.shape,
                allowed=f"({len(self.edges_m) - 1}, degree + 1)",
            )

    @classmethod
    def from_geometry(cls, geometry: Geometry, *, tolerance: float = 1e-9, degree: int = 5) -> Self:
        """Tabulate a geometry, with cells halved until the error is small enough.

        Parameters
        ----------
        geometry : Geometry
            What to tabulate.
        tolerance : float
            Largest `error_m` as a fraction of the mean path length.
        degree : int
            Degree of the polynomials.

        Raises
        ------
        InputError
            If the tolerance cannot be reached.
        """
        if not 0 < tolerance < 1:
            raise InputError("is no tolerance", key="tolerance", value=tolerance, allowed="(0, 1)")
        if not 0 <= degree < NODES // 2:
            raise InputError("is no degree", key="degree", value=degree, allowed="0 to 11")
        limit = tolerance * geometry.mean_path_length_m()
        edges = geometry.breakpoints_m()
        cells = np.stack([edges[:-1], edges[1:]], axis=1)
        coefficients, errors = _project(geometry, cells, degree)
        while errors.sum() > limit:
            coarse = errors > limit / len(errors)
            halves = _halves(cells[coarse], tolerance)
            fine, fine_errors = _project(geometry, halves, degree)
            cells = np.concatenate([cells[~coarse], halves])
            coefficients = np.concatenate([coefficients[~coarse], fine])
            errors = np.concatenate([errors[~coarse], fine_errors])
        order = np.argsort(cells[:, 0])
        edges = np.append(cells[order, 0], cells[:, 1].max())
        return cls(edges, coefficients[order], float(errors.sum()))

    @classmethod
    def from_values(cls, distance_m: ArrayLike, density: ArrayLike) -> Self:
        """Take w(L) as straight lines between given points.

        Parameters
        ----------
        distance_m : array-like, shape (n + 1,)
            Increasing distances.
        density : array-like, shape (n + 1,)
            w there, from 0 to 1.

        Raises
        ------
        InputError
            If the distances do not increase or a density is no share of the solid angle.
        """
        edges, values = np.asarray(distance_m, np.float64), np.asarray(density, np.float64)
        if values.shape != edges.shape or not np.all((values >= 0) & (values <= 1)):
            raise InputError(
                "is not a share of the solid angle at every distance",
                key="density",
                allowed="numbers from 0 to 1, as many as distances",
            )
        left, right = values[:-1], values[1:]
        return cls(edges, np.stack([(left + right) / 2, (right - left) / 2], axis=1))

    @property
    def degree(self) -> int:
        """Degree of the polynomials."""
        return int(self.coefficients.shape[1]) - 1

    @property
    def cell_weights_m(self) -> Array:
        """Integral of w over each cell, shape (n,)."""
        weights: Array = np.diff(self.edges_m) * self.coefficients[:, 0]
        return weights

    def path_length_density(self, distance_m: Array) -> Array:
        """w(L), the share of the solid angle that is target at distance L; 0 outside the table."""
        distance = np.asarray(distance_m, dtype=np.float64)
        cell = np.clip(np.searchsorted(self.edges_m, distance) - 1, 0, len(self.coefficients) - 1)
        left, right = self.edges_m[cell], self.edges_m[cell + 1]
        x = np.clip((2 * distance - left - right) / (right - left), -1.0, 1.0)
        inside = (distance >= self.edges_m[0]) & (distance <= self.edges_m[-1])
        terms = legvander(x, self.degree) * self.coefficients[cell]
        density: Array = np.sum(terms, axis=-1).reshape(distance.shape) * inside
        return density

    def range_m(self) -> tuple[float, float]:
        """Shortest and longest distance of the table."""
        return float(self.edges_m[0]), float(self.edges_m[-1])

    def breakpoints_m(self) -> Array:
        """Edges of the cells."""
        return self.edges_m

    def volume_m3(self) -> float:
        """Volume of the target, the integral of 4 pi L^2 w(L)."""
        return 4 * np.pi * self.moment(2)

    def mean_path_length_m(self) -> float:
        """Mean length of target on a straight path from the source, the integral of w(L)."""
        return float(self.cell_weights_m.sum())

    def moment(self, power: int) -> float:
        """Integral of w(L) L^power over the table, in m^(power + 1); exact for the polynomials."""
        distance, weights = self.nodes((self.degree + power) // 2 + 1)
        return float(np.sum(weights * distance**power))

    def nodes(self, per_cell: int) -> tuple[Array, Array]:
        """Gauss nodes L and weights that contain w dL, shape (n, per_cell).

        The sum of weights x f(nodes) is the integral of w f; for a mean divide by that of w.
        """
        x, weights = legendre_rule(per_cell)
        width = np.diff(self.edges_m)[:, None]
        density = self.coefficients @ legvander(2 * x - 1, self.degree).T
        return self.edges_m[:-1, None] + width * x, width * weights * density


def _project(geometry: Geometry, cells: Array, degree: int) -> tuple[Array, Array]:
    """Legendre coefficients of w in each cell, and the integral of what they leave of |w|."""
    distance, weights = panel_rule(cells, NODES)
    values = geometry.path_length_density(distance)[:, 0]
    x, shares = smooth_step_rule(NODES)
    basis = legvander(2 * x - 1, degree)
    coefficients = (values * shares) @ basis * (2 * np.arange(degree + 1) + 1)
    errors = np.sum(weights[:, 0] * np.abs(values - coefficients @ basis.T), axis=1)
    return coefficients, errors


def _halves(cells: Array, tolerance: float) -> Array:
    middle = cells.mean(axis=1)
    halves = np.stack([cells[:, 0], middle, middle, cells[:, 1]], axis=1).reshape(-1, 2)
    if len(halves) > MAX_CELLS or np.any(np.diff(halves) <= 1e-15 * halves[:, 1:]):
        raise InputError(
            "is finer than the geometry is known",
            key="tolerance",
            value=tolerance,
            allowed="a larger tolerance",
        )
    return halves


def _require_increasing(key: str, values: Array) -> None:
    if values.ndim != 1 or len(values) < 2 or not (values[0] >= 0 and np.all(np.diff(values) > 0)):
        raise InputError(
            "are not distances in increasing order", key=key, allowed="0 or more, two at least"
        )
