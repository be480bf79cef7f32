r"""A source run as counts in bins of time, energy and distance: signal, backgrounds, pulls.

.. math:: \mu_{pid} = X_p\, S_{id}(P) + \sum_b X^b_p\, B^b_{id}

with the exposures X of the periods p (:mod:`gallus.forecast.exposure`), the kernel S of the set-up,
linear in the probabilities, and the backgrounds B. :func:`observation` builds it; all arrays of
counts are flat, with the bins of the shape ``(periods, energies, distances)`` in their last axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.experiments.setup import Reaction, Setup, with_values
from gallus.experiments.setup_kernel import SetupKernel
from gallus.experiments.setup_reactions import KERNELS
from gallus.forecast.backgrounds.base import Background
from gallus.forecast.expectation import Expectation, Pull
from gallus.forecast.exposure import Exposure, exposure_of
from gallus.forecast.placement import recorded_per_day
from gallus.forecast.responses import in_the_same_bins, shifts
from gallus.oscillation.base import OscillationModel
from gallus.parameters import Params

LEAST = 1.0
"""Events below which a free background is held: a free multiple of nothing would be anything."""
NONE = 1e-3
"""Events below which there are none, and a background is held."""
ROUNDING = 1e-6
"""Error of the response as a share of the fullest bin, at most."""


def observation(
    chosen: Setup,
    backgrounds: Sequence[Background] = (),
    *,
    reaction: Reaction | None = None,
    name: str | None = None,
) -> Observation:
    """Build the observation of a set-up.

    Parameters
    ----------
    chosen : Setup
        Source, detector, uncertainties and periods.
    backgrounds : sequence of Background
        What else is counted, for instance from :mod:`gallus.forecast.backgrounds.catalogue`.
    reaction : str, optional
        What is counted; the first reaction of the set-up if not given.
    name : str, optional
        Name among others; that of the set-up if not given.

    Raises
    ------
    InputError
        If the set-up does not have what the reaction or a background needs, or two backgrounds
        have one name.
    """
    which = chosen.reactions[0] if reaction is None else reaction
    if which not in KERNELS:
        raise unknown_name("reaction", which, KERNELS)
    names = [each.name for each in backgrounds]
    if len(set(names)) < len(names):
        raise InputError("are not distinct", key="names of backgrounds", value=names)
    kernel = KERNELS[which](chosen)
    fixed = in_the_same_bins(chosen, kernel)
    shifts(fixed)  # says what cannot be shifted
    return Observation(
        name or chosen.name, fixed, which, kernel, exposure_of(chosen), tuple(backgrounds), chosen
    )


@dataclass(frozen=True, eq=False)
class Observation:
    """Signal, backgrounds and pulls in the bins of a detector.

    Parameters
    ----------
    name : str
        Name among other observations.
    setup : Setup
        Source and detector, their bins fixed.
    reaction : str
        What is counted.
    kernel : SetupKernel
        Events per day at the start, for any oscillation model.
    exposure : Exposure
        Periods.
    backgrounds : tuple of Background
        What else is counted.
    original : Setup
        The set-up before its bins were fixed.
    """

    name: str
    setup: Setup
    reaction: Reaction
    kernel: SetupKernel
    exposure: Exposure
    backgrounds: tuple[Background, ...]
    original: Setup

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of periods, energies and distances."""
        energies, distances = len(self.energy_edges_MeV) - 1, len(self.distance_edges_m) - 1
        return len(self.exposure.names), energies, distances

    @property
    def energy_edges_MeV(self) -> Array:
        """Edges of the bins of recorded energy."""
        return self.kernel.energy_edges_MeV

    @property
    def distance_edges_m(self) -> Array:
        """Edges of the bins of recorded distance from the source."""
        return self.kernel.distance_edges_m

    def signal(self, model: OscillationModel | None = None, params: Params | None = None) -> Array:
        """Counts from the source, shape (..., n); leading axes are those of the parameters.

        Parameters
        ----------
        model : OscillationModel, optional
            What happens to the neutrinos; nothing if not given.
        params : mapping, optional
            Its parameters.
        """
        if model is None:
            return self.undisturbed
        return self.spread(self.kernel.counts(model, params or {}))

    @cached_property
    def undisturbed(self) -> Array:
        """Counts from the source if nothing happens to the neutrinos, shape (n,)."""
        return not_negative(self.spread(self.kernel.without_oscillation()))

    def spread(self, per_day: Array, half_life_d: float | None = None) -> Array:
        """Counts in all periods of something that comes and dies with the source.

        Parameters
        ----------
        per_day : array, shape (..., energies, distances)
            At the start of a run.
        half_life_d : float, optional
            That of the source if not given; infinite for what is always there.

        Returns
        -------
        array, shape (..., n)
        """
        days = self.exposure.days(self.setup.half_life_d if half_life_d is None else half_life_d)
        counts = days[:, None, None] * np.asarray(per_day)[..., None, :, :]
        return np.asarray(counts.reshape(*counts.shape[:-3], math.prod(self.shape)))

    @cached_property
    def background_counts(self) -> dict[str, Array]:
        """Counts of each background, shape (n,)."""
        return {
            each.name: not_negative(self.spread(per_day, each.half_life_d))
            for each, per_day in zip(self.backgrounds, self.backgrounds_per_day, strict=True)
        }

    @property
    def background(self) -> Array:
        """Counts of all backgrounds, shape (n,)."""
        return sum(self.background_counts.values(), start=np.zeros(math.prod(self.shape)))

    @cached_property
    def backgrounds_per_day(self) -> tuple[Array, ...]:
        """Events of each background per day at the start, shape (energies, distances)."""
        return self._backgrounds_with(self.setup)

    @property
    def pulls(self) -> tuple[Pull, ...]:
        """What may shift the counts; not a free background of less than an event."""
        return tuple(self._pulls)

    def templates(self, signal: Array | None = None) -> Array:
        """Shifts of the counts by one standard deviation of each pull, shape (m, n).

        Those of the response are of the undisturbed signal, times what is left of it in each bin.

        Parameters
        ----------
        signal : array, shape (n,), optional
            Counts from the source; undisturbed if not given.
        """
        found = self.undisturbed if signal is None else signal
        intact = np.where(self.undisturbed > 0, self.undisturbed, 1.0)
        left = np.where(self.undisturbed > 0, found / intact, 1.0)
        rows = [
            size * found
            if name in ("activity", "cross_section")
            else self._response_templates[name][0] * left + self._response_templates[name][1]
            if name in self._response_templates
            else size * self.background_counts[name.removeprefix("background.")]
            for name, size in zip(
                (pull.name for pull in self._pulls), self._pulls.values(), strict=True
            )
        ]
        return np.array(rows).reshape(len(rows), len(found))

    def expectation(self, signal: Array | None = None) -> Expectation:
        """Expected counts and templates of all pulls.

        Parameters
        ----------
        signal : array, shape (n,), optional
            Counts from the source; undisturbed if not given.
        """
        found = self.undisturbed if signal is None else signal
        expected = not_negative(found + self.background)
        return Expectation(expected, self.templates(found), self.pulls)

    @property
    def _pulls(self) -> dict[Pull, float]:
        """Pulls with the sizes of their templates in units of what they scale."""
        known = self.setup.uncertainties
        found = {
            Pull(name): percent / 100
            for name, percent in (
                ("activity", known.activity_percent),
                ("cross_section", known.cross_section_percent),
            )
            if percent
        }
        found |= {Pull(name): 1.0 for name in shifts(self.setup)}
        for each in self.backgrounds:
            free, events = math.isinf(each.relative_error), self.background_counts[each.name].sum()
            if events < (LEAST if free else NONE):
                continue
            pull = Pull(f"background.{each.name}", math.inf if free else 1.0)
            found[pull] = 1.0 if free else each.relative_error
        return found

    @cached_property
    def _response_templates(self) -> dict[str, tuple[Array, Array]]:
        """Shifts of the undisturbed signal and of the backgrounds together, by pull."""
        return {name: self._shifted(parts) for name, parts in shifts(self.setup).items()}

    def _shifted(self, parts: Sequence[tuple[float, Mapping[str, Any]]]) -> tuple[Array, Array]:
        signal, background = np.zeros(math.prod(self.shape)), np.zeros(math.prod(self.shape))
        for factor, values in parts:
            if not values:
                signal = signal + factor * self.undisturbed
                background = background + factor * self.background
                continue
            there = with_values(self.setup, values)
            kernel = KERNELS[self.reaction](there)
            signal = signal + factor * self.spread(kernel.without_oscillation())
            for each, per_day in zip(self.backgrounds, self._backgrounds_with(there), strict=True):
                background = background + factor * self.spread(per_day, each.half_life_d)
        return signal, background

    def _backgrounds_with(self, chosen: Setup) -> tuple[Array, ...]:
        low, high = chosen.detection.threshold_keV, chosen.detection.upper_keV or 0.0
        energies = np.linspace(low, high, len(self.energy_edges_MeV)) / 1e3
        return recorded_per_day(self.backgrounds, chosen, energies, self.distance_edges_m)

    def with_exposure(self, exposure: Exposure) -> Observation:
        """The same with other periods."""
        return self._keeping(exposure=exposure)

    def with_days(self, days: float) -> Observation:
        """The same with runs of another length.

        Raises
        ------
        InputError
            If it is not above 0.
        """
        return self.with_exposure(exposure_of(self.setup, days))

    def with_backgrounds(self, backgrounds: Sequence[Background]) -> Observation:
        """The same with other backgrounds."""
        return replace(self, backgrounds=tuple(backgrounds))

    def with_uncertainties(self, **sizes: float) -> Observation:
        """The same with other uncertainties, ``activity_percent=0.5``.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        values = {f"uncertainties.{key}": size for key, size in sizes.items()}
        return self._keeping(setup=with_values(self.setup, values))

    def with_values(self, values: Mapping[str, Any]) -> Observation:
        """The same with other values of the set-up, in the same bins.

        Parameters
        ----------
        values : mapping
            By key, as :func:`gallus.experiments.setup.with_values` takes them. Backgrounds keep
            their events per day in the whole detector.
        """
        there = with_values(self.setup, values)
        kernel = KERNELS[self.reaction](there)
        return replace(self, setup=there, kernel=kernel, exposure=exposure_of(there))

    def rebuilt(
        self, values: Mapping[str, Any], backgrounds: Sequence[Background] | None = None
    ) -> Observation:
        """Another observation with other values of the set-up, whose bins follow them.

        Parameters
        ----------
        values : mapping
            By key.
        backgrounds : sequence of Background, optional
            Those of the changed detector; the same events per day in all of it if not given.
        """
        there = with_values(self.original, values)
        kept = self.backgrounds if backgrounds is None else backgrounds
        return observation(there, kept, reaction=self.reaction, name=self.name)

    def _keeping(self, **changes: Any) -> Observation:
        """Change what does not change the backgrounds per day, and keep those."""
        changed = replace(self, **changes)
        if "backgrounds_per_day" in self.__dict__:
            changed.__dict__["backgrounds_per_day"] = self.backgrounds_per_day
        return changed


def not_negative(counts: Array) -> Array:
    """Counts without the rounding of the response in bins that are as good as empty.

    Raises
    ------
    InputError
        If a count is negative by more than that.
    """
    if counts.size and counts.min() < -ROUNDING * counts.max():
        raise InputError("is negative", key="expected count", value=float(counts.min()))
    return np.maximum(counts, 0.0)
