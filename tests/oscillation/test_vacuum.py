"""Oscillation in vacuum against the evolution of states, and the limits that everybody knows."""

from __future__ import annotations

from typing import Any, get_args

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from gallus.arrays import Array
from gallus.constants import HBARC_MEV_M
from gallus.oscillation import Channel, DampedCosines, ManySterile, Sterile, ThreeFlavour
from gallus.oscillation.base import (
    RADIANS,
    ActiveFlavour,
    Flavour,
    cosine,
    cosine_and_sine,
    sum_of_cosines,
)
from gallus.oscillation.sterile import sterile_share
from gallus.oscillation.vacuum import pairs

Complex = NDArray[np.complex128]

FLAVOURS = get_args(ActiveFlavour)
EE = Channel()

sin2 = st.floats(0.0, 1.0)
phases = st.floats(-180.0, 180.0)
splittings = st.floats(0.01, 3.0)
L_OVER_E = st.floats(0.0, 5.0)


# --- an independent computation: the Schroedinger equation with matrix exponentials -----------


def rotation(n: int, j: int, k: int, sin2_angle: float, phase_deg: float = 0.0) -> Complex:
    """The textbook matrix, states counted from 1."""
    angle = np.arctan2(np.sqrt(sin2_angle), np.sqrt(1 - sin2_angle))
    phase = np.exp(-1j * np.radians(phase_deg))
    matrix = np.eye(n, dtype=complex)
    matrix[j - 1, j - 1] = matrix[k - 1, k - 1] = np.cos(angle)
    matrix[j - 1, k - 1] = np.sin(angle) * phase
    matrix[k - 1, j - 1] = -np.sin(angle) * np.conj(phase)
    return matrix


def mixing(values: dict[str, float], states: int) -> Complex:
    """R_3k R_2k R_1k R_23 R_13 R_12 from the names of the parameters."""
    sterile = range(4, states + 1)
    product = np.eye(states, dtype=complex)
    for row in (3, 2, 1):
        for k in sterile:
            product = product @ rotation(
                states, row, k, values[f"sin2_theta_{row}{k}"], values.get(f"delta_{row}{k}_deg", 0)
            )
    return (
        product
        @ rotation(states, 2, 3, values["sin2_theta_23"])
        @ rotation(states, 1, 3, values["sin2_theta_13"], values["delta_cp_deg"])
        @ rotation(states, 1, 2, values["sin2_theta_12"])
    )


def evolved(values: dict[str, float], states: int, length_over_energy: float) -> Complex:
    """Density matrices of nu_a after a time, from d rho/dt = -i [H, rho]; flavour basis.

    Returns rho[a], each N x N; the probability of a -> b is rho[a][b, b].
    """
    u = mixing(values, states)
    masses = np.diag([0.0, *(values[f"delta_m2_{k}1_eV2"] for k in range(2, states + 1))])
    hamiltonian = u @ masses @ u.conj().T * 1e-12 / (2 * HBARC_MEV_M)
    step = expm(-1j * hamiltonian * length_over_energy)
    start = np.einsum("ai,aj->aij", np.eye(states), np.eye(states))
    return np.asarray(step @ start @ step.conj().T)


def reference(values: dict[str, float], states: int, channel: Channel, x: float) -> float:
    """Probability from the density matrix; antineutrinos have the conjugate matrix."""
    if channel.antineutrino:
        values = {
            k: -v if k.startswith("delta_") and k.endswith("deg") else v for k, v in values.items()
        }
    rho = evolved(values, states, x)[FLAVOURS.index(channel.initial)]
    arrived = np.real(np.diag(rho))
    if channel.final == "active":
        return float(arrived[:3].sum())
    if channel.final == "sterile":
        return float(arrived[3:].sum())
    return float(arrived[FLAVOURS.index(channel.final)])


active_values = st.fixed_dictionaries(
    {
        "sin2_theta_12": sin2,
        "sin2_theta_13": sin2,
        "sin2_theta_23": sin2,
        "delta_cp_deg": phases,
        "delta_m2_21_eV2": st.floats(0.0, 1.0),
        "delta_m2_31_eV2": st.floats(-2.0, 2.0),
    }
)


