"""Figures of forecasts show the numbers of the library, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from gallus.experiments.setup import Setup, setup, with_values
from gallus.figures.forecast import (
    TOGETHER,
    couplings_figure,
    design_label,
    draw_ellipses,
    sensitivity_figure,
)
from gallus.figures.forecast_branching import (
    branching_ratio_forecast_figure,
    branching_ratio_spectra_figure,
)
from gallus.figures.forecast_design import counting_design_figure, impossible_ranges, optimum_figure
from gallus.figures.forecast_spectra import BIN_KEV, group_of, range_keV, spectra_figure
from gallus.figures.forecast_sterile import sterile_figure
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.counting_design import CountingDesign
from gallus.forecast.merits import goal
from gallus.forecast.observation import Observation, observation
from gallus.forecast.optimise import Optimum, Variable, optimise
from gallus.forecast.questions.branching_ratio import branching_ratio_sensitivity
from gallus.forecast.questions.couplings import coupling_sensitivity
from gallus.forecast.questions.recoil_angle import mean_line_separation_deg
from gallus.forecast.questions.sterile import SterileSensitivity, sterile_exclusion
from gallus.gallium_scan import scan, scan_job
from gallus.inference.grid import Grid, parse_grid
from gallus.inference.scan_result import ScanResult

PIXEL = 1 / 200


def seen(chosen: Setup) -> Observation:
    return observation(chosen, backgrounds(chosen))


@pytest.fixture(scope="module")
def jne() -> Observation:
    return seen(setup("jne-500t"))


@pytest.fixture(scope="module")
def grid() -> Grid:
    return parse_grid(["sin2_2theta_ee=0.01:1:30:log", "delta_m2_41_eV2=0.3:3:12:log"])


@pytest.fixture(scope="module")
def gallium(grid: Grid) -> ScanResult:
    return scan(scan_job("sterile", grid))


@pytest.fixture(scope="module")
def exclusion(jne: Observation, grid: Grid) -> SterileSensitivity:
    return sterile_exclusion(jne, grid)


def stairs(figure: Figure) -> Iterator[StepPatch]:
    return (each for each in figure.axes[0].patches if isinstance(each, StepPatch))


def test_spectra_add_up_to_the_counts_in_the_window(jne: Observation) -> None:
    figure = spectra_figure([jne])
    low, high = 1e3 * jne.energy_edges_MeV[[0, -1]]
    days = jne.exposure.days().sum()
    signal, *_ = stairs(figure)
    rate, edges, _ = signal.get_data()
    inside = (edges[:-1] >= low) & (edges[1:] <= high + BIN_KEV)
    # Bins of the figure may end beyond the largest recoil, where there is nothing.
    counts = np.sum((rate * np.diff(edges))[inside]) * days
    assert counts == pytest.approx(jne.undisturbed.sum(), rel=1e-3)


def test_the_dashed_line_is_all_backgrounds(jne: Observation) -> None:
    every = {str(each.get_label()): each.get_data()[0] for each in stairs(spectra_figure([jne]))}
    total = every.pop("all backgrounds")
    single = [v for k, v in every.items() if k and k != "recoils of the source"]
    assert total == pytest.approx(np.sum(single, axis=0), rel=1e-9)


def test_nuclear_recoils_are_drawn_over_their_window() -> None:
    lif = seen(setup("lif-cevns"))
    axes = spectra_figure([lif]).axes[0]
    (signal, *_) = (each for each in axes.patches if isinstance(each, StepPatch))
    rate, edges, _ = signal.get_data()
    assert edges[0] == pytest.approx(0.02)  # keV, the threshold
    assert np.sum(rate * np.diff(edges)) * 90 == pytest.approx(lif.undisturbed.sum(), rel=1e-6)
    assert signal.get_label() == "recoils of nuclei"


@pytest.mark.parametrize(
    ("name", "values", "range_"),
    [
        ("jne-1t", {}, (100.0, 1500.0)),
        ("jne-1t", {"threshold_keV": 50.0}, (50.0, 1500.0)),
        ("jne-1t", {"upper_keV": 2000.0}, (100.0, 2100.0)),
    ],
)
def test_the_window_is_never_cut(
    name: str, values: dict[str, float], range_: tuple[float, float]
) -> None:
    chosen = with_values(setup(name), {"background": (), "distance_bins": 1, **values})
    assert range_keV(observation(chosen)) == pytest.approx(range_)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("carbon-14-pile-up", "14C pile-up"),
        ("solar-7Be", "solar 7Be"),
        ("solar-pp", "other solar neutrinos"),
        ("polonium-210", "210Po"),
        ("238U-chain", "U, Th, 40K"),
        ("source-gamma", "photons of the source"),
        ("mine", "mine"),
    ],
)
def test_backgrounds_are_grouped_by_what_they_are(name: str, group: str) -> None:
    assert group_of(observation(setup("juno-physical")), name) == group


def test_contours_lie_where_the_limits_are(
    exclusion: SterileSensitivity, gallium: ScanResult
) -> None:
    axes = sterile_figure({"JNE": exclusion}, gallium).axes[0]
    line = [each for each in axes.collections if isinstance(each, QuadContourSet)][-1]
    points = np.concatenate([path.vertices for path in line.get_paths()])
    splittings = exclusion.grid.axis("delta_m2_41_eV2").values
    limits = exclusion.contour(0.95)
    mixing = np.interp(splittings, *points[np.argsort(points[:, 1])].T[::-1])
    # Both interpolate in a cell of the grid, one the root and the other chi2 itself.
    assert mixing == pytest.approx(limits, rel=0.05)


def test_sensitivity_is_drawn_as_given() -> None:
    values, answers = [1.0, 10.0, 100.0], {"a": [1.0, 4.0, 5.5], "b": [0.5, 1.0, 2.0]}
    axes = sensitivity_figure(answers, values, "days", "significance (σ)").axes[0]
    assert np.asarray(axes.lines[0].get_xydata())[:, 1].tolist() == answers["a"]
    levels = [np.asarray(line.get_ydata())[0] for line in axes.lines[2:]]
    assert levels == [3.0, 5.0]
    assert axes.get_xscale() == "log"


def test_sensitivity_has_a_gap_where_there_is_no_answer() -> None:
    answers = {"a": [1.0, np.nan, 5.5]}
    figure = sensitivity_figure(answers, [1.0, 2.0, 3.0], "days", "significance (σ)")
    assert figure.axes[0].get_ylim()[1] == pytest.approx(1.08 * 5.5)
    assert [text.get_text() for text in figure.axes[0].texts] == [r"$3\,\sigma$", r"$5\,\sigma$"]


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("days", "length of a run (days)"),
        ("position.distance_m", "distance (m)"),
        ("uncertainties.activity_percent", "error of activity (%)"),
        ("detector.radius_m", "detector radius (m)"),
        ("shield_cm", "shield (cm)"),
        ("periods.time_bins", "time bins"),
    ],
)
def test_keys_become_words_with_units(key: str, label: str) -> None:
    assert design_label(key) == label


def test_ellipses_are_those_of_the_result(jne: Observation) -> None:
    result = coupling_sensitivity(jne)
    axes = Figure().subplots()
    draw_ellipses(axes, {"JNE": result})
    small, large = (np.asarray(line.get_xydata()) for line in axes.lines[:2])
    # The widest point of Delta chi2 = 2.30 is sqrt(2.30) one-sigma errors away.
    reach = (small[:, 0].max() - result.vector) / result.vector_error
    assert reach == pytest.approx(np.sqrt(2.2957), rel=1e-3)
    assert large[:, 0].max() > small[:, 0].max()


def test_the_solutions_of_the_couplings_come_in_pairs(jne: Observation) -> None:
    said = [text.get_text() for text in couplings_figure([jne]).axes[0].texts]
    assert len(said) in (2, 4)
    assert said.count(r"$\Delta\chi^2 = 0.0$") >= 2  # both signs turned is exact


def test_signal_meets_background_at_the_best_radius() -> None:
    chosen = with_values(setup("juno"), {"distance_m": 0.0, "hole_radius_m": 0.0})
    axes = counting_design_figure(CountingDesign(chosen, 47000.0)).axes[0]
    signal, background, best = (np.asarray(line.get_xydata()) for line in axes.lines)
    crossing = np.interp(0.0, np.log(background[:, 1] / signal[:, 1]), signal[:, 0])
    assert crossing == pytest.approx(9.06, abs=0.01)  # physics notes
    assert best[0, 0] == pytest.approx(crossing, abs=0.01)


def test_the_star_of_the_optimum_is_its_best_design() -> None:
    wanted = goal("deficit")
    found = optimise(setup("jne-1t"), wanted.merit, [Variable("distance_m", 0.9, 2.0)])
    axes = optimum_figure(found, wanted.meaning).axes[0]
    star = np.asarray(axes.lines[1].get_xydata())[0]
    assert star.tolist() == [found.values["position.distance_m"], found.merit]
    assert found.merit == np.nanmax(np.asarray(axes.lines[0].get_ydata()))


@pytest.fixture(scope="module")
def across_the_wall() -> Optimum:
    """The source with its shield of 0.2 m fits up to 0.45 m from the centre, and from 0.65 m on."""
    alone = with_values(
        setup("jne-1t"), {"background": (), "bins": 1, "distance_bins": 1, "distance_m": 1.0}
    )
    # Lattice points of 0.6 m: none of them is in the wall.
    return optimise(alone, goal("deficit").merit, [Variable("distance_m", 0.0, 7.2)])


def test_the_line_is_broken_at_a_wall_between_two_designs(across_the_wall: Optimum) -> None:
    assert np.all(np.isfinite(across_the_wall.merits[across_the_wall.tried[:, 0] == 0.0]))
    axes = optimum_figure(across_the_wall, "σ").axes[0]
    x, y = np.asarray(axes.lines[0].get_xydata()).T
    broken = x[np.isnan(y)]
    assert np.any((broken > 0.4) & (broken < 0.7))
    assert np.sum(np.isfinite(y)) == np.isfinite(across_the_wall.merits).sum()


def test_impossible_ranges_are_those_of_the_geometry(across_the_wall: Optimum) -> None:
    ((low, high),) = impossible_ranges(across_the_wall)
    step = 7.2 / 200
    assert low == pytest.approx(0.45, abs=step)
    assert high == pytest.approx(0.65, abs=step)


def test_a_map_shows_each_design_where_it_is() -> None:
    alone = with_values(setup("jne-1t"), {"background": (), "bins": 1, "distance_bins": 1})
    variables = [Variable("distance_m", 0.0, 2.0), Variable("days", 5.0, 20.0)]
    found = optimise(alone, goal("deficit").merit, variables)
    axes = optimum_figure(found, "σ").axes[0]
    (drawn,) = axes.collections
    possible = np.isfinite(found.merits)
    assert not possible.all()
    points = {tuple(each) for each in np.asarray(drawn.get_offsets()).tolist()}
    assert points == {tuple(each) for each in found.tried[possible].tolist()}
    crosses = np.asarray(axes.lines[0].get_xydata())
    assert np.all((crosses[:, 0] > 0.45) & (crosses[:, 0] < 0.65))


@pytest.mark.parametrize(("count", "labels"), [(1, 1), (3, 3), (4, 1)])
def test_thin_lines_of_discovery_are_those_of_few_or_of_all(
    exclusion: SterileSensitivity, gallium: ScanResult, count: int, labels: int
) -> None:
    names = [*"abc"[: count - 1], TOGETHER]
    every = dict.fromkeys(names, exclusion)
    axes = sterile_figure(every, gallium, every).axes[0]
    contours = [each for each in axes.collections if isinstance(each, QuadContourSet)]
    assert len(contours) == 1 + count + labels  # gallium's, thick ones, thin ones


def test_the_change_of_the_spectrum_is_what_the_question_answers() -> None:
    # At a fixed number of recoils the change is orthogonal to their number, so that without pulls
    # and in one bin of distance its squares add up to those of the answer, but for the second order
    # of the shift: 2 % of f.
    alone = with_values(setup("jne-1t"), {"background": (), "distance_bins": 1})
    one = observation(alone)
    figure = branching_ratio_spectra_figure([one])
    (change,) = (each for each in figure.axes[1].patches if isinstance(each, StepPatch))
    seen_sigma = np.sqrt(np.sum(change.get_data()[0] ** 2))
    assert seen_sigma == pytest.approx(branching_ratio_sensitivity(one).sigma, rel=0.03)
    adopted, needed = (each.get_data() for each in stairs(figure))
    assert np.sum(adopted[0] * np.diff(adopted[1])) == pytest.approx(one.undisturbed.sum())
    assert np.sum(needed[0] * np.diff(needed[1])) == pytest.approx(one.undisturbed.sum())


@pytest.mark.slow
def test_an_angle_helps_and_a_bad_one_does_not(overflow_inch: Callable[[Figure], float]) -> None:
    figure = branching_ratio_forecast_figure()
    perfect = np.asarray(figure.axes[1].lines[0].get_ydata(), dtype=float)
    alone = np.asarray(figure.axes[1].lines[1].get_ydata(), dtype=float)[0]
    assert np.all(np.diff(perfect) > 0)
    assert perfect[0] < alone / 3
    assert perfect[-1] == pytest.approx(alone, rel=0.04)  # 46 degrees buy a few per cent
    marked = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[1].lines][-1]
    assert marked[0] == pytest.approx(mean_line_separation_deg(0.2) / 2)
    assert overflow_inch(figure) <= PIXEL


def test_nothing_is_cut_off(
    jne: Observation,
    exclusion: SterileSensitivity,
    gallium: ScanResult,
    overflow_inch: Callable[[Figure], float],
) -> None:
    design = CountingDesign(with_values(setup("juno"), {"distance_m": 0.0}), 47000.0)
    for figure in (
        spectra_figure([jne]),
        branching_ratio_spectra_figure([jne]),
        sterile_figure({"JNE": exclusion}, gallium, {"JNE": exclusion}),
        sensitivity_figure({"JNE": [1.0, 2.0]}, [1.0, 2.0], "days", "significance (σ)"),
        counting_design_figure(design),
    ):
        assert overflow_inch(figure) <= PIXEL
