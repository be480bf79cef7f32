"""Wave packets in the ledger: verdicts, and the numbers behind the rows by other means."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gallus.reproduction import schwetz_coherence as talk
from gallus.reproduction.ledger import Row, ledger
from gallus.reproduction.results import Results


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.claim.id: row for row in ledger(list(talk.CLAIMS), Results(toys=0))}


def computed(rows: dict[str, Row], name: str) -> np.ndarray:
    outcome = rows[name].outcome
    assert outcome is not None
    return np.asarray(outcome.computed, dtype=float)


def test_every_row_has_the_verdict_that_is_expected(rows: dict[str, Row]) -> None:
    assert [row.claim.id for row in rows.values() if row.unexpected] == []
    differing = {name for name, row in rows.items() if row.judgement.verdict == "differs"}
    assert differing == {"S-electron-velocities", "S-qm-irrelevant", "S-sigma-m"}


def test_widths_are_hbar_c_over_twice_the_printed_positions(rows: dict[str, Row]) -> None:
    positions = [0.24, 0.24, 260, 0.1, 5e6, 320, 0.20, 0.20, 0.27, 0.27, 310]
    expected = 197.3269804 / (2 * np.array(positions))
    np.testing.assert_allclose(computed(rows, "S-localisation-table"), expected, rtol=1e-9)


def test_velocities_are_thermal_or_of_typical_recoils(rows: dict[str, Row]) -> None:
    """sqrt(kT/M); 4 MeV/M and 0.889 MeV/M are the middle of 0 to twice the larger momentum."""
    mass = 931.494
    kt = 8.617333e-11  # MeV/K
    expected = [
        math.sqrt(1000 * kt / (116.8 * mass)),
        4.0 / (116.8 * mass),
        math.sqrt(293 * kt / 938.272),
        4.0 / 939.565,
        math.sqrt(293 * kt / (50.9448 * mass)),
        0.7465 / (50.944 * mass),
        math.sqrt(303 * kt / (70.9247 * mass)),
        # the electron: 0.7465 - 0.2327 MeV
        math.sqrt(0.5138 * (0.5138 + 2 * 0.510999)) / (70.925 * mass),
    ]
    np.testing.assert_allclose(computed(rows, "S-velocities"), expected, rtol=2e-3)


def test_the_electron_of_gallium_is_faster_than_in_the_talk(rows: dict[str, Row]) -> None:
    """0.867 for E - 0.2327 MeV."""
    electron, positron, slow = computed(rows, "S-electron-velocities")
    assert electron == pytest.approx(math.sqrt(1 - (0.510999 / 4.0) ** 2), rel=1e-6)
    # E_e = E - 1.293 MeV, less the recoil of the neutron at 90 degrees, 0.1 %.
    assert positron == pytest.approx(math.sqrt(1 - (0.510999 / 2.69) ** 2), abs=1e-3)
    gamma = 1 + 0.5138 / 0.510999
    assert slow == pytest.approx(math.sqrt(1 - gamma**-2), abs=2e-4)
    assert "0.405 MeV" in rows["S-electron-velocities"].judgement.reason


def test_sigma_m_of_gallium_lies_below_the_range_of_the_talk(rows: dict[str, Row]) -> None:
    np.testing.assert_allclose(computed(rows, "S-sigma-m"), [360.2, 500.2], atol=0.05)
    reason = rows["S-sigma-m"].judgement.reason
    # 1/sqrt(1/678.8^2 + 1/523.3^2), 1/sqrt(1/579.8^2 + 1/990^2)
    assert "414.4, 500.3" in reason


def test_the_points_of_the_talk(rows: dict[str, Row]) -> None:
    assert computed(rows, "S-xi-loc") == pytest.approx((1 / (4e6 * 500)) ** 2 / 2, rel=1e-9)
    assert computed(rows, "S-xi-en") == pytest.approx(2 * math.pi**2 * (5e-7) ** 2, rel=1e-9)
    assert computed(rows, "S-sigma-en") == pytest.approx(0.545, abs=1e-3)


def test_irrelevance_says_what_would_not_be_irrelevant(rows: dict[str, Row]) -> None:
    """(Delta m2 L sigma_en/2E^2)^2/2 at 180 km, 2.5e-3 eV2, 4 MeV and 25 eV is 1.6e-6."""
    spread = 2.5e-3 * 180e3 / 1.973269804e-7 * 25.1 / (2 * 4e6**2)
    assert computed(rows, "S-qm-irrelevant") == pytest.approx(spread**2 / 2, rel=0.01)
    reason = rows["S-qm-irrelevant"].judgement.reason
    for text in ("kamland", "sin2_2theta_ee", "chi2 changes by", "every collision", "10 eV2"):
        assert text in reason


def test_readings_of_the_stopping_power_stand_in_the_reason(rows: dict[str, Row]) -> None:
    reason = rows["S-electron-localisation"].judgement.reason
    assert "tabulated I 530, 332, 363" in reason


def test_the_bound_is_one_number_in_two_units(rows: dict[str, Row]) -> None:
    energy, length = computed(rows, "S-phenomenological-bound")
    assert energy == pytest.approx(197.3269804e-6 / (2 * 2.1e-4), rel=1e-9)
    assert length == pytest.approx(197.3269804e-6 / (2 * 0.47), rel=1e-9)
