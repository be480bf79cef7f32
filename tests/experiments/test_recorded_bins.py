"""Bins of visible energy, where events are quenched, and of recorded distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.experiments.assumption_costs import assumption_costs
from gallus.experiments.recorded_bins import resolution_nodes, shares_within
from gallus.experiments.scattering_design import scattering_design
from gallus.experiments.setup import setup, with_values
from gallus.experiments.setup_kernel import SetupKernel
from gallus.experiments.setup_reactions import events_per_day, setup_kernels
from gallus.response.vertex import share_within

WINDOW = {"threshold_keV": 0.03, "upper_keV": 0.18, "bins": 6}
"""Visible energy of recoiling nuclei in LiF, whose recoils end at 0.2 keV (Li) and below."""


def kernel(name: str, **values: object) -> SetupKernel:
    (only,) = setup_kernels(with_values(setup(name), values)).values()
    return only


@given(quenching=st.floats(0.05, 1.0), threshold_keV=st.floats(0.005, 0.15))
def test_a_visible_threshold_is_one_of_the_recoil_at_its_energy_over_the_factor(
    quenching: float, threshold_keV: float
) -> None:
    quenched = {"threshold_keV": threshold_keV, "quenching_factor": quenching}
    recoil = {"threshold_keV": threshold_keV / quenching}
    rates = [events_per_day(with_values(setup("lif-cevns"), each)) for each in (quenched, recoil)]
    # Sums of 40 bins of other widths; close to the end nearly nothing is left of 14 a day.
    assert rates[0] == pytest.approx(rates[1], rel=1e-9, abs=1e-12)


def test_the_spectrum_has_bins_of_visible_energy() -> None:
    quenched = {key: value * (0.4 if "keV" in key else 1) for key, value in WINDOW.items()}
    seen, recoil = (
        kernel("lif-cevns", **quenched, quenching_factor=0.4),
        kernel("lif-cevns", **WINDOW),
    )
    assert seen.energy_edges_MeV == pytest.approx(0.4 * recoil.energy_edges_MeV, rel=1e-12)
    assert seen.without_oscillation() == pytest.approx(recoil.without_oscillation(), rel=1e-9)


def test_without_an_upper_end_the_bins_reach_the_visible_end() -> None:
    ends = [kernel("juno", quenching_factor=q).energy_edges_MeV[-1] for q in (1.0, 0.6)]
    assert ends[1] == pytest.approx(0.6 * ends[0], rel=1e-12)


def test_the_resolution_is_that_of_the_visible_energy() -> None:
    # E = q T: a sqrt(E) is q (a/sqrt q) sqrt(T), so that q times as many photoelectrons count in T.
    window = {"threshold_keV": 300.0, "upper_keV": 900.0, "bins": 12}
    visible = {"threshold_keV": 150.0, "upper_keV": 450.0, "bins": 12}
    seen = kernel("juno", **visible, photoelectrons_per_MeV=400.0, quenching_factor=0.5)
    recoil = kernel("juno", **window, photoelectrons_per_MeV=200.0)
    expected = recoil.without_oscillation().sum(axis=1)
    # The finer true bins start at other places: their error is that of the resolution.
    assert seen.without_oscillation().sum(axis=1) == pytest.approx(
        expected, abs=1e-5 * expected.max()
    )


def test_the_vertex_is_seen_by_the_visible_light() -> None:
    window = {"threshold_keV": 300.0, "upper_keV": 600.0, "bins": 3, "distance_bins": 8}
    visible = {**window, "threshold_keV": 75.0, "upper_keV": 150.0}
    seen = kernel("jne-500t", **visible, vertex_resolution_cm_at_1_MeV=15.0, quenching_factor=0.25)
    recoil = kernel("jne-500t", **window, vertex_resolution_cm_at_1_MeV=30.0)
    assert seen.distance_edges_m == pytest.approx(recoil.distance_edges_m, rel=1e-9)
    assert seen.without_oscillation() == pytest.approx(recoil.without_oscillation(), rel=1e-6)


def test_designs_in_closed_form_are_quenched_alike() -> None:
    chosen = with_values(setup("juno"), {"quenching_factor": 0.7, "threshold_keV": 200.0})
    found = scattering_design(chosen, chosen.position.distance_m, 200.0, 17.2).per_day
    assert found == pytest.approx(events_per_day(chosen), rel=1e-8)


def test_quenching_is_an_assumption_that_costs_events() -> None:
    both = setup("lif-cevns"), with_values(setup("lif-cevns"), {"quenching_factor": 0.3})
    (cost,) = assumption_costs(*both)
    assert cost.name == "quenching"
    assert cost.alone < 1.0


@pytest.mark.parametrize("quenching", [0.0, -0.5, 1.1, np.nan])
def test_a_factor_that_is_no_share_is_refused(quenching: float) -> None:
    with pytest.raises(InputError, match="quenching_factor"):
        with_values(setup("juno"), {"quenching_factor": quenching})


# --- distances --------------------------------------------------------------------------------


@settings(max_examples=6)
@given(lowest=st.floats(0.01, 0.5), ratio=st.floats(1.0, 20.0))
def test_few_resolutions_stand_for_many(lowest: float, ratio: float) -> None:
    sigma = np.geomspace(lowest, ratio * lowest, 200)
    nodes, mixing = resolution_nodes(sigma)
    assert len(nodes) < 50
    edges, distance = np.linspace(0.0, 4.0, 9), np.linspace(0.05, 5.0, 30)
    few = np.array([shares_within(edges, distance, s) for s in nodes.tolist()])
    exact = share_within(edges[:, None], distance, sigma[:, None, None])
    np.testing.assert_allclose(np.einsum("ts,sed->ted", mixing, few), exact, rtol=0, atol=3e-8)


def test_shares_are_those_of_the_response() -> None:
    edges, distance = np.linspace(0.0, 9.0, 31), np.linspace(0.01, 8.0, 50)
    exact = share_within(edges[:, None], distance, np.array(0.2))
    assert shares_within(edges, distance, 0.2) == pytest.approx(exact, abs=1e-14)


def test_bins_may_be_a_part_of_the_distances() -> None:
    smeared = {"vertex_resolution_cm_at_1_MeV": 30.0, "bins": 2, "distance_m": 0.0}
    whole = kernel("jne-500t", **smeared, distance_from_m=0.0, distance_to_m=7.0, distance_bins=14)
    part = kernel("jne-500t", **smeared, distance_from_m=2.0, distance_to_m=4.0, distance_bins=4)
    assert part.distance_edges_m == pytest.approx([2.0, 2.5, 3.0, 3.5, 4.0])
    assert part.without_oscillation() == pytest.approx(
        whole.without_oscillation()[:, 4:8], rel=1e-3
    )
    sharp = kernel("jne-500t", distance_m=0.0, distance_from_m=2.0, distance_to_m=4.0, bins=2)
    # A central source: the same in every metre from 0.2 to 5 m.
    everything = kernel("jne-500t", distance_m=0.0, bins=2).without_oscillation().sum()
    assert sharp.without_oscillation().sum() == pytest.approx(everything * 2.0 / 4.8, rel=1e-7)
    with pytest.raises(InputError, match="distance_from_m"):
        kernel("jne-500t", distance_from_m=4.0, distance_to_m=3.0)
