"""Sums over nodes of a slow factor times weights that depend on a phase, for many pairs of both.

Weights are dear, slow factors cheap. In NumPy, pairs of the same phase are brought together, so
that the weights of a phase are computed once and summing is one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace

PHASES = 64
"""Phases at a time: their weights stay in the cache."""

BLOCK = 16384
"""Pairs times nodes at a time."""

MANY = 8
"""Pairs of one phase that are worth a matrix product of their own."""

Places: TypeAlias = NDArray[np.intp]

Weights = Callable[[Any], tuple[Any, Any]]
"""Phases (n,) to real and imaginary weights of nodes, (n, nodes)."""

Factors = Callable[..., Any]
"""Strengths of damping, each of shape (n,) or None, to factors at the nodes, (n, nodes)."""


def paired_sums(
    weights: Weights, phase: Any, factors: Factors, strengths: Sequence[Any]
) -> tuple[Any, Any]:
    """Sum factors times weights over the nodes.

    Parameters
    ----------
    weights : callable
        Of a phase.
    phase : array, any shape
        Phases.
    factors : callable
        Slow factors of strengths.
    strengths : sequence of arrays or None
        They broadcast against the phases.

    Returns
    -------
    real, imaginary : arrays of the common shape
    """
    given = [each for each in strengths if each is not None]
    xp = array_namespace(phase, *given)
    if xp is not np:
        factor = factors(*(None if s is None else xp.asarray(s) for s in strengths))
        real, imaginary = weights(xp.asarray(phase))
        return (factor * real).sum(axis=-1), (factor * imaginary).sum(axis=-1)
    shape = np.broadcast_shapes(*(np.shape(each) for each in (phase, *given)))
    order, phases, starts = _sorted(phase, shape)
    columns = [None if s is None else np.broadcast_to(s, shape).ravel()[order] for s in strengths]
    sums = np.empty((2, len(order)))
    for first in range(0, len(phases), PHASES):
        both = np.stack(weights(phases[first : first + PHASES]), axis=-1)
        _fill(sums, both, starts[first : first + PHASES + 1], factors, columns)
    unsorted = np.empty_like(sums)
    unsorted[:, order] = sums
    return unsorted[0].reshape(shape), unsorted[1].reshape(shape)


def _sorted(phase: Array, shape: tuple[int, ...]) -> tuple[Places, Array, Places]:
    """Order in which equal phases stand together, these phases, and where each starts and ends."""
    known, where = np.unique(phase, return_inverse=True)
    every = np.broadcast_to(where.reshape(np.shape(phase)), shape).ravel()
    order = np.argsort(every, kind="stable")
    return order, known, np.concatenate([[0], np.cumsum(np.bincount(every, minlength=len(known)))])


def _fill(
    sums: Array, weights: Array, starts: Places, factors: Factors, columns: Sequence[Array | None]
) -> None:
    """Sums of some phases, whose pairs are from starts[k] to starts[k + 1]."""
    rows = max(1, BLOCK // weights.shape[1])

    def factors_of(part: slice) -> Array:
        strengths: Array = factors(*(None if c is None else c[part] for c in columns))
        return strengths

    if starts[-1] - starts[0] >= MANY * len(weights):
        for weight, start, end in zip(weights, starts, starts[1:], strict=False):
            for left in range(start, end, rows):
                part = slice(left, min(left + rows, end))
                sums[:, part] = (factors_of(part) @ weight).T
        return
    for left in range(starts[0], starts[-1], rows):
        part = slice(left, min(left + rows, starts[-1]))
        which = np.searchsorted(starts, np.arange(part.start, part.stop), side="right") - 1
        sums[:, part] = np.einsum("rn,rnp->pr", factors_of(part), weights[which])
