"""Decoherence in the ledger: the numbers behind its rows, once more by other means."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gallus.oscillation import Decoherence
from gallus.oscillation.base import SURVIVAL
from gallus.reproduction import schwetz_decoherence as talk
from gallus.reproduction.results import Results


@pytest.fixture(scope="module")
def results() -> Results:
    return Results(toys=0)


@pytest.mark.slow
def test_chi2_without_anomaly_is_that_of_the_null_row(results: Results) -> None:
    """32.1 etc. of S-null-chi2, here by way of the kernel: the same recipe and data."""
    for data in talk.DATA:
        fitted = results.decoherence(talk.TALK, data).fit
        anomaly = results.significance("haxton-2023-3he", "lower-error", data)
        # Three flavours lose 2e-5 at these distances.
        assert fitted.chi2_null == pytest.approx(anomaly.chi2_null, abs=2e-3)
        assert fitted.extra_parameters == 1


def test_the_setting_is_the_independent_one_of_the_notes(results: Results) -> None:
    """Another program, with rays thrown at random: 2.36/9.08 at 1.19 and 1.57 m."""
    best, everything = (results.decoherence(talk.TALK, data) for data in talk.DATA)
    assert best.fit.chi2_min == pytest.approx(2.36, abs=0.03)
    assert everything.fit.chi2_min == pytest.approx(9.08, abs=0.03)
    assert best.values["lambda_12_m"] == pytest.approx(1.19, abs=0.01)
    assert everything.values["lambda_12_m"] == pytest.approx(1.57, abs=0.015)


@pytest.mark.slow
def test_documented_geometry_with_all_lines_is_another_fit(results: Results) -> None:
    """1.49/9.54, 1.34 and 2.02 m with lambda_13 -> 0 and four lines; here 0.05 m and six."""
    best, everything = (results.decoherence(talk.DOCUMENTED_LINES, data) for data in talk.DATA)
    assert best.fit.chi2_min == pytest.approx(1.49, abs=0.05)
    assert everything.fit.chi2_min == pytest.approx(9.54, abs=0.3)
    assert best.values["lambda_12_m"] == pytest.approx(1.34, abs=0.04)
    assert everything.values["lambda_12_m"] == pytest.approx(2.02, abs=0.05)


def test_the_interval_of_the_scale_is_where_chi2_has_grown_by_one(results: Results) -> None:
    fitted = results.decoherence(talk.TALK, "best")
    for end in fitted.intervals["lambda_12_m"].pieces[0]:
        assert end is not None
        values = {"lambda_12_m": end, "lambda_13_m": talk.TALK.lambda_13_m or math.nan}
        assert float(fitted.likelihood.chi2(values)) == pytest.approx(
            fitted.fit.chi2_min + 1, abs=2e-3
        )


@pytest.mark.slow
def test_significance_counts_two_parameters(results: Results) -> None:
    """For two, the p-value of Delta chi2 is exp(-Delta chi2/2)."""
    improvements = talk.improvement(results).computed
    sigmas = talk.preference(results).computed
    assert isinstance(improvements, list)
    assert isinstance(sigmas, list)
    for delta, sigma in zip(np.array(improvements), np.array(sigmas), strict=True):
        assert math.erfc(sigma / math.sqrt(2)) == pytest.approx(math.exp(-delta / 2), rel=1e-9)


def test_fits_of_one_run_are_shared(results: Results) -> None:
    assert results.decoherence(talk.TALK, "best") is results.decoherence(talk.TALK, "best")


def test_the_zone_ratio_is_that_of_the_short_form(results: Results) -> None:
    """1 - 0.043 - 0.407 (1 - exp(-L/lambda)), averaged over each zone: more is lost further out."""
    outcome = talk.distance(results)
    fitted = results.decoherence(talk.TALK, "best")
    ratios = []
    for block in fitted.likelihood.kernel.blocks:
        distance, share = block.distances.nodes(12)
        lost = 0.407 * (1 - np.exp(-distance / fitted.values["lambda_12_m"]))
        ratios.append(1 - 0.043 - float(share @ lost))
    assert f"{ratios[1] / ratios[0]:.3f}" in outcome.reason
    assert outcome.holds


@pytest.mark.parametrize("lambda_12_m", [1.0, 2.0])
def test_vacuum_phases_are_what_the_short_form_leaves_out(lambda_12_m: float) -> None:
    energy, baseline = np.array([[0.75]]), np.array([1.0, 3.0, 5.0])
    error = talk._short_form_error(energy, baseline, lambda_12_m)[0]
    # 2 U1 U2 exp(-L/lambda) phi^2/2 with phi = 2.534 x 7.49e-5 L/E.
    phase = 2.534 * 7.49e-5 * baseline / 0.75
    expected = 2 * 0.6767 * 0.3012 * np.exp(-baseline / lambda_12_m) * phase**2 / 2
    np.testing.assert_allclose(error, expected, rtol=5e-3)


def test_widths_add_in_quadrature_whichever_is_the_quantum_one() -> None:
    """exp(-1/2) for one per cent together at a hundred radians, up to (1 %)^2 x 100."""
    for narrow, wide in ((0.006, 0.008), (0.008, 0.006), (0.001, 0.00995)):
        damped, averaged = talk._two_ways(1.0, narrow, wide)
        assert damped == pytest.approx(math.exp(-0.5), abs=1e-4)
        assert averaged == pytest.approx(damped, abs=2e-3)


def test_the_resolution_exceeds_the_quantum_width_by_five_orders(results: Results) -> None:
    outcome = talk.classical_averaging(results)
    assert outcome.computed == pytest.approx(math.log10(math.sqrt(0.03 * 0.06) / 0.5e-6))
    assert "about 6" in outcome.reason


def test_case_c_is_what_the_closed_form_is_compared_with() -> None:
    """Dephasing with the wrong d would show: the comparison is not of a thing with itself."""
    energy, baseline = np.array([[0.75]]), np.array([1.0])
    assert talk._deviation("C", energy, baseline) < 1e-12
    probability = [
        float(Decoherence(case).probability(SURVIVAL, 0.75, 1.0, {"lambda_12_m": 2.0}))
        for case in ("A", "B", "C")
    ]
    assert len({round(each, 3) for each in probability}) == 3
