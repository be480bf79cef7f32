"""What is recorded: resolutions, thresholds and cuts, as shares of what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.response.angular import AngularResolution as AngularResolution
    from gallus.response.angular import seen_angle_density as seen_angle_density
    from gallus.response.angular import share_within_angle as share_within_angle
    from gallus.response.energy import EnergyResolution as EnergyResolution
    from gallus.response.energy import energy_migration as energy_migration
    from gallus.response.energy import shares_in_bins as shares_in_bins
    from gallus.response.vertex import VertexResolution as VertexResolution
    from gallus.response.vertex import share_within as share_within

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "angular": ("AngularResolution", "seen_angle_density", "share_within_angle"),
        "energy": ("EnergyResolution", "energy_migration", "shares_in_bins"),
        "vertex": ("VertexResolution", "share_within"),
    },
)
