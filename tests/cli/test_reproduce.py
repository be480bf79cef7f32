"""``gallus reproduce``: exit codes, JSON, report and figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gallus.reproduction import ciuffoli_2025
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


CHOSEN = ("S-best-ratios", "S-null-chi2", "S-lsnd", "C-katrin", "C-statistics", "C-setups")
"""Rows of every verdict that are soon computed; the whole ledger is in tests/reproduction."""


@pytest.mark.slow
def test_a_ledger_with_report_and_figures(gallus: Gallus, tmp_path: Path) -> None:
    html, figures, numbers = tmp_path / "r.html", tmp_path / "deep" / "figures", tmp_path / "l.json"
    options = ("--html", html, "--figures", figures, "--json", numbers)
    finished = gallus("reproduce", *reversed(CHOSEN), *options)
    assert (finished.status, finished.errors) == (0, "")
    rows = json.loads(numbers.read_text())
    assert [tuple(row) for row in rows] == [KEYS] * len(CHOSEN)
    assert tuple(row["id"] for row in rows) == CHOSEN
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert {path.suffix for path in figures.iterdir()} == {".png", ".pdf"}
    for claim in CHOSEN:
        assert claim in finished.output
    assert f"of {len(CHOSEN)} claims" in finished.output


def test_computed_is_null_exactly_for_pending_rows(gallus: Gallus) -> None:
    rows = json.loads(gallus("reproduce", *CHOSEN, "--json", "-").output)
    for row in rows:
        assert (row["computed"] is None) == (row["verdict"] == "pending")


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