def sterile_values(states: int) -> st.SearchStrategy[dict[str, float]]:
    names: dict[str, st.SearchStrategy[float]] = {}
    for k in range(4, states + 1):
        names |= {f"sin2_theta_{row}{k}": sin2 for row in (1, 2, 3)}
        names |= {f"delta_{row}{k}_deg": phases for row in (1, 2)}
        names[f"delta_m2_{k}1_eV2"] = splittings
    return st.fixed_dictionaries(names)


channels = st.builds(
    Channel, st.sampled_from(FLAVOURS), st.sampled_from(get_args(Flavour)), st.booleans()
)
# The exponential of a matrix of norm 40 (3 eV2, 5 m/MeV) keeps 13 digits.
EXPONENTIAL = 1e-12


@given(values=active_values, channel=channels, x=L_OVER_E)
def test_three_flavours_evolve_as_density_matrices(
    values: dict[str, float], channel: Channel, x: float
) -> None:
    energy = 0.8
    result = ThreeFlavour().probability(channel, energy, x * energy, values)
    assert result == pytest.approx(reference(values, 3, channel, x), abs=EXPONENTIAL)


@pytest.mark.parametrize("count", [1, 2, 3])
@given(data=st.data(), active=active_values, channel=channels, x=L_OVER_E)
def test_sterile_states_evolve_as_density_matrices(
    count: int, data: st.DataObject, active: dict[str, float], channel: Channel, x: float
) -> None:
    values = active | data.draw(sterile_values(3 + count))
    energy = 3.0
    result = ManySterile(count).probability(channel, energy, x * energy, values)
    assert result == pytest.approx(reference(values, 3 + count, channel, x), abs=EXPONENTIAL)


@given(data=st.data(), active=active_values, channel=channels, x=L_OVER_E, s=sin2)
def test_one_sterile_state_is_the_general_case(
    data: st.DataObject, active: dict[str, float], channel: Channel, x: float, s: float
) -> None:
    other = data.draw(sterile_values(4))
    angles = active | other | {"sin2_theta_14": float(sterile_share(np.float64(s)))}
    named = {k: v for k, v in angles.items() if k != "sin2_theta_14"} | {"sin2_2theta_ee": s}
    result = Sterile().probability(channel, 0.75, 0.75 * x, named)
    general = ManySterile(1).probability(channel, 0.75, 0.75 * x, angles)
    assert result == pytest.approx(float(general), abs=1e-14)
    assert result == pytest.approx(reference(angles, 4, channel, x), abs=EXPONENTIAL)


# --- the mixing of nu_e -----------------------------------------------------------------------


@given(s=sin2)
def test_sterile_share_solves_its_equation(s: float) -> None:
    share = float(sterile_share(np.float64(s)))
    assert 0.0 <= share <= 0.5
    assert 4 * share * (1 - share) == pytest.approx(s, rel=1e-15, abs=1e-300)


def test_tiny_mixing_keeps_its_digits() -> None:
    # The textbook form (1 - sqrt(1 - s))/2 gives 0 here.
    assert sterile_share(np.float64(1e-20)) == pytest.approx(2.5e-21, rel=1e-15)


@given(data=st.data(), active=active_values)
def test_shares_are_the_first_row_of_the_matrix(
    data: st.DataObject, active: dict[str, float]
) -> None:
    values = active | data.draw(sterile_values(5))
    mixed = ManySterile(2).mixing(values)
    row = np.array([complex(entry) for entry in mixed.matrix()[0]])
    np.testing.assert_allclose(np.array(mixed.electron_shares), np.abs(row) ** 2, atol=1e-15)
    np.testing.assert_allclose(np.array(mixed.matrix()), mixing(values, 5), rtol=0, atol=1e-15)


def test_weights_are_products_of_shares() -> None:
    params = {"sin2_2theta_ee": 0.34, "delta_m2_41_eV2": 1.25}
    shares = [float(share) for share in Sterile().mixing(params).electron_shares]
    weights = Sterile().weights(EE, np.array([0.75]), params)[:, 0]
    assert weights[0] == pytest.approx(sum(share**2 for share in shares), rel=1e-15)
    expected = [2 * shares[k] * shares[j] for k, j in pairs(4)]
    np.testing.assert_allclose(weights[1:], expected, rtol=1e-15)
    assert Sterile().sine_weights(EE, np.array([0.75]), params) is None


