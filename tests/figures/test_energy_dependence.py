"""Cross section against energy: table with its band, computed models, lines of the sources."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.figures import cross_section_energy_figure
from gallus.interactions import CaptureCrossSection, GermaniumDecay, cross_section

NAMES = ("bahcall-1997", "ground-state", "semenov-2020")

PIXEL = 1 / 200
"""In inches; extents are rounded outwards."""


@pytest.fixture(scope="module")
def figure() -> Figure:
    return cross_section_energy_figure([cross_section(name) for name in NAMES])


def curve(axes: Axes, title: str) -> tuple[np.ndarray, np.ndarray]:
    (line,) = (line for line in axes.lines if line.get_label() == title)
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def band_at(axes: Axes, energy_MeV: float) -> np.ndarray:
    """Lower and upper edge of the filled band at one energy."""
    (band,) = (c for c in axes.collections if isinstance(c, PolyCollection))
    x, y = np.asarray(band.get_paths()[0].vertices, dtype=np.float64).T
    near = np.unique(y[np.abs(x - energy_MeV) == np.abs(x - energy_MeV).min()])
    return near[[0, -1]]


def test_the_band_of_the_table_spans_three_standard_deviations(figure: Figure) -> None:
    # The row at 1.5 MeV, the end of the figure (Bahcall 1997, table of sigma(E)).
    np.testing.assert_allclose(band_at(figure.axes[0], 1.5), [188.2, 331.1], rtol=1e-6)
    np.testing.assert_allclose(
        band_at(figure.axes[1], 1.5), [188.2 / 224.3, 331.1 / 224.3], rtol=1e-6
    )


def test_curves_begin_at_threshold(figure: Figure) -> None:
    """The table too: it begins 7 keV above and is continued."""
    first = GermaniumDecay.from_database().threshold_MeV
    for title in ("Ground State", "Bahcall 1997"):
        energies, values = curve(figure.axes[0], title)
        # The step of the grid is 3 keV.
        assert energies[np.isfinite(values)][0] == pytest.approx(first, abs=0.004)
        # Flat for the first 4 keV, where the screening argument ends.
        assert np.all(np.diff(values[np.isfinite(values)]) >= 0)


def test_the_lower_panel_is_the_ratio_to_the_table(figure: Figure) -> None:
    _, ratio = curve(figure.axes[1], "Bahcall 1997")
    np.testing.assert_allclose(ratio[np.isfinite(ratio)], 1.0)
    upper = [curve(figure.axes[0], title)[1] for title in ("Semenov 2020", "Bahcall 1997")]
    np.testing.assert_allclose(curve(figure.axes[1], "Semenov 2020")[1], upper[0] / upper[1])


def test_the_lines_of_the_sources_and_the_threshold_are_marked(figure: Figure) -> None:
    places = {
        (text.get_text(), round(text.get_position()[0] + 1e-9, 3)) for text in figure.axes[0].texts
    }
    assert places == {
        ("threshold", 0.233),
        ("$^{51}$Cr", 0.747),
        ("$^{51}$Cr", 0.426),
        ("$^{37}$Ar", 0.811),
        ("$^{65}$Zn", 1.342),
    }


def test_axes_have_units(figure: Figure) -> None:
    assert "cm$^2$" in figure.axes[0].get_ylabel()
    assert "MeV" in figure.axes[1].get_xlabel()


@pytest.mark.parametrize("count", [1, 9])
def test_nothing_is_cut_off(
    models: tuple[CaptureCrossSection, ...],
    count: int,
    overflow_inch: Callable[[Figure], float],
) -> None:
    assert overflow_inch(cross_section_energy_figure(models[:count])) < PIXEL


def test_models_without_table_are_compared_with_the_first() -> None:
    models = [cross_section(name) for name in ("ground-state", "haxton-1998")]
    assert cross_section_energy_figure(models).axes[1].get_ylabel() == "ratio to\nGround State"


def test_no_model_is_an_input_error() -> None:
    with pytest.raises(InputError, match="at least one cross section"):
        cross_section_energy_figure([])
