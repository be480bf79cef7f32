"""One source, two namespaces: every kernel under NumPy, jax, jit, vmap and gradient.

A kernel is a row of `KERNELS`: a function of named numbers, and where to evaluate it. Formulas of
geometry have more points in their own test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from gallus.arrays import Array, array_namespace
from gallus.experiments.gallium import ratios, source_measurements
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.geometry.closed_forms import (
    cylinder_density,
    cylinder_mean_path_length,
    sphere_density,
    sphere_mean_path_length,
)
from gallus.geometry.solids import Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.interactions.gallium_capture import cross_section
from gallus.kernel.average_table import AverageTable
from gallus.kernel.averages import (
    DistanceWeight,
    mean_cosine_sine,
    mean_exponential,
    mean_with_derivatives,
)
from gallus.kernel.damped_energy_cells import mean_damped_in_cells, node_energies_MeV
from gallus.kernel.energy_cells import EnergyCells, mean_exponential_in_cells
from gallus.kernel.linear_map import Block, Kernel, contract
from gallus.kernel.moments import spherical_bessel
from gallus.kernel.slow_factors import SlowFactors
from gallus.likelihood import GaussianLikelihood, LinearNuisances, poisson_chi2
from gallus.oscillation import MODELS, Channel, DampedCosines
from gallus.oscillation.base import (
    SURVIVAL,
    cosine_and_sine,
    sum_of_cosines,
    vacuum_phase_per_m,
)
from gallus.parameters import (
    CorrelatedNormal,
    Normal,
    Parameter,
    Params,
    SplitNormal,
    constraint_chi2,
)
from gallus.recipes import RECIPES, Ratios, Recipe

Function = Callable[[dict[str, Any]], Any]

STERILE = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 3.3}

# Relative to the largest element, or to 1 where terms of that size cancel. The namespaces round
# differently; sums of a hundred terms and phases of up to 1e2 rad leave 1e-13.
SAME = 1e-12


@dataclass(frozen=True)
class Row:
    """A kernel as a function of named numbers, and a point that is not special."""

    name: str
    function: Function
    point: dict[str, float]

    def __str__(self) -> str:
        return self.name


# --- ingredients ------------------------------------------------------------------------------

BALL = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Sphere(0.7))))
POINTS = DistanceWeight.from_distances(np.array([1.0, 2.5]), np.array([0.3, 0.7]))
TABLE = AverageTable.build(BALL, 60.0)
CELLS = EnergyCells.from_edges(np.linspace(2.0, 6.0, 4), lambda energy: energy * np.exp(-energy))
LINES = np.array([0.43, 0.75])
RESPONSE = np.array([[0.2, 0.8]])
# With zero, small, medium and large arguments: each branch of each `where`.
SCALES = np.array([0.0, 1e-3, 0.3, 1.0, 2.7, 14.0])
DISTANCE = np.array([0.02, 0.15, 0.3, 0.55, 0.9, 1.21])


def both_parts(values: Any) -> Any:
    """Complex results as two real ones, which have gradients."""
    xp = array_namespace(values)
    return xp.stack([values.real, values.imag])


def stacked(*values: Any) -> Any:
    return array_namespace(*values).stack(values)


def of_model(model_index: int, channel: Channel) -> Row:
    """Probability of a model, in all of its parameters that are free."""
    model = MODELS[model_index]
    point = {p.name: 1.1 * p.start for p in model.parameters if p.name not in model.fixed}
    energy, baseline = np.linspace(0.4, 3.0, 5), np.linspace(0.0, 9.0, 5)
    name = f"{model.name}: {channel.initial} to {channel.final}"
    if not point:
        fixed = ("sin2_theta_12", "sin2_theta_13", "delta_m2_31_eV2")
        point = {p.name: p.start for p in model.parameters if p.name in fixed}
    return Row(name, lambda p: model.probability(channel, energy, baseline, p), point)


def linear_map() -> Kernel:
    blocks = (
        Block(POINTS, LINES, RESPONSE, rows=(0,), norm="near"),
        Block(POINTS, CELLS, np.eye(3), rows=(1, 2, 3)),
    )
    return Kernel(blocks, 4, background=np.full(4, 0.1))


def tabulated_map() -> Kernel:
    block = Block(BALL, LINES, RESPONSE, rows=(0,), norm="near", table=TABLE)
    return Kernel((block,), 1)


def damped(parameters: dict[str, Any]) -> DampedCosines:
    """One constant and one damped term in every manner of damping."""
    phase = vacuum_phase_per_m(parameters["splitting"], LINES)
    terms = stacked(0.0 * phase, phase)
    return DampedCosines(
        terms, 0.1 * terms, gaussian_per_m2=0.02 * terms**2, sinc_per_m=0.3 * terms
    )


@cache
def measured() -> Ratios:
    return ratios(source_measurements("gallium"), cross_section("bahcall-1997"), "rate")


@cache
def gallium(method: str) -> GalliumLikelihood:
    cross = cross_section("bahcall-1997")
    likelihood = gallium_likelihood(MODELS[3], cross, source_measurements("best"), method)
    return likelihood.tabulated(20.0)


def expected_ratios(p: Params) -> Any:
    return p["level"] + p["slope"] * np.linspace(-1.0, 1.0, 6)


def of_recipe(recipe: Recipe) -> list[Row]:
    def toys(p: dict[str, Any]) -> Any:
        normals = p["z"] * np.linspace(-1, 1, recipe.toy_size(measured()))
        return recipe.test_statistic(recipe.toys(measured(), normals))

    return [
        Row(
            f"{recipe.name}: chi2",
            lambda p: recipe.chi2(measured(), expected_ratios(p)),
            {"level": 0.9, "slope": 0.1},
        ),
        Row(f"{recipe.name}: statistic of toys", toys, {"z": 0.9}),
        Row(f"gallium: {recipe.name}", lambda p: gallium(recipe.name).chi2(p), STERILE),
    ]


def gaussian(linear: bool) -> GaussianLikelihood:
    nuisances = LinearNuisances.unit(["scale"], 0.05 * np.ones((1, 6)))
    return GaussianLikelihood(
        (Parameter("level", 1.0), Parameter("slope", 0.0)),
        np.linspace(0.7, 0.9, 6),
        expected_ratios,
        lambda f: np.eye(6) * 0.01 + 0.001 * f[..., :, None] * f[..., None, :],
        nuisances if linear else None,
    )


BLOCK = CorrelatedNormal.of(["c", "d"], [0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]])
CONSTRAINED = (
    Parameter("a", 0.0, constraint=Normal(0.1, 0.3)),
    Parameter("b", 0.0, constraint=SplitNormal(0.1, 0.3, 0.2)),
    Parameter("c", 0.0, constraint=BLOCK),
    Parameter("d", 0.0, constraint=BLOCK),
)

# --- the table --------------------------------------------------------------------------------

KERNELS = [
    Row("cosine and sine", lambda p: stacked(*cosine_and_sine(p["x"] * SCALES)), {"x": 1.3}),
    Row("spherical Bessel functions", lambda p: spherical_bessel(p["z"] * SCALES, 6), {"z": 1.3}),
    Row(
        "spherical Bessel functions, complex",
        lambda p: both_parts(spherical_bessel((p["re"] + 1j * p["im"]) * SCALES, 6)),
        {"re": 1.3, "im": 0.4},
    ),
    Row("averages", lambda p: stacked(*mean_cosine_sine(BALL, p["phi"] * SCALES)), {"phi": 1.7}),
    Row(
        "averages with slow factors",
        lambda p: stacked(
            *SlowFactors.of(POINTS).mean(
                p["phi"] * SCALES, p["damping"], p["g"], p["s"] * SCALES, 2
            )
        ),
        {"phi": 1.7, "damping": 0.8, "g": 0.3, "s": 1.1},
    ),
    Row(
        "damped averages in energy cells",
        lambda p: both_parts(
            mean_damped_in_cells(
                SlowFactors.of(POINTS),
                CELLS,
                p["kappa"] * np.ones(3),
                p["damping"] / node_energies_MeV(CELLS) ** 12,
                p["g"] / node_energies_MeV(CELLS) ** 4,
            )
        ),
        {"kappa": 1.7, "damping": 0.8, "g": 0.3},
    ),
    Row(
        "averages and derivatives",
        lambda p: both_parts(mean_with_derivatives(BALL, p["phi"] * SCALES, 2)),
        {"phi": 1.7},
    ),
    Row(
        "damped averages",
        lambda p: both_parts(mean_exponential(BALL, p["phi"] * SCALES, p["damping"])),
        {"phi": 1.7, "damping": 0.8},
    ),
    Row(
        "averages in energy cells",
        lambda p: both_parts(
            mean_exponential_in_cells(BALL, CELLS, p["kappa"] * SCALES, p["damping"])
        ),
        {"kappa": 1.7, "damping": 0.8},
    ),
    Row(
        "table of averages",
        lambda p: stacked(TABLE.cosine(p["phi"] * SCALES), TABLE.sine(-p["phi"] * SCALES)),
        {"phi": 1.7},
    ),
    Row(
        "contraction, rows of their own",
        lambda p: contract(p["weight"] * np.ones((3, 2)), p["x"] * np.ones((3, 2, 4))),
        {"weight": 0.7, "x": 0.3},
    ),
    Row(
        "contraction, common rows",
        lambda p: contract(p["weight"] * np.ones((3, 2)), p["x"] * np.ones((1, 2, 4))),
        {"weight": 0.7, "x": 0.3},
    ),
    Row(
        "damped cosines",
        lambda p: sum_of_cosines(damped(p), p["w"] * np.ones((2, 1)), np.ones((2, 1)), 2.0 * LINES),
        {"splitting": 1.2, "w": 0.4},
    ),
    *(
        of_model(index, channel)
        for index in range(1, len(MODELS))
        for channel in (SURVIVAL, Channel("mu", "e", antineutrino=True))
    ),
    Row(
        "linear map",
        lambda p: linear_map().counts(MODELS[3], p),
        STERILE | {"near": 1.2},
    ),
    Row(
        "linear map, tabulated",
        lambda p: tabulated_map().counts(MODELS[3], p),
        STERILE | {"near": 1.2},
    ),
    *(row for each in RECIPES for row in of_recipe(each)),
    Row(
        "Poisson chi2",
        lambda p: poisson_chi2(np.array([0.0, 1.0, 7.0]), p["mu"] * np.array([0.5, 1.0, 6.0])),
        {"mu": 1.3},
    ),
    Row("Gaussian", lambda p: gaussian(False).chi2(p), {"level": 0.9, "slope": 0.1}),
    Row("Gaussian, eliminated", lambda p: gaussian(True).chi2(p), {"level": 0.9, "slope": 0.1}),
    Row(
        "constraints",
        lambda p: constraint_chi2(CONSTRAINED, p),
        {"a": 0.3, "b": 0.4, "c": 0.2, "d": -0.3},
    ),
    Row(
        "density of a sphere",
        lambda p: sphere_density(DISTANCE, p["r"], p["d"]),
        {"r": 1.13, "d": 0.4},
    ),
    Row(
        "density of a cylinder",
        lambda p: cylinder_density(DISTANCE, p["r"], p["low"], p["high"]),
        {"r": 0.83, "low": -0.4, "high": 1.1},
    ),
    Row(
        "mean path in a sphere",
        lambda p: sphere_mean_path_length(p["r"], p["d"]),
        {"r": 1.13, "d": 0.4},
    ),
    Row(
        "mean path in a cylinder",
        lambda p: cylinder_mean_path_length(p["r"], p["low"], p["high"]),
        {"r": 0.83, "low": -0.4, "high": 1.1},
    ),
]

# Their gradients take seconds to compile.
SLOW = (
    "averages in energy cells",
    "damped averages in energy cells",
    "linear map",
    *(f"{model.name}: mu to e" for model in MODELS),
)


def marked(row: Row) -> Any:
    """Leave the slow ones to `make verify`."""
    return pytest.param(row, marks=[pytest.mark.slow] if str(row) in SLOW else [])


EACH = pytest.mark.parametrize("row", [marked(row) for row in KERNELS], ids=str)


def difference(row: Row, name: str) -> Array:
    """Derivative under NumPy, by central differences of fourth order."""
    step = 2e-4 * abs(row.point[name])

    def at(steps: int) -> Array:
        return np.asarray(row.function(row.point | {name: row.point[name] + steps * step}))

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)


def largest(values: Array) -> float:
    return float(np.abs(values).max())


@EACH
def test_the_same_numbers_under_jax_and_compiled(row: Row, jax: Any) -> None:
    plain = np.asarray(row.function(row.point))
    assert isinstance(row.function(row.point), np.ndarray | np.generic)
    traced = {name: jax.numpy.asarray(value) for name, value in row.point.items()}
    for function in (row.function, jax.jit(row.function)):
        found = function(traced)
        assert isinstance(found, jax.Array)
        assert found.dtype == np.float64
        assert np.asarray(found) == pytest.approx(plain, rel=0, abs=SAME * max(1.0, largest(plain)))


@pytest.mark.slow
@EACH
def test_the_same_numbers_mapped_and_differentiated(row: Row, jax: Any) -> None:
    points = {name: value * np.array([0.97, 1.0]) for name, value in row.point.items()}
    both = jax.jit(jax.vmap(lambda p: (row.function(p), jax.jacfwd(row.function)(p))))
    values, slopes = both(points)
    for k in range(2):
        plain = np.asarray(row.function({name: value[k] for name, value in points.items()}))
        assert np.asarray(values[k]) == pytest.approx(
            plain, rel=0, abs=SAME * max(1.0, largest(plain))
        )
    for name in row.point:
        slope = np.asarray(slopes[name][1])
        # Rounding over the step, 1e-11, and the step to the fourth power for waves of 50 rad.
        by_hand = difference(row, name)
        assert slope == pytest.approx(by_hand, rel=0, abs=1e-8 * max(1.0, largest(by_hand)))
