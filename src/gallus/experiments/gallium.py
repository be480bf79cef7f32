"""The gallium source experiments: GALLEX, SAGE and BEST as measured over expected captures.

Use :func:`source_measurements` for the six published results or a group of them, and
:func:`read_measurements` for a TOML file of one's own. :func:`ratios` refers them to a cross
section.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gallus.database.loader import load_as, read
from gallus.database.schema import Dataset, Finite, Frozen, Quantity, Sourced
from gallus.errors import InputError, located, unknown_name
from gallus.interactions.gallium_capture import (
    REFERENCE_SOURCE,
    CaptureCrossSection,
    cross_section,
)
from gallus.parameters.constraints import check_covariance
from gallus.recipes.base import Ratios
from gallus.sources.radionuclide import SourceActivity, nuclide, nuclide_names

Convention = Literal["published", "collaboration", "giunti-2023", "experimental", "rate"]
"""Which error of a ratio counts as experimental; the data set explains them."""

DATA = "gallium-source-ratios"
GROUND_STATE = "ground-state"


class SourceMeasurement(Frozen):
    """One source run: measured over expected captures for a reference cross section.

    `ratio` holds one quantity per error convention (``published``, ``collaboration``,
    ``giunti-2023``, ``experimental``, ``rate``); a single quantity serves all conventions.
    `geometry` names the detector of the data set gallium-geometries; without it there is no fit of
    distances.
    """

    title: str
    nuclide: str
    geometry: str | None = None
    groups: tuple[str, ...] = ()
    ratio: dict[Convention, Quantity] = Field(min_length=1)
    reference_cross_section: Quantity
    activity: Quantity | None = None
    rate: Quantity | None = None
    predicted_rate: Quantity | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_convention(cls, data: Any) -> Any:
        ratio = data.get("ratio") if isinstance(data, dict) else None
        if isinstance(ratio, dict) and "value" in ratio:
            return {**data, "ratio": {"published": ratio}}
        return data

    @model_validator(mode="after")
    def _physical(self) -> Self:
        if self.nuclide not in nuclide_names():
            raise unknown_name("nuclide", self.nuclide, nuclide_names()).moved("nuclide")
        for convention, quantity in self.ratio.items():
            with located(f"ratio.{convention}"):
                plus, minus = quantity.error_to("1")
                if not (plus > 0 and minus > 0):
                    raise InputError("has no error", allowed="errors above 0")
        for key in ("reference_cross_section", "activity"):
            quantity_or_none = getattr(self, key)
            if quantity_or_none is not None and quantity_or_none.value <= 0:
                raise InputError(
                    "is not positive", key=key, value=quantity_or_none.value, allowed="above 0"
                )
        with located("reference_cross_section"):
            self.reference_cross_section.to("cm2")
        return self

    def measured(self, convention: str) -> Quantity:
        """Return the ratio in an error convention.

        A convention that is not given falls back to ``collaboration``, then ``published``, then the
        only one there is.
        """
        for wanted in (convention, "collaboration", "published"):
            if wanted in self.ratio:
                return self.ratio[wanted]
        return next(iter(self.ratio.values()))

    def source_activity(self) -> SourceActivity:
        """Activity of the source at its reference time, with its errors.

        Raises
        ------
        InputError
            If none is stated.
        """
        if self.activity is None:
            raise InputError("is missing", key="activity", value=self.title)
        return SourceActivity(
            nuclide(self.nuclide), self.activity.to("Bq"), *self.activity.error_to("Bq")
        )

    def quantities(self) -> list[Sourced]:
        """Everything that carries a citation."""
        others = (self.reference_cross_section, self.activity, self.rate, self.predicted_rate)
        return [*self.ratio.values(), *(item for item in others if item is not None)]


class MeasurementFile(Dataset):
    """A set of source measurements, with the experimental covariance of the ratios if known."""

    kind: Literal["source-ratios"]
    measurements: dict[str, SourceMeasurement] = Field(min_length=1)
    covariance: tuple[tuple[Finite, ...], ...] | None = None

    @model_validator(mode="after")
    def _valid_covariance(self) -> Self:
        if self.covariance is not None:
            if len({len(row) for row in self.covariance}) != 1:
                raise InputError("has rows of different length", key="covariance")
            check_covariance(np.array(self.covariance), len(self.measurements))
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        each = (item for m in self.measurements.values() for item in m.quantities())
        return [*super().sources(), *each]


@dataclass(frozen=True)
class Measurements:
    """A selection of source measurements.

    Parameters
    ----------
    entries : dict
        Measurements by slug, in order.
    covariance : array, optional
        Experimental covariance of the ratios as published, shape (n, n); independent if None.
    """

    entries: dict[str, SourceMeasurement]
    covariance: tuple[tuple[float, ...], ...] | None = None

    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind the selection."""
        found = (item.citation for m in self.entries.values() for item in m.quantities())
        return tuple(dict.fromkeys(key for key in found if key != "user"))


