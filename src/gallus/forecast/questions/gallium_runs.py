"""Which explanation of the anomaly a next run with gallium would leave (question 8).

:func:`separation` takes each explanation in turn for the truth: at its best fit to the six results
of today it says what the run would measure (Asimov data). Then every explanation is fitted anew to
both together:

    Delta chi2(truth, hypothesis) = min chi2(hypothesis) - min chi2(truth)

The median significance at which the hypothesis would be rejected is its square root. `now` is the
same of today's data alone, `gained` the difference, which is never negative. What the run would
measure is in :func:`gallus.distinguishing.distinguishing_ratios` for sources of any strength;
here it gets errors. :func:`separation_against` varies the design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.explanation import Explanation
from gallus.forecast.gallium_run import GalliumRun, ZoneExpectation, expected_zones
from gallus.forecast.gallium_run_data import WithRuns
from gallus.forecast.lattice_search import LatticeSearch
from gallus.forecast.present import (
    check_alike,
    median_sigma,
    names_of,
    place_of,
    present_explanations,
    square,
)
from gallus.interactions.gallium_capture import cross_section


@dataclass(frozen=True, eq=False)
class Separation:
    """What some runs tell about k explanations, each taken for the truth.

    Parameters
    ----------
    runs : tuple of GalliumRun
        All of them together.
    explanations : tuple of Explanation
        Fits to the ratios of today.
    rows : tuple of str
        Run and zone of each new ratio.
    ratios, errors : array, shape (k, rows)
        New ratios that each explanation predicts, and their errors without the cross section.
    cross_section_errors : array, shape (rows, 2)
        Upper and lower error of the cross section, relative; common to the zones of a source.
    chi2 : array, shape (k, k)
        Minimum for truth and hypothesis.
    """

    runs: tuple[GalliumRun, ...]
    explanations: tuple[Explanation, ...]
    rows: tuple[str, ...]
    ratios: Array
    errors: Array
    cross_section_errors: Array
    chi2: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Slugs of the models."""
        return names_of(self.explanations)

    @property
    def delta_chi2(self) -> Array:
        """Chi2 of hypotheses above that of the truth, after the runs, shape (truth, hypothesis)."""
        return np.asarray(self.chi2 - np.diag(self.chi2)[:, None])

    @property
    def now(self) -> Array:
        """The same of the ratios of today, (truth, hypothesis)."""
        today = np.array([each.fit.chi2_min for each in self.explanations])
        return np.asarray(today - today[:, None])

    @property
    def gained(self) -> Array:
        """What the runs add to it."""
        return self.delta_chi2 - self.now

    @property
    def sigma(self) -> Array:
        """Median significance against the hypothesis, sqrt(delta_chi2); 0 where it fits better."""
        return median_sigma(self.delta_chi2)

    @property
    def gained_sigma(self) -> Array:
        """The same of the runs alone, sqrt(gained)."""
        return median_sigma(self.gained)

    @property
    def all_errors(self) -> Array:
        """Upper and lower errors, those of the cross section included, shape (k, rows, 2)."""
        sigma = self.ratios[..., None] * self.cross_section_errors
        return np.asarray(np.hypot(self.errors[..., None], sigma))

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind data and runs."""
        parts = [*(each.citations for each in self.explanations)]
        return tuple(dict.fromkeys(sum([*parts, *(r.citations() for r in self.runs)], ())))

    def zones(self, truth: str) -> tuple[ZoneExpectation, ...]:
        """Counts and errors in every zone, in the order of `rows`.

        Raises
        ------
        InputError
            If there is no such explanation.
        """
        ratios = self.ratios[place_of(truth, self.explanations)]
        found: list[ZoneExpectation] = []
        for run in self.runs:
            first = len(found)
            found += expected_zones(run, ratios[first : first + len(run.zones)])
        return tuple(found)

    def pair(self, truth: str, hypothesis: str) -> tuple[int, int]:
        """Where a pair stands in the squares.

        Raises
        ------
        InputError
            If there is no such explanation.
        """
        return place_of(truth, self.explanations), place_of(hypothesis, self.explanations)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "runs": [run.name for run in self.runs],
            "rows": list(self.rows),
            "explanations": list(self.names),
            "cross_section": self.explanations[0].cross_section.name,
            "method": self.explanations[0].likelihood.recipe.name,
            "ratios": _by_name(self.names, self.ratios),
            "errors": _by_name(self.names, self.errors),
            "cross_section_errors": self.cross_section_errors.tolist(),
            "zones": {name: [each.as_dict() for each in self.zones(name)] for name in self.names},
            "now": square(self.names, self.now),
            "delta_chi2": square(self.names, self.delta_chi2),
            "sigma": square(self.names, self.sigma),
            "gained_sigma": square(self.names, self.gained_sigma),
            "citations": list(self.citations),
        }


@dataclass(frozen=True, eq=False)
class SeparationCurve:
    """Separations for several values of one key of a run.

    Parameters
    ----------
    key : str
        What varies.
    values : array, shape (n,)
        Its values.
    separations : tuple of Separation
        One for each.
    """

    key: str
    values: Array
    separations: tuple[Separation, ...]

    def sigma(self, truth: str, hypothesis: str) -> Array:
        """Significance against a hypothesis after the run, shape (n,)."""
        return np.array([each.sigma[each.pair(truth, hypothesis)] for each in self.separations])

    def gained_sigma(self, truth: str, hypothesis: str) -> Array:
        """The same of the run alone, shape (n,)."""
        found = [each.gained_sigma[each.pair(truth, hypothesis)] for each in self.separations]
        return np.array(found)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "key": self.key,
            "values": self.values.tolist(),
            "separations": [each.as_dict() for each in self.separations],
        }


def separation(
    runs: GalliumRun | Sequence[GalliumRun], explanations: Sequence[Explanation] | None = None
) -> Separation:
    """Expected Delta chi2 between explanations after some runs, and what they predict for them.

    Parameters
    ----------
    runs : GalliumRun or sequence of GalliumRun
        Several are combined.
    explanations : sequence of Explanation, optional
        Fits to the ratios of today, all alike; those of :func:`present_explanations` with the
        cross section of the first run if not given.

    Raises
    ------
    InputError
        If the explanations were not fitted alike, or the cross section says nothing about a source.
    """
    several = (runs,) if isinstance(runs, GalliumRun) else tuple(runs)
    fits = _given(several, explanations)
    joint = WithRuns(several, fits[0].likelihood, fits[0].cross_section)
    return _separation(joint, fits, [joint.search(each) for each in fits])


def separation_against(
    run: GalliumRun,
    key: str,
    values: Sequence[Any],
    explanations: Sequence[Explanation] | None = None,
) -> SeparationCurve:
    """Separations for several values of one key: of the run, or ``section.name`` of its set-up.

    Parameters
    ----------
    run : GalliumRun
        What is varied.
    key : str
        For instance ``source.activity_MCi``, ``days``, ``inner_radius_m``, ``systematic_percent``.
    values : sequence
        Its values.
    explanations : sequence of Explanation, optional
        As in :func:`separation`.

    Raises
    ------
    InputError
        If the key is unknown or a value is not possible.
    """
    fits = _given((run,), explanations)
    joint = WithRuns((run,), fits[0].likelihood, fits[0].cross_section)
    searches = [joint.search(each) for each in fits]
    found = []
    for value in values:
        other = joint.with_runs((run.with_values({key: value}),))
        if other.kernel is not joint.kernel:
            searches = [other.search(each) for each in fits]
        joint = other
        found.append(_separation(joint, fits, searches))
    return SeparationCurve(key, np.asarray(values, dtype=np.float64), tuple(found))


def _given(
    runs: tuple[GalliumRun, ...], explanations: Sequence[Explanation] | None
) -> tuple[Explanation, ...]:
    """Check explanations, or fit them."""
    if not runs:
        raise InputError("is empty", key="runs", allowed="at least one")
    if explanations is None:
        own = cross_section(runs[0].setup.interaction.capture_model)
        return present_explanations(cross_section_model=own)
    check_alike(explanations)
    return tuple(explanations)


def _separation(
    joint: WithRuns, fits: tuple[Explanation, ...], searches: Sequence[LatticeSearch]
) -> Separation:
    recipe = fits[0].likelihood.recipe
    expected = np.array([joint.expected(each) for each in fits])
    errors = np.array([np.sqrt(np.diag(joint.covariance(each))) for each in expected])
    chi2 = [
        [search.minimum(partial(recipe.chi2, data)).chi2 for search in searches]
        for data in map(joint.outcome, fits)
    ]
    return Separation(
        joint.runs,
        fits,
        joint.rows,
        expected,
        errors,
        joint.relative_cross_section,
        np.array(chi2),
    )


def _by_name(names: Sequence[str], rows: Array) -> dict[str, list[float]]:
    return {name: row.tolist() for name, row in zip(names, rows, strict=True)}
