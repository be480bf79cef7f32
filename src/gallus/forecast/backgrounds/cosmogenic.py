r"""Muons underground, and the 11C and 10C that they make in a scintillator.

:func:`laboratory` has the measured muons of JUNO, JNE and Borexino; :func:`muon_flux_per_m2_s` is
for a depth without a measurement:

.. math:: \Phi(h) = I_1 e^{-h/\lambda_1} + I_2 e^{-h/\lambda_2}

(D.-M. Mei and A. Hime, Phys. Rev. D 73 (2006) 053004) under flat overburden. Under a mountain the
flux at the quoted depth is higher, by 1.4 (JUNO), 3.8 (Gran Sasso) and 2.5 (Jinping):
:func:`equivalent_depth_mwe` is the flat depth of a measured flux.

11C decays are seen between 1.02 and 1.98 MeV, as :func:`visible_range_MeV` says: none of them is in
the window of the electrons from 51Cr, which ends at 0.56 MeV.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np

from gallus.constants import SECONDS_PER_DAY
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.forecast.backgrounds.base import UNSTATED, Background
from gallus.forecast.backgrounds.beta_isotopes import internal_background
from gallus.forecast.backgrounds.carbon14 import carbon_mass_t
from gallus.forecast.backgrounds.nuclide_file import internal_nuclide
from gallus.interactions.target_material import material

Cosmogenic = Literal["11C", "10C"]
COSMOGENIC: tuple[Cosmogenic, ...] = get_args(Cosmogenic)

REFERENCE = "borexino"
REFERENCE_MATERIAL = "pseudocumene"
DEEPEST_MWE = 20_000.0
"""Where the search for an equivalent depth ends; Mei and Hime fit 1000 to 8000."""


class Laboratory(NamedTuple):
    """Muons of a laboratory: flux through a sphere per cross section, depth, mean energy."""

    flux_per_m2_s: float
    depth_mwe: float
    muon_energy_GeV: float


def laboratories() -> tuple[str, ...]:
    """Names of the laboratories with measured muons."""
    keys = load("muons-underground").quantities
    return tuple(key.removesuffix("_depth") for key in keys if key.endswith("_depth"))


def laboratory(name: str) -> Laboratory:
    """Return the muons measured in a laboratory.

    Raises
    ------
    InputError
        If it is not in the database.
    """
    if name not in laboratories():
        raise unknown_name("laboratory", name, laboratories())
    table = load("muons-underground")
    return Laboratory(
        table[f"{name}_flux"].to("1/m2/s"),
        table[f"{name}_depth"].to("m.w.e."),
        table[f"{name}_energy"].to("GeV"),
    )


def muon_flux_per_m2_s(depth_mwe: float) -> float:
    """Muon flux under flat overburden, from 1000 to 8000 metres of water equivalent.

    Parameters
    ----------
    depth_mwe : float
        Vertical depth.

    Raises
    ------
    InputError
        If the depth is negative or not finite.
    """
    _check_depth(depth_mwe)
    table = load("muons-underground")
    return sum(
        table[f"{part}_flux"].to("1/m2/s")
        * math.exp(-depth_mwe / table[f"{part}_length"].to("m.w.e."))
        for part in ("first", "second")
    )


def equivalent_depth_mwe(flux_per_m2_s: float) -> float:
    """Depth under flat overburden at which there is a flux: the inverse, by bisection.

    Raises
    ------
    InputError
        If there is no such depth.
    """
    highest, lowest = muon_flux_per_m2_s(0.0), muon_flux_per_m2_s(DEEPEST_MWE)
    if not lowest < flux_per_m2_s <= highest:
        raise InputError(
            "is no flux of muons underground",
            key="flux_per_m2_s",
            value=flux_per_m2_s,
            allowed=f"{lowest:.3g} to {highest:.3g}",
        )
    low, high = 0.0, DEEPEST_MWE
    while high - low > 1e-6:
        middle = (low + high) / 2.0
        low, high = (middle, high) if muon_flux_per_m2_s(middle) > flux_per_m2_s else (low, middle)
    return (low + high) / 2.0


def mean_muon_energy_GeV(depth_mwe: float) -> float:
    """Mean energy of the muons at a depth, epsilon (1 - exp(-b h))/(gamma - 2).

    Within 9 % of the three laboratories, at their equivalent or quoted depth.

    Raises
    ------
    InputError
        If the depth is negative or not finite.
    """
    _check_depth(depth_mwe)
    table = load("muons-underground")
    scale, index = table["energy_scale"].to("GeV"), table["energy_index"].value
    return (
        scale * -math.expm1(-depth_mwe / table["energy_loss_length"].to("m.w.e.")) / (index - 2.0)
    )


def muons_per_day(flux_per_m2_s: float, radius_m: float) -> float:
    """Muons through a sphere, flux times pi R^2: 3.4e5 a day in JUNO."""
    return flux_per_m2_s * math.pi * radius_m**2 * SECONDS_PER_DAY


def cosmogenic_per_day(
    nuclide: Cosmogenic, carbon_t: float, flux_per_m2_s: float, muon_energy_GeV: float
) -> float:
    """Decays per day, scaled from Borexino with carbon, muon flux and energy^0.75.

    Parameters
    ----------
    nuclide : str
        ``11C`` or ``10C``.
    carbon_t : float
        Tonnes of carbon in the target.
    flux_per_m2_s, muon_energy_GeV : float
        Muons of the laboratory.

    Raises
    ------
    InputError
        If the nuclide is none of the two or a number is negative.
    """
    _check_nuclide(nuclide)
    for key, value in (
        ("carbon_t", carbon_t),
        ("flux_per_m2_s", flux_per_m2_s),
        ("muon_energy_GeV", muon_energy_GeV),
    ):
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError("is negative or not finite", key=key, value=value)
    rates, known = load("background-rates"), laboratory(REFERENCE)
    per_carbon = rates[f"{REFERENCE}_{nuclide}"].to("1/d/t") / carbon_mass_t(
        material(REFERENCE_MATERIAL), 1.0
    )
    energy = math.pow(muon_energy_GeV / known.muon_energy_GeV, rates["cosmogenic_power"].value)
    return per_carbon * carbon_t * flux_per_m2_s / known.flux_per_m2_s * energy


def cosmogenic(nuclide: Cosmogenic, per_day: float, relative_error: float = UNSTATED) -> Background:
    """Background of 11C or 10C, spread evenly in the target, without a veto after muons.

    Parameters
    ----------
    nuclide : str
        ``11C`` or ``10C``.
    per_day : float
        Decays per day that are left after any veto.
    relative_error : float
        One sigma of the rate.

    Raises
    ------
    InputError
        If the nuclide is none of the two or the rate is negative.
    """
    _check_nuclide(nuclide)
    return internal_background(nuclide, per_day, relative_error=relative_error)


def visible_range_MeV(nuclide: Cosmogenic) -> tuple[float, float]:
    """Lowest and highest visible energy: two annihilation gammas, and the end point on top.

    Raises
    ------
    InputError
        If the nuclide is none of the two.
    """
    _check_nuclide(nuclide)
    betas = internal_nuclide(nuclide).betas()
    low = np.array([beta.added_MeV for beta in betas])
    high = np.array([beta.added_MeV + beta.branch.endpoint_MeV for beta in betas])
    return float(low.min()), float(high.max())


def _check_depth(depth_mwe: float) -> None:
    if not (math.isfinite(depth_mwe) and depth_mwe >= 0.0):
        raise InputError("is no depth", key="depth_mwe", value=depth_mwe, allowed="0 or more")


def _check_nuclide(nuclide: str) -> None:
    if nuclide not in COSMOGENIC:
        raise unknown_name("cosmogenic nuclide", nuclide, COSMOGENIC)
