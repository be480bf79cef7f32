"""Remembered averages are the exact ones, whatever was asked before."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.geometry import PathLengthTable, gallium_target
from gallus.kernel import DistanceWeight, mean_cosine_sine
from gallus.kernel import remembered_averages as module
from gallus.kernel.remembered_averages import RememberedAverages

WEIGHT = DistanceWeight.from_table(PathLengthTable.from_geometry(gallium_target("best-inner")))
ROUNDING = 1e-13
"""Sums of a few dozen cells, in another order."""


@given(
    batches=st.lists(
        st.lists(st.sampled_from([0.0, 0.1, -0.1, 3.0, 7.5, -400.0, 1e6]), min_size=1, max_size=8),
        min_size=1,
        max_size=6,
    ),
    few=st.sampled_from([0, 3, 1000]),
    most=st.sampled_from([4, 1000]),
)
def test_order_and_repetition_do_not_matter(
    batches: list[list[float]], few: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", few)
        patch.setattr(module, "MOST", most)
        remembered = RememberedAverages(WEIGHT)
        for batch in batches:
            phase = np.array(batch)[None, :]
            cosine, sine = mean_cosine_sine(WEIGHT, phase)
            np.testing.assert_allclose(remembered.cosine(phase), cosine, atol=ROUNDING)
            np.testing.assert_allclose(remembered.sine(phase), sine, atol=ROUNDING)


def test_each_phase_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counting(weight: DistanceWeight, phase: Any) -> Any:
        asked.append(np.size(phase))
        return mean_cosine_sine(weight, phase)

    monkeypatch.setattr(module, "mean_cosine_sine", counting)
    remembered = RememberedAverages(WEIGHT)
    phases = np.linspace(0.0, 30.0, 2001)
    remembered.cosine(np.tile(phases, (3, 1)))
    remembered.sine(-phases)
    assert sum(asked) == 2000  # that of phase 0 is known
    for _ in range(3):
        remembered.cosine(np.array([0.0, 15.0, 31.0]))
    assert sum(asked) == 2001


def test_everything_is_covered() -> None:
    assert RememberedAverages(WEIGHT).covers(np.array([1e12]))


def test_values_that_jax_has_not_yet_are_left_to_the_exact_averages(jax: Any) -> None:
    assert RememberedAverages(WEIGHT).covers(np.array([1.0]))
    assert not RememberedAverages(WEIGHT).covers(jax.numpy.asarray([1.0]))