def group_names() -> tuple[str, ...]:
    """Names that select measurements: groups first, then single experiments."""
    entries = load_as(MeasurementFile, DATA).measurements
    groups = dict.fromkeys(group for m in entries.values() for group in m.groups)
    return (*groups, *entries)


def source_measurements(*selection: str) -> Measurements:
    """Select published measurements by group or name; all six if nothing is named.

    Raises
    ------
    InputError
        If a name is neither a group nor an experiment.
    """
    entries = load_as(MeasurementFile, DATA).measurements
    for name in selection:
        if name not in group_names():
            raise unknown_name("experiment or group", name, group_names())
    wanted = set(selection or ("gallium",))
    return Measurements({slug: m for slug, m in entries.items() if wanted & {slug, *m.groups}})


def read_measurements(path: Path | str) -> Measurements:
    """Read a user's measurements from a TOML file.

    Raises
    ------
    InputError
        Naming file, key and value, if the file does not fit.
    """
    content = read(MeasurementFile, path)
    return Measurements(dict(content.measurements), content.covariance)


def ratios(
    measurements: Measurements, model: CaptureCrossSection, convention: str = "collaboration"
) -> Ratios:
    """Refer measurements to a cross section: value and error times sigma_reference/sigma_model.

    Parameters
    ----------
    measurements : Measurements
        What was measured.
    model : CaptureCrossSection
        The cross section of the expectation.
    convention : str
        Which published error is the experimental one; asymmetric errors enter as their mean.
    """
    entries = measurements.entries.values()
    measured = [m.measured(convention) for m in entries]
    totals = [model.total(m.nuclide) for m in entries]
    scale = np.array(
        [
            m.reference_cross_section.to("cm2") / total.value_cm2
            for m, total in zip(entries, totals, strict=True)
        ]
    )
    errors = np.array([sum(quantity.error_to("1")) / 2 for quantity in measured])
    published = measurements.covariance
    experimental = np.diag(errors**2) if published is None else np.array(published)
    relative = np.array([total.relative for total in totals])
    nuclides = [m.nuclide for m in entries]
    source = REFERENCE_SOURCE if REFERENCE_SOURCE in nuclides else nuclides[0]
    floor, floor_error = lowest_cross_section(model, source)
    return Ratios(
        names=tuple(measurements.entries),
        nuclides=tuple(nuclides),
        values=np.array([quantity.to("1") for quantity in measured]) * scale,
        covariance=experimental * np.outer(scale, scale),
        cross_section_plus=relative[:, 0],
        cross_section_minus=relative[:, 1],
        floor=floor,
        floor_error=floor_error,
    )


def lowest_cross_section(model: CaptureCrossSection, source: str) -> tuple[float, float]:
    """Ground-state cross section in units of the model's total, with its error.

    The ground state is that of the model ``ground-state``, for the half-life of the model.
    """
    ground = cross_section(GROUND_STATE).total(source).scaled(model.scale)
    total = model.total(source).value_cm2
    return ground.value_cm2 / total, ground.minus_cm2 / total


def zone_ratio() -> tuple[float, float]:
    """R_outer/R_inner of BEST and its error; the cross section cancels.

    The errors are those without the cross section, uncorrelated as in Phys. Rev. C 105, 065502.
    """
    inner, outer = (
        m.measured("experimental") for m in source_measurements("best").entries.values()
    )
    value = outer.to("1") / inner.to("1")
    relative = math.hypot(*(q.error_to("1")[0] / q.to("1") for q in (inner, outer)))
    return value, value * relative
