r"""How well external particles are localised: atoms, neutrons, electrons and positrons.

Atoms sit as close as their neighbours allow: :func:`mean_spacing_nm` for a liquid or any density,
:func:`lattice_spacing_nm` for a crystal, :func:`bond_length_nm` for hydrogen in a molecule. A
neutron has its mean free path, :func:`neutron_mean_free_path_nm`. An electron or positron is
localised by what it does to the medium: :func:`lepton_localisation_nm` is the way on which it
deposits one mean excitation energy,

.. math:: \delta_x = \int_{T-I}^{T}\frac{dT'}{-dE/dx}

(T. Schwetz, talk of 2023; R. Krueger and T. Schwetz, arXiv:2303.15524). Which stopping power, which
medium and which I are meant is not said; :class:`StoppingReading` names the choices.

Positions in nm; :func:`gallus.coherence.damping.width_eV` turns them into momentum widths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from gallus.arrays import Array, gauss_legendre
from gallus.coherence.media import Excitation, Medium, medium_data
from gallus.coherence.stopping_power import (
    DensityEffect,
    Formula,
    Lepton,
    stopping_power_MeV_per_cm,
)
from gallus.constants import HBARC_MEV_FM, NEUTRON_MASS_MEV, PROTON_MASS_MEV
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.interactions.target_material import Material, element_table

LatticeReading = Literal["planes", "neighbours", "volume"]

NM_PER_CM: Final = 1e7
CM2_PER_FM2: Final = 1e-26
NODES: Final = 16
"""Gauss-Legendre nodes in T'; the integral is right to 1e-12 above 10 I, to 1e-4 at 3 I."""


class Lattice(NamedTuple):
    """Spacings of a cubic lattice in units of its constant."""

    planes: float
    neighbours: float
    volume: float


LATTICES: Final[Mapping[str, Lattice]] = {
    "bcc": Lattice(math.sqrt(1 / 2), math.sqrt(3 / 4), 2 ** (-1 / 3)),
    "fcc": Lattice(math.sqrt(1 / 3), math.sqrt(1 / 2), 4 ** (-1 / 3)),
    "diamond": Lattice(math.sqrt(1 / 3), math.sqrt(3 / 16), 8 ** (-1 / 3)),
    "fluorite": Lattice(math.sqrt(1 / 3), math.sqrt(3 / 16), 12 ** (-1 / 3)),
}
"""Densest planes - (110) of bcc, (111) of the others -, nearest neighbours, n^(-1/3)."""


def mean_spacing_nm(atoms_per_cm3: Any) -> Array:
    """Edge of the cube that each atom has for itself, n^(-1/3).

    Raises
    ------
    InputError
        If a density is not above 0.
    """
    density = np.asarray(atoms_per_cm3, dtype=float)
    if not np.all(density > 0.0):
        raise InputError("is not above 0", key="atoms_per_cm3", value=atoms_per_cm3)
    spacing: Array = density ** (-1.0 / 3.0) * NM_PER_CM
    return spacing


def lattice_spacing_nm(name: str, reading: LatticeReading = "planes") -> float:
    """Spacing of the atoms in a crystal, from its measured lattice constant.

    Parameters
    ----------
    name : str
        A medium with a lattice constant: ``chromium``, ``vanadium``, ``germanium``,
        ``uranium-dioxide``.
    reading : str
        Distance of the densest ``planes`` (the talk's 0.20 nm of chromium: a/sqrt(2)), of nearest
        ``neighbours``, or n^(-1/3) of the ``volume`` per atom.

    Raises
    ------
    InputError
        If the medium has no lattice constant, or the reading is unknown.
    """
    if reading not in Lattice._fields:
        raise unknown_name("reading of a lattice", reading, Lattice._fields)
    quantities = medium_data(name).quantities
    for structure, factors in LATTICES.items():
        constant = quantities.get(f"{structure}_lattice_constant")
        if constant is not None:
            return float(getattr(factors, reading)) * constant.to("nm")
    raise InputError("has no lattice constant", value=name, allowed="a crystal")


def bond_length_nm(name: str) -> float:
    """Length of the bond that holds a hydrogen atom in a molecule of a medium.

    Raises
    ------
    InputError
        If the data of the medium have none.
    """
    bond = medium_data(name).quantities.get("bond_to_hydrogen")
    if bond is None:
        raise InputError("has no hydrogen", value=name, allowed="water, lab, pvt, ..")
    return bond.to("nm")


