"""What an oscillation model is: probabilities as sums of weighted, damped cosines.

A model knows no experiment. Implement :class:`DampedCosineModel` where the probability is

    P(E, L) = sum_k D_k(E, L) [w_k cos(phi_k(E) L) + v_k sin(phi_k(E) L)],

with frequencies phi_k and damping D_k that do not depend on the mixing and weights w_k, v_k that
carry it all: averages over lengths and energies are then exact and made once per frequency. Where
only the probability itself is known, implement :class:`OscillationModel`; it is averaged by
quadrature, which is slower.

A model may have a method ``remarks(params) -> tuple[str, ...]`` besides: short sentences about
values for which its formula is no longer meant, for whoever reports a result.

Shapes: energies have shape (n,), the K terms stand on the axis before, parameter values may have
any shape and appear as leading axes (...). Energies in MeV, lengths in m.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from gallus.accelerate import fast_cosine, fast_cosine_and_sine
from gallus.arrays import Array, array_namespace, is_traceable
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError, unknown_name
from gallus.parameters import Parameter, Params

ActiveFlavour = Literal["e", "mu", "tau"]
Flavour = Literal["e", "mu", "tau", "active", "sterile"]
"""What arrives; "active" is the sum of e, mu and tau, "sterile" the sum of all sterile states."""

LostTo = Literal["active", "sterile", "mixed"]
"""Where lost nu_e go; "mixed": to both, as the channels of the model say."""

RADIANS: float = 1e-12 / (2 * HBARC_MEV_M)
"""Phase Delta m2 L/(2 E) for 1 eV2, 1 m and 1 MeV: 2.534."""

SERIES_BELOW: float = 0.1
"""Where the series of sin(x)/x is exact to rounding with five terms."""


def vacuum_phase_per_m(delta_m2_eV2: Array, energy_MeV: Array) -> Array:
    """phi(E) = Delta m2/(2 E hbar c), the phase of an oscillation per length, in rad/m."""
    return RADIANS * delta_m2_eV2 / energy_MeV


def cosine(phase: Array) -> Array:
    """Return cos(phase); see :func:`cosine_and_sine`."""
    if is_traceable(phase):
        value: Array = fast_cosine(phase)
        return value
    tangent = np.tan(0.5 * phase)
    return 2.0 / (1.0 + tangent * tangent) - 1.0


def cosine_and_sine(phase: Array) -> tuple[Array, Array]:
    """Cosine and sine: 2/(1 + t^2) - 1 and 2 t/(1 + t^2) with t = tan(phase/2).

    In NumPy the tangent of many numbers is ten times faster than the cosine where the processor has
    AVX-512 (1.5 against 15 ns), and costs as much as cosine and sine together elsewhere. The error
    of both results is that of the angle that the tangent stands for, below 1e-15.
    """
    if is_traceable(phase):
        return fast_cosine_and_sine(phase)
    tangent = np.tan(0.5 * phase)
    twice = 2.0 / (1.0 + tangent * tangent)
    return twice - 1.0, twice * tangent


def sine_ratio(x: Array) -> Array:
    """sin(x)/x, with exact derivatives at 0, as quick as :func:`cosine_and_sine`."""
    xp = array_namespace(x)
    small = abs(x) < SERIES_BELOW
    square = xp.where(small, x * x, 0.0)
    series = 1.0 - square / 6 * (1.0 - square / 20 * (1.0 - square / 42 * (1.0 - square / 72)))
    divisor = xp.where(small, 1.0, x)
    ratio: Array = xp.where(small, series, cosine_and_sine(divisor)[1] / divisor)
    return ratio


@dataclass(frozen=True)
class Channel:
    """A transition: initial flavour, what arrives, neutrino or antineutrino.

    Raises
    ------
    InputError
        If a flavour is unknown.
    """

    initial: ActiveFlavour = "e"
    final: Flavour = "e"
    antineutrino: bool = False

    def __post_init__(self) -> None:
        for key, known in (("initial", get_args(ActiveFlavour)), ("final", get_args(Flavour))):
            if getattr(self, key) not in known:
                raise unknown_name(f"{key} flavour", str(getattr(self, key)), known)

    @property
    def is_survival(self) -> bool:
        """Whether the same flavour leaves and arrives."""
        return self.initial == self.final


SURVIVAL = Channel()
"""nu_e -> nu_e."""


@dataclass(frozen=True)
class DampedCosines:
    """The terms of a probability at n energies: K frequencies with their damping.

    Parameters
    ----------
    phase_per_m : array, shape (..., K, n)
        phi_k(E): the term is cos(phi_k L); zero for a constant term.
    damping_per_m : array, shape (..., K, n)
        Gamma_k(E) >= 0: times exp(-Gamma_k L).
    undamped : bool
        Says that all of `damping_per_m` is zero, so that nobody needs to look.
    gaussian_per_m2 : array, shape (..., K, n), optional
        g_k(E) >= 0: times exp(-g_k L^2), from wave packets.
    sinc_per_m : array, shape (..., K, n), optional
        s_k(E): times [sin(s_k L)/(s_k L)]^p_k, from states of broad mass.
    sinc_power : tuple of K int, optional
        p_k, 1 or 2; all 1 if not given.

    Raises
    ------
    InputError
        If a power is neither 1 nor 2, or there are not K of them.
    """

    phase_per_m: Array
    damping_per_m: Array
    undamped: bool = False
    gaussian_per_m2: Array | None = None
    sinc_per_m: Array | None = None
    sinc_power: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        powers = self.sinc_power
        if powers is not None and (len(powers) != self.terms or not {1, 2}.issuperset(powers)):
            raise InputError(
                "does not fit the terms",
                key="sinc_power",
                value=powers,
                allowed=f"{self.terms} numbers, each 1 or 2",
            )

    @classmethod
    def without_damping(cls, phase_per_m: Array) -> DampedCosines:
        """Plain cosines."""
        xp = array_namespace(phase_per_m)
        return cls(phase_per_m, xp.broadcast_to(0.0, phase_per_m.shape), undamped=True)

    @property
    def terms(self) -> int:
        """K, how many there are."""
        return int(self.phase_per_m.shape[-2])

    @property
    def is_plain(self) -> bool:
        """Whether nothing is damped, for all that is stated."""
        return self.undamped and self.gaussian_per_m2 is None and self.sinc_per_m is None

    def damping(self, term: int, baseline_m: Array) -> Array | float:
        """D_k(E, L) of one term, shape (..., n); 1 if there is no damping."""
        xp = array_namespace(self.phase_per_m, baseline_m)
        factor: Array | float = 1.0
        if not self.undamped:
            factor = factor * xp.exp(-self.damping_per_m[..., term, :] * baseline_m)
        if self.gaussian_per_m2 is not None:
            factor = factor * xp.exp(-self.gaussian_per_m2[..., term, :] * baseline_m**2)
        if self.sinc_per_m is not None:
            sinc = sine_ratio(self.sinc_per_m[..., term, :] * baseline_m)
            twice = self.sinc_power is not None and self.sinc_power[term] == 2
            factor = factor * (sinc * sinc if twice else sinc)
        return factor


@runtime_checkable
class OscillationModel(Protocol):
    """Transition probabilities of neutrinos, whatever the experiment."""

    @property
    def name(self) -> str:
        """Slug of the model."""
        ...

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters of the model."""
        ...

    @property
    def fixed(self) -> tuple[str, ...]:
        """Names of the parameters that stay at their start unless a value is given."""
        ...

    @property
    def null(self) -> str | None:
        """Slug of the model without the new effect; None if there is no simpler one."""
        ...

    @property
    def lost_to(self) -> LostTo:
        """Where lost nu_e go."""
        ...

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        ...


