"""The ground-state cross section of 71Ga, derived step by step.

Use :func:`ground_state_chain` to see every intermediate number between the half-life of 71Ge and
the cross section of a source, and :func:`correction_effects` for what each correction does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gallus.constants import ELECTRON_MASS_MEV
from gallus.interactions.fermi_function import THRESHOLD, momentum_MeV
from gallus.interactions.germanium_decay import GermaniumDecay
from gallus.interactions.ground_state import (
    DEFAULT_CORRECTIONS,
    Corrections,
    NeutrinoLine,
    electron_energy_MeV,
    electroweak_factor,
    error_budget,
    final_density_MeV2,
    ground_state_cm2,
    line_arrays,
    source_average_cm2,
)


@dataclass(frozen=True)
class CapturedLine:
    """One neutrino line and what becomes of it.

    `fermi_function` includes the chosen corrections of the electron wave, `electroweak_factor`
    weak magnetism and radiative corrections.
    """

    neutrino_energy_MeV: float
    fraction: float
    electron_energy_MeV: float
    electron_momentum_MeV: float
    fermi_function: float
    electroweak_factor: float
    cross_section_cm2: float


@dataclass(frozen=True)
class GroundStateChain:
    """From the half-life of 71Ge to the cross section of a source.

    Parameters
    ----------
    decay, corrections
        What went in.
    decay_rate_per_s, k_capture_rate_per_s : float
        All captures, and those from the 1s shell.
    neutrino_energy_MeV : float
        Energy of the neutrino of 1s capture.
    gamow_teller_strength : float
        BGT of neutrino capture.
    log_ft : float
        Of the decay, T in seconds.
    bahcall_sigma0_cm2 : float
        The cross section is <w^2 G(Z, w)> times this.
    threshold_MeV : float
        Lowest energy at which a neutrino is captured.
    lines : tuple of CapturedLine
        The lines; fractions are normalised to one.
    cross_section_cm2, error_cm2 : float
        Source average and its one-sigma error.
    budget : dict
        Relative one-sigma error from each ingredient.
    """

    decay: GermaniumDecay
    corrections: Corrections
    decay_rate_per_s: float
    k_capture_rate_per_s: float
    neutrino_energy_MeV: float
    gamow_teller_strength: float
    log_ft: float
    bahcall_sigma0_cm2: float
    threshold_MeV: float
    lines: tuple[CapturedLine, ...]
    cross_section_cm2: float
    error_cm2: float
    budget: dict[str, float]


def ground_state_chain(
    lines: Iterable[NeutrinoLine],
    decay: GermaniumDecay | None = None,
    corrections: Corrections = DEFAULT_CORRECTIONS,
) -> GroundStateChain:
    """Derive the cross section of a source, keeping each step.

    Parameters
    ----------
    lines : iterable of NeutrinoLine
        Lines of the source: anything with `energy_MeV` and `fraction`.
    decay : GermaniumDecay, optional
        Half-life, Q value and the other ingredients; those of the database if not given.
    corrections : Corrections
        What to include.
    """
    lines = tuple(lines)
    decay = decay or GermaniumDecay.from_database()
    overlap = corrections.overlap_exchange
    value, error = source_average_cm2(lines, decay, corrections)
    return GroundStateChain(
        decay=decay,
        corrections=corrections,
        decay_rate_per_s=decay.rate_per_s,
        k_capture_rate_per_s=decay.k_rate_per_s,
        neutrino_energy_MeV=decay.neutrino_energy_MeV,
        gamow_teller_strength=decay.gamow_teller_strength(overlap_exchange=overlap),
        log_ft=decay.log_ft(overlap_exchange=overlap),
        bahcall_sigma0_cm2=decay.bahcall_sigma0_cm2(overlap_exchange=overlap),
        threshold_MeV=decay.threshold_MeV,
        lines=_captured_lines(lines, decay, corrections),
        cross_section_cm2=value,
        error_cm2=error,
        budget=error_budget(lines, decay, corrections),
    )


CORRECTION_VARIANTS: Final[dict[str, dict[str, bool]]] = {
    "without overlap and exchange": {"overlap_exchange": False},
    "textbook Fermi function": {"finite_nucleus": False},
    "without screening": {"screening": False},
    "electron density averaged over the nucleus": {"nuclear_average": True},
    "with weak magnetism": {"weak_magnetism": True},
    "with radiative corrections": {"radiative": True},
    "with weak magnetism and radiative corrections": {"weak_magnetism": True, "radiative": True},
}
"""Changes of the default corrections, by what they are called in tables."""


def correction_effects(
    lines: Iterable[NeutrinoLine], decay: GermaniumDecay | None = None
) -> dict[str, float]:
    """Source average in cm^2 with the default corrections and with each change of them."""
    energies, shares = line_arrays(lines)
    variants = {"default": {}, **CORRECTION_VARIANTS}
    return {
        name: float(
            shares @ ground_state_cm2(energies, decay, replace(DEFAULT_CORRECTIONS, **changes))
        )
        for name, changes in variants.items()
    }


def _captured_lines(
    lines: tuple[NeutrinoLine, ...], decay: GermaniumDecay, corrections: Corrections
) -> tuple[CapturedLine, ...]:
    """One row a line; a line below threshold has no momentum and no cross section."""
    neutrino, shares = line_arrays(lines)
    electron = electron_energy_MeV(neutrino, 0.0, decay)
    moving = np.maximum(electron, (1.0 + THRESHOLD) * ELECTRON_MASS_MEV)
    density = final_density_MeV2(moving, decay, corrections)
    columns = np.stack(
        [
            neutrino,
            shares,
            electron,
            momentum_MeV(electron),
            density / (momentum_MeV(moving) * moving),
            electroweak_factor(neutrino, moving, decay, corrections),
            ground_state_cm2(neutrino, decay, corrections),
        ],
        axis=1,
    )
    return tuple(CapturedLine(*map(float, row)) for row in columns)
