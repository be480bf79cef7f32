"""Results of scans: regions, intervals, profiles, files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gallus.errors import InputError, MissingExtraError
from gallus.inference import scan_files
from gallus.inference.grid import Grid, parse_grid
from gallus.inference.scan_files import export, load, save, summary
from gallus.inference.scan_result import AxisRange, ScanResult
from gallus.inference.wilks import wilks_threshold


def gaussian(points: int = 201) -> ScanResult:
    """Delta chi2 of two independent Gaussians, x = 1 +- 0.5 and ln y = 0 +- 1."""
    grid = parse_grid([f"y=1e-3:1e3:{points}:log", f"x=-2:4:{points}"])
    y, x = np.meshgrid(*(axis.values for axis in grid.axes), indexing="ij")
    chi2 = 3.0 + ((x - 1) / 0.5) ** 2 + np.log(y) ** 2
    return ScanResult(
        grid,
        chi2,
        best={"x": 1.0, "y": 1.0, "z": 0.1 + 0.2},
        chi2_min=3.0,
        chi2_null=19.0,
        extra_parameters=2,
        profiled={"z": np.sin(chi2)},
        converged=chi2 < 10,
        description={"model": "test", "axes": [1, 2.5], "fixed": {"w": 0.1}},
        citations=("barinov-2022-prl",),
        status="The minimum was found.",
        labels={"x": "$x$"},
    )


RESULT = gaussian()


def test_thresholds_are_those_of_the_chi2_distribution() -> None:
    # PDG, statistics review, table 40.2.
    assert wilks_threshold(0.6827, 1) == pytest.approx(1.00, abs=5e-3)
    assert wilks_threshold(0.6827, 2) == pytest.approx(2.30, abs=5e-3)
    assert wilks_threshold(0.95, 2) == pytest.approx(5.99, abs=5e-3)
    assert wilks_threshold(0.9973, 1) == pytest.approx(9.00, abs=5e-3)
    assert wilks_threshold(0.6, 2) == pytest.approx(-2 * np.log(0.4), rel=1e-12)


@pytest.mark.parametrize("level", [0.6827, 0.9545])
def test_the_region_of_a_gaussian_is_an_ellipse(level: float) -> None:
    # Area pi a b over that of the panel; points stand for cells, so that the border is uncertain by
    # part of its length times half a cell.
    radius2 = wilks_threshold(level, 2)
    area = np.pi * 0.5 * radius2 / (6 * np.log(1e6))
    assert RESULT.allowed_share(level) == pytest.approx(area, rel=0.01)


@pytest.mark.parametrize("level", [0.6827, 0.9545])
def test_intervals_of_a_gaussian(level: float) -> None:
    sigmas = np.sqrt(wilks_threshold(level, 1))
    (x,), (y,) = RESULT.intervals("x", level), RESULT.intervals("y", level)
    # Linear between points 0.06 and 0.14 sigma apart: off by at most h^2/(8 slope) of a sigma.
    assert (x.lower, x.upper) == pytest.approx((1 - sigmas / 2, 1 + sigmas / 2), abs=2e-3)
    assert np.log([y.lower, y.upper]) == pytest.approx((-sigmas, sigmas), abs=3e-3)
    assert not any((x.lower_open, x.upper_open, y.lower_open, y.upper_open))


def test_intervals_end_with_the_grid_and_may_be_several() -> None:
    grid = parse_grid(["x=0:10:11"])
    chi2 = np.array([0.0, 0.5, 2, 5, 3, 0.5, 0.25, 4, 8, 1.5, 0.5])
    found = ScanResult(grid, chi2, {"x": 0.0}, 0.0).intervals("x", 0.6827)
    one = wilks_threshold(0.6827, 1)
    wanted = [
        AxisRange(0.0, 1 + (one - 0.5) / 1.5, True, False),
        AxisRange(5 - (one - 0.5) / 2.5, 6 + (one - 0.25) / 3.75, False, False),
        AxisRange(10 - (one - 0.5) / 1.0, 10.0, False, True),
    ]
    assert len(found) == 3
    for interval, expected in zip(found, wanted, strict=True):
        assert interval[:2] == pytest.approx(expected[:2], rel=1e-12)
        assert interval[2:] == expected[2:]


def test_profiles_are_minima_over_the_other_axis() -> None:
    x = RESULT.grid.axis("x").values
    assert RESULT.profile("x") == pytest.approx(((x - 1) / 0.5) ** 2, abs=1e-9)
    with pytest.raises(InputError, match="unknown axis"):
        RESULT.profile("z")


def test_calibrated_thresholds_replace_those_of_wilks() -> None:
    critical = {0.9: np.full(RESULT.grid.shape, 7.0)}
    calibrated = replace(RESULT, critical=critical)
    assert np.array_equal(calibrated.inside(0.9), RESULT.delta_chi2 <= 7.0)
    with pytest.raises(InputError, match="was not calibrated"):
        calibrated.inside(0.95)


def test_delta_chi2_is_never_negative() -> None:
    grid = parse_grid(["x=0:1:2"])
    assert (ScanResult(grid, np.array([1.0, 2.0]), {"x": 0.0}, 1.0 + 1e-9).delta_chi2 >= 0).all()


def test_wrong_arrays_are_refused() -> None:
    with pytest.raises(InputError, match="has the wrong shape"):
        replace(RESULT, chi2=np.zeros(3))
    with pytest.raises(InputError, match="not a number"):
        replace(RESULT, chi2=np.full(RESULT.grid.shape, np.nan))
    with pytest.raises(InputError, match="is not a probability"):
        RESULT.inside(1.0)


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("calibrated", [False, True])
def test_what_is_saved_is_loaded(tmp_path: Path, calibrated: bool) -> None:
    result = gaussian(7)
    if calibrated:
        critical = {0.9: np.full(result.grid.shape, 0.1), 1 / 3: np.full(result.grid.shape, 0.3)}
        result = replace(result, critical=critical)
    found = load(save(result, tmp_path / "scan.npz"))
    assert found == result
    assert summary(found) == summary(result)
    assert found != replace(result, chi2_min=2.9)


def test_csv_has_one_row_a_point(tmp_path: Path) -> None:
    result = gaussian(5)
    with export(result, tmp_path / "scan.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25
    assert list(rows[0]) == ["y", "x", "chi2", "delta_chi2", "z"]
    chi2 = np.array([float(row["chi2"]) for row in rows]).reshape(5, 5)
    assert np.array_equal(chi2, result.chi2)
    assert float(rows[1]["x"]) == result.grid.axis("x").values[1]


def test_json_holds_everything(tmp_path: Path) -> None:
    result = gaussian(5)
    found = json.loads(export(result, tmp_path / "scan.json").read_text())
    assert found["arrays"]["chi2"] == result.chi2.tolist()
    assert found["values"]["x"] == result.grid.axis("x").values.tolist()
    assert found["best"] == result.best


def test_netcdf_has_named_axes(tmp_path: Path) -> None:
    h5netcdf = pytest.importorskip("h5netcdf")
    result = gaussian(5)
    with h5netcdf.File(export(result, tmp_path / "scan.nc")) as file:
        assert file["chi2"].dimensions == ("y", "x")
        assert np.array_equal(file["chi2"][...], result.chi2)
        assert np.array_equal(file["y"][...], result.grid.axis("y").values)


def test_xarray_and_pandas_have_names() -> None:
    xarray = pytest.importorskip("xarray")
    found = gaussian(5).to_xarray()
    assert isinstance(found, xarray.Dataset)
    assert found["chi2"].dims == ("y", "x")
    assert gaussian(5).to_pandas().columns[0] == "y"


@pytest.mark.parametrize("name", ["pandas", "xarray", "h5netcdf"])
def test_a_missing_library_names_its_extra(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(module: str) -> None:
        raise ImportError(module)

    monkeypatch.setattr(scan_files, "import_module", missing)
    calls: dict[str, Callable[[], object]] = {
        "pandas": RESULT.to_pandas,
        "xarray": RESULT.to_xarray,
        "h5netcdf": lambda: export(RESULT, tmp_path / "scan.nc"),
    }
    with pytest.raises(MissingExtraError, match=rf"{name} is not installed: pip install .*\[io\]"):
        calls[name]()


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    path = save(gaussian(5), tmp_path / "scan.npz")
    with pytest.raises(InputError, match="unknown format of scans"):
        export(RESULT, tmp_path / "scan.txt")
    with pytest.raises(InputError, match="is no name of a scan"):
        save(RESULT, tmp_path / "scan")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "other.npz")
    with pytest.raises(InputError, match="cannot be written"):
        save(RESULT, tmp_path / "missing" / "scan.npz")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="is damaged"):
        load(path)
    path.with_suffix(".json").write_text('{"what": "else"}')
    save_npz = gaussian(5)
    np.savez(path, chi2=save_npz.chi2)
    with pytest.raises(InputError, match="does not hold a scan"):
        load(path)


def test_a_grid_names_itself() -> None:
    assert Grid(RESULT.grid.axes) == RESULT.grid
    assert "201 y x 201 x" in repr(RESULT)
