r"""210Po: alphas of 5.3 MeV that shine like electrons of 0.4 to 0.5 MeV, in the 51Cr window.

:func:`polonium210` is the background, :func:`visible_alpha_energy_MeV` the light of an alpha,

.. math:: E_{\rm vis} = \frac{E}{c + s E}

with constants of the scintillator. The shape of the pulse tells alphas from electrons: a survival
of 1e-2 to 1e-3 costs little signal in Borexino, JUNO has to show it.
"""

from __future__ import annotations

import math

import numpy as np

from gallus.arrays import Array
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.forecast.backgrounds.base import UNSTATED, Background, VisibleSpectrum
from gallus.forecast.backgrounds.nuclide_file import internal_nuclide
from gallus.forecast.backgrounds.visible_energy import grid, line_shares

NAME = "210Po"
LAB = "lab"
STEP_KEV = 1.0
"""Width of the bins."""
TAILS = 6.0
"""Spread is followed up to so many standard deviations."""


def quenchings() -> tuple[str, ...]:
    """Names of the scintillators whose light from alphas is known."""
    keys = load("alpha-quenching").quantities
    return tuple(key.removesuffix("_constant") for key in keys if key.endswith("_constant"))


def visible_alpha_energy_MeV(energy_MeV: Array, quenching: str = LAB) -> Array:
    """Energy of the electron that gives as much light as an alpha, E/(c + s E).

    Measured between 5 and 8 MeV; E over the visible energy falls from 13.4 at 5.3 MeV to 10.3 at
    7.7 MeV in pseudocumene.

    Parameters
    ----------
    energy_MeV : array
        Kinetic energy of the alpha.
    quenching : str
        Name of the scintillator.

    Raises
    ------
    InputError
        If the scintillator is unknown.
    """
    if quenching not in quenchings():
        raise unknown_name("scintillator", quenching, quenchings())
    laws = load("alpha-quenching")
    constant = laws[f"{quenching}_constant"].to("1")
    slope = laws[f"{quenching}_slope"].to("1/MeV")
    visible: Array = energy_MeV / (constant + slope * energy_MeV)
    return visible


def polonium210(
    per_day: float,
    quenching: str = LAB,
    alpha_survival: float = 1.0,
    spread_MeV: float = 0.0,
    relative_error: float = UNSTATED,
    half_life_d: float = math.inf,
) -> Background:
    """Background of 210Po, spread evenly in the target.

    Parameters
    ----------
    per_day : float
        Decays per day.
    quenching : str
        Name of the scintillator.
    alpha_survival : float
        Share that discrimination of the pulse shape leaves.
    spread_MeV : float
        Width of the peak besides the resolution, as from a response that is not uniform.
    relative_error : float
        One sigma of the rate.
    half_life_d : float
        138.4 d where 210Po came without its parent; infinite in equilibrium with 210Pb.

    Raises
    ------
    InputError
        If the scintillator is unknown or a number makes no sense.
    """
    if not 0.0 <= alpha_survival <= 1.0:
        raise InputError(
            "is no share", key="alpha_survival", value=alpha_survival, allowed="0 to 1"
        )
    nuclide = internal_nuclide(NAME)
    (alpha,) = nuclide.alphas()
    visible = float(visible_alpha_energy_MeV(np.array(alpha.energy_MeV), quenching))
    if not 0.0 <= spread_MeV < visible / TAILS:
        raise InputError(
            "is no width of the peak",
            key="spread_MeV",
            value=spread_MeV,
            allowed=f"0 to {visible / TAILS:.3g}",
        )
    edges = grid(STEP_KEV, visible + TAILS * spread_MeV)
    share = line_shares(visible, edges, spread_MeV)
    return Background(
        NAME,
        per_day * alpha.fraction * alpha_survival,
        VisibleSpectrum(edges, share),
        relative_error=relative_error,
        half_life_d=half_life_d,
        citations=(*nuclide.citations(), load("alpha-quenching").citation),
        remark=nuclide.title,
    )
