"""What detects: neutrino capture on 71Ga, with the Fermi functions under it.

The Fermi function itself is ``gallus.interactions.fermi_function.fermi_function``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.interactions.capture_chain import GroundStateChain as GroundStateChain
    from gallus.interactions.capture_chain import correction_effects as correction_effects
    from gallus.interactions.capture_chain import ground_state_chain as ground_state_chain
    from gallus.interactions.gallium_capture import CaptureCrossSection as CaptureCrossSection
    from gallus.interactions.gallium_capture import Estimate as Estimate
    from gallus.interactions.gallium_capture import cross_section as cross_section
    from gallus.interactions.gallium_capture import cross_section_names as cross_section_names
    from gallus.interactions.gallium_capture import read_cross_section as read_cross_section
    from gallus.interactions.germanium_decay import GermaniumDecay as GermaniumDecay
    from gallus.interactions.ground_state import Corrections as Corrections
    from gallus.interactions.ground_state import error_budget as error_budget
    from gallus.interactions.ground_state import excited_state_cm2 as excited_state_cm2
    from gallus.interactions.ground_state import ground_state_cm2 as ground_state_cm2
    from gallus.interactions.ground_state import source_average_cm2 as source_average_cm2
    from gallus.interactions.ground_state import source_phase_space as source_phase_space

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "capture_chain": ("GroundStateChain", "correction_effects", "ground_state_chain"),
        "gallium_capture": (
            "CaptureCrossSection",
            "Estimate",
            "cross_section",
            "cross_section_names",
            "read_cross_section",
        ),
        "germanium_decay": ("GermaniumDecay",),
        "ground_state": (
            "Corrections",
            "error_budget",
            "excited_state_cm2",
            "ground_state_cm2",
            "source_average_cm2",
            "source_phase_space",
        ),
    },
)
