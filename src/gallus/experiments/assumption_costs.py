"""What each assumption costs: from one description of an experiment to another, step by step.

Use :func:`assumption_costs` for the events at the start with every difference alone, and with all
of them one after the other, and :func:`idealisations` for what a single set-up leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gallus.errors import InputError
from gallus.experiments.setup import Setup, with_values
from gallus.experiments.setup_reactions import events_per_day

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "cross section": (
        "interaction.couplings",
        "interaction.sin2_theta_w",
        "interaction.vector_coupling",
        "interaction.axial_coupling",
        "interaction.magnetic_moment_muB",
    ),
    "neutrino lines": ("source.nuclide", "source.line_set", "source.half_life_d"),
    "electrons per gram": (
        "detector.material",
        "detector.electrons_per_nucleon",
        "detector.nucleon_mass_MeV",
    ),
    "density": ("detector.density_g_per_cm3", "detector.mass_t", "detector.mass_kg"),
    "size": (
        "detector.shape",
        "detector.radius_m",
        "detector.inner_radius_m",
        "detector.height_m",
    ),
    "position of the source": ("position.distance_m",),
    "hole around the source": ("position.hole_radius_m",),
    "threshold": ("detection.threshold_keV", "detection.upper_keV"),
    "quenching": ("detection.quenching_factor",),
    "energy resolution": (
        "detection.resolution_percent_at_1_MeV",
        "detection.photoelectrons_per_MeV",
    ),
    "vertex resolution": ("detection.vertex_resolution_cm_at_1_MeV", "detection.vertex_power"),
    "cuts": (
        "detection.within_m",
        "detection.fiducial_radius_m",
        "detection.distance_from_m",
        "detection.distance_to_m",
    ),
    "efficiency": ("detection.efficiency",),
    "activity": (
        "source.activity_MCi",
        "source.activity_kCi",
        "source.activity_PBq",
        "source.activity_Bq",
    ),
    "size of the source": ("source.radius_m",),
}
"""Values that change together. What is in no group does not change the number of events."""


class Cost(NamedTuple):
    """What one difference between two set-ups does to the events at the start.

    `before` and `after` are the values that differ, by key; `alone` is the ratio if only this is
    changed, `together` the ratio if this and all before it are, both to the first set-up.
    """

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    alone: float
    together: float


def assumption_costs(first: Setup, second: Setup) -> tuple[Cost, ...]:
    """Go from one set-up to another, one group of values at a time.

    Parameters
    ----------
    first, second : Setup
        Two descriptions of one experiment; `together` of the last cost is the ratio of the second
        to the first.

    Raises
    ------
    InputError
        If the two do not count the same reaction, or the first counts nothing.
    """
    if first.reactions[0] != second.reactions[0]:
        raise InputError(
            "is not the reaction of the other set-up",
            key="reactions",
            value=second.reactions[0],
            allowed=first.reactions[0],
        )
    start = events_per_day(first)
    if not start > 0:
        raise InputError("counts nothing, so that there is no ratio to it", value=first.name)
    changes = {
        name: {key: second.value(key) for key in keys if first.value(key) != second.value(key)}
        for name, keys in GROUPS.items()
    }
    costs, there = [], first
    for name, after in changes.items():
        if not after:
            continue
        there = with_values(there, after)
        alone = events_per_day(with_values(first, after)) / start
        before = {key: first.value(key) for key in after}
        costs.append(Cost(name, before, after, alone, events_per_day(there) / start))
    return tuple(costs)


def idealisations(chosen: Setup) -> tuple[str, ...]:
    """What of its response a set-up takes for perfect, in words; nothing for extracted atoms.

    Parameters
    ----------
    chosen : Setup
        Source and detector.
    """
    if chosen.detector.zones:
        return ()
    detection = chosen.detection
    sizes = {
        "energy": detection.stochastic,
        "vertex": detection.vertex_resolution_cm_at_1_MeV,
    }
    perfect = [name for name, size in sizes.items() if size == 0.0]
    return (f"{' and '.join(perfect)} resolution: perfect (none stated)",) if perfect else ()
