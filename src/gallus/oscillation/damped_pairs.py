"""Mixing in vacuum whose pairs of mass states lose their interference: what such models share.

For decoherence and wave packets: the populations of mass states stay, the interference of states k
and j is multiplied by exp(-x_kj(E, L)). States that decay or are broad lose population as well; see
:mod:`gallus.oscillation.fading_state`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gallus.arrays import Array, array_namespace
from gallus.oscillation.base import Channel, DampedCosineModel, DampedCosines
from gallus.oscillation.evaluation import probability
from gallus.oscillation.vacuum import VacuumMixing, damped_survival
from gallus.parameters import Params

Exponents = Callable[[Array, Array], Sequence[Array]]
"""x_kj at energies and lengths of shape (n,), for all pairs."""


def with_rates(terms: DampedCosines, rates_per_m: Sequence[Array]) -> DampedCosines:
    """Damp all terms but the first, which is constant, by exp(-rate L).

    Parameters
    ----------
    terms : DampedCosines
        A constant and K - 1 pairs at n energies.
    rates_per_m : K - 1 arrays, shape (..., n)
        Rates of the pairs.
    """
    return replace(terms, damping_per_m=after_a_constant(rates_per_m), undamped=False)


def after_a_constant(values: Sequence[Array]) -> Array:
    """Stack 0, for the constant term, and one array of shape (..., n) for each other term."""
    xp = array_namespace(*values)
    stack: Array = xp.stack(xp.broadcast_arrays(0.0 * values[0], *values), axis=-2)
    return stack


def probability_of_damped_pairs(
    model: DampedCosineModel,
    mixing: VacuumMixing,
    exponents: Exponents,
    channel: Channel,
    energy_MeV: float | Array,
    baseline_m: float | Array,
    params: Params,
) -> Array:
    """Probability at points of any shape; P_ee with one phase for each state, not each pair."""

    def survival(energy: Array, baseline: Array) -> Array:
        return damped_survival(
            mixing.electron_shares,
            mixing.splittings_eV2,
            exponents(energy, baseline),
            energy,
            baseline,
        )

    return probability(model, channel, energy_MeV, baseline_m, params, survival)
