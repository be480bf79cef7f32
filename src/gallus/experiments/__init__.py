"""What was measured: experiments know no theory and no inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.experiments.gallium import Measurements as Measurements
    from gallus.experiments.gallium import ratios as ratios
    from gallus.experiments.gallium import read_measurements as read_measurements
    from gallus.experiments.gallium import source_measurements as source_measurements
    from gallus.experiments.gallium import zone_ratio as zone_ratio
    from gallus.experiments.setup import Setup as Setup
    from gallus.experiments.setup import read_setup as read_setup
    from gallus.experiments.setup import setup_names as setup_names
    from gallus.experiments.setup import with_values as with_values

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "gallium": (
            "Measurements",
            "ratios",
            "read_measurements",
            "source_measurements",
            "zone_ratio",
        ),
        "setup": ("Setup", "read_setup", "setup_names", "with_values"),
    },
)
