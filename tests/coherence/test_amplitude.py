"""The closed forms against integrals of the amplitude, down to the packets themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.coherence.amplitude import numerical_damping
from gallus.coherence.damping import Widths, damping, oscillation_length_m
from gallus.coherence.widths import (
    EnergyReading,
    Packet,
    Role,
    Vertex,
    process_widths,
    vertex_widths,
)
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError

Waves: TypeAlias = NDArray[np.complex128]

HBARC_EV_M = HBARC_MEV_M * 1e6


def along(name: str, width: float, velocity: float, role: Role, observed: bool = True) -> Packet:
    return Packet(name, width, (0.0, 0.0, velocity), role, observed)


CHROMIUM = (along("Cr", 480, 7e-7, "initial"), along("V", 480, -2e-5, "final", False))
GALLIUM = (
    along("Ga", 370, 6e-7, "initial"),
    along("Ge", 370, 1e-5, "final", False),
    along("e", 0.32, 0.83, "final", False),
)
TOY = (
    Packet("a", 240.0, (0.1, 0.2, -0.2), "initial"),
    Packet("b", 310.0, (-0.2, 0.1, 0.1), "final", False),
    Packet("c", 60.0, (0.3, 0.0, 0.6), "final"),
)
OTHER = (along("d", 400.0, 0.05, "initial"), along("e", 30.0, 0.7, "final"))

# Far above the masses, so that the next order of Delta m2/E^2 does not count.
ENERGY_MEV = 1e4


# --- from packets to the damping, without a formula, in one dimension -----------------------------


def packet_in_space(packet: Packet, x: Array, t: Array) -> Waves:
    """Sum over momenta of exp[-k^2/(4 s^2) + i k (x - v t)], k from the mean momentum."""
    momenta = np.linspace(-14.0, 14.0, 81) * packet.width_eV
    amplitude = np.exp(-((momenta / (2 * packet.width_eV)) ** 2))
    wave = np.exp(1j * momenta * (x - packet.velocity[2] * t)[..., None])
    total: Waves = wave @ amplitude.astype(np.complex128) / amplitude.sum()
    return total


class OneDimension:
    """A vertex as the product of its packets in space and time."""

    def __init__(self, packets: Sequence[Packet]) -> None:
        widths = vertex_widths(packets)
        nodes = np.linspace(-6.0, 6.0, 41)
        self.t = np.repeat(nodes[:, None] / widths.sigma_e_eV, 41, axis=1)
        self.x = nodes / widths.sigma_p_eV + widths.velocity[2] * self.t
        product: Any = 1.0
        for packet in packets:
            product = product * packet_in_space(packet, self.x, self.t)
        self.product = product.ravel()

    def factor(self, energy: Array, momentum: Array) -> Waves:
        """Its Fourier transform, beyond mean energy and momentum."""
        phase = np.multiply.outer(energy, self.t.ravel()) - np.multiply.outer(
            momentum, self.x.ravel()
        )
        transformed: Waves = np.exp(1j * phase) @ self.product
        return transformed


def momentum_shift(square_eV2: float, mean_square_eV2: float, w: Array) -> Array:
    """p_j(E_0 + w) - p_mean(E_0), exact, without cancellation."""
    energy = ENERGY_MEV * 1e6
    momentum = np.sqrt((energy + w) ** 2 - square_eV2)
    reference = math.sqrt(energy**2 - mean_square_eV2)
    return (w * (2 * energy + w) - (square_eV2 - mean_square_eV2)) / (momentum + reference)


FIRST = along("a", 240.0, -0.2, "initial")
ONE_DIMENSIONAL = (
    Vertex((FIRST, along("c", 60.0, 0.6, "final"))),
    Vertex(OTHER),
)


def toy(fraction_loc: float, fraction_en: float, widths: Any) -> tuple[float, float]:
    """Splitting and distance at which the exponents of both kinds are given."""
    splitting = 4 * ENERGY_MEV * 1e6 * widths.sigma_m_eV * math.sqrt(2 * fraction_loc)
    spread = math.sqrt(2 * fraction_en)
    length = spread * 2 * (ENERGY_MEV * 1e6) ** 2 / (splitting * widths.sigma_en_eV)
    return splitting, length * HBARC_EV_M


@pytest.mark.parametrize(("loc", "en"), [(0.2, 0.0), (0.1, 0.3), (0.7, 0.9), (0.05, 2.0)])
def test_damping_from_the_packets_on(loc: float, en: float) -> None:
    """Packets in momentum, in space, their product, its transform, the energies: no closed form.

    Also by times of emission: the amplitudes of both mass states as functions of time, and the
    integral of their product. Errors: sigma_en/E = 1e-8 and cutting off at 6 standard deviations.
    """
    widths = process_widths(*ONE_DIMENSIONAL, sigma_en="fixed-momenta")
    splitting, baseline = toy(loc, en, widths)
    length = baseline / HBARC_EV_M
    vertices = [OneDimension(v.packets) for v in ONE_DIMENSIONAL]
    w = np.linspace(-9.0, 9.0, 61) * widths.sigma_en_eV

    def amplitude(square: float) -> Waves:
        """At the energies, the phase being that of a neutrino of the mean mass."""
        shift = momentum_shift(square, splitting / 2, w)
        start = momentum_shift(square, splitting / 2, np.zeros(1))
        factors = [vertex.factor(w, shift) for vertex in vertices]
        phase: Waves = np.exp(1j * (shift - start - w) * length)
        return factors[0] * factors[1] * phase

    light, heavy, mean = (amplitude(square) for square in (0.0, splitting, splitting / 2))
    expected = damping(
        Widths(widths.sigma_m_eV, widths.sigma_en_eV), splitting, ENERGY_MEV, baseline
    )
    found = abs(np.vdot(heavy, light)) / np.vdot(mean, mean).real
    assert found == pytest.approx(float(expected.xi), abs=1e-6)
    late = np.linspace(-16.0, 16.0, 257) / widths.sigma_en_eV
    times = np.exp(-1j * np.multiply.outer(late, w))
    in_time = [times @ each for each in (light, heavy, mean)]
    overlap = abs(np.vdot(in_time[1], in_time[0])) / np.vdot(in_time[2], in_time[2]).real
    assert overlap == pytest.approx(float(expected.xi), abs=1e-6)


# --- the energy integral ------------------------------------------------------------------------


TRANSVERSE = (Vertex(TOY), Vertex(OTHER))
WIDE = (OTHER[0], along("e", 300.0, 0.7, "final"))
WARM = (Vertex(TOY, doppler_eV=90.0), Vertex(WIDE))
UNSEEN = (Vertex((FIRST, along("c", 60.0, 0.6, "final", False))), Vertex(OTHER))


@pytest.mark.parametrize(("loc", "en"), [(0.3, 0.0), (0.1, 0.1), (0.5, 0.8), (0.05, 2.0)])
@pytest.mark.parametrize(
    ("setup", "reading"),
    [
        (ONE_DIMENSIONAL, "fixed-momenta"),
        (TRANSVERSE, "fixed-momenta"),
        (UNSEEN, "phase-space"),
    ],
)
def test_closed_forms_where_the_damping_is_large(
    setup: tuple[Vertex, Vertex], reading: EnergyReading, loc: float, en: float
) -> None:
    """Exact dispersion; 1e-6 as sigma_en/E and Delta m2/E^2 are 1e-8 and 1e-7."""
    widths = process_widths(*setup, sigma_en=reading)
    splitting, baseline = toy(loc, en, widths)
    found = numerical_damping(*setup, splitting, ENERGY_MEV, baseline, sigma_en=reading)
    expected = damping(
        Widths(widths.sigma_m_eV, widths.sigma_en_eV), splitting, ENERGY_MEV, baseline
    )
    assert expected.exponent == pytest.approx(loc + en, rel=1e-12)
    assert math.exp(-found.exponent) == pytest.approx(float(expected.xi), abs=1e-6)
    assert found.change < 1e-6


def test_averages_over_unobserved_momenta() -> None:
    """Integrated in three dimensions, with thermal motion: sigma_en grows, sigma_m stays."""
    widths = process_widths(*WARM, sigma_en="doppler")
    cold = process_widths(*WARM, sigma_en="phase-space")
    assert widths.sigma_en_eV > 1.1 * cold.sigma_en_eV
    assert widths.sigma_m_eV == cold.sigma_m_eV
    splitting, baseline = toy(0.2, 0.4, widths)
    expected = damping(
        Widths(widths.sigma_m_eV, widths.sigma_en_eV), splitting, ENERGY_MEV, baseline
    )
    found = numerical_damping(*WARM, splitting, ENERGY_MEV, baseline, sigma_en="doppler")
    assert math.exp(-found.exponent) == pytest.approx(float(expected.xi), abs=1e-6)


def test_mass_states_are_suppressed_themselves_at_fixed_momenta() -> None:
    """Against their own rates less is lost.

    What the mean part leaves of m^2 after the best energy is C^2/A, with A = 1/sigma_en^2 and
    C = sum [1/sigma_p^2 - v (1 - v)/sigma_e^2]; interference over sqrt(R_jj R_kk) sees it alone.
    """
    widths = process_widths(*ONE_DIMENSIONAL, sigma_en="fixed-momenta")
    splitting, _ = toy(0.3, 0.0, widths)
    crossed = sum(
        each.sigma_p_eV**-2 - v * (1 - v) * each.sigma_e_eV**-2
        for each in (widths.production, widths.detection)
        for v in (each.velocity[2],)
    )
    expected = 0.3 * (widths.sigma_m_eV * widths.sigma_en_eV * crossed) ** 2
    found = numerical_damping(
        *ONE_DIMENSIONAL,
        splitting,
        ENERGY_MEV,
        0.0,
        sigma_en="fixed-momenta",
        reference="mass-states",
    )
    assert found.exponent == pytest.approx(expected, rel=1e-6)
    assert expected < 0.3


# --- at the widths of the talk ------------------------------------------------------------------

# Two alike, of sigma_m = 500 eV and sigma_en = 0.5 eV: widths add as 1/sigma^2.
ELECTRON_EV = 0.5 * math.sqrt(2) / 0.9
TALK = Vertex(
    (
        along("nucleus", 500 * math.sqrt(2), 0.0, "initial"),
        along("electron", ELECTRON_EV, 0.9, "final"),
    )
)


def test_the_tiny_numbers_of_the_talk_come_out_of_the_integral() -> None:
    """1.25e-19 at no distance and 4.93e-12 after an oscillation, 1 eV2 and 1 MeV."""
    near = numerical_damping(TALK, TALK, 1.0, 1.0, 0.0, sigma_en="fixed-momenta")
    # v_z of the vertex is 1e-6, its electron's share of sigma_p^2.
    assert near.exponent == pytest.approx(1.25e-19, rel=5e-6)
    length = float(oscillation_length_m(1.0, 1.0))
    far = numerical_damping(TALK, TALK, 1.0, 1.0, length, sigma_en="fixed-momenta")
    assert far.exponent == pytest.approx(4.9348e-12, rel=2e-5)
    assert abs(far.phase_rad) < 1e-11


@pytest.mark.parametrize("reading", ["fixed-momenta", "phase-space"])
def test_gallium_against_the_closed_form(reading: EnergyReading) -> None:
    """To 1e-6 of the exponent, which is 1e-15; orders of sigma_en/E are far below."""
    setup = (Vertex(CHROMIUM), Vertex((*GALLIUM[:2], along("e", 0.32, 0.83, "final"))))
    widths = process_widths(*setup, sigma_en=reading)
    for baseline in (0.0, 1.3):
        found = numerical_damping(*setup, 1.0, 0.747, baseline, sigma_en=reading)
        expected = damping(Widths(widths.sigma_m_eV, widths.sigma_en_eV), 1.0, 0.747, baseline)
        assert found.exponent == pytest.approx(float(expected.exponent), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["phase-space", "doppler"])
def test_gallium_with_nothing_seen_of_the_final_state(reading: EnergyReading) -> None:
    """Electron and germanium integrated over; vanadium too, and chromium warm."""
    setup = (Vertex(CHROMIUM, doppler_eV=0.545), Vertex(GALLIUM))
    widths = process_widths(*setup, sigma_en=reading)
    for baseline in (0.0, 1.3):
        found = numerical_damping(*setup, 1.0, 0.747, baseline, sigma_en=reading)
        expected = damping(Widths(widths.sigma_m_eV, widths.sigma_en_eV), 1.0, 0.747, baseline)
        assert found.exponent == pytest.approx(float(expected.exponent), rel=1e-6)


# --- what a user may get wrong ------------------------------------------------------------------


@pytest.mark.parametrize("splitting", [0.0, -1.0, 1e11, math.nan])
def test_impossible_splittings_are_refused(splitting: float) -> None:
    with pytest.raises(InputError, match="is no splitting here"):
        numerical_damping(TALK, TALK, splitting, 1.0, 1.0)


def test_unknown_choices_are_refused() -> None:
    wrong: Any = "nothing"
    with pytest.raises(InputError, match="reference rate"):
        numerical_damping(TALK, TALK, 1.0, 1.0, 1.0, reference=wrong)
    with pytest.raises(InputError, match="reading of a width"):
        numerical_damping(TALK, TALK, 1.0, 1.0, 1.0, sigma_en=wrong)
    with pytest.raises(InputError, match=r"^baseline_m = -1"):
        numerical_damping(TALK, TALK, 1.0, 1.0, -1.0)
