"""Questions to a new experiment: one module each, from observations to standard deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.forecast.questions.base import Forecast as Forecast
    from gallus.forecast.questions.branching_ratio import (
        branching_ratio_sensitivity as branching_ratio_sensitivity,
    )
    from gallus.forecast.questions.couplings import coupling_sensitivity as coupling_sensitivity
    from gallus.forecast.questions.deficit import deficit_against as deficit_against
    from gallus.forecast.questions.deficit import deficit_sensitivity as deficit_sensitivity
    from gallus.forecast.questions.deficit import events_needed as events_needed
    from gallus.forecast.questions.magnetic_moment import (
        magnetic_moment_sensitivity as magnetic_moment_sensitivity,
    )
    from gallus.forecast.questions.sterile import sin2_errors as sin2_errors
    from gallus.forecast.questions.sterile import sterile_discovery as sterile_discovery
    from gallus.forecast.questions.sterile import sterile_exclusion as sterile_exclusion
    from gallus.forecast.questions.weak_mixing_angle import (
        weak_mixing_angle_sensitivity as weak_mixing_angle_sensitivity,
    )

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "base": ("Forecast",),
        "branching_ratio": ("branching_ratio_sensitivity",),
        "couplings": ("coupling_sensitivity",),
        "deficit": ("deficit_against", "deficit_sensitivity", "events_needed"),
        "magnetic_moment": ("magnetic_moment_sensitivity",),
        "sterile": ("sin2_errors", "sterile_discovery", "sterile_exclusion"),
        "weak_mixing_angle": ("weak_mixing_angle_sensitivity",),
    },
)
