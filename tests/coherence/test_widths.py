"""Widths of vertices and processes: the table of the notes, symmetries, and covariance matrices."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, get_args

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gallus.coherence.constraints import Constraint
from gallus.coherence.widths import (
    THERMAL_MOTION,
    EnergyReading,
    MassReading,
    Packet,
    Role,
    Vector,
    Vertex,
    process_widths,
    recoil_doppler_width_eV,
    vertex_widths,
)
from gallus.errors import InputError


def along(name: str, width: float, velocity: float, role: Role, observed: bool = True) -> Packet:
    return Packet(name, width, (0.0, 0.0, velocity), role, observed)


# Widths and velocities as printed by Schwetz 2023; recoils against the neutrino at production,
# with it at detection (the slide gives no directions).
REACTOR = (
    Vertex(
        (
            along("N", 410, 1e-6, "initial"),
            along("N'", 410, -4e-5, "final"),
            along("e", 0.38, 0.99, "final"),
        )
    ),
    Vertex(
        (
            along("p", 990, 5e-6, "initial"),
            along("n", 2e-5, 5e-3, "final"),
            along("e+", 0.3, 0.99, "final"),
        )
    ),
)
CHROMIUM = Vertex((along("Cr", 480, 7e-7, "initial"), along("V", 480, -2e-5, "final", False)))
GALLIUM = Vertex(
    (
        along("Ga", 370, 6e-7, "initial"),
        along("Ge", 370, 1e-5, "final", False),
        along("e", 0.32, 0.83, "final", False),
    )
)

speeds = st.floats(-0.55, 0.55)
velocities = st.tuples(speeds, speeds, speeds)
spreads = st.floats(1e-2, 1e3)


@st.composite
def vertices(draw: st.DrawFn, observed: bool = True) -> Vertex:
    """Three or four particles; one final particle is observed or not."""
    count = draw(st.integers(3, 4))
    packets = tuple(
        Packet(
            f"{k}", draw(spreads), draw(velocities), "final" if k else "initial", observed or k != 1
        )
        for k in range(count)
    )
    assume(vertex_widths(packets).sigma_e_eV > 1e-6)
    return Vertex(packets)


# --- the table of the notes ---------------------------------------------------------------------


def test_vertices_of_the_talk() -> None:
    """Notes on decoherence, section 1.4, printed to four digits."""
    reactor = [vertex_widths(each.packets) for each in REACTOR]
    gallium = [vertex_widths(each.packets) for each in (CHROMIUM, GALLIUM)]
    assert [w.sigma_p_eV for w in reactor] == pytest.approx([579.8, 990.0], rel=2e-4)
    assert [w.sigma_e_eV for w in reactor] == pytest.approx([0.3764, 0.2970], rel=2e-4)
    assert [w.sigma_p_eV for w in gallium] == pytest.approx([678.8, 523.3], rel=2e-4)
    assert [w.sigma_e_eV for w in gallium] == pytest.approx([0.00703, 0.2656], rel=7e-4)


def test_localisation_widths_of_the_talk() -> None:
    """400 to 500 eV are momentum terms; the energy term of chromium brings gallium to 360."""
    for setup, full, momentum in ((REACTOR, 500.2, 500.3), ((CHROMIUM, GALLIUM), 360.2, 414.4)):
        assert process_widths(*setup).sigma_m_eV == pytest.approx(full, rel=2e-4)
        found = process_widths(*setup, sigma_m="momentum-terms").sigma_m_eV
        assert found == pytest.approx(momentum, rel=2e-4)
    assert process_widths(*REACTOR).delta_loc_nm == pytest.approx(0.2, abs=0.01)


def test_energy_widths_of_the_talk() -> None:
    """0.007 eV at fixed momenta, 0.0096 with vanadium integrated, 0.5 with thermal motion.

    The notes' 0.0096 takes chromium at rest, 480 eV times 2e-5.
    """
    assert process_widths(*REACTOR).sigma_en_eV == pytest.approx(0.233, abs=5e-4)
    fixed = process_widths(CHROMIUM, GALLIUM, sigma_en="fixed-momenta")
    assert fixed.sigma_en_eV == pytest.approx(0.00702, abs=5e-6)
    at_rest = Vertex((along("Cr", 480, 0.0, "initial"), CHROMIUM.packets[1]))
    integrated = process_widths(at_rest, GALLIUM, sigma_en="phase-space")
    assert integrated.sigma_en_eV == pytest.approx(0.0096, rel=1e-4)
    warm = replace(CHROMIUM, doppler_eV=0.747e6 * 7.29e-7)
    hot = process_widths(warm, GALLIUM)
    assert hot.sigma_en_eV == pytest.approx(0.545, abs=5e-4)
    (thermal,) = [part for part in hot.energy[0].parts if part.name == THERMAL_MOTION]
    assert thermal.share > 0.999
    assert hot.sigma_m_eV == fixed.sigma_m_eV
    assert hot.delta_en_nm == pytest.approx(200, rel=0.1)


def test_the_electron_of_gallium_detection_would_rule_if_it_were_seen() -> None:
    """Its part of sigma_e is s_e v_e: 0.32 eV times 0.83."""
    widths = vertex_widths(GALLIUM.packets)
    electron = widths.energy[2]
    assert electron.width_eV == pytest.approx(0.32 * 0.83, rel=1e-4)
    assert electron.share > 0.999


# --- against covariance matrices ----------------------------------------------------------------


def covariance(packets: tuple[Packet, ...], thermal_eV: float = 0.0) -> Any:
    """Covariance of momentum and energy that the mean of both mass states sees, 4 x 4."""
    total = mpmath.zeros(4)
    for packet in packets:
        spread = mpmath.mpf(packet.width_eV) ** 2
        if packet.role == "initial":
            spread += mpmath.mpf(thermal_eV) ** 2
        columns = shifts(packet)
        total += spread * columns * columns.T
    return total


def shifts(packet: Packet) -> Any:
    """Momentum and energy of the neutrino per momentum of a particle, 4 x 3."""
    return mpmath.matrix([*mpmath.eye(3).tolist(), list(packet.velocity)])


def inverse_square(matrix: Any, direction: list[int], left_out: Packet | None = None) -> float:
    """1/sigma^2 along a direction of (p, E), a particle's momentum being anything if left out."""
    inverse = matrix**-1
    if left_out is not None:
        w = shifts(left_out)
        inverse -= inverse * w * (w.T * inverse * w) ** -1 * w.T * inverse
    n = mpmath.matrix(direction)
    return float((n.T * inverse * n)[0])


