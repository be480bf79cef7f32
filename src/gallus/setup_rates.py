"""Expected events of a source next to a detector, with and without oscillation.

:func:`setup_rates` is ``gallus rates EXPERIMENT`` in Python for everything that a set-up file
describes; the gallium experiments that were done are in :mod:`gallus.rates`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.experiments.setup import Setup, SetupWarning
from gallus.experiments.setup_kernel import SetupKernel
from gallus.experiments.setup_reactions import setup_kernels
from gallus.oscillation.active import NoOscillation
from gallus.oscillation.base import OscillationModel

TIMES = 61
"""Points of the evolution in time."""


@dataclass(frozen=True, eq=False)
class ReactionRate:
    """Expected events of one reaction.

    Parameters
    ----------
    per_day : array, shape (energy bins, distance bins)
        Recorded events per day at the start.
    undisturbed : array, shape (energy bins, distance bins)
        The same if nothing happens to the neutrinos.
    energy_edges_MeV, distance_edges_m : array
        Edges of the bins of recorded energy and distance from the source.
    """

    per_day: Array
    undisturbed: Array
    energy_edges_MeV: Array
    distance_edges_m: Array

    @property
    def per_day_initial(self) -> float:
        """Events per day at the start."""
        return float(self.per_day.sum())

    @property
    def undisturbed_per_day(self) -> float:
        """Events per day at the start if nothing happens to the neutrinos."""
        return float(self.undisturbed.sum())

    @property
    def survival(self) -> float | None:
        """Events over events if nothing happens to the neutrinos; None if there are none."""
        if self.undisturbed_per_day == 0.0:
            return None
        return self.per_day_initial / self.undisturbed_per_day

    def as_dict(self, days_at_full_rate: float) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "per_day_initial": self.per_day_initial,
            "total": self.per_day_initial * days_at_full_rate,
            "survival": self.survival,
            "spectrum": {
                "edges_keV": (1e3 * self.energy_edges_MeV).tolist(),
                "per_day": self.per_day.sum(axis=1).tolist(),
            },
            "by_baseline": {
                "edges_m": self.distance_edges_m.tolist(),
                "per_day": self.per_day.sum(axis=0).tolist(),
            },
        }


@dataclass(frozen=True, eq=False)
class SetupRate:
    """Expected events of a set-up.

    Parameters
    ----------
    setup : Setup
        Source and detector.
    reactions : mapping of str to ReactionRate
        What is counted, the main reaction first.
    days : float
        Length of a run, which begins with the activity of the file.
    remarks : tuple of str
        What is possible, but hardly what was meant.
    """

    setup: Setup
    reactions: Mapping[str, ReactionRate]
    days: float
    remarks: tuple[str, ...] = ()

    @property
    def main(self) -> ReactionRate:
        """The main reaction."""
        return next(iter(self.reactions.values()))

    @property
    def per_day_initial(self) -> float:
        """Events per day of the main reaction at the start."""
        return self.main.per_day_initial

    @property
    def total(self) -> float:
        """Events of the main reaction in all runs."""
        return self.per_day_initial * self.days_at_full_rate

    @property
    def days_at_full_rate(self) -> float:
        """Days in which the initial rate would give the events of all runs."""
        live = self.setup.days_at_full_activity(self.days) * self.setup.live_share
        return live * self.setup.runs

    def events_in(self, days: float) -> float:
        """Events of the main reaction in some days of one run from its start on."""
        live = self.setup.days_at_full_activity(days) * self.setup.live_share
        return self.per_day_initial * live

    def by_time(self) -> tuple[Array, Array]:
        """Days of a run, and events of the main reaction up to them."""
        days = np.linspace(0.0, self.days, TIMES)
        later = [self.events_in(float(day)) for day in days[1:]]
        return days, np.array([0.0, *later])

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; those of the main reaction stand at the top."""
        parts = {
            name: each.as_dict(self.days_at_full_rate) for name, each in self.reactions.items()
        }
        days, events = self.by_time()
        return {
            "name": self.setup.name,
            "title": self.setup.title,
            "days": self.days,
            "runs": self.setup.runs,
            **next(iter(parts.values())),
            "by_time": {"days": days.tolist(), "events": events.tolist()},
            "reactions": parts,
            "remarks": list(self.remarks),
        }


def setup_rates(
    chosen: Setup,
    *,
    model: OscillationModel | None = None,
    values: Mapping[str, float] | None = None,
    days: float | None = None,
) -> SetupRate:
    """Expected events of a source next to a detector.

    Parameters
    ----------
    chosen : Setup
        Source and detector.
    model : OscillationModel, optional
        What happens to the neutrinos; nothing if not given.
    values : mapping of str to float, optional
        Its parameters; those that it does not hold must be there.
    days : float, optional
        Length of the run; that of the set-up if not given.

    Raises
    ------
    InputError
        If a value is missing or outside its bounds, or the run is not longer than zero.

    Warns
    -----
    SetupWarning
        If something is possible but hardly meant: no room for the shield, no events.
    """
    what = NoOscillation() if model is None else model
    length = chosen.days if days is None else days
    chosen.days_at_full_activity(length)
    reactions: dict[str, ReactionRate] = {
        name: _rate(kernel, what, values or {}) for name, kernel in setup_kernels(chosen).items()
    }
    remarks = (*chosen.remarks(), *_nothing(chosen, reactions))
    for remark in remarks:
        warnings.warn(remark, SetupWarning, stacklevel=2)
    return SetupRate(chosen, reactions, length, remarks)


def _rate(
    kernel: SetupKernel, model: OscillationModel, values: Mapping[str, float]
) -> ReactionRate:
    return ReactionRate(
        kernel.counts(model, values),
        kernel.without_oscillation(),
        kernel.energy_edges_MeV,
        kernel.distance_edges_m,
    )


def _nothing(chosen: Setup, reactions: Mapping[str, ReactionRate]) -> tuple[str, ...]:
    """Say of each reaction that counts nothing why."""
    threshold = f"detection.threshold_keV = {chosen.detection.threshold_keV:g}"
    return tuple(
        f"no events of {name}: no event of this source reaches {threshold}"
        for name, each in reactions.items()
        if each.undisturbed_per_day == 0.0
    )
