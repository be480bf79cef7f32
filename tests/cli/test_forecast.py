"""``gallus forecast``: numbers against counting by hand, several experiments, and bad input."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.cli.forecast import ASKED
from gallus.cli.forecast_questions import QUESTIONS
from gallus.cli.forecast_tables import TOGETHER
from gallus.database import reference
from gallus.experiments.setup import setup
from gallus.figures import forecast as forecast_figures

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

BAD_GRID = ("--grid", "sin2_2theta_ee=0:2:3", "--grid", "delta_m2_41_eV2=1:2:3")
"""sin^2 2theta up to 2."""
BARE = ("jne-1t", "--no-backgrounds")


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("forecast", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def sigma(gallus: Gallus, *arguments: Any, name: str = "jne-1t") -> float:
    found = content(gallus, *arguments, "--for", "deficit")["results"][name]["sigma"]
    return float(found)


@pytest.mark.parametrize(("lost_to", "share"), [("sterile", 1.0), ("active", 0.788)])
def test_without_background_a_deficit_is_counting(
    gallus: Gallus, lost_to: str, share: float
) -> None:
    found = content(gallus, *BARE, "--for", "deficit", "--deficit", 0.1, "--lost-to", lost_to)
    result = found["results"]["jne-1t"]
    assert result["events"] == pytest.approx(1497.8, rel=1e-4)  # the talk's table
    # Tree couplings at sin2 theta_W = 0.2386: sigma_mu/sigma_e = 0.212 for 0.75 MeV above 200 keV.
    assert result["sigma"] == pytest.approx(0.1 * share * math.sqrt(1497.8), rel=3e-3)


def test_an_error_of_the_activity_adds_in_quadrature(gallus: Gallus) -> None:
    expected = 0.2 / math.hypot(1497.8**-0.5, 0.03)
    assert sigma(gallus, *BARE, "--set", "activity_percent=3") == pytest.approx(expected, rel=1e-3)


def test_experiments_that_share_nothing_add_in_quadrature(gallus: Gallus) -> None:
    both = ("jne-1t,xenon", "--no-backgrounds", "--for", "deficit")
    found = {name: each["sigma"] for name, each in content(gallus, *both)["results"].items()}
    assert set(found) == {"jne-1t", "xenon", TOGETHER}
    assert found[TOGETHER] == pytest.approx(math.hypot(found["jne-1t"], found["xenon"]), rel=1e-6)


def test_the_cross_section_is_shared_by_all(gallus: Gallus) -> None:
    both = ("jne-1t,xenon", "--no-backgrounds", "--for", "deficit")
    exact = {"--set": "cross_section_percent=100"}
    results = content(gallus, *both, *sum(exact.items(), ()))["results"]
    # A cross section that is not known at all hides any deficit, however many experiments see it.
    assert results[TOGETHER]["sigma"] == pytest.approx(0.2, rel=1e-2)


def test_a_value_can_be_set_for_one_experiment(gallus: Gallus) -> None:
    both = ("jne-1t,xenon", "--no-backgrounds", "--for", "deficit")
    plain = content(gallus, *both)["results"]
    moved = content(gallus, *both, "--set", "jne-1t:distance_m=2")["results"]
    assert moved["xenon"] == plain["xenon"]
    assert moved["jne-1t"]["events"] < plain["jne-1t"]["events"] / 3


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("days", "days"),
        ("activity_percent", "activity_percent"),
        ("threshold_keV", "threshold_keV"),
        ("background.carbon-14.fraction", "background.carbon-14.fraction"),
    ],
)
def test_a_curve_is_what_single_forecasts_give(gallus: Gallus, key: str, setting: str) -> None:
    low, high = (1e-17, 1e-16) if "fraction" in key else (10, 200) if key != "days" else (5, 50)
    curve = content(gallus, "jne-1t", "--for", "deficit", "--against", f"{key}={low}:{high}:2")
    single = [sigma(gallus, "jne-1t", "--set", f"{setting}={value}") for value in (low, high)]
    assert curve["against"]["values"] == [low, high]
    assert curve["against"]["answers"]["jne-1t"] == pytest.approx(single, rel=1e-9)


def test_the_budget_is_led_by_what_limits(gallus: Gallus) -> None:
    found = content(gallus, *BARE, "--for", "deficit", "--set", "activity_percent=5")
    limits = found["results"]["jne-1t"]["limits"]
    assert limits["activity"] == pytest.approx(0.05, rel=1e-6)
    assert limits["total"] == pytest.approx(math.hypot(limits["activity"], limits["statistics"]))
    lines = gallus("forecast", *BARE, "--for", "deficit", "--set", "activity_percent=5").output
    assert lines.index("activity ") < lines.index("statistics ")


def test_what_is_taken_as_exact_stands_next_to_the_answer(gallus: Gallus) -> None:
    lines = gallus("forecast", *BARE, "--for", "deficit", "--set", "activity_percent=5").output
    assert lines.index("cross section, response taken as exactly") < lines.index("What limits")
    assert "activity, cross section" not in lines


def test_days_without_the_source_have_a_column(gallus: Gallus) -> None:
    arguments = ("jne-1t", "--for", "backgrounds", "--set", "source_off_days=300")
    found, plain = content(gallus, *arguments), content(gallus, *arguments[:3])
    there = found["experiments"]["jne-1t"]
    assert (there["live_days"], there["live_days_without_source"]) == (30.0, 300.0)
    for name, each in there["backgrounds"].items():
        one = plain["experiments"]["jne-1t"]["backgrounds"][name]
        assert each["events"] == pytest.approx(one["events"])
        steady = each["events_without_source"]
        assert steady == pytest.approx(10 * one["events"])
    assert "30 days with source, 300 without" in gallus("forecast", *arguments).output


def test_where_nothing_is_left_the_curve_has_a_gap(gallus: Gallus) -> None:
    arguments = ("jne-1t", "--for", "deficit", "--against", "threshold_keV=200:900:3")
    answers = content(gallus, *arguments)["against"]["answers"]["jne-1t"]
    assert answers[2] is None
    assert answers[0] > answers[1] > 0


def test_json_follows_the_contract(gallus: Gallus) -> None:
    found = content(gallus, "jne-500t", "--for", "deficit")
    assert found["question"] == "deficit"
    described = found["experiments"]["jne-500t"]
    assert {"signal", "backgrounds", "pulls", "assumptions", "window_keV"} <= described.keys()
    total = sum(each["events"] for each in described["backgrounds"].values())
    assert total == pytest.approx(found["results"]["jne-500t"]["background"], rel=1e-9)
    assert described["assumptions"]["detector.radius_m"]["provenance"] == "inferred"
    assert found["citations"]
    assert all(reference(key) for key in found["citations"])


@pytest.mark.parametrize("question", sorted(set(QUESTIONS) - {"deficit", "sterile"}))
def test_every_question_has_a_number_a_budget_and_assumptions(
    gallus: Gallus, question: str
) -> None:
    finished = gallus("forecast", "jne-500t", "--for", question)
    assert (finished.status, finished.errors) == (0, "")
    for text in ("statistics", "In the window", "signal", "detector.radius_m", "inferred"):
        assert text in finished.output
    found = content(gallus, "jne-500t", "--for", question)["results"]["jne-500t"]
    longer = content(gallus, "jne-500t", "--for", question, "--days", 60)["results"]["jne-500t"]
    # More counts: smaller total error, whatever it is of.
    assert 0 < longer["limits"]["total"] < found["limits"]["total"]


@pytest.mark.slow
def test_where_waves_are_fast_only_the_rate_sees_a_sterile_neutrino(gallus: Gallus) -> None:
    grid = ("--grid", "sin2_2theta_ee=0.05:1:20", "--grid", "delta_m2_41_eV2=50:100:2")
    found = content(gallus, *BARE, "--for", "sterile", "--information", "rate", *grid)
    # Half of sin2 2theta is lost: 5.99 (95 %, two parameters) of 1498 events.
    expected = 2 * math.sqrt(5.99 / 1497.8)
    limits = found["plane"]["exclusion"]["jne-1t"]["limits"]["0.95"]
    assert limits == pytest.approx([expected] * 2, rel=3e-2)
    assert found["plane"]["covered"]["jne-1t"] == 1.0


@pytest.mark.slow
def test_the_sterile_answer_names_the_gallium_fit(gallus: Gallus) -> None:
    found = content(gallus, *BARE, "--for", "sterile")["results"]["jne-1t"]
    at = found["gallium_best_fit"]
    assert at["sin2_2theta_ee"] == pytest.approx(0.34, abs=0.02)  # `gallus explain sterile`
    assert found["sigma"] > 3
    assert (
        "best fit to the six gallium results"
        in gallus("forecast", *BARE, "--for", "sterile").output
    )


def test_backgrounds_are_listed_with_what_is_known_of_them(gallus: Gallus) -> None:
    output = gallus("forecast", "jne-500t", "--for", "backgrounds").output
    for text in ("signal", "100 %", "6.09 %", "events", "per day", "remark"):
        assert text in output
    described = content(gallus, "jne-500t", "--for", "backgrounds")["experiments"]["jne-500t"]
    assert described["signal"] == pytest.approx(22783, rel=2e-3)  # the talk's 22 788


@pytest.mark.slow
def test_a_run_with_gallium_tells_explanations_apart(gallus: Gallus) -> None:
    models = ("--models", "deficit,decoherence")
    found = content(gallus, "best-zn65", "--for", "explanations", *models)
    separated = found["results"]["best-zn65"]
    # 65Zn sees nothing of decoherence and all of a deficit: 0.2 over about 0.05 of both zones.
    assert separated["gained_sigma"]["decoherence"]["deficit"] > 1
    assert separated["sigma"]["deficit"]["deficit"] == 0.0


def test_the_best_design_is_no_worse_than_what_it_began_with(gallus: Gallus) -> None:
    found = content(gallus, "jne-1t", "--for", "deficit", "--optimise", "distance_m=0.9:3")
    best = found["optimum"]
    assert best["merit"] >= best["merit_before"]
    assert found["result"]["sigma"] == pytest.approx(best["merit"], rel=1e-6)
    assert best["at_bounds"] == {"position.distance_m": "lower"}  # nothing but the wall holds it


def test_no_cut_is_the_best_cut_and_says_so(gallus: Gallus) -> None:
    # Without background every event that is kept helps.
    arguments = ("--for", "deficit", "--no-backgrounds", "--optimise", "fiducial_radius_m=0.3:0.6")
    finished = gallus("forecast", "jne-1t", *arguments)
    assert "whole detector" in finished.output
    assert "that one is the answer" in " ".join(finished.output.split())
    assert "None" not in finished.output


def test_one_background_can_be_taken_away(gallus: Gallus) -> None:
    kept = content(gallus, "jne-1t", "--for", "backgrounds")["experiments"]["jne-1t"]
    name = next(iter(setup("jne-1t").background)).name
    without = content(gallus, "jne-1t", "--for", "backgrounds", "--set", f"background.{name}=none")[
        "experiments"
    ]["jne-1t"]
    gone = {key for key in kept["backgrounds"] if key.startswith(name)}
    assert gone
    assert set(without["backgrounds"]) == set(kept["backgrounds"]) - gone


@pytest.mark.parametrize(
    "arguments",
    [
        ("--for", "backgrounds"),
        ("--for", "deficit", "--against", "days=5:30:3"),
        ("--for", "weak-mixing-angle"),
        ("--for", "deficit", "--optimise", "distance_m=0.9:2"),
    ],
    ids=lambda each: each[1],
)
def test_figures_are_written(gallus: Gallus, tmp_path: Path, arguments: Sequence[str]) -> None:
    path = tmp_path / "forecast.png"
    assert gallus("forecast", "jne-1t", *arguments, "--figure", path).status == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_all_together_has_one_name() -> None:
    assert forecast_figures.TOGETHER == TOGETHER
    assert set(QUESTIONS) < set(ASKED)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["juno", "--for", "defizit"], "did you mean 'deficit'"),
        (["jun", "--for", "deficit"], "did you mean 'juno'"),
        (["best", "--for", "deficit"], "unknown experiment"),
        (["juno,juno", "--for", "deficit"], "stands twice"),
        (["juno"], "--for"),
        (["juno", "--for", "deficit", "--set", "distanse_m=0"], "did you mean"),
        (["juno", "--for", "deficit", "--set", "distance_m"], "NAME=VALUE"),
        (["juno", "--for", "deficit", "--set", "jne:days=3"], "experiment in --set"),
        (["juno", "--for", "deficit", "--set", "distance_m=17.1"], "into the wall"),
        (["juno", "--for", "deficit", "--set", "activity_percent=-1"], "activity_percent = -1"),
        (["juno", "--for", "deficit", "--days", "0"], "--days"),
        (["juno", "--for", "deficit", "--deficit", "2"], "--deficit = 2"),
        (["jne-1t", "--for", "deficit", "--lost-to", "dark"], "--lost-to = 'dark'"),
        (["juno", "--for", "deficit", "--information", "rate"], "--information = 'rate'"),
        (["juno", "--for", "couplings", "--information", "all"], "unknown information"),
        (["juno", "--for", "couplings", "--information", "rate"], "--information = 'rate'"),
        (["juno", "--for", "deficit", "--set", "threshold_keV=900"], "threshold_keV = 900"),
        (["juno", "--for", "deficit", "--grid", "a=1:2:3"], "--for sterile"),
        (["juno", "--for", "sterile", "--grid", "a=1:2"], "no axis"),
        (["juno", "--for", "sterile", "--grid", "deficit=0:1:3"], "--grid = 'deficit'"),
        (
            ["juno", "--for", "sterile", *BAD_GRID],
            "--grid sin2_2theta_ee = 2.0",
        ),
        (["juno", "--for", "deficit", "--against", "days"], "--against = 'days'"),
        (["juno", "--for", "deficit", "--against", "day=1:2:3"], "--against = 'day'"),
        (["juno", "--for", "deficit", "--against", "distance_m=-1:2:3"], "--against position."),
        (["juno", "--for", "deficit", "--optimise", "distance_m=3"], "--optimise"),
        (["juno", "--for", "deficit", "--optimise", "distance_m=3:1"], "LO < HI"),
        (["juno", "--for", "deficit", "--optimise", "distance_m=-1:3"], "at least 0"),
        (
            ["juno", "--for", "deficit", "--optimise", "fiducial_radius_m=2:20"],
            "--optimise detection.fiducial_radius_m = 20.0",
        ),
        (["juno,gagg", "--for", "deficit", "--optimise", "days=1:9"], "one experiment"),
        (["best-zn65", "--for", "deficit"], "--for explanations"),
        (["best-zn65,juno", "--for", "explanations"], "one kind at a time"),
        (["best-zn65", "--for", "explanations", "--models", "sterle"], "did you mean"),
        (["best-zn65", "--for", "explanations", "--deficit", "0.1"], "--deficit"),
        (["sox-ce144", "--for", "couplings"], "of sox-ce144, which counts inverse-beta-decay"),
        (["juno", "--for", "deficit", "--figure", "a.gif"], "no format"),
        (["nothing.toml", "--for", "deficit"], "cannot be read"),
    ],
    ids=str,
)
def test_bad_input_is_one_message(gallus: Gallus, arguments: Sequence[str], said: str) -> None:
    finished = gallus("forecast", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1
