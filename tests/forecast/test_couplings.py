"""g_V and g_A: a quadratic form, its ellipse, its exact likelihood, its other solutions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.coupling_columns import (
    Information,
    coupling_parts,
    couplings_of,
    signal_of,
)
from gallus.forecast.questions.couplings import (
    coupling_sensitivity,
    couplings_chi2,
    solutions,
)
from gallus.interactions.scattering_couplings import Couplings


@pytest.fixture(scope="module")
def juno() -> Observation:
    return observation(with_values(setup("juno"), {"detection.distance_bins": 1}))


@pytest.fixture(scope="module")
def parts(juno: Observation) -> np.ndarray:
    return coupling_parts(juno)


@settings(max_examples=10)
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_counts_are_a_quadratic_form_of_the_couplings(
    juno: Observation, parts: np.ndarray, vector: float, axial: float
) -> None:
    direct = juno.with_values(
        {
            "interaction.couplings": "free",
            "interaction.sin2_theta_w": None,
            "interaction.vector_coupling": vector,
            "interaction.axial_coupling": axial,
        }
    )
    expected = signal_of(parts, Couplings.from_vector_axial(vector, axial))
    assert direct.undisturbed == pytest.approx(expected, rel=1e-9, abs=1e-9 * parts.max())


def test_the_ellipse_is_the_contour_of_the_likelihood(juno: Observation) -> None:
    long = juno.with_uncertainties(activity_percent=0.2)
    result = coupling_sensitivity(long)
    ring = result.ellipse(0.01, 9)[:-1]  # so small that only the second order counts
    chi2 = couplings_chi2(long, ring[:, 0], ring[:, 1])
    # Opposite points: the third order drops out.
    assert (chi2[:4] + chi2[4:]) / 2 == pytest.approx(np.full(4, 0.01), rel=1e-3)


def test_the_activity_hardly_hurts_one_combination(juno: Observation) -> None:
    errors = [coupling_sensitivity(juno.with_uncertainties(activity_percent=p)) for p in (0.1, 3.0)]
    assert errors[1].vector_error > errors[0].vector_error
    assert errors[0].vector_alone < errors[0].vector_error
    assert abs(errors[0].correlation) <= 1


def test_the_sign_of_both_couplings_is_not_seen(juno: Observation) -> None:
    true = couplings_of(juno)
    assert couplings_chi2(juno, -true.vector, -true.axial) == pytest.approx(0.0, abs=1e-6)


def test_the_likelihood_has_two_pairs_of_minima(juno: Observation) -> None:
    true = couplings_of(juno)
    found = solutions(juno)
    assert len(found) == 4
    assert (found[0].vector, found[0].axial) == pytest.approx((true.vector, true.axial), abs=2e-3)
    assert found[0].chi2 == pytest.approx(0.0, abs=1e-3)
    for one, other in (found[:2], found[2:]):
        assert (one.vector, one.axial) == pytest.approx((-other.vector, -other.axial), abs=2e-3)
        assert one.chi2 == pytest.approx(other.chi2, abs=1e-3)
    # The second pair is a minimum: worse all around, better than the place where it was found.
    second = found[2]
    steps = 0.02 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    around = couplings_chi2(juno, second.vector + steps[:, 0], second.axial + steps[:, 1])
    assert np.all(around > second.chi2)
    assert second.chi2 > 20


def test_the_second_pair_has_the_other_sign_of_the_left_coupling(juno: Observation) -> None:
    true, second = couplings_of(juno), solutions(juno)[2]
    other = Couplings.from_vector_axial(second.vector, second.axial)
    assert true.left * true.right > 0 > other.left * other.right


@pytest.mark.parametrize(
    ("information", "named"),
    [("rate", "vector_coupling, axial_coupling from"), ("shape", "the size of the signal from")],
)
def test_one_detector_needs_rate_and_shape(
    juno: Observation, information: Information, named: str
) -> None:
    known = juno.with_uncertainties(activity_percent=1.0)
    with pytest.raises(InputError, match=named) as raised:
        coupling_sensitivity(known, information=information)
    assert (raised.value.key, raised.value.value) == ("information", information)
    assert raised.value.allowed == "both"
    assert "activity" not in str(raised.value)


def test_the_rate_alone_leaves_a_line_of_couplings(juno: Observation) -> None:
    # Along constant total counts the rate says nothing, the shape does.
    true = couplings_of(juno)
    angle = 0.2
    tilted = Couplings(true.left * np.cos(angle), true.right + 0.3)
    scale = np.sqrt(juno.undisturbed.sum() / signal_of(coupling_parts(juno), tilted).sum())
    same_rate = Couplings(tilted.left * scale, tilted.right * scale)
    assert signal_of(coupling_parts(juno), same_rate).sum() == pytest.approx(
        juno.undisturbed.sum(), rel=1e-9
    )
    assert couplings_chi2(juno, same_rate.vector, same_rate.axial) > 100
