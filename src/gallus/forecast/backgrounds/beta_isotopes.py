"""Radioactive nuclides in the scintillator: 210Bi, 85Kr, 39Ar, 40K, 11C, 10C, uranium, thorium.

:func:`internal_background` turns decays per day into a background, :func:`decays_per_day` turns
what is quoted (a rate per mass, grams per gram) into decays per day. 14C has its own module because
of its pile-up, 210Po because of its discrimination; both work here too.

Uranium and thorium are taken in secular equilibrium down to the end of the chain: the main beta
branches, each with its gammas contained, and the alphas, quenched. In real detectors the chain is
broken at radium, radon and 210Pb. Bismuth and polonium in quick succession are counted as two
events, where a detector would tag them (214) or see them as one (212, 0.3 us).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from gallus.arrays import Array
from gallus.database.units import factor
from gallus.errors import InputError
from gallus.forecast.backgrounds.base import UNSTATED, Background, VisibleSpectrum
from gallus.forecast.backgrounds.nuclide_file import InternalNuclide, internal_nuclide
from gallus.forecast.backgrounds.polonium import LAB, visible_alpha_energy_MeV
from gallus.forecast.backgrounds.visible_energy import beta_shares, grid, line_shares

UNIT_OF = {"per_day_and_100t": "1/d/100t", "per_day_and_kt": "1/d/kt"}
QUOTED_AS = ("per_day", *UNIT_OF, "g_per_g")
"""How a contamination is quoted."""

STEP_KEV = 1.0
"""Width of the bins."""
GRAMS_PER_TONNE = 1e6


def decays_per_day(nuclide: str, value: float, quoted_as: str, mass_t: float) -> float:
    """Decays per day in a mass of scintillator.

    Parameters
    ----------
    nuclide : str
        Name in the database.
    value : float
        In the unit that `quoted_as` says. Grams per gram are those of the nuclide that governs the
        activity: 210Pb for 210Bi and 210Po, the parent for a chain, 40K for 40K (1.2e-4 of
        potassium).
    quoted_as : str
        ``per_day`` (in the whole mass), ``per_day_and_100t``, ``per_day_and_kt`` or ``g_per_g``.
    mass_t : float
        Mass of the scintillator in tonnes.

    Raises
    ------
    InputError
        If the nuclide or the way to quote is unknown, or a number is negative or not finite.
    """
    chosen = internal_nuclide(nuclide)
    for key, number in (("value", value), ("mass_t", mass_t)):
        if not (math.isfinite(number) and number >= 0.0):
            raise InputError("is no amount", key=key, value=number, allowed="0 or more")
    if quoted_as not in QUOTED_AS:
        raise InputError(
            "is no way to quote a rate",
            key="quoted_as",
            value=quoted_as,
            allowed=", ".join(QUOTED_AS),
        )
    if quoted_as == "g_per_g":
        return value * mass_t * GRAMS_PER_TONNE * chosen.decays_per_g_and_day
    return rate_per_day(value, quoted_as, mass_t)


def rate_per_day(value: float, quoted_as: str, mass_t: float) -> float:
    """Events per day in a mass of a rate quoted per day, or per day and mass.

    Arguments are those of :func:`decays_per_day`, except for grams per gram.
    """
    return value if quoted_as == "per_day" else value * mass_t * factor(UNIT_OF[quoted_as], "1/d/t")


def internal_background(
    nuclide: str,
    per_day: float,
    quenching: str = LAB,
    alpha_survival: float = 1.0,
    relative_error: float = UNSTATED,
    half_life_d: float = math.inf,
) -> Background:
    """Background of a nuclide, or of a chain in equilibrium, spread evenly in the target.

    Parameters
    ----------
    nuclide : str
        Name in the database; it is the name of the background too.
    per_day : float
        Decays per day, those of the parent for a chain.
    quenching : str
        Scintillator for the light of alphas, one of
        :func:`gallus.forecast.backgrounds.polonium.quenchings`.
    alpha_survival : float
        Share of the alphas that discrimination of the pulse shape leaves.
    relative_error : float
        One sigma of the rate.
    half_life_d : float
        Of an activity that dies away during the run, such as 210Po or 11C left from the surface.

    Raises
    ------
    InputError
        If a name is unknown or a number makes no sense.
    """
    spectrum, seen = visible_spectrum(nuclide, quenching, alpha_survival)
    chosen = internal_nuclide(nuclide)
    return Background(
        nuclide,
        per_day * seen,
        spectrum,
        relative_error=relative_error,
        half_life_d=half_life_d,
        citations=chosen.citations(),
        remark=chosen.title,
    )


@cache
def visible_spectrum(
    nuclide: str, quenching: str = LAB, alpha_survival: float = 1.0, shape: str | None = None
) -> tuple[VisibleSpectrum, float]:
    """Distribution of visible energy, and events per decay: above 1 for a chain.

    Parameters
    ----------
    nuclide : str
        Name in the database.
    quenching, alpha_survival
        As for :func:`internal_background`.
    shape : str, optional
        A shape of the file for the branches that it takes as allowed.
    """
    if not 0.0 <= alpha_survival <= 1.0:
        raise InputError(
            "is no share", key="alpha_survival", value=alpha_survival, allowed="0 to 1"
        )
    chosen = internal_nuclide(nuclide)
    lines = [*chosen.lines()]
    for alpha in chosen.alphas():
        visible = float(visible_alpha_energy_MeV(np.array(alpha.energy_MeV), quenching))
        lines.append(alpha._replace(energy_MeV=visible, fraction=alpha.fraction * alpha_survival))
    betas = chosen.betas(shape)
    tops = [b.branch.endpoint_MeV + b.added_MeV for b in betas] + [
        line.energy_MeV for line in lines
    ]
    edges = grid(STEP_KEV, max(tops))
    rate = np.zeros(len(edges) - 1)
    for beta in betas:
        rate += beta_shares(beta, edges)
    for line in lines:
        rate += line.fraction * line_shares(line.energy_MeV, edges)
    return _normalised(chosen, edges, rate)


def _normalised(
    chosen: InternalNuclide, edges: Array, rate: Array
) -> tuple[VisibleSpectrum, float]:
    seen = float(rate.sum())
    if not seen > 0.0:
        raise InputError("has nothing left to see", key="alpha_survival", value=chosen.name)
    return VisibleSpectrum(edges, rate / seen), seen
