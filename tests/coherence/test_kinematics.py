"""Kinematics: conservation of four-momentum, measured recoils, numbers of the talk."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.coherence.kinematics import (
    atomic_mass_MeV,
    capture_neutrino_energy_MeV,
    gallium_capture,
    inverse_beta_decay,
    kinetic_energy_of_velocity,
    light_energy_MeV,
    momentum_of_kinetic_energy,
    thermal_velocity,
    velocity_of_kinetic_energy,
    velocity_of_momentum,
)
from gallus.constants import ELECTRON_MASS_MEV, NEUTRON_MASS_MEV, PROTON_MASS_MEV
from gallus.errors import InputError
from gallus.interactions.inverse_beta_decay import THRESHOLD_MEV, positron_energy_MeV
from gallus.sources.radionuclide import nuclide

COSINES = st.floats(-1.0, 1.0)


def test_thermal_velocities_of_the_talk() -> None:
    """1e-6 (fragment of mass 95 at 1000 K), 5e-6 (p), 7e-7 (Cr), 6e-7 (Ga); one digit each."""
    u = 931.494
    for mass_MeV, temperature_K, published in (
        (95 * u, 1000.0, 1e-6),
        (PROTON_MASS_MEV, 293.0, 5e-6),
        (atomic_mass_MeV("51Cr"), 293.0, 7e-7),
        (atomic_mass_MeV("71Ga"), 293.0, 6e-7),
    ):
        found = float(thermal_velocity(mass_MeV, temperature_K))
        assert float(f"{found:.0e}") == published


def test_velocity_of_nitrogen_molecules_at_room_temperature() -> None:
    # 517 m/s in three dimensions at 300 K, from any textbook.
    three_dimensional = math.sqrt(3.0) * thermal_velocity(28.0134 * 931.494, 300.0)
    assert three_dimensional * 299792458.0 == pytest.approx(517.0, abs=0.5)


def test_recoil_of_beryllium_7() -> None:
    """BeEST measures the nuclear recoil of 7Li: 56.826 eV (S. Fretwell et al. 2021, recalled)."""
    parent, daughter = atomic_mass_MeV("7Be"), atomic_mass_MeV("7Li")
    energy = capture_neutrino_energy_MeV(parent, daughter)
    nuclear = daughter - 3 * ELECTRON_MASS_MEV
    recoil_eV = 1e6 * kinetic_energy_of_velocity(velocity_of_momentum(energy, daughter), nuclear)
    assert energy == pytest.approx(0.86184, abs=1e-5)
    # The mass of the nucleus without the binding of its electrons, the Q value of 2012.
    assert recoil_eV == pytest.approx(56.826, abs=0.03)


@pytest.mark.parametrize(("parent", "daughter"), [("51Cr", "51V"), ("37Ar", "37Cl")])
def test_lines_of_the_sources_follow_from_masses(parent: str, daughter: str) -> None:
    released = atomic_mass_MeV(parent) - atomic_mass_MeV(daughter)
    # The files have newer masses: 0.3 keV.
    published = nuclide(parent)["q_value"].to("MeV")
    assert released == pytest.approx(published, abs=4e-4)


@given(st.floats(1.0, 3e5), st.floats(1e-6, 0.5))
def test_capture_conserves_energy_and_momentum(parent: float, share: float) -> None:
    daughter = parent * (1.0 - share)
    energy = float(capture_neutrino_energy_MeV(parent, daughter))
    assert energy + math.hypot(energy, daughter) == pytest.approx(parent, rel=1e-12)


@given(st.floats(1.82, 50.0), COSINES)
def test_inverse_beta_decay_conserves_four_momentum(energy: float, cosine: float) -> None:
    final = inverse_beta_decay(energy, cosine)
    positron = float(final.light_kinetic_energy_MeV) + ELECTRON_MASS_MEV
    neutron = math.hypot(float(final.heavy_momentum_MeV), NEUTRON_MASS_MEV)
    assert positron + neutron == pytest.approx(energy + PROTON_MASS_MEV, rel=1e-12)
    momentum = math.sqrt(positron**2 - ELECTRON_MASS_MEV**2)
    along = momentum * cosine + float(final.heavy_momentum_MeV * final.heavy_cosine)
    assert along == pytest.approx(energy, rel=1e-9)
    sine = math.sqrt(max(1.0 - float(final.heavy_cosine) ** 2, 0.0))
    across = float(final.heavy_momentum_MeV) * sine
    # The sine loses half the digits near 0.
    assert across == pytest.approx(momentum * math.sqrt(1.0 - cosine**2), abs=1e-6 * energy)
    assert final.light_velocity == pytest.approx(momentum / positron, rel=1e-9)
    assert final.heavy_velocity == pytest.approx(float(final.heavy_momentum_MeV) / neutron)


@given(st.floats(1.82, 50.0), COSINES)
def test_positron_energy_is_that_of_the_cross_section(energy: float, cosine: float) -> None:
    positron = light_energy_MeV(
        energy, cosine, PROTON_MASS_MEV, NEUTRON_MASS_MEV, ELECTRON_MASS_MEV
    )
    assert positron == pytest.approx(float(positron_energy_MeV(energy, cosine)), rel=1e-9)


def test_threshold_of_inverse_beta_decay() -> None:
    # At rest in the centre of mass both move with E/(E + M); 1 eV above the energies at which a
    # positron can have two energies at one angle, the one that goes backward there stands still.
    single = THRESHOLD_MEV + 2e-6
    together = single / (single + PROTON_MASS_MEV)
    forward, backward = inverse_beta_decay(single, [1.0, -1.0]).light_velocity
    assert 0.5 * (forward - backward) == pytest.approx(together, rel=1e-3)
    assert inverse_beta_decay(single, 1.0).heavy_velocity == pytest.approx(together, rel=2e-3)
    for energy, cosine in ((THRESHOLD_MEV - 1e-6, 1.0), (THRESHOLD_MEV + 1e-7, -1.0), (0.5, 0.0)):
        with pytest.raises(InputError, match=r"below threshold.*allowed: above 1\.80608"):
            inverse_beta_decay(energy, cosine)


@given(st.floats(0.24, 15.0), COSINES)
def test_capture_on_gallium_conserves_four_momentum(energy: float, cosine: float) -> None:
    final = gallium_capture(energy, cosine)
    kinetic, recoil = float(final.light_kinetic_energy_MeV), float(final.heavy_momentum_MeV)
    recoil_energy = recoil**2 / (2.0 * (atomic_mass_MeV("71Ge") - ELECTRON_MASS_MEV))
    # 232.443 keV between the atoms and 0.09 keV that the shell takes; the ion lacks an electron.
    assert kinetic + recoil_energy == pytest.approx(energy - 0.232533, abs=1e-8)
    electron = math.sqrt(kinetic * (kinetic + 2.0 * ELECTRON_MASS_MEV))
    square = energy**2 + electron**2 - 2.0 * energy * electron * cosine
    # Rounding of the square, where the recoil is small against both momenta.
    assert recoil**2 == pytest.approx(square, rel=1e-9, abs=1e-12 * energy**2)


def test_electrons_of_gallium_do_not_have_the_velocity_of_the_talk() -> None:
    """0.83 printed. The lines of 51Cr give 0.867 and 0.689, on average 0.849 or, captured, 0.86."""
    lines = nuclide("51Cr").line_sets["traditional"].lines
    energies = np.array([line.energy for line in lines]) * 1e-3
    shares = np.array([line.percent for line in lines]) / sum(line.percent for line in lines)
    velocities = gallium_capture(energies).light_velocity
    np.testing.assert_allclose(velocities, [0.8670, 0.8683, 0.6894, 0.6948], atol=1e-4)
    assert shares @ velocities == pytest.approx(0.849, abs=1e-3)
    # The velocity of the talk belongs to 0.405 MeV.
    assert kinetic_energy_of_velocity(0.83, ELECTRON_MASS_MEV) == pytest.approx(0.405, abs=1e-3)


def test_leptons_of_a_reactor() -> None:
    """0.99 printed: 2.4 to 4.6 MeV round to it, so antineutrinos above 4.2 MeV."""
    low, high = kinetic_energy_of_velocity([0.985, 0.995], ELECTRON_MASS_MEV)
    assert (low, high) == (pytest.approx(2.450, abs=1e-3), pytest.approx(4.605, abs=1e-3))
    assert inverse_beta_decay(4.3).light_velocity == pytest.approx(0.985, abs=5e-4)
    assert velocity_of_kinetic_energy(3.11, ELECTRON_MASS_MEV) == pytest.approx(0.99, abs=1e-4)


def test_recoils_of_the_talk() -> None:
    """4e-5 (fragment), 5e-3 (n), 2e-5 (V), 1e-5 (Ge) within the half that one digit leaves open."""
    # The larger momentum of antineutrino and electron is the middle of the range of their sum.
    fragment = velocity_of_momentum(4.0, atomic_mass_MeV("95Zr"))
    assert fragment == pytest.approx(4.5e-5, rel=0.01)
    assert inverse_beta_decay(4.0).heavy_velocity == pytest.approx(5.1e-3, rel=0.01)
    assert velocity_of_momentum(0.747, atomic_mass_MeV("51V")) == pytest.approx(1.57e-5, rel=0.01)
    slowest, sideways, fastest = gallium_capture(0.747, [1.0, 0.0, -1.0]).heavy_velocity
    assert (slowest, fastest) == (
        pytest.approx(2.15e-6, rel=0.01),
        pytest.approx(2.48e-5, rel=0.01),
    )
    # The middle of the range is the talk's; an electron to the side gives 1.8e-5.
    assert 0.5 * (slowest + fastest) == pytest.approx(1.34e-5, rel=0.01)
    assert sideways == pytest.approx(1.76e-5, rel=0.01)


@given(st.floats(1e-3, 1e5), st.floats(1e-9, 1e4))
def test_velocity_and_energy_are_inverse(mass: float, energy: float) -> None:
    velocity = velocity_of_kinetic_energy(energy, mass)
    if velocity < 0.999:
        assert kinetic_energy_of_velocity(velocity, mass) == pytest.approx(energy, rel=1e-9)
    momentum = momentum_of_kinetic_energy(energy, mass)
    assert velocity == pytest.approx(float(momentum) / (energy + mass), rel=1e-12)


def test_wrong_arguments() -> None:
    with pytest.raises(InputError, match="unknown nuclide, did you mean '51Cr'"):
        atomic_mass_MeV("51CR")
    with pytest.raises(InputError, match="mass_MeV"):
        thermal_velocity(0.0, 300.0)
    with pytest.raises(InputError, match="temperature_K"):
        thermal_velocity(1.0, -1.0)
    with pytest.raises(InputError, match="is no cosine"):
        inverse_beta_decay(4.0, 1.1)
    with pytest.raises(InputError, match="not below that of light"):
        kinetic_energy_of_velocity([0.5, 1.0], 1.0)
    with pytest.raises(InputError, match="heavier than the parent"):
        capture_neutrino_energy_MeV(1.0, 2.0)
    with pytest.raises(InputError, match="below threshold"):
        gallium_capture(0.2)
    with pytest.raises(InputError, match="kinetic_energy_MeV"):
        velocity_of_kinetic_energy(math.nan, 1.0)
