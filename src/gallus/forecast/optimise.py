"""The best design for a question: position, shield, threshold, fiducial volume, days, runs.

:func:`optimise` looks where a merit is highest over one to a few values of a set-up, each between
two bounds; the merit is any function of an :class:`~gallus.forecast.observation.Observation`,
those of the questions are in :mod:`gallus.forecast.merits`. A coarse lattice first, since a source
inside and one outside of a detector are two worlds with a wall between; then lines along each
variable through the best point, and a simplex from there: up to 26, 64 and 84 designs for one, two
and three variables. The set-up as it was is among them if it is between the bounds. Where it does
not set what may be chosen, as a cut that is not made, it is the answer unless a design is better.
Sums over bins, resolutions and pulls are exact for each design;
:mod:`gallus.forecast.counting_design` says in closed form where the best volume of a counting
experiment lies.

Beside the keys of a set-up there is ``shield_cm`` of :mod:`gallus.forecast.source_shield`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.background_sections import ShieldedTable
from gallus.experiments.setup import Setup, with_values
from gallus.forecast.backgrounds.base import Background
from gallus.forecast.backgrounds.catalogue import background
from gallus.forecast.design_variables import Variable as Variable
from gallus.forecast.design_variables import checked_variables
from gallus.forecast.observation import Observation, observation
from gallus.forecast.source_shield import SHIELD as SHIELD
from gallus.forecast.source_shield import SourceShield

Merit = Callable[[Observation], float]
"""What is to be as high as possible."""

LATTICE: Final = {1: 13, 2: 5}
"""Points along each variable of the coarse lattice, by their number."""
FEW: Final = 3
"""For more variables."""
LINE: Final = 9
"""Points of a line along one of several variables."""
REFINED: Final = 12
"""Designs of the simplex for each variable."""
NOTHING: Final = -math.inf
"""Merit of a design that is not possible."""
REMADE: Final = ("detector.", "interaction.", "background.")
"""What changes backgrounds that do not come from the source."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best design that was found.

    Parameters
    ----------
    variables : tuple of Variable
        What was chosen.
    values : dict of str to float or None
        Where the merit is highest; None for what is not set.
    before : dict of str to float or None
        The set-up as it was.
    merit, merit_before : float
        Of both; -inf if the set-up as it was is not possible.
    tried : array, shape (designs, variables)
        All designs that were looked at.
    merits : array, shape (designs,)
        Theirs; -inf for those that are not possible.
    observation : Observation
        The best design.
    """

    variables: tuple[Variable, ...]
    values: dict[str, float | None]
    before: dict[str, float | None]
    merit: float
    merit_before: float
    tried: Array
    merits: Array
    observation: Observation

    @property
    def at_bounds(self) -> dict[str, str]:
        """Variables whose best value is at a bound, and at which: more would be better."""
        found = {}
        for each in self.variables:
            value, span = self.values[each.key], each.upper - each.lower
            if value is None:
                continue
            if value - each.lower < 1e-3 * span:
                found[each.key] = "lower"
            elif each.upper - value < 1e-3 * span:
                found[each.key] = "upper"
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {
            "values": self.values,
            "values_before": self.before,
            "merit": self.merit,
            "merit_before": _finite(self.merit_before),
            "at_bounds": self.at_bounds,
            "bounds": {each.key: [each.lower, each.upper] for each in self.variables},
            "tried": {
                each.key: column.tolist()
                for each, column in zip(self.variables, self.tried.T, strict=True)
            },
            "merits": [_finite(value) for value in self.merits.tolist()],
        }


def optimise(chosen: Setup, merit: Merit, variables: Sequence[Variable]) -> Optimum:
    """Find the design with the highest merit.

    Parameters
    ----------
    chosen : Setup
        Everything that is not chosen; its backgrounds and uncertainties count.
    merit : callable
        What is to be as high as possible, of an observation.
    variables : sequence of Variable
        What may be chosen.

    Raises
    ------
    InputError
        If a key is unknown or stands twice, a bound is not allowed, or no design between the bounds
        is possible.
    """
    from scipy.optimize import minimize

    designs = _Designs(chosen, merit, checked_variables(chosen, variables))

    def negative(point: Array) -> float:
        return -designs(point)

    count = len(designs.variables)
    steps = np.linspace(0.0, 1.0, LATTICE.get(count, FEW))
    designs.try_as_it_was()
    for point in product(steps, repeat=count):
        designs(np.array(point))
    if count > 1:
        steps = np.linspace(0.0, 1.0, LINE)
        for axis in range(count):
            for point in _line(designs.best(), axis, steps):
                designs(point)
    start = designs.best()
    minimize(
        negative,
        start,
        method="Nelder-Mead",
        bounds=[(0.0, 1.0)] * count,
        options={
            "initial_simplex": _simplex(start, 0.5 / (len(steps) - 1)),
            "maxfev": REFINED * count,
            "xatol": 1e-4,
            "fatol": 1e-6,
        },
    )
    return designs.optimum()


@dataclass(eq=False)
class _Designs:
    """Merits of designs, each computed once."""

    chosen: Setup
    merit: Merit
    variables: tuple[Variable, ...]
    known: dict[tuple[float, ...], float] = field(default_factory=dict)
    steady: tuple[Background, ...] | None = None
    problem: InputError | None = None

    def __call__(self, point: Array) -> float:
        values = tuple(
            each.value(min(max(float(x), 0.0), 1.0))
            for each, x in zip(self.variables, point, strict=True)
        )
        if values not in self.known:
            self.known[values] = self._merit(self._given(values))
        return self.known[values]

    @cached_property
    def before(self) -> tuple[float | None, ...]:
        """Values of the set-up as it was."""
        return tuple(
            SourceShield.of(self.chosen).thickness_cm
            if each.key == SHIELD
            else self.chosen.value(each.key)
            for each in self.variables
        )

    def try_as_it_was(self) -> None:
        """The set-up as it was, if it is between the bounds."""
        values = [value for value in self.before if value is not None]
        if len(values) == len(self.variables) and self._within():
            self(self._shares(values))

    def _within(self) -> bool:
        """Whether what the set-up states is between the bounds."""
        return all(
            value is None or each.lower <= value <= each.upper
            for each, value in zip(self.variables, self.before, strict=True)
        )

    def best(self) -> Array:
        """The best point so far, as shares of the ranges.

        Raises
        ------
        InputError
            If none is possible.
        """
        return self._shares(self._best())

    def optimum(self) -> Optimum:
        """What was found."""
        values: tuple[float | None, ...] = self._best()
        merit, merit_before = self.known[self._best()], self._merit({})
        given = self._given(self._best())
        if None in self.before and self._within() and merit_before >= merit:
            values, merit, given = self.before, merit_before, {}
        keys = [each.key for each in self.variables]
        return Optimum(
            self.variables,
            dict(zip(keys, values, strict=True)),
            dict(zip(keys, self.before, strict=True)),
            merit,
            merit_before,
            np.array(list(self.known)),
            np.array(list(self.known.values())),
            self._observation(given),
        )

    def _best(self) -> tuple[float, ...]:
        values = max(self.known, key=lambda each: self.known[each])
        if self.known[values] == NOTHING:
            problem = f"allow no design; of the last one: {self.problem}"
            raise InputError(problem, key="bounds") from self.problem
        return values

    def _shares(self, values: Sequence[float]) -> Array:
        ranges = zip(values, self.variables, strict=True)
        return np.array([(x - each.lower) / (each.upper - each.lower) for x, each in ranges])

    def _merit(self, given: Mapping[str, Any]) -> float:
        try:
            merit = self.merit(self._observation(given))
        except InputError as problem:  # no room for the source, or nothing left to count
            self.problem = problem
            return NOTHING
        if math.isnan(merit):
            raise InputError("is not a number", key="merit", value=merit)
        return merit

    def _given(self, values: Sequence[float]) -> dict[str, Any]:
        """Values of the set-up of a design."""
        given: dict[str, Any] = {}
        for each, value in zip(self.variables, values, strict=True):
            own = (
                SourceShield.of(self.chosen).values(value)
                if each.key == SHIELD
                else {each.key: value}
            )
            given |= own
        return given

    def _observation(self, given: Mapping[str, Any]) -> Observation:
        there = with_values(self.chosen, given)
        return observation(there, self._backgrounds(there))

    def _backgrounds(self, there: Setup) -> list[Background]:
        """Backgrounds of a design; those that do not know the source are made once."""
        if self.steady is None or any(each.key.startswith(REMADE) for each in self.variables):
            tables = [each for each in there.background if not isinstance(each, ShieldedTable)]
            self.steady = tuple(made for each in tables for made in background(each, there))
        shielded = [each for each in there.background if isinstance(each, ShieldedTable)]
        return [*self.steady, *(made for each in shielded for made in background(each, there))]


def _finite(merit: float) -> float | None:
    return merit if math.isfinite(merit) else None


def _line(start: Array, axis: int, steps: Array) -> Array:
    """Points through one of them along an axis, shape (steps, variables)."""
    points = np.tile(start, (len(steps), 1))
    points[:, axis] = steps
    return points


def _simplex(start: Array, step: float) -> Array:
    """Corners around a point, inwards where it is at a bound."""
    corners = [start]
    for axis in range(len(start)):
        corner = start.copy()
        corner[axis] += step if start[axis] < 0.5 else -step
        corners.append(corner)
    return np.array(corners)
