"""Parameters: definition, constraints, sharing by name, and vectors for minimisers and samplers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.parameters.constraints import Constraint as Constraint
    from gallus.parameters.constraints import CorrelatedNormal as CorrelatedNormal
    from gallus.parameters.constraints import Normal as Normal
    from gallus.parameters.constraints import Params as Params
    from gallus.parameters.constraints import SplitNormal as SplitNormal
    from gallus.parameters.parameter import Parameter as Parameter
    from gallus.parameters.parameter import check_values as check_values
    from gallus.parameters.parameter import constraint_chi2 as constraint_chi2
    from gallus.parameters.parameter import union as union
    from gallus.parameters.parameter import with_starts as with_starts
    from gallus.parameters.vector import ParameterVector as ParameterVector

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "constraints": ("Constraint", "CorrelatedNormal", "Normal", "Params", "SplitNormal"),
        "parameter": ("Parameter", "check_values", "constraint_chi2", "union", "with_starts"),
        "vector": ("ParameterVector",),
    },
)
