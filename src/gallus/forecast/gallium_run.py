r"""A next run with gallium: a source amid two zones, extracted again and again as in BEST.

:func:`gallium_run` describes a run, :func:`expected_zones` what it would count. An extraction k
begins with the activity that is left, leaves N_k recorded decays of 71Ge if nothing happens to the
neutrinos, and has b counts of background; the ratio R to the expectation then has the error

.. math:: \sigma^{-2} = \sum_k N_k^2/(N_k R + b).

What is not given is as in BEST, see :mod:`gallus.forecast.gallium_counting`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gallus.arrays import Array
from gallus.constants import SECONDS_PER_DAY
from gallus.database.units import factor
from gallus.errors import InputError
from gallus.experiments.captures import gallium_capture_kernel
from gallus.experiments.gallium_rates import atoms_at_end, best_extractions
from gallus.experiments.setup import Setup, with_values
from gallus.experiments.setup_kernel import Component
from gallus.forecast.gallium_counting import as_in_best, best_counting
from gallus.geometry.detectors import DOCUMENTED, gallium_target
from gallus.geometry.solids import Difference, Sphere
from gallus.geometry.target import Target
from gallus.sources.irradiation import Exposure, LiveTime, Period
from gallus.sources.radionuclide import nuclide

UNCERTAINTIES = "uncertainties."
"""Section of a set-up whose errors a run has too."""
ERRORS = ("activity_percent", "cross_section_percent")
"""Which of them."""


@dataclass(frozen=True)
class ZoneExpectation:
    """What a run would count in one zone.

    Parameters
    ----------
    zone : str
        Name of the data set gallium-geometries.
    ratio : float
        Captures over captures without oscillation.
    per_day : float
        Captures per day at the start without oscillation.
    captures, counts : float
        In all exposures: captures, and decays of 71Ge that are recorded.
    background : float
        Counts of background in all extractions, as :class:`Counting` takes them.
    statistical, systematic : float
        Errors of the ratio, absolute; the second without activity and cross section.
    """

    zone: str
    ratio: float
    per_day: float
    captures: float
    counts: float
    background: float
    statistical: float
    systematic: float

    @property
    def error(self) -> float:
        """Both errors in quadrature."""
        return math.hypot(self.statistical, self.systematic)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**own, "error": self.error}


@dataclass(frozen=True)
class GalliumRun:
    """A source amid zones of gallium, and how it is measured; see :func:`gallium_run`.

    Parameters
    ----------
    setup : Setup
        Source, zones, cross section and days.
    exposure_d, pause_d : float
        Length of an exposure, and days between two of them.
    systematic_percent : float
        Relative error of the rate of one zone: extraction and counting.
    activity_percent : float
        Relative error of the activity, common to the zones.
    zone_correlation : float
        Share of the systematic variance that the zones have in common, 0 to 1.
    cross_section_percent : float, optional
        Error of the cross section for this source, of which that for 51Cr is a fixed part; that of
        the capture model if None.
    inner_radius_m : float, optional
        Radius of the inner zone, in place of that of the vessel.
    geometry : str
        Variant of the zones.

    Raises
    ------
    InputError
        If a value is not possible, there are no zones, or no exposure fits into the days.
    """

    setup: Setup
    exposure_d: float
    pause_d: float
    systematic_percent: float
    activity_percent: float
    zone_correlation: float = 0.0
    cross_section_percent: float | None = None
    inner_radius_m: float | None = None
    geometry: str = DOCUMENTED

    def __post_init__(self) -> None:
        _check(self)
        _ = self.targets

    @property
    def name(self) -> str:
        """Slug of the set-up."""
        return self.setup.name

    @property
    def source(self) -> str:
        """Nuclide of the source."""
        return self.setup.source.nuclide

    @property
    def activity_MCi(self) -> float:
        """Activity at the start."""
        return self.setup.source.activity * factor("Bq", "MCi")

    @property
    def zones(self) -> tuple[str, ...]:
        """Names of the zones."""
        return self.setup.detector.zones

    @property
    def extractions(self) -> int:
        """Extractions of a zone from one source: as many exposures as end within the days."""
        return int((self.setup.days + self.pause_d) / (self.exposure_d + self.pause_d) + 1e-9)

    @cached_property
    def targets(self) -> dict[str, Target]:
        """Geometry of the zones."""
        found = {zone: gallium_target(zone, self.geometry) for zone in self.zones}
        if self.inner_radius_m is None:
            return found
        shift_m = self.inner_radius_m - _inner_radius_m(found)
        return {zone: _moved_wall(target, shift_m) for zone, target in found.items()}

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Captures per day and metre of gallium, of lines and of what goes with positrons."""
        return tuple(gallium_capture_kernel(self.setup).components)

    @cached_property
    def per_day(self) -> Array:
        """Captures per day in the zones at the start without oscillation, shape (zones,)."""
        per_m = sum(float(each.per_day_and_m.sum()) for each in self.components)
        return np.array([per_m * target.mean_path_length_m() for target in self.targets.values()])

    def with_values(self, values: Mapping[str, Any]) -> GalliumRun:
        """Return the run with other values, of its own or of the set-up by ``section.name``.

        None brings back what BEST had.

        Raises
        ------
        InputError
            If a key is unknown or a value is not possible.
        """
        named = {key.removeprefix(UNCERTAINTIES): value for key, value in values.items()}
        known = {each.name for each in fields(self)} - {"setup"}
        usual = as_in_best() if None in named.values() else {}
        own: dict[str, Any] = {
            key: usual.get(key) if value is None else value
            for key, value in named.items()
            if key in known
        }
        others = {key: value for key, value in named.items() if key not in known}
        # The set-up says the same.
        others.update({UNCERTAINTIES + key: named[key] for key in ERRORS if key in named})
        changed = with_values(self.setup, others) if others else self.setup
        return replace(self, setup=changed, **own)

    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind set-up and technique."""
        parts = (self.setup.all_citations(), best_extractions().citations())
        return tuple(key for key in dict.fromkeys(sum(parts, ())) if key != "user")


def gallium_run(chosen: Setup, **values: Any) -> GalliumRun:
    """Describe a run with gallium; what neither is given nor stands in the set-up is as in BEST.

    Parameters
    ----------
    chosen : Setup
        Source and zones; the first exposure begins with its activity.
    **values
        Those of :class:`GalliumRun`.

    Raises
    ------
    InputError
        If a value is not possible, there are no zones, or no exposure fits into the days.
    """
    stated = chosen.uncertainties.model_dump(exclude_unset=True)
    own = {key: stated[key] for key in ERRORS if key in stated}
    return GalliumRun(chosen, **{**as_in_best(), **own, **values})


def expected_zones(run: GalliumRun, ratio: ArrayLike = 1.0) -> tuple[ZoneExpectation, ...]:
    """Captures, counts and errors of a run, zone by zone.

    Parameters
    ----------
    run : GalliumRun
        What is measured.
    ratio : float or array of shape (zones,)
        Captures over captures without oscillation.
    """
    ratios = np.broadcast_to(np.asarray(ratio, dtype=np.float64), (len(run.zones),))
    return tuple(
        _zone(run, zone, float(per_day), float(each))
        for zone, per_day, each in zip(run.zones, run.per_day, ratios, strict=True)
    )


def experimental_covariance(run: GalliumRun, ratio: ArrayLike) -> Array:
    """Covariance of the ratios of a run without the cross section, shape (zones, zones)."""
    zones = expected_zones(run, ratio)
    statistical = np.array([zone.statistical for zone in zones])
    systematic = np.array([zone.systematic for zone in zones])
    activity = np.array([zone.ratio for zone in zones]) * run.activity_percent / 100
    shared = run.zone_correlation * np.outer(systematic, systematic)
    own = statistical**2 + (1.0 - run.zone_correlation) * systematic**2
    return np.asarray(np.diag(own) + shared + np.outer(activity, activity))


def _zone(run: GalliumRun, zone: str, per_day: float, ratio: float) -> ZoneExpectation:
    counting, sources = best_counting(zone), run.setup.runs
    left, decays = _exposures(run)
    atoms = np.array([atoms_at_end(run.source, per_day * each, run.exposure_d) for each in left])
    counts = atoms * counting.efficiency * run.setup.live_share
    information = sources * np.sum(counts**2 / (counts * ratio + counting.background))
    return ZoneExpectation(
        zone=zone,
        ratio=ratio,
        per_day=per_day,
        captures=sources * per_day * decays * ratio,
        counts=sources * float(counts.sum()) * ratio,
        background=sources * len(left) * counting.background,
        statistical=float(information**-0.5),
        systematic=ratio * run.systematic_percent / 100,
    )


def _exposures(run: GalliumRun) -> tuple[Array, float]:
    """Share of the activity at the start of each exposure, and days at full activity in all."""
    period, activity = run.exposure_d + run.pause_d, run.setup.source.activity
    end = run.extractions * period - run.pause_d
    beside = Exposure(nuclide(run.source), activity, 0.0, Period(0.0, end))
    live = LiveTime.periodic(0.0, end, period, run.exposure_d)
    begins = np.array([each.start_d for each in live.periods])
    days = beside.decays(live) / (activity * SECONDS_PER_DAY)
    return np.asarray(beside.activity_at_Bq(begins) / activity), days


def _inner_radius_m(targets: Mapping[str, Target]) -> float:
    """Radius of the zone that is a sphere."""
    for target in targets.values():
        solid = target.solid
        body = solid.body if isinstance(solid, Difference) else solid
        if isinstance(body, Sphere):
            return body.radius_m
    raise InputError(
        "is given, but no zone is a sphere",
        key="inner_radius_m",
        allowed="zones with best-inner among them",
    )


def _moved_wall(target: Target, shift_m: float) -> Target:
    """The zone with the sphere between the zones moved: its own body, or the hole in it."""
    solid = target.solid
    holes = solid.holes if isinstance(solid, Difference) else ()
    body = solid.body if isinstance(solid, Difference) else solid
    if isinstance(body, Sphere):
        body = replace(body, radius_m=body.radius_m + shift_m)
    else:
        holes = tuple(
            replace(hole, radius_m=hole.radius_m + shift_m) if isinstance(hole, Sphere) else hole
            for hole in holes
        )
    return replace(target, solid=Difference(body, holes))


def _check(run: GalliumRun) -> None:
    if not run.zones or run.setup.source.half_life_d is not None:
        key = "source.half_life_d" if run.zones else "detector.zones"
        raise InputError("is not for a run with gallium", key=key, allowed="zones of the database")
    for key in ("exposure_d", "pause_d", "systematic_percent", "activity_percent"):
        value = getattr(run, key)
        if not (math.isfinite(value) and value >= 0) or (key == "exposure_d" and value == 0):
            raise InputError("is not possible", key=key, value=value, allowed="finite, 0 or more")
    if not 0 <= run.zone_correlation <= 1:
        raise InputError(
            "is no share", key="zone_correlation", value=run.zone_correlation, allowed="0 to 1"
        )
    error = run.cross_section_percent
    if error is not None and not (math.isfinite(error) and error > 0):
        raise InputError("is no error", key="cross_section_percent", value=error, allowed="above 0")
    if run.extractions < 1:
        raise InputError(
            "leave no time for an exposure",
            key="days",
            value=run.setup.days,
            allowed=f"{run.exposure_d:.4g} or more",
        )
