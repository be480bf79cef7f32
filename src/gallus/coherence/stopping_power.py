r"""Energy that electrons and positrons lose in collisions, per path.

Use :func:`stopping_power_MeV_per_cm` with a medium of :mod:`gallus.coherence.media`. Two formulas,
both

.. math:: -\frac{dE}{dx} = \frac K2\frac ZA\frac{\rho}{\beta^2}\,(L - \delta),\qquad
          K = 4\pi N_A r_e^2 m_e

``berger-seltzer`` is right for electrons and positrons (M. J. Berger and S. M. Seltzer, NBSIR
82-2550; Moller and Bhabha scattering in the close collisions); ``heavy-bethe`` is Bethe's formula
for particles much heavier than an electron, what the name of Bethe alone means in many texts. The
two differ by 10-15 % at 0.2-5 MeV. Neither has shell corrections: losses are right to 1-2 % above
100 keV, to 10 % in heavy media at 10 keV (ICRU Report 37). Radiation is not counted.

Energies in MeV, mean excitation energies in eV. Functions take arrays of kinetic energies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import numpy as np

from gallus.arrays import Array
from gallus.coherence.media import Medium
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, HBARC_MEV_CM
from gallus.errors import InputError, unknown_name

Lepton = Literal["electron", "positron"]
Formula = Literal["heavy-bethe", "berger-seltzer"]
DensityEffect = Literal["sternheimer", "none"]

ELECTRON_RADIUS_CM: Final = FINE_STRUCTURE * HBARC_MEV_CM / ELECTRON_MASS_MEV
STOPPING_MEV_CM2: Final = 4.0 * math.pi * ELECTRON_RADIUS_CM**2 * ELECTRON_MASS_MEV
"""K of one electron, 4 pi r_e^2 m_e; times Avogadro's number 0.307075 MeV cm^2/mol."""
LN10: Final = math.log(10.0)


def stopping_power_MeV_per_cm(
    kinetic_energy_MeV: Any,
    medium: Medium,
    lepton: Lepton = "electron",
    formula: Formula = "heavy-bethe",
    density_effect: DensityEffect = "sternheimer",
) -> Array:
    """Collision stopping power -dE/dx, see :func:`mass_stopping_power_MeV_cm2_per_g`."""
    mass = mass_stopping_power_MeV_cm2_per_g(
        kinetic_energy_MeV, medium, lepton, formula, density_effect
    )
    return mass * medium.density_g_per_cm3


def mass_stopping_power_MeV_cm2_per_g(
    kinetic_energy_MeV: Any,
    medium: Medium,
    lepton: Lepton = "electron",
    formula: Formula = "heavy-bethe",
    density_effect: DensityEffect = "sternheimer",
) -> Array:
    r"""Collision stopping power over density, :math:`(K/2)(Z/A)\beta^{-2}(L - \delta)`.

    Parameters
    ----------
    kinetic_energy_MeV : array_like
        Kinetic energy.
    medium : Medium
        What is crossed.
    lepton : str
        ``electron`` or ``positron``; the same in ``heavy-bethe``.
    formula : str
        ``heavy-bethe`` or ``berger-seltzer``.
    density_effect : str
        ``sternheimer`` or ``none``.

    Raises
    ------
    InputError
        If a choice is unknown, an energy is not above 0, or so low that the formula gives no
        loss (below about I/4 in ``heavy-bethe``, I in ``berger-seltzer``).
    """
    energy = np.asarray(kinetic_energy_MeV, dtype=float)
    if not np.all(np.isfinite(energy) & (energy > 0.0)):
        raise InputError("is not above 0", key="kinetic_energy_MeV", value=kinetic_energy_MeV)
    tau = energy / ELECTRON_MASS_MEV
    beta_squared = tau * (tau + 2.0) / (tau + 1.0) ** 2
    number = stopping_number(tau, medium.mean_excitation_energy_eV, lepton, formula)
    net = number - _density_correction(tau, medium, density_effect)
    if not np.all(net > 0.0):
        raise InputError(
            f"is too low for the formula {formula}: it gives no loss in {medium.name}",
            key="kinetic_energy_MeV",
            value=float(np.min(energy)),
            allowed=f"well above I = {medium.mean_excitation_energy_eV:.4g} eV",
        )
    loss: Array = 0.5 * STOPPING_MEV_CM2 * medium.electrons_per_g / beta_squared * net
    return loss


