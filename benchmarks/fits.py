"""Fits of many toys at once: a damped oscillation in 200 bins with 13 parameters.

    f_i = (1 + sum_m eta_m T_mi) [1 - s/2 (1 - exp(-g x_i') cos(k x_i'))],  x' = x (1 + 0.02 eta_9)

Three parameters are physics (s, k, g), nine nuisances are shapes of 1 %, the tenth is the scale of
x; all have a pull. Every program starts each fit from the best point of the same coarse grid, on
which the shapes are eliminated exactly; finding it counts.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.timing import Call, Column, Table, Values, in_turns, once
from iminuit import Minuit

from gallus.accelerate import double_precision
from gallus.arrays import array_namespace
from gallus.errors import MissingExtraError
from gallus.inference.batched_minimum import Rows
from gallus.inference.least_squares import batched_fit

FITS = 1000
BINS = 200
SHAPES = 9
ERROR = 0.01
TRUTH = (0.4, 1.7, 0.05)
ROUNDS = 1

X = np.linspace(0.5, 30.0, BINS)
TEMPLATES = 0.01 * np.cos(np.pi * np.arange(SHAPES)[:, None] * np.linspace(0, 1, BINS))
BOUNDS = np.array([[0.0, 1.0], [0.2, 6.0], [0.0, 1.0], *[[-5.0, 5.0]] * (SHAPES + 1)])
NAMES = ("s", "k", "g", *(f"eta_{m}" for m in range(SHAPES + 1)))


def prediction(points: Any) -> Any:
    """F for points of shape (..., 13), shape (..., 200)."""
    xp = array_namespace(points)
    s, k, g, scale = (points[..., m, None] for m in (0, 1, 2, -1))
    x = X * (1 + 0.02 * scale)
    oscillation = 1 - 0.5 * s * (1 - xp.exp(-g * x) * xp.cos(k * x))
    return (1 + points[..., 3:-1] @ TEMPLATES) * oscillation


def derivatives(points: Values) -> Values:
    """Their derivatives, shape (m, 200, 13)."""
    s, k, g, scale = (points[:, m, None] for m in (0, 1, 2, -1))
    x = X * (1 + 0.02 * scale)
    fading, sine = np.exp(-g * x) * np.cos(k * x), np.exp(-g * x) * np.sin(k * x)
    shape = 1 + points[:, 3:-1] @ TEMPLATES
    oscillation = 1 - 0.5 * s * (1 - fading)
    along_x = -0.5 * s * (g * fading + k * sine) * 0.02 * X
    columns = np.empty((len(points), BINS, len(NAMES)))
    columns[:, :, 0] = -0.5 * shape * (1 - fading)
    columns[:, :, 1] = -0.5 * shape * s * x * sine
    columns[:, :, 2] = -0.5 * shape * s * x * fading
    columns[:, :, 3:-1] = oscillation[:, :, None] * TEMPLATES.T
    columns[:, :, -1] = shape * along_x
    return columns


@dataclass(frozen=True)
class Toys:
    """Outcomes at the truth."""

    fits: int = FITS

    @cached_property
    def data(self) -> Values:
        """Shape (fits, 200)."""
        generator = np.random.default_rng(3)
        points = np.zeros((self.fits, len(NAMES)))
        points[:, :3] = TRUTH
        points[:, 3:] = generator.standard_normal((self.fits, SHAPES + 1))
        return np.asarray(prediction(points) + ERROR * generator.standard_normal((self.fits, BINS)))

    def starts(self) -> Values:
        """Best points of a grid in s, k and g, shape (fits, 13)."""
        lines = (np.linspace(0.1, 0.9, 5), np.linspace(0.2, 6.0, 120), np.array([0.0, 0.1, 0.3]))
        grid = np.stack([each.ravel() for each in np.meshgrid(*lines)], axis=1)
        points = np.concatenate([grid, np.zeros((len(grid), SHAPES + 1))], axis=1)
        weight = np.linalg.inv(ERROR**2 * np.eye(BINS) + TEMPLATES.T @ TEMPLATES)
        expected = prediction(points)
        image = expected @ weight
        chi2 = (image * expected).sum(axis=1) - 2 * self.data @ image.T
        return np.asarray(points[chi2.argmin(axis=1)])


def tables(peers: Path | None) -> list[Table]:
    """All figures of this benchmark."""
    toys = Toys()
    assert toys.data.shape == (FITS, BINS)
    calls: dict[str, Call] = {"Gallus, NumPy": once(lambda: with_numpy(toys))}
    missing = []
    try:
        with double_precision():
            calls["Gallus, jax"] = once(lambda: with_jax(toys))
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    calls["Minuit loop"] = once(lambda: with_minuit(toys))
    goals = {"Gallus, NumPy": "10", "Gallus, jax": "2.5"}
    columns = in_turns(calls, ROUNDS, goals)
    work = f"fits of {BINS} bins, 3 physics and 10 nuisance parameters"
    return [Table(work, FITS, "ms a point", 1e3, [*columns, *missing], reference="Minuit loop")]


def with_numpy(toys: Toys) -> Call:
    """All fits at once, with derivatives."""

    def residuals(points: Values, rows: Rows) -> Values:
        deviation = (prediction(points) - toys.data[rows]) / ERROR
        return np.concatenate([deviation, points[:, 3:]], axis=1)

    pulls = np.eye(len(NAMES))[3:]

    def jacobian(points: Values, rows: Rows) -> Values:
        both = np.empty((len(points), BINS + SHAPES + 1, len(NAMES)))
        both[:, :BINS], both[:, BINS:] = derivatives(points) / ERROR, pulls
        return both

    return lambda: batched_fit(residuals, jacobian, toys.starts(), BOUNDS).values


def with_jax(toys: Toys) -> Call:
    """The same with residuals and derivatives compiled, which jax finds by itself."""
    with double_precision() as jax:

        def one(point: Any, data: Any) -> Any:
            pulls = point[3:]
            return jax.numpy.concatenate([(prediction(point) - data) / ERROR, pulls])

        value = jax.jit(jax.vmap(one))
        slope = jax.jit(jax.vmap(jax.jacfwd(one)))

    def padded(function: Any, points: Values, rows: Rows) -> Values:
        # One shape for all calls: each other one would be compiled.
        size = 1 << (len(points) - 1).bit_length()
        fill = np.zeros(size - len(points), dtype=np.intp)
        several = points[np.concatenate([np.arange(len(points)), fill])]
        with double_precision():
            found = np.asarray(function(several, toys.data[np.concatenate([rows, fill])]))
        return found[: len(points)]

    def residuals(points: Values, rows: Rows) -> Values:
        return padded(value, points, rows)

    def jacobian(points: Values, rows: Rows) -> Values:
        return padded(slope, points, rows)

    return lambda: batched_fit(residuals, jacobian, toys.starts(), BOUNDS).values


def with_minuit(toys: Toys) -> Call:
    """One fit after the other."""

    def fit(data: Values, start: Values) -> float:
        def chi2(point: Values) -> float:
            deviation = (prediction(point) - data) / ERROR
            return float(deviation @ deviation + point[3:] @ point[3:])

        minuit = Minuit(chi2, start, name=NAMES)
        for k, (lower, upper) in enumerate(BOUNDS):
            minuit.limits[k] = (lower, upper)
        minuit.strategy = 0
        minuit.migrad()
        return float(minuit.fval or np.nan)

    return lambda: np.array(
        [fit(data, start) for data, start in zip(toys.data, toys.starts(), strict=True)]
    )
