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

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "gallium": (
            "Measurements",
            "ratios",
            "read_measurements",
            "source_measurements",
            "zone_ratio",
        )
    },
)
