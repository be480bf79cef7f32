"""The claims are complete and well formed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from gallus.database import reference
from gallus.errors import InputError
from gallus.reproduction.claims import Claim, ClaimFile, claims, select
from gallus.reproduction.ledger import COMPUTATIONS

CLOSED = (
    "S-best-ratios",
    "S-null-chi2",
    "S-null-pvalue",
    "S-null-sigma",
    "S-calibration-significance",
    "S-classical-averaging",
    "S-decoherence-fit",
    "S-decoherence-improvement",
    "S-decoherence-pvalue",
    "S-decoherence-sigma",
    "S-decoherence-scale",
    "S-decoherence-formula",
    "S-decoherence-gallium-formula",
    "S-decoherence-distance",
    "C-average",
    "C-cross-section-table",
    "C-cross-section-errors",
    "C-cross-section-average",
    "C-cross-section-significance",
    "C-best-zones",
    "C-branching-ratio",
    "C-branching-ratio-needed",
    "C-thresholds",
    "C-statistics",
    "C-setups",
    "C-recoil-edges",
    "C-event-table",
    "C-all-setups",
    "C-scaling",
)
"""Claims that this version computes."""


def test_both_talks_are_there_and_their_claims_are_named_after_them() -> None:
    talks = {claim.talk for claim in claims()}
    assert talks == {"schwetz-2023", "ciuffoli-2025"}
    assert len(claims()) == 57
    for claim in claims():
        assert claim.id.startswith(claim.talk[0].upper() + "-")
        assert reference(claim.talk_citation).year == int(claim.talk[-4:])


def test_what_can_be_computed_is_not_expected_to_be_pending() -> None:
    assert set(CLOSED) <= set(COMPUTATIONS)
    assert set(COMPUTATIONS) == {claim.id for claim in claims() if claim.expected != "pending"}


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_an_uncertainty_has_the_shape_of_its_number(claim: Claim) -> None:
    if claim.uncertainty is not None:
        assert np.shape(claim.uncertainty) == np.shape(claim.published)


def test_all_or_some_in_the_order_of_the_talks() -> None:
    assert select([]) == claims()
    chosen = select(["C-sox", "S-xi-en", "C-sox"])
    assert [claim.id for claim in chosen] == ["S-xi-en", "C-sox"]


def test_an_unknown_claim_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'C-average'"):
        select(["C-avarage"])


VALID: dict[str, Any] = {
    "id": "S-x",
    "talk": "schwetz-2023",
    "statement": "A number",
    "published": 1.0,
    "tolerance": {"abs": 0.1},
    "expected": "reproduced",
}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"tolerance": {}}, "either abs or rel"),
        ({"tolerance": {"abs": 0.1, "rel": 0.1}}, "either abs or rel"),
        ({"tolerance": {"abs": -0.1}}, "greater than 0"),
        ({"tolerance": {"abs": float("nan")}}, "finite"),
        ({"tolerance": None}, "tolerance belongs"),
        ({"input": True}, "tolerance belongs"),
        ({"kind": "range"}, "tolerance belongs"),
        ({"kind": "figure", "tolerance": None}, "figure"),
        ({"expected": "pending"}, "needs"),
        ({"needs": "more"}, "needs"),
        ({"expected": "maybe"}, "expected"),
        ({"talk": "nobody-1900"}, "talk"),
        ({"colour": "red"}, "Extra inputs"),
    ],
    ids=str,
)
def test_malformed_claims_are_refused(changes: dict[str, Any], complaint: str) -> None:
    Claim.model_validate(VALID)
    with pytest.raises(ValidationError, match=complaint):
        Claim.model_validate({**VALID, **changes})


def test_no_id_twice() -> None:
    with pytest.raises(ValidationError, match="same id"):
        ClaimFile.model_validate({"claim": [VALID, VALID]})
