"""Sections of a set-up file that only forecasts use: uncertainties, and when data are taken.

The backgrounds stand in :mod:`gallus.experiments.background_sections`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gallus.database.sections import Section
from gallus.experiments.setup_sections import NotNegative


class UncertaintySection(Section):
    """How well the experiment is known: one standard deviation each, 0 for exactly.

    Shares of the value are `activity_percent`, `cross_section_percent`, `energy_scale_percent`,
    `energy_resolution_percent` and `vertex_resolution_percent`; `fiducial_cm` is that of the radius
    of the target, or of its fiducial sphere.
    """

    activity_percent: NotNegative = 0.0
    cross_section_percent: NotNegative = 0.0
    fiducial_cm: NotNegative = 0.0
    energy_scale_percent: NotNegative = 0.0
    energy_resolution_percent: NotNegative = 0.0
    vertex_resolution_percent: NotNegative = 0.0


class PeriodSection(Section):
    """When data are taken besides the length of the runs.

    `source_off_days` are days without the source, all together, which only count backgrounds.
    `time_bins` are equal parts of each run.
    """

    source_off_days: NotNegative = 0.0
    time_bins: Annotated[int, Field(ge=1, le=100)] = 1
