"""The scattering experiment of the talk: what the ledger's rows say beyond their numbers."""

from __future__ import annotations

import pytest

from gallus.reproduction.ledger import Row, ledger
from gallus.reproduction.results import Results


def row_of(claim: str) -> Row:
    return ledger([claim], Results(toys=0))[0]


def test_the_misprint_is_named_and_the_single_lines_are_printed() -> None:
    reason = row_of("C-recoil-edges").judgement.reason
    assert "misprint" in reason
    for edge in ("267.1", "271.5", "556.6", "561.3"):
        assert edge in reason


def test_the_table_says_what_is_inferred_and_what_real_detectors_would_count() -> None:
    row = row_of("C-event-table")
    assert row.judgement.verdict == "reproduced"
    # The worst of 18 is the rounding of 71.0, 0.014 %.
    assert row.judgement.deviation == pytest.approx(1.4e-4, abs=2e-5)
    for text in ("inferred", "radii", "hole", "electron", "half-life", "initial rate"):
        assert text in row.judgement.reason
    # JUNO at 19 m and at the centre, notes A4 (1.113, 1.022 with four lines, no resolution).
    assert row.judgement.reason.endswith("1.110, 1.019")


def test_an_active_loss_needs_more_events_than_the_smallest_set_up_has_in_ten_days() -> None:
    reason = row_of("C-all-setups").judgement.reason
    assert reason.startswith("625 are needed")
    assert "1059" in reason


def test_the_hole_bends_the_power_of_the_signal() -> None:
    # ln(2 R - r)/(R - r) over ln 2 for 17.2 and 0.2 m.
    assert "1.0085" in row_of("C-scaling").judgement.reason