@runtime_checkable
class DampedCosineModel(OscillationModel, Protocol):
    """A model whose probability is a sum of weighted, damped cosines."""

    def damped_cosines(self, energy_MeV: Array, params: Params) -> DampedCosines:
        """Frequencies and damping at energies of shape (n,); independent of the mixing."""
        ...

    def weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array:
        """Weights w_k of the cosines, shape (..., K, n), or (..., K, 1) for all energies alike."""
        ...

    def sine_weights(self, channel: Channel, energy_MeV: Array, params: Params) -> Array | None:
        """Weights v_k of the sines, shaped as the others; None if they vanish by construction."""
        ...


def sum_of_cosines(
    terms: DampedCosines, weights: Array, sine_weights: Array | None, baseline_m: Array
) -> Array:
    """sum_k D_k(L) [w_k cos(phi_k L) + v_k sin(phi_k L)].

    Parameters
    ----------
    terms : DampedCosines
        Frequencies and damping at n energies.
    weights, sine_weights : array, shape (..., K, n) or (..., K, 1)
        w and v; v may be None.
    baseline_m : array, shape (n,)
        Length at each of the energies.

    Returns
    -------
    array, shape (..., n)
    """
    total: Any = 0.0
    for k in range(terms.terms):
        phase = terms.phase_per_m[..., k, :] * baseline_m
        if sine_weights is None:
            oscillation = weights[..., k, :] * cosine(phase)
        else:
            cos, sin = cosine_and_sine(phase)
            oscillation = weights[..., k, :] * cos + sine_weights[..., k, :] * sin
        total = total + terms.damping(k, baseline_m) * oscillation
    probability: Array = total
    return probability
