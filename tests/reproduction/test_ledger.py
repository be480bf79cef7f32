"""Every claim of both talks: computed, and with the verdict that this version should give."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from gallus.database import reference
from gallus.experiments import source_measurements
from gallus.reproduction.claims import Claim, claims
from gallus.reproduction.ledger import COMPUTATIONS, Row, citations, ledger
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Judgement

COMPUTED = [claim for claim in claims() if claim.id in COMPUTATIONS]
VERDICTS = {"reproduced", "differs", "input", "pending"}


def row_of(rows: tuple[Row, ...], claim_id: str) -> Row:
    return next(row for row in rows if row.claim.id == claim_id)


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_the_verdict_is_the_expected_one(rows: tuple[Row, ...], claim: Claim) -> None:
    row = row_of(rows, claim.id)
    assert row.judgement.verdict == claim.expected, row.judgement.reason
    assert not row.unexpected
    assert row.judgement.reason


@pytest.mark.parametrize("claim", COMPUTED, ids=lambda claim: claim.id)
def test_what_is_computed_has_the_shape_of_what_is_published(
    rows: tuple[Row, ...], claim: Claim
) -> None:
    computed: Any = row_of(rows, claim.id).as_dict()["computed"]
    assert np.shape(computed) == np.shape(claim.published)


@pytest.mark.parametrize(
    "claim",
    [claim for claim in COMPUTED if claim.tolerance and claim.expected == "reproduced"],
    ids=lambda claim: claim.id,
)
def test_every_entry_lies_within_the_tolerance(rows: tuple[Row, ...], claim: Claim) -> None:
    """The comparison once more, entry by entry, without the code that judges."""
    outcome = row_of(rows, claim.id).outcome
    assert outcome is not None
    assert claim.tolerance is not None
    pairs = zip(flat(outcome.computed), flat(claim.published), strict=True)
    for computed, published in pairs:
        if claim.tolerance.rel is None:
            assert math.isclose(computed, published, rel_tol=0, abs_tol=claim.tolerance.abs or 0)
        else:
            assert abs(computed / published - 1) <= claim.tolerance.rel


def flat(content: Any) -> list[float]:
    if isinstance(content, int | float):
        return [float(content)]
    return [number for part in content for number in flat(part)]


def test_json_has_exactly_the_keys_of_the_contract(rows: tuple[Row, ...]) -> None:
    content = json.loads(json.dumps([row.as_dict() for row in rows], allow_nan=False))
    for row in content:
        assert list(row) == [
            "id",
            "statement",
            "published",
            "computed",
            "deviation",
            "tolerance",
            "verdict",
            "expected",
            "reason",
        ]
        assert row["verdict"] in VERDICTS
        assert (row["computed"] is None) == (row["verdict"] == "pending")
        assert row["tolerance"] is None or set(row["tolerance"]) in ({"abs"}, {"rel"})


def test_every_row_cites_its_talk_and_only_what_the_bibliography_has(rows: tuple[Row, ...]) -> None:
    for row in rows:
        assert row.citations[0] == row.claim.talk_citation
    assert all(reference(key).title for key in citations(rows))


def test_shared_work_is_done_once(results: Results) -> None:
    again = results.significance("haxton-2023-pn", "lower-error", "best")
    assert results.significance("haxton-2023-pn", "lower-error", "best") is again
    printed = results.as_published("haxton-1998", "bounded-pull")
    rebuilt = results.significance("haxton-1998", "bounded-pull")
    assert printed is not rebuilt
    assert printed.ratios.values[0] < rebuilt.ratios.values[0]  # 6.39 against 6.38 in 1e-45 cm2


def test_each_claim_is_reported_before_it_is_computed() -> None:
    seen: list[str] = []
    ledger(["C-statistics", "C-setups"], each=lambda claim: seen.append(claim.id))
    assert seen == ["C-statistics", "C-setups"]


@pytest.mark.parametrize(
    ("verdict", "expected", "unexpected"),
    [
        ("differs", "reproduced", True),
        ("reproduced", "differs", True),
        ("reproduced", "reproduced", False),
        ("pending", "reproduced", False),  # not computed is no wrong result
    ],
)
def test_only_a_wrong_verdict_is_unexpected(verdict: Any, expected: Any, unexpected: bool) -> None:
    claim = claims()[1].model_copy(update={"expected": expected})
    assert Row(claim, None, Judgement(verdict, None, "")).unexpected is unexpected


# --- numbers behind single rows ---------------------------------------------------------------


def test_null_sigma_follows_from_the_p_values(rows: tuple[Row, ...]) -> None:
    p_values, sigmas = (
        flat(row_of(rows, f"S-null-{key}").as_dict()["computed"]) for key in ("pvalue", "sigma")
    )
    for p_value, sigma in zip(p_values, sigmas, strict=True):
        assert math.erfc(sigma / math.sqrt(2)) == pytest.approx(p_value, rel=1e-9)


def test_best_zones_divide_the_published_rates(rows: tuple[Row, ...]) -> None:
    # 55.6/72.6 over 54.9/69.4 from Phys. Rev. C 105, 065502: 0.968; both errors are 5.5 %.
    reason = row_of(rows, "C-best-zones").judgement.reason
    assert f"{55.6 / 72.6 / (54.9 / 69.4):.3f}" in reason


def test_the_branching_ratio_that_is_needed_would_explain_the_ratio(rows: tuple[Row, ...]) -> None:
    reason = row_of(rows, "C-branching-ratio-needed").judgement.reason
    # With activity from gammas, f/f' times the loss of captures, about (1 - f')/(1 - f), is 0.80.
    needed = float(reason.split("needs ")[1].split()[0])
    adopted = 0.0991
    assert adopted / needed * (1 - needed) / (1 - adopted) == pytest.approx(0.80, abs=0.015)
    assert "4.6 %" in reason


def test_weighted_mean_of_the_branching_ratios(rows: tuple[Row, ...]) -> None:
    row = row_of(rows, "C-branching-ratio")
    values = np.array(flat(row.as_dict()["computed"]))
    weights = np.array([0.0019, 0.0008, 0.0011, 0.0010, 0.0003]) ** -2  # table XVIII
    assert f"weighted mean {np.average(values, weights=weights):.5f}" in row.judgement.reason


def test_the_simulated_p_values_agree_with_the_asymptotic_ones(results: Results) -> None:
    for model in ("haxton-2023-pn", "haxton-2023-3he"):
        row = results.significance(model, "lower-error")
        assert row.monte_carlo is not None
        # The toys are Gaussian, so only their number matters: 4 % each, five standard deviations.
        distance = abs(row.monte_carlo.p_value - row.p_value)
        assert distance < 5 * row.monte_carlo.error


def test_the_calibration_runs_are_the_four_before_best(results: Results) -> None:
    result = results.significance("bahcall-1997", "covariance", "calibration")
    assert result.ratios.names == ("gallex-1", "gallex-2", "sage-cr", "sage-ar")
    assert set(source_measurements("calibration").entries) == set(result.ratios.names)
