"""The ratios: every number of the result is in its panel, nothing is cut off."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gallus.errors import InputError
from gallus.experiments import source_measurements
from gallus.figures import draw_ratios, ratios_figure, style
from gallus.interactions import cross_section
from gallus.recipes import Average
from gallus.significance import Significance, significance_of

PIXEL = 1 / 200
"""In inches; extents are rounded outwards."""


def error_bars(axes: Axes, label: str) -> np.ndarray:
    """Ends of the error bars under that label, shape (points, 2)."""
    (container,) = (
        c
        for c in axes.containers
        if isinstance(c, ErrorbarContainer) and str(c.get_label()).startswith(label)
    )
    (bars,) = container.lines[2]
    return np.array([segment[:, 1] for segment in bars.get_segments()])


def band(axes: Axes) -> tuple[float, float]:
    (patch,) = (p for p in axes.patches if isinstance(p, Rectangle))
    return patch.get_y(), patch.get_y() + patch.get_height()


def panel_of(result: Significance) -> Axes:
    return ratios_figure([result]).axes[0]


def test_there_is_one_panel_for_each_cross_section(results: tuple[Significance, ...]) -> None:
    panels = ratios_figure(results).axes
    assert len(panels) == len(results) == 9
    titles = [axes.get_title("left") for axes in panels]
    assert titles[0] == results[0].cross_section.title
    assert "Haxton 2023, ($^{3}$He,t)" in titles
    assert len({axes.get_ylim() for axes in panels}) == 1


def test_points_and_errors_are_those_of_the_result(results: tuple[Significance, ...]) -> None:
    for axes, result in zip(ratios_figure(results).axes, results, strict=True):
        values, errors = result.ratios.values, result.ratios.errors
        expected = np.stack([values - errors, values + errors], axis=1)
        np.testing.assert_allclose(error_bars(axes, "measured"), expected, rtol=1e-12)


def test_the_band_is_the_average_with_its_asymmetric_errors(
    results: tuple[Significance, ...],
) -> None:
    for axes, result in zip(ratios_figure(results).axes, results, strict=True):
        mean = result.average
        assert band(axes) == pytest.approx((mean.value - mean.minus, mean.value + mean.plus))


def test_the_expectation_has_the_error_of_the_cross_section() -> None:
    model = cross_section("haxton-2023-pn")
    plus, minus = model.total("51Cr").relative
    axes = panel_of(significance_of(model, source_measurements("best"), toys=0))
    np.testing.assert_allclose(error_bars(axes, "expected"), [[1 - minus, 1 + plus]])


def test_every_panel_states_average_and_significance() -> None:
    axes = panel_of(significance_of(cross_section("bahcall-1997"), method="bounded-pull", toys=0))
    assert axes.get_title("right") == r"$5.3\,\sigma$"  # 5.2 in 2212.09722, table 1
    assert [text.get_text() for text in axes.texts] == [r"$\bar R = 0.805 ^{+0.037}_{-0.036}$"]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        *("GALLEX 1", "GALLEX 2", "SAGE Cr", "SAGE Ar", "BEST inner", "BEST outer", "expected")
    ]


def test_all_error_bars_lie_within_the_panel(results: tuple[Significance, ...]) -> None:
    for axes in ratios_figure(results).axes:
        low, high = axes.get_ylim()
        for label in ("measured", "expected"):
            bars = error_bars(axes, label)
            assert low < bars.min() < bars.max() < high


SLOW = [pytest.param(count, marks=pytest.mark.slow) for count in (3, 4, 5)]


@pytest.mark.parametrize("count", [1, 2, *SLOW, 9])
def test_nothing_is_cut_off(
    results: tuple[Significance, ...], count: int, overflow_inch: Callable[[Figure], float]
) -> None:
    assert overflow_inch(ratios_figure(results[:count])) < PIXEL


def test_names_stand_under_the_lowest_panel_of_every_column(
    results: tuple[Significance, ...],
) -> None:
    panels = ratios_figure(results[:5]).axes
    shown = [axes.xaxis.get_tick_params()["labelbottom"] for axes in panels]
    assert shown == [False, False, True, True, True]


def test_an_average_without_upper_error_is_drawn(
    results: tuple[Significance, ...], overflow_inch: Callable[[Figure], float]
) -> None:
    endless = replace(results[0], average=Average(0.8, float("inf"), 0.04))
    figure = ratios_figure([endless])
    axes = figure.axes[0]
    assert band(axes)[1] > axes.get_ylim()[1]
    assert r"\infty" in axes.texts[0].get_text()
    assert overflow_inch(figure) < PIXEL


def test_a_panel_can_be_drawn_into_axes_of_ones_own(results: tuple[Significance, ...]) -> None:
    with style():
        axes = Figure().subplots()
        draw_ratios(axes, results[0])
    assert len(axes.containers) == 2


def test_no_result_is_an_input_error() -> None:
    with pytest.raises(InputError, match="at least one result"):
        ratios_figure([])


def test_results_of_different_measurements_do_not_mix(results: tuple[Significance, ...]) -> None:
    model = cross_section("ground-state")
    best = significance_of(model, source_measurements("best"), "bounded-pull", toys=0)
    with pytest.raises(InputError, match="other measurements"):
        ratios_figure([results[0], best])
