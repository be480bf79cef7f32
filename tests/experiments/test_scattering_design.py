"""Designs in closed form: the same numbers as the kernel, 10 000 at a time, differentiable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gallus.experiments.scattering_design import central_mean_path_length, scattering_design
from gallus.experiments.setup import setup, with_values
from gallus.experiments.setup_reactions import events_per_day


@pytest.mark.parametrize(
    ("distance", "threshold", "radius"),
    [(19.0, 200.0, 17.2), (0.0, 200.0, 17.2), (8.0, 250.0, 17.2), (30.0, 50.0, 17.2)],
)
def test_a_design_has_the_rate_of_the_kernel(
    distance: float, threshold: float, radius: float
) -> None:
    values = {"distance_m": distance, "threshold_keV": threshold}
    expected = events_per_day(with_values(setup("juno"), values))
    assert scattering_design(setup("juno"), distance, threshold, radius).per_day == pytest.approx(
        expected, rel=1e-8
    )


def test_another_radius_keeps_the_density() -> None:
    density = {"mass_t": None, "density_g_per_cm3": setup("juno").density_g_per_cm3()}
    smaller = with_values(setup("juno"), {**density, "detector.radius_m": 9.0, "distance_m": 12.0})
    found = scattering_design(setup("juno"), 12.0, 200.0, 9.0).per_day
    assert found == pytest.approx(events_per_day(smaller), rel=1e-8)


def test_a_magnetic_moment_enters() -> None:
    chosen = with_values(setup("juno"), {"magnetic_moment_muB": 1e-10})
    found = scattering_design(chosen, 19.0, 200.0, 17.2).per_day
    assert found == pytest.approx(events_per_day(chosen), rel=1e-8)


def test_ten_thousand_designs_at_once_and_no_room_is_no_rate() -> None:
    chosen = setup("juno-physical")
    distance = np.linspace(0.0, 30.0, 40)[:, None, None]
    threshold = np.linspace(50.0, 500.0, 25)[:, None]
    radius = np.linspace(5.0, 20.0, 10)
    designs = scattering_design(chosen, distance, threshold, radius)
    assert designs.per_day.shape == (40, 25, 10)
    gap = np.abs(np.broadcast_to(distance - radius, designs.per_day.shape))
    possible = np.broadcast_to(designs.possible, gap.shape)
    assert np.array_equal(possible, gap >= 0.2)  # hole and shield are 0.20 m
    assert np.all((designs.per_day > 0) == possible)
    higher = np.diff(designs.per_day, axis=1)
    assert np.all(higher <= 0)


def test_the_hole_shortens_every_chord() -> None:
    assert central_mean_path_length(5.0, 0.0, 0.2) == pytest.approx(4.8, rel=1e-15)
    assert central_mean_path_length(5.0, 6.0, 0.2) == central_mean_path_length(5.0, 6.0)


@pytest.mark.slow
def test_jax_gives_the_same_numbers_and_gradients(jax: Any) -> None:
    chosen = setup("juno")

    def rate(distance: Any, threshold: Any, radius: Any) -> Any:
        return scattering_design(chosen, distance, threshold, radius).per_day

    point = (19.0, 210.0, 17.2)
    compiled = jax.jit(rate)(*map(jax.numpy.asarray, point))
    assert float(compiled) == pytest.approx(float(rate(*point)), rel=1e-12)
    for place, step in enumerate((1e-4, 1e-3, 1e-4)):
        above, below = list(point), list(point)
        above[place] += step
        below[place] -= step
        slope = (rate(*above) - rate(*below)) / (2 * step)
        gradient = jax.grad(rate, argnums=place)(*map(jax.numpy.asarray, point))
        # Central differences: the square of the step.
        assert float(gradient) == pytest.approx(float(slope), rel=1e-5)
