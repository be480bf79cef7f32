"""Profile intervals against closed forms, MINOS, and minimisation by brute force."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from gallus.errors import InputError
from gallus.inference.fit import fit
from gallus.inference.interval import EDGE, Interval, profile_interval
from gallus.likelihood import PoissonLikelihood
from gallus.parameters import Normal, Parameter, Params

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A likelihood that is just a function of its parameters."""

    parameters: tuple[Parameter, ...]
    function: Callable[[Params], object]
    n_data: int = 5

    def chi2(self, params: Params) -> Array:
        return self.function(params)  # type: ignore[return-value]


def edge_error(slope: float) -> float:
    """Chi2 at an edge is right to EDGE; the edge itself to that over the slope there."""
    return EDGE / abs(slope)


@given(
    value=st.floats(-5.0, 5.0),
    sigma=st.floats(0.05, 3.0),
    level=st.floats(0.2, 9.0),
)
def test_a_parabola_has_the_interval_of_its_sigma(value: float, sigma: float, level: float) -> None:
    curve = Curve((Parameter("x", 0.0),), lambda p: ((np.asarray(p["x"]) - value) / sigma) ** 2)
    found = profile_interval(curve, "x", {"x": value}, delta_chi2=level)
    reach = sigma * math.sqrt(level)
    error = edge_error(2 * math.sqrt(level) / sigma)
    assert found.pieces == ((found.lower, found.upper),)
    assert found.lower == pytest.approx(value - reach, abs=error)
    assert found.upper == pytest.approx(value + reach, abs=error)


@given(correlation=st.floats(-0.95, 0.95), errors=st.tuples(st.floats(0.1, 2), st.floats(0.1, 2)))
def test_other_parameters_are_minimised(correlation: float, errors: tuple[float, float]) -> None:
    a, b = errors
    covariance = np.array([[a * a, correlation * a * b], [correlation * a * b, b * b]])
    weight = np.linalg.inv(covariance)

    def chi2(p: Params) -> Array:
        r = np.stack(np.broadcast_arrays(np.asarray(p["x"]) - 1.0, np.asarray(p["y"]) + 2.0), -1)
        return np.asarray(np.einsum("...i,ij,...j", r, weight, r))

    curve = Curve((Parameter("x", 0.0, -20, 20), Parameter("y", 0.0)), chi2)
    found = profile_interval(curve, "x", {"x": 1.0, "y": -2.0})
    # The marginal error a, whatever the correlation.
    assert found.lower == pytest.approx(1 - a, abs=edge_error(2 / a) + 1e-6)
    assert found.upper == pytest.approx(1 + a, abs=edge_error(2 / a) + 1e-6)


def test_it_is_minos_where_there_is_one_valley() -> None:
    counts = np.array([3.0, 5.0, 4.0])
    signal = Parameter("s", 2.0, 0.0, 30.0)
    background = Parameter("b", 1.0, 0.0, 30.0, constraint=Normal(1.0, 0.5))

    def expected(p: Params) -> Array:
        return np.asarray(
            np.asarray(p["s"])[..., None] + np.asarray(p["b"])[..., None] + 0 * counts
        )

    likelihood = PoissonLikelihood((signal, background), counts, expected)
    result = fit(likelihood, minos=True)
    found = profile_interval(likelihood, "s", result.values)
    minos = result.parameters["s"].minos
    assert minos is not None
    up, down = minos
    assert found.upper == pytest.approx(result.values["s"] + (up or math.nan), abs=3e-3)
    assert found.lower == pytest.approx(result.values["s"] - (down or math.nan), abs=3e-3)


def wavy(params: Params) -> Array:
    """Valleys at multiples of one, the one at 3 the deepest, none above 6."""
    x = np.asarray(params["x"])
    return np.asarray(4.0 * np.sin(math.pi * x) ** 2 + 0.3 * (x - 3.0) ** 2)


def test_every_valley_is_a_piece() -> None:
    curve = Curve((Parameter("x", 1.0, 0.0, 10.0),), wavy)
    found = profile_interval(curve, "x", {"x": 3.0})
    # Valleys at 3 and, 0.3 higher, at 2 and 4; those at 1 and 5 are 1.2 higher.
    fine = np.linspace(0.0, 10.0, 1_000_001)
    below = wavy({"x": fine}) <= 1.0
    edges = fine[:-1][below[:-1] != below[1:]].reshape(-1, 2)
    assert len(edges) == 3
    np.testing.assert_allclose(np.array(found.pieces, dtype=float), edges, atol=1e-3)
    assert (found.lower, found.upper) == (found.pieces[0][0], found.pieces[-1][1])


