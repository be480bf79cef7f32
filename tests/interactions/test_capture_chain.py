"""The derivation of the ground-state cross section, step by step."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from gallus.interactions.capture_chain import (
    CORRECTION_VARIANTS,
    correction_effects,
    ground_state_chain,
)
from gallus.interactions.germanium_decay import GermaniumDecay
from gallus.interactions.ground_state import Corrections, ground_state_cm2, source_average_cm2


class Line(NamedTuple):
    energy_MeV: float
    fraction: float


LINES = (Line(0.7465, 0.9), Line(0.4264, 0.1))


def test_steps_lead_to_the_cross_section() -> None:
    chain = ground_state_chain(LINES)
    rebuilt = sum(line.fraction * line.cross_section_cm2 for line in chain.lines)
    assert rebuilt == pytest.approx(chain.cross_section_cm2, rel=1e-12)
    assert chain.cross_section_cm2 == source_average_cm2(LINES)[0]
    for line in chain.lines:
        # sigma is proportional to p E F; the constant is the same for all lines.
        product = line.electron_momentum_MeV * line.electron_energy_MeV * line.fermi_function
        first = chain.lines[0]
        reference = first.electron_momentum_MeV * first.electron_energy_MeV * first.fermi_function
        expected = first.cross_section_cm2 * product / reference
        assert line.cross_section_cm2 == pytest.approx(expected, rel=1e-12)


def test_steps_are_those_of_the_chosen_corrections() -> None:
    plain = ground_state_chain(LINES)
    bare = ground_state_chain(LINES, corrections=Corrections(overlap_exchange=False))
    both = ground_state_chain(LINES, corrections=Corrections(weak_magnetism=True, radiative=True))
    assert bare.gamow_teller_strength < plain.gamow_teller_strength
    assert bare.log_ft > plain.log_ft
    assert all(line.electroweak_factor == 1.0 for line in plain.lines)
    assert all(0.99 < line.electroweak_factor < 1.0 for line in both.lines)


def test_a_line_below_threshold_is_listed_without_cross_section() -> None:
    chain = ground_state_chain((*LINES, Line(0.2, 0.5)))
    lowest = chain.lines[-1]
    assert lowest.cross_section_cm2 == 0.0
    assert lowest.electron_momentum_MeV == 0.0
    assert lowest.fraction == pytest.approx(1 / 3)


def test_half_life_and_q_value_are_parameters() -> None:
    decay = replace(GermaniumDecay.from_database(), half_life_d=12.0, q_value_MeV=0.2327)
    chain = ground_state_chain(LINES, decay)
    assert chain.decay.half_life_d == 12.0
    assert chain.threshold_MeV == pytest.approx(0.23279)
    expected = float(ground_state_cm2(0.7465, decay))
    assert chain.lines[0].cross_section_cm2 == pytest.approx(expected, rel=1e-14)


def test_every_correction_has_an_effect_of_its_usual_size() -> None:
    effects = correction_effects(LINES)
    default = effects.pop("default")
    assert set(effects) == set(CORRECTION_VARIANTS)
    percent = {name: 100 * (value / default - 1) for name, value in effects.items()}
    expected = {
        "without overlap and exchange": -1.2,
        "textbook Fermi function": -1.7,
        "without screening": +0.9,
        "electron density averaged over the nucleus": -1.7,
        "with weak magnetism": +0.3,
        "with radiative corrections": -0.5,
        "with weak magnetism and radiative corrections": -0.2,
    }
    assert percent == pytest.approx(expected, abs=0.1)
