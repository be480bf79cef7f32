"""The figure of a set-up shows its events, the two edges, and the decay of the source."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from gallus.experiments.setup import setup
from gallus.figures.setup_rates import setup_rate_figure
from gallus.oscillation import Deficit
from gallus.setup_rates import setup_rates

PIXEL = 1 / 200


@pytest.fixture(scope="module")
def figure() -> Figure:
    return setup_rate_figure(setup_rates(setup("juno")))


@pytest.mark.parametrize("panel", [0, 1])
def test_the_areas_of_the_histograms_are_the_events(figure: Figure, panel: int) -> None:
    stairs = [each for each in figure.axes[panel].patches if isinstance(each, StepPatch)]
    for each in stairs:
        values, edges, _ = each.get_data()
        assert np.sum(values * np.diff(edges)) == pytest.approx(4566.6, rel=1e-4)


def test_the_spectrum_marks_the_two_edges(figure: Figure) -> None:
    marks = sorted(np.asarray(line.get_xdata())[0] for line in figure.axes[0].lines)
    assert marks == pytest.approx([267.15, 556.62], abs=0.01)  # strongest line of each group


def test_the_last_point_in_time_is_the_total(figure: Figure) -> None:
    days, events = np.asarray(figure.axes[2].lines[0].get_xydata())[-1]
    assert (days, events) == (30.0, pytest.approx(96349.9, rel=1e-4))


def test_what_a_model_takes_away_is_drawn_besides() -> None:
    rate = setup_rates(setup("juno"), model=Deficit(), values={"deficit": 0.2})
    with_model = len(setup_rate_figure(rate).axes[0].patches)
    without = len(setup_rate_figure(setup_rates(setup("juno"))).axes[0].patches)
    assert with_model == without + 1


def test_nothing_is_cut_off(figure: Figure, overflow_inch: Callable[[Figure], float]) -> None:
    assert overflow_inch(figure) <= PIXEL
