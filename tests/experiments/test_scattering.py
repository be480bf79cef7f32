"""Scattered electrons: the talk's table, sums, oscillations and resolutions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.scattering import scattering_kernel
from gallus.experiments.setup import Setup, setup, with_values
from gallus.experiments.setup_reactions import events_per_day
from gallus.geometry.closed_forms import sphere_density
from gallus.interactions.scattering_couplings import tree_couplings
from gallus.oscillation.active import NoOscillation
from gallus.oscillation.deficit import Deficit
from gallus.oscillation.sterile import Sterile
from gallus.response.vertex import share_within

TALK = {
    ("jne-1t", 1.0): (71.0, 628.1, 1497.86),
    ("jne-1t", 0.0): (315.9, 2794.7, 6664.9),
    ("jne-500t", 6.0): (1080.3, 9557.5, 22793.3),
    ("jne-500t", 0.0): (3701.4, 32745.9, 78094.5),
    ("juno", 19.0): (4566.6, 40400.5, 96349.9),
    ("juno", 0.0): (12881.1, 113959.1, 271777.2),
}
"""Ciuffoli, TAUP 2025, slide 'Expected Signal': per day, in 10 and in 30 days."""

# Notes, A4: LAB of 0.86 g/cm3 and 3.372e23 e/g, corrected couplings, four lines, no resolution.
PHYSICAL = {
    ("jne-1t", 1.0): 74.2,
    ("jne-1t", 0.0): 334.9,
    ("jne-500t", 6.0): 1196.0,
    ("jne-500t", 0.0): 3745.8,
    ("juno", 19.0): 5081.9,
    ("juno", 0.0): 13169.4,
}
SHARP = {
    "photoelectrons_per_MeV": None,
    "resolution_percent_at_1_MeV": None,
    "vertex_resolution_cm_at_1_MeV": None,
}


def at(name: str, distance_m: float) -> Setup:
    return with_values(setup(name), {"distance_m": distance_m})


@pytest.mark.parametrize("row", TALK, ids=str)
def test_the_table_of_the_talk_comes_out(row: tuple[str, float]) -> None:
    chosen = at(*row)
    per_day = events_per_day(chosen)
    found = [per_day, *(per_day * chosen.days_at_full_activity(days) for days in (10.0, 30.0))]
    # Required: 0.05 %; the inferred numbers reach 0.014 %, the rounding of "71.0".
    assert found == pytest.approx(TALK[row], rel=1.5e-4)


@pytest.mark.parametrize("row", PHYSICAL, ids=str)
def test_the_physical_versions_have_the_rates_of_real_scintillator(row: tuple[str, float]) -> None:
    chosen = at(f"{row[0]}-physical", row[1])
    four_lines = with_values(chosen, {**SHARP, "line_set": "traditional"})
    assert events_per_day(four_lines) == pytest.approx(PHYSICAL[row], rel=1.5e-3)
    # Resolutions and the six modern lines: below 0.6 %.
    assert events_per_day(chosen) == pytest.approx(PHYSICAL[row], rel=6e-3)


def test_the_first_column_is_not_the_first_day() -> None:
    chosen = at("juno", 0.0)
    assert chosen.days_at_full_activity(1.0) == pytest.approx(0.98759, abs=1e-5)


# --- active or sterile ------------------------------------------------------------------------


def corrected() -> Setup:
    return with_values(setup("juno"), {"couplings": "corrected-couplings", "sin2_theta_w": None})


def shares() -> dict[str, float]:
    """Rates of nu_mu and nu_tau above 200 keV over that of nu_e."""
    parts = scattering_kernel(corrected()).components
    sums = {part.channel.final: float(part.per_day_and_m.sum()) for part in parts}
    return {flavour: sums[flavour] / sums["e"] for flavour in ("mu", "tau")}


def left_of(lost_to: str, deficit: float = 0.2) -> float:
    kernel = scattering_kernel(corrected())
    left = kernel.counts(Deficit(lost_to), {"deficit": deficit})  # type: ignore[arg-type]
    return float(left.sum() / kernel.without_oscillation().sum())


def test_lost_neutrinos_that_become_active_still_scatter() -> None:
    ratio = shares()
    assert ratio["mu"] == pytest.approx(0.2326, abs=1e-4)  # errata of the notes
    assert left_of("sterile") == pytest.approx(0.8, rel=1e-12)
    # All to nu_mu: 0.847. In equal parts to nu_mu and nu_tau, which has other corrections: 0.846.
    assert 0.8 + 0.2 * ratio["mu"] == pytest.approx(0.8465, abs=1e-4)
    assert left_of("active") == pytest.approx(0.8 + 0.1 * (ratio["mu"] + ratio["tau"]), rel=1e-10)
    assert left_of("active") == pytest.approx(0.8465, abs=3e-4)


def test_an_active_loss_needs_1060_events_where_a_sterile_one_needs_625() -> None:
    assert (5.0 / (1.0 - left_of("sterile"))) ** 2 == pytest.approx(625.0, rel=1e-9)
    assert (5.0 / (0.2 * (1.0 - shares()["mu"]))) ** 2 == pytest.approx(1061.0, abs=0.5)
    assert (5.0 / (1.0 - left_of("active"))) ** 2 == pytest.approx(1058.6, abs=0.1)


def test_at_tree_level_less_is_left_of_an_active_loss() -> None:
    # C_L of nu_mu lies 1 below that of nu_e; 0.842 with the talk's own cross section.
    kernel = scattering_kernel(setup("juno"))
    left = kernel.counts(Deficit("active"), {"deficit": 0.2}).sum()
    electron, muon = (tree_couplings(flavour, 0.2386) for flavour in ("e", "mu"))
    assert electron.left - muon.left == 1.0
    assert left / kernel.without_oscillation().sum() == pytest.approx(0.8422, abs=1e-4)


# --- the kernel -------------------------------------------------------------------------------


def smeared(distance_m: float = 0.0) -> Setup:
    values = {
        "distance_m": distance_m,
        "resolution_percent_at_1_MeV": 5.0,
        "vertex_resolution_cm_at_1_MeV": 12.0,
        "bins": 12,
        "distance_bins": 8,
    }
    return with_values(setup("jne-500t"), values)


@pytest.mark.parametrize("chosen", [setup("jne-500t"), smeared(), smeared(6.0)], ids=range(3))
def test_nothing_happens_without_oscillation(chosen: Setup) -> None:
    kernel = scattering_kernel(chosen)
    counts = kernel.counts(NoOscillation(), {})
    assert counts == pytest.approx(kernel.without_oscillation(), rel=1e-12, abs=1e-12)
    assert counts.shape == (chosen.detection.bins, chosen.detection.distance_bins)


@pytest.mark.parametrize("component", [0, 1])
def test_the_factored_kernel_is_the_matrix(component: int) -> None:
    kernel = scattering_kernel(smeared())
    matrix = kernel.matrix(component)
    alone = type(kernel)(
        kernel.components[component : component + 1],
        kernel.cells,
        kernel.energy_migration,
        kernel.distance_migration,
        kernel.energy_edges_MeV,
        kernel.distance_edges_m,
        kernel.resolution_mixing,
    )
    counts = alone.counts(Deficit("active"), {"deficit": 0.4})
    probability = 0.6 if component == 0 else 0.2
    ones = np.array([cell.mean_of_one for cell in kernel.cells])
    multiplied = matrix.sum(axis=2) @ ones * probability
    assert multiplied == pytest.approx(counts, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("chosen", [setup("jne-500t"), smeared()], ids=range(2))
def test_parameters_of_any_shape_are_leading_axes(chosen: Setup) -> None:
    kernel = scattering_kernel(chosen)
    mixing = np.array([0.0, 0.1, 0.4])
    values = {"sin2_2theta_ee": mixing, "delta_m2_41_eV2": np.array([[0.5], [2.0]])}
    grid = kernel.counts(Sterile(), values)
    assert grid.shape == (2, 3, chosen.detection.bins, chosen.detection.distance_bins)
    one = kernel.counts(Sterile(), {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 2.0})
    assert grid[1, 2] == pytest.approx(one, rel=1e-10)


@given(
    distance=st.sampled_from([0.0, 2.5, 6.0, 30.0]), threshold=st.just(0.0) | st.floats(1e-3, 500.0)
)
def test_bins_add_up_to_the_closed_form(distance: float, threshold: float) -> None:
    chosen = with_values(at("jne-500t", distance), {"threshold_keV": threshold})
    one_bin = with_values(chosen, {"bins": 1, "distance_bins": 1})
    assert events_per_day(chosen) == pytest.approx(events_per_day(one_bin), rel=1e-8)


@pytest.mark.slow
def test_oscillations_with_distance_are_exact_at_any_frequency() -> None:
    """Against a brute-force sum over 400 000 distances of one bin, source outside."""
    chosen = with_values(setup("jne-500t"), {"bins": 1, "distance_bins": 4})
    kernel = scattering_kernel(chosen)
    model, values = Sterile(), {"sin2_2theta_ee": 0.3, "delta_m2_41_eV2": 40.0}
    counts = kernel.counts(model, values)
    edges = kernel.distance_edges_m
    for n in range(4):
        distance = np.linspace(edges[n], edges[n + 1], 400_001)
        distance = (distance[1:] + distance[:-1]) / 2
        weight = sphere_density(distance, 5.0, 6.0) * (edges[n + 1] - edges[n]) / 400_000
        total = 0.0
        for part in kernel.components:
            for energy, yields in zip(part.energies, part.per_day_and_m[0], strict=True):  # type: ignore[arg-type]
                probability = model.probability(part.channel, energy, distance, values)
                total += yields * np.sum(weight * probability)
        assert counts[0, n] == pytest.approx(total, rel=1e-7)


def test_the_vertex_resolution_is_that_of_a_fine_quadrature() -> None:
    """Events per distance bin, with the migration at 40 000 distances, in a narrow energy bin."""
    values = {"vertex_resolution_cm_at_1_MeV": 20.0, "distance_bins": 6, "bins": 1}
    window = {"threshold_keV": 300.0, "upper_keV": 302.0}
    chosen = with_values(at("jne-500t", 0.0), {**values, **window})
    kernel = scattering_kernel(chosen)
    x, w = leggauss(300)
    distance, width = 2.6 + 2.4 * x, 2.4 * w  # 0.2 to 5.0 m
    sigma = np.full_like(distance, 0.20 / np.sqrt(0.301))
    within = share_within(kernel.distance_edges_m[:, None], distance, sigma)
    expected = np.diff(within @ width)
    counts = kernel.without_oscillation()[0]
    assert counts / counts.sum() == pytest.approx(expected / expected.sum(), abs=2e-5)


def test_energy_resolution_moves_events_across_the_threshold_both_ways() -> None:
    """Against a direct integral over the cross section with the error function."""
    from scipy.special import ndtr

    from gallus.interactions.electron_scattering import ConstantCouplings

    chosen = with_values(setup("juno"), {"resolution_percent_at_1_MeV": 5.0})
    model = ConstantCouplings.tree(0.2386)
    recoil = np.linspace(1e-6, 0.57, 1_000_001)
    recoil = (recoil[1:] + recoil[:-1]) / 2
    passed = ndtr((recoil - 0.2) / (0.05 * np.sqrt(recoil)))
    ratio = expected_ratio(chosen, model, recoil, passed)
    smear = events_per_day(chosen) / events_per_day(setup("juno"))
    assert smear == pytest.approx(ratio, rel=2e-5)


def expected_ratio(chosen: Setup, model: object, recoil: Array, passed: Array) -> float:
    smeared_sum = sharp_sum = 0.0
    for line in chosen.lines():
        density = line.fraction * model.differential_cm2_per_MeV(line.energy_MeV, recoil)  # type: ignore[attr-defined]
        smeared_sum += float(np.sum(density * passed))
        sharp_sum += float(np.sum(density * (recoil > 0.2)))
    return smeared_sum / sharp_sum


def test_a_cut_around_the_source_keeps_what_is_near() -> None:
    near = with_values(setup("juno"), {"within_m": 10.0})
    distance = np.linspace(1.8, 10.0, 200_001)
    distance = (distance[1:] + distance[:-1]) / 2
    expected = float(sphere_density(distance, 17.2, 19.0).mean() * 8.2)
    ratio = events_per_day(near) / events_per_day(setup("juno"))
    assert ratio == pytest.approx(expected / setup("juno").mean_path_length_m(), rel=1e-6)
    with pytest.raises(InputError, match="leaves no target"):
        events_per_day(with_values(setup("juno"), {"within_m": 1.0}))


# --- the interaction section ------------------------------------------------------------------


def test_a_magnetic_moment_adds_events_at_low_energy() -> None:
    moment = {"magnetic_moment_muB": 1e-11}
    extra = [
        events_per_day(with_values(chosen, moment)) / events_per_day(chosen) - 1.0
        for chosen in (corrected(), with_values(corrected(), {"threshold_keV": 50.0}))
    ]
    # Notes, B1: 0.47 % of the weak cross section above 200 keV and 1.0 % above 50 keV.
    assert extra == pytest.approx([0.0047, 0.0102], abs=1e-4)
    with pytest.raises(InputError, match="infinite"):
        events_per_day(with_values(corrected(), {**moment, "threshold_keV": 0.0}))


def test_free_couplings_at_the_standard_values_are_the_tree_formula() -> None:
    free = {
        "couplings": "free",
        "sin2_theta_w": None,
        "vector_coupling": 0.5 + 2 * 0.2386,
        "axial_coupling": 0.5,
    }
    chosen = with_values(setup("juno"), free)
    active = {"deficit": 1.0}
    for each in (NoOscillation(), Deficit("active")):
        values = active if isinstance(each, Deficit) else {}
        first, second = (
            scattering_kernel(one).counts(each, values).sum() for one in (chosen, setup("juno"))
        )
        assert first == pytest.approx(second, rel=1e-12)


@pytest.mark.parametrize(
    ("couplings", "sigma"),
    [("tree", 2.8205e-45), ("corrected-couplings", 2.706e-45), ("bks-1995", 2.693e-45)],
)
def test_rates_follow_the_published_cross_sections(couplings: str, sigma: float) -> None:
    angle = 0.2386 if couplings == "tree" else None
    chosen = with_values(setup("juno"), {"couplings": couplings, "sin2_theta_w": angle})
    assert events_per_day(chosen) / events_per_day(setup("juno")) == pytest.approx(
        sigma / 2.8205e-45, rel=2e-3
    )


def test_a_threshold_above_every_recoil_leaves_nothing() -> None:
    assert events_per_day(with_values(setup("juno"), {"threshold_keV": 600.0})) == 0.0


def test_a_smeared_oscillation_is_that_of_a_fine_quadrature() -> None:
    """Vertex resolution and oscillation together, at 30 000 distances, in a narrow energy bin."""
    values = {"vertex_resolution_cm_at_1_MeV": 12.0, "distance_bins": 25, "bins": 1}
    window = {"threshold_keV": 300.0, "upper_keV": 302.0}
    kernel = scattering_kernel(with_values(at("jne-500t", 0.0), {**values, **window}))
    model, params = Sterile(), {"sin2_2theta_ee": 1.0, "delta_m2_41_eV2": 2.5}
    edges = np.linspace(0.2, 5.0, 30_001)
    distance, width = (edges[1:] + edges[:-1]) / 2, 4.8 / 30_000
    sigma = np.full_like(distance, 0.12 / np.sqrt(0.301))
    within = share_within(kernel.distance_edges_m[:, None], distance, sigma)
    expected = 0.0
    for part in kernel.components:
        recorded = kernel.energy_migration[0] @ part.per_day_and_m
        for energy, yields in zip(part.energies, recorded, strict=True):  # type: ignore[arg-type]
            probability = model.probability(part.channel, energy, distance, params)
            expected = expected + yields * width * np.diff(within @ probability)
    counts = kernel.counts(model, params)[0]
    # Cells of 2/3 of the resolution, in which smearing is a straight line: 4e-4 of the largest.
    assert counts == pytest.approx(np.asarray(expected), abs=6e-4 * counts.max())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"vertex_resolution_cm_at_1_MeV": 0.1}, "vertex_resolution_cm_at_1_MeV"),
        ({"resolution_percent_at_1_MeV": 0.01}, "resolution_percent_at_1_MeV"),
    ],
    ids=str,
)
def test_a_resolution_too_fine_to_be_followed_is_said(values: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        scattering_kernel(with_values(setup("juno"), values))
