"""Capture to one level: the code for gallium as a yardstick, and solar rates of indium."""

from __future__ import annotations

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.interactions.germanium_decay import GermaniumDecay
from gallus.interactions.ground_state import ground_state_cm2
from gallus.interactions.level_capture import LevelCapture


def test_gallium_comes_out_with_the_strength_of_its_ground_state() -> None:
    decay = GermaniumDecay.from_database()
    # B(GT) = 0.0864 of 71Ga to 71Ge in units of g_A^2 (Haxton et al., 2023).
    capture = LevelCapture(decay.threshold_MeV, 0.0864, 32, decay.sphere_radius_fm)
    energies = np.array([0.427, 0.747, 0.811, 1.34])
    # Without screening (0.8 %), and with a strength from charge exchange and half-life (1 %).
    assert capture.cross_section_cm2(energies) == pytest.approx(
        ground_state_cm2(energies), rel=0.02
    )


def test_indium_has_a_low_threshold_and_a_large_cross_section() -> None:
    capture = LevelCapture.on_indium()
    assert capture.threshold_MeV == pytest.approx(0.114)
    sigma = capture.cross_section_cm2(np.array([0.1, 0.115, 0.747]))
    assert sigma[0] == 0.0
    assert sigma[1] > 0.0
    # Five times that of gallium, 5.8e-45 cm2.
    assert sigma[2] == pytest.approx(2.9e-44, rel=0.01)


def test_the_cross_section_is_proportional_to_the_strength() -> None:
    one, two = (LevelCapture(0.2, strength, 32, 5.0) for strength in (0.1, 0.2))
    energy = np.array([0.5])
    assert two.cross_section_cm2(energy) == pytest.approx(2 * one.cross_section_cm2(energy))


@pytest.mark.parametrize("values", [(0.0, 0.1), (0.2, -0.1), (float("nan"), 0.1)])
def test_what_is_no_level_is_refused(values: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="is not positive"):
        LevelCapture(*values, charge=32, radius_fm=5.0)
