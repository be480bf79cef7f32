"""Muons underground and what they make, against the measured laboratories."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.database.loader import load
from gallus.errors import InputError
from gallus.forecast.backgrounds.carbon14 import carbon_mass_t
from gallus.forecast.backgrounds.cosmogenic import (
    cosmogenic,
    cosmogenic_per_day,
    equivalent_depth_mwe,
    laboratories,
    laboratory,
    mean_muon_energy_GeV,
    muon_flux_per_m2_s,
    muons_per_day,
    visible_range_MeV,
)
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.interactions.target_material import material

LAB = material("lab")


def test_flux_of_the_formula_at_gran_sasso() -> None:
    # Mei and Hime quote 3.1 km.w.e. of flat rock for 2.58e-8 muons per cm2 and s (MACRO).
    assert muon_flux_per_m2_s(3100.0) == pytest.approx(2.58e-4, rel=0.01)


@pytest.mark.parametrize(("name", "excess"), [("juno", 1.4), ("borexino", 3.8), ("jne", 2.5)])
def test_mountains_let_more_muons_through_than_flat_rock(name: str, excess: float) -> None:
    # At the quoted depth. Guo et al. (2021) state a factor of about 4 between mountains and mines.
    measured = laboratory(name)
    ratio = measured.flux_per_m2_s / muon_flux_per_m2_s(measured.depth_mwe)
    assert ratio == pytest.approx(excess, rel=0.03)
    assert equivalent_depth_mwe(measured.flux_per_m2_s) < measured.depth_mwe


@pytest.mark.parametrize("name", laboratories())
def test_mean_energies_of_the_laboratories(name: str) -> None:
    measured = laboratory(name)
    # Energies follow from the flat depth that gives the flux to 9 %.
    depth = equivalent_depth_mwe(measured.flux_per_m2_s)
    assert mean_muon_energy_GeV(depth) == pytest.approx(measured.muon_energy_GeV, rel=0.09)


def test_muons_in_juno() -> None:
    # 0.004 per m2 and s through a sphere of 17.7 m: 3.4e5 a day, as published.
    assert muons_per_day(laboratory("juno").flux_per_m2_s, 17.7) == pytest.approx(3.4e5, rel=0.01)


@given(st.floats(100, 15_000))
def test_the_equivalent_depth_is_the_inverse(depth: float) -> None:
    assert equivalent_depth_mwe(muon_flux_per_m2_s(depth)) == pytest.approx(depth, rel=1e-6)


@given(st.floats(0, 15_000), st.floats(1, 1000))
def test_deeper_is_quieter_and_harder(depth: float, more: float) -> None:
    assert muon_flux_per_m2_s(depth + more) < muon_flux_per_m2_s(depth)
    assert mean_muon_energy_GeV(depth + more) >= mean_muon_energy_GeV(depth)


def test_carbon_11_of_juno_from_borexino() -> None:
    rates = load("background-rates")
    scaled = cosmogenic_per_day(
        "11C",
        carbon_mass_t(LAB, 20_000.0),
        rates["juno_design_flux"].to("1/m2/s"),
        rates["juno_design_energy"].to("GeV"),
    )
    # JUNO scaled from KamLAND: 37 000 a day. Yields measured in the two differ by 10 to 20 %.
    assert scaled == pytest.approx(37_000, rel=0.15)
    assert cosmogenic_per_day("10C", carbon_mass_t(LAB, 1000.0), 0.003, 215.0) == pytest.approx(
        rates["juno_10C"].value, rel=0.2
    )


def test_carbon_11_is_a_few_a_day_in_jinping() -> None:
    jne = laboratory("jne")
    per_day = cosmogenic_per_day(
        "11C", carbon_mass_t(LAB, 500.0), jne.flux_per_m2_s, jne.muon_energy_GeV
    )
    assert 1 < per_day < 3


def test_scaling_returns_borexino() -> None:
    known = laboratory("borexino")
    carbon = carbon_mass_t(material("pseudocumene"), 100.0)
    same = cosmogenic_per_day("11C", carbon, known.flux_per_m2_s, known.muon_energy_GeV)
    assert same == pytest.approx(load("background-rates")["borexino_11C"].value)


@given(st.floats(1.1, 20))
def test_production_follows_mass_flux_and_energy(times: float) -> None:
    base = cosmogenic_per_day("11C", 100.0, 1e-3, 200.0)
    assert cosmogenic_per_day("11C", 100 * times, 1e-3, 200.0) == pytest.approx(times * base)
    assert cosmogenic_per_day("11C", 100.0, 1e-3 * times, 200.0) == pytest.approx(times * base)
    assert cosmogenic_per_day("11C", 100.0, 1e-3, 200 * times) == pytest.approx(times**0.75 * base)


def test_carbon_11_lies_above_the_window_of_chromium() -> None:
    low, high = visible_range_MeV("11C")
    assert (low, high) == pytest.approx((1.022, 1.982), abs=1e-3)
    assert low > 1.7 * float(largest_recoil_MeV(0.7524))
    background = cosmogenic("11C", 37_000.0)
    edges, share = background.spectrum.edges_MeV, background.spectrum.share
    assert share[edges[1:] <= 1.02].sum() == 0
    assert share[edges[:-1] >= 1.984].sum() == 0
    # Six sigma of a resolution of 3 % below it, there is still no 51Cr.
    assert low - 6 * 0.03 * math.sqrt(low) > 0.8


def test_carbon_10_goes_with_its_gamma() -> None:
    assert visible_range_MeV("10C") == pytest.approx((1.740, 3.648), abs=2e-3)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match="laboratory"):
        laboratory("sudbury")
    with pytest.raises(InputError, match="depth_mwe"):
        muon_flux_per_m2_s(-1.0)
    with pytest.raises(InputError, match="depth_mwe"):
        mean_muon_energy_GeV(math.nan)
    with pytest.raises(InputError, match="flux_per_m2_s"):
        equivalent_depth_mwe(10.0)
    with pytest.raises(InputError, match="cosmogenic nuclide"):
        cosmogenic("12B", 1.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="carbon_t"):
        cosmogenic_per_day("11C", -1.0, 1e-3, 200.0)