ENERGY, MOMENTUM = [0, 0, 1, 1], [0, 0, 1, 0]


@given(production=vertices(), detection=vertices())
def test_fixed_momenta_against_covariance_matrices(production: Vertex, detection: Vertex) -> None:
    """The neutrino has p = E l in the mean; masses differ by momentum at equal energies."""
    with mpmath.workdps(60):
        each = [covariance(v.packets) for v in (production, detection)]
        energy = sum(inverse_square(c, ENERGY) for c in each)
        mass = sum(inverse_square(c, MOMENTUM) for c in each)
    widths = process_widths(production, detection, sigma_en="fixed-momenta")
    # Cancellation in 1 - v_z and v_z, at most some hundred times rounding.
    assert widths.sigma_en_eV == pytest.approx(energy**-0.5, rel=1e-9)
    assert widths.sigma_m_eV == pytest.approx(mass**-0.5, rel=1e-9)


@given(production=vertices(observed=False), detection=vertices(), thermal=st.floats(0.0, 1e4))
def test_averages_over_momenta_against_covariance_matrices(
    production: Vertex, detection: Vertex, thermal: float
) -> None:
    """An unobserved final particle, and a hot initial one, in three dimensions."""
    left_out = production.packets[1]
    doppler = recoil_doppler_width_eV(production.packets, 1e-6, thermal)
    hot = replace(production, doppler_eV=doppler)
    with mpmath.workdps(60):
        other = inverse_square(covariance(detection.packets), ENERGY)
        spreads: dict[EnergyReading, float] = {"phase-space": 0.0, "doppler": thermal}
        for reading, spread in spreads.items():
            matrix = covariance(production.packets, spread)
            expected = inverse_square(matrix, ENERGY, left_out) + other
            widths = process_widths(hot, detection, sigma_en=reading)
            assert widths.sigma_en_eV == pytest.approx(expected**-0.5, rel=1e-9)
    fixed = process_widths(hot, detection, sigma_en="fixed-momenta")
    assert widths.sigma_m_eV == fixed.sigma_m_eV


@given(vertex=vertices(), thermal=st.floats(0.0, 1e6))
def test_known_final_momenta_fix_the_energy_of_a_hot_source(vertex: Vertex, thermal: float) -> None:
    """However hot it is: to what its own velocity leaves of the others' widths."""
    initial, *others = vertex.packets
    apart = sum((p.width_eV * math.dist(p.velocity, initial.velocity)) ** 2 for p in others)
    with mpmath.workdps(60):
        precision = inverse_square(covariance(vertex.packets, thermal), ENERGY)
    assert precision**-0.5 <= math.sqrt(apart) / (1 - initial.velocity[2]) * (1 + 1e-9)


