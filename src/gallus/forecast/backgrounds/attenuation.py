r"""How far photons come: mass attenuation coefficients, attenuation lengths, shields.

Use :func:`medium` for a shield (``tungsten``, ``iron``, ``copper``, ``lead``) or a material of the
database, :func:`attenuation_length_m` for the depth in a target and :func:`transmission` for a
shield of several layers.

.. math:: \mu = \rho \sum_i w_i \Big(\frac\mu\rho\Big)_i

from the tables of NIST, 0.1 to 10 MeV; between two energies a power law, good to 1 %. Narrow beam:
a photon that scatters counts as lost. What scatters in the shield and still comes through is in
:mod:`gallus.forecast.backgrounds.build_up`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.constants import AVOGADRO
from gallus.database.columns import columns
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.interactions.target_material import (
    Material,
    element_table,
    material,
    material_names,
)

SHIELDS: Final[Mapping[str, str]] = {
    "tungsten": "W",
    "iron": "Fe",
    "copper": "Cu",
    "lead": "Pb",
}
"""Elements that shields are made of."""
CM_PER_M: Final = 100.0


@dataclass(frozen=True)
class Medium:
    """What photons go through.

    Parameters
    ----------
    name : str
        Slug.
    density_g_per_cm3 : float
        Density.
    mass_fractions : tuple of (str, float)
        Elements and their shares of the mass.
    """

    name: str
    density_g_per_cm3: float
    mass_fractions: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Layer:
    """A shell of a shield.

    Parameters
    ----------
    material : str
        As :func:`medium` knows it.
    thickness_cm : float
        Thickness, 0 or more.

    Raises
    ------
    InputError
        If the thickness is negative.
    """

    material: str
    thickness_cm: float

    def __post_init__(self) -> None:
        if not (self.thickness_cm >= 0 and math.isfinite(self.thickness_cm)):
            raise InputError("is no thickness", key="thickness_cm", value=self.thickness_cm)


@cache
def medium(name: str) -> Medium:
    """Return a shield or a material of the database.

    Raises
    ------
    InputError
        If there is none of that name, or an element of it is not in the table.
    """
    if name in SHIELDS:
        density = load("photon-attenuation")[f"{name}_density"].to("g/cm3")
        return Medium(name, density, ((SHIELDS[name], 1.0),))
    if name not in material_names():
        raise unknown_name("material", name, (*SHIELDS, *material_names()))
    return medium_of(material(name))


def medium_of(chosen: Material, density_g_per_cm3: float | None = None) -> Medium:
    """Return a material of a target as a medium, with a density of its own if one is given.

    Raises
    ------
    InputError
        If an element of it is not in the table.
    """
    shares: dict[str, float] = {}
    for symbol, atoms in chosen.atoms_per_g.items():
        element = re.sub(r"\d", "", symbol)
        if element not in _table():
            raise unknown_name("element of the photon table", element, tuple(_table())[1:])
        grams = atoms * element_table().charge_and_mass(symbol)[1] / AVOGADRO
        shares[element] = shares.get(element, 0.0) + grams
    density = density_g_per_cm3 or chosen.density_g_per_cm3
    return Medium(chosen.name, density, tuple(shares.items()))


def attenuation_per_cm(energy_MeV: Array, through: Medium) -> Array:
    """Return mu, shape of the energies.

    Raises
    ------
    InputError
        If an energy is outside of the table.
    """
    energy = np.asarray(energy_MeV, dtype=np.float64)
    table = _table()
    grid = table["energy"]
    if not np.all((energy >= grid[0]) & (energy <= grid[-1])):
        raise InputError(
            "is outside of the table of photon attenuation",
            key="energy_MeV",
            value=energy.tolist(),
            allowed=f"{grid[0]:g} to {grid[-1]:g}",
        )
    mu: Array = np.zeros_like(energy)
    for element, share in through.mass_fractions:
        per_g = np.exp(np.interp(np.log(energy), np.log(grid), np.log(table[element])))
        mu = mu + through.density_g_per_cm3 * share * per_g
    return mu


def attenuation_length_m(energy_MeV: float, through: Medium) -> float:
    """Return 1/mu: the mean way to the first interaction."""
    return 1.0 / float(attenuation_per_cm(np.asarray(energy_MeV), through)) / CM_PER_M


def transmission(energy_MeV: Array, layers: Iterable[Layer]) -> Array:
    """Share of the photons that come through without interaction, exp(-sum mu t)."""
    depth: Array = np.zeros_like(np.asarray(energy_MeV, dtype=np.float64))
    for layer in layers:
        depth = depth + layer.thickness_cm * attenuation_per_cm(energy_MeV, medium(layer.material))
    passed: Array = np.exp(-depth)
    return passed


def lowest_energy_MeV() -> float:
    """Lowest photon energy of the table."""
    return float(_table()["energy"][0])


@cache
def _table() -> dict[str, Array]:
    return columns("photon-attenuation")
