"""The figures of the explanations draw the numbers of the fits, and curves can be told apart."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.experiments import source_measurements
from gallus.explanations import ExplanationBlock, explanations
from gallus.figures import distances_figure, explanations_figure, save
from gallus.figures.explanations import FIRST, LINES, MOST
from gallus.oscillation import Deficit, NoOscillation, Sterile, model

NAMES = ("no-oscillation", "deficit", "sterile", "decoherence")


@cache
def block() -> ExplanationBlock:
    table = explanations(
        [NoOscillation(), Deficit(), Sterile(), model("decoherence")],
        data={"gallium": source_measurements("gallium")},
        intervals_up_to=0,
    )
    return table.blocks[0]


@cache
def figure() -> Figure:
    return explanations_figure(block())


def curve(number: int, panel: int) -> np.ndarray:
    """The n-th model's curve; the first line of a panel is R = 1."""
    lines = [
        each for each in figure().axes[panel].lines if len(np.atleast_1d(each.get_xdata())) > 9
    ]
    return np.asarray(lines[number].get_xydata())


def test_each_model_with_parameters_has_a_curve() -> None:
    labels = [text.get_text() for text in figure().legends[0].get_texts()]
    assert [label.split(",")[0] for label in labels[:3]] == list(NAMES[1:])
    assert "$\\chi^2$/dof = 4.2/5" in labels[0]
    assert any("51" in label for label in labels[3:])


def test_the_curves_are_the_survival_probabilities() -> None:
    deficit, sterile, decoherence = block().rows[1:]
    distance, constant = curve(0, 0).T
    np.testing.assert_allclose(constant, 1 - deficit.values["deficit"])
    np.testing.assert_allclose(curve(1, 0)[:, 1], sterile.survival_probability(0, distance))
    falling = curve(2, 0)[:, 1]
    assert np.all(np.diff(falling) < 0)
    np.testing.assert_allclose(falling, decoherence.survival_probability(0, distance))


def test_decoherence_rises_to_one_with_the_energy_and_a_deficit_stays() -> None:
    for panel in (1, 2):
        energy, ratio = curve(2, panel).T
        assert (energy[0], energy[-1]) == (0.3, 2.0)
        assert ratio[0] == pytest.approx(0.549, abs=0.002)  # the sum of |U_ei|^4
        assert ratio[-1] > 0.999
        assert np.ptp(curve(0, panel)[:, 1]) < 1e-12


def test_sources_are_marked_on_each_curve() -> None:
    for axes in figure().axes[1:]:
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(marks) == 3
        for line in marks:
            energies = np.asarray(line.get_xdata())
            np.testing.assert_allclose(energies, [0.732, 0.811, 1.342], atol=0.002)
        assert {"Cr", "Ar", "Zn"} <= {text.get_text()[-2:] for text in axes.texts}


def test_measured_ratios_are_drawn_with_their_errors() -> None:
    data = block().rows[0].likelihood.data
    bars = [each.lines for each in figure().axes[0].containers]  # type: ignore[attr-defined]
    drawn = [float(np.asarray(point.get_ydata())[0]) for point, _, _ in bars]
    np.testing.assert_allclose(drawn, data.values)
    faces = [point.get_markerfacecolor() for point, _, _ in bars]
    assert faces.count("white") == 1  # 37Ar, which the curves are not for


def test_dashes_differ_where_colours_look_alike_in_grey() -> None:
    assert len({str(dashes) for _, dashes in LINES}) == len(LINES) == len(FIRST) == MOST
    assert len({color for color, _ in LINES}) == len(LINES)


def test_equal_figures_are_equal_files(tmp_path: Path) -> None:
    first, second = (
        save(distances_figure(block()), tmp_path / name).read_bytes() for name in ("a.svg", "b.svg")
    )
    assert first == second


def test_nothing_or_too_much_to_draw_is_refused() -> None:
    nothing = ExplanationBlock("gallium", block().rows[:1])
    many = ExplanationBlock("gallium", (block().rows[1],) * (MOST + 1))
    for wrong in (nothing, many):
        with pytest.raises(InputError, match="one to 8"):
            explanations_figure(wrong)
