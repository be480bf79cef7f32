"""``gallus scan``: chi2 of an oscillation model on a grid, its regions, kept as it is computed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gallus.cli.model_choices import MODELS_HELP, SetOption
from gallus.cli.options import (
    CROSS_SECTION,
    GEOMETRY,
    METHOD,
    CiteOption,
    FixOption,
    GeometryOption,
    JsonOption,
    LineSetOption,
    MethodOption,
)
from gallus.errors import InputError

if TYPE_CHECKING:
    from gallus.cli.scan_tables import Scanned
    from gallus.gallium_scan.job import ScanJob
    from gallus.inference.progress import Progress

DATA = "gallium"
LEVELS = "0.6827,0.9545"


def scan(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=f"{MODELS_HELP}.")],
    grid: Annotated[
        list[str],
        typer.Option(
            "--grid",
            metavar="NAME=LO:HI:N[:log]",
            help="N values of a parameter, equally spaced, with :log in the logarithm. Once for "
            "each axis; all other free parameters are minimised.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="DIR",
            help="Folder that keeps what is computed, as it is computed; with several scans one "
            "folder in it for each.",
        ),
    ],
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="NAME,...|FILE",
            help="As in gallus fit; gallium if not given. Repeat it to compare data sets.",
        ),
    ] = None,
    cross_section: Annotated[
        list[str] | None,
        typer.Option(
            "--cross-section",
            metavar="NAME|FILE",
            help="Cross section of the expectation; bahcall-1997 if not given. Repeat it to "
            "compare several.",
        ),
    ] = None,
    method: MethodOption = METHOD,
    settings: SetOption = None,
    fixed: FixOption = None,
    levels: Annotated[
        str, typer.Option("--cl", metavar="LEVEL,...", help="Confidence levels of the regions.")
    ] = LEVELS,
    calibration: Annotated[
        str,
        typer.Option(
            "--calibration",
            metavar="NAME",
            help="wilks, or feldman-cousins: by toys at each point of the grid.",
        ),
    ] = "wilks",
    toys: Annotated[
        int, typer.Option("--toys", metavar="N", help="Toys at each point (feldman-cousins).")
    ] = 1000,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Names the random numbers of the toys.")
    ] = 0,
    executor: Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="NAME|ADDRESS",
            help="serial, processes, dask (on this machine), or the address of a dask scheduler; "
            "processes for feldman-cousins and serial for wilks if not given.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="Number of processes or dask workers."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what the folder holds of this scan.")
    ] = False,
    with_jax: Annotated[
        bool, typer.Option("--jax", help="Compile with jax; the last digits differ.")
    ] = False,
    geometry: GeometryOption = GEOMETRY,
    line_set: LineSetOption = None,
    json: JsonOption = None,
    cite: CiteOption = None,
    figure: Annotated[
        str | None,
        typer.Option("--figure", metavar="FILE", help="Draw the regions: .png, .pdf or .svg."),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write the arrays for other programs: .csv, .nc (netCDF), .json or .npz.",
        ),
    ] = None,
) -> None:
    """Map chi2 over one or two parameters of an oscillation model, all others minimised."""
    from gallus.cli.choices import check_figure
    from gallus.cli.output import Output
    from gallus.cli.scan_tables import Scanned, as_dict, tables
    from gallus.inference.scan_files import save
    from gallus.inference.workers import workers_named

    check_figure(figure)
    wanted = confidence_levels(levels)
    out = Output(json, cite, (figure, export))
    usual = "serial" if calibration == "wilks" and workers is None else "processes"
    team = workers_named(executor or usual, workers)
    jobs = _jobs(
        model, settings, fixed, grid, data or [DATA], cross_section or [CROSS_SECTION],
        method=method, geometry=geometry, line_set=line_set, with_jax=with_jax,
        calibration=_known_calibration(calibration), levels=wanted, toys=toys, seed=seed,
    )  # fmt: skip
    _check_export(export, len(jobs))
    from gallus.gallium_scan.run import scan as run

    done = []
    for label, job in jobs.items():
        folder = Path(output) / label if len(jobs) > 1 else Path(output)
        with progress_bar(label) as progress:
            result = run(job, folder, resume=resume, workers=team, progress=progress)
        save(result, folder / "scan.npz")
        done.append(Scanned(job, folder, label, result))
    citations = [key for each in done for key in each.result.citations]
    out.write({"scans": [as_dict(each, wanted) for each in done]}, dict.fromkeys(citations))
    _write_files(done, wanted, figure, export)
    out.show(*(part for each in done for part in tables(each, wanted)))


def confidence_levels(text: str) -> tuple[float, ...]:
    """Read ``0.6827,0.9545``; the smallest first.

    Raises
    ------
    InputError
        If one is no probability or stands there twice.
    """
    from gallus.cli.model_choices import number

    levels = tuple(number("--cl", part) for part in text.split(","))
    for level in levels:
        if not 0 < level < 1:
            allowed = "between 0 and 1, as in 0.6827,0.9545"
            raise InputError("is not a probability", key="--cl", value=level, allowed=allowed)
    if len(set(levels)) < len(levels):
        raise InputError("has a level twice", key="--cl", value=text)
    return tuple(sorted(levels))


def _known_calibration(name: str) -> Any:
    from typing import get_args

    from gallus.errors import unknown_name
    from gallus.gallium_scan.job import Calibration

    if name not in get_args(Calibration):
        raise unknown_name("calibration", name, get_args(Calibration))
    return name


def _jobs(
    model: str,
    settings: Sequence[str] | None,
    fixed: Sequence[str] | None,
    grid: Sequence[str],
    data: Sequence[str],
    cross_sections: Sequence[str],
    **options: Any,
) -> dict[str, ScanJob]:
    """One job for each data set and cross section, by a label that tells them apart."""
    from gallus.cli.choices import is_file, measurements, models
    from gallus.cli.model_choices import assignments, chosen_model, held_values
    from gallus.gallium_scan.describe import scan_job
    from gallus.inference.grid import parse_grid

    chosen, start = chosen_model(model, assignments("--set", settings, value_needed=True))
    held = held_values(chosen, start, assignments("--fix", fixed, value_needed=False))
    begin = {name: value for name, value in start.items() if name not in held}
    axes = parse_grid(grid)
    jobs = {}
    for name in data:
        for section in cross_sections:
            sigma = models([section])[0]
            label = _label(name if len(data) > 1 else "", sigma.name)
            if label in jobs:
                raise InputError("is given twice", key="--data and --cross-section", value=label)
            own = is_file(name) and "," not in name
            jobs[label] = scan_job(
                chosen,
                axes,
                measurements(name) if own else name,
                sigma if is_file(section) else section,
                fixed=held,
                start=begin,
                **options,
            )
    return jobs


def _label(data: str, section: str) -> str:
    """Name of a scan, and of its folder."""
    stem = Path(data).stem if data.endswith(".toml") else data.replace(",", "+")
    return f"{stem}-{section}" if stem else section


def _check_export(path: str | None, count: int) -> None:
    from gallus.errors import unknown_name
    from gallus.inference.scan_files import SUFFIXES

    if path is None:
        return
    if count > 1:
        allowed = "one scan; the folder of each holds its scan.npz"
        raise InputError("has several scans to write", key="--export", value=path, allowed=allowed)
    if Path(path).suffix not in SUFFIXES:
        raise unknown_name("format of scans", Path(path).suffix, SUFFIXES, file=path)
    if path.endswith(".nc"):
        from gallus.inference.scan_files import netcdf_library

        netcdf_library()  # better now than after the scan


def _write_files(
    done: Sequence[Scanned], levels: tuple[float, ...], figure: str | None, export: str | None
) -> None:
    if export is not None:
        from gallus.inference.scan_files import export as write

        write(done[0].result, export)
    if figure is not None:
        from gallus.figures import save, scan_figure

        scans = {each.label: each.result for each in done}
        save(scan_figure(scans, levels), figure)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Show how far a computation is on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    from gallus.inference.progress import silent

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[message]}"),
        console=console,
        transient=True,
    )
    try:
        if not sys.stderr.isatty():
            yield silent
            return
        with bars:
            task = bars.add_task(label, total=None, message="")

            def show(done: int, total: int, message: str) -> None:
                bars.update(task, completed=done, total=total, message=message)

            yield show
    except KeyboardInterrupt as stop:
        if stop.args:
            sys.stderr.write(f"gallus: {stop.args[0]}\n")
        raise
