"""Jobs: everything that the numbers depend on, and nothing lost on the way through JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from gallus.errors import InputError
from gallus.experiments import read_measurements, source_measurements
from gallus.gallium_scan import ScanJob, scan_job
from gallus.inference.grid import Grid, parse_grid
from gallus.interactions import cross_section, cross_section_names, read_cross_section
from gallus.oscillation import ManySterile, Sterile, ThreeFlavour, model_names
from gallus.oscillation.catalogue import model as model_of

GRID = parse_grid(["delta_m2_41_eV2=0.1:10:6:log", "sin2_2theta_ee=0:1:5"])

MINE = """
from gallus.oscillation import declare
from gallus.parameters import Parameter

@declare(Parameter("amplitude", 0.1, 0.0, 1.0), lost_to="active")
def fading(energy_MeV, baseline_m, amplitude):
    return 1 - amplitude * baseline_m / (1 + baseline_m)
"""


def job(**options: Any) -> ScanJob:
    chosen: dict[str, Any] = {"model": "sterile", "grid": GRID, "data": "best"} | options
    return scan_job(**chosen)


BASE = job()


def again(job: ScanJob) -> ScanJob:
    return ScanJob.model_validate_json(job.json_text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


OTHERS: dict[str, dict[str, Any]] = {
    "model": {"model": "sterile-3+2", "grid": parse_grid(["delta_m2_41_eV2=0.1:10:6:log"])},
    "choice": {"model": Sterile("inverted")},
    "data": {"data": "best-inner"},
    "more data": {"data": "best-inner,best-outer"},
    "own data": {"data": source_measurements("best")},
    "cross section": {"cross_section_model": "ground-state"},
    "half-life": {"cross_section_model": cross_section("bahcall-1997").with_half_life(12.0)},
    "method": {"method": "covariance"},
    "geometry": {"geometry": "published-fits"},
    "line set": {"line_set": "traditional"},
    "end of the grid": {
        "grid": parse_grid(["delta_m2_41_eV2=0.1:11:6:log", "sin2_2theta_ee=0:1:5"])
    },
    "scale": {"grid": parse_grid(["delta_m2_41_eV2=0.1:10:6", "sin2_2theta_ee=0:1:5"])},
    "axes": {"grid": parse_grid(["delta_m2_41_eV2=0.1:10:6:log"])},
    "fixed": {"fixed": {"sin2_theta_13": 0.0}},
    "start": {"start": {"sin2_theta_24": 0.1}},
    "rows": {"rows": 2},
    "jax": {"with_jax": True},
    "calibration": {"calibration": "feldman-cousins", "levels": (0.9,)},
}


@pytest.mark.parametrize("name", OTHERS)
def test_identity_changes_with_every_input(name: str) -> None:
    assert job(**OTHERS[name]).identity != BASE.identity


@pytest.mark.parametrize("change", [{"levels": (0.95,)}, {"toys": 10}, {"seed": 1}], ids=str)
def test_identity_of_a_calibration_changes_with_its_toys(change: dict[str, Any]) -> None:
    options: dict[str, Any] = {"calibration": "feldman-cousins", "levels": (0.9,)}
    assert job(**options).identity != job(**(options | change)).identity


def test_identity_changes_with_version_data_files_and_source(file: Path) -> None:
    for change in ({"gallus": "9"}, {"data_sha256": "0"}):
        assert BASE.model_copy(update=change).identity != BASE.identity
    own = {"model": f"{file}:fading", "grid": parse_grid(["amplitude=0:1:3"])}
    before = job(**own)
    file.write_text(MINE + "\n# another comment\n")
    assert job(**own).identity != before.identity


def test_identity_does_not_change_by_itself() -> None:
    assert job().identity == BASE.identity
    assert job(model=Sterile()).identity == BASE.identity
    assert len(BASE.identity) == 64


@pytest.mark.parametrize("name", OTHERS)
def test_jobs_survive_json(name: str) -> None:
    one = job(**OTHERS[name])
    assert again(one).json_text == one.json_text
    assert again(one).identity == one.identity
    json.loads(one.json_text)


@pytest.mark.parametrize("name", [*cross_section_names(), "half-life"])
def test_cross_sections_travel_whole(name: str) -> None:
    sigma = cross_section("bahcall-1997" if name == "half-life" else name)
    sigma = sigma.with_half_life(12.5) if name == "half-life" else sigma
    found = again(job(cross_section_model=sigma)).capture_cross_section()
    for source in ("51Cr", "37Ar"):
        assert found.total(source) == pytest.approx(sigma.total(source), rel=1e-14)


def test_measurements_travel_in_their_order() -> None:
    chosen = source_measurements()
    backwards = replace(chosen, entries=dict(reversed(list(chosen.entries.items()))))
    found = again(job(data=backwards)).measurements()
    assert list(found.entries.items()) == list(backwards.entries.items())


def test_users_files_travel_whole(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("energy,best,lower,upper\n0.4,2,1.9,2.1\n0.8,7,6.8,7.2\n1,11,10,12\n")
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "Own"\nkind = "cross-section"\n[table]\nfile = "table.csv"\n'
        'energy_unit = "MeV"\nunit = "1e-45 cm2"\n'
    )
    data = tmp_path / "data.toml"
    data.write_text(
        'name = "mine"\ntitle = "Mine"\nkind = "source-ratios"\ncovariance = [[0.01, 0.001], '
        "[0.001, 0.02]]\n"
        + "".join(
            f'[measurements.{name}]\ntitle = "{name}"\nnuclide = "51Cr"\ngeometry = "best-inner"\n'
            'ratio = { value = 0.8, error = 0.04, unit = "1" }\n'
            'reference_cross_section = { value = 5.81, unit = "1e-45 cm2" }\n'
            for name in ("z", "a")
        )
    )
    sigma, chosen = read_cross_section(own), read_measurements(data)
    text = job(cross_section_model=sigma, data=chosen).json_text
    table.unlink()
    own.unlink()
    data.unlink()
    found = ScanJob.model_validate_json(text)
    assert found.measurements() == chosen
    assert found.capture_cross_section().total("51Cr") == sigma.total("51Cr")


def test_a_users_model_travels_as_text(file: Path) -> None:
    text = job(model=f"{file}:fading", grid=parse_grid(["amplitude=0:1:3"])).json_text
    file.unlink()
    found = ScanJob.model_validate_json(text).oscillation()
    assert found.name == "mine.py:fading"
    assert str(file.parent) not in text
    from gallus.oscillation.base import SURVIVAL

    here = found.probability(SURVIVAL, 0.75, np.array([1.0]), {"amplitude": 0.5})
    assert here == pytest.approx(0.75)


@pytest.mark.parametrize("name", model_names())
def test_every_model_can_be_rebuilt(name: str) -> None:
    model = model_of(name)
    if not model.parameters:
        return
    each = model.parameters[0]
    lower = each.lower if np.isfinite(each.lower) else each.start
    grid = parse_grid([f"{each.name}={lower}:{each.upper}:3"])
    assert again(job(model=model, grid=grid)).oscillation() == model


def test_a_model_that_nobody_can_rebuild_is_refused() -> None:
    class Mine(ThreeFlavour):
        pass

    grid = parse_grid(["sin2_theta_13=0:0.1:3"])
    with pytest.raises(InputError, match="can rebuild"):
        job(model=Mine(), grid=grid)


def test_axes_of_frequencies_come_first() -> None:
    grid = Grid(GRID.axes[::-1])
    assert job(grid=grid).grid.names == ("delta_m2_41_eV2", "sin2_2theta_ee")
    two = parse_grid(["sin2_theta_15=0:0.5:3", "delta_m2_51_eV2=1:2:3", "sin2_theta_14=0:0.5:3"])
    assert job(model=ManySterile(2), grid=two).grid.names == (
        "delta_m2_51_eV2",
        "sin2_theta_15",
        "sin2_theta_14",
    )


@pytest.mark.parametrize("rows", [1, 2, 4, 6, 100])
def test_chunks_cover_the_first_axis_once(rows: int) -> None:
    one = job(rows=rows)
    covered = [k for chunk in range(one.chunks) for k in range(6)[one.rows_of(chunk)]]
    assert covered == list(range(6))


def test_other_data_files_are_refused() -> None:
    with pytest.raises(InputError, match="differ from those of the job"):
        BASE.model_copy(update={"data_sha256": "0"}).check_database()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "sterle"}, "did you mean 'sterile'"),
        ({"data": "beast"}, "did you mean 'best'"),
        ({"cross_section_model": "bahcall"}, "unknown cross section"),
        ({"method": "covarianc"}, "did you mean 'covariance'"),
        ({"grid": parse_grid(["sin2_2theta=0:1:3"])}, "did you mean 'sin2_2theta_ee'"),
        ({"grid": parse_grid(["sin2_2theta_ee=0:2:3"])}, "leaves its bounds"),
        ({"fixed": {"sin2_2theta_ee": 0.1}}, "is on the grid and fixed"),
        ({"start": {"sin2_2theta_ee": 0.1}}, "is on the grid and has a start"),
        ({"fixed": {"sin2_theta_13": 2.0}}, "outside its bounds"),
        ({"fixed": {"sin2_theta_13": 0.1}, "start": {"sin2_theta_13": 0.1}}, "and is fixed"),
        ({"model": "missing.py:f"}, "cannot be read"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_jobs_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        job(**options)


def test_seeds_are_what_the_generator_takes() -> None:
    with pytest.raises(ValidationError):
        job(calibration="feldman-cousins", levels=(0.9,), seed=-1)
