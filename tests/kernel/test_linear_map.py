"""The map from probabilities to counts: against sums over explicit nodes, for every model."""

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss, legvander

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.geometry.solids import Cylinder, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import Block, DistanceWeight, EnergyCells, Kernel
from gallus.oscillation.base import RADIANS, SURVIVAL, Channel
from gallus.oscillation.catalogue import MODELS, model
from gallus.parameters import Params

BALL = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Sphere(0.7))))
TANK = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Cylinder(1.0, -0.5, 1.2))))
LINES = np.array([0.427, 0.432, 0.747, 0.752])
RESPONSE = np.array([[0.1, 0.01, 0.8, 0.09], [1.0, 2.0, 3.0, 4.0]])
STERILE = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 3.3}


def start_values(name: str) -> dict[str, float]:
    chosen = model(name)
    return {p.name: p.start for p in chosen.parameters if p.name not in chosen.fixed}


def two_blocks() -> Kernel:
    near = Block(BALL, LINES, RESPONSE[:1], rows=(0,))
    far = Block(TANK, LINES, RESPONSE, rows=(1, 2))
    return Kernel((near, far), 3)


def explicit(weight: DistanceWeight, name: str, params: dict[str, float], energy: Array) -> Array:
    """Mean probability from panels with 30 Gauss nodes, short ones where distances are short."""
    distance, share = fine_nodes(weight)
    table = [
        model(name).probability(SURVIVAL, np.full(len(distance), e), distance, params) @ share
        for e in energy
    ]
    return np.array(table)


def fine_nodes(weight: DistanceWeight) -> tuple[Array, Array]:
    """Nodes in panels of 1.3 times the distance, so that any damping is resolved."""
    x, w = leggauss(30)
    distances, shares = [], []
    cells = zip(weight.middle_m, weight.half_m, weight.coefficients, strict=True)
    for middle, half, series in cells:
        low, high = middle - half, middle + half
        start = max(low, 1e-9)
        edges = np.geomspace(start, high, int(np.log(high / start) / np.log(1.3)) + 2)
        edges[0], edges[-1] = low, high
        panel = np.diff(edges)[:, None] / 2
        at = (edges[1:] + edges[:-1])[:, None] / 2 + panel * x
        density = legvander((at - middle) / half, weight.degree) @ series / (2 * half)
        distances.append(at.ravel())
        shares.append((panel * w * density).ravel())
    return np.concatenate(distances), np.concatenate(shares)


@pytest.mark.parametrize("name", [each.name for each in MODELS])
def test_counts_equal_sums_over_explicit_nodes(name: str) -> None:
    params = start_values(name)
    counts = two_blocks().counts(model(name), params)
    near, far = (explicit(weight, name, params, LINES) for weight in (BALL, TANK))
    expected = [RESPONSE[0] @ near, *(RESPONSE @ far)]
    assert counts == pytest.approx(expected, rel=1e-10)


def test_no_oscillation_gives_the_response() -> None:
    counts = two_blocks().counts(model("no-oscillation"), {})
    assert counts == pytest.approx([1.0, 1.0, 10.0], rel=1e-12)


def test_the_map_is_linear_in_the_response() -> None:
    double = Kernel((Block(BALL, LINES, 2 * RESPONSE[:1], rows=(0,)),), 1)
    single = Kernel((Block(BALL, LINES, RESPONSE[:1], rows=(0,)),), 1)
    sterile = model("sterile")
    assert double.counts(sterile, STERILE) == pytest.approx(2 * single.counts(sterile, STERILE))


def test_the_matrix_multiplied_out_gives_the_same() -> None:
    kernel = two_blocks()
    matrix, energy, distance = kernel.matrix(1, 40)
    assert matrix.shape == (2, 4, len(distance))
    grid = np.stack(
        [
            model("sterile").probability(SURVIVAL, np.full(len(distance), e), distance, STERILE)
            for e in energy
        ]
    )
    by_hand = np.einsum("ilj,lj->i", matrix, grid)
    assert by_hand == pytest.approx(kernel.counts(model("sterile"), STERILE)[1:], rel=1e-10)


def test_grids_equal_loops_in_any_order_of_axes() -> None:
    kernel, sterile = two_blocks(), model("sterile")
    mixing, splitting = np.linspace(0, 1, 5), np.geomspace(0.01, 1e4, 7)
    grid = kernel.counts(
        sterile, {"sin2_2theta_ee": mixing[None, :], "delta_m2_41_eV2": splitting[:, None]}
    )
    turned = kernel.counts(
        sterile, {"sin2_2theta_ee": mixing[:, None], "delta_m2_41_eV2": splitting[None, :]}
    )
    loop = [
        [kernel.counts(sterile, {"sin2_2theta_ee": s, "delta_m2_41_eV2": float(d)}) for s in mixing]
        for d in splitting
    ]
    assert grid == pytest.approx(np.array(loop), rel=1e-12)
    assert turned == pytest.approx(np.swapaxes(np.array(loop), 0, 1), rel=1e-12)


