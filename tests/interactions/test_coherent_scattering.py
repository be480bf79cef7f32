"""Coherent scattering on nuclei: integrals, kinematics, and what a material is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.interactions.coherent_scattering import (
    ATOMIC_MASS_MEV,
    COUPLING_CM2_PER_MEV2,
    Nucleus,
    coherent_integral_cm2,
    largest_nuclear_recoil_MeV,
    nuclei,
    weak_charge,
)
from gallus.interactions.target_material import material

FLUORINE = Nucleus(9, 10, 18.9984 * ATOMIC_MASS_MEV, 2.3e22)


def test_the_atomic_mass_unit_is_that_of_codata() -> None:
    assert pytest.approx(931.49410242, rel=1e-8) == ATOMIC_MASS_MEV


def test_the_largest_recoils_of_chromium_neutrinos_are_below_200_eV() -> None:
    lithium = largest_nuclear_recoil_MeV(0.747, 7.016 * ATOMIC_MASS_MEV)
    fluorine = largest_nuclear_recoil_MeV(0.747, FLUORINE.mass_MeV)
    # 2 E^2/M with E = 747 keV.
    assert 1e6 * np.array([lithium, fluorine]) == pytest.approx([170.7, 63.06], rel=1e-3)


@given(low=st.floats(0.0, 7e-5), high=st.floats(0.0, 7e-5))
def test_the_closed_form_is_the_integral_of_the_cross_section(low: float, high: float) -> None:
    low, high = sorted((low, high))
    end = largest_nuclear_recoil_MeV(0.75, FLUORINE.mass_MeV)
    recoil = np.linspace(min(low, end), min(high, end), 2001)
    recoil = (recoil[1:] + recoil[:-1]) / 2
    width = (min(high, end) - min(low, end)) / 2000
    scale = COUPLING_CM2_PER_MEV2 * FLUORINE.mass_MeV * weak_charge(9, 10, 0.2387) ** 2
    expected = scale * np.sum(1 - recoil / end) * width
    found = coherent_integral_cm2(0.75, low, high, FLUORINE, 0.2387)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-60)


def test_the_cross_section_grows_with_the_square_of_the_energy() -> None:
    # sigma = G_F^2 Q_W^2 E^2/(4 pi) for E << M: 4.2e-45 cm2 (E/MeV)^2 Q_W^2.
    sigma = coherent_integral_cm2(0.75, 0.0, 1.0, FLUORINE, 0.2387)
    assert sigma == pytest.approx(4.215e-45 * 0.75**2 * (10 - 0.0452 * 9) ** 2, rel=2e-3)


def test_lithium_fluoride_has_three_nuclei() -> None:
    found = nuclei(material("lithium-fluoride"))
    assert sorted((each.charge, each.neutrons) for each in found if each.charge == 3) == [
        (3, 3),
        (3, 4),
    ]
    total = sum(each.per_g * each.mass_MeV / ATOMIC_MASS_MEV for each in found) / 6.02214076e23
    assert total == pytest.approx(1.0, rel=1e-3)  # a gram


def test_jax_gives_the_same_numbers(jax: Any) -> None:
    low = np.linspace(0.0, 8e-5, 5)
    compiled = jax.jit(lambda t: coherent_integral_cm2(0.75, t, 1.0, FLUORINE, 0.2387))
    found = np.asarray(compiled(jax.numpy.asarray(low)))
    assert found == pytest.approx(coherent_integral_cm2(0.75, low, 1.0, FLUORINE, 0.2387))
