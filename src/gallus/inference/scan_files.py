"""Scans in files: ``.npz`` with JSON beside it, CSV, netCDF; pandas and xarray on request.

:func:`save` and :func:`load` keep everything, bit for bit; :func:`export` is for other programs.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from gallus.errors import InputError, MissingExtraError, unknown_name
from gallus.inference.grid import Axis, Grid
from gallus.inference.scan_result import ScanResult

FORMAT: Final = 1
SUFFIXES: Final = (".npz", ".csv", ".nc", ".json")
"""What :func:`export` writes."""


def save(result: ScanResult, path: Path | str) -> Path:
    """Write the arrays to ``NAME.npz`` and everything else to ``NAME.json``; return the former.

    Raises
    ------
    InputError
        If the suffix is another one, or a file cannot be written.
    """
    path = _with_suffix(path, ".npz")
    try:
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **result._arrays())
        path.with_suffix(".json").write_text(_text(summary(result)), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(path)) from error
    return path


def load(path: Path | str) -> ScanResult:
    """Read what :func:`save` wrote.

    Raises
    ------
    InputError
        If a file is missing, damaged, or holds something else.
    """
    path = _with_suffix(path, ".npz")
    try:
        content = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except (ValueError, EOFError, BadZipFile) as error:
        raise InputError(f"is damaged: {error}", file=str(path)) from error
    if not isinstance(content, dict) or content.get("what") != "gallus scan":
        raise InputError("does not hold a scan", file=str(path), allowed="what save() wrote")
    if content.get("format") != FORMAT or "chi2" not in arrays:
        raise InputError("has an unknown format", file=str(path), allowed=str(FORMAT))
    return _result(content, arrays)


def export(result: ScanResult, path: Path | str) -> Path:
    """Write a scan as ``.npz`` (with JSON beside it), ``.csv``, ``.nc`` or ``.json``.

    CSV has one row a point: axes, chi2, delta_chi2, profiled values, thresholds. JSON holds axes,
    best fit and arrays; netCDF-4 the same with units of the axes as attributes.

    Raises
    ------
    InputError
        If the suffix is another one or the file cannot be written.
    MissingExtraError
        If netCDF is asked for and h5netcdf is not installed.
    """
    path = Path(path)
    writers = {".csv": _write_csv, ".nc": _write_netcdf, ".json": _write_json}
    if path.suffix == ".npz":
        return save(result, path)
    if path.suffix not in writers:
        raise unknown_name("format of scans", path.suffix, SUFFIXES, file=str(path))
    try:
        writers[path.suffix](result, path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(path)) from error
    return path


def summary(result: ScanResult) -> dict[str, Any]:
    """Everything but the arrays, in terms of JSON."""
    return {
        "what": "gallus scan",
        "format": FORMAT,
        "axes": [asdict(axis) for axis in result.grid.axes],
        "best": dict(result.best),
        "chi2_min": result.chi2_min,
        "chi2_null": result.chi2_null,
        "delta_chi2_null": result.delta_chi2_null,
        "extra_parameters": result.extra_parameters,
        "calibrated_levels": list(result.critical),
        "status": result.status,
        "labels": dict(result.labels),
        "description": dict(result.description),
        "citations": list(result.citations),
    }


def columns(result: ScanResult) -> dict[str, NDArray[Any]]:
    """One entry for each point of the grid, by name: axes first."""
    values = np.meshgrid(*(axis.values for axis in result.grid.axes), indexing="ij")
    found = dict(zip(result.grid.names, values, strict=True))
    return {name: array.ravel() for name, array in (found | named_arrays(result)).items()}


def named_arrays(result: ScanResult) -> dict[str, NDArray[Any]]:
    """Chi2 and what else there is at each point, by name."""
    found: dict[str, NDArray[Any]] = {"chi2": result.chi2, "delta_chi2": result.delta_chi2}
    found |= result.profiled
    if result.p_value is not None:
        found["p_value"] = result.p_value
    return found | {
        f"critical_delta_chi2_{level:g}": array for level, array in result.critical.items()
    }


def to_pandas(result: ScanResult) -> Any:
    """One row a point as a pandas DataFrame."""
    return _optional("pandas").DataFrame(columns(result))


def to_xarray(result: ScanResult) -> Any:
    """Arrays with named axes as an xarray Dataset."""
    names = result.grid.names
    arrays = {name: (names, array) for name, array in named_arrays(result).items()}
    coordinates = {axis.name: axis.values for axis in result.grid.axes}
    return _optional("xarray").Dataset(arrays, coordinates, _attributes(result))


def netcdf_library() -> Any:
    """Return h5netcdf.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    return _optional("h5netcdf")


def _optional(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtraError(name, "io") from error


def _result(content: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> ScanResult:
    def part(prefix: str) -> dict[str, NDArray[Any]]:
        names = (name for name in arrays if name.startswith(prefix))
        return {name.removeprefix(prefix): arrays[name] for name in names}

    return ScanResult(
        grid=Grid(tuple(Axis(**axis) for axis in content["axes"])),
        chi2=arrays["chi2"],
        best=dict(content["best"]),
        chi2_min=content["chi2_min"],
        chi2_null=content["chi2_null"],
        extra_parameters=content["extra_parameters"],
        profiled=part("profiled."),
        converged=arrays.get("converged"),
        critical={float(level): array for level, array in part("critical.").items()},
        critical_error={float(level): array for level, array in part("error.").items()},
        observed=arrays.get("observed"),
        p_value=arrays.get("p_value"),
        description=content["description"],
        citations=tuple(content["citations"]),
        status=content["status"],
        labels=dict(content["labels"]),
    )


def _write_csv(result: ScanResult, path: Path) -> None:
    table = columns(result)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*(column.tolist() for column in table.values()), strict=True))


def _write_json(result: ScanResult, path: Path) -> None:
    arrays = {name: array.tolist() for name, array in named_arrays(result).items()}
    values = {axis.name: axis.values.tolist() for axis in result.grid.axes}
    path.write_text(
        _text({**summary(result), "values": values, "arrays": arrays}), encoding="utf-8"
    )


def _write_netcdf(result: ScanResult, path: Path) -> None:
    h5netcdf = netcdf_library()
    with h5netcdf.File(path, "w") as file:
        file.dimensions = {axis.name: axis.count for axis in result.grid.axes}
        for axis in result.grid.axes:
            file.create_variable(axis.name, (axis.name,), float)[:] = axis.values
        for name, array in named_arrays(result).items():
            file.create_variable(name, result.grid.names, float)[...] = array
        for key, value in _attributes(result).items():
            file.attrs[key] = value


def _attributes(result: ScanResult) -> dict[str, Any]:
    """Plain attributes; what is nested becomes JSON."""
    plain = {"chi2_min": result.chi2_min, "status": result.status}
    if result.chi2_null is not None:
        plain["chi2_null"] = result.chi2_null
    nested = {"best": dict(result.best), "description": dict(result.description)}
    texts = {key: json.dumps(value, sort_keys=True) for key, value in nested.items()}
    return plain | texts | {"citations": " ".join(result.citations)}


def _text(content: object) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _with_suffix(path: Path | str, suffix: str) -> Path:
    path = Path(path)
    if path.suffix != suffix:
        raise InputError("is no name of a scan", file=str(path), allowed=f"a name with {suffix}")
    return path
