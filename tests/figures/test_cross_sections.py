"""Cross sections per model: totals, published totals, ground states."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.figures import cross_sections_figure
from gallus.interactions import CaptureCrossSection, cross_section

PIXEL = 1 / 200
"""In inches; extents are rounded outwards."""


def bars(axes: Axes, label: str) -> np.ndarray:
    (container,) = (
        c for c in axes.containers if isinstance(c, ErrorbarContainer) and c.get_label() == label
    )
    return np.array([segment[:, 0] for segment in container.lines[2][0].get_segments()])


@pytest.mark.parametrize("source", ["51Cr", "37Ar"])
def test_the_error_bars_are_asymmetric_like_the_model(
    models: tuple[CaptureCrossSection, ...], source: str
) -> None:
    axes = cross_sections_figure(models, source).axes[0]
    totals = [model.total(source) for model in models]
    expected = [(t.value_cm2 - t.minus_cm2, t.value_cm2 + t.plus_cm2) for t in totals]
    np.testing.assert_allclose(bars(axes, "used in Gallus"), np.array(expected) / 1e-45)


def test_published_totals_and_ground_states_stand_where_a_model_states_them(
    models: tuple[CaptureCrossSection, ...],
) -> None:
    axes = cross_sections_figure(models).axes[0]
    # The model of the ground state alone has no published total of excited states to compare.
    assert len(bars(axes, "published total")) == len(models) - 1
    (ground,) = (line for line in axes.lines if line.get_label() == "ground state alone")
    # Barinov 2018 states its total only.
    assert len(np.asarray(ground.get_xdata())) == len(models) - 1
    assert np.all(np.asarray(ground.get_xdata()) < 5.6)


def test_rows_run_from_top_to_bottom_and_the_axis_has_its_unit() -> None:
    chosen = [cross_section(name) for name in ("bahcall-1997", "barinov-2018")]
    axes = cross_sections_figure(chosen, "37Ar").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Bahcall 1997",
        "Barinov 2018",
    ]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert "$^{37}$Ar" in axes.get_xlabel()
    assert "cm$^2$" in axes.get_xlabel()


@pytest.mark.parametrize("count", [1, 9])
def test_nothing_is_cut_off(
    models: tuple[CaptureCrossSection, ...],
    count: int,
    overflow_inch: Callable[[Figure], float],
) -> None:
    assert overflow_inch(cross_sections_figure(models[:count])) < PIXEL


def test_no_model_is_an_input_error() -> None:
    with pytest.raises(InputError, match="at least one cross section"):
        cross_sections_figure([])


def test_an_unknown_nuclide_is_an_input_error(models: tuple[CaptureCrossSection, ...]) -> None:
    with pytest.raises(InputError, match="52Cr"):
        cross_sections_figure(models, "52Cr")
