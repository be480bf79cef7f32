"""What forecasts share: several observations as one, and what a result has.

A question takes one :class:`~gallus.forecast.observation.Observation` or several, puts them side by
side with :func:`joint`, and gives a :class:`Forecast`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.expectation import Expectation, combine
from gallus.forecast.observation import Observation

Observations = Observation | Sequence[Observation]


@runtime_checkable
class Forecast(Protocol):
    """Result of a question."""

    @property
    def sigma(self) -> float:
        """Standard deviations of what was asked for."""
        ...

    @property
    def limits(self) -> Mapping[str, float]:
        """What the error is made of: ``total``, ``statistics`` and each pull."""
        ...

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        ...


def listed(observations: Observations) -> tuple[Observation, ...]:
    """Observations as a tuple.

    Raises
    ------
    InputError
        If there are none, or two have one name.
    """
    several = (observations,) if isinstance(observations, Observation) else tuple(observations)
    names = [each.name for each in several]
    if not several or len(set(names)) < len(names):
        raise InputError("need a name each", key="observations", value=names, allowed="1 or more")
    return several


def joint(observations: Observations, signals: Sequence[Array] | None = None) -> Expectation:
    """Expectation of all observations together.

    Parameters
    ----------
    observations : Observation or sequence of Observation
        One or several.
    signals : sequence of array, shape (n,), optional
        Counts from the source in each; undisturbed if not given.
    """
    several = listed(observations)
    found = [each.undisturbed for each in several] if signals is None else signals
    return combine(
        {each.name: each.expectation(own) for each, own in zip(several, found, strict=True)}
    )


def together(counts: Sequence[Array]) -> Array:
    """Counts of several observations side by side, shape (..., n)."""
    return np.concatenate(counts, axis=-1)
