"""Scans of the gallium data: chunks, exactness, best fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.experiments import source_measurements
from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.explanation import fit_gallium
from gallus.gallium_scan import ScanJob, run_chunk, scan, scan_job
from gallus.gallium_scan.likelihood import build
from gallus.inference.grid import parse_grid
from gallus.inference.workers import Processes
from gallus.interactions import cross_section
from gallus.oscillation import Sterile

GRID = parse_grid(["delta_m2_41_eV2=0.1:20:24:log", "sin2_2theta_ee=0:1:21"])
LINE = parse_grid(["delta_m2_41_eV2=0.1:20:24:log"])

MINE = """
from gallus.oscillation import declare
from gallus.parameters import Parameter

@declare(Parameter("amplitude", 0.1, 0.0, 1.0), Parameter("slope", 0.0, 0.0, 0.5), lost_to="active")
def fading(energy_MeV, baseline_m, amplitude, slope):
    return 1 - amplitude * (1 - slope * baseline_m / (1 + baseline_m))
"""


def job(**options: Any) -> ScanJob:
    chosen: dict[str, Any] = {"model": "sterile", "grid": GRID, "data": "best"} | options
    return scan_job(**chosen)


def chunks(job: ScanJob, order: Callable[[range], Any] = list) -> dict[str, Any]:
    done = {k: run_chunk(job.json_text, k) for k in order(range(job.chunks))}
    return {name: np.concatenate([done[k][name] for k in range(job.chunks)]) for name in done[0]}


def test_chi2_is_that_of_the_likelihood_without_tables() -> None:
    found = scan(job())
    likelihood = gallium_likelihood(
        Sterile(), cross_section("bahcall-1997"), source_measurements("best")
    )
    splitting, mixing = (axis.values for axis in GRID.axes)
    wanted = likelihood.chi2(
        {"delta_m2_41_eV2": splitting[:, None], "sin2_2theta_ee": mixing[None, :]}
    )
    # Averages from the table are good to 1e-8; chi2 changes by at most 1e3 times that.
    assert found.chi2 == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("grid", [GRID, LINE], ids=["direct", "profiled"])
def test_chunks_depend_on_nothing_but_the_job(grid: Any) -> None:
    one = job(grid=grid, rows=7)
    forwards = chunks(one)
    build.cache_clear()
    backwards = chunks(one, reversed)
    for name, array in forwards.items():
        assert np.array_equal(array, backwards[name]), name


@pytest.mark.parametrize("grid", [GRID, LINE], ids=["direct", "profiled"])
def test_chunked_scans_are_the_whole(grid: Any) -> None:
    whole, parts = scan(job(grid=grid)), scan(job(grid=grid, rows=5))
    # Searches end where 1e-9 is to be gained.
    assert parts.chi2 == pytest.approx(whole.chi2, abs=1e-7)
    if grid is GRID:
        assert np.array_equal(parts.chi2, whole.chi2)


@pytest.mark.slow
def test_order_of_the_axes_does_not_matter() -> None:
    other = parse_grid(["sin2_2theta_ee=0:1:21", "delta_m2_41_eV2=0.1:20:24:log"])
    assert np.array_equal(scan(job(grid=other)).chi2, scan(job()).chi2)


@pytest.mark.slow
def test_minimising_the_mixing_gives_the_minimum_over_a_fine_grid_of_it() -> None:
    line = scan(job(grid=LINE))
    fine = parse_grid(["delta_m2_41_eV2=0.1:20:24:log", "sin2_2theta_ee=0:1:2001"])
    plane = scan(job(grid=fine))
    # chi2 along the mixing has curvature below 4000; the points are 5e-4 apart.
    assert line.chi2 == pytest.approx(plane.chi2.min(axis=1), abs=2e-4)
    assert (line.chi2 <= plane.chi2.min(axis=1) + 1e-5).all()
    assert line.converged is not None
    assert line.converged.all()


@pytest.mark.slow
def test_the_splitting_that_is_minimised_is_found_among_many_minima() -> None:
    found = scan(job(grid=parse_grid(["sin2_2theta_ee=0:1:11"]), data="gallium"))
    likelihood = gallium_likelihood(Sterile(), cross_section("bahcall-1997")).tabulated(200.0)
    splitting = np.geomspace(1e-3, 200.0, 20001)[:, None]
    dense = likelihood.chi2(
        {"delta_m2_41_eV2": splitting, "sin2_2theta_ee": np.linspace(0, 1, 11)}
    ).min(axis=0)
    # The dense scan is too coarse by at most curvature times step^2/8, 3e3 (6e-4)^2/8, and stops at
    # 200 eV2, beyond which chi2 changes little.
    assert (found.chi2 <= dense + 1e-6).all()
    assert found.chi2 == pytest.approx(dense, abs=2e-3)


@pytest.mark.slow
def test_the_best_fit_is_that_of_gallus_fit() -> None:
    found = scan(job(grid=parse_grid(["delta_m2_41_eV2=0.1:100:60:log", "sin2_2theta_ee=0:1:60"])))
    fit = fit_gallium(Sterile(), measurements=source_measurements("best")).fit
    # MIGRAD ends within 2e-5 of the minimum in chi2, half a per cent of an error.
    assert found.best["sin2_2theta_ee"] == pytest.approx(fit.values["sin2_2theta_ee"], abs=1e-3)
    assert found.best["delta_m2_41_eV2"] == pytest.approx(fit.values["delta_m2_41_eV2"], rel=1e-2)
    assert found.chi2_min == pytest.approx(fit.chi2_min, abs=1e-3)
    assert found.chi2_null == pytest.approx(fit.chi2_null, rel=1e-9)
    assert found.extra_parameters == fit.extra_parameters
    assert found.chi2_min <= found.chi2.min()
    assert "barinov-2022-prl" in found.citations


def test_the_best_fit_stays_on_the_grid() -> None:
    found = scan(job(grid=parse_grid(["sin2_2theta_ee=0:0.2:5", "delta_m2_41_eV2=0.1:0.5:5"])))
    assert 0.1 <= found.best["delta_m2_41_eV2"] <= 0.5
    assert found.best["sin2_2theta_ee"] <= 0.2


@pytest.mark.slow
def test_parameters_that_the_model_holds_can_be_scanned_and_set() -> None:
    found = scan(
        job(
            grid=parse_grid(["sin2_theta_13=0:0.1:5"]),
            fixed={"sin2_2theta_ee": 0.0, "sin2_theta_12": 0.3},
            start={"delta_m2_21_eV2": 7e-5},
        )
    )
    # Without a sterile state nothing oscillates over metres.
    assert found.chi2 == pytest.approx(found.chi2_null, abs=1e-3)
    assert found.best["sin2_theta_12"] == 0.3


@pytest.mark.slow
def test_a_users_function_is_scanned(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    one = job(model=f"{path}:fading", grid=parse_grid(["amplitude=0:0.5:6"]), fixed={"slope": 0.0})
    path.unlink()
    found = scan(one)
    flat = scan(job(model="deficit", grid=parse_grid(["deficit=0:0.5:6"])))
    # Without slope it is a common deficit, averaged by quadrature.
    assert found.chi2 == pytest.approx(flat.chi2, rel=1e-9)
    minimised = scan(replace_fixed(one))
    assert (minimised.chi2 <= found.chi2 + 1e-9).all()
    assert set(minimised.profiled) == {"slope"}


def replace_fixed(job: ScanJob) -> ScanJob:
    return job.model_copy(update={"fixed": {}})


@pytest.mark.slow
@pytest.mark.parametrize("grid", [GRID, LINE], ids=["direct", "profiled"])
def test_compiled_scans_are_the_same(grid: Any, jax: Any) -> None:
    plain, compiled = scan(job(grid=grid)), scan(job(grid=grid, with_jax=True))
    assert compiled.chi2 == pytest.approx(plain.chi2, abs=1e-5)


def test_workers_and_restarts_change_nothing(tmp_path: Path) -> None:
    one = job(grid=LINE, rows=5)
    here = scan(one)
    there = scan(one, tmp_path / "two", workers=Processes(2))
    assert there == here
    for chunk in (tmp_path / "two").glob("chunk-00000[13].npz"):
        chunk.unlink()
    assert scan(one, tmp_path / "two", resume=True) == here


def test_a_folder_of_another_scan_is_refused(tmp_path: Path) -> None:
    scan(job(grid=LINE), tmp_path / "scan")
    with pytest.raises(InputError, match=r"cross_section is 'ground-state', but was"):
        scan(job(grid=LINE, cross_section_model="ground-state"), tmp_path / "scan", resume=True)
    with pytest.raises(InputError, match="holds results already"):
        scan(job(grid=LINE), tmp_path / "scan")


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    scan(job(rows=8), progress=lambda done, total, message: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_results_name_their_job() -> None:
    one = job(grid=LINE)
    found = scan(one)
    assert ScanJob.model_validate(found.description).identity == one.identity
    assert replace(found, status="") != found
