"""Inverse beta decay to order 1/M against the complete cross section and published numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from gallus.constants import HBARC_MEV_CM
from gallus.errors import InputError
from gallus.interactions.inverse_beta_decay import (
    DIFFERENCE_MEV,
    THRESHOLD_MEV,
    InverseBetaDecay,
    positron_energy_MeV,
)

LIFETIME = InverseBetaDecay.from_neutron_lifetime()
FERMI = InverseBetaDecay.from_fermi_coupling()

# Constants of A. Strumia and F. Vissani, Phys. Lett. B 564 (2003) 42.
MN, MP, ME, M_PI, G_F, V_UD = 939.56563, 938.27231, 0.5109907, 139.56995, 1.16639e-11, 0.9746
ALPHA, AXIAL = 1 / 137.035989, 1.27


def complete(energy: float, cosine: Any) -> tuple[Any, Any]:
    """Cross section dsigma/dcos in MeV^-2 to all orders in 1/M, and the positron's energy."""
    difference, mass = MN - MP, 0.5 * (MN + MP)
    epsilon = energy / MP
    available = energy - (MN**2 - MP**2 - ME**2) / (2 * MP)
    kappa = (1 + epsilon) ** 2 - (epsilon * cosine) ** 2
    root = np.sqrt(available**2 - ME**2 * kappa)
    positron = (available * (1 + epsilon) + epsilon * cosine * root) / kappa
    s_u = 2 * MP * (energy + positron) - ME**2
    t = MN**2 - MP**2 - 2 * MP * (energy - positron)
    x, me2, m2 = t / (4 * mass**2), ME**2, mass**2
    dipole = (1 - x) * (1 - t / 710**2) ** 2
    f1, f2 = (1 - 4.706 * x) / dipole, 3.706 / dipole
    g1 = -AXIAL / (1 - t / 1030**2) ** 2
    g2 = 2 * g1 * m2 / (M_PI**2 - t)
    a = (t - me2) * (
        4 * f1**2 * (4 * m2 + t + me2)
        + 4 * g1**2 * (t + me2 - 4 * m2)
        + f2**2 * (t**2 / m2 + 4 * t + 4 * me2)
        + 4 * me2 * t * g2**2 / m2
        + 8 * f1 * f2 * (2 * t + me2)
        + 16 * me2 * g1 * g2
    )
    a = a - difference**2 * (
        (4 * f1**2 + t * f2**2 / m2) * (4 * m2 + t - me2)
        + 4 * g1**2 * (4 * m2 - t + me2)
        + 4 * me2 * g2**2 * (t - me2) / m2
        + 8 * f1 * f2 * (2 * t - me2)
        + 16 * me2 * g1 * g2
    )
    a = a - 32 * me2 * mass * difference * g1 * (f1 + f2)
    b = 16 * t * g1 * (f1 + f2) + 4 * me2 * difference * (f2**2 + f1 * f2 + 2 * g1 * g2) / mass
    c = 4 * (f1**2 + g1**2) - t * f2**2 / m2
    square = (a - b * s_u + c * s_u**2) / 16
    radiative = 6.00352 + 1.5 * np.log(MP / (2 * positron)) + 1.2 * (ME / positron) ** 1.5
    momentum = np.sqrt(positron**2 - ME**2)
    slope = momentum * epsilon / (1 + epsilon * (1 - cosine * positron / momentum))
    sigma = G_F**2 * V_UD**2 / (4 * math.pi * MP * energy**2) * square
    return sigma * (1 + ALPHA / math.pi * radiative) * slope, positron


SAME_INPUT = InverseBetaDecay(
    (G_F * V_UD * HBARC_MEV_CM) ** 2 / math.pi * 1.024 * (1 + 3 * AXIAL**2), AXIAL, 0.024
)


@pytest.mark.parametrize(
    ("energy", "cosine", "expected"),
    [
        (3, -0.5, 3.520263968746167e-22),
        (3, 0.5, 3.242202950723807e-22),
        (20, 0.99, 3.852469055868431e-20),
        (50, -0.5, 1.736535165001988e-19),
    ],
)
def test_the_reference_is_that_of_a_public_code(
    energy: float, cosine: float, expected: float
) -> None:
    # Test values of the supernova event generator sntools, in MeV^-2.
    assert complete(energy, cosine)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("energy", "tolerance"), [(1.9, 3e-4), (2.5, 2e-4), (3.5, 2e-4), (6, 1e-3), (10, 3e-3)]
)
def test_first_order_in_1_over_m_equals_the_complete_cross_section(
    energy: float, tolerance: float
) -> None:
    cosine, weight = leggauss(40)
    exact, positron = complete(energy, cosine)
    total = float(weight @ exact) * HBARC_MEV_CM**2
    assert SAME_INPUT.total_cm2(energy) == pytest.approx(total, rel=tolerance)
    mean = float(weight @ (exact * cosine)) / float(weight @ exact)
    assert SAME_INPUT.mean_cosine(energy) == pytest.approx(mean, abs=tolerance + 3e-4)
    # The electron masses of the two differ by 8e-6 MeV.
    assert positron_energy_MeV(energy, cosine) == pytest.approx(positron, rel=0, abs=2e-5)


