"""Counts of a run in time, energy and distance, against closed forms and brute force."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.forecast.backgrounds.base import (
    Background,
    FromSource,
    FromSurface,
    Place,
    Uniform,
    VisibleSpectrum,
)
from gallus.forecast.expectation import Expectation, Pull, combine
from gallus.forecast.exposure import Exposure, exposure_of
from gallus.forecast.observation import Observation, observation
from gallus.forecast.placement import energy_shares
from gallus.oscillation.deficit import Deficit
from gallus.oscillation.sterile import Sterile
from gallus.response.energy import EnergyResolution
from gallus.setup_rates import setup_rates

EVERYWHERE = Uniform()
FLAT = VisibleSpectrum(np.linspace(0.0, 1.0, 51), np.full(50, 0.02))


def flat(place: Place = EVERYWHERE, per_day: float = 100.0, **values: Any) -> Background:
    return Background("flat", per_day, FLAT, place, **values)


def seen(
    name: str = "jne-500t",
    backgrounds: Sequence[Background] = (),
    values: Mapping[str, Any] | None = None,
    **more: Any,
) -> Observation:
    small = {"bins": 4, "distance_bins": 8, **(values or {}), **more}
    return observation(with_values(setup(name), small), backgrounds)


# --- time -------------------------------------------------------------------------------------


@given(
    edges=st.lists(st.floats(0.0, 300.0), min_size=2, max_size=6, unique=True),
    half_life=st.floats(1.0, 1e3),
)
def test_periods_are_the_integral_of_the_decay(edges: list[float], half_life: float) -> None:
    ordered = tuple(sorted(edges))
    days = Exposure(ordered, runs=3, live_share=0.9).days(half_life)
    for low, high, found in zip(ordered, ordered[1:], days, strict=False):
        time = np.linspace(low, high, 2001)
        exact = 2.7 * np.trapezoid(2.0 ** (-time / half_life), time)
        # The trapezium rule, (h ln2/T)^2/12.
        assert found == pytest.approx(exact, rel=2e-3)
    assert Exposure(ordered).days(1e12) == pytest.approx(np.diff(ordered), rel=1e-9)


def test_the_days_without_source_have_no_signal_but_background() -> None:
    chosen = seen(backgrounds=[flat()], source_off_days=60.0, time_bins=3)
    assert chosen.shape == (4, 4, 8)
    signal = chosen.undisturbed.reshape(chosen.shape).sum(axis=(1, 2))
    steady = chosen.background.reshape(chosen.shape).sum(axis=(1, 2))
    assert signal[3] == 0.0
    assert signal[1] / signal[0] == pytest.approx(2 ** (-10 / 27.7), rel=1e-12)
    assert steady / steady[0] == pytest.approx([1.0, 1.0, 1.0, 6.0])
    dying = seen(backgrounds=[flat(half_life_d=27.7)], source_off_days=60.0)
    assert dying.background.reshape(dying.shape)[1].sum() == 0.0


def test_other_days_are_another_set_up() -> None:
    there = with_values(seen().setup, {"days": 10.0, "runs": 2, "live_share": 0.5})
    other = observation(there)
    again = seen().with_exposure(exposure_of(there))
    assert again.undisturbed == pytest.approx(other.undisturbed, rel=1e-12)
    assert seen().with_days(10.0).undisturbed == pytest.approx(other.undisturbed, rel=1e-12)


# --- signal -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["jne-1t", "juno", "xenon"])
def test_the_signal_is_that_of_the_rates(name: str) -> None:
    assert observation(setup(name)).undisturbed.sum() == pytest.approx(
        setup_rates(setup(name)).total, rel=1e-12
    )


def test_the_signal_is_linear_in_the_probability_and_takes_grids() -> None:
    chosen = seen()
    lost = chosen.signal(Deficit(), {"deficit": np.array([0.0, 0.3, 1.0])})
    assert lost == pytest.approx(np.array([1.0, 0.7, 0.0])[:, None] * chosen.undisturbed)
    splitting: dict[str, Any] = {"sin2_2theta_ee": 0.3, "delta_m2_41_eV2": np.array([0.5, 2.0])}
    assert chosen.signal(Sterile(), splitting).shape == (2, math.prod(chosen.shape))


# --- backgrounds ------------------------------------------------------------------------------


def brute_force(
    place: Place, distance_m: float, hole_m: float, edges: Array, sigma_m: float
) -> tuple[Array, Array]:
    """Share of a background in each bin, and its error, from random points in a sphere."""
    random = np.random.default_rng(3)
    # Even in the distance from the source and in direction: r^2 is in the weight.
    from_source = random.uniform(0.0, 5.0 + distance_m, 1_000_000)
    direction = random.standard_normal((len(from_source), 3))
    direction *= from_source[:, None] / np.linalg.norm(direction, axis=1)[:, None]
    source = np.array([0.0, 0.0, distance_m])
    points = source + direction
    centre = np.linalg.norm(points, axis=1)
    weight = np.where(centre < 5.0, from_source**2, 0.0)
    weight *= place.relative_density(np.minimum(centre, 5.0), from_source, 5.0)
    recorded = np.linalg.norm(
        points + sigma_m * random.standard_normal(points.shape) - source, axis=1
    )
    kept = from_source > hole_m
    # Photons of the source are counted outside its hole, all else as if there were none.
    weight[~kept & isinstance(place, FromSource)] = 0.0
    share = np.histogram(recorded[kept], edges, weights=weight[kept])[0]
    square = np.histogram(recorded[kept], edges, weights=weight[kept] ** 2)[0]
    return share / weight.sum(), np.sqrt(square) / weight.sum()


@pytest.mark.parametrize("distance", [0.0, 6.0])
@pytest.mark.parametrize("place", [Uniform(), FromSurface(0.6), FromSource(1.5)], ids=repr)
@pytest.mark.parametrize("sigma_cm", [0.0, 30.0])
def test_places_are_those_of_random_points(place: Place, distance: float, sigma_cm: float) -> None:
    values = {"distance_m": distance, "vertex_power": 0.0, "hole_radius_m": 1.0}
    values["vertex_resolution_cm_at_1_MeV"] = sigma_cm
    chosen = seen("jne-500t", [flat(place)], values)
    found = chosen.backgrounds_per_day[0].sum(axis=0)
    hole = values["hole_radius_m"] if distance == 0.0 else 0.0
    expected, error = brute_force(place, distance, hole, chosen.distance_edges_m, sigma_cm / 100)
    energies = energy_shares(FLAT, chosen.energy_edges_MeV, EnergyResolution())
    # Four of its standard deviations; the normalisation has one of its own, below 0.5 %.
    difference = found / (100.0 * energies.sum()) - expected
    assert np.all(np.abs(difference) < 4 * error + 0.005 * expected)


def test_a_fiducial_sphere_keeps_its_share_of_the_volume() -> None:
    whole = seen("juno", [flat()], distance_m=0.0, hole_radius_m=0.0)
    part = seen("juno", [flat()], distance_m=0.0, hole_radius_m=0.0, fiducial_radius_m=8.6)
    assert part.background.sum() / whole.background.sum() == pytest.approx(1 / 8, rel=1e-6)
    cut = seen("juno", [flat()], distance_m=0.0, hole_radius_m=0.0, within_m=8.6)
    assert cut.background.sum() == pytest.approx(part.background.sum(), rel=1e-6)


def test_a_cylinder_takes_what_is_spread_evenly_only() -> None:
    body = {"detector.shape": "cylinder", "detector.height_m": 6.0, "distance_m": 7.0}
    chosen = seen("jne-500t", [flat()], body)
    window = (chosen.energy_edges_MeV[-1] - 0.2) * 100 * 30.0
    assert chosen.background.sum() == pytest.approx(window, rel=1e-5)
    with pytest.raises(InputError, match="sphere"):
        _ = seen("jne-500t", [flat(FromSurface(0.1))], body).background


@given(low=st.floats(0.05, 0.5), width=st.floats(0.01, 0.4))
def test_a_flat_spectrum_is_recorded_in_proportion(low: float, width: float) -> None:
    edges = np.array([low, low + width])
    share = energy_shares(FLAT, edges, EnergyResolution())
    assert share[0] == pytest.approx(width, rel=1e-9)
    smeared = energy_shares(FLAT, edges, EnergyResolution(0.03))
    # What a resolution that grows as sqrt(T) moves out of a flat spectrum: its second derivative.
    assert smeared[0] == pytest.approx(width, abs=2e-3)


# --- pulls ------------------------------------------------------------------------------------


def test_normalisations_are_shares_of_what_they_scale() -> None:
    chosen = seen(backgrounds=[flat(relative_error=0.1)]).with_uncertainties(
        activity_percent=0.5, cross_section_percent=1.0
    )
    expectation = chosen.expectation()
    assert expectation.names == ("activity", "cross_section", "background.flat")
    assert expectation.template("activity") == pytest.approx(0.005 * chosen.undisturbed)
    assert expectation.template("background.flat") == pytest.approx(0.1 * chosen.background)
    unstated = seen(backgrounds=[flat()]).expectation()
    assert unstated.pulls == (Pull("background.flat"),)
    free = seen(backgrounds=[flat(relative_error=math.inf)]).expectation()
    assert unstated.templates == pytest.approx(free.templates)
    assert free.pulls == (Pull("background.flat", math.inf),)
    assert free.template("background.flat") == pytest.approx(free.expected - chosen.undisturbed)


def test_a_free_background_of_less_than_an_event_is_held() -> None:
    def names(rate: float, error: float) -> tuple[str, ...]:
        return seen(backgrounds=[flat(per_day=rate, relative_error=error)]).expectation().names

    assert [names(rate, math.inf) for rate in (0.05, 1.0)] == [(), ("background.flat",)]
    # One that is known cannot do harm.
    assert [names(rate, 1.0) for rate in (1e-5, 0.05)] == [(), ("background.flat",)]


@pytest.mark.parametrize(
    ("uncertainty", "size", "values"),
    [
        ("energy_scale_percent", 0.5, {}),
        ("vertex_resolution_percent", 5.0, {}),
        ("energy_resolution_percent", 5.0, {}),
        ("fiducial_cm", 1.0, {}),
        ("fiducial_cm", 1.0, {"distance_m": 0.0, "fiducial_radius_m": 4.0}),
    ],
)
def test_response_templates_are_linear(uncertainty: str, size: float, values: Any) -> None:
    """Twice the shift moves twice as much: second orders are small, and the sign is right."""
    resolution = {"vertex_resolution_cm_at_1_MeV": 20.0, "resolution_percent_at_1_MeV": 5.0}
    chosen = seen("jne-500t", [flat(per_day=1000.0)], {**resolution, **values})
    one, two = (
        chosen.with_uncertainties(**{uncertainty: factor * size}).templates()[0]
        for factor in (1, 2)
    )
    assert two == pytest.approx(2 * one, abs=0.03 * np.abs(two).max())
    if uncertainty == "fiducial_cm":
        assert one.sum() > 0


def test_a_higher_energy_scale_lifts_a_falling_spectrum_over_the_threshold() -> None:
    chosen = seen("juno", bins=1, upper_keV=600.0).with_uncertainties(energy_scale_percent=1.0)
    # sigma(T > 198, 202 keV) of notes, part B1: 2.8205e-45 at 200 keV, slope -8.6e-45 per MeV.
    shift = chosen.templates()[0].sum() / chosen.undisturbed.sum()
    assert shift == pytest.approx(0.002 * 9.1e-45 / 2.8205e-45, rel=0.06)


def test_the_fiducial_radius_is_a_rate_at_the_surface() -> None:
    chosen = seen("juno", distance_m=0.0, fiducial_cm=3.0)
    # A central source: the signal is proportional to R - r_0 = 17.0 m.
    assert chosen.templates()[0].sum() / chosen.undisturbed.sum() == pytest.approx(
        0.03 / 17.0, rel=1e-6
    )


def test_what_is_uncertain_must_be_there() -> None:
    with pytest.raises(InputError, match="vertex_resolution_cm_at_1_MeV"):
        seen(vertex_resolution_percent=5.0)
    with pytest.raises(InputError, match="sphere or shell"):
        seen(shape="cylinder", height_m=3.0, fiducial_cm=1.0)
    with pytest.raises(InputError, match="distinct"):
        seen(backgrounds=[flat(), flat()])


# --- several ----------------------------------------------------------------------------------


def test_other_values_in_the_same_bins_keep_the_bins() -> None:
    chosen = seen("jne-500t", [flat()])
    nearer = chosen.with_values({"position.distance_m": 5.5})
    assert nearer.distance_edges_m == pytest.approx(chosen.distance_edges_m)
    rebuilt = chosen.rebuilt({"position.distance_m": 5.5})
    assert rebuilt.distance_edges_m[0] == pytest.approx(0.5)


def test_several_experiments_share_the_cross_section_only() -> None:
    sizes = {"activity_percent": 1.0, "cross_section_percent": 0.5}
    one = seen("jne-500t", [flat()]).with_uncertainties(**sizes).expectation()
    two = seen("juno").with_uncertainties(**sizes).expectation()
    both = combine({"a": one, "b": two})
    assert both.names == ("a.activity", "cross_section", "a.background.flat", "b.activity")
    assert both.expected.sum() == pytest.approx(one.expected.sum() + two.expected.sum())
    size = len(one.expected)
    assert both.template("a.activity")[size:].sum() == 0.0
    assert both.template("cross_section")[size:] == pytest.approx(two.template("cross_section"))
    wide = replace(two, pulls=(two.pulls[0], Pull("cross_section", math.inf)))
    with pytest.raises(InputError, match="several priors"):
        combine({"a": one, "b": wide})


def test_bad_expectations_are_refused() -> None:
    with pytest.raises(InputError, match="templates"):
        Expectation(np.ones(3), np.ones((1, 2)), (Pull("a"),))
    with pytest.raises(InputError, match="expected"):
        Expectation(np.array([1.0, -1.0]), np.ones((0, 2)))
    with pytest.raises(InputError, match="pull"):
        Expectation(np.ones(2), np.ones((1, 2)), (Pull("a"),)).template("b")
