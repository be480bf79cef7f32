"""The ledger that compares two talks with what Gallus computes, and its writers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.reproduction.claims import Claim as Claim
    from gallus.reproduction.ledger import Row as Row
    from gallus.reproduction.results import Results as Results
    from gallus.reproduction.verdict import Outcome as Outcome
    from gallus.reproduction.verdict import judge as judge

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "claims": ("Claim",),
        "ledger": ("Row",),
        "results": ("Results",),
        "verdict": ("Outcome", "judge"),
    },
)
