"""What emits neutrinos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.sources.beta_decay import BetaEmitter as BetaEmitter
    from gallus.sources.beta_decay import beta_emitter as beta_emitter
    from gallus.sources.beta_decay import beta_emitter_names as beta_emitter_names
    from gallus.sources.branching_ratio import BranchingRatioEffect as BranchingRatioEffect
    from gallus.sources.branching_ratio import chromium_effect as chromium_effect
    from gallus.sources.branching_ratio import measured_branching_ratio as measured_branching_ratio
    from gallus.sources.irradiation import Exposure as Exposure
    from gallus.sources.irradiation import Irradiation as Irradiation
    from gallus.sources.irradiation import LiveTime as LiveTime
    from gallus.sources.irradiation import Period as Period
    from gallus.sources.irradiation import expected_decays as expected_decays
    from gallus.sources.radionuclide import Line as Line
    from gallus.sources.radionuclide import Radionuclide as Radionuclide
    from gallus.sources.radionuclide import SourceActivity as SourceActivity
    from gallus.sources.radionuclide import nuclide as nuclide

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "beta_decay": ("BetaEmitter", "beta_emitter", "beta_emitter_names"),
        "branching_ratio": (
            "BranchingRatioEffect",
            "chromium_effect",
            "measured_branching_ratio",
        ),
        "irradiation": ("Exposure", "Irradiation", "LiveTime", "Period", "expected_decays"),
        "radionuclide": ("Line", "Radionuclide", "SourceActivity", "nuclide"),
    },
)
