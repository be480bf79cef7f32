"""What each assumption costs: alone, together, and what the talk's approximations cancel."""

from __future__ import annotations

import pytest

from gallus.errors import InputError
from gallus.experiments.assumption_costs import assumption_costs, idealisations
from gallus.experiments.setup import Setup, setup, with_values
from gallus.experiments.setup_reactions import events_per_day


def pair(name: str, distance_m: float) -> tuple[Setup, Setup]:
    both = (setup(name), setup(f"{name}-physical"))
    first, second = (with_values(each, {"distance_m": distance_m}) for each in both)
    return first, second


@pytest.mark.parametrize(("name", "distance"), [("jne-1t", 1.0), ("juno", 0.0)])
def test_the_last_step_arrives_at_the_other_set_up(name: str, distance: float) -> None:
    first, second = pair(name, distance)
    costs = assumption_costs(first, second)
    ratio = events_per_day(second) / events_per_day(first)
    assert costs[-1].together == pytest.approx(ratio, rel=1e-9)
    assert costs[0].alone == costs[0].together


def test_the_steps_have_the_sizes_of_the_notes() -> None:
    costs = {each.name: each for each in assumption_costs(*pair("juno", 0.0))}
    # 2.7056/2.8205, 3.3724/2.9852, 0.86/0.9383.
    assert costs["cross section"].alone == pytest.approx(0.9593, abs=2e-4)
    assert costs["electrons per gram"].alone == pytest.approx(1.1297, abs=2e-4)
    assert costs["density"].alone == pytest.approx(0.9165, abs=2e-4)
    # Too much mass and too few electrons cancel to 0.7 % at equal radius.
    assert costs["density"].together == pytest.approx(0.993, abs=2e-3)


def test_equal_set_ups_differ_in_nothing() -> None:
    assert assumption_costs(setup("juno"), setup("juno")) == ()


def test_values_before_and_after_are_named() -> None:
    costs = {each.name: each for each in assumption_costs(*pair("jne-500t", 6.0))}
    size = costs["size"]
    assert (size.before, size.after) == (
        {"detector.radius_m": 5.0},
        {"detector.radius_m": 5.178},
    )


def test_a_set_up_without_events_has_no_ratio() -> None:
    nothing = with_values(setup("juno"), {"threshold_keV": 700.0})
    with pytest.raises(InputError, match="counts nothing"):
        assumption_costs(nothing, setup("juno-physical"))


def test_a_response_that_nothing_is_said_of_is_perfect() -> None:
    assert idealisations(setup("jne-1t")) == (
        "energy and vertex resolution: perfect (none stated)",
    )
    sharp = with_values(setup("gagg"), {"vertex_resolution_cm_at_1_MeV": 0.0})
    assert idealisations(sharp) == ("vertex resolution: perfect (none stated)",)
    counted = with_values(setup("jne-1t"), {"photoelectrons_per_MeV": 500.0})
    assert idealisations(counted) == ("vertex resolution: perfect (none stated)",)
    assert idealisations(setup("xenon")) == ("energy resolution: perfect (none stated)",)
    assert idealisations(setup("best-zn65")) == idealisations(setup("gagg")) == ()
