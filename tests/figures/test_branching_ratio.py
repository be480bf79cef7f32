"""The branching ratio: five measurements, their mean, and what the anomaly needs."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gallus.figures import branching_ratio_figure
from gallus.sources import measured_branching_ratio

PIXEL = 1 / 200
"""In inches; extents are rounded outwards."""


@pytest.fixture(scope="module")
def axes() -> Axes:
    return branching_ratio_figure().axes[0]


def needed(axes: Axes) -> np.ndarray:
    (line,) = (line for line in axes.lines if "needed" in str(line.get_label()))
    return np.asarray(line.get_xdata(), dtype=np.float64)


def test_the_five_measurements_have_their_errors(axes: Axes) -> None:
    (container,) = (c for c in axes.containers if isinstance(c, ErrorbarContainer))
    ends = np.array([segment[:, 0] for segment in container.lines[2][0].get_segments()])
    # Phys. Rev. C 105, 065502, table XVIII.
    np.testing.assert_allclose(ends.mean(axis=1), [10.30, 9.90, 10.08, 9.90, 9.87])
    np.testing.assert_allclose(np.diff(ends)[:, 0] / 2, [0.19, 0.08, 0.11, 0.10, 0.03])


def test_the_band_is_the_weighted_mean(axes: Axes) -> None:
    mean = measured_branching_ratio()
    (band,) = (patch for patch in axes.patches if isinstance(patch, Rectangle))
    ends = (band.get_x(), band.get_x() + band.get_width())
    assert ends == pytest.approx((100 * (mean.value - mean.error), 100 * (mean.value + mean.error)))


def test_the_needed_values_lie_far_outside_the_measurements(axes: Axes) -> None:
    mean = measured_branching_ratio()
    # 12.18 and 12.52 start from 9.88 %; the adopted 9.91 % shifts both by the same factor.
    np.testing.assert_allclose(needed(axes), [12.22, 12.55], atol=0.02)
    assert np.all(needed(axes) / 100 > mean.value + 50 * mean.error)


def test_without_a_deficit_nothing_is_needed() -> None:
    axes = branching_ratio_figure(1.0).axes[0]
    np.testing.assert_allclose(needed(axes), 9.91)  # the adopted value


def test_rows_are_named_and_the_axis_has_its_unit(axes: Axes) -> None:
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0] == "Fisher 1984, Ge(Li)"
    assert names[-2:] == ["needed, gamma counting", "needed, calorimetry"]
    assert axes.get_xlabel().endswith("(%)")


def test_nothing_is_cut_off(overflow_inch: Callable[[Figure], float]) -> None:
    assert overflow_inch(branching_ratio_figure()) < PIXEL
