"""From widths to what is left of an interference: localisation, energy and line damping.

The interference of two mass states is multiplied by xi_loc xi_en xi_line,

    -ln xi_loc  = (Delta m2/(4 E sigma_m))^2/2     = 2 pi^2 (delta_loc/L_osc)^2,
    -ln xi_en   = (Delta m2 L sigma_en/2E^2)^2/2   = 2 pi^2 (L sigma_en/(L_osc E))^2 = (L/L_coh)^2,
    -ln xi_line = abs(Delta m2) L Gamma/4E^2       = pi L Gamma/(L_osc E),

delta = hbar c/(2 sigma), L_osc = 4 pi E/Delta m2 and L_coh = 4 sqrt(2) E^2 delta_en/Delta m2
(Krueger and Schwetz, arXiv:2303.15524; the widths are those of :mod:`gallus.coherence.widths`).
For quantum widths the factors are 1 to all digits of a number, so functions return the exponents
-ln xi. Gamma is the full width of a Lorentz line, from a finite lifetime or from collisions.

:func:`damping` gives all of it for :class:`Widths`; classical spreads are added to these by
:meth:`Widths.with_classical`, for an average over energies or places does what quantum mechanics
does (:mod:`gallus.oscillation.widths`). Arguments may be arrays, the fields of :class:`Widths` are
numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from gallus.arrays import Array
from gallus.constants import HBAR_MEV_S, HBARC_MEV_FM, HBARC_MEV_M
from gallus.oscillation import widths
from gallus.oscillation.base import RADIANS
from gallus.oscillation.widths import check_positive, check_width

Number: TypeAlias = Any
"""A number or an array."""

EV = 1e-6
"""In MeV."""
HBARC_EV_NM = HBARC_MEV_FM
"""MeV fm are eV nm."""


def localisation_exponent(delta_m2_eV2: Number, energy_MeV: Number, sigma_m_eV: Number) -> Array:
    """Exponent -ln xi_loc = (Delta m2/(4 E sigma_m))^2/2; 0 for an infinite sigma_m."""
    check_positive(sigma_m_eV, "sigma_m_eV")
    place_m = HBARC_MEV_M / (2.0 * sigma_m_eV * EV)
    return widths.gaussian_baseline_exponent(delta_m2_eV2, energy_MeV, place_m)


def energy_exponent(
    delta_m2_eV2: Number, energy_MeV: Number, baseline_m: Number, sigma_en_eV: Number
) -> Array:
    """Exponent -ln xi_en = (Delta m2 L sigma_en/2E^2)^2/2."""
    check_width(sigma_en_eV, "sigma_en_eV")
    return widths.gaussian_energy_exponent(delta_m2_eV2, energy_MeV, baseline_m, sigma_en_eV * EV)


def line_exponent(
    delta_m2_eV2: Number, energy_MeV: Number, baseline_m: Number, full_width_eV: Number
) -> Array:
    """Exponent -ln xi_line = abs(Delta m2) L Gamma/4E^2 of a Lorentz line of full width Gamma."""
    check_width(full_width_eV, "full_width_eV")
    return widths.lorentzian_energy_exponent(
        delta_m2_eV2, energy_MeV, baseline_m, full_width_eV * EV
    )


def oscillation_length_m(delta_m2_eV2: Number, energy_MeV: Number) -> Array:
    """L_osc = 4 pi E/abs(Delta m2)."""
    found: Array = 2.0 * math.pi * energy_MeV / (RADIANS * abs(delta_m2_eV2))
    return found


def coherence_length_m(delta_m2_eV2: Number, energy_MeV: Number, sigma_en_eV: Number) -> Array:
    """L_coh = 4 sqrt(2) E^2 sigma_x/abs(Delta m2), sigma_x = hbar c/(2 sigma_en)."""
    check_width(sigma_en_eV, "sigma_en_eV")
    with np.errstate(divide="ignore"):
        size_nm = np.divide(HBARC_EV_NM, 2.0 * np.asarray(sigma_en_eV))
    return widths.coherence_length_m(delta_m2_eV2, energy_MeV, size_nm)


def length_nm(width_eV: Number) -> Array:
    """Length hbar c/(2 sigma): delta_loc of sigma_m, delta_en of sigma_en, delta_x of a packet."""
    check_positive(width_eV, "width_eV")
    found: Array = HBARC_EV_NM / (2.0 * width_eV)
    return found


def width_eV(length_nm: Number) -> Array:
    """Width hbar c/(2 delta), inverse of :func:`length_nm`: a bound on one bounds the other."""
    check_positive(length_nm, "length_nm")
    found: Array = HBARC_EV_NM / (2.0 * length_nm)
    return found


def lifetime_width_eV(mean_life_s: Number) -> Array:
    """Gamma = hbar/tau, the full width of a line of that mean life."""
    check_positive(mean_life_s, "mean_life_s")
    found: Array = HBAR_MEV_S / EV / mean_life_s
    return found


def collision_width_eV(distance_nm: Number, velocity: Number) -> Array:
    """Gamma = hbar v/d for a collision after every d; v in units of c."""
    check_positive(distance_nm, "distance_nm")
    check_width(velocity, "velocity")
    found: Array = HBARC_EV_NM * velocity / distance_nm
    return found


def orders_of_magnitude(classical: Number, quantum: Number) -> Array:
    """Decimal logarithm of classical/quantum: by how many orders the first width dominates."""
    check_positive(classical, "classical")
    check_positive(quantum, "quantum")
    found: Array = np.log10(classical / quantum)
    return found


@dataclass(frozen=True)
class Widths:
    """What damps: sigma_m (infinite for none), sigma_en and the full width of a Lorentz line.

    Raises
    ------
    InputError
        If sigma_m is not above 0, or another width is negative.
    """

    sigma_m_eV: float
    sigma_en_eV: float
    full_width_eV: float = 0.0

    def __post_init__(self) -> None:
        check_positive(self.sigma_m_eV, "sigma_m_eV")
        check_width(self.sigma_en_eV, "sigma_en_eV")
        check_width(self.full_width_eV, "full_width_eV")

    def with_classical(self, energy_eV: float = 0.0, position_m: float = 0.0) -> Widths:
        """Add classical spreads in quadrature: to sigma_en, and to delta_loc = hbar c/(2 sigma_m).

        `energy_eV` is the standard deviation of the energy, as of a detector's resolution;
        `position_m` that of the distance, as of a source's size.
        """
        check_width(energy_eV, "energy_eV")
        check_width(position_m, "position_m")
        # In units of 1/eV: 1/sigma_m is twice delta_loc.
        twice_length = math.hypot(1.0 / self.sigma_m_eV, 2e9 * position_m / HBARC_EV_NM)
        return replace(
            self,
            sigma_m_eV=1.0 / twice_length if twice_length else math.inf,
            sigma_en_eV=math.hypot(self.sigma_en_eV, energy_eV),
        )


@dataclass(frozen=True)
class Damping:
    """Exponents -ln xi of the three causes, and the lengths that they belong to."""

    localisation: Array
    energy: Array
    line: Array
    oscillation_length_m: Array
    coherence_length_m: Array

    @property
    def exponent(self) -> Array:
        """Exponent of all causes together, minus the logarithm of :attr:`xi`."""
        return self.localisation + self.energy + self.line

    @property
    def xi_loc(self) -> Array:
        """exp(-localisation)."""
        return _exp_minus(self.localisation)

    @property
    def xi_en(self) -> Array:
        """exp(-energy)."""
        return _exp_minus(self.energy)

    @property
    def xi_line(self) -> Array:
        """exp(-line)."""
        return _exp_minus(self.line)

    @property
    def xi(self) -> Array:
        """Product of the three: what is left of the interference."""
        return _exp_minus(self.exponent)


def damping(
    spreads: Widths, delta_m2_eV2: Number, energy_MeV: Number, baseline_m: Number
) -> Damping:
    """Damping of the interference of two mass states at a distance, by each cause."""
    sigma = spreads.sigma_en_eV
    return Damping(
        localisation=localisation_exponent(delta_m2_eV2, energy_MeV, spreads.sigma_m_eV),
        energy=energy_exponent(delta_m2_eV2, energy_MeV, baseline_m, sigma),
        line=line_exponent(delta_m2_eV2, energy_MeV, baseline_m, spreads.full_width_eV),
        oscillation_length_m=oscillation_length_m(delta_m2_eV2, energy_MeV),
        coherence_length_m=coherence_length_m(delta_m2_eV2, energy_MeV, sigma),
    )


def _exp_minus(exponent: Array) -> Array:
    return np.exp(-exponent)
