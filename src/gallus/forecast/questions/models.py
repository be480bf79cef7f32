"""What explanations of the gallium anomaly look like in detectors that see where and how much.

A scintillator next to the source sees the spectrum of the recoils and the distance of each from the
source. :func:`model_patterns` takes the best fits to gallium there (question 7): the pattern of the
counts in energy and distance, with how many standard deviations it would be seen at all, and how
well it is told from the other explanations, which are fitted anew to the detectors and to gallium:

    Delta chi2(truth, hypothesis) = min [chi2_gallium + chi2_detectors] - chi2_gallium(truth)

with the counts of the truth as data (Asimov), Poisson deviances and all pulls at their best.
Neutrinos that decoherence turns into nu_mu and nu_tau scatter with a quarter of the rate, sterile
ones not at all: the kernels of the set-ups count both. Damping that falls with the energy leaves
the recoils above 270 keV, all from the 750 keV lines, more than those below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.explanation import Explanation
from gallus.forecast.asimov import gaussian_chi2, poisson_chi2
from gallus.forecast.expectation import Expectation, combine
from gallus.forecast.lattice_search import LatticeSearch
from gallus.forecast.observation import Observation
from gallus.forecast.present import (
    check_alike,
    median_sigma,
    names_of,
    place_of,
    present_explanations,
    square,
)
from gallus.inference.threads import one_thread_here
from gallus.kernel.linear_map import Kernel
from gallus.parameters.constraints import Params

FEWER: Final = 5
"""Factor by which the lattice is thinner than that of the gallium data alone."""
EMPTY: Final = 1e-9
"""Share of the fullest bin below which a bin has no pattern."""


@dataclass(frozen=True, eq=False)
class ModelPatterns:
    """What some detectors would see of k explanations.

    Parameters
    ----------
    observations : tuple of Observation
        Detectors, all together.
    explanations : tuple of Explanation
        Fits to the gallium data.
    seen : array, shape (k,)
        Significance of each against nothing happening, in standard deviations.
    delta_chi2 : array, shape (k, k)
        Chi2 of hypotheses above that of the truth, (truth, hypothesis).
    """

    observations: tuple[Observation, ...]
    explanations: tuple[Explanation, ...]
    seen: Array
    delta_chi2: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Slugs of the models."""
        return names_of(self.explanations)

    @property
    def sigma(self) -> Array:
        """Median significance against the hypothesis, sqrt(delta_chi2); 0 where it fits better."""
        return median_sigma(self.delta_chi2)

    def pattern(self, name: str, place: int = 0) -> Array:
        """Counts over counts without oscillation in bins of a detector, (energies, distances).

        1 where nothing is expected.

        Parameters
        ----------
        name : str
            Which explanation.
        place : int
            Which detector.
        """
        counts, without = self._per_day(name, place)
        some = without > EMPTY * without.max()
        return np.where(some, counts, 1.0) / np.where(some, without, 1.0)

    def share(self, name: str, place: int = 0) -> float:
        """All counts over all counts without oscillation in a detector."""
        counts, without = self._per_day(name, place)
        return float(counts.sum() / without.sum())

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind gallium data and set-ups."""
        parts = [each.citations for each in self.explanations]
        parts += [each.setup.all_citations() for each in self.observations]
        return tuple(key for key in dict.fromkeys(sum(parts, ())) if key != "user")

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        names = self.names
        return {
            "experiments": [each.name for each in self.observations],
            "explanations": list(names),
            "seen_sigma": dict(zip(names, self.seen.tolist(), strict=True)),
            "delta_chi2": square(names, self.delta_chi2),
            "sigma": square(names, self.sigma),
            "patterns": {
                each.name: self._pattern_dict(place) for place, each in enumerate(self.observations)
            },
            "citations": list(self.citations),
        }

    def _per_day(self, name: str, place: int) -> tuple[Array, Array]:
        kernel = self.observations[place].kernel
        result = self.explanations[place_of(name, self.explanations)]
        return kernel.counts(result.model, result.values), kernel.without_oscillation()

    def _pattern_dict(self, place: int) -> dict[str, object]:
        seen = self.observations[place]
        return {
            "energy_edges_MeV": seen.energy_edges_MeV.tolist(),
            "distance_edges_m": seen.distance_edges_m.tolist(),
            "share": {name: self.share(name, place) for name in self.names},
            "ratio": {name: self.pattern(name, place).tolist() for name in self.names},
        }


def model_patterns(
    observations: Observation | Sequence[Observation],
    explanations: Sequence[Explanation] | None = None,
) -> ModelPatterns:
    """Patterns of explanations in detectors, and how well they are seen and told apart.

    Parameters
    ----------
    observations : Observation or sequence of Observation
        Detectors with backgrounds and uncertainties; several are combined.
    explanations : sequence of Explanation, optional
        Fits to the gallium data, all alike; those of
        :func:`gallus.forecast.present.present_explanations` if not given.

    Raises
    ------
    InputError
        If there is no detector, or the explanations were not fitted alike.
    """
    several = (observations,) if isinstance(observations, Observation) else tuple(observations)
    if not several:
        raise InputError("is empty", key="observations", allowed="at least one")
    fits = present_explanations() if explanations is None else tuple(explanations)
    check_alike(fits)
    # Its many small products of matrices wait for threads longer than they take.
    with one_thread_here():
        return _patterns(several, fits)


def _patterns(several: tuple[Observation, ...], fits: tuple[Explanation, ...]) -> ModelPatterns:
    detectors = _Detectors(several, fits[0].likelihood.kernel.remembering())
    searches = [detectors.search(each) for each in fits]
    seen = [detectors.null_chi2(each) for each in fits]
    delta = [
        [
            0.0 if one is other else detectors.chi2(one, other, search) - one.fit.chi2_min
            for other, search in zip(fits, searches, strict=True)
        ]
        for one in fits
    ]
    return ModelPatterns(several, fits, median_sigma(np.array(seen)), np.array(delta))


@dataclass(frozen=True, eq=False)
class _Detectors:
    """Gallium today and some detectors: what is expected of both, one after the other."""

    observations: tuple[Observation, ...]
    gallium: Kernel

    def search(self, hypothesis: Explanation) -> LatticeSearch:
        """Fits of a model to both."""
        model = hypothesis.model

        def predict(params: Params) -> Array:
            parts = [self.gallium.counts(model, params)]
            parts += [each.signal(model, params) for each in self.observations]
            shape = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
            return np.concatenate(
                [np.broadcast_to(part, (*shape, part.shape[-1])) for part in parts], axis=-1
            )

        held = frozenset(hypothesis.fit.fixed)
        return LatticeSearch(model, hypothesis.values, held, predict, FEWER)

    def null_chi2(self, truth: Explanation) -> float:
        """Deviance of nothing happening, for the counts of the truth."""
        data = self._expectation(truth).expected
        nothing = combine({each.name: each.expectation() for each in self.observations})
        return float(poisson_chi2(data, nothing).chi2)

    def chi2(self, truth: Explanation, hypothesis: Explanation, search: LatticeSearch) -> float:
        """Lowest chi2 of gallium and detectors under a hypothesis, for the counts of a truth."""
        tested, likelihood = self._expectation(truth), hypothesis.likelihood
        data, size = tested.expected, likelihood.n_data

        def gallium(expected: Array) -> Array:
            return likelihood.recipe.chi2(likelihood.data, expected[..., :size])

        def counts(expected: Array) -> Array:
            return np.maximum(expected[..., size:], 0.0) + self._background

        def quick(expected: Array) -> Array:
            return gallium(expected) + gaussian_chi2(data, tested, data, counts(expected)).chi2

        def exact(expected: Array) -> Array:
            return gallium(expected) + poisson_chi2(data, tested, counts(expected)).chi2

        return search.minimum(exact, quick).chi2

    def _expectation(self, truth: Explanation) -> Expectation:
        """Counts if an explanation is true, with all pulls."""
        return combine(
            {
                each.name: each.expectation(np.maximum(each.signal(truth.model, truth.values), 0.0))
                for each in self.observations
            }
        )

    @cached_property
    def _background(self) -> Array:
        return np.concatenate([each.background for each in self.observations])
