r"""Averages of oscillations with any slow factor of distance, exact at any frequency.

Use :class:`SlowFactors` for Gaussian and sinc damping, and for any damping where many strengths
share few frequencies. With D(L) = exp(-Gamma L - g L^2) [sin(s L)/(s L)]^p,

.. math:: \langle D(L)\, e^{i\phi L}\rangle = \sum_n D(L_n)\, W_n(\phi),

where the weights W_n carry distribution and wave and are exact (Filon's idea). Distances are cut
into stretches, far ends at most twice as far as near ends. There D is a polynomial of degree 15
within 2e-10, whatever Gamma and g are: where it falls fast it is small. Nodes are 16 to a stretch,
and W_n is the mean of the wave times a Lagrange polynomial, by the closed form of
:mod:`gallus.kernel.moments`; in the mean 1e-12 is left of the error. A fast sinc is a sum of waves,

.. math:: \frac{\sin sL}{sL} = \frac{e^{isL} - e^{-isL}}{2isL}, \qquad
          \frac{\sin^2 sL}{(sL)^2} = \frac{2 - e^{2isL} - e^{-2isL}}{4(sL)^2},

of other frequencies and the slow factor 1/(s L)^p. Pure array functions; the layout is static.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, reduce
from itertools import pairwise
from operator import add
from typing import Any, Self

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace, gauss_legendre
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.moments import spherical_bessel
from gallus.kernel.paired_sums import paired_sums
from gallus.oscillation.base import cosine_and_sine

NODES = 16
"""Nodes in a stretch."""

RATIO = 2.0
"""Largest ratio of the far end of a stretch to its near end."""

CELL_RATIO = 1.25
"""The same for a cell: in a cell weight times D is a polynomial of degree ORDER within 1e-13."""

ORDER = 12
"""Highest Legendre polynomial in a cell."""

SMALLEST = 2.0**-40
"""Stretches end there, as part of the largest distance; what is nearer has that weight."""

FAST = 1.0
"""s times half a stretch from which on a sinc is split into waves."""

SINC_WAVES = {
    1: ((1.0, -0.5j), (-1.0, 0.5j)),
    2: ((0.0, 0.5 + 0j), (2.0, -0.25 + 0j), (-2.0, -0.25 + 0j)),
}
"""By power: waves exp(i n s L) of which a sinc times (s L)^p consists, n and amplitude."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Distances where slow factors are polynomials.

    Parameters
    ----------
    cells, nodes : slice
        Of the cells and nodes of all stretches.
    projection : array, shape (ORDER + 1, cells, nodes)
        Legendre coefficients of weight times Lagrange polynomials, without the sign of i^k.
    """

    cells: slice
    nodes: slice
    projection: Array


@dataclass(frozen=True, eq=False)
class SlowFactors:
    """A distribution of distances, prepared for slow factors.

    Parameters
    ----------
    middle_m, half_m : array, shape (cells,)
        Cells, each in one stretch.
    stretches : tuple of Stretch
        Where slow factors are polynomials.
    share : array, shape (singles,)
        Weights of single distances, which are the last nodes.
    nodes_m, reach_m : array, shape (nodes,)
        Where slow factors are taken, and half the stretch there. For single distances a third of
        the distance: in cells of energy they need fast sincs split as well.
    """

    middle_m: Array
    half_m: Array
    stretches: tuple[Stretch, ...]
    share: Array
    nodes_m: Array
    reach_m: Array

    @classmethod
    def of(cls, weight: DistanceWeight) -> Self:
        """Cut a distribution into stretches."""
        wide = weight.half_m > 0
        edges = _stretch_edges(weight, wide)
        middles: list[float] = []
        halves: list[float] = []
        stretches: list[Stretch] = []
        nodes: list[Array] = []
        reaches: list[Array] = []
        cells = 0
        for low, high in pairwise(edges):
            pieces = _pieces(weight, wide, low, high)
            if not pieces:
                continue
            centre, reach = (high + low) / 2, (high - low) / 2
            matrix = np.stack([_projected(weight, piece, centre, reach) for piece in pieces], 1)
            middles += [(b + a) / 2 for _, a, b in pieces]
            halves += [(b - a) / 2 for _, a, b in pieces]
            here = slice(len(nodes) * NODES, (len(nodes) + 1) * NODES)
            stretches.append(Stretch(slice(cells, cells + len(pieces)), here, matrix))
            cells += len(pieces)
            nodes.append(centre + reach * _gauss()[0])
            reaches.append(np.full(NODES, reach))
        single = weight.middle_m[~wide]
        return cls(
            np.array(middles),
            np.array(halves),
            tuple(stretches),
            weight.coefficients[~wide, 0],
            np.concatenate([*nodes, single]),
            np.concatenate([*reaches, single / 3]),
        )

    def mean(
        self,
        phase_per_m: Any,
        damping_per_m: Any = None,
        gaussian_per_m2: Any = None,
        sinc_per_m: Any = None,
        power: int = 1,
    ) -> tuple[Any, Any]:
        """Means of D(L) cos(phi L) and D(L) sin(phi L).

        Fastest where `phase_per_m` has fewer elements than the others, or the same ones again.

        Parameters
        ----------
        phase_per_m : array, any shape
            phi.
        damping_per_m, gaussian_per_m2, sinc_per_m : arrays, broadcast against phi, optional
            Gamma >= 0, g >= 0 and s.
        power : {1, 2}
            p.

        Returns
        -------
        cosine, sine : arrays
            Error below 1e-11, mostly below 1e-12.
        """
        strengths = (damping_per_m, gaussian_per_m2)
        if sinc_per_m is None:
            if damping_per_m is None and gaussian_per_m2 is None:
                strengths = (0.0 * phase_per_m, None)
            return paired_sums(self.weights, phase_per_m, self.damping, strengths)
        return self._mean_with_sinc(phase_per_m, strengths, sinc_per_m, power)

    def _mean_with_sinc(
        self, phase_per_m: Any, others: tuple[Any, Any], sinc_per_m: Any, power: int
    ) -> tuple[Any, Any]:
        """Where s is slow its sinc is a slow factor, where it is fast the sum of waves."""
        xp = array_namespace(phase_per_m, sinc_per_m, *others)
        strengths = (*others, xp.asarray(sinc_per_m))

        def slow(damping: Any, gaussian: Any, s: Any) -> Any:
            return self.slow_sinc(s, power, xp.abs(s)) * self.damping(damping, gaussian)

        def fast(damping: Any, gaussian: Any, s: Any) -> Any:
            return self.fast_sinc(s, power, xp.abs(s)) * self.damping(damping, gaussian)

        def waves(phase: Any, *strengths: Any) -> Any:
            s, steps = strengths[-1], SINC_WAVES[power]
            phases = xp.stack(xp.broadcast_arrays(*(phase + step * s for step, _ in steps)))
            cosines, sines = paired_sums(self.weights, phases, fast, strengths)
            means = zip(steps, cosines, sines, strict=True)
            return sum(share * (c + 1j * s) for (_, share), c, s in means)

        if xp is np and np.all(np.abs(strengths[-1]) * self.reach_m.min() >= FAST):
            # Nothing is slow anywhere.
            mean = waves(phase_per_m, *strengths)
            return mean.real, mean.imag
        cosine, sine = paired_sums(self.weights, phase_per_m, slow, strengths)
        if xp is not np:
            more = waves(phase_per_m, *strengths)
            return cosine + more.real, sine + more.imag
        is_fast = np.abs(strengths[-1]) * self.reach_m.max() >= FAST
        where = np.broadcast_to(is_fast, cosine.shape)
        picked = (
            None if each is None else np.broadcast_to(each, cosine.shape)[where]
            for each in (phase_per_m, *strengths)
        )
        if where.any():
            more = waves(*picked)
            cosine[where] += more.real
            sine[where] += more.imag
        return cosine, sine

    def weights(self, phase_per_m: Any) -> tuple[Any, Any]:
        """Real and imaginary part of W_n(phi), shape (..., nodes)."""
        xp = array_namespace(phase_per_m)
        given = xp.asarray(phase_per_m)
        phase = given.reshape(-1, 1)
        wave = cosine_and_sine(phase * self._single_m)
        parts = [[each * self.share] for each in wave]
        if self.stretches:
            bessel = spherical_bessel(phase * self.half_m, ORDER)
            cosine, sine = cosine_and_sine(phase * self.middle_m)
            parts[0][:0] = self._projected(bessel[0::2] * cosine, bessel[1::2] * -sine)
            parts[1][:0] = self._projected(bessel[0::2] * sine, bessel[1::2] * cosine)
        real, imaginary = (
            xp.concatenate(each, axis=-1).reshape(*given.shape, -1) for each in parts
        )
        return real, imaginary

    def _projected(self, even: Any, odd: Any) -> list[Any]:
        """From even and odd orders, shape (orders, n, cells), to nodes, (n, nodes) a stretch."""
        return [
            (even[..., each.cells] @ each.projection[0::2]).sum(axis=0)
            + (odd[..., each.cells] @ each.projection[1::2]).sum(axis=0)
            for each in self.stretches
        ]

    @property
    def _single_m(self) -> Array:
        return self.nodes_m[len(self.nodes_m) - len(self.share) :]

    def damping(self, damping: Any, gaussian: Any) -> Any:
        """exp(-Gamma L - g L^2) at the nodes, shape (..., nodes); 1 if both are None."""
        pairs = ((damping, -self.nodes_m), (gaussian, -(self.nodes_m**2)))
        exponents = [rate[..., None] * distance for rate, distance in pairs if rate is not None]
        return array_namespace(damping, gaussian).exp(reduce(add, exponents)) if exponents else 1.0

    def slow_sinc(self, sinc: Any, power: int, scale: Any) -> Any:
        """Where s of about `scale` is slow its sinc, 0 elsewhere."""
        xp = array_namespace(sinc)
        # Not "below", which would drop NaN.
        slow = ~(scale[..., None] * self.reach_m >= FAST)
        # The sinc of NumPy contains pi.
        found = xp.sinc(xp.where(slow, sinc[..., None], 0.0) * self.nodes_m / math.pi)
        return xp.where(slow, found**power, 0.0)

    def fast_sinc(self, sinc: Any, power: int, scale: Any) -> Any:
        """Where it is fast 1/(s L)^p, the factor of its waves, 0 elsewhere."""
        xp = array_namespace(sinc)
        fast = scale[..., None] * self.reach_m >= FAST
        inverse = 1.0 / xp.where(fast, sinc[..., None] * self.nodes_m, 1.0)
        return xp.where(fast, inverse**power, 0.0)


def _stretch_edges(weight: DistanceWeight, wide: NDArray[np.bool_]) -> Array:
    """Edges of the stretches, in equal ratios."""
    if not wide.any():
        return np.empty(0)
    near = (weight.middle_m - weight.half_m)[wide].min()
    far = (weight.middle_m + weight.half_m)[wide].max()
    first = max(near, SMALLEST * far)
    count = max(1, math.ceil(math.log(far / first) / math.log(RATIO)))
    edges = np.geomspace(first, far, count + 1)
    # Rounding must not move the ends.
    edges[0], edges[-1] = first, far
    return edges if near == first else np.concatenate([[near], edges])


def _pieces(
    weight: DistanceWeight, wide: NDArray[np.bool_], low: float, high: float
) -> list[tuple[int, float, float]]:
    """Parts of cells in a stretch: which cell, from where, to where."""
    found = []
    for cell in np.flatnonzero(wide):
        middle, half = weight.middle_m[cell], weight.half_m[cell]
        a, b = max(middle - half, low), min(middle + half, high)
        if b <= a:
            continue
        count = math.ceil(math.log(b / a) / math.log(CELL_RATIO)) if a > 0 else 1
        edges = np.linspace(a, b, max(count, 1) + 1)
        found += [(int(cell), float(x), float(y)) for x, y in pairwise(edges)]
    return found


def _projected(
    weight: DistanceWeight, piece: tuple[int, float, float], centre: float, reach: float
) -> Array:
    """Weight in a piece times Lagrange polynomials of its stretch, shape (ORDER + 1, NODES)."""
    cell, a, b = piece
    x, w = gauss_legendre(ORDER + NODES)
    distance = (b + a) / 2 + (b - a) / 2 * x
    in_cell = (distance - weight.middle_m[cell]) / weight.half_m[cell]
    density = legvander(in_cell, weight.degree) @ weight.coefficients[cell]
    lagrange = legvander((distance - centre) / reach, NODES - 1) @ _gauss()[1]
    basis = legvander(x, ORDER) * (2 * np.arange(ORDER + 1) + 1) / 2
    shrunk = (b - a) / (2 * weight.half_m[cell])
    # i^k without the i that makes odd orders imaginary.
    signs = np.array([1.0, 1.0, -1.0, -1.0] * 4)[: ORDER + 1, None]
    return np.asarray(signs * shrunk * (basis.T * (w * density)) @ lagrange)


@cache
def _gauss() -> tuple[Array, Array]:
    """Gauss nodes, and the matrix from Legendre polynomials to the Lagrange polynomials there."""
    x, w = gauss_legendre(NODES)
    orders = np.arange(NODES)
    return x, (w[:, None] * legvander(x, NODES - 1) * (2 * orders + 1) / 2).T
