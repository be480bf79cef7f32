"""Damping factors: the numbers of the talk, their relations, classical spreads by brute force."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.coherence.damping import (
    Widths,
    coherence_length_m,
    collision_width_eV,
    damping,
    energy_exponent,
    length_nm,
    lifetime_width_eV,
    line_exponent,
    localisation_exponent,
    orders_of_magnitude,
    oscillation_length_m,
    width_eV,
)
from gallus.errors import InputError

splittings = st.floats(1e-5, 100.0)
energies = st.floats(0.1, 100.0)
baselines = st.floats(0.0, 1e6)
spreads = st.floats(1e-3, 1e6)


# --- numbers of the talk ------------------------------------------------------------------------


def test_localisation_costs_nothing() -> None:
    """(1/(4e6 500))^2/2 = 1.25e-19; the talk prints 1.3e-19, which is 490 eV."""
    assert localisation_exponent(1.0, 1.0, 500.0) == pytest.approx(1.25e-19, rel=1e-12)
    assert localisation_exponent(1.0, 1.0, 490.0) == pytest.approx(1.30e-19, rel=2e-3)
    assert length_nm(500.0) == pytest.approx(0.1973, abs=5e-5)


def test_separation_costs_nothing() -> None:
    """2 pi^2 (5e-7)^2 after one oscillation."""
    length = oscillation_length_m(1.0, 1.0)
    assert length == pytest.approx(2.479684, abs=5e-7)
    exponent = energy_exponent(1.0, 1.0, length, 0.5)
    assert exponent == pytest.approx(2 * math.pi**2 * 25e-14, rel=1e-12)
    assert exponent == pytest.approx(4.93e-12, rel=2e-3)
    assert length_nm(0.5) == pytest.approx(197.3, abs=0.05)


@pytest.mark.parametrize(
    ("splitting", "energy", "length_km", "error"),
    [(1.0, 1.0, 1116, 1), (1.0, 0.747, 623, 1), (1.0, 3.0, 1.0e4, 60), (2.5e-3, 3.0, 4.0e6, 3e4)],
)
def test_coherence_lengths(splitting: float, energy: float, length_km: float, error: float) -> None:
    """Of sigma_en = 0.5 eV, notes on decoherence, section 1.4."""
    found = coherence_length_m(splitting, energy, 0.5)
    assert found == pytest.approx(1e3 * length_km, abs=1e3 * error)


@pytest.mark.parametrize(
    ("splitting", "energy", "baseline", "exponent"),
    [(2.0, 0.747, 0.6, 3.7e-12), (1.0, 3.0, 2e3, 4.0e-8), (7.5e-5, 3.0, 180e3, 1.8e-12)],
)
def test_separation_in_experiments(
    splitting: float, energy: float, baseline: float, exponent: float
) -> None:
    """Gallium, a far reactor detector, KamLAND (at 3 MeV), sigma_en = 0.5 eV; two digits."""
    assert energy_exponent(splitting, energy, baseline, 0.5) == pytest.approx(exponent, rel=0.02)


def test_the_reactor_bound_in_both_languages() -> None:
    """sigma_x > 2.1e-4 nm (de Gouvea, De Romeri, Ternes) is sigma_E < 0.470 MeV, and back."""
    assert width_eV(2.1e-4) == pytest.approx(0.470e6, rel=1e-3)
    assert length_nm(0.47e6) == pytest.approx(2.1e-4, rel=1e-3)


def test_the_localisations_of_the_talk() -> None:
    """Nine digits of the table are hbar c/(2 delta_x), rounded to one or two digits."""
    lengths = np.array([0.24, 260, 0.1, 5e6, 320, 0.20, 0.27, 310])
    printed = [410, 0.38, 990, 2e-5, 0.3, 480, 370, 0.32]
    assert width_eV(lengths) == pytest.approx(printed, rel=0.04)


def test_lines_of_decays_and_collisions() -> None:
    """Notes on decoherence, section 1.2: 51Cr decays, rattles; vanadium recoils; fission too."""
    mean_life_s = 27.70 * 86400 / math.log(2)
    assert lifetime_width_eV(mean_life_s) == pytest.approx(1.9e-22, rel=0.01)
    widths = collision_width_eV(np.array([0.2, 0.2, 0.24]), np.array([7e-7, 2e-5, 4e-5]))
    assert widths == pytest.approx([6.9e-4, 0.020, 0.033], rel=0.015)


def test_resolution_dominates_by_five_orders_and_the_bound_by_six() -> None:
    """The talk says about 6 for the resolution: 0.03 to 0.06 MeV over 0.5 eV is 5."""
    assert orders_of_magnitude(np.array([0.03e6, 0.06e6]), 0.5) == pytest.approx(
        [4.78, 5.08], abs=5e-3
    )
    assert orders_of_magnitude(0.47e6, 0.5) == pytest.approx(5.97, abs=5e-3)


# --- relations ----------------------------------------------------------------------------------


@given(dm2=splittings, energy=energies, baseline=baselines, sigma=spreads, line=spreads)
def test_exponents_in_units_of_the_oscillation_length(
    dm2: float, energy: float, baseline: float, sigma: float, line: float
) -> None:
    """With n = L/L_osc: 2 pi^2 (delta_loc/L_osc)^2, 2 pi^2 (n sigma_en/E)^2, pi n Gamma/E."""
    found = damping(Widths(sigma, sigma, line), dm2, energy, baseline)
    oscillations = baseline / found.oscillation_length_m
    place = 1e-9 * length_nm(sigma) / found.oscillation_length_m
    relative = 1e-6 * sigma / energy
    assert found.localisation == pytest.approx(2 * (math.pi * place) ** 2, rel=1e-12)
    assert found.energy == pytest.approx(2 * (math.pi * oscillations * relative) ** 2, rel=1e-12)
    assert found.energy == pytest.approx((baseline / found.coherence_length_m) ** 2, rel=1e-12)
    assert found.line == pytest.approx(math.pi * oscillations * 1e-6 * line / energy, rel=1e-12)
    assert found.xi == pytest.approx(found.xi_loc * found.xi_en * found.xi_line, rel=1e-12)
    assert damping(Widths(sigma, sigma, line), -dm2, energy, baseline).exponent == found.exponent


@given(
    dm2=splittings,
    energy=energies,
    baseline=baselines,
    quantum=spreads,
    classical=st.floats(0.0, 1e6),
    size_m=st.floats(0.0, 1.0),
)
def test_classical_spreads_add_their_exponents(
    dm2: float, energy: float, baseline: float, quantum: float, classical: float, size_m: float
) -> None:
    """Independent causes: factors multiply."""
    alone = damping(Widths(quantum, quantum), dm2, energy, baseline)
    both = Widths(quantum, quantum).with_classical(energy_eV=classical, position_m=size_m)
    found = damping(both, dm2, energy, baseline)
    spread = energy_exponent(dm2, energy, baseline, classical)
    assert found.energy == pytest.approx(float(alone.energy + spread), rel=1e-9)
    place = 2 * math.pi**2 * (size_m / oscillation_length_m(dm2, energy)) ** 2
    assert found.localisation == pytest.approx(float(alone.localisation + place), rel=1e-9)
    assert length_nm(both.sigma_m_eV) == pytest.approx(
        math.hypot(length_nm(quantum), 1e9 * size_m), rel=1e-9
    )


def test_widths_of_a_line_are_averages_of_plane_waves() -> None:
    """Gaussian and Lorentzian spread together, by the quantiles of a large sample of midpoints."""
    sigma, full, energy = 0.8, 0.5, 1.0  # eV, eV, MeV
    length = 0.3e6 * oscillation_length_m(1.0, energy)
    parts = (np.arange(200_000) + 0.5) / 200_000
    lorentz = 0.5 * full * np.tan(math.pi * (parts - 0.5))
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    # First order in the spread of energy, as the formulas: phases change by t (E - E_0).
    t = 2 * math.pi * length / oscillation_length_m(1.0, energy) * 1e-6 / energy
    mean = np.exp(1j * t * lorentz).mean() * (np.exp(1j * t * sigma * x) @ weight) / weight.sum()
    found = damping(Widths(math.inf, sigma, full), 1.0, energy, length)
    # The tails of the midpoints, 1e-5 of the line.
    assert found.xi == pytest.approx(abs(mean), rel=1e-4)


def test_grids() -> None:
    splitting, energy = np.array([[0.5], [2.0]]), np.array([0.43, 0.75, 1.3])
    found = damping(Widths(360.0, 0.5, 1e-3), splitting, energy, 0.6)
    assert found.exponent.shape == (2, 3)
    one = damping(Widths(360.0, 0.5, 1e-3), 2.0, 0.43, 0.6)
    assert found.exponent[1, 0] == pytest.approx(float(one.exponent), rel=1e-15)


def test_what_is_switched_off_does_not_damp() -> None:
    found = damping(Widths(math.inf, 0.0), 1.0, 1.0, 1e6)
    assert found.exponent == 0.0
    assert found.xi == 1.0
    assert found.coherence_length_m == math.inf
    assert Widths(math.inf, 0.0).with_classical() == Widths(math.inf, 0.0)


@pytest.mark.parametrize("wrong", [-1.0, math.nan])
def test_wrong_widths_are_named(wrong: float) -> None:
    calls: dict[str, Any] = {
        "sigma_m_eV": lambda: Widths(wrong, 0.5),
        "sigma_en_eV": lambda: Widths(500.0, wrong),
        "full_width_eV": lambda: line_exponent(1.0, 1.0, 1.0, wrong),
        "energy_eV": lambda: Widths(500.0, 0.5).with_classical(energy_eV=wrong),
        "position_m": lambda: Widths(500.0, 0.5).with_classical(position_m=wrong),
        "mean_life_s": lambda: lifetime_width_eV(wrong),
        "distance_nm": lambda: collision_width_eV(wrong, 1e-5),
        "velocity": lambda: collision_width_eV(0.2, wrong),
        "width_eV": lambda: length_nm(wrong),
        "length_nm": lambda: width_eV(wrong),
        "quantum": lambda: orders_of_magnitude(1.0, wrong),
    }
    for name, call in calls.items():
        with pytest.raises(InputError, match=f"^{name} = "):
            call()
