"""Open neutrinos: any Hamiltonian, constant matter, any Lindblad operators, decay, N states.

    d rho/dL = -i [H, rho] + sum_k (A_k rho A_k^+ - A_k^+ A_k rho/2 - rho A_k^+ A_k/2),
    H = U diag(m_k^2) U^+/2E + sqrt(2) G_F diag(n_e, 0, 0, n_n/2, ...) + anything - i Gamma/2,

solved by the exponential of a real N^2 x N^2 matrix at each point. It is the reference that closed
forms are tested against; where there is one it is a hundred times faster. The error is about 1e-15
times the largest rate times the length.

Use :class:`OpenSystem` for probabilities, with a
:class:`gallus.oscillation.dissipator.Dissipator` for each environment, and
:class:`gallus.oscillation.lindblad_model.LindbladModel` to fit one.

Conventions
-----------
* Everything is a rate per length, in 1/m; operators are in m^(-1/2).
* One operator A = sqrt(2) D is the equation -{rho, D^2} + 2 D rho D. If D = diag(d_1, d_2, ...) in
  the basis of mass states, interference falls as exp(-gamma_kj L) with gamma_kj = (d_k - d_j)^2.
* Mass states are those of vacuum, also in matter. OscProb's PMNS_Deco damps in the basis of matter
  instead: gamma_kj of this code is its Gamma_kj (E/GeV)^n, in GeV, in vacuum only.
* The matrix a_c a_d cos(theta_cd) of OscProb's PMNS_OQS is the Kossakowski matrix K_cd, in GeV, of
  :meth:`Dissipator.from_rates`, in the basis of mass states and the order of Gell-Mann.
* The matrix Gamma of nuSQuIDS (nuSQUIDSDecoh with ``standard_gell_mann``) is `damping` of
  :meth:`Dissipator.from_damping`. All of it equal (``RandomizeState``) is the same in each basis.
* Antineutrinos have U, the operators and Gamma conjugated, and matter reversed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.constants import AVOGADRO, FERMI_COUPLING_MEV2, HBARC_MEV_M
from gallus.errors import InputError, unknown_name
from gallus.oscillation.base import Channel, vacuum_phase_per_m
from gallus.oscillation.dissipator import Dissipator, NoEffectWarning
from gallus.oscillation.evaluation import over_points
from gallus.oscillation.expm import exponential, norms
from gallus.oscillation.lindblad_input import (
    check_states,
    check_unitary,
    dissipators_of,
    finite,
)
from gallus.oscillation.liouvillian import (
    Complex,
    adjoint,
    check_hermitian,
    components,
    density_matrix,
    loss_part,
    unitary_part,
)
from gallus.oscillation.vacuum import ROWS
from gallus.parameters import Params

NO_EFFECT: Final = 1e-15
"""Rate times length, or times 1 m if that is more, of which double precision sees nothing."""

DENSITIES: Final = ("electron_density_mol_per_cm3", "neutron_density_mol_per_cm3")


# --- the Hamiltonian --------------------------------------------------------------------------


def vacuum_hamiltonian(masses_squared_eV2: Array, energy_MeV: Array) -> Array:
    """diag(m_k^2)/2E in 1/m, shape (..., n, N, N), for m_k^2 of shape (..., N)."""
    xp = array_namespace(masses_squared_eV2, energy_MeV)
    phases = vacuum_phase_per_m(masses_squared_eV2[..., None, :], energy_MeV[:, None])
    hamiltonian: Array = phases[..., None] * xp.eye(phases.shape[-1])
    return hamiltonian


def matter_potential_per_m(
    electron_density_mol_per_cm3: float | Array,
    neutron_density_mol_per_cm3: float | Array = 0.0,
    states: int = 3,
) -> Array:
    """sqrt(2) G_F (n_e, 0, 0, n_n/2, ...) of neutrinos in 1/m, shape (..., N).

    The common potential -G_F n_n/sqrt(2) of active neutrinos is subtracted, so that sterile states
    have it with the other sign.
    """
    xp = array_namespace(electron_density_mol_per_cm3, neutron_density_mol_per_cm3)
    per_density = math.sqrt(2.0) * FERMI_COUPLING_MEV2 * HBARC_MEV_M**2 * AVOGADRO * 1e6
    charged = [1.0] + [0.0] * (states - 1)
    neutral = [0.0] * min(3, states) + [0.5] * (states - 3)
    densities = (electron_density_mol_per_cm3, neutron_density_mol_per_cm3)
    electrons, neutrons = (xp.asarray(density, float)[..., None] for density in densities)
    weighted: Array = electrons * xp.asarray(charged) + neutrons * xp.asarray(neutral)
    return per_density * weighted


# --- the system -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class OpenSystem:
    """N neutrinos, their Hamiltonian, and the environments that they lose coherence to.

    Parameters
    ----------
    mixing : array, shape (..., N, N)
        U, unitary; flavours e, mu, tau, then sterile states, are rows.
    masses_squared_eV2 : array, shape (..., N)
        m_k^2, up to a common term: 0, Delta m2_21, ...
    dissipators : tuple of Dissipator
        Environments; their rates add.
    electron_density_mol_per_cm3, neutron_density_mol_per_cm3 : float
        Constant matter. Neutrons count for sterile states only; 0 unless given.
    decay_eV2 : array, shape (..., N), optional
        m_k Gamma_k with the width at rest: states decay invisibly at m_k Gamma_k/E.
    hamiltonian_per_m : callable, optional
        Anything else: takes energies of shape (n,) and whether antineutrinos are meant, gives
        Hermitian matrices (..., n, N, N) in the flavour basis, in 1/m.

    Raises
    ------
    InputError
        If shapes do not fit, something is not finite or no number, a dissipator is none, the
        mixing is not unitary, or a decay has a negative width.
    """

    mixing: Array | Complex
    masses_squared_eV2: Array
    dissipators: tuple[Dissipator, ...] = ()
    electron_density_mol_per_cm3: float = 0.0
    neutron_density_mol_per_cm3: float = 0.0
    decay_eV2: Array | None = None
    hamiltonian_per_m: Callable[[Array, bool], Array | Complex] | None = None

    def __post_init__(self) -> None:
        for key in ("mixing", "masses_squared_eV2", "decay_eV2", *DENSITIES):
            object.__setattr__(self, key, finite(getattr(self, key), key))
        object.__setattr__(self, "dissipators", dissipators_of(self.dissipators))
        check_unitary(self.mixing)
        check_states(self.masses_squared_eV2, "masses_squared_eV2", self.states)
        if self.decay_eV2 is not None:
            check_states(self.decay_eV2, "decay_eV2", self.states)
            if not is_traceable(self.decay_eV2) and not np.all(np.asarray(self.decay_eV2) >= 0):
                raise InputError("is negative", key="decay_eV2", value=self.decay_eV2)

    @property
    def states(self) -> int:
        """N."""
        return int(self.mixing.shape[-1])

    def generator_per_m(self, energy_MeV: Array, antineutrino: bool = False) -> Array:
        """M of d r/dL = M r in the basis of mass states, shape (..., n, N^2, N^2)."""
        return sum(
            self.dissipation_per_m(energy_MeV, antineutrino),
            self.coherent_part_per_m(energy_MeV, antineutrino),
        )

    def coherent_part_per_m(self, energy_MeV: Array, antineutrino: bool = False) -> Array:
        """Vacuum, matter, anything else, and decay: shape (..., n, N^2, N^2)."""
        hamiltonian = vacuum_hamiltonian(self.masses_squared_eV2, energy_MeV)
        u = self._mixing(antineutrino)[..., None, :, :]
        hamiltonian = hamiltonian + adjoint(u) @ self._matter(energy_MeV, antineutrino) @ u
        part = unitary_part(hamiltonian)
        if self.decay_eV2 is None:
            return part
        # Gamma = m_k Gamma_k/E; m_k^2/2E with m_k Gamma_k in place of m_k^2 is half of it.
        return part + loss_part(2.0 * vacuum_hamiltonian(self.decay_eV2, energy_MeV))

    def dissipation_per_m(self, energy_MeV: Array, antineutrino: bool = False) -> list[Array]:
        """Part of each dissipator, shape (..., n or 1, N^2, N^2)."""
        return [each.part_per_m(energy_MeV, self.mixing, antineutrino) for each in self.dissipators]

    def evolved(
        self,
        density: Array | Complex,
        energy_MeV: Array,
        baseline_m: Array,
        antineutrino: bool = False,
    ) -> Complex:
        """Density matrices in the flavour basis after a length.

        Parameters
        ----------
        density : array, shape (N, N) or (n, N, N)
            At the source, in the flavour basis.
        energy_MeV, baseline_m : array, shape (n,)
            Points.

        Returns
        -------
        array, shape (..., n, N, N)
        """
        u = self._mixing(antineutrino)[..., None, :, :]
        start = components(adjoint(u) @ density @ u)
        generator = self.generator_per_m(energy_MeV, antineutrino)
        propagator = exponential(generator * baseline_m[:, None, None])
        final = (propagator @ start[..., None])[..., 0]
        result: Complex = u @ density_matrix(final) @ adjoint(u)
        return result

    def probability(
        self,
        channel: Channel,
        energy_MeV: float | Array,
        baseline_m: float | Array,
        params: Params | None = None,
    ) -> Array:
        """Probability at points of any shape.

        What is lost in decays is counted as sterile: P(sterile) = 1 - P(active).

        Parameters
        ----------
        channel : Channel
            What leaves and what arrives.
        energy_MeV, baseline_m : float or array
            The points; they broadcast against each other.
        params : mapping, optional
            Values that mixing, masses and dissipators came from: their shape is that of the leading
            axes (...). If not given it is that of mixing, masses and decays.

        Returns
        -------
        array, shape (...) of the parameters, then that of energy and baseline

        Warns
        -----
        NoEffectWarning
            If a dissipator changes nothing at any of the points.

        Raises
        ------
        InputError
            If a point is none, or there is no such flavour among N states.
        """
        start = self._projectors([self._row(channel.initial)], channel.antineutrino)
        final = self._projectors(self._final_rows(channel), channel.antineutrino)
        sign, offset = (-1.0, 1.0) if channel.final == "sterile" else (1.0, 0.0)
        effects: list[list[float]] = []

        def at(energy: Array, baseline: Array) -> Array:
            generator = self.coherent_part_per_m(energy, channel.antineutrino)
            parts = self.dissipation_per_m(energy, channel.antineutrino)
            effects.append([_effect(part, baseline) for part in parts])
            propagator = exponential(sum(parts, generator) * baseline[:, None, None])
            arrived = final[..., None, None, :] @ propagator @ start[..., None, :, None]
            return offset + sign * arrived[..., 0, 0]

        leading = self._leading if params is None else params
        result = over_points(at, energy_MeV, baseline_m, leading)
        _warn_of_no_effect(np.max(effects, axis=0), baseline_m)
        return result

    @property
    def _leading(self) -> dict[str, Any]:
        """Numbers with the shape of the leading axes."""
        decay = {} if self.decay_eV2 is None else {"decay": self.decay_eV2[..., 0]}
        return {"mixing": self.mixing[..., 0, 0], "mass": self.masses_squared_eV2[..., 0]} | decay

    def _matter(self, energy_MeV: Array, antineutrino: bool) -> Any:
        """Matter and anything else in the flavour basis, shape (..., n or 1, N, N)."""
        sign = -1.0 if antineutrino else 1.0
        potential = matter_potential_per_m(
            sign * self.electron_density_mol_per_cm3,
            sign * self.neutron_density_mol_per_cm3,
            self.states,
        )
        matter = potential[..., None, :, None] * np.eye(self.states)
        if self.hamiltonian_per_m is None:
            return matter
        other = self.hamiltonian_per_m(energy_MeV, antineutrino)
        check_hermitian(other, "hamiltonian_per_m")
        return matter + other

    def _mixing(self, antineutrino: bool) -> Any:
        return self.mixing.conj() if antineutrino else self.mixing

    def _projectors(self, rows: list[int], antineutrino: bool) -> Array:
        """Components of the sum of some flavours in the basis of mass states, shape (..., N^2)."""
        states = self._mixing(antineutrino)[..., np.asarray(rows), :]
        return components(adjoint(states) @ states)

    def _final_rows(self, channel: Channel) -> list[int]:
        """Rows of what is looked for; of all active flavours for "sterile"."""
        if channel.final in ("active", "sterile"):
            return list(range(min(3, self.states)))
        return [self._row(channel.final)]

    def _row(self, flavour: str) -> int:
        if ROWS[flavour] >= self.states:
            known = [name for name, row in ROWS.items() if row < self.states]
            raise unknown_name(f"flavour of {self.states} states", flavour, known)
        return ROWS[flavour]


def _effect(part: Array, baseline_m: Array) -> float:
    """Largest rate times length or 1 m; where it is traced nobody knows."""
    if is_traceable(part) or is_traceable(baseline_m):
        return math.inf
    # At short lengths nothing else has an effect either.
    return float(np.max(norms(part) * np.maximum(baseline_m, 1.0), initial=0.0))


def _warn_of_no_effect(effects: Any, baseline_m: float | Array) -> None:
    if is_traceable(baseline_m) or not np.any(np.asarray(baseline_m) > 0):
        return
    for number, effect in enumerate(effects):
        if effect < NO_EFFECT:
            warnings.warn(
                f"dissipators[{number}] has no effect at the points asked: its rates are zero or"
                f" below {NO_EFFECT:.0e} over these lengths (operators proportional to the unit"
                " matrix, as equal d_i are, do nothing)",
                NoEffectWarning,
                stacklevel=3,
            )
