"""How claims and verdicts are put into words and numbers, for the terminal and the report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gallus.database.bibliography import reference
from gallus.reproduction.claims import Claim
from gallus.reproduction.ledger import Row

TALKS = ("schwetz-2023", "ciuffoli-2025")
MANY = 8
"""A list longer than this is summarised by its range."""
NOTHING = "–"


def talk_title(talk: str) -> str:
    """Speaker, title and occasion of a talk."""
    source = reference(f"{talk}-talk")
    return f"{source.authors.split(',')[0]}, “{source.title}”. {source.journal} {source.year}"


def value(content: object, unit: str = "") -> str:
    """Return numbers as one reads them: a list in a row, a long one or a table as its range."""
    if content is None:
        return NOTHING
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str):
        return content
    numbers = np.asarray(content, dtype=np.float64)
    if numbers.size > MANY:
        text = f"{numbers.size} numbers, {_number(numbers.min())} … {_number(numbers.max())}"
    else:
        text = ", ".join(_number(each) for each in numbers.ravel())
    # "MeV, nm": each number has a unit of its own.
    return f"{text} {unit}".strip()


def published(claim: Claim) -> str:
    """Return what the talk prints, with its uncertainty."""
    text = value(claim.published, claim.unit)
    if claim.uncertainty is not None:
        text += f" (± {value(claim.uncertainty, claim.unit)})"
    prefix = {"upper-bound": "below ", "range": "within "}.get(claim.kind, "")
    return prefix + text


def computed(row: Row) -> str:
    """Return what Gallus computes."""
    return NOTHING if row.outcome is None else value(row.outcome.computed, row.claim.unit)


def deviation(row: Row) -> str:
    """Return the largest deviation and what is allowed, where the two mean something."""
    found, tolerance = row.judgement.deviation, row.claim.tolerance
    if found is None or row.claim.kind in ("range", "upper-bound"):
        return NOTHING
    if tolerance is None:
        return f"{found:.2g}"
    if tolerance.rel is not None:
        return f"{100 * found:.2g} % of {100 * tolerance.rel:.2g} %"
    return f"{found:.2g} of {tolerance.abs:.2g}"


def grid(content: object) -> list[list[str]]:
    """Return the rows of a table of numbers, empty if it is none."""
    if np.ndim(np.asarray(content, dtype=object)) != 2:
        return []
    return [[_number(each) for each in row] for row in np.asarray(content, dtype=np.float64)]


def pending(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Claims that wait, by what Gallus must learn for them."""
    waiting: dict[str, list[str]] = {}
    for row in rows:
        if row.judgement.verdict == "pending":
            waiting.setdefault(row.claim.needs, []).append(row.claim.id)
    return waiting


def _number(number: float) -> str:
    """Four digits, and no power of ten where a plain number is short."""
    if number == 0 or 1e-3 <= abs(number) < 1e6:
        return f"{number:.4g}" if abs(number) < 1e4 else f"{number:.0f}"
    return f"{number:.3g}"
