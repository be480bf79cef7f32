"""Decay and broad states: against amplitudes in the flavour basis, and limits."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from gallus.constants import HBARC_MEV_M
from gallus.oscillation import Broad, Channel, Decay, Sterile
from gallus.oscillation.base import ActiveFlavour, Flavour
from gallus.oscillation.sterile import sterile_share

Complex = NDArray[np.complex128]

FLAVOURS: tuple[ActiveFlavour, ...] = get_args(ActiveFlavour)
EE = Channel()
STILL = {"delta_m2_21_eV2": 0.0, "delta_m2_31_eV2": 0.0}
# exponentials of matrices of norm up to 100, and sums over 200 of them
EXPONENTIAL = 1e-12

channels = st.builds(
    Channel, st.sampled_from(FLAVOURS), st.sampled_from(get_args(Flavour)), st.booleans()
)
values = st.fixed_dictionaries(
    {
        "sin2_2theta_ee": st.floats(0.0, 1.0),
        "delta_m2_41_eV2": st.floats(0.1, 20.0),
        "sin2_theta_24": st.floats(0.0, 1.0),
        "sin2_theta_34": st.floats(0.0, 1.0),
        "delta_14_deg": st.floats(-180.0, 180.0),
        "delta_24_deg": st.floats(-180.0, 180.0),
        "delta_cp_deg": st.floats(-180.0, 180.0),
        "delta_m2_21_eV2": st.floats(0.0, 0.5),
        "delta_m2_31_eV2": st.floats(-0.5, 0.5),
    }
)


def amplitude(params: dict[str, float], mass_squared: complex, x: float, anti: bool) -> Complex:
    """exp(-i H x) in the flavour basis with a complex m_4^2, x = L/E; rows arrive."""
    u = np.array(Sterile().mixing(params).matrix(), dtype=complex)  # tested elsewhere
    u = u.conj() if anti else u
    masses = np.diag([0, params["delta_m2_21_eV2"], params["delta_m2_31_eV2"], mass_squared])
    return np.asarray(expm(-1j * u @ masses @ u.conj().T * 1e-12 / (2 * HBARC_MEV_M) * x))


def arrived(step: Complex, channel: Channel) -> float:
    """What comes of a flavour; the rest of the neutrinos is called sterile."""
    each = np.abs(step[:3, FLAVOURS.index(channel.initial)]) ** 2
    total: dict[Flavour, float] = dict(zip(FLAVOURS, each.tolist(), strict=True))
    total |= {"active": float(each.sum()), "sterile": float(1 - each.sum())}
    return total[channel.final]


@given(params=values, channel=channels, gamma=st.floats(0.0, 5.0), x=st.floats(0.0, 3.0))
def test_decay_is_a_complex_mass(
    params: dict[str, float], channel: Channel, gamma: float, x: float
) -> None:
    """m_4^2 - i m_4 Gamma_4."""
    square = params["delta_m2_41_eV2"]
    step = amplitude(params, square - 1j * np.sqrt(square) * gamma, x, channel.antineutrino)
    result = Decay().probability(channel, 0.8, 0.8 * x, params | {"gamma_4_eV": gamma})
    assert result == pytest.approx(arrived(step, channel), abs=EXPONENTIAL)


@settings(max_examples=15)
@given(params=values, channel=channels, width=st.floats(0.0, 20.0), x=st.floats(0.0, 3.0))
def test_a_broad_state_is_a_mean_of_amplitudes(
    params: dict[str, float], channel: Channel, width: float, x: float
) -> None:
    """A continuum of states in [m_4^2 - W/2, m_4^2 + W/2], each with its phase.

    The mean holds for amplitudes between active flavours, to which a continuum is orthogonal.
    """
    nodes, weights = np.polynomial.legendre.leggauss(60)
    squares = params["delta_m2_41_eV2"] + width / 2 * nodes
    steps = [
        weight / 2 * amplitude(params, square, x, channel.antineutrino)
        for square, weight in zip(squares, weights, strict=True)
    ]
    result = Broad().probability(channel, 0.8, 0.8 * x, params | {"width_eV2": width})
    assert result == pytest.approx(arrived(np.sum(steps, axis=0), channel), abs=EXPONENTIAL)


def test_numbers_of_the_notes() -> None:
    """S = 0.15, 1.4 eV2, 0.75 MeV, 1 m; W = 1 eV2 or Gamma = 0.35 eV."""
    params = {"sin2_2theta_ee": 4 * 0.15 * 0.85, "delta_m2_41_eV2": 1.4} | STILL
    broad = Broad().probability(EE, 0.75, 1.0, params | {"width_eV2": 1.0})
    decay = Decay().probability(EE, 0.75, 1.0, params | {"gamma_4_eV": 0.35})
    assert [broad, decay] == pytest.approx([0.732897, 0.724972], abs=1e-6)


@given(s=st.floats(0.0, 1.0), dm2=st.floats(0.1, 50.0), x=st.floats(0.0, 5.0), w=st.floats(0, 9))
def test_the_formulas_of_one_sterile_state(s: float, dm2: float, x: float, w: float) -> None:
    """(1 - S)^2 + S^2 f^2 + 2 S (1 - S) f cos phi."""
    share = float(sterile_share(np.float64(s)))
    unit = 1e-12 * x / (2 * HBARC_MEV_M)
    params = {"sin2_2theta_ee": s, "delta_m2_41_eV2": dm2} | STILL
    for model, own, f in (
        (Decay(), {"gamma_4_eV": w}, np.exp(-np.sqrt(dm2) * w * unit)),
        (Broad(), {"width_eV2": w}, np.sinc(w * unit / 2 / np.pi)),
    ):
        expected = (1 - share) ** 2 + (share * f) ** 2
        expected += 2 * share * (1 - share) * f * np.cos(dm2 * unit)
        result = model.probability(EE, 1.0, x, params | own)
        assert result == pytest.approx(float(expected), abs=1e-13)


@pytest.mark.parametrize(("model", "width"), [(Decay(), "gamma_4_eV"), (Broad(), "width_eV2")])
@given(params=values, channel=channels, x=st.floats(0.0, 10.0))
def test_without_width_it_is_a_sterile_state(
    model: Decay | Broad, width: str, params: dict[str, float], channel: Channel, x: float
) -> None:
    standard = float(Sterile().probability(channel, 1.0, x, params))
    for small in (0.0, 1e-9):
        result = model.probability(channel, 1.0, x, params | {width: small})
        assert result == pytest.approx(standard, abs=1e-12 + 200 * small)


@pytest.mark.parametrize(("model", "width"), [(Decay(), "gamma_4_eV"), (Broad(), "width_eV2")])
@given(s=st.floats(0.0, 1.0), dm2=st.floats(1.0, 1e3))
def test_far_away_only_light_states_are_left(
    model: Decay | Broad, width: str, s: float, dm2: float
) -> None:
    """(1 - S)^2: nu_4 has decayed, or spread; wave packets leave S^2 more.

    The light states are sterile in part, so more than S is lost.
    """
    share = float(sterile_share(np.float64(s)))
    params = {"sin2_2theta_ee": s, "delta_m2_41_eV2": dm2, width: 2.0} | STILL
    result = model.probability(EE, 0.75, 1e8, params)
    assert result == pytest.approx((1 - share) ** 2, abs=1e-7)
    sterile = model.probability(Channel("e", "sterile"), 0.75, 1e8, params)
    assert sterile == pytest.approx(1 - (1 - share) ** 2, abs=1e-7)


@pytest.mark.parametrize(
    ("model", "width", "limit", "said"),
    [
        (Decay(), "gamma_4_eV", 1.5, "gamma_4_eV exceeds m_4 = 1.5 eV"),
        (Broad(), "width_eV2", 4.5, "width_eV2 exceeds 2 delta_m2_41_eV2 = 4.5 eV2"),
    ],
)
def test_widths_beyond_the_formula_are_remarked_on(
    model: Decay | Broad, width: str, limit: float, said: str
) -> None:
    params = {"sin2_2theta_ee": 0.3, "delta_m2_41_eV2": 2.25}
    assert model.remarks(params | {width: limit}) == ()
    (remark,) = model.remarks(params | {width: 1.01 * limit})
    assert remark.startswith(said)
    several = params | {"delta_m2_41_eV2": np.array([0.1, 2.25]), width: np.array([0.0, 5.0])}
    assert model.remarks(several)[0].startswith(said)
