"""Beta spectra, lines and sums of two events."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.constants import ELECTRON_MASS_MEV
from gallus.forecast.backgrounds.base import VisibleSpectrum
from gallus.forecast.backgrounds.nuclide_file import Beta, internal_nuclide
from gallus.forecast.backgrounds.visible_energy import (
    beta_shares,
    coulomb_ratio,
    electron_spectrum,
    grid,
    line_shares,
    self_convolution,
    unique_factor,
)
from gallus.sources.beta_decay import Branch


def main_branch(nuclide: str) -> Beta:
    return internal_nuclide(nuclide).betas()[0]


def mean_kinetic_MeV(beta: Beta) -> float:
    edges = grid(1.0, beta.branch.endpoint_MeV + beta.added_MeV)
    middle = (edges[1:] + edges[:-1]) / 2
    shares = beta_shares(beta, edges)
    return float(shares @ middle / shares.sum()) - beta.added_MeV


# Evaluated mean energies (recalled): they come from spectra with the same ingredients. 0.3 % is
# the size of outer radiative corrections and of the finite size in lambda_k.
@pytest.mark.parametrize(
    ("nuclide", "mean_keV"),
    [("14C", 49.47), ("11C", 385.7), ("85Kr", 251.4), ("39Ar", 218.8), ("40K", 584.0)],
)
def test_mean_energies_agree_with_the_evaluated_ones(nuclide: str, mean_keV: float) -> None:
    assert mean_kinetic_MeV(main_branch(nuclide)) == pytest.approx(mean_keV / 1e3, rel=3e-3)


def test_bismuth_is_softer_than_an_allowed_spectrum() -> None:
    measured = main_branch("210Bi")
    allowed = measured._replace(slope=0.0, square=0.0)
    assert mean_kinetic_MeV(allowed) == pytest.approx(0.389, rel=3e-3)  # as tables give it
    assert mean_kinetic_MeV(measured) == pytest.approx(0.317, abs=0.002)


def without_charge(unique: int) -> Beta:
    return Beta(Branch(1.0, 1.0, 0.0, 4.0, 0.0, 0.0), 0.0, unique, 0.0, 0.0)


def test_shape_factors_of_a_nucleus_without_charge() -> None:
    w, q = np.array([1.2, 1.8, 2.5]), np.array([1.9, 1.0, 0.3])
    p2, q2 = w**2 - 1, q**2
    exact = {
        0: np.ones(3),
        1: p2 + q2,
        2: p2**2 + 10 / 3 * p2 * q2 + q2**2,
        3: p2**3 + 7 * p2**2 * q2 + 7 * p2 * q2**2 + q2**3,
    }
    for degree, expected in exact.items():
        got = unique_factor(without_charge(degree), w, q)
        assert got == pytest.approx(expected, rel=1e-12)


def test_the_coulomb_ratio_keeps_slow_electrons_finite() -> None:
    # lambda_2 p^2 tends to a constant: forbidden spectra begin with a step like the allowed ones.
    momentum = np.array([1e-3, 1e-2])
    product = coulomb_ratio(2, np.sqrt(1 + momentum**2), 37.0, 5.4) * momentum**2
    assert product[0] == pytest.approx(product[1], rel=2e-3)
    assert product[0] > 0


def test_the_coulomb_ratio_of_the_first_is_one_and_all_are_without_charge() -> None:
    w = np.array([1.1, 3.0])
    assert coulomb_ratio(1, w, 83.0, 7.0) == pytest.approx([1, 1])
    assert coulomb_ratio(4, w, 0.0, 7.0) == pytest.approx([1, 1], rel=1e-12)


def test_a_spectrum_ends_as_the_square_of_the_distance() -> None:
    beta = main_branch("14C")
    end = beta.branch.endpoint_MeV
    near = electron_spectrum(np.array([end - 2e-4, end - 1e-4, end, end + 1e-3]), beta)
    assert near[0] / near[1] == pytest.approx(4, rel=2e-3)
    assert near[2] == near[3] == 0


def test_shares_do_not_depend_on_the_grid() -> None:
    beta = main_branch("85Kr")
    top = beta.branch.endpoint_MeV
    coarse, fine = beta_shares(beta, grid(2.0, top)), beta_shares(beta, grid(0.5, top))
    n = len(fine) // 4
    # Two nodes in a bin: 1e-5 where screening bends the spectrum.
    assert fine[: 4 * n].reshape(n, 4).sum(axis=1) == pytest.approx(coarse[:n], abs=2e-6)
    assert coarse.sum() == pytest.approx(beta.branch.fraction, rel=1e-12)


def test_gammas_shift_the_spectrum_without_changing_it() -> None:
    beta = main_branch("39Ar")
    edges = grid(1.0, 1.0)
    shifted = beta_shares(beta._replace(added_MeV=0.300), edges)
    assert shifted[300:900] == pytest.approx(beta_shares(beta, edges)[:600], abs=1e-12)
    assert not shifted[:300].any()


@given(st.floats(0.02, 0.98), st.sampled_from([0.0, 0.004, 0.03]))
def test_lines_keep_their_energy(energy: float, spread: float) -> None:
    edges = grid(1.0, 1.3)
    shares = line_shares(energy, edges, spread)
    middle = (edges[1:] + edges[:-1]) / 2
    if energy > 6 * spread:  # else the Gaussian reaches below 0
        assert shares.sum() == pytest.approx(1, abs=1e-8)
        assert shares @ middle == pytest.approx(energy, abs=1e-8)
    if spread:
        assert shares.sum() <= 1 + 1e-12


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(lambda x: sum(x) > 0.1))
def test_sums_of_two_add_means_and_variances(weights: list[float]) -> None:
    share = np.array(weights) / sum(weights)
    one = VisibleSpectrum(np.linspace(0.0, 0.5 * len(share), len(share) + 1), share)
    two = self_convolution(one)
    assert two.share.sum() == pytest.approx(1)
    moments = [
        (float(s.share @ (s.edges_MeV[1:] + s.edges_MeV[:-1]) / 2), variance(s)) for s in (one, two)
    ]
    assert moments[1][0] == pytest.approx(2 * moments[0][0])
    # A triangle in its two bins is not flat in each: variance 2 h^2/12 becomes 4 h^2/12.
    assert variance(two) == pytest.approx(2 * moments[0][1] + 2 * 0.25 / 12)


def variance(spectrum: VisibleSpectrum) -> float:
    low, high = spectrum.edges_MeV[:-1], spectrum.edges_MeV[1:]
    square = (high**2 + low * high + low**2) / 3
    mean = float(spectrum.share @ (high + low) / 2)
    return float(spectrum.share @ square) - mean**2


def test_the_grid_is_one_of_whole_steps() -> None:
    edges = grid(0.5, 0.156476)
    assert edges[0] == 0
    assert edges[-1] > 0.156476
    assert np.any(np.isclose(edges, 0.1565, atol=1e-12))


def test_a_beta_is_one_electron_mass_above_its_kinetic_energy() -> None:
    # Without charge the allowed spectrum is p W q^2 in closed form.
    beta = without_charge(0)
    kinetic = np.array([0.1, 0.5, 0.9])
    w = kinetic / ELECTRON_MASS_MEV + 1
    expected = np.sqrt(w**2 - 1) * w * (1 - kinetic) ** 2
    got = electron_spectrum(kinetic, beta)
    assert got / got[1] == pytest.approx(expected / expected[1], rel=1e-9)
    assert math.isfinite(got.sum())
