r"""Solar neutrinos that scatter on electrons of the target.

Use :func:`solar_background` for one reaction of the Sun; :func:`recoils_per_day` for the numbers
behind it:

.. math:: N_t = n_e \Phi \sum_l f_l \sum_\alpha P_\alpha(E_l)\, \sigma_\alpha(E_l; T_t, T_{t+1})

with all three flavours, each with its own cross section. The mean flux of the year is taken: it is
3.3 % higher in January and lower in July. :data:`ARRIVING` says what arrives: ``adiabatic`` is
:mod:`gallus.forecast.backgrounds.adiabatic`, ``none`` is without oscillation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError, unknown_name
from gallus.forecast.backgrounds.adiabatic import flavours_at_earth
from gallus.forecast.backgrounds.base import Background, VisibleSpectrum
from gallus.forecast.backgrounds.solar_sources import SolarSource, solar_source
from gallus.interactions.electron_scattering import ConstantCouplings, ScatteringModel
from gallus.interactions.scattering_couplings import FLAVOURS, Flavour, Neutrino
from gallus.interactions.scattering_kinematics import largest_recoil_MeV

BINS: Final = 250
"""Bins of the recoil energy, from 0 to the largest recoil."""

Arriving = Callable[[SolarSource], Mapping[Flavour, Array]]


def adiabatic(source: SolarSource) -> Mapping[Flavour, Array]:
    """Probabilities of the flavours at the nodes of a source, adiabatic, averaged over the Sun."""
    return flavours_at_earth(source.energy_MeV, source.density_mol_per_cm3, source.produced)


def unoscillated(source: SolarSource) -> Mapping[Flavour, Array]:
    """All arrive as nu_e."""
    return {flavour: np.full_like(source.share, float(flavour == "e")) for flavour in FLAVOURS}


ARRIVING: Final[Mapping[str, Arriving]] = {"adiabatic": adiabatic, "none": unoscillated}
"""What happens on the way, by name."""


def recoils_per_day(
    source: SolarSource,
    edges_MeV: Array,
    cross_section: ScatteringModel,
    oscillation: str = "adiabatic",
) -> Array:
    """Recoils per electron and day between energies, shape (n,) for n + 1 edges.

    Parameters
    ----------
    source : SolarSource
        One reaction of the Sun.
    edges_MeV : array, shape (n + 1,)
        Kinetic energies of the electron.
    cross_section : ScatteringModel
        Of one electron.
    oscillation : str
        One of :data:`ARRIVING`.

    Raises
    ------
    InputError
        If `oscillation` is unknown.
    """
    if oscillation not in ARRIVING:
        raise unknown_name("oscillation", oscillation, ARRIVING)
    arriving = ARRIVING[oscillation](source)
    low, high = np.asarray(edges_MeV)[:-1, None], np.asarray(edges_MeV)[1:, None]
    sigma_cm2 = sum(
        cross_section.integral_cm2(source.energy_MeV, low, high, Neutrino(flavour))
        @ (source.share * probability)
        for flavour, probability in arriving.items()
        if np.any(probability > 0)
    )
    return np.asarray(sigma_cm2 * source.flux_per_cm2_s * SECONDS_PER_DAY, dtype=np.float64)


def solar_background(
    name: str,
    electrons: float,
    *,
    cross_section: ScatteringModel | None = None,
    oscillation: str = "adiabatic",
    model: str = "b16-gs98",
    per_day: float | None = None,
    relative_error: float | None = None,
) -> Background:
    """Recoils of one reaction of the Sun, ``solar-7Be`` for 7Be.

    Parameters
    ----------
    name : str
        One of :data:`gallus.forecast.backgrounds.solar_sources.SOLAR_SOURCES`.
    electrons : float
        In the target.
    cross_section : ScatteringModel, optional
        The couplings with radiative corrections if not given.
    oscillation : str
        One of :data:`ARRIVING`.
    model : str
        Standard solar model of the flux.
    per_day : float, optional
        Rate in place of the computed one, all recoil energies; the spectrum stays.
    relative_error : float, optional
        One sigma of the rate; that of the solar model if not given.

    Raises
    ------
    InputError
        If a name is unknown or there are no electrons.
    """
    if not electrons > 0:
        raise InputError("is not a target", key="electrons", value=electrons, allowed="above 0")
    source = solar_source(name, model)
    edges = np.linspace(0.0, float(largest_recoil_MeV(source.energy_MeV.max())), BINS + 1)
    chosen = cross_section or ConstantCouplings.corrected()
    counts = recoils_per_day(source, edges, chosen, oscillation)
    known = source.flux_error_per_cm2_s / source.flux_per_cm2_s
    return Background(
        f"solar-{name}",
        float(electrons * counts.sum()) if per_day is None else per_day,
        VisibleSpectrum(edges, counts / counts.sum()),
        relative_error=known if relative_error is None else relative_error,
        citations=source.citations,
        remark=f"flux of {model}, oscillation: {oscillation}; no Earth matter",
    )
