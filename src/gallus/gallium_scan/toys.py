"""Toys of a job: Feldman and Cousins's construction on its grid.

Toys at each point are fitted with the predictions of the whole grid. Where other parameters are
minimised, predictions run over a coarse grid of those too, at every point, and toys are made at
their best values for the data. The data are treated as the toys are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.experiments.held_likelihood import HeldLikelihood
from gallus.gallium_scan.likelihood import Built, build
from gallus.inference.ensembles import Ensemble
from gallus.inference.feldman_cousins import feldman_cousins_points
from gallus.inference.objective import Objective
from gallus.inference.profile_starts import coarse_lines
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.parameters.vector import ParameterVector


@dataclass(frozen=True, eq=False)
class Construction:
    """What the toys of all points have in common.

    Parameters
    ----------
    built : Built
        The likelihood.
    ensemble : Ensemble
        Chi2, toys, and all predictions.
    nuisances : int
        Predictions at each point of the grid.
    """

    built: Built
    ensemble: Ensemble
    nuisances: int

    def chunk(self, chunk: int, profiled: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
        """Critical values, observed Delta chi2 and p-values of one chunk.

        Parameters
        ----------
        chunk : int
            Which.
        profiled : mapping of str to array, shape (rows, ...)
            Best values of what is minimised, at the points of the chunk.

        Returns
        -------
        dict of str to array, shape (rows, ...) or (rows, ..., levels)
        """
        job, shape = self.built.job, self.built.grid.shape
        rows = job.rows_of(chunk)
        first, *others = (axis.values for axis in self.built.grid.axes)
        each = np.meshgrid(first[rows], *others, indexing="ij")
        at = dict(zip(self.built.grid.names, each, strict=True))
        truths = self.built.fresh().expected({**self.built.fixed, **at, **profiled})
        size = math.prod(shape[1:])
        points = slice(rows.start * size, rows.stop * size)
        predictions = self.ensemble.predictions.reshape(-1, self.nuisances, truths.shape[-1])
        found = feldman_cousins_points(
            self.ensemble,
            self.built.likelihood.data.values,
            truths.reshape(-1, truths.shape[-1]),
            range(points.start, points.stop),
            levels=job.levels,
            toys=job.toys,
            seed=job.seed,
            hypotheses=predictions[points] if profiled else None,
            ensemble_of=self.ensemble_of,
        )
        arrays = {**found.arrays(), "p_value": found.p_value}
        del arrays["exceeding"]
        own = (rows.stop - rows.start, *shape[1:])
        return {name: array.reshape(*own, *array.shape[1:]) for name, array in arrays.items()}

    def ensemble_of(self, predictions: Array) -> Ensemble:
        """Return an ensemble of the same recipe with other predictions."""
        likelihood = self.built.likelihood
        return recipe_ensemble(likelihood.recipe, likelihood.data, predictions)


@lru_cache(maxsize=2)
def construction(job_json: str) -> Construction:
    """What the toys of a job need; kept for the next chunk."""
    built = build(job_json)
    likelihood = built.fresh()
    lines = _lines(built, likelihood)
    names = (*built.grid.names, *lines)
    columns = (*(axis.values for axis in built.grid.axes), *lines.values())
    params = {
        name: column.reshape([-1 if k == place else 1 for k in range(len(names))])
        for place, (name, column) in enumerate(zip(names, columns, strict=True))
    }
    expected = likelihood.expected({**built.fixed, **params})
    shape = (*(len(column) for column in columns), likelihood.n_data)
    predictions = np.broadcast_to(expected, shape).reshape(-1, likelihood.n_data)
    ensemble = recipe_ensemble(
        built.likelihood.recipe, built.likelihood.data, np.ascontiguousarray(predictions)
    )
    return Construction(built, ensemble, math.prod(len(line) for line in lines.values()))


def joined(levels: tuple[float, ...], arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Fields of a scan's result from the arrays of all chunks."""
    if "critical" not in arrays:
        return {}
    return {
        "critical": {each: arrays["critical"][..., k] for k, each in enumerate(levels)},
        "critical_error": {each: arrays["critical_error"][..., k] for k, each in enumerate(levels)},
        "observed": arrays["observed"],
        "p_value": arrays["p_value"],
    }


def _lines(built: Built, likelihood: HeldLikelihood) -> dict[str, Array]:
    """Values of each parameter that is minimised."""
    # A start that the job gives is for searches; here the values span the bounds.
    free = tuple(
        each
        for each in likelihood.parameters
        if each.name not in built.fixed and each.name not in built.grid.names
    )
    objective = Objective(likelihood, ParameterVector(free, {}))
    start = objective.internal(objective.vector.starts)
    lines = coarse_lines(free, objective.limits(), start, built.job.coarse)
    external = [
        np.exp(line) if log else line
        for line, log in zip(lines, objective.logarithmic, strict=True)
    ]
    return dict(zip(objective.vector.names, external, strict=True))
