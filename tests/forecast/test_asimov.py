"""Profiled chi2 and Fisher matrices against general minimisers, closed forms and toys."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.asimov import gaussian_chi2, poisson_chi2
from gallus.forecast.expectation import Expectation, Pull
from gallus.forecast.fisher import (
    Indistinguishable,
    covariance,
    error_budget,
    fisher_matrix,
    marginal_errors,
)
from gallus.forecast.toys import toy_differences, toys
from gallus.likelihood.poisson import poisson_chi2 as deviance

FREE = math.inf


def example(bins: int = 30, seed: int = 1, size: float = 1.0) -> Expectation:
    """A signal with two normalisations, a free background, a distortion."""
    random = np.random.default_rng(seed)
    signal, background = (size * random.uniform(*ends, bins) for ends in ((5, 30), (2, 10)))
    distortion = size * random.normal(0.0, 0.5, bins)
    return Expectation(
        signal + background,
        np.array([0.02 * signal, background, distortion]),
        (Pull("activity"), Pull("background", FREE), Pull("distortion")),
    )


def objective(data: Array, tested: Expectation, pulls: Array) -> float:
    expected = tested.expected + pulls @ tested.templates
    if expected.min() <= 0:
        return 1e9
    return float(deviance(data, expected).sum() + (pulls**2 * tested.prior_weights).sum())


@pytest.mark.parametrize("seed", range(4))
def test_the_profiled_deviance_is_that_of_a_general_minimiser(seed: int) -> None:
    from scipy.optimize import minimize

    tested = example(seed=seed)
    data = np.random.default_rng(seed).poisson(0.8 * tested.expected).astype(float)
    found = poisson_chi2(data, tested)
    simplex: Any = minimize(  # type: ignore[call-overload]
        lambda pulls: objective(data, tested, pulls),
        np.zeros(3),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
    )
    assert found.converged
    assert float(found.chi2) == pytest.approx(simplex.fun, abs=1e-6)
    assert found.pulls == pytest.approx(simplex.x, abs=1e-4)


def test_the_profiled_deviance_is_that_of_minuit() -> None:
    from iminuit import Minuit

    tested = example(bins=12, seed=9)
    data = np.random.default_rng(5).poisson(tested.expected).astype(float)
    minuit = Minuit(lambda pulls: objective(data, tested, pulls), np.zeros(3))
    minuit.tol = 1e-6
    minuit.migrad()
    assert float(poisson_chi2(data, tested).chi2) == pytest.approx(minuit.fval, abs=1e-6)


def test_many_points_are_the_points_one_by_one() -> None:
    tested = example()
    random = np.random.default_rng(2)
    data = random.poisson(tested.expected, (4, 1, 30)).astype(float)
    expected = tested.expected * np.linspace(0.8, 1.2, 5)[:, None]
    every = poisson_chi2(data, tested, expected)
    assert every.chi2.shape == (4, 5)
    assert every.pulls.shape == (4, 5, 3)
    one = poisson_chi2(data[2, 0], tested.at(expected[3]))
    assert every.chi2[2, 3] == pytest.approx(float(one.chi2), rel=1e-9)
    gaussian = gaussian_chi2(data, tested, tested.expected, expected)
    alone = gaussian_chi2(data[2, 0], tested.at(expected[3]), tested.expected)
    assert gaussian.chi2[2, 3] == pytest.approx(float(alone.chi2), rel=1e-12)


def test_the_closed_form_is_the_likelihood_of_correlated_data() -> None:
    """Pulls with priors are a covariance: d (V + T S T)^-1 d."""
    tested = example().without(["background"])
    data = tested.expected * np.linspace(0.9, 1.1, 30)
    matrix = np.diag(tested.expected) + tested.templates.T @ tested.templates
    difference = data - tested.expected
    expected = difference @ np.linalg.solve(matrix, difference)
    assert float(gaussian_chi2(data, tested, tested.expected).chi2) == pytest.approx(expected)


@given(seed=st.integers(0, 1000), size=st.sampled_from([1e2, 1e4, 1e6]))
def test_deviance_and_parabola_agree_for_much_data(seed: int, size: float) -> None:
    tested = example(seed=seed, size=size)
    data = np.random.default_rng(seed).poisson(tested.expected).astype(float)
    exact = float(poisson_chi2(data, tested).chi2)
    # The next order of the deviance, chi^3/sqrt(mu) a bin, with chi below 4 and random signs.
    near = 10 / math.sqrt(tested.expected.min())
    assert float(gaussian_chi2(data, tested, tested.expected).chi2) == pytest.approx(
        exact, abs=max(1.0, exact) * near
    )


@given(seed=st.integers(0, 1000), share=st.floats(0.0, 3.0))
def test_the_profiled_deviance_is_not_above_any_other(seed: int, share: float) -> None:
    tested = example(seed=seed)
    random = np.random.default_rng(seed)
    data = random.poisson(share * tested.expected).astype(float)
    found = poisson_chi2(data, tested)
    assert found.converged
    for pulls in random.normal(0.0, 0.3, (20, 3)):
        assert float(found.chi2) <= objective(data, tested, pulls) + 1e-9


def test_empty_data_end_at_an_empty_background() -> None:
    """A free background alone cannot be negative."""
    tested = Expectation(np.array([3.0, 5.0]), np.array([[3.0, 5.0]]), (Pull("b", FREE),))
    found = poisson_chi2(np.zeros(2), tested)
    assert float(found.chi2) == pytest.approx(0.0, abs=0.1)
    assert found.pulls == pytest.approx([-1.0], abs=0.02)


# --- Fisher -----------------------------------------------------------------------------------


def test_a_lone_normalisation_has_the_error_of_its_count() -> None:
    signal = np.array([100.0, 300.0])
    expectation = Expectation(signal, np.zeros((0, 2)))
    assert marginal_errors(expectation, {"norm": signal})["norm"] == pytest.approx(0.05)


def test_signal_over_a_free_background_known_from_elsewhere() -> None:
    """N on and M off counts: the error of the difference is sqrt(N + M/r^2) with r the ratio."""
    signal, on, off = 400.0, 900.0, 1800.0
    expectation = Expectation(
        np.array([signal + on, off]), np.array([[on, off]]), (Pull("background", FREE),)
    )
    error = marginal_errors(expectation, {"signal": np.array([1.0, 0.0])})["signal"]
    assert error == pytest.approx(math.sqrt(signal + on + off / 4), rel=1e-12)


def test_fisher_is_the_curvature_of_the_profiled_deviance() -> None:
    expectation = example(size=10.0)
    column = np.sin(np.arange(30)) * 10.0
    error = marginal_errors(expectation, {"wave": column})["wave"]
    step = 1e-3
    chi2 = [
        float(
            poisson_chi2(expectation.expected, expectation, expectation.expected + x * column).chi2
        )
        for x in (step, -step)
    ]
    assert (chi2[0] + chi2[1]) / 2 == pytest.approx(step**2 / error**2, rel=1e-5)


def test_the_fisher_matrix_is_the_sum_over_bins() -> None:
    expected, columns = np.array([4.0, 2.0, 0.0]), np.array([[2.0, 1.0, 5.0], [0.0, 3.0, 1.0]])
    brute = sum(
        np.outer(columns[:, i], columns[:, i]) / expected[i] for i in range(2)
    )  # a bin of nothing says nothing
    assert fisher_matrix(expected, columns) == pytest.approx(np.asarray(brute))


def test_the_budget_of_independent_errors_adds_in_quadrature() -> None:
    signal = np.array([1e4])
    expectation = Expectation(
        signal, np.array([0.01 * signal, 0.02 * signal]), (Pull("activity"), Pull("fiducial"))
    )
    budget = error_budget(expectation, {"norm": signal}, "norm")
    assert budget["statistics"] == pytest.approx(0.01)
    assert budget["activity"] == pytest.approx(0.01)
    assert budget["fiducial"] == pytest.approx(0.02)
    assert budget["total"] == pytest.approx(math.sqrt(0.01**2 + 0.01**2 + 0.02**2))


@given(seed=st.integers(0, 1000))
def test_shares_of_the_variance_add_up_however_alike_the_pulls_are(seed: int) -> None:
    expectation, random = example(seed=seed), np.random.default_rng(seed)
    rows = expectation.templates
    alike = [rows[1] + 0.1 * rows[2], 0.5 * rows[0] + rows[1] * random.uniform(0.9, 1.1, 30)]
    several = expectation.with_columns({"a": alike[0], "b": alike[1]})
    column = random.uniform(5, 30, 30)
    budget = error_budget(several, {"norm": column}, "norm")
    total = budget.pop("total")
    assert sum(part**2 for part in budget.values()) == pytest.approx(total**2, rel=1e-6)
    assert total == pytest.approx(marginal_errors(several, {"norm": column})["norm"], rel=1e-9)
    held = marginal_errors(several.only(()), {"norm": column})["norm"]
    assert budget["statistics"] == pytest.approx(held, rel=1e-9)
    # The first one is the one that alone takes off most.
    first = next(name for name in budget if name != "statistics")
    alone = {
        name: marginal_errors(several.without([name]), {"norm": column})["norm"]
        for name in several.names
    }
    assert alone[first] == pytest.approx(min(alone.values()), rel=1e-9)
    assert budget[first] == pytest.approx(math.sqrt(total**2 - alone[first] ** 2), rel=1e-6)


def test_parameters_that_do_the_same_are_refused() -> None:
    expectation = example()
    column = expectation.template("background")
    with pytest.raises(Indistinguishable, match="told from each other") as raised:
        covariance(expectation, {"copy": column, "other": np.arange(30.0)})
    assert raised.value.key == "background, copy"
    with pytest.raises(InputError, match="nothing"):
        covariance(expectation, {"nothing": np.zeros(30)})


# --- toys -------------------------------------------------------------------------------------


def test_toys_do_not_depend_on_how_many_are_asked_for() -> None:
    truth = example()
    few, many = (np.concatenate([t.counts for t in toys(truth, n, 7)]) for n in (70, 200))
    assert np.array_equal(few, many[:70])
    centres = np.concatenate([t.centres for t in toys(truth, 2000, 7)])
    assert np.all(centres[:, 1] == 0.0)  # a free pull is measured nowhere else
    assert centres[:, 0].std() == pytest.approx(1.0, abs=0.06)


def test_the_asimov_chi2_is_the_median_of_toys() -> None:
    """Delta chi2 of no effect against an effect at its true size, 1000 experiments by chance."""
    truth = example(size=3.0)
    column = -0.25 * truth.expected * np.linspace(0.0, 1.0, 30)
    null = truth.at(truth.expected - column)  # the truth has the effect
    asimov = float(poisson_chi2(truth.expected, null).chi2)
    differences = toy_differences(truth, null, truth, 1000, seed=3)
    # Normal with mean t and standard deviation 2 sqrt(t): error of the median of 1000.
    error = 1.25 * 2 * math.sqrt(asimov) / math.sqrt(1000)
    assert float(np.median(differences)) == pytest.approx(asimov, abs=3 * error + 0.02 * asimov)
    assert differences.std() == pytest.approx(2 * math.sqrt(asimov), rel=0.1)
