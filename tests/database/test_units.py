"""Conversion of units."""

import hepunits
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.database.units import UNITS, factor
from gallus.errors import InputError

NAMES = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("MCi", "PBq", 1e6 * hepunits.curie / (1e15 * hepunits.becquerel)),
        ("keV", "GeV", hepunits.keV / hepunits.GeV),
        ("d", "s", 24 * 3600.0),
        ("cm", "fm", hepunits.centimeter / hepunits.femtometer),
        ("g", "t", 1e-6),
        ("cm3", "m3", hepunits.cm3 / hepunits.m3),
        ("deg", "deg", 1.0),
    ],
)
def test_sizes_agree_with_hepunits(a: str, b: str, ratio: float) -> None:
    assert factor(a, b) == pytest.approx(ratio, rel=1e-12)


def test_curie_is_the_exact_one() -> None:
    assert factor("MCi", "PBq") == pytest.approx(37.0, rel=1e-15)


def test_best_activity_in_petabecquerel() -> None:
    # 3.414 MCi is 126.3 PBq (the review prints 116.23, a misprint).
    assert 3.414 * factor("MCi", "PBq") == pytest.approx(126.3, abs=0.05)


@given(NAMES, NAMES)
def test_conversion_back_is_the_inverse(a: str, b: str) -> None:
    if UNITS[a].dimension == UNITS[b].dimension:
        assert factor(a, b) * factor(b, a) == pytest.approx(1, rel=1e-14)


@given(NAMES)
def test_a_unit_is_itself(name: str) -> None:
    assert factor(name, name) == 1


def test_other_dimension_names_the_allowed_units() -> None:
    with pytest.raises(InputError, match=r"'d': is a unit of time, not of activity.*MCi"):
        factor("d", "Bq")


def test_unknown_unit_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'MCi'"):
        factor("MCI", "Bq")
