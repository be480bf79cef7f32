r"""Flavours of solar neutrinos at the Earth by day, in the adiabatic limit of the MSW effect.

Use :func:`flavours_at_earth` for a source that is spread over densities. A neutrino made at an
electron density n_e leaves the Sun in the mass states

.. math:: T = (c_{13}^2\cos^2\theta_m,\; c_{13}^2\sin^2\theta_m,\; s_{13}^2), \qquad
          P_\alpha = \sum_i |U_{\alpha i}|^2\, T_i

so that P_ee = c13^4 [1 + cos 2theta_12 cos 2theta_m]/2 + s13^4 (S. J. Parke, Phys. Rev. Lett. 57
(1986) 1275), with the potential c13^2 sqrt(2) G_F n_e. Left out: the Earth at night, which adds
1-2 % to P_ee of 8B and nothing measurable below 2 MeV; the jump between states, below 1e-5 for the
measured splitting; the change of theta_13 in the Sun, 2e-3 of P_ee at 10 MeV and less below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gallus.arrays import Array
from gallus.constants import AVOGADRO, FERMI_COUPLING_MEV2, HBARC_MEV_CM
from gallus.errors import InputError
from gallus.interactions.scattering_couplings import FLAVOURS, Flavour
from gallus.oscillation.active import active_mixing, best_fit

EV_PER_MEV = 1e6


def matter_potential_eV(density_mol_per_cm3: Array) -> Array:
    """Potential sqrt(2) G_F n_e of nu_e, 7.6e-14 eV per mol of electrons in a cm3."""
    density = np.asarray(density_mol_per_cm3, dtype=np.float64)
    electrons_MeV3 = density * AVOGADRO * HBARC_MEV_CM**3
    potential: Array = math.sqrt(2.0) * FERMI_COUPLING_MEV2 * electrons_MeV3 * EV_PER_MEV
    return potential


def effective_cosine(
    energy_MeV: Array, potential_eV: Array, sin2_theta_12: float, delta_m2_21_eV2: float
) -> Array:
    """Return cos 2theta_m of two flavours in matter; arguments broadcast.

    (D cos 2theta - V)/sqrt[(D cos 2theta - V)^2 + (D sin 2theta)^2] with D = Delta m2/2E.

    Parameters
    ----------
    energy_MeV : array
        Neutrino energy, above 0.
    potential_eV : array
        Potential in the basis of the two flavours.
    sin2_theta_12, delta_m2_21_eV2 : float
        Mixing and splitting in vacuum.
    """
    scale = delta_m2_21_eV2 / (2.0 * EV_PER_MEV * np.asarray(energy_MeV, dtype=np.float64))
    along = scale * (1.0 - 2.0 * sin2_theta_12) - potential_eV
    across = scale * 2.0 * math.sqrt(sin2_theta_12 * (1.0 - sin2_theta_12))
    cosine: Array = along / np.hypot(along, across)
    return cosine


def mass_states(
    energy_MeV: Array, density_mol_per_cm3: Array, share: Array, mixing: Mapping[str, float]
) -> Array:
    """Shares of the mass states in what leaves the Sun, shape (3, energies).

    Parameters
    ----------
    energy_MeV : array, shape (n,)
        Neutrino energies.
    density_mol_per_cm3, share : array, shape (r,)
        Electron densities where the neutrinos are made, and the shares made there, which add up
        to 1.
    mixing : mapping
        ``sin2_theta_12``, ``sin2_theta_13``, ``delta_m2_21_eV2``.

    Raises
    ------
    InputError
        If the shares do not add up to 1.
    """
    if not abs(np.sum(share) - 1.0) < 1e-9:
        raise InputError("do not add up to 1", key="share", value=float(np.sum(share)))
    cos2_13 = 1.0 - mixing["sin2_theta_13"]
    cosine = effective_cosine(
        np.asarray(energy_MeV)[:, None],
        cos2_13 * matter_potential_eV(density_mol_per_cm3),
        mixing["sin2_theta_12"],
        mixing["delta_m2_21_eV2"],
    )
    first = 0.5 * (1.0 + cosine @ share)
    return np.stack(
        [cos2_13 * first, cos2_13 * (1.0 - first), np.full_like(first, mixing["sin2_theta_13"])]
    )


def flavours_at_earth(
    energy_MeV: Array,
    density_mol_per_cm3: Array,
    share: Array,
    mixing: Mapping[str, float] | None = None,
) -> dict[Flavour, Array]:
    """Probabilities of the three flavours at the Earth by day, shape (n,) each.

    Parameters
    ----------
    energy_MeV, density_mol_per_cm3, share : array
        As of :func:`mass_states`.
    mixing : mapping, optional
        Parameters of the three flavours by the names of :data:`gallus.oscillation.active.ACTIVE`;
        NuFIT's best fit, normal ordering, if not given.
    """
    values = best_fit("normal") if mixing is None else mixing
    states = mass_states(energy_MeV, density_mol_per_cm3, share, values)
    matrix = np.array(active_mixing(values).matrix(), dtype=np.complex128)
    return dict(zip(FLAVOURS, np.abs(matrix) ** 2 @ states, strict=True))
