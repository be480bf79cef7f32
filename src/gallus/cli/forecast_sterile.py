"""The sterile question of ``gallus forecast``: one number, errors, and regions in the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gallus.cli.forecast_tables import TOGETHER
from gallus.cli.options import of_option
from gallus.cli.tables import MISSING, percent, table
from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.cli.forecast_choices import Planned
    from gallus.forecast.observation import Observation
    from gallus.forecast.questions.sterile import SterileSensitivity
    from gallus.inference.grid import Grid
    from gallus.inference.scan_result import ScanResult

SPLITTINGS_EV2: Final = (0.3, 1.0, 3.0)
"""At which errors are shown; the budget is that of the second."""
BUDGET_AT: Final = 1
GRID: Final = ("sin2_2theta_ee=0.001:1:100:log", "delta_m2_41_eV2=0.05:50:100:log")
AXES: Final = ("sin2_2theta_ee", "delta_m2_41_eV2")
LEVEL: Final = 0.95
DISCOVERY: Final = 0.9973
ROWS: Final = 12


@dataclass(frozen=True)
class SterileAnswer:
    """What observations say about sterile mixing.

    Parameters
    ----------
    sin2_2theta, delta_m2_eV2 : float
        Best fit to the six gallium results.
    sigma : float
        With which it would be seen.
    shown_errors : tuple of float
        One-sigma errors of sin^2 2theta at :data:`SPLITTINGS_EV2`, around none.
    information : str
        ``rate``, ``shape`` or ``both``.
    events, background : float
        Expected counts.
    limits : mapping
        What the error at 1 eV^2 is made of.
    """

    sin2_2theta: float
    delta_m2_eV2: float
    sigma: float
    shown_errors: tuple[float, ...]
    information: str
    events: float
    background: float
    limits: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "sigma": self.sigma,
            "gallium_best_fit": {
                "sin2_2theta_ee": self.sin2_2theta,
                "delta_m2_41_eV2": self.delta_m2_eV2,
            },
            "errors": dict(zip(map(str, SPLITTINGS_EV2), self.shown_errors, strict=True)),
            "information": self.information,
            "events": self.events,
            "background": self.background,
            "limits": dict(self.limits),
        }


@dataclass(frozen=True, eq=False)
class Plane:
    """Exclusion and discovery of experiments, and what gallium allows, on one grid.

    Parameters
    ----------
    exclusions, discoveries : mapping of str to SterileSensitivity
        By experiment.
    gallium : ScanResult
        Scan of the six results.
    """

    exclusions: Mapping[str, SterileSensitivity]
    discoveries: Mapping[str, SterileSensitivity]
    gallium: ScanResult

    def covered(self, name: str) -> float:
        """Share of the points that gallium allows at 95 % and an experiment would exclude."""
        grid = self.exclusions[name].grid
        inside = self.gallium.inside(LEVEL)
        inside = inside if self.gallium.grid.names == grid.names else inside.T
        return float((inside & self.exclusions[name].region(LEVEL)).sum() / max(inside.sum(), 1))

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "exclusion": {key: each.as_dict((LEVEL,)) for key, each in self.exclusions.items()},
            "discovery": {
                key: each.as_dict((DISCOVERY,)) for key, each in self.discoveries.items()
            },
            "covered": {key: self.covered(key) for key in self.exclusions},
        }

    def table(self) -> Table:
        """Smallest mixing in reach for some splittings, and how much of the region is covered."""
        splittings = next(iter(self.exclusions.values())).grid.axis("delta_m2_41_eV2").values
        places = np.unique(np.linspace(0, len(splittings) - 1, ROWS).round().astype(int))
        columns, cells = ["Δm² (eV²)"], []
        for name in self.exclusions:
            columns += [f"{name} 95 %", "3σ"]
            cells += [
                self.exclusions[name].contour(LEVEL),
                self.discoveries[name].contour(DISCOVERY),
            ]
        rows = [[f"{splittings[k]:.3g}", *(_mixing(each[k]) for each in cells)] for k in places]
        covered = [[percent(self.covered(name)), ""] for name in self.exclusions]
        rows.append(["covered", *(cell for pair in covered for cell in pair)])
        title = (
            "Smallest sin²2θ that is excluded at 95 %, and seen at 3σ (Wilks, two parameters); "
            "covered: share of the gallium region at 95 %, points of the grid"
        )
        return table(title, columns, rows)


def sterile_answer(seen: Sequence[Observation], information: Any) -> SterileAnswer:
    """Significance of what gallium sees, errors of small mixing, and what limits them.

    Parameters
    ----------
    seen : sequence of Observation
        One, or several together.
    information : str
        ``rate``, ``shape`` or ``both``.
    """
    from gallus.forecast.fisher import error_budget
    from gallus.forecast.questions.sterile import discovery_chi2, sin2_errors
    from gallus.forecast.questions.sterile_counts import MIXING, SterileCounts, joint_null

    mixing, splitting = gallium_best_fit()
    parts = [SterileCounts(each, information) for each in seen]
    at = np.array([SPLITTINGS_EV2[BUDGET_AT]])
    slope = np.concatenate([next(iter(part.slopes(at)))[0] for part in parts])
    return SterileAnswer(
        mixing,
        splitting,
        float(np.sqrt(max(discovery_chi2(seen, mixing, splitting, information), 0.0))),
        tuple(float(e) for e in sin2_errors(seen, np.array(SPLITTINGS_EV2), information)),
        information,
        float(sum(each.undisturbed.sum() for each in seen)),
        float(sum(each.background.sum() for each in seen)),
        error_budget(joint_null(parts), {MIXING: slope}, MIXING),
    )


def plane(seen: Sequence[Planned], options: Mapping[str, Any], *, drawn: bool) -> Plane | None:
    """Regions on the grid of the user, or on a grid for the figure; None if neither is wanted.

    Parameters
    ----------
    seen : sequence of Planned
        Experiments.
    options : mapping
        Information, and the texts of the grid if there are some.
    drawn : bool
        Whether there will be a figure.

    Raises
    ------
    InputError
        As :func:`checked_grid`.
    """
    from gallus.forecast.questions.sterile import sterile_discovery, sterile_exclusion
    from gallus.gallium_scan import scan, scan_job

    texts = options.get("grid")
    if texts is None and not drawn:
        return None
    grid = checked_grid(texts or GRID)
    groups = {each.setup.name: [each.seen] for each in seen}
    if len(seen) > 1:
        groups[TOGETHER] = [each.seen for each in seen]
    how = options["information"]
    return Plane(
        {name: sterile_exclusion(group, grid, how) for name, group in groups.items()},
        {name: sterile_discovery(group, grid, how) for name, group in groups.items()},
        scan(scan_job("sterile", grid)),
    )


def checked_grid(texts: Sequence[str]) -> Grid:
    """Read the grid, before anything is computed for it.

    Raises
    ------
    InputError
        If it has other axes than mixing and splitting, or leaves their bounds.
    """
    from gallus.inference.grid import parse_grid
    from gallus.oscillation.catalogue import model

    with of_option("--grid"):
        grid = parse_grid(texts)
        if set(grid.names) != set(AXES):
            others = ", ".join(grid.names)
            raise InputError(
                "has other axes", value=others, allowed=f"--grid {' and --grid '.join(AXES)}"
            )
        grid.check(model("sterile").parameters)
    return grid


@cache
def gallium_best_fit() -> tuple[float, float]:
    """Mixing and splitting in eV^2 of the best fit to all six results."""
    from gallus.explanation import fit_gallium
    from gallus.oscillation.catalogue import model

    found = fit_gallium(model("sterile")).values
    return float(found["sin2_2theta_ee"]), float(found["delta_m2_41_eV2"])


def _mixing(value: float) -> str:
    return MISSING if np.isnan(value) else f"{value:.3g}"
