"""The formulas under jax: the same numbers, compiled, mapped and differentiated."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gallus.geometry import (
    Cylinder,
    Difference,
    Sphere,
    cylinder_density,
    cylinder_mean_path_length,
    sphere_density,
    sphere_mean_path_length,
)
from gallus.geometry.path_length import axis_density, off_axis_density
from gallus.geometry.quadrature import panel_rule

# With the source, a wall, and a point within rounding of the wall.
DISTANCE = np.array([0.0, 0.02, 0.15, 0.3, 0.55, 0.9, 1.0, 1.0 + 1e-12, 1.21, 1.7, 50.0])


def with_holes(radius: Any, hole: Any) -> Difference:
    holes = (Sphere(hole), Cylinder(hole / 2, 0.0, math.inf))
    return Difference(Cylinder(radius, -1.0, 1.2), holes)


Formula = Callable[[Any, Any], Any]
FORMULAS: dict[str, Formula] = {
    "sphere density": lambda L, p: sphere_density(L, p[0], p[1]),
    "cylinder density": lambda L, p: cylinder_density(L, p[0], p[1] - 1.0, p[1] + 2.0),
    "sphere mean": lambda L, p: sphere_mean_path_length(p[0], p[1]) + 0 * L,
    "cylinder mean": lambda L, p: cylinder_mean_path_length(p[0], p[1] - 1.0, p[1] + 2.0) + 0 * L,
    "holes": lambda L, p: axis_density(with_holes(p[0], 0.3), L, 0.1 * p[1]),
    "off the axis": lambda L, p: off_axis_density(
        with_holes(1.1, 0.3), L, 0.1 * p[0], 0.3 * p[1], nodes=3
    ),
}
SLOPE_DIVERGES = {("sphere mean", (1.0, 1.0)), ("off the axis", (1.0, 0.0))}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMULAS)
def test_jax_computes_and_differentiates_the_same(jax: Any, name: str) -> None:
    formula = FORMULAS[name]
    both = jax.jit(
        jax.vmap(lambda p: (formula(DISTANCE, p), jax.jacfwd(formula, argnums=1)(DISTANCE, p)))
    )
    places = [(1.15, 0.4), (1.0, 0.0), (1.0, 1.0), (1.2, 0.5)]
    values, slopes = (np.asarray(found) for found in both(jax.numpy.asarray(places)))
    for k, place in enumerate(places):
        if (name, place) not in SLOPE_DIVERGES:
            assert values[k] == pytest.approx(formula(DISTANCE, np.array(place)), abs=1e-13)
            assert np.all(np.isfinite(slopes[k]))  # at the centre and at the wall, too
    steps = 1e-6 * np.eye(2)
    upper, lower = (
        np.stack([formula(DISTANCE, np.array(places[0]) + sign * step) for step in steps], axis=1)
        for sign in (1, -1)
    )
    # Rounding over the step, and the curvature next to square roots.
    assert slopes[0] == pytest.approx((upper - lower) / 2e-6, rel=1e-5, abs=1e-7)


@pytest.mark.slow
def test_mean_path_is_differentiable_through_the_quadrature(jax: Any) -> None:
    """As a design does it: breakpoints move with the source, and the rule with them."""
    xp = jax.numpy

    def mean(height: Any) -> Any:
        rims = xp.hypot(1.0, xp.stack([2.0 - height, height]))
        edges = xp.concatenate([xp.stack([0.0 * height, height, 2.0 - height]), rims, xp.ones(1)])
        distance, weights = panel_rule(xp.sort(edges), 24)
        return (weights * axis_density(Cylinder(1.0, 0.0, 2.0), distance, height)).sum()

    compiled = jax.jit(jax.value_and_grad(mean))
    for height in (0.3, 0.8, 1.5):
        found, slope = compiled(height)
        above, below = (
            float(cylinder_mean_path_length(1.0, -h, 2.0 - h))
            for h in (height + 1e-5, height - 1e-5)
        )
        assert float(found) == pytest.approx((above + below) / 2, rel=1e-9)
        # Central differences of the closed form are good to 1e-9, the rule to 1e-7.
        assert float(slope) == pytest.approx((above - below) / 2e-5, abs=1e-6)
