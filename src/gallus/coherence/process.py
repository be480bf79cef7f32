"""Production and detection together at one neutrino energy: particles, widths, line widths.

:func:`process` reads a description; :mod:`gallus.coherence.results` makes damping of what it gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from gallus.coherence.damping import Widths
from gallus.coherence.description import CoherenceSetup
from gallus.coherence.particles import (
    REACTIONS,
    SIDES,
    LineWidth,
    ParticleValues,
    line_widths,
    packets,
    vertex_particles,
)
from gallus.coherence.readings import Reading
from gallus.coherence.widths import (
    EnergyReading,
    MassReading,
    ProcessWidths,
    process_widths,
)
from gallus.errors import InputError, located

# By production and detection.
Particles: TypeAlias = dict[str, tuple[ParticleValues, ...]]

ENERGY_STEPS: tuple[EnergyReading, ...] = ("fixed-momenta", "phase-space", "doppler")
"""Each contains those before."""


@dataclass(frozen=True)
class Process:
    """Production and detection of a neutrino of one energy: particles, widths, lines.

    Parameters
    ----------
    energy_MeV : float
        Of the neutrino.
    particles : dict of str to tuple of ParticleValues
        By ``production`` and ``detection``.
    widths : ProcessWidths
        sigma_p, sigma_e of both vertices, sigma_m and sigma_en with their parts.
    steps : dict of str to float
        sigma_en in eV at fixed momenta, with phase space, with thermal motion, as far as the
        reading has them.
    lines : tuple of LineWidth
        Lorentzian widths, which add up; of the vertices that constrain the energy. Where it may be
        anything, as with two unobserved particles, broadening it by a line changes nothing.
    """

    energy_MeV: float
    particles: Particles
    widths: ProcessWidths
    steps: dict[str, float]
    lines: tuple[LineWidth, ...]

    @property
    def quantum(self) -> Widths:
        """The three widths that damp."""
        full = math.fsum(line.full_width_eV for line in self.lines)
        return Widths(self.widths.sigma_m_eV, self.widths.sigma_en_eV, full)


def process(setup: CoherenceSetup, energy_MeV: float, reading: Reading) -> Process:
    """Particles and widths at one neutrino energy.

    Raises
    ------
    InputError
        Naming file and key, if the energy is below threshold, a nuclide or medium is unknown, or
        nothing constrains the energy of the neutrino.
    """
    with located(file=setup.place):
        _check_threshold(setup, energy_MeV)
        found = {side: vertex_particles(setup, side, energy_MeV, reading) for side in SIDES}
        widths = _widths(found, reading.sigma_m, reading.energy_width)
        contained = ENERGY_STEPS[: ENERGY_STEPS.index(reading.energy_width)]
        steps: dict[str, float] = {
            step: _widths(found, reading.sigma_m, step).sigma_en_eV for step in contained
        }
        constraining = {term.vertex for term in widths.energy if term.kind != "none"}
        lines = tuple(
            line
            for side in SIDES
            if side in constraining
            for line in line_widths(setup, side, found[side], reading)
        )
    steps[reading.energy_width] = widths.sigma_en_eV
    return Process(energy_MeV, found, widths, steps, lines)


def _check_threshold(setup: CoherenceSetup, energy_MeV: float) -> None:
    """Raise InputError if the reaction of a vertex needs more energy."""
    for reaction in (getattr(setup, side).reaction for side in SIDES):
        try:
            if reaction is not None:
                REACTIONS[reaction](energy_MeV)
        except InputError as error:
            problem = f"is below the threshold of {reaction}"
            raise InputError(
                problem, key="energies_MeV", value=energy_MeV, allowed=error.allowed
            ) from error


def _widths(found: Particles, sigma_m: MassReading, sigma_en: EnergyReading) -> ProcessWidths:
    production, detection = (packets(found[side]) for side in SIDES)
    return process_widths(production, detection, sigma_m=sigma_m, sigma_en=sigma_en)
