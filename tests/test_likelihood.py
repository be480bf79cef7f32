"""Likelihoods against explicit matrices, numerical minima over nuisances, and each other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import multivariate_normal, poisson

from gallus.errors import InputError
from gallus.likelihood import (
    GaussianLikelihood,
    JointLikelihood,
    Likelihood,
    LinearNuisances,
    PoissonLikelihood,
    objective,
    poisson_chi2,
)
from gallus.likelihood.base import gradient
from gallus.likelihood.covariance import change_along
from gallus.likelihood.joint import joint
from gallus.parameters import CorrelatedNormal, Normal, Parameter, Params, SplitNormal

Array = NDArray[np.float64]

SIZE = 6
X = np.linspace(0.2, 1.2, SIZE)
DATA = np.array([0.82, 0.95, 0.99, 0.91, 0.78, 0.87])
RANDOM = np.random.default_rng(7)
MIXED = RANDOM.normal(size=(SIZE, SIZE))
COVARIANCE = np.diag(np.linspace(0.03, 0.08, SIZE) ** 2) + 2e-4 * MIXED @ MIXED.T
TEMPLATES = RANDOM.normal(scale=0.05, size=(3, SIZE))
SCALE = Parameter("scale", 1.0, 0.0, 5.0)
SLOPE = Parameter("slope", 0.0, constraint=Normal(0.0, 0.5))
POINT: dict[str, float | Array] = {"scale": 0.93, "slope": 0.21}


def line(params: Params) -> Array:
    """Nonlinear in both parameters, so that derivatives are not trivial."""
    scale, slope = (np.asarray(params[name])[..., None] for name in ("scale", "slope"))
    return np.asarray(scale * (1 + 0.3 * slope * X + 0.1 * slope**2))


def line_jacobian(params: Params) -> dict[str, Array]:
    scale, slope = (np.asarray(params[name])[..., None] for name in ("scale", "slope"))
    return {
        "scale": 1 + 0.3 * slope * X + 0.1 * slope**2,
        "slope": scale * (0.3 * X + 0.2 * slope),
    }


def growing(prediction: Array) -> Array:
    """Covariance with a part proportional to the prediction."""
    return np.asarray(COVARIANCE + 0.04**2 * prediction[..., :, None] * prediction[..., None, :])


def relative(prediction: Array) -> Array:
    """Templates: a common scale, and one that is quadratic in the prediction."""
    return np.stack([0.036 * prediction, 0.02 * X * prediction**2], axis=-2)


UNIT3 = LinearNuisances.unit(["t0", "t1", "t2"], TEMPLATES)
RELATIVE = LinearNuisances.unit(["s0", "s1"], relative)
CORRELATED = LinearNuisances(
    tuple(
        Parameter(
            name, 0.0, constraint=CorrelatedNormal.of(["p", "q"], [0.5, -1.0], [[4, 1], [1, 1]])
        )
        for name in ("p", "q")
    ),
    TEMPLATES[:2],
)
SHIFTED = LinearNuisances(
    (Parameter("u", 0.0, constraint=Normal(0.4, 2.0)), Parameter("free", 0.0)), TEMPLATES[:2]
)
GAUSSIANS = {
    "plain": GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE),
    "nuisances": GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE, UNIT3),
    "correlated": GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE, CORRELATED),
    "free": GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE, SHIFTED),
    "relative": GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE, RELATIVE),
    "growing": GaussianLikelihood((SCALE, SLOPE), DATA, line, growing),
    "determinant": GaussianLikelihood(
        (SCALE, SLOPE), DATA, line, growing, RELATIVE, log_determinant=True
    ),
}
COUNTS = np.array([3.0, 0.0, 7.0, 12.0, 5.0, 1.0])


def expected_counts(params: Params) -> Array:
    return 6 * line(params)


POISSON = PoissonLikelihood(
    (SCALE, SLOPE),
    COUNTS,
    expected_counts,
    lambda params: {name: 6 * column for name, column in line_jacobian(params).items()},
)
EACH_GAUSSIAN = pytest.mark.parametrize("gaussian", list(GAUSSIANS.values()), ids=list(GAUSSIANS))
LIKELIHOODS: dict[str, Likelihood] = {
    **{name: replace(each, jacobian=line_jacobian) for name, each in GAUSSIANS.items()},
    "poisson": POISSON,
}
LIKELIHOODS["sum"] = joint(*LIKELIHOODS.values())
EACH = pytest.mark.parametrize("likelihood", list(LIKELIHOODS.values()), ids=list(LIKELIHOODS))

points = st.fixed_dictionaries({"scale": st.floats(0.3, 2.0), "slope": st.floats(-1.0, 1.0)})


def penalty(parameters: Sequence[Parameter], values: Array) -> float:
    """Explicit prior of nuisances, by inverse matrices."""
    total = 0.0
    for parameter, value in zip(parameters, values, strict=True):
        if isinstance(parameter.constraint, Normal):
            total += ((value - parameter.constraint.mean) / parameter.constraint.sigma) ** 2
    if isinstance(parameters[0].constraint, CorrelatedNormal):
        d = values - np.array(parameters[0].constraint.means)
        total += d @ np.linalg.inv(np.array(parameters[0].constraint.covariance)) @ d
    return total


def explicit_chi2(gaussian: GaussianLikelihood, params: Params, values: Array) -> float:
    """Chi2 at given nuisances, straight from the definition."""
    prediction = line(params)
    covariance = (
        gaussian.covariance(prediction) if callable(gaussian.covariance) else gaussian.covariance
    )
    r = gaussian.data - prediction
    prior = 0.0
    if gaussian.linear:
        r = r - values @ gaussian.linear.at(prediction)
        prior = penalty(gaussian.eliminated, values)
    chi2 = float(r @ np.linalg.inv(covariance) @ r) + prior
    if gaussian.log_determinant:
        assert callable(gaussian.covariance)
        at_data = gaussian.covariance(gaussian.data)
        chi2 += np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(at_data)[1]
    return chi2


# --- elimination ------------------------------------------------------------------------------


@EACH_GAUSSIAN
def test_chi2_is_the_numerical_minimum_over_the_nuisances(gaussian: GaussianLikelihood) -> None:
    size = len(gaussian.eliminated)
    if not size:
        expected = explicit_chi2(gaussian, POINT, np.zeros(0))
    else:

        def at(nuisances: Array) -> float:
            return explicit_chi2(gaussian, POINT, nuisances)

        found = minimize(at, np.zeros(size))
        expected = found.fun
        values = np.array(list(gaussian.nuisances(POINT).values()))
        # BFGS ends where the gradient is 1e-5, that is near 1e-5 of a standard deviation.
        assert values == pytest.approx(found.x, abs=1e-4)
        assert explicit_chi2(gaussian, POINT, values) == pytest.approx(
            float(gaussian.chi2(POINT)), rel=1e-10
        )
    assert gaussian.chi2(POINT) == pytest.approx(expected, rel=1e-8)


@given(points)
def test_elimination_is_woodbury(params: dict[str, float]) -> None:
    r = DATA - line(params)
    for gaussian, shift, covariance in (
        (GAUSSIANS["nuisances"], 0.0, np.eye(3)),
        (GAUSSIANS["correlated"], np.array([0.5, -1.0]) @ TEMPLATES[:2], [[4, 1], [1, 1]]),
    ):
        assert gaussian.linear is not None
        templates = gaussian.linear.at(r)
        d = r - shift
        total = COVARIANCE + templates.T @ np.array(covariance) @ templates
        assert gaussian.chi2(params) == pytest.approx(d @ np.linalg.inv(total) @ d, rel=1e-9)


def test_an_error_that_scales_is_a_template_or_a_covariance() -> None:
    template = LinearNuisances.unit(["norm"], lambda prediction: 0.04 * prediction[..., None, :])
    one = GaussianLikelihood((SCALE, SLOPE), DATA, line, COVARIANCE, template)
    assert one.chi2(POINT) == pytest.approx(float(GAUSSIANS["growing"].chi2(POINT)), rel=1e-11)


def test_a_free_nuisance_is_the_limit_of_a_wide_one() -> None:
    free = GAUSSIANS["free"]
    wide = LinearNuisances(
        (SHIFTED.parameters[0], Parameter("free", 0.0, constraint=Normal(0.0, 1e7))),
        TEMPLATES[:2],
    )
    assert replace(free, linear=wide).chi2(POINT) == pytest.approx(
        float(free.chi2(POINT)), rel=1e-10
    )


@EACH_GAUSSIAN
def test_held_nuisances_are_at_their_values_without_their_constraints(
    gaussian: GaussianLikelihood,
) -> None:
    values = np.linspace(-0.5, 0.8, len(gaussian.eliminated))
    held = {each.name: float(v) for each, v in zip(gaussian.eliminated, values, strict=True)}
    prior = penalty(gaussian.eliminated, values) if held else 0.0
    expected = explicit_chi2(gaussian, POINT, values) - prior
    assert gaussian.chi2({**POINT, **held}) == pytest.approx(expected, rel=1e-10)
    assert gaussian.nuisances({**POINT, **held}) == {}


def test_holding_a_nuisance_at_its_best_value_loses_only_its_constraint() -> None:
    gaussian = GAUSSIANS["nuisances"]
    best = gaussian.nuisances(POINT)
    held = gaussian.chi2({**POINT, "t1": best["t1"]})
    assert held + best["t1"] ** 2 == pytest.approx(float(gaussian.chi2(POINT)), rel=1e-12)


def test_part_of_a_correlated_block_cannot_be_held() -> None:
    with pytest.raises(InputError, match="q: is correlated with a nuisance that is held"):
        GAUSSIANS["correlated"].chi2({**POINT, "p": 0.0})


def test_large_nuisances_do_not_cancel() -> None:
    """Subtracting two large numbers would lose the chi2 of the rest here."""
    huge = replace(GAUSSIANS["nuisances"], linear=LinearNuisances.unit(["n"], 1e8 * TEMPLATES[:1]))
    free = LinearNuisances((Parameter("n", 0.0),), TEMPLATES[:1])
    expected = float(replace(huge, linear=free).chi2(POINT))
    assert huge.chi2(POINT) == pytest.approx(expected, rel=1e-9)
    callable_one = LinearNuisances.unit(["n"], lambda prediction: 1e8 * TEMPLATES[:1])
    assert replace(huge, linear=callable_one).chi2(POINT) == pytest.approx(expected, rel=1e-6)


# --- grids and toys ---------------------------------------------------------------------------


@EACH
def test_a_grid_at_once_is_its_points(likelihood: Likelihood) -> None:
    scale, slope = np.linspace(0.5, 1.5, 4), np.linspace(-0.5, 0.5, 3)
    grid = likelihood.chi2({"scale": scale[:, None], "slope": slope})
    single = [[float(likelihood.chi2({"scale": a, "slope": b})) for b in slope] for a in scale]
    assert grid == pytest.approx(np.array(single), rel=1e-11)


@EACH_GAUSSIAN
def test_toys_at_once_are_each_toy(gaussian: GaussianLikelihood) -> None:
    toys = DATA + 0.05 * np.random.default_rng(3).standard_normal((5, SIZE))
    together = gaussian.with_data(toys).chi2(POINT)
    single = [float(gaussian.with_data(toy).chi2(POINT)) for toy in toys]
    assert together == pytest.approx(np.array(single), rel=1e-11)


def test_chi2_of_the_truth_follows_a_chi2_distribution() -> None:
    """Elimination equals the full covariance, so chi2 has n degrees of freedom."""
    gaussian = GAUSSIANS["nuisances"]
    total = COVARIANCE + TEMPLATES.T @ TEMPLATES
    normals = np.random.default_rng(4).standard_normal((20000, SIZE))
    toys = line(POINT) + normals @ np.linalg.cholesky(total).T
    chi2 = np.sort(gaussian.with_data(toys).chi2(POINT))
    steps = (np.arange(len(chi2)) + 0.5) / len(chi2)
    distance = np.max(np.abs(chi2_distribution.cdf(chi2, SIZE) - steps))
    assert distance < 1.95 / np.sqrt(len(chi2))  # Kolmogorov's limit at 0.1 %


@given(points, st.floats(0.01, 100.0))
def test_chi2_does_not_know_the_unit(params: dict[str, float], unit: float) -> None:
    gaussian = GAUSSIANS["nuisances"]
    scaled = GaussianLikelihood(
        gaussian.parameters,
        unit * DATA,
        lambda each: unit * line(each),
        unit**2 * COVARIANCE,
        LinearNuisances(UNIT3.parameters, unit * TEMPLATES),
    )
    assert scaled.chi2(params) == pytest.approx(float(gaussian.chi2(params)), rel=1e-8)


def test_determinant_makes_differences_those_of_the_normalised_density() -> None:
    gaussian = replace(GAUSSIANS["growing"], log_determinant=True)
    one, other = {"scale": 0.9, "slope": 0.1}, {"scale": 1.3, "slope": -0.2}
    logs = [
        multivariate_normal.logpdf(DATA, line(each), growing(line(each))) for each in (one, other)
    ]
    assert gaussian.chi2(one) - gaussian.chi2(other) == pytest.approx(
        -2 * (logs[0] - logs[1]), rel=1e-9
    )


# --- Poisson ----------------------------------------------------------------------------------


def test_poisson_differences_are_those_of_the_log_probability() -> None:
    chi2 = [float(POISSON.chi2({"scale": a, "slope": 0.3})) for a in (0.8, 1.3)]
    logs = [
        np.sum(poisson.logpmf(COUNTS, expected_counts({"scale": a, "slope": 0.3})))
        for a in (0.8, 1.3)
    ]
    assert chi2[0] - chi2[1] == pytest.approx(-2 * (logs[0] - logs[1]), rel=1e-10)


@given(st.floats(1e6, 1e9), st.floats(-3.0, 3.0))
def test_poisson_is_gaussian_for_large_counts(expected: float, pull: float) -> None:
    counts = expected + pull * np.sqrt(expected)
    # Next order: pull^3/(3 sqrt(mu)).
    tolerance = abs(pull) ** 3 / (2 * np.sqrt(expected)) + 1e-6
    assert poisson_chi2(np.array(counts), np.array(expected)) == pytest.approx(
        pull**2, abs=tolerance
    )


def test_poisson_at_the_edges() -> None:
    counts = np.array([0.0, 0.0, 2.0, 2.0, 0.0, 5.0])
    expected = np.array([0.0, 1.5, 0.0, -1.0, -1.0, 5.0])
    assert poisson_chi2(counts, expected).tolist() == [0.0, 3.0, np.inf, np.inf, np.inf, 0.0]


# --- sums -------------------------------------------------------------------------------------


def gaussian_with(name: str, templates: Array, owner: str = "") -> GaussianLikelihood:
    """Likelihood of other data with one nuisance of this name."""
    return GaussianLikelihood(
        (SCALE, SLOPE),
        DATA + 0.05 * X,
        line,
        2 * COVARIANCE,
        LinearNuisances.unit([name], templates),
        name=owner,
    )


@given(points)
def test_adding_commutes_and_associates(params: dict[str, float]) -> None:
    a, b, c = GAUSSIANS["nuisances"], GAUSSIANS["growing"], POISSON
    expected = float(a.chi2(params) + b.chi2(params) + c.chi2(params))
    for total in (a + b + c, c + b + a, a + (b + c), joint(b, a, c)):
        assert total.chi2(params) == pytest.approx(expected, rel=1e-12)
        assert total.n_data == 3 * SIZE
        assert {each.name for each in total.parameters} == {"scale", "slope"}


def test_a_shared_nuisance_is_eliminated_once_from_all() -> None:
    """The same as one likelihood of all data with one long template."""
    a, b = gaussian_with("ga71", TEMPLATES[:1]), gaussian_with("ga71", TEMPLATES[1:2])
    zero = np.zeros((SIZE, SIZE))
    together = GaussianLikelihood(
        (SCALE, SLOPE),
        np.concatenate([a.data, b.data]),
        lambda params: np.concatenate([line(params)] * 2, axis=-1),
        np.block([[2 * COVARIANCE, zero], [zero, 2 * COVARIANCE]]),
        LinearNuisances.unit(["ga71"], np.concatenate([TEMPLATES[:1], TEMPLATES[1:2]], axis=1)),
    )
    grid = {"scale": np.linspace(0.5, 1.5, 4), "slope": np.linspace(-0.5, 0.5, 4)}
    assert (a + b).chi2(grid) == pytest.approx(together.chi2(grid), rel=1e-11)
    assert (a + b).nuisances(POINT)["ga71"] == pytest.approx(
        float(together.nuisances(POINT)["ga71"]), rel=1e-11
    )
    apart = a + gaussian_with("other", TEMPLATES[1:2])
    assert apart.chi2(POINT) == pytest.approx(float(a.chi2(POINT) + b.chi2(POINT)), rel=1e-12)
    assert apart.chi2(POINT) < (a + b).chi2(POINT)


def test_a_correlated_block_over_two_likelihoods_is_eliminated_from_both() -> None:
    p, q = CORRELATED.parameters
    one, two = (
        replace(gaussian_with("x", TEMPLATES[:1]), linear=LinearNuisances((each,), row[None]))
        for each, row in ((p, TEMPLATES[0]), (q, TEMPLATES[1]))
    )

    def explicit(eta: Array) -> float:
        total = 0.0
        for part, value in ((one, eta[0]), (two, eta[1])):
            assert part.linear is not None
            r = part.data - line(POINT) - value * part.linear.at(DATA)[0]
            total += r @ np.linalg.inv(2 * COVARIANCE) @ r
        return total + penalty((p, q), eta)

    found = minimize(explicit, np.zeros(2))
    assert (one + two).chi2(POINT) == pytest.approx(found.fun, rel=1e-9)


def test_a_nuisance_that_is_a_parameter_elsewhere_is_one_everywhere() -> None:
    nuisance = Parameter("t1", 0.0, constraint=Normal(0.0, 1.0))
    other = PoissonLikelihood(
        (nuisance,), np.array([8.0]), lambda p: 7.0 + np.asarray(p["t1"])[..., None]
    )
    gaussian = GAUSSIANS["nuisances"]
    total = gaussian + other
    assert [each.name for each in total.eliminated] == ["t0", "t2"]
    params = {**POINT, "t1": 0.7}
    expected = gaussian.chi2(params) + other.chi2(params)
    assert total.chi2(params) == pytest.approx(float(expected), rel=1e-12)
    # Its constraint, and that of the slope, count once.
    assert objective(total, params) == pytest.approx(
        float(expected) + 0.7**2 + (0.21 / 0.5) ** 2, rel=1e-12
    )


def test_sums_carry_names_and_citations() -> None:
    a = replace(GAUSSIANS["plain"], name="best", citations=("one", "two"))
    b = replace(GAUSSIANS["growing"], name="sage", citations=("two", "three"))
    assert (a + b).name == "best + sage"
    assert (a + b).citations == ("one", "two", "three")


def test_the_same_likelihood_twice_is_refused() -> None:
    with pytest.raises(InputError, match="has one twice"):
        _ = POISSON + GAUSSIANS["plain"] + POISSON


def test_different_definitions_in_a_sum_are_named_with_both_likelihoods() -> None:
    one = replace(GAUSSIANS["plain"], name="best")
    other = replace(POISSON, parameters=(replace(SCALE, upper=2.0), SLOPE), name="solar")
    with pytest.raises(InputError, match=r"scale: .*upper = 5.0 \(best\) and upper = 2.0 \(solar"):
        _ = one + other


def test_different_definitions_of_a_nuisance_are_refused() -> None:
    other = LinearNuisances((Parameter("ga71", 0.0, constraint=Normal(0.0, 2.0)),), TEMPLATES[:1])
    with pytest.raises(InputError, match="ga71: is defined in two ways"):
        _ = gaussian_with("ga71", TEMPLATES[:1]) + replace(GAUSSIANS["plain"], linear=other)


# --- gradients --------------------------------------------------------------------------------


@EACH
def test_gradient_is_the_derivative(likelihood: Likelihood) -> None:
    slopes = gradient(likelihood)
    assert slopes is not None
    found = slopes(POINT)
    for name, value in POINT.items():
        up, down = ({**POINT, name: value + step} for step in (1e-5, -1e-5))
        numeric = float(likelihood.chi2(up) - likelihood.chi2(down)) / 2e-5
        # Central difference: error about 1e-10 (step^2) and 1e-16/1e-5 of chi2.
        assert found[name] == pytest.approx(numeric, rel=1e-6)


def test_gradient_of_shared_and_held_nuisances() -> None:
    a = replace(gaussian_with("ga71", TEMPLATES[:1]), jacobian=line_jacobian)
    b = replace(gaussian_with("ga71", TEMPLATES[1:2]), jacobian=line_jacobian)
    for params in (POINT, {**POINT, "ga71": 0.4}):
        slopes = gradient(a + b)
        assert slopes is not None
        for name, value in params.items():
            up, down = ({**params, name: value + step} for step in (1e-5, -1e-5))
            numeric = float((a + b).chi2(up) - (a + b).chi2(down)) / 2e-5
            assert slopes(params)[name] == pytest.approx(numeric, rel=1e-6)


def test_a_sum_has_a_gradient_only_if_all_have() -> None:
    assert gradient(POISSON + GAUSSIANS["plain"]) is None
    assert gradient(GAUSSIANS["plain"]) is None


def test_change_along_a_direction_is_exact_for_quadratic_functions() -> None:
    prediction, direction = line(POINT), RANDOM.normal(size=SIZE)
    exact = 0.04**2 * (np.outer(prediction, direction) + np.outer(direction, prediction))
    # Rounding: 1e-16 over the relative step of 1e-4.
    assert change_along(growing, prediction, direction) == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert change_along(growing, prediction, np.zeros(SIZE)) == pytest.approx(0.0)


# --- under jax --------------------------------------------------------------------------------


def jax_line(params: Params) -> Array:
    scale, slope = (params[name] for name in ("scale", "slope"))
    return scale * (1 + 0.3 * slope * X + 0.1 * slope**2)


def without_numpy(likelihood: Likelihood) -> Likelihood:
    """The same with predictions that jax can trace."""
    if isinstance(likelihood, JointLikelihood):
        return joint(*(without_numpy(each) for each in likelihood.likelihoods))
    if isinstance(likelihood, PoissonLikelihood):
        return replace(likelihood, prediction=lambda params: 6 * jax_line(params), jacobian=None)
    assert isinstance(likelihood, GaussianLikelihood)
    linear = likelihood.linear
    if linear and callable(linear.templates):
        linear = replace(linear, templates=jax_relative)
    covariance: Array | Callable[[Array], Array] = (
        jax_growing if callable(likelihood.covariance) else likelihood.covariance
    )
    return replace(likelihood, prediction=jax_line, covariance=covariance, linear=linear)


def jax_growing(prediction: Array) -> Array:
    return COVARIANCE + 0.04**2 * prediction[..., :, None] * prediction[..., None, :]


def jax_relative(prediction: Array) -> Array:
    shapes = np.stack([0.036 * np.ones(SIZE), 0.02 * X])
    powers = prediction[..., None, :] ** np.array([1, 2])[:, None]
    product: Array = shapes * powers
    return product


@pytest.mark.slow
@EACH
def test_the_same_numbers_under_jax(likelihood: Likelihood, jax: Any) -> None:
    traced = without_numpy(likelihood)
    expected = float(likelihood.chi2(POINT))
    assert float(jax.jit(traced.chi2)(POINT)) == pytest.approx(expected, rel=1e-11)
    grid = {"scale": np.linspace(0.5, 1.5, 4), "slope": np.linspace(-0.5, 0.5, 4)}
    mapped = jax.jit(jax.vmap(traced.chi2))(grid)
    assert np.asarray(mapped) == pytest.approx(likelihood.chi2(grid), rel=1e-10)
    slopes = gradient(likelihood)
    assert slopes is not None
    for differentiate in (jax.grad, jax.jacfwd):
        found = differentiate(traced.chi2)(POINT)
        for name, slope in slopes(POINT).items():
            if name in POINT:
                # The closed form takes a step of 1e-4 where a covariance depends on f.
                assert float(found[name]) == pytest.approx(float(slope), rel=1e-7)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": np.array([1.0, np.nan])}, "data.*are not finite"),
        ({"data": np.zeros(0)}, "data.*are empty"),
        ({"data": np.array(1.0)}, "data.*are empty"),
        ({"data": ["a"]}, "data.*are not numbers"),
        ({"covariance": np.eye(3)}, "covariance.*has the wrong shape"),
        ({"covariance": np.ones((SIZE, SIZE))}, "is not positive definite"),
        ({"covariance": np.triu(np.ones((SIZE, SIZE)))}, "is not symmetric"),
        ({"linear": LinearNuisances.unit(["scale"], TEMPLATES[:1])}, "scale: is"),
    ],
    ids=["nan", "empty", "scalar", "text", "shape", "singular", "asymmetric", "twice"],
)
def test_wrong_gaussians_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(GAUSSIANS["plain"], **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prediction": lambda params: np.ones(SIZE + 1)}, "prediction.*has the wrong shape"),
        ({"covariance": lambda prediction: np.ones((SIZE, SIZE))}, "is not positive definite at"),
        ({"covariance": lambda prediction: np.full((SIZE, SIZE), np.nan)}, "is not finite at"),
        ({"covariance": lambda prediction: np.eye(2)}, "covariance.*has the wrong shape"),
        (
            {"linear": LinearNuisances.unit(["a"], lambda prediction: np.ones((2, SIZE)))},
            "templates.*have the wrong shape",
        ),
        (
            {"linear": LinearNuisances.unit(["a"], np.ones((1, SIZE - 1)))},
            "templates.*have the wrong shape",
        ),
        (
            {
                "linear": LinearNuisances(
                    (Parameter("a", 0.0), Parameter("b", 0.0)), np.ones((2, SIZE))
                )
            },
            "nuisances: cannot be told from each other",
        ),
    ],
    ids=["prediction", "singular", "nan", "covariance", "callable", "templates", "degenerate"],
)
def test_wrong_functions_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(GAUSSIANS["plain"], **change).chi2(POINT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameters", "templates", "message"),
    [
        ((Parameter("a", 0.0, lower=-1.0),), TEMPLATES[:1], "a.*is bounded"),
        (
            (Parameter("a", 0.0, constraint=SplitNormal(0.0, 1.0, 2.0)),),
            TEMPLATES[:1],
            "is not Gaussian",
        ),
        ((Parameter("a", 0.0), Parameter("a", 0.0)), TEMPLATES[:2], "are not distinct"),
        ((Parameter("a", 0.0),), TEMPLATES, "have the wrong shape"),
        ((Parameter("a", 0.0),), np.full((1, SIZE), np.inf), "are not finite"),
    ],
    ids=["bounded", "split", "twice", "shape", "infinite"],
)
def test_wrong_nuisances_are_refused(
    parameters: tuple[Parameter, ...], templates: Array, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        LinearNuisances(parameters, templates)


def test_a_parameter_correlated_with_a_nuisance_is_refused() -> None:
    p, q = CORRELATED.parameters
    with pytest.raises(InputError, match="q: is correlated with a parameter that is not"):
        replace(GAUSSIANS["plain"], parameters=(p,), linear=LinearNuisances((q,), TEMPLATES[:1]))


def test_negative_counts_are_refused() -> None:
    with pytest.raises(InputError, match=r"counts.*are negative"):
        replace(POISSON, data=-COUNTS)
