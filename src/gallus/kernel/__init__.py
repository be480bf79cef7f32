"""The linear map from probabilities to expected counts: exact averages, contraction, cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.kernel.average_table import AverageTable as AverageTable
    from gallus.kernel.averages import DistanceWeight as DistanceWeight
    from gallus.kernel.averages import mean_cosine_sine as mean_cosine_sine
    from gallus.kernel.averages import mean_exponential as mean_exponential
    from gallus.kernel.energy_cells import EnergyCells as EnergyCells
    from gallus.kernel.energy_cells import mean_exponential_in_cells as mean_exponential_in_cells
    from gallus.kernel.linear_map import Block as Block
    from gallus.kernel.linear_map import Kernel as Kernel
    from gallus.kernel.slow_factors import SlowFactors as SlowFactors
    from gallus.kernel.workspace import Workspace as Workspace

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "average_table": ("AverageTable",),
        "averages": ("DistanceWeight", "mean_cosine_sine", "mean_exponential"),
        "energy_cells": ("EnergyCells", "mean_exponential_in_cells"),
        "linear_map": ("Block", "Kernel"),
        "slow_factors": ("SlowFactors",),
        "workspace": ("Workspace",),
    },
)
