r"""What is left of the direction of a slow electron: scattering, range and Cherenkov light.

Telling the lines of 51Cr apart by the angle (:mod:`gallus.forecast.questions.recoil_angle`) needs
the direction that the electron had at its start. In a liquid it is known only from the Cherenkov
light, above :func:`cherenkov_threshold_MeV`, and is lost within :func:`path_to_angle_mm` by
multiple scattering,

.. math:: \theta_0^2 = \Big[1 + 0.038 \ln\frac{x}{X_0 \beta^2}\Big]^2
          \int_0^x \Big(\frac{13.6\,\mathrm{MeV}}{\beta p}\Big)^2 \frac{dx'}{X_0}

per axis (V. L. Highland, with the constants of the Particle Data Group), the electron slowing down
on its way. The paths are shorter than the 1e-3 radiation lengths from which the formula holds to
11 %: the angles are estimates. :func:`light_and_scattering` puts it together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.coherence.media import medium
from gallus.coherence.stopping_power import stopping_power_MeV_per_cm
from gallus.constants import AVOGADRO, ELECTRON_MASS_MEV, FINE_STRUCTURE
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.interactions.target_material import Material, element_table, material

DATA = "electron-tracks"
PREFIX = "refractive_index_"
STEPS = 400
"""Energies at which an electron is followed: the path is exact to 1e-4."""
STOPPED_MEV = 1e-3
"""Energy at which an electron counts as stopped: its last 1e-5 cm do not matter."""
CM_PER_NM = 1e-7
MM_PER_CM = 10.0


@dataclass(frozen=True)
class ElectronTrack:
    """Light and scattering of one electron.

    Parameters
    ----------
    material : str
        Target.
    energy_MeV : float
        Kinetic energy at the start.
    threshold_MeV : float
        Kinetic energy above which there is Cherenkov light.
    photons : float
        Cherenkov photons in the window of the database, over the whole track.
    range_mm : float
        Length of the track.
    lost_after_mm, lost_at_deg : float
        Path after which the direction is off by an angle, per axis; infinite if never.
    """

    material: str
    energy_MeV: float
    threshold_MeV: float
    photons: float
    range_mm: float
    lost_after_mm: float
    lost_at_deg: float


def transparent_materials() -> tuple[str, ...]:
    """Names of the materials whose refractive index the database has."""
    return tuple(
        key.removeprefix(PREFIX) for key in load(DATA).quantities if key.startswith(PREFIX)
    )


def refractive_index(name: str) -> float:
    """Refractive index of a material of :func:`transparent_materials`.

    Raises
    ------
    InputError
        If the database has none.
    """
    if name not in transparent_materials():
        raise unknown_name("transparent material", name, transparent_materials())
    return load(DATA)[PREFIX + name].to("1")


def cherenkov_threshold_MeV(index: float) -> float:
    """Kinetic energy m [1/sqrt(1 - 1/n^2) - 1] above which an electron emits Cherenkov light.

    Raises
    ------
    InputError
        If the refractive index is not above 1.
    """
    if not index > 1:
        raise InputError("is no refractive index", key="index", value=index, allowed="above 1")
    return ELECTRON_MASS_MEV * (1 / math.sqrt(1 - index**-2) - 1)


def radiation_length_cm(target: Material) -> float:
    """Radiation length of a material, 1/X0 = sum w_i/X_i by mass, X_i = 716.4 A/[Z(Z+1) ln ...]."""
    data, table = load(DATA), element_table()
    constant = data["radiation_length_constant"].to("g/cm2")
    number = data["radiation_length_logarithm"].to("1")
    inverse = 0.0
    for symbol, atoms in target.atoms_per_g.items():
        charge, _ = table.charge_and_mass(symbol)
        # w/A of an element is atoms per gram over Avogadro's number.
        logarithm = math.log(number / math.sqrt(charge))
        inverse += atoms / AVOGADRO * charge * (charge + 1) * logarithm / constant
    return 1 / (inverse * target.density_g_per_cm3)


def light_and_scattering(name: str, energy_MeV: float, lost_at_deg: float) -> ElectronTrack:
    """Follow an electron until it stops.

    Parameters
    ----------
    name : str
        Material: ``water`` or ``lab``.
    energy_MeV : float
        Kinetic energy at the start.
    lost_at_deg : float
        Angle per axis at which the direction counts as lost.

    Raises
    ------
    InputError
        If the energy is that of a stopped electron, or the material is not known.
    """
    index = refractive_index(name)
    energy, path = _slowing_down(name, energy_MeV)
    return ElectronTrack(
        name,
        energy_MeV,
        cherenkov_threshold_MeV(index),
        _photons(index, energy, path),
        float(path[-1]) * MM_PER_CM,
        path_to_angle_mm(name, energy_MeV, lost_at_deg),
        lost_at_deg,
    )


def path_to_angle_mm(name: str, energy_MeV: float, angle_deg: float) -> float:
    """Path after which multiple scattering has turned an electron by an angle per axis.

    Infinite if it stops before.

    Raises
    ------
    InputError
        If the energy is that of a stopped electron, or the angle is not above 0.
    """
    if not angle_deg > 0:
        raise InputError("is no angle", key="angle_deg", value=angle_deg, allowed="above 0")
    angle, path = _scattering(name, *_slowing_down(name, energy_MeV))
    beyond = np.nonzero(angle >= math.radians(angle_deg))[0]
    if not beyond.size:
        return math.inf
    last = beyond[0] + 1
    return float(np.interp(math.radians(angle_deg), angle[:last], path[:last])) * MM_PER_CM


def _slowing_down(name: str, energy_MeV: float) -> tuple[Array, Array]:
    """Falling kinetic energies and the path in cm at which the electron has them."""
    if not (energy_MeV > STOPPED_MEV and math.isfinite(energy_MeV)):
        raise InputError(
            "is no energy of a moving electron",
            key="energy_MeV",
            value=energy_MeV,
            allowed=f"above {STOPPED_MEV:g}",
        )
    # Dense at the start of the track, where the direction is lost.
    share = np.linspace(0.0, 1.0, STEPS + 1) ** 2
    energy = energy_MeV - share * (energy_MeV - STOPPED_MEV)
    inverse = 1 / np.asarray(
        stopping_power_MeV_per_cm(energy, medium(name), formula="berger-seltzer")
    )
    steps = -np.diff(energy) * (inverse[1:] + inverse[:-1]) / 2
    return energy, np.concatenate([[0.0], np.cumsum(steps)])


def _beta_and_momentum(energy_MeV: Array) -> tuple[Array, Array]:
    momentum = np.sqrt(energy_MeV * (energy_MeV + 2 * ELECTRON_MASS_MEV))
    return momentum / (energy_MeV + ELECTRON_MASS_MEV), momentum


def _scattering(name: str, energy_MeV: Array, path_cm: Array) -> tuple[Array, Array]:
    """Angle per axis in rad along the path, which starts after its first step."""
    data = load(DATA)
    radiation_cm = radiation_length_cm(material(name))
    beta, momentum = _beta_and_momentum(energy_MeV)
    rate = (data["highland_energy"].to("MeV") / (beta * momentum)) ** 2 / radiation_cm
    square = np.cumsum(np.diff(path_cm) * (rate[1:] + rate[:-1]) / 2)
    lengths = path_cm[1:] / radiation_cm / beta[0] ** 2
    factor = 1 + data["highland_logarithm"].to("1") * np.log(lengths)
    return np.sqrt(square) * np.maximum(factor, 0.0), path_cm[1:]


def _photons(index: float, energy_MeV: Array, path_cm: Array) -> float:
    """2 pi alpha (1/lambda_1 - 1/lambda_2) times the integral of sin^2(theta_c) over the path."""
    data = load(DATA)
    waves = [data[key].to("nm") * CM_PER_NM for key in ("light_shortest", "light_longest")]
    beta, _ = _beta_and_momentum(energy_MeV)
    sine2 = np.maximum(1 - 1 / (index * beta) ** 2, 0.0)
    emitted = float(np.sum(np.diff(path_cm) * (sine2[1:] + sine2[:-1]) / 2))
    return 2 * math.pi * FINE_STRUCTURE * (1 / waves[0] - 1 / waves[1]) * emitted