def test_thermal_motion_of_a_decay_into_two_is_the_doppler_width() -> None:
    """Recoil E/M: E sqrt(kT/M), to the order of v."""
    mass, energy, thermal = 47.4e3, 0.747, 7.29e-7
    packets = (along("Cr", 480, 0.0, "initial"), along("V", 480, -energy / mass, "final", False))
    found = recoil_doppler_width_eV(packets, mass, thermal)
    assert found == pytest.approx(energy * 1e6 * thermal, rel=2e-5)


# --- symmetries ---------------------------------------------------------------------------------


def rotated(velocity: Vector, axis: int, angle: float) -> Vector:
    j, k = [n for n in range(3) if n != axis]
    turned = list(velocity)
    turned[j] = math.cos(angle) * velocity[j] - math.sin(angle) * velocity[k]
    turned[k] = math.sin(angle) * velocity[j] + math.cos(angle) * velocity[k]
    return (turned[0], turned[1], turned[2])


def turn(vertex: Vertex, axis: int, angle: float) -> Vertex:
    packets = (replace(p, velocity=rotated(p.velocity, axis, angle)) for p in vertex.packets)
    return replace(vertex, packets=tuple(packets))


@given(vertex=vertices(), axis=st.sampled_from([0, 1, 2]), angle=st.floats(-7.0, 7.0))
def test_vertices_do_not_know_directions(vertex: Vertex, axis: int, angle: float) -> None:
    one, other = vertex_widths(vertex.packets), vertex_widths(turn(vertex, axis, angle).packets)
    assert other.sigma_p_eV == one.sigma_p_eV
    assert other.sigma_e_eV == pytest.approx(one.sigma_e_eV, rel=1e-9)
    assert other.mean_square_velocity == pytest.approx(one.mean_square_velocity, rel=1e-12)
    assert other.velocity == pytest.approx(rotated(one.velocity, axis, angle), abs=1e-12)


@given(
    production=vertices(observed=False),
    detection=vertices(),
    angle=st.floats(-7.0, 7.0),
    reading=st.sampled_from(get_args(EnergyReading)),
    mass=st.sampled_from(get_args(MassReading)),
    data=st.data(),
)
def test_processes_turn_about_the_neutrino_and_forget_the_order(
    production: Vertex,
    detection: Vertex,
    angle: float,
    reading: EnergyReading,
    mass: MassReading,
    data: st.DataObject,
) -> None:
    one = process_widths(production, detection, sigma_m=mass, sigma_en=reading)
    turned = turn(production, 2, angle)
    mixed = replace(turned, packets=tuple(data.draw(st.permutations(turned.packets))))
    other = process_widths(mixed, turn(detection, 2, -angle), sigma_m=mass, sigma_en=reading)
    assert other.sigma_m_eV == pytest.approx(one.sigma_m_eV, rel=1e-9)
    assert other.sigma_en_eV == pytest.approx(one.sigma_en_eV, rel=1e-9)


@given(
    vertex=vertices(observed=False),
    velocity=velocities,
    reading=st.sampled_from(get_args(EnergyReading)),
)
def test_a_particle_without_width_is_not_there(
    vertex: Vertex, velocity: Vector, reading: EnergyReading
) -> None:
    """A plane wave of known momentum."""
    more = replace(vertex, packets=(*vertex.packets, Packet("plane", 0.0, velocity, "final")))
    one, other = (process_widths(v, vertex, sigma_en=reading) for v in (vertex, more))
    assert other.sigma_m_eV == pytest.approx(one.sigma_m_eV, rel=1e-12)
    assert other.sigma_en_eV == pytest.approx(one.sigma_en_eV, rel=1e-12)


@given(vertex=vertices(), factor=st.floats(0.1, 10.0))
def test_widths_scale_together(vertex: Vertex, factor: float) -> None:
    scaled = replace(
        vertex, packets=tuple(replace(p, width_eV=factor * p.width_eV) for p in vertex.packets)
    )
    one, other = process_widths(vertex, vertex), process_widths(scaled, scaled)
    assert other.sigma_m_eV == pytest.approx(factor * one.sigma_m_eV, rel=1e-12)
    assert other.sigma_en_eV == pytest.approx(factor * one.sigma_en_eV, rel=1e-12)


@given(vertex=vertices())
def test_the_energy_width_is_that_of_the_talk_without_its_cancellation(vertex: Vertex) -> None:
    """sigma_e^2 = sigma_p^2 (Sigma - v^2)."""
    widths = vertex_widths(vertex.packets)
    talk = widths.mean_square_velocity - math.hypot(*widths.velocity) ** 2
    # The bracket is below 1 and rounded as numbers of size 1.
    error = 1e-14 * widths.sigma_p_eV**2
    assert widths.sigma_e_eV**2 == pytest.approx(widths.sigma_p_eV**2 * talk, rel=1e-9, abs=error)


