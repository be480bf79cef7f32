"""Kinematics of scattering on electrons, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.constants import ELECTRON_MASS_MEV as M
from gallus.interactions.scattering_kinematics import (
    largest_recoil_MeV,
    neutrino_energy_MeV,
    recoil_at_cosine_MeV,
    recoil_cosine,
    recoil_slope_MeV,
    smallest_energy_MeV,
)

ENERGY = st.floats(0.01, 100.0)
SHARE = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("energy_keV", "recoil_keV"),
    [(747, 556.618), (752, 561.295), (427, 267.149), (432, 271.453), (811, 616.710)],
)
def test_edges_of_the_lines_of_chromium_and_argon(energy_keV: float, recoil_keV: float) -> None:
    assert largest_recoil_MeV(energy_keV / 1e3) * 1e3 == pytest.approx(recoil_keV, abs=5e-4)


@pytest.mark.parametrize(("energy", "degrees"), [(0.75, 41.8), (0.43, 14.0)])
def test_two_lines_have_two_angles_at_the_same_recoil(energy: float, degrees: float) -> None:
    assert np.degrees(np.arccos(recoil_cosine(energy, 0.25))) == pytest.approx(degrees, abs=0.05)


@given(ENERGY, SHARE)
def test_energy_and_momentum_are_conserved(energy: float, share: float) -> None:
    """The scattered neutrino is massless: (E - T)^2 = |k - p|^2."""
    recoil = share * largest_recoil_MeV(energy)
    momentum = np.sqrt(recoil * (recoil + 2 * M))
    cosine = recoil_cosine(energy, recoil)
    left = (energy - recoil) ** 2
    right = energy**2 + momentum**2 - 2 * energy * momentum * cosine
    assert right == pytest.approx(left, rel=1e-9, abs=1e-12 * energy**2)


@given(ENERGY, SHARE)
def test_any_two_give_the_third(energy: float, share: float) -> None:
    recoil = share * largest_recoil_MeV(energy)
    cosine = recoil_cosine(energy, recoil)
    assert 0 < cosine < 1
    assert recoil_at_cosine_MeV(energy, cosine) == pytest.approx(recoil, rel=1e-9)
    # E follows from a difference that shrinks with m/E and T/m.
    condition = max(1.0, energy / M) ** 2 * max(1.0, M / energy)
    assert neutrino_energy_MeV(recoil, cosine) == pytest.approx(energy, rel=1e-14 * condition * 100)


@given(ENERGY)
def test_forward_recoils_are_the_largest(energy: float) -> None:
    end = largest_recoil_MeV(energy)
    assert recoil_cosine(energy, end) == pytest.approx(1, rel=1e-12)
    assert recoil_at_cosine_MeV(energy, 1.0) == pytest.approx(end, rel=1e-9)
    assert smallest_energy_MeV(end) == pytest.approx(energy, rel=1e-12)
    assert end < energy


@given(ENERGY, st.floats(0.05, 0.95))
def test_slope_is_the_derivative(energy: float, cosine: float) -> None:
    step = 1e-5
    above, below = (recoil_at_cosine_MeV(energy, cosine + s) for s in (step, -step))
    # The third derivative times the step squared grows as (E/m)^2.
    tolerance = 1e-6 * max(1.0, energy) ** 2
    assert recoil_slope_MeV(energy, cosine) == pytest.approx(
        (above - below) / (2 * step), rel=min(tolerance, 1e-2)
    )
