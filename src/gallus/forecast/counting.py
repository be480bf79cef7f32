"""Counting experiments without background: the limit that every forecast must respect."""

from __future__ import annotations

from gallus.errors import InputError


def events_to_exclude(deficit: float, n_sigma: float) -> float:
    """Events needed to exclude a relative deficit, N = (n/deficit)^2, from sigma = 1/sqrt(N).

    Parameters
    ----------
    deficit : float
        Relative deficit, between 0 and 1.
    n_sigma : float
        Number of standard deviations.

    Raises
    ------
    InputError
        If the deficit is not between 0 and 1 or `n_sigma` is not positive.
    """
    if not 0 < deficit <= 1:
        raise InputError(
            "is not a deficit", key="deficit", value=deficit, allowed="above 0, at most 1"
        )
    if not n_sigma > 0:
        raise InputError("is not positive", key="n_sigma", value=n_sigma, allowed="above 0")
    return (n_sigma / deficit) ** 2
