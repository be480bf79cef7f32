"""Energy resolution and thresholds: which share of the events at one energy is seen in each bin.

Use :func:`shares_in_bins` for single energies and :func:`energy_migration` for bins of true energy.
A sharp threshold is the edge of a bin without resolution; with resolution it is smeared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gallus.arrays import Array, array_namespace, gauss_legendre, is_traceable
from gallus.response.checks import check_resolutions

NODES = 4
"""Gauss-Legendre nodes in a bin of true energy."""


@dataclass(frozen=True)
class EnergyResolution:
    """Gaussian resolution, sigma^2 = a^2 T + b^2 T^2 + c^2, with T in MeV.

    Parameters
    ----------
    stochastic : float
        a, in sqrt(MeV): 0.03 is 3 % at 1 MeV; n photoelectrons per MeV give 1/sqrt(n).
    constant : float
        b, a share of the energy.
    noise_MeV : float
        c.

    Raises
    ------
    InputError
        If one of them is negative or not finite.
    """

    stochastic: float = 0.0
    constant: float = 0.0
    noise_MeV: float = 0.0

    def __post_init__(self) -> None:
        check_resolutions(
            stochastic=self.stochastic, constant=self.constant, noise_MeV=self.noise_MeV
        )

    @property
    def perfect(self) -> bool:
        """Whether nothing is smeared."""
        return not (self.stochastic or self.constant or self.noise_MeV)

    def sigma_MeV(self, energy_MeV: Array) -> Array:
        """Standard deviation at true energies of any shape."""
        xp = array_namespace(energy_MeV)
        square = (
            self.stochastic**2 * energy_MeV + (self.constant * energy_MeV) ** 2 + self.noise_MeV**2
        )
        sigma: Array = xp.sqrt(square)
        return sigma


def shares_in_bins(edges_MeV: Array, energy_MeV: Array, sigma_MeV: Array) -> Array:
    """Share of the events at each true energy that is recorded in each bin.

    Phi((upper - T)/sigma) - Phi((lower - T)/sigma); a sigma of 0 sorts sharply.

    Parameters
    ----------
    edges_MeV : array, shape (bins + 1,)
        Increasing; the last may be infinite.
    energy_MeV, sigma_MeV : array, shape (n,)
        True energies and the resolution there.

    Returns
    -------
    array, shape (bins, n)
    """
    xp = array_namespace(edges_MeV, energy_MeV, sigma_MeV)
    edges = xp.asarray(edges_MeV)[:, None]
    sharp = sigma_MeV <= 0
    width = xp.where(sharp, 1.0, sigma_MeV)
    below = xp.where(
        sharp,
        xp.asarray(energy_MeV < edges, dtype=np.float64),
        normal((edges - energy_MeV) / width),
    )
    shares: Array = below[1:] - below[:-1]
    return shares


def energy_migration(
    edges_MeV: Array, true_edges_MeV: Array, resolution: EnergyResolution
) -> Array:
    """Share of the events in each bin of true energy that is recorded in each bin.

    Events are spread evenly over a bin of true energy: make them narrower than the resolution.
    Without resolution no bin may reach across an edge.

    Parameters
    ----------
    edges_MeV : array, shape (bins + 1,)
        Increasing; the last may be infinite.
    true_edges_MeV : array, shape (t + 1,)
        Increasing.
    resolution : EnergyResolution
        At the true energies.

    Returns
    -------
    array, shape (bins, t)
    """
    nodes, weights = gauss_legendre(NODES)
    middle = (true_edges_MeV[1:] + true_edges_MeV[:-1]) / 2
    half = (true_edges_MeV[1:] - true_edges_MeV[:-1]) / 2
    energy = (middle[:, None] + half[:, None] * nodes).reshape(-1)
    shares = shares_in_bins(edges_MeV, energy, resolution.sigma_MeV(energy))
    mean: Array = shares.reshape(shares.shape[0], -1, NODES) @ (weights / 2)
    return mean


def normal(z: Any) -> Any:
    """Phi(z), the cumulative distribution of the standard normal."""
    if is_traceable(z):
        from gallus.accelerate import normal_distribution

        return normal_distribution(z)
    from scipy.special import ndtr

    return ndtr(z)
