"""``gallus reproduce``: exit codes, JSON, report and figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gallus.reproduction import ciuffoli_2025
from gallus.reproduction.claims import claims
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

KEYS = (
    "id",
    "statement",
    "published",
    "computed",
    "deviation",
    "tolerance",
    "verdict",
    "expected",
    "reason",
)


def test_the_whole_ledger_with_report_and_figures(gallus: Gallus, tmp_path: Path) -> None:
    html, figures, numbers = tmp_path / "r.html", tmp_path / "deep" / "figures", tmp_path / "l.json"
    finished = gallus("reproduce", "--html", html, "--figures", figures, "--json", numbers)
    assert (finished.status, finished.errors) == (0, "")
    rows = json.loads(numbers.read_text())
    assert [tuple(row) for row in rows] == [KEYS] * len(claims())
    assert [row["id"] for row in rows] == [claim.id for claim in claims()]
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert {path.suffix for path in figures.iterdir()} == {".png", ".pdf"}
    for claim in claims():
        assert claim.id in finished.output
    assert f"of {len(claims())} claims" in finished.output


def test_computed_is_null_exactly_for_pending_rows(gallus: Gallus) -> None:
    rows = json.loads(gallus("reproduce", "--json", "-").output)
    for row in rows:
        assert (row["computed"] is None) == (row["verdict"] == "pending")


def test_claims_can_be_chosen_and_come_in_the_order_of_the_talks(gallus: Gallus) -> None:
    finished = gallus("reproduce", "C-statistics", "S-best-ratios", "C-sox", "--json", "-")
    rows = json.loads(finished.output)
    assert [row["id"] for row in rows] == ["S-best-ratios", "C-statistics", "C-sox"]
    assert "C-sox" in gallus("reproduce", "C-sox").output


@pytest.fixture
def wrong_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(results: Results) -> Outcome:
        outcome = ciuffoli_2025.statistics(results)
        return replace(outcome, computed=626.0)

    monkeypatch.setattr("gallus.reproduction.ledger.COMPUTATIONS", {"C-statistics": wrong})


@pytest.mark.usefixtures("wrong_statistics")
def test_an_unexpected_verdict_is_status_1_and_is_shown(gallus: Gallus) -> None:
    finished = gallus("reproduce", "C-statistics")
    assert finished.status == 1
    assert "differs, expected reproduced" in finished.output


@pytest.mark.usefixtures("wrong_statistics")
def test_a_pending_row_is_not_an_unexpected_verdict(gallus: Gallus) -> None:
    assert gallus("reproduce", "C-average").status == 0
