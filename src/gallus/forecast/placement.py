r"""Backgrounds in the bins of a detector: where they happen, what of them is recorded.

Only the distance r from the source is recorded. At each r the density is averaged over directions:
in a sphere of radius R, whose centre is at the distance D of the source,

.. math:: \bar f(r) = \frac{1}{2 r D} \int f(\rho, r)\, \rho\, d\rho,
          \qquad \max(|r - D|, \rho_{in}) < \rho < \min(r + D, \rho_{out}),

with the distance rho from the centre, and 4 pi r^2 f dr counts. In other bodies what does not
depend on rho takes the share of the solid angle that is target. Counts are shares of those in the
whole detector: of photons from the source behind the hole around it, of all else as if it had none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.recorded_bins import resolution_nodes, shares_within
from gallus.experiments.setup import Setup, with_values
from gallus.experiments.setup_geometry import is_inside
from gallus.experiments.setup_sections import DetectionSection
from gallus.forecast.backgrounds.base import Background, FromSource, Place, Uniform, VisibleSpectrum
from gallus.geometry.quadrature import graded, panel_rule
from gallus.geometry.target import Target
from gallus.response.energy import EnergyResolution, energy_migration
from gallus.response.vertex import VertexResolution

NODES = 6
"""Nodes in a panel of distances."""
LAYERS = 0.5 ** np.arange(1, 11)
"""Depths below a surface, as shares of the radius, between which a density is smooth."""
FINE = 0.7
"""Width of a bin of true energy over the resolution, at most."""


@dataclass(frozen=True, eq=False)
class Ball:
    """A ball or shell seen from a point: its radii, the distance of its centre, the hole.

    Parameters
    ----------
    inner_m, outer_m : float
        Between which distances from the centre there is target.
    distance_m : float
        From the centre to the source.
    hole_m : float
        Radius around the source without target.
    surface_m : float
        Radius of the whole detector, of which this may be a part.
    """

    inner_m: float
    outer_m: float
    distance_m: float
    hole_m: float
    surface_m: float

    def panels_m(self) -> Array:
        """Distances from the source between which densities are smooth."""
        far, near = self.outer_m + self.distance_m, abs(self.outer_m - self.distance_m)
        start = max(self.hole_m, self.distance_m - self.outer_m)
        ends = [near, far, self.distance_m, abs(self.inner_m - self.distance_m)]
        ends.append(self.inner_m + self.distance_m)
        depths = np.concatenate([[1.0], LAYERS]) * self.outer_m
        layers = [end + sign * depths for end in (start, near, far) for sign in (1, -1)]
        every = np.sort(np.concatenate([[start], ends, *layers]))
        inside = every[(every >= start) & (every <= far)]
        return graded(inside[np.diff(inside, prepend=-1.0) > 1e-9 * far], 1.5)

    def mean_density(self, place: Place, distance_m: Array) -> Array:
        """Density at distances r, averaged over directions, target or not; shape of r."""
        r, centre = distance_m, self.distance_m
        if centre == 0.0:
            inside = (r >= self.inner_m) & (r <= self.outer_m)
            return np.where(inside, place.relative_density(r, r, self.surface_m), 0.0)
        low = np.maximum(abs(r - centre), self.inner_m)
        high = np.minimum(r + centre, self.outer_m)
        layers = self.surface_m * (1 - np.concatenate([[1.0], LAYERS, [0.0]]))
        panels = np.clip(layers, low[..., None], np.maximum(low, high)[..., None])
        rho, weights = panel_rule(panels, NODES)
        density = place.relative_density(rho, r[..., None, None], self.surface_m)
        integral = (weights * rho * density).sum(axis=(-2, -1))
        return np.asarray(integral / (2 * r * centre))


@dataclass(frozen=True, eq=False)
class Volume:
    """Places in the target at distances from the source.

    Parameters
    ----------
    distance_m : array, shape (k,)
        Distances.
    volume_m3 : array, shape (k,)
        Volume of the whole shell at each, target or not.
    ball : Ball or None
        Which part is target; None where `volume_m3` has only that already.
    """

    distance_m: Array
    volume_m3: Array
    ball: Ball | None

    def weights(self, place: Place) -> Array:
        """Integral of a density at each distance, shape (k,).

        Raises
        ------
        InputError
            If the density needs a sphere and the detector is none.
        """
        r = self.distance_m
        if self.ball is not None:
            return self.volume_m3 * self.ball.mean_density(place, r)
        if not isinstance(place, Uniform | FromSource):
            raise InputError("needs a sphere or shell", key="place", value=place)
        return self.volume_m3 * place.relative_density(r, r, math.nan)


@dataclass(frozen=True, eq=False)
class Parts:
    """A detector in three ways.

    Parameters
    ----------
    kept : Volume
        The target with its cuts.
    outside_hole : Volume
        The target without the hole around the source, before cuts.
    whole : Volume
        The same as if there were no hole.
    """

    kept: Volume
    outside_hole: Volume
    whole: Volume

    def shares(self, place: Place) -> Array:
        """Share of all events of a background at each distance, shape (k,)."""
        # A rate per mass counts the hole; of photons none is there.
        full = self.outside_hole if isinstance(place, FromSource) else self.whole
        return np.asarray(self.kept.weights(place) / full.weights(place).sum())


def parts(chosen: Setup, edges_m: Array) -> Parts:
    """The target of a set-up with its cuts, and what its backgrounds are shares of.

    Parameters
    ----------
    chosen : Setup
        Source and detector.
    edges_m : array
        Edges that no panel of the target shall cross.
    """
    detector, position = chosen.detector, chosen.position
    if detector.zones or detector.height_m is not None:
        target = _of_solids(list(chosen.targets().values()), edges_m)
        if detector.zones:
            return Parts(target, target, target)
        without = with_values(chosen, {"position.hole_radius_m": 0.0})
        return Parts(target, target, _of_solids(list(without.targets().values()), np.empty(0)))
    inner, outer = detector.inner_radius_m or 0.0, detector.outer_radius_m
    fiducial = chosen.detection.fiducial_radius_m or outer
    hole = position.hole_radius_m if is_inside(detector, position) else 0.0
    kept = Ball(inner, fiducial, position.distance_m, hole, outer)
    outside_hole = replace(kept, outer_m=outer)
    whole = replace(outside_hole, hole_m=0.0)
    return Parts(
        _of_ball(kept, edges_m),
        _of_ball(outside_hole, np.empty(0)),
        _of_ball(whole, np.empty(0)),
    )


def energy_shares(
    spectrum: VisibleSpectrum, edges_MeV: Array, resolution: EnergyResolution
) -> Array:
    """Share of a spectrum that is recorded in each bin, shape (bins,).

    Parameters
    ----------
    spectrum : VisibleSpectrum
        Flat in each of its own bins.
    edges_MeV : array, shape (bins + 1,)
        Recorded bins.
    resolution : EnergyResolution
        Of the visible energy.
    """
    below = np.append(0.0, np.cumsum(spectrum.share))
    if resolution.perfect:
        return np.diff(np.interp(edges_MeV, spectrum.edges_MeV, below))
    narrow = FINE * np.maximum(resolution.sigma_MeV(spectrum.edges_MeV[1:]), 1e-4)
    pieces = np.ceil(np.diff(spectrum.edges_MeV) / narrow).astype(int)
    starts = np.append(0, np.cumsum(pieces))
    bin_ = np.repeat(np.arange(len(pieces)), pieces)
    place = bin_ + (np.arange(starts[-1]) - starts[bin_]) / pieces[bin_]
    own = np.arange(len(below))
    fine = np.interp(np.append(place, own[-1]), own, spectrum.edges_MeV)
    share = np.diff(np.interp(fine, spectrum.edges_MeV, below))
    return np.asarray(energy_migration(edges_MeV, fine, resolution) @ share)


@lru_cache(maxsize=256)
def _kept_shares(
    spectrum: VisibleSpectrum, edges_MeV: tuple[float, ...], resolution: EnergyResolution
) -> Array:
    """Shares of one and the same spectrum, which many designs of a detector ask for."""
    return energy_shares(spectrum, np.array(edges_MeV), resolution)


def recorded_per_day(
    backgrounds: Sequence[Background],
    chosen: Setup,
    energy_edges_MeV: Array,
    distance_edges_m: Array,
) -> tuple[Array, ...]:
    """Events of backgrounds per day at the start in bins of energy and distance, each (i, d).

    The vertex resolution is taken at the middle of each recorded bin of energy.

    Parameters
    ----------
    backgrounds : sequence of Background
        Their rates, spectra and places.
    chosen : Setup
        Detector, cuts, resolutions and efficiency.
    energy_edges_MeV, distance_edges_m : array
        Recorded bins.

    Raises
    ------
    InputError
        If a place needs a sphere and the detector is none.
    """
    if not backgrounds:
        return ()
    detection = chosen.detection
    detector = parts(chosen, distance_edges_m)
    kinds = tuple(dict.fromkeys(each.place for each in backgrounds))
    shares = np.array([detector.shares(place) for place in kinds])
    middle = (energy_edges_MeV[1:] + energy_edges_MeV[:-1]) / 2
    places = _in_bins(detection, detector.kept.distance_m, shares, distance_edges_m, middle)
    by_place = dict(zip(kinds, places, strict=True))
    resolution = EnergyResolution(detection.stochastic)
    edges_MeV = tuple(energy_edges_MeV.tolist())
    return tuple(
        each.per_day
        * detection.efficiency
        * _kept_shares(each.spectrum, edges_MeV, resolution)[:, None]
        * by_place[each.place]
        for each in backgrounds
    )


def _in_bins(
    detection: DetectionSection, r_m: Array, shares: Array, edges_m: Array, energy_MeV: Array
) -> Array:
    """Shares (b, k) at distances r in recorded bins, at each energy: (b, energies or 1, d)."""
    if detection.vertex_resolution_cm_at_1_MeV == 0.0:
        return np.array([np.histogram(r_m, edges_m, weights=each)[0] for each in shares])[:, None]
    vertex = VertexResolution(detection.vertex_resolution_cm_at_1_MeV / 100, detection.vertex_power)
    nodes, mixing = resolution_nodes(vertex.sigma_m(energy_MeV))
    tables = [shares @ np.diff(shares_within(edges_m, r_m, s), axis=0).T for s in nodes.tolist()]
    return np.asarray(mixing @ np.stack(tables, axis=1))


def _of_ball(ball: Ball, edges_m: Array) -> Volume:
    r, width = _nodes(ball.panels_m(), edges_m)
    return Volume(r, 4 * math.pi * r**2 * width, ball)


def _of_solids(targets: Sequence[Target], edges_m: Array) -> Volume:
    """Any solids, by the share of the solid angle that they take."""
    distances, volumes_m3 = [], []
    for target in targets:
        r, width = _nodes(graded(target.breakpoints_m(), 1.5), edges_m)
        distances.append(r)
        volumes_m3.append(4 * math.pi * r**2 * width * target.path_length_density(r))
    return Volume(np.concatenate(distances), np.concatenate(volumes_m3), None)


def _nodes(panels_m: Array, edges_m: Array) -> tuple[Array, Array]:
    inside = edges_m[(edges_m > panels_m[0]) & (edges_m < panels_m[-1])]
    nodes, weights = panel_rule(np.sort(np.concatenate([panels_m, inside])), NODES)
    return nodes.ravel(), weights.ravel()