# --- limits -------------------------------------------------------------------------------------


@given(dm2=st.floats(0.01, 1e4), channel=channels, x=st.floats(0.0, 1e4))
def test_without_mixing_a_sterile_state_does_nothing(
    dm2: float, channel: Channel, x: float
) -> None:
    sterile = Sterile().probability(
        channel, 1.0, x, {"sin2_2theta_ee": 0.0, "delta_m2_41_eV2": dm2}
    )
    active = ThreeFlavour().probability(channel, 1.0, x, {})
    assert sterile == pytest.approx(float(active), abs=1e-14)


@given(dm2=st.floats(0.01, 1e3), x=st.floats(0.0, 10.0))
def test_the_limit_of_small_mixing_is_smooth(dm2: float, x: float) -> None:
    params = {"sin2_2theta_ee": 1e-8, "delta_m2_41_eV2": dm2}
    change = Sterile().probability(EE, 1.0, x, params) - ThreeFlavour().probability(EE, 1.0, x, {})
    assert abs(change) <= 1.001e-8


@given(s=sin2, dm2=st.floats(0.01, 100.0), x=st.floats(0.0, 3.0))
def test_two_flavours_where_the_active_splittings_have_not_developed(
    s: float, dm2: float, x: float
) -> None:
    """1 - sin^2 2theta sin^2(1.267 Delta m2 L/E)."""
    params = {
        "sin2_2theta_ee": s,
        "delta_m2_41_eV2": dm2,
        "delta_m2_21_eV2": 0.0,
        "delta_m2_31_eV2": 0.0,
    }
    exact = 1 - s * np.sin(1e-12 * dm2 * x / (4 * HBARC_MEV_M)) ** 2
    assert Sterile().probability(EE, 1.0, x, params) == pytest.approx(exact, abs=1e-13)


def test_the_phase_is_the_one_of_the_textbooks() -> None:
    assert RADIANS / 2 == pytest.approx(1.267, abs=5e-4)  # rounded to four digits there
    # Oscillation length of 1 eV2 at 1 MeV: 2.479684 m (notes on decoherence, section 1.4).
    assert 2 * np.pi / RADIANS == pytest.approx(2.479684, abs=5e-7)


def test_gallium_differs_from_two_flavours_by_the_active_splittings() -> None:
    """Interference of nu_4 with nu_2 and nu_3: 4e-5 in a metre, to first order in their phases."""
    params = {"sin2_2theta_ee": 0.34, "delta_m2_41_eV2": 1.25}
    baseline = np.linspace(0.05, 1.0, 50)
    small = RADIANS * baseline / 0.75
    _, second, third, fourth = (float(s) for s in Sterile().mixing(params).electron_shares)
    two = 1 - 0.34 * np.sin(0.5 * 1.25 * small) ** 2
    first_order = third * 2.513e-3 * small + second * 7.49e-5 * small
    expected = 2 * fourth * first_order * np.sin(1.25 * small)
    difference = Sterile().probability(EE, 0.75, baseline, params) - two
    assert np.abs(difference).max() > 3e-5
    # Second order: the oscillation of nu_3 itself, |U_e3|^2 (Delta m2_31 L/2E)^2.
    np.testing.assert_allclose(difference, expected, rtol=0, atol=2e-6)


def test_fast_oscillation_averages_to_the_constant_weight() -> None:
    """At 1e4 eV2 a spread of 10 % in energy leaves only 1 - sin^2 2theta_ee/2."""
    params = {
        "sin2_2theta_ee": 0.4,
        "delta_m2_41_eV2": 1e4,
        "delta_m2_21_eV2": 0.0,
        "delta_m2_31_eV2": 0.0,
    }
    # Equal steps over whole periods of the phase: the mean of the cosine vanishes exactly.
    steps = 1000
    phase = 2 * np.pi * (2000 + 200 * np.arange(steps) / steps * 7 / 7)
    energy = RADIANS * 1e4 * 0.6 / phase
    mean = Sterile().probability(EE, energy, 0.6, params).mean()
    assert mean == pytest.approx(1 - 0.4 / 2, abs=1e-9)


