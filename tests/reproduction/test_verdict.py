"""Verdicts for every kind of claim, the failing ones above all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.reproduction.claims import Claim
from gallus.reproduction.verdict import Judgement, Outcome, counts, judge


def claim(published: Any, **changes: Any) -> Claim:
    tolerance = {} if "kind" in changes or changes.get("input") else {"tolerance": {"abs": 0.1}}
    content = {"id": "S-x", "talk": "schwetz-2023", "statement": "x", "expected": "reproduced"}
    return Claim.model_validate({**content, "published": published, **tolerance, **changes})


def verdict(published: Any, computed: Any, holds: bool | None = None, **changes: Any) -> Judgement:
    return judge(claim(published, **changes), Outcome(computed, "the reason", holds))


@pytest.mark.parametrize(
    ("published", "computed", "expected", "deviation"),
    [
        (1.0, 1.05, "reproduced", 0.05),
        (1.0, 1.1, "reproduced", 0.1),  # the tolerance itself, up to rounding
        (1.0, 1.11, "differs", 0.11),
        (1.0, 0.89, "differs", 0.11),
        ([1.0, 2.0], [1.0, 2.2], "differs", 0.2),  # one entry is enough
        ([[1.0], [2.0]], [[1.05], [1.95]], "reproduced", 0.05),
    ],
)
def test_a_value_is_judged_by_its_worst_entry(
    published: Any, computed: Any, expected: str, deviation: float
) -> None:
    judgement = verdict(published, computed)
    assert judgement.verdict == expected
    assert judgement.deviation == pytest.approx(deviation)
    assert "the reason" in judgement.reason


@given(
    published=st.floats(1e-30, 1e30),
    deviation=st.floats(-0.5, 0.5).filter(lambda x: abs(abs(x) - 0.1) > 1e-6),
)
def test_relative_tolerances_do_not_depend_on_the_size(published: float, deviation: float) -> None:
    judgement = verdict(published, published * (1 + deviation), tolerance={"rel": 0.1})
    assert judgement.verdict == ("reproduced" if abs(deviation) < 0.1 else "differs")
    assert judgement.deviation == pytest.approx(abs(deviation), abs=1e-12)


@pytest.mark.parametrize(
    ("computed", "complaint"),
    [
        ([1.0, 2.0, 3.0], "shape (3,), published is (2,)"),
        (1.0, "shape ()"),
        ([[1.0, 2.0]], "shape (1, 2)"),
        ([1.0, float("nan")], "not a finite number"),
        ([1.0, float("inf")], "not a finite number"),
        (True, "truth"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_differs(computed: Any, complaint: str) -> None:
    judgement = verdict([1.0, 2.0], computed)
    assert judgement.verdict == "differs"
    assert judgement.deviation is None
    assert complaint in judgement.reason


def test_not_a_number_never_passes_whatever_the_kind() -> None:
    nan = float("nan")
    assert verdict(1.0, nan, kind="upper-bound").verdict == "differs"
    assert verdict([1.0, 2.0], [nan, nan], kind="range").verdict == "differs"
    assert verdict(1.0, nan, input=True).verdict == "differs"


@pytest.mark.parametrize(
    ("computed", "expected", "outside"),
    [
        ([400.0, 500.0], "reproduced", 0.0),
        ([450.0, 450.0], "reproduced", 0.0),
        ([450.0, 510.0], "differs", 10.0),
        ([390.0, 450.0], "differs", 10.0),
    ],
)
def test_a_range_holds_every_entry(computed: Any, expected: str, outside: float) -> None:
    judgement = verdict([400, 500], computed, kind="range")
    assert judgement.verdict == expected
    assert judgement.deviation == pytest.approx(outside)


@pytest.mark.parametrize(
    ("computed", "expected"),
    [([0.05, 0.002], "reproduced"), ([0.01, -1.0], "reproduced"), ([0.01, 0.003], "differs")],
)
def test_an_upper_bound_belongs_to_its_own_entry(computed: Any, expected: str) -> None:
    assert verdict([0.05, 0.002], computed, kind="upper-bound").verdict == expected


@pytest.mark.parametrize(
    ("published", "computed", "holds", "expected"),
    [
        (True, True, None, "reproduced"),
        (True, False, None, "differs"),
        ([0.97, 0.08], [0.95, 0.01], True, "reproduced"),
        ([0.97, 0.08], [0.75, 0.01], False, "differs"),
        (3, 3.4, True, "reproduced"),
        (3, 3.4, None, "differs"),  # a number alone says nothing
    ],
    ids=str,
)
def test_predicates(published: Any, computed: Any, holds: bool | None, expected: str) -> None:
    judgement = verdict(published, computed, holds, kind="predicate", criterion="ours: so")
    assert (judgement.verdict, judgement.deviation) == (expected, None)
    if holds is False:
        assert "ours: so" in judgement.reason


def test_figures_say_that_the_talk_shows_a_picture_only() -> None:
    for holds, expected in ((True, "reproduced"), (False, "differs")):
        judgement = verdict("figure", [0.3, 0.4], holds, kind="figure")
        assert judgement.verdict == expected
        assert "picture" in judgement.reason
    assert verdict("figure", [0.3], None, kind="figure").verdict == "differs"


def test_inputs_are_listed_not_judged() -> None:
    judgement = verdict([0.79], [0.791], input=True)
    assert (judgement.verdict, judgement.reason) == ("input", "the reason")
    assert judgement.deviation == pytest.approx(0.001)


def test_inferred_inputs_are_named() -> None:
    outcome = Outcome(1.0, inferred_inputs=("an error of 0.045", "no tubes"))
    judgement = judge(claim(1.0, basis="inferred"), outcome)
    assert judgement.reason == "reproduced with inferred inputs: an error of 0.045; no tubes"


def test_what_was_not_computed_is_pending_and_says_what_it_needs() -> None:
    waiting = claim(1.0, expected="pending", needs="the Sun")
    assert judge(waiting, None) == ("pending", None, "needs the Sun")


def test_counts() -> None:
    assert counts(["pending", "reproduced", "pending"]) == {
        "reproduced": 1,
        "differs": 0,
        "input": 0,
        "pending": 2,
    }
