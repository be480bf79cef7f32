"""The external particles of a vertex with their widths and velocities, printed and computed.

:func:`vertex_particles` turns the section of a description into numbers: positions from distances
of atoms, bonds, mean free paths and stopping powers, velocities from temperature and kinematics.
The initial nucleus is at rest where momenta are balanced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from gallus.coherence.damping import (
    collision_width_eV,
    length_nm,
    lifetime_width_eV,
    width_eV,
)
from gallus.coherence.description import CoherenceSetup
from gallus.coherence.kinematics import (
    atomic_mass_MeV,
    gallium_capture,
    inverse_beta_decay,
    momentum_of_kinetic_energy,
    thermal_velocity,
    velocity_of_kinetic_energy,
)
from gallus.coherence.localisation import (
    StoppingReading,
    bond_length_nm,
    lattice_spacing_nm,
    lepton_localisation_nm,
    mean_spacing_nm,
    neutron_mean_free_path_nm,
)
from gallus.coherence.media import medium, medium_data
from gallus.coherence.readings import LEPTON_COSINES, Reading
from gallus.coherence.sections import LEPTONS, Particle, Vertex
from gallus.coherence.stopping_power import Lepton
from gallus.coherence.widths import Packet, Vector, recoil_doppler_width_eV
from gallus.coherence.widths import Vertex as Packets
from gallus.constants import (
    ATOMIC_MASS_MEV,
    ELECTRON_MASS_MEV,
    NEUTRON_MASS_MEV,
    PROTON_MASS_MEV,
    SECONDS_PER_DAY,
)
from gallus.errors import InputError, located
from gallus.interactions.target_material import material

MASSES_MEV: Final[Mapping[str, float]] = {
    "electron": ELECTRON_MASS_MEV,
    "positron": ELECTRON_MASS_MEV,
    "proton": PROTON_MASS_MEV,
    "neutron": NEUTRON_MASS_MEV,
}
SIDES: Final = ("production", "detection")
MEDIA: Final = ("spacing_in", "lattice_of", "bond_in", "deposit_in")
"""Keys of particles that name a medium."""
REACTIONS: Final = {"gallium-capture": gallium_capture, "inverse-beta-decay": inverse_beta_decay}


@dataclass(frozen=True)
class ParticleValues:
    """One external particle: what is used, what is computed, what a publication prints.

    Parameters
    ----------
    description : Particle
        As the file has it.
    mass_MeV : float
        Rest mass.
    packet : Packet
        Width and velocity that are used.
    computed_nm, computed_velocity : float, Vector
        Position and velocity from the physics that the description names.
    """

    description: Particle
    mass_MeV: float
    packet: Packet
    computed_nm: float
    computed_velocity: Vector

    @property
    def name(self) -> str:
        """As in the file."""
        return self.description.name

    @property
    def used_nm(self) -> float:
        """Position width that is used."""
        return float(length_nm(self.packet.width_eV))

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        printed = self.description.printed
        return {
            "name": self.name,
            "role": self.description.role,
            "observed": self.description.observed,
            "mass_MeV": self.mass_MeV,
            "delta_x_nm": self.used_nm,
            "sigma_eV": self.packet.width_eV,
            "velocity": self.packet.velocity,
            "computed": {
                "delta_x_nm": self.computed_nm,
                "sigma_eV": float(width_eV(self.computed_nm)),
                "velocity": self.computed_velocity,
            },
            "printed": printed.model_dump(exclude_none=True),
        }


@dataclass(frozen=True)
class LineWidth:
    """A Lorentzian width: which vertex, lifetime or collision of which particle, full width."""

    vertex: str
    cause: str
    full_width_eV: float


def vertex_particles(
    setup: CoherenceSetup, side: str, energy_MeV: float, reading: Reading
) -> tuple[ParticleValues, ...]:
    """Particles of production or detection of a neutrino of that energy.

    Raises
    ------
    InputError
        If a medium or nuclide is unknown, or the energy below the threshold of the reaction.
    """
    vertex: Vertex = getattr(setup, side)
    temperature_K: float = getattr(setup, f"{side}_temperature_K")
    momenta: dict[str, Vector] = {}
    late = [each for each in vertex.particles if each.motion == "recoil"]
    found = {}
    for each in (*(p for p in vertex.particles if p not in late), *late):
        with located(f"{side}.{each.name}"):
            mass = _mass_MeV(each)
            if each.motion == "recoil":
                momentum = _left_over(side, energy_MeV, vertex, momenta)
                velocity = _scaled(momentum, 1.0 / math.hypot(mass, *momentum))
                kinetic = math.hypot(mass, *momentum) - mass
            else:
                speed, kinetic = _speed(each, mass, energy_MeV, temperature_K, vertex, reading)
                velocity = _scaled(_direction(each, reading), speed)
                size = float(momentum_of_kinetic_energy(kinetic, mass))
                momenta[each.name] = _scaled(_direction(each, reading), size)
            place = _localisation_nm(each, kinetic, reading)
            packet = _packet(each, place, velocity, reading)
            found[each.name] = ParticleValues(each, mass, packet, place, velocity)
    return tuple(found[each.name] for each in vertex.particles)


def packets(particles: Sequence[ParticleValues]) -> Packets:
    """Return the vertex with its classical width from the thermal motion of what is there first."""
    doppler_eV = 0.0
    initial = next(each for each in particles if each.description.role == "initial")
    free = [p for p in particles if p.description.role == "final" and not p.description.observed]
    if initial.description.motion == "thermal" and len(free) == 1:
        # At rest on average, and with the velocity of kinematics, not a rounded one.
        at_rest = Packet(initial.name, 0.0, (0.0, 0.0, 0.0), "initial")
        leaving = Packet(free[0].name, 0.0, free[0].computed_velocity, "final", observed=False)
        speed = math.hypot(*initial.computed_velocity)
        doppler_eV = recoil_doppler_width_eV((at_rest, leaving), initial.mass_MeV, speed)
    return Packets(tuple(each.packet for each in particles), doppler_eV)


def line_widths(
    setup: CoherenceSetup, side: str, particles: Sequence[ParticleValues], reading: Reading
) -> tuple[LineWidth, ...]:
    """Widths by lifetime and collisions of a vertex, as far as the reading has them."""
    vertex: Vertex = getattr(setup, side)
    found = []
    mean_life_s = vertex.mean_life_s
    if vertex.half_life_d is not None:
        mean_life_s = vertex.half_life_d * SECONDS_PER_DAY / math.log(2)
    if mean_life_s is not None and reading.line_width != "none":
        found.append(LineWidth(side, "lifetime", float(lifetime_width_eV(mean_life_s))))
    if reading.line_width == "collisions":
        by_name = {each.name: each for each in particles}
        for name in vertex.collisions:
            each = by_name[name]
            speed = math.hypot(*each.packet.velocity)
            width = float(collision_width_eV(each.used_nm, speed))
            found.append(LineWidth(side, f"collisions of {name}", width))
    return tuple(found)


def _mass_MeV(particle: Particle) -> float:
    if particle.nuclide is not None:
        with located("nuclide"):
            return float(atomic_mass_MeV(particle.nuclide))
    if particle.mass_u is not None:
        return particle.mass_u * ATOMIC_MASS_MEV
    return MASSES_MEV[particle.species]


def _speed(
    particle: Particle,
    mass_MeV: float,
    energy_MeV: float,
    temperature_K: float,
    vertex: Vertex,
    reading: Reading,
) -> tuple[float, float]:
    """Velocity and kinetic energy."""
    if particle.velocity is not None:
        speed = particle.velocity
        return speed, mass_MeV * (1.0 / math.sqrt(1.0 - speed * speed) - 1.0)
    if particle.motion == "thermal":
        speed = float(thermal_velocity(mass_MeV, temperature_K))
        return speed, mass_MeV * speed * speed / 2.0
    if particle.motion == "reaction":
        assert vertex.reaction is not None  # the section has looked
        cosine = _direction(particle, reading)[2]
        final = REACTIONS[vertex.reaction](energy_MeV, cosine)
        return float(final.light_velocity), float(final.light_kinetic_energy_MeV)
    kinetic = particle.kinetic_energy_MeV
    if kinetic is None:
        kinetic = (particle.energy_per_neutrino or 0.0) * energy_MeV - mass_MeV
    if kinetic < 0.0:
        raise InputError(
            "is less than its rest energy",
            key="energy_per_neutrino",
            value=particle.energy_per_neutrino,
            allowed=f"above {mass_MeV / energy_MeV:.3g} at {energy_MeV:g} MeV",
        )
    return float(velocity_of_kinetic_energy(kinetic, mass_MeV)), kinetic


def _direction(particle: Particle, reading: Reading) -> Vector:
    if particle.species in LEPTONS and reading.lepton_direction != "as-described":
        along = LEPTON_COSINES[reading.lepton_direction]
        return math.sqrt(1.0 - along * along), 0.0, along
    return particle.unit_vector


def _left_over(
    side: str, energy_MeV: float, vertex: Vertex, momenta: Mapping[str, Vector]
) -> Vector:
    """Momentum of the recoil: that of the neutrino, taken or given, minus the other final ones."""
    neutrino = -energy_MeV if side == "production" else energy_MeV
    others = [momenta[p.name] for p in vertex.particles if p.role == "final" and p.name in momenta]
    x, y, z = (-math.fsum(each[axis] for each in others) for axis in range(3))
    return x, y, z + neutrino


def _localisation_nm(particle: Particle, kinetic_energy_MeV: float, reading: Reading) -> float:
    if particle.localisation_nm is not None:
        return particle.localisation_nm
    if particle.width_eV is not None:
        return float(length_nm(particle.width_eV))
    if particle.mean_free_path_nm is not None:
        return particle.mean_free_path_nm
    _check_names(particle)
    if particle.spacing_in is not None:
        return float(mean_spacing_nm(medium(particle.spacing_in).atoms_per_cm3))
    if particle.lattice_of is not None:
        with located("lattice_of"):
            return float(lattice_spacing_nm(particle.lattice_of, reading.lattice))
    if particle.bond_in is not None:
        with located("bond_in"):
            return float(bond_length_nm(particle.bond_in))
    if particle.scattering_in is not None:
        return _mean_free_path_nm(particle.scattering_in, kinetic_energy_MeV)
    assert particle.deposit_in is not None  # the section has looked
    stopping = StoppingReading(reading.electron_formula, reading.density_effect, reading.excitation)
    lepton: Lepton = "positron" if particle.species == "positron" else "electron"
    return _deposit_nm(particle.deposit_in, kinetic_energy_MeV, lepton, stopping)


def _check_names(particle: Particle) -> None:
    """Raise InputError that names the key, if there is no such medium or material."""
    for key in (*MEDIA, "scattering_in"):
        name = getattr(particle, key)
        if name is not None:
            with located(key):
                (material if key == "scattering_in" else medium_data)(name)


@cache
def _deposit_nm(
    name: str, kinetic_energy_MeV: float, lepton: Lepton, how: StoppingReading
) -> float:
    return float(lepton_localisation_nm(kinetic_energy_MeV, medium(name), lepton, how))


@cache
def _mean_free_path_nm(name: str, kinetic_energy_MeV: float) -> float:
    return float(neutron_mean_free_path_nm(material(name), kinetic_energy_MeV))


def _packet(particle: Particle, place_nm: float, velocity: Vector, reading: Reading) -> Packet:
    """What is used: the printed numbers, if the reading wants them and there are some."""
    width, moving = float(width_eV(place_nm)), velocity
    printed = particle.printed
    if reading.particles == "as-printed":
        if printed.sigma_eV is not None:
            width = printed.sigma_eV
        elif printed.delta_x_nm is not None:
            width = float(width_eV(printed.delta_x_nm))
        speed = math.hypot(*velocity)
        if printed.velocity is not None and speed > 0.0:
            moving = _scaled(velocity, printed.velocity / speed)
    return Packet(particle.name, width, moving, particle.role, particle.observed)


def _scaled(vector: Vector, factor: float) -> Vector:
    x, y, z = vector
    return x * factor, y * factor, z * factor
