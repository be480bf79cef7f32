"""Electrons, protons and nuclei per gram of target materials."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.constants import AVOGADRO
from gallus.database.loader import load, read
from gallus.errors import InputError
from gallus.experiments.gallium_rates import GalliumTargets
from gallus.interactions.target_material import (
    Material,
    element_table,
    material,
    material_names,
    read_material,
)
from gallus.registry import dataset


@pytest.mark.parametrize(
    ("name", "electrons", "per_cm3"),
    [
        ("lab", 3.372e23, 2.900e23),
        ("pseudocumene", 3.307e23, 2.910e23),
        ("water", 3.343e23, 3.337e23),
        ("gagg-crystal", 2.644e23, 1.753e24),
        ("liquid-xenon", 2.477e23, 7.28e23),
        ("liquid-argon", 2.714e23, 3.79e23),
    ],
)
def test_electrons_of_common_targets(name: str, electrons: float, per_cm3: float) -> None:
    # From molar masses, by hand, to four digits.
    assert material(name).electrons_per_g == pytest.approx(electrons, rel=3e-4)
    assert material(name).electrons_per_cm3 == pytest.approx(per_cm3, rel=1e-3)


@pytest.mark.parametrize("name", material_names())
def test_half_an_electron_per_nucleon_or_less_but_for_hydrogen(name: str) -> None:
    found = material(name)
    without = (found.electrons_per_g - found.protons_per_g) / AVOGADRO
    assert 0.38 < without < 0.501
    assert sum(
        number * element_table().charge_and_mass(symbol)[1]
        for symbol, number in found.atoms_per_g.items()
    ) == pytest.approx(AVOGADRO, rel=1e-12)


def test_free_protons_of_scintillators_and_water() -> None:
    assert material("water").protons_per_g == pytest.approx(2 * AVOGADRO / 18.015, rel=3e-4)
    assert material("lab").protons_per_g == pytest.approx(30 * AVOGADRO / 246.44, rel=3e-4)
    assert material("liquid-xenon").protons_per_g == 0


def test_gallium_nuclei_agree_with_those_of_the_source_experiments() -> None:
    targets = dataset("gallium-targets")
    assert isinstance(targets, GalliumTargets)
    expected = AVOGADRO * targets["abundance"].to("1") / targets["molar_mass"].value
    # Two tables of abundance and molar mass.
    assert material("gallium").nuclei_per_g("71Ga") == pytest.approx(expected, rel=3e-5)


def test_gallium_in_the_crystal() -> None:
    crystal = material("gagg-crystal")
    per_g = crystal.nuclei_per_g("Ga")
    assert per_g * 69.723 / AVOGADRO == pytest.approx(0.2257, abs=2e-4)  # mass share of gallium
    assert crystal.nuclei_per_g("71Ga") == pytest.approx(0.39892 * per_g, rel=1e-12)


COMPLETE = [
    symbol
    for symbol, element in element_table().elements.items()
    if sum(isotope.abundance for isotope in element.isotopes.values()) > 0.999
]


@pytest.mark.parametrize("symbol", COMPLETE)
def test_isotopes_make_the_weight_of_their_element(symbol: str) -> None:
    element = element_table().element(symbol)
    total = sum(isotope.abundance for isotope in element.isotopes.values())
    mean = sum(i.mass * i.abundance for i in element.isotopes.values()) / total
    # Weights are abridged to five digits, and natural isotopes vary from sample to sample.
    assert mean == pytest.approx(element.weight, rel=2e-4)


@given(st.floats(0.1, 10.0))
def test_only_ratios_of_atoms_count(factor: float) -> None:
    water = material("water")
    atoms = {symbol: factor * n for symbol, n in (water.composition.atoms or {}).items()}
    scaled = water.model_copy(
        update={"composition": water.composition.model_copy(update={"atoms": atoms})}
    )
    assert scaled.electrons_per_g == pytest.approx(water.electrons_per_g, rel=1e-12)


# --- a user's own -----------------------------------------------------------------------------

OWN = """
name = "loaded"
title = "Scintillator with enriched gallium"
kind = "material"
[quantities.density]
value = 0.9
unit = "g/cm3"
[composition.mass_fractions]
C = 0.80
H = 0.11
71Ga = 0.09
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text)
    return path


def test_a_users_material_by_mass_with_an_enriched_isotope(tmp_path: Path) -> None:
    own = read_material(written(tmp_path, OWN))
    assert own.nuclei_per_g("71Ga") == pytest.approx(0.09 * AVOGADRO / 70.9247, rel=1e-6)
    assert own.nuclei_per_g("Ga") == own.nuclei_per_g("71Ga")
    assert own.nuclei_per_g("12C") == pytest.approx(0.8 * 0.9894 * AVOGADRO / 12.011, rel=1e-9)
    expected = AVOGADRO * (0.8 * 6 / 12.011 + 0.11 / 1.008 + 0.09 * 31 / 70.9247)
    assert own.electrons_per_g == pytest.approx(expected, rel=1e-6)


WRONG = {
    "unknown element": (OWN.replace("71Ga", "Xx"), "unknown element"),
    "unknown isotope": (OWN.replace("71Ga", "72Ga"), "unknown isotope of Ga"),
    "shares": (OWN.replace("0.80", "0.70"), "do not add up to 1"),
    "negative": (OWN.replace("0.80", "-0.80"), "greater than 0"),
    "both": (OWN + "[composition.atoms]\nC = 1.0\n", "exactly one of atoms and mass_fractions"),
    "neither": (OWN.split("[composition")[0] + "[composition]\n", "exactly one of"),
    "no density": (OWN.replace("quantities.density", "quantities.mass"), "density.*is missing"),
    "no unit": (OWN.replace('unit = "g/cm3"', ""), r"density\.unit: is missing"),
    "wrong unit": (OWN.replace("g/cm3", "kg"), "is a unit of mass, not of density"),
    "no mass": (OWN.replace("0.9\n", "0.0\n"), "is not a density"),
    "unknown key": (OWN + "[extra]\nx = 1\n", "is not a known key"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_materials(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read(Material, path)
    assert str(caught.value).startswith(str(path))


def test_unknown_materials_and_nuclei() -> None:
    with pytest.raises(InputError, match="did you mean 'water'"):
        material("watr")
    with pytest.raises(InputError, match="is not in water"):
        material("water").nuclei_per_g("71Ga")
    with pytest.raises(InputError, match="unknown element"):
        material("water").nuclei_per_g("Zz")
    with pytest.raises(InputError, match="unknown isotope of H"):
        material("water").nuclei_per_g("9H")
    assert load("electron-scattering").citations()
