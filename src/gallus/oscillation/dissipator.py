"""Environments that neutrinos lose their coherence to: Lindblad operators of any kind.

Use :meth:`Dissipator.dephasing` for decoherence of mass states, :meth:`Dissipator.from_rates` and
:meth:`Dissipator.from_damping` for matrices in the manner of other programs, and the class itself
for operators; with :class:`gallus.oscillation.lindblad.OpenSystem`, which has the conventions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError, unknown_name
from gallus.oscillation.expm import norms
from gallus.oscillation.liouvillian import (
    Complex,
    adjoint,
    dissipative_part,
    operators_of_rates,
    rates_of_damping,
)

Basis = Literal["mass", "flavour"]

Factor: TypeAlias = Callable[[Array], Array]
"""Takes energies in MeV of shape (n,), gives a number for each, shape (..., n)."""

ROUNDING: Final = 1e-13
"""Rates below this part of the squares of the operators are what rounding leaves of zero."""


class NoEffectWarning(UserWarning):
    """A dissipator changes nothing at the points asked."""


def power_law(reference_energy_MeV: float, power: float) -> Factor:
    """(E_ref/E)^r, the factor of a :class:`Dissipator`; other programs write n = -r."""
    return lambda energy_MeV: (reference_energy_MeV / energy_MeV) ** power


@dataclass(frozen=True, eq=False)
class Dissipator:
    """Lindblad operators of one environment.

    Parameters
    ----------
    operators : array, shape (N, N) or (K, N, N), or callable
        A_k in m^(-1/2); a function takes energies in MeV of shape (n,) and gives (..., n, K, N, N),
        or (..., 1, K, N, N) for all energies alike.
    basis : {"mass", "flavour"}
        Basis of the operators.
    factor : callable, optional
        Takes energies of shape (n,), gives what all rates are multiplied by, shape (..., n); not
        negative.

    Raises
    ------
    InputError
        If the basis is unknown, or operators have no such shape or are not finite.
    """

    operators: Array | Complex | Callable[[Array], Array | Complex]
    basis: Basis = "mass"
    factor: Factor | None = None

    def __post_init__(self) -> None:
        if self.basis not in get_args(Basis):
            raise unknown_name("basis", str(self.basis), get_args(Basis))
        if not callable(self.operators):
            _check_operators(self.operators, (2, 3))

    @classmethod
    def dephasing(cls, d: Array, basis: Basis = "mass", factor: Factor | None = None) -> Dissipator:
        """gamma_kj = |d_k - d_j|^2, for d in m^(-1/2) of shape (N,), or (P, N) for vectors."""
        diagonals = math.sqrt(2.0) * np.atleast_2d(d)
        return cls(diagonals[..., None] * np.eye(diagonals.shape[-1]), basis, factor)

    @classmethod
    def from_rates(
        cls, rates: Array | Complex, basis: Basis = "mass", factor: Factor | None = None
    ) -> Dissipator:
        """From a Kossakowski matrix in 1/m, shape (N^2 - 1, N^2 - 1).

        See :func:`gallus.oscillation.liouvillian.operators_of_rates`; OscProb's PMNS_OQS.
        """
        return cls(operators_of_rates(rates), basis, factor)

    @classmethod
    def from_damping(
        cls, damping: Array, basis: Basis = "mass", factor: Factor | None = None
    ) -> Dissipator:
        """From the damping of Gell-Mann components in 1/m, shape (N^2 - 1, N^2 - 1).

        See :func:`gallus.oscillation.liouvillian.rates_of_damping`; nuSQuIDS.
        """
        return cls.from_rates(rates_of_damping(damping), basis, factor)

    def part_per_m(
        self, energy_MeV: Array, mixing: Array | Complex, antineutrino: bool = False
    ) -> Array:
        """Matrix of the dissipator on the components of rho in the basis of mass states.

        Parameters
        ----------
        energy_MeV : array, shape (n,)
            Energies.
        mixing : array, shape (..., N, N)
            U of neutrinos.
        antineutrino : bool
            Take U and the operators conjugated.

        Returns
        -------
        array, shape (..., n or 1, N^2, N^2)
            Exactly zero where there is nothing but rounding.
        """
        operators: Any = self._operators(energy_MeV)
        if operators.shape[-1] != mixing.shape[-1]:
            raise InputError(
                "do not fit the mixing matrix",
                key="shape of operators",
                value=operators.shape,
                allowed=f"(..., {mixing.shape[-1]}, {mixing.shape[-1]})",
            )
        if self.basis == "flavour":
            u = mixing[..., None, None, :, :]
            operators = adjoint(u) @ operators @ u
        # Conjugating U and the operators is conjugating the operators in the basis of mass states.
        part = without_rounding(operators.conj() if antineutrino else operators)
        if self.factor is None:
            return part
        factor: Array = self.factor(energy_MeV)
        _check_factor(factor)
        return part * factor[..., None, None]

    def _operators(self, energy_MeV: Array) -> Array | Complex:
        """Operators without the factor, shape (..., n or 1, K, N, N)."""
        given: Any = self.operators
        if callable(given):
            operators: Array | Complex = given(energy_MeV)
            _check_operators(operators, range(4, 99))
        else:
            # Sequences are welcome, and arrays of jax stay what they are.
            operators = given if is_traceable(given) else np.asarray(given)
            operators = operators.reshape(1, -1, *operators.shape[-2:])
        return operators


def without_rounding(operators: Array | Complex) -> Array:
    """Matrix of operators; exactly zero for those proportional to the unit matrix."""
    xp = array_namespace(operators)
    part = dissipative_part(operators)
    sizes = (xp.abs(operators) ** 2).sum(axis=(-3, -2, -1))
    real = norms(part) > ROUNDING * sizes
    cleaned: Array = xp.where(real[..., None, None], part, 0.0)
    return cleaned


def _check_factor(factor: Array) -> None:
    if not is_traceable(factor) and not np.all((factor >= 0) & (factor < math.inf)):
        raise InputError(
            "is no factor of rates",
            key="factor",
            value=np.asarray(factor).tolist(),
            allowed="finite numbers, 0 or more",
        )


def _check_operators(operators: Any, dimensions: Any) -> None:
    shape = np.shape(operators)
    if len(shape) not in dimensions or shape[-1] != shape[-2]:
        raise InputError(
            "have no such shape",
            key="shape of operators",
            value=shape,
            allowed="(N, N) or (K, N, N); (..., n, K, N, N) from a function of n energies",
        )
    if not is_traceable(operators) and not np.isfinite(operators).all():
        raise InputError("are not finite", key="operators", value=np.asarray(operators).tolist())
