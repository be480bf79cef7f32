r"""Sensitivity to a magnetic moment of nu_e: more recoils, most of them of low energy.

The counts are linear in mu^2, N = N_weak + mu^2 N_mu, so that the error of mu^2 is exact. With no
moment the limit at the confidence level C is the end of the central (two-sided) interval of mu^2,

.. math:: \mu_\nu^2 < z_C\, \sigma(\mu_\nu^2), \qquad z_{0.9} = 1.645

(a change of chi^2 by 2.71, as the experiments quote it; as a one-sided upper limit it has 95 %
where that has 90 %). Use :func:`magnetic_moment_sensitivity`;
:func:`magnetic_moment_chi2` is the exact Poisson likelihood ratio for any moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.fisher import error_budget, marginal_errors
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import CountedResult, Observations, expected_counts, telling
from gallus.forecast.questions.coupling_columns import (
    Information,
    informed,
    joined,
    magnetic_part,
    sequence,
)

MOMENT2 = "magnetic_moment2"
"""Name of the parameter mu^2, in units of (1e-11 Bohr magnetons)^2."""
UNIT_MUB = 1e-11


@dataclass(frozen=True, kw_only=True)
class MagneticMomentResult(CountedResult):
    """What a measurement says about the magnetic moment of nu_e if there is none.

    The limits are those of mu^2; what else is counted is in
    :class:`~gallus.forecast.questions.base.CountedResult`.

    Parameters
    ----------
    limit_muB : float
        Upper end of the central interval at the confidence level, in Bohr magnetons.
    confidence : float
        Confidence level of the two-sided interval.
    error_mu2 : float
        One-sigma error of mu^2, in (1e-11 Bohr magnetons)^2.
    """

    limit_muB: float
    confidence: float
    error_mu2: float

    @property
    def sigma(self) -> float:
        """Standard deviations that a moment of 1e-11 Bohr magnetons would show."""
        return 1.0 / self.error_mu2


def magnetic_moment_sensitivity(
    observations: Observations, *, confidence: float = 0.9, information: Information = "both"
) -> MagneticMomentResult:
    """Upper limit on the magnetic moment of nu_e if there is none.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons, without a moment of its own in the set-up.
    confidence : float
        Confidence level of the two-sided interval, between 0 and 1.
    information : str
        ``rate`` (one number a period), ``shape`` (free size of the signal) or ``both``.

    Raises
    ------
    InputError
        If the confidence level or the information is of no known kind, or if the threshold makes
        the cross section infinite.
    """
    several = sequence(observations)
    expectation, columns = informed(several, _columns, information)
    with telling(information, "both, shape"):
        error = marginal_errors(expectation, columns)[MOMENT2]
    limit = UNIT_MUB * float(np.sqrt(two_sided_sigmas(confidence) * error))
    counts = expected_counts(several)
    return MagneticMomentResult(
        limit_muB=limit,
        confidence=confidence,
        error_mu2=error,
        information=information,
        events=counts.events,
        background=counts.background,
        limits=error_budget(expectation, columns, MOMENT2),
    )


def magnetic_moment_chi2(observations: Observations, moments_muB: Array) -> Array:
    """Change of the Poisson chi^2 for moments, all pulls profiled, if there is none.

    Parameters
    ----------
    observations : Observation or sequence
        As of :func:`magnetic_moment_sensitivity`.
    moments_muB : array, shape (k,)
        In Bohr magnetons.

    Returns
    -------
    array, shape (k,)
    """
    expectation, columns = joined(observations, _columns)
    squares = (np.asarray(moments_muB, dtype=np.float64) / UNIT_MUB) ** 2
    expected = expectation.expected + squares[:, None] * columns[MOMENT2]
    return poisson_chi2(expectation.expected, expectation, expected).chi2


def two_sided_sigmas(confidence: float) -> float:
    """Standard deviations of a central interval, 1.645 for 0.9.

    Raises
    ------
    InputError
        If the confidence level is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise InputError(
            "is no confidence level", key="confidence", value=confidence, allowed="between 0 and 1"
        )
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))


def _columns(observation: Observation) -> Mapping[str, Array]:
    return {MOMENT2: magnetic_part(observation) * UNIT_MUB**2}
