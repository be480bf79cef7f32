"""Oscillation of N mass states in vacuum: mixing matrix, weights, frequencies.

Everything that three flavours and any number of sterile states have in common. Mass states count
from 1, nu_1 being the reference of all mass splittings; flavours e, mu, tau are the first three
rows of the mixing matrix, sterile states the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, NamedTuple, TypeAlias

from gallus.arrays import Array, array_namespace
from gallus.oscillation.base import (
    RADIANS,
    Channel,
    DampedCosines,
    cosine_and_sine,
    sum_of_cosines,
    vacuum_phase_per_m,
)
from gallus.oscillation.evaluation import over_points
from gallus.parameters import Params

Number: TypeAlias = Any
"""A number or an array, real or complex, of NumPy or jax: one entry of a mixing matrix."""

Matrix: TypeAlias = list[list[Number]]

ROWS = {"e": 0, "mu": 1, "tau": 2}
"""Row of each flavour in the mixing matrix."""

LARGEST_EXPONENT: Final = 700.0
"""Of damping: exp(-700) = 1e-304 still is a normal number."""


def survival_probability(
    shares: Sequence[Array], splittings_eV2: Sequence[Array], energy_MeV: Array, baseline_m: Array
) -> Array:
    """P_aa = |sum_k |U_ak|^2 exp(-i Delta m2_k1 L/2E)|^2, exact for any splittings.

    The amplitude needs N - 1 phases; the sum over pairs of mass states needs N (N - 1)/2.

    Parameters
    ----------
    shares : N arrays, shape (...)
        |U_ak|^2, k = 1 to N.
    splittings_eV2 : N - 1 arrays, shape (...)
        Delta m2_k1, k = 2 to N.
    energy_MeV, baseline_m : array, shape (n,)
        Where.

    Returns
    -------
    array, shape (..., n)
    """
    length_over_energy = RADIANS * baseline_m / energy_MeV
    real = column(shares[0])
    imaginary = 0.0 * real
    for share, splitting in zip(shares[1:], splittings_eV2, strict=True):
        cos, sin = cosine_and_sine(column(splitting) * length_over_energy)
        real = real + column(share) * cos
        imaginary = imaginary + column(share) * sin
    return real * real + imaginary * imaginary


def damped_survival(
    shares: Sequence[Array],
    splittings_eV2: Sequence[Array],
    exponents: Sequence[Array],
    energy_MeV: Array,
    baseline_m: Array,
) -> Array:
    """P_aa = sum_k |U_ak|^4 + sum_k>j 2 |U_ak|^2 |U_aj|^2 exp(-x_kj) cos(phi_kj).

    Each pair of mass states loses its interference by itself. The N (N - 1)/2 cosines come from
    N - 1 phases: phi_kj = phi_k1 - phi_j1.

    Parameters
    ----------
    shares, splittings_eV2, energy_MeV, baseline_m
        As of :func:`survival_probability`.
    exponents : N (N - 1)/2 arrays, shape (..., n)
        x_kj >= 0 of the pairs, in the order of :func:`pairs`; finite.

    Returns
    -------
    array, shape (..., n)
    """
    length_over_energy = RADIANS * baseline_m / energy_MeV
    waves = [
        cosine_and_sine(column(splitting) * length_over_energy) for splitting in splittings_eV2
    ]
    constant, *crossed = (column(weight) for weight in _survival_products(shares))
    total = constant
    for (k, j), weight, exponent in zip(pairs(len(shares)), crossed, exponents, strict=True):
        cos, sin = waves[k - 1]
        if j > 0:
            cos = cos * waves[j - 1][0] + sin * waves[j - 1][1]
        total = total + weight * (damping_factor(exponent) * cos)
    return total


def damping_factor(exponent: Array) -> Array:
    """exp(-x), never below 1e-304: numbers that underflow cost five times as much."""
    xp = array_namespace(exponent)
    factor: Array = xp.exp(-xp.minimum(exponent, LARGEST_EXPONENT))
    return factor


def pair_cosines(splittings_eV2: Sequence[Array], energy_MeV: Array) -> DampedCosines:
    """Return a constant and the frequencies Delta m2_kj/2E of all pairs, K = 1 + N (N - 1)/2.

    The order of the pairs is that of :func:`pairs`.
    """
    differences = pair_differences(splittings_eV2)
    splittings = stacked([0.0 * differences[0], *differences])
    return DampedCosines.without_damping(vacuum_phase_per_m(splittings[..., None], energy_MeV))


def pair_differences(splittings_eV2: Sequence[Array]) -> list[Array]:
    """Delta m2_kj of all pairs, in the order of :func:`pairs`."""
    levels = [0.0 * splittings_eV2[0], *splittings_eV2]
    return [levels[k] - levels[j] for k, j in pairs(len(levels))]


def survival_weights(shares: Sequence[Array]) -> Array:
    """Return sum_k |U_ak|^4 and 2 |U_ak|^2 |U_aj|^2, shape (..., K, 1)."""
    return stacked(_survival_products(shares))[..., None]


def _survival_products(shares: Sequence[Array]) -> list[Array]:
    constant = sum((share * share for share in shares[1:]), shares[0] * shares[0])
    return [constant, *(2.0 * shares[k] * shares[j] for k, j in pairs(len(shares)))]


def transition_weights(matrix: Matrix, channel: Channel) -> tuple[Array, Array]:
    """Weights of cosines and sines of a -> b, each of shape (..., K, 1).

    With z_kj = U*_ak U_bk U_aj U*_bj: sum_k Re z_kk and 2 Re z_kj for the cosines, 2 Im z_kj for
    the sines (antineutrinos: -2 Im z_kj). Several final states are summed.
    """
    start = matrix[ROWS[channel.initial]]
    ends = [matrix[row] for row in final_rows(channel, len(matrix))]
    sign = -2.0 if channel.antineutrino else 2.0
    products = [[a.conjugate() * b for a, b in zip(start, end, strict=True)] for end in ends]

    def interference(k: int, j: int) -> Number:
        return sum((z[k] * z[j].conjugate() for z in products), 0j * start[0])

    diagonal = sum(interference(k, k) for k in range(len(matrix)))
    crossed = [interference(k, j) for k, j in pairs(len(matrix))]
    cosines = stacked([diagonal.real, *(2.0 * z.real for z in crossed)])
    sines = stacked([0.0 * diagonal.real, *(sign * z.imag for z in crossed)])
    return cosines[..., None], sines[..., None]


def pairs(states: int) -> Iterator[tuple[int, int]]:
    """Pairs of mass states (k, j), k > j, from 0: (1, 0), (2, 0), (2, 1), (3, 0), ..."""
    return ((k, j) for k in range(1, states) for j in range(k))


def final_rows(channel: Channel, states: int) -> range:
    """Rows of the mixing matrix that a channel sums over."""
    if channel.final == "active":
        return range(3)
    if channel.final == "sterile":
        return range(3, states)
    return range(ROWS[channel.final], ROWS[channel.final] + 1)


class Rotation(NamedTuple):
    """A rotation in the plane of states j < k, with sin^2 of its angle and its phase."""

    j: int
    k: int
    sin2: Array
    phase_deg: Array | float = 0.0


def mixing_matrix(rotations: Iterable[Rotation], states: int) -> Matrix:
    """Return the product of rotations in the order given, as rows of entries of shape (...).

    The rotation has cos on the diagonal, sin e^(-i delta) in the upper and -sin e^(i delta) in
    the lower corner.
    """
    identity: Matrix = [
        [complex(row == column) for column in range(states)] for row in range(states)
    ]
    return reduce(_rotate_columns, rotations, identity)


def _rotate_columns(matrix: Matrix, rotation: Rotation) -> Matrix:
    j, k = rotation.j - 1, rotation.k - 1
    xp = array_namespace(rotation.sin2, rotation.phase_deg)
    cos, sin = xp.sqrt(1.0 - rotation.sin2), xp.sqrt(rotation.sin2)
    phase = xp.exp(1j * xp.deg2rad(rotation.phase_deg))

    def rotated(row: list[Number]) -> list[Number]:
        first = row[j] * cos - row[k] * (sin * phase)
        second = row[j] * (sin * phase.conjugate()) + row[k] * cos
        return [{j: first, k: second}.get(column, entry) for column, entry in enumerate(row)]

    return [rotated(row) for row in matrix]


def electron_shares(sterile_sin2: Sequence[Array], sin2_13: Array, sin2_12: Array) -> list[Array]:
    """|U_ek|^2, k = 1 to N, for a matrix whose first row is (... R_14 R_15 ... R_13 R_12).

    |U_e4|^2 = sin^2 theta_14, |U_e5|^2 = cos^2 theta_14 sin^2 theta_15 and so on; the three
    active states share the rest as without sterile states.
    """
    rest: Number = 1.0
    sterile = []
    for sin2 in sterile_sin2:
        sterile.append(rest * sin2)
        rest = rest * (1.0 - sin2)
    third = rest * sin2_13
    rest = rest * (1.0 - sin2_13)
    return [rest * (1.0 - sin2_12), rest * sin2_12, third, *sterile]


@dataclass(frozen=True)
class VacuumMixing:
    """Mass splittings and mixing of N states: all that oscillation in vacuum depends on.

    Parameters
    ----------
    splittings_eV2 : N - 1 arrays, shape (...)
        Delta m2_k1, k = 2 to N.
    electron_shares : N arrays, shape (...)
        |U_ek|^2.
    rotations : tuple of Rotation
        Whose product is the mixing matrix.
    """

    splittings_eV2: tuple[Array, ...]
    electron_shares: tuple[Array, ...]
    rotations: tuple[Rotation, ...]

    def damped_cosines(self, energy_MeV: Array) -> DampedCosines:
        """Frequencies of all pairs of mass states."""
        return pair_cosines(self.splittings_eV2, energy_MeV)

    def weights(self, channel: Channel) -> Array:
        """Weights of the cosines; for nu_e -> nu_e exact products of |U_ek|^2."""
        if channel.initial == channel.final == "e":
            return survival_weights(self.electron_shares)
        return transition_weights(self.matrix(), channel)[0]

    def sine_weights(self, channel: Channel) -> Array | None:
        """Weights of the sines; none if the same flavour leaves and arrives."""
        return None if channel.is_survival else transition_weights(self.matrix(), channel)[1]

    def matrix(self) -> Matrix:
        """Return the mixing matrix, U_ak as row a and column k."""
        return mixing_matrix(self.rotations, len(self.electron_shares))

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability at points of any shape; `params` are the values that the mixing came from."""
        if channel.initial == channel.final == "e":
            return over_points(
                lambda energy, baseline: survival_probability(
                    self.electron_shares, self.splittings_eV2, energy, baseline
                ),
                energy_MeV,
                baseline_m,
                params,
            )
        weights, sines = self.weights(channel), self.sine_weights(channel)
        return over_points(
            lambda energy, baseline: sum_of_cosines(
                self.damped_cosines(energy), weights, sines, baseline
            ),
            energy_MeV,
            baseline_m,
            params,
        )


def column(value: Array) -> Array:
    """Append an axis for the energies."""
    values: Array = array_namespace(value).asarray(value)
    return values[..., None]


def stacked(values: Sequence[Array]) -> Array:
    """Stack arrays along a new last axis; shapes broadcast."""
    xp = array_namespace(*values)
    stack: Array = xp.stack(xp.broadcast_arrays(*values), axis=-1)
    return stack
