"""Wilks's theorem: the distribution of Delta chi2 for much data, away from boundaries.

Calibrate with :mod:`gallus.inference.calibration` where mixing is near zero, or a splitting has no
meaning without mixing: there the theorem does not hold.
"""

from __future__ import annotations

from scipy.special import gammaincc, gammaincinv

from gallus.errors import InputError
from gallus.recipes.base import two_sided_sigma


def wilks_threshold(level: float, dof: int) -> float:
    """Delta chi2 that a chi2 distribution does not exceed with a probability.

    Parameters
    ----------
    level : float
        The probability, between 0 and 1.
    dof : int
        Degrees of freedom: parameters of which the region is.

    Raises
    ------
    InputError
        If the probability is not between 0 and 1, or there are no degrees of freedom.
    """
    check_level(level)
    check_dof(dof)
    return float(2 * gammaincinv(dof / 2, level))


def wilks_p_value(delta_chi2: float, dof: int) -> float:
    """Probability of a Delta chi2 at least this large, Q(dof/2, Delta chi2/2).

    Raises
    ------
    InputError
        If there are no degrees of freedom.
    """
    check_dof(dof)
    return float(gammaincc(dof / 2, max(delta_chi2, 0.0) / 2))


def wilks_sigma(delta_chi2: float, dof: int) -> float:
    """Two-sided Gaussian equivalent of that probability."""
    return two_sided_sigma(wilks_p_value(delta_chi2, dof))


def check_level(level: float) -> None:
    """Raise unless a confidence level is one.

    Raises
    ------
    InputError
        If it is not between 0 and 1.
    """
    if not 0 < level < 1:
        allowed = "between 0 and 1"
        raise InputError(
            "is not a probability", key="confidence level", value=level, allowed=allowed
        )


def check_dof(dof: int) -> None:
    """Raise unless there are degrees of freedom.

    Raises
    ------
    InputError
        If not.
    """
    if dof < 1:
        raise InputError("is too small", key="dof", value=dof, allowed="1 or more")
