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
from gallus.experiments.cell_averages import CellAverages
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
FAR = 8.5
"""Standard deviations beyond which nothing is left in double precision."""
FEWEST_NODES = 7
"""Vertex resolutions at which shares are tabulated, at least."""
NODES_PER_E = 10.0
"""More of them for each factor of e between the smallest and the largest."""


@dataclass(frozen=True, eq=False)
class EnergyBins:
    """Bins of recorded energy (i), bins of true energy (t), and the share of each in each."""

    edges_MeV: Array
    true_edges_MeV: Array
    migration: Array


@dataclass(frozen=True, eq=False)
class DistanceBins:
    """Bins of recorded distance (d), cells of true distance (j), and M of shape (s, d, j).

    M is tabulated at s vertex resolutions; `mixing`, of shape (t, s), makes those of the true
    energies from it.
    """

    edges_m: Array
    cells: tuple[DistanceCell, ...]
    migration: Array
    mixing: Array


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
        edges = _distance_edges(detection, low, high)
        cells = tuple(cell for piece in pieces for cell in distance_cells(piece, edges))
        places = np.array([cell.place for cell in cells])
        sharp = np.equal.outer(np.arange(detection.distance_bins), places)
        mixing = np.ones((len(middle), 1))
        return DistanceBins(edges, cells, sharp.astype(np.float64)[None], mixing)
    reach = MARGIN * float(sigma.max())
    edges = _distance_edges(detection, max(low - reach, 0.0), high + reach)
    width = min(edges[1] - edges[0], float(sigma.min()))
    number = _number("vertex_resolution_cm_at_1_MeV", DISTANCE_FINENESS * (high - low) / width)
    fine = np.linspace(low, high, number + 1)
    cells = tuple(cell for piece in pieces for cell in distance_cells(piece, fine, tolerance=1e-7))
    both = (*cells, *(cell.sloped() for cell in cells))
    nodes, mixing = resolution_nodes(sigma)
    return DistanceBins(edges, both, _distance_migration(edges, cells, nodes), mixing)


def resolution_nodes(sigma_m: Array) -> tuple[Array, Array]:
    """Few resolutions that stand for many, and the matrix that interpolates between them.

    Chebyshev nodes in ln(sigma): what is seen within a distance is an entire function of it, and
    its interpolation has an error below 3e-8.

    Parameters
    ----------
    sigma_m : array, shape (t,)
        Above 0.

    Returns
    -------
    nodes, mixing : array, shape (s,) and (t, s)
        A quantity at `sigma_m` is `mixing` times the quantity at the nodes.
    """
    logarithm = np.log(sigma_m)
    low, high = float(logarithm.min()), float(logarithm.max())
    if high - low < 1e-12:
        return sigma_m[:1], np.ones((len(sigma_m), 1))
    count = FEWEST_NODES + int(np.ceil(NODES_PER_E * (high - low)))
    if count >= len(sigma_m):
        return sigma_m, np.eye(len(sigma_m))
    x = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    place = (2 * logarithm - low - high) / (high - low)
    polynomials = np.polynomial.chebyshev.chebvander(x, count - 1)
    values = np.polynomial.chebyshev.chebvander(place, count - 1)
    mixing: Array = values @ np.linalg.inv(polynomials)
    return np.exp((high + low) / 2 + x * (high - low) / 2), mixing


def _distance_edges(detection: DetectionSection, low: float, high: float) -> Array:
    """Edges between two distances, or those that the file states; the cut is the last."""
    start = low if detection.distance_from_m is None else detection.distance_from_m
    end = high if detection.distance_to_m is None else detection.distance_to_m
    end = end if detection.within_m is None else min(end, detection.within_m)
    if not start < end:
        raise InputError(
            "leaves no distances to the recorded ones",
            key="detection.distance_from_m",
            value=start,
            allowed=f"below {end:.6g}",
        )
    return np.linspace(start, end, detection.distance_bins + 1)


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


def shares_within(edges_m: Array, distance_m: Array, sigma_m: float) -> Array:
    """Shares of events at each distance that are seen within each edge, shape (edges, distances).

    As :func:`~gallus.response.vertex.share_within`, which is asked only where it is neither 0 nor 1
    in double precision.
    """
    step = edges_m[:, None] - distance_m
    within: Array = (step > 0).astype(np.float64)
    near = abs(step) < FAR * sigma_m
    edge, distance = (
        np.broadcast_to(each, near.shape)[near] for each in (edges_m[:, None], distance_m)
    )
    within[near] = share_within(edge, distance, np.full(edge.shape, sigma_m))
    return within


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
    whole = CellAverages.of([cell.weight for cell in cells])
    distance, share = whole.weight.nodes(NODES)
    starts = NODES * whole.starts
    ranges = np.array([cell.weight.range_m() for cell in cells])
    owner = np.searchsorted(starts, np.arange(len(distance)), side="right") - 1
    low, high = ranges[owner].T
    tilt = (2 * distance - low - high) / (high - low)
    tilted, square = share * tilt, share * tilt**2
    first, second = (np.add.reduceat(each, starts) for each in (tilted, square))
    spread = second - first**2  # of x in each cell, whose weights add up to 1
    migration = np.empty((len(sigma_m), len(edges) - 1, 2 * len(cells)))
    for t, sigma in enumerate(sigma_m):
        recorded = np.diff(shares_within(edges, distance, float(sigma)), axis=0)
        mean = np.add.reduceat(recorded * share, starts, axis=1)
        slope = (np.add.reduceat(recorded * tilted, starts, axis=1) - first * mean) / spread
        migration[t] = np.concatenate([mean - slope * first, slope], axis=1)
    return migration
