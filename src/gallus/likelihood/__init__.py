"""Likelihoods: what the data say about a prediction. They add with ``+``.

``GaussianLikelihood``
    Measured values with a covariance, fixed or a function of the prediction; nuisances that the
    prediction is linear in are eliminated exactly. Fast if covariance and templates are fixed.
``PoissonLikelihood``
    Counts in bins; no elimination, nuisances are ordinary parameters.
``JointLikelihood``
    What ``+`` makes: parameters shared by name, everything counted once.

Anything with ``parameters``, ``n_data`` and ``chi2`` is a likelihood. Constraints of parameters are
added by ``objective``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.likelihood.base import Likelihood as Likelihood
    from gallus.likelihood.base import objective as objective
    from gallus.likelihood.elimination import LinearNuisances as LinearNuisances
    from gallus.likelihood.gaussian import GaussianLikelihood as GaussianLikelihood
    from gallus.likelihood.joint import JointLikelihood as JointLikelihood
    from gallus.likelihood.poisson import PoissonLikelihood as PoissonLikelihood
    from gallus.likelihood.poisson import poisson_chi2 as poisson_chi2

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "base": ("Likelihood", "objective"),
        "elimination": ("LinearNuisances",),
        "gaussian": ("GaussianLikelihood",),
        "joint": ("JointLikelihood",),
        "poisson": ("PoissonLikelihood", "poisson_chi2"),
    },
)
