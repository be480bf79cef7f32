"""What a design is judged by: for each question one number that should be high.

:func:`goal` returns it for :func:`gallus.forecast.optimise.optimise`: standard deviations of a
deficit, or one over the error that a question asks for. Fisher matrices throughout, all pulls
marginalised, which is exact for small effects and fast.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gallus.errors import unknown_name
from gallus.forecast.fisher import marginal_errors
from gallus.forecast.observation import Observation
from gallus.forecast.optimise import Merit

DEFICIT: Final = 0.2
"""Of the gallium experiments, about."""
DELTA_M2_EV2: Final = 1.25
"""Near the best fit of all gallium results."""


@dataclass(frozen=True)
class Goal:
    """A merit and what it is.

    Parameters
    ----------
    merit : callable
        Of an observation.
    meaning : str
        In words, for tables and figures.
    """

    merit: Merit
    meaning: str


def goal(question: str, *, deficit: float = DEFICIT, delta_m2_eV2: float = DELTA_M2_EV2) -> Goal:
    """What a design is judged by for a question.

    Parameters
    ----------
    question : str
        ``deficit``, ``sterile``, ``branching-ratio``, ``magnetic-moment``, ``weak-mixing-angle``
        or ``couplings``.
    deficit : float
        Share that is missing, for the first.
    delta_m2_eV2 : float
        Mass splitting, for the second.

    Raises
    ------
    InputError
        If there is no such question.
    """

    def sigmas(seen: Observation) -> float:
        # Lost to sterile states: the same share of all that the source makes.
        columns = {"deficit": seen.undisturbed}
        return deficit / marginal_errors(seen.expectation(), columns)["deficit"]

    def sterile(seen: Observation) -> float:
        from gallus.forecast.questions.sterile import sin2_errors

        return 1.0 / float(sin2_errors(seen, [delta_m2_eV2], "both")[0])

    goals: Mapping[str, Goal] = {
        "deficit": Goal(sigmas, f"sigma of a deficit of {deficit:.0%}"),
        "sterile": Goal(sterile, f"1/error of sin2_2theta_ee at {delta_m2_eV2:g} eV2"),
        "branching-ratio": Goal(_branching_ratio, "1/error of the branching ratio"),
        "magnetic-moment": Goal(_magnetic_moment, "1/limit of the magnetic moment, 1/mu_B"),
        "weak-mixing-angle": Goal(_weak_mixing_angle, "1/error of sin2_theta_w"),
        "couplings": Goal(_couplings, "1/area of the one-sigma ellipse of g_V and g_A"),
    }
    if question not in goals:
        raise unknown_name("question of a design", question, goals)
    return goals[question]


def _branching_ratio(seen: Observation) -> float:
    from gallus.forecast.questions.branching_ratio import branching_ratio_sensitivity

    return 1.0 / branching_ratio_sensitivity(seen).error


def _magnetic_moment(seen: Observation) -> float:
    from gallus.forecast.questions.magnetic_moment import magnetic_moment_sensitivity

    return 1.0 / magnetic_moment_sensitivity(seen).limit_muB


def _weak_mixing_angle(seen: Observation) -> float:
    from gallus.forecast.questions.weak_mixing_angle import weak_mixing_angle_sensitivity

    return 1.0 / weak_mixing_angle_sensitivity(seen).error


def _couplings(seen: Observation) -> float:
    from gallus.forecast.questions.couplings import coupling_sensitivity

    found = coupling_sensitivity(seen)
    across = math.sqrt(1.0 - found.correlation**2)
    return 1.0 / (math.pi * found.vector_error * found.axial_error * across)
