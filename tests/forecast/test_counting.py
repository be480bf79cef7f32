"""Counting without background."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.forecast import events_to_exclude


def test_625_events_exclude_20_percent_at_5_sigma() -> None:
    assert events_to_exclude(0.20, 5) == pytest.approx(625, rel=1e-12)


def test_active_loss_is_a_smaller_deficit_in_scattering() -> None:
    # sigma_mu,tau/sigma_e = 0.2326 above 200 keV: 15.3 % and 1061 events.
    assert events_to_exclude(0.2 * (1 - 0.2326), 5) == pytest.approx(1061, rel=1e-3)


@given(st.floats(1e-3, 1.0), st.floats(0.1, 10))
def test_that_many_events_give_that_significance(deficit: float, n_sigma: float) -> None:
    events = events_to_exclude(deficit, n_sigma)
    assert deficit / events**-0.5 == pytest.approx(n_sigma, rel=1e-12)


@pytest.mark.parametrize("deficit", [0.0, -0.1, 1.1, float("nan")])
def test_impossible_deficits(deficit: float) -> None:
    with pytest.raises(InputError, match="is not a deficit"):
        events_to_exclude(deficit, 5)


def test_impossible_significance() -> None:
    with pytest.raises(InputError, match="n_sigma = 0: is not positive"):
        events_to_exclude(0.2, 0)
