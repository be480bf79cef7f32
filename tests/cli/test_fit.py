"""``gallus fit``: the library's numbers in tables, JSON and figure, and bad input."""

from __future__ import annotations

import inspect
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.cli import fit as command
from gallus.experiments.gallium_oscillation import DEFAULT_METHOD
from gallus.explanation import DEFAULT_CROSS_SECTION
from gallus.geometry.detectors import DOCUMENTED
from gallus.oscillation import model_names
from gallus.recipes import recipe_names

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

MINE = """
from gallus.oscillation import declare
from gallus.parameters import Parameter

@declare(Parameter("amplitude", 0.1, 0.0, 1.0), lost_to="active")
def fading(energy_MeV, baseline_m, amplitude):
    return 1 - amplitude * baseline_m / (1 + baseline_m)
"""

DATA = """
name = "mine"
title = "Mine"
kind = "source-ratios"
[measurements.a]
title = "Near"
nuclide = "51Cr"
geometry = "best-inner"
ratio = { value = 0.8, error = 0.04, unit = "1" }
reference_cross_section = { value = 5.81, unit = "1e-45 cm2" }
[measurements.b]
title = "Far"
nuclide = "37Ar"
GEOMETRY
ratio = { value = 0.9, error = 0.05, unit = "1" }
reference_cross_section = { value = 7.00, unit = "1e-45 cm2" }
"""


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("fit", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def test_defaults_of_the_command_are_those_of_the_library() -> None:
    parameters = inspect.signature(command.fit).parameters
    assert parameters["method"].default == DEFAULT_METHOD == "collaboration"
    assert parameters["cross_section"].default == DEFAULT_CROSS_SECTION == "bahcall-1997"
    assert parameters["geometry"].default == DOCUMENTED


@pytest.mark.parametrize("name", [*model_names(), *recipe_names(), "best", "published-fits"])
def test_help_names_models_methods_and_data(
    gallus: Gallus, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert name in gallus("fit", "--help").output


def test_json_follows_the_contract(gallus: Gallus) -> None:
    found = content(gallus, "sterile", "--data", "best")
    assert list(found["parameters"]) == ["sin2_2theta_ee", "delta_m2_41_eV2"]
    for parameter in found["parameters"].values():
        assert parameter["error"] > 0
    # Barinov et al., Phys. Rev. C 105, 065502: 0.42 and 3.3 eV2.
    assert found["parameters"]["sin2_2theta_ee"]["value"] == pytest.approx(0.42, abs=0.01)
    assert found["parameters"]["delta_m2_41_eV2"]["value"] == pytest.approx(3.3, abs=0.15)
    assert (found["dof"], found["p_value"], found["extra_parameters"]) == (0, None, 2)
    assert found["delta_chi2"] == pytest.approx(found["chi2_null"] - found["chi2_min"])
    assert found["significance_sigma"] == pytest.approx(4.34, abs=0.01)
    named = ("model", "data", "cross_section", "method", "geometry", "null", "lost_to")
    assert [found[key] for key in named] == [
        *("sterile", "best", "bahcall-1997", "collaboration", "documented"),
        *("three-flavour", "mixed"),
    ]
    assert len(found["other_minima"]) > 4


def test_the_tables_say_what_was_assumed(gallus: Gallus) -> None:
    output = gallus("fit", "sterile", "--data", "best", "--minos").output
    for text in (
        *("sin2_2theta_ee", "0.42", "± 0.15", "+∞", "eV²"),
        *("22.32/2", "null: three-flavour", "4.34", "0.791 ± 0.042"),
        *("bahcall-1997", "collaboration", "geometry documented", "narrower valleys"),
    ):
        assert text in output


@pytest.mark.slow
def test_intervals_have_all_valleys(gallus: Gallus) -> None:
    found = content(gallus, "sterile", "--data", "best", "--intervals")
    interval = found["parameters"]["delta_m2_41_eV2"]["interval"]
    assert interval["upper"] is None
    assert len(interval["pieces"]) > 1
    assert interval["lower"] == interval["pieces"][0][0] == pytest.approx(1.17, abs=0.01)
    assert "interval" not in content(gallus, "deficit")["parameters"]["deficit"]
    output = gallus("fit", "sterile", "--data", "best", "--intervals").output
    for text in ("68 % interval", "0.282 to 0.538", "1.17 to 1.42", "> 5.3"):
        assert text in output


@pytest.mark.parametrize("model", ["no-oscillation", "three-flavour"])
def test_models_without_free_parameters_are_compared(gallus: Gallus, model: str) -> None:
    found = content(gallus, model)
    assert found["parameters"] == {}
    assert found["chi2_min"] == pytest.approx(28.48, abs=0.01)
    assert found["significance_sigma"] is None
    assert "none is free" in gallus("fit", model).output


def test_the_destination_of_lost_neutrinos_is_recorded_and_changes_nothing(gallus: Gallus) -> None:
    sterile, active = (
        content(gallus, "deficit", "--set", f"lost_to={where}") for where in ("sterile", "active")
    )
    assert (sterile.pop("lost_to"), active.pop("lost_to")) == ("sterile", "active")
    assert sterile == active
    assert "νμ and ντ" in gallus("fit", "deficit", "--set", "lost_to=active").output


def test_set_moves_the_start_and_fix_holds(gallus: Gallus) -> None:
    near = content(
        gallus, "sterile", "--set", "sin2_2theta_ee=0.3", "--fix", "delta_m2_41_eV2=2.96"
    )
    assert list(near["parameters"]) == ["sin2_2theta_ee"]
    assert near["fixed"] == {"delta_m2_41_eV2": 2.96}
    held = content(gallus, "sterile", "--set", "delta_m2_41_eV2=2.96", "--fix", "delta_m2_41_eV2")
    assert held["fixed"] == near["fixed"]
    assert held["chi2_min"] == pytest.approx(near["chi2_min"], abs=1e-4)
    start = content(gallus, "sterile", "--fix", "delta_m2_41_eV2")
    assert start["fixed"] == {"delta_m2_41_eV2": 1.0}


def test_what_the_model_holds_can_be_set(gallus: Gallus) -> None:
    found = content(gallus, "three-flavour", "--set", "sin2_theta_13=0.03")
    assert found["fixed"] == {"sin2_theta_13": 0.03}
    assert (
        "Held: sin2_theta_13 = 0.03."
        in gallus("fit", "three-flavour", "--set", "sin2_theta_13=0.03").output
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--method", "lower-error"),
        ("--cross-section", "haxton-2023-3he"),
        ("--geometry", "published-fits"),
        ("--line-set", "traditional"),
        ("--data", "calibration"),
        ("--data", "gallex,sage-ar"),
    ],
    ids=str,
)
def test_every_choice_changes_the_result(gallus: Gallus, arguments: Sequence[str]) -> None:
    changed = content(gallus, "sterile", "--fix", "delta_m2_41_eV2=1.3", *arguments)
    default = content(gallus, "sterile", "--fix", "delta_m2_41_eV2=1.3")
    assert changed["chi2_min"] != default["chi2_min"]
    key = arguments[0].lstrip("-").replace("-", "_")
    assert changed[key] == arguments[1]


def test_a_users_function_and_a_users_data(gallus: Gallus, tmp_path: Path) -> None:
    model, data = tmp_path / "mine.py", tmp_path / "mine.toml"
    model.write_text(MINE)
    data.write_text(DATA.replace("GEOMETRY", 'geometry = "sage"'))
    found = content(gallus, f"{model}:fading", "--data", data)
    assert found["model"] == f"{model}:fading"
    assert (found["lost_to"], found["null"]) == ("active", "no-oscillation")
    assert 0 < found["parameters"]["amplitude"]["value"] < 1
    assert list(found["ratios"]) == ["a", "b"]


def test_figure_citations_and_json_go_to_files(gallus: Gallus, tmp_path: Path) -> None:
    figure, bib, numbers = (tmp_path / name for name in ("fit.svg", "fit.bib", "fit.json"))
    finished = gallus(
        *("fit", "deficit", "--data", "best"),
        *("--figure", figure, "--cite", bib, "--json", numbers),
    )
    assert finished.status == 0
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")
    assert "@article{barinov-2022-prc," in bib.read_text()
    assert json.loads(numbers.read_text())["model"] == "deficit"


def test_a_measurement_without_a_detector_is_refused(gallus: Gallus, tmp_path: Path) -> None:
    data = tmp_path / "mine.toml"
    for line, said in (("", "b.geometry"), ('geometry = "sages"', "did you mean 'sage'")):
        data.write_text(DATA.replace("GEOMETRY", line))
        finished = gallus("fit", "deficit", "--data", data)
        assert (finished.status, finished.output) == (2, "")
        assert said in finished.errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "MODEL"),
        (["steril"], "did you mean 'sterile'"),
        (["missing.py:function"], "missing.py"),
        (["sterile", "--data", "bets"], "did you mean 'best'"),
        (["sterile", "--cross-section", "bahcall"], "did you mean 'bahcall-1997'"),
        (["sterile", "--method", "covarianc"], "did you mean 'covariance'"),
        (["sterile", "--geometry", "round"], "documented, published-fits"),
        (["sterile", "--line-set", "old"], "modern"),
        (["sterile", "--set", "sin2_2theta=0.1"], "did you mean 'sin2_2theta_ee'"),
        (["sterile", "--set", "sin2_2theta_ee=1.1"], "from 0 to 1"),
        (["sterile", "--set", "sin2_2theta_ee=-0.1"], "from 0 to 1"),
        (["sterile", "--set", "sin2_2theta_ee=nan"], "is not a number"),
        (["sterile", "--set", "sin2_2theta_ee=much"], "'much'"),
        (["sterile", "--set", "sin2_2theta_ee"], "NAME=VALUE"),
        (["sterile", "--set", "=1"], "NAME=VALUE"),
        (["sterile", "--set", "delta_m2_41_eV2=1", "--set", "delta_m2_41_eV2=2"], "twice"),
        (["sterile", "--fix", "sin2_2theta"], "did you mean 'sin2_2theta_ee'"),
        (["sterile", "--fix", "sin2_2theta_ee=2"], "from 0 to 1"),
        (["sterile", "--fix", "sin2_2theta_ee="], "NAME=VALUE"),
        (["sterile", "--set", "delta_m2_41_eV2=1", "--fix", "delta_m2_41_eV2=2"], "one value"),
        (["sterile", "--fix", "lost_to"], "unknown parameter"),
        (["sterile", "--set", "ordering=up"], "inverted, normal"),
        (["deficit", "--set", "lost_to=dark"], "active, sterile"),
        (["sterile-3+2", "--set", "count=two"], "whole number"),
        (["sterile-3+2", "--set", "count=9"], "1 to 5"),
        (["deficit", "--figure", "fit.gif"], ".png"),
    ],
    ids=str,
)
def test_bad_input_is_one_message(gallus: Gallus, arguments: Sequence[str], said: str) -> None:
    finished = gallus("fit", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1


@pytest.mark.parametrize(
    "body",
    [
        "return 1.5 + 0 * energy_MeV",
        "return energy_MeV / 0",
        "return None",
        "raise ValueError('no')",
    ],
)
def test_a_function_that_gives_no_probability_is_refused(
    gallus: Gallus, tmp_path: Path, body: str
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(MINE.replace("return 1 - amplitude * baseline_m / (1 + baseline_m)", body))
    finished = gallus("fit", f"{path}:fading", "--data", "best")
    assert (finished.status, finished.output) == (2, "")
    assert "bad.py" in finished.errors
    assert finished.errors.count("\n") == 1
