"""Profiled chi2 on grids: against Minuit point by point, closed forms and dense scans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from iminuit import Minuit

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.grid import Grid, parse_grid
from gallus.inference.objective import Objective
from gallus.inference.profile import Profile, profile
from gallus.inference.residuals import residuals_of
from gallus.likelihood import GaussianLikelihood, LinearNuisances, PoissonLikelihood
from gallus.likelihood.base import Likelihood, eliminated
from gallus.parameters import Parameter, Params
from gallus.parameters.constraints import Normal
from gallus.parameters.parameter import constraint_chi2
from gallus.parameters.vector import ParameterVector

A = Parameter("a", 0.5, 0.0, 2.0)
B = Parameter("b", 1.0, 0.1, 10.0, scale="log")
C = Parameter("c", 0.0, constraint=Normal(0.0, 0.1))
X = np.linspace(0.2, 3.0, 15)
TRUTH = {"a": 0.8, "b": 2.0, "c": 0.0}


def curve(params: Params) -> Array:
    """(1 + c x) (1 - a sin^2(b x)/2): oscillates along b, linear in a, a slope with a pull."""
    a, b, c = (np.asarray(params[name])[..., None] for name in "abc")
    return np.asarray((1 + c * X) * (1 - 0.5 * a * np.sin(b * X) ** 2))


NOISE = np.random.default_rng(5).standard_normal(len(X))
DATA = curve(TRUTH) + 0.03 * NOISE


def gaussian(**options: Any) -> GaussianLikelihood:
    return replace(GaussianLikelihood((A, B, C), DATA, curve, 0.03**2 * np.eye(len(X))), **options)


def counts() -> PoissonLikelihood:
    data = np.round(400 * DATA)
    return PoissonLikelihood((A, B, C), data, lambda params: 400 * curve(params))


def correlated() -> GaussianLikelihood:
    """With nuisances that the likelihood eliminates."""
    linear = LinearNuisances.unit(("norm", "tilt"), np.stack([0.02 * DATA, 0.05 * (X - 1.5)]))
    return gaussian(linear=linear)


def by_minuit(likelihood: Likelihood, fixed: dict[str, float], starts: list[Array]) -> float:
    """Lowest minimum from many starts."""
    free = [each for each in likelihood.parameters if each.name not in fixed]

    def chi2(*values: float) -> float:
        params = {**fixed, **dict(zip((each.name for each in free), values, strict=True))}
        total = likelihood.chi2(params) + constraint_chi2(likelihood.parameters, params)
        return float(total)

    lowest = np.inf
    for start in starts:
        minuit = Minuit(chi2, *start, name=[each.name for each in free])
        for each in free:
            minuit.limits[each.name] = (each.lower, each.upper)
        minuit.strategy, minuit.tol = 2, 1e-4  # ends 2e-7 from the minimum
        minuit.migrad()
        lowest = min(lowest, float(minuit.fval or np.inf))
    return lowest


@pytest.mark.slow
@pytest.mark.parametrize("make", [gaussian, counts, correlated], ids=lambda make: make.__name__)
def test_every_point_is_where_minuit_ends(make: Callable[[], Likelihood]) -> None:
    likelihood = make()
    grid = parse_grid(["a=0:2:9"])
    found = profile(likelihood, grid)
    assert found.converged.all()
    starts = [np.array([b, 0.0]) for b in np.geomspace(0.12, 9.5, 25)]
    for k, a in enumerate(grid.axes[0].values):
        wanted = by_minuit(likelihood, {"a": float(a)}, starts)
        assert found.chi2[k] == pytest.approx(wanted, abs=1e-6)


def test_minima_in_two_parameters_at_the_points_of_two() -> None:
    grid = Grid(parse_grid(["b=0.5:5:4:log"]).axes)
    likelihood = gaussian()
    found = profile(likelihood, grid)
    for k, b in enumerate(grid.axes[0].values):
        starts = [np.array([a, 0.0]) for a in (0.3, 1.7)]
        wanted = by_minuit(likelihood, {"b": float(b)}, starts)
        assert found.chi2[k] == pytest.approx(wanted, abs=1e-6)


def test_nothing_left_to_minimise_gives_chi2_itself() -> None:
    grid = parse_grid(["b=0.5:5:7:log", "a=0:2:5"])
    found = profile(gaussian(), grid, fixed={"c": 0.05})
    b, a = np.meshgrid(*(axis.values for axis in grid.axes), indexing="ij")
    chi2 = (((DATA - curve({"a": a, "b": b, "c": 0.05})) / 0.03) ** 2).sum(axis=-1) + 0.25
    assert found.chi2 == pytest.approx(chi2, rel=1e-12)
    assert found.profiled == {}


def test_eliminated_nuisances_can_be_on_the_grid() -> None:
    grid = parse_grid(["norm=-2:2:5"])
    likelihood = correlated()
    found = profile(likelihood, grid, fixed={"a": 0.8, "b": 2.0, "c": 0.0})
    wanted = [
        float(likelihood.chi2({"a": 0.8, "b": 2.0, "c": 0.0, "norm": eta})) + eta**2
        for eta in grid.axes[0].values
    ]
    assert found.chi2 == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("make", [gaussian, correlated], ids=lambda make: make.__name__)
def test_residuals_are_roots_of_chi2(make: Callable[[], GaussianLikelihood]) -> None:
    likelihood = make()
    objective = Objective(likelihood, ParameterVector(likelihood.parameters, {}))
    residuals = residuals_of(objective)
    assert residuals is not None
    points = np.array([[0.3, 0.1, 0.02], [1.9, -1.0, -0.2]])
    squares = (residuals(points) ** 2).sum(axis=1)
    assert squares == pytest.approx(objective.chi2_of(points), rel=1e-12)
    assert eliminated(likelihood) == () or residuals(points).shape[1] == len(X) + 3


def test_chi2_that_is_no_sum_of_squares_has_no_residuals() -> None:
    likelihood = counts()
    assert residuals_of(Objective(likelihood, ParameterVector(likelihood.parameters, {}))) is None


def test_part_of_the_grid_gives_those_numbers() -> None:
    grid = parse_grid(["a=0:2:9", "b=0.5:5:6:log"])
    whole = profile(gaussian(), grid)
    values = [grid.axes[0].values[3:6], grid.axes[1].values]
    part = profile(gaussian(), grid, values=values)
    assert part.chi2 == pytest.approx(whole.chi2[3:6], abs=1e-8)


@dataclass(frozen=True)
class OneByOne:
    """A likelihood that takes one point at a time."""

    parameters: tuple[Parameter, ...] = (A, B)
    n_data: int = 1

    def chi2(self, params: Params) -> Array:
        a, b = float(params["a"]), float(params["b"])
        return np.asarray((a - 0.4 * b) ** 2 / 0.01 + (np.log(b) - 0.5) ** 2)


def test_likelihoods_that_take_one_point_at_a_time() -> None:
    found = profile(OneByOne(), parse_grid(["a=0.2:2:4"]), coarse=40)
    b = np.exp(np.linspace(np.log(0.1), np.log(10), 200001))
    for a, chi2 in zip(np.linspace(0.2, 2, 4), found.chi2, strict=True):
        dense = (a - 0.4 * b) ** 2 / 0.01 + (np.log(b) - 0.5) ** 2
        # The curvature along ln b is at most 2 (0.4 b/0.1)^2 < 1e3, the spacing 2.3e-5.
        assert chi2 == pytest.approx(dense.min(), abs=1e-6)


def test_contour_of_a_gaussian_is_an_ellipse() -> None:
    matrix = np.array([[0.04, 0.03], [0.03, 0.09]])
    parameters = (Parameter("x", 0.0, -3.0, 3.0), Parameter("y", 0.0, -3.0, 3.0))

    def linear(params: Params) -> Array:
        return np.stack(np.broadcast_arrays(params["x"], params["y"]), axis=-1)

    likelihood = GaussianLikelihood(parameters, np.array([0.3, -0.2]), linear, matrix)
    grid = parse_grid(["x=-1:1:41", "y=-2:2:51"])
    found: Profile = profile(likelihood, grid)
    x, y = np.meshgrid(*(axis.values for axis in grid.axes), indexing="ij")
    shift = np.stack([x - 0.3, y + 0.2], axis=-1)
    wanted = np.einsum("...i,ij,...j", shift, np.linalg.inv(matrix), shift)
    assert found.chi2 == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    one = profile(likelihood, parse_grid(["x=-1:1:41"]))
    # Minimising over y leaves the variance of x alone.
    assert one.chi2 == pytest.approx((np.linspace(-1, 1, 41) - 0.3) ** 2 / 0.04, abs=1e-8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fixed": {"a": 1.0}}, "a: is on the grid and fixed"),
        ({"start": {"a": 1.0}}, "a: is on the grid and has a start"),
        ({"fixed": {"d": 1.0}}, "unknown parameter"),
        ({"fixed": {"b": 100.0}}, "outside its bounds"),
        ({"fixed": {"b": 1.0}, "start": {"b": 1.0}}, "has a start and is fixed"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        profile(gaussian(), parse_grid(["a=0:2:5"]), **options)


def test_where_chi2_is_not_a_number_is_said() -> None:
    def broken(params: Params) -> Array:
        return np.where(np.asarray(params["a"])[..., None] > 1.4, np.nan, curve(params))

    likelihood = gaussian(prediction=broken)
    with pytest.raises(InputError, match=r"is not a number.* a = "):
        profile(likelihood, parse_grid(["a=0:2:5"]), fixed={"b": 1.0, "c": 0.0})
