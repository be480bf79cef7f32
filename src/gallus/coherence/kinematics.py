r"""How fast external particles move: thermal motion, recoils, and what a neutrino leaves behind.

Use :func:`thermal_velocity` for what is bound, :func:`inverse_beta_decay` and
:func:`gallium_capture` for the exact kinematics of detection, :func:`capture_neutrino_energy_MeV`
for nuclei that recoil from a decay, :func:`atomic_mass_MeV` for their masses. Velocities are in
units of c, energies and momenta in MeV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gallus.arrays import Array
from gallus.constants import (
    ATOMIC_MASS_MEV,
    BOLTZMANN_MEV_PER_K,
    ELECTRON_MASS_MEV,
    NEUTRON_MASS_MEV,
    PROTON_MASS_MEV,
)
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name


def thermal_velocity(mass_MeV: Any, temperature_K: Any) -> Array:
    """Root mean square velocity along one axis, sqrt(kT/M)."""
    ratio = BOLTZMANN_MEV_PER_K * _not_negative(temperature_K, "temperature_K")
    return np.sqrt(ratio / _positive(mass_MeV, "mass_MeV"))


def velocity_of_momentum(momentum_MeV: Any, mass_MeV: Any) -> Array:
    """p/sqrt(p^2 + m^2)."""
    momentum = _not_negative(momentum_MeV, "momentum_MeV")
    return momentum / np.hypot(momentum, _positive(mass_MeV, "mass_MeV"))


def velocity_of_kinetic_energy(kinetic_energy_MeV: Any, mass_MeV: Any) -> Array:
    """sqrt(T(T + 2m))/(T + m)."""
    return velocity_of_momentum(momentum_of_kinetic_energy(kinetic_energy_MeV, mass_MeV), mass_MeV)


def momentum_of_kinetic_energy(kinetic_energy_MeV: Any, mass_MeV: Any) -> Array:
    """sqrt(T(T + 2m))."""
    energy = _not_negative(kinetic_energy_MeV, "kinetic_energy_MeV")
    return np.sqrt(energy * (energy + 2.0 * _positive(mass_MeV, "mass_MeV")))


def kinetic_energy_of_velocity(velocity: Any, mass_MeV: Any) -> Array:
    """(gamma - 1) m, right for slow particles too."""
    beta = _not_negative(velocity, "velocity")
    if not np.all(beta < 1.0):
        raise InputError("is not below that of light", key="velocity", value=velocity)
    root = np.sqrt((1.0 - beta) * (1.0 + beta))
    energy: Array = _positive(mass_MeV, "mass_MeV") * beta * beta / (root * (1.0 + root))
    return energy


def atomic_mass_MeV(nuclide: str) -> float:
    """Mass of a neutral atom in its ground state, ``51Cr``, from the evaluation of 2012.

    Raises
    ------
    InputError
        If the nuclide is not in the data set ``nuclide-masses``.
    """
    excesses = load("nuclide-masses").quantities
    if nuclide not in excesses:
        raise unknown_name("nuclide", nuclide, excesses)
    number = int("".join(letter for letter in nuclide if letter.isdigit()))
    return number * ATOMIC_MASS_MEV + excesses[nuclide].to("MeV")


def capture_neutrino_energy_MeV(parent_mass_MeV: Any, daughter_mass_MeV: Any) -> Array:
    """Neutrino from the capture of an electron, (M^2 - M'^2)/2M; the recoil has its momentum.

    Parameters
    ----------
    parent_mass_MeV, daughter_mass_MeV : array_like
        Masses of the atoms. That of the daughter includes what stays in it: the excitation of the
        nucleus and the hole in the shell.

    Raises
    ------
    InputError
        If the daughter is heavier.
    """
    parent = _positive(parent_mass_MeV, "parent_mass_MeV")
    daughter = _positive(daughter_mass_MeV, "daughter_mass_MeV")
    if np.any(parent < daughter):
        raise InputError("is heavier than the parent", key="daughter_mass_MeV", value=daughter)
    energy: Array = (parent - daughter) * (parent + daughter) / (2.0 * parent)
    return energy


def light_energy_MeV(
    neutrino_energy_MeV: Any, cosine: Any, target_MeV: float, heavy_MeV: float, light_MeV: float
) -> Array:
    r"""Total energy of the lepton of nu + target -> heavy + lepton at an angle, target at rest.

    With :math:`A = E + M` and :math:`\Delta = A E_l - E p_l \cos\theta`, which mass shells fix,

    .. math:: E_l = \frac{A\Delta + E\cos\theta\sqrt{\Delta^2 - m^2(A^2 - E^2\cos^2\theta)}}
              {A^2 - E^2\cos^2\theta}

    Parameters
    ----------
    neutrino_energy_MeV, cosine : array_like
        E and the cosine of the lepton to the neutrino; they broadcast.
    target_MeV, heavy_MeV, light_MeV : float
        Masses.

    Raises
    ------
    InputError
        If the neutrino is below threshold, or gives two energies at one angle, which happens
        within 1 eV above the threshold of inverse beta decay.
    """
    energy = _positive(neutrino_energy_MeV, "neutrino_energy_MeV")
    along = energy * _cosine(cosine)
    total = energy + target_MeV
    at_rest = 0.5 * ((target_MeV - heavy_MeV) * (target_MeV + heavy_MeV) + light_MeV**2)
    shell = at_rest + target_MeV * energy
    invariant = total * total - along * along
    square = shell * shell - light_MeV**2 * invariant
    # A second solution, backward in the centre of mass, exists while that moves faster than it.
    if np.any(square < 0.0) or np.any(shell < light_MeV * total):
        threshold = ((heavy_MeV + light_MeV) ** 2 - target_MeV**2) / (2.0 * target_MeV)
        # Rounded up by 10 to 20 eV, which covers the two energies at one angle.
        allowed = f"above {math.ceil(1e5 * threshold + 1.0) / 1e5:.7g}"
        raise InputError(
            "is too low: below threshold, or two energies at one angle",
            key="neutrino_energy_MeV",
            value=float(energy.min()),
            allowed=allowed,
        )
    lepton: Array = (total * shell + along * np.sqrt(square)) / invariant
    return lepton


@dataclass(frozen=True)
class FinalState:
    """What leaves a detection: a light lepton and a heavy recoil; arrays.

    `heavy_cosine` is that of the recoil to the neutrino.
    """

    light_kinetic_energy_MeV: Array
    light_velocity: Array
    heavy_momentum_MeV: Array
    heavy_velocity: Array
    heavy_cosine: Array


def inverse_beta_decay(neutrino_energy_MeV: Any, cosine: Any = 0.0) -> FinalState:
    """Positron (light) and neutron (heavy) of inverse beta decay on a proton at rest."""
    return _final_state(
        neutrino_energy_MeV, cosine, PROTON_MASS_MEV, NEUTRON_MASS_MEV, ELECTRON_MASS_MEV
    )


def gallium_capture(neutrino_energy_MeV: Any, cosine: Any = 0.0) -> FinalState:
    """Electron (light) and ion of 71Ge (heavy) after capture to the ground state of 71Ge.

    The electron has E - 0.2325 MeV, less the recoil of at most 20 eV for 51Cr: the mass difference
    of the atoms and what the electron shell takes to rearrange.
    """
    data = load("germanium-71")
    target = atomic_mass_MeV("71Ga")
    gained = data["q_value"].to("MeV") + data["rearrangement_energy"].to("MeV")
    return _final_state(
        neutrino_energy_MeV, cosine, target, target + gained - ELECTRON_MASS_MEV, ELECTRON_MASS_MEV
    )


def _final_state(
    neutrino_energy_MeV: Any, cosine: Any, target: float, heavy: float, light: float
) -> FinalState:
    energy, along = np.broadcast_arrays(
        np.asarray(neutrino_energy_MeV, dtype=float), np.asarray(cosine, dtype=float)
    )
    kinetic = light_energy_MeV(energy, along, target, heavy, light) - light
    momentum = momentum_of_kinetic_energy(kinetic, light)
    recoil_along = energy - momentum * along
    recoil = np.hypot(recoil_along, momentum * np.sqrt(1.0 - along * along))
    return FinalState(
        kinetic,
        velocity_of_momentum(momentum, light),
        recoil,
        velocity_of_momentum(recoil, heavy),
        # At threshold of a heavy target both may stand still; then no direction is meant.
        recoil_along / np.where(recoil > 0.0, recoil, 1.0),
    )


def _positive(value: Any, key: str) -> Array:
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array) & (array > 0.0)):
        raise InputError("is not above 0", key=key, value=value, allowed="above 0")
    return array


def _not_negative(value: Any, key: str) -> Array:
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array) & (array >= 0.0)):
        raise InputError("is negative or no number", key=key, value=value, allowed="0 or more")
    return array


def _cosine(value: Any) -> Array:
    array = np.asarray(value, dtype=float)
    if not np.all(np.abs(array) <= 1.0):
        raise InputError("is no cosine", key="cosine", value=value, allowed="-1 to 1")
    return array
