"""The steps from a description to widths that the talk of T. Schwetz leaves open, by name.

Each field of :class:`Reading` is one of them; its default is the first of its choices.
:func:`with_choices` changes some by name, :func:`reasonable` lists the combinations that a band is
made of.

* `particles`: ``as-printed`` takes position, width and velocity of a particle as a publication
  prints them where it does; ``computed`` takes all from the physics that the description names.
* `sigma_m`: ``full``, with the terms v_z^2/sigma_e^2, or ``momentum-terms`` alone.
* `energy_width`: ``doppler``, averaged over unobserved momenta and thermal motion; ``phase-space``,
  without the latter; ``fixed-momenta``, at given external momenta.
* `line_width`: ``collisions``, with lifetime; ``lifetime`` alone; ``none``. Collisions are an upper
  estimate, as if each were sudden and ended all coherence.
* `electron_formula`, `density_effect`, `excitation`: the stopping power of electrons and positrons
  in the distance over which they lose one mean excitation energy, which is 10 eV times the mean
  atomic number (``ten-z``, closest to the talk, not in light media) or ``tabulated``.
* `lattice`: distance of atoms in a crystal: of its ``planes``, of ``neighbours``, or n^(-1/3) of
  its ``volume``.
* `lepton_direction`: of electrons and positrons: ``as-described``, ``forward``, ``sideways`` or
  ``backward``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from itertools import product
from typing import Any, Final, Literal, get_args, get_type_hints

from gallus.coherence.localisation import LatticeReading
from gallus.coherence.media import Excitation
from gallus.coherence.stopping_power import DensityEffect, Formula
from gallus.coherence.widths import EnergyReading, MassReading
from gallus.errors import located, unknown_name

ParticleReading = Literal["as-printed", "computed"]
LineReading = Literal["collisions", "lifetime", "none"]
LeptonDirection = Literal["as-described", "forward", "sideways", "backward"]

LEPTON_COSINES: Final[Mapping[str, float]] = {"forward": 1.0, "sideways": 0.0, "backward": -1.0}


@dataclass(frozen=True)
class Reading:
    """How the open steps are read; see the module.

    Raises
    ------
    InputError
        If a choice is unknown.
    """

    particles: ParticleReading = "as-printed"
    sigma_m: MassReading = "full"
    energy_width: EnergyReading = "doppler"
    line_width: LineReading = "collisions"
    electron_formula: Formula = "heavy-bethe"
    density_effect: DensityEffect = "sternheimer"
    excitation: Excitation = "ten-z"
    lattice: LatticeReading = "planes"
    lepton_direction: LeptonDirection = "as-described"

    def __post_init__(self) -> None:
        for name, known in choices().items():
            if getattr(self, name) not in known:
                with located(name):
                    raise unknown_name("reading", str(getattr(self, name)), known)

    def as_dict(self) -> dict[str, str]:
        """Names of the choices."""
        return asdict(self)


@cache
def choices() -> Mapping[str, tuple[str, ...]]:
    """Names of all steps with their choices, the default first."""
    hints = get_type_hints(Reading)
    return {field.name: get_args(hints[field.name]) for field in fields(Reading)}


def with_choices(reading: Reading, chosen: Mapping[str, str]) -> Reading:
    """Return the reading with other choices.

    Raises
    ------
    InputError
        If a step or a choice is unknown.
    """
    for name in chosen:
        if name not in choices():
            raise unknown_name("step that can be read in several ways", name, choices())
    changes: dict[str, Any] = dict(chosen)
    return replace(reading, **changes)


STOPPING: Final = ("electron_formula", "density_effect", "excitation")
POSITIONS: Final = (*STOPPING, "lattice")
"""Steps by which positions are computed."""
SPANNED: Final = ("particles", "sigma_m", *POSITIONS, "lepton_direction")
"""Steps of which every choice is as good as the other; the rest says which effects are there."""


def reasonable(reading: Reading, steps: Collection[str] = SPANNED) -> tuple[Reading, ...]:
    """All readings that differ in steps where no choice is better, those of the band.

    Parameters
    ----------
    reading : Reading
        What the other steps are.
    steps : collection of str
        Those of :data:`SPANNED` that matter. With particles as printed, those by which positions
        are computed do not, and are not varied.
    """
    known = choices()
    varied = [name for name in SPANNED if name in steps]
    found: dict[Reading, None] = {}
    for values in product(*(known[name] for name in varied)):
        each = with_choices(reading, dict(zip(varied, values, strict=True)))
        if each.particles == "as-printed":
            each = with_choices(each, {name: getattr(reading, name) for name in POSITIONS})
        found[each] = None
    return tuple(found)
