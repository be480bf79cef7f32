"""Expected captures of the gallium source experiments, with and without oscillation.

:func:`source_rates` is ``gallus rates`` in Python. What happens without oscillation is in
:mod:`gallus.experiments.gallium_rates`; here it meets a model and an exposure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gallus.arrays import Array
from gallus.experiments.gallium import Measurements, source_measurements
from gallus.experiments.gallium_oscillation import survival_kernel
from gallus.experiments.gallium_rates import CaptureRate, atoms_at_end, capture_rates
from gallus.geometry.detectors import DOCUMENTED
from gallus.interactions.gallium_capture import CaptureCrossSection
from gallus.kernel.averages import DistanceWeight
from gallus.kernel.linear_map import Block
from gallus.oscillation.active import NoOscillation
from gallus.oscillation.base import OscillationModel
from gallus.parameters.constraints import Params
from gallus.sources.radionuclide import nuclide

BINS = 20
"""Bins of distance at most."""


@dataclass(frozen=True, eq=False)
class SourceRate:
    """Expected captures of one experiment.

    Parameters
    ----------
    rate : CaptureRate
        Without oscillation.
    survival : float
        Captures with over captures without oscillation.
    energy_MeV, per_day_by_line : array, shape (lines,)
        Neutrino lines, and captures per day that each makes at the start.
    edges_m : array, shape (bins + 1,)
        Distances between source and capture.
    per_day_by_baseline : array, shape (bins,)
        Captures per day between them at the start.
    days : float or None
        Length of the exposure, which begins at the reference time of the source.
    total, germanium_at_end : float or None
        Captures during the exposure, and 71Ge atoms present at its end.
    """

    rate: CaptureRate
    survival: float
    energy_MeV: Array
    per_day_by_line: Array
    edges_m: Array
    per_day_by_baseline: Array
    days: float | None = None
    total: float | None = None
    germanium_at_end: float | None = None

    @property
    def per_day_initial(self) -> float:
        """Captures per day at the start."""
        return self.rate.per_day * self.survival

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; errors are those of activity and cross section."""
        rate = self.rate
        return {
            "title": rate.title,
            "per_day_initial": self.per_day_initial,
            "plus_per_day": rate.plus_per_day * self.survival,
            "minus_per_day": rate.minus_per_day * self.survival,
            "survival": self.survival,
            "published_per_day": rate.published_per_day,
            "measured_per_day": rate.measured_per_day,
            "days": self.days,
            "total": self.total,
            "germanium_at_end": self.germanium_at_end,
            "activity_Bq": rate.activity_Bq,
            "density_per_cm3": rate.density_per_cm3,
            "mean_path_length_m": rate.mean_path_length_m,
            "cross_section_cm2": rate.cross_section.value_cm2,
            "spectrum": {
                "energy_MeV": self.energy_MeV.tolist(),
                "per_day": self.per_day_by_line.tolist(),
            },
            "by_baseline": {
                "edges_m": self.edges_m.tolist(),
                "per_day": self.per_day_by_baseline.tolist(),
            },
        }


def source_rates(
    cross_section: CaptureCrossSection,
    measurements: Measurements | None = None,
    *,
    model: OscillationModel | None = None,
    values: Mapping[str, float] | None = None,
    geometry: str = DOCUMENTED,
    line_set: str | None = None,
    days: float | None = None,
) -> tuple[SourceRate, ...]:
    """Expected captures of the gallium source experiments.

    Parameters
    ----------
    cross_section : CaptureCrossSection
        Capture cross section.
    measurements : Measurements, optional
        All six if not given.
    model : OscillationModel, optional
        What happens to the neutrinos; nothing if not given.
    values : mapping of str to float, optional
        Its parameters; those that it does not hold must be there.
    geometry, line_set : str, optional
        Variant of the detectors, and of the neutrino lines.
    days : float, optional
        Length of an exposure.

    Raises
    ------
    InputError
        If a measurement has no activity or geometry, a parameter is missing or outside its bounds,
        or the exposure is not longer than zero.
    """
    chosen = source_measurements() if measurements is None else measurements
    without = capture_rates(cross_section, chosen, geometry)
    kernel = survival_kernel(chosen, cross_section, geometry=geometry, line_set=line_set)
    nuclides = [entry.nuclide for entry in chosen.entries.values()]
    what = NoOscillation() if model is None else model
    return tuple(
        _exposed(_source_rate(rate, block, what, values or {}), source, days)
        for rate, block, source in zip(without, kernel.blocks, nuclides, strict=True)
    )


def _source_rate(
    rate: CaptureRate, block: Block, model: OscillationModel, values: Params
) -> SourceRate:
    by_line = block.response[0] * block.mean_probability(model, values)
    edges, parts = _bins(block.distances)
    by_baseline = [replace(block, distances=part).counts(model, values)[0] for part in parts]
    return SourceRate(
        rate=rate,
        survival=float(by_line.sum()),
        energy_MeV=block.energy_MeV,
        per_day_by_line=rate.per_day * by_line,
        edges_m=edges,
        per_day_by_baseline=rate.per_day * np.array(by_baseline),
    )


def _exposed(rate: SourceRate, source: str, days: float | None) -> SourceRate:
    if days is None:
        return rate
    return replace(
        rate,
        days=days,
        total=rate.per_day_initial * days * nuclide(source).mean_remaining(0.0, days),
        germanium_at_end=atoms_at_end(source, rate.per_day_initial, days),
    )


def _bins(distances: DistanceWeight) -> tuple[Array, list[DistanceWeight]]:
    """Edges of bins of about equal width, made of whole cells, and what is in them."""
    middle, half = distances.middle_m, distances.half_m
    edges = np.append(middle - half, middle[-1] + half[-1])
    wanted = np.linspace(edges[0], edges[-1], BINS + 1)
    chosen = np.unique(np.abs(edges[:, None] - wanted).argmin(axis=0))
    parts = [
        DistanceWeight(middle[low:high], half[low:high], distances.coefficients[low:high])
        for low, high in pairwise(chosen)
    ]
    return edges[chosen], parts
