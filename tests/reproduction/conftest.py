"""One run of the ledger and its drawings, shared by the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallus.reproduction.illustrations import Illustration, draw_all
from gallus.reproduction.ledger import Row, ledger
from gallus.reproduction.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@pytest.fixture(scope="session")
def results() -> Results:
    return Results()


@pytest.fixture(scope="session")
def rows(results: Results) -> tuple[Row, ...]:
    return ledger(results=results)


@pytest.fixture(scope="session")
def drawings(results: Results) -> tuple[tuple[Illustration, Figure], ...]:
    return draw_all(results)
