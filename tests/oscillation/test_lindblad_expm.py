"""Exponentials of many matrices against SciPy, against many digits, and their algebra."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.linalg import expm

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.oscillation.expm import BLOCK, exponential, norms

matrices = arrays(np.float64, (4, 4), elements=st.floats(-3.0, 3.0))


def exact(matrix: Array) -> Array:
    """With 60 digits."""
    with mpmath.workdps(60):
        return np.array(mpmath.expm(mpmath.matrix(matrix)).tolist(), dtype=float)


@pytest.mark.slow
def test_it_is_the_exponential_of_scipy() -> None:
    rng = np.random.default_rng(9)
    scales = 10.0 ** rng.uniform(-8.0, 1.5, 3 * BLOCK + 7)
    batch = scales[:, None, None] * rng.normal(size=(scales.size, 9, 9)) / 9.0
    turned: list[Any] = [batch, batch * (1 + 0.3j), 1j * batch]
    for each in turned:
        expected = np.array([expm(matrix) for matrix in each])
        found = exponential(each)
        sizes = np.exp(norms(each))[:, None, None]
        assert (np.abs(found - expected) < 1e-15 * (1 + norms(each)[:, None, None]) * sizes).all()


@given(a=matrices)
def test_it_has_all_digits(a: Array) -> None:
    error = np.abs(exponential(a) - exact(a)).max()
    assert error <= 1e-15 * (1 + norms(a)) * np.exp(norms(a))


@given(a=matrices, x=st.floats(0.0, 2.0), y=st.floats(-2.0, 2.0))
def test_lengths_add(a: Array, x: float, y: float) -> None:
    first, second, both = exponential(np.stack([x * a, y * a, (x + y) * a]))
    size = np.exp(norms(a) * (abs(x) + abs(y)))
    assert first @ second == pytest.approx(both, rel=0, abs=float(1e-14 * size * (1 + norms(a))))


@given(fast=st.floats(1.0, 1e12), slow=st.floats(1e-3, 30.0))
def test_a_fast_motion_leaves_a_slow_one_exact(fast: float, slow: float) -> None:
    """Plain squaring would lose as many digits as `fast` has.

    Forty squarings, each with its relative rounding of the phase.
    """
    a = np.zeros((3, 3))
    a[0, 1], a[1, 0], a[2, 2] = -slow, slow, -fast
    turned = exponential(a)
    assert turned[0] == pytest.approx([np.cos(slow), -np.sin(slow), 0.0], abs=4e-15 * (1 + slow))
    assert turned[2, 2] == pytest.approx(np.exp(-fast), abs=1e-15)


def test_stiff_motions_that_share_states_lose_what_rounding_takes() -> None:
    rng = np.random.default_rng(3)
    for size in (1e2, 1e4, 1e6):
        symmetric = rng.normal(size=(4, 4))
        decaying = -symmetric @ symmetric.T * size
        turning = rng.normal(size=(4, 4))
        a = decaying + turning - turning.T
        assert exponential(a) == pytest.approx(exact(a), rel=0, abs=float(1e-15 * norms(a)))


def test_nothing_is_exactly_one() -> None:
    assert (exponential(np.zeros((2, 5, 5))) == np.eye(5)).all()
    assert exponential(np.zeros((0, 5, 5))).shape == (0, 5, 5)
    assert exponential(np.zeros((2, 3, 4, 4))).shape == (2, 3, 4, 4)
    # Blocks are sorted by norm and come back in order.
    diagonals = np.random.default_rng(1).uniform(-5.0, 5.0, (2 * BLOCK, 3))
    found = exponential(diagonals[:, None, :] * np.eye(3))
    assert np.einsum("nii->ni", found) == pytest.approx(np.exp(diagonals), rel=1e-14)


@pytest.mark.parametrize("entry", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_refused(entry: float) -> None:
    with pytest.raises(InputError, match="not finite"):
        exponential(np.diag([entry, 1.0]))


@pytest.mark.slow
def test_the_same_under_jax(jax: Any) -> None:
    rng = np.random.default_rng(5)
    batch = rng.normal(size=(20, 4, 4)) * 10.0 ** rng.uniform(-3, 1, 20)[:, None, None]
    plain = exponential(batch)
    for found in (
        exponential(jax.numpy.asarray(batch)),
        jax.jit(exponential)(batch),
        jax.vmap(exponential)(batch),
    ):
        difference = np.abs(np.asarray(found) - plain).max(axis=(1, 2))
        assert (difference <= 1e-14 * np.exp(norms(batch))).all()


@pytest.mark.slow
def test_gradients_are_products(jax: Any) -> None:
    """d exp(x A)/dx = A exp(x A)."""
    a = np.random.default_rng(6).normal(size=(4, 4))
    slope = jax.jacfwd(lambda x: exponential(x * jax.numpy.asarray(a)))(1.7)
    assert np.asarray(slope) == pytest.approx(a @ expm(1.7 * a), rel=1e-12)
