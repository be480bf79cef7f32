"""What the ledger says about a claim, given what was computed for it.

:func:`judge` is all there is to use. A row never passes by silence: a wrong shape or a number that
is not finite is a difference, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gallus.reproduction.claims import Claim, Verdict

Computed = bool | float | list[float] | list[list[float]]

ROUNDING = 1e-9
"""Deviations this little above a tolerance count as equal to it, relative to the tolerance."""


@dataclass(frozen=True)
class Outcome:
    """What Gallus computes for a claim.

    Parameters
    ----------
    computed
        In shape, order and unit of what is published.
    reason : str
        The numbers and choices behind it, as a sentence.
    holds : bool, optional
        For predicates and figures: whether the statement holds by the criterion of the claim. A
        predicate that is true or false itself need not say it twice.
    inferred_inputs : tuple of str
        Inputs that the talk does not give and that were found by matching it.
    citations : tuple of str
        Publications that went in.
    """

    computed: Computed
    reason: str = ""
    holds: bool | None = None
    inferred_inputs: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


class Judgement(NamedTuple):
    """Verdict, worst deviation in the measure of the tolerance, and reason."""

    verdict: Verdict
    deviation: float | None
    reason: str


def judge(claim: Claim, outcome: Outcome | None) -> Judgement:
    """Compare what was computed with what was published.

    Parameters
    ----------
    claim : Claim
        The statement, with its kind and tolerance.
    outcome : Outcome or None
        What was computed, None if Gallus cannot compute it yet.

    Returns
    -------
    Judgement
        `deviation` is the largest one of all entries: relative where the tolerance is relative,
        absolute for other values and inputs, the distance outside for ranges and bounds, None for
        predicates and figures.
    """
    if outcome is None:
        return Judgement("pending", None, f"needs {claim.needs}")
    problem = _malformed(claim, outcome)
    if problem:
        return Judgement("differs", None, _sentences(problem, outcome.reason))
    if claim.kind in ("predicate", "figure"):
        return _judge_statement(claim, outcome)
    deviation = _deviation(claim, outcome)
    if claim.input:
        return Judgement("input", deviation, outcome.reason)
    allowed = _allowed(claim)
    if deviation <= allowed * (1 + ROUNDING):
        return Judgement(
            "reproduced", deviation, _sentences(_basis(claim, outcome), outcome.reason)
        )
    verb = f"deviates by {deviation:.3g}, allowed {allowed:.3g}"
    return Judgement("differs", deviation, _sentences(verb, outcome.reason))


def _judge_statement(claim: Claim, outcome: Outcome) -> Judgement:
    holds = outcome.computed if outcome.holds is None else outcome.holds
    note = "the talk shows a picture only" if claim.kind == "figure" else ""
    if holds:
        basis = _basis(claim, outcome)
        return Judgement("reproduced", None, _sentences(note, basis, outcome.reason))
    verb = f"the criterion ({claim.criterion}) is not met" if claim.criterion else "does not hold"
    return Judgement("differs", None, _sentences(note, verb, outcome.reason))


def _basis(claim: Claim, outcome: Outcome) -> str:
    if claim.basis != "inferred":
        return ""
    return "reproduced with inferred inputs: " + "; ".join(outcome.inferred_inputs)


def _malformed(claim: Claim, outcome: Outcome) -> str:
    """What makes a comparison impossible, if anything."""
    computed, published = outcome.computed, claim.published
    if claim.kind == "figure":
        return "" if outcome.holds is not None else "nothing says whether it holds"
    if isinstance(published, bool) != isinstance(computed, bool):
        return "a truth and a number cannot be compared"
    if np.shape(computed) != np.shape(published):
        return f"has the shape {np.shape(computed)}, published is {np.shape(published)}"
    if not np.all(np.isfinite(np.asarray(computed, dtype=np.float64))):
        return "is not a finite number"
    if claim.kind == "predicate" and outcome.holds is None and not isinstance(computed, bool):
        return "nothing says whether it holds"
    return ""


def _allowed(claim: Claim) -> float:
    return 0.0 if claim.tolerance is None else next(iter(claim.tolerance.as_dict().values()))


def _deviation(claim: Claim, outcome: Outcome) -> float:
    published = np.asarray(claim.published, dtype=np.float64)
    computed = np.asarray(outcome.computed, dtype=np.float64)
    return float(np.max(_distances(claim, published, computed)))


def _distances(
    claim: Claim, published: NDArray[np.float64], computed: NDArray[np.float64]
) -> NDArray[np.float64]:
    if claim.kind == "range":
        outside = np.maximum(published.min() - computed, computed - published.max())
        return np.asarray(np.maximum(outside, 0.0))
    if claim.kind == "upper-bound":
        return np.asarray(np.maximum(computed - published, 0.0))
    distance = np.abs(computed - published)
    if claim.tolerance is not None and claim.tolerance.rel is not None:
        return np.asarray(distance / np.abs(published))
    return np.asarray(distance)


def _sentences(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def counts(verdicts: list[Verdict]) -> Mapping[Verdict, int]:
    """How often each verdict occurs, in the order of their importance."""
    order: tuple[Verdict, ...] = ("reproduced", "differs", "input", "pending")
    return {verdict: verdicts.count(verdict) for verdict in order}
