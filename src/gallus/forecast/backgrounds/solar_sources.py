"""What the Sun emits: fluxes, spectra and the density of electrons where it is made.

:func:`solar_source` returns one of pp, pep, 7Be, 8B, hep, 13N, 15O, 17F (the last three are the CNO
cycle) as nodes in energy. The spectra of pp, hep and CNO are allowed beta spectra of positrons,
with no atomic electrons around; they agree with the published tables to 1e-3 of the maximum. That
of 8B is tabulated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

import numpy as np

from gallus.arrays import Array, gauss_legendre
from gallus.database.columns import columns
from gallus.database.loader import load
from gallus.errors import unknown_name
from gallus.experiments.background_sections import SolarName
from gallus.interactions.beta_spectrum import lepton_spectrum
from gallus.sources.beta_decay import Branch

SOLAR_SOURCES: Final[tuple[SolarName, ...]] = get_args(SolarName)
CNO: Final[tuple[SolarName, ...]] = ("13N", "15O", "17F")
SOLAR_MODELS: Final = ("b16-gs98", "b16-agss09")
"""Standard solar models whose fluxes are in the database, high and low metallicity."""
NODES: Final = 150
"""Gauss nodes of a continuous spectrum."""


@dataclass(frozen=True, eq=False)
class SolarSource:
    """Neutrinos of one reaction in the Sun, as they are made.

    Parameters
    ----------
    name : str
        Reaction.
    flux_per_cm2_s, flux_error_per_cm2_s : float
        At the Earth, all flavours, with one sigma of the solar model.
    energy_MeV, share : array, shape (n,)
        Lines, or nodes of a continuous spectrum with their weights; the shares add up to 1.
    density_mol_per_cm3, produced : array, shape (r,)
        Electron densities of the shells where they are made, and the shares made there.
    citations : tuple of str
        Keys of the bibliography.
    """

    name: str
    flux_per_cm2_s: float
    flux_error_per_cm2_s: float
    energy_MeV: Array
    share: Array
    density_mol_per_cm3: Array
    produced: Array
    citations: tuple[str, ...]


@cache
def solar_source(name: str, model: str = "b16-gs98") -> SolarSource:
    """Return one reaction of the Sun.

    Parameters
    ----------
    name : str
        One of :data:`SOLAR_SOURCES`.
    model : str
        Standard solar model of the flux, one of :data:`SOLAR_MODELS`. Where the neutrinos are made
        is that of ``b16-gs98`` for both.

    Raises
    ------
    InputError
        If either is unknown.
    """
    if name not in SOLAR_SOURCES:
        raise unknown_name("solar source", name, SOLAR_SOURCES)
    if model not in SOLAR_MODELS:
        raise unknown_name("solar model", model, SOLAR_MODELS)
    fluxes, spectra = load(f"solar-{model}"), load("solar-spectra")
    density, produced = _production(name)
    energy, share, tables = _spectrum(name)
    cited = (*fluxes.citations(), *spectra.citations(), *tables)
    return SolarSource(
        name,
        fluxes[name].to("1/cm2/s"),
        fluxes[name].error_to("1/cm2/s")[0],
        energy,
        share,
        density,
        produced,
        tuple(dict.fromkeys(cited)),
    )


def mean_energy_MeV(source: SolarSource) -> float:
    """Mean energy of the neutrinos of a source."""
    return float(source.energy_MeV @ source.share)


def _spectrum(name: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Energies, shares, and the tables besides ``solar-spectra`` that they come from."""
    data = load("solar-spectra")
    if name == "8B":
        table = columns("solar-8B-spectrum")
        energy, per_MeV = table["energy"], table["per_MeV"]
        nodes, weights = _rule(float(energy[per_MeV > 0][-1]))
        return *_normalised(nodes, weights * np.interp(nodes, energy, per_MeV)), ("winter-2006",)
    if f"{name}_line" in data.quantities:
        lines = [data[f"{name}_line"].to("MeV")]
        if f"{name}_excited_line" not in data.quantities:
            return np.array(lines), np.ones(1), ()
        excited = data[f"{name}_excited_percent"].to("1")
        lines.append(data[f"{name}_excited_line"].to("MeV"))
        return np.array(lines), np.array([1.0 - excited, excited]), ()
    branch = positron_branch(name)
    nodes, weights = _rule(branch.endpoint_MeV)
    return *_normalised(nodes, weights * lepton_spectrum(nodes, branch, screening=False)), ()


def positron_branch(name: str) -> Branch:
    """Allowed decay with a positron of pp, hep, 13N, 15O or 17F."""
    data = load("solar-spectra")
    radius = math.sqrt(5.0 / 3.0) * data[f"{name}_charge_radius"].to("fm")
    charge = -data[f"{name}_charge"].to("1")
    return Branch(data[f"{name}_endpoint"].to("MeV"), 1.0, charge, radius, 0.0, 0.0)


def _production(name: str) -> tuple[Array, Array]:
    """Electron densities and shares made there, by the trapezoidal rule over the radius."""
    table = columns("solar-production")
    width = np.gradient(table["radius"])
    return _normalised(table["density"], width * table[name])


def _rule(end: float) -> tuple[Array, Array]:
    nodes, weights = gauss_legendre(NODES)
    return 0.5 * end * (nodes + 1.0), 0.5 * end * weights


def _normalised(nodes: Array, weights: Array) -> tuple[Array, Array]:
    return nodes, weights / np.sum(weights)
