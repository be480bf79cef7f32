"""From the ``[[background]]`` tables of a set-up to backgrounds.

:func:`backgrounds` makes all of a set-up, :func:`background` those of one table: solar neutrinos
are one for each reaction, 14C with a time window is the decays and their pile-up (with twice the
relative error if one is stated, and a pull of its own). A rate whose error is not stated is known
to 100 % (:data:`gallus.forecast.backgrounds.base.UNSTATED`). Rates count all energies in the whole
detector, before fiducial cuts and efficiency: photons of the source outside the hole around it,
everything else as if there were no hole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from gallus.errors import InputError, located
from gallus.experiments.background_sections import (
    BackgroundTable,
    BremsstrahlungTable,
    Carbon14Table,
    CosmogenicTable,
    ExternalGammaTable,
    InternalTable,
    PoloniumTable,
    ShieldedTable,
    SolarTable,
    SourceGammaTable,
    SpectrumTable,
)
from gallus.experiments.setup import Setup
from gallus.experiments.setup_geometry import is_inside, source_and_target, surface_m
from gallus.forecast.backgrounds.attenuation import CM_PER_M, Layer, Medium, medium_of
from gallus.forecast.backgrounds.base import UNSTATED, Background, VisibleSpectrum
from gallus.forecast.backgrounds.beta_isotopes import (
    decays_per_day,
    internal_background,
    rate_per_day,
)
from gallus.forecast.backgrounds.bremsstrahlung import bremsstrahlung
from gallus.forecast.backgrounds.carbon14 import (
    carbon14,
    carbon14_per_day,
    carbon14_pile_up,
    carbon_mass_t,
    close_pair_share,
)
from gallus.forecast.backgrounds.cosmogenic import cosmogenic, cosmogenic_per_day, laboratory
from gallus.forecast.backgrounds.external_gamma import external_gamma
from gallus.forecast.backgrounds.photon_rates import PhotonPath
from gallus.forecast.backgrounds.polonium import NAME as POLONIUM
from gallus.forecast.backgrounds.polonium import polonium210
from gallus.forecast.backgrounds.solar import solar_background
from gallus.forecast.backgrounds.source_gamma import source_gamma
from gallus.geometry.solids import Solid, volume_m3
from gallus.sources.radionuclide import Radionuclide

CM3_PER_M3: Final = 1e6


def backgrounds(chosen: Setup) -> tuple[Background, ...]:
    """All backgrounds of a set-up.

    Raises
    ------
    InputError
        If a table does not fit, or two backgrounds have the same name.
    """
    found = [each for section in chosen.background for each in background(section, chosen)]
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError("stands twice", key="background", value=name, allowed="other names")
    return tuple(found)


def background(section: BackgroundTable, chosen: Setup) -> tuple[Background, ...]:
    """Backgrounds of one table of a set-up.

    Raises
    ------
    InputError
        Naming the table, if it does not fit the set-up or names something unknown.
    """
    with located(f"background.{section.name}"):
        made = MAKERS[type(section)](section, chosen)
    many = len(made) > 1 or isinstance(section, SolarTable)
    return tuple(_finished(each, section, many) for each in made)


def target_solid(chosen: Setup) -> Solid:
    """The detector without hole for a source and before fiducial cuts.

    Raises
    ------
    InputError
        If the detector is one of zones of the database.
    """
    if chosen.detector.zones:
        raise InputError("has no single body", key="detector.zones", value=chosen.detector.zones)
    return chosen.detector.solid()


def target_mass_t(chosen: Setup) -> float:
    """Mass of that."""
    return volume_m3(target_solid(chosen)) * chosen.density_g_per_cm3()


def target_medium(chosen: Setup) -> Medium:
    """What photons go through in the target."""
    return medium_of(chosen.material, chosen.density_g_per_cm3())


def _carbon14(section: Carbon14Table, chosen: Setup) -> tuple[Background, ...]:
    carbon_t = carbon_mass_t(chosen.material, target_mass_t(chosen))
    fraction = section.fraction
    if fraction is None:
        fraction = float(section.per_day or 0.0) / carbon14_per_day(1.0, carbon_t)
    error, window_ns = _error(section), section.pile_up_window_ns
    single = carbon14(fraction, carbon_t, error)
    if window_ns is None:
        return (single,)
    # Of a body that is no ball the ball of its volume: exact for short distances.
    radius_m = (3.0 * volume_m3(target_solid(chosen)) / (4.0 * math.pi)) ** (1.0 / 3.0)
    distance_m = section.pile_up_distance_m
    share = 1.0 if distance_m is None else close_pair_share(distance_m, radius_m)
    # The rate of pairs goes with the square of that of the decays, and is not negative either.
    twice = error if section.error_percent is None else 2.0 * error
    return single, carbon14_pile_up(fraction, carbon_t, window_ns, share, twice)


def _internal(section: InternalTable, chosen: Setup) -> tuple[Background, ...]:
    per_day = decays_per_day(section.nuclide, *section.rate(), target_mass_t(chosen))
    law, left = section.quenching, section.alpha_survival
    return (internal_background(section.nuclide, per_day, law, left, _error(section)),)


def _polonium(section: PoloniumTable, chosen: Setup) -> tuple[Background, ...]:
    made = polonium210(
        decays_per_day(POLONIUM, *section.rate(), target_mass_t(chosen)),
        section.quenching,
        section.alpha_survival,
        1e-3 * section.spread_keV,
        _error(section),
        section.unsupported_half_life_d or math.inf,
    )
    return (made,)


def _cosmogenic(section: CosmogenicTable, chosen: Setup) -> tuple[Background, ...]:
    if section.laboratory is None:
        per_day = rate_per_day(*section.rate(), target_mass_t(chosen))
    else:
        place = laboratory(section.laboratory)
        carbon_t = carbon_mass_t(chosen.material, target_mass_t(chosen))
        per_day = cosmogenic_per_day(
            section.nuclide, carbon_t, place.flux_per_m2_s, place.muon_energy_GeV
        )
    return (cosmogenic(section.nuclide, per_day, _error(section)),)


def _solar(section: SolarTable, chosen: Setup) -> tuple[Background, ...]:
    electrons = chosen.electrons_per_cm3() * CM3_PER_M3 * volume_m3(target_solid(chosen))
    rate = section.rate()
    per_day = None if rate is None else rate_per_day(*rate, target_mass_t(chosen))
    return tuple(
        solar_background(
            source,
            electrons,
            cross_section=chosen.interaction.scattering_model(),
            oscillation=section.oscillation,
            model=section.model,
            per_day=per_day,
            relative_error=None if section.error_percent is None else _error(section),
        )
        for source in section.sources
    )


def _external(section: ExternalGammaTable, chosen: Setup) -> tuple[Background, ...]:
    per_day = section.per_day
    if per_day is None:
        per_day = float(section.per_day_and_m2 or 0.0) * _surface_m2(chosen)
    made = external_gamma(
        section.energy_MeV,
        per_day,
        target_medium(chosen),
        chosen.electrons_per_cm3(),
        _error(section),
    )
    return (made,)


def _source_gamma(section: SourceGammaTable, chosen: Setup) -> tuple[Background, ...]:
    if section.energy_MeV is None:
        nuclide = _radionuclide(chosen)
        if "gamma_energy" not in nuclide.quantities:
            raise InputError("has no gamma in the database", key="source.nuclide")
        energy_MeV = nuclide["gamma_energy"].to("MeV")
        share = nuclide["gamma_branching_ratio"].to("1")
        photons_per_s, half_life_d = chosen.source.activity * share, chosen.half_life_d
    else:
        energy_MeV = section.energy_MeV
        photons_per_s = float(section.impurity_Bq or 0.0) * section.photons_percent / 100
        half_life_d = float(section.impurity_half_life_d or math.inf)
    return (source_gamma(energy_MeV, photons_per_s, half_life_d, _path(section, chosen)),)


def _bremsstrahlung(section: BremsstrahlungTable, chosen: Setup) -> tuple[Background, ...]:
    lines, activity = chosen.lines(), chosen.source.activity
    return (bremsstrahlung(lines, activity, chosen.half_life_d, _path(section, chosen)),)


def _spectrum(section: SpectrumTable, chosen: Setup) -> tuple[Background, ...]:
    spectrum = VisibleSpectrum(1e-3 * np.array(section.edges_keV), np.array(section.share))
    per_day = rate_per_day(*section.rate(), target_mass_t(chosen))
    return (Background(section.name, per_day, spectrum, relative_error=_error(section)),)


MAKERS: Final[Mapping[type[BackgroundTable], Callable[[Any, Setup], tuple[Background, ...]]]] = {
    Carbon14Table: _carbon14,
    InternalTable: _internal,
    PoloniumTable: _polonium,
    CosmogenicTable: _cosmogenic,
    SolarTable: _solar,
    ExternalGammaTable: _external,
    SourceGammaTable: _source_gamma,
    BremsstrahlungTable: _bremsstrahlung,
    SpectrumTable: _spectrum,
}
"""What makes the backgrounds of each kind of table."""


def _finished(made: Background, section: BackgroundTable, several: bool) -> Background:
    """Give a background the name of its table, and the table's citation and note."""
    suffix = made.name.removeprefix("solar-").removeprefix("14C").strip("-") if several else ""
    name = f"{section.name}-{suffix}" if suffix else section.name
    cited = (section.citation, *made.citations) if section.citation != "user" else made.citations
    remark = "; ".join(text for text in (made.remark, section.note) if text)
    return replace(made, name=name, citations=tuple(dict.fromkeys(cited)), remark=remark)


