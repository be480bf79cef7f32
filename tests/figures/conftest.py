"""Fixtures of the figures: results and models, and a check that nothing is cut off."""

from collections.abc import Callable
from io import BytesIO

import pytest
from matplotlib.figure import Figure

from gallus.interactions.gallium_capture import (
    CaptureCrossSection,
    cross_section,
    cross_section_names,
)
from gallus.significance import Significance, significance_table


@pytest.fixture(scope="session")
def models() -> tuple[CaptureCrossSection, ...]:
    return tuple(cross_section(name) for name in cross_section_names())


@pytest.fixture(scope="session")
def results() -> tuple[Significance, ...]:
    """All named models, with a recipe whose errors are asymmetric."""
    return significance_table(method="bounded-pull", toys=0)


@pytest.fixture
def overflow_inch() -> Callable[[Figure], float]:
    """How far anything drawn reaches beyond the edge of the canvas."""

    def measure(figure: Figure) -> float:
        figure.savefig(BytesIO(), format="png")  # lays the figure out
        drawn = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        return float(max(-drawn.x0, -drawn.y0, drawn.x1 - width, drawn.y1 - height))

    return measure
