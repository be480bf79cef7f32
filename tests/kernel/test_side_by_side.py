"""Distributions side by side are averaged as each by itself, whatever is damped and how fast."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.geometry import PathLengthTable, gallium_target
from gallus.interactions.gallium_capture import cross_section
from gallus.kernel.averages import DistanceWeight, mean_cosine_sine, mean_exponential
from gallus.kernel.damped_terms import DampedTerms
from gallus.kernel.side_by_side import SideBySide
from gallus.oscillation.base import DampedCosines
from gallus.oscillation.catalogue import model

WEIGHTS = [
    DistanceWeight.from_table(PathLengthTable.from_geometry(gallium_target(name)))
    for name in ("best-inner", "best-outer")
]
TOGETHER = SideBySide(tuple(map(DampedTerms, WEIGHTS)))
ERROR = 1e-12
"""Of few nodes (1e-14) and of the closed forms, after sums of a hundred pieces."""

phases = st.sampled_from([0.0, 1e-5, -3.0, 40.0, 900.0, 2e4])
dampings = st.sampled_from([0.0, 1e-6, 0.7, 30.0, 1e5])


@given(pairs=st.lists(st.tuples(phases, dampings), min_size=1, max_size=5))
def test_each_is_what_it_is_alone(pairs: list[tuple[float, float]]) -> None:
    phase, damping = (np.array(each)[:, None] for each in zip(*pairs, strict=True))
    found = TOGETHER.at_lines(DampedCosines(phase, damping))
    assert found is not None
    plain = TOGETHER.plain(phase)
    for b, weight in enumerate(WEIGHTS):
        alone = mean_exponential(weight, phase, damping)
        np.testing.assert_allclose(found[0][..., b], alone.real, atol=ERROR)
        np.testing.assert_allclose(found[1][..., b], alone.imag, atol=ERROR)
        for mean, expected in zip(plain, mean_cosine_sine(weight, phase), strict=True):
            np.testing.assert_allclose(mean[..., b], expected, atol=ERROR)


@pytest.mark.parametrize("name", ["sterile", "decoherence", "wave-packet"])
def test_gallium_ratios_are_those_of_the_detectors_one_by_one(name: str) -> None:
    alone = gallium_likelihood(model(name), cross_section("bahcall-1997"))
    together = replace(alone, kernel=alone.kernel.remembering())
    values = {each.name: 1.1 * each.start for each in model(name).parameters}
    expected = alone.expected(values)
    assert together.expected(values) == pytest.approx(expected, abs=ERROR)
    axis = next(iter(values))
    line: dict[str, Any] = {**values, axis: np.linspace(0.9, 1.0, 5) * values[axis]}
    assert together.expected(line) == pytest.approx(alone.expected(line), abs=ERROR)
