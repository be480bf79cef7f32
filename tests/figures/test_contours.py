"""Figures of scans: what is drawn where, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.figures import draw_profile, draw_regions, save, scan_figure
from gallus.inference.grid import parse_grid
from gallus.inference.scan_result import ScanResult
from gallus.inference.wilks import wilks_threshold


def gaussian(centre: float = 0.5, points: int = 61) -> ScanResult:
    grid = parse_grid([f"y=0.1:10:{points}:log", f"x=0:1:{points}"])
    y, x = np.meshgrid(*(axis.values for axis in grid.axes), indexing="ij")
    chi2 = ((x - centre) / 0.1) ** 2 + (np.log(y) / 0.5) ** 2
    return ScanResult(grid, chi2, {"x": centre, "y": 1.0}, 0.0, labels={"x": "$x$ (m)"})


def line(result: ScanResult) -> ScanResult:
    grid = parse_grid(["x=0:1:61"])
    return replace(result, grid=grid, chi2=result.chi2.min(axis=0))


def contours(result: ScanResult, level: float, x: str, y: str) -> np.ndarray:
    axes = Figure().subplots()
    draw_regions(axes, {"": result}, x, y, [level])
    lines = [each for each in axes.collections if isinstance(each, QuadContourSet)][-1]
    return np.concatenate([path.vertices for path in lines.get_paths()])


@pytest.mark.parametrize("level", [0.6827, 0.9545])
@pytest.mark.parametrize("swapped", [False, True])
def test_contour_of_a_gaussian_is_an_ellipse(level: float, swapped: bool) -> None:
    names = ("y", "x") if swapped else ("x", "y")
    vertices = contours(gaussian(), level, *names)
    x, y = (vertices[:, ::-1] if swapped else vertices).T
    radius2 = ((x - 0.5) / 0.1) ** 2 + (np.log(y) / 0.5) ** 2
    # Linear between points 0.17 and 0.15 sigma apart.
    assert radius2 == pytest.approx(wilks_threshold(level, 2), rel=0.01)


def test_profiles_are_drawn_against_their_parameter() -> None:
    axes = Figure().subplots()
    draw_profile(axes, {"": gaussian()}, "x", [0.6827])
    x, delta = axes.lines[0].get_data()
    assert delta == pytest.approx(((np.asarray(x) - 0.5) / 0.1) ** 2, abs=1e-9)
    upright = Figure().subplots()
    draw_profile(upright, {"": gaussian()}, "y", [0.6827], upright=True)
    delta, y = upright.lines[0].get_data()
    assert delta == pytest.approx((np.log(y) / 0.5) ** 2, abs=1e-9)
    assert upright.get_yscale() == "log"


def test_one_scan_is_filled_with_its_best_fit_marked() -> None:
    figure = scan_figure(gaussian())
    main = next(axes for axes in figure.axes if axes.get_xlabel() == "$x$ (m)")
    assert main.get_yscale() == "log"
    assert main.get_ylabel() == "y"
    (star,) = main.lines
    assert (star.get_xdata(), star.get_ydata()) == ([0.5], [1.0])
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["68.27 %", "95.45 %", "best fit"]


def test_larger_regions_are_paler() -> None:
    from matplotlib.colors import rgb_to_hsv

    figure = scan_figure(gaussian(), (0.6827, 0.9545, 0.9973))
    patches = figure.legends[0].get_patches()
    grey = [np.dot(patch.get_facecolor()[:3], (0.3, 0.6, 0.1)) for patch in patches]
    assert np.all(np.diff(grey) > 0.1)
    assert len({round(float(rgb_to_hsv(p.get_facecolor()[:3])[0]), 2) for p in patches}) == 1


def test_several_scans_differ_in_colour_and_dashes() -> None:
    scans = {f"scan {k}": gaussian(0.3 + 0.05 * k) for k in range(7)}
    figure = scan_figure(scans, (0.9545,))
    lines = figure.legends[0].get_lines()
    assert [each.get_label() for each in lines] == list(scans)
    assert len({(each.get_color(), each.get_linestyle()) for each in lines}) == 7


def test_regions_are_chosen_by_calibrated_thresholds() -> None:
    critical = {0.6827: np.full((61, 61), 4.0)}
    vertices = contours(replace(gaussian(), critical=critical), 0.6827, "x", "y")
    radius2 = ((vertices[:, 0] - 0.5) / 0.1) ** 2 + (np.log(vertices[:, 1]) / 0.5) ** 2
    assert radius2 == pytest.approx(4.0, rel=0.01)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_figures_are_written(tmp_path: Path, count: int, axes: int, suffix: str) -> None:
    scans = {f"scan {k}": gaussian(0.3 + 0.1 * k) for k in range(count)}
    if axes == 1:
        scans = {label: line(each) for label, each in scans.items()}
    path = save(scan_figure(scans), tmp_path / f"scan{suffix}")
    assert path.stat().st_size > 5000


def test_a_scan_without_region_is_drawn_too(tmp_path: Path) -> None:
    save(scan_figure(replace(gaussian(), chi2_min=-100.0)), tmp_path / "empty.png")


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="is over other parameters"):
        scan_figure({"a": gaussian(), "b": line(gaussian())})
    with pytest.raises(InputError, match="are missing"):
        scan_figure({})
    with pytest.raises(InputError, match="unknown axis"):
        scan_figure(gaussian(), x="z")
    grid = parse_grid(["x=0:1:2", "y=0:1:2", "z=0:1:2"])
    cube = ScanResult(grid, np.zeros((2, 2, 2)), {"x": 0.0, "y": 0.0, "z": 0.0}, 0.0)
    with pytest.raises(InputError, match="has too many axes"):
        scan_figure(cube)
