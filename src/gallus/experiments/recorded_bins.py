"""Bins of recorded energy and distance, and how true ones migrate into them.

Use :func:`energy_bins` and :func:`distance_bins`; what they return goes into a
:class:`~gallus.experiments.setup_kernel.SetupKernel`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.distance_cells import DistanceCell, distance_cells
from gallus.experiments.setup_sections import DetectionSection
from gallus.geometry.target import Target
from gallus.response.energy import EnergyResolution, energy_migration
from gallus.response.vertex import VertexResolution, share_within

REACH = 6.0
"""Standard deviations below a threshold from which events still reach it."""
MARGIN = 4.0
"""Standard deviations that recorded bins reach beyond what is true."""
FINENESS = 3.0
"""Bins of true energy in one standard deviation of the resolution."""
DISTANCE_FINENESS = 1.5
"""Cells of true distance in one standard deviation of the vertex resolution: error 4e-4."""
MAX_BINS = 2000
"""Bins or cells beyond which a resolution is too fine to be followed."""
NODES = 4
"""Gauss-Legendre nodes in a cell of true distance where the vertex resolution is averaged."""
LOWEST_MEV = 1e-3
"""Energy below which the width of a resolution is not followed."""


@dataclass(frozen=True, eq=False)
class EnergyBins:
    """Bins of recorded energy (i), bins of true energy (t), and the share of each in each."""

    edges_MeV: Array
    true_edges_MeV: Array
    migration: Array


@dataclass(frozen=True, eq=False)
class DistanceBins:
    """Bins of recorded distance (d), cells of true distance (j), and M of shape (t or 1, d, j)."""

    edges_m: Array
    cells: tuple[DistanceCell, ...]
    migration: Array


def energy_bins(detection: DetectionSection, ends_MeV: Array) -> EnergyBins:
    """Bins for events whose true energies end, for each line, at one of `ends_MeV`.

    True energies are those of the recoil, recorded ones are visible: the share q of them with
    quenching, so that an edge of visible energy is one of true energy at 1/q of it.

    Parameters
    ----------
    detection : DetectionSection
        Window and resolutions.
    ends_MeV : array, shape (lines,)
        Largest true energies, where the spectrum has edges.
    """
    resolution = EnergyResolution(detection.stochastic)
    quenching = detection.quenching_factor
    visible_ends = quenching * ends_MeV
    edges = _energy_edges(detection, resolution, float(np.max(visible_ends)))
    if resolution.perfect and not detection.vertex_resolution_cm_at_1_MeV:
        return EnergyBins(edges, edges / quenching, np.eye(len(edges) - 1))
    visible = _visible_edges(edges, resolution, visible_ends)
    return EnergyBins(edges, visible / quenching, energy_migration(edges, visible, resolution))


def distance_bins(
    detection: DetectionSection, targets: Iterable[Target], true_edges_MeV: Array
) -> DistanceBins:
    """Bins of the distance from the source.

    Parameters
    ----------
    detection : DetectionSection
        Vertex resolution, cut and number of bins.
    targets : iterable of Target
        Detector and source; several zones around one source are one detector.
    true_edges_MeV : array, shape (t + 1,)
        Bins of true energy; on its visible share depends the vertex resolution.

    Raises
    ------
    InputError
        If the cut leaves nothing.
    """
    visible = detection.quenching_factor * true_edges_MeV
    middle = np.maximum((visible[1:] + visible[:-1]) / 2, LOWEST_MEV)
    vertex = VertexResolution(detection.vertex_resolution_cm_at_1_MeV / 100, detection.vertex_power)
    sigma = vertex.sigma_m(middle)
    pieces = tuple(targets)
    ranges = np.array([piece.range_m() for piece in pieces])
    low, high = float(ranges.min()), float(ranges.max())
    cut = detection.within_m
    if cut is not None and cut <= low:
        raise InputError(
            "leaves no target", key="detection.within_m", value=cut, allowed=f"above {low:.6g}"
        )
    if vertex.at_1_MeV_m == 0.0:
        end = high if cut is None else min(cut, high)
        edges = np.linspace(low, end, detection.distance_bins + 1)
        cells = tuple(cell for piece in pieces for cell in distance_cells(piece, edges))
        places = np.array([cell.place for cell in cells])
        sharp = np.equal.outer(np.arange(detection.distance_bins), places)
        return DistanceBins(edges, cells, sharp.astype(np.float64)[None])
    reach = MARGIN * float(sigma.max())
    end = high + reach if cut is None else min(cut, high + reach)
    edges = np.linspace(max(low - reach, 0.0), end, detection.distance_bins + 1)
    width = min(edges[1] - edges[0], float(sigma.min()))
    number = _number("vertex_resolution_cm_at_1_MeV", DISTANCE_FINENESS * (high - low) / width)
    fine = np.linspace(low, high, number + 1)
    cells = tuple(cell for piece in pieces for cell in distance_cells(piece, fine, tolerance=1e-7))
    both = (*cells, *(cell.sloped() for cell in cells))
    return DistanceBins(edges, both, _distance_migration(edges, cells, sigma))


def _energy_edges(
    detection: DetectionSection, resolution: EnergyResolution, end_MeV: float
) -> Array:
    low = detection.threshold_keV * 1e-3
    if detection.upper_keV is not None:
        high = detection.upper_keV * 1e-3
    else:
        high = end_MeV + MARGIN * float(resolution.sigma_MeV(np.asarray(end_MeV)))
    if high <= low:  # nothing will be recorded; bins there must be
        high = 1.1 * low
    return np.linspace(low, high, detection.bins + 1)


def _visible_edges(edges: Array, resolution: EnergyResolution, ends_MeV: Array) -> Array:
    """Edges of true bins in visible energy: of recorded bins, of the spectra, and finer ones."""
    low = edges[0]
    # Energies from which the resolution reaches up to the threshold: T + REACH sigma(T) = low.
    start = low - REACH * float(resolution.sigma_MeV(np.asarray(low)))
    start = max(start, 0.0)
    # From above the resolution is wider; twice its reach is more than enough.
    beyond = edges[-1] + 2 * REACH * float(resolution.sigma_MeV(np.asarray(edges[-1])))
    end = min(max(float(np.max(ends_MeV)), low), beyond)
    sigma = float(resolution.sigma_MeV(np.asarray(max(start, LOWEST_MEV))))
    width = edges[1] - edges[0] if resolution.perfect else min(edges[1] - edges[0], sigma)
    number = _number("resolution_percent_at_1_MeV", FINENESS * (end - start) / width)
    fine = np.linspace(start, end, number + 1)
    inside = [edge for edge in (*edges, *ends_MeV) if start < edge < end]
    every = np.sort(np.concatenate([fine, inside]))
    distinct: Array = every[np.diff(every, prepend=-1.0) > 1e-9 * end]
    return distinct


def _number(key: str, parts: float) -> int:
    if parts > MAX_BINS:
        raise InputError(
            "is too fine for the size of the detector, or of the spectrum",
            key=f"detection.{key}",
            allowed=f"0, or at least {parts / MAX_BINS:.3g} times as much",
        )
    return max(1, int(np.ceil(parts)))


def _distance_migration(edges: Array, cells: tuple[DistanceCell, ...], sigma_m: Array) -> Array:
    """Shares a + b x of each cell that are recorded in each bin, shape (t, d, 2 j): all a, all b.

    The straight line has the mean and the mean slope of the shares over the cell, so that counts
    without oscillation do not know of it.
    """
    parts = [(cell.weight.nodes(NODES), cell.sloped().weight.nodes(NODES)[1]) for cell in cells]
    bounds = np.cumsum([0, *(len(share) for (_, share), _ in parts)])
    distance = np.concatenate([nodes[0] for nodes, _ in parts])
    share = np.concatenate([nodes[1] for nodes, _ in parts])
    tilted = np.concatenate([tilt for _, tilt in parts])
    square = np.where(share != 0.0, tilted**2 / np.where(share != 0.0, share, 1.0), 0.0)
    first, second = (np.add.reduceat(each, bounds[:-1]) for each in (tilted, square))
    spread = second - first**2  # of x in each cell, whose weights add up to 1
    migration = np.empty((len(sigma_m), len(edges) - 1, 2 * len(cells)))
    for t, sigma in enumerate(sigma_m):
        within = share_within(edges[:, None], distance, np.full_like(distance, sigma))
        recorded = np.diff(within, axis=0)
        mean = np.add.reduceat(recorded * share, bounds[:-1], axis=1)
        slope = (np.add.reduceat(recorded * tilted, bounds[:-1], axis=1) - first * mean) / spread
        migration[t] = np.concatenate([mean - slope * first, slope], axis=1)
    return migration
