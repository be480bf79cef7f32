"""The figures of next gallium runs and of patterns draw the numbers of their results."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.explanation import Explanation, fit_gallium
from gallus.figures.gallium_runs import gallium_design_figure, separation_figure
from gallus.figures.model_patterns import model_patterns_figure
from gallus.forecast.gallium_run import gallium_run
from gallus.forecast.observation import observation
from gallus.forecast.questions.gallium_runs import (
    Separation,
    SeparationCurve,
    separation,
    separation_against,
)
from gallus.forecast.questions.models import ModelPatterns
from gallus.oscillation import Deficit, model

Overflow = Callable[[Figure], float]


@cache
def explanations() -> tuple[Explanation, ...]:
    return fit_gallium(Deficit()), fit_gallium(model("decoherence"))


@cache
def separations() -> tuple[Separation, ...]:
    runs = [gallium_run(setup(name)) for name in ("best-cr51", "best-zn65")]
    each = [separation(run, explanations()) for run in runs]
    return (*each, separation(runs, explanations()))


@cache
def curve() -> SeparationCurve:
    run = gallium_run(setup("best-cr51"))
    return separation_against(run, "source.activity_MCi", [0.5, 2.0, 5.0], explanations())


@cache
def patterns() -> ModelPatterns:
    chosen = with_values(setup("jne-500t"), {"bins": 12, "distance_bins": 10})
    seen = observation(with_values(chosen, {"background": ()}))
    return ModelPatterns((seen,), explanations(), np.zeros(2), np.zeros((2, 2)))


def test_marks_are_the_expected_ratios_with_their_errors() -> None:
    axes = separation_figure(separations()).axes[0]
    containers = axes.containers
    # Two models in two runs, two bars each; the runs together are no new ratios.
    assert len(containers) == 8
    line, _, (bars,) = containers[3].lines  # type: ignore[attr-defined]
    found = separations()[0]
    np.testing.assert_allclose(line.get_ydata(), found.ratios[1])
    lengths = [segment[1, 1] - segment[0, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(lengths, 2 * found.errors[1])
    _, _, (whole,) = containers[2].lines  # type: ignore[attr-defined]
    above = [segment[1, 1] for segment in whole.get_segments()] - found.ratios[1]
    np.testing.assert_allclose(above, found.all_errors[1, :, 0])
    ticks = [text.get_text() for text in axes.get_xticklabels()]
    assert ticks == ["$^{51}$Cr\ninner", "$^{51}$Cr\nouter", "$^{65}$Zn\ninner", "$^{65}$Zn\nouter"]


def test_squares_print_what_each_run_adds() -> None:
    figure = separation_figure(separations())
    for axes, found in zip(figure.axes[1:], separations(), strict=True):
        texts = [text.get_text() for text in axes.texts]
        sigma = found.gained_sigma
        assert texts == ["", rf"{sigma[0, 1]:.1f}$\,\sigma$", rf"{sigma[1, 0]:.1f}$\,\sigma$", ""]
    assert figure.axes[3].get_title(loc="left") == "2 runs"


@pytest.mark.slow
def test_curves_are_the_gains() -> None:
    axes = gallium_design_figure(curve(), "activity (MCi)").axes[0]
    assert axes.get_xscale() == "log"
    for line, (truth, other) in zip(
        axes.lines, (("deficit", "decoherence"), ("decoherence", "deficit")), strict=True
    ):
        np.testing.assert_allclose(np.asarray(line.get_ydata()), curve().gained_sigma(truth, other))


def test_patterns_are_ratios_of_counts() -> None:
    energy, distance = model_patterns_figure(patterns()).axes
    flat = 1 - explanations()[0].values["deficit"]
    np.testing.assert_allclose(np.asarray(energy.lines[1].get_ydata()), flat)
    falling = np.asarray(distance.lines[2].get_ydata())
    kernel = patterns().observations[0].kernel
    damped = kernel.counts(explanations()[1].model, explanations()[1].values).sum(axis=0)
    expected = damped / kernel.without_oscillation().sum(axis=0)
    np.testing.assert_allclose(falling, expected[-len(falling) :], rtol=1e-9)
    assert energy.get_ylim() == distance.get_ylim()


def test_nothing_is_cut_off(overflow_inch: Overflow) -> None:
    for figure in (
        separation_figure(separations()),
        gallium_design_figure(curve()),
        model_patterns_figure(patterns()),
    ):
        assert overflow_inch(figure) < 0.02


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        separation_figure(())
    alone = separation(gallium_run(setup("best-cr51")), explanations()[:1])
    with pytest.raises(InputError, match="together"):
        separation_figure((separations()[0], alone))
