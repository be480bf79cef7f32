"""Radioactive nuclides inside a scintillator, as the files of the database describe them.

Use :func:`internal_nuclide` for those that ship with Gallus. A file holds the half-life of the
nuclide that governs the activity and all decays per decay of it: betas with the gammas that go with
them, alphas, single lines. A chain in equilibrium is one file.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from gallus.constants import AVOGADRO, ELECTRON_MASS_MEV
from gallus.database.loader import load_as, names
from gallus.database.schema import Dataset, Finite, Frozen, Sourced, UnitName
from gallus.database.units import factor
from gallus.errors import InputError, unknown_name
from gallus.sources.beta_decay import Branch

FOLDER = "nuclides"
ALLOWED = "allowed"
UNIQUE = {"unique-first": 1, "unique-third": 3}
"""Degree of forbiddenness of the unique transitions, by the name of their shape."""

Positive = Annotated[Finite, Field(gt=0)]
Percent = Annotated[Finite, Field(ge=0, le=100)]


class BetaEntry(Frozen):
    """One branch: kinetic end point, share, and the energy of the gammas that follow at once."""

    endpoint: Positive
    percent: Percent
    gammas: Annotated[Finite, Field(ge=0)] = 0.0
    shape: str = ALLOWED


class LineEntry(Frozen):
    """An alpha or gamma line: energy and share."""

    energy: Positive
    percent: Percent


class Decays(Sourced):
    """Decays of one member of the source, per decay of the nuclide that governs it."""

    unit: UnitName
    emits: Literal["electron", "positron"] = "electron"
    daughter_charge: Annotated[int, Field(gt=0)] | None = None
    charge_radius_fm: Positive | None = None
    betas: tuple[BetaEntry, ...] = ()
    alphas: tuple[LineEntry, ...] = ()
    lines: tuple[LineEntry, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for key in ("daughter_charge", "charge_radius_fm"):
            if self.betas and getattr(self, key) is None:
                raise InputError("is missing", key=key, allowed="needed for betas")
        if not (self.betas or self.alphas or self.lines):
            raise InputError("has no decay", key="betas, alphas, lines")
        return self

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        listed = [(f"beta {b.endpoint:g} {self.unit}", b.percent, 0.0, "%") for b in self.betas]
        for name, entries in (("alpha", self.alphas), ("line", self.lines)):
            listed += [(f"{name} {e.energy:g} {self.unit}", e.percent, 0.0, "%") for e in entries]
        if self.charge_radius_fm is not None:
            listed.append(("charge_radius", self.charge_radius_fm, 0.0, "fm"))
        return listed


class Shape(Sourced):
    """C(W) = 1 + a W + b W^2, W the total energy of the electron in electron masses."""

    unit: Literal["1"]
    slope: Finite
    slope_error: Annotated[Finite, Field(ge=0)] = 0.0
    square: Finite = 0.0
    square_error: Annotated[Finite, Field(ge=0)] = 0.0

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        return [
            ("a", self.slope, self.slope_error, self.unit),
            ("b", self.square, self.square_error, self.unit),
        ]


class Beta(NamedTuple):
    """A beta branch in MeV: `added_MeV` is seen besides the kinetic energy of the electron.

    `unique` is the degree of a unique forbidden transition, 0 if it is not one; the spectrum is
    also multiplied by 1 + `slope` W + `square` W^2.
    """

    branch: Branch
    added_MeV: float
    unique: int
    slope: float
    square: float


class Line(NamedTuple):
    """Energy in MeV and share of the decays."""

    energy_MeV: float
    fraction: float


class InternalNuclide(Dataset):
    """A radioactive impurity. Quantities: ``half_life`` and ``atomic_mass`` of what governs it."""

    kind: Literal["internal-nuclide"]
    governed_by: str
    decays: dict[str, Decays] = Field(min_length=1)
    shapes: dict[str, Shape] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for key in ("half_life", "atomic_mass"):
            if key not in self.quantities:
                raise InputError("is missing", key=f"quantities.{key}")
        for each in self.decays.values():
            for beta in each.betas:
                self._check_shape(beta.shape)
        return self

    def _check_shape(self, shape: str) -> None:
        known = (ALLOWED, *UNIQUE, *self.shapes)
        if shape not in known:
            raise unknown_name("shape", shape, known)

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.decays.values(), *self.shapes.values()]

    @property
    def half_life_d(self) -> float:
        """Half-life in days of the nuclide that governs the activity."""
        return self["half_life"].to("d")

    @property
    def decays_per_g_and_day(self) -> float:
        """Decays per day of a gram of the nuclide that governs the activity."""
        return AVOGADRO / self["atomic_mass"].to("u") * math.log(2.0) / self.half_life_d

    def betas(self, shape: str | None = None) -> tuple[Beta, ...]:
        """All beta branches; `shape` replaces that of the allowed ones.

        Raises
        ------
        InputError
            If the file has no shape of that name.
        """
        self._check_shape(shape or ALLOWED)
        return tuple(
            self._beta(each, entry, shape) for each in self.decays.values() for entry in each.betas
        )

    def alphas(self) -> tuple[Line, ...]:
        """All alpha lines, with their kinetic energies."""
        return tuple(_line(each, entry) for each in self.decays.values() for entry in each.alphas)

    def lines(self) -> tuple[Line, ...]:
        """All other lines, seen with their full energy."""
        return tuple(_line(each, entry) for each in self.decays.values() for entry in each.lines)

    def _beta(self, each: Decays, entry: BetaEntry, shape: str | None) -> Beta:
        name = shape if shape is not None and entry.shape == ALLOWED else entry.shape
        polynomial = self.shapes.get(name)
        positron = each.emits == "positron"
        charge, radius = float(each.daughter_charge or 0), each.charge_radius_fm or 0.0
        to_MeV = factor(each.unit, "MeV")
        return Beta(
            Branch(
                entry.endpoint * to_MeV,
                entry.percent / 100.0,
                -charge if positron else charge,
                math.sqrt(5.0 / 3.0) * radius,
                0.0,
                0.0,
            ),
            entry.gammas * to_MeV + (2.0 * ELECTRON_MASS_MEV if positron else 0.0),
            UNIQUE.get(name, 0),
            polynomial.slope if polynomial else 0.0,
            polynomial.square if polynomial else 0.0,
        )


def _line(each: Decays, entry: LineEntry) -> Line:
    return Line(entry.energy * factor(each.unit, "MeV"), entry.percent / 100.0)


def internal_nuclides() -> tuple[str, ...]:
    """Names of the nuclides and chains in the database."""
    return names(FOLDER)


def internal_nuclide(name: str) -> InternalNuclide:
    """Return a nuclide or chain of the database.

    Raises
    ------
    InputError
        If there is none of that name; the nearest is suggested.
    """
    if name not in internal_nuclides():
        raise unknown_name("nuclide", name, internal_nuclides())
    return load_as(InternalNuclide, name)
