r"""Designs of a counting experiment in closed form: signal like R, background like R^3.

A source inside or outside a sphere, scattering on electrons, a background that is the same
everywhere. A deficit x of S expected events, next to B events of background, is seen with

.. math:: \sigma = \frac{x S}{\sqrt{S + B + (\delta_S S)^2 + (\delta_B B)^2}},

the deltas being relative errors of what is expected. Without them S^2/(S+B) is largest where
S = B, if S grows like R and B like R^3. Use this to see where the best volume lies, and why; bins,
resolutions, shapes and other questions are in :mod:`gallus.forecast.optimise`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError, unknown_name
from gallus.experiments.scattering_design import scattering_design
from gallus.experiments.setup import Setup
from gallus.geometry.closed_forms import near_sphere_mean_path_length, near_sphere_volume

Region = Literal["concentric", "near-source"]
"""What is kept: a ball around the centre of the detector, or around the source."""

STEPS = 2000
"""Radii among which the best one is looked for, before it is refined."""


def counting_sigma(
    signal: Any, background: Any, deficit: float, signal_error: Any = 0.0, background_error: Any = 0
) -> Any:
    """Standard deviations of a relative deficit; arrays broadcast.

    Parameters
    ----------
    signal, background : array_like
        Expected events.
    deficit : float
        Share of the signal that is missing, above 0 and at most 1.
    signal_error, background_error : array_like
        Relative errors of the expectations.

    Raises
    ------
    InputError
        If the deficit is none.
    """
    if not 0 < deficit <= 1:
        allowed = "above 0, at most 1"
        raise InputError("is not a deficit", key="deficit", value=deficit, allowed=allowed)
    xp = array_namespace(signal, background)
    variance = signal + background + (signal_error * signal) ** 2
    variance = variance + (background_error * background) ** 2
    positive = variance > 0
    return xp.where(positive, deficit * signal / xp.sqrt(xp.where(positive, variance, 1.0)), 0.0)


@dataclass(frozen=True)
class CountingDesign:
    """A set-up with a uniform background, and what is kept of it.

    Parameters
    ----------
    setup : Setup
        Source and spherical detector; resolutions and cuts do not enter.
    background_per_day : float
        In the whole sphere.
    region : {"concentric", "near-source"}
        Of which shape the kept volume is; a hole around the source never counts.
    days : float or None
        Length of the run; None stands for the rate at the start.

    Raises
    ------
    InputError
        If the detector is no sphere, the region unknown, or the background negative.
    """

    setup: Setup
    background_per_day: float
    region: Region = "concentric"
    days: float | None = None

    def __post_init__(self) -> None:
        if self.region not in get_args(Region):
            raise unknown_name("region", str(self.region), get_args(Region))
        if self.setup.detector.shape != "sphere" or self.setup.detector.zones:
            shape = self.setup.detector.shape
            allowed = "sphere"
            raise InputError("has no closed form", key="shape", value=shape, allowed=allowed)
        if not (self.background_per_day >= 0 and math.isfinite(self.background_per_day)):
            value = self.background_per_day
            raise InputError("is no rate", key="background_per_day", value=value)
        if self.region == "concentric" and 0 < self.distance_m < self.detector_radius_m:
            raise InputError(
                "cuts through the hole around the source",
                key="region",
                value=self.region,
                allowed="near-source, or a source at the centre or outside",
            )

    @property
    def distance_m(self) -> float:
        """From the centre of the detector to the source."""
        return self.setup.position.distance_m

    @property
    def detector_radius_m(self) -> float:
        """Radius of the sphere."""
        return self.setup.detector.outer_radius_m

    @property
    def range_m(self) -> tuple[float, float]:
        """Smallest and largest radius of the region with target inside."""
        radius, distance = self.detector_radius_m, self.distance_m
        if self.region == "concentric":
            return (self._hole_m, radius)
        return max(self._hole_m, distance - radius), distance + radius

    def signal(self, radius_m: Any) -> Any:
        """Expected events in the region of that radius, shape as the argument."""
        chosen = self.setup
        threshold = chosen.detection.threshold_keV
        if self.region == "concentric":
            rate = scattering_design(chosen, self.distance_m, threshold, radius_m).per_day
        else:
            full, hole = self.detector_radius_m, self._hole_m
            whole = scattering_design(chosen, self.distance_m, threshold, full).per_day
            lengths = near_sphere_mean_path_length(full, self.distance_m, _at(radius_m)) - hole
            most = near_sphere_mean_path_length(full, self.distance_m, self.range_m[1]) - hole
            rate = whole * lengths / most
        days = self.days
        return rate * (1.0 if days is None else chosen.days_at_full_activity(days) * self._live)

    def background(self, radius_m: Any) -> Any:
        """Expected events of the background in the region of that radius."""
        full = self.detector_radius_m
        ball = 4.0 * math.pi / 3.0
        if self.region == "concentric":
            volume = ball * _at(radius_m) ** 3
        else:
            volume = near_sphere_volume(full, self.distance_m, _at(radius_m))
        days = 1.0 if self.days is None else self.days * self._live
        share = (volume - ball * self._hole_m**3) / (ball * full**3)
        return self.background_per_day * days * share

    def sigma(
        self, radius_m: Any, deficit: float, signal_error: float = 0.0, background_error: float = 0
    ) -> Any:
        """Standard deviations of a deficit in the region of that radius."""
        signal, background = self.signal(radius_m), self.background(radius_m)
        return counting_sigma(signal, background, deficit, signal_error, background_error)

    def best_radius_m(
        self, deficit: float = 0.2, signal_error: float = 0.0, background_error: float = 0.0
    ) -> float:
        """Radius of the region in which the deficit is seen best."""
        return _highest(
            lambda radius: self.sigma(radius, deficit, signal_error, background_error),
            *self.range_m,
        )

    @property
    def _hole_m(self) -> float:
        inside = self.distance_m < self.detector_radius_m
        return self.setup.position.hole_radius_m if inside else 0.0

    @property
    def _live(self) -> float:
        return self.setup.live_share * self.setup.runs


def _at(radius_m: Any) -> Any:
    return array_namespace(radius_m).asarray(radius_m)


def _highest(function: Callable[[Array], Array], low: float, high: float) -> float:
    """Where a function of one variable is highest: the best of a grid, refined."""
    from scipy.optimize import minimize_scalar

    grid = np.linspace(low, high, STEPS + 1)
    place = 1 + int(np.argmax(function(grid[1:])))
    if place == STEPS:
        return high
    ends = (float(grid[place - 1]), float(grid[place + 1]))
    refined = minimize_scalar(
        lambda x: -float(function(np.array(x))),
        bounds=ends,
        method="bounded",
        options={"xatol": 1e-9 * high},
    )
    return float(refined.x)
