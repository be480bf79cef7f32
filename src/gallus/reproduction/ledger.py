"""The ledger: every claim of both talks with what Gallus computes for it.

Use :func:`ledger` for the rows; :mod:`gallus.reproduction.terminal` and
:mod:`gallus.reproduction.report` print them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gallus.reproduction import (
    ciuffoli_2025,
    ciuffoli_forecasts,
    ciuffoli_scattering,
    schwetz_2023,
    schwetz_coherence,
    schwetz_decoherence,
)
from gallus.reproduction.claims import Claim, select
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Judgement, Outcome, judge

COMPUTATIONS: Mapping[str, Callable[[Results], Outcome]] = {
    **schwetz_2023.CLAIMS,
    **schwetz_coherence.CLAIMS,
    **schwetz_decoherence.CLAIMS,
    **ciuffoli_2025.CLAIMS,
    **ciuffoli_scattering.CLAIMS,
    **ciuffoli_forecasts.CLAIMS,
}
"""How each claim is computed; claims that are not here are pending."""


@dataclass(frozen=True)
class Row:
    """One claim with what was computed for it and the verdict."""

    claim: Claim
    outcome: Outcome | None
    judgement: Judgement

    @property
    def unexpected(self) -> bool:
        """Whether the verdict, unless pending, is another one than the present code should give."""
        verdict = self.judgement.verdict
        return verdict not in ("pending", self.claim.expected)

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind the row, the talk first."""
        used = () if self.outcome is None else self.outcome.citations
        return tuple(dict.fromkeys([self.claim.talk_citation, *used]))

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; `computed` has the shape, order and unit of `published`."""
        claim, judgement = self.claim, self.judgement
        return {
            "id": claim.id,
            "statement": claim.statement,
            "published": claim.published,
            "computed": None if self.outcome is None else self.outcome.computed,
            "deviation": judgement.deviation,
            "tolerance": None if claim.tolerance is None else claim.tolerance.as_dict(),
            "verdict": judgement.verdict,
            "expected": claim.expected,
            "reason": judgement.reason,
        }


def ledger(
    ids: Sequence[str] = (),
    results: Results | None = None,
    *,
    each: Callable[[Claim], None] = lambda _: None,
) -> tuple[Row, ...]:
    """Compute the claims of the given ids, or all, in the order of the talks.

    Parameters
    ----------
    ids : sequence of str
        Claims; all of them if empty.
    results : Results, optional
        Work that has been done already and is to be shared.
    each : callable
        Called with every claim before it is computed, for a progress bar.

    Raises
    ------
    InputError
        If there is no claim of such an id.
    """
    shared = Results() if results is None else results
    return tuple(_row(claim, shared, each) for claim in select(ids))


def citations(rows: Sequence[Row]) -> tuple[str, ...]:
    """Keys of the publications behind some rows, each once."""
    return tuple(dict.fromkeys(key for row in rows for key in row.citations))


def _row(claim: Claim, results: Results, each: Callable[[Claim], None]) -> Row:
    each(claim)
    compute = COMPUTATIONS.get(claim.id)
    outcome = None if compute is None else compute(results)
    return Row(claim, outcome, judge(claim, outcome))