def stopping_number(tau: Any, excitation_eV: float, lepton: Lepton, formula: Formula) -> Array:
    r"""L without density effect, from the kinetic energy in electron masses.

    ``berger-seltzer``: :math:`\ln[\tau^2(\tau + 2)m^2/2I^2] + F^\mp(\tau)`.

    ``heavy-bethe``: :math:`2\ln(2m\beta^2\gamma^2/I) - 2\beta^2`, the largest transfer being
    :math:`2m\beta^2\gamma^2`.

    Raises
    ------
    InputError
        If formula or lepton is unknown.
    """
    if formula not in ("heavy-bethe", "berger-seltzer"):
        raise unknown_name("formula", formula, ("heavy-bethe", "berger-seltzer"))
    if lepton not in CLOSE_COLLISIONS:
        raise unknown_name("lepton", lepton, CLOSE_COLLISIONS)
    tau = np.asarray(tau, dtype=float)
    excitation = excitation_eV * 1e-6 / ELECTRON_MASS_MEV
    if formula == "heavy-bethe":
        momentum_squared = tau * (tau + 2.0)
        beta_squared = momentum_squared / (tau + 1.0) ** 2
        heavy: Array = 2.0 * np.log(2.0 * momentum_squared / excitation) - 2.0 * beta_squared
        return heavy
    soft: Array = 2.0 * np.log(tau / excitation) + np.log(0.5 * (tau + 2.0))
    return soft + CLOSE_COLLISIONS[lepton](tau)


def moller_term(tau: Array) -> Array:
    """F-, what Moller scattering adds; the faster of the two electrons is the primary one."""
    gamma = tau + 1.0
    return (1.0 + tau * tau / 8.0 - (2.0 * tau + 1.0) * math.log(2.0)) / (gamma * gamma)


def bhabha_term(tau: Array) -> Array:
    """F+, what Bhabha scattering adds."""
    gamma, inverse = tau + 1.0, 1.0 / (tau + 2.0)
    beta_squared = tau * (tau + 2.0) / (gamma * gamma)
    series = 23.0 + inverse * (14.0 + inverse * (10.0 + 4.0 * inverse))
    return 2.0 * math.log(2.0) - beta_squared / 12.0 * series


CLOSE_COLLISIONS: Final[Mapping[Lepton, Callable[[Array], Array]]] = {
    "electron": moller_term,
    "positron": bhabha_term,
}


def density_correction(beta_gamma: Any, medium: Medium) -> Array:
    r"""Density effect delta, by which the medium screens the field of a fast particle.

    :math:`2 \ln 10\,X - C + a(x_1 - X)^m` with :math:`X = \log_{10}\beta\gamma`, without the last
    term above x1 and :math:`\delta_0 10^{2(X - x_0)}` below x0 (conductors). Only
    :math:`I/\sqrt{\rho}` enters the physics, so that another density or excitation energy shifts X.
    """
    fit = medium.density_effect
    excitation = medium.mean_excitation_energy_eV / fit.excitation_eV
    density = medium.density_g_per_cm3 / fit.density_g_per_cm3
    x = np.log10(np.asarray(beta_gamma, dtype=float)) - math.log10(excitation / math.sqrt(density))
    bend = fit.a * np.maximum(fit.x1 - x, 0.0) ** fit.m
    below = fit.delta0 * 10.0 ** (2.0 * np.minimum(x - fit.x0, 0.0))
    delta: Array = np.where(x < fit.x0, below, 2.0 * LN10 * x - fit.c + bend)
    return delta


def _density_correction(tau: Array, medium: Medium, choice: DensityEffect) -> Array:
    if choice not in ("sternheimer", "none"):
        raise unknown_name("density effect", choice, ("sternheimer", "none"))
    if choice == "none":
        return np.zeros_like(tau)
    return density_correction(np.sqrt(tau * (tau + 2.0)), medium)
