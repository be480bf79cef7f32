"""What emits neutrinos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.sources.branching_ratio import BranchingRatioEffect as BranchingRatioEffect
    from gallus.sources.branching_ratio import chromium_effect as chromium_effect
    from gallus.sources.branching_ratio import measured_branching_ratio as measured_branching_ratio
    from gallus.sources.radionuclide import Line as Line
    from gallus.sources.radionuclide import Radionuclide as Radionuclide
    from gallus.sources.radionuclide import SourceActivity as SourceActivity
    from gallus.sources.radionuclide import nuclide as nuclide

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "branching_ratio": (
            "BranchingRatioEffect",
            "chromium_effect",
            "measured_branching_ratio",
        ),
        "radionuclide": ("Line", "Radionuclide", "SourceActivity", "nuclide"),
    },
)