def _error(section: BackgroundTable) -> float:
    return UNSTATED if section.error_percent is None else section.error_percent / 100


def _path(section: ShieldedTable, chosen: Setup) -> PhotonPath:
    target_solid(chosen)  # refuses zones
    outside_hole = source_and_target(chosen.source, chosen.detector, chosen.position).solid
    return PhotonPath(
        _layers(section, chosen),
        outside_hole,
        chosen.position.distance_m,
        target_medium(chosen),
        chosen.electrons_per_cm3(),
        section.build_up,
        _error(section),
    )


def _layers(section: ShieldedTable, chosen: Setup) -> tuple[Layer, ...]:
    layers = tuple(Layer(each.material, each.thickness_cm) for each in section.layers)
    if section.surrounding is None or is_inside(chosen.detector, chosen.position):
        return layers
    shield = max(chosen.source.shield_radius_m, chosen.source.radius_m)
    gap_m = chosen.position.distance_m - shield - surface_m(chosen.detector)
    return (*layers, Layer(section.surrounding, CM_PER_M * gap_m))


def _radionuclide(chosen: Setup) -> Radionuclide:
    if not isinstance(chosen.nuclide, Radionuclide):
        raise InputError("has no lines", key="source.nuclide", value=chosen.source.nuclide)
    return chosen.nuclide


def _surface_m2(chosen: Setup) -> float:
    """Outer surface of a sphere, shell or cylinder."""
    radius, height = chosen.detector.outer_radius_m, chosen.detector.height_m
    if height is None:
        return 4.0 * math.pi * radius**2
    return 2.0 * math.pi * radius * (radius + height)
