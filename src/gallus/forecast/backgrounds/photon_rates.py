r"""How many photons of the source come through its shield and interact in the target.

:class:`PhotonPath` is what all of them go through: of those behind the shield the share

.. math:: \epsilon(\lambda) = \frac12\int d\cos\theta\; \big(1 - e^{-L(\theta)/\lambda}\big)

interacts. Each direction of a source on the axis of a solid of revolution sees a length L of
target. Photons that scatter in the shield and still come through are those of
:mod:`gallus.forecast.backgrounds.build_up`, with the energies that they have left. A `build_up` of
one's own replaces them by B exp(-sum mu_i t_i) photons of the full energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.forecast.backgrounds.attenuation import (
    CM_PER_M,
    Layer,
    Medium,
    attenuation_per_cm,
    transmission,
)
from gallus.forecast.backgrounds.base import UNSTATED
from gallus.forecast.backgrounds.build_up import behind
from gallus.geometry.solids import Solid
from gallus.geometry.surfaces import Plane, Side, Surface

DIRECTIONS: Final = 400
"""Directions. Of a source outside, where the target ends between two, good to 2e-3."""


@dataclass(frozen=True)
class PhotonPath:
    """What photons of the source go through, the same for all of them.

    Parameters
    ----------
    layers : tuple of Layer
        Between source and target.
    solid : solid
        The target, without the hole around the source and before fiducial cuts.
    height_m : float
        Of the source on the axis of the solid.
    target : Medium
        What the target is made of.
    electrons_per_cm3 : float
        Of the target.
    build_up : float or None
        Photons that come through, scattered ones included, over those that did not interact; none
        for the tables.
    relative_error : float
        One sigma of the rate of what interacts.
    """

    layers: tuple[Layer, ...]
    solid: Solid
    height_m: float
    target: Medium
    electrons_per_cm3: float
    build_up: float | None = None
    relative_error: float = UNSTATED

    def interacting(self, edges_MeV: Array, photons: Array) -> Array:
        """Photons in each bin that interact in the target, shape (n,).

        Parameters
        ----------
        edges_MeV : array, shape (n + 1,)
            Edges of the photon energy, 0.1 or more.
        photons : array, shape (n,)
            Photons of the source, with the energies of the middles of the bins.

        Raises
        ------
        InputError
            If an energy is outside of the tables.
        """
        if self.build_up is None:
            return behind(edges_MeV, photons, self.layers) * self._share(edges_MeV)
        return self.build_up * self._unscattered(edges_MeV, photons)

    def scattering(self, edges_MeV: Array, photons: Array) -> str:
        """What was done about scattered photons, in words; arguments as above."""
        if self.build_up is not None:
            return f"narrow beam times {self.build_up:g} as stated"
        narrow = float(self._unscattered(edges_MeV, photons).sum())
        broad = float(self.interacting(edges_MeV, photons).sum())
        if not narrow > 0:
            return "scattered ones included"
        return f"scattered ones included: {broad / narrow:.3g} times the narrow beam"

    def _unscattered(self, edges_MeV: Array, photons: Array) -> Array:
        middle = 0.5 * (edges_MeV[1:] + edges_MeV[:-1])
        return photons * transmission(middle, self.layers) * self._share(edges_MeV)

    def _share(self, edges_MeV: Array) -> Array:
        middle = 0.5 * (edges_MeV[1:] + edges_MeV[:-1])
        length_m = 1.0 / attenuation_per_cm(middle, self.target) / CM_PER_M
        return interacting_share(self.solid, self.height_m, length_m)


def interacting_share(solid: Solid, height_m: float, attenuation_length_m: Array) -> Array:
    """Share of the photons of a point on the axis that interact in a solid, shape of the lengths.

    Parameters
    ----------
    solid : solid
        The target.
    height_m : float
        Of the source.
    attenuation_length_m : array
        Mean way to the first interaction in the target.
    """
    cosine, weight = _directions(solid, height_m)
    length = lengths_in_target_m(solid, height_m, cosine)
    missed = np.exp(-length / np.asarray(attenuation_length_m)[..., None])
    share: Array = (1.0 - missed) @ weight
    return share


def lengths_in_target_m(solid: Solid, height_m: float, cosine: Array) -> Array:
    """Length of target in each direction from a point of the axis, exact; shape of the cosines.

    Parameters
    ----------
    solid : solid
        The target.
    height_m : float
        Of the point.
    cosine : array, shape (k,)
        Of the angle to the axis, between -1 and 1, neither of them and not 0.
    """
    low, high = solid.height_range_m()
    beyond = 2.0 * max(edge.radius_m for edge in solid.surfaces() if not isinstance(edge, Plane))
    beyond += abs(high - height_m) + abs(low - height_m)
    crossings = [c for edge in solid.surfaces() for c in _crossings_m(edge, height_m, cosine)]
    ends = np.sort(np.clip(np.stack([np.zeros_like(cosine), *crossings]), 0.0, beyond), axis=0)
    middle = (ends[1:] + ends[:-1]) / 2.0
    square = middle**2 * (1.0 - cosine) * (1.0 + cosine)
    inside = solid.contains(square, height_m + middle * cosine)
    length: Array = np.sum(np.diff(ends, axis=0) * inside, axis=0)
    return length


def _crossings_m(surface: Surface, height_m: float, cosine: Array) -> tuple[Array, ...]:
    """Distances at which rays cross a surface; one behind the source is below 0."""
    if isinstance(surface, Plane):
        return ((surface.height_m - height_m) / cosine,)
    square = (1.0 - cosine) * (1.0 + cosine)
    if isinstance(surface, Side):
        return (surface.radius_m / np.sqrt(square),)
    up = surface.height_m - height_m
    # A ray that misses the ball has both ends of an empty piece where it comes nearest.
    half = np.sqrt(np.maximum(surface.radius_m**2 - up**2 * square, 0.0))
    return up * cosine - half, up * cosine + half


def _directions(solid: Solid, height_m: float) -> tuple[Array, Array]:
    """Cosines and their weights; of a source outside only the side of the target."""
    low, high = solid.height_range_m()
    start, end = (-1.0, 1.0) if low < height_m < high else (0.0, 1.0)
    start, end = (-1.0, 0.0) if height_m >= high else (start, end)
    middle = start + (end - start) * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    return middle, np.full(DIRECTIONS, (end - start) / (2.0 * DIRECTIONS))
