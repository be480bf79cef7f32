"""Bad input of any kind: one clear message that names file, key and value, and status 2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallus.cli import main

if TYPE_CHECKING:
    from tests.cli.conftest import Finished, Gallus

CROSS_SECTION = """
name = "mine"
title = "Mine"
kind = "cross-section"
[total]
{nuclide} = {{ value = {value}, error = {error}{unit} }}
37Ar = {{ value = 7.0, error = 0.2, unit = "1e-45 cm2" }}
"""


def cross_section(
    nuclide: str = "51Cr",
    value: str = "5.8",
    error: str = "0.1",
    unit: str = ', unit = "1e-45 cm2"',
) -> str:
    return CROSS_SECTION.format(nuclide=nuclide, value=value, error=error, unit=unit)


MEASUREMENTS = """
name = "mine"
title = "Mine"
kind = "source-ratios"
covariance = {covariance}
[measurements.a]
title = "A"
nuclide = "{nuclide}"
ratio = {{ value = 0.8, error = {error}, unit = "1" }}
reference_cross_section = {{ value = 5.8, unit = "1e-45 cm2" }}
[measurements.b]
title = "B"
nuclide = "51Cr"
ratio = {{ value = 0.8, error = 0.1, unit = "1" }}
reference_cross_section = {{ value = 5.8, unit = "1e-45 cm2" }}
"""


def measurements(
    covariance: str = "[[0.01, 0.0], [0.0, 0.01]]", nuclide: str = "51Cr", error: str = "0.1"
) -> str:
    return MEASUREMENTS.format(covariance=covariance, nuclide=nuclide, error=error)


BAD_CROSS_SECTIONS = {
    "negative": (cross_section(value="-5.8"), ["total.51Cr", "-5.8", "above 0"]),
    "zero": (cross_section(value="0.0"), ["total.51Cr", "above 0"]),
    "no unit": (cross_section(unit=""), ["total.51Cr.unit", "missing"]),
    "unknown unit": (cross_section(unit=', unit = "barn"'), ["total.51Cr.unit", "'barn'", "cm2"]),
    "wrong unit": (cross_section(unit=', unit = "kg"'), ["total.51Cr", "'kg'", "mass", "cm2"]),
    "unknown nuclide": (cross_section(nuclide="52Cr"), ["total", "'52Cr'", "51Cr", "65Zn"]),
    "large error": (cross_section(error="6.0"), ["total.51Cr", "6.0", "below 5.8"]),
    "negative error": (cross_section(error="-0.1"), ["total.51Cr", "-0.1"]),
    "not a number": (cross_section(value="nan"), ["total.51Cr.value", "nan", "finite"]),
    "infinite": (cross_section(value="inf"), ["total.51Cr.value", "inf", "finite"]),
    "error not a number": (cross_section(error="nan"), ["total.51Cr", "nan"]),
    "no number": (cross_section(value='"much"'), ["total.51Cr.value", "'much'"]),
    "unknown key": (cross_section() + "colour = 1\n", ["colour"]),
    "no cross section": ('name = "x"\ntitle = "X"\n', ["states no cross section", "[total]"]),
    "no name": ('title = "X"\n[total]\n', ["name", "missing"]),
    "other kind": (measurements(), ["kind", "'source-ratios'", "cross-section"]),
    "malformed": ("[total\n", ["not valid TOML", "line 1"]),
    "empty": ("", ["empty"]),
}
BAD_MEASUREMENTS = {
    "covariance not positive definite": (
        measurements(covariance="[[0.01, 0.02], [0.02, 0.01]]"),
        ["covariance", "positive definite"],
    ),
    "covariance not symmetric": (
        measurements(covariance="[[0.01, 0.0], [0.005, 0.01]]"),
        ["covariance", "symmetric"],
    ),
    "covariance of another size": (measurements(covariance="[[0.01]]"), ["covariance", "2 x 2"]),
    "covariance with NaN": (
        measurements(covariance="[[0.01, nan], [nan, 0.01]]"),
        ["covariance", "nan", "finite"],
    ),
    "unknown nuclide": (measurements(nuclide="52Cr"), ["measurements.a", "'52Cr'", "51Cr"]),
    "no error": (measurements(error="0.0"), ["measurements.a", "error"]),
    "other kind": (cross_section(), ["kind", "'cross-section'", "source-ratios"]),
    "empty": ("", ["empty"]),
}


@pytest.mark.parametrize("case", BAD_CROSS_SECTIONS)
@pytest.mark.parametrize(
    "command", [("significance", "--cross-section"), ("cross-section", "--model")]
)
def test_bad_cross_section_file(
    gallus: Gallus, tmp_path: Path, command: Sequence[str], case: str
) -> None:
    content, named = BAD_CROSS_SECTIONS[case]
    check(gallus, write(tmp_path, content), command, named)


@pytest.mark.parametrize("case", BAD_MEASUREMENTS)
def test_bad_measurement_file(gallus: Gallus, tmp_path: Path, case: str) -> None:
    content, named = BAD_MEASUREMENTS[case]
    check(gallus, write(tmp_path, content), ("significance", "--data"), named)


@pytest.mark.parametrize("option", ["--cross-section", "--data"])
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\xff", b"\x00" * 64, b"\xff\xfe[\x00"])
def test_binary_file(gallus: Gallus, tmp_path: Path, option: str, content: bytes) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(content)
    check(gallus, path, ("significance", option), ["TOML"])


@pytest.mark.parametrize("option", ["--cross-section", "--data"])
def test_missing_file_and_folder(gallus: Gallus, tmp_path: Path, option: str) -> None:
    check(gallus, tmp_path / "missing.toml", ("significance", option), ["cannot be read"])
    (tmp_path / "folder.toml").mkdir()
    check(gallus, tmp_path / "folder.toml", ("significance", option), ["cannot be read"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_file_breaks_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    assert main(["significance", "--cross-section", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"gallus: {path}: ")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["significance", "--data", "bset"], ["'bset'", "did you mean 'best'", "sage-ar"]),
        (["significance", "--data", "best,"], ["''", "best"]),
        (["significance", "--data", "best,mine.toml"], ["--data", "mine.toml", "one TOML file"]),
        (["significance", "--cross-section", "bahcal"], ["'bahcal'", "bahcall-1997"]),
        (["significance", "--method", "covarianc"], ["'covarianc'", "lower-error"]),
        (["significance", "--half-life-71Ge", "0"], ["--half-life-71Ge", "0.0", "above 0"]),
        (["significance", "--half-life-71Ge", "-11"], ["--half-life-71Ge", "-11", "above 0"]),
        (["significance", "--half-life-71Ge", "nan"], ["--half-life-71Ge", "nan"]),
        (["significance", "--toys", "1"], ["toys", "1", "at least 2"]),
        (["significance", "--figure", "ratios.gif"], ["--figure", "ratios.gif", ".png"]),
        (["reproduce", "S-null-ch2"], ["'S-null-ch2'", "did you mean 'S-null-chi2'"]),
        (["data", "bahcal-1997"], ["'bahcal-1997'", "did you mean 'bahcall-1997'"]),
        (["cross-section", "--source", "52Cr"], ["'52Cr'", "51Cr", "37Ar", "65Zn"]),
        (["cross-section", "--line-set", "old"], ["'old'", "51Cr", "traditional"]),
        (["cross-section", "--energy", "-1"], ["--energy", "-1.0", "above 0"]),
        (["cross-section", "--energy", "nan"], ["--energy", "nan"]),
        (["cross-section", "--energy", "31"], ["31", "0.232533 to 30 MeV"]),
        (["cross-section", "--half-life-71Ge", "inf"], ["--half-life-71Ge", "inf"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].isalpha() else "",
)
def test_unknown_names_and_values(
    gallus: Gallus, arguments: Sequence[Any], named: Sequence[str]
) -> None:
    finished = gallus(*arguments)
    assert_one_message(finished, named)


def test_a_model_without_the_source_is_named(gallus: Gallus, tmp_path: Path) -> None:
    chromium_only = cross_section().replace("37Ar = ", "# 37Ar = ")
    path = write(tmp_path, chromium_only)
    finished = gallus("significance", "--cross-section", path)
    assert_one_message(finished, ["'37Ar'", "'mine'", "51Cr"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("data", "--json"),
        ("data", "--cite"),
        ("significance", "--json"),
        ("significance", "--cite"),
        ("cross-section", "--json"),
        ("reproduce", "C-statistics", "--html"),
        ("reproduce", "C-statistics", "--json"),
    ],
    ids=" ".join,
)
def test_output_that_cannot_be_written(
    gallus: Gallus, tmp_path: Path, arguments: Sequence[Any]
) -> None:
    missing = tmp_path / "missing" / "file"
    assert_one_message(gallus(*arguments, missing), [str(missing), "does not exist"])
    assert_one_message(gallus(*arguments, tmp_path), [str(tmp_path), "is a folder"])


def test_figures_need_a_folder(gallus: Gallus, tmp_path: Path) -> None:
    file = write(tmp_path, "")
    finished = gallus("reproduce", "C-statistics", "--figures", file)
    assert_one_message(finished, [str(file), "folder"])


def test_one_file_cannot_take_two_outputs(gallus: Gallus, tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert_one_message(gallus("data", "--json", path, "--cite", path), [str(path), "two"])


def write(folder: Path, content: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(content)
    return path


def check(gallus: Gallus, path: Path, command: Sequence[str], named: Sequence[str]) -> None:
    finished = gallus(*command, path)
    assert_one_message(finished, [str(path), *named])


def assert_one_message(finished: Finished, named: Sequence[str]) -> None:
    assert (finished.status, finished.output) == (2, "")
    assert finished.errors.startswith("gallus: ")
    assert finished.errors.count("\n") == 1
    for part in named:
        assert part in finished.errors
