"""Each recipe against a slow explicit computation, limits shared by all, and published tables."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import norm

from gallus.errors import InputError
from gallus.recipes import (
    RECIPES,
    BoundedPullRecipe,
    CovarianceRecipe,
    LowerErrorRecipe,
    Ratios,
    Recipe,
    UncorrelatedRecipe,
    chi2_p_value,
    recipe,
    two_sided_sigma,
)

Array = NDArray[np.float64]

NAMES = ("a", "b", "c", "d")
R = np.array([0.95, 0.81, 0.79, 0.77])
ERRORS = np.array([0.11, 0.10, 0.05, 0.05])
MINUS = np.array([0.03, 0.04, 0.03, 0.03])
PLUS = np.array([0.04, 0.07, 0.04, 0.04])


def ratios(
    values: Array = R, scale: float = 1.0, floor: float = 0.95, floor_error: float = 0.003
) -> Ratios:
    correlation = np.eye(4) + 0.3 * (np.ones((4, 4)) - np.eye(4))
    covariance = correlation * np.outer(ERRORS, ERRORS)
    return Ratios(NAMES, values, covariance, PLUS * scale, MINUS * scale, floor, floor_error)


EACH = pytest.mark.parametrize("method", RECIPES, ids=lambda each: each.name)


# --- independent computations -----------------------------------------------------------------


def explicit_covariance(data: Ratios, name: str) -> Array:
    """The covariance of a Gaussian recipe, element by element."""
    n = len(data.names)
    common = data.cross_section_minus.min()
    v = np.array(data.covariance)
    for i in range(n):
        for j in range(n):
            if name == "covariance":
                v[i, j] += common**2 * data.values[i] * data.values[j]
                extra = data.cross_section_minus[i] ** 2 - common**2
                v[i, j] += extra * data.values[i] ** 2 if i == j else 0.0
            elif name == "lower-error":
                v[i, j] += data.cross_section_minus[i] * data.cross_section_minus[j]
            elif i == j:
                mean = (data.cross_section_minus[i] + data.cross_section_plus[i]) / 2
                v[i, j] += (mean * data.values[i]) ** 2
    return v


@pytest.mark.parametrize(
    "method", [CovarianceRecipe(), LowerErrorRecipe(), UncorrelatedRecipe()], ids=lambda m: m.name
)
def test_gaussian_recipes_equal_the_explicit_matrix(method: Recipe) -> None:
    data = ratios()
    inverse = np.linalg.inv(explicit_covariance(data, method.name))
    ones = np.ones(4)
    for mean in (0.7, 1.0):
        d = data.values - mean
        assert method.chi2(data, mean) == pytest.approx(d @ inverse @ d, rel=1e-12)
    average = method.average(data)
    assert average.value == pytest.approx(ones @ inverse @ R / (ones @ inverse @ ones), rel=1e-12)
    assert average.plus == pytest.approx((ones @ inverse @ ones) ** -0.5, rel=1e-12)


def bounded_chi2(data: Ratios, mean: float, x: float) -> float:
    s = data.cross_section_minus.min()
    extra = np.diag((data.cross_section_minus**2 - s**2) * data.values**2)
    inverse = np.linalg.inv(data.covariance + extra)
    d = data.values - x * mean
    bound = min(x - data.floor, 0.0) / data.floor_error
    return float(d @ inverse @ d + ((x - 1) / s) ** 2 + bound**2)


@pytest.mark.parametrize("floor", [0.5, 0.95, 0.999, 1.0, 1.02])
@pytest.mark.parametrize("mean", [0.7, 0.8, 1.0, 1.2])
def test_bounded_pull_equals_numerical_minimisation(floor: float, mean: float) -> None:
    data = ratios(floor=floor)
    found = minimize_scalar(
        lambda x: bounded_chi2(data, mean, x),
        bounds=(0.5, 1.5),
        method="bounded",
        options={"xatol": 1e-12},
    )
    assert BoundedPullRecipe().chi2(data, mean) == pytest.approx(found.fun, rel=1e-8)


@pytest.mark.parametrize("floor", [0.5, 0.95, 1.0, 1.02])
def test_bounded_pull_average_is_the_global_minimum(floor: float) -> None:
    data = ratios(floor=floor)

    def both(p: Array) -> float:
        return bounded_chi2(data, float(p[0]), float(p[1]))

    found = minimize(
        both,
        np.array([0.8, 1.0]),
        method="Nelder-Mead",
        tol=1e-12,
    )
    method = BoundedPullRecipe()
    average = method.average(data)
    assert average.value == pytest.approx(found.x[0], abs=1e-6)
    assert method.minimum(data) == pytest.approx(found.fun, abs=1e-8)
    for edge in (average.value + average.plus, average.value - average.minus):
        assert method.chi2(data, edge) == pytest.approx(found.fun + 1, abs=1e-7)


def test_far_below_the_floor_the_pull_is_gaussian() -> None:
    """Without a bound the pull is the covariance (s m)^2 at the tested mean."""
    data = ratios(floor=0.0)
    v = data.split.covariance + (MINUS.min() * 0.8) ** 2
    d = R - 0.8
    assert BoundedPullRecipe().chi2(data, 0.8) == pytest.approx(d @ np.linalg.inv(v) @ d, rel=1e-10)


# --- what holds for all -----------------------------------------------------------------------


@EACH
def test_without_cross_section_error_all_recipes_agree(method: Recipe) -> None:
    data = ratios(scale=0.0, floor=0.0)
    weight = np.linalg.inv(data.covariance).sum(axis=0)
    assert method.average(data).value == pytest.approx(weight @ R / weight.sum(), rel=1e-9)
    assert method.average(data).plus == pytest.approx(weight.sum() ** -0.5, rel=1e-6)


@EACH
@given(st.floats(0.3, 1.5))
def test_equal_ratios_average_to_themselves(method: Recipe, value: float) -> None:
    data = ratios(np.full(4, value))
    assert method.average(data).value == pytest.approx(value, rel=1e-9)
    assert method.chi2(data, value) == pytest.approx(0, abs=1e-9)


@EACH
def test_unity_is_not_anomalous(method: Recipe) -> None:
    data = ratios(np.ones(4))
    assert method.significance(data) == pytest.approx(0, abs=1e-7)
    assert method.test_statistic(data) == pytest.approx(0, abs=1e-12)


@EACH
def test_a_larger_cross_section_error_is_never_more_significant(method: Recipe) -> None:
    found = [method.significance(ratios(scale=scale)) for scale in (0.01, 0.5, 1.0, 2.0)]
    assert found == sorted(found, reverse=True)


@EACH
def test_order_of_the_experiments_does_not_matter(method: Recipe) -> None:
    data = ratios()
    order = np.array([2, 0, 3, 1])
    other = Ratios(
        tuple(NAMES[i] for i in order), R[order], data.covariance[np.ix_(order, order)],
        PLUS[order], MINUS[order], data.floor, data.floor_error,
    )  # fmt: skip
    # A minimum that is searched for is found to the root of the rounding of chi2.
    assert method.average(other) == pytest.approx(method.average(data), rel=1e-7)
    assert method.significance(other) == pytest.approx(method.significance(data), rel=1e-9)


@EACH
def test_toys_broadcast(method: Recipe) -> None:
    data = ratios()
    normals = np.random.default_rng(1).standard_normal((2, 5, method.toy_size(data)))
    toys = method.toys(data, normals)
    assert toys.values.shape == (2, 5, 4)
    each = [float(method.chi2(data.with_toys(one), 1.0)) for one in toys.values.reshape(-1, 4)]
    assert method.chi2(toys, 1.0).ravel() == pytest.approx(each, rel=1e-12)
    quoted = [
        float(method.test_statistic(data.with_toys(one))) for one in toys.values.reshape(-1, 4)
    ]
    assert method.test_statistic(toys).ravel() == pytest.approx(quoted, rel=1e-9, abs=1e-12)


@EACH
def test_the_statistic_is_the_quoted_significance(method: Recipe) -> None:
    data = ratios()
    if method.quotes_average:
        assert method.test_statistic(data) == pytest.approx(
            method.significance(data) ** 2, rel=1e-9
        )
    else:
        assert method.test_statistic(data) == pytest.approx(float(method.chi2(data, 1.0)))


@pytest.mark.parametrize("method", [LowerErrorRecipe(), CovarianceRecipe()], ids=lambda m: m.name)
def test_toys_have_the_covariance_of_the_recipe_at_one(method: Recipe) -> None:
    data = ratios(np.ones(4))
    normals = np.random.default_rng(2).standard_normal((400000, method.toy_size(data)))
    toys = method.toys(data, normals).values
    expected = explicit_covariance(data, method.name)
    # Sampling error of a variance: sqrt(2/400000) = 0.22 %; 3.5 of them on the largest elements.
    assert np.cov(toys.T) == pytest.approx(expected, abs=0.008 * expected.max())
    assert toys.mean(axis=0) == pytest.approx(np.ones(4), abs=1e-3)


def test_bounded_toys_never_have_a_cross_section_below_the_floor() -> None:
    data = replace(ratios(), covariance=np.eye(4) * 1e-12)
    normals = np.random.default_rng(3).standard_normal((1000, 5))
    toys = BoundedPullRecipe().toys(replace(data, cross_section_minus=np.full(4, 0.03)), normals)
    assert toys.values.min() > 0.95 - 1e-4


def test_peelle_pulls_the_average_below_all_ratios() -> None:
    """With a common error as large as the spread the covariance recipe leaves the data's range."""
    data = Ratios(
        ("a", "b"), np.array([0.8, 1.0]), np.eye(2) * 0.05**2, np.full(2, 0.3), np.full(2, 0.3)
    )
    assert CovarianceRecipe().average(data).value < 0.8
    assert 0.8 < BoundedPullRecipe().average(data).value < 1.0


