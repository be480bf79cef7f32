"""Constraints against explicit Gaussians, sharing by name, checks, and priors for samplers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm, truncnorm

from gallus.errors import InputError
from gallus.parameters import (
    Constraint,
    CorrelatedNormal,
    Normal,
    Parameter,
    ParameterVector,
    SplitNormal,
    check_values,
    constraint_chi2,
    union,
    with_starts,
)
from gallus.parameters.constraints import check_covariance
from gallus.parameters.parameter import constraint_slopes

Array = NDArray[np.float64]

COVARIANCE = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, -0.02], [0.0, -0.02, 0.25]])
MEANS = np.array([1.0, -2.0, 0.5])
BLOCK = CorrelatedNormal.of(["x", "y", "z"], MEANS, COVARIANCE)
CORRELATED = tuple(
    Parameter(name, mean, constraint=BLOCK)
    for name, mean in zip(BLOCK.names, BLOCK.means, strict=True)
)
MIXING = Parameter("sin2_2theta_ee", 0.1, 0.0, 1.0)
SPLITTING = Parameter("delta_m2_41_eV2", 1.0, 1e-2, 1e2, "log")
SCALE = Parameter("danss.energy_scale", 0.0, constraint=Normal(0.0, 0.02))
LOPSIDED = Parameter("activity", 3.4, constraint=SplitNormal(3.4, 0.2, 0.1))

numbers = st.floats(-5, 5)


# --- constraints ------------------------------------------------------------------------------


@given(numbers)
def test_normal_is_minus_two_log_density(value: float) -> None:
    expected = -2 * (norm.logpdf(value, 0.3, 0.7) - norm.logpdf(0.3, 0.3, 0.7))
    assert Normal(0.3, 0.7).chi2(value) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(numbers)
def test_split_normal_is_normal_on_each_side(value: float) -> None:
    sigma = 0.9 if value > 0.5 else 0.2
    assert SplitNormal(0.5, 0.9, 0.2).chi2(value) == pytest.approx(
        float(Normal(0.5, sigma).chi2(value)), rel=1e-12
    )


def test_split_normal_is_one_at_its_errors() -> None:
    values = np.array([3.4 + 0.2, 3.4 - 0.1, 3.4])
    assert SplitNormal(3.4, 0.2, 0.1).chi2(values) == pytest.approx([1, 1, 0])


@given(numbers, numbers, numbers)
def test_block_equals_the_explicit_inverse(x: float, y: float, z: float) -> None:
    d = np.array([x, y, z]) - MEANS
    expected = d @ np.linalg.inv(COVARIANCE) @ d
    assert BLOCK.chi2({"x": x, "y": y, "z": z}) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_block_broadcasts_over_grids() -> None:
    x, y = np.linspace(0, 1, 5), np.linspace(-1, 1, 3)
    chi2 = BLOCK.chi2({"x": x[:, None], "y": y, "z": 0.1})
    assert chi2.shape == (5, 3)
    single = BLOCK.chi2({"x": float(x[4]), "y": float(y[1]), "z": 0.1})
    assert chi2[4, 1] == pytest.approx(float(single))


def test_restricted_block_is_the_minimum_over_the_others() -> None:
    values = {"x": 1.4, "z": -0.3}
    # The y that minimises chi2 is the conditional mean.
    best = BLOCK.conditioned(values).means[0]
    expected = BLOCK.chi2({**values, "y": best})
    assert BLOCK.restricted(["x", "z"]).chi2(values) == pytest.approx(float(expected), rel=1e-12)
    assert BLOCK.chi2({**values, "y": best + 0.01}) > expected
    assert BLOCK.chi2({**values, "y": best - 0.01}) > expected


def test_conditioned_block_differs_by_the_marginal_of_what_is_known() -> None:
    known, rest = {"y": -1.7}, {"x": 0.8, "z": 0.9}
    total = BLOCK.chi2({**known, **rest})
    marginal = BLOCK.restricted(["y"]).chi2(known)
    assert BLOCK.conditioned(known).chi2(rest) + marginal == pytest.approx(float(total), rel=1e-12)


@pytest.mark.parametrize(
    "constraint", [Normal(0.2, 0.5), SplitNormal(0.2, 0.5, 0.3)], ids=lambda c: type(c).__name__
)
@pytest.mark.parametrize("value", [-1.0, 0.1, 2.0])
def test_slope_is_the_derivative(constraint: Normal | SplitNormal, value: float) -> None:
    h = 1e-5  # quadratic: the central difference is exact up to rounding, 1e-16/h
    numeric = (constraint.chi2(value + h) - constraint.chi2(value - h)) / (2 * h)
    assert constraint.slope(value) == pytest.approx(float(numeric), rel=1e-8, abs=1e-9)


def test_slopes_of_a_block_are_the_derivatives() -> None:
    values: dict[str, float | Array] = {"x": 0.2, "y": 0.7, "z": -0.1, "activity": 3.6}
    parameters = (*CORRELATED, LOPSIDED)
    slopes = constraint_slopes(parameters, values)
    for name, value in values.items():
        up, down = ({**values, name: value + step} for step in (1e-5, -1e-5))
        numeric = (constraint_chi2(parameters, up) - constraint_chi2(parameters, down)) / 2e-5
        assert slopes[name] == pytest.approx(float(numeric), rel=1e-8)


# --- sharing ----------------------------------------------------------------------------------


def test_union_keeps_order_and_each_name_once() -> None:
    names = [each.name for each in union((MIXING, SCALE), (SPLITTING, MIXING))]
    assert names == ["sin2_2theta_ee", "danss.energy_scale", "delta_m2_41_eV2"]


def test_constraints_count_once() -> None:
    shared = union((SCALE, *CORRELATED), (SCALE, CORRELATED[1]))
    values = {"danss.energy_scale": 0.04, "x": 1.4, "y": -2.0, "z": 0.5}
    expected = 4.0 + float(BLOCK.chi2(values))
    assert constraint_chi2(shared, values) == pytest.approx(expected, rel=1e-12)


def test_a_block_of_which_only_one_parameter_occurs_is_its_marginal() -> None:
    assert constraint_chi2(CORRELATED[:1], {"x": 1.2}) == pytest.approx(0.2**2 / 0.04)


def test_different_definitions_are_named_with_their_owners() -> None:
    other = replace(MIXING, upper=0.5)
    with pytest.raises(InputError) as raised:
        union((MIXING,), (other,), owners=("best", "solar"))
    message = str(raised.value)
    assert message.startswith("sin2_2theta_ee: is defined in two ways")
    assert "upper = 1.0 (best) and upper = 0.5 (solar)" in message


def test_labels_may_differ() -> None:
    assert union((MIXING,), (replace(MIXING, label="$\\sin^2 2\\theta$"),)) == (MIXING,)


def test_a_block_and_another_constraint_on_one_parameter_are_refused() -> None:
    alone = Parameter("y", 0.0, constraint=Normal(0.0, 1.0))
    with pytest.raises(InputError, match=r"y = Normal.*constraint of its own"):
        union(CORRELATED[:1], (alone,))


# --- checks -----------------------------------------------------------------------------------

PAIR = (MIXING, SPLITTING)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sin2_2theta_e": 0.1, "delta_m2_41_eV2": 1.0}, "did you mean 'sin2_2theta_ee'"),
        ({"sin2_2theta_ee": 0.1}, "delta_m2_41_eV2: is missing"),
        ({"sin2_2theta_ee": 1.1, "delta_m2_41_eV2": 1.0}, r"= 1.1: is outside its bounds"),
        ({"sin2_2theta_ee": np.nan, "delta_m2_41_eV2": 1.0}, "sin2_2theta_ee = nan: is not a num"),
        ({"sin2_2theta_ee": "much", "delta_m2_41_eV2": 1.0}, "'much': is not a number"),
        ({"sin2_2theta_ee": 0.1, "delta_m2_41_eV2": np.array([1.0, 0.0])}, "= 0.0: is outside"),
    ],
    ids=["misspelt", "missing", "above", "nan", "text", "in an array"],
)
def test_wrong_values_are_refused(values: dict[str, float | Array], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_values(PAIR, values)


def test_bounds_are_inclusive_and_infinity_is_no_value() -> None:
    check_values((MIXING,), {"sin2_2theta_ee": np.array([0.0, 1.0])})
    with pytest.raises(InputError, match="outside its bounds"):
        check_values((SCALE,), {"danss.energy_scale": np.inf})


def test_starts_fill_what_is_missing() -> None:
    assert with_starts(PAIR, {"sin2_2theta_ee": 0.3}) == {
        "sin2_2theta_ee": 0.3,
        "delta_m2_41_eV2": 1.0,
    }
    with pytest.raises(InputError, match="unknown parameter"):
        with_starts(PAIR, {"mass": 1.0})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a b"}, "is no name"),
        ({"name": ""}, "is no name"),
        ({"lower": 2.0, "upper": 1.0}, "are not in order"),
        ({"lower": 2.0}, "is outside its bounds"),
        ({"start": np.nan}, "is not a number"),
        ({"scale": "logarithmic"}, "scale = 'logarithmic': is unknown"),
        ({"scale": "log"}, "is not positive"),
        ({"constraint": BLOCK}, "is not in its own block"),
    ],
    ids=str,
)
def test_wrong_definitions_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Parameter(**{"name": "a", "start": 1.0, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normal(0.0, 0.0), "sigma = 0.0: is not positive"),
        (lambda: Normal(np.nan, 1.0), "mean = nan: is not finite"),
        (lambda: SplitNormal(0.0, 1.0, -0.1), "minus = -0.1: is not positive"),
        (lambda: SplitNormal(0.0, np.inf, 1.0), "plus = inf: is not finite"),
        (lambda: CorrelatedNormal.of(["a", "a"], [0, 0], np.eye(2)), "are not distinct"),
        (lambda: CorrelatedNormal.of(["a", "b"], [0], np.eye(2)), "has the wrong length"),
        (lambda: CorrelatedNormal.of(["a"], [np.inf], np.eye(1)), "a = inf: is not finite"),
        (lambda: CorrelatedNormal.of(["a", "b"], [0, 0], np.eye(3)), "has the wrong shape"),
        (lambda: CorrelatedNormal.of(["a", "b"], [0, 0], [[1, 2], [3]]), "is no matrix"),
    ],
)
def test_wrong_constraints_are_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 2)), "is not positive definite: the smallest eigenvalue"),
        (np.diag([1.0, 0.0]), "is not positive definite"),
        (np.diag([1.0, -1.0]), "is not positive definite"),
        (np.array([[1.0, 0.1], [0.2, 1.0]]), "is not symmetric"),
        (np.full((2, 2), np.nan), "is not finite"),
    ],
)
def test_wrong_matrices_are_refused(matrix: Array, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_covariance(matrix, 2)


def test_tiny_and_mixed_units_are_no_reason_to_refuse() -> None:
    # Cross sections are 1e-46 cm^2, activities 1e17 Bq.
    scale = np.diag([1e-46, 1e17])
    check_covariance(scale @ np.array([[1.0, 0.5], [0.5, 1.0]]) @ scale, 2)


# --- vectors and priors -----------------------------------------------------------------------


def test_vectors_and_names_are_inverse() -> None:
    vector = ParameterVector((MIXING, SCALE, SPLITTING), {"danss.energy_scale": 0.01})
    assert vector.names == ("sin2_2theta_ee", "delta_m2_41_eV2")
    assert vector.limits == [(0.0, 1.0), (1e-2, 1e2)]
    assert vector.starts == pytest.approx([0.1, 1.0])
    assert vector.constrained == 0
    points = np.array([[0.2, 3.0], [0.4, 5.0]])
    named = vector.values(points)
    assert named["danss.energy_scale"] == 0.01
    assert vector.vector(named) == pytest.approx(points)


@pytest.mark.parametrize(
    ("fixed", "message"),
    [({"danss.energy_scal": 0.0}, "did you mean"), ({"sin2_2theta_ee": 2.0}, "outside its bounds")],
)
def test_wrong_fixed_values_are_refused(fixed: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ParameterVector((MIXING, SCALE), fixed)


def sample(vector: ParameterVector, size: int = 40000) -> Array:
    cube = np.random.default_rng(5).uniform(size=(size, len(vector.names)))
    return vector.prior_transform(cube)


def test_flat_priors_are_flat_in_their_scale() -> None:
    mixing, splitting = sample(ParameterVector(PAIR)).T
    # The largest deviation of a flat sample of N is below 1.95/sqrt(N) at 0.1 % (Kolmogorov).
    for flat in (mixing, (np.log10(splitting) + 2) / 4):
        steps = (np.arange(len(flat)) + 0.5) / len(flat)
        assert np.max(np.abs(np.sort(flat) - steps)) < 1.95 / np.sqrt(len(flat))


def test_normal_priors_are_cut_at_the_bounds() -> None:
    parameter = Parameter("a", 0.5, 0.0, 2.0, constraint=Normal(0.5, 1.0))
    probabilities = np.array([[0.0], [0.2], [0.5], [0.99], [1.0]])
    expected = truncnorm.ppf(probabilities, -0.5, 1.5, loc=0.5, scale=1.0)
    assert ParameterVector((parameter,)).prior_transform(probabilities) == pytest.approx(expected)


def test_log_prior_is_the_density_of_the_prior_transform() -> None:
    parameters: list[tuple[Parameter, tuple[float, float]]] = [
        (LOPSIDED, (3.0, 4.2)),
        (SPLITTING, (1e-2, 1e2)),
        (MIXING, (0.0, 1.0)),
        (Parameter("b", 1.0, 0.5, 3.0, "log", SplitNormal(1.0, 0.7, 0.4)), (0.5, 3.0)),
    ]
    for parameter, (low, high) in parameters:
        vector = ParameterVector((parameter,))
        edges = np.geomspace(low + 1e-9, high, 20001)
        middles = 0.5 * (edges[1:] + edges[:-1])
        weights = np.exp(vector.log_prior(middles[:, None])) * np.diff(edges)
        cumulative = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
        for probability in (0.1, 0.3, 0.7, 0.9):
            quantile = vector.prior_transform(np.array([[probability]]))[0, 0]
            found = np.interp(quantile, edges, cumulative)
            # Midpoint rule on 20000 cells, error of order (range/20000)^2; tails cut at 4 sigma.
            assert found == pytest.approx(probability, abs=1e-4)


def test_correlated_priors_have_means_and_covariance_of_the_block() -> None:
    draws = sample(ParameterVector(CORRELATED))
    # Statistical errors of 40000 draws: sigma/200 for the mean, 0.7 % for a variance; 4 of them.
    assert draws.mean(axis=0) == pytest.approx(MEANS, abs=4 * 0.5 / 200)
    assert np.cov(draws.T) == pytest.approx(COVARIANCE, abs=0.028 * 0.25)


def test_correlated_priors_follow_a_fixed_parameter() -> None:
    draws = sample(ParameterVector(CORRELATED, {"y": -1.4}))
    expected = BLOCK.conditioned({"y": -1.4})
    assert draws.mean(axis=0) == pytest.approx(np.array(expected.means), abs=4 * 0.5 / 200)
    assert np.cov(draws.T) == pytest.approx(expected.matrix, abs=0.028 * 0.25)


def test_log_prior_is_minus_infinity_outside() -> None:
    vector = ParameterVector((*PAIR, SCALE))
    points = np.array([[0.5, 1.0, 0.02], [-0.1, 1.0, 0.0], [0.5, 0.0, 0.0], [0.5, 200.0, 0.0]])
    log_prior = vector.log_prior(points)
    assert log_prior[0] == pytest.approx(-0.5)
    assert np.all(log_prior[1:] == -np.inf)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (Parameter("a", 0.0), "a: has no proper prior"),
        (Parameter("a", 1.0, 1.0, 2.0, constraint=Normal(-9.0, 1.0)), "outside its bounds"),
        (replace(CORRELATED[0], lower=0.5), "bounds that cut its correlated constraint"),
    ],
)
def test_improper_priors_are_refused(parameter: Parameter, message: str) -> None:
    others = CORRELATED[1:] if parameter.constraint == BLOCK else ()
    vector = ParameterVector((parameter, *others))
    with pytest.raises(InputError, match=message):
        vector.prior_transform(np.full(len(vector.names), 0.5))


# --- under jax --------------------------------------------------------------------------------


def test_constraints_are_the_same_under_jax(jax: Any) -> None:
    vector = ParameterVector((*CORRELATED, LOPSIDED, SPLITTING, MIXING))
    points = np.random.default_rng(1).uniform(0.1, 0.9, size=(20, 6))
    compiled = jax.jit(jax.vmap(vector.log_prior))(points)
    assert np.asarray(compiled) == pytest.approx(vector.log_prior(points), rel=1e-12)
    values = vector.values(points[0])
    gradient = jax.grad(lambda p: constraint_chi2(vector.parameters, p))(values)
    for name, slope in constraint_slopes(vector.parameters, values).items():
        assert float(gradient[name]) == pytest.approx(float(slope), rel=1e-12)


def test_traced_values_are_checked_by_name_only(jax: Any) -> None:
    def checked(value: Array) -> Array:
        check_values((MIXING,), {"sin2_2theta_ee": value})
        return value

    assert float(jax.jit(checked)(0.5)) == 0.5
    with pytest.raises(InputError, match="is missing"):
        jax.jit(lambda value: check_values(PAIR, {"sin2_2theta_ee": value}))(0.5)


def test_constraints_compare_by_value() -> None:
    same: list[Constraint] = [Normal(0.0, 1.0), CorrelatedNormal.of(["x"], [0.0], [[1.0]])]
    other: list[Constraint] = [Normal(0.0, 1.0), CorrelatedNormal.of(["x"], [0.0], [[1.0]])]
    assert same == other
    assert len({*same, *other}) == 2
