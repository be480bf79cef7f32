"""Radioactive sources: lines, decay, heat."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gallus.database.units import factor
from gallus.errors import InputError
from gallus.sources import SourceActivity, beta_emitter, nuclide
from gallus.sources.radionuclide import nuclide_names

SETS = [(name, key) for name in nuclide_names() for key in nuclide(name).line_sets]
DAYS = st.floats(0, 1000)


@pytest.mark.parametrize(("name", "line_set"), [s for s in SETS if s[1] != "capture"])
def test_lines_are_every_decay_by_capture(name: str, line_set: str) -> None:
    total = sum(line.fraction for line in nuclide(name).lines(line_set))
    # 65Zn also emits positrons (1.4 %); K19's 51Cr set and 37Ar add up to 1 within their digits.
    assert total == pytest.approx(1, abs=0.015 if name == "65Zn" else 5e-4)


@pytest.mark.parametrize(("name", "line_set"), [s for s in SETS if s[1] != "single"])
def test_line_energies_are_q_value_minus_level_and_binding(name: str, line_set: str) -> None:
    source = nuclide(name)
    if "q_value" not in source.quantities:
        return
    # Binding energies of the daughters in keV; M below 0.1 keV.
    binding = {
        "51Cr": {"K": 5.47, "L": 0.63, "M": 0.07},
        "37Ar": {"K": 2.82, "L": 0.27, "M": 0.02},
        "58Co": {"K": 7.11, "L": 0.83, "M": 0.09},
    }
    for line in source.lines(line_set):
        expected = source["q_value"].to("keV") - line.level_MeV * 1e3 - binding[name][line.shell]
        # Published K lines differ by up to 0.8 keV among themselves.
        assert line.energy_MeV * 1e3 == pytest.approx(expected, abs=0.9)


def test_traditional_sets_have_four_and_two_lines() -> None:
    assert len(nuclide("51Cr").lines("traditional")) == 4
    assert len(nuclide("37Ar").lines("traditional")) == 2
    assert len(nuclide("51Cr").lines()) == 6
    assert len(nuclide("37Ar").lines()) == 3


@pytest.mark.parametrize(("name", "energy_MeV"), [("51Cr", 0.75), ("37Ar", 0.811)])
def test_the_single_line_stands_for_the_decays_to_the_ground_state(
    name: str, energy_MeV: float
) -> None:
    (line,) = nuclide(name).lines("single")
    upper = [each for each in nuclide(name).lines() if each.level_MeV == 0]
    mean = sum(each.fraction * each.energy_MeV for each in upper)
    mean /= sum(each.fraction for each in upper)
    assert line.energy_MeV == energy_MeV
    assert line.energy_MeV == pytest.approx(mean, abs=0.003)  # rounded as talks round


def test_branch_to_the_excited_level() -> None:
    low = sum(line.fraction for line in nuclide("51Cr").lines() if line.level_MeV > 0)
    assert low == pytest.approx(nuclide("51Cr")["gamma_branching_ratio"].to("1"), abs=3e-4)


def test_capture_and_positrons_of_58Co_are_every_decay() -> None:
    captured = sum(line.fraction for line in nuclide("58Co").lines())
    emitted = sum(branch.fraction for branch in beta_emitter("58Co-positrons").branches())
    assert captured + emitted == pytest.approx(1, abs=2e-3)


def test_positron_end_points_are_the_lines_less_two_electron_masses() -> None:
    # Q - 2 m_e - level against Q - level - K binding (7.11 keV in iron, 8.98 keV in copper).
    two_masses = 2 * 0.51099895
    for name, binding in (("58Co", 7.11e-3), ("65Zn", 8.98e-3)):
        highest = next(line for line in nuclide(name).lines() if line.shell == "K")
        (branch,) = beta_emitter(f"{name}-positrons").branches()
        expected = highest.energy_MeV + binding - two_masses
        assert branch.endpoint_MeV == pytest.approx(expected, abs=1.5e-3)


def test_best_source_gives_743_8_watts() -> None:
    # 3.414 MCi and 743.8 W: Barinov et al., Phys. Rev. C 105, 065502.
    assert nuclide("51Cr").heat_W(3.414e6 * factor("Ci", "Bq")) == pytest.approx(743.8, abs=0.1)


def test_argon_source_gives_6_67_watts() -> None:
    assert nuclide("37Ar").heat_W(0.409e6 * factor("Ci", "Bq")) == pytest.approx(6.67, abs=0.01)


def test_the_gamma_carries_86_percent_of_the_heat() -> None:
    source = nuclide("51Cr")
    gamma = source["gamma_branching_ratio"].to("1") * source["gamma_energy"].to("keV")
    assert gamma / source["heat_per_decay"].to("keV") == pytest.approx(0.863, abs=1e-3)


@given(DAYS, DAYS)
def test_decay_is_multiplicative(a: float, b: float) -> None:
    left = nuclide("51Cr").remaining
    assert left(a + b) == pytest.approx(left(a) * left(b), rel=1e-12)


def test_half_is_left_after_the_half_life() -> None:
    for name in nuclide_names():
        assert nuclide(name).remaining(nuclide(name).half_life_d) == pytest.approx(0.5, rel=1e-15)


@given(st.floats(0, 200), st.floats(0.01, 200))
def test_mean_over_an_exposure_equals_the_integral(start: float, length: float) -> None:
    source = nuclide("37Ar")
    integral, _ = quad(lambda t: float(source.remaining(t)), start, start + length)
    assert source.mean_remaining(start, start + length) == pytest.approx(
        integral / length, rel=1e-8
    )


def test_activity_falls_with_its_error() -> None:
    source = SourceActivity(nuclide("51Cr"), 1e17, 1e15, 2e15).after(27.704)
    assert source.activity_Bq == pytest.approx(5e16)
    assert (source.plus_Bq, source.minus_Bq) == pytest.approx((5e14, 1e15))


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_impossible_activities(value: float) -> None:
    with pytest.raises(InputError, match=r"activity_Bq = .*is not an activity"):
        SourceActivity(nuclide("51Cr"), value)


def test_unknown_nuclide_and_line_set() -> None:
    with pytest.raises(InputError, match="did you mean '51Cr'"):
        nuclide("52Cr")
    with pytest.raises(InputError, match="unknown line set of 51Cr"):
        nuclide("51Cr").lines("ancient")


def test_backward_exposure_and_missing_heat() -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        nuclide("51Cr").mean_remaining(2.0, 1.0)
    with pytest.raises(InputError, match="no heat per decay"):
        nuclide("65Zn").heat_W(1.0)


def test_remaining_keeps_the_shape() -> None:
    assert nuclide("51Cr").remaining(np.zeros((2, 3))).shape == (2, 3)