# --- p-values -----------------------------------------------------------------------------------


@given(st.floats(0.0, 80.0), st.integers(1, 30))
def test_chi2_p_value_is_scipys(value: float, dof: int) -> None:
    assert chi2_p_value(value, dof) == pytest.approx(chi2_distribution.sf(value, dof), rel=1e-9)


@given(st.floats(1e-30, 1.0))
def test_two_sided_sigma_is_scipys(p_value: float) -> None:
    assert two_sided_sigma(p_value) == pytest.approx(norm.isf(p_value / 2), rel=1e-9, abs=1e-12)


def test_two_sided_sigma_of_the_talk() -> None:
    # Schwetz 2023: 1.1e-7 is 5.3 sigma, 2.4e-6 is 4.7 sigma.
    assert two_sided_sigma(1.1e-7) == pytest.approx(5.3, abs=0.05)
    assert two_sided_sigma(2.4e-6) == pytest.approx(4.7, abs=0.05)
    assert two_sided_sigma(0.0) == np.inf


# --- bad input -----------------------------------------------------------------------------------


def test_covariances_are_checked() -> None:
    good = ratios()
    singular = np.ones((4, 4))
    for matrix, message in (
        (singular, "is not positive definite: the smallest eigenvalue"),
        (np.diag([1.0, 1.0, 1.0, -1.0]), "is not positive definite"),
        (np.eye(3), "has the wrong shape"),
        (np.triu(np.ones((4, 4))), "is not symmetric"),
        (np.full((4, 4), np.nan), "is not finite"),
    ):
        with pytest.raises(InputError, match=message):
            replace(good, covariance=matrix)


def test_ratios_are_finite() -> None:
    with pytest.raises(InputError, match="values: is not finite"):
        ratios(np.array([0.9, np.nan, 0.8, 0.8]))


def test_unknown_recipe() -> None:
    with pytest.raises(InputError, match="did you mean 'covariance'"):
        recipe("covarance")
