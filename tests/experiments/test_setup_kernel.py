"""The factored kernel of a set-up: shapes, cells of distance, and jax."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.experiments.cell_averages import CellAverages
from gallus.experiments.distance_cells import distance_cells
from gallus.experiments.scattering import scattering_kernel
from gallus.experiments.setup import WHOLE, setup, with_values
from gallus.experiments.setup_kernel import SetupKernel
from gallus.geometry.closed_forms import sphere_density
from gallus.kernel.averages import mean_exponential
from gallus.oscillation import Deficit, NoOscillation, ThreeFlavour
from gallus.oscillation.base import DampedCosineModel
from gallus.oscillation.sterile import Sterile

VALUES = {"sin2_2theta_ee": 0.3, "delta_m2_41_eV2": 1.5}


def kernel(**values: float) -> SetupKernel:
    small = {"bins": 6, "distance_bins": 5, **values}
    return scattering_kernel(with_values(setup("jne-500t"), small))


def test_cells_share_the_target_between_them() -> None:
    target = setup("jne-500t").targets()[WHOLE]
    edges = np.linspace(1.0, 11.0, 7)
    cells = distance_cells(target, edges)
    assert [cell.place for cell in cells] == list(range(6))
    assert sum(cell.length_m for cell in cells) == pytest.approx(
        target.mean_path_length_m(), rel=1e-7
    )
    for cell in cells:
        fine = np.linspace(edges[cell.place], edges[cell.place + 1], 200_001)
        middle = (fine[1:] + fine[:-1]) / 2
        expected = sphere_density(middle, 5.0, 6.0).mean() * (fine[-1] - fine[0])
        # The midpoint rule at the square roots of the density.
        assert cell.length_m == pytest.approx(expected, rel=1e-5)
        assert cell.weight.coefficients[:, 0].sum() == pytest.approx(1.0, rel=1e-12)


def test_cells_without_target_are_left_out() -> None:
    target = setup("jne-500t").targets()[WHOLE]
    cells = distance_cells(target, np.array([0.2, 0.6, 2.0, 11.0, 15.0]))
    assert [cell.place for cell in cells] == [1, 2]


@pytest.mark.parametrize("key", ["energy_migration", "distance_migration", "components"])
def test_what_does_not_fit_is_refused(key: str) -> None:
    whole = kernel()
    wrong: dict[str, Any] = {
        "energy_migration": whole.energy_migration[:-1],
        "distance_migration": whole.distance_migration[:, :-1],
        "components": [replace(whole.components[0], per_day_and_m=np.ones((2, 4)))],
    }
    with pytest.raises(InputError, match=key):
        replace(whole, **{key: wrong[key]})


@pytest.mark.parametrize("model", [Sterile(), ThreeFlavour(), NoOscillation(), Deficit()], ids=str)
@pytest.mark.parametrize("smeared", [{}, {"vertex_resolution_cm_at_1_MeV": 40.0}], ids=str)
def test_all_cells_at_once_are_the_cells_one_by_one(
    model: DampedCosineModel, smeared: dict[str, float]
) -> None:
    whole = kernel(**smeared)
    names = [p.name for p in model.parameters if p.name not in model.fixed]
    values = {name: value for name, value in {**VALUES, "deficit": 0.2}.items() if name in names}
    quick, slow = whole.counts(model, values), whole._cell_by_cell(model, values)
    assert quick == pytest.approx(slow, rel=1e-10, abs=1e-10 * slow.max())


def test_grids_are_their_points_one_by_one() -> None:
    whole = kernel(vertex_resolution_cm_at_1_MeV=40.0)
    mixing, splitting = np.linspace(0.0, 1.0, 7), np.geomspace(0.1, 30.0, 5)
    grid = whole.counts(
        Sterile(), {"sin2_2theta_ee": mixing, "delta_m2_41_eV2": splitting[:, None]}
    )
    assert grid.shape == (5, 7, 6, 5)
    for place in ((0, 0), (2, 3), (4, 6)):
        values = {"sin2_2theta_ee": mixing[place[1]], "delta_m2_41_eV2": splitting[place[0]]}
        one = whole.counts(Sterile(), values)
        assert grid[place] == pytest.approx(one, rel=1e-9, abs=1e-9 * one.max())


def test_damping_with_distance_is_the_same_both_ways() -> None:
    cells = [cell.weight for cell in kernel().cells]
    phase, damping = np.array([0.0, 0.7, 40.0]), np.array([0.0, 0.3, 2.0])
    quick = CellAverages.of(cells).exponentials(phase, damping)
    for j, weight in enumerate(cells):
        assert quick[:, j] == pytest.approx(mean_exponential(weight, phase, damping), abs=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("values", [{}, {"vertex_resolution_cm_at_1_MeV": 100.0}], ids=str)
def test_jax_gives_the_same_counts_and_a_gradient(jax: Any, values: dict[str, float]) -> None:
    model, whole = Sterile(), kernel(**values)

    def counts(mixing: Any) -> Any:
        return whole.counts(model, {**VALUES, "sin2_2theta_ee": mixing})

    compiled = jax.jit(counts)(jax.numpy.asarray(0.3))
    assert np.asarray(compiled) == pytest.approx(whole.counts(model, VALUES), rel=1e-10, abs=1e-12)
    slope = jax.grad(lambda mixing: counts(mixing).sum())(jax.numpy.asarray(0.3))
    step = 1e-4
    difference = (counts(0.3 + step).sum() - counts(0.3 - step).sum()) / (2 * step)
    assert float(slope) == pytest.approx(float(difference), rel=1e-5)