# --- shares -------------------------------------------------------------------------------------


def check_constraints(terms: tuple[Constraint, ...], sigma: float) -> None:
    assert sum(term.share for term in terms) == pytest.approx(1.0, rel=1e-12)
    assert sum(term.width_eV**-2 for term in terms) == pytest.approx(sigma**-2, rel=1e-12)
    for term in terms:
        if math.isinf(term.width_eV):
            assert term.share == 0.0
            continue
        assert term.share == pytest.approx((sigma / term.width_eV) ** 2, rel=1e-12)
        assert sum(part.share for part in term.parts) == pytest.approx(1.0, rel=1e-12)
        square = sum((part.width_eV / term.width_eV) ** 2 for part in term.parts)
        assert square == pytest.approx(1.0, rel=1e-12)


@given(
    production=vertices(observed=False),
    detection=vertices(),
    doppler=st.floats(0.0, 100.0),
    reading=st.sampled_from(get_args(EnergyReading)),
    mass=st.sampled_from(get_args(MassReading)),
)
def test_contributions_add_up(
    production: Vertex, detection: Vertex, doppler: float, reading: EnergyReading, mass: MassReading
) -> None:
    widths = process_widths(
        replace(production, doppler_eV=doppler), detection, sigma_m=mass, sigma_en=reading
    )
    check_constraints(widths.localisation, widths.sigma_m_eV)
    check_constraints(widths.energy, widths.sigma_en_eV)


def test_what_is_integrated_out_constrains_nothing() -> None:
    terms = process_widths(CHROMIUM, GALLIUM, sigma_en="phase-space").energy
    assert [(t.vertex, t.kind) for t in terms] == [
        ("production", "phase-space"),
        ("detection", "none"),
    ]
    assert terms[1].width_eV == math.inf


def test_a_vertex_that_moves_across_has_no_energy_term_in_sigma_m() -> None:
    """v_z = 0 by symmetry, or to rounding."""
    across = Vertex(
        (Packet("a", 1.0, (0.3, 0.0, 0.0), "initial"), Packet("b", 1.0, (-0.3, 0.0, 0.0), "final"))
    )
    widths = process_widths(across, across)
    assert widths.sigma_m_eV == pytest.approx(1.0, rel=1e-15)
    assert [t.share for t in widths.localisation] == pytest.approx([0.5, 0.0, 0.5, 0.0])


# --- what a user may get wrong ------------------------------------------------------------------


@pytest.mark.parametrize("width", [-1.0, math.nan, math.inf])
def test_impossible_widths_are_refused(width: float) -> None:
    with pytest.raises(InputError, match=r"^Cr\.width_eV"):
        along("Cr", width, 0.0, "initial")
    with pytest.raises(InputError, match="is not a width"):
        replace(CHROMIUM, doppler_eV=width)


def test_impossible_particles_are_refused() -> None:
    wrong: Any = "outgoing"
    for velocity in (1.0, -1.2, math.nan):
        with pytest.raises(InputError, match="no velocity of a massive particle"):
            along("e", 1.0, velocity, "final")
    with pytest.raises(InputError, match="role of a particle"):
        along("e", 1.0, 0.5, wrong)
    one = along("e", 1.0, 0.5, "final")
    for packets in ((one,), (one, one)):
        with pytest.raises(InputError, match="is no vertex"):
            Vertex(packets)


def test_processes_without_widths_are_refused() -> None:
    wrong: Any = "both"
    with pytest.raises(InputError, match="reading of a width"):
        process_widths(CHROMIUM, GALLIUM, sigma_m=wrong)
    with pytest.raises(InputError, match="reading of a width"):
        process_widths(CHROMIUM, GALLIUM, sigma_en=wrong)
    with pytest.raises(InputError, match="leave the energy of the neutrino open"):
        process_widths(GALLIUM, GALLIUM)
    assert process_widths(GALLIUM, GALLIUM, sigma_en="fixed-momenta").sigma_en_eV > 0
    planes = Vertex((along("a", 0.0, 0.0, "initial"), along("b", 0.0, 0.1, "final")))
    with pytest.raises(InputError, match="localise nothing"):
        process_widths(planes, CHROMIUM)
    together = Vertex((along("a", 1.0, 0.1, "initial"), along("b", 2.0, 0.1, "final")))
    with pytest.raises(InputError, match=r"^detection\.sigma_e_eV.*one velocity"):
        process_widths(CHROMIUM, together)
    with pytest.raises(InputError, match="have no recoil"):
        recoil_doppler_width_eV(GALLIUM.packets, 1.0, 1.0)
