"""The best design: against dense scans, closed forms, and what must grow with what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.experiments.setup import Setup, setup, with_values
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.counting_design import CountingDesign, counting_sigma
from gallus.forecast.merits import goal
from gallus.forecast.observation import Observation, observation
from gallus.forecast.optimise import Optimum, Variable, optimise
from gallus.forecast.questions.deficit import deficit_sensitivity
from gallus.forecast.source_shield import SourceShield, largest_shield_cm

ONE_BIN = {"bins": 1, "distance_bins": 1}
DEFICIT = goal("deficit").merit
SIGMA = 1e-3
"""A background that is as good as known, in percent."""


def known(per_day: float) -> dict[str, Any]:
    """A background within the window of 51Cr above 200 keV, the same everywhere, and known."""
    return {
        "kind": "spectrum",
        "name": "flat",
        "per_day": per_day,
        "edges_keV": [220.0, 550.0],
        "share": [1.0],
        "error_percent": SIGMA,
    }


def with_tables(name: str, *tables: Any, **values: Any) -> Setup:
    """A set-up in one bin, with these backgrounds in place of its own."""
    alone = with_values(setup(name), {"background": tables})
    return with_values(alone, {**ONE_BIN, **values})


def small(*tables: Any, **values: Any) -> Setup:
    """The prototype of 1 t, without backgrounds unless they are given."""
    return with_tables("jne-1t", *tables, **values)


def merit_at(chosen: Setup, values: Mapping[str, Any]) -> float:
    there = with_values(chosen, values)
    return DEFICIT(observation(there, backgrounds(there)))


def total(seen: Observation) -> float:
    return float(seen.undisturbed.sum())


ALONE = observation(small())


def best(chosen: Setup, key: str, lower: float, upper: float) -> Optimum:
    return optimise(chosen, DEFICIT, [Variable(key, lower, upper)])


def test_the_best_distance_is_that_of_a_dense_scan() -> None:
    # With the activity known to 10 % only, a sterile state of 1 eV2 is seen best near half of its
    # oscillation length of 1.9 m: nearer there is no effect, farther there are no events.
    chosen = small(activity_percent=10.0)
    wanted = goal("sterile", delta_m2_eV2=1.0).merit
    found = optimise(chosen, wanted, [Variable("distance_m", 0.66, 3.0)])
    distances = np.linspace(0.7, 1.6, 19)
    scan = [wanted(observation(with_values(chosen, {"distance_m": d}))) for d in distances]
    assert found.merit >= max(scan) * (1 - 1e-5)
    there = distances[int(np.argmax(scan))]
    assert found.values["position.distance_m"] == pytest.approx(there, abs=0.05)
    assert not found.at_bounds


@pytest.mark.parametrize(("hole_m", "days", "radius_m"), [(0.2, 30.0, 7.80), (0.0, 1e-3, 9.06)])
def test_the_best_radius_in_juno_is_that_of_the_closed_form(
    hole_m: float, days: float, radius_m: float
) -> None:
    # All 47 000 events a day of the talk taken as in the window; 1e-3 days are the initial rate.
    position = {"distance_m": 0.0, "hole_radius_m": hole_m}
    chosen = with_tables("juno", known(47_000.0), days=days, **position)
    found = best(chosen, "fiducial_radius_m", 2.0, 17.2)
    closed = CountingDesign(chosen, 47_000.0, days=days)
    # The merit is flat at its highest point: a step of 1 cm changes it by 1e-6.
    assert found.values["detection.fiducial_radius_m"] == pytest.approx(radius_m, abs=0.03)
    assert found.merit == pytest.approx(closed.sigma(closed.best_radius_m(), 0.2), rel=1e-5)


def test_the_best_days_are_those_of_the_closed_form() -> None:
    # In one bin of time the source dies away and the background does not.
    chosen = small(known(30.0), distance_m=1.0)
    found = best(chosen, "days", 5.0, 400.0)
    closed = CountingDesign(chosen, 30.0)
    days = np.linspace(5.0, 400.0, 4000)
    per_day, steady = closed.signal(0.65), closed.background(0.65)
    scale = 27.7 / math.log(2)
    sigma = counting_sigma(per_day * scale * -np.expm1(-days / scale), steady * days, 0.2)
    assert found.merit == pytest.approx(sigma.max(), rel=1e-5)
    assert found.values["days"] == pytest.approx(days[np.argmax(sigma)], rel=0.03)
    # In bins of time what comes late is weighed for what it is.
    late = merit_at(chosen, {"days": 400.0, "time_bins": 40})
    assert merit_at(chosen, {"days": 400.0}) < found.merit < late


@given(st.floats(1.0, 100.0), st.floats(1.01, 3.0))
def test_more_days_never_hurt_where_there_is_no_background(days: float, times: float) -> None:
    fewer, more = (DEFICIT(ALONE.with_days(t)) for t in (days, times * days))
    gain = (1 - 2 ** (-times * days / 27.7)) / (1 - 2 ** (-days / 27.7))
    assert more / fewer == pytest.approx(math.sqrt(gain), rel=1e-6)
    assert more > fewer


def test_the_best_shield_balances_photons_and_target() -> None:
    layers = [{"material": "tungsten", "thickness_cm": 15.0}]
    photons_table = {"kind": "bremsstrahlung", "layers": layers, "error_percent": 100.0}
    perfect = {"photoelectrons_per_MeV": None, "vertex_resolution_cm_at_1_MeV": 0.0}
    chosen = with_tables("jne-500t-physical", photons_table, distance_m=0.0, **perfect)
    found = optimise(chosen, DEFICIT, [Variable("shield_cm", 14.0, 26.0)])
    thickness = found.values["shield_cm"]
    assert thickness is not None
    assert not found.at_bounds
    there = found.observation.setup
    # 5 cm of source inside.
    radius = 0.05 + thickness / 100
    assert there.source.shield_radius_m == pytest.approx(radius)
    assert there.position.hole_radius_m == pytest.approx(radius)
    (table,) = there.background
    assert table.layers[0].thickness_cm == pytest.approx(thickness)  # type: ignore[union-attr]
    assert table.layers[0].material == "tungsten"  # type: ignore[union-attr]
    # B photons, known to 100 %: S^2/(S + B + B^2) is highest where mu (B + 2 B^2) = S/L, with the
    # way L through the target, which the shield shortens. Terms of B^2/S are left out, and the best
    # thickness is found to half a millimetre: 9 % of B^2.
    signal, photons = total(found.observation), float(found.observation.background.sum())
    thinner = with_values(chosen, SourceShield.of(chosen).values(thickness - 0.1))
    more = float(observation(thinner, backgrounds(thinner)).background.sum())
    per_cm, way_cm = math.log(more / photons) / 0.1, 517.8 - 100 * radius
    assert 1.5 < per_cm < 2.0  # tungsten at 0.65 to 0.75 MeV
    assert photons + 2 * photons**2 == pytest.approx(signal / (per_cm * way_cm), rel=0.1)


def test_mass_of_the_largest_shield() -> None:
    chosen = setup("jne-500t-physical")
    thickness = largest_shield_cm(chosen, 1.0)
    tonnes = 4 / 3 * math.pi * ((5 + thickness) ** 3 - 5**3) * 19.3e-6
    assert tonnes == pytest.approx(1.0, rel=2e-3)  # density of tungsten, 19.25 to 19.3 g/cm3
    # 15 cm of tungsten around 5 cm are 0.64 t.
    assert largest_shield_cm(chosen, 0.636) == pytest.approx(15.0, abs=0.05)
    with pytest.raises(InputError, match="is no mass"):
        largest_shield_cm(chosen, 0.0)
    with pytest.raises(InputError, match="needs a set-up with one shield"):
        largest_shield_cm(setup("jne-1t"), 1.0)


def test_two_shields_are_not_one() -> None:
    chosen = setup("jne-500t-physical")
    name = next(each.name for each in chosen.background if each.kind == "bremsstrahlung")
    bare = with_values(chosen, {f"background.{name}.layers": ()})
    with pytest.raises(InputError, match="needs a set-up with one shield"):
        optimise(bare, total, [Variable("shield_cm", 10.0, 20.0)])


def test_what_follows_from_the_shield_is_no_variable() -> None:
    variables = [Variable("shield_cm", 10, 20), Variable("hole_radius_m", 0.1, 0.3)]
    with pytest.raises(InputError, match=r"position\.hole_radius_m.*follows from shield_cm"):
        optimise(setup("jne-500t-physical"), total, variables)


def test_a_design_without_room_is_skipped() -> None:
    # The hole of 0.2 m fits up to 0.45 m inside; outside there is room from 0.65 m on.
    found = optimise(small(), total, [Variable("distance_m", 0.0, 1.3)])
    distance = found.tried[:, 0]
    possible = (distance <= 0.45) | (distance >= 0.65)
    np.testing.assert_array_equal(np.isfinite(found.merits), possible)
    assert not possible.all()
    assert found.values["position.distance_m"] == 0.0
    assert found.at_bounds == {"position.distance_m": "lower"}
    skipped = [merit for merit in found.as_dict()["merits"] if merit is None]
    assert len(skipped) == (~possible).sum()


def test_if_no_design_is_possible_it_says_why() -> None:
    with pytest.raises(InputError, match=r"bounds: allow no design.*wall of the detector"):
        best(small(), "distance_m", 0.5, 0.6)
    # Above the end of the spectrum at 561 keV there is nothing to count.
    with pytest.raises(InputError, match=r"bounds: allow no design.*nothing that is counted"):
        best(small(), "threshold_keV", 600.0, 700.0)


def test_where_nothing_is_counted_the_design_is_skipped() -> None:
    found = best(small(), "threshold_keV", 200.0, 800.0)
    assert found.at_bounds == {"detection.threshold_keV": "lower"}
    assert np.all(np.isinf(found.merits[found.tried[:, 0] > 562.0]))


def test_a_set_up_that_counts_nothing_can_become_one_that_does() -> None:
    blind = small(threshold_keV=700.0)
    found = best(blind, "threshold_keV", 200.0, 500.0)
    assert found.merit_before == -math.inf
    assert found.as_dict()["merit_before"] is None
    assert found.merit == pytest.approx(merit_at(small(), {"threshold_keV": 200.0}))


def test_runs_are_whole_and_count_alike() -> None:
    found = best(small(), "runs", 1, 4)
    assert found.values == {"runs": 4}
    assert repr(found.values["runs"]) == "4"
    assert sorted(found.tried[:, 0]) == [1, 2, 3, 4]
    np.testing.assert_allclose(
        found.merits, found.merit_before * np.sqrt(found.tried[:, 0]), rtol=1e-6
    )
    assert found.at_bounds == {"runs": "upper"}


def test_two_variables_at_once() -> None:
    # Nearer and lower: both at their bounds.
    chosen = small(distance_m=2.0, threshold_keV=300.0)
    variables = [Variable("distance_m", 1.0, 3.0), Variable("threshold_keV", 200.0, 400.0)]
    both = optimise(chosen, DEFICIT, variables)
    assert both.at_bounds == {
        "position.distance_m": "lower",
        "detection.threshold_keV": "lower",
    }
    nearest = with_values(chosen, {"distance_m": 1.0, "threshold_keV": 200.0})
    assert both.merit == pytest.approx(merit_at(nearest, {}), rel=1e-6)
    assert both.tried.shape == (len(both.merits), 2)


def test_backgrounds_follow_the_detector() -> None:
    # A larger detector has more of both; made once for the first design they would stay.
    table = {key: x for key, x in known(1.0).items() if key != "per_day"}
    table["per_day_and_kt"] = 1e5
    chosen = small(table, mass_t=None, distance_m=1.0)
    found = optimise(chosen, DEFICIT, [Variable("detector.radius_m", 0.3, 0.8)])
    (one,) = found.observation.backgrounds
    assert one.per_day == pytest.approx(1e2 * 0.86 * 4 / 3 * math.pi * 0.8**3, rel=1e-3)
    assert found.at_bounds == {"detector.radius_m": "upper"}


def test_a_cut_that_is_not_made_wins_where_it_is_best() -> None:
    # Without background every cut loses events: the whole ball, for which there is no value.
    found = best(small(), "fiducial_radius_m", 0.3, 0.6)
    assert found.values == found.before == {"detection.fiducial_radius_m": None}
    assert found.merit == found.merit_before > found.merits.max()
    assert found.observation.setup.detection.fiducial_radius_m is None
    assert found.at_bounds == {}


def test_a_design_outside_of_the_bounds_is_not_searched() -> None:
    # Nearer is better, but the source may not stand there.
    found = best(small(distance_m=1.0), "distance_m", 2.0, 3.0)
    assert found.before == {"position.distance_m": 1.0}
    assert found.values == {"position.distance_m": 2.0}
    assert found.merit == pytest.approx(merit_at(small(distance_m=2.0), {}))
    assert found.merit < found.merit_before


@pytest.mark.parametrize(
    ("key", "lower", "upper", "said"),
    [
        ("distance_m", -1.0, 3.0, r"position\.distance_m = -1\.0.*at least 0"),
        ("efficiency", 0.5, 2.0, r"detection\.efficiency = 2\.0.*at most 1"),
        ("fiducial_radius_m", 0.3, 0.7, r"fiducial_radius_m = 0\.7.*beyond.*at most 0\.65"),
        ("background.flat.per_day", -1.0, 3.0, r"background\.flat\.per_day = -1\.0"),
        ("shield_cm", -1.0, 3.0, r"shield_cm = -1\.0.*at least 0"),
    ],
)
def test_bounds_that_no_design_may_have_are_refused(
    key: str, lower: float, upper: float, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        best(small(known(1.0)), key, lower, upper)


def test_a_range_may_touch_what_is_not_allowed_itself() -> None:
    # A run of no days is none; that of 60 is the best.
    assert best(small(), "days", 0.0, 60.0).values == {"days": 60.0}


QUESTIONS = (
    "deficit",
    "sterile",
    "branching-ratio",
    "magnetic-moment",
    "weak-mixing-angle",
    "couplings",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_merit_grows_with_the_activity(question: str) -> None:
    chosen = with_values(setup("jne-1t"), {"bins": 10, "distance_bins": 4})
    merit = goal(question).merit
    weak, strong = (
        merit(observation(there, backgrounds(there)))
        for there in (with_values(chosen, {"activity_MCi": a}) for a in (3.0, 12.0))
    )
    assert weak > 0
    # Errors fall as the root of the events: half of them for four times the source. That of the
    # magnetic moment is one of its square, and an area goes as the product of two errors.
    power = {"couplings": 1.0, "magnetic-moment": 0.25}.get(question, 0.5)
    assert strong / weak == pytest.approx(4**power, rel=1e-3)


def test_the_merit_of_a_deficit_is_that_of_the_question() -> None:
    chosen = with_values(setup("jne-1t"), {"bins": 6, "activity_percent": 1.0})
    seen = observation(chosen, backgrounds(chosen))
    assert goal("deficit").merit(seen) == pytest.approx(0.2 / deficit_sensitivity(seen, 0.2).error)


def test_a_larger_deficit_is_seen_better() -> None:
    seen = observation(small())
    small_one, large = (goal("deficit", deficit=x).merit(seen) for x in (0.1, 0.2))
    assert large == pytest.approx(2 * small_one)
    # x sqrt(N): the talk's 625 events are 5 sigma of 20 %.
    assert large == pytest.approx(0.2 * math.sqrt(total(seen)), rel=1e-6)


def two_humps(seen: Observation) -> float:
    """A low hump on the lattice, and a high one beside it."""
    distance, days = seen.setup.position.distance_m, seen.setup.days
    return math.exp(-((distance - 20.0) ** 2)) + 3 * math.exp(-((distance - 17.3) ** 2)) - days


def test_lines_find_what_the_lattice_misses() -> None:
    # Five points from 10 to 30 m see nothing of the higher hump.
    variables = [Variable("distance_m", 10.0, 30.0), Variable("days", 10.0, 30.0)]
    found = optimise(small(distance_m=10.0), two_humps, variables)
    assert found.values["position.distance_m"] == pytest.approx(17.3, abs=0.05)
    assert found.values["days"] == pytest.approx(10.0, abs=0.05)


def test_the_set_up_as_it_was_is_tried() -> None:
    # A narrow hump where the set-up is, between all points of the lattice.
    chosen = small(distance_m=12.345)
    found = optimise(
        chosen,
        lambda seen: math.exp(-((seen.setup.position.distance_m - 12.345) ** 2) / 1e-3),
        [Variable("distance_m", 10.0, 30.0)],
    )
    assert found.merit == pytest.approx(1.0)
    assert found.merit_before == 1.0


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match="has no range"):
        Variable("days", 2.0, 2.0)
    with pytest.raises(InputError, match="are missing"):
        optimise(small(), total, [])
    with pytest.raises(InputError, match="stands twice"):
        optimise(small(), total, [Variable("days", 1, 2), Variable("days", 1, 3)])
    with pytest.raises(InputError, match=r"did you mean 'position\.distance_m'"):
        optimise(small(), total, [Variable("position.distance", 1, 2)])
    with pytest.raises(InputError, match="did you mean 'deficit'"):
        goal("deficits")
    with pytest.raises(InputError, match="is not a number"):
        optimise(small(), lambda seen: math.nan, [Variable("days", 1, 2)])
