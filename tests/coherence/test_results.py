"""Widths and damping of the registered set-ups, against numbers derived apart from this code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import wofz

from gallus.arrays import Array
from gallus.coherence.check import check
from gallus.coherence.description import setup, setup_names, with_points
from gallus.coherence.process import process
from gallus.coherence.readings import Reading, with_choices
from gallus.coherence.results import CoherenceResult, coherence
from gallus.errors import InputError


def result(name: str, **reading: str) -> CoherenceResult:
    return coherence(setup(name), with_choices(Reading(), reading))


# The notes derive these from the printed table in another program; three or four digits are given.
PRINTED = {
    "reactor": (579.8, 0.3764, 990.0, 0.2970, 500.2, 500.3, 0.233),
    "gallium-cr51": (678.8, 0.00703, 523.3, 0.2656, 360.2, 414.4, 0.00702),
}


@pytest.mark.parametrize("name", PRINTED)
def test_widths_of_the_printed_table(name: str) -> None:
    p_production, e_production, p_detection, e_detection, m, momenta, fixed = PRINTED[name]
    found = result(name, energy_width="fixed-momenta").widths
    assert found.production.sigma_p_eV == pytest.approx(p_production, abs=0.05)
    assert found.production.sigma_e_eV == pytest.approx(e_production, rel=2e-3)
    assert found.detection.sigma_p_eV == pytest.approx(p_detection, abs=0.05)
    assert found.detection.sigma_e_eV == pytest.approx(e_detection, rel=2e-3)
    assert found.sigma_m_eV == pytest.approx(m, abs=0.05)
    assert found.sigma_en_eV == pytest.approx(fixed, rel=2e-3)
    short = result(name, sigma_m="momentum-terms").widths
    assert short.sigma_m_eV == pytest.approx(momenta, abs=0.05)


def test_gallium_is_as_wide_as_its_thermal_motion() -> None:
    """0.0070 eV, 480 eV (2e-5 + 7e-7) with vanadium integrated, E sqrt(kT/M) with motion."""
    found = result("gallium-cr51")
    steps = found.typical.steps
    assert steps["fixed-momenta"] == pytest.approx(0.00702, rel=2e-3)
    assert steps["phase-space"] == pytest.approx(480 * 2.07e-5, rel=1e-4)
    # 746.5 keV x sqrt(25.249 meV/47.455 GeV), kT at 293 K, mass of 51Cr.
    thermal = 746.5e3 * math.sqrt(293 * 8.617333e-5 / 47.4548e9)
    assert steps["doppler"] == pytest.approx(math.hypot(480 * 2.07e-5, thermal), rel=1e-4)
    assert found.widths.delta_en_nm == pytest.approx(181.2, abs=0.2)


def test_hot_chromium_is_wider() -> None:
    """0.545, 0.596, 0.712 eV at 293, 350, 500 K, for 747 keV."""
    gallium = setup("gallium-cr51")
    for temperature, width in ((293.0, 0.545), (350.0, 0.596), (500.0, 0.712)):
        warm = gallium.model_copy(update={"production_temperature_K": temperature})
        assert coherence(warm).widths.sigma_en_eV == pytest.approx(width, abs=1e-3)


def test_two_unseen_particles_leave_the_energy_open() -> None:
    """Gallium: neither the electron nor germanium is seen, so detection does not constrain E."""
    found = result("gallium-cr51").widths
    shares = {term.vertex: term.share for term in found.energy}
    assert shares == {"production": 1.0, "detection": 0.0}
    reactor = {term.vertex: term.share for term in result("reactor").widths.energy}
    assert reactor == {"production": 0.0, "detection": 1.0}


def test_line_widths_are_those_of_the_notes() -> None:
    """51Cr lifetime 1.9e-22 eV, Cr 6.9e-4 eV, V 0.020 eV, fission product 0.033 eV."""
    lines = {each.cause: each.full_width_eV for each in result("gallium-cr51").typical.lines}
    assert lines["lifetime"] == pytest.approx(1.9e-22, rel=0.01)
    assert lines["collisions of Cr"] == pytest.approx(6.9e-4, rel=0.05)
    assert lines["collisions of V"] == pytest.approx(0.020, rel=0.05)
    fixed = result("reactor", energy_width="fixed-momenta")
    fuel = {each.cause: each.full_width_eV for each in fixed.typical.lines}
    assert fuel["collisions of N'"] == pytest.approx(0.033, rel=0.02)
    assert fixed.quantum.full_width_eV == pytest.approx(math.fsum(fuel.values()), rel=1e-12)
    assert result("gallium-cr51", line_width="none").quantum.full_width_eV == 0.0
    assert result("gallium-cr51", line_width="lifetime").quantum.full_width_eV < 1e-21


def test_a_vertex_that_leaves_the_energy_open_has_no_lines() -> None:
    """Two final particles unseen: in the source of a reactor, in the detection on gallium."""
    assert {each.vertex for each in result("reactor").typical.lines} == {"detection"}
    assert {each.vertex for each in result("gallium-cr51").typical.lines} == {"production"}


def voigt(energy: Array, sigma: float, full_width: float) -> Array:
    shape: Array = wofz((energy + 0.5j * full_width) / (sigma * math.sqrt(2))).real
    return shape


def test_lines_count_as_much_as_their_vertex_constrains() -> None:
    """Energy spectra of both vertices multiply: a line under a wide Gaussian hardly damps.

    Two Voigt profiles and their Fourier transform by sums, to 1e-3 of the shortest.
    """
    energy = np.linspace(-600.0, 600.0, 240_001)
    source, late = 0.5, 0.1
    wave = np.cos(energy * late)

    def exponent(width: float, wide: float, detected: float) -> float:
        spectrum = voigt(energy, source, width) * voigt(energy, wide, detected)
        return -math.log(float(spectrum @ wave / spectrum.sum()))

    quiet = exponent(0.0, 1e3, 0.0)
    # The tails of the line, beyond 1e3 eV, are cut off: 1 % of it.
    assert exponent(0.02, 1e3, 0.0) - quiet == pytest.approx(0.5 * 0.02 * late, rel=0.03)
    assert abs(exponent(0.0, 1e3, 0.05) - quiet) < 1e-3 * 0.5 * 0.05 * late
    # Between Gaussians of like widths the sum of both lines is an upper estimate.
    lines = exponent(0.02, 0.6, 0.05) - exponent(0.0, 0.6, 0.0)
    assert 0 < lines < 0.5 * 0.07 * late


def test_momentum_is_conserved_at_every_vertex() -> None:
    """What comes out carries the neutrino's momentum away, or its opposite."""
    for name in setup_names():
        for direction in ("as-described", "forward", "backward"):
            found = result(name, particles="computed", lepton_direction=direction)
            for side, sign in (("production", -1.0), ("detection", 1.0)):
                total = [0.0, 0.0, 0.0]
                for each in found.typical.particles[side]:
                    if each.description.role == "final":
                        speed = math.hypot(*each.packet.velocity)
                        gamma = 1.0 / math.sqrt(1.0 - speed * speed)
                        for axis, component in enumerate(each.packet.velocity):
                            total[axis] += gamma * each.mass_MeV * component
                energy = found.typical.energy_MeV
                assert total == pytest.approx([0.0, 0.0, sign * energy], abs=1e-9 * energy)


