"""Averages over energy cells and distance at once, against two-dimensional quadrature."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.geometry.solids import Cylinder, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import DistanceWeight, EnergyCells, mean_exponential, mean_exponential_in_cells
from gallus.oscillation.base import RADIANS

DELTA_M2 = [1e-2, 1e-1, 1.0, 3.0, 10.0, 100.0, 1e3, 1e4]
Spectrum = Callable[[Array], Array]


def reactor(energy: Array) -> Array:
    """A reactor-like detected spectrum."""
    return np.exp(0.87 - 0.16 * energy - 0.091 * energy**2) * (energy - 1.293) ** 2


def praseodymium(energy: Array) -> Array:
    """An allowed beta spectrum with end point 3.0 MeV, as 144Pr has."""
    kinetic = 3.0 - energy
    total = kinetic + 0.511
    return energy**2 * total * np.sqrt(total**2 - 0.511**2)


def reactor_distances() -> DistanceWeight:
    """A core 3 m wide seen from 8.5 to 11.5 m, in bins."""
    return DistanceWeight.from_distances(np.linspace(8.5, 11.5, 31), np.ones(31))


def detector_distances() -> DistanceWeight:
    """A ball of 4.25 m beside a source at 8.25 m."""
    return DistanceWeight.from_table(
        PathLengthTable.from_geometry(Target(Sphere(4.25, height_m=8.25)))
    )


def cylinder_distances() -> DistanceWeight:
    """A tank around its source."""
    return DistanceWeight.from_table(
        PathLengthTable.from_geometry(Target(Cylinder(1.0, -1.0, 1.2)))
    )


def brute_force(
    weight: DistanceWeight,
    low: float,
    high: float,
    spectrum: Spectrum,
    kappa: float,
    damping: float,
) -> complex:
    """Closed form in distance (tested elsewhere), Gauss panels of 3 rad in 1/E."""
    x, w = leggauss(20)
    reach = weight.range_m()[1]
    panels = int(kappa * reach * (1 / low - 1 / high) / 3) + 2
    edges = np.linspace(1 / high, 1 / low, panels + 1)
    half = np.diff(edges)[:, None] / 2
    u = ((edges[1:] + edges[:-1])[:, None] / 2 + half * x).ravel()
    share = (half * w).ravel() * spectrum(1 / u) / u**2
    mean = mean_exponential(weight, kappa * u, np.array(damping))
    return complex((share * mean).sum() / share.sum())


CASES = {
    "reactor": (reactor_distances(), np.linspace(2.0, 8.0, 31), reactor),
    "144Ce beside a ball": (detector_distances(), np.linspace(1.8, 2.99, 12), praseodymium),
    "144Ce in a tank": (cylinder_distances(), np.linspace(1.8, 2.99, 12), praseodymium),
}


@pytest.mark.parametrize("damping", [0.0, 0.3])
@pytest.mark.parametrize("delta_m2_eV2", DELTA_M2)
@pytest.mark.parametrize("case", CASES)
def test_bins_equal_two_dimensional_quadrature(
    case: str, delta_m2_eV2: float, damping: float
) -> None:
    weight, edges, spectrum = CASES[case]
    cells = EnergyCells.from_edges(edges, spectrum)
    kappa = RADIANS * delta_m2_eV2
    mine = mean_exponential_in_cells(weight, cells, np.array(kappa), np.array(damping))
    # Every fourth bin: the brute force is slow at 1e4 eV2.
    for n in range(0, len(edges) - 1, 4):
        exact = brute_force(weight, edges[n], edges[n + 1], spectrum, kappa, damping)
        assert abs(mine[n] - exact) < 1e-8


def test_without_oscillation_nothing_changes() -> None:
    cells = EnergyCells.from_edges(np.linspace(2, 8, 10), reactor)
    mean = mean_exponential_in_cells(reactor_distances(), cells, np.array(0.0))
    assert mean == pytest.approx(np.ones(9), abs=1e-14)


def test_a_narrow_cell_is_a_line() -> None:
    cells = EnergyCells.from_edges(np.array([0.75, 0.75 * (1 + 1e-9)]))
    kappa = np.array([RADIANS * 5.0])
    narrow = mean_exponential_in_cells(cylinder_distances(), cells, kappa)
    line = mean_exponential(cylinder_distances(), kappa / 0.75, np.zeros(1))
    assert narrow == pytest.approx(line, abs=1e-7)


def test_leading_axes_and_damping_per_cell() -> None:
    cells = EnergyCells.from_edges(np.linspace(2, 8, 4), reactor)
    kappa = np.full((5, 2, 3), 1.0)
    gamma = np.array([0.0, 0.1, 0.2])
    mean = mean_exponential_in_cells(reactor_distances(), cells, kappa, gamma)
    assert mean.shape == (5, 2, 3)
    assert np.all(np.abs(mean[0, 0, 1:]) < np.abs(mean[0, 0, 0]))


def test_impossible_cells() -> None:
    with pytest.raises(InputError, match="energy_edges_MeV: do not increase"):
        EnergyCells.from_edges(np.array([2.0, 1.0]))
    with pytest.raises(InputError, match="energy_edges_MeV: do not increase"):
        EnergyCells.from_edges(np.array([0.0, 1.0]))
    with pytest.raises(InputError, match="spectrum_per_MeV: is not positive"):
        EnergyCells.from_edges(np.array([1.0, 2.0]), lambda energy: 0 * energy)
