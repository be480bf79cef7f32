"""Sensitivity to the magnetic moment of nu_e: counting, likelihood, toys, a published forecast."""

import math

import numpy as np
import pytest

from gallus.database.loader import load
from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.forecast.backgrounds.base import Background, VisibleSpectrum
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.coupling_columns import magnetic_part
from gallus.forecast.questions.magnetic_moment import (
    UNIT_MUB,
    magnetic_moment_chi2,
    magnetic_moment_sensitivity,
    two_sided_sigmas,
)


def flat_background(per_day: float, error: float = math.inf) -> Background:
    return Background(
        "flat",
        per_day,
        VisibleSpectrum(np.linspace(0.0, 1.0, 201), np.full(200, 1 / 200)),
        relative_error=error,
    )


@pytest.fixture(scope="module")
def jne() -> Observation:
    return observation(setup("jne-500t"), (flat_background(2000.0),))


@pytest.mark.parametrize(("threshold_keV", "percent"), [(200.0, 0.47), (50.0, 1.0)])
def test_share_of_the_counts_by_a_moment(threshold_keV: float, percent: float) -> None:
    chosen = with_values(
        setup("jne-500t-physical"),
        {"detection.threshold_keV": threshold_keV, "detection.photoelectrons_per_MeV": None},
    )
    seen = observation(chosen)
    share = magnetic_part(seen).sum() * 1e-22 / seen.undisturbed.sum()
    # The notes give 1.26e-47 of 2.7e-45 cm2 and 4.18e-47 of 4.09e-45 cm2, rounded.
    assert 100 * share == pytest.approx(percent, rel=0.025)


def test_the_rate_alone_is_counting(jne: Observation) -> None:
    lonely = jne.with_backgrounds(())
    result = magnetic_moment_sensitivity(lonely, information="rate")
    expected = math.sqrt(lonely.undisturbed.sum()) / (magnetic_part(lonely).sum() * UNIT_MUB**2)
    assert result.error_mu2 == pytest.approx(expected, rel=1e-9)
    assert result.limit_muB == pytest.approx(UNIT_MUB * math.sqrt(1.6449 * expected), rel=1e-4)


def test_shape_and_rate_together_say_more_than_each(jne: Observation) -> None:
    # The rate cannot tell a free background from the signal.
    known = jne.with_backgrounds((flat_background(2000.0, 0.02),)).with_uncertainties(
        activity_percent=1.0
    )
    rate, shape, both = (
        magnetic_moment_sensitivity(known, information=i).error_mu2
        for i in ("rate", "shape", "both")
    )
    assert both < min(rate, shape)
    # The activity does not enter the shape.
    better = known.with_uncertainties(activity_percent=0.1)
    again = magnetic_moment_sensitivity(better, information="shape").error_mu2
    assert again == pytest.approx(shape, rel=1e-6)


def test_the_limit_goes_with_the_fourth_root_of_the_time() -> None:
    seen = observation(with_values(setup("jne-500t"), {"source.half_life_d": 1e7}))
    limits = [magnetic_moment_sensitivity(seen.with_days(days)).limit_muB for days in (10.0, 160.0)]
    assert limits[0] / limits[1] == pytest.approx(2.0, rel=1e-4)


def test_a_lower_threshold_helps() -> None:
    limits = [
        magnetic_moment_sensitivity(
            observation(with_values(setup("jne-500t"), {"detection.threshold_keV": threshold}))
        ).limit_muB
        for threshold in (50.0, 100.0, 200.0, 300.0)
    ]
    assert np.all(np.diff(limits) > 0)


def test_at_the_limit_the_likelihood_has_fallen_by_that_much(jne: Observation) -> None:
    result = magnetic_moment_sensitivity(jne)
    chi2 = magnetic_moment_chi2(jne, np.array([0.0, result.limit_muB]))
    assert chi2[0] == pytest.approx(0.0, abs=1e-8)
    # Poisson against its second order: a skewness of about 1/sqrt(counts in the last bins).
    assert chi2[1] == pytest.approx(2.706, rel=0.03)


def test_fits_of_toys_scatter_as_predicted(jne: Observation) -> None:
    # Maximum likelihood of three linear parameters, by Newton's method, independent of the rest.
    signal, moment = jne.undisturbed, magnetic_part(jne) * UNIT_MUB**2
    rows = np.stack([moment, signal, jne.background])
    energies = np.reshape(rows, (3, *jne.shape)).sum(axis=(1, 3))
    counts = np.random.default_rng(5).poisson(energies[1] + energies[2], size=(1000, jne.shape[1]))
    params = np.tile([0.0, 1.0, 1.0], (1000, 1))
    for _ in range(10):
        mean = params @ energies
        slope = (counts / mean - 1) @ energies.T
        curvature = np.einsum("ai,ti,bi->tab", energies, counts / mean**2, energies)
        params += np.linalg.solve(curvature, slope[..., None])[..., 0]
    one_place = magnetic_moment_sensitivity(
        observation(with_values(setup("jne-500t"), {"detection.distance_bins": 1}), jne_flat()),
        information="shape",
    )
    assert np.std(params[:, 0]) == pytest.approx(one_place.error_mu2, rel=0.07)  # 2.2 % a sigma


def jne_flat() -> tuple[Background, ...]:
    return (flat_background(2000.0),)


def test_a_source_of_gallex_at_borexino() -> None:
    # Ferrari, Fiorentini and Ricci: 1400 events, 50 a day of background, 5e-11 at 90 % CL.
    published = load("sox-forecasts")
    seen = observation(
        with_values(setup("sox-cr51"), {"days": 100.0, "detection.distance_bins": 1})
    )
    activity = seen.setup.source.activity * 1e-15
    scale = published["ferrari_events"].to("1") / seen.undisturbed.sum()
    weak = with_values(seen.setup, {"source.activity_PBq": activity * scale})
    # Background of the window in 1 MeV: it is known well from the years before.
    background = flat_background(published["ferrari_background"].to("1/d") / 0.5, 0.02)
    result = magnetic_moment_sensitivity(observation(weak, (background,)))
    assert result.events == pytest.approx(1400, rel=1e-6)
    assert result.limit_muB == pytest.approx(5e-11, rel=0.35)  # their window is not known


def test_confidence_levels() -> None:
    assert two_sided_sigmas(0.9) == pytest.approx(1.6449, abs=1e-4)
    with pytest.raises(InputError, match="confidence"):
        two_sided_sigmas(1.0)


def test_without_a_threshold_there_is_no_answer() -> None:
    chosen = with_values(setup("jne-500t"), {"detection.threshold_keV": 0.0})
    with pytest.raises(InputError, match="threshold"):
        magnetic_moment_sensitivity(observation(chosen))


def test_detectors_add_up() -> None:
    chosen = setup("jne-500t")
    one, two = (observation(chosen, name=name) for name in ("first", "second"))
    alone = magnetic_moment_sensitivity(one)
    both = magnetic_moment_sensitivity((one, two))
    assert both.error_mu2 == pytest.approx(alone.error_mu2 / math.sqrt(2), rel=1e-9)
    assert both.events == pytest.approx(2 * alone.events)
