r"""Inverse beta decay on free protons, anti-nu_e + p -> e+ + n, to first order in 1/M.

Use :meth:`InverseBetaDecay.from_neutron_lifetime`: the decay of the neutron is the same matrix
element. :meth:`InverseBetaDecay.from_fermi_coupling` normalises with G_F, V_ud and g_A instead; the
two agree within their errors of 0.2 %. P. Vogel and J. F. Beacom, Phys. Rev. D 60 (1999) 053003:

.. math:: \frac{d\sigma}{d\cos\theta} = \frac{\sigma_0}{2}\Big\{\big[(f^2 + 3g^2)
          + (f^2 - g^2)\, v^{(1)}\cos\theta\big] E^{(1)}p^{(1)}
          - \frac{\Gamma}{M}E^{(0)}p^{(0)}\Big\}

with the positron's energy E, momentum p and velocity v at order 0 and 1. Against the cross section
to all orders in 1/M (A. Strumia and F. Vissani, Phys. Lett. B 564 (2003) 42) the total is right to
0.02 % up to 4 MeV, 0.3 % at 10 MeV and 3 % at 30 MeV: it is for sources and reactors, not for
supernovae.

Energies in MeV, cross sections in cm^2 per proton. Arrays of NumPy or jax.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from gallus.arrays import array_namespace, gauss_legendre
from gallus.constants import (
    ELECTRON_MASS_MEV,
    FERMI_COUPLING_MEV2,
    FINE_STRUCTURE,
    HBAR_MEV_S,
    HBARC_MEV_CM,
    NEUTRON_MASS_MEV,
    PROTON_MASS_MEV,
)
from gallus.database.loader import load
from gallus.errors import InputError
from gallus.interactions.electroweak_corrections import ISOVECTOR_MOMENT

DIFFERENCE_MEV: Final = NEUTRON_MASS_MEV - PROTON_MASS_MEV
NUCLEON_MASS_MEV: Final = 0.5 * (NEUTRON_MASS_MEV + PROTON_MASS_MEV)
ANOMALOUS_MOMENT: Final = ISOVECTOR_MOMENT - 1.0
"""f_2, the difference of the anomalous moments of proton and neutron."""
THRESHOLD_MEV: Final = ((NEUTRON_MASS_MEV + ELECTRON_MASS_MEV) ** 2 - PROTON_MASS_MEV**2) / (
    2.0 * PROTON_MASS_MEV
)
"""Lowest energy of an antineutrino, 1.806 MeV."""
NODES: Final = 16
"""Gauss-Legendre nodes in the cosine of the positron."""


def positron_energy_MeV(energy_MeV: Any, cosine: Any) -> Any:
    """Total energy of the positron at an angle to the antineutrino, exact two-body kinematics.

    Parameters
    ----------
    energy_MeV, cosine : array_like
        Antineutrino energy, from 2 keV above threshold on where one energy belongs to each angle,
        and cosine of the angle; they broadcast.
    """
    xp = array_namespace(energy_MeV, cosine)
    epsilon = energy_MeV / PROTON_MASS_MEV
    recoil = epsilon * cosine
    available = energy_MeV - (NEUTRON_MASS_MEV**2 - PROTON_MASS_MEV**2 - ELECTRON_MASS_MEV**2) / (
        2.0 * PROTON_MASS_MEV
    )
    kappa = (1.0 + epsilon) ** 2 - recoil**2
    root = xp.sqrt(xp.maximum(available**2 - ELECTRON_MASS_MEV**2 * kappa, 0.0))
    return (available * (1.0 + epsilon) + recoil * root) / kappa


def outer_correction(positron_energy_MeV: Any, inner: float) -> Any:
    r"""Outer radiative correction of order alpha, what is left without the constant inner part.

    .. math:: \delta = \frac\alpha\pi\Big[6.00352 + \frac32\ln\frac{m_p}{2E_e}
              + 1.2\Big(\frac{m_e}{E_e}\Big)^{3/2}\Big] - \Delta_{\rm inner}

    The bracket is the approximation of Strumia and Vissani (eq. 14) to A. Kurylov,
    M. J. Ramsey-Musolf and P. Vogel, Phys. Rev. C 67 (2003) 035502, with the photons counted in the
    energy of the positron; it contains the inner part.

    Parameters
    ----------
    positron_energy_MeV : array_like
        Total energy.
    inner : float
        Inner correction contained in the bracket.
    """
    xp = array_namespace(positron_energy_MeV)
    bracket = (
        6.00352
        + 1.5 * xp.log(PROTON_MASS_MEV / (2.0 * positron_energy_MeV))
        + 1.2 * (ELECTRON_MASS_MEV / positron_energy_MeV) ** 1.5
    )
    return FINE_STRUCTURE / math.pi * bracket - inner


@dataclass(frozen=True)
class InverseBetaDecay:
    """Cross section of inverse beta decay.

    Parameters
    ----------
    strength_cm2_per_MeV2 : float
        sigma_0 (f^2 + 3 g^2) with the inner radiative correction: the cross section at leading
        order is this times E p.
    axial_coupling : float
        g, with f = 1.
    inner : float
        Inner radiative correction, which the outer one must not count twice.
    outer_radiative : bool
        Whether the outer radiative correction, +1.0 % at 3 MeV, is included.
    """

    strength_cm2_per_MeV2: float
    axial_coupling: float
    inner: float
    outer_radiative: bool = True

    def __post_init__(self) -> None:
        if not (self.strength_cm2_per_MeV2 > 0.0 and math.isfinite(self.strength_cm2_per_MeV2)):
            raise InputError(
                "is no strength",
                key="strength_cm2_per_MeV2",
                value=self.strength_cm2_per_MeV2,
                allowed="above 0",
            )

    @classmethod
    def from_neutron_lifetime(
        cls, lifetime_s: float | None = None, outer_radiative: bool = True
    ) -> InverseBetaDecay:
        r"""Normalise with the neutron, :math:`2\pi^2/(m_e^5 f^R \tau_n)`.

        Parameters
        ----------
        lifetime_s : float, optional
            That of the database if not given.
        outer_radiative : bool
            Whether the outer radiative correction is included.
        """
        data = load("inverse-beta-decay")
        lifetime = data["neutron_lifetime"].to("s") if lifetime_s is None else lifetime_s
        if not lifetime > 0.0:
            raise InputError("is no lifetime", key="lifetime_s", value=lifetime, allowed="above 0")
        phase_space = ELECTRON_MASS_MEV**5 * data["phase_space"].to("1")
        strength = 2.0 * math.pi**2 * HBAR_MEV_S / (phase_space * lifetime) * HBARC_MEV_CM**2
        return cls(strength, _axial_coupling(), data["inner_correction"].to("1"), outer_radiative)

    @classmethod
    def from_fermi_coupling(cls, outer_radiative: bool = True) -> InverseBetaDecay:
        r"""Normalise with :math:`G_F^2 V_{ud}^2/\pi\,(1 + \Delta_{\rm inner})(1 + 3g^2)`."""
        inner = load("inverse-beta-decay")["inner_correction"].to("1")
        axial, v_ud = _axial_coupling(), load("weak-constants")["v_ud"].to("1")
        strength = (FERMI_COUPLING_MEV2 * v_ud * HBARC_MEV_CM) ** 2 / math.pi
        strength *= (1.0 + inner) * (1.0 + 3.0 * axial**2)
        return cls(strength, axial, inner, outer_radiative)

    def leading_order_cm2(self, energy_MeV: Any) -> Any:
        """Cross section for an infinitely heavy nucleon, strength times E p; for comparison."""
        xp = array_namespace(energy_MeV)
        positron = xp.asarray(energy_MeV) - DIFFERENCE_MEV
        return self.strength_cm2_per_MeV2 * positron * _momentum(positron)

    def angular_cm2(self, energy_MeV: Any, cosine: Any) -> Any:
        """Cross section dsigma/dcos(theta) of the positron's angle; arguments broadcast.

        Parameters
        ----------
        energy_MeV : array_like
            Antineutrino energy.
        cosine : array_like
            Cosine of the angle between positron and antineutrino.

        Returns
        -------
        array
            Zero below threshold.
        """
        xp = array_namespace(energy_MeV, cosine)
        energy, cosine = xp.broadcast_arrays(xp.asarray(energy_MeV), xp.asarray(cosine))
        zeroth = energy - DIFFERENCE_MEV
        open_ = zeroth > ELECTRON_MASS_MEV
        zeroth = xp.where(open_, zeroth, 2.0 * ELECTRON_MASS_MEV)
        first = _first_order_energy(energy, zeroth, cosine)
        open_ = open_ & (first > ELECTRON_MASS_MEV)
        first = xp.where(open_, first, 2.0 * ELECTRON_MASS_MEV)
        ratio = (1.0 - self.axial_coupling**2) / (1.0 + 3.0 * self.axial_coupling**2)
        momentum = _momentum(first)
        value = first * momentum + ratio * cosine * momentum**2
        value = value - self._recoil_term(zeroth, cosine) / NUCLEON_MASS_MEV
        if self.outer_radiative:
            value = value * (1.0 + outer_correction(first, self.inner))
        return xp.where(open_, 0.5 * self.strength_cm2_per_MeV2 * value, 0.0)

    def total_cm2(self, energy_MeV: Any) -> Any:
        """Cross section over all angles, zero below threshold."""
        return self._moment(energy_MeV, 0)

    def mean_cosine(self, energy_MeV: Any) -> Any:
        """Mean cosine of the positron: backward at low energy, forward above 15 MeV."""
        return self._moment(energy_MeV, 1) / self._moment(energy_MeV, 0)

    def _moment(self, energy_MeV: Any, power: int) -> Any:
        xp = array_namespace(energy_MeV)
        cosine, weight = (xp.asarray(values) for values in gauss_legendre(NODES))
        return self.angular_cm2(xp.asarray(energy_MeV)[..., None], cosine) @ (
            weight * cosine**power
        )

    def _recoil_term(self, energy: Any, cosine: Any) -> Any:
        """Gamma E p at order 0 over f^2 + 3 g^2, from p Gamma, which has no pole at rest."""
        g, p = self.axial_coupling, _momentum(energy)
        mass2, pc = ELECTRON_MASS_MEV**2, p * cosine
        magnetic = (2.0 * energy + DIFFERENCE_MEV) * (energy - pc) - mass2
        scalar = DIFFERENCE_MEV * (energy + pc) + mass2
        # E p (1 - cos/v) = E (p - E cos)
        tilt = (energy + DIFFERENCE_MEV) * energy * (p - energy * cosine)
        common = tilt - DIFFERENCE_MEV * energy * p
        total = (
            2.0 * (1.0 + ANOMALOUS_MOMENT) * g * p * magnetic
            + (1.0 + g**2) * p * scalar
            + (1.0 + 3.0 * g**2) * common
            + (1.0 - g**2) * common * pc / energy
        )
        return total / (1.0 + 3.0 * g**2)


def _axial_coupling() -> float:
    return load("weak-constants")["axial_coupling"].to("1")


def _first_order_energy(energy: Any, zeroth: Any, cosine: Any) -> Any:
    """E^(1) = E^(0) [1 - E_nu/M (1 - v^(0) cos)] - (Delta^2 - m_e^2)/2M."""
    constant = 0.5 * (DIFFERENCE_MEV**2 - ELECTRON_MASS_MEV**2) / NUCLEON_MASS_MEV
    shift = energy / NUCLEON_MASS_MEV * (zeroth - _momentum(zeroth) * cosine)
    return zeroth - shift - constant


def _momentum(energy: Any) -> Any:
    """Momentum of a positron, zero below its rest mass."""
    xp = array_namespace(energy)
    square = energy**2 - ELECTRON_MASS_MEV**2
    moving = square > 0.0
    return xp.where(moving, xp.sqrt(xp.where(moving, square, 1.0)), 0.0)
