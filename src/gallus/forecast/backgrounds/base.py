"""What a background is: a rate, a spectrum of visible energy, a place, an error.

Everything that looks like the source's events: one module each in this folder makes them,
:mod:`gallus.forecast.backgrounds.catalogue` makes them from a file. Resolution and bins are the
detector's (:mod:`gallus.forecast.observation`): a background knows neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError

UNSTATED = 1.0
"""Relative error of a rate that nobody states: as large as the rate itself."""


@dataclass(frozen=True, eq=False)
class VisibleSpectrum:
    """Distribution of visible energy before resolution, in fine bins, flat in each.

    Parameters
    ----------
    edges_MeV : array, shape (t + 1,)
        Increasing edges, 0 or above.
    share : array, shape (t,)
        Share of the events in each bin; at most 1 in all, the rest is not seen.

    Raises
    ------
    InputError
        If they do not fit together or are no shares.
    """

    edges_MeV: Array
    share: Array

    def __post_init__(self) -> None:
        edges, share = self.edges_MeV, self.share
        if len(edges) != len(share) + 1 or not np.all(np.diff(edges) > 0) or edges[0] < 0:
            raise InputError("are no edges of the bins", key="edges_MeV", value=edges)
        if not (np.all(share >= 0) and share.sum() <= 1 + 1e-9):
            raise InputError("is no distribution", key="share", value=share, allowed="up to 1")


class Place(Protocol):
    """Where a background happens in the target."""

    def relative_density(
        self, centre_distance_m: Array, source_distance_m: Array, radius_m: float
    ) -> Array:
        """Events per volume up to a factor.

        Parameters
        ----------
        centre_distance_m, source_distance_m : array
            Distances from the centre of the detector and from the source; they broadcast.
        radius_m : float
            Outer radius of the detector.
        """
        ...


@dataclass(frozen=True)
class Uniform:
    """The same everywhere in the target."""

    def relative_density(
        self, centre_distance_m: Array, source_distance_m: Array, radius_m: float
    ) -> Array:
        """1."""
        return np.ones(np.broadcast_shapes(centre_distance_m.shape, source_distance_m.shape))


@dataclass(frozen=True)
class FromSurface:
    """From outside through the surface: exp[-(R - rho)/lambda] at the distance rho of the centre.

    Parameters
    ----------
    attenuation_length_m : float
        lambda in the target.
    """

    attenuation_length_m: float

    def relative_density(
        self, centre_distance_m: Array, source_distance_m: Array, radius_m: float
    ) -> Array:
        """exp[-(R - rho)/lambda]."""
        depth = radius_m - centre_distance_m + 0.0 * source_distance_m
        density: Array = np.exp(-depth / self.attenuation_length_m)
        return density


@dataclass(frozen=True)
class FromSource:
    """Photons of the source: exp(-r/lambda)/r^2 at the distance r of the source, outside its hole.

    Exact where the target begins at one distance in all directions, at the rim of a hole around the
    source, and for a source outside if what is between attenuates like the target.

    Parameters
    ----------
    attenuation_length_m : float
        lambda in the target.
    """

    attenuation_length_m: float

    def relative_density(
        self, centre_distance_m: Array, source_distance_m: Array, radius_m: float
    ) -> Array:
        """exp(-r/lambda)/r^2."""
        distance = source_distance_m + 0.0 * centre_distance_m
        density: Array = np.exp(-distance / self.attenuation_length_m) / distance**2
        return density


@dataclass(frozen=True, eq=False)
class Background:
    """Events that are not the signal.

    Parameters
    ----------
    name : str
        Slug.
    per_day : float
        Events per day in the whole target at the start, whatever their energy: as if it reached
        into the hole around the source, but for those `FromSource`, which begin behind it.
    spectrum : VisibleSpectrum
        Their visible energies.
    place : Place
        Where they happen.
    relative_error : float
        One sigma of the rate as known from elsewhere. All of it, :data:`UNSTATED`, if nobody says:
        a rate is not negative. Infinite for one that floats freely, to negative rates too.
    half_life_d : float
        Of a background that dies away with the source; infinite if it stays.
    citations : tuple of str
        Keys of the bibliography.
    remark : str
        What a user should know.

    Raises
    ------
    InputError
        If the rate is negative or not finite, or the error or half-life is not positive.
    """

    name: str
    per_day: float
    spectrum: VisibleSpectrum
    place: Place = Uniform()
    relative_error: float = UNSTATED
    half_life_d: float = math.inf
    citations: tuple[str, ...] = ()
    remark: str = ""

    def __post_init__(self) -> None:
        if not (self.per_day >= 0 and math.isfinite(self.per_day)):
            raise InputError("is no rate", key=f"{self.name}.per_day", value=self.per_day)
        for key in ("relative_error", "half_life_d"):
            value = getattr(self, key)
            if not value > 0:
                raise InputError(
                    "is not positive", key=f"{self.name}.{key}", value=value, allowed="above 0"
                )
