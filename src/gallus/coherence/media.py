"""What charged particles go through: density, electrons, mean excitation energy, density effect.

Use :func:`medium` by name or :func:`read_medium` from a file; :func:`medium_data` has the numbers
with their sources. They are apart from the target materials of
:mod:`gallus.interactions.target_material`, which have no stopping power.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from gallus.constants import AVOGADRO
from gallus.database.loader import load, names, read
from gallus.database.schema import Dataset, QuantityTable
from gallus.errors import InputError, located, unknown_name

Excitation = Literal["ten-z", "tabulated"]

TEN_EV: Final = 10.0
"""Bloch's rule of thumb, I = 10 eV times Z."""
RULE_ABOVE: Final = 16.0
"""Below sulphur the rule fails: chemical binding makes I twice as large in plastics and water."""
FOLDER: Final = "stopping"
PREFIX: Final = "stopping-"


@dataclass(frozen=True)
class Sternheimer:
    """Parameters of the density effect (R. M. Sternheimer et al. 1984).

    `density_g_per_cm3` and `excitation_eV` are those at which the parameters were fitted.
    """

    c: float
    x0: float
    x1: float
    a: float
    m: float
    delta0: float
    density_g_per_cm3: float
    excitation_eV: float


@dataclass(frozen=True)
class Medium:
    """What a charged particle goes through.

    Parameters
    ----------
    density_g_per_cm3 : float
        Density.
    electrons_per_g, atoms_per_g : float
        Electrons and nuclei per gram.
    mean_excitation_energy_eV : float
        I.
    density_effect : Sternheimer
        Parameters of the density effect.
    citations : tuple of str
        Keys of the publications.
    """

    name: str
    density_g_per_cm3: float
    electrons_per_g: float
    atoms_per_g: float
    mean_excitation_energy_eV: float
    density_effect: Sternheimer
    citations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key in (
            "density_g_per_cm3",
            "electrons_per_g",
            "atoms_per_g",
            "mean_excitation_energy_eV",
        ):
            value = getattr(self, key)
            if not (value > 0.0 and math.isfinite(value)):
                raise InputError("is not above 0", key=key, value=value, allowed="above 0")

    @property
    def atoms_per_cm3(self) -> float:
        """Nuclei per cubic centimetre."""
        return self.atoms_per_g * self.density_g_per_cm3

    @property
    def mean_charge(self) -> float:
        """Electrons per atom, Z of an element."""
        return self.electrons_per_g / self.atoms_per_g

    def excitation_eV(self, rule: Excitation) -> float:
        """Mean excitation energy: of the table, or 10 eV times the electrons per atom.

        The rule of thumb is for atoms above sulphur; lighter media keep the tabulated value. It is
        good to 10 % for elements, and half the tabulated value in uranium dioxide.
        """
        if rule not in ("tabulated", "ten-z"):
            raise unknown_name("rule for the excitation energy", rule, ("tabulated", "ten-z"))
        if rule == "tabulated" or self.mean_charge < RULE_ABOVE:
            return self.mean_excitation_energy_eV
        return TEN_EV * self.mean_charge

    def excited_at(self, excitation_eV: float) -> Medium:
        """Return the same medium with another mean excitation energy."""
        return replace(self, mean_excitation_energy_eV=excitation_eV)


def medium_names() -> tuple[str, ...]:
    """Names of the media in the database."""
    return tuple(name.removeprefix(PREFIX) for name in names(FOLDER))


def medium(name: str) -> Medium:
    """Return a medium of the database.

    Raises
    ------
    InputError
        If there is none of that name; the nearest is suggested.
    """
    return _from_data(medium_data(name), name)


def medium_data(name: str) -> Dataset:
    """Return the data set of a medium: its numbers with their sources."""
    if name not in medium_names():
        raise unknown_name("medium", name, medium_names())
    return load(PREFIX + name)


def read_medium(path: Path | str) -> Medium:
    """Read a user's medium: a file like those of the database in ``data/stopping``.

    Raises
    ------
    InputError
        Naming file and key, if the file does not fit or a quantity is missing.
    """
    data = read(QuantityTable, path)
    with located(file=str(path)):
        return _from_data(data, data.name)


def _from_data(data: Dataset, name: str) -> Medium:
    def value(key: str, unit: str) -> float:
        if key not in data.quantities:
            raise InputError("is missing", key=f"quantities.{key}")
        return data[key].to(unit)

    def fitted_at(key: str, unit: str, otherwise: float) -> float:
        return value(key, unit) if key in data.quantities else otherwise

    density = value("density", "g/cm3")
    excitation = value("mean_excitation_energy", "eV")
    fit = Sternheimer(
        **{p: value(f"density_effect_{p}", "1") for p in ("c", "x0", "x1", "a", "m", "delta0")},
        density_g_per_cm3=fitted_at("density_effect_density", "g/cm3", density),
        excitation_eV=fitted_at("density_effect_excitation", "eV", excitation),
    )
    per_g = AVOGADRO / value("molar_mass", "u")
    electrons, atoms = value("electrons", "1") * per_g, value("atoms", "1") * per_g
    return Medium(name, density, electrons, atoms, excitation, fit, data.citations())