def test_energy_is_conserved_in_inverse_beta_decay() -> None:
    """E + m_p = E_e + sqrt(m_n^2 + p_n^2): the positron of a 4 MeV antineutrino."""
    proton, neutron, positron = result("reactor", particles="computed").typical.particles[
        "detection"
    ]
    total = sum(
        each.mass_MeV / math.sqrt(1.0 - math.hypot(*each.packet.velocity) ** 2)
        for each in (neutron, positron)
    )
    assert total == pytest.approx(4.0 + proton.mass_MeV, abs=1e-6)


def test_computed_particles_are_near_the_printed_ones() -> None:
    """Positions within 10 %, but for the mean free path of the neutron; slow ones within 80 %."""
    for name in ("reactor", "gallium-cr51"):
        for side in ("production", "detection"):
            for each in result(name).typical.particles[side]:
                printed = each.description.printed
                assert printed.delta_x_nm is not None
                assert printed.velocity is not None
                allowed = 0.5 if each.name == "n" else 0.1
                assert each.computed_nm == pytest.approx(printed.delta_x_nm, rel=allowed)
                speed = math.hypot(*each.computed_velocity)
                assert speed == pytest.approx(printed.velocity, rel=0.8)


def test_exponents_follow_from_the_widths() -> None:
    """2 pi^2 (L/L_osc sigma_en/E)^2 and (Dm2/4 E sigma_m)^2/2, with L_osc = 2.4797 m E/Dm2."""
    found = coherence(with_points(setup("gallium-cr51"), (0.75,), (0.6,), (2.0,)))
    (point,) = found.points
    ratio = 0.6 / (2.479684 * 0.75 / 2.0)
    sigma = found.widths.sigma_en_eV
    assert point.quantum.energy == pytest.approx(
        2 * math.pi**2 * (ratio * sigma / 0.75e6) ** 2, rel=1e-6
    )
    width = found.widths.sigma_m_eV
    assert point.quantum.localisation == pytest.approx(
        (2.0 / (4 * 0.75e6 * width)) ** 2 / 2, rel=1e-9
    )
    # Notes: 3.7e-12 for 0.5 eV.
    assert point.quantum.energy * (0.5 / sigma) ** 2 == pytest.approx(3.7e-12, rel=0.01)


