"""The branching ratio from recoils: tables, limits, toys, and what becomes of the direction."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.forecast.observation import observation
from gallus.forecast.questions.branching_ratio import (
    Activity,
    branching_ratio_sensitivity,
    brute_force_events,
    explaining_shift,
)
from gallus.forecast.questions.electron_track import (
    cherenkov_threshold_MeV,
    light_and_scattering,
    path_to_angle_mm,
    radiation_length_cm,
    refractive_index,
)
from gallus.forecast.questions.line_measurement import chromium_groups, step_measurement
from gallus.forecast.questions.line_spectra import LineGroups, binned_spectra, exact_spectra
from gallus.forecast.questions.recoil_angle import (
    angle_measurement,
    energy_error_MeV,
    line_separation,
    mean_line_separation_deg,
)
from gallus.interactions.electron_scattering import ConstantCouplings
from gallus.interactions.scattering_kinematics import neutrino_energy_MeV, recoil_cosine
from gallus.interactions.target_material import material
from gallus.response.angular import AngularResolution
from gallus.response.energy import EnergyResolution
from gallus.sources.radionuclide import nuclide

FOUR_LINES = chromium_groups("traditional")
TWO_LINES = LineGroups(((0.75, 1.0),), ((0.43, 1.0),), 0.0988)
TREE = ConstantCouplings.tree()
THRESHOLDS_MEV = (0.05, 0.10, 0.15, 0.20)
RESOLUTIONS = {
    "perfect": EnergyResolution(),
    "3 %": EnergyResolution(0.03),
    "500 photoelectrons": EnergyResolution(500**-0.5),
    "5 %": EnergyResolution(0.05),
}
# Errors for 1e5 events, computed independently for the physics notes.
STEP_TABLE = {
    "perfect": (0.0064, 0.0066, 0.0071, 0.0081),
    "3 %": (0.0066, 0.0068, 0.0074, 0.0089),
    "500 photoelectrons": (0.0067, 0.0070, 0.0076, 0.0093),
    "5 %": (0.0067, 0.0070, 0.0077, 0.0095),
}
ANGLES_DEG = (3, 5, 8, 10, 13, 15, 20, 25, 30, 46)
ANGLE_TABLE = {
    0.2: (0.0021, 0.0021, 0.0025, 0.0028, 0.0036, 0.0042, 0.0056, 0.0066, 0.0072, 0.0079),
    0.1: (0.0015, 0.0017, 0.0021, 0.0025, 0.0032, 0.0036, 0.0047, 0.0054, 0.0059, 0.0064),
}
EVENTS = 1e5


@pytest.mark.parametrize("name", STEP_TABLE)
def test_the_step_measures_as_well_as_the_table_says(name: str) -> None:
    errors = [
        step_measurement(t, RESOLUTIONS[name], groups=FOUR_LINES, model=TREE).error(EVENTS)
        for t in THRESHOLDS_MEV
    ]
    # The table is rounded to 0.8 %; two lines in place of four change the last column by 1.5 %.
    assert errors == pytest.approx(STEP_TABLE[name], rel=0.021)


def test_two_lines_measure_as_the_talk_has_them() -> None:
    error = step_measurement(0.2, groups=TWO_LINES, model=TREE).error(EVENTS)
    assert error == pytest.approx(0.0081, abs=5e-5)


@pytest.mark.parametrize(("ratio", "expected"), [(0.5, 0.0103), (1.0, 0.0115), (2.0, 0.0136)])
def test_a_free_flat_background_costs_what_the_table_says(ratio: float, expected: float) -> None:
    measured = step_measurement(
        0.2, RESOLUTIONS["3 %"], groups=FOUR_LINES, model=TREE, background_ratio=ratio
    )
    # The table does not say where its window ends; 50 keV move the error by 2 %.
    assert measured.error(EVENTS) == pytest.approx(expected, rel=0.03)


def test_a_known_normalisation_helps_a_lot() -> None:
    measured = step_measurement(0.2, groups=FOUR_LINES, model=TREE, normalisation_error=1e-9)
    assert measured.error(EVENTS) == pytest.approx(0.0033, rel=0.03)


@pytest.mark.parametrize(
    ("activity", "shift", "events"),
    [("gamma-counting", 0.0230, 1.15e5), ("calorimetry", 0.0264, 8.6e4)],
)
def test_brute_force_needs_1e5_events(activity: Activity, shift: float, events: float) -> None:
    assert explaining_shift(0.80, activity).shift == pytest.approx(shift, abs=1.1e-4)
    # The events go with the square of the shift, which is given to 0.5 %.
    assert brute_force_events(0.80, activity) == pytest.approx(events, rel=0.02)


def test_fine_bins_approach_the_measurement_without_bins() -> None:
    exact = step_measurement(0.2, groups=FOUR_LINES).error(EVENTS)
    errors = []
    for number in (11, 110, 1100):
        spectra = binned_spectra(
            FOUR_LINES, ConstantCouplings.corrected(), np.linspace(0.2, 0.75, number + 1)
        )
        one = step_measurement(0.2, groups=FOUR_LINES)
        errors.append(type(one)(spectra).error(EVENTS))
    assert exact < errors[2] < errors[1] < errors[0]  # bins lose information
    assert errors[2] == pytest.approx(exact, rel=1e-3)


def test_toys_scatter_as_the_fisher_matrix_says() -> None:
    edges = np.linspace(0.2, 0.6, 201)
    spectra = binned_spectra(FOUR_LINES, TREE, edges, RESOLUTIONS["3 %"])
    measured = type(step_measurement(0.2))(spectra)
    toys, f_true = 2000, spectra.branching_ratio
    share = spectra.mean_cm2 / spectra.mean_cm2.sum()
    counts = np.random.default_rng(3).multinomial(int(EVENTS), share, size=toys)
    # Maximum likelihood of the shape: Newton's method for all toys at once.
    f = np.full(toys, f_true)
    high, low = spectra.ground, spectra.excited
    for _ in range(12):
        mean = high + f[:, None] * (low - high)
        ratio = np.where(counts > 0, (low - high) / np.where(mean > 0, mean, 1.0), 0.0)
        total = mean.sum(axis=1)
        pull = (low - high).sum() / total
        slope = (counts * ratio).sum(axis=1) - EVENTS * pull
        f -= slope / (-(counts * ratio**2).sum(axis=1) + EVENTS * pull**2)
    error = measured.error(EVENTS)
    assert np.std(f) == pytest.approx(error, rel=0.05)  # 2000 toys: 1.6 %
    assert abs(np.mean(f) - f_true) < 0.1 * error  # 2000 toys: 0.022


@given(
    st.floats(1e2, 1e8), st.floats(1.5, 100.0), st.floats(0.0, 0.24), st.sampled_from([0.0, 1.0])
)
def test_the_error_falls_with_the_root_of_the_events(
    events: float, factor: float, threshold_MeV: float, background: float
) -> None:
    measured = step_measurement(threshold_MeV, background_ratio=background)
    assert measured.error(factor * events) * math.sqrt(factor) == pytest.approx(
        measured.error(events), rel=1e-9
    )


@given(st.floats(0.005, 0.05), st.floats(1.0, 6.0), st.sampled_from([math.inf, 0.01, 0.1]))
def test_with_the_events_needed_the_shift_is_seen(
    shift: float, n_sigma: float, normalisation: float
) -> None:
    measured = step_measurement(0.2, normalisation_error=normalisation)
    events = measured.events_needed(shift, n_sigma)
    assert shift / measured.error(events) == pytest.approx(n_sigma, rel=1e-9)


def test_small_shifts_change_the_likelihood_as_the_fisher_matrix_says() -> None:
    measured = step_measurement(0.2)
    error = measured.error(EVENTS)
    exact = [measured.deviance(sign * 0.1 * error, EVENTS) for sign in (-1, 1)]
    assert np.mean(exact) == pytest.approx(0.01, rel=1e-3)  # the cubic term drops out


@pytest.mark.parametrize("threshold_MeV", ANGLE_TABLE)
def test_the_angle_helps_as_the_table_says(threshold_MeV: float) -> None:
    errors = [
        angle_measurement(
            threshold_MeV, AngularResolution(angle, 0.0), groups=TWO_LINES, model=TREE
        ).error(EVENTS)
        for angle in ANGLES_DEG
    ]
    assert errors == pytest.approx(ANGLE_TABLE[threshold_MeV], abs=5.5e-5)  # rounding


@pytest.mark.parametrize("resolution", [None, EnergyResolution(0.05)])
def test_a_lost_angle_leaves_the_step(resolution: EnergyResolution | None) -> None:
    without = step_measurement(0.15, resolution, groups=FOUR_LINES).error(EVENTS)
    lost = AngularResolution(1e4, 0.0)
    by_angle = angle_measurement(0.15, lost, resolution, groups=FOUR_LINES).error(EVENTS)
    assert by_angle == pytest.approx(without, rel=2e-4)  # recorded bins of 1 keV in both


def test_a_perfect_angle_sorts_the_events() -> None:
    sorted_out = angle_measurement(0.2, AngularResolution(0.0, 0.0))
    spectra = exact_spectra(chromium_groups(), ConstantCouplings.corrected(), 0.2)
    # Two counts, n_l and n_h: d ln(n_l/n_h) = df/[f (1 - f)].
    f, low = spectra.branching_ratio, spectra.excited_share
    expected = f * (1 - f) / math.sqrt(EVENTS * low * (1 - low))
    assert sorted_out.error(EVENTS) == pytest.approx(expected, rel=1e-9)
    fine = angle_measurement(0.2, AngularResolution(1.0, 0.0))
    assert fine.error(EVENTS) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=15)
@given(st.floats(2.0, 60.0), st.floats(1.05, 3.0))
def test_worse_angles_measure_worse(angle_deg: float, factor: float) -> None:
    fine, coarse = (
        angle_measurement(0.2, AngularResolution(a, 0.0), groups=TWO_LINES).error(EVENTS)
        for a in (angle_deg, factor * angle_deg)
    )
    assert coarse >= fine * (1 - 1e-9)


def test_angles_seen_or_not_the_recoils_are_the_same() -> None:
    by_angle = angle_measurement(0.2, AngularResolution(20.0, 0.0), groups=FOUR_LINES).spectra
    by_energy = exact_spectra(FOUR_LINES, ConstantCouplings.corrected(), 0.2)
    assert by_angle.ground.sum(axis=1) == pytest.approx(by_energy.ground, rel=1e-9)
    assert by_angle.excited.sum(axis=1) == pytest.approx(by_energy.excited, rel=1e-9, abs=1e-60)


def test_the_lines_lie_25_degrees_apart() -> None:
    mean = mean_line_separation_deg(0.2, TWO_LINES, TREE)
    assert mean == pytest.approx(25.3, abs=0.05)
    assert mean / 2 == pytest.approx(12.65, abs=0.03)
    assert mean_line_separation_deg(0.1, TWO_LINES, TREE) == pytest.approx(18.7, abs=0.05)
    assert mean_line_separation_deg(0.2) / 2 == pytest.approx(13, rel=0.1)  # the talk's


@pytest.mark.parametrize(
    ("recoil_keV", "high", "low"), [(200, 47.1, 27.7), (230, 43.9, 20.3), (269, 39.9, 2.7)]
)
def test_angles_of_the_lines(recoil_keV: float, high: float, low: float) -> None:
    separation = line_separation(recoil_keV * 1e-3, 0.75, 0.43)
    assert (separation.high_deg, separation.low_deg) == pytest.approx((high, low), abs=0.051)


def test_error_of_the_neutrino_energy_is_that_of_the_formula() -> None:
    energy, recoil, d_recoil, d_angle = 0.75, 0.22, 0.007, 5.0
    angle = math.acos(recoil_cosine(energy, recoil))
    rng = np.random.default_rng(1)
    t = recoil + 1e-3 * d_recoil * rng.normal(size=200_000)
    b = angle + 1e-3 * math.radians(d_angle) * rng.normal(size=200_000)
    spread = np.std(neutrino_energy_MeV(t, np.cos(b))) / 1e-3
    assert energy_error_MeV(energy, recoil, d_recoil, d_angle) == pytest.approx(spread, rel=0.01)


def test_a_run_without_background_measures_like_the_step_alone() -> None:
    chosen = with_values(setup("juno"), {"detection.bins": 400})
    seen = observation(chosen)
    result = branching_ratio_sensitivity(seen)
    lines = LineGroups.of(nuclide("51Cr").lines("traditional"))
    alone = step_measurement(0.2, groups=lines, model=ConstantCouplings.tree(0.2386))
    # One ratio of reference, whatever the fractions of the lines add up to.
    assert lines.branching_ratio == pytest.approx(0.0988)
    assert result.branching_ratio == explaining_shift(0.8, "gamma-counting").adopted
    assert result.branching_ratio == pytest.approx(0.0991)
    assert result.error == pytest.approx(alone.error(result.events), rel=3e-3)  # bins of 0.9 keV
    assert result.sigma == pytest.approx(0.0230 / result.error, rel=5e-3)
    assert result.excited_share == pytest.approx(0.0180, abs=5e-5)


def test_a_known_activity_helps_a_run() -> None:
    seen = observation(setup("juno")).with_uncertainties(activity_percent=0.5)
    shape, both = (branching_ratio_sensitivity(seen, information=i) for i in ("shape", "both"))
    assert both.error < shape.error


def test_sources_without_an_excited_level_are_refused() -> None:
    argon = with_values(setup("juno"), {"source.nuclide": "37Ar", "source.line_set": None})
    with pytest.raises(InputError, match="branching ratio"):
        branching_ratio_sensitivity(observation(argon))


@pytest.mark.parametrize(("threshold_MeV", "upper_MeV"), [(0.28, 0.75), (-0.1, 0.75), (0.2, 0.1)])
def test_windows_without_the_low_lines_are_refused(threshold_MeV: float, upper_MeV: float) -> None:
    with pytest.raises(InputError, match="low lines"):
        binned_spectra(FOUR_LINES, TREE, np.linspace(threshold_MeV, upper_MeV, 5))


@pytest.mark.parametrize(("name", "keV"), [("water", 264), ("lab", 178), ("pseudocumene", 175)])
def test_cherenkov_thresholds(name: str, keV: float) -> None:
    threshold = cherenkov_threshold_MeV(refractive_index(name))
    assert threshold * 1e3 == pytest.approx(keV, abs=0.5)
    # At the threshold the electron is as fast as light in the medium.
    gamma = 1 + threshold / 0.51099895
    assert math.sqrt(1 - gamma**-2) * refractive_index(name) == pytest.approx(1, rel=1e-7)


def test_slow_electrons_stop_as_tabulated() -> None:
    # Ranges of ESTAR in water: 0.04488 g/cm2 at 200 keV and 0.1288 g/cm2 at 400 keV.
    for energy, range_cm in ((0.2, 0.04488), (0.4, 0.1288)):
        track = light_and_scattering("water", energy, 13.0)
        assert track.range_mm / 10 * 0.9982 == pytest.approx(range_cm, rel=0.02)
    assert light_and_scattering("lab", 0.2697, 13.0).range_mm < 1


def test_radiation_lengths() -> None:
    # 36.08 g/cm2 of water by the Particle Data Group; the formula is good to 2.5 %.
    assert radiation_length_cm(material("water")) * 0.9982 == pytest.approx(36.08, rel=0.025)


def test_the_direction_is_lost_at_once_and_there_is_hardly_light() -> None:
    in_water, in_lab = (light_and_scattering(name, 0.25, 13.0) for name in ("water", "lab"))
    assert in_water.photons == 0
    assert 1 < in_lab.photons < 5
    assert in_lab.lost_after_mm < 0.1 * in_lab.range_mm
    turns = [path_to_angle_mm("lab", 0.25, angle) for angle in (5.0, 13.0, 30.0)]
    assert np.all(np.diff(turns) > 0)
    # Angles grow a little faster than the root of the path, by the logarithm.
    assert turns[1] / turns[0] == pytest.approx((13 / 5) ** 2, rel=0.3)
