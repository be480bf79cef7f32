r"""Averages over distance of anything smooth, from few nodes: for oscillations that are not fast.

With Chebyshev nodes L_n over the whole range of distances and weights that integrate the
interpolating polynomial exactly,

.. math:: \langle f\rangle = \sum_{n<N} W_n f(L_n), \qquad
          W_n = \frac1N \Bigl[M_0 + 2\sum_{0<k<N} M_k\,T_k(x_n)\Bigr], \quad
          M_k = \langle T_k\rangle .

The distribution itself may have any kinks: they are in the moments M_k. For

.. math:: f = e^{i\phi L - \Gamma L - g L^2}\,[\sin(sL)/(sL)]^p, \qquad
          |f| \le e^{\,b H (\phi + p s) + (a - 1) H \Gamma + b^2 H^2 g}

on the ellipse of half axes a, b around the range of half width H, rho = a + b, the error is at most
4 max|f| rho^-N/(rho - 1) (Trefethen, Approximation Theory and Approximation Practice, theorem 8.2),
so that about H phi + 30 nodes do, whatever the number of cells is. NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander

from gallus.arrays import Array, gauss_legendre
from gallus.kernel.averages import DistanceWeight
from gallus.oscillation.base import cosine_and_sine, sine_ratio

ERROR = 1e-14
"""Bound of what the interpolation leaves."""

SIZES = np.array([24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768])
"""Numbers of nodes; beyond the last the closed forms are faster."""

BLOCK = 16384
"""Elements times nodes at a time."""

TOGETHER = 16384
"""Elements times nodes below which all elements take the nodes of the neediest."""

STEP = 32
"""Orders between those whose cosines are taken directly; it divides the last of SIZES."""

FINE, FILLED = 24, 16.0
"""Gauss nodes in a piece of a cell, and the largest angle there of the highest order."""

TINY_M = 1e-30
"""Stands for a range of no width: one single distance."""

LARGEST_EXPONENT = 700.0
"""Of damping; numbers that underflow are slow."""


@dataclass(frozen=True, eq=False)
class FewNodes:
    """A distribution of distances, prepared for smooth functions.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    """

    weight: DistanceWeight
    _rules: dict[int, tuple[Array, Array]] = field(default_factory=dict, init=False, repr=False)

    def needed(self, phase: Array, strengths: Sequence[Any], power: int = 1) -> Array:
        """Nodes that suffice, shape (m,); NaN where an element is.

        Parameters
        ----------
        phase, strengths, power
            As of `mean`.
        """
        damping, gaussian, sinc = strengths
        half = self._half_m
        fast = np.abs(phase) if sinc is None else np.abs(phase) + power * np.abs(sinc)
        slopes, constant = _ellipses()
        total = constant + (half * fast)[:, None] * slopes[0]
        if damping is not None:
            total += (half * damping)[:, None] * slopes[1]
        if gaussian is not None:
            total += (half * half * gaussian)[:, None] * slopes[2]
        return np.asarray(total.min(axis=1))

    def mean(self, needed: Array, phase: Array, strengths: Sequence[Any], power: int = 1) -> Array:
        """Means of D(L) cos(phi L) and D(L) sin(phi L), shape (2, m).

        Parameters
        ----------
        needed : array, shape (m,)
            From the method of this name, not above the last of SIZES.
        phase : array, shape (m,)
            phi.
        strengths : three arrays of shape (m,), or None where absent
            Gamma, g and s.
        power : {1, 2}
            p.
        """
        level = np.searchsorted(SIZES, needed)
        most = int(SIZES[level.max(initial=0)])
        if len(phase) * most <= TOGETHER:
            return self._at(most, phase, strengths, power)
        means = np.empty((2, len(phase)))
        for each in np.unique(level):
            size = int(SIZES[each])
            members = np.flatnonzero(level == each)
            rows = BLOCK // size
            for start in range(0, len(members), rows):
                part = members[start : start + rows]
                picked = [None if s is None else s[part] for s in strengths]
                means[:, part] = self._at(size, phase[part], picked, power)
        return means

    def _at(self, size: int, phase: Array, strengths: Sequence[Any], power: int) -> Array:
        return mean_over_nodes(*self.rule(size), phase, strengths, power)

    def rule(self, size: int) -> tuple[Array, Array]:
        """Nodes and weights, shape (size,)."""
        if size not in self._rules:
            angle = (np.arange(size) + 0.5) * (math.pi / size)
            distance = self._middle_m + self._half_m * np.cos(angle)
            doubled = np.zeros(2 * size, dtype=complex)
            orders = np.arange(size)
            doubled[:size] = 2 * self._moments[:size] * np.exp(-0.5j * math.pi / size * orders)
            doubled[0] /= 2
            share = np.fft.fft(doubled)[:size].real / size
            self._rules[size] = (distance, share)
        return self._rules[size]

    @cached_property
    def _range_m(self) -> tuple[float, float]:
        return self.weight.range_m()

    @cached_property
    def _middle_m(self) -> float:
        return sum(self._range_m) / 2

    @cached_property
    def _half_m(self) -> float:
        return (self._range_m[1] - self._range_m[0]) / 2

    @cached_property
    def _moments(self) -> Array:
        """Means of T_k, k < SIZES[-1]: in the angle, cos(angle) = x, T_k is a cosine.

        All orders by one matrix product, cos((j + i) angle) with j in steps of STEP and i < STEP.
        """
        angle, share = self._fine()
        coarse = cosine_and_sine(np.arange(0, SIZES[-1], STEP)[:, None] * angle)
        fine = cosine_and_sine(np.arange(STEP)[:, None] * angle)
        # Not by BLAS, whose threads take longer to start than this takes.
        pairs = zip(coarse, fine, strict=True)
        cosine, sine = (np.einsum("jn,in->ji", j * share, i) for j, i in pairs)
        return np.asarray((cosine - sine).ravel())

    def _fine(self) -> tuple[Array, Array]:
        """Angles and weights that integrate every T_k times the distribution."""
        weight, centre, half = self.weight, self._middle_m, max(self._half_m, TINY_M)
        wide = weight.half_m > 0
        middle, own = weight.middle_m[wide], weight.half_m[wide]
        edges = (middle + np.multiply.outer([1.0, -1.0], own) - centre) / half
        begin, end = np.arccos(np.clip(edges, -1.0, 1.0))
        count = np.ceil((end - begin) * (SIZES[-1] / FILLED)).astype(int)
        cell = np.repeat(np.arange(len(own)), count)
        which = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
        reach = ((end - begin) / count / 2)[cell]
        x, w = gauss_legendre(FINE)
        angle = (begin[cell] + (2 * which + 1) * reach)[:, None] + reach[:, None] * x
        inside = (centre + half * np.cos(angle) - middle[cell, None]) / own[cell, None]
        density = (legvander(inside, weight.degree) * weight.coefficients[wide][cell, None]).sum(-1)
        measure = w * half * np.sin(angle) * (reach / (2 * own[cell]))[:, None]
        single = np.arccos(np.clip((weight.middle_m[~wide] - centre) / half, -1.0, 1.0))
        shares = (density * measure).ravel(), weight.coefficients[~wide, 0]
        return np.concatenate([angle.ravel(), single]), np.concatenate(shares)


def mean_over_nodes(
    distance_m: Array, share: Array, phase: Array, strengths: Sequence[Any], power: int
) -> Array:
    """Sum D(L) cos(phi L) and D(L) sin(phi L) over nodes.

    Parameters
    ----------
    distance_m, share : array, shape (..., nodes)
        L_n and W_n.
    phase, strengths, power
        As of :meth:`FewNodes.mean`, shape (m,).

    Returns
    -------
    array, shape (2, m, ...)
    """
    behind = (slice(None), *(None,) * distance_m.ndim)
    damping, gaussian, sinc = (None if each is None else each[behind] for each in strengths)
    cosine, sine = cosine_and_sine(phase[behind] * distance_m)
    exponent: Any = None
    if damping is not None:
        exponent = damping * distance_m
    if gaussian is not None:
        bell = gaussian * (distance_m * distance_m)
        exponent = bell if exponent is None else exponent + bell
    factor: Any = share
    if exponent is not None:
        factor = share * np.exp(-np.minimum(exponent, LARGEST_EXPONENT))
    if sinc is not None:
        factor = factor * sine_ratio(sinc * distance_m) ** power
    return np.stack([(factor * cosine).sum(axis=-1), (factor * sine).sum(axis=-1)])


@cache
def _ellipses() -> tuple[Array, Array]:
    """Nodes per unit of H phi, of H Gamma and of H^2 g, and besides, for several ellipses."""
    rho = np.geomspace(1.05, 64.0, 32)
    a, b = (rho + 1 / rho) / 2, (rho - 1 / rho) / 2
    each = np.log(rho)
    return np.stack([b, a - 1, b * b]) / each, np.log(4 / (ERROR * (rho - 1))) / each
