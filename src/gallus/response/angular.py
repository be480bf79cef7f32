r"""Angular resolution: at which angle to the neutrino a recoil electron is seen.

The seen direction follows a von Mises-Fisher distribution around the true one, the Gaussian of the
sphere, with the concentration :math:`\kappa = 1/\sigma^2`. An electron at the angle a to the
neutrino is then seen at the angle b, whatever the azimuth, with the density

.. math:: p(b|a) = \frac{\kappa \sin b}{1 - e^{-2\kappa}}\, e^{\kappa[\cos(b-a)-1]}\,
          e^{-z} I_0(z), \qquad z = \kappa \sin a \sin b.

Where sigma is small it is the standard deviation per axis, and 68.27 % are seen within 1.515 sigma
of the true direction; where it is large, the direction is lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gallus.arrays import Array, array_namespace, gauss_legendre, is_traceable
from gallus.response.checks import check_resolutions

NODES = 64
"""Gauss-Legendre nodes in the seen angle: exact to 1e-13, since the density is entire."""
FAR = 40.0
"""Exponent beyond which nothing is left in double precision."""
SHARPEST_RAD = 1e-7
"""Resolutions below this are taken as none: angles are not rounded more finely."""


@dataclass(frozen=True)
class AngularResolution:
    """Resolution per axis of the direction of an electron, s = s_1 (T/MeV)^-power.

    Parameters
    ----------
    at_1_MeV_deg : float
        s_1 in degrees.
    power : float
        1/2 where the number of photons decides, 0 for one resolution at all energies.

    Raises
    ------
    InputError
        If one of them is negative or not finite.
    """

    at_1_MeV_deg: float = 0.0
    power: float = 0.5

    def __post_init__(self) -> None:
        check_resolutions(at_1_MeV_deg=self.at_1_MeV_deg, power=self.power)

    def sigma_rad(self, energy_MeV: Array) -> Array:
        """Standard deviation per axis in rad at recoil energies above 0."""
        sigma: Array = math.radians(self.at_1_MeV_deg) * energy_MeV**-self.power
        return sigma


def seen_angle_density(angle_rad: Array, true_angle_rad: Array, sigma_rad: Array) -> Array:
    """Density of the seen angle to the neutrino, per rad.

    Parameters
    ----------
    angle_rad, true_angle_rad : array
        Seen and true angle, from 0 to pi.
    sigma_rad : array
        Above 0, may be infinite (isotropic: sin(b)/2).

    Returns
    -------
    array, the shape that the arguments broadcast to
    """
    xp = array_namespace(angle_rad, true_angle_rad, sigma_rad)
    seen, true, sigma = (
        xp.asarray(a, dtype=np.float64) for a in (angle_rad, true_angle_rad, sigma_rad)
    )
    # kappa / (1 - exp(-2 kappa)) -> 1/2 at kappa -> 0, where it is followed by its tangent.
    kappa = 1.0 / sigma**2
    flat = kappa < 1e-8
    safe = xp.where(flat, 1.0, kappa)
    norm = xp.where(flat, 0.5 + kappa / 2, -safe / xp.expm1(-2 * safe))
    # cos(b - a) - 1 without cancellation.
    spread = xp.exp(-2 * kappa * xp.sin((seen - true) / 2) ** 2)
    sines = xp.sin(seen) * xp.sin(true)
    density: Array = norm * xp.sin(seen) * spread * _bessel_0(kappa * sines)
    return density


def share_within_angle(cut_rad: Array, true_angle_rad: Array, sigma_rad: Array) -> Array:
    """Probability that an electron is seen within a cone around the direction of the neutrino.

    The integral of :func:`seen_angle_density` from 0 to the cut.

    Parameters
    ----------
    cut_rad : array
        Half opening angle of the cone, from 0 to pi.
    true_angle_rad : array
        True angle of the electron to the neutrino, from 0 to pi.
    sigma_rad : array
        0 for no smearing, may be infinite: then the share is (1 - cos cut)/2.

    Returns
    -------
    array, the shape that the arguments broadcast to
    """
    xp = array_namespace(cut_rad, true_angle_rad, sigma_rad)
    cut, true, sigma = (
        xp.asarray(a, dtype=np.float64) for a in (cut_rad, true_angle_rad, sigma_rad)
    )
    sharp = sigma < SHARPEST_RAD
    width = xp.where(sharp, 1.0, sigma)
    # Beyond this distance from the true angle the density is below exp(-FAR) of its maximum.
    reach = 2 * xp.arcsin(xp.minimum(1.0, math.sqrt(FAR / 2) * width))
    low, high = xp.maximum(true - reach, 0.0), xp.minimum(true + reach, cut)
    half, middle = xp.maximum(high - low, 0.0) / 2, (high + low) / 2
    nodes, weights = gauss_legendre(NODES)
    seen = middle[..., None] + half[..., None] * nodes
    density = seen_angle_density(seen, true[..., None], width[..., None])
    smeared = half * (density @ weights)
    within: Array = xp.where(sharp, xp.asarray(true <= cut, dtype=np.float64), smeared)
    return within


def _bessel_0(z: Any) -> Any:
    """exp(-z) I_0(z) at z >= 0."""
    if is_traceable(z):
        from gallus.accelerate import library

        return library().scipy.special.i0e(z)
    from scipy.special import i0e

    return i0e(z)
