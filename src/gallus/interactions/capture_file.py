"""The TOML form of a capture cross section on 71Ga: named models and users' models alike.

A file gives at least one of

* ``[total]``: source-averaged cross sections by nuclide;
* ``[strength_ratios]``: BGT(level)/BGT(ground state), with an optional ``[ground_state]`` (else
  computed from the half-life of 71Ge) and optional ``[phase_space]`` coefficients (else computed);
* ``[ground_state]`` alone: no excited states;
* ``[table]``: cross section against neutrino energy, inline or in a CSV file.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from gallus.database.schema import (
    ConfidenceLevel,
    Dataset,
    Finite,
    Frozen,
    Quantity,
    Sourced,
    UnitName,
)
from gallus.database.units import factor
from gallus.errors import InputError, located, unknown_name
from gallus.sources.radionuclide import nuclide_names

Positive = Annotated[Finite, Field(gt=0)]


class PhaseSpace(Sourced):
    """Coefficients xi of one level, by nuclide of the source."""

    unit: UnitName = "1"
    coefficients: dict[str, Annotated[Finite, Field(ge=0)]]


class Table(Sourced):
    """Cross section against neutrino energy; linear between the nodes."""

    energy_unit: UnitName
    unit: UnitName
    confidence_level: ConfidenceLevel = "1 sigma"
    energy: tuple[Positive, ...] = Field(min_length=2)
    best: tuple[Positive, ...]
    lower: tuple[Positive, ...]
    upper: tuple[Positive, ...]

    @model_validator(mode="before")
    @classmethod
    def _read_csv(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or "file" not in data:
            return data
        context = info.context or {}
        path = Path(str(context.get("file", ""))).parent / str(data["file"])
        return {**{k: v for k, v in data.items() if k != "file"}, **read_columns(path)}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        factor(self.unit, "cm2")
        factor(self.energy_unit, "MeV")
        if any(b <= a for a, b in zip(self.energy, self.energy[1:], strict=False)):
            raise InputError("does not increase", key="energy", allowed="increasing energies")
        for key in ("best", "lower", "upper"):
            if len(getattr(self, key)) != len(self.energy):
                raise InputError(
                    "has another length than energy",
                    key=key,
                    value=len(getattr(self, key)),
                    allowed=str(len(self.energy)),
                )
        if any(
            not lo <= b <= up for lo, b, up in zip(self.lower, self.best, self.upper, strict=True)
        ):
            raise InputError("is not between lower and upper everywhere", key="best")
        return self


class CrossSectionFile(Dataset):
    """A capture cross section as a file states it.

    `order` is the place of a named model in tables; `half_life_71Ge` is the half-life that the
    numbers rest on, 11.43 d if not given.
    """

    kind: Literal["cross-section"] = "cross-section"
    method: str = ""
    order: int = 1000
    half_life_71Ge: Quantity | None = None
    total: dict[str, Quantity] = Field(default_factory=dict)
    ground_state: dict[str, Quantity] = Field(default_factory=dict)
    strength_ratios: dict[str, Quantity] = Field(default_factory=dict)
    phase_space: dict[str, PhaseSpace] = Field(default_factory=dict)
    table: Table | None = None

    @model_validator(mode="after")
    def _physical(self) -> Self:
        for section in ("total", "ground_state"):
            for name, quantity in getattr(self, section).items():
                _check_nuclide(section, name)
                _check_cross_section(f"{section}.{name}", quantity)
        for name, quantity in self.strength_ratios.items():
            _check_strength(f"strength_ratios.{name}", name, quantity)
        for level, entry in self.phase_space.items():
            if level not in self.strength_ratios:
                raise unknown_name("level of strength_ratios", level, self.strength_ratios)
            for name in entry.coefficients:
                _check_nuclide(f"phase_space.{level}", name)
        if not (self.total or self.ground_state or self.strength_ratios or self.table):
            raise InputError(
                "states no cross section",
                allowed="one of [total], [ground_state], [strength_ratios], [table]",
            )
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        groups = (self.total, self.ground_state, self.strength_ratios, self.phase_space)
        table = [self.table] if self.table else []
        return [*super().sources(), *(item for group in groups for item in group.values()), *table]


class _Columns(Frozen):
    energy: tuple[float, ...]
    best: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


def read_columns(path: Path) -> dict[str, tuple[float, ...]]:
    """Read the columns energy, best, lower, upper of a CSV file; lines with ``#`` are comments.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or holds something that is not a number.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", key="file", value=str(path)) from error
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    columns = tuple(_Columns.model_fields)
    try:
        return {name: tuple(float(row[name]) for row in rows) for name in columns}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"is not a table of numbers: {error}",
            key="file",
            value=str(path),
            allowed=f"CSV with the columns {', '.join(columns)}",
        ) from error


def _check_nuclide(section: str, name: str) -> None:
    if name not in nuclide_names():
        raise unknown_name("nuclide", name, nuclide_names()).moved(section)


def _check_cross_section(key: str, quantity: Quantity) -> None:
    with located(key):
        quantity.to("cm2")
    if quantity.value <= 0:
        raise InputError(
            "is not a cross section", key=key, value=quantity.value, allowed="a number above 0"
        )
    _check_error_given(key, quantity)
    for side, error in zip(("plus", "minus"), quantity.error_to(quantity.unit), strict=True):
        if error >= quantity.value:
            raise InputError(
                "is an error as large as the value",
                key=f"{key}.{side}",
                value=error,
                allowed=f"a one-sigma error below {quantity.value:g} {quantity.unit}",
            )


def _check_error_given(key: str, quantity: Quantity) -> None:
    """A missing error is not an error of zero: that would overstate every significance."""
    if not {"plus", "minus"} <= quantity.model_fields_set:
        raise InputError("has no error", key=key, allowed="error, or plus and minus; 0 if exact")


def _check_strength(key: str, level: str, quantity: Quantity) -> None:
    with located(key):
        quantity.to("1")
    if not level.isdigit():
        raise InputError("is not a level", key=key, value=level, allowed="its energy in whole keV")
    if quantity.value < 0:
        raise InputError("is negative", key=key, value=quantity.value, allowed="0 or more")
    _check_error_given(key, quantity)
    if max(quantity.error_to("1")) >= 1:
        raise InputError(
            "has an error as large as the strength of the ground state",
            key=key,
            value=max(quantity.error_to("1")),
            allowed="a one-sigma error below 1",
        )
