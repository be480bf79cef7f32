r"""Error of the weak mixing angle from scattering on electrons.

C_L and C_R both grow with s^2 = sin^2(theta_W), so that

.. math:: \frac{dN}{ds^2} = \frac{\partial N}{\partial C_L} + \frac{\partial N}{\partial C_R} ,

almost all of it in the rate: 1 % of the 51Cr rate above 200 keV is 0.004. The activity and the
target enter fully, an error of the cross section does not: it is what is measured. (Radiative
corrections shift the couplings, hardly their slopes.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gallus.arrays import Array
from gallus.forecast.fisher import error_budget, marginal_errors
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import CountedResult, Observations, expected_counts, telling
from gallus.forecast.questions.coupling_columns import (
    Information,
    coupling_parts,
    coupling_slopes,
    couplings_of,
    informed,
    measured,
    sequence,
)
from gallus.interactions.scattering_couplings import low_energy_sin2_theta_w

ANGLE = "sin2_theta_w"


@dataclass(frozen=True, kw_only=True)
class WeakMixingAngleResult(CountedResult):
    """Error of the weak mixing angle.

    What is counted is in :class:`~gallus.forecast.questions.base.CountedResult`.

    Parameters
    ----------
    error : float
        One-sigma error of sin^2(theta_W), all pulls included.
    statistical_error : float
        The same with all pulls fixed.
    relative_error : float
        Error over the low-energy value.
    rate_slope : float
        d ln N/d sin^2(theta_W) of the whole signal.
    """

    error: float
    statistical_error: float
    relative_error: float
    rate_slope: float

    @property
    def sigma(self) -> float:
        """Low-energy value over its error."""
        return 1.0 / self.relative_error


def weak_mixing_angle_sensitivity(
    observations: Observations, *, information: Information = "both"
) -> WeakMixingAngleResult:
    """Error of the weak mixing angle at low energy.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons.
    information : str
        ``rate`` (one number a period), ``shape`` (free size of the signal) or ``both``.

    Raises
    ------
    InputError
        If the information is of no known kind or the reaction is another.
    """
    several = sequence(observations)
    expectation, columns = informed(several, _columns, information)
    expectation = measured(expectation)
    with telling(information, "both, shape"):
        error = marginal_errors(expectation, columns)[ANGLE]
    alone = marginal_errors(expectation.only(()), columns)[ANGLE]
    counts = expected_counts(several)
    return WeakMixingAngleResult(
        error=error,
        statistical_error=alone,
        relative_error=error / low_energy_sin2_theta_w(),
        rate_slope=float(columns[ANGLE].sum()) / counts.events,
        information=information,
        events=counts.events,
        background=counts.background,
        limits=error_budget(expectation, columns, ANGLE),
    )


def _columns(observation: Observation) -> Mapping[str, Array]:
    left, right = coupling_slopes(coupling_parts(observation), couplings_of(observation))
    return {ANGLE: left + right}
