"""A user's function: loaded only when asked, checked before and after every call."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.oscillation import Channel, OscillationModel, declare, load_user_model, model
from gallus.oscillation.user import UserModel, is_user_model

HEAD = """
import numpy as np
from gallus.oscillation import declare
from gallus.parameters import Parameter

amplitude = Parameter("amplitude", 0.2, 0.0, 10.0)

"""
GOOD = (
    HEAD
    + """
@declare(amplitude, lost_to="sterile")
def fading(energy_MeV, baseline_m, amplitude):
    return 1 - amplitude * baseline_m / (1 + baseline_m)
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, text: str, function: str = "fading") -> str:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return f"{path}:{function}"


def defined(body: str, arguments: str = "energy_MeV, baseline_m, amplitude") -> str:
    return f"{HEAD}\n@declare(amplitude, lost_to='sterile')\ndef fading({arguments}):\n    {body}\n"


def test_a_function_in_a_file_is_a_model(folder: Path) -> None:
    name = write(folder, GOOD)
    mine = model(name)
    assert isinstance(mine, OscillationModel)
    assert (mine.name, mine.lost_to, mine.null) == (name, "sterile", "no-oscillation")
    result = mine.probability(Channel(), 0.75, np.array([0.0, 1.0]), {"amplitude": 0.2})
    np.testing.assert_allclose(result, [1.0, 0.9])
    assert mine.probability(Channel("e", "sterile"), 0.75, 1.0, {"amplitude": 0.2}) == (
        pytest.approx(0.1)
    )
    assert mine.probability(Channel("e", "mu"), 0.75, 1.0, {"amplitude": 0.2}) == 0.0


def test_parameters_may_be_grids(folder: Path) -> None:
    mine = load_user_model(write(folder, GOOD))
    grid = {"amplitude": np.array([[0.1], [0.2]])}
    result = mine.probability(Channel(), np.array([0.4, 0.7, 0.8]), 1.0, grid)
    assert result.shape == (2, 1, 3)
    np.testing.assert_allclose(result[:, 0, 0], [0.95, 0.9])


def test_a_constant_fits_all_points(folder: Path) -> None:
    mine = load_user_model(write(folder, defined("return 0.8")))
    assert mine.probability(Channel(), np.ones((2, 3)), 1.0, {"amplitude": 0.1}).shape == (2, 3)


def test_loading_leaves_nothing_behind(folder: Path) -> None:
    before = set(sys.modules)
    load_user_model(write(folder, GOOD))
    assert set(sys.modules) - before <= {"gallus.oscillation", "gallus.parameters"}
    assert [path.name for path in folder.iterdir()] == ["mine.py"]


def test_files_may_define_dataclasses(folder: Path) -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n" + GOOD
    load_user_model(write(folder, text + "\n@dataclass\nclass Box:\n    x: float\n"))


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("mine.py:fading", True),
        ("C:\\work\\mine.py:fading", True),
        ("mine.py", False),
        ("mine.py:", False),
        ("mine.py:1x", False),
        ("sterile", False),
        ("mine.txt:fading", False),
    ],
)
def test_the_form_of_a_name(name: str, is_one: bool) -> None:
    assert is_user_model(name) is is_one


# --- what can be wrong with a file ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def fading(:\n", "cannot be run, SyntaxError"),
        ("1/0\n", "cannot be run, ZeroDivisionError: division by zero"),
        ("import no_such_package\n", "cannot be run, ModuleNotFoundError"),
        ("raise SystemExit(3)\n", "cannot be run, SystemExit: 3"),
        ("# coding: nonsense\n", "cannot be run, SyntaxError"),
        ("def fadin(energy_MeV, baseline_m):\n    return 1\n", "did you mean 'fadin'"),
        ("", "unknown function"),
        ("fading = 3\n", "is not a function"),
        ("def fading(energy_MeV, baseline_m):\n    return 1\n", "does not declare its parameters"),
        (defined("return 1", "energy_MeV, baseline_m, amplitud"), "does not fit its declared"),
        (defined("return 1", "energy_MeV, baseline_m, amplitude, extra"), "argument: 'extra'"),
        (defined("return 1", "energy_MeV"), "does not fit its declared"),
        (GOOD.replace('"sterile"', '"nowhere"'), "unknown destination of lost neutrinos"),
        (GOOD.replace(', lost_to="sterile"', ""), "lost_to"),
    ],
    ids=range(14),
)
def test_a_wrong_file_ends_in_one_clear_message(folder: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_user_model(write(folder, text))
    assert "mine.py" in str(caught.value)
    assert "gallus_user_mine" not in sys.modules


def test_a_missing_file(folder: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.py: cannot be read: No such file"):
        model(f"{folder / 'nothing.py'}:fading")
    with pytest.raises(InputError, match=r"PATH\.py:function"):
        load_user_model("nothing.py")


# --- what can be wrong with its numbers -------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 1 - amplitude * baseline_m", r"P_ee = -1.0: is not a probability"),
        ("return 1 + 0 * np.sqrt(1.5 - baseline_m)", "P_ee = nan: is not a probability"),
        ("return 1 + amplitude + 0 * baseline_m", "P_ee = 2.0: is not a probability"),
        ("return np.ones(7)", r"gives no probabilities of shape \(2,\)"),
        ("return 0.5j + 0 * baseline_m", "complex numbers"),
        ("return 'a half'", "gives no probabilities"),
        ("return None", "None"),
        ("return 1 if baseline_m < 1 else 0.5", "fails with ValueError"),
        ("return nonsense", "fails with NameError"),
    ],
    ids=range(9),
)
def test_what_is_no_probability_is_refused(folder: Path, body: str, message: str) -> None:
    mine = load_user_model(write(folder, defined(body)))
    with np.errstate(invalid="ignore"), pytest.raises(InputError, match=message) as caught:
        mine.probability(Channel(), 0.75, np.array([1.0, 2.0]), {"amplitude": 1.0})
    assert "mine.py:fading" in str(caught.value)


def test_the_point_is_named(folder: Path) -> None:
    mine = load_user_model(write(folder, defined("return 1 - amplitude * baseline_m")))
    with pytest.raises(InputError, match=r"energy_MeV = 0.75, baseline_m = 2, amplitude = 0.9"):
        mine.probability(Channel(), 0.75, np.array([1.0, 2.0]), {"amplitude": np.array([0.1, 0.9])})


def test_rounding_is_forgiven(folder: Path) -> None:
    mine = load_user_model(write(folder, defined("return 1 + 1e-12 + 0 * baseline_m")))
    assert mine.probability(Channel(), 0.75, 1.0, {"amplitude": 0.1}) == pytest.approx(1.0)


def test_only_electron_neutrinos(folder: Path) -> None:
    mine = load_user_model(write(folder, GOOD))
    with pytest.raises(InputError, match="says nothing about other flavours"):
        mine.probability(Channel("mu", "e"), 0.75, 1.0, {"amplitude": 0.1})


def test_functions_can_be_models_without_a_file() -> None:
    @declare(lost_to="active", null=None)
    def always(energy_MeV: object, baseline_m: object) -> float:
        return 0.9

    mine = UserModel("always", always)
    assert mine.probability(Channel("e", "active"), 0.75, 1.0, {}) == 1.0
    assert mine.probability(Channel("e", "tau"), 0.75, 1.0, {}) == pytest.approx(0.05)
    assert mine.null is None
