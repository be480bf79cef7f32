"""A fourth state whose amplitude fades: what decay and a broad mass have in common.

The amplitude of nu_4 is multiplied by f(E, L), 1 at the source:

    P_ab = abs[ sum_k<4 U*_ak U_bk exp(-i phi_k) + f U*_a4 U_b4 exp(-i phi_4) ]^2.

So interference with nu_4 carries f, and the population of nu_4 carries f^2: one term more than
there are pairs. What is lost is counted as sterile, P(sterile) = 1 - P(active).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gallus.arrays import Array, array_namespace
from gallus.oscillation.base import (
    RADIANS,
    Channel,
    DampedCosineModel,
    DampedCosines,
    cosine_and_sine,
)
from gallus.oscillation.evaluation import probability
from gallus.oscillation.vacuum import VacuumMixing, column, final_rows, pairs
from gallus.parameters import Params

STATES = 4

POWERS = (0, *(1 if k == STATES - 1 else 0 for k, _ in pairs(STATES)), 2)
"""Power of f in each term: a constant, the six pairs, the population of nu_4."""


def fading_survival(
    shares: Sequence[Array],
    splittings_eV2: Sequence[Array],
    fading: Array,
    energy_MeV: Array,
    baseline_m: Array,
) -> Array:
    """P_aa, exact, from N - 1 phases.

    Parameters
    ----------
    shares, splittings_eV2, energy_MeV, baseline_m
        As of :func:`gallus.oscillation.vacuum.survival_probability`; the last state fades.
    fading : array, shape (..., n)
        f at the points.

    Returns
    -------
    array, shape (..., n)
    """
    length_over_energy = RADIANS * baseline_m / energy_MeV
    *stable, last = (column(share) for share in shares[1:])
    real = column(shares[0])
    imaginary = 0.0 * real
    for share, splitting in zip([*stable, last * fading], splittings_eV2, strict=True):
        cos, sin = cosine_and_sine(column(splitting) * length_over_energy)
        real = real + share * cos
        imaginary = imaginary + share * sin
    return real * real + imaginary * imaginary


def with_population(terms: DampedCosines) -> DampedCosines:
    """Append the term of the population of nu_4, which does not oscillate."""
    phase = terms.phase_per_m
    xp = array_namespace(phase)
    return DampedCosines.without_damping(xp.concat([phase, 0.0 * phase[..., :1, :]], axis=-2))


def times(factors: Sequence[int], value: Array) -> Array:
    """Stack a value (..., n) times a factor for each term, shape (..., K, n)."""
    xp = array_namespace(value)
    stack: Array = xp.stack([factor * value for factor in factors], axis=-2)
    return stack


def fading_weights(mixing: VacuumMixing, channel: Channel) -> Array:
    """Weights of the cosines, shape (..., 8, 1): the population of nu_4 apart from the others."""
    if channel.final == "sterile":
        weights = -fading_weights(mixing, replace(channel, final="active"))
        return _moved(weights, 1.0)
    weights = mixing.weights(channel)
    population = _population(mixing, channel) + 0.0 * weights[..., :1, :]
    xp = array_namespace(weights, population)
    return _moved(xp.concat([weights, population], axis=-2), -population)


def fading_sine_weights(mixing: VacuumMixing, channel: Channel) -> Array | None:
    """Weights of the sines, shape (..., 8, 1)."""
    if channel.final == "sterile":
        active = fading_sine_weights(mixing, replace(channel, final="active"))
        return None if active is None else -active
    weights = mixing.sine_weights(channel)
    if weights is None:
        return None
    xp = array_namespace(weights)
    extended: Array = xp.concat([weights, 0.0 * weights[..., :1, :]], axis=-2)
    return extended


def probability_with_fading(
    model: DampedCosineModel,
    mixing: VacuumMixing,
    fading: Callable[[Array, Array], Array],
    channel: Channel,
    energy_MeV: float | Array,
    baseline_m: float | Array,
    params: Params,
) -> Array:
    """Probability at points of any shape; `fading` is f at energies and lengths of shape (n,)."""

    def survival(energy: Array, baseline: Array) -> Array:
        return fading_survival(
            mixing.electron_shares,
            mixing.splittings_eV2,
            fading(energy, baseline),
            energy,
            baseline,
        )

    return probability(model, channel, energy_MeV, baseline_m, params, survival)


def _population(mixing: VacuumMixing, channel: Channel) -> Array:
    """|U_a4|^2 |U_b4|^2, summed over final states, shape (..., 1, 1)."""
    if channel.initial == channel.final == "e":
        share = mixing.electron_shares[-1]
        return column(column(share * share))
    matrix = mixing.matrix()
    squares = [(row[-1] * row[-1].conjugate()).real for row in matrix]
    start = squares[final_rows(replace(channel, final=channel.initial), STATES)[0]]
    ends = sum(squares[row] for row in final_rows(channel, STATES))
    return column(column(start * ends))


def _moved(weights: Array, step: float | Array) -> Array:
    """Add a number to the weight of the constant term."""
    xp = array_namespace(weights)
    moved: Array = xp.concat([weights[..., :1, :] + step, weights[..., 1:, :]], axis=-2)
    return moved
