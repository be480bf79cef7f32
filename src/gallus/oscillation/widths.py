"""Widths that wash out oscillations: of wave packets, sources, detectors and lines.

Quantum mechanics and classical averaging damp alike, cos(phi) -> D cos(phi), so that only both
together can be measured (Kiers, Nussinov and Weiss, hep-ph/9506271; Stodolsky 1998). Independent
causes multiply their factors D: Gaussian widths add in quadrature, Lorentzian ones add up, others
have no width in common. In all formulas phi = Delta m2 L/2E. The functions `*_exponent` give
-ln D, which stays exact where D is 1 to all digits, as for quantum widths.

Conventions: widths are standard deviations of probabilities, so an amplitude has
exp[-x^2/(4 sigma_x^2)] and exp[-(E - E_0)^2/(4 sigma_E^2)]; sigma_x sigma_E = hbar c/2.

Functions raise InputError for a width that is negative or no number, or zero where they divide by
it; :func:`conjugate` and :func:`separation_per_m` do not look, for use in inner loops.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.constants import HBARC_MEV_FM
from gallus.errors import InputError
from gallus.oscillation.base import RADIANS, sine_ratio

Number: TypeAlias = Any
"""A number or an array, of NumPy or jax."""

HBARC_MEV_NM = HBARC_MEV_FM * 1e-6

COHERENCE = 4.0 * math.sqrt(2.0) * 1e12 * 1e-9
"""4 sqrt(2) MeV^2 nm/eV^2 in m."""


def conjugate_width_MeV(position_width_nm: Number) -> Array:
    """sigma_E = hbar c/(2 sigma_x)."""
    check_positive(position_width_nm, "position_width_nm")
    return conjugate(position_width_nm)


def conjugate_width_nm(energy_width_MeV: Number) -> Array:
    """sigma_x = hbar c/(2 sigma_E)."""
    check_positive(energy_width_MeV, "energy_width_MeV")
    return conjugate(energy_width_MeV)


def conjugate(width: Number) -> Array:
    """Return hbar c/(2 width): from nm to MeV and back."""
    found: Array = HBARC_MEV_NM / (2.0 * width)
    return found


def coherence_length_m(
    delta_m2_eV2: Number, energy_MeV: Number, position_width_nm: Number
) -> Array:
    """L_coh = 4 sqrt(2) E^2 sigma_x/abs(Delta m2): interference falls as exp[-(L/L_coh)^2].

    Equal to :func:`gaussian_energy_damping` with sigma_E = hbar c/(2 sigma_x).
    """
    check_positive(position_width_nm, "position_width_nm")
    length: Array = COHERENCE * energy_MeV * energy_MeV * position_width_nm / abs(delta_m2_eV2)
    return length


def separation_per_m(energy_MeV: Number, position_width_nm: Number) -> Array:
    """1/L_coh for 1 eV2."""
    per_m: Array = 1.0 / (COHERENCE * energy_MeV * energy_MeV * position_width_nm)
    return per_m


def quadrature_sum(*widths: Number) -> Array:
    """sqrt(sum of squares): the width of independent Gaussian causes together."""
    for number, width in enumerate(widths):
        check_width(width, f"widths[{number}]")
    xp = array_namespace(*widths)
    together: Array = xp.sqrt(sum(width * width for width in widths))
    return together


def gaussian_energy_damping(
    delta_m2_eV2: Number,
    energy_MeV: Number,
    baseline_m: Number,
    energy_width_MeV: Number,
) -> Array:
    """exp[-(Delta m2 L sigma_E/2E^2)^2/2] for a Gaussian spread of the energy.

    A line of that width, a detector of that resolution or a wave packet; to first order in
    sigma_E/E.
    """
    exponent = gaussian_energy_exponent(delta_m2_eV2, energy_MeV, baseline_m, energy_width_MeV)
    return _exp_minus(exponent)


def gaussian_energy_exponent(
    delta_m2_eV2: Number,
    energy_MeV: Number,
    baseline_m: Number,
    energy_width_MeV: Number,
) -> Array:
    """(Delta m2 L sigma_E/2E^2)^2/2, minus the logarithm of :func:`gaussian_energy_damping`."""
    check_width(energy_width_MeV, "energy_width_MeV")
    phase = RADIANS * delta_m2_eV2 * baseline_m / energy_MeV
    spread = phase * energy_width_MeV / energy_MeV
    exponent: Array = 0.5 * spread * spread
    return exponent


def gaussian_baseline_damping(
    delta_m2_eV2: Number, energy_MeV: Number, position_width_m: Number
) -> Array:
    """exp[-(Delta m2 d/2E)^2/2] for a Gaussian spread d of the length, exact.

    A source or detector of that size (squares add), or the localisation of a quantum process:
    d = hbar c/(2 sigma_m) with the width sigma_m of the mass shell gives
    exp[-(Delta m2/(4 E sigma_m))^2/2].
    """
    return _exp_minus(gaussian_baseline_exponent(delta_m2_eV2, energy_MeV, position_width_m))


def gaussian_baseline_exponent(
    delta_m2_eV2: Number, energy_MeV: Number, position_width_m: Number
) -> Array:
    """(Delta m2 d/2E)^2/2, minus the logarithm of :func:`gaussian_baseline_damping`."""
    check_width(position_width_m, "position_width_m")
    spread = RADIANS * delta_m2_eV2 * position_width_m / energy_MeV
    exponent: Array = 0.5 * spread * spread
    return exponent


def lorentzian_energy_damping(
    delta_m2_eV2: Number,
    energy_MeV: Number,
    baseline_m: Number,
    full_width_MeV: Number,
) -> Array:
    """exp[-abs(Delta m2) L Gamma/4E^2] for a Lorentzian line of full width Gamma at half maximum.

    Natural and collisional widths; to first order in Gamma/E.
    """
    return _exp_minus(
        lorentzian_energy_exponent(delta_m2_eV2, energy_MeV, baseline_m, full_width_MeV)
    )


def lorentzian_energy_exponent(
    delta_m2_eV2: Number,
    energy_MeV: Number,
    baseline_m: Number,
    full_width_MeV: Number,
) -> Array:
    """abs(Delta m2) L Gamma/4E^2, minus the logarithm of :func:`lorentzian_energy_damping`."""
    check_width(full_width_MeV, "full_width_MeV")
    phase = RADIANS * abs(delta_m2_eV2) * baseline_m / energy_MeV
    exponent: Array = 0.5 * phase * full_width_MeV / energy_MeV
    return exponent


def uniform_baseline_damping(
    delta_m2_eV2: Number, energy_MeV: Number, full_width_m: Number
) -> Array:
    """sin(x)/x with x = Delta m2 W/4E for lengths spread evenly over W, exact."""
    check_width(full_width_m, "full_width_m")
    return sine_ratio(0.5 * RADIANS * delta_m2_eV2 * full_width_m / energy_MeV)


def _exp_minus(exponent: Number) -> Array:
    damping: Array = array_namespace(exponent).exp(-exponent)
    return damping


def check_positive(value: Number, key: str) -> None:
    """Raise InputError unless all values are above 0; those of jax are not looked at."""
    if not is_traceable(value) and not np.all(np.asarray(value) > 0):
        raise InputError("is not above 0", key=key, value=value, allowed="a number above 0")


def check_width(value: Number, key: str) -> None:
    """Raise InputError unless all values are 0 or more; those of jax are not looked at."""
    if not is_traceable(value) and not np.all(np.asarray(value) >= 0):
        raise InputError("is not a width", key=key, value=value, allowed="a number, 0 or more")
