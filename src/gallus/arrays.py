"""Which library computes: NumPy, unless the arrays are jax's; and work in blocks.

Use :func:`array_namespace` in every formula that shall also run compiled or differentiated,
:func:`in_blocks` around one whose temporaries are large, and :func:`gauss_legendre` for nodes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""A NumPy array, or a jax array where a function uses :func:`array_namespace`."""


def array_namespace(*arrays: object) -> ModuleType:
    """Return ``jax.numpy`` if one of the arrays is jax's (or traced by it), else ``numpy``.

    Does not import jax: arrays of a library that was never imported do not exist.
    """
    jax = sys.modules.get("jax")
    if jax is not None and any(isinstance(array, jax.Array) for array in arrays):
        return sys.modules["jax.numpy"]
    return np


def is_traceable(value: object) -> bool:
    """Whether a value is jax's, so that it may have no number to be checked."""
    return array_namespace(value) is not np


def in_blocks(function: Callable[[Array], Array], argument: Array, block: int = 16384) -> Array:
    """Apply a function of rows block by block, so that temporaries stay in the cache.

    Parameters
    ----------
    function : callable
        Maps an array of shape (n, ...) to one of shape (n, ...), each row by itself.
    argument : array, shape (n, ...)
        The argument; one of jax is taken as a whole, since its compiler makes no temporaries.
    block : int
        Rows at a time.

    Returns
    -------
    array, shape (n, ...)
        The same numbers as ``function(argument)``.
    """
    if is_traceable(argument):
        return function(argument)
    starts = range(0, max(len(argument), 1), block)
    return np.concatenate([function(argument[start : start + block]) for start in starts])


@cache
def gauss_legendre(nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss-Legendre quadrature on [-1, 1], read-only: found once, shared.

    Parameters
    ----------
    nodes : int
        Their number n; polynomials to degree 2n - 1 are integrated exactly.
    """
    rule = np.polynomial.legendre.leggauss(nodes)
    for each in rule:
        each.flags.writeable = False
    return rule
