"""Terms of a model sorted by their damping: the sum is that of all, whichever way each goes."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gallus.geometry.solids import Cylinder, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import Block, DistanceWeight, EnergyCells, Kernel, mean_cosine_sine
from gallus.kernel.damped_terms import DampedTerms
from gallus.kernel.paired_sums import paired_sums
from gallus.kernel.remembered_averages import RememberedAverages
from gallus.oscillation.base import DampedCosines
from gallus.oscillation.catalogue import model
from gallus.parameters import Params

BALL = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Sphere(0.7, height_m=1.0))))
TANK = DistanceWeight.from_table(PathLengthTable.from_geometry(Target(Cylinder(1.0, -0.5, 1.2))))
ENERGY = np.array([0.43, 0.75])
# A constant, an undamped wave, and one damped in each manner.
PHASE = np.array([0.0, 7.0, 3.0, 5.0, 9.0, 11.0])[:, None] / ENERGY
ON = np.eye(6)[:, :, None]
TERMS = DampedCosines(
    PHASE,
    0.7 * ON[2] * np.ones(2),
    gaussian_per_m2=0.2 * (ON[3] + ON[5]) / ENERGY**4,
    sinc_per_m=2.0 * (ON[4] + ON[5]) / ENERGY,
    sinc_power=(1, 1, 1, 1, 2, 1),
)


def means(terms: DampedCosines, weight: DistanceWeight = BALL) -> Any:
    return np.array(
        DampedTerms(weight).at_lines(terms, lambda phase: mean_cosine_sine(weight, phase))
    )


def explicit(terms: DampedCosines, weight: DistanceWeight) -> Any:
    """Sums over 60 Gauss nodes in every cell."""
    distance, share = weight.nodes(60)
    found = np.empty((2, terms.terms, len(ENERGY)))
    for k, n in np.ndindex(found.shape[1:]):
        here = DampedCosines(
            terms.phase_per_m[:, n, None],
            terms.damping_per_m[:, n, None],
            gaussian_per_m2=_at(terms.gaussian_per_m2, n),
            sinc_per_m=_at(terms.sinc_per_m, n),
            sinc_power=terms.sinc_power,
        )
        phase, factor = terms.phase_per_m[k, n] * distance, here.damping(k, distance) * share
        found[:, k, n] = np.cos(phase) @ factor, np.sin(phase) @ factor
    return found


def _at(values: Any, energy: int) -> Any:
    return None if values is None else values[:, energy, None]


@pytest.mark.parametrize("weight", [BALL, TANK], ids=["ball", "tank"])
def test_every_manner_of_damping_in_one_model(weight: DistanceWeight) -> None:
    assert np.abs(means(TERMS, weight) - explicit(TERMS, weight)).max() < 1e-11


def test_damping_below_rounding_is_none() -> None:
    weak = replace(TERMS, damping_per_m=1e-18 * ON[2] * np.ones(2), gaussian_per_m2=None)
    weak = replace(weak, sinc_per_m=1e-10 * np.ones((6, 2)))
    cosine, sine = means(weak)
    plain = mean_cosine_sine(BALL, PHASE)
    assert np.array_equal(cosine, plain[0])
    assert np.array_equal(sine, plain[1])


def test_nan_is_seen() -> None:
    spoilt = replace(TERMS, gaussian_per_m2=np.full((6, 2), np.nan))
    assert np.isnan(means(spoilt)).all()


def test_few_frequencies_with_many_strengths_equal_each_alone() -> None:
    """The former go through slow factors, the latter through complex frequencies."""
    strengths = np.geomspace(1e-4, 1e4, 20)
    damping = strengths[:, None, None] * np.ones((6, 2))
    together = means(DampedCosines(PHASE, damping))
    for n, strength in enumerate(strengths):
        alone = means(DampedCosines(PHASE, strength * np.ones((6, 2))))
        assert np.abs(together[:, n] - alone).max() < 1e-11


def test_grids_of_damped_models_equal_loops_with_and_without_memory() -> None:
    response = np.array([[0.3, 0.7]])
    blocks = tuple(
        Block(weight, ENERGY, response, rows=(n,)) for n, weight in enumerate((BALL, TANK))
    )
    kernel = Kernel(blocks, 2)
    remembering = Kernel(
        tuple(replace(b, table=RememberedAverages(b.distances)) for b in blocks), 2
    )
    splitting, width = np.geomspace(0.1, 30, 4)[:, None], np.geomspace(1e-5, 1e-2, 5)
    for name, other in (
        ("wave-packet", "sigma_x_nm"),
        ("broad", "width_eV2"),
        ("decay", "gamma_4_eV"),
    ):
        values = width if name == "wave-packet" else 1e3 * width
        params: Params = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": splitting, other: values}
        grid = kernel.counts(model(name), params)
        assert remembering.counts(model(name), params) == pytest.approx(grid, abs=1e-12)
        for i, j in np.ndindex(4, 5):
            point: Params = {
                **params,
                "delta_m2_41_eV2": float(splitting[i, 0]),
                other: float(values[j]),
            }
            assert grid[i, j] == pytest.approx(kernel.counts(model(name), point), abs=1e-11)


@pytest.mark.parametrize("name", ["decoherence", "wave-packet", "broad", "decay"])
def test_continuous_spectra_of_damped_models_are_sums_of_narrow_cells(name: str) -> None:
    """Damping is taken inside the cells: those of 6 % give what 40 times narrower ones do."""
    edges = 2.0 * 1.06 ** np.arange(4.0)
    params = {p.name: p.start for p in model(name).parameters if p.name not in model(name).fixed}
    if name == "decoherence":
        params["lambda_12_m"] = 1e-5  # at 2 MeV some metres
    wide = Block(BALL, EnergyCells.from_edges(edges), np.eye(3), rows=(0, 1, 2))
    parts = [np.linspace(a, b, 40, endpoint=False) for a, b in pairwise(edges)]
    fine = EnergyCells.from_edges(np.concatenate([*parts, edges[-1:]]))
    narrow = Block(BALL, fine, np.eye(120), rows=tuple(range(120)))
    share = (fine.half_per_MeV * fine.energy_MeV**2).reshape(3, 40)
    means = narrow.mean_probability(model(name), params).reshape(3, 40)
    exact = (means * share).sum(axis=1) / share.sum(axis=1)
    # The shares of the narrow cells are those of their middle, to 1e-7.
    assert wide.mean_probability(model(name), params) == pytest.approx(exact, abs=1e-7)


def test_pairs_are_summed_in_any_order_and_number() -> None:
    """Against the plain sum, for many pairs to a phase and for few."""
    rng = np.random.default_rng(7)
    nodes = np.linspace(0.1, 2.0, 9)

    def weights(phase: Any) -> Any:
        return np.cos(phase[..., None] * nodes), np.sin(phase[..., None] * nodes)

    def factors(strength: Any, absent: None) -> Any:
        assert absent is None
        return np.exp(-strength[..., None] * nodes)

    for different in (3, 2000):
        phase = rng.integers(0, different, (50, 1, 40)) / 10.0
        strength = rng.uniform(0, 3, (7, 40))
        found = paired_sums(weights, phase, factors, (strength, None))
        for mine, wave in zip(found, weights(phase), strict=True):
            exact = (wave * factors(strength, None)).sum(axis=-1)
            np.testing.assert_allclose(mine, exact, rtol=0, atol=1e-13)
