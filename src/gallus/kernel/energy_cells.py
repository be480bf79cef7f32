r"""Averages over a cell of a continuous spectrum and over distance at once, exact at any frequency.

The phase is phi = kappa u with u = 1/E, so that a cell in u is to one in distance what distance is
to it. In one cell of each, with half widths U and h,

* if kappa U h < 1 the average over distance is smooth in u up to the factor exp(i kappa u m), m
  the middle of the distance cell;
* else it is the sum of two waves, exp(i kappa u (m - h)) and exp(i kappa u (m + h)), whose
  amplitudes are polynomials in 1/(kappa u h).

Either way a smooth function of u, projected on Legendre polynomials, times one pure oscillation:
the rule of :mod:`gallus.kernel.moments` again. Damping is constant within an energy
cell here; use :mod:`gallus.kernel.damped_energy_cells` where it depends on the energy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace, gauss_legendre, in_blocks
from gallus.errors import InputError
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.moments import phase_powers, spherical_bessel
from gallus.oscillation.base import cosine_and_sine

NODES = 8
"""In u, of a projection on polynomials of one degree less."""

BLOCK = 131072
"""Numbers at a time: temporaries of this size stay in the cache."""


@dataclass(frozen=True, eq=False)
class EnergyCells:
    """Cells in 1/E with a spectrum inside: its values at Gauss nodes, normalised per cell.

    Parameters
    ----------
    middle_per_MeV, half_per_MeV : array, shape (n,)
        Middle and half width of the cells in u = 1/E.
    spectrum : array, shape (n, NODES)
        Spectrum per du at the Gauss-Legendre nodes over its mean in the cell.
    """

    middle_per_MeV: Array
    half_per_MeV: Array
    spectrum: Array

    @classmethod
    def from_edges(cls, energy_edges_MeV: Array, spectrum_per_MeV: Any = None) -> Self:
        """Build cells between energies.

        Parameters
        ----------
        energy_edges_MeV : array, shape (n + 1,)
            Increasing, above 0.
        spectrum_per_MeV : callable, optional
            Spectrum (events per MeV, any normalisation) of an array of energies; flat if not given.

        Raises
        ------
        InputError
            If the edges do not increase or the spectrum is not positive somewhere in every cell.
        """
        edges = np.asarray(energy_edges_MeV, dtype=np.float64)
        if edges.ndim != 1 or not (np.all(np.diff(edges) > 0) and edges[0] > 0):
            raise InputError(
                "do not increase", key="energy_edges_MeV", allowed="above 0, increasing"
            )
        u = 1.0 / edges
        middle, half = (u[:-1] + u[1:]) / 2, (u[:-1] - u[1:]) / 2
        nodes = middle[:, None] + half[:, None] * gauss(NODES)[0]
        energy = 1.0 / nodes
        flat = np.ones_like(energy) if spectrum_per_MeV is None else spectrum_per_MeV(energy)
        # dN/du = dN/dE E^2
        density = flat * energy**2
        mean = density @ gauss(NODES)[1] / 2
        if not np.all(mean > 0):
            raise InputError(
                "is not positive", key="spectrum_per_MeV", allowed="above 0 in each cell"
            )
        return cls(middle, half, density / mean[:, None])

    @property
    def energy_MeV(self) -> Array:
        """Energy at the middle of each cell in 1/E, where slow factors are taken."""
        return np.asarray(1.0 / self.middle_per_MeV)

    def nodes_per_MeV(self, x: Array) -> Array:
        """1/E at places from -1 to 1 in each cell, shape (n, len(x))."""
        return np.asarray(self.middle_per_MeV[:, None] + self.half_per_MeV[:, None] * x)

    def spectrum_at(self, x: Array) -> Array:
        """The spectrum there, through its Legendre series."""
        own, w = gauss_legendre(self.spectrum.shape[1])
        degree = self.spectrum.shape[1] - 1
        series = (self.spectrum * w) @ legvander(own, degree) * (2 * np.arange(degree + 1) + 1) / 2
        return np.asarray(series @ legvander(x, degree).T)


def mean_exponential_in_cells(
    weight: DistanceWeight, cells: EnergyCells, kappa: Any, damping_per_m: Any = 0.0
) -> Any:
    """Mean of exp((i kappa u - Gamma) L) over distance and over each energy cell.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L.
    cells : EnergyCells
        n cells.
    kappa : array, shape (...) or (..., n)
        phi E in MeV/m; constant for oscillations in vacuum.
    damping_per_m : array, broadcast against `kappa`
        Gamma >= 0, constant in each cell.

    Returns
    -------
    complex array, shape (..., n)
        Error below 1e-8 while the cells are narrower than a tenth of their energy.
    """
    xp = array_namespace(kappa, damping_per_m)
    if xp is np and not np.any(damping_per_m):
        # Without damping the arguments are real.
        return mean_wave_in_pieces(weight, cells, np.asarray(kappa)).sum(axis=-1)
    k, gamma = (with_cells(xp.asarray(a), cells) for a in (kappa, damping_per_m))
    # Axes: ..., energy cell, distance cell, node.
    kappa_, gamma_ = k[..., None, None], gamma[..., None, None]
    u = cells.nodes_per_MeV(gauss(NODES)[0])[:, None, :]
    z = (kappa_ * u + 1j * gamma_) * weight.half_m[:, None]
    spread = kappa_[..., 0] * cells.half_per_MeV[:, None] * weight.half_m
    smooth = xp.abs(spread) < 1.0
    spectrum = cells.spectrum[:, None, :]
    coefficients = weight.coefficients
    near = weight.middle_m - weight.half_m
    far = weight.middle_m + weight.half_m
    loss = gamma_[..., 0]

    envelope = _bessel_series(xp.where(smooth[..., None], z, 1.0), coefficients) * spectrum
    middle = wave(envelope, k, cells, weight.middle_m) * xp.exp(-loss * near)
    large = xp.where(smooth[..., None], 10.0, z)
    out, back = _wave_amplitudes(large, coefficients)
    edges = wave(out * spectrum, k, cells, far) * xp.exp(-loss * far)
    edges = edges + wave(back * spectrum, k, cells, near) * xp.exp(-loss * near)
    return xp.where(smooth, middle, edges).sum(axis=-1)


def mean_wave_in_pieces(weight: DistanceWeight, cells: EnergyCells, kappa: Array) -> Array:
    """Share of each piece of the distances in the mean of exp(i kappa u L); NumPy only.

    Parameters
    ----------
    weight : DistanceWeight
        Distribution of L, of c pieces.
    cells : EnergyCells
        n cells.
    kappa : array, shape (...) or (..., n)
        phi E in MeV/m.

    Returns
    -------
    complex array, shape (..., n, c)
        Their sum over the pieces is the mean.
    """
    k = with_cells(kappa, cells)
    pieces = len(weight.middle_m)
    rows = k.reshape(-1, k.shape[-1])
    found = np.empty((*rows.shape, pieces), dtype=complex)
    moving = rows.any(axis=1)
    found[~moving] = weight.coefficients[:, 0]
    if moving.any():
        block = max(1, BLOCK // (NODES * rows.shape[1] * pieces))
        found[moving] = in_blocks(lambda part: _waves(weight, cells, part), rows[moving], block)
    return found.reshape(*k.shape, pieces)


def _waves(weight: DistanceWeight, cells: EnergyCells, k: Array) -> Array:
    """The same for kappa of shape (m, n), each triple the way that is due to it."""
    width = np.multiply.outer(cells.half_per_MeV, weight.half_m)
    smooth = np.abs(k[..., None] * width) < 1.0
    found = np.empty(smooth.shape, dtype=complex)
    for where, means in ((smooth, _smooth_means), (~smooth, _edge_means)):
        row, energy, piece = np.nonzero(where)
        if len(row):
            found[where] = means(weight, cells, _Triples(k[row, energy], energy, piece))
    return found


class _Triples(NamedTuple):
    """kappa, energy cell and piece of the distances, each of shape (p,)."""

    kappa: Array
    energy: NDArray[np.intp]
    piece: NDArray[np.intp]

    def arguments(self, weight: DistanceWeight, cells: EnergyCells) -> Array:
        """Products kappa u h at the nodes in u, shape (p, NODES)."""
        u = cells.nodes_per_MeV(gauss(NODES)[0])
        return np.asarray((self.kappa * weight.half_m[self.piece])[:, None] * u[self.energy])

    def wave(self, amplitude: Array, cells: EnergyCells, distance_m: Array) -> Array:
        """Mean over u of amplitude(u) exp(i kappa u L), from values (p, NODES) at the nodes."""
        series = (amplitude * cells.spectrum[self.energy]) @ projection(NODES)
        far = self.kappa * distance_m[self.piece]
        bessel = spherical_bessel(far * cells.half_per_MeV[self.energy], NODES - 1)
        total = np.einsum("pk,kp->p", series * phase_powers(NODES - 1), bessel)
        cosine, sine = cosine_and_sine(far * cells.middle_per_MeV[self.energy])
        return np.asarray(total * (cosine + 1j * sine))


def _smooth_means(weight: DistanceWeight, cells: EnergyCells, triples: _Triples) -> Array:
    """Where the average over distance is smooth in u."""
    bessel = spherical_bessel(triples.arguments(weight, cells), weight.degree)
    even, odd = _even_and_odd(weight, triples, bessel)
    return triples.wave(even + 1j * odd, cells, weight.middle_m)


def _edge_means(weight: DistanceWeight, cells: EnergyCells, triples: _Triples) -> Array:
    """Where it is a sum of the waves of both ends."""
    hankel = next(half_hankels(triples.arguments(weight, cells), weight.degree))
    even, odd = _even_and_odd(weight, triples, hankel)
    # i^k is real for even k only, and the other Hankel functions are the conjugate ones.
    out, back = even + 1j * odd, np.conj(even - 1j * odd)
    far = triples.wave(out, cells, weight.middle_m + weight.half_m)
    return far + triples.wave(back, cells, weight.middle_m - weight.half_m)


def _even_and_odd(weight: DistanceWeight, triples: _Triples, functions: Any) -> tuple[Any, Any]:
    """Sums of i^k c_k f_k over even k, and over odd k without one i."""
    columns = weight.coefficients[triples.piece].T[..., None]
    signs = (1.0, 1.0, -1.0, -1.0) * 3
    terms = [sign * c * f for sign, c, f in zip(signs, columns, functions, strict=False)]
    return sum(terms[0::2]), sum(terms[1::2], start=0.0)


def with_cells(values: Any, cells: EnergyCells) -> Any:
    """Give an array an axis of energy cells if it has none."""
    n = len(cells.middle_per_MeV)
    has = values.ndim and values.shape[-1] == n
    return values if has else values[..., None] + np.zeros(n)


def _bessel_series(z: Any, coefficients: Array) -> Any:
    """sum_k i^k c_k j_k(z), times e^(-Im z); distance cells on the axis before the last."""
    degree = coefficients.shape[1] - 1
    bessel = spherical_bessel(z, degree)
    powers = phase_powers(degree)
    return sum(bessel[k] * (powers[k] * coefficients[:, k])[:, None] for k in range(degree + 1))


def _wave_amplitudes(z: Any, coefficients: Array) -> tuple[Any, ...]:
    """Split sum_k i^k c_k j_k(z) into A e^(iz) + B e^(-iz); A and B are polynomials in 1/z."""
    degree = coefficients.shape[1] - 1
    columns = [
        (power * each)[:, None]
        for power, each in zip(phase_powers(degree), coefficients.T, strict=True)
    ]
    return tuple(
        sum(h * column for h, column in zip(hankel, columns, strict=True))
        for hankel in half_hankels(z, degree)
    )


def half_hankels(z: Any, degree: int) -> Iterator[list[Any]]:
    """Amplitudes of e^(iz), then of e^(-iz), in j_0 ... j_degree."""
    for sign in (1, -1):
        # (h_k e^(-+iz))/2 with spherical Hankel functions of the first and second kind.
        hankel = [-0.5j * sign / z, (-0.5 - 0.5j * sign / z) / z]
        for k in range(1, degree):
            hankel.append((2 * k + 1) / z * hankel[k] - hankel[k - 1])
        yield hankel[: degree + 1]


def wave(amplitude: Any, kappa: Any, cells: EnergyCells, distance_m: Array) -> Any:
    """Mean over u of amplitude(u) exp(i kappa u L), from values at the Gauss nodes."""
    nodes = amplitude.shape[-1]
    series = amplitude @ projection(nodes)
    step = kappa[..., None] * (cells.half_per_MeV[:, None] * distance_m)
    bessel = spherical_bessel(step, nodes - 1)
    powers = phase_powers(nodes - 1)
    total = sum(series[..., k] * (powers[k] * bessel[k]) for k in range(nodes))
    cosine, sine = cosine_and_sine(kappa[..., None] * (cells.middle_per_MeV[:, None] * distance_m))
    return total * (cosine + 1j * sine)


@cache
def gauss(nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights."""
    x, w = gauss_legendre(nodes)
    return np.asarray(x), np.asarray(w)


@cache
def projection(nodes: int) -> Array:
    """Matrix from values at the Gauss nodes to Legendre coefficients."""
    x, w = gauss(nodes)
    basis = legvander(x, nodes - 1)
    return np.asarray(w[:, None] * basis * (2 * np.arange(nodes) + 1) / 2)
