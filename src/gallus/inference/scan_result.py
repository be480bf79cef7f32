"""What a scan found: chi2 on named axes, the best fit, regions, profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.grid import Axis, Grid
from gallus.inference.p_value import TOLERANCE
from gallus.inference.wilks import wilks_threshold


class AxisRange(NamedTuple):
    """Values of one parameter that are allowed; open where the grid ends before it does."""

    lower: float
    upper: float
    lower_open: bool
    upper_open: bool


@dataclass(frozen=True, eq=False)
class ScanResult:
    """Chi2 on a grid with what belongs to it.

    Parameters
    ----------
    grid : Grid
        Names and values of the axes.
    chi2 : array, shape of the grid
        Minimum over everything that is not on the grid.
    best : dict of str to float
        The best fit within the range of the grid: all parameters that have a value.
    chi2_min : float
        Chi2 there; not above that of any point of the grid.
    chi2_null : float or None
        Minimum under the null hypothesis.
    extra_parameters : int or None
        Parameters beyond those of the null hypothesis, that is free ones and those on the grid.
    profiled : dict of str to array, shape of the grid
        Best values of what was minimised.
    converged : array of bool, shape of the grid
        Whether the search for them ended.
    critical : dict of float to array
        For each calibrated confidence level the largest Delta chi2 of a point that belongs to its
        region, shape of the grid; none if regions are Wilks's.
    critical_error : dict of float to array
        Their errors by the number of toys.
    observed : array, shape of the grid, optional
        Delta chi2 that is compared with critical values: to the best of the predictions that toys
        are fitted with, which are those of the grid and no finer.
    p_value : array, shape of the grid, optional
        Share of toys at each point that are at least as extreme as the data.
    description : dict
        The job, in terms of JSON.
    citations : tuple of str
        Keys of the bibliography.
    status : str
        What is worth knowing about the best fit.
    labels : dict of str to str
        Names of parameters for figures, in TeX, with units.
    """

    grid: Grid
    chi2: Array
    best: dict[str, float]
    chi2_min: float
    chi2_null: float | None = None
    extra_parameters: int | None = None
    profiled: dict[str, Array] = field(default_factory=dict)
    converged: NDArray[np.bool_] | None = None
    critical: dict[float, Array] = field(default_factory=dict)
    critical_error: dict[float, Array] = field(default_factory=dict)
    observed: Array | None = None
    p_value: Array | None = None
    description: Mapping[str, Any] = field(default_factory=dict)
    citations: tuple[str, ...] = ()
    status: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, array in self._arrays().items():
            if array.shape != self.grid.shape:
                allowed = str(self.grid.shape)
                raise InputError(
                    "has the wrong shape", key=name, value=array.shape, allowed=allowed
                )
        if np.isnan(self.chi2).any():
            raise InputError("is not a number somewhere", key="chi2")

    def __repr__(self) -> str:
        axes = " x ".join(f"{axis.count} {axis.name}" for axis in self.grid.axes)
        best = ", ".join(f"{name} = {self.best[name]:.4g}" for name in self.grid.names)
        return f"ScanResult({axes}; chi2_min = {self.chi2_min:.4g} at {best})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScanResult):
            return NotImplemented
        mine, theirs = self._arrays(), other._arrays()
        return (
            mine.keys() == theirs.keys()
            and all(np.array_equal(mine[key], theirs[key]) for key in mine)
            and all(getattr(self, key) == getattr(other, key) for key in _PLAIN)
            and dict(self.description) == dict(other.description)
        )

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def delta_chi2(self) -> Array:
        """Chi2 minus that of the best fit, shape of the grid; not negative."""
        return np.maximum(self.chi2 - self.chi2_min, 0.0)

    @property
    def delta_chi2_null(self) -> float | None:
        """Chi2 of the null hypothesis minus that of the best fit."""
        return None if self.chi2_null is None else self.chi2_null - self.chi2_min

    def threshold(self, level: float) -> float | Array:
        """Delta chi2 up to which points belong to a region.

        That of Wilks with as many degrees of freedom as the grid has axes, or the calibrated one of
        each point.

        Raises
        ------
        InputError
            If the level is no probability, or was not calibrated.
        """
        if not self.critical:
            return wilks_threshold(level, len(self.grid.axes))
        if level not in self.critical:
            allowed = ", ".join(f"{each:g}" for each in self.critical)
            raise InputError(
                "was not calibrated", key="confidence level", value=level, allowed=allowed
            )
        return self.critical[level]

    def excess(self, level: float) -> Array:
        """Delta chi2 minus its threshold: negative inside the region, zero on its border."""
        found = self.delta_chi2 if self.observed is None else self.observed
        return np.asarray(found - self.threshold(level))

    def inside(self, level: float) -> NDArray[np.bool_]:
        """Which points belong to a region."""
        # Toys that equal the data count as such up to rounding.
        return np.asarray(self.excess(level) <= TOLERANCE)

    def allowed_share(self, level: float) -> float:
        """Part of the grid, as it is plotted, that a region covers."""
        weight = np.ones(())
        for axis in self.grid.axes:
            cells = np.ones(axis.count)
            cells[[0, -1]] = 0.5
            weight = np.multiply.outer(weight, cells / cells.sum())
        return float(weight[self.inside(level)].sum())

    def profile(self, name: str) -> Array:
        """Delta chi2 against one parameter, minimised over the other axes."""
        others = tuple(k for k, each in enumerate(self.grid.names) if each != name)
        self.grid.axis(name)
        return np.asarray(self.delta_chi2.min(axis=others))

    def intervals(self, name: str, level: float) -> tuple[AxisRange, ...]:
        """Values of one parameter that are allowed, by its profile.

        Wilks with one degree of freedom, or the calibrated thresholds of a grid of one axis.
        """
        axis = self.grid.axis(name)
        if self.critical and len(self.grid.axes) == 1:
            return _intervals(axis, self.excess(level))
        return _intervals(axis, self.profile(name) - wilks_threshold(level, 1))

    def to_pandas(self) -> Any:
        """One row a point: axes, chi2, delta_chi2, profiled values, as a pandas DataFrame.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        from gallus.inference.scan_files import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> Any:
        """Arrays with named axes as an xarray Dataset.

        Raises
        ------
        MissingExtraError
            If xarray is not installed.
        """
        from gallus.inference.scan_files import to_xarray

        return to_xarray(self)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by the names that they have in files."""
        found: dict[str, NDArray[Any]] = {"chi2": self.chi2}
        found |= {f"profiled.{name}": array for name, array in self.profiled.items()}
        found |= {f"critical.{level!r}": array for level, array in self.critical.items()}
        found |= {f"error.{level!r}": array for level, array in self.critical_error.items()}
        more = {"converged": self.converged, "observed": self.observed, "p_value": self.p_value}
        return found | {name: array for name, array in more.items() if array is not None}


_PLAIN: Final = (
    *("grid", "best", "chi2_min", "chi2_null"),
    *("extra_parameters", "citations", "status", "labels"),
)


def _intervals(axis: Axis, excess: Array) -> tuple[AxisRange, ...]:
    """Where a function on an axis is not positive, linear between the points."""
    position = axis.positions
    inside = excess <= 0
    # Edges of the runs: first and last point of each.
    padded = np.concatenate([[False], inside, [False]])
    first = np.flatnonzero(padded[1:-1] & ~padded[:-2])
    last = np.flatnonzero(padded[1:-1] & ~padded[2:])
    found = []
    for low, high in zip(first.tolist(), last.tolist(), strict=True):
        ends = (_crossing(position, excess, low, -1), _crossing(position, excess, high, 1))
        lower, upper = (axis.value_at(end) for end in ends)
        lower_open, upper_open = bool(low == 0), bool(high == len(excess) - 1)
        found.append(
            AxisRange(
                axis.lower if lower_open else lower,
                axis.upper if upper_open else upper,
                lower_open,
                upper_open,
            )
        )
    return tuple(found)


def _crossing(position: Array, excess: Array, inside: int, step: int) -> float:
    """Where the excess is zero between a point inside and its neighbour outside."""
    outside = inside + step
    if not 0 <= outside < len(position):
        return float(position[inside])
    if not np.isfinite(excess[outside]):
        return float(position[outside])
    part = excess[inside] / (excess[inside] - excess[outside])
    return float(position[inside] + part * (position[outside] - position[inside]))
