"""What quantum mechanics itself does to an oscillation, for a description of the whole process.

:func:`coherence` is ``gallus coherence`` in Python::

    from gallus.coherence import coherence, setup

    result = coherence(setup("gallium-cr51"))
    print(result.widths.sigma_m_eV, result.widths.sigma_en_eV)
    for point in result.points:
        print(point.name, point.quantum.exponent, point.classical.exponent)

Steps that the literature leaves open are the fields of :class:`gallus.coherence.readings.Reading`;
:func:`band` says how far the widths move over those where no choice is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

from gallus.coherence.constraints import Constraint
from gallus.coherence.damping import (
    Damping,
    Widths,
    damping,
    orders_of_magnitude,
    width_eV,
)
from gallus.coherence.description import Bound, CoherenceSetup
from gallus.coherence.media import medium
from gallus.coherence.particles import MEDIA, SIDES
from gallus.coherence.process import Process, process
from gallus.coherence.readings import STOPPING, Reading, reasonable
from gallus.coherence.sections import LEPTONS, Oscillation
from gallus.coherence.widths import ProcessWidths

METHOD = "krueger-2023"


@dataclass(frozen=True)
class Point:
    """Damping at one energy, mass splitting and distance.

    Parameters
    ----------
    name : str
        Of the mass splitting and distance.
    energy_MeV, delta_m2_eV2, baseline_m : float
        Where.
    quantum, classical, both : Damping
        Exponents of the quantum widths, of resolution and sizes alone, and of all together.
    """

    name: str
    energy_MeV: float
    delta_m2_eV2: float
    baseline_m: float
    quantum: Damping
    classical: Damping
    both: Damping

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "name": self.name,
            "energy_MeV": self.energy_MeV,
            "delta_m2_eV2": self.delta_m2_eV2,
            "baseline_m": self.baseline_m,
            "oscillation_length_m": self.quantum.oscillation_length_m,
            "coherence_length_m": self.quantum.coherence_length_m,
            "minus_ln_xi_loc": self.quantum.localisation,
            "minus_ln_xi_en": self.quantum.energy,
            "minus_ln_xi_line": self.quantum.line,
            "minus_ln_xi": self.quantum.exponent,
            "classical_minus_ln_xi_loc": self.classical.localisation,
            "classical_minus_ln_xi_en": self.classical.energy,
        }


@dataclass(frozen=True)
class ClassicalWidths:
    """Resolution and sizes at one energy, and by how many powers of ten they dominate.

    `energy_MeV` is 0, and its orders are None, where nothing measures the energy; so for places.
    """

    energy_MeV: float
    position_m: float
    energy_orders: float | None
    position_orders: float | None

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "energy_MeV": self.energy_MeV,
            "position_m": self.position_m,
            "energy_orders": self.energy_orders,
            "position_orders": self.position_orders,
        }


@dataclass(frozen=True)
class WidthBand:
    """Smallest and largest widths over a number of readings."""

    sigma_m_eV: tuple[float, float]
    sigma_en_eV: tuple[float, float]
    full_width_eV: tuple[float, float]
    readings: int

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "sigma_m_eV": self.sigma_m_eV,
            "sigma_en_eV": self.sigma_en_eV,
            "full_width_eV": self.full_width_eV,
            "readings": self.readings,
        }


@dataclass(frozen=True)
class CoherenceResult:
    """Widths and damping of a set-up.

    Parameters
    ----------
    setup : CoherenceSetup
        The description.
    reading : Reading
        How its open steps are read.
    processes : tuple of Process
        One for each energy of the set-up, the typical one first.
    points : tuple of Point
        Every mass splitting and distance of the set-up at every energy.
    """

    setup: CoherenceSetup
    reading: Reading
    processes: tuple[Process, ...]
    points: tuple[Point, ...]

    @property
    def typical(self) -> Process:
        """At the first energy."""
        return self.processes[0]

    @property
    def widths(self) -> ProcessWidths:
        """Widths at the typical energy."""
        return self.typical.widths

    @property
    def quantum(self) -> Widths:
        """The three widths that damp, at the typical energy."""
        return self.typical.quantum

    @property
    def classical(self) -> ClassicalWidths:
        """Resolution and sizes at the typical energy next to the quantum widths."""
        energy, place = _classical(self.setup, self.typical.energy_MeV)
        delta_m = self.widths.delta_loc_nm * 1e-9
        return ClassicalWidths(
            energy_MeV=energy,
            position_m=place,
            energy_orders=_orders(energy * 1e6, self.widths.sigma_en_eV),
            position_orders=_orders(place, delta_m),
        )

    @property
    def together(self) -> Widths:
        """Quantum and classical widths at the typical energy, in quadrature: what data see."""
        energy, place = _classical(self.setup, self.typical.energy_MeV)
        return self.quantum.with_classical(energy_eV=energy * 1e6, position_m=place)

    @cached_property
    def band(self) -> WidthBand:
        """Spread of the widths at the typical energy, see :func:`band`."""
        return band(self.setup, self.reading)

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind the method, the description and the media."""
        used = (
            getattr(each, key)
            for side in SIDES
            for each in getattr(self.setup, side).particles
            for key in MEDIA
        )
        media = [key for name in used if name is not None for key in medium(name).citations]
        return tuple(dict.fromkeys((METHOD, *self.setup.citations(), *media)))

    def bounds(self) -> tuple[tuple[Bound, float, float], ...]:
        """Each bound with its energy width in eV, and the orders by which delta_en exceeds it."""
        return tuple(
            (
                each,
                float(width_eV(each.position_nm)),
                math.log10(self.widths.delta_en_nm / each.position_nm),
            )
            for each in self.setup.bounds
        )

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "setup": self.setup.slug,
            "title": self.setup.title,
            "reading": self.reading.as_dict(),
            "energy_MeV": self.typical.energy_MeV,
            **{side: _vertex_dict(self.typical, side) for side in SIDES},
            "sigma_m_eV": self.widths.sigma_m_eV,
            "delta_loc_nm": self.widths.delta_loc_nm,
            "sigma_m_terms": [_term_dict(each) for each in self.widths.localisation],
            "sigma_en_eV": self.widths.sigma_en_eV,
            "delta_en_nm": self.widths.delta_en_nm,
            "sigma_en_terms": [_term_dict(each) for each in self.widths.energy],
            "sigma_en_steps_eV": self.typical.steps,
            "lines": [vars(each) for each in self.typical.lines],
            "full_width_eV": self.quantum.full_width_eV,
            "band": self.band.as_dict(),
            "classical": self.classical.as_dict(),
            "bounds": [
                {"name": b.name, "position_nm": b.position_nm, "energy_eV": e, "orders": orders}
                for b, e, orders in self.bounds()
            ],
            "points": [each.as_dict() for each in self.points],
            "citations": self.citations,
        }


