"""Terms of a probability: sin(x)/x, and the powers of it."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.oscillation import DampedCosines
from gallus.oscillation.base import sine_ratio


@given(x=st.floats(-50.0, 50.0))
def test_the_ratio_of_sine_to_argument(x: float) -> None:
    assert sine_ratio(np.asarray(x)) == pytest.approx(float(mp.sinc(x)), abs=3e-16)


def test_its_derivative_is_exact_at_zero(jax: Any) -> None:
    for x in (0.0, 1e-9, 1e-3, 0.0999, 0.1001, 2.0):
        slope = float(jax.grad(sine_ratio)(x))
        exact = float(mp.diff(mp.sinc, x)) if x else 0.0
        assert slope == pytest.approx(exact, abs=1e-14)


@pytest.mark.parametrize("powers", [(), (1,), (1, 2, 1), (0, 1), (1, 3)])
def test_powers_that_do_not_fit_the_terms_are_refused(powers: tuple[int, ...]) -> None:
    zeros = np.zeros((2, 3))
    with pytest.raises(InputError, match=r"sinc_power = .*allowed: 2 numbers, each 1 or 2"):
        DampedCosines(zeros, zeros, sinc_per_m=zeros, sinc_power=powers)
    assert DampedCosines(zeros, zeros, sinc_per_m=zeros, sinc_power=(1, 2)).terms == 2


def test_damping_by_a_sinc_has_its_power() -> None:
    rate, baseline = np.full((2, 3), 1.1), np.array([0.0, 1e-3, 2.0])
    terms = DampedCosines(0 * rate, 0 * rate, sinc_per_m=rate, sinc_power=(1, 2))
    for term, power in ((0, 1), (1, 2)):
        expected = [float(mp.sinc(1.1 * length)) ** power for length in baseline]
        np.testing.assert_allclose(terms.damping(term, baseline), expected, rtol=1e-15)
