"""``gallus scan``: tables, JSON, folders, figures, and bad input."""

from __future__ import annotations

import csv
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gallus.cli import options
from gallus.cli import scan as command
from gallus.experiments.gallium_oscillation import DEFAULT_METHOD
from gallus.explanation import DEFAULT_CROSS_SECTION
from gallus.gallium_scan.describe import TOYS
from gallus.inference.scan_files import load

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

SPLITTING = "delta_m2_41_eV2=0.1:10:12:log"
MIXING = "sin2_2theta_ee=0:1:11"
PLANE = ("sterile", "--data", "best", "--grid", SPLITTING, "--grid", MIXING)
LINE = ("sterile", "--data", "best", "--grid", SPLITTING)


def content(gallus: Gallus, *arguments: Any) -> list[Any]:
    finished = gallus("scan", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    found: list[Any] = json.loads(finished.output)["scans"]
    return found


def test_defaults_of_the_command_are_those_of_the_library() -> None:
    defaults = {name: p.default for name, p in inspect.signature(command.scan).parameters.items()}
    assert defaults["method"] == DEFAULT_METHOD
    assert defaults["toys"] == TOYS
    assert options.CROSS_SECTION == DEFAULT_CROSS_SECTION


def test_json_and_folder_hold_the_scan(gallus: Gallus, tmp_path: Path) -> None:
    (found,) = content(gallus, *PLANE, "--output", tmp_path / "scan")
    result = load(tmp_path / "scan" / "scan.npz")
    assert found["chi2_min"] == result.chi2_min
    assert found["best"] == result.best
    assert found["delta_chi2"] == pytest.approx(22.32, abs=0.01)
    assert [axis["name"] for axis in found["axes"]] == ["delta_m2_41_eV2", "sin2_2theta_ee"]
    assert [region["level"] for region in found["regions"]] == [0.6827, 0.9545]
    small, large = (region["allowed_share"] for region in found["regions"])
    assert 0 < small < large < 1
    assert result.chi2.shape == (12, 11)


def test_tables_say_what_was_found(gallus: Gallus, tmp_path: Path) -> None:
    finished = gallus("scan", *LINE, "--output", tmp_path / "scan")
    assert finished.status == 0
    for words in ("Minimised at each point: sin2_2theta_ee", "68.27 %", "bahcall-1997", "wilks"):
        assert words in finished.output


@pytest.mark.slow
def test_several_scans_have_a_folder_each(gallus: Gallus, tmp_path: Path) -> None:
    found = content(
        gallus,
        *LINE,
        *("--data", "gallex", "--cross-section", "bahcall-1997"),
        *("--cross-section", "ground-state", "--output", tmp_path / "scan"),
        *("--figure", tmp_path / "scan.png", "--cite", tmp_path / "scan.bib"),
    )
    names = [f"{data}-{c}" for data in ("best", "gallex") for c in ("bahcall-1997", "ground-state")]
    assert sorted(path.name for path in (tmp_path / "scan").iterdir()) == names
    assert [Path(each["folder"]).name for each in found] == names
    assert (tmp_path / "scan.png").stat().st_size > 10_000
    assert "@" in (tmp_path / "scan.bib").read_text()


def test_a_finished_scan_is_only_read_again(gallus: Gallus, tmp_path: Path) -> None:
    first = content(gallus, *LINE, "--output", tmp_path / "scan")
    chunk = next((tmp_path / "scan").glob("chunk-*.npz"))
    before = chunk.stat().st_mtime_ns
    assert content(gallus, *LINE, "--output", tmp_path / "scan", "--resume") == first
    assert chunk.stat().st_mtime_ns == before
    finished = gallus("scan", *LINE, "--output", tmp_path / "scan")
    assert finished.status == 2
    assert "holds results already" in finished.errors
    finished = gallus(
        "scan", *LINE, "--output", tmp_path / "scan", "--resume", "--method", "covariance"
    )
    assert finished.status == 2
    assert "method is 'covariance', but was 'collaboration'" in finished.errors


@pytest.mark.parametrize("suffix", [".csv", ".json", ".npz"])
def test_exports(gallus: Gallus, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"export{suffix}"
    content(gallus, *PLANE, "--output", tmp_path / "scan", "--export", path)
    wanted = load(tmp_path / "scan" / "scan.npz")
    if suffix == ".npz":
        assert load(path) == wanted
    elif suffix == ".json":
        assert json.loads(path.read_text())["arrays"]["chi2"] == wanted.chi2.tolist()
    else:
        with path.open(newline="") as file:
            rows = [float(row["chi2"]) for row in csv.DictReader(file)]
        assert np.array_equal(rows, wanted.chi2.ravel())


@pytest.mark.slow
def test_feldman_cousins_regions(gallus: Gallus, tmp_path: Path) -> None:
    arguments = (*PLANE, "--calibration", "feldman-cousins", "--toys", "50", "--seed", "3")
    serial = ("--executor", "serial", "--output", tmp_path / "one")
    (found,) = content(gallus, *arguments, *serial)
    assert found["calibration"] == "feldman-cousins"
    result = load(tmp_path / "one" / "scan.npz")
    assert set(result.critical) == {0.6827, 0.9545}
    assert result.p_value is not None
    # A point belongs to the region where more than 1 - level of the toys are as extreme.
    assert np.array_equal(result.inside(0.6827) & (result.p_value < 0.3), np.zeros((12, 11), bool))
    two = content(gallus, *arguments, "--workers", "2", "--output", tmp_path / "two")
    assert {**two[0], "folder": ""} == {**found, "folder": ""}
    assert load(tmp_path / "two" / "scan.npz") == result


@pytest.mark.slow
def test_toys_with_a_parameter_that_is_minimised(gallus: Gallus, tmp_path: Path) -> None:
    arguments = ("sterile", "--data", "best", "--grid", "sin2_2theta_ee=0:1:4")
    toys = ("--calibration", "feldman-cousins", "--toys", "40", "--executor", "serial")
    content(gallus, *arguments, *toys, "--output", tmp_path / "scan")
    result = load(tmp_path / "scan" / "scan.npz")
    assert result.observed is not None
    # The observed Delta chi2 is that of a coarse grid of splittings.
    assert result.observed == pytest.approx(result.delta_chi2, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--grid", "sin2_2theta=0:1:5"), "did you mean 'sin2_2theta_ee'"),
        (("--grid", "sin2_2theta_ee=1:0:5"), "does not increase"),
        (("--grid", "sin2_2theta_ee=0:1"), "is no axis"),
        (("--grid", "sin2_2theta_ee=0:1:1"), "too few points"),
        (("--grid", "sin2_2theta_ee=0:1:5:log"), "is not positive"),
        (("--grid", "sin2_2theta_ee=0:3:5"), "leaves its bounds"),
        (("--grid", SPLITTING, "--grid", SPLITTING), "is on two axes"),
        (("--grid", SPLITTING, "--cl", "0.9,1.5"), "is not a probability"),
        (("--grid", SPLITTING, "--cl", "ninety"), "is not a number"),
        (("--grid", SPLITTING, "--cl", "0.9,0.9"), "has a level twice"),
        (("--grid", SPLITTING, "--calibration", "feldman"), "did you mean 'feldman-cousins'"),
        (("--grid", SPLITTING, "--executor", "procesess"), "did you mean 'processes'"),
        (("--grid", SPLITTING, "--workers", "0"), "are too few"),
        (("--grid", SPLITTING, "--export", "scan.txt"), "unknown format of scans"),
        (("--grid", SPLITTING, "--figure", "scan.gif"), "is no format of figures"),
        (("--grid", SPLITTING, "--cross-section", "bahcall"), "unknown cross section"),
        (("--grid", SPLITTING, "--data", "beast"), "did you mean 'best'"),
        (("--grid", SPLITTING, "--method", "pull"), "unknown method"),
        (("--grid", SPLITTING, "--fix", "delta_m2_41_eV2=1"), "is on the grid and fixed"),
        (("--grid", SPLITTING, "--data", "best", "--data", "best"), "is given twice"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_bad_input_ends_in_one_sentence(
    gallus: Gallus, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    finished = gallus("scan", "sterile", *arguments, "--output", tmp_path / "scan")
    assert finished.status == 2
    assert message in finished.errors
    assert finished.errors.count("\n") == 1
    assert not (tmp_path / "scan").exists()


def test_an_export_is_of_one_scan(gallus: Gallus, tmp_path: Path) -> None:
    finished = gallus(
        "scan", *LINE, "--data", "gallex", "--output", tmp_path / "x", "--export", "x.csv"
    )
    assert finished.status == 2
    assert "has several scans to write" in finished.errors
