"""Expected events of set-ups: totals, distributions, time, warnings."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.experiments.setup import SetupWarning, setup, with_values
from gallus.oscillation.sterile import Sterile
from gallus.setup_rates import setup_rates


def test_the_distributions_add_up_to_the_rate() -> None:
    rate = setup_rates(setup("jne-500t"))
    content = rate.as_dict()
    assert rate.per_day_initial == pytest.approx(1080.3, rel=1e-4)
    for key in ("spectrum", "by_baseline"):
        part = content[key]
        assert isinstance(part, dict)
        assert sum(part["per_day"]) == pytest.approx(rate.per_day_initial, rel=1e-12)
    assert content["total"] == pytest.approx(22793.3, rel=1e-4)
    assert content["days"] == 30.0


def test_events_grow_with_time_as_the_source_decays() -> None:
    rate = setup_rates(setup("juno"), days=60.0)
    days, events = rate.by_time()
    assert events[-1] == pytest.approx(rate.total)
    slopes = np.diff(events) / np.diff(days)
    # Half after a half-life of 27.7 d, by the middles of the steps of one day.
    ratio = np.interp(27.7, days[:-1], slopes) / slopes[0]
    assert ratio == pytest.approx(0.5, rel=1e-3)


def test_several_runs_and_dead_time_scale_the_total_only() -> None:
    once = setup_rates(with_values(setup("gagg"), {"runs": 1}))
    rate = setup_rates(with_values(setup("gagg"), {"runs": 4, "live_share": 0.5}))
    assert rate.per_day_initial == once.per_day_initial
    assert rate.total == pytest.approx(2 * once.total, rel=1e-12)
    assert rate.by_time()[1][-1] == pytest.approx(once.total / 2, rel=1e-12)
    parts = rate.as_dict()["reactions"]
    assert isinstance(parts, dict)
    assert list(parts) == ["electron-scattering", "gallium-capture"]


def test_an_oscillation_changes_the_distribution_of_distances() -> None:
    values = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 0.5}
    rate = setup_rates(setup("jne-500t"), model=Sterile(), values=values)
    near, far = rate.main.per_day.sum(axis=0)[0], rate.main.per_day.sum(axis=0)[5]
    assert rate.main.survival == pytest.approx(rate.per_day_initial / 1080.27, rel=1e-4)
    undisturbed = rate.main.undisturbed.sum(axis=0)
    assert near / undisturbed[0] != pytest.approx(far / undisturbed[5], rel=0.05)


def test_no_events_are_said_clearly() -> None:
    with pytest.warns(SetupWarning, match="threshold_keV = 600"):
        rate = setup_rates(with_values(setup("juno"), {"threshold_keV": 600.0}))
    assert (rate.per_day_initial, rate.total, rate.main.survival) == (0.0, 0.0, None)


def test_a_tight_hole_warns() -> None:
    tight = with_values(setup("juno-physical"), {"distance_m": 0.0, "hole_radius_m": 0.15})
    with pytest.warns(SetupWarning, match="needs 0.2 m"):
        setup_rates(tight)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        setup_rates(with_values(tight, {"hole_radius_m": 0.2}))


@pytest.mark.parametrize("days", [0.0, -1.0, float("nan"), float("inf")])
def test_a_run_has_a_length(days: float) -> None:
    with pytest.raises(InputError, match="days"):
        setup_rates(setup("juno"), days=days)
