"""Describing a scan of the gallium data: from objects, or their names, to a checked job."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from gallus import __version__
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, source_measurements
from gallus.experiments.gallium_oscillation import DEFAULT_METHOD
from gallus.explanation import DEFAULT_CROSS_SECTION
from gallus.gallium_scan.job import (
    Calibration,
    OwnCrossSection,
    OwnMeasurements,
    ScanJob,
    SourceText,
    database_sha256,
)
from gallus.geometry.detectors import DOCUMENTED
from gallus.inference.grid import Axis, Grid
from gallus.inference.profile import COARSE
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.oscillation.base import DampedCosineModel, OscillationModel
from gallus.oscillation.catalogue import MODELS, choices
from gallus.oscillation.catalogue import model as model_of
from gallus.oscillation.user import UserModel
from gallus.parameters.parameter import check_names, check_values
from gallus.recipes.catalogue import recipe

POINTS: Final = 32768
"""Points of a chunk where chi2 is all that is computed; its arrays fit in 100 MB."""

PROFILED_POINTS: Final = 1024
"""The same where other parameters are minimised at each point."""

TOY_POINTS: Final = 256
"""The same where toys are thrown: a fraction of a second for a thousand at each."""

QUADRATURE_POINTS: Final = 256
"""The same for a model that is averaged by quadrature."""

TOYS: Final = 1000

TYPICAL_MEV: Final = 0.75
"""An energy at which to ask a model for its frequencies; any would do."""


def scan_job(
    model: OscillationModel | str,
    grid: Grid,
    data: Measurements | str = "gallium",
    cross_section_model: CaptureCrossSection | str = DEFAULT_CROSS_SECTION,
    method: str = DEFAULT_METHOD,
    *,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
    geometry: str = DOCUMENTED,
    line_set: str | None = None,
    calibration: Calibration = "wilks",
    levels: tuple[float, ...] = (),
    toys: int = TOYS,
    seed: int = 0,
    rows: int | None = None,
    with_jax: bool = False,
) -> ScanJob:
    """Describe a scan of the gallium data.

    Axes that the frequencies of the model depend on come first in the job: a grid over mixing is
    then free, and chunks, which are ranges of the first axis, repeat no averages.

    Parameters
    ----------
    model : OscillationModel or str
        One of the catalogue, with its choices, or a user's ``PATH.py:function``.
    grid : Grid
        What the scan runs over.
    data : Measurements or str
        Names with commas between them, or a user's.
    cross_section_model : CaptureCrossSection or str
        Of the expectation.
    method : str
        Recipe.
    fixed, start : mapping of str to float, optional
        Parameters that are held; where others start.
    geometry, line_set : str, optional
        As in :func:`gallus.experiments.gallium_oscillation.gallium_likelihood`.
    calibration : {"wilks", "feldman-cousins"}
        How regions are made.
    levels : tuple of float
        Confidence levels that are calibrated; not used by ``wilks``.
    toys, seed : int
        Of ``feldman-cousins``: toys at each point, and what names them.
    rows : int, optional
        Values of the first axis in a chunk.
    with_jax : bool
        Compile chi2 with jax; the last digits differ.

    Raises
    ------
    InputError
        If anything is unknown or not allowed.
    """
    chosen = model_of(model) if isinstance(model, str) else model
    recipe(method)
    held, begin = dict(fixed or {}), dict(start or {})
    _check(chosen, grid, held, begin)
    ordered = frequencies_first(chosen, grid)
    toyed = calibration != "wilks"
    free = [e.name for e in chosen.parameters if e.name not in {*chosen.fixed, *held, *grid.names}]
    points = TOY_POINTS if toyed else PROFILED_POINTS if free else POINTS
    if not isinstance(chosen, DampedCosineModel):
        points = QUADRATURE_POINTS
    size = math.prod(ordered.shape[1:])
    content: dict[str, Any] = {
        "gallus": __version__,
        "data_sha256": database_sha256(),
        **_described_model(chosen),
        **_described_data(data),
        **_described_cross_section(cross_section_model),
        "method": method,
        "geometry": geometry,
        "line_set": line_set,
        "axes": ordered.axes,
        "fixed": held,
        "start": begin,
        "coarse": COARSE,
        "rows": min(ordered.shape[0], max(1, points // size)) if rows is None else rows,
        "with_jax": with_jax,
        "calibration": calibration,
    }
    if toyed:
        content |= {"levels": levels, "toys": toys, "seed": seed}
    return ScanJob(**content)


def frequencies_first(model: OscillationModel, grid: Grid) -> Grid:
    """Order axes so that those that carry mixing alone come last."""
    if not isinstance(model, DampedCosineModel):
        return grid
    middle = {each.name: each.start for each in model.parameters}
    middle |= {axis.name: float(axis.values[axis.count // 2]) for axis in grid.axes}
    return Grid(tuple(sorted(grid.axes, key=lambda axis: _is_mixing(model, axis, middle))))


def _check(
    model: OscillationModel, grid: Grid, fixed: dict[str, float], start: dict[str, float]
) -> None:
    grid.check(model.parameters)
    check_names(model.parameters, [*fixed, *start])
    for name in {*fixed, *start} & {*grid.names}:
        problem = "is on the grid and " + ("fixed" if name in fixed else "has a start")
        raise InputError(problem, key=name, allowed="one of them")
    for name in fixed.keys() & start.keys():
        raise InputError("has a start and is fixed", key=name, allowed="one of them")
    together = {**fixed, **start}
    check_values([each for each in model.parameters if each.name in together], together)


def _is_mixing(model: DampedCosineModel, axis: Axis, values: Mapping[str, float]) -> bool:
    """Whether frequencies and damping are the same at both ends of an axis."""
    energy = np.array([TYPICAL_MEV])
    ends = [
        model.damped_cosines(energy, {**values, axis.name: end}) for end in (axis.lower, axis.upper)
    ]
    for each in fields(ends[0]):
        one, other = (getattr(end, each.name) for end in ends)
        if (one is None) != (other is None) or (one is not None and not np.array_equal(one, other)):
            return False
    return True


def _described_model(model: OscillationModel) -> dict[str, Any]:
    if isinstance(model, UserModel):
        path, _, function = model.name.rpartition(":")
        source = SourceText.of(Path(path))
        return {"model": f"{source.name}:{function}", "source": source}
    for known in MODELS:
        if type(known) is type(model):
            return {"model": known.name, "choices": choices(model)}
    raise InputError(
        "is not a model that a worker can rebuild",
        key="model",
        value=model.name,
        allowed="one of the catalogue, or PATH.py:function",
    )


def _described_data(data: Measurements | str) -> dict[str, Any]:
    if isinstance(data, str):
        names = tuple(name.strip() for name in data.split(","))
        source_measurements(*names)
        return {"data": names}
    own = OwnMeasurements(entries=tuple(data.entries.items()), covariance=data.covariance)
    return {"data": tuple(data.entries), "own_data": own}


def _described_cross_section(model: CaptureCrossSection | str) -> dict[str, Any]:
    if isinstance(model, str):
        cross_section(model)
        return {"cross_section": model}
    own = OwnCrossSection(file=model.file, scale=model.scale)
    return {"cross_section": model.name, "own_cross_section": own}
