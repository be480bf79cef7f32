"""Scanning the gallium data: a job chunk by chunk, and the result from its chunks.

:func:`run_chunk` is what a worker calls, :func:`scan` does a whole job::

    from gallus.gallium_scan import scan, scan_job
    from gallus.inference.grid import parse_grid

    grid = parse_grid(["delta_m2_41_eV2=0.1:100:150:log", "sin2_2theta_ee=0:1:150"])
    result = scan(scan_job("sterile", grid, "best"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.experiments.held_likelihood import HeldLikelihood
from gallus.explanation import Explanation
from gallus.gallium_scan.job import ScanJob
from gallus.gallium_scan.likelihood import Built, build, starts
from gallus.gallium_scan.toys import construction, joined
from gallus.inference.executors import run_chunks
from gallus.inference.fit import fit
from gallus.inference.fit_result import FitResult
from gallus.inference.minuit import SAME_CHI2
from gallus.inference.profile import profile
from gallus.inference.progress import Progress, silent
from gallus.inference.scan_result import ScanResult
from gallus.inference.storage import ChunkStore
from gallus.inference.threads import one_thread_here
from gallus.inference.valleys import valleys
from gallus.inference.workers import InProcess, Workers
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter

WORK: Final = "gallus.gallium_scan.run:run_chunk"
"""Import string of :func:`run_chunk`."""

SCAN: Final = 4000
"""Evaluations of chi2 in the search for the best fit between the points of a grid."""

UNITS: Final = {"eV2": "eV$^2$", "deg": "degrees"}
"""Units as figures write them."""

Arrays = dict[str, NDArray[Any]]


def run_chunk(job_json: str, chunk: int) -> Arrays:
    """Compute one chunk of a job; it depends on nothing else.

    Parameters
    ----------
    job_json : str
        A :class:`~gallus.gallium_scan.job.ScanJob`.
    chunk : int
        From 0 on.

    Returns
    -------
    dict of str to array, shape (rows of the chunk, ...)
        ``chi2``, ``converged``, ``profiled.NAME`` for each parameter that is minimised; with toys
        ``critical`` and ``critical_error`` (with levels on the last axis), ``observed``,
        ``p_value``.
    """
    built = build(job_json)
    rows = built.job.rows_of(chunk)
    first, *others = (axis.values for axis in built.grid.axes)
    found = profile(
        built.compiled if built.job.with_jax else built.fresh(),
        built.grid,
        values=[first[rows], *others],
        fixed=built.fixed,
        start=starts(built),
        coarse=built.job.coarse,
    )
    arrays: Arrays = {"chi2": found.chi2, "converged": found.converged}
    arrays |= {f"profiled.{name}": values for name, values in found.profiled.items()}
    if built.job.calibration == "feldman-cousins":
        arrays |= construction(job_json).chunk(chunk, found.profiled)
    return arrays


def scan(
    job: ScanJob,
    directory: Path | str | None = None,
    *,
    resume: bool = False,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> ScanResult:
    """Do a job.

    Parameters
    ----------
    job : ScanJob
        What to compute.
    directory : path, optional
        Where chunks are kept as they finish; in memory only if not given.
    resume : bool
        Go on with what the directory holds.
    workers : Workers, optional
        Who computes; this process if not given. Without directory it is always this process.
    progress : Progress
        Called after each chunk.

    Raises
    ------
    InputError
        If the input is wrong, or the directory holds another job.
    StorageError
        If the directory cannot be written to.
    """
    text = job.json_text
    if directory is None:
        return assembled(job, _in_memory(text, job.chunks, progress))
    with ChunkStore(directory, job.as_dict(), resume) as store:
        run_chunks(WORK, text, job.chunks, workers or InProcess(), store, progress)
        return assembled(job, [store.read(chunk) for chunk in range(job.chunks)])


def _in_memory(text: str, count: int, progress: Progress) -> list[Arrays]:
    chunks = []
    with one_thread_here():
        for chunk in range(count):
            progress(chunk, count, "")
            chunks.append(run_chunk(text, chunk))
    progress(count, count, "")
    return chunks


def assembled(job: ScanJob, chunks: list[Arrays]) -> ScanResult:
    """Put the chunks of a job together, and find the best fit between the points of the grid."""
    arrays = {name: np.concatenate([each[name] for each in chunks]) for name in chunks[0]}
    built = build(job.json_text)
    chi2 = arrays["chi2"]
    place = np.unravel_index(int(chi2.argmin()), chi2.shape)
    profiled = _named(arrays, "profiled.")
    at = {axis.name: float(axis.values[k]) for axis, k in zip(job.axes, place, strict=True)}
    at |= {name: float(values[place]) for name, values in profiled.items()}
    lowest = float(chi2[place])
    found = best_fit(built, at, lowest)
    good = found.chi2_min <= lowest + SAME_CHI2
    best = {**built.held, **(found.values if good else {**built.fixed, **at})}
    explanation = _explanation(built, found)
    return ScanResult(
        grid=job.grid,
        chi2=chi2,
        best=best,
        chi2_min=min(found.chi2_min, lowest),
        chi2_null=found.chi2_null,
        extra_parameters=found.extra_parameters,
        profiled=profiled,
        converged=arrays["converged"],
        **joined(job.levels, arrays),
        description=job.as_dict(),
        citations=explanation.citations,
        status=found.status,
        labels={each.name: _label(each) for each in built.model.parameters},
    )


def best_fit(built: Built, start: Mapping[str, float], lowest: float) -> FitResult:
    """Fit within the range of the grid, next to the null hypothesis.

    Of several minima that are equally deep the widest is quoted, as by ``gallus fit``.

    Parameters
    ----------
    built : Built
        The job's likelihood.
    start : mapping of str to float
        The best point of the grid: values of free parameters and those on the grid.
    lowest : float
        Chi2 there.
    """
    within = _Within(built.fresh(), built)
    found = valleys(within, start, built.fixed, SCAN)
    if found and found[0].chi2 <= lowest + SAME_CHI2:
        start = {name: found[0].values[name] for name in start}
    return fit(within, start=start, fixed=built.fixed, null=built.null(), scan=0)


@dataclass(frozen=True, eq=False)
class _Within:
    """A likelihood whose parameters stay within the range of the grid."""

    likelihood: HeldLikelihood
    built: Built

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.built.grid.within(self.likelihood.parameters)

    @property
    def n_data(self) -> int:
        return self.likelihood.n_data

    @property
    def citations(self) -> tuple[str, ...]:
        return self.likelihood.citations

    def chi2(self, params: Params) -> Array:
        return self.likelihood.chi2(params)


def _explanation(built: Built, found: FitResult) -> Explanation:
    job = built.job
    return Explanation(
        built.likelihood,
        found,
        (),
        job.measurements(),
        job.capture_cross_section(),
        job.geometry,
        job.line_set,
    )


def _label(parameter: Parameter) -> str:
    """Name of a parameter for figures."""
    name = f"${parameter.label}$" if parameter.label else parameter.name.replace("_", " ")
    unit = UNITS.get(parameter.unit, parameter.unit)
    return f"{name} ({unit})" if unit else name


def _named(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    names = (name for name in arrays if name.startswith(prefix))
    return {name.removeprefix(prefix): arrays[name] for name in names}
