"""What looks like the source's events: radioactivity, muons, the Sun, photons.

:func:`backgrounds` makes those of a set-up from its ``[[background]]`` tables; each has a function
of its own beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.forecast.backgrounds.adiabatic import flavours_at_earth as flavours_at_earth
    from gallus.forecast.backgrounds.attenuation import Layer as Layer
    from gallus.forecast.backgrounds.attenuation import Medium as Medium
    from gallus.forecast.backgrounds.attenuation import attenuation_length_m as attenuation_length_m
    from gallus.forecast.backgrounds.attenuation import medium as medium
    from gallus.forecast.backgrounds.attenuation import transmission as transmission
    from gallus.forecast.backgrounds.base import Background as Background
    from gallus.forecast.backgrounds.base import FromSource as FromSource
    from gallus.forecast.backgrounds.base import FromSurface as FromSurface
    from gallus.forecast.backgrounds.base import Place as Place
    from gallus.forecast.backgrounds.base import Uniform as Uniform
    from gallus.forecast.backgrounds.base import VisibleSpectrum as VisibleSpectrum
    from gallus.forecast.backgrounds.beta_isotopes import decays_per_day as decays_per_day
    from gallus.forecast.backgrounds.beta_isotopes import internal_background as internal_background
    from gallus.forecast.backgrounds.carbon14 import carbon14_per_day as carbon14_per_day
    from gallus.forecast.backgrounds.carbon14 import carbon14_pile_up as carbon14_pile_up
    from gallus.forecast.backgrounds.carbon14 import carbon_mass_t as carbon_mass_t
    from gallus.forecast.backgrounds.carbon14 import close_pair_share as close_pair_share
    from gallus.forecast.backgrounds.carbon14 import leakage_share as leakage_share
    from gallus.forecast.backgrounds.catalogue import background as background
    from gallus.forecast.backgrounds.catalogue import backgrounds as backgrounds
    from gallus.forecast.backgrounds.cosmogenic import cosmogenic_per_day as cosmogenic_per_day
    from gallus.forecast.backgrounds.cosmogenic import laboratory as laboratory
    from gallus.forecast.backgrounds.cosmogenic import muon_flux_per_m2_s as muon_flux_per_m2_s
    from gallus.forecast.backgrounds.cosmogenic import muons_per_day as muons_per_day
    from gallus.forecast.backgrounds.polonium import polonium210 as polonium210
    from gallus.forecast.backgrounds.polonium import (
        visible_alpha_energy_MeV as visible_alpha_energy_MeV,
    )
    from gallus.forecast.backgrounds.solar import recoils_per_day as recoils_per_day
    from gallus.forecast.backgrounds.solar import solar_background as solar_background
    from gallus.forecast.backgrounds.solar_sources import SOLAR_SOURCES as SOLAR_SOURCES
    from gallus.forecast.backgrounds.solar_sources import solar_source as solar_source

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "adiabatic": ("flavours_at_earth",),
        "attenuation": ("Layer", "Medium", "attenuation_length_m", "medium", "transmission"),
        "base": (
            "Background",
            "FromSource",
            "FromSurface",
            "Place",
            "Uniform",
            "VisibleSpectrum",
        ),
        "beta_isotopes": ("decays_per_day", "internal_background"),
        "carbon14": (
            "carbon14_per_day",
            "carbon14_pile_up",
            "carbon_mass_t",
            "close_pair_share",
            "leakage_share",
        ),
        "catalogue": ("background", "backgrounds"),
        "cosmogenic": (
            "cosmogenic_per_day",
            "laboratory",
            "muon_flux_per_m2_s",
            "muons_per_day",
        ),
        "polonium": ("polonium210", "visible_alpha_energy_MeV"),
        "solar": ("recoils_per_day", "solar_background"),
        "solar_sources": ("SOLAR_SOURCES", "solar_source"),
    },
)
