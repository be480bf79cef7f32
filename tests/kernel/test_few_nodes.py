"""Few nodes over the whole range of distances: what dense Gauss sums in every cell give."""

from typing import Any

import numpy as np
import pytest

from gallus.geometry.solids import Cylinder, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import DistanceWeight, mean_cosine_sine
from gallus.kernel.few_nodes import SIZES, STEP, FewNodes
from gallus.oscillation.base import DampedCosines

BALL = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Sphere(0.7, height_m=1.0))))
TANK = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Cylinder(1.0, -0.5, 1.2))))
SINGLES = DistanceWeight.from_distances(np.array([0.2, 1.0, 1.7]), np.array([1.0, 2.0, 3.0]))
ONE = DistanceWeight.from_distances(np.array([0.9]), np.array([1.0]))


def explicit(weight: DistanceWeight, phase: Any, strengths: Any, power: int) -> Any:
    """Sums over 60 Gauss nodes in every cell, one element after the other."""
    distance, share = weight.nodes(60)
    found = []
    for n, phi in enumerate(phase):
        damping, gaussian, sinc = (
            None if each is None else np.full((1, 1), each[n]) for each in strengths
        )
        term = DampedCosines(
            np.full((1, 1), phi),
            np.zeros((1, 1)) if damping is None else damping,
            gaussian_per_m2=gaussian,
            sinc_per_m=sinc,
            sinc_power=(power,),
        )
        factor = term.damping(0, distance) * share
        found.append((np.cos(phi * distance) @ factor, np.sin(phi * distance) @ factor))
    return np.array(found).T


@pytest.mark.parametrize("weight", [BALL, TANK, SINGLES, ONE], ids=["ball", "tank", "some", "one"])
@pytest.mark.parametrize("with_damping", [False, True])
@pytest.mark.parametrize("with_gaussian", [False, True])
@pytest.mark.parametrize("power", [0, 1, 2])
def test_any_damping_is_averaged_to_rounding(
    weight: DistanceWeight, with_damping: bool, with_gaussian: bool, power: int
) -> None:
    rng = np.random.default_rng(5)
    phase, sinc = rng.uniform(-150, 150, 40), rng.uniform(-60, 60, 40)
    damping, gaussian = 10 ** rng.uniform(-3, 1.5, 40), 10 ** rng.uniform(-4, 2, 40)
    phase[0] = sinc[0] = damping[0] = gaussian[0] = 0.0
    chosen = (with_damping, with_gaussian, power > 0)
    strengths = [s if on else None for s, on in zip((damping, gaussian, sinc), chosen, strict=True)]
    few, power = FewNodes(weight), max(power, 1)
    needed = few.needed(phase, strengths, power)
    assert needed.max() <= SIZES[-1]
    means = few.mean(needed, phase, strengths, power)
    assert np.abs(means - explicit(weight, phase, strengths, power)).max() < 1e-13


def test_fast_oscillations_need_about_one_node_to_a_radian_and_are_exact_up_to_the_last_size() -> (
    None
):
    few, absent = FewNodes(BALL), (None, None, None)
    low, high = BALL.range_m()
    phase = np.linspace(0, 1.6 * SIZES[-1] / (high - low), 2000)
    needed = few.needed(phase, absent)
    assert np.all(np.diff(needed) >= 0)
    assert needed[-1] < SIZES[-1]
    assert needed[-1] / (phase[-1] * (high - low) / 2) == pytest.approx(1, abs=0.2)
    means = few.mean(needed, phase, absent)
    assert np.abs(means - np.stack(mean_cosine_sine(BALL, phase))).max() < 1e-13


def test_an_element_does_not_depend_on_its_company() -> None:
    """Many elements are sorted by the nodes that they need, few take those of the neediest."""
    few, phase = FewNodes(TANK), np.geomspace(0.1, 300, 1000)
    damping = 0.3 * phase
    strengths = [damping, None, None]
    needed = few.needed(phase, strengths)
    together = few.mean(needed, phase, strengths)
    for n in range(0, 1000, 50):
        part = slice(n, n + 2)
        alone = few.mean(needed[part], phase[part], [damping[part], None, None])
        assert np.abs(together[:, part] - alone).max() < 1e-13


def test_what_is_not_a_number_needs_no_number_of_nodes() -> None:
    few = FewNodes(BALL)
    assert not few.needed(np.array([np.nan]), (None, None, None))[0] <= SIZES[-1]
    assert not few.needed(np.array([1.0]), (None, np.array([np.inf]), None))[0] <= SIZES[-1]


def test_orders_of_moments_come_in_whole_steps() -> None:
    assert SIZES[-1] % STEP == 0
    assert FewNodes(BALL)._moments[0] == pytest.approx(1.0, abs=1e-14)
