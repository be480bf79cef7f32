"""What would tell the explanations apart: other sources and other distances."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.distinguishing import (
    SOURCES,
    ZONES,
    PredictedRatio,
    distinguishing_ratios,
    ratio_against_energy,
    survival_against_distance,
)
from gallus.errors import InputError
from gallus.experiments import source_measurements
from gallus.explanation import Explanation, fit_gallium
from gallus.geometry import gallium_target
from gallus.oscillation import model
from gallus.sources import nuclide

QUADRATURE = 2e-4
"""Midpoint sums over 4001 distances, with jumps of the density at the ends."""


@cache
def best_fit(name: str, data: str = "best") -> Explanation:
    return fit_gallium(model(name), measurements=source_measurements(data))


def predicted(name: str, data: str = "best") -> dict[tuple[str | float, str], float]:
    found = distinguishing_ratios([best_fit(name, data)])
    return {(each.source, each.detector): each.ratio for each in found}


def zone_average(detector: str, lost: np.ndarray, distance_m: np.ndarray) -> float:
    density = gallium_target(detector).path_length_density(distance_m)
    return float((lost * density).sum() / density.sum())


@pytest.mark.parametrize("data", ["best", "gallium"])
@pytest.mark.parametrize("name", ["decoherence", "decoherence-a", "decoherence-b"])
def test_decoherence_predicts_no_deficit_with_zinc(name: str, data: str) -> None:
    """(0.75/1.342)^12 = 1/1080: from 1.5 m, lambda_12 becomes 1.6 km."""
    ratios = predicted(name, data)
    for zone in ZONES:
        assert 0.998 < ratios["65Zn", zone] < 1.0
        assert ratios["51Cr", zone] < 0.9


@pytest.mark.parametrize("data", ["best", "gallium"])
@pytest.mark.parametrize("name", ["deficit", "sterile"])
def test_a_sterile_neutrino_or_a_wrong_normalisation_keeps_the_deficit(
    name: str, data: str
) -> None:
    ratios = predicted(name, data)
    assert min(ratios["65Zn", zone] for zone in ZONES) < 0.8
    # No zone at all without loss.
    assert max(ratios["65Zn", zone] for zone in ZONES) < 0.95


def test_the_source_that_was_used_gets_the_fitted_ratios() -> None:
    for name in ("deficit", "sterile", "decoherence"):
        expected = best_fit(name).expected
        ratios = predicted(name)
        assert [ratios["51Cr", zone] for zone in ZONES] == pytest.approx(expected, abs=1e-12)


def test_argon_sees_half_of_the_loss_of_chromium_by_decoherence() -> None:
    """(0.75/0.811)^12 = 0.39 of the rate."""
    decoherence, deficit = predicted("decoherence"), predicted("deficit")
    for zone in ZONES:
        share = (1 - decoherence["37Ar", zone]) / (1 - decoherence["51Cr", zone])
        assert 0.45 < share < 0.6  # the 430 keV lines of 51Cr and theta_13 add to either
        assert deficit["37Ar", zone] == pytest.approx(deficit["51Cr", zone], abs=1e-12)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("energy_MeV", [0.7465, 0.811, 1.3424])
def test_decoherence_in_a_zone_is_its_closed_form_averaged(zone: str, energy_MeV: float) -> None:
    result = best_fit("decoherence")
    distance = np.linspace(*gallium_target(zone).range_m(), 4001)
    long = result.values["lambda_12_m"]
    # U_ei^2 of NuFIT 6.0; interference of 1-3 and 2-3 with d = (0, 1/sqrt(long), 1/sqrt(0.05)).
    s12, s13 = 0.308, 0.02215
    u = np.array([(1 - s12) * (1 - s13), s12 * (1 - s13), s13])
    d = np.array([0.0, 1 / math.sqrt(long), 1 / math.sqrt(0.05)])
    factor = (0.75 / energy_MeV) ** 12
    lost = sum(
        2 * u[i] * u[j] * (1 - np.exp(-((d[i] - d[j]) ** 2) * factor * distance))
        for i, j in ((0, 1), (0, 2), (1, 2))
    )
    (found,) = distinguishing_ratios([result], [energy_MeV], [zone])
    expected = 1 - zone_average(zone, np.asarray(lost), distance)
    assert found.ratio == pytest.approx(expected, abs=QUADRATURE)


@given(energy=st.floats(0.3, 2.0))
def test_one_line_is_one_point_of_the_curve(energy: float) -> None:
    for name in ("sterile", "decoherence"):
        result = best_fit(name)
        (point,) = distinguishing_ratios([result], [energy], ["best-outer"])
        curve = ratio_against_energy(result, "best-outer", np.array([energy, 1.0]))
        assert point.ratio == pytest.approx(curve[0], abs=1e-12)
        assert (point.energy_MeV, point.source) == (energy, energy)
        assert 0.0 <= point.ratio <= 1.0


def test_zinc_is_its_line_above_the_threshold() -> None:
    (line,) = nuclide("65Zn").lines()
    result = best_fit("decoherence")
    source, single = distinguishing_ratios([result], ["65Zn", line.energy_MeV], ["best-inner"])
    assert source.ratio == pytest.approx(single.ratio, abs=1e-12)
    assert source.energy_MeV == pytest.approx(1.342, abs=0.001)


def test_survival_against_distance() -> None:
    distance = np.array([0.0, 0.3, 1.0, 5.0])
    sterile = best_fit("sterile")
    chromium = survival_against_distance(sterile, "51Cr", distance)
    np.testing.assert_allclose(chromium, sterile.survival_probability(0, distance), atol=1e-12)
    decoherence = survival_against_distance(best_fit("decoherence"), "51Cr", distance)
    assert np.all(np.diff(decoherence) < 0)
    assert decoherence[0] == pytest.approx(1.0, abs=1e-12)
    zinc = survival_against_distance(best_fit("decoherence"), 1.342, distance)
    assert zinc[-1] > 0.99


def test_lines_of_the_fit_are_used_where_a_nuclide_has_them() -> None:
    single = fit_gallium(
        model("deficit"), measurements=source_measurements("best"), line_set="single"
    )
    found = distinguishing_ratios([single], SOURCES, ["best-inner"])
    assert [each.energy_MeV for each in found] == pytest.approx([0.75, 0.811, 1.3424], abs=1e-9)


def test_plain_numbers() -> None:
    each = PredictedRatio("deficit", "65Zn", 1.34, "best-inner", 0.8)
    assert list(each.as_dict().values()) == ["deficit", "65Zn", 1.34, "best-inner", 0.8]


@pytest.mark.parametrize(
    ("sources", "detectors", "message"),
    [
        (["65Zm"], ["best-inner"], "65Zn"),
        ([0.2], ["best-inner"], "is not captured"),
        (["51Cr"], ["best-iner"], "best-inner"),
    ],
)
def test_bad_arguments_are_refused(
    sources: list[str | float], detectors: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        distinguishing_ratios([best_fit("deficit")], sources, detectors)
