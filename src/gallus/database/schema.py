"""What data files hold: validated, frozen pydantic models.

Every measured number is a :class:`Quantity`: value, error, unit, citation, provenance. A file is a
:class:`Dataset` or one of its subclasses elsewhere (radionuclide, cross section, measurements).
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

from gallus.database.units import factor, unit

Provenance = Literal["read", "digitised", "computed", "recalled", "inferred", "user"]
"""How a number reached the file; only ``read`` and ``computed`` may be relied upon unchecked."""

ConfidenceLevel = Literal["1 sigma", "90 %", "95 %", "3 sigma"]
SIGMAS: dict[str, float] = {"1 sigma": 1.0, "90 %": 1.6449, "95 %": 1.9600, "3 sigma": 3.0}
"""Number of Gaussian standard deviations that an error at a confidence level spans."""


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _known_unit(name: str) -> str:
    unit(name)
    return name


Finite = Annotated[float, Strict(), AfterValidator(_finite)]
"""A finite number; a text that looks like one is not."""
UnitName = Annotated[str, AfterValidator(_known_unit)]


class Frozen(BaseModel):
    """Base of all file models: unknown keys and changes after reading are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Frozen):
    """Where something comes from."""

    citation: str = "user"
    where: str = ""
    provenance: Provenance = "user"
    note: str = ""


class Quantity(Sourced):
    """A number with unit, asymmetric error and source.

    The file gives either `error` or `plus` and `minus`, at `confidence_level` (one sigma unless
    said).
    """

    value: Finite
    plus: Annotated[Finite, Field(ge=0)] = 0.0
    minus: Annotated[Finite, Field(ge=0)] = 0.0
    unit: UnitName
    confidence_level: ConfidenceLevel = "1 sigma"

    @model_validator(mode="before")
    @classmethod
    def _split_error(cls, data: Any) -> Any:
        if isinstance(data, dict) and "error" in data:
            if "plus" in data or "minus" in data:
                raise ValueError("give either error or plus and minus, not both")
            data = {**data, "plus": data["error"], "minus": data["error"]}
            del data["error"]
        return data

    def to(self, target: str) -> float:
        """Return the value in another unit of the same kind."""
        return self.value * factor(self.unit, target)

    def error_to(self, target: str) -> tuple[float, float]:
        """Return the upper and lower one-sigma errors in another unit.

        Errors given at another confidence level are scaled down as if Gaussian.
        """
        scale = factor(self.unit, target) / SIGMAS[self.confidence_level]
        return self.plus * scale, self.minus * scale


class Dataset(Sourced):
    """A named collection of quantities; the common part of every file of the database.

    Subclasses state what their files hold beside it, and the value of the key ``kind``.
    """

    name: str
    title: str
    quantities: dict[str, Quantity] = Field(default_factory=dict)

    def __getitem__(self, key: str) -> Quantity:
        """Return one quantity by its name."""
        return self.quantities[key]

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [self, *self.quantities.values()]

    def citations(self) -> tuple[str, ...]:
        """Keys of all publications that the file cites, each once, in order of appearance."""
        keys = (item.citation for item in self.sources() if item.citation != "user")
        return tuple(dict.fromkeys(keys))

    @model_validator(mode="before")
    @classmethod
    def _inherit_source(cls, data: Any) -> Any:
        """Let every part without a source of its own take that of the file."""
        if not isinstance(data, dict):
            return data
        inherited = {key: data[key] for key in ("citation", "provenance") if key in data}
        return {key: _inherit(value, inherited) for key, value in data.items()}

    @model_validator(mode="after")
    def _has_title(self) -> Self:
        if not self.title:
            raise ValueError("title is empty")
        return self


class QuantityTable(Dataset):
    """A file that holds nothing but quantities."""

    kind: Literal["quantities"] = "quantities"


def _inherit(value: Any, inherited: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_inherit(item, inherited) for item in value]
    if not isinstance(value, dict):
        return value
    # A table with a unit holds numbers; the others only group.
    if "unit" in value:
        return {**inherited, **value}
    return {key: _inherit(item, inherited) for key, item in value.items()}
