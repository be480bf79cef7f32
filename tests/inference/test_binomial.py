"""Binomial intervals against sums over the binomial distribution."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.inference.binomial import ONE_SIGMA, clopper_pearson, wilson


def probability(count: int, total: int, share: float) -> float:
    return math.comb(total, count) * share**count * (1 - share) ** (total - count)


@given(st.integers(1, 40), st.data(), st.sampled_from([ONE_SIGMA, 0.95]))
def test_clopper_pearson_by_its_definition(total: int, data: st.DataObject, level: float) -> None:
    count = data.draw(st.integers(0, total))
    lower, upper = (float(end) for end in clopper_pearson(count, total, level))
    tail = (1 - level) / 2
    at_least = sum(probability(k, total, lower) for k in range(count, total + 1))
    at_most = sum(probability(k, total, upper) for k in range(count + 1))
    assert at_least == pytest.approx(tail if count > 0 else 1.0, rel=1e-9)
    assert at_most == pytest.approx(tail if count < total else 1.0, rel=1e-9)


@given(st.integers(1, 60), st.floats(0.0, 1.0), st.sampled_from([ONE_SIGMA, 0.9, 0.99]))
def test_clopper_pearson_never_undercovers(total: int, share: float, level: float) -> None:
    lower, upper = clopper_pearson(np.arange(total + 1), total, level)
    covered = [
        probability(k, total, share) for k in range(total + 1) if lower[k] <= share <= upper[k]
    ]
    assert sum(covered) >= level - 1e-12


@given(st.integers(1, 500), st.data())
def test_ends_of_wilson_are_one_sigma_away(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    for share in wilson(count, total):
        squared = float(share * (1 - share)) / total
        assert (count / total - float(share)) ** 2 == pytest.approx(squared, abs=1e-13)


def test_nothing_counted_is_not_known_to_be_impossible() -> None:
    lower, upper = clopper_pearson(0, 1000, 0.9)
    assert float(lower) == 0.0
    assert float(upper) == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-9)
