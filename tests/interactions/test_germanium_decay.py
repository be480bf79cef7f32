"""The decay of 71Ge: rates, strength and notations."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, HBAR_MEV_S
from gallus.errors import InputError
from gallus.interactions.germanium_decay import CHARGE, GermaniumDecay, input_errors

GERMANIUM = GermaniumDecay.from_database()


def test_ingredients_are_those_of_the_review() -> None:
    assert GERMANIUM.half_life_d == 11.43
    assert GERMANIUM.neutrino_energy_MeV == pytest.approx(0.2221, abs=0.0001)
    assert GERMANIUM.threshold_MeV == pytest.approx(0.232533)
    assert GERMANIUM.k_fraction + GERMANIUM.l_fraction + GERMANIUM.m_fraction == pytest.approx(1)
    # The review states the contact density twice: the second time relative to hydrogen's.
    hydrogenic = (CHARGE * FINE_STRUCTURE * ELECTRON_MASS_MEV) ** 3 / math.pi
    assert GERMANIUM.contact_density_MeV3 == pytest.approx(1.333 * hydrogenic, rel=1e-3)


def test_rate_from_the_strength_gives_back_the_half_life() -> None:
    """The electron-capture formula written out anew, from BGT to seconds."""
    g_f, v_ud, g_a = 1.1663787e-11, GERMANIUM.v_ud, GERMANIUM.axial_coupling
    strength_of_decay = 2 * GERMANIUM.gamow_teller_strength()
    per_electron = (g_f * v_ud * g_a) ** 2 / (2 * math.pi) * strength_of_decay
    per_electron *= GERMANIUM.contact_density_MeV3 * GERMANIUM.neutrino_energy_MeV**2
    k_rate = 2 * per_electron * (1 + GERMANIUM.overlap_exchange)
    half_life_s = math.log(2) * HBAR_MEV_S / (k_rate / GERMANIUM.k_fraction)
    assert half_life_s / 86400 == pytest.approx(11.43, rel=1e-6)


def test_strength_agrees_with_the_published_one() -> None:
    # 0.0864 +- 0.0010 at 95 % confidence (Elliott 2024, section 5.1).
    assert GERMANIUM.gamow_teller_strength() == pytest.approx(0.0864, abs=0.0010)


def test_strength_without_overlap_and_exchange() -> None:
    # Same constants as an earlier evaluation by hand: 0.0853.
    older = replace(GERMANIUM, axial_coupling=1.2764, v_ud=0.97435)
    assert older.gamow_teller_strength(overlap_exchange=False) == pytest.approx(0.0853, abs=1e-4)


def test_notations_of_the_literature() -> None:
    assert GERMANIUM.log_ft() == pytest.approx(4.35, abs=0.005)
    # Bahcall 8.611 (1997), 8.63 later, both with slightly different inputs.
    assert GERMANIUM.bahcall_sigma0_cm2() == pytest.approx(8.63e-46, rel=3e-3)


def test_k_capture_is_88_per_cent() -> None:
    assert GERMANIUM.k_rate_per_s / GERMANIUM.rate_per_s == pytest.approx(0.88)


@given(half_life=st.floats(min_value=1.0, max_value=100.0))
def test_strength_is_inverse_to_the_half_life(half_life: float) -> None:
    changed = replace(GERMANIUM, half_life_d=half_life)
    product = changed.gamow_teller_strength() * half_life
    assert product == pytest.approx(GERMANIUM.gamow_teller_strength() * 11.43, rel=1e-12)


def test_errors_are_one_sigma() -> None:
    errors = input_errors()
    assert errors["half_life_d"] == 0.03
    assert errors["contact_density_MeV3"] == pytest.approx(0.03e-4 / 1.96, rel=1e-4)  # from 95 %
    assert "k_fraction" not in errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("half_life_d", 0.0),
        ("half_life_d", -11.43),
        ("half_life_d", math.nan),
        ("q_value_MeV", 0.01),
        ("q_value_MeV", math.inf),
        ("contact_density_MeV3", 0.0),
        ("charge_radius_fm", -4.0),
    ],
)
def test_impossible_ingredients_are_refused(field: str, value: float) -> None:
    with pytest.raises(InputError, match=field):
        replace(GERMANIUM, **{field: value})


def test_couplings_do_not_enter_the_reduced_strength() -> None:
    other = replace(GERMANIUM, axial_coupling=1.0, v_ud=0.5)
    assert other.reduced_strength_per_MeV4() == GERMANIUM.reduced_strength_per_MeV4()
    assert np.isclose(other.log_ft(), GERMANIUM.log_ft(), rtol=1e-15)
