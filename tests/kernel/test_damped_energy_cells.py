"""Energy-dependent damping inside energy cells, against dense quadrature in energy and distance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss, legvander

from gallus.arrays import Array
from gallus.geometry.solids import Cylinder, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import DistanceWeight, EnergyCells, mean_exponential_in_cells
from gallus.kernel.damped_energy_cells import mean_damped_in_cells, node_energies_MeV
from gallus.kernel.slow_factors import SlowFactors
from gallus.oscillation.base import RADIANS

Strength = Callable[[Any], Any]


def praseodymium(energy: Array) -> Array:
    """An allowed beta spectrum with end point 3.0 MeV, as 144Pr has."""
    total = 3.0 - energy + 0.511
    return energy**2 * total * np.sqrt(total**2 - 0.511**2)


DISTANCES = {
    "bins": DistanceWeight.from_distances(np.linspace(8.5, 11.5, 7), np.arange(1.0, 8.0)),
    "ball": DistanceWeight.from_table(
        PathLengthTable.from_geometry(Target(Sphere(1.2, height_m=1.6)))
    ),
    # Around its source, so that distances begin at zero.
    "tank": DistanceWeight.from_table(
        PathLengthTable.from_geometry(Target(Cylinder(1.0, -1.0, 1.2)))
    ),
}
# Widths of 10 %, 5 % and 3 %.
EDGES = np.array([1.8, 1.98, 2.08, 2.14])

DAMPING: dict[str, tuple[dict[str, Strength], int]] = {
    "decoherence with r = 12": ({"damping_per_m": lambda e: 0.5 * (2.0 / e) ** 12}, 1),
    "strong decoherence": ({"damping_per_m": lambda e: 8.0 * (2.0 / e) ** 12}, 1),
    "wave packets": ({"gaussian_per_m2": lambda e: 0.3 * (2.0 / e) ** 4}, 1),
    "short wave packets": ({"gaussian_per_m2": lambda e: 10.0 * (2.0 / e) ** 4}, 1),
    "slightly broad": ({"sinc_per_m": lambda e: 0.2 / e}, 1),
    "broad": ({"sinc_per_m": lambda e: 6.0 / e}, 1),
    "very broad": ({"sinc_per_m": lambda e: 90.0 / e}, 1),
    "broad population": ({"sinc_per_m": lambda e: 6.0 / e}, 2),
    "everything": (
        {
            "damping_per_m": lambda e: 0.1 * (2.0 / e) ** 3,
            "gaussian_per_m2": lambda e: 0.05 * (2.0 / e) ** 4,
            "sinc_per_m": lambda e: 5.0 / e,
        },
        2,
    ),
}


def strengths_at_nodes(cells: EnergyCells, case: str) -> dict[str, Any]:
    energy = node_energies_MeV(cells)
    return {name: strength(energy) for name, strength in DAMPING[case][0].items()}


def fine_distances(weight: DistanceWeight, step_m: float) -> tuple[Array, Array]:
    """Gauss panels no longer than `step_m`, nor than a fifth of their distance."""
    if not weight.half_m.any():
        return weight.middle_m, weight.coefficients[:, 0]
    x, w = leggauss(16)
    distances, shares = [], []
    for middle, half, series in zip(
        weight.middle_m, weight.half_m, weight.coefficients, strict=True
    ):
        low, high = middle - half, middle + half
        even = np.linspace(low, high, int((high - low) / step_m) + 2)
        start = max(low, 1e-12)
        graded = np.geomspace(start, high, int(np.log(high / start) / np.log(1.2)) + 2)
        edges = np.unique(np.clip(np.concatenate([[low, high], even, graded]), low, high))
        panel = np.diff(edges)[:, None] / 2
        at = (edges[1:] + edges[:-1])[:, None] / 2 + panel * x
        distances.append(at.ravel())
        density = legvander((at - middle) / half, weight.degree) @ series / (2 * half)
        shares.append((panel * w * density).ravel())
    return np.concatenate(distances), np.concatenate(shares)


def brute_force(
    weight: DistanceWeight, low: float, high: float, kappa: float, case: str
) -> complex:
    """Every point of a two-dimensional grid that resolves oscillation and damping."""
    damping, power = DAMPING[case]
    sinc = damping.get("sinc_per_m", lambda e: 0.0 * e)
    fastest = kappa + power * float(sinc(np.array(1.0)))
    reach = weight.range_m()[1]
    x, w = leggauss(24)
    edges = np.linspace(1 / high, 1 / low, int(fastest * reach * (1 / low - 1 / high) / 6) + 3)
    half = np.diff(edges)[:, None] / 2
    u = ((edges[1:] + edges[:-1])[:, None] / 2 + half * x).ravel()
    energy = 1 / u
    share = (half * w).ravel() * praseodymium(energy) * energy**2
    distance, density = fine_distances(weight, 6.0 * low / max(fastest, 1e-3))
    none = np.zeros_like(energy)
    gamma = damping["damping_per_m"](energy) if "damping_per_m" in damping else none
    gaussian = damping["gaussian_per_m2"](energy) if "gaussian_per_m2" in damping else none
    total = 0j
    for k, weight_u in enumerate(share):
        slow = np.exp(-gamma[k] * distance - gaussian[k] * distance**2)
        slow = slow * np.sinc(sinc(energy[k]) * distance / np.pi) ** power
        total += weight_u * complex((density * slow * np.exp(1j * kappa * u[k] * distance)).sum())
    return total / float(share.sum())


@pytest.mark.parametrize("delta_m2_eV2", [0.0, 0.3, 3.0, 100.0])
@pytest.mark.parametrize("case", DAMPING)
@pytest.mark.parametrize("where", DISTANCES)
def test_cells_equal_two_dimensional_quadrature(where: str, case: str, delta_m2_eV2: float) -> None:
    weight, kappa = DISTANCES[where], RADIANS * delta_m2_eV2
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    mine = mean_damped_in_cells(
        SlowFactors.of(weight),
        cells,
        np.array(kappa),
        **strengths_at_nodes(cells, case),
        power=DAMPING[case][1],
    )
    assert mine.shape == (3,)
    # The widest and the narrowest.
    for n in (0, 2):
        exact = brute_force(weight, EDGES[n], EDGES[n + 1], kappa, case)
        assert abs(mine[n] - exact) < 1e-8


@pytest.mark.parametrize("where", DISTANCES)
def test_without_damping_it_is_the_undamped_average(where: str) -> None:
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    kappa = RADIANS * np.array([0.0, 0.1, 3.0, 50.0, 1e4])
    mine = mean_damped_in_cells(
        SlowFactors.of(DISTANCES[where]),
        cells,
        kappa,
        damping_per_m=0.0 * node_energies_MeV(cells),
    )
    undamped = mean_exponential_in_cells(DISTANCES[where], cells, kappa)
    # Limited by the eight nodes in u of the other.
    assert np.abs(mine - undamped).max() < 1e-9


@pytest.mark.parametrize("where", DISTANCES)
def test_damping_that_does_not_depend_on_energy(where: str) -> None:
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    kappa, gamma = RADIANS * np.array([0.1, 3.0, 50.0]), 0.7
    mine = mean_damped_in_cells(
        SlowFactors.of(DISTANCES[where]), cells, kappa, np.full((3, 16), gamma)
    )
    constant = mean_exponential_in_cells(DISTANCES[where], cells, kappa, np.array(gamma))
    assert np.abs(mine - constant).max() < 1e-9


def test_without_oscillation_it_is_the_mean_of_the_damping() -> None:
    """Of one distance: an integral over energy alone."""
    weight = DistanceWeight.from_distances(np.array([2.0]), np.array([1.0]))
    cells = EnergyCells.from_edges(np.array([1.0, 1.1]))
    gamma = 0.4 * (1.0 / node_energies_MeV(cells)) ** 12
    mine = mean_damped_in_cells(SlowFactors.of(weight), cells, np.array(0.0), gamma)
    x, w = leggauss(60)
    exact = w @ np.exp(-0.8 * (1.05 + 0.05 * x) ** -12) / 2
    assert mine[0].real == pytest.approx(exact, abs=1e-12)
    assert mine[0].imag == 0.0


def test_extreme_damping_leaves_nothing_and_no_nan() -> None:
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    huge = np.full((3, 16), 1e12)
    slow = SlowFactors.of(DISTANCES["ball"])
    for strengths in ((huge, None, None), (None, huge, None), (None, None, huge)):
        mean = mean_damped_in_cells(slow, cells, np.array(3.0), *strengths)
        assert np.abs(mean).max() < 1e-10


def test_leading_axes_broadcast() -> None:
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    slow = SlowFactors.of(DISTANCES["bins"])
    kappa = np.linspace(0, 5, 4)[:, None, None] * np.ones((1, 1, 3))
    gamma = np.linspace(0, 1, 5)[:, None, None] * np.ones((3, 16))
    together = mean_damped_in_cells(slow, cells, kappa, gamma)
    assert together.shape == (4, 5, 3)
    single = mean_damped_in_cells(slow, cells, kappa[2, 0], gamma[3])
    assert np.abs(together[2, 3] - single).max() < 1e-15


@pytest.mark.slow
@pytest.mark.parametrize("where", ["bins", "ball"])
def test_the_same_numbers_compiled_mapped_and_differentiated(where: str, jax: Any) -> None:
    cells = EnergyCells.from_edges(EDGES, praseodymium)
    slow = SlowFactors.of(DISTANCES[where])
    energy = node_energies_MeV(cells)

    def mean(values: Any) -> Any:
        found = mean_damped_in_cells(
            slow,
            cells,
            values[0] * np.array([0.0, 1.0, 30.0]),
            values[1] * (2.0 / energy) ** 12,
            values[2] * (2.0 / energy) ** 4,
            values[3] / energy,
            2,
        )
        return found.real

    points = np.array([[3.0, 0.2, 0.05, 0.1], [2.0, 0.3, 0.07, 8.0]])
    both = jax.jit(jax.vmap(lambda point: (mean(point), jax.jacfwd(mean)(point))))
    mapped, slopes = (np.asarray(each) for each in both(jax.numpy.asarray(points)))
    for n, point in enumerate(points):
        assert mapped[n] == pytest.approx(mean(point), abs=1e-12)
        for k in range(4):
            step = 1e-4 * np.eye(4)[k]
            # Central differences of fourth order.
            near, far = (mean(point + m * step) - mean(point - m * step) for m in (1, 2))
            assert slopes[n][:, k] == pytest.approx((8 * near - far) / 12e-4, abs=1e-7)
