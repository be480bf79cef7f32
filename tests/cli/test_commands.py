"""What the commands print and write; the physics behind it is tested where it is computed."""

from __future__ import annotations

import inspect
import json
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.cli import significance as command
from gallus.database import load, names, reference
from gallus.interactions import cross_section, cross_section_names
from gallus.recipes import recipe_names
from gallus.registry import kind_of
from gallus.significance import DEFAULT_METHOD, DEFAULT_SEED, DEFAULT_TOYS

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

MODEL = """
name = "mine"
title = "Mine [/bold]"
[total]
51Cr = { value = 5.81, plus = 0.21, minus = 0.16, unit = "1e-45 cm2", citation = "user" }
37Ar = { value = 70.0, plus = 4.9, minus = 2.1, unit = "1e-46 cm2" }
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MODEL)
    return path


# --- significance -----------------------------------------------------------------------------


def test_defaults_of_the_command_are_those_of_the_library() -> None:
    assert (command.TOYS, command.SEED) == (DEFAULT_TOYS, DEFAULT_SEED)
    parameters = inspect.signature(command.significance).parameters
    assert parameters["method"].default == DEFAULT_METHOD


@pytest.mark.parametrize(
    "name", [*recipe_names(), "gallium", "best", "gallex", "sage", "calibration"]
)
def test_help_names_methods_and_groups(
    gallus: Gallus, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert name in gallus("significance", "--help").output


def test_significance_json_follows_the_contract(gallus: Gallus) -> None:
    finished = gallus("significance", "--toys", 100, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    content = json.loads(finished.output)
    assert (content["method"], content["data"]) == ("covariance", "gallium")
    assert (content["toys"], content["seed"]) == (100, DEFAULT_SEED)
    assert [model["name"] for model in content["models"]] == list(cross_section_names())
    for model in content["models"]:
        assert len(model["ratios"]) == model["dof"] == 6
        assert all(len(pair) == 2 for pair in model["ratios"].values())
        assert len(model["average"]) == 3
        assert model["significance_sigma"] > 0
        assert 0 < model["p_value"] < 1
    assert all(reference(key) for key in content["citations"])


def test_significance_table_shows_every_number_it_promises(gallus: Gallus) -> None:
    output = gallus("significance", "--cross-section", "bahcall-1997").output
    assert "Bahcall 1997" in output
    assert "0.791 ± 0.050" in output  # BEST inner, whose own cross section this is
    for word in ("GALLEX 1", "BEST outer", "average", "χ²/dof", "covariance", "16384", "seed 51"):
        assert word in output


def test_no_row_of_the_tables_is_wider_than_the_terminal(
    gallus: Gallus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    lines = gallus("significance", "--toys", 100).output.splitlines()
    assert max(map(len, lines)) <= 110
    assert sum("±" in line for line in lines) >= 18  # two tables of nine models, none of them cut


def test_a_users_copy_of_bahcall_gives_the_same_numbers(gallus: Gallus, mine: Path) -> None:
    own, named = (
        json.loads(
            gallus("significance", "--cross-section", model, "--toys", 0, "--json", "-").output
        )["models"][0]
        for model in (mine, "bahcall-1997")
    )
    # The same total and errors; only rounding of units differs.
    assert own["average"] == pytest.approx(named["average"], rel=1e-12)
    assert own["chi2_null"] == pytest.approx(named["chi2_null"], rel=1e-12)


def test_names_with_square_brackets_are_printed_as_they_are(gallus: Gallus, mine: Path) -> None:
    assert "Mine [/bold]" in gallus("significance", "--cross-section", mine, "--toys", 0).output


def test_a_longer_half_life_lowers_the_cross_section_and_raises_the_ratios(gallus: Gallus) -> None:
    short, long = (
        json.loads(
            gallus(
                "significance",
                *("--cross-section", "ground-state", "--toys", 0, "--json", "-"),
                *("--half-life-71Ge", days),
            ).output
        )["models"][0]["ratios"]["best-inner"][0]
        for days in (11.43, 11.468)
    )
    assert long / short == pytest.approx(11.468 / 11.43, rel=1e-12)


def test_no_toys_no_simulation(gallus: Gallus) -> None:
    finished = gallus("significance", "--toys", 0, "--cross-section", "ground-state")
    assert "simulated σ" not in finished.output
    assert "Simulation: none" in finished.output


def test_too_few_toys_say_so_instead_of_printing_infinity(gallus: Gallus) -> None:
    arguments = ("significance", "--toys", 2, "--seed", 1, "--cross-section", "ground-state")
    assert "inf" not in gallus(*arguments).output
    json.loads(gallus(*arguments, "--json", "-").output, parse_constant=pytest.fail)


def test_the_same_seed_gives_the_same_output(gallus: Gallus) -> None:
    arguments = ("significance", "--toys", 100, "--cross-section", "ground-state")
    assert gallus(*arguments).output == gallus(*arguments).output
    assert gallus(*arguments).output != gallus(*arguments, "--seed", 52).output


def test_figure_and_citations_are_written(gallus: Gallus, tmp_path: Path) -> None:
    figure, bib = tmp_path / "ratios.svg", tmp_path / "used.bib"
    finished = gallus(
        *("significance", "--toys", 0, "--cross-section", "bahcall-1997", "--data", "best"),
        *("--figure", figure, "--cite", bib),
    )
    assert finished.status == 0
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")
    assert {"@article{bahcall-1997,", "@article{barinov-2022-prc,"} <= set(
        bib.read_text().split("\n")
    )


# --- cross-section ----------------------------------------------------------------------------


def cross_section_json(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("cross-section", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


@pytest.mark.parametrize("source", ["51Cr", "37Ar", "65Zn"])
def test_cross_section_prints_models_and_chain_for_every_source(
    gallus: Gallus, source: str
) -> None:
    finished = gallus("cross-section", "--source", source)
    assert finished.status == 0
    for word in (
        source,
        "Kostensalo 2019",
        "half-life of 71Ge",
        "11.43 d",
        "232.443 keV",
        "log ft",
    ):
        assert word in finished.output


def test_cross_section_json_has_totals_and_parts(gallus: Gallus) -> None:
    content = cross_section_json(gallus)
    models = {model["name"]: model for model in content["models"]}
    assert list(models) == list(cross_section_names())
    frekers = models["frekers-2015"]
    parts = [frekers["ground_state"], *frekers["excited"].values()]
    assert frekers["total"][0] == pytest.approx(sum(part[0] for part in parts), rel=1e-12)
    # Published and rebuilt total agree to the rounding of the published number.
    assert abs(frekers["deviation"]) < 0.005
    assert frekers["excited_share"] == pytest.approx(1 - parts[0][0] / frekers["total"][0])
    assert models["bahcall-1997"]["rebuilt"] is None


def test_the_chain_adds_up(gallus: Gallus) -> None:
    content = cross_section_json(gallus, "--line-set", "traditional")
    chain = content["ground_state_chain"]
    lines = chain["lines"]
    assert len(lines) == 4
    mean = sum(line["fraction"] * line["cross_section_cm2"] for line in lines)
    assert chain["cross_section_cm2"] == pytest.approx(mean, rel=1e-12)
    assert content["corrections_cm2"]["default"] == pytest.approx(mean, rel=1e-12)
    assert math.hypot(*chain["budget"].values()) * mean == pytest.approx(chain["error_cm2"])


def test_half_life_scales_everything_but_what_was_published(gallus: Gallus) -> None:
    usual, longer = (
        cross_section_json(gallus, "--model", "frekers-2015", "--half-life-71Ge", days)
        for days in (11.43, 22.86)
    )
    (one,), (two,) = usual["models"], longer["models"]
    for key in ("total", "ground_state"):
        assert two[key][0] == pytest.approx(one[key][0] / 2, rel=1e-12)
    for key in ("published", "rebuilt", "deviation", "excited_share"):
        assert two[key] == pytest.approx(one[key], rel=1e-12)
    sigma = [each["ground_state_chain"]["cross_section_cm2"] for each in (usual, longer)]
    assert sigma[1] == pytest.approx(sigma[0] / 2, rel=1e-12)


def test_models_that_say_nothing_about_zinc_show_dashes(gallus: Gallus) -> None:
    content = cross_section_json(gallus, "--source", "65Zn", "--model", "barinov-2018")
    assert content["models"][0]["total"] is None
    output = gallus("cross-section", "--source", "65Zn", "--model", "barinov-2018").output
    (row, *_) = [line for line in output.splitlines() if "Barinov" in line]
    assert row.split()[2:] == ["–"] * 4


def test_energies_give_bahcalls_table_with_its_three_sigma_errors(gallus: Gallus) -> None:
    content = cross_section_json(gallus, "--energy", 0.24, "--energy", 2, "--model", "bahcall-1997")
    low, high = content["energies"]
    # First row of the printed table: 13.10, 12.24 ... 13.95 in 1e-46 cm2.
    table = cross_section("bahcall-1997").file.table
    assert table is not None
    assert low["value_cm2"] == pytest.approx(table.best[0] * 1e-46, rel=1e-12)
    upper = low["value_cm2"] + low["plus_3_sigma_cm2"]
    assert upper == pytest.approx(table.upper[0] * 1e-46, rel=1e-12)
    assert high["value_cm2"] > low["value_cm2"]
    assert "+3 sigma" in gallus("cross-section", "--energy", 2).output


def test_a_model_without_chromium_has_no_shape_in_energy(gallus: Gallus, tmp_path: Path) -> None:
    path = tmp_path / "argon.toml"
    path.write_text(
        'name = "a"\ntitle = "A"\n[total]\n37Ar = { value = 7, error = 0.1, unit = "1e-45 cm2" }\n'
    )
    content = cross_section_json(gallus, "--model", path, "--energy", 0.8)
    assert content["energies"][0]["value_cm2"] is None


# --- data -------------------------------------------------------------------------------------


def test_data_lists_every_set(gallus: Gallus) -> None:
    content = json.loads(gallus("data", "--json", "-").output)
    assert [each["name"] for each in content] == sorted(names())
    assert all(each["quantities"] > 0 for each in content)
    output = gallus("data").output
    assert all(name in output for name in names())


@pytest.mark.parametrize("name", {kind_of(name): name for name in names()}.values())
def test_data_shows_a_set_of_every_kind(gallus: Gallus, name: str) -> None:
    finished = gallus("data", name)
    assert (finished.status, finished.errors) == (0, "")
    content = json.loads(gallus("data", name, "--json", "-").output)
    assert {each["citation"] for each in content["quantities"]} - {"user"} <= set(
        content["references"]
    )
    for each in content["quantities"]:
        assert each["provenance"] != "user"
        assert each["unit"]


def test_data_shows_value_error_unit_and_source(gallus: Gallus) -> None:
    output = gallus("data", "germanium-71").output
    (row,) = [line for line in output.splitlines() if line.lstrip().startswith("half_life")]
    assert row.split()[1:6] == ["11.43", "±", "0.03", "d", "read"]
    assert "hampel-1985" in row
    quantity = load("germanium-71")["contact_density"]
    assert quantity.confidence_level == "95 %"
    assert "(95 %)" in output


def test_data_shows_the_table_of_bahcall(gallus: Gallus) -> None:
    content = json.loads(gallus("data", "bahcall-1997", "--json", "-").output)
    nodes = [each for each in content["quantities"] if each["key"].startswith("table.")]
    assert len(nodes) == 58
    assert {each["confidence_level"] for each in nodes} == {"3 sigma"}


# --- every command ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("significance", "--toys", 0),
        ("cross-section",),
        ("data",),
        ("data", "51Cr"),
        ("reproduce", "C-statistics"),
    ],
    ids=str,
)
def test_json_file_holds_what_standard_output_gets(
    gallus: Gallus, tmp_path: Path, arguments: Sequence[Any]
) -> None:
    path, bib = tmp_path / "out.json", tmp_path / "out.bib"
    printed = gallus(*arguments, "--json", "-")
    written = gallus(*arguments, "--json", path, "--cite", bib)
    assert printed.status == written.status == 0
    assert json.loads(printed.output) == json.loads(path.read_text())
    assert written.output  # the tables
    assert bib.read_text().startswith("@")
