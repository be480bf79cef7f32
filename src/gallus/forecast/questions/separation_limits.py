"""What limits a run with gallium: its errors taken away one at a time, and other cross sections.

:func:`separation_limits` asks this of the two explanations that a run separates least; the run
itself is in :mod:`gallus.forecast.questions.gallium_runs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from gallus.errors import InputError
from gallus.explanation import Explanation
from gallus.forecast.gallium_run import GalliumRun
from gallus.forecast.present import present_explanations
from gallus.forecast.questions.gallium_runs import Separation, separation
from gallus.interactions.gallium_capture import (
    CaptureCrossSection,
    cross_section,
    cross_section_names,
)

CALIBRATED: Final = "51Cr"
"""Source whose ratios of today measure the cross section too."""
BOUND: Final = "ground-state"
"""A lower limit of the cross section, not one of its own."""
MANY: Final = 1_000_000
"""Sources after which counts do not fluctuate."""
STATISTICS, TECHNIQUE, CROSS_SECTION = "counting", "activity and extraction", "cross section"


@dataclass(frozen=True)
class Gain:
    """What a run adds between two explanations, in standard deviations, either of them true."""

    first_true: float
    second_true: float

    @property
    def both(self) -> float:
        """Sum in quadrature, to compare by."""
        return float(np.hypot(self.first_true, self.second_true))


@dataclass(frozen=True)
class Other:
    """Another cross section of a source: difference to that in use and its errors, relative."""

    difference: float
    upper: float
    lower: float

    @property
    def width(self) -> float:
        """Both errors together."""
        return self.upper + self.lower


@dataclass(frozen=True)
class SeparationLimits:
    """What a run adds between the two explanations that it separates least, and what it could add.

    Parameters
    ----------
    first, second : str
        Slugs of the models.
    gain : Gain
        As the run is.
    without : dict of str to Gain
        Without one error: that of counting, of activity and extraction, of the cross section. The
        last one is as well known as for 51Cr then, of which today's ratios tell.
    others : dict of str to Other
        Other cross sections of the source.
    best_other : str or None
        Which of them has the smallest error; None if there is no other.
    other_gain : Gain or None
        What the run adds with it.
    """

    first: str
    second: str
    gain: Gain
    without: dict[str, Gain]
    others: dict[str, Other]
    best_other: str | None
    other_gain: Gain | None

    @property
    def worst(self) -> str:
        """Name of the error without which the run would add most."""
        return max(self.without, key=lambda name: self.without[name].both)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {**asdict(self), "worst": self.worst}


def separation_limits(found: Separation) -> SeparationLimits:
    """Find what limits one run.

    Parameters
    ----------
    found : Separation
        Of one run and at least two explanations.

    Raises
    ------
    InputError
        If there are several runs or a single explanation.
    """
    if len(found.runs) != 1 or len(found.names) < 2:
        raise InputError(
            "has no limits of its own", key="separation", allowed="one run, two explanations"
        )
    run, pair = found.runs[0], _pair(found)
    fits = [found.explanations[place] for place in pair]
    others = _others(run, fits[0].cross_section)
    best = min(others, key=lambda name: others[name].width) if others else None
    return SeparationLimits(
        first=fits[0].model.name,
        second=fits[1].model.name,
        gain=Gain(float(found.gained_sigma[pair]), float(found.gained_sigma[pair[::-1]])),
        without={
            name: _gain(run.with_values(values), fits) for name, values in _without(found).items()
        },
        others=others,
        best_other=best,
        other_gain=None if best is None else _gain(run, _refitted(fits, cross_section(best))),
    )


def _pair(found: Separation) -> tuple[int, int]:
    """The two explanations between which the run adds least, both directions in quadrature."""
    both = np.hypot(found.gained_sigma, found.gained_sigma.T)
    pairs = list(combinations(range(len(found.names)), 2))
    return min(pairs, key=lambda pair: float(both[pair]))


def _without(found: Separation) -> Mapping[str, Mapping[str, Any]]:
    """Values of a run that lacks one error."""
    changes: dict[str, Mapping[str, Any]] = {
        STATISTICS: {"runs": MANY},
        TECHNIQUE: {"systematic_percent": 0.0, "activity_percent": 0.0},
    }
    calibrated = 100 * float(
        np.mean(found.explanations[0].cross_section.total(CALIBRATED).relative)
    )
    if 100 * float(found.cross_section_errors.max()) > calibrated:
        changes[CROSS_SECTION] = {"cross_section_percent": calibrated}
    return changes


def _others(run: GalliumRun, chosen: CaptureCrossSection) -> dict[str, Other]:
    """Other models that know the source."""
    own, found = chosen.total(run.source), {}
    for name in cross_section_names():
        if name in (BOUND, chosen.name):
            continue
        try:
            other = cross_section(name).total(run.source)
        except InputError:  # says nothing about this source
            continue
        found[name] = Other(other.value_cm2 / own.value_cm2 - 1.0, *other.relative)
    return found


def _refitted(fits: Sequence[Explanation], other: CaptureCrossSection) -> tuple[Explanation, ...]:
    recipe = fits[0].likelihood.recipe.name
    return present_explanations([each.model.name for each in fits], other, recipe)


def _gain(run: GalliumRun, fits: Sequence[Explanation]) -> Gain:
    sigma = separation(run, fits).gained_sigma
    return Gain(float(sigma[0, 1]), float(sigma[1, 0]))
