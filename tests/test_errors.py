"""One clear message: file, key, value, problem, what is allowed."""

import pytest

from gallus.errors import GallusError, InputError, MissingExtraError, unknown_name


def test_message_names_file_key_value_and_what_is_allowed() -> None:
    error = InputError(
        "is negative", file="a.toml", key="total.51Cr", value=-1.0, allowed="above 0"
    )
    assert str(error) == "a.toml: total.51Cr = -1.0: is negative (allowed: above 0)"


def test_message_leaves_out_what_is_not_known() -> None:
    assert str(InputError("is empty")) == "is empty"
    assert str(InputError("is empty", key="lines")) == "lines: is empty"


def test_a_zero_is_shown() -> None:
    assert str(InputError("is zero", key="x", value=0.0)) == "x = 0.0: is zero"


def test_long_values_are_cut() -> None:
    assert len(str(InputError("is too long", value="x" * 5000))) < 120


def test_unknown_name_suggests_the_nearest() -> None:
    error = unknown_name("cross section", "bahcal-1997", ["bahcall-1997", "ground-state"])
    assert "did you mean 'bahcall-1997'?" in str(error)
    assert "allowed: bahcall-1997, ground-state" in str(error)


def test_unknown_name_far_from_all_suggests_nothing() -> None:
    assert "did you mean" not in str(unknown_name("nuclide", "zzz", ["51Cr"]))


def test_missing_extra_says_what_to_install() -> None:
    assert "pip install 'gallus[jax]'" in str(MissingExtraError("jax", "jax"))


@pytest.mark.parametrize("kind", [InputError("x"), MissingExtraError("jax", "jax")])
def test_all_errors_are_gallus_errors(kind: Exception) -> None:
    assert isinstance(kind, GallusError)
