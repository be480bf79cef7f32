"""Widths: the lengths of the literature, and classical averages by brute force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError
from gallus.oscillation import Channel, WavePacket, coherence_length_m, conjugate_width_MeV
from gallus.oscillation.base import RADIANS
from gallus.oscillation.widths import (
    conjugate_width_nm,
    gaussian_baseline_damping,
    gaussian_baseline_exponent,
    gaussian_energy_damping,
    gaussian_energy_exponent,
    lorentzian_energy_damping,
    lorentzian_energy_exponent,
    quadrature_sum,
    separation_per_m,
    uniform_baseline_damping,
)

widths = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(
    ("sigma_x_nm", "energy", "delta_m2", "length"),
    [
        (67e-6, 3.0, 1.4, 2.44),
        (67e-6, 0.747, 1.4, 0.151),
        (91e-6, 3.0, 1.4, 3.31),
        (91e-6, 0.747, 1.4, 0.205),
        (2.1e-4, 3.0, 1.4, 7.64),
        (2.1e-4, 0.747, 1.4, 0.473),
        (6.2e-3, 3.0, 1.4, 225.0),
        (6.2e-3, 0.747, 1.4, 14.0),
        (200.0, 3.0, 1.4, 7.3e6),
        (200.0, 0.747, 1.4, 4.5e5),
        (2.1e-4, 3.0, 1.0, 10.7),
        (2.1e-4, 3.0, 2.5e-3, 4.28e3),
        (2.1e-4, 3.0, 7.5e-5, 142.6e3),
        (2.1e-4, 0.747, -2.0, 0.33),
    ],
)
def test_coherence_lengths_of_the_literature(
    sigma_x_nm: float, energy: float, delta_m2: float, length: float
) -> None:
    # The notes round to two or three digits.
    assert coherence_length_m(delta_m2, energy, sigma_x_nm) == pytest.approx(length, rel=8e-3)


def test_half_an_electronvolt_is_coherent_over_a_thousand_kilometres() -> None:
    width = conjugate_width_nm(0.5e-6)
    assert width == pytest.approx(197.3, abs=0.05)
    assert coherence_length_m(1.0, 1.0, width) == pytest.approx(1116e3, rel=1e-3)
    length = 2 * np.pi / RADIANS
    damping = gaussian_energy_damping(1.0, 1.0, length, 0.5e-6)
    assert -np.log(damping) == pytest.approx(4.9348e-12, rel=1e-4)


def test_localisation_over_the_width_of_the_mass_shell() -> None:
    """sigma_m = 500 eV: exp(-1.25e-19) for 1 eV2 and 1 MeV; visible only for 1e9 eV2."""
    position_m = HBARC_MEV_M / (2 * 500e-6)
    exponent = -np.log(gaussian_baseline_damping(1e9, 1.0, position_m))
    assert exponent == pytest.approx(0.125, rel=1e-12)


@given(width=widths)
def test_widths_in_space_and_energy_are_conjugate(width: float) -> None:
    assert conjugate_width_nm(conjugate_width_MeV(width)) == pytest.approx(width, rel=1e-15)
    lengths = coherence_length_m(2.0, 0.7, width)
    damping = gaussian_energy_damping(2.0, 0.7, 0.3 * lengths, conjugate_width_MeV(width))
    assert damping == pytest.approx(np.exp(-0.09), rel=1e-12)


# --- averages of plane waves by brute force -----------------------------------------------------


def mean_wave(
    density: Callable[[Array], Array], phase: Callable[[Array], Array], reach: float
) -> complex:
    """Mean of exp(-i phase(x)) over x with a density, by the midpoint rule."""
    steps = 400_000
    x = reach * (2 * (np.arange(steps) + 0.5) / steps - 1)
    weight = density(x)
    return complex((np.exp(-1j * phase(x)) * weight).sum() / weight.sum())


def normal(x: Array) -> Array:
    return np.exp(-0.5 * x * x)


def phase_of(delta_m2: float, energy: Any, baseline: Any) -> Any:
    return 1e-12 * delta_m2 * baseline / (2 * HBARC_MEV_M * energy)


@pytest.mark.parametrize("delta_m2", [0.5, 2.0, 6.0])
def test_a_gaussian_source_damps_as_the_quantum_formula(delta_m2: float) -> None:
    energy, baseline, spread = 0.75, 3.0, 0.17
    mean = mean_wave(normal, lambda x: phase_of(delta_m2, energy, baseline + spread * x), 9.0)
    damping = gaussian_baseline_damping(delta_m2, energy, spread)
    expected = damping * np.exp(-1j * phase_of(delta_m2, energy, baseline))
    assert mean == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("turns", [0.3, 1.0, 2.5])
def test_a_gaussian_line_damps_as_the_quantum_formula(turns: float) -> None:
    """sigma_E/E = 1e-6: the next order is as small, times the phase in units of 1e6."""
    energy, spread = 1.2, 1.2e-6
    baseline = turns * 1e6 / phase_of(2.0, energy, 1.0)
    mean = mean_wave(normal, lambda x: phase_of(2.0, energy + spread * x, baseline), 9.0)
    damping = gaussian_energy_damping(2.0, energy, baseline, spread)
    expected = damping * np.exp(-1j * phase_of(2.0, energy, baseline))
    assert mean == pytest.approx(expected, abs=3e-6)


def test_a_lorentzian_line_damps_exponentially() -> None:
    energy, full_width = 1.2, 1.2e-7
    baseline = 1e7 / phase_of(2.0, energy, 1.0)
    reach = 2000.0  # in units of half the width: tails of 1/(pi reach) are cut off on either side

    def wave(x: Array) -> Array:
        phases: Array = phase_of(2.0, energy + 0.5 * full_width * x, baseline)
        return phases

    mean = mean_wave(lambda x: 1 / (1 + x * x), wave, reach)
    damping = lorentzian_energy_damping(2.0, energy, baseline, full_width)
    assert abs(mean) == pytest.approx(float(damping), abs=1e-3)
    assert damping == pytest.approx(np.exp(-0.5), rel=1e-12)


@pytest.mark.parametrize("full_width", [0.0, 0.1, 1.0, 4.0])
def test_an_even_source_damps_as_a_sinc(full_width: float) -> None:
    mean = mean_wave(np.ones_like, lambda x: phase_of(3.0, 0.75, 2.0 + full_width / 2 * x), 1.0)
    damping = float(uniform_baseline_damping(3.0, 0.75, full_width))
    expected = damping * np.exp(-1j * phase_of(3.0, 0.75, 2.0))
    # Midpoints: the square of 4e5 steps over 20 rad.
    assert mean == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("turns", [0.3, 1.0, 2.0])
def test_classical_widths_add_to_quantum_widths_in_quadrature(turns: float) -> None:
    """A wave packet of a line with classical width, from a source with a size: one damping.

    Wave packets averaged over the classical spreads of energy and length by brute force are wave
    packets with sigma_E^2 + sigma_classical^2, damped by the size.
    """
    energy, quantum, classical, size = 0.75, 0.4e-6, 0.3e-6, 0.2
    sterile = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 1.7}
    still = {"delta_m2_21_eV2": 0.0, "delta_m2_31_eV2": 0.0}
    baseline = turns * 1e6 / phase_of(1.7, energy, 1.0)
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    weight = weight / weight.sum()
    packets = WavePacket("sigma_E").probability(
        Channel(),
        (energy + classical * x)[:, None],
        baseline + size * x,
        sterile | still | {"sigma_E_MeV": quantum},
    )
    mean = weight @ packets @ weight
    total = float(quadrature_sum(quantum, classical))
    assert total == pytest.approx(0.5e-6, rel=1e-15)
    one = WavePacket("sigma_E").probability(
        Channel(), energy, baseline, sterile | still | {"sigma_E_MeV": total}
    )
    constant = 1 - 0.4 / 2
    damped = constant + gaussian_baseline_damping(1.7, energy, size) * (one - constant)
    assert mean == pytest.approx(float(damped), abs=2e-6)


@given(dm2=st.floats(0.01, 10.0), energy=st.floats(0.1, 10.0), width=st.floats(0.0, 0.5))
def test_exponents_are_minus_the_logarithms(dm2: float, energy: float, width: float) -> None:
    for exponent, damping, at in (
        (gaussian_energy_exponent, gaussian_energy_damping, (dm2, energy, 1.3, width)),
        (gaussian_baseline_exponent, gaussian_baseline_damping, (dm2, energy, width)),
        (lorentzian_energy_exponent, lorentzian_energy_damping, (-dm2, energy, 1.3, width)),
    ):
        assert damping(*at) == pytest.approx(float(np.exp(-exponent(*at))), rel=1e-15)
        assert exponent(*at) >= 0.0


def test_exponents_stay_where_the_damping_is_one_to_all_digits() -> None:
    """500 eV at 1 MeV and 1 eV2: (1/(4e6 500))^2/2."""
    place_m = HBARC_MEV_M / (2 * 500e-6)
    assert gaussian_baseline_damping(1.0, 1.0, place_m) == 1.0
    assert gaussian_baseline_exponent(1.0, 1.0, place_m) == pytest.approx(1.25e-19, rel=1e-12)


def test_sources_and_detectors_add_in_quadrature() -> None:
    both = gaussian_baseline_damping(2.0, 0.75, quadrature_sum(0.1, 0.2))
    each = [gaussian_baseline_damping(2.0, 0.75, d) for d in (0.1, 0.2)]
    assert both == pytest.approx(each[0] * each[1], rel=1e-14)


def test_damping_in_the_geometry_of_best() -> None:
    """Path rms 0.168 and 0.202 m at 0.747 MeV, notes on decoherence, section 2."""
    for delta_m2, inner, outer in ((1.0, 0.849, 0.790), (2.0, 0.521, 0.390), (5.0, 0.017, 0.003)):
        found = gaussian_baseline_damping(delta_m2, 0.747, np.array([0.168, 0.202]))
        assert found == pytest.approx([inner, outer], abs=1.5e-3)


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.array([1.0, -2.0])])
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (conjugate_width_MeV, "position_width_nm"),
        (conjugate_width_nm, "energy_width_MeV"),
        (lambda w: coherence_length_m(1.0, 1.0, w), "position_width_nm"),
        (lambda w: quadrature_sum(0.1, w), r"widths\[1\]"),
        (lambda w: gaussian_energy_damping(1.0, 1.0, 1.0, w), "energy_width_MeV"),
        (lambda w: gaussian_baseline_damping(1.0, 1.0, w), "position_width_m"),
        (lambda w: lorentzian_energy_damping(1.0, 1.0, 1.0, w), "full_width_MeV"),
        (lambda w: uniform_baseline_damping(1.0, 1.0, w), "full_width_m"),
    ],
)
def test_wrong_widths_are_named(function: Callable[[Any], Any], name: str, wrong: Any) -> None:
    with pytest.raises(InputError, match=rf"^{name} = .*(-|nan)"):
        function(wrong)


def test_no_width_is_a_width_but_where_it_divides(jax: Any) -> None:
    for function in (conjugate_width_MeV, conjugate_width_nm):
        with pytest.raises(InputError, match="not above 0"):
            function(0.0)
        assert float(jax.jit(function)(0.1)) == pytest.approx(float(function(0.1)), rel=1e-15)
    assert gaussian_energy_damping(1.0, 1.0, 1.0, 0.0) == 1.0


@given(width=widths, energy=st.floats(0.1, 10.0))
def test_the_unchecked_form_is_the_inverse_of_the_coherence_length(
    width: float, energy: float
) -> None:
    length = coherence_length_m(1.0, energy, width)
    assert separation_per_m(energy, width) * length == pytest.approx(1.0, rel=1e-15)