def coherence(setup: CoherenceSetup, reading: Reading | None = None) -> CoherenceResult:
    """Widths and damping factors of a set-up.

    Parameters
    ----------
    setup : CoherenceSetup
        Description of production and detection.
    reading : Reading, optional
        How its open steps are read; all defaults if not given.

    Raises
    ------
    InputError
        If a name in the description is unknown, an energy is below threshold, or nothing
        constrains the energy of the neutrino.
    """
    chosen = reading or Reading()
    processes = tuple(process(setup, energy, chosen) for energy in setup.energies_MeV)
    points = tuple(_point(setup, each, where) for each in processes for where in setup.oscillation)
    return CoherenceResult(setup, chosen, processes, points)


def band(setup: CoherenceSetup, reading: Reading | None = None) -> WidthBand:
    """Smallest and largest widths over the readings where no choice is better.

    Positions of leptons, lattice distances, printed or computed particles, the terms of sigma_m and
    the direction of leptons; the effects that are there stay as in `reading`.
    """
    steps, chosen = _steps_that_matter(setup), reading or Reading()
    if "particles" not in steps:  # nothing is printed
        chosen = replace(chosen, particles="computed")
    readings = reasonable(chosen, steps)
    found = [process(setup, setup.energies_MeV[0], each).quantum for each in readings]
    ends = [
        (min(values), max(values))
        for values in zip(
            *((w.sigma_m_eV, w.sigma_en_eV, w.full_width_eV) for w in found), strict=True
        )
    ]
    return WidthBand(ends[0], ends[1], ends[2], len(readings))


def _steps_that_matter(setup: CoherenceSetup) -> set[str]:
    """Those that change anything for the particles of a description; printed ones may be mixed."""
    particles = [each for side in SIDES for each in getattr(setup, side).particles]
    matter = {"sigma_m"}
    if any(each.printed.model_fields_set for each in particles):
        matter |= {"particles"}
    if any(each.deposit_in is not None for each in particles):
        matter |= set(STOPPING)
    if any(each.lattice_of is not None for each in particles):
        matter |= {"lattice"}
    if any(each.species in LEPTONS for each in particles):
        matter |= {"lepton_direction"}
    return matter


def _point(setup: CoherenceSetup, each: Process, where: Oscillation) -> Point:
    energy, place = _classical(setup, each.energy_MeV)
    quantum = each.quantum
    spread = {"energy_eV": energy * 1e6, "position_m": place}
    classical = Widths(math.inf, 0.0).with_classical(**spread)
    arguments = (where.delta_m2_eV2, each.energy_MeV, where.baseline_m)
    return Point(
        where.name,
        each.energy_MeV,
        where.delta_m2_eV2,
        where.baseline_m,
        *(damping(w, *arguments) for w in (quantum, classical, quantum.with_classical(**spread))),
    )


def _classical(setup: CoherenceSetup, energy_MeV: float) -> tuple[float, float]:
    return setup.classical.energy_width_MeV(energy_MeV), setup.classical.position_width_m


def _orders(classical: float, quantum: float) -> float | None:
    return float(orders_of_magnitude(classical, quantum)) if classical else None


def _vertex_dict(each: Process, side: str) -> dict[str, object]:
    widths = getattr(each.widths, side)
    return {
        "particles": [particle.as_dict() for particle in each.particles[side]],
        "sigma_p_eV": widths.sigma_p_eV,
        "velocity": widths.velocity,
        "mean_square_velocity": widths.mean_square_velocity,
        "sigma_e_eV": widths.sigma_e_eV,
    }


def _term_dict(term: Constraint) -> dict[str, object]:
    return {
        "vertex": term.vertex,
        "kind": term.kind,
        "width_eV": term.width_eV,
        "share": term.share,
        "parts": [vars(part) for part in term.parts],
    }