def test_nue_disappears_in_a_reactor_as_seen_at_daya_bay() -> None:
    """First minimum of Delta m2_31: 1 - P_ee is sin^2 2theta_13 up to solar terms of 1e-3."""
    energy = 4.0
    baseline = np.pi * energy / (RADIANS * 2.513e-3)
    lost = 1 - ThreeFlavour().probability(Channel("e", "e", True), energy, baseline, {})
    assert lost == pytest.approx(4 * 0.02215 * (1 - 0.02215), abs=3e-3)


def test_cp_violation_has_the_jarlskog_size() -> None:
    """P(mu -> e) - Pbar(mu -> e) = -16 J sin D21 sin D31 sin D32, D = Delta m2 L/4E."""
    params = {"delta_cp_deg": 250.0}
    values = {p.name: p.start for p in ThreeFlavour().parameters} | params
    s12, s13, s23 = (np.sqrt(values[f"sin2_theta_{ij}"]) for ij in ("12", "13", "23"))
    c12, c13, c23 = (np.sqrt(1 - s**2) for s in (s12, s13, s23))
    jarlskog = s12 * c12 * s23 * c23 * s13 * c13**2 * np.sin(np.radians(250.0))
    x = 2e4
    d21, d31 = (RADIANS * values[f"delta_m2_{k}1_eV2"] * x / 2 for k in (2, 3))
    expected = -16 * jarlskog * np.sin(d21) * np.sin(d31) * np.sin(d31 - d21)
    nu, antinu = (
        ThreeFlavour().probability(Channel("mu", "e", a), 1.0, x, params) for a in (False, True)
    )
    assert nu - antinu == pytest.approx(expected, abs=1e-13)
    assert abs(expected) > 1e-3


def test_short_baseline_appearance() -> None:
    """4 |U_e4|^2 |U_mu4|^2 sin^2, the formula behind LSND."""
    params = {
        "sin2_2theta_ee": 0.1,
        "delta_m2_41_eV2": 1.0,
        "sin2_theta_24": 0.03,
        "delta_m2_21_eV2": 0.0,
        "delta_m2_31_eV2": 0.0,
    }
    share = float(sterile_share(np.float64(0.1)))
    amplitude = 4 * share * (1 - share) * 0.03
    expected = amplitude * np.sin(RADIANS * 0.5 * 30 / 40) ** 2
    result = Sterile().probability(Channel("mu", "e", True), 40.0, 30.0, params)
    assert result == pytest.approx(expected, abs=1e-15)


# --- the machinery ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-9, 1.0, 100.0, 1e4, 1e8])
def test_cosine_and_sine_are_exact_to_rounding(size: float) -> None:
    poles = np.pi * np.arange(-20.0, 20.0)
    phase = np.concatenate([np.random.default_rng(1).uniform(-size, size, 500), poles, poles / 2])
    cos, sin = cosine_and_sine(phase)
    with mp.workdps(40):
        exact = [(float(mp.cos(p)), float(mp.sin(p))) for p in phase.tolist()]
    np.testing.assert_allclose(np.stack([cos, sin], axis=-1), exact, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(cosine(phase), cos)


def test_damping_multiplies_each_term() -> None:
    shape: tuple[int, ...] = (2, 3)

    def terms(**damping: Any) -> DampedCosines:
        given_damping: Array = damping.pop("damping_per_m", np.zeros(shape))
        return DampedCosines(np.full(shape, 0.7), given_damping, **damping)

    baseline = np.array([0.5, 1.0, 2.0])
    weights = np.array([[0.6], [0.4]])
    plain = np.cos(0.7 * baseline)
    for damped, factor in (
        (DampedCosines.without_damping(np.full(shape, 0.7)), 1.0),
        (terms(), 1.0),
        (terms(damping_per_m=np.full(shape, 0.3)), np.exp(-0.3 * baseline)),
        (terms(gaussian_per_m2=np.full(shape, 0.2)), np.exp(-0.2 * baseline**2)),
        (terms(sinc_per_m=np.full(shape, 1.1)), np.sin(1.1 * baseline) / (1.1 * baseline)),
    ):
        result = sum_of_cosines(damped, weights, None, baseline)
        np.testing.assert_allclose(result, factor * plain, rtol=1e-14)
