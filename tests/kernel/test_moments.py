"""Spherical Bessel functions and the identity on which every average rests."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss, legval
from scipy.special import spherical_jn

from gallus.kernel.moments import phase_powers, spherical_bessel


@pytest.mark.parametrize("degree", range(14))
def test_real_arguments_against_scipy(degree: int) -> None:
    places = [np.linspace(3.9, 4.1, 100), np.linspace(7.9, 8.1, 100)]
    z = np.concatenate([[0.0], np.geomspace(1e-8, 1e5, 3000), *places])
    mine = spherical_bessel(z, degree)
    for k in range(degree + 1):
        # Rounding of the argument is amplified by nothing: |j_k'| < 1.
        np.testing.assert_allclose(mine[k], spherical_jn(k, z), rtol=0, atol=1e-14)


def test_the_highest_orders_against_scipy() -> None:
    z = np.linspace(0.0, 60.0, 20001)
    mine = spherical_bessel(z, 16)
    for k in range(17):
        # The recurrence from 8 on amplifies rounding by y_16(8), about 1e3.
        np.testing.assert_allclose(mine[k], spherical_jn(k, z), rtol=0, atol=2e-13)


@given(st.floats(0, 200), st.floats(0, 600))
def test_complex_arguments_against_mpmath(real: float, imaginary: float) -> None:
    z = complex(real, imaginary)
    if abs(z) < 1e-6:
        return
    mine = spherical_bessel(np.array([z]), 5)[:, 0]
    with mpmath.workdps(40):
        root = mpmath.sqrt(mpmath.pi / (2 * mpmath.mpc(z)))
        damping = mpmath.exp(-imaginary)
        exact = [complex(root * mpmath.besselj(k + 0.5, z) * damping) for k in range(6)]
    assert np.abs(mine - exact).max() < 1e-13
    # j_k(-conj z) = (-1)^k conj j_k(z)
    mirrored = spherical_bessel(np.array([-z.conjugate()]), 5)[:, 0]
    assert mirrored == pytest.approx((-1.0) ** np.arange(6) * mine.conj(), abs=1e-13)


@given(st.integers(0, 6), st.floats(0, 60))
def test_the_identity_of_the_averages(k: int, z: float) -> None:
    x, w = leggauss(80)
    direct = (w * legval(x, np.eye(7)[k]) * np.exp(1j * z * x)).sum() / 2
    closed = phase_powers(6)[k] * spherical_bessel(np.array([z]), 6)[k, 0]
    assert closed == pytest.approx(direct, abs=1e-13)


def test_strong_damping_does_not_overflow() -> None:
    assert np.all(np.isfinite(spherical_bessel(np.array([1e9j, 5 + 1e9j]), 5)))
