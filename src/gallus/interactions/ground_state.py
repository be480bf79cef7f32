r"""Neutrino capture on 71Ga to the ground state of 71Ge, from the half-life of 71Ge.

Use :func:`ground_state_cm2` for the cross section at any energy, :func:`source_average_cm2` for
that of a source with its error, and :mod:`gallus.interactions.capture_chain` for the
derivation step by step.

.. math:: \sigma = \frac{G_F^2 V_{ud}^2}{\pi}\, g_A^2\,\mathrm{BGT}\; p_e E_e F(Z, E_e),\qquad
          E_e = E_\nu - Q + m_e - 0.09\,\mathrm{keV} - E_{\rm level}

(S. R. Elliott, V. Gavrin, W. C. Haxton, Prog. Part. Nucl. Phys. 134 (2024) 104082, eqs. 5.1-5.4).
The strength comes from :class:`gallus.interactions.germanium_decay.GermaniumDecay`, so that the
weak couplings cancel. Below threshold the cross section is zero; at threshold it starts with a
step, because the nucleus attracts the electron.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from gallus.constants import ELECTRON_MASS_MEV, HBARC_MEV_CM
from gallus.database.loader import load
from gallus.errors import InputError
from gallus.interactions.electroweak_corrections import (
    radiative_electron_capture,
    radiative_neutrino_capture,
    weak_magnetism,
)
from gallus.interactions.fermi_function import (
    electron_density_MeV2,
    momentum_MeV,
    nuclear_average,
    point_fermi_function,
    screened_energy_MeV,
)
from gallus.interactions.germanium_decay import CHARGE, GermaniumDecay, input_errors

Reals = npt.NDArray[np.float64]


class NeutrinoLine(Protocol):
    """What a line of a source must offer."""

    @property
    def energy_MeV(self) -> float:
        """Energy of the neutrino."""

    @property
    def fraction(self) -> float:
        """Share of the line."""


@dataclass(frozen=True)
class Corrections:
    """Which corrections enter; the defaults are those of the published ingredients.

    Parameters
    ----------
    overlap_exchange : bool
        Imperfect overlap and exchange in 1s capture: +1.2 %.
    finite_nucleus : bool
        Fermi function of a charged sphere instead of the textbook formula at its surface: +1.8 %.
    screening : bool
        Potential of the atomic electrons: -0.8 %.
    nuclear_average : bool
        Electron density averaged over the nucleus instead of at its centre: -1.7 %. It belongs
        with a contact density of the same kind.
    weak_magnetism : bool
        In capture of the neutrino and of the electron: +0.3 %.
    radiative : bool
        Outer corrections of order alpha in both: -0.5 %.
    """

    overlap_exchange: bool = True
    finite_nucleus: bool = True
    screening: bool = True
    nuclear_average: bool = False
    weak_magnetism: bool = False
    radiative: bool = False


DEFAULT_CORRECTIONS: Final = Corrections()


def reference_half_life_d() -> float:
    """Half-life of 71Ge that the defaults of this module use."""
    return GermaniumDecay.from_database().half_life_d


def threshold_MeV() -> float:
    """Lowest energy at which a neutrino is captured, with the defaults of this module."""
    return GermaniumDecay.from_database().threshold_MeV


def lowest_level_MeV() -> float:
    """Energy of the lowest excited level of 71Ge that allowed capture reaches."""
    return load("germanium-71")["level_175"].to("MeV")


def ground_state_cm2(
    neutrino_energy_MeV: npt.ArrayLike,
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> Reals:
    """Cross section of capture to the ground state.

    Parameters
    ----------
    neutrino_energy_MeV : array_like
        Neutrino energies, any shape.
    decay : GermaniumDecay, optional
        Half-life, Q value and the other ingredients; those of the database if not given.
    corrections : Corrections
        What to include.

    Returns
    -------
    ndarray
        In cm^2, zero below threshold.

    Raises
    ------
    InputError
        If an energy is negative or not finite.
    """
    return excited_state_cm2(neutrino_energy_MeV, 0.0, decay, corrections)


def excited_state_cm2(
    neutrino_energy_MeV: npt.ArrayLike,
    level_energy_MeV: float,
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> Reals:
    """Cross section of capture to a level with the Gamow-Teller strength of the ground state.

    Multiply by BGT(level)/BGT(ground state). Parameters are those of :func:`ground_state_cm2`.
    """
    decay = decay or GermaniumDecay.from_database()
    neutrino = _checked_energy(neutrino_energy_MeV)
    electron = electron_energy_MeV(neutrino, level_energy_MeV, decay)
    strength = decay.reduced_strength_per_MeV4(overlap_exchange=corrections.overlap_exchange)
    # Energies below threshold are computed at threshold and then set to zero.
    moving = np.maximum(electron, ELECTRON_MASS_MEV)
    sigma = strength / math.pi * HBARC_MEV_CM**2 * final_density_MeV2(moving, decay, corrections)
    sigma = sigma * electroweak_factor(neutrino, moving, decay, corrections)
    return np.where(electron >= ELECTRON_MASS_MEV, sigma, 0.0)


def electron_energy_MeV(
    neutrino_energy_MeV: npt.ArrayLike, level_energy_MeV: float, decay: GermaniumDecay
) -> Reals:
    """Total energy of the electron; below its rest mass where capture is impossible."""
    neutrino = np.asarray(neutrino_energy_MeV, dtype=np.float64)
    return neutrino - decay.threshold_MeV - level_energy_MeV + ELECTRON_MASS_MEV


def final_density_MeV2(
    electron_energy_MeV: Reals,
    decay: GermaniumDecay,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> Reals:
    """Momentum, energy and Fermi function of the electron multiplied, with chosen corrections."""
    radius = decay.sphere_radius_fm
    energy = electron_energy_MeV
    if corrections.screening:
        energy = screened_energy_MeV(energy, decay.screening_potential_MeV)
    if not corrections.finite_nucleus:
        return momentum_MeV(energy) * energy * point_fermi_function(energy, CHARGE, radius)
    density = electron_density_MeV2(energy, CHARGE, radius)
    if corrections.nuclear_average:
        density = density * nuclear_average(energy, CHARGE, radius)
    return density


def electroweak_factor(
    neutrino_energy_MeV: Reals,
    electron_energy_MeV: Reals,
    decay: GermaniumDecay,
    corrections: Corrections,
) -> Reals:
    """Weak magnetism and radiative corrections of neutrino capture over those of the decay."""
    factor = np.ones_like(electron_energy_MeV)
    if corrections.weak_magnetism:
        factor = factor * _ratio(
            weak_magnetism(electron_energy_MeV, neutrino_energy_MeV, decay.axial_coupling),
            weak_magnetism(ELECTRON_MASS_MEV, decay.neutrino_energy_MeV, decay.axial_coupling),
        )
    if corrections.radiative:
        factor = factor * _ratio(
            radiative_neutrino_capture(electron_energy_MeV),
            radiative_electron_capture(decay.neutrino_energy_MeV),
        )
    return factor


def phase_space_coefficient(
    neutrino_energy_MeV: npt.ArrayLike,
    level_energy_MeV: float,
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> Reals:
    """Coefficient xi of a level: its cross section over that of the ground state at equal strength.

    Zero where the level is out of reach, not a number below the threshold of the ground state.
    """
    level = excited_state_cm2(neutrino_energy_MeV, level_energy_MeV, decay, corrections)
    ground = ground_state_cm2(neutrino_energy_MeV, decay, corrections)
    with np.errstate(invalid="ignore"):
        return level / ground


def source_phase_space(
    lines: Iterable[NeutrinoLine],
    level_energy_MeV: float,
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> float:
    """Coefficient xi of a level for the lines of a source, ratio of the averages."""
    energies, shares = line_arrays(lines)
    level = shares @ excited_state_cm2(energies, level_energy_MeV, decay, corrections)
    return float(level / (shares @ ground_state_cm2(energies, decay, corrections)))


def source_average_cm2(
    lines: Iterable[NeutrinoLine],
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> tuple[float, float]:
    """Ground-state cross section averaged over the lines of a source, and its one-sigma error.

    The shares are normalised to one. The error is the sum in quadrature of
    :func:`error_budget`; errors of the lines are not in it.
    """
    energies, shares = line_arrays(lines)
    decay = decay or GermaniumDecay.from_database()
    return _average_and_error_cm2(tuple(energies), tuple(shares), decay, corrections)


def error_budget(
    lines: Iterable[NeutrinoLine],
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> dict[str, float]:
    """Relative one-sigma change of the source average by the error of each ingredient.

    Central differences over one sigma; keys are the fields of
    :class:`gallus.interactions.germanium_decay.GermaniumDecay` that have an error.
    """
    energies, shares = line_arrays(lines)
    return _error_budget(energies, shares, decay or GermaniumDecay.from_database(), corrections)


def _error_budget(
    energies: Reals, shares: Reals, decay: GermaniumDecay, corrections: Corrections
) -> dict[str, float]:
    central = _average_cm2(energies, shares, decay, corrections)
    budget = {}
    for name, error in input_errors().items():
        moved = (replace(decay, **{name: getattr(decay, name) + sign * error}) for sign in (1, -1))
        up, down = (_average_cm2(energies, shares, changed, corrections) for changed in moved)
        budget[name] = abs(up - down) / (2.0 * central)
    return budget


def line_arrays(lines: Iterable[NeutrinoLine]) -> tuple[Reals, Reals]:
    """Energies of the lines and their shares, normalised to one."""
    pairs = np.array([(line.energy_MeV, line.fraction) for line in lines], dtype=np.float64)
    if pairs.size == 0 or not np.sum(pairs[:, 1]) > 0:
        raise InputError("has no line", key="lines")
    return pairs[:, 0], pairs[:, 1] / np.sum(pairs[:, 1])


def _average_cm2(
    energies_MeV: Reals, shares: Reals, decay: GermaniumDecay, corrections: Corrections
) -> float:
    return float(shares @ ground_state_cm2(energies_MeV, decay, corrections))


# Every model of a table asks for the same few averages, and their errors take fifty each.
@lru_cache(maxsize=256)
def _average_and_error_cm2(
    energies_MeV: tuple[float, ...],
    shares: tuple[float, ...],
    decay: GermaniumDecay,
    corrections: Corrections,
) -> tuple[float, float]:
    energies, weights = np.array(energies_MeV), np.array(shares)
    budget = _error_budget(energies, weights, decay, corrections)
    value = _average_cm2(energies, weights, decay, corrections)
    return value, value * math.hypot(*budget.values())


def _ratio(capture: Reals, decay: Reals) -> Reals:
    return (1.0 + capture) / (1.0 + decay)


def _checked_energy(neutrino_energy_MeV: npt.ArrayLike) -> Reals:
    energy = np.asarray(neutrino_energy_MeV, dtype=np.float64)
    wrong = ~(np.isfinite(energy) & (energy >= 0))
    if np.any(wrong):
        raise InputError(
            "is not the energy of a neutrino",
            key="neutrino_energy_MeV",
            value=float(energy[wrong].flat[0]),
            allowed="finite, 0 or more",
        )
    return energy
