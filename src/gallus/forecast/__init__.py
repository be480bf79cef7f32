"""What a new experiment would see.

``observation`` makes expected counts of a set-up and its backgrounds, ``fisher`` and ``asimov`` say
how well they measure something, ``questions`` asks. ``optimise`` looks for the best design.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.forecast.asimov import gaussian_chi2 as gaussian_chi2
    from gallus.forecast.asimov import poisson_chi2 as poisson_chi2
    from gallus.forecast.counting import events_to_exclude as events_to_exclude
    from gallus.forecast.expectation import Expectation as Expectation
    from gallus.forecast.expectation import Pull as Pull
    from gallus.forecast.expectation import combine as combine
    from gallus.forecast.exposure import Exposure as Exposure
    from gallus.forecast.fisher import error_budget as error_budget
    from gallus.forecast.fisher import fisher_matrix as fisher_matrix
    from gallus.forecast.fisher import marginal_errors as marginal_errors
    from gallus.forecast.observation import Observation as Observation

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "asimov": ("gaussian_chi2", "poisson_chi2"),
        "counting": ("events_to_exclude",),
        "expectation": ("Expectation", "Pull", "combine"),
        "exposure": ("Exposure",),
        "fisher": ("error_budget", "fisher_matrix", "marginal_errors"),
        "observation": ("Observation",),
    },
)
