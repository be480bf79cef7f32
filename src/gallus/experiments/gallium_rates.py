"""Captures per day in the gallium source experiments, from first principles.

    rate = A n sigma <L>,   n = (density or mass/volume)/M N_A f(71Ga)

Use :func:`capture_rates`; the published predictions stand beside. :func:`atoms_at_end` gives the
71Ge atoms of an exposure, with the decay of the source and of 71Ge during it.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from gallus.constants import AVOGADRO, SECONDS_PER_DAY
from gallus.database.loader import DATA as DATABASE
from gallus.database.loader import load_as
from gallus.database.schema import Dataset, Frozen, Quantity, Sourced
from gallus.errors import InputError, located, unknown_name
from gallus.experiments.gallium import Measurements, SourceMeasurement, source_measurements
from gallus.geometry.detectors import DOCUMENTED, gallium_target
from gallus.interactions.gallium_capture import CaptureCrossSection, Estimate
from gallus.interactions.ground_state import reference_half_life_d
from gallus.sources.radionuclide import nuclide


class TargetEntry(Frozen):
    """What the target of a detector is: the metal, or gallium in a volume of solution."""

    gallium_mass: Quantity | None = None
    volume: Quantity | None = None


class GalliumTargets(Dataset):
    """Abundance, molar mass and density of gallium, and what each detector contains."""

    kind: Literal["gallium-targets"]
    targets: dict[str, TargetEntry] = Field(min_length=1)

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        both = ((t.gallium_mass, t.volume) for t in self.targets.values())
        return [*super().sources(), *(q for pair in both for q in pair if q is not None)]

    def density_per_cm3(self, detector: str) -> float:
        """Number of 71Ga nuclei per cm^3.

        Raises
        ------
        InputError
            If the detector is unknown.
        """
        if detector not in self.targets:
            raise unknown_name("gallium target", detector, self.targets)
        entry = self.targets[detector]
        mass_density = self["metal_density"].to("g/cm3")
        if entry.gallium_mass is not None and entry.volume is not None:
            mass_density = entry.gallium_mass.to("g") / entry.volume.to("cm3")
        return mass_density / self["molar_mass"].to("g") * AVOGADRO * self["abundance"].to("1")


@dataclass(frozen=True)
class CaptureRate:
    """Expected captures of one measurement at the reference time of its source.

    `per_day` contains the errors of activity and cross section; `published_per_day` and
    `measured_per_day` are None where nothing was read.
    """

    slug: str
    title: str
    activity_Bq: float
    density_per_cm3: float
    mean_path_length_m: float
    cross_section: Estimate
    per_day: float
    plus_per_day: float
    minus_per_day: float
    published_per_day: float | None
    measured_per_day: float | None


def gallium_targets() -> GalliumTargets:
    """What is in the detectors."""
    return load_as(GalliumTargets, "gallium-targets")


def capture_rates(
    cross_section: CaptureCrossSection,
    measurements: Measurements | None = None,
    geometry: str = DOCUMENTED,
) -> tuple[CaptureRate, ...]:
    """Captures per day without oscillation, at the reference time.

    Parameters
    ----------
    cross_section : CaptureCrossSection
        Capture cross section.
    measurements : Measurements, optional
        All six if not given.
    geometry : str
        Variant of the detectors.

    Raises
    ------
    InputError
        If a measurement has no activity or no geometry.
    """
    chosen = source_measurements() if measurements is None else measurements
    return tuple(
        _capture_rate(slug, entry, cross_section, geometry)
        for slug, entry in chosen.entries.items()
    )


def rate_per_day(
    activity_Bq: float, density_per_cm3: float, cross_section_cm2: float, path_length_m: float
) -> float:
    """A n sigma <L> in captures per day.

    Raises
    ------
    InputError
        If one of them is negative or not finite.
    """
    factors = {
        "activity_Bq": activity_Bq,
        "density_per_cm3": density_per_cm3,
        "cross_section_cm2": cross_section_cm2,
        "path_length_m": path_length_m,
    }
    for key, value in factors.items():
        if not (math.isfinite(value) and value >= 0):
            raise InputError("is negative or not finite", key=key, value=value, allowed="0 or more")
    per_second = activity_Bq * density_per_cm3 * cross_section_cm2 * path_length_m * 100
    return per_second * SECONDS_PER_DAY


def atoms_at_end(source: str, rate_at_start_per_day: float, exposure_d: float) -> float:
    """71Ge atoms at the end of an exposure that begins with a given production rate.

    rate/lambda_71 times [exp(-lambda_s t) - exp(-lambda_71 t)]/(1 - lambda_s/lambda_71): the source
    decays with lambda_s, what it made with lambda_71. Source: Barinov et al., Phys. Rev. C 105,
    065502, eq. 19.

    Raises
    ------
    InputError
        If the exposure is negative.
    """
    if not exposure_d >= 0:
        raise InputError("is negative", key="exposure_d", value=exposure_d, allowed="0 or more")
    return rate_at_start_per_day * saturation(source, exposure_d) / _germanium_constant_per_d()


def saturation(source: str, exposure_d: float) -> float:
    """Number of 71Ge atoms at the end over the equilibrium number of the initial rate."""
    fast, slow = _germanium_constant_per_d(), nuclide(source).decay_constant_per_d
    difference = math.exp(-slow * exposure_d) - math.exp(-fast * exposure_d)
    return difference / (1 - slow / fast)


class Extractions(Dataset):
    """The table of extractions of an experiment, in a CSV file."""

    kind: Literal["extractions"]
    file: str

    def rows(self) -> list[dict[str, str]]:
        """Rows of the table by column name."""
        text = (DATABASE / "experiments" / self.file).read_text(encoding="utf-8")
        return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def best_extractions() -> Extractions:
    """Return the twenty extractions of BEST."""
    return load_as(Extractions, "best-runs")


def _capture_rate(
    slug: str, entry: SourceMeasurement, model: CaptureCrossSection, geometry: str
) -> CaptureRate:
    if entry.geometry is None:
        raise InputError("has no geometry", key=slug)
    with located(slug):
        source = entry.source_activity()
    activity, sigma = source.activity_Bq, model.total(entry.nuclide)
    density = gallium_targets().density_per_cm3(entry.geometry)
    length = gallium_target(entry.geometry, geometry).mean_path_length_m()
    rate = rate_per_day(activity, density, sigma.value_cm2, length)
    relative = [
        math.hypot(a / activity, s)
        for a, s in zip((source.plus_Bq, source.minus_Bq), sigma.relative, strict=True)
    ]
    return CaptureRate(
        slug=slug,
        title=entry.title,
        activity_Bq=activity,
        density_per_cm3=density,
        mean_path_length_m=length,
        cross_section=sigma,
        per_day=rate,
        plus_per_day=rate * relative[0],
        minus_per_day=rate * relative[1],
        published_per_day=_per_day(entry.predicted_rate),
        measured_per_day=_per_day(entry.rate),
    )


def _per_day(quantity: Quantity | None) -> float | None:
    return None if quantity is None else quantity.to("1/d")


def _germanium_constant_per_d() -> float:
    return math.log(2) / reference_half_life_d()
