r"""Electron waves in the field of a uniformly charged sphere: the Dirac equation solved by series.

This is the machinery under :mod:`gallus.interactions.fermi_function`; use that module for physics.
Radial functions G = r g and F = r f obey

.. math:: G' = -\kappa G/r + (E + m - V) F, \qquad F' = \kappa F/r - (E - m - V) G

with kappa = -1 for s1/2 and +1 for p1/2. Inside the sphere a power series solves them, outside the
regular and the irregular Coulomb wave; both series converge fast because p R is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gamma, loggamma

from gallus.arrays import gauss_legendre
from gallus.constants import ELECTRON_MASS_MEV

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complexfloating]

INTERIOR_TERMS: Final = 24
"""Terms of the series inside the nucleus: rounding level up to (E R + 1.5 alpha Z) = 4."""
EXTERIOR_TERMS: Final = 60
"""Terms of the series outside: rounding level up to 2 p R = 8 (150 MeV for A = 71)."""
_NODES, _WEIGHTS = gauss_legendre(12)


@dataclass(frozen=True)
class SphereElectron:
    """An electron in the field of a uniformly charged sphere.

    Parameters
    ----------
    kinetic_MeV : ndarray
        Kinetic energy far away, positive.
    alpha_z : float
        Fine-structure constant times the charge of the sphere; negative for positrons.
    radius_per_MeV : float
        Radius in natural units.
    """

    kinetic_MeV: Reals
    alpha_z: float
    radius_per_MeV: float

    @property
    def energy_MeV(self) -> Reals:
        """Total energy E."""
        return self.kinetic_MeV + ELECTRON_MASS_MEV

    @property
    def momentum_MeV(self) -> Reals:
        """Momentum p far away."""
        return np.sqrt(self.kinetic_MeV * (self.kinetic_MeV + 2.0 * ELECTRON_MASS_MEV))

    @property
    def coulomb_parameter(self) -> Reals:
        """Sommerfeld's y = alpha Z E/p."""
        return self.alpha_z * self.energy_MeV / self.momentum_MeV

    @property
    def exponent(self) -> float:
        """Exponent gamma of r^gamma near a point charge."""
        return float(np.sqrt(1.0 - self.alpha_z**2))

    def central_density_MeV3(self, kappa: int) -> Reals:
        """g^2 + f^2 at the centre of the wave with G = sqrt(E+m) sin(pr + ...) far away."""
        dominant, other = self._inside(kappa, np.float64(1.0))
        large, small = (dominant, other) if kappa < 0 else (other, dominant)
        large = large / np.sqrt(self.kinetic_MeV + 2.0 * ELECTRON_MASS_MEV)
        small = -small / np.sqrt(self.kinetic_MeV)
        regular, amplitude = self._outside(kappa, self.exponent)
        irregular, other_amplitude = self._outside(kappa, -self.exponent)
        # Match both radial functions at the surface: a regular + b irregular, by Cramer's rule.
        wronskian = np.imag(np.conj(regular) * irregular)
        a = (large * irregular.imag - small * irregular.real) / wronskian
        b = (small * regular.real - large * regular.imag) / wronskian
        return 1.0 / (self.radius_per_MeV * np.abs(a * amplitude + b * other_amplitude)) ** 2

    def mean_to_central_density(self, kappa: int) -> Reals:
        """g^2 + f^2 averaged over the volume of the sphere, relative to the centre."""
        x = 0.5 * (_NODES + 1.0)
        inner = SphereElectron(self.kinetic_MeV[..., None], self.alpha_z, self.radius_per_MeV)
        dominant, other = inner._inside(kappa, x)
        mean: Reals = np.sum(1.5 * _WEIGHTS * x**2 * (dominant**2 + other**2), axis=-1)
        return mean

    def _inside(self, kappa: int, x: Reals | np.float64) -> tuple[Reals, Reals]:
        """Radial functions at x = r/R: u, which starts as x (G for s1/2, F for p1/2), and w.

        With V = -(alpha Z/2R)(3 - x^2) they obey u' - u/x = (c - d x^2) w and
        w' + w/x = -(c' - d' x^2) u, so that u/x and w/x^2 are power series in x^2.
        """
        depth, d = 1.5 * self.alpha_z, 0.5 * self.alpha_z
        c = (self.kinetic_MeV + 2.0 * ELECTRON_MASS_MEV) * self.radius_per_MeV + depth
        c_prime = self.kinetic_MeV * self.radius_per_MeV + depth
        if kappa < 0:
            return _power_series(c, c_prime, d, x)
        return _power_series(-c_prime, -c, -d, x)

    def _outside(self, kappa: int, exponent: float) -> tuple[Complexes, Complexes]:
        """Coulomb solution ~ r^exponent at the surface, and its complex amplitude far away.

        G/sqrt(E+m) is the real and -F/sqrt(E-m) the imaginary part (M. E. Rose, Relativistic
        Electron Theory, 1961).
        """
        y, pr = self.coulomb_parameter, self.momentum_MeV * self.radius_per_MeV
        mass_share = ELECTRON_MASS_MEV / self.energy_MeV
        phase = np.sqrt((-kappa + 1j * y * mass_share) / (exponent + 1j * y))
        series = _confluent_series(exponent + 1.0 + 1j * y, 2.0 * exponent + 1.0, 2j * pr)
        wave = (2.0 * pr) ** exponent * (exponent + 1j * y) * phase * np.exp(-1j * pr) * series
        growth = -0.5 * np.pi * (y + 1j * exponent) - loggamma(exponent + 1j * y)
        # A slow positron never reaches the nucleus: exp(-600) stands for zero.
        growth = np.minimum(growth.real, 300.0) + 1j * growth.imag
        return wave, gamma(2.0 * exponent + 1.0) * phase * np.exp(growth)


def _power_series(c: Reals, c_prime: Reals, d: float, x: Reals | np.float64) -> tuple[Reals, Reals]:
    """Sum the series of u/x and w/x for u' - u/x = (c - d x^2) w, w' + w/x = -(c' - d x^2) u."""
    u = np.ones_like(c)
    w = -c_prime / 3.0
    power = np.ones_like(x)
    u_sum, w_sum, w_before = u * power, w * x, np.zeros_like(c)
    for k in range(1, INTERIOR_TERMS):
        u_next = (c * w - d * w_before) / (2.0 * k)
        w_before, w = w, -(c_prime * u_next - d * u) / (2.0 * k + 3.0)
        u, power = u_next, power * x**2
        u_sum, w_sum = u_sum + u * power, w_sum + w * x * power
    return u_sum, w_sum


def _confluent_series(a: Complexes, b: float, z: Complexes) -> Complexes:
    """Kummer's 1F1(a, b, z) by its series; |z| is small here, |a z| moderate."""
    term = np.ones_like(z)
    total = term
    for k in range(EXTERIOR_TERMS):
        term = term * (a + k) * z / ((b + k) * (k + 1.0))
        total = total + term
    return total
