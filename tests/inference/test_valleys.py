"""Which of several minima is quoted: the deepest, and of equally deep ones the widest."""

from dataclasses import dataclass

import numpy as np
import pytest

from gallus.arrays import Array
from gallus.inference.minuit import SAME_CHI2
from gallus.inference.valleys import Valley, valleys
from gallus.parameters import Parameter, Params

X = Parameter("x", 1.0, 0.0, 10.0)


@dataclass(frozen=True)
class Parabolas:
    """The lowest of several parabolas (place, depth, width)."""

    places: tuple[tuple[float, float, float], ...]
    parameters: tuple[Parameter, ...] = (X,)
    n_data: int = 1

    def chi2(self, params: Params) -> Array:
        x = np.asarray(params["x"])
        each = [depth + ((x - x0) / width) ** 2 for x0, depth, width in self.places]
        return np.asarray(np.min(each, axis=0))


def found(*places: tuple[float, float, float], x: float = 1.0) -> tuple[Valley, ...]:
    return valleys(Parabolas(places), {"x": x}, {}, 2000)


@pytest.mark.parametrize("start", [0.5, 3.0, 9.0])
def test_the_deepest_comes_first(start: float) -> None:
    # The narrow one is deeper by more than the 0.001 that count as equal.
    first, second = found((2.0, 1.0, 0.5), (8.0, 0.9, 0.1), x=start)
    # MIGRAD ends 2e-5 in chi2 from the minimum: 5e-3 of an error.
    assert first.values["x"] == pytest.approx(8.0, abs=5e-4)
    assert second.values["x"] == pytest.approx(2.0, abs=2.5e-3)


@pytest.mark.parametrize("start", [0.5, 3.0, 9.0])
@pytest.mark.parametrize("difference", [-0.9, 0.0, 0.9])
def test_of_equally_deep_ones_the_widest_comes_first(start: float, difference: float) -> None:
    first, *rest = found(
        (2.0, 1.0, 0.1), (5.0, 1.0 + difference * SAME_CHI2, 0.5), (8.0, 1.0, 0.2), x=start
    )
    assert first.values["x"] == pytest.approx(5.0, abs=2.5e-3)
    assert [each.chi2 for each in rest] == sorted(each.chi2 for each in rest)
    assert len(rest) == 2


def test_width_is_that_of_the_logarithm_on_a_logarithmic_scale() -> None:
    scaled = Parameter("x", 2.0, 0.5, 500.0, scale="log")
    # The second is wider in x, the first in ln x.
    likelihood = Parabolas(((1.0, 0.0, 0.3), (100.0, 0.0, 3.0)), (scaled,))
    first, _ = valleys(likelihood, {}, {}, 2000)
    assert first.values["x"] == pytest.approx(1.0, abs=3e-3)


def test_runs_that_end_at_one_place_are_one_minimum() -> None:
    (only,) = found((5.0, 0.0, 1.0))
    assert only.values["x"] == pytest.approx(5.0, abs=5e-3)
    assert only.chi2 == pytest.approx(0.0, abs=1e-4)


def test_without_free_parameters_there_is_none() -> None:
    assert valleys(Parabolas(((5.0, 0.0, 1.0),)), {}, {"x": 3.0}, 2000) == ()