def neutron_proton_cross_section_cm2(kinetic_energy_MeV: Any) -> Array:
    r"""Elastic scattering of a neutron on a free proton at rest, below a few MeV.

    Effective-range theory of the two S waves, triplet 3/4 and singlet 1/4:
    :math:`4\pi/[k^2 + (1/a - r k^2/2)^2]` with :math:`k^2 = m T/2` (R. W. Hackenburg, Phys. Rev. C
    73 (2006) 044002).

    Parameters
    ----------
    kinetic_energy_MeV : array_like
        Of the neutron in the laboratory.
    """
    data = load("neutron-scattering")
    mass = 2.0 * NEUTRON_MASS_MEV * PROTON_MASS_MEV / (NEUTRON_MASS_MEV + PROTON_MASS_MEV)
    square = 0.5 * mass * np.asarray(kinetic_energy_MeV, dtype=float) / HBARC_MEV_FM**2

    def wave(spin: str) -> Array:
        length = data[f"{spin}_scattering_length"].to("m") * 1e15
        effective_range = data[f"{spin}_effective_range"].to("m") * 1e15
        return 1.0 / (square + (1.0 / length - 0.5 * effective_range * square) ** 2)

    return 4.0 * math.pi * (0.75 * wave("triplet") + 0.25 * wave("singlet")) * CM2_PER_FM2


def neutron_mean_free_path_nm(material: Material, kinetic_energy_MeV: float) -> float:
    """Mean free path of a neutron of 1 eV to 100 keV between elastic scatterings.

    Raises
    ------
    InputError
        If the energy is outside, or the material has nuclei other than those of H, C and O.
    """
    if not 1e-6 <= kinetic_energy_MeV <= 0.1:
        raise InputError(
            "is outside the range of the cross sections",
            key="kinetic_energy_MeV",
            value=kinetic_energy_MeV,
            allowed="1e-6 to 0.1",
        )
    per_g = sum(
        number * _free_cross_section_cm2(nucleus, kinetic_energy_MeV)
        for nucleus, number in material.atoms_per_g.items()
    )
    return NM_PER_CM / (per_g * material.density_g_per_cm3)


def _free_cross_section_cm2(nucleus: str, kinetic_energy_MeV: float) -> float:
    if nucleus in ("H", "1H"):
        return float(neutron_proton_cross_section_cm2(kinetic_energy_MeV))
    data = load("neutron-scattering")
    if nucleus not in data.quantities or data[nucleus].unit != "cm2":
        raise unknown_name("nucleus with a neutron cross section", nucleus, ("H", "C", "O"))
    weight = element_table().charge_and_mass(nucleus)[1]
    return data[nucleus].to("cm2") * (weight / (weight + 1.0)) ** 2


@dataclass(frozen=True)
class StoppingReading:
    """What is meant by the way on which one mean excitation energy is deposited.

    The defaults are the one combination that brings all three numbers of the talk to 3 %: 260, 320
    and 310 nm in uranium dioxide, plastic scintillator and liquid gallium. The best physics,
    ``berger-seltzer``, ``sternheimer`` and ``tabulated``, gives 607, 355 and 389 nm.

    Parameters
    ----------
    formula : str
        Stopping power, ``heavy-bethe`` or ``berger-seltzer``; the second is right for electrons.
    density_effect : str
        ``sternheimer`` or ``none``.
    excitation : str
        I: ``ten-z``, 10 eV times the mean atomic number in media heavier than sulphur, or
        ``tabulated`` throughout; the second is right.
    """

    formula: Formula = "heavy-bethe"
    density_effect: DensityEffect = "sternheimer"
    excitation: Excitation = "ten-z"


def lepton_localisation_nm(
    kinetic_energy_MeV: Any,
    medium: Medium,
    lepton: Lepton = "electron",
    reading: StoppingReading | None = None,
) -> Array:
    """Way on which an electron or positron deposits one mean excitation energy of the medium.

    Parameters
    ----------
    kinetic_energy_MeV : array_like
        Kinetic energy T; the formulas need T well above I.
    medium : Medium
        What it moves in.
    lepton : str
        ``electron`` or ``positron``.
    reading : StoppingReading, optional
        What is left open; the default of :class:`StoppingReading`.

    Raises
    ------
    InputError
        If T is not above I, or the stopping power has no value between T - I and T.
    """
    chosen = reading or StoppingReading()
    excited = medium.excited_at(medium.excitation_eV(chosen.excitation))
    deposit = excited.mean_excitation_energy_eV * 1e-6
    energy = np.asarray(kinetic_energy_MeV, dtype=float)
    if not np.all(energy > deposit):
        raise InputError(
            f"cannot deposit the mean excitation energy of {medium.name}",
            key="kinetic_energy_MeV",
            value=float(np.min(energy)),
            allowed=f"above {deposit:.4g}",
        )
    nodes, weights = gauss_legendre(NODES)
    # The lower end is looked at too: the stopping power must not vanish between it and a node.
    losses = stopping_power_MeV_per_cm(
        energy[..., None] + 0.5 * deposit * (np.append(nodes, -1.0) - 1.0),
        excited,
        lepton,
        chosen.formula,
        chosen.density_effect,
    )
    length: Array = 0.5 * deposit * (weights / losses[..., :-1]).sum(axis=-1) * NM_PER_CM
    return length
