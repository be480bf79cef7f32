"""Production and decay of a source, and decays in the live time of a detector."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.sources import (
    Exposure,
    Irradiation,
    LiveTime,
    Period,
    beta_emitter,
    expected_decays,
    nuclide,
)
from gallus.sources.irradiation import produced_activity

CHROMIUM = nuclide("51Cr")
LAMBDA = math.log(2) / CHROMIUM.half_life_d
RATE = st.floats(0.0, 0.1)


def source(activity_Bq: float = 1e17, start_d: float = 0.0, end_d: float = 30.0) -> Exposure:
    return Exposure(CHROMIUM, activity_Bq, start_d, Period(start_d, end_d))


# --- production -------------------------------------------------------------------------------


def test_a_long_irradiation_saturates() -> None:
    made = Irradiation(CHROMIUM, 1e17, (Period(0.0, 1000.0),))
    assert made.activity_Bq(CHROMIUM.half_life_d) == pytest.approx(0.5e17, rel=1e-12)
    assert made.activity_Bq(1000.0) == pytest.approx(1e17, rel=1e-9)
    assert made.activity_Bq(1000.0 + CHROMIUM.half_life_d) == pytest.approx(0.5e17, rel=1e-9)
    assert made.activity_Bq(-1.0) == 0


@pytest.mark.parametrize("burn_up", [0.0, 0.004, LAMBDA, 0.2])
def test_several_irradiations_equal_the_rate_equations(burn_up: float) -> None:
    periods = (Period(0.0, 25.0), Period(32.0, 75.0))
    made = Irradiation(CHROMIUM, 1.0, periods, burn_up)

    def slope(time: float, state: np.ndarray) -> list[float]:
        target, nuclei = state
        on = any(p.start_d <= time < p.end_d for p in periods)
        return [-burn_up * target * on, target * on - LAMBDA * nuclei]

    state, start = [1.0, 0.0], 0.0
    for end in (25.0, 32.0, 75.0, 90.0):
        # Steps end where the reactor is switched.
        solved = solve_ivp(slope, (start, end - 1e-9), state, rtol=1e-10, atol=1e-14)
        state, start = list(solved.y[:, -1]), end
        assert made.activity_Bq(end) == pytest.approx(LAMBDA * state[1], rel=1e-7)


@given(RATE, RATE, st.floats(0.0, 500.0))
def test_production_is_smooth_where_burn_up_equals_decay(
    decay: float, burn_up: float, elapsed: float
) -> None:
    # Symmetric in the two rates but for the factor of the decay constant.
    one, other = (
        produced_activity(elapsed, *rates) for rates in ((decay, burn_up), (burn_up, decay))
    )
    assert burn_up * one == pytest.approx(decay * other, rel=1e-9, abs=1e-300)
    near = produced_activity(elapsed, decay, decay * (1 + 1e-12))
    assert near == pytest.approx(produced_activity(elapsed, decay, decay), rel=1e-9)


def test_moving_the_source_to_the_detector() -> None:
    made = Irradiation(CHROMIUM, 1e17, (Period(0.0, 75.0),), 0.004)
    there = Exposure.after(made, Period(80.0, 110.0))
    assert there.activity_at_Bq(90.0) == pytest.approx(made.activity_Bq(90.0), rel=1e-12)
    assert there.activity_at_Bq([79.0, 111.0]).tolist() == [0, 0]
    with pytest.raises(InputError, match="begins before the irradiation ends"):
        Exposure.after(made, Period(70.0, 110.0))


# --- live time --------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "factor"), [(10.0, 8.846978), (30.0, 21.098859)])
def test_decays_of_the_talks_half_life_in_days_of_initial_activity(
    days: float, factor: float
) -> None:
    """Table of the talk: counts in 10 and 30 days over the initial daily rate, for 27.70 d."""

    class Talk:
        half_life_d = 27.70

    one = Exposure(Talk(), 1.0, 0.0, Period(0.0, days))
    assert one.decays(LiveTime.whole(0.0, days)) / SECONDS_PER_DAY == pytest.approx(
        factor, rel=1e-7
    )


@given(st.floats(0.0, 50.0), st.floats(0.01, 50.0), st.floats(0.0, 1.0))
def test_decays_equal_the_integral_of_the_activity(
    start: float, length: float, share: float
) -> None:
    one, live = source(end_d=60.0), LiveTime.whole(start, start + length, share)
    end = min(start + length, 60.0)
    integral, _ = quad(lambda t: float(one.activity_at_Bq(t)), start, end)
    assert one.decays(live) == pytest.approx(share * integral * SECONDS_PER_DAY, rel=1e-9)


def test_duty_cycles_take_their_share() -> None:
    whole = source().decays(LiveTime.whole(0.0, 30.0))
    assert source().decays(LiveTime.whole(0.0, 30.0, 0.9)) == pytest.approx(0.9 * whole)
    # Very short cycles of 40 % are a duty cycle of 40 %.
    cycles = LiveTime.periodic(0.0, 30.0, 0.01, 0.004)
    assert cycles.live_d == pytest.approx(12.0)
    assert source().decays(cycles) == pytest.approx(0.4 * whole, rel=2e-4)


def test_a_last_cycle_is_cut_short() -> None:
    live = LiveTime.periodic(0.0, 10.0, 4.0, 3.0)
    assert [(p.start_d, p.end_d) for p in live.periods] == [(0, 3), (4, 7), (8, 10)]
    assert live.live_d == 8


def test_several_sources_add_up() -> None:
    live = LiveTime((Period(0.0, 20.0), Period(25.0, 200.0)), (0.95, 0.9))
    first, second = source(1e17, 0.0, 100.0), source(1.1e17, 100.0, 200.0)
    assert expected_decays([first, second], live) == pytest.approx(
        first.decays(live) + second.decays(live), rel=1e-14
    )
    assert sum(first.decays_by_period(live)) == pytest.approx(first.decays(live))
    # A source that is away when the detector counts gives nothing.
    assert source(1e17, 300.0, 400.0).decays(live) == 0


def test_all_nuclei_decay_in_the_end() -> None:
    cerium = beta_emitter("144Ce-144Pr")
    one = Exposure(cerium, 1.0, 0.0, Period(0.0, 1e5))
    expected = cerium.half_life_d / math.log(2) * SECONDS_PER_DAY
    assert one.decays(LiveTime.whole(0.0, 1e5)) == pytest.approx(expected, rel=1e-12)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("activity", [0.0, -1.0, math.nan, math.inf])
def test_impossible_activities(activity: float) -> None:
    with pytest.raises(InputError, match=r"activity_Bq = .*is not the activity of a source"):
        source(activity)
    with pytest.raises(InputError, match="saturation_Bq"):
        Irradiation(CHROMIUM, activity, (Period(0.0, 1.0),))


def test_impossible_times() -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        Period(2.0, 1.0)
    with pytest.raises(InputError, match="is not finite"):
        Period(0.0, math.inf)
    with pytest.raises(InputError, match="are missing"):
        Irradiation(CHROMIUM, 1.0, ())
    with pytest.raises(InputError, match="begins before the last one ended"):
        LiveTime((Period(0.0, 2.0), Period(1.0, 3.0)), (1.0, 1.0))
    with pytest.raises(InputError, match="does not fit the periods"):
        LiveTime((Period(0.0, 2.0),), (1.0, 1.0))
    with pytest.raises(InputError, match="is not within the period"):
        LiveTime.periodic(0.0, 10.0, 2.0, 3.0)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_impossible_duty_cycles(share: float) -> None:
    with pytest.raises(InputError, match="is not a duty cycle"):
        LiveTime.whole(0.0, 1.0, share)
    with pytest.raises(InputError, match="burn_up_per_d"):
        Irradiation(CHROMIUM, 1.0, (Period(0.0, 1.0),), -0.1)
