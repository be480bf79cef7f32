"""Averages of a model that states only its probability, by quadrature that refuses to alias.

Use it for a user's function or matter effects; models that are sums of damped cosines are averaged
in closed form instead (:mod:`gallus.kernel.averages`), which is exact and faster.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gallus.arrays import Array, gauss_legendre, is_traceable
from gallus.errors import InputError
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.energy_cells import EnergyCells

FIRST, LAST = 4, 256
"""Nodes per distance cell: the first try and the last."""
TOLERANCE = 1e-8

Probability = Callable[[Array, Array], Array]
"""Energies and distances of one shape (m,) to probabilities of shape (..., m)."""


def mean_at_lines(probability: Probability, weight: DistanceWeight, energy_MeV: Array) -> Array:
    """Mean over distance at single energies, shape (..., n).

    Raises
    ------
    InputError
        If the probability varies too fast with distance to be averaged.
    """
    return _refined(lambda nodes: _over_distance(probability, weight, energy_MeV, nodes))


def mean_in_cells(probability: Probability, weight: DistanceWeight, cells: EnergyCells) -> Array:
    """Mean over distance and over energy cells, shape (..., n).

    Raises
    ------
    InputError
        If the probability varies too fast with distance or energy to be averaged.
    """

    def at(nodes: int) -> Array:
        x, w = gauss_legendre(nodes)
        u = cells.nodes_per_MeV(x)
        share = cells.spectrum_at(x) * w / 2
        mean = _over_distance(probability, weight, (1 / u).ravel(), nodes)
        cells_mean: Array = (mean.reshape(*mean.shape[:-1], *u.shape) * share).sum(axis=-1)
        return cells_mean

    return _refined(at)


def _refined(average: Callable[[int], Array]) -> Array:
    """Double the number of nodes until the result stands still."""
    nodes, before = FIRST, average(FIRST)
    if is_traceable(before):
        raise InputError(
            "is averaged by quadrature that looks at its values, which cannot be compiled",
            key="probability",
            allowed="NumPy, or a model with damped cosines",
        )
    while nodes < LAST:
        nodes *= 2
        after = average(nodes)
        # NaN must not pass as converged.
        if np.max(np.abs(after - before), initial=0.0) < TOLERANCE:
            return after
        before = after
    raise InputError(
        f"varies too fast to be averaged by quadrature with {LAST} nodes in a cell",
        key="probability",
        allowed="a slower variation, or a model with damped cosines",
    )


def _over_distance(
    probability: Probability, weight: DistanceWeight, energy_MeV: Array, nodes: int
) -> Array:
    distance, share = weight.nodes(nodes)
    energy, length = np.broadcast_arrays(energy_MeV[:, None], distance)
    values = probability(energy.ravel(), length.ravel())
    mean: Array = values.reshape(*values.shape[:-1], *energy.shape) @ share
    return mean
