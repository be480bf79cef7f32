"""Forecasts: a plane of sterile mixing with all pulls profiled, and the search for a design."""

from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.timing import Call, Column, Table, alone, once

from gallus.experiments.setup import setup, with_values
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.merits import goal
from gallus.forecast.observation import observation
from gallus.forecast.optimise import Variable, optimise
from gallus.forecast.questions.sterile import in_fine_bins, sterile_exclusion
from gallus.inference.grid import parse_grid

PLANE = ["sin2_2theta_ee=0.001:1:200:log", "delta_m2_41_eV2=0.05:50:200:log"]
KNOWN = {"activity_percent": 1.0, "cross_section_percent": 1.0, "source_off_days": 30.0}
PLANE_GOAL, DESIGN_GOAL = "10000", "30000"
"""In ms, on two cores; these run on one."""

DESIGNS = {
    "jne-500t-physical: distance": {"distance_m": (0.0, 12.0)},
    "jne-500t-physical: distance, shield": {"distance_m": (0.0, 12.0), "shield_cm": (5.0, 30.0)},
}


def tables(peers: Path | None) -> list[Table]:
    """Both tasks; no other program does them."""
    return [planes(), designs()]


def planes() -> Table:
    """Exclusion of sterile mixing, with backgrounds and all pulls."""
    columns = [
        with_goal(alone(name, once(partial(plane, name)), rounds=1), PLANE_GOAL)
        for name in ("jne-500t-physical", "juno-physical")
    ]
    work = "sterile exclusion, 200 x 200, all pulls profiled"
    return Table(work, 40_000, "ms", 1e3, columns, reference=columns[0].name)


def plane(name: str) -> Call:
    """Build the call of one set-up; the first one includes its response."""
    chosen = in_fine_bins(with_values(setup(name), {**KNOWN, "distance_m": 0.0}))
    seen, grid = observation(chosen, backgrounds(chosen)), parse_grid(PLANE)
    return lambda: sterile_exclusion(seen, grid, "both").delta_chi2


def designs() -> Table:
    """Search for the design that sees a deficit best."""
    columns = []
    for name, ranges in DESIGNS.items():
        slug = name.partition(":")[0]
        variables = [Variable(key, *ends) for key, ends in ranges.items()]

        def search(slug: str = slug, variables: list[Variable] = variables) -> np.ndarray:
            return optimise(setup(slug), goal("deficit").merit, variables).tried

        columns.append(with_goal(alone(name, search, rounds=1), DESIGN_GOAL))
    return Table("best design for a deficit", 1, "ms", 1e3, columns, reference=columns[0].name)


def with_goal(column: Column, goal_ms: str) -> Column:
    """The column with its goal."""
    return Column(column.name, column.seconds, column.first_s, column.points, goal=goal_ms)
