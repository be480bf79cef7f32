r"""Averages of damped oscillations over a path-length distribution, exact at any frequency.

Use :func:`mean_cosine_sine` where the model does not damp with distance, :func:`mean_exponential`
where it does exponentially, :mod:`gallus.kernel.slow_factors` for other damping. With w(L) a
Legendre series in every cell,

.. math:: \langle e^{(i\phi-\Gamma)L}\rangle =
          \sum_c 2 h_c\, e^{i\tilde\phi m_c} \sum_k i^k c_{ck}\, j_k(\tilde\phi h_c),
          \qquad \tilde\phi = \phi + i\Gamma,

m_c and h_c the middle and half the width of cell c. Pure array functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace, gauss_legendre, in_blocks
from gallus.errors import InputError
from gallus.geometry.table import PathLengthTable
from gallus.kernel.moments import phase_powers, spherical_bessel
from gallus.oscillation.base import cosine_and_sine

BLOCK = 16384
"""Phases times cells at a time: temporaries of this size stay in the cache."""


@dataclass(frozen=True, eq=False)
class DistanceWeight:
    """A normalised distribution of distances: Legendre series in n cells, or n single distances.

    Parameters
    ----------
    middle_m, half_m : array, shape (n,)
        Middle and half width of the cells; a half width of 0 is a single distance.
    coefficients : array, shape (n, degree + 1)
        2 h c: the weight of cell c is ``coefficients[c, 0]``; they add up to 1.
    """

    middle_m: Array
    half_m: Array
    coefficients: Array

    @classmethod
    def from_table(cls, table: PathLengthTable) -> Self:
        """Normalise a path-length table."""
        width = np.diff(table.edges_m)
        middle = (table.edges_m[1:] + table.edges_m[:-1]) / 2
        scaled = table.coefficients * (width / table.mean_path_length_m())[:, None]
        return cls(middle, width / 2, scaled)

    @classmethod
    def from_distances(cls, distance_m: Array, weight: Array) -> Self:
        """Take single distances with weights, which are normalised.

        Raises
        ------
        InputError
            If a distance or weight is negative or not finite, or all weights are zero.
        """
        distance, share = np.asarray(distance_m, float), np.asarray(weight, float)
        for key, values in (("distance_m", distance), ("weight", share)):
            if not np.all(np.isfinite(values) & (values >= 0)):
                raise InputError("is negative or not finite", key=key, allowed="0 or more")
        if not share.sum() > 0:
            raise InputError("are all zero", key="weight", allowed="a positive sum")
        return cls(distance, np.zeros_like(distance), (share / share.sum())[:, None])

    @property
    def degree(self) -> int:
        """Degree of the series."""
        return int(self.coefficients.shape[1]) - 1

    def range_m(self) -> tuple[float, float]:
        """Shortest and longest distance."""
        low, high = self.middle_m - self.half_m, self.middle_m + self.half_m
        return float(low.min()), float(high.max())

    def nodes(self, per_cell: int) -> tuple[Array, Array]:
        """Gauss nodes and weights that add up to 1, both of shape (cells * per_cell,)."""
        x, w = gauss_legendre(per_cell)
        distance = self.middle_m[:, None] + self.half_m[:, None] * x
        share = self.coefficients @ legvander(x, self.degree).T * w / 2
        return distance.ravel(), share.ravel()

    def times_distance(self) -> DistanceWeight:
        """The distribution times L (no longer normalised): its averages are derivatives in phi."""
        n, size = self.coefficients.shape
        raised = np.zeros((n, size + 1))
        raised[:, :size] = self.coefficients * self.middle_m[:, None]
        # x P_k = [(k + 1) P_(k+1) + k P_(k-1)]/(2k + 1)
        for k in range(size):
            part = self.coefficients[:, k] * self.half_m / (2 * k + 1)
            raised[:, k + 1] += (k + 1) * part
            if k:
                raised[:, k - 1] += k * part
        return DistanceWeight(self.middle_m, self.half_m, raised)


class Averages(Protocol):
    """Means over one distribution of distances that need no summing: tabulated or remembered."""

    def covers(self, phase_per_m: Array) -> bool:
        """Whether the means of these phases can be had."""
        ...

    def cosine(self, phase_per_m: Array) -> Array:
        """Mean of cos(phi L), shape of `phase_per_m`."""
        ...

    def sine(self, phase_per_m: Array) -> Array:
        """Mean of sin(phi L)."""
        ...


def mean_cosine_sine(weight: DistanceWeight, phase_per_m: Any) -> tuple[Any, Any]:
    """Means of cos(phi L) and sin(phi L).

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    phase_per_m : array, any shape
        phi.

    Returns
    -------
    cosine, sine : arrays, shape of `phase_per_m`
    """
    phase = array_namespace(phase_per_m).asarray(phase_per_m)
    rows = max(1, BLOCK // len(weight.middle_m))
    means = in_blocks(lambda part: _cosine_sine(weight, part), phase.reshape(-1), rows)
    return means[..., 0].reshape(phase.shape), means[..., 1].reshape(phase.shape)


def mean_cosine_sine_of_each(
    whole: DistanceWeight, starts: NDArray[np.intp], phase_per_m: Array
) -> Array:
    """The same for several distributions at once; NumPy only.

    Parameters
    ----------
    whole, starts
        b distributions, from :func:`side_by_side`.
    phase_per_m : array, shape (n,)
        phi.

    Returns
    -------
    array, shape (n, 2, b)
        Cosines and sines.
    """
    parts = _in_pieces(whole, phase_per_m)
    return np.stack([np.add.reduceat(part, starts, axis=-1) for part in parts], axis=1)


def side_by_side(weights: Sequence[DistanceWeight]) -> tuple[DistanceWeight, NDArray[np.intp]]:
    """Pieces of several distributions one after the other, and where those of each begin."""
    size = 1 + max(weight.degree for weight in weights)
    padded = [np.zeros((len(weight.middle_m), size)) for weight in weights]
    for each, weight in zip(padded, weights, strict=True):
        each[:, : weight.degree + 1] = weight.coefficients
    whole = DistanceWeight(
        np.concatenate([weight.middle_m for weight in weights]),
        np.concatenate([weight.half_m for weight in weights]),
        np.concatenate(padded),
    )
    ends = np.cumsum([len(each) for each in padded])
    return whole, np.append(0, ends[:-1])


def _cosine_sine(weight: DistanceWeight, phases: Any) -> Any:
    """Means at phases of shape (n,), shape (n, 2)."""
    parts = _in_pieces(weight, phases)
    return array_namespace(phases).stack([part.sum(axis=-1) for part in parts], axis=-1)


def _in_pieces(weight: DistanceWeight, phases: Any) -> tuple[Any, Any]:
    """Cosines and sines of each piece, shape (n, pieces)."""
    phase = phases[:, None]
    bessel = spherical_bessel(phase * weight.half_m, weight.degree)
    signs = np.array([1.0, 1.0, -1.0, -1.0] * 3)
    terms = [bessel[k] * (signs[k] * weight.coefficients[:, k]) for k in range(weight.degree + 1)]
    even, odd = sum(terms[0::2]), sum(terms[1::2])
    cosine, sine = cosine_and_sine(phase * weight.middle_m)
    return even * cosine - odd * sine, even * sine + odd * cosine


def mean_with_derivatives(weight: DistanceWeight, phase_per_m: Any, highest: int) -> Any:
    """Mean of exp(i phi L) and its derivatives in phi, the means of (i L)^n exp(i phi L).

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    phase_per_m : array, any shape
        phi.
    highest : int
        Order of the last derivative.

    Returns
    -------
    complex array, shape (highest + 1, ...)
    """
    xp = array_namespace(phase_per_m)
    weights = [weight]
    for _ in range(highest):
        weights.append(weights[-1].times_distance())
    phase = xp.asarray(phase_per_m)[..., None]
    bessel = spherical_bessel(phase * weight.half_m, weights[-1].degree)
    cosine, sine = cosine_and_sine(phase * weight.middle_m)
    wave = cosine + 1j * sine
    means = [(_mean_in_cells(each, bessel) * wave).sum(axis=-1) for each in weights]
    return xp.stack([1j**n * mean for n, mean in enumerate(means)])


def mean_exponential(weight: DistanceWeight, phase_per_m: Any, damping_per_m: Any) -> Any:
    """Mean of exp((i phi - Gamma) L), complex.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    phase_per_m, damping_per_m : arrays, broadcast against each other
        phi and Gamma >= 0.
    """
    return exponential_in_pieces(weight, phase_per_m, damping_per_m).sum(axis=-1)


def exponential_in_pieces(weight: DistanceWeight, phase_per_m: Any, damping_per_m: Any) -> Any:
    """What each piece of the distances adds to :func:`mean_exponential`, shape (..., pieces)."""
    xp = array_namespace(phase_per_m, damping_per_m)
    rate = (xp.asarray(phase_per_m) + 1j * xp.asarray(damping_per_m))[..., None]
    series = _mean_in_cells(weight, spherical_bessel(rate * weight.half_m, weight.degree))
    # The Bessel functions carry e^(-Gamma h); what is left of the damping is at the near edge.
    near = weight.middle_m - weight.half_m
    cosine, sine = cosine_and_sine(rate.real * weight.middle_m)
    wave = (cosine + 1j * sine) * xp.exp(-rate.imag * near)
    return series * wave


def _mean_in_cells(weight: DistanceWeight, bessel: Any) -> Any:
    """Mean of exp(i z x) in each cell, x from -1 to 1, times the weight: sum_k i^k c_k j_k(z)."""
    powers = phase_powers(weight.degree)
    columns = (weight.coefficients * powers).T
    return sum(bessel[k] * column for k, column in enumerate(columns))
