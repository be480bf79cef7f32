"""``gallus explain``: the library's table in the terminal, JSON and a figure, and bad input."""

from __future__ import annotations

import inspect
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.cli import explain as command
from gallus.explanations import DEFAULT_DATA

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

MINE = """
from gallus.oscillation import declare
from gallus.parameters import Parameter

@declare(Parameter("amplitude", 0.1, 0.0, 1.0), lost_to="active")
def fading(energy_MeV, baseline_m, amplitude):
    return 1 - amplitude * baseline_m / (1 + baseline_m)
"""


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("explain", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def test_defaults_are_those_of_the_library() -> None:
    assert command.DATA == DEFAULT_DATA
    parameters = inspect.signature(command.explain).parameters
    assert parameters["method"].default == "collaboration"
    assert parameters["models"].default is None


@pytest.mark.slow
def test_rows_are_those_of_fit(gallus: Gallus) -> None:
    table = content(gallus, "no-oscillation", "deficit", "sterile")
    assert [block["data"] for block in table["blocks"]] == ["best", "gallium"]
    for block in table["blocks"]:
        for row in block["models"]:
            finished = gallus("fit", row["model"], "--data", block["data"], "--json", "-")
            alone = json.loads(finished.output)
            for key in ("chi2_min", "chi2_null", "dof", "p_value", "significance_sigma", "aic"):
                assert row[key] == alone[key]
    assert table["blocks"][1]["models"][1]["chi2_min"] == pytest.approx(4.20, abs=0.01)


def test_tables_have_models_intervals_and_what_was_assumed(gallus: Gallus) -> None:
    output = gallus("explain", "no-oscillation", "deficit", "sterile", "--data", "best").output
    for text in (
        *("best (2 ratios)", "Bahcall 1997", "geometry documented", "22.32/2", "0.17/1"),
        *("deficit = 0.221: 0.179 to 0.262", "1.17 to 1.42", "ΔAIC", "collaboration"),
    ):
        assert text in output


def test_each_choice_gives_a_block(gallus: Gallus) -> None:
    table = content(
        gallus,
        *("deficit", "--data", "best", "--method", "lower-error", "--line-set", "single"),
        *("--cross-section", "haxton-2023-pn", "--cross-section", "haxton-2023-3he"),
        *("--geometry", "documented", "--geometry", "published-fits"),
    )
    assert [(block["cross_section"], block["geometry"]) for block in table["blocks"]] == [
        ("haxton-2023-pn", "documented"),
        ("haxton-2023-pn", "published-fits"),
        ("haxton-2023-3he", "documented"),
        ("haxton-2023-3he", "published-fits"),
    ]
    assert (table["method"], table["line_set"]) == ("lower-error", "single")
    # Farzan and Schwetz: 32.1 and 34.7 without anomaly.
    nulls = [block["models"][0]["chi2_null"] for block in table["blocks"]]
    assert nulls[::2] == pytest.approx([32.1, 34.7], abs=0.15)


@pytest.mark.slow
def test_a_users_function_stands_in_the_table(gallus: Gallus, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    arguments = ("deficit", f"{path}:fading", "--data", "best")
    (block,) = content(gallus, *arguments)["blocks"]
    assert block["models"][1]["parameters"]["amplitude"]["interval"]["lower"] > 0
    assert "mine.py:fading" in gallus("explain", *arguments).output


def test_figure_citations_and_json_go_to_files(gallus: Gallus, tmp_path: Path) -> None:
    figure, bib, numbers = (tmp_path / name for name in ("e.svg", "e.bib", "e.json"))
    finished = gallus(
        *("explain", "deficit", "sterile", "--data", "best"),
        *("--figure", figure, "--cite", bib, "--json", numbers),
    )
    assert finished.status == 0
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")
    assert "@article{barinov-2022-prc," in bib.read_text()
    assert len(json.loads(numbers.read_text())["blocks"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["steril"], "did you mean 'sterile'"),
        (["sterile", "sterile"], "is given twice"),
        (["deficit", "--data", "best", "--data", "best"], "is given twice"),
        (["deficit", "--data", "bets"], "did you mean 'best'"),
        (["deficit", "--geometry", "published"], "did you mean 'published-fits'"),
        (["deficit", "--method", "covarianc"], "did you mean 'covariance'"),
        (["deficit", "--cross-section", "bahcall"], "bahcall-1997"),
        (["deficit", "--figure", "x.gif"], "--figure"),
        (["no-oscillation", "--figure", "x.png"], "models with free parameters"),
    ],
    ids=str,
)
def test_bad_input_ends_with_one_message(
    gallus: Gallus, arguments: Sequence[str], said: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = gallus("explain", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1
