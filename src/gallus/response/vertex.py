r"""Vertex resolution: at which distance from the source an event is seen.

A point at the distance r, displaced by an isotropic Gaussian of standard deviation s per axis, is
seen within R of the source with the probability

.. math:: \Phi\left(\frac{R-r}{s}\right) - \Phi\left(-\frac{R+r}{s}\right)
          - \frac{s}{r\sqrt{2\pi}} \left[e^{-(R-r)^2/2s^2} - e^{-(R+r)^2/2s^2}\right],

the cumulative noncentral chi distribution with three degrees of freedom. Nothing else of the
detector matters as long as the cut itself is a ball around the source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.response.checks import check_resolutions
from gallus.response.energy import normal

SMALL = 1e-4
"""Below this r/s the limit r -> 0 is used, whose error is (r/s)^2/6."""
FAR = 40.0
"""Standard deviations beyond which nothing is left in double precision."""


@dataclass(frozen=True)
class VertexResolution:
    """Isotropic Gaussian resolution per axis, s = s_1 (T/MeV)^-power.

    Parameters
    ----------
    at_1_MeV_m : float
        s_1 in m.
    power : float
        1/2 where the number of photons decides, 0 for one resolution at all energies.

    Raises
    ------
    InputError
        If the resolution is negative or not finite.
    """

    at_1_MeV_m: float = 0.0
    power: float = 0.5

    def __post_init__(self) -> None:
        check_resolutions(at_1_MeV_m=self.at_1_MeV_m, power=self.power)

    def sigma_m(self, energy_MeV: Array) -> Array:
        """Standard deviation per axis at recoil energies above 0."""
        sigma: Array = self.at_1_MeV_m * energy_MeV**-self.power
        return sigma


def share_within(cut_m: Array, distance_m: Array, sigma_m: Array) -> Array:
    """Probability that an event at a distance from the source is seen within a cut around it.

    Parameters
    ----------
    cut_m : array
        R >= 0, may be infinite.
    distance_m : array
        r >= 0, true distance.
    sigma_m : array
        s >= 0; 0 for no smearing.

    Returns
    -------
    array, the shape that the arguments broadcast to
    """
    xp = array_namespace(cut_m, distance_m, sigma_m)
    cut, true, sigma = (xp.asarray(a, dtype=np.float64) for a in (cut_m, distance_m, sigma_m))
    sharp = sigma <= 0
    width = xp.where(sharp, 1.0, sigma)
    end, r = cut / width, true / width
    central = r < SMALL
    safe = xp.where(central, 1.0, r)
    finite = xp.where(xp.isfinite(end), end, safe + FAR)
    near, far = xp.exp(-((finite - safe) ** 2) / 2), xp.exp(-((finite + safe) ** 2) / 2)
    lens = (near - far) / (safe * math.sqrt(2 * math.pi))
    smeared = normal(end - safe) - normal(-end - safe) - lens
    limit = 2 * normal(finite) - 1 - math.sqrt(2 / math.pi) * finite * xp.exp(-(finite**2) / 2)
    within: Array = xp.where(
        sharp, xp.asarray(true <= cut, dtype=np.float64), xp.where(central, limit, smeared)
    )
    return within
