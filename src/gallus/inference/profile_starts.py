"""Where the searches of a profile begin: local minima of a coarse grid at each point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.parameters.parameter import Parameter

SMOOTH: Final = 5
"""Values of a parameter on a linear scale, where others are on a logarithmic one.

Parameters that span decades (splittings) are those along which chi2 has many minima.
"""


def coarse_lines(
    parameters: Sequence[Parameter], limits: Array, start: Array, size: int
) -> list[Array]:
    """Values of each parameter on a coarse grid, in the middle of equal cells.

    Parameters with a constraint or without two bounds stay at their start.

    Parameters
    ----------
    parameters : sequence of Parameter
        What is minimised.
    limits, start : array, shape (n, 2) and (n,)
        Bounds and starts, internal.
    size : int
        About how many points the grid has; at least five values for each parameter.
    """
    scanned = [
        k
        for k, each in enumerate(parameters)
        if each.constraint is None and np.isfinite(limits[k]).all()
    ]
    rough = [k for k in scanned if parameters[k].scale == "log"] or scanned
    share = size / SMOOTH ** (len(scanned) - len(rough))
    count = max(SMOOTH, int(share ** (1 / len(rough)) + 1e-9)) if rough else 1
    lines = []
    for k, value in enumerate(start):
        number = count if k in rough else SMOOTH
        lower, upper = limits[k]
        middles = (np.arange(number) + 0.5) / number
        lines.append(lower + (upper - lower) * middles if k in scanned else np.array([value]))
    return lines


def lattice(lines: Sequence[Array]) -> Array:
    """All combinations of the values of some axes, shape (size, axes)."""
    return np.stack([each.ravel() for each in np.meshgrid(*lines, indexing="ij")], axis=1)


def lowest_minima(chi2: Array, shape: tuple[int, ...], most: int) -> NDArray[np.intp]:
    """Places of the lowest local minima on a coarse grid, for many at once.

    Parameters
    ----------
    chi2 : array, shape (m, size)
        Chi2 on each.
    shape : tuple of int
        Of the coarse grid.
    most : int
        How many are wanted.

    Returns
    -------
    array of int, shape (m, at most `most`)
        The lowest first; where there are fewer the lowest again.
    """
    minima = _is_minimum(chi2.reshape(-1, *shape)).reshape(-1, math.prod(shape))
    ranked = np.where(minima, chi2, np.inf)
    order = np.argsort(ranked, axis=1, kind="stable")[:, :most]
    found = np.isfinite(np.take_along_axis(ranked, order, axis=1))
    used = max(1, int(found.any(axis=0).sum()))
    return np.where(found, order, order[:, :1])[:, :used]


def _is_minimum(chi2: Array) -> NDArray[np.bool_]:
    """Points not above any neighbour along an axis after the first."""
    lowest = np.ones(chi2.shape, dtype=bool)
    for axis in range(1, chi2.ndim):
        rise = np.diff(chi2, axis=axis)
        before = [(int(k == axis), 0) for k in range(chi2.ndim)]
        after = [(0, int(k == axis)) for k in range(chi2.ndim)]
        lowest &= np.pad(rise <= 0, before, constant_values=True)
        lowest &= np.pad(rise >= 0, after, constant_values=True)
    return lowest
