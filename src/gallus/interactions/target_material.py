r"""Target materials: electrons, free protons and nuclei per gram from the composition.

Use :func:`material` for those of the database (``lab``, ``water``, ``gagg-crystal``,
``liquid-xenon``, ...) and :func:`read_material` for a user's TOML file; a composition is either
atoms per formula unit or shares of the mass:

.. math:: \frac{n_e}{g} = N_A\frac{\sum_i \nu_i Z_i}{\sum_i \nu_i A_i}
          \quad\mathrm{or}\quad N_A \sum_i w_i \frac{Z_i}{A_i}

with an element (``Ga``, natural composition) or one isotope of it (``71Ga``, enriched).
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gallus.constants import AVOGADRO
from gallus.database.loader import load_as, names, read
from gallus.database.schema import Dataset, Finite, Frozen, Sourced
from gallus.errors import InputError, unknown_name

FOLDER = "materials"
Amount = Annotated[Finite, Field(gt=0)]
_ISOTOPE = re.compile(r"(\d+)([A-Z][a-z]?)")


class Isotope(Frozen):
    """Atomic mass and natural abundance of one isotope, as a share of the atoms."""

    mass: Annotated[Finite, Field(gt=0)]
    abundance: Annotated[Finite, Field(ge=0, le=1)]


class Element(Sourced):
    """Atomic number, standard atomic weight and those isotopes that matter here."""

    unit: Literal["u"]
    charge: Annotated[int, Field(gt=0)]
    weight: Annotated[Finite, Field(gt=0)]
    isotopes: dict[str, Isotope] = Field(default_factory=dict)

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        listed: list[tuple[str, float, float, str]] = [("weight", self.weight, 0.0, self.unit)]
        for name, isotope in self.isotopes.items():
            listed.append((f"{name}.mass", isotope.mass, 0.0, self.unit))
            listed.append((f"{name}.abundance", isotope.abundance, 0.0, "1"))
        return listed


class ElementTable(Dataset):
    """Elements by symbol."""

    kind: Literal["elements"]
    elements: dict[str, Element] = Field(min_length=1)

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.elements.values()]

    def charge_and_mass(self, symbol: str) -> tuple[int, float]:
        """Atomic number and mass of an element ``Ga`` or isotope ``71Ga``.

        Raises
        ------
        InputError
            If it is not in the table.
        """
        element = self.element(_element_of(symbol))
        if symbol in self.elements:
            return element.charge, element.weight
        return element.charge, self._isotope(symbol).mass

    def natural_abundance(self, isotope: str) -> float:
        """Share of the atoms of the natural element that are of one isotope."""
        return self._isotope(isotope).abundance

    def element(self, symbol: str) -> Element:
        """Return an element.

        Raises
        ------
        InputError
            If it is not in the table.
        """
        if symbol not in self.elements:
            raise unknown_name("element", symbol, self.elements)
        return self.elements[symbol]

    def _isotope(self, name: str) -> Isotope:
        symbol = _element_of(name)
        known = self.element(symbol).isotopes
        if name not in known:
            raise unknown_name(f"isotope of {symbol}", name, known)
        return known[name]


class Composition(Sourced):
    """Atoms of one formula unit, or shares of the mass that add up to 1; exactly one of the two."""

    unit: Literal["1"] = "1"
    atoms: dict[str, Amount] | None = None
    mass_fractions: dict[str, Amount] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.atoms is None) == (self.mass_fractions is None):
            raise InputError("needs exactly one of atoms and mass_fractions")
        if not (self.atoms or self.mass_fractions):
            raise InputError("names no element")
        for symbol in self.atoms or self.mass_fractions or {}:
            element_table().charge_and_mass(symbol)
        if self.mass_fractions is not None:
            total = math.fsum(self.mass_fractions.values())
            if abs(total - 1.0) > 1e-3:
                raise InputError(
                    "do not add up to 1", key="mass_fractions", value=total, allowed="1 +- 0.001"
                )
        return self

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        parts = self.atoms or self.mass_fractions or {}
        return [(symbol, value, 0.0, self.unit) for symbol, value in parts.items()]

    def atoms_per_g(self) -> dict[str, float]:
        """Atoms of each element or isotope named, per gram."""
        table = element_table()
        if self.atoms is not None:
            grams = {s: n * table.charge_and_mass(s)[1] for s, n in self.atoms.items()}
        else:
            grams = dict(self.mass_fractions or {})
        total = math.fsum(grams.values())
        return {
            symbol: AVOGADRO * mass / total / table.charge_and_mass(symbol)[1]
            for symbol, mass in grams.items()
        }


class Material(Dataset):
    """What a detector is made of. Quantity: ``density``."""

    kind: Literal["material"]
    composition: Composition

    @model_validator(mode="after")
    def _dense(self) -> Self:
        if "density" not in self.quantities:
            raise InputError("is missing", key="quantities.density")
        if not self.density_g_per_cm3 > 0.0:
            raise InputError(
                "is not a density",
                key="quantities.density.value",
                value=self["density"].value,
                allowed="above 0",
            )
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), self.composition]

    @property
    def density_g_per_cm3(self) -> float:
        """Density."""
        return self["density"].to("g/cm3")

    @cached_property
    def atoms_per_g(self) -> dict[str, float]:
        """Atoms of each element or isotope named in the composition, per gram."""
        return self.composition.atoms_per_g()

    @property
    def electrons_per_g(self) -> float:
        """Electrons per gram."""
        table = element_table()
        return math.fsum(table.charge_and_mass(s)[0] * n for s, n in self.atoms_per_g.items())

    @property
    def electrons_per_cm3(self) -> float:
        """Electrons per cubic centimetre."""
        return self.electrons_per_g * self.density_g_per_cm3

    @property
    def protons_per_g(self) -> float:
        """Free protons per gram, the nuclei of 1H."""
        return self.nuclei_per_g("1H") if {"H", "1H"} & set(self.atoms_per_g) else 0.0

    def nuclei_per_g(self, name: str) -> float:
        """Nuclei of an element (``Ga``) or of one of its isotopes (``71Ga``), per gram.

        Raises
        ------
        InputError
            If the element or isotope is unknown, or not in the material.
        """
        table = element_table()
        table.charge_and_mass(name)  # refuses what is unknown
        total = 0.0
        for part, number in self.atoms_per_g.items():
            if name in (part, _element_of(part)):
                total += number
            elif part == _element_of(name):
                total += number * table.natural_abundance(name)
        if total == 0.0:
            raise InputError(
                f"is not in {self.name}",
                key="nuclei",
                value=name,
                allowed=", ".join(self.atoms_per_g),
            )
        return total


def _element_of(name: str) -> str:
    """Symbol of the element of an isotope, or the symbol itself."""
    found = _ISOTOPE.fullmatch(name)
    return found[2] if found else name


def element_table() -> ElementTable:
    """Return the elements of the database."""
    return load_as(ElementTable, "elements")


def material_names() -> tuple[str, ...]:
    """Names of the materials in the database."""
    return names(FOLDER)


def material(name: str) -> Material:
    """Return a material of the database.

    Raises
    ------
    InputError
        If there is none of that name; the nearest is suggested.
    """
    if name not in material_names():
        raise unknown_name("material", name, material_names())
    return load_as(Material, name)


def read_material(path: Path | str) -> Material:
    """Read a user's material.

    Raises
    ------
    InputError
        Naming file, key and value, if the file does not fit.
    """
    return read(Material, path)
