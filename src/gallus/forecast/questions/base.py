"""What forecasts share: several observations as one, and what a result has.

A question takes one :class:`~gallus.forecast.observation.Observation` or several, puts them side by
side with :func:`joint`, and gives a :class:`Forecast`. :class:`CountedResult` holds what is said of
the counts where rate, shape or both may be asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.expectation import Expectation, combine
from gallus.forecast.fisher import Indistinguishable
from gallus.forecast.observation import NONE, Observation

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


class NothingCounted(InputError):
    """The window holds no event of the source."""


class Counts(NamedTuple):
    """Expected counts of the undisturbed signal and of all backgrounds while it is there."""

    events: float
    background: float


@dataclass(frozen=True, kw_only=True)
class CountedResult(ABC):
    """A :class:`Forecast` that says what it used of which counts.

    Parameters
    ----------
    information : str
        ``rate``, ``shape`` or ``both``.
    events, background : float
        Expected counts, of the background while the source is there.
    limits : dict
        Contributions to the error, in quadrature: statistics and each pull.
    """

    information: str
    events: float
    background: float
    limits: dict[str, float]

    @property
    @abstractmethod
    def sigma(self) -> float:
        """Standard deviations of what was asked for."""

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; what was asked for comes first."""
        content = asdict(self)
        shared = {each.name: content.pop(each.name) for each in fields(CountedResult)}
        return {**content, **shared, "sigma": self.sigma}


def listed(observations: Observations) -> tuple[Observation, ...]:
    """Observations as a tuple.

    Raises
    ------
    InputError
        If there are none, two have one name, or one counts nothing of its source.
    """
    several = (observations,) if isinstance(observations, Observation) else tuple(observations)
    names = [each.name for each in several]
    if not several or len(set(names)) < len(names):
        raise InputError("need a name each", key="observations", value=names, allowed="1 or more")
    for each in several:
        if not each.undisturbed.sum() > NONE:
            raise NothingCounted(
                "leaves no event of the source in the window",
                file=each.name,
                key="detection.threshold_keV",
                value=each.original.detection.threshold_keV,
                allowed="below the highest energy that the source can leave",
            )
    return several


@contextmanager
def telling(information: str, enough: str) -> Iterator[None]:
    """Say of parameters that cannot be told from each other which information would do it.

    Parameters
    ----------
    information : str
        What of the counts is used.
    enough : str
        What else it may be.

    Raises
    ------
    InputError
        In place of :class:`~gallus.forecast.fisher.Indistinguishable`, in words.
    """
    try:
        yield
    except Indistinguishable as error:
        names = str(error.key).split(", ")
        said = ["the size of the signal" if n.startswith("normalisation") else n for n in names]
        floating = any(".".join(n.split(".")[-2:]).startswith("background.") for n in names)
        more = ", or error_percent of the background" if floating else ""
        raise InputError(
            f"cannot tell {', '.join(dict.fromkeys(said))} from each other",
            key="information",
            value=information,
            allowed=enough + more,
        ) from error


def on_and_off(seen: Observation, counts: Array) -> tuple[float, float]:
    """Sum of counts of shape (n,) while the source is there, and in the days without it."""
    return seen.exposure.on_and_off(counts.reshape(seen.shape).sum(axis=(1, 2)))


def by_energy(seen: Observation, counts: Array) -> Array:
    """Sums of counts of shape (n,) in bins of energy, over time and distance."""
    return np.asarray(counts.reshape(seen.shape).sum(axis=(0, 2)))


def expected_counts(observations: Observations) -> Counts:
    """Counts of all observations together."""
    several = listed(observations)
    return Counts(
        float(sum(each.undisturbed.sum() for each in several)),
        sum(on_and_off(each, each.background)[0] for each in several),
    )


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