def test_valleys_of_the_other_parameters_are_compared() -> None:
    """Along y there are many valleys, and which is the deepest depends on x."""

    def chi2(p: Params) -> Array:
        x, y = np.asarray(p["x"]), np.asarray(p["y"])
        return np.asarray(5.0 * np.sin(3.0 * y) ** 2 + (x - 0.05 * y) ** 2 / 0.04 + 0.02 * y)

    curve = Curve((Parameter("x", 0.5, 0.0, 1.0), Parameter("y", 10.0, 0.0, 20.0)), chi2)
    found = profile_interval(curve, "x", {"x": 0.0, "y": 0.0}, delta_chi2=0.2)

    y = np.linspace(0.0, 20.0, 200001)

    def profile(x: float) -> float:
        return float(chi2({"x": x, "y": y}).min())

    lowest = minimize_scalar(profile, bounds=(0.0, 1.0), method="bounded").fun
    edge = brentq(lambda x: profile(x) - min(lowest, profile(0.0)) - 0.2, 0.2, 1.0)
    assert found.lower is None
    assert found.upper == pytest.approx(edge, abs=2e-3)


def test_ends_at_bounds_are_open() -> None:
    bounded = Curve((Parameter("x", 0.5, 0.0, 1.0),), lambda p: np.asarray(p["x"]) ** 2 / 4)
    assert profile_interval(bounded, "x", {"x": 0.0}).pieces == ((None, None),)
    steep = Curve((Parameter("x", 0.5, 0.0, 1.0),), lambda p: (np.asarray(p["x"]) / 0.2) ** 2)
    found = profile_interval(steep, "x", {"x": 0.0})
    assert found.lower is None
    assert found.upper == pytest.approx(0.2, abs=1e-3)
    # Chi2 that goes flat has no upper end.
    flat = Curve(
        (Parameter("x", 1.0, 1e-6, 1e6, scale="log"),), lambda p: 4.0 / (1 + np.asarray(p["x"]))
    )
    found = profile_interval(flat, "x", {"x": 1e6})
    assert found.upper is None
    assert found.lower == pytest.approx(3.0, rel=2e-3)


def test_a_lower_valley_than_the_given_best_counts() -> None:
    curve = Curve((Parameter("x", 1.0, 0.0, 10.0),), wavy)
    found = profile_interval(curve, "x", {"x": 4.0})
    assert found.best == pytest.approx(3.0, abs=0.02)
    # Steps through the range are a thirtieth; the valley has a curvature of 80.
    assert found.chi2_min == pytest.approx(0.0, abs=0.5 * 80 * (10 / 300) ** 2 / 4)
    assert len(found.pieces) == 3


def test_held_parameters_stay() -> None:
    def chi2(p: Params) -> Array:
        x, y = np.asarray(p["x"]), np.asarray(p["y"])
        return np.asarray((x - y) ** 2 + (y / 0.1) ** 2)

    curve = Curve((Parameter("x", 0.0, -9, 9), Parameter("y", 0.0, -9, 9)), chi2)
    held = profile_interval(curve, "x", {"x": 1.0}, fixed={"y": 1.0})
    free = profile_interval(curve, "x", {"x": 0.0, "y": 0.0})
    assert held.lower == pytest.approx(0.0, abs=1e-3)
    assert free.upper == pytest.approx(math.hypot(1, 0.1), abs=1e-3)


def test_plain_numbers_for_json() -> None:
    interval = Interval("x", 1.0, ((None, 1.0), (2.0, 3.0)), 0.5, 0.0)
    assert interval.as_dict() == {
        "delta_chi2": 1.0,
        "lower": None,
        "upper": 3.0,
        "pieces": [[None, 1.0], [2.0, 3.0]],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "xx"}, "did you mean 'x'"),
        ({"name": "x", "fixed": {"x": 1.0}}, "free parameter"),
        ({"name": "x", "delta_chi2": 0.0}, "is no level"),
        ({"name": "x", "delta_chi2": math.inf}, "is no level"),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    curve = Curve((Parameter("x", 1.0, 0.0, 10.0),), wavy)
    with pytest.raises(InputError, match=message):
        profile_interval(curve, best={"x": 3.0}, **arguments)  # type: ignore[arg-type]


def test_a_fit_that_ends_where_a_parameter_has_no_effect_is_valid_and_its_interval_open() -> None:
    """A width w that stops to matter below 1e-3: chi2 is best there, and the same for all."""

    def chi2(p: Params) -> Array:
        x, w = np.asarray(p["x"]), np.asarray(p["w"])
        return np.asarray((x - 1.0) ** 2 + 9.0 * np.maximum(w - 1e-3, 0.0) ** 2)

    width = Parameter("w", 1e-4, 1e-6, 10.0, scale="log")
    curve = Curve((Parameter("x", 0.0, -9, 9), width), chi2)
    result = fit(curve, start={"x": 0.5, "w": 1e-5}, scan=0)
    assert result.valid, result.status
    assert "w has no effect on chi2 there" in result.status
    assert result.values["x"] == pytest.approx(1.0, abs=1e-3)
    interval = profile_interval(curve, "w", result.values)
    assert interval.lower is None
    assert interval.upper == pytest.approx(1 / 3 + 1e-3, abs=1e-3)
