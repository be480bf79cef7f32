"""Quadrature over panels whose integrand is smooth inside and may end like a square root.

Use :func:`panel_rule` wherever something is integrated over distances, angles or heights: it is the
one way in which geometry integrates.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from gallus.arrays import Array, array_namespace, gauss_legendre


@cache
def legendre_rule(nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of the Gauss-Legendre rule on [0, 1]."""
    x, weights = gauss_legendre(nodes)
    return (x + 1.0) / 2.0, weights / 2.0


@cache
def smooth_step_rule(nodes: int) -> tuple[Array, Array]:
    """Nodes and weights on [0, 1] for integrands that may end like square roots.

    Gauss-Legendre in u with x = u^2 (3 - 2 u): sqrt(x) and sqrt(1 - x) are smooth in u.
    """
    u, weights = legendre_rule(nodes)
    return u * u * (3.0 - 2.0 * u), weights * 6.0 * u * (1.0 - u)


def graded(edges: Array, ratio: float = 4.0) -> Array:
    """Add edges to increasing ones above 0 until none is more than `ratio` times the one before.

    For functions of a distance L that contain powers of 1/L.
    """
    left, right = edges[:-1], edges[1:]
    steps = np.ones_like(left, dtype=np.int64)
    above = left > 0
    steps[above] = np.ceil(np.log(right[above] / left[above]) / np.log(ratio)).clip(1)
    inner = [
        a * (b / a) ** (np.arange(1, n) / n)
        for a, b, n in zip(left, right, steps, strict=True)
        if n > 1
    ]
    return np.sort(np.concatenate([edges, *inner]))


def panel_rule(edges: Array, nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of the smooth-step rule in every panel between neighbouring edges.

    Parameters
    ----------
    edges : array, shape (..., n + 1)
        Increasing; panels of no width get no weight.
    nodes : int
        Nodes in each panel.

    Returns
    -------
    nodes, weights : arrays, shape (..., n, nodes)
        The integral of f over all panels is the sum of weights times f(nodes).
    """
    xp = array_namespace(edges)
    x, weights = smooth_step_rule(nodes)
    left, width = edges[..., :-1, None], xp.diff(edges)[..., None]
    return left + width * x, width * weights