@pytest.mark.parametrize("name", setup_names())
def test_classical_spreads_dominate_by_orders(name: str) -> None:
    found = result(name)
    orders = (found.classical.energy_orders, found.classical.position_orders)
    assert all(each is None or each > 3.0 for each in orders)
    for point in found.points:
        assert point.quantum.exponent < 1e-5
        # Widths add in quadrature, so Gaussian exponents add.
        for cause in ("energy", "localisation"):
            parts = getattr(point.quantum, cause) + getattr(point.classical, cause)
            assert getattr(point.both, cause) == pytest.approx(parts, rel=1e-9)


def test_classical_widths_are_added_in_quadrature() -> None:
    """25.4 eV and 0.108 MeV; 0.2 nm and 1.1 m."""
    found = result("reactor")
    both = found.together
    energy = math.hypot(found.widths.sigma_en_eV, 0.06e6 * math.sqrt(4.0 - 0.782))
    assert both.sigma_en_eV == pytest.approx(energy, rel=1e-9)
    place_nm = math.hypot(found.widths.delta_loc_nm, math.hypot(1.0, 0.5) * 1e9)
    assert 197.3269804 / (2 * both.sigma_m_eV) == pytest.approx(place_nm, rel=1e-9)


def test_the_band_contains_every_reading() -> None:
    gallium = setup("gallium-cr51")
    low, high = coherence(gallium).band.sigma_m_eV
    for reading in (
        Reading(),
        Reading(sigma_m="momentum-terms"),
        Reading(particles="computed", lattice="volume", lepton_direction="backward"),
        Reading(particles="computed", electron_formula="berger-seltzer"),
    ):
        assert low <= process(gallium, 0.7465, reading).widths.sigma_m_eV <= high
    assert (low, high) == pytest.approx((324.0, 415.5), abs=0.5)


def test_bounds_are_converted_both_ways() -> None:
    """2.1e-4 nm is 0.470 MeV (197.327/2/0.21)."""
    ((bound, energy_eV, orders),) = result("gallium-cr51").bounds()
    assert bound.position_nm == 2.1e-4
    assert energy_eV == pytest.approx(0.46983e6, rel=1e-4)
    assert orders == pytest.approx(math.log10(181.2 / 2.1e-4), abs=1e-3)


def test_the_amplitude_agrees_with_the_closed_form() -> None:
    """The integral has the exact dispersion; the closed form is first order in sigma/E, 1e-8."""
    found = coherence(with_points(setup("gallium-cr51"), (0.7465,), (0.98,), (1.0,)))
    (each,) = check(found)
    quantum = found.points[0].quantum
    assert each.closed == pytest.approx(float(quantum.localisation + quantum.energy), rel=1e-12)
    assert each.deviation < 1e-6
    assert each.change < 1e-6
    with pytest.raises(InputError, match="sigma_m"):
        check(coherence(setup("gallium-cr51"), Reading(sigma_m="momentum-terms")))


def test_every_point_is_checked() -> None:
    """Both lines of 51Cr, here at fixed momenta, which takes one integral less."""
    chosen = with_points(setup("gallium-cr51"), (), (0.98,), (1.0,))
    found = coherence(chosen, Reading(energy_width="fixed-momenta"))
    for each, point in zip(check(found), found.points, strict=True):
        assert each.energy_MeV == point.energy_MeV
        expected = point.quantum.localisation + point.quantum.energy
        assert each.numerical == pytest.approx(float(expected), rel=1e-6)


def test_numbers_for_json_are_plain_and_complete() -> None:
    content: dict[str, Any] = result("be7-beest").as_dict()
    assert content["setup"] == "be7-beest"
    for key in ("sigma_m_eV", "sigma_en_eV", "sigma_en_steps_eV", "lines", "band", "points"):
        assert content[key]
    assert "krueger-2023" in content["citations"]
    assert "smolsky-2025" in content["citations"]
