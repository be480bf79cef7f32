"""Calibration of the gallium plane by toys, on two cores, in turns with C++.

All programs draw the same toys and count in the same way; what differs is who looks for the
smallest chi2 of all predictions.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.compiler import library, pointer
from benchmarks.timing import Call, Column, Table, Values, in_turns, once

from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.inference.calibration import calibrate
from gallus.inference.ensembles import Ensemble, squares
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.interactions import cross_section
from gallus.oscillation import Sterile
from gallus.parameters.constraints import whitening
from gallus.recipes import RECIPES

POINTS = 50
TOYS = 1000
CORES = 2
ROUNDS = 3
GOALS = {"lower-error": "4", "uncorrelated": "4", "covariance": "4"}
"""The Gaussian recipes: the first two have one covariance, that of the third follows the toys."""


def tables(peers: Path | None) -> list[Table]:
    """One table for each recipe; no other program that we know does them."""
    return [table(recipe.name) for recipe in RECIPES]


def table(method: str) -> Table:
    """Time one recipe."""
    goals = {"Gallus, NumPy": GOALS[method]} if method in GOALS else {}
    calls = {"Gallus, NumPy": once(lambda: with_numpy(method))}
    missing = []
    if method in ("lower-error", "uncorrelated"):
        try:
            library("nearest_prediction")
            calls["C++"] = once(lambda: with_compiler(method))
        except OSError as error:
            missing.append(Column("C++", note=str(error)))
    with all_cores():
        columns = in_turns(calls, ROUNDS, goals)
    work = f"Feldman-Cousins, {method}, {POINTS} x {POINTS}, {TOYS} toys a point, {CORES} cores"
    return Table(work, POINTS**2, "s", 1.0, [*columns, *missing])


def with_numpy(method: str) -> Call:
    """Gallus."""
    likelihood = gallium(method)
    return calibration(gallus_ensemble(likelihood), likelihood)


def with_compiler(method: str) -> Call:
    """The search in C++; Python's threads run beside each other while it lasts."""
    likelihood = gallium(method)
    return calibration(Compiled(gallus_ensemble(likelihood)), likelihood)


def gallium(method: str) -> GalliumLikelihood:
    """All six results and 3+1."""
    return gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, method)


def gallus_ensemble(likelihood: GalliumLikelihood) -> Ensemble:
    """Toys, and predictions on the grid."""
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, POINTS)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 100.0, POINTS)[:, None],
    }
    expected = likelihood.expected(grid).reshape(-1, likelihood.n_data)
    return recipe_ensemble(likelihood.recipe, likelihood.data, expected)


def calibration(ensemble: Ensemble, likelihood: GalliumLikelihood) -> Call:
    """Critical values of two confidence levels at all points."""
    data = likelihood.data.values
    return lambda: calibrate(ensemble, data, toys=TOYS, threads=CORES).critical


@dataclass(frozen=True)
class Compiled:
    """An ensemble with a fixed covariance whose minima C++ finds."""

    ensemble: Ensemble

    @property
    def predictions(self) -> Values:
        """Those of the ensemble."""
        return self.ensemble.predictions

    @property
    def size(self) -> int:
        """That of the ensemble."""
        return self.ensemble.size

    def toys(self, prediction: Values, normals: Values) -> Values:
        """Those of the ensemble."""
        return self.ensemble.toys(prediction, normals)

    def chi2(self, data: Values, prediction: Values) -> Values:
        """That of the ensemble."""
        return self.ensemble.chi2(data, prediction)

    def lowest(self, data: Values) -> Values:
        """|t|^2 + min(|m|^2 - 2 t m)."""
        toys = np.ascontiguousarray((data - self.predictions[0]) @ self._root.T)
        found = np.empty(len(toys))
        n_toys, n_points = (ctypes.c_size_t(len(each)) for each in (toys, self.predictions))
        self._function(pointer(toys), n_toys, pointer(self._columns), n_points, pointer(found))
        return squares(toys) + found

    @cached_property
    def _root(self) -> Values:
        covariance: Values = self.ensemble.covariance  # type: ignore[attr-defined]
        return whitening(covariance)

    @cached_property
    def _columns(self) -> Values:
        models = (self.predictions - self.predictions[0]) @ self._root.T
        return np.ascontiguousarray(np.vstack([squares(models), models.T]))

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return library("nearest_prediction").lowest_of_six


@contextmanager
def all_cores() -> Iterator[None]:
    """Let threads that start in the block have all cores, where the benchmarks took one."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