def test_published_normalisation() -> None:
    """P. Vogel and J. F. Beacom: 0.0952e-42 cm2/MeV2 with the lifetime of that time, 887 s."""
    old = InverseBetaDecay.from_neutron_lifetime(887.0)
    assert old.strength_cm2_per_MeV2 == pytest.approx(9.52e-44, rel=3e-3)


def test_lifetime_and_fermi_coupling_agree() -> None:
    # Errors: lifetime 0.06 %, g_A 0.15 %, inner correction 0.1 %.
    assert LIFETIME.strength_cm2_per_MeV2 == pytest.approx(FERMI.strength_cm2_per_MeV2, rel=2e-3)


def test_threshold() -> None:
    assert THRESHOLD_MEV == pytest.approx(1.806, abs=5e-4)
    assert LIFETIME.total_cm2(THRESHOLD_MEV - 0.01) == 0
    assert LIFETIME.total_cm2(0.5) == 0
    assert LIFETIME.total_cm2(THRESHOLD_MEV + 0.01) > 0


def test_recoil_lowers_the_cross_section() -> None:
    bare = InverseBetaDecay.from_neutron_lifetime(outer_radiative=False)
    energy = np.linspace(2.5, 20.0, 40)
    ratio = bare.total_cm2(energy) / bare.leading_order_cm2(energy)
    # Linear in E/M to first order: -7 E_nu/M (P. Vogel, Phys. Rev. D 29 (1984) 1918).
    assert np.all(np.diff(ratio) < 0)
    assert ratio[-1] == pytest.approx(1 - 7 * 20.0 / 939, abs=0.03)


def test_positrons_go_backward_at_low_energy_and_forward_at_high() -> None:
    cosines = LIFETIME.mean_cosine(np.array([3.0, 30.0]))
    assert cosines[0] < 0 < cosines[1]
    # v (f^2 - g^2)/(f^2 + 3 g^2)/3 without recoil.
    slope = (1 - LIFETIME.axial_coupling**2) / (1 + 3 * LIFETIME.axial_coupling**2) / 3
    assert cosines[0] == pytest.approx(slope, abs=0.01)


def test_positron_energy_without_recoil() -> None:
    assert positron_energy_MeV(3.0, 0.0) == pytest.approx(3.0 - DIFFERENCE_MEV, abs=0.01)
    backward, forward = positron_energy_MeV(3.0, np.array([-1.0, 1.0]))
    assert forward - backward == pytest.approx(2 * 3.0 * 1.62 / 939, rel=0.02)


def test_the_outer_correction_is_one_per_cent() -> None:
    bare = InverseBetaDecay.from_neutron_lifetime(outer_radiative=False)
    ratio = LIFETIME.total_cm2(3.0) / bare.total_cm2(3.0)
    assert ratio == pytest.approx(1.0, abs=0.015)
    assert ratio > 1.005


@pytest.mark.slow
def test_the_same_numbers_under_jax(jax: Any) -> None:
    energy = np.array([1.0, 1.81, 2.0, 5.0])
    compiled = jax.jit(LIFETIME.total_cm2)(jax.numpy.asarray(energy))
    assert np.asarray(compiled) == pytest.approx(LIFETIME.total_cm2(energy), rel=1e-12)
    assert np.all(
        np.isfinite(np.asarray(jax.jacfwd(LIFETIME.total_cm2)(jax.numpy.asarray(energy))))
    )


@pytest.mark.parametrize("lifetime", [0.0, -1.0, math.nan])
def test_impossible_lifetimes(lifetime: float) -> None:
    with pytest.raises(InputError, match="is no lifetime"):
        InverseBetaDecay.from_neutron_lifetime(lifetime)
    with pytest.raises(InputError, match="is no strength"):
        InverseBetaDecay(lifetime, 1.27, 0.024)
