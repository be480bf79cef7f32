"""Sections of the file that describes how a neutrino is produced and detected.

:class:`gallus.coherence.description.CoherenceSetup` puts them together. Every key carries its unit.
Where something can be known in several ways, the file gives exactly one of them.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gallus.database.schema import Finite
from gallus.database.sections import Section, at_most_one, exactly_one
from gallus.errors import InputError, located, unknown_name

Positive = Annotated[Finite, Field(gt=0)]
NotNegative = Annotated[Finite, Field(ge=0)]
Speed = Annotated[Finite, Field(ge=0, lt=1)]
Cosine = Annotated[Finite, Field(ge=-1, le=1)]

Species = Literal["electron", "positron", "proton", "neutron", "nucleus"]
LEPTONS: tuple[Species, ...] = ("electron", "positron")
Motion = Literal["thermal", "recoil", "reaction"]
Reaction = Literal["gallium-capture", "inverse-beta-decay"]

LOCALISATIONS = (
    "localisation_nm",
    "width_eV",
    "spacing_in",
    "lattice_of",
    "bond_in",
    "mean_free_path_nm",
    "scattering_in",
    "deposit_in",
)
VELOCITIES = ("velocity", "kinetic_energy_MeV", "energy_per_neutrino", "motion")


class Printed(Section):
    """What a publication prints for a particle: position, momentum width, velocity."""

    delta_x_nm: Positive | None = None
    sigma_eV: Positive | None = None
    velocity: Speed | None = None


class Particle(Section):
    """An external particle of a vertex: what it is, how well it is localised, how it moves.

    Localisation, one of: `localisation_nm`, delta_x itself; `width_eV`, sigma = hbar c/2 delta_x;
    `spacing_in` a medium, n^(-1/3) of its atoms; `lattice_of` a medium, from its lattice constant;
    `bond_in` a medium, the bond of its hydrogen; `mean_free_path_nm`; `scattering_in` a material,
    the mean free path of a neutron; `deposit_in` a medium, the way in which a lepton loses one mean
    excitation energy.

    Velocity, one of: `velocity` in units of c; `kinetic_energy_MeV`; `energy_per_neutrino`, the
    total energy in units of the neutrino's; `motion`: ``thermal`` along one axis, ``recoil`` with
    the momentum that all others leave, ``reaction`` as the kinematics of the detection says.

    Direction: the cosine to the neutrino's, or a vector whose third component is along the
    neutrino; recoils have their own. Momenta of final particles that are not `observed` are
    integrated over. `printed` holds the numbers of a publication.
    """

    name: str = Field(min_length=1)
    role: Literal["initial", "final"]
    species: Species = "nucleus"
    nuclide: str | None = None
    mass_u: Positive | None = None
    observed: bool = True
    localisation_nm: Positive | None = None
    width_eV: Positive | None = None
    spacing_in: str | None = None
    lattice_of: str | None = None
    bond_in: str | None = None
    mean_free_path_nm: Positive | None = None
    scattering_in: str | None = None
    deposit_in: str | None = None
    velocity: Speed | None = None
    kinetic_energy_MeV: NotNegative | None = None
    energy_per_neutrino: Positive | None = None
    motion: Motion | None = None
    cosine: Cosine | None = None
    direction: tuple[Finite, Finite, Finite] | None = None
    printed: Printed = Printed()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        exactly_one(self, LOCALISATIONS)
        exactly_one(self, VELOCITIES)
        at_most_one(self, ("cosine", "direction"))
        if (self.species == "nucleus") != (self.nuclide is not None or self.mass_u is not None):
            problem = "is missing" if self.species == "nucleus" else "belongs to a nucleus"
            raise InputError(problem, key="nuclide, mass_u", allowed="one of them, for a nucleus")
        at_most_one(self, ("nuclide", "mass_u"))
        if self.deposit_in is not None and self.species not in LEPTONS:
            raise InputError(
                "is for leptons", key="deposit_in", value=self.deposit_in, allowed="another way"
            )
        if self.scattering_in is not None and self.species != "neutron":
            raise InputError("is for neutrons", key="scattering_in", value=self.scattering_in)
        if self.motion in ("recoil", "reaction"):
            self._has_final_motion()
        if self.direction is not None and not any(self.direction):
            raise InputError("has no length", key="direction", value=self.direction)
        return self

    def _has_final_motion(self) -> None:
        if self.role != "final":
            raise InputError("is for final particles", key="motion", value=self.motion)
        free = self.species in LEPTONS and self.motion == "reaction"
        if not free and (self.cosine is not None or self.direction is not None):
            raise InputError(
                "follows from the momenta of the others",
                key="cosine, direction",
                allowed="none for a recoil",
            )

    @property
    def printed_at_one_energy(self) -> bool:
        """Whether what is printed would be another number for a neutrino of another energy."""
        printed, kept = self.printed, self.deposit_in or self.scattering_in
        moved = self.energy_per_neutrino is not None or self.motion in ("recoil", "reaction")
        place = kept is not None and (printed.delta_x_nm or printed.sigma_eV) is not None
        return moved and (printed.velocity is not None or place)

    @property
    def unit_vector(self) -> tuple[float, float, float]:
        """Direction; along the neutrino unless the file says otherwise."""
        if self.direction is not None:
            length = math.hypot(*self.direction)
            x, y, z = (component / length for component in self.direction)
            return x, y, z
        along = 1.0 if self.cosine is None else self.cosine
        return math.sqrt(1.0 - along * along), 0.0, along


class Vertex(Section):
    """Production or detection: all external particles but the neutrino, and what broadens it.

    `half_life_d` or `mean_life_s` is that of a particle that decays. `collisions` names particles
    whose coherent emission or absorption ends after the way delta_x at their velocity. `reaction`
    gives the kinematics of ``motion = "reaction"``.
    """

    particles: tuple[Particle, ...] = Field(min_length=2)
    reaction: Reaction | None = None
    half_life_d: Positive | None = None
    mean_life_s: Positive | None = None
    collisions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        at_most_one(self, ("half_life_d", "mean_life_s"))
        names = [each.name for each in self.particles]
        for name in names:
            if names.count(name) > 1:
                raise InputError("is given twice", key="particles.name", value=name)
        for name in self.collisions:
            if name not in names:
                raise unknown_name("particle of the vertex", name, names)
        for role in ("initial", "final"):
            if all(each.role != role for each in self.particles):
                raise InputError("has no particle", key="particles.role", value=role)
        if [each.motion for each in self.particles].count("recoil") > 1:
            raise InputError(
                "is given twice", key="particles.motion", value="recoil", allowed="one recoil"
            )
        for number, each in enumerate(self.particles):
            with located(f"particles.{number}"):
                self._has_kinematics(each)
        return self

    def _has_kinematics(self, particle: Particle) -> None:
        if particle.motion == "reaction" and self.reaction is None:
            raise InputError("needs the reaction of the vertex", key="motion", value="reaction")

    def particle(self, name: str) -> Particle:
        """Return the particle of that name."""
        return next(each for each in self.particles if each.name == name)


class Classical(Section):
    """What washes oscillations out without any quantum mechanics.

    The energy resolution of the visible energy, E_nu - `visible_below_MeV`, is that percentage of 1
    MeV times its square root; sizes are root mean squares along the line of sight.
    """

    energy_resolution_percent_at_1_MeV: Positive | None = None
    visible_below_MeV: NotNegative = 0.0
    source_size_m: Positive | None = None
    detector_size_m: Positive | None = None

    def energy_width_MeV(self, energy_MeV: float) -> float:
        """Width of the energy resolution, 0 if nothing measures the energy."""
        if self.energy_resolution_percent_at_1_MeV is None:
            return 0.0
        visible = max(energy_MeV - self.visible_below_MeV, 0.0)
        return self.energy_resolution_percent_at_1_MeV / 100 * math.sqrt(visible)

    @property
    def position_width_m(self) -> float:
        """Both sizes in quadrature."""
        return math.hypot(self.source_size_m or 0.0, self.detector_size_m or 0.0)


class Oscillation(Section):
    """A mass splitting and a distance at which damping is wanted."""

    name: str = Field(min_length=1)
    delta_m2_eV2: Positive
    baseline_m: NotNegative
