"""Wave packets: against averages of plane waves, published lengths, and limits."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.oscillation import Channel, Sterile, ThreeFlavour, WavePacket, conjugate_width_MeV
from gallus.oscillation.base import RADIANS, ActiveFlavour, Flavour
from gallus.oscillation.sterile import sterile_share
from gallus.oscillation.wave_packet import Localisation, States, Width

EE = Channel()
STERILE = {"sin2_2theta_ee": 0.34, "delta_m2_41_eV2": 1.25}
MIXED = STERILE | {"sin2_theta_24": 0.1, "sin2_theta_34": 0.2, "delta_24_deg": 50.0}
STILL = {"delta_m2_21_eV2": 0.0, "delta_m2_31_eV2": 0.0}

channels = st.builds(
    Channel,
    st.sampled_from(get_args(ActiveFlavour)),
    st.sampled_from(get_args(Flavour)),
    st.booleans(),
)


def gaussian(mean: float, sigma: float, nodes: int = 80) -> tuple[Array, Array]:
    """Nodes and weights of a mean over a normal distribution."""
    x, weight = np.polynomial.hermite_e.hermegauss(nodes)
    return mean + sigma * x, weight / weight.sum()


@pytest.mark.parametrize("channel", [EE, Channel("mu", "e", True), Channel("mu", "sterile")])
@pytest.mark.parametrize("turns", [0.1, 0.5, 1.0, 2.0])
def test_a_wave_packet_is_plane_waves_with_a_spread_of_energy(
    channel: Channel, turns: float
) -> None:
    """sigma_E/E = 1e-6 and a phase of 1e6: the next order in sigma_E/E is 1e-6."""
    energy, spread = 0.75, 0.75e-6
    baseline = turns * 1e6 * energy / (RADIANS * MIXED["delta_m2_41_eV2"])
    packet = WavePacket("sigma_E").probability(
        channel, energy, baseline, MIXED | {"sigma_E_MeV": spread}
    )
    energies, weights = gaussian(energy, spread)
    plane = Sterile().probability(channel, energies, baseline, MIXED) @ weights
    assert packet == pytest.approx(float(plane), abs=4e-6)
    position = {"sigma_x_nm": 197.3269804e-6 / (2 * spread)}
    alike = WavePacket().probability(channel, energy, baseline, MIXED | position)
    # hbar c to ten digits, phases of 1e6.
    assert packet == pytest.approx(float(alike), abs=1e-9)


def test_active_wave_packets_are_plane_waves_with_a_spread_of_energy() -> None:
    energy, spread = 3.0, 3e-4
    for baseline in (1e5, 1e6, 1e7):
        energies, weights = gaussian(energy, spread)
        packet = WavePacket("sigma_E", "active").probability(
            EE, energy, baseline, {"sigma_E_MeV": spread}
        )
        plane = ThreeFlavour().probability(EE, energies, baseline, {}) @ weights
        # Phases up to 2e4 times the square of sigma_E/E, weighted with 0.1.
        assert packet == pytest.approx(float(plane), abs=3e-5)


@given(
    s=st.floats(0.0, 1.0),
    dm2=st.floats(0.01, 100.0),
    energy=st.floats(0.3, 9.0),
    baseline=st.floats(0.0, 20.0),
    width=st.floats(1e-6, 1e3),
)
def test_the_formula_of_the_literature(
    s: float, dm2: float, energy: float, baseline: float, width: float
) -> None:
    """1 - 2 S (1 - S) [1 - exp(-L^2 Delta m2^2/(32 E^4 sigma_x^2)) cos phi], natural units."""
    share = float(sterile_share(np.float64(s)))
    length, sigma = (x / 197.3269804e-9 for x in (baseline, width * 1e-9))  # in 1/eV
    damping = np.exp(-((length * dm2 / (energy * 1e6) ** 2 / sigma) ** 2) / 32)
    wave = np.cos(dm2 * length / (2 * energy * 1e6))
    params = {"sin2_2theta_ee": s, "delta_m2_41_eV2": dm2, "sigma_x_nm": width} | STILL
    result = WavePacket().probability(EE, energy, baseline, params)
    expected = 1 - 2 * share * (1 - share) * (1 - damping * wave)
    # hbar c above has ten digits, phases are below 2e4.
    assert result == pytest.approx(float(expected), abs=1e-5)


@given(channel=channels, baseline=st.floats(0.0, 100.0), dm2=st.floats(0.01, 100.0))
def test_wide_packets_are_plane_waves(channel: Channel, baseline: float, dm2: float) -> None:
    params = MIXED | {"delta_m2_41_eV2": dm2}
    packet = WavePacket().probability(channel, 0.75, baseline, params | {"sigma_x_nm": 1e9})
    plane = Sterile().probability(channel, 0.75, baseline, params)
    assert packet == pytest.approx(float(plane), abs=1e-12)
    active = WavePacket(states="active").probability(channel, 0.75, baseline, {"sigma_x_nm": 1e9})
    assert active == pytest.approx(
        float(ThreeFlavour().probability(channel, 0.75, baseline, {})), abs=1e-12
    )


@given(s=st.floats(0.0, 1.0), dm2=st.floats(1.0, 1e4))
def test_far_away_populations_add(s: float, dm2: float) -> None:
    """(1 - S)^2 + S^2, whatever the splitting."""
    share = float(sterile_share(np.float64(s)))
    params = {"sin2_2theta_ee": s, "delta_m2_41_eV2": dm2, "sigma_x_nm": 1e-5} | STILL
    result = WavePacket().probability(EE, 0.75, 10.0, params)
    assert result == pytest.approx((1 - share) ** 2 + share**2, abs=1e-14)


def test_narrow_packets_of_active_states_leave_the_sum_of_squares() -> None:
    params = {"sin2_theta_12": 0.307, "sin2_theta_13": 0.0222, "sigma_x_nm": 1e-4}
    result = WavePacket(states="active").probability(EE, 3.0, 1e9, params)
    assert result == pytest.approx(0.5498, abs=5e-5)


# --- localisation -------------------------------------------------------------------------------


@given(channel=channels, baseline=st.floats(0.0, 5.0), dm2=st.floats(0.1, 30.0))
def test_localisation_is_a_source_of_its_size(
    channel: Channel, baseline: float, dm2: float
) -> None:
    """Plane waves averaged over lengths spread by delta_loc: exact, for every pair of states."""
    size_m, sigma_x = 0.1, {"sigma_x_nm": 1e9}
    params = MIXED | {"delta_m2_41_eV2": dm2}
    x, weight = np.polynomial.hermite_e.hermegauss(150)
    shifted = 10.0 + baseline + size_m * x  # far enough from 0; within 26 rad of each other
    plane = Sterile().probability(channel, 0.75, shifted, params) @ (weight / weight.sum())
    for model, width in (
        (WavePacket(localisation="delta_loc"), {"delta_loc_nm": size_m * 1e9}),
        (WavePacket(localisation="sigma_m"), {"sigma_m_eV": 197.3269804 / (2e9 * size_m)}),
    ):
        packet = model.probability(channel, 0.75, 10.0 + baseline, params | width | sigma_x)
        # hbar c to ten digits in an exponent of at most 100.
        assert packet == pytest.approx(float(plane), abs=1e-8)


@given(channel=channels, dm2=st.floats(0.01, 100.0))
def test_what_is_well_localised_is_a_wave_packet(channel: Channel, dm2: float) -> None:
    """The widths of a nucleus in a crystal, 500 eV, take 1e-15 of nothing."""
    params = MIXED | {"delta_m2_41_eV2": dm2, "sigma_x_nm": 1e-3}
    plain = WavePacket().probability(channel, 0.75, 1.3, params)
    localised = WavePacket(localisation="sigma_m").probability(channel, 0.75, 1.3, params)
    assert localised == pytest.approx(float(plain), abs=1e-14)


@given(channel=channels, baseline=st.floats(0.0, 100.0))
def test_without_localisation_populations_add(channel: Channel, baseline: float) -> None:
    """Wherever: as far away."""
    alike = MIXED | STILL
    wide = alike | {"sigma_m_eV": 1e-9, "sigma_x_nm": 1.0}
    localised = WavePacket(localisation="sigma_m").probability(channel, 0.75, baseline, wide)
    far = WavePacket().probability(channel, 0.75, 1e6, alike | {"sigma_x_nm": 1e-6})
    assert localised == pytest.approx(float(far), abs=1e-12)


@pytest.mark.parametrize("states", ["active", pytest.param("sterile", marks=pytest.mark.slow)])
def test_localised_packets_under_jax(states: States, jax: Any) -> None:
    """The weights have the localisation; without it wave packets are tested with all models."""
    model = WavePacket("sigma_E", states, localisation="sigma_m")
    energy = np.linspace(0.4, 3.0, 5)
    params = {"sigma_m_eV": 1e-6, "sigma_E_MeV": 1e-3} | (STERILE if states == "sterile" else {})

    def at(width: Any) -> Any:
        return model.weights(Channel("e", "mu"), energy, params | {"sigma_m_eV": width})

    width, step = params["sigma_m_eV"], 1e-10
    found, slope = jax.jit(lambda x: jax.jvp(at, (x,), (1.0,)))(width)
    assert found == pytest.approx(at(width), rel=0, abs=1e-14)
    by_hand = (at(width + step) - at(width - step)) / (2 * step)
    # Rounding over the step and the square of the step.
    assert slope == pytest.approx(by_hand, rel=1e-5, abs=1e-4)


def test_damping_is_that_of_the_energy_resolution_that_reactors_exclude() -> None:
    """sigma_x > 2.1e-4 nm is sigma_E < 0.470 MeV (de Gouvea, De Romeri, Ternes)."""
    assert conjugate_width_MeV(2.1e-4) == pytest.approx(0.470, abs=5e-4)


def test_unknown_choices_are_refused() -> None:
    wrong: Any = "sigma"
    with pytest.raises(InputError, match="width of a wave packet"):
        WavePacket(wrong)
    with pytest.raises(InputError, match="set of states"):
        WavePacket("sigma_x", wrong)
    with pytest.raises(InputError, match="localisation of a wave packet"):
        WavePacket(localisation=wrong)


def test_short_packets_are_remarked_on() -> None:
    """0.3 of 0.75 MeV are 0.225 MeV, or hbar c/0.45 MeV = 4.385e-4 nm."""
    for states, mixing in (("sterile", STERILE), ("active", {})):
        for width, inside, outside in (
            ("sigma_E", {"sigma_E_MeV": 0.224}, {"sigma_E_MeV": 0.226}),
            ("sigma_x", {"sigma_x_nm": 4.39e-4}, {"sigma_x_nm": 4.38e-4}),
        ):
            model = WavePacket(width, states)  # type: ignore[arg-type]
            assert model.remarks(mixing | inside) == ()
            (remark,) = model.remarks(mixing | outside)
            assert remark.startswith("sigma_E = 0.22")
            assert "first order in sigma_E/E" in remark


def test_names_tell_the_choices_apart() -> None:
    each = [
        WavePacket(w, s, localisation=m)
        for w in get_args(Width)
        for s in get_args(States)
        for m in get_args(Localisation)
    ]
    assert len({model.name for model in each}) == 12
    assert each[1].name == "wave-packet-sigma-m"
