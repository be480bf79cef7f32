"""Explanations of gallium in a scintillator: patterns, and how well they are told apart."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.explanation import Explanation
from gallus.forecast.observation import Observation, observation
from gallus.forecast.present import present_explanations
from gallus.forecast.questions.models import ModelPatterns, model_patterns
from gallus.likelihood.poisson import poisson_chi2

ACTIVE_RATE = 0.2326
"""sigma_mu,tau over sigma_e for 51Cr above 200 keV."""
FULLY_DAMPED = 0.549
"""Sum of |U_ek|^4, which decoherence tends to."""


@cache
def explanations() -> tuple[Explanation, ...]:
    return present_explanations(("deficit", "decoherence"))


@cache
def bare(activity_MCi: float = 0.01) -> Observation:
    """JNE with a source that keeps the counts few, without background."""
    values = {"bins": 8, "distance_bins": 8, "background": (), "activity_MCi": activity_MCi}
    return observation(with_values(setup("jne-500t"), values))


@cache
def found() -> ModelPatterns:
    return model_patterns(bare(), explanations())


# --- patterns ---------------------------------------------------------------------------------


def test_a_deficit_has_no_pattern() -> None:
    left = 1 - explanations()[0].values["deficit"]
    assert found().pattern("deficit") == pytest.approx(left)
    assert found().share("deficit") == pytest.approx(left)


def test_far_away_active_neutrinos_are_left() -> None:
    # 0.549 of nu_e, and a quarter of the rest; with 1 % between the couplings of the set-ups.
    far = found().pattern("decoherence")[:, -1]
    assert far == pytest.approx(FULLY_DAMPED + (1 - FULLY_DAMPED) * ACTIVE_RATE, abs=0.02)


def test_near_the_source_the_low_lines_are_dephased_first() -> None:
    # lambda_12 is 2 m at 750 keV and 2 mm at 430 keV, whose recoils end at 270 keV.
    pattern = found().pattern("decoherence")
    edges = bare().energy_edges_MeV
    assert edges[1] < 0.27 < edges[4]
    near = pattern[:, 0]
    assert near[0] < near[4] - 0.005
    assert np.all(np.diff(pattern[-2]) < 1e-9)


# --- significances ----------------------------------------------------------------------------


def test_a_deficit_alone_is_seen_as_counting_sees_it() -> None:
    # Without pulls the deviance of a common factor is that of the total.
    total, left = bare().undisturbed.sum(), 1 - explanations()[0].values["deficit"]
    expected = 2 * total * (1 - left + left * np.log(left))
    assert found().seen[0] == pytest.approx(np.sqrt(expected), rel=1e-6)


def test_more_is_lost_to_decoherence_than_gallium_says() -> None:
    # Gallium is near its source, the scintillator is not.
    assert found().share("decoherence") < found().share("deficit")
    assert found().seen[1] > found().seen[0]


def test_an_unknown_activity_hides_a_deficit_and_leaves_the_shape() -> None:
    strong = bare(1.0)
    sure, unsure = (
        model_patterns(strong.with_uncertainties(activity_percent=error), explanations())
        for error in (0.1, 50.0)
    )
    deficit, decoherence = unsure.seen
    assert deficit < 0.5
    assert 3.0 < decoherence < 0.5 * sure.seen[1]


def test_nothing_is_told_from_itself() -> None:
    assert np.diag(found().delta_chi2) == pytest.approx(0.0)


def test_the_minimum_is_that_of_an_explicit_minimisation() -> None:
    # Truth decoherence, hypothesis deficit: gallium's chi2 and a plain sum over bins.
    flat, truth = explanations()
    counts = bare().signal(truth.model, truth.values)

    def chi2(deficit: float) -> float:
        here = poisson_chi2(counts, (1 - deficit) * bare().undisturbed).sum()
        return float(flat.likelihood.chi2({"deficit": np.asarray(deficit)}) + here)

    best = minimize_scalar(chi2, bounds=(0.0, 0.6), method="bounded", options={"xatol": 1e-9})
    assert found().delta_chi2[1, 0] == pytest.approx(best.fun - truth.fit.chi2_min, abs=1e-6)


def test_simulated_counts_have_the_median_of_the_asimov_ones() -> None:
    flat, truth = explanations()
    mean, undisturbed = bare().signal(truth.model, truth.values), bare().undisturbed
    toys = np.random.default_rng(7).poisson(mean, (1000, len(mean))).astype(float)

    def lowest(expected: Array, gallium: Array) -> Array:
        chi2 = [
            poisson_chi2(toys, one).sum(axis=1) + g
            for one, g in zip(expected, gallium, strict=True)
        ]
        return np.asarray(np.min(chi2, axis=0))

    deficits = np.linspace(0.1, 0.5, 81)
    lengths = np.geomspace(0.5, 8.0, 41)
    damped: dict[str, float | Array] = {**truth.values, "lambda_12_m": lengths}
    difference = lowest(
        (1 - deficits)[:, None] * undisturbed, flat.likelihood.chi2({"deficit": deficits})
    ) - lowest(bare().signal(truth.model, damped), truth.likelihood.chi2(damped))
    # Delta chi2 is about 2 sqrt(gain) wide, its median known to 4 % of that; each of both fits
    # takes off about one.
    gain = float(found().delta_chi2[1, 0]) + truth.fit.chi2_min - flat.fit.chi2_min
    assert np.median(difference) == pytest.approx(
        found().delta_chi2[1, 0], abs=3 * 0.04 * 2 * np.sqrt(gain) + 0.5
    )


def test_detectors_combine() -> None:
    one = observation(bare().original, name="one")
    both = model_patterns((one, observation(bare().original, name="two")), explanations())
    assert both.seen == pytest.approx(np.sqrt(2) * found().seen, rel=1e-9)


def test_results_have_plain_numbers_by_name() -> None:
    content = found().as_dict()
    patterns = content["patterns"]["jne-500t"]  # type: ignore[index]
    assert np.shape(patterns["ratio"]["decoherence"]) == bare().shape[1:]
    assert content["sigma"]["decoherence"]["deficit"] == found().sigma[1, 0]  # type: ignore[index]
    assert "ciuffoli-2025-talk" in found().citations


def test_no_detector_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        model_patterns((), explanations())
    with pytest.raises(InputError, match="explanation"):
        found().pattern("magic")
