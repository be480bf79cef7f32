"""``gallus coherence``: the library's numbers in tables, JSON and a figure, and bad input."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gallus.cli.coherence import SETUPS_HELP
from gallus.coherence import Reading, coherence, setup, setup_names
from gallus.coherence.readings import choices
from gallus.database.loader import data_path

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("coherence", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def test_help_names_set_ups_and_steps(gallus: Gallus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    text = gallus("coherence", "--help").output
    assert set(SETUPS_HELP.split(", ")) == set(setup_names())
    for name in (*setup_names(), *choices()):
        assert name in text


def test_without_a_set_up_the_table_of_the_talk_is_printed(gallus: Gallus) -> None:
    output = gallus("coherence").output
    for name in setup_names():
        assert name in output
    for row in ("0.24      0.239      410        413", "0.83      0.867", "324–415", "7.09–35.2"):
        assert row in output


def test_one_set_up_shows_terms_damping_and_bounds(gallus: Gallus) -> None:
    output = gallus("coherence", "gallium-cr51").output
    for text in (
        *("σ_p of production", "679", "Cr 50 %, V 50 %", "0.00702", "thermal motion 100 %"),
        *("4.32e-19", "2.94e-12", "collisions of V", "8.9 orders", "σ_en < 0.47 MeV"),
    ):
        assert text in output


def test_json_is_that_of_the_library(gallus: Gallus) -> None:
    (found,) = content(gallus, "juno", "--reading", "particles=computed")["setups"]
    expected = coherence(setup("juno"), Reading(particles="computed"))
    assert found["sigma_m_eV"] == expected.widths.sigma_m_eV
    assert found["reading"]["particles"] == "computed"
    assert [each["minus_ln_xi_en"] for each in found["points"]] == [
        float(point.quantum.energy) for point in expected.points
    ]


def test_points_come_from_options(gallus: Gallus) -> None:
    (found,) = content(
        gallus, "reactor", *("--energy", 3), *("--baseline", 15), *("--delta-m2", 0.5)
    )["setups"]
    (point,) = found["points"]
    assert (point["energy_MeV"], point["baseline_m"], point["delta_m2_eV2"]) == (3.0, 15.0, 0.5)


def test_a_users_file_is_read(gallus: Gallus, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(data_path("coherence-reactor").read_text().replace("[4.0]", "[3.5]"))
    (found,) = content(gallus, path)["setups"]
    assert found["energy_MeV"] == 3.5


def test_check_and_fit_are_printed_and_written(gallus: Gallus, tmp_path: Path) -> None:
    numbers, bib, figure = (tmp_path / name for name in ("c.json", "c.bib", "c.svg"))
    finished = gallus(
        *("coherence", "gallium-cr51", "--baseline", 1, "--delta-m2", 1, "--energy", 0.7465),
        *("--check", "--fit", "three-flavour", "--reading", "energy_width=fixed-momenta"),
        *("--json", numbers, "--cite", bib, "--figure", figure),
    )
    assert finished.status == 0
    assert "amplitude" in finished.output
    assert "BEST inner" in finished.output
    written = json.loads(numbers.read_text())
    assert written["check"][0]["deviation"] < 1e-6
    assert 0 < abs(written["gallium_fit"]["chi2_change"]) < 1e-6
    assert "krueger-2023" in bib.read_text()
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")


def test_a_fit_uses_the_widths_of_the_users_file_and_names_them(
    gallus: Gallus, tmp_path: Path
) -> None:
    """Three flavours: the change of chi2 by thermal motion grows with the temperature."""
    text = data_path("coherence-gallium-cr51").read_text()
    path = tmp_path / "hot.toml"
    path.write_text(text.replace("temperature_K = 293.0", "temperature_K = 1e9"))
    options = ("--fit", "three-flavour", "--reading", "line_width=none")
    numbers = tmp_path / "hot.json"
    output = gallus("coherence", path, *options, "--json", numbers).output
    hot = json.loads(numbers.read_text())["gallium_fit"]
    cold = content(gallus, "gallium-cr51", *options)["gallium_fit"]
    assert hot["widths"]["51Cr"]["setup"] == str(path)
    assert hot["widths"]["37Ar"] == cold["widths"]["37Ar"]
    name = "best-inner"
    scale = hot["ratio_changes"][name] / cold["ratio_changes"][name]
    # Without recoil and localisation, which are 1e-3 of it, 1e9 K over 293 K.
    assert scale == pytest.approx(1e9 / 293.0, rel=2e-3)
    assert "Widths of 37Ar: gallium-ar37" in output
    assert "quantum damping is irrelevant for the gallium data" in output


def test_energies_of_the_users_own_are_marked(gallus: Gallus) -> None:
    output = " ".join(gallus("coherence", "gallium-cr51", "--energy", 3).output.split())
    assert "particles at 3 MeV (set-up: 0.7465, 0.4264)" in output
    assert "do not hold: gallium-cr51 V, Ge, e-." in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reacter"], "did you mean 'reactor'"),
        (["none.toml"], "No such file"),
        (["juno", "--reading", "sigma_m"], "NAME=VALUE"),
        (["juno", "--reading", "sigma_m=half"], "--reading sigma_m = 'half'"),
        (["juno", "--reading", "sigma_m=half"], "full, momentum-terms"),
        (["juno", "--reading", "colour=red"], "--reading = 'colour'"),
        (["juno", "--reading", "colour=red"], "allowed: density_effect"),
        (["juno", "--energy", "-3"], "--energy = -3.0"),
        (["juno", "--baseline", "-3"], "--baseline = -3.0"),
        (["juno", "--delta-m2", "nan"], "--delta-m2 = nan"),
        (["juno", "--energy", "1.5"], "juno: --energy = 1.5: is below the threshold"),
        (["gallium-cr51", "--energy", "0.1"], "--energy = 0.1"),
        (["gallium-cr51", "--energy", "0.1"], "(allowed: above 0.23255)"),
        (["juno", "--fit", "sterile"], "--fit = 'sterile'"),
        (["be7-beest", "--fit", "sterile"], "51Cr or 37Ar in production and 71Ga"),
        (["juno", "--fit", "decoherence"], "allowed: sterile, three-flavour"),
        (["juno", "--fit", "steril"], "did you mean 'sterile'"),
        (["--check"], "needs a set-up"),
        (["--figure", "x.png"], "needs a set-up"),
        (["juno", "--figure", "x.gif"], "--figure"),
        (["juno", "--check", "--reading", "sigma_m=momentum-terms"], "sigma_m"),
    ],
    ids=str,
)
def test_bad_input_ends_with_one_message(
    gallus: Gallus, arguments: Sequence[str], said: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = gallus("coherence", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1
