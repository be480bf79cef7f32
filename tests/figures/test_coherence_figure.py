"""The figure of damping draws the exponents of the library, and curves can be told apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from gallus.coherence import CoherenceResult, Reading, coherence, read_setup, setup
from gallus.database.loader import data_path
from gallus.figures import coherence_figure
from gallus.figures.coherence import causes


@cache
def result(name: str) -> CoherenceResult:
    return coherence(setup(name))


def curves(figure: Figure, panel: int = 0) -> list[np.ndarray]:
    lines = figure.axes[panel].lines
    return [
        np.asarray(line.get_xydata()) for line in lines if len(np.asarray(line.get_xdata())) > 9
    ]


def test_exponents_are_those_of_the_formulas() -> None:
    """2 pi^2 (x sigma/E)^2, a constant, pi x Gamma/E, 2 pi^2 (x sigma/E)^2, 2 pi^2 (d/L_osc)^2."""
    found = result("reactor")
    energy_eV, length = 4e6, 2.479684 * 4.0
    sigma, gamma = found.quantum.sigma_en_eV, found.quantum.full_width_eV
    resolution = 0.06e6 * math.sqrt(4.0 - 0.782)
    drawn = curves(coherence_figure(found))
    x = drawn[0][:, 0]
    expected = [
        2 * np.pi**2 * (x * sigma / energy_eV) ** 2,
        np.full_like(x, (1.0 / (4 * energy_eV * found.quantum.sigma_m_eV)) ** 2 / 2),
        np.pi * x * gamma / energy_eV,
        2 * np.pi**2 * (x * resolution / energy_eV) ** 2,
        np.full_like(x, 2 * np.pi**2 * (1.0**2 + 0.5**2) / length**2),
    ]
    assert len(drawn) == len(expected)
    for curve, values in zip(drawn, expected, strict=True):
        np.testing.assert_allclose(curve[:, 1], values, rtol=1e-5)


def test_what_is_left_is_the_product_of_all_causes() -> None:
    figure = coherence_figure(result("reactor"))
    quantum, both = curves(figure, 1)
    np.testing.assert_allclose(quantum[:, 1], 1.0, atol=1e-3)
    together = np.exp(-sum(curve[:, 1] for curve in curves(figure)))
    np.testing.assert_allclose(both[:, 1], together, rtol=1e-9)


def test_causes_that_are_not_there_are_not_drawn() -> None:
    """Gallium measures no energy; without collisions there is no line width."""
    assert [cause.kind for cause in causes(result("gallium-cr51"))] == ["quantum"] * 3 + [
        "classical"
    ]
    quiet = coherence(setup("gallium-cr51"), Reading(line_width="none"))
    assert len(causes(quiet)) == 3


def test_curves_differ_without_colour() -> None:
    looks = [cause.look for cause in causes(result("juno"))]
    assert len({str(look["linestyle"]) for look in looks}) == len(looks)
    assert len({look["color"] for look in looks}) == len(looks)


def test_titles_name_set_up_energy_and_splitting(tmp_path: Path) -> None:
    figure = coherence_figure(result("juno"))
    assert figure.get_suptitle() == "Reactor antineutrinos in JUNO"
    assert figure.axes[0].get_title("left") == (r"4 MeV, $\Delta m^2$ = $7.5\times 10^{-5}$ eV$^2$")
    path = tmp_path / "mine.toml"
    path.write_text(data_path("coherence-gallium-cr51").read_text())
    own = coherence_figure(coherence(read_setup(path)))
    assert own.get_suptitle() == "$^{51}$Cr neutrinos captured on gallium (BEST) (mine.toml)"


@pytest.mark.parametrize("name", ["reactor", "gallium-cr51"])
def test_nothing_is_cut_off(name: str, overflow_inch: Callable[[Figure], float]) -> None:
    assert overflow_inch(coherence_figure(result(name))) < 0.01
