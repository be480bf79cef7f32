"""Fits against closed forms: least squares, known minima, and what happens when they fail."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import norm

from gallus.errors import InputError
from gallus.inference.coarse_scan import coarse_scan
from gallus.inference.fit import (
    STARTS,
    _asymptotic_significance,
    _significance,
    fit,
    global_minimum,
)
from gallus.inference.objective import Objective
from gallus.likelihood import GaussianLikelihood, LinearNuisances, PoissonLikelihood
from gallus.parameters import (
    CorrelatedNormal,
    Normal,
    Parameter,
    ParameterVector,
    Params,
    SplitNormal,
)

Array = NDArray[np.float64]

SIZE = 20
X = np.linspace(-1.0, 1.0, SIZE)
DESIGN = np.stack([np.ones(SIZE), X, X**2])
NAMES = ("a", "b", "c")
ABC = tuple(Parameter(name, 0.0) for name in NAMES)
RANDOM = np.random.default_rng(11)
MIXED = RANDOM.normal(size=(SIZE, SIZE))
COVARIANCE = 0.01 * np.eye(SIZE) + 2e-4 * MIXED @ MIXED.T
DATA = np.array([1.0, -0.5, 0.3]) @ DESIGN + np.linalg.cholesky(COVARIANCE) @ RANDOM.normal(
    size=SIZE
)


def parabola(params: Params) -> Array:
    terms = [np.asarray(params[name])[..., None] * DESIGN[k] for k, name in enumerate(NAMES)]
    return np.asarray(sum(terms))


PARABOLA = GaussianLikelihood(ABC, DATA, parabola, COVARIANCE, name="parabola", citations=("key",))
WITH_GRADIENT = replace(PARABOLA, jacobian=lambda params: dict(zip(NAMES, DESIGN, strict=True)))


def least_squares(data: Array = DATA, extra: Array | None = None) -> tuple[Array, Array]:
    """Closed form: best values and covariance; `extra` is added to the inverse covariance."""
    weight = np.linalg.inv(COVARIANCE)
    information = DESIGN @ weight @ DESIGN.T + (0.0 if extra is None else extra)
    covariance = np.linalg.inv(information)
    return covariance @ DESIGN @ weight @ data, covariance


@dataclass(frozen=True)
class Curve:
    """A likelihood that is just a function of its parameters."""

    parameters: tuple[Parameter, ...]
    function: Callable[[Params], object]
    n_data: int = 5

    def chi2(self, params: Params) -> Array:
        return self.function(params)  # type: ignore[return-value]


# --- closed forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", [PARABOLA, WITH_GRADIENT], ids=["numerical", "gradient"])
def test_a_linear_fit_is_least_squares(likelihood: GaussianLikelihood) -> None:
    result = fit(likelihood)
    best, covariance = least_squares()
    errors = np.sqrt(np.diag(covariance))
    values = np.array([result.parameters[name].value for name in NAMES])
    # MIGRAD ends at an estimated distance of 2e-5 in chi2: 0.005 standard deviations.
    assert (values - best) / errors == pytest.approx(np.zeros(3), abs=5e-3)
    assert result.covariance == pytest.approx(covariance, rel=1e-4)
    assert [result.parameters[name].error for name in NAMES] == pytest.approx(errors, rel=1e-4)
    r = DATA - best @ DESIGN
    assert result.chi2_min == pytest.approx(r @ np.linalg.inv(COVARIANCE) @ r, abs=1e-4)
    assert result.dof == SIZE - 3
    assert result.p_value == pytest.approx(
        chi2_distribution.sf(result.chi2_min, SIZE - 3), rel=1e-9
    )
    assert result.valid
    assert result.status == "The minimum was found."
    assert result.citations == ("key",)


@settings(max_examples=10)
@given(st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3))
def test_adding_a_known_shift_shifts_the_fit(shift: list[float]) -> None:
    shifted = fit(WITH_GRADIENT.with_data(DATA + np.array(shift) @ DESIGN))
    best, covariance = least_squares()
    values = np.array([shifted.parameters[name].value for name in NAMES])
    pulls = (values - best - shift) / np.sqrt(np.diag(covariance))
    assert pulls == pytest.approx(np.zeros(3), abs=5e-3)


def test_constraints_are_data() -> None:
    block = CorrelatedNormal.of(["b", "c"], [-0.4, 0.2], [[0.01, 0.005], [0.005, 0.02]])
    parameters = (ABC[0], *(Parameter(name, 0.0, constraint=block) for name in ("b", "c")))
    extra = np.zeros((3, 3))
    extra[1:, 1:] = np.linalg.inv(block.matrix)
    _, covariance = least_squares(extra=extra)
    weight = np.linalg.inv(COVARIANCE)
    best = covariance @ (DESIGN @ weight @ DATA + extra @ np.array([0.0, -0.4, 0.2]))
    for likelihood in (PARABOLA, WITH_GRADIENT):
        result = fit(replace(likelihood, parameters=parameters))
        values = np.array([result.parameters[name].value for name in NAMES])
        errors = np.sqrt(np.diag(covariance))
        assert (values - best) / errors == pytest.approx(np.zeros(3), abs=5e-3)
        assert [result.parameters[name].error for name in NAMES] == pytest.approx(errors, rel=1e-4)
        assert result.dof == SIZE + 2 - 3


def test_fixed_parameters_do_not_move_and_do_not_count() -> None:
    result = fit(PARABOLA, fixed={"c": 0.1})
    assert list(result.parameters) == ["a", "b"]
    assert result.fixed == {"c": 0.1}
    assert result.values["c"] == 0.1
    assert result.dof == SIZE - 2
    weight = np.linalg.inv(COVARIANCE)
    two = DESIGN[:2]
    best = np.linalg.solve(two @ weight @ two.T, two @ weight @ (DATA - 0.1 * DESIGN[2]))
    assert [result.parameters[name].value for name in "ab"] == pytest.approx(best, abs=1e-4)


def test_with_everything_fixed_chi2_is_evaluated() -> None:
    result = fit(PARABOLA, fixed={"a": 1.0, "b": -0.5, "c": 0.3})
    r = DATA - np.array([1.0, -0.5, 0.3]) @ DESIGN
    assert result.chi2_min == pytest.approx(r @ np.linalg.inv(COVARIANCE) @ r)
    assert result.parameters == {}
    assert result.dof == SIZE


def test_eliminated_nuisances_are_as_good_as_fitted_ones() -> None:
    """The same fit with c as a parameter, and eliminated."""
    for constraint, dof in ((Normal(0.0, 0.2), SIZE - 2), (None, SIZE - 3)):
        nuisance = Parameter("c", 0.0, constraint=constraint)
        fitted = fit(replace(PARABOLA, parameters=(*ABC[:2], nuisance)))
        eliminating = GaussianLikelihood(
            ABC[:2],
            DATA,
            lambda params: parabola({**params, "c": 0.0}),
            COVARIANCE,
            LinearNuisances((nuisance,), DESIGN[2:]),
        )
        short = fit(eliminating)
        assert short.chi2_min == pytest.approx(fitted.chi2_min, abs=1e-4)
        assert short.nuisances["c"] == pytest.approx(fitted.parameters["c"].value, abs=1e-3)
        assert short.parameters["a"].error == pytest.approx(fitted.parameters["a"].error, rel=1e-3)
        assert short.dof == fitted.dof == dof
        held = fit(eliminating, fixed={"c": 0.25})
        reference = fit(replace(PARABOLA, parameters=(*ABC[:2], nuisance)), fixed={"c": 0.25})
        assert held.chi2_min == pytest.approx(reference.chi2_min, abs=1e-6)
        assert held.dof == reference.dof == SIZE - 2
        assert held.nuisances == {}


@pytest.mark.slow
def test_chi2_of_toy_fits_follows_its_distribution() -> None:
    normals = np.random.default_rng(21).standard_normal((300, SIZE))
    toys = parabola({"a": 1.0, "b": 0.2, "c": -0.3}) + normals @ np.linalg.cholesky(COVARIANCE).T
    results = [fit(WITH_GRADIENT.with_data(toy)) for toy in toys]
    p_values = np.sort([result.p_value for result in results if result.p_value is not None])
    steps = (np.arange(len(p_values)) + 0.5) / 300
    assert np.max(np.abs(p_values - steps)) < 1.95 / np.sqrt(300)  # Kolmogorov at 0.1 %
    pulls = [
        (each.parameters["b"].value - 0.2) / (each.parameters["b"].error or 1) for each in results
    ]
    # 300 pulls of unit width: their standard deviation is known to 4 %.
    assert np.std(pulls) == pytest.approx(1.0, abs=4 * 0.041)


# --- many minima ------------------------------------------------------------------------------


def ten_minima(params: Params) -> Array:
    """Minima near 0.5, 1.5 ... 9.5 in x, the deepest near 7.5, separated by walls of 100."""
    x = np.asarray(params["x"])
    return np.asarray(50 * (1 + np.cos(2 * np.pi * x)) + 0.2 * (x - 7.4) ** 2 + 3.0)


@pytest.mark.parametrize("start", [0.5, 2.3, 9.7])
def test_the_deepest_of_ten_minima_is_found(start: float) -> None:
    result = fit(Curve((Parameter("x", start, 0.0, 10.0),), ten_minima))
    exact = brentq(
        lambda x: -100 * np.pi * np.sin(2 * np.pi * x) + 0.4 * (x - 7.4), 7.4, 7.6, xtol=1e-12
    )
    # sigma = (chi2''/2)^(-1/2) with chi2'' = 200 pi^2 + 0.4.
    sigma = (100 * np.pi**2 + 0.2) ** -0.5
    assert result.parameters["x"].value == pytest.approx(exact, abs=5e-3 * sigma)
    assert result.parameters["x"].error == pytest.approx(sigma, rel=1e-3)
    # 6.5 and 8.5 are 0.2 and 0.24 higher.
    assert "another minimum is 0.16 higher in chi2, at x = 6.5" in result.status


@pytest.mark.parametrize("seed", range(10))
def test_no_point_of_a_fine_grid_is_below_the_fit(seed: int) -> None:
    """A splitting with hundreds of local minima, a mixing far smaller than its range."""
    random = np.random.default_rng(seed)
    likelihood = oscillation(random.uniform(0, 0.06), 10 ** random.uniform(-2, 2), seed)
    result = fit(likelihood)
    splitting = np.geomspace(1e-2, 1e2, 4000)
    lowest = min(
        float(likelihood.chi2({"sin2_2theta_ee": mixing, "delta_m2_41_eV2": splitting}).min())
        for mixing in np.linspace(0, 0.15, 76)
    )
    assert result.valid
    assert result.chi2_min < lowest + 1e-3


def test_without_scan_a_fit_stays_in_its_valley() -> None:
    result = fit(Curve((Parameter("x", 2.3, 0.0, 10.0),), ten_minima), scan=0)
    assert result.parameters["x"].value == pytest.approx(2.5, abs=0.01)


def test_minima_of_a_grid_in_two_dimensions() -> None:
    def egg_box(params: Params) -> Array:
        x, y = np.asarray(params["x"]), np.log(np.asarray(params["y"]))
        return np.asarray(20 * (2 + np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) + x + y)

    parameters = (
        Parameter("x", 0.1, 0.0, 3.0),
        Parameter("y", 2.0, 1.0, math.e**3, "log"),
        Parameter("free", 0.0),
        Parameter("constrained", 0.0, -5.0, 5.0, constraint=Normal(0.0, 1.0)),
    )
    vector = ParameterVector(parameters)
    objective = Objective(Curve(parameters, egg_box), vector)
    scan = coarse_scan(objective, objective.internal(vector.starts), 15000)
    assert scan.shape == (31, 31)
    minima = scan.minima(20)
    assert len(minima) == 9
    assert minima[:, 2:] == pytest.approx(0.0, abs=1e-9)
    cells = {(int(x), int(log_y)) for x, log_y in minima[:, :2]}
    assert cells == {(i, j) for i in range(3) for j in range(3)}
    assert scan.minima(1)[0, :2] == pytest.approx([0.5, 0.5], abs=3 / 31)


def test_too_many_parameters_for_a_grid_leave_the_last_at_their_start() -> None:
    parameters = tuple(Parameter(f"p{k}", 0.5, 0.0, 1.0) for k in range(12))
    objective = Objective(
        Curve(parameters, lambda params: params["p0"]), ParameterVector(parameters)
    )
    scan = coarse_scan(objective, np.full(12, 0.5), 1000)
    assert scan.shape == (3,) * 6
    assert np.all(scan.points[:, 6:] == 0.5)


def test_functions_of_numbers_only_are_scanned_point_by_point() -> None:
    def number_only(params: Params) -> float:
        return float(ten_minima({"x": math.fabs(params["x"])}))

    def branching(params: Params) -> float:
        return float(ten_minima(params)) if params["x"] > 0 else 1e3

    for function in (number_only, branching):
        result = fit(Curve((Parameter("x", 0.5, 0.0, 10.0),), function))
        assert result.parameters["x"].value == pytest.approx(7.5, abs=0.01)


def test_functions_that_mix_up_arrays_are_found_out() -> None:
    """Stacking parameters without an axis gives wrong shapes, or wrong numbers of right shape."""

    def stacked(params: Params) -> Array:
        return np.array([params["x"], 2 * np.asarray(params["x"])])

    data = np.array([3.0, 6.0])
    likelihood = GaussianLikelihood((Parameter("x", 1.0, 0.0, 10.0),), data, stacked, np.eye(2))
    assert fit(likelihood, scan=2).parameters["x"].value == pytest.approx(3.0, abs=1e-3)
    assert fit(likelihood).parameters["x"].value == pytest.approx(3.0, abs=1e-3)


# --- oscillations: logarithmic scale, bounds, null hypothesis ----------------------------------

# Not equidistant: else a larger splitting can give exactly the same rates.
BASELINES = np.sqrt(np.linspace(25.0, 225.0, 40))
MIXING = Parameter("sin2_2theta_ee", 0.1, 0.0, 1.0)
SPLITTING = Parameter("delta_m2_41_eV2", 1.0, 1e-2, 1e2, "log")


def survival(params: Params) -> Array:
    """Two flavours at 3 MeV."""
    mixing, splitting = (np.asarray(params[each.name])[..., None] for each in (MIXING, SPLITTING))
    return np.asarray(1 - mixing * np.sin(1.267 * splitting * BASELINES / 3.0) ** 2)


def oscillation(mixing: float, splitting: float, seed: int = 1) -> GaussianLikelihood:
    truth = survival({"sin2_2theta_ee": mixing, "delta_m2_41_eV2": splitting})
    data = truth + 0.01 * np.random.default_rng(seed).standard_normal(len(truth))
    return GaussianLikelihood((MIXING, SPLITTING), data, survival, 1e-4 * np.eye(len(truth)))


def no_oscillation(of: GaussianLikelihood) -> GaussianLikelihood:
    return replace(of, parameters=(), prediction=lambda params: np.ones(len(BASELINES)))


def test_oscillation_parameters_and_their_hessian() -> None:
    likelihood = oscillation(0.1, 2.3)
    result = fit(likelihood, minos=True)
    truth = {"sin2_2theta_ee": 0.1, "delta_m2_41_eV2": 2.3}
    for name, parameter in result.parameters.items():
        assert parameter.error is not None
        assert abs(parameter.value - truth[name]) < 4 * parameter.error
        assert parameter.minos == pytest.approx((parameter.error,) * 2, rel=0.02)
    # The second derivatives by differences, in the parameters themselves.
    values = np.array([each.value for each in result.parameters.values()])
    steps = 0.1 * np.sqrt(np.diag(result.covariance))
    hessian = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for s in (1, -1):
                for t in (1, -1):
                    p = values + s * steps[i] * np.eye(2)[i] + t * steps[j] * np.eye(2)[j]
                    chi2 = likelihood.chi2(dict(zip(truth, p, strict=True)))
                    hessian[i, j] += s * t * float(chi2) / (4 * steps[i] * steps[j])
    # Not quadratic: the differences over 0.2 sigma are good to about a per cent of that.
    assert result.covariance == pytest.approx(np.linalg.inv(hessian / 2), rel=5e-3, abs=1e-10)


def test_significance_is_that_of_two_extra_parameters() -> None:
    likelihood = oscillation(0.02, 1.0)
    null = no_oscillation(likelihood)
    result = fit(likelihood, null=null)
    assert result.chi2_null == pytest.approx(float(null.chi2({})))
    assert result.chi2_null is not None
    assert result.delta_chi2 is not None
    assert result.delta_chi2 == pytest.approx(result.chi2_null - result.chi2_min)
    assert result.extra_parameters == 2
    p_value = chi2_distribution.sf(result.delta_chi2, 2)
    assert result.significance_sigma == pytest.approx(norm.isf(p_value / 2), rel=1e-6)


def test_significance_of_one_parameter_is_the_root() -> None:
    likelihood = oscillation(0.02, 1.0)
    fixed = {"delta_m2_41_eV2": 1.0}
    result = fit(likelihood, fixed=fixed, null=no_oscillation(likelihood))
    assert result.delta_chi2 is not None
    assert result.extra_parameters == 1
    assert result.significance_sigma == pytest.approx(math.sqrt(result.delta_chi2))


def test_significance_goes_on_where_p_values_underflow() -> None:
    for extra in (2, 3, 10):
        below = _significance(999.9, extra)
        assert below is not None
        # d sigma / d chi2 = 1/(2 sigma) to leading order: 0.1/63 between them.
        assert _asymptotic_significance(1000.0, extra) == pytest.approx(below, abs=3e-3)
        assert _asymptotic_significance(5000.0, extra) < math.sqrt(5000.0)


def test_a_null_with_as_many_parameters_has_no_significance() -> None:
    result = fit(PARABOLA, null=replace(PARABOLA, name="same"))
    assert result.delta_chi2 == pytest.approx(0.0, abs=1e-4)
    assert result.extra_parameters == 0
    assert result.significance_sigma is None


def test_a_null_that_fits_better_is_mentioned() -> None:
    worse = replace(PARABOLA, parameters=ABC[:2], prediction=lambda p: parabola({**p, "c": 5.0}))
    result = fit(worse, null=PARABOLA)
    assert "the null hypothesis fits better" in result.status


def test_start_and_fixed_reach_the_null_only_where_it_has_the_parameter() -> None:
    likelihood = oscillation(0.05, 1.0)
    scaled = replace(
        likelihood,
        parameters=(*likelihood.parameters, Parameter("scale", 1.0)),
        prediction=lambda p: np.asarray(p["scale"])[..., None] * survival(p),
    )
    null = replace(
        likelihood,
        parameters=(Parameter("scale", 1.0),),
        prediction=lambda p: np.asarray(p["scale"])[..., None] * np.ones(len(BASELINES)),
    )
    result = fit(scaled, null=null, start={"sin2_2theta_ee": 0.2}, fixed={"scale": 1.01})
    assert result.chi2_null == pytest.approx(float(null.chi2({"scale": 1.01})))
    assert result.extra_parameters == 2


def test_a_minimum_at_a_bound_is_put_there_and_said() -> None:
    likelihood = oscillation(0.0, 1.0)
    # An excess everywhere: the mixing would like to be negative.
    excess = likelihood.with_data(likelihood.data + 0.02)
    result = fit(excess, null=no_oscillation(excess))
    mixing, splitting = result.parameters.values()
    assert mixing.value == 0.0
    assert mixing.at_bound == "lower"
    assert mixing.error is None
    assert splitting.error is None
    assert "sin2_2theta_ee is at its lower bound" in result.status
    assert "delta_m2_41_eV2 has no effect on chi2 there" in result.status
    assert result.delta_chi2 == pytest.approx(0.0, abs=1e-9)
    assert result.valid


@pytest.mark.parametrize(
    ("upper", "expected", "at_bound"), [(2.0, 2.0, "upper"), (np.inf, 3.0, None)]
)
def test_one_sided_bounds(upper: float, expected: float, at_bound: str | None) -> None:
    def chi2(params: Params) -> Array:
        x, y = np.asarray(params["x"]), np.asarray(params["y"])
        return np.asarray((x - 3) ** 2 + (y - x) ** 2 / 0.25)

    parameters = (Parameter("x", 1.0, 0.0, upper), Parameter("y", 0.0))
    result = fit(Curve(parameters, chi2), minos=True)
    x, y = result.parameters["x"], result.parameters["y"]
    assert x.value == pytest.approx(expected, abs=1e-3)
    assert y.value == pytest.approx(expected, abs=1e-3)
    assert x.at_bound == at_bound
    if at_bound:
        # At x = 2 only y moves: error 0.5. Chi2 rises by one from (2 - 3)^2 at 3 - sqrt(2).
        assert y.error == pytest.approx(0.5, rel=1e-4)
        assert x.minos is not None
        assert x.minos[0] is None
        assert x.minos[1] == pytest.approx(math.sqrt(2) - 1, rel=1e-3)
    else:
        assert x.error == pytest.approx(1.0, rel=1e-4)
        assert y.error == pytest.approx(math.sqrt(1.25), rel=1e-4)


# --- errors -----------------------------------------------------------------------------------


def test_minos_follows_a_split_normal() -> None:
    parameter = Parameter("activity", 3.0, constraint=SplitNormal(3.4, 0.4, 0.1))
    result = fit(Curve((parameter,), lambda params: np.zeros(()), n_data=0), minos=True)
    # The curvature jumps at the mean, where no expansion holds: 1 % of an error.
    assert result.parameters["activity"].value == pytest.approx(3.4, abs=1e-3)
    assert result.parameters["activity"].minos == pytest.approx((0.4, 0.1), abs=4e-3)
    assert result.dof == 0
    assert result.p_value is None


def test_minos_of_counts_is_the_likelihood_interval() -> None:
    likelihood = PoissonLikelihood(
        (Parameter("rate", 4.0, 0.1, 50.0, "log"),),
        np.array([5.0]),
        lambda params: np.asarray(params["rate"])[..., None],
    )
    result = fit(likelihood, minos=True)
    rate = result.parameters["rate"]

    def excess(mu: float) -> float:
        return float(likelihood.chi2({"rate": mu})) - 1.0

    assert rate.value == pytest.approx(5.0, abs=0.01)
    assert rate.error == pytest.approx(math.sqrt(5.0), rel=2e-3)
    assert rate.minos == pytest.approx(
        (brentq(excess, 5, 15) - rate.value, rate.value - brentq(excess, 0.5, 5)), rel=5e-3
    )


def test_a_flat_direction_is_said() -> None:
    likelihood = Curve(
        (Parameter("x", 0.0), Parameter("y", 0.0)), lambda p: np.asarray((p["x"] - 1) ** 2)
    )
    result = fit(likelihood)
    assert result.parameters["x"].value == pytest.approx(1.0, abs=5e-3)
    assert result.parameters["x"].error == pytest.approx(1.0, rel=1e-3)
    assert result.parameters["y"].error is None
    assert "y has no effect on chi2 there" in result.status


def test_two_parameters_of_which_only_the_sum_counts_are_not_sold_as_measured() -> None:
    result = fit(
        Curve(
            (Parameter("x", 0.0), Parameter("y", 0.0)),
            lambda p: np.asarray((np.asarray(p["x"]) + p["y"] - 1) ** 2),
        )
    )
    assert not result.valid or "the errors are" in result.status


def test_a_fit_without_minimum_returns_and_says_so() -> None:
    result = fit(Curve((Parameter("x", 0.0),), lambda p: np.asarray(-1e3 * np.asarray(p["x"]))))
    assert not result.valid
    assert result.status.startswith("The minimum is not valid: ")
    json.dumps(result.as_dict(), allow_nan=False)


def test_an_infinite_chi2_is_avoided() -> None:
    def walls(params: Params) -> Array:
        x = np.asarray(params["x"])
        return np.where((x > 2) & (x < 4), (x - 3) ** 2 / 0.01, np.inf)

    result = fit(Curve((Parameter("x", 9.0, 0.0, 10.0),), walls))
    assert result.parameters["x"].value == pytest.approx(3.0, abs=1e-3)


def test_results_are_plain_numbers() -> None:
    likelihood = oscillation(0.05, 1.0)
    result = fit(likelihood, null=no_oscillation(likelihood), minos=True)
    plain = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert plain["parameters"]["sin2_2theta_ee"]["value"] == result.values["sin2_2theta_ee"]
    assert len(plain["parameters"]["sin2_2theta_ee"]["minos"]) == 2
    wanted = ("chi2_min", "dof", "p_value", "chi2_null", "delta_chi2", "significance_sigma")
    assert all(isinstance(plain[key], int | float) for key in wanted)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fixed": {"aa": 0.0}}, "unknown parameter, did you mean 'a'"),
        ({"start": {"sin": 0.0}}, "unknown parameter"),
        ({"start": {"a": np.nan}}, "a = nan: is not a number"),
        ({"start": {"a": 0.0}, "fixed": {"a": 0.0}}, "a: has a start and is fixed"),
    ],
    ids=["fixed", "start", "nan", "both"],
)
def test_wrong_arguments_are_refused(arguments: dict[str, dict[str, float]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(PARABOLA, **arguments)  # type: ignore[arg-type]


def test_values_outside_the_bounds_are_refused() -> None:
    for arguments in ({"start": {"sin2_2theta_ee": 1.5}}, {"fixed": {"sin2_2theta_ee": 1.5}}):
        with pytest.raises(InputError, match=r"sin2_2theta_ee = 1\.5: is outside its bounds"):
            fit(oscillation(0.1, 1.0), **arguments)  # type: ignore[arg-type]


def test_nan_names_the_parameters() -> None:
    def broken(params: Params) -> Array:
        x = np.asarray(params["x"])
        return np.where(x > 5, np.nan, x)

    for scan in (0, 100):
        likelihood = Curve((Parameter("x", 6.0, 0.0, 10.0),), broken)
        with pytest.raises(InputError, match=r"chi2: is not a number at x = [5-9]\.?"):
            fit(likelihood, scan=scan)


def test_a_covariance_that_fails_names_the_parameters() -> None:
    likelihood = GaussianLikelihood(
        (Parameter("x", 1.0, -2.0, 2.0),),
        np.array([1.0]),
        lambda params: np.asarray(params["x"])[..., None],
        lambda prediction: prediction[..., None],
    )
    with pytest.raises(InputError, match=r"is not positive definite at the prediction, at x = -"):
        fit(likelihood)


def test_many_data_sets_at_once_are_refused() -> None:
    with pytest.raises(InputError, match=r"chi2 = .*has axes"):
        fit(PARABOLA.with_data(np.stack([DATA, DATA])))


# --- import -----------------------------------------------------------------------------------


def test_importing_the_fit_does_not_import_iminuit() -> None:
    heavy = "{'iminuit', 'scipy.stats', 'jax'}"
    code = f"import sys, gallus.inference.fit; print({heavy} & {{*sys.modules}})"
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert finished.stdout.strip() == "set()"


def test_the_global_minimum_comes_with_the_others() -> None:
    parameters = (Parameter("x", 0.5, 0.0, 10.0),)
    objective = Objective(Curve(parameters, ten_minima), ParameterVector(parameters))
    best, others = global_minimum(objective)
    assert all(best.chi2 <= other.chi2 for other in others)
    assert len(others) == STARTS
