"""Radioactive sources that emit neutrino lines: 51Cr, 37Ar, 65Zn.

Use :func:`nuclide` for the nuclides of the database; a user's nuclide is a TOML file of the same
form, read with :func:`gallus.database.read`. Energies in MeV, times in days, activities in Bq.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from gallus.constants import JOULE_PER_MEV
from gallus.database.loader import load_as, names
from gallus.database.schema import Dataset, Finite, Frozen, Sourced, UnitName
from gallus.database.units import factor
from gallus.errors import InputError, unknown_name


class Line(NamedTuple):
    """One neutrino line: energy, fraction of the decays, shell, and the daughter's level."""

    energy_MeV: float
    fraction: float
    fraction_error: float
    shell: str
    level_MeV: float


class LineEntry(Frozen):
    """A line as a file states it: energies in the unit of the set, fractions in per cent."""

    energy: Annotated[Finite, Field(gt=0)]
    percent: Annotated[Finite, Field(ge=0, le=100)]
    error: Annotated[Finite, Field(ge=0)] = 0.0
    shell: Literal["K", "L", "M"]
    level: Annotated[Finite, Field(ge=0)] = 0.0


class LineSet(Sourced):
    """A published list of neutrino lines."""

    unit: UnitName
    lines: tuple[LineEntry, ...] = Field(min_length=1)

    def to_lines(self) -> tuple[Line, ...]:
        """Return the lines in MeV and fractions."""
        scale = factor(self.unit, "MeV")
        return tuple(
            Line(e.energy * scale, e.percent / 100, e.error / 100, e.shell, e.level * scale)
            for e in self.lines
        )


class Radionuclide(Dataset):
    """A radioactive nuclide with its neutrino lines.

    Quantities: ``half_life``; where known ``q_value``, ``heat_per_decay``, ``gamma_energy``,
    ``gamma_branching_ratio``.
    """

    kind: Literal["radionuclide"]
    daughter: str
    default_lines: str
    line_sets: dict[str, LineSet] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "half_life" not in self.quantities:
            raise InputError("is missing", key="quantities.half_life")
        if self.default_lines not in self.line_sets:
            raise unknown_name("line set", self.default_lines, self.line_sets)
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.line_sets.values()]

    @property
    def half_life_d(self) -> float:
        """Half-life in days."""
        return self["half_life"].to("d")

    @property
    def decay_constant_per_d(self) -> float:
        """Decay constant ln 2 / T_1/2 in 1/d."""
        return math.log(2) / self.half_life_d

    def lines(self, line_set: str | None = None) -> tuple[Line, ...]:
        """Return the neutrino lines of one published set (the default set if not named).

        Raises
        ------
        InputError
            If the nuclide has no set of that name.
        """
        name = self.default_lines if line_set is None else line_set
        if name not in self.line_sets:
            raise unknown_name(f"line set of {self.name}", name, self.line_sets)
        return self.line_sets[name].to_lines()

    def remaining(self, elapsed_d: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Fraction of the nuclei left after some days, 2^(-t/T_1/2)."""
        return np.exp2(-np.asarray(elapsed_d, dtype=np.float64) / self.half_life_d)

    def mean_remaining(self, start_d: float, end_d: float) -> float:
        """Mean of :meth:`remaining` over an exposure from `start_d` to `end_d`."""
        if not end_d > start_d:
            raise InputError("ends before it starts", key="exposure", value=(start_d, end_d))
        rate = self.decay_constant_per_d
        return (math.exp(-rate * start_d) - math.exp(-rate * end_d)) / (rate * (end_d - start_d))

    def heat_W(self, activity_Bq: float) -> float:
        """Thermal power of a source, activity x heat per decay.

        Raises
        ------
        InputError
            If the heat per decay of this nuclide is not in the database.
        """
        if "heat_per_decay" not in self.quantities:
            raise InputError("has no heat per decay in the database", value=self.name)
        return activity_Bq * self["heat_per_decay"].to("MeV") * JOULE_PER_MEV


@dataclass(frozen=True)
class SourceActivity:
    """Activity of a source at its reference time, with asymmetric one-sigma errors.

    Parameters
    ----------
    nuclide : Radionuclide
        What decays.
    activity_Bq, plus_Bq, minus_Bq : float
        Activity at the reference time and its errors.
    """

    nuclide: Radionuclide
    activity_Bq: float
    plus_Bq: float = 0.0
    minus_Bq: float = 0.0

    def __post_init__(self) -> None:
        for key in ("activity_Bq", "plus_Bq", "minus_Bq"):
            value = getattr(self, key)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(
                    "is not an activity", key=key, value=value, allowed="a finite number, 0 or more"
                )

    def after(self, elapsed_d: float) -> SourceActivity:
        """Return the same source `elapsed_d` days after the reference time."""
        left = float(self.nuclide.remaining(elapsed_d))
        return SourceActivity(
            self.nuclide, self.activity_Bq * left, self.plus_Bq * left, self.minus_Bq * left
        )


def nuclide_names() -> tuple[str, ...]:
    """Names of the nuclides in the database."""
    return tuple(name for name in names("sources") if name[0].isdigit())


def nuclide(name: str) -> Radionuclide:
    """Return a nuclide of the database.

    Raises
    ------
    InputError
        If there is no nuclide of that name.
    """
    if name not in nuclide_names():
        raise unknown_name("nuclide", name, nuclide_names())
    return load_as(Radionuclide, name)
