r"""Making a source in a reactor, and how many of its decays fall into the live time of a detector.

Use :class:`Irradiation` for the activity that some irradiations give, :class:`Exposure` for a
source of known activity beside a detector, :class:`LiveTime` for when the detector counts, and
:func:`expected_decays` for several sources, one after the other or at once. All in closed form:

.. math:: A(t) = R\,\frac{\lambda}{\lambda - \kappa}\big(e^{-\kappa t} - e^{-\lambda t}\big),\qquad
          N(a, b) = \frac{A_0}{\lambda}\big(e^{-\lambda a} - e^{-\lambda b}\big)

R is the rate at which nuclei are made at the start, kappa the rate at which the target burns up
and lambda that of decay. Times in days from one common zero, activities in Bq.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError

Reals = NDArray[np.float64]


class Decaying(Protocol):
    """What decays: a nuclide or beta emitter of the database."""

    @property
    def half_life_d(self) -> float:
        """Half-life in days."""
        ...


@dataclass(frozen=True)
class Period:
    """A stretch of time, from `start_d` to `end_d`.

    Raises
    ------
    InputError
        If it does not end after it starts, or is not finite.
    """

    start_d: float
    end_d: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_d) and math.isfinite(self.end_d)):
            raise InputError(
                "is not finite", key="period", value=(self.start_d, self.end_d), allowed="days"
            )
        if not self.end_d > self.start_d:
            raise InputError(
                "ends before it starts", key="period", value=(self.start_d, self.end_d)
            )


def produced_activity(elapsed_d: ArrayLike, decay_per_d: float, burn_up_per_d: float) -> Reals:
    """Activity over the rate of production, lambda (e^-kt - e^-lt)/(l - k); l t e^-lt for l = k.

    Parameters
    ----------
    elapsed_d : float or array
        Time since the start of the irradiation, 0 or more.
    decay_per_d, burn_up_per_d : float
        lambda and kappa.
    """
    time = np.asarray(elapsed_d, dtype=np.float64)
    x = (decay_per_d - burn_up_per_d) * time
    # (1 - e^-x)/x without cancellation
    nonzero = np.where(x == 0.0, 1.0, x)
    mean = np.where(x == 0.0, 1.0, -np.expm1(-nonzero) / nonzero)
    return np.asarray(decay_per_d * time * np.exp(-burn_up_per_d * time) * mean)


@dataclass(frozen=True)
class Irradiation:
    """Nuclei made at a steady flux in one or several periods in a reactor.

    Parameters
    ----------
    nuclide : Decaying
        What is made.
    saturation_Bq : float
        Rate of production at the start, R: the activity after a very long irradiation without burn
        up.
    periods : tuple of Period
        When the reactor is on, in order and without overlap.
    burn_up_per_d : float
        Rate at which the target disappears while the reactor is on, cross section times flux.

    Raises
    ------
    InputError
        If the activity is not positive, a rate negative, or the periods overlap.
    """

    nuclide: Decaying
    saturation_Bq: float
    periods: tuple[Period, ...]
    burn_up_per_d: float = 0.0

    def __post_init__(self) -> None:
        _check_activity("saturation_Bq", self.saturation_Bq)
        if not (self.burn_up_per_d >= 0.0 and math.isfinite(self.burn_up_per_d)):
            raise InputError(
                "is not a rate", key="burn_up_per_d", value=self.burn_up_per_d, allowed="0 or more"
            )
        _check_order(self.periods)

    def activity_Bq(self, time_d: ArrayLike) -> Reals:
        """Activity at some times, in and out of the reactor.

        Parameters
        ----------
        time_d : float or array
            Times; before the first period the activity is 0.
        """
        time = np.asarray(time_d, dtype=np.float64)
        rate = math.log(2) / self.nuclide.half_life_d
        total, burnt_d = np.zeros_like(time), 0.0
        for period in self.periods:
            on = np.clip(time, period.start_d, period.end_d) - period.start_d
            after = np.maximum(time - period.end_d, 0.0)
            left = self.saturation_Bq * math.exp(-self.burn_up_per_d * burnt_d)
            made = produced_activity(on, rate, self.burn_up_per_d)
            total = total + left * made * np.exp(-rate * after)
            burnt_d += period.end_d - period.start_d
        return total


@dataclass(frozen=True)
class LiveTime:
    """When a detector counts: periods, each with the live share of its time.

    Parameters
    ----------
    periods : tuple of Period
        In order and without overlap.
    shares : tuple of float
        Duty cycle of each, 0 to 1.

    Raises
    ------
    InputError
        If periods overlap, the lengths differ, or a share is not between 0 and 1.
    """

    periods: tuple[Period, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_order(self.periods)
        if len(self.shares) != len(self.periods):
            raise InputError(
                "does not fit the periods",
                key="shares",
                value=len(self.shares),
                allowed=str(len(self.periods)),
            )
        for share in self.shares:
            _check_share(share)

    @classmethod
    def whole(cls, start_d: float, end_d: float, share: float = 1.0) -> Self:
        """One period with one duty cycle."""
        return cls((Period(start_d, end_d),), (share,))

    @classmethod
    def periodic(
        cls, start_d: float, end_d: float, period_d: float, live_d: float, share: float = 1.0
    ) -> Self:
        """Live for the first `live_d` of every `period_d`; a last period may be cut short.

        Raises
        ------
        InputError
            If the live time is not within the period.
        """
        if not 0.0 < live_d <= period_d < math.inf:
            raise InputError(
                "is not within the period", key="live_d", value=live_d, allowed=f"0 to {period_d}"
            )
        whole = Period(start_d, end_d)
        count = math.ceil((whole.end_d - whole.start_d) / period_d)
        starts = [start_d + n * period_d for n in range(count)]
        periods = tuple(Period(s, min(s + live_d, end_d)) for s in starts if s < end_d)
        return cls(periods, (share,) * len(periods))

    @property
    def live_d(self) -> float:
        """Live time in all."""
        return sum(
            share * (period.end_d - period.start_d)
            for period, share in zip(self.periods, self.shares, strict=True)
        )


@dataclass(frozen=True)
class Exposure:
    """A source beside a detector: activity at a reference time, and when it is there.

    Parameters
    ----------
    nuclide : Decaying
        What decays.
    activity_Bq : float
        Activity at `reference_d`.
    reference_d : float
        Reference time.
    present : Period
        When the source is in place.

    Raises
    ------
    InputError
        If the activity is not positive and finite.
    """

    nuclide: Decaying
    activity_Bq: float
    reference_d: float
    present: Period

    def __post_init__(self) -> None:
        _check_activity("activity_Bq", self.activity_Bq)

    @classmethod
    def after(cls, irradiation: Irradiation, present: Period) -> Self:
        """Return the source that an irradiation gives, moved beside the detector.

        Raises
        ------
        InputError
            If it would be beside the detector while it is in the reactor.
        """
        end = irradiation.periods[-1].end_d
        if present.start_d < end:
            raise InputError(
                "begins before the irradiation ends",
                key="present.start_d",
                value=present.start_d,
                allowed=f"{end} or later",
            )
        return cls(irradiation.nuclide, float(irradiation.activity_Bq(end)), end, present)

    def activity_at_Bq(self, time_d: ArrayLike) -> Reals:
        """Activity beside the detector, zero while the source is away."""
        time = np.asarray(time_d, dtype=np.float64)
        there = (time >= self.present.start_d) & (time <= self.present.end_d)
        elapsed = np.where(there, time, self.reference_d) - self.reference_d
        return np.where(there, self.activity_Bq * np.exp2(-elapsed / self.nuclide.half_life_d), 0.0)

    def decays(self, live: LiveTime) -> float:
        """Decays while the source is present and the detector counts.

        Parameters
        ----------
        live : LiveTime
            When the detector counts.
        """
        return math.fsum(self.decays_by_period(live))

    def decays_by_period(self, live: LiveTime) -> tuple[float, ...]:
        """Decays in each period of the live time."""
        return tuple(
            share * self._between(period.start_d, period.end_d)
            for period, share in zip(live.periods, live.shares, strict=True)
        )

    def _between(self, start_d: float, end_d: float) -> float:
        start, end = max(start_d, self.present.start_d), min(end_d, self.present.end_d)
        if end <= start:
            return 0.0
        rate = math.log(2) / self.nuclide.half_life_d
        first = self.activity_Bq * math.exp(-rate * (start - self.reference_d))
        return first * SECONDS_PER_DAY / rate * -math.expm1(-rate * (end - start))


def expected_decays(exposures: Iterable[Exposure], live: LiveTime) -> float:
    """Decays of all sources while they are present and the detector counts."""
    return math.fsum(exposure.decays(live) for exposure in exposures)


def _check_activity(key: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(
            "is not the activity of a source", key=key, value=value, allowed="finite, above 0"
        )


def _check_share(share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise InputError("is not a duty cycle", key="shares", value=share, allowed="0 to 1")


def _check_order(periods: tuple[Period, ...]) -> None:
    if not periods:
        raise InputError("are missing", key="periods", allowed="at least one")
    for before, after in pairwise(periods):
        if after.start_d < before.end_d:
            raise InputError(
                "begins before the last one ended",
                key="periods",
                value=(after.start_d, after.end_d),
                allowed="in order, without overlap",
            )
