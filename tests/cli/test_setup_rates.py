"""``gallus rates`` for set-ups: registered ones, a user's file, and bad input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.database import reference

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

FIFTEEN_LINES = """\
name = "tank"
title = "100 t of water, 51Cr at the wall"
kind = "setup"

[source]
nuclide = "51Cr"
activity_PBq = 120.0

[detector]
radius_m = 2.88
material = "water"
[position]
distance_m = 3.5
[detection]
threshold_keV = 250.0
"""


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("rates", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def test_json_follows_the_contract(gallus: Gallus) -> None:
    found = content(gallus, "juno", "--set", "distance_m=0", "--days", 10)
    assert {"per_day_initial", "total", "days", "spectrum", "by_baseline"} <= found.keys()
    assert found["per_day_initial"] == pytest.approx(12881.1, rel=5e-4)
    assert found["total"] == pytest.approx(113959.1, rel=5e-4)
    assert len(found["spectrum"]["edges_keV"]) == len(found["spectrum"]["per_day"]) + 1
    assert len(found["by_baseline"]["edges_m"]) == len(found["by_baseline"]["per_day"]) + 1
    assert len(found["by_time"]["days"]) == len(found["by_time"]["events"])
    assert (found["model"], found["breakdown"], found["remarks"]) == (None, None, [])
    assert all(reference(key) for key in found["citations"])
    assumption = found["assumptions"]["detector.radius_m"]
    assert (assumption["value"], assumption["provenance"]) == (17.2, "inferred")
    assert found["assumptions"]["position.distance_m"]["provenance"] == "user"


def test_the_table_shows_assumptions_and_events(gallus: Gallus) -> None:
    output = gallus("rates", "jne-1t").output
    for text in ("position.hole_radius_m", "inferred", "70.99", "1497.8", "electron-scattering"):
        assert text in output


@pytest.mark.parametrize(("lost_to", "left"), [("sterile", 0.8), ("active", 0.8465)])
def test_a_model_says_where_the_neutrinos_go(gallus: Gallus, lost_to: str, left: float) -> None:
    choice = ("--model", "deficit", "--set", "deficit=0.2", "--set", f"lost_to={lost_to}")
    couplings = ("--set", "couplings=corrected-couplings", "--set", "sin2_theta_w=none")
    found = content(gallus, "juno", *choice, *couplings)
    assert found["survival"] == pytest.approx(left, abs=3e-4)
    assert (found["model"], found["lost_to"]) == ("deficit", lost_to)
    assert found["parameters"] == {"deficit": 0.2}


def test_a_user_describes_a_detector_in_fifteen_lines(gallus: Gallus, tmp_path: Path) -> None:
    assert FIFTEEN_LINES.count("\n") == 15
    path = tmp_path / "tank.toml"
    path.write_text(FIFTEEN_LINES)
    found = content(gallus, path)
    # A n_e sigma g: 1.2e17 Bq, 3.343e23 electrons per cm3, 2.270e-45 cm2, R^3/(3 D^2) and more.
    x = 2.88 / 3.5
    chord = sum(3.5 * x ** (2 * k + 1) / ((2 * k - 1) * (2 * k + 1)) for k in range(1, 60))
    expected = 1.2e17 * 86400 * 3.343e23 * 2.270e-45 * 100 * chord
    assert found["per_day_initial"] == pytest.approx(expected, rel=5e-3)
    assert "100 t of water" in gallus("rates", path).output


def test_the_breakdown_ends_at_the_physical_rate(gallus: Gallus) -> None:
    found = content(gallus, "jne-1t", "--breakdown")
    physical = content(gallus, "jne-1t-physical")
    ratio = physical["per_day_initial"] / found["per_day_initial"]
    assert found["breakdown"][-1]["together"] == pytest.approx(ratio, rel=1e-9)
    output = gallus("rates", "jne-1t", "--breakdown").output
    assert "electrons_per_nucleon 0.5 → none" in output


def test_a_figure_is_written(gallus: Gallus, tmp_path: Path) -> None:
    path = tmp_path / "events.png"
    assert gallus("rates", "jne-1t", "--figure", path).status == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_remarks_are_printed_and_no_python_warning_escapes(gallus: Gallus) -> None:
    finished = gallus("rates", "juno", "--set", "threshold_keV=700")
    assert (finished.status, finished.errors) == (0, "")
    assert "no events of electron-scattering" in finished.output
    found = content(gallus, "juno", "--set", "threshold_keV=700")
    assert (found["per_day_initial"], found["total"], found["survival"]) == (0.0, 0.0, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["jun"], "did you mean 'juno'"),
        (["juno,best"], "juno"),
        (["juno", "--set", "distanse_m=0"], "did you mean"),
        (["juno", "--set", "distance_m"], "NAME=VALUE"),
        (["juno", "--set", "distance_m=inside"], "distance_m = 'inside'"),
        (["juno", "--set", "distance_m=17.1"], "into the wall"),
        (["juno", "--set", "detector.radius_m=-5"], "detector.radius_m = -5.0"),
        (["juno", "--set", "radius_m=5"], "several sections"),
        (["juno", "--set", "activity_MCi=0"], "activity_MCi = 0"),
        (["juno", "--set", "material=oil"], "unknown material"),
        (["juno", "--set", "activity_MCi=none"], "exactly one of"),
        (["juno", "--days", "0"], "--days"),
        (["juno", "--line-set", "old"], "modern"),
        (["juno", "--geometry", "published-fits"], "--set KEY=VALUE"),
        (["juno-physical", "--breakdown"], "juno"),
        (["best", "--breakdown"], "gallium experiments"),
        (["best", "--figure", "best.png"], "gallium experiments"),
        (["juno", "--figure", "events.gif"], "no format"),
        (["juno", "--model", "deficit", "--set", "deficite=0.2"], "did you mean 'deficit'"),
        (["nothing.toml"], "cannot be read"),
    ],
    ids=str,
)
def test_bad_input_is_one_message(gallus: Gallus, arguments: Sequence[str], said: str) -> None:
    finished = gallus("rates", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1
