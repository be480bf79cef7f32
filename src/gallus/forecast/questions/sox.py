"""What SOX would have measured: 51Cr and 144Ce-144Pr in the pit below Borexino.

The four questions of its proposal (Bellini et al., JHEP 08 (2013) 038): sterile neutrinos, magnetic
moment, weak mixing angle, vector and axial coupling. The set-ups ``sox-cr51`` and ``sox-ce144`` say
where each number comes from, the errors that the collaboration aimed at among them.
:func:`sox_forecasts` computes everything, with the assumptions listed; of the published results
only those in the data set ``sox-forecasts`` are compared, and they are recalled, not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from gallus.database.loader import load
from gallus.experiments.setup import setup
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.couplings import CouplingResult, coupling_sensitivity
from gallus.forecast.questions.magnetic_moment import (
    MagneticMomentResult,
    magnetic_moment_sensitivity,
)
from gallus.forecast.questions.sterile import sin2_errors
from gallus.forecast.questions.weak_mixing_angle import (
    WeakMixingAngleResult,
    weak_mixing_angle_sensitivity,
)

DATA = "sox-forecasts"
CHROMIUM, CERIUM = "sox-cr51", "sox-ce144"
DELTA_M2_EV2 = (0.3, 1.0, 2.0, 3.0, 5.0)
"""Mass splittings of the sterile forecast."""


@dataclass(frozen=True, eq=False)
class SoxForecasts:
    """The four forecasts and what they rest on.

    Parameters
    ----------
    delta_m2_eV2 : tuple of float
        Mass splittings.
    sterile_errors : dict
        One-sigma errors of sin^2(2 theta) at these, of ``sox-cr51``, ``sox-ce144`` and ``both``.
    magnetic_moment, weak_mixing_angle, couplings
        Results of the 51Cr source.
    events : dict
        Expected counts of each source.
    assumptions : dict
        For each source, what was assumed and where it comes from.
    published : dict
        Numbers of the collaboration with their provenance.
    citations : tuple of str
        Keys of the bibliography.
    """

    delta_m2_eV2: tuple[float, ...]
    sterile_errors: dict[str, tuple[float, ...]]
    magnetic_moment: MagneticMomentResult
    weak_mixing_angle: WeakMixingAngleResult
    couplings: CouplingResult
    events: dict[str, float]
    assumptions: dict[str, tuple[str, ...]]
    published: dict[str, str]
    citations: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain numbers and texts."""
        return asdict(self)


def sox_observation(name: str) -> Observation:
    """One source of SOX with everything that its set-up states.

    Parameters
    ----------
    name : str
        ``sox-cr51`` or ``sox-ce144``.
    """
    chosen = setup(name)
    return observation(chosen, backgrounds(chosen), name=name)


def sox_forecasts(delta_m2_eV2: Sequence[float] = DELTA_M2_EV2) -> SoxForecasts:
    """Compute all forecasts.

    Parameters
    ----------
    delta_m2_eV2 : sequence of float
        Mass splittings of the sterile forecast, in eV^2.
    """
    chromium, cerium = (sox_observation(name) for name in (CHROMIUM, CERIUM))
    splittings = np.asarray(delta_m2_eV2, dtype=np.float64)
    errors = {
        seen.name: sin2_errors(seen, splittings, information="both") for seen in (chromium, cerium)
    }
    # The two share no pull, so that their information adds up.
    errors["both"] = sum(each**-2 for each in errors.values()) ** -0.5
    return SoxForecasts(
        tuple(splittings.tolist()),
        {name: tuple(each.tolist()) for name, each in errors.items()},
        magnetic_moment_sensitivity(chromium),
        weak_mixing_angle_sensitivity(chromium),
        coupling_sensitivity(chromium),
        {each.name: float(each.undisturbed.sum()) for each in (chromium, cerium)},
        {each.name: assumptions(each) for each in (chromium, cerium)},
        {
            key: f"{quantity.value:g} {quantity.unit} ({quantity.provenance})"
            for key, quantity in load(DATA).quantities.items()
        },
        tuple(
            dict.fromkeys(
                (*chromium.setup.all_citations(), *cerium.setup.all_citations(), *_cited())
            )
        ),
    )


def assumptions(seen: Observation) -> tuple[str, ...]:
    """What a set-up assumes: each value with its provenance, its errors and its backgrounds."""
    values = tuple(
        f"{key} = {each.value} ({each.provenance}{'; ' + each.note if each.note else ''})"
        for key, each in seen.setup.assumptions.items()
    )
    pulls = tuple(f"pull {pull.name}" for pull in seen.pulls)
    rates = tuple(
        f"background {name}: {counts.sum():.0f} events"
        for name, counts in seen.background_counts.items()
    )
    return (*values, *pulls, *rates)


def _cited() -> tuple[str, ...]:
    return load(DATA).citations()
