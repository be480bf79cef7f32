"""Figures of fits, geometries and the kernel show the numbers of what they draw."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.figure import Figure

from gallus.experiments import source_measurements
from gallus.explanation import Explanation, fit_gallium
from gallus.figures import average_figure, fit_figure, kernel_figure, path_lengths_figure
from gallus.figures.fit import distance_quantiles_m, mean_distance_m
from gallus.geometry import gallium_target
from gallus.oscillation import Deficit, Sterile

BEST_FIT = {"sin2_2theta_ee": 0.42, "delta_m2_41_eV2": 3.4}
PIXEL = 1 / 200
"""In inches; extents are rounded outwards."""


@pytest.fixture(scope="module")
def result() -> Explanation:
    return fit_gallium(Sterile(), fixed={"delta_m2_41_eV2": 1.27})


def line(figure: Figure, label: str) -> np.ndarray:
    (found,) = (
        each
        for axes in figure.axes
        for each in axes.lines
        if str(each.get_label()).startswith(label)
    )
    return np.asarray(found.get_xydata())


def test_the_curve_is_the_survival_probability(result: Explanation) -> None:
    distance, survival = line(fit_figure(result), "$P_{ee}(L)$, lines of $^{51}$").T
    np.testing.assert_allclose(survival, result.survival_probability(0, distance))
    # Two flavours at the strongest line; the weak lines at 430 keV shift it by a few per cent.
    mixing, phase = result.values["sin2_2theta_ee"], 1.267 * 1.27 * distance / 0.7465
    assert np.abs(survival - 1 + mixing * np.sin(phase) ** 2).max() < 0.06
    assert survival[0] == pytest.approx(1.0, abs=0.01)


def test_points_are_the_measurements_and_diamonds_the_expectation(result: Explanation) -> None:
    figure = fit_figure(result)
    data = result.likelihood.data
    (bars,) = figure.axes[0].containers
    (segments,) = bars.lines[2]  # type: ignore[attr-defined]
    assert isinstance(segments, LineCollection)
    ends = np.array([segment[:, 1] for segment in segments.get_segments()])
    np.testing.assert_allclose(ends.mean(axis=1), data.values)
    np.testing.assert_allclose(np.ptp(ends, axis=1) / 2, data.errors)
    np.testing.assert_allclose(line(figure, "expected")[:, 1], result.expected)
    assert len({text.get_text() for text in figure.axes[0].texts}) == 6


def test_distances_are_those_of_the_captures(result: Explanation) -> None:
    inner = result.likelihood.kernel.blocks[4].distances
    target = gallium_target("best-inner")
    distance = np.linspace(*target.range_m(), 20001)
    density = target.path_length_density(distance)
    # Midpoint sums over 20 000 cells, a jump at each end.
    assert mean_distance_m(inner) == pytest.approx(
        float((distance * density).sum() / density.sum()), rel=1e-3
    )
    share = np.cumsum(density) / density.sum()
    np.testing.assert_allclose(
        distance_quantiles_m(inner, (0.05, 0.95)),
        [distance[share.searchsorted(level)] for level in (0.05, 0.95)],
        rtol=2e-3,
    )


def test_a_single_source_has_one_curve() -> None:
    figure = fit_figure(fit_gallium(Deficit(), measurements=source_measurements("best")))
    labels = [str(each.get_label()) for each in figure.axes[0].lines]
    assert sum(label.startswith("$P_{ee}") for label in labels) == 1
    assert figure.axes[0].get_title("left") == "deficit, $d$ = 0.221"


def test_the_title_states_model_and_best_values(result: Explanation) -> None:
    title = fit_figure(result).axes[0].get_title("left")
    assert title.startswith(r"sterile, $\sin^2 2\theta_{ee}$ = 0.33")
    assert title.endswith("1.27 eV$^2$")


def test_path_lengths_are_those_of_both_geometries() -> None:
    figure = path_lengths_figure()
    assert sum(len(axes.lines) for axes in figure.axes) == 10
    distance, density = line(figure, "BEST inner").T
    # The area under the curve is the mean path length.
    assert np.trapezoid(density, distance) == pytest.approx(0.5203, abs=5e-4)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "SAGE: 72.6 cm (80.4 cm)" in labels
    assert labels[-2:] == ["documented geometry", "published-fits geometry"]


def test_the_maps_are_a_kernel_a_probability_and_their_product() -> None:
    figure = kernel_figure(Sterile(), BEST_FIT)
    kernel, probability, product = (
        np.asarray(mesh.get_array())
        for axes in figure.axes
        for mesh in axes.collections
        if isinstance(mesh, QuadMesh)
        # colour bars hold meshes of their own
        if np.asarray(mesh.get_array()).shape[-1] > 1
    )
    np.testing.assert_allclose(product, kernel * probability)
    # Both zones: the kernel adds up to one capture in each.
    assert kernel.sum() * 1.6 / (kernel.shape[1] - 1) == pytest.approx(2.0, rel=5e-3)
    assert "sums 0.791, 0.767" in figure.axes[2].get_title("left")


def test_averages_begin_at_one_and_fade() -> None:
    figure = average_figure()
    for name in ("BEST inner", "BEST outer", "SAGE Cr", "GALLEX 1"):
        mean = line(figure, name)[:, 1]
        assert mean[0] == pytest.approx(1.0, abs=0.02)
        assert np.abs(mean[-100:]).max() < 0.1
    knots = line(figure, "knots")
    exact = line(figure, "BEST inner")
    np.testing.assert_allclose(
        knots[:, 1], np.interp(knots[:, 0], exact[:, 0], exact[:, 1]), atol=1e-3
    )


@pytest.mark.parametrize("data", ["gallium", "best", "sage", "gallex-1"])
def test_no_fit_is_cut_off(data: str, overflow_inch: Callable[[Figure], float]) -> None:
    found = fit_gallium(Deficit(), measurements=source_measurements(data))
    assert overflow_inch(fit_figure(found)) < PIXEL


@pytest.mark.parametrize("draw", [path_lengths_figure, average_figure])
def test_nothing_is_cut_off(
    draw: Callable[[], Figure], overflow_inch: Callable[[Figure], float]
) -> None:
    assert overflow_inch(draw()) < PIXEL


def test_the_maps_are_not_cut_off(overflow_inch: Callable[[Figure], float]) -> None:
    assert overflow_inch(kernel_figure(Sterile(), BEST_FIT)) < PIXEL
