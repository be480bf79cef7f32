"""The claims of the talks: what was published, and how each number is judged.

Use :func:`claims` for all of them in the order of the talks, :func:`select` for some. They stand in
``claims.toml`` next to this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from gallus.database.loader import read_toml
from gallus.database.schema import Finite, Frozen
from gallus.errors import unknown_name

FILE = Path(__file__).with_name("claims.toml")

Verdict = Literal["reproduced", "differs", "input", "pending"]
Kind = Literal["value", "range", "upper-bound", "predicate", "figure"]

Number = int | float
Value = StrictBool | Number | str | tuple[Number, ...] | tuple[tuple[Number, ...], ...]
"""What a talk prints: a truth, a number, a list or a table of numbers, or the word "figure"."""


class Tolerance(Frozen):
    """How far a computed number may lie from the published one: absolute or relative."""

    abs: Annotated[Finite, Field(gt=0)] | None = None
    rel: Annotated[Finite, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.abs is None) == (self.rel is None):
            raise ValueError("give either abs or rel")
        return self

    def as_dict(self) -> dict[str, float]:
        """Plain numbers for JSON."""
        both = {"abs": self.abs, "rel": self.rel}
        return {measure: bound for measure, bound in both.items() if bound is not None}


class Claim(Frozen):
    """One quantitative statement of a talk; the head of ``claims.toml`` explains the keys."""

    id: str
    talk: Literal["schwetz-2023", "ciuffoli-2025"]
    statement: str
    published: Value
    expected: Verdict
    unit: str = ""
    uncertainty: Value | None = None
    kind: Kind = "value"
    tolerance: Tolerance | None = None
    criterion: str = ""
    basis: Literal["", "inferred"] = ""
    input: bool = False
    needs: str = ""

    @model_validator(mode="after")
    def _judgeable(self) -> Self:
        judged_by_tolerance = self.kind == "value" and not self.input
        if judged_by_tolerance != (self.tolerance is not None):
            raise ValueError("a tolerance belongs to kind = value, unless it is an input")
        if (self.kind == "figure") != (self.published == "figure"):
            raise ValueError("published is 'figure' exactly for kind = figure")
        if (self.expected == "pending") != bool(self.needs):
            raise ValueError("needs is given exactly for what is expected to be pending")
        return self

    @property
    def talk_citation(self) -> str:
        """Key of the talk in the bibliography."""
        return f"{self.talk}-talk"


class ClaimFile(Frozen):
    """The whole of ``claims.toml``."""

    claim: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({claim.id for claim in self.claim}) != len(self.claim):
            raise ValueError("two claims have the same id")
        return self


@cache
def claims() -> tuple[Claim, ...]:
    """All claims, in the order of the talks."""
    return ClaimFile.model_validate(read_toml(FILE)).claim


def select(ids: Sequence[str]) -> tuple[Claim, ...]:
    """Return the claims of the given ids in the order of the talks, or all if none is given.

    Raises
    ------
    InputError
        If there is no claim of that id; the nearest one is suggested.
    """
    known = {claim.id for claim in claims()}
    for name in ids:
        if name not in known:
            raise unknown_name("claim", name, known)
    return tuple(claim for claim in claims() if not ids or claim.id in ids)
