r"""The branching ratio by the energy of each neutrino: recoil energy and angle together.

At one recoil energy T the lines have different angles, cos(theta) = (1 + m/E) sqrt[T/(T + 2m)].
With the seen angle b, smeared by a von Mises-Fisher distribution
(:mod:`gallus.response.angular`), the cells are those of (T, b):

.. math:: h(T, b) = \sum_{l} w_l \frac{d\sigma}{dT}(E_l, T)\; p(b\,|\,\theta(E_l, T)) .

:func:`angle_measurement` gives the error of the branching ratio, :func:`mean_line_separation_deg`
the mean angle between the lines: half of it is the resolution at which they are two standard
deviations apart. What stands in the way, multiple scattering and the Cherenkov threshold, is in
:mod:`gallus.forecast.questions.electron_track`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from gallus.arrays import Array
from gallus.constants import ELECTRON_MASS_MEV
from gallus.errors import InputError
from gallus.forecast.questions.line_measurement import (
    BIN_MEV,
    BranchingRatioMeasurement,
    chromium_groups,
)
from gallus.forecast.questions.line_spectra import (
    NODES,
    LineGroups,
    LineSpectra,
    quadrature,
    true_edges_MeV,
    window_edges,
)
from gallus.interactions.electron_scattering import ConstantCouplings, ScatteringModel
from gallus.interactions.scattering_kinematics import recoil_cosine
from gallus.response.angular import AngularResolution, seen_angle_density
from gallus.response.energy import EnergyResolution, energy_migration

FINEST_DEG = 0.2
"""Resolution below which the seen angles are not followed; 0 is exact."""
NODES_PER_SIGMA = 4.0
"""Nodes of the seen angle in one standard deviation."""
FEWEST = 96
REACH = 9.0
"""Standard deviations beyond the largest true angle up to which angles are followed."""


class LineAngles(NamedTuple):
    """Angles of the two groups of lines at one recoil energy, in degrees."""

    recoil_MeV: float
    high_deg: float
    low_deg: float


def angle_measurement(
    threshold_MeV: float,
    angular: AngularResolution,
    resolution: EnergyResolution | None = None,
    *,
    groups: LineGroups | None = None,
    model: ScatteringModel | None = None,
    normalisation_error: float = math.inf,
) -> BranchingRatioMeasurement:
    """Measurement by recoil energy and angle.

    Parameters
    ----------
    threshold_MeV : float
        Lowest recorded energy.
    angular : AngularResolution
        Of the direction of the electron; 0 tells the lines apart event by event.
    resolution : EnergyResolution, optional
        Perfect if not given.
    groups, model : optional
        Lines and cross section; those of 51Cr and the corrected couplings if not given.
    normalisation_error : float
        See :class:`~gallus.forecast.questions.line_measurement.BranchingRatioMeasurement`.

    Raises
    ------
    InputError
        If the angular resolution is finer than is followed, but not 0.
    """
    groups = chromium_groups() if groups is None else groups
    model = ConstantCouplings.corrected() if model is None else model
    resolution = resolution or EnergyResolution()
    if angular.at_1_MeV_deg == 0.0:
        spectra = _separated(groups, model, threshold_MeV)
    else:
        spectra = _smeared(groups, model, threshold_MeV, angular, resolution)
    return BranchingRatioMeasurement(spectra, normalisation_error=normalisation_error)


def line_separation(recoil_MeV: float, high_MeV: float, low_MeV: float) -> LineAngles:
    """Angles of two lines at one recoil energy.

    Parameters
    ----------
    recoil_MeV : float
        Recoil energy, up to the largest one of the low line.
    high_MeV, low_MeV : float
        Energies of the neutrinos.

    Raises
    ------
    InputError
        If the recoil is beyond the end of a line.
    """
    cosines = np.array([recoil_cosine(e, recoil_MeV) for e in (high_MeV, low_MeV)])
    if not (recoil_MeV > 0 and np.all(cosines <= 1)):
        raise InputError("is no recoil of both lines", key="recoil_MeV", value=recoil_MeV)
    high, low = np.degrees(np.arccos(cosines))
    return LineAngles(recoil_MeV, float(high), float(low))


def mean_line_separation_deg(
    threshold_MeV: float, groups: LineGroups | None = None, model: ScatteringModel | None = None
) -> float:
    """Mean angle between the mean high and the mean low line, from the threshold to its end.

    Weighted with the recoils of the low line, which are to be told from those of the high one.
    Half of it is the resolution with which the lines lie two standard deviations apart.

    Parameters
    ----------
    threshold_MeV : float
        Lowest recoil energy.
    groups, model : optional
        Lines and cross section; those of 51Cr and the corrected couplings if not given.
    """
    groups = chromium_groups() if groups is None else groups
    model = ConstantCouplings.corrected() if model is None else model
    high, low = (sum(e * share for e, share in g) for g in (groups.ground, groups.excited))
    end = LineGroups(((high, 1.0),), ((low, 1.0),), groups.branching_ratio).ends_MeV[0]
    # The angle starts as the square root of end - T: with T = end - x^2 it is smooth.
    x, weight = quadrature((0.0, math.sqrt(end - threshold_MeV)), NODES)
    energy = end - x**2
    weight = weight * 2 * x * model.differential_cm2_per_MeV(np.float64(low), energy)
    angles = [np.arccos(np.minimum(recoil_cosine(e, energy), 1.0)) for e in (high, low)]
    return float(np.degrees(weight @ (angles[0] - angles[1]) / weight.sum()))


def energy_error_MeV(
    energy_MeV: float, recoil_MeV: float, sigma_recoil_MeV: float, sigma_angle_deg: float
) -> float:
    """Error of the neutrino energy E(T, theta) from those of recoil energy and angle.

    With s = sqrt(1 + 2m/T) and E = m/(s cos(theta) - 1), dE/dtheta = s E^2 sin(theta)/m and
    dE/dT = E^2 cos(theta)/(s T^2). First order: in the forward direction the angle does not count.

    Parameters
    ----------
    energy_MeV, recoil_MeV : float
        True neutrino and recoil energy.
    sigma_recoil_MeV, sigma_angle_deg : float
        Resolutions.
    """
    cosine = float(recoil_cosine(energy_MeV, recoil_MeV))
    ratio = math.sqrt(1 + 2 * ELECTRON_MASS_MEV / recoil_MeV)
    by_angle = energy_MeV**2 / ELECTRON_MASS_MEV * ratio * math.sqrt(max(1 - cosine**2, 0.0))
    by_recoil = energy_MeV**2 * cosine / (recoil_MeV**2 * ratio)
    return math.hypot(by_recoil * sigma_recoil_MeV, by_angle * math.radians(sigma_angle_deg))


def _separated(groups: LineGroups, model: ScatteringModel, threshold_MeV: float) -> LineSpectra:
    """Each group in cells of its own: the angle tells which it is."""
    energy, weight = quadrature(window_edges(groups, threshold_MeV, None), NODES)
    ground, excited = groups.each(
        lambda e: weight * model.differential_cm2_per_MeV(np.float64(e), energy)
    )
    nothing = np.zeros_like(ground)
    return LineSpectra(
        np.stack([ground, nothing]),
        np.stack([nothing, excited]),
        np.stack([nothing, nothing]),
        groups.branching_ratio,
    )


def _smeared(
    groups: LineGroups,
    model: ScatteringModel,
    threshold_MeV: float,
    angular: AngularResolution,
    resolution: EnergyResolution,
) -> LineSpectra:
    """Spectra in cells of energy and seen angle, shape (energies, angles)."""
    edges = window_edges(groups, threshold_MeV, None)
    if resolution.perfect:
        energy, weight = quadrature(edges, NODES)
        migration = None
    else:
        upper = edges[-1] + 4 * float(resolution.sigma_MeV(np.asarray(edges[-1])))
        number = max(1, round((upper - threshold_MeV) / BIN_MEV))
        recorded = np.linspace(threshold_MeV, upper, number + 1)
        true = true_edges_MeV(groups, recorded, resolution)
        energy, weight = (true[1:] + true[:-1]) / 2, np.diff(true)
        migration = energy_migration(recorded, true, resolution)
    sigma = np.asarray(angular.sigma_rad(energy))
    seen, seen_weight = _seen_angles(float(sigma.min()), float(sigma.max()), groups, energy)

    def spectrum(line_MeV: float) -> Array:
        true_angle = np.arccos(np.minimum(recoil_cosine(line_MeV, energy), 1.0))
        density = seen_angle_density(seen, true_angle[:, None], sigma[:, None])
        recoils = weight * model.differential_cm2_per_MeV(np.float64(line_MeV), energy)
        cells: Array = recoils[:, None] * density * seen_weight
        return cells if migration is None else migration @ cells

    ground, excited = groups.each(spectrum)
    isotropic = np.sin(seen) / 2 * seen_weight
    rows = np.full(len(ground), 1 / len(ground))
    return LineSpectra(ground, excited, rows[:, None] * isotropic, groups.branching_ratio)


def _seen_angles(
    smallest_rad: float, largest_rad: float, groups: LineGroups, energy_MeV: Array
) -> tuple[Array, Array]:
    """Nodes and weights of the seen angle, fine enough for the smallest resolution."""
    if math.degrees(smallest_rad) < FINEST_DEG:
        raise InputError(
            "is finer than is followed",
            key="angular.at_1_MeV_deg",
            allowed=f"0, or at least {FINEST_DEG:g} degrees at all energies",
        )
    highest = max(e for e, _ in groups.ground)
    widest = float(np.arccos(np.min(recoil_cosine(highest, energy_MeV))))
    end = min(math.pi, widest + REACH * largest_rad)
    return quadrature((0.0, end), max(FEWEST, math.ceil(NODES_PER_SIGMA * end / smallest_rad)))