def test_tabulated_kernels_agree_and_fall_back_beyond_the_table() -> None:
    kernel, sterile = two_blocks(), model("sterile")
    table = kernel.tabulated(RADIANS * 20 / 0.427)
    params: Params = {"sin2_2theta_ee": 0.5, "delta_m2_41_eV2": np.geomspace(0.1, 15, 50)}
    # Two tables with an error of 1e-8 each, weighted with at most 10.
    assert table.counts(sterile, params) == pytest.approx(kernel.counts(sterile, params), abs=2e-7)
    beyond = {"sin2_2theta_ee": 0.5, "delta_m2_41_eV2": 1e4}
    assert table.counts(sterile, beyond) == pytest.approx(kernel.counts(sterile, beyond), rel=1e-14)


def test_large_splittings_average_to_half_the_mixing() -> None:
    counts = two_blocks().counts(model("sterile"), {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 1e4})
    # Active oscillations take 1e-6 at 1 m; the sterile phase is 1e4 rad and more.
    assert counts / [1.0, 1.0, 10.0] == pytest.approx(np.full(3, 0.8), abs=1e-4)


def test_continuous_spectra_go_through_the_same_map() -> None:
    cells = EnergyCells.from_edges(np.linspace(2.0, 6.0, 9))
    block = Block(TANK, cells, np.eye(8), rows=tuple(range(8)))
    kernel = Kernel((block,), 8, background=np.full(8, 5.0))
    counts = kernel.counts(model("sterile"), STERILE)
    fine = EnergyCells.from_edges(np.linspace(2.0, 6.0, 8 * 40 + 1))
    narrow = Kernel((Block(TANK, fine, np.eye(320), rows=tuple(range(320))),), 320)
    u = fine.half_per_MeV * fine.energy_MeV**2  # flat spectrum in E: dE over 2
    slices = (narrow.counts(model("sterile"), STERILE) * u).reshape(8, 40).sum(axis=1)
    means = slices / u.reshape(8, 40).sum(axis=1)
    # Weights are taken at the middle of a cell; here they do not depend on the energy.
    assert counts - 5.0 == pytest.approx(means, abs=1e-6)


def test_a_norm_scales_its_block_alone() -> None:
    kernel = Kernel(
        (
            Block(BALL, LINES, RESPONSE[:1], rows=(0,), norm="near"),
            Block(TANK, LINES, RESPONSE[:1], rows=(1,)),
        ),
        2,
    )
    counts = kernel.counts(model("no-oscillation"), {"near": np.array([1.0, 1.5])})
    assert counts == pytest.approx(np.array([[1.0, 1.0], [1.5, 1.0]]))


class OnlyProbability:
    """3+1 without its cosines: what a user's function looks like."""

    name = "only-probability"
    parameters = model("sterile").parameters
    fixed = model("sterile").fixed
    null = None
    lost_to = "sterile"

    def probability(
        self, channel: Channel, energy_MeV: Array, baseline_m: Array, params: Params
    ) -> Array:
        return model("sterile").probability(channel, energy_MeV, baseline_m, params)


def test_quadrature_equals_the_closed_form_where_it_can() -> None:
    slow = two_blocks().counts(OnlyProbability(), STERILE)  # type: ignore[arg-type]
    assert slow == pytest.approx(two_blocks().counts(model("sterile"), STERILE), rel=1e-8)


def test_quadrature_refuses_to_alias() -> None:
    fast = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 1e4}
    with pytest.raises(InputError, match="varies too fast to be averaged"):
        two_blocks().counts(OnlyProbability(), fast)  # type: ignore[arg-type]


def test_quadrature_in_energy_cells() -> None:
    cells = EnergyCells.from_edges(np.linspace(2.0, 6.0, 5))
    kernel = Kernel((Block(BALL, cells, np.eye(4), rows=(0, 1, 2, 3)),), 4)
    slow = kernel.counts(OnlyProbability(), STERILE)  # type: ignore[arg-type]
    assert slow == pytest.approx(kernel.counts(model("sterile"), STERILE), abs=1e-8)


def test_impossible_kernels() -> None:
    with pytest.raises(InputError, match=r"response = \(2, 4\): does not fit"):
        Block(BALL, LINES, RESPONSE, rows=(0,))
    with pytest.raises(InputError, match=r"rows = \[1\]: are filled by no block"):
        Kernel((Block(BALL, LINES, RESPONSE[:1], rows=(0,)),), 2)
    with pytest.raises(InputError, match="response: is not finite"):
        Block(BALL, LINES, np.full((1, 4), np.nan), rows=(0,))
