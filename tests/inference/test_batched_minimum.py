"""Many minima at once: against closed forms, Minuit, and each by itself."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.batched_minimum import DifferenceParabolas, Rows, batched_minimum
from gallus.inference.least_squares import batched_fit

FREE = np.tile([-np.inf, np.inf], (2, 1))


def by_differences(
    function: Callable[[Array, Rows], Array], starts: Array, limits: Array
) -> tuple[Array, Array]:
    parabolas = DifferenceParabolas(function, limits, np.full(len(limits), 0.1), len(starts))
    found = batched_minimum(function, parabolas, starts, limits)
    assert found.converged.all()
    return found.points, found.values


def rosenbrock(points: Array, rows: Rows) -> Array:
    x, y = points.T
    return np.asarray(100 * (y - x**2) ** 2 + (1 - x) ** 2 + rows)


def rosenbrock_residuals(points: Array, rows: Rows) -> Array:
    x, y = points.T
    return np.stack([10 * (y - x**2), 1 - x, np.sqrt(rows)], axis=1)


STARTS = np.array([[-1.2, 1.0], [0.0, 0.0], [2.0, -3.0], [1.0, 1.0]])


def test_a_curved_valley_is_followed_to_its_end() -> None:
    points, values = by_differences(rosenbrock, STARTS, FREE)
    # The search ends where less than 1e-9 is to be gained; the valley is flat along x: curvature
    # 0.4, so that x is known to sqrt(2e-9/0.4).
    assert values - np.arange(4) == pytest.approx(0.0, abs=1e-9)
    assert points == pytest.approx(1.0, abs=3e-4)
    found = batched_fit(rosenbrock_residuals, None, STARTS, FREE)
    assert found.converged.all()
    assert found.values - np.arange(4) == pytest.approx(0.0, abs=1e-9)


def test_at_a_bound_the_others_are_minimised() -> None:
    limits = np.array([[-2.0, 0.5], [-1.0, 2.0]])
    points, values = by_differences(rosenbrock, np.clip(STARTS, *limits.T), limits)
    assert points[:, 0] == pytest.approx(0.5, abs=1e-12)
    assert points[:, 1] == pytest.approx(0.25, abs=1e-5)
    assert values - np.arange(4) == pytest.approx(0.25, abs=1e-9)


@given(
    st.lists(st.floats(-3, 3), min_size=9, max_size=9),
    st.lists(st.floats(-2, 2), min_size=3, max_size=3),
)
def test_a_parabola_in_a_box_fulfils_the_conditions_of_a_minimum(
    numbers: list[float], centre: list[float]
) -> None:
    factor = np.reshape(numbers, (3, 3))
    matrix = factor @ factor.T + 0.1 * np.eye(3)
    limits = np.tile([-1.0, 1.0], (3, 1))

    def function(points: Array, rows: Rows) -> Array:
        shift = points - centre
        return np.asarray(np.einsum("mi,ij,mj->m", shift, matrix, shift))

    points, _ = by_differences(function, np.zeros((1, 3)), limits)
    point, slope = points[0], 2 * matrix @ (points[0] - centre)
    # An expected fall of 1e-9 leaves a slope of at most 2 sqrt(1e-9 times the largest curvature).
    small = 2 * np.sqrt(1e-9 * np.linalg.eigvalsh(matrix)[-1]) + 1e-7
    inside = np.abs(point) < 1
    assert slope[inside] == pytest.approx(0.0, abs=small)
    assert np.all(slope[point == 1] <= small)
    assert np.all(slope[point == -1] >= -small)


def test_a_variable_without_effect_stays() -> None:
    def function(points: Array, rows: Rows) -> Array:
        return np.asarray((points[:, 0] - 0.3) ** 2)

    points, _ = by_differences(function, np.array([[0.0, 0.7]]), np.tile([0.0, 1.0], (2, 1)))
    assert points[0] == pytest.approx([0.3, 0.7], abs=1e-4)


def test_a_result_does_not_depend_on_its_company() -> None:
    together = batched_fit(rosenbrock_residuals, None, STARTS, FREE)

    def third(points: Array, rows: Rows) -> Array:
        return rosenbrock_residuals(points, rows + 2)

    alone = batched_fit(third, None, STARTS[2:3], FREE)
    assert np.array_equal(together.points[2], alone.points[0])
    assert together.values[2] == alone.values[0]


def test_a_jacobian_gives_the_same_as_differences() -> None:
    def jacobian(points: Array, rows: Rows) -> Array:
        x, zero = points[:, 0], np.zeros(len(points))
        rows_of = [[-20 * x, zero + 10], [zero - 1, zero], [zero, zero]]
        return np.moveaxis(np.array(rows_of), -1, 0)

    given_it = batched_fit(rosenbrock_residuals, jacobian, STARTS, FREE)
    without = batched_fit(rosenbrock_residuals, None, STARTS, FREE)
    assert given_it.values == pytest.approx(without.values, abs=1e-9)


def test_shapes_and_numbers_are_checked() -> None:
    with pytest.raises(InputError, match="starts and bounds"):
        batched_fit(rosenbrock_residuals, None, STARTS, FREE[:1])
    with pytest.raises(InputError, match="are not numbers at the start"):
        batched_fit(lambda points, rows: points * np.nan, None, STARTS, FREE)


def test_a_step_to_where_there_is_no_prediction_is_refused() -> None:
    def residuals(points: Array, rows: Rows) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.log(points) - np.log(0.2))

    found = batched_fit(residuals, None, np.array([[5.0]]), FREE[:1])
    assert found.points[0, 0] == pytest.approx(0.2, rel=1e-4)
