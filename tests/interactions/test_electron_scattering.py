"""Neutrino-electron scattering: closed forms, published numbers, symmetries, bad input."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gallus.constants import ELECTRON_MASS_MEV as M
from gallus.errors import InputError
from gallus.interactions.electron_scattering import (
    COMPONENTS,
    MAGNETIC_CM2,
    WEAK_CM2_PER_MEV,
    ConstantCouplings,
    ScatteringModel,
    component_integrals_cm2,
    components_cm2_per_MeV,
    line_average_cm2,
    magnetic_cm2_per_MeV,
    magnetic_integral_cm2,
)
from gallus.interactions.radiative_scattering import (
    BahcallKamionkowskiSirlin,
    scattering_model,
    scattering_models,
)
from gallus.interactions.scattering_couplings import (
    ANTI_NU_E,
    FLAVOURS,
    NU_E,
    NU_MU,
    NU_TAU,
    Couplings,
    Neutrino,
    corrected_couplings,
    tree_couplings,
)
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.sources import nuclide

MODELS = scattering_models()
NEUTRINOS = [Neutrino(f, anti) for f in FLAVOURS for anti in (False, True)]
EACH = pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
ENERGY = st.floats(0.05, 20.0)
SHARE = st.floats(0.01, 0.99)
# The four lines and the weak mixing angle of the talk.
CHROMIUM = nuclide("51Cr").lines("traditional")
TALK = ConstantCouplings.tree(0.2386)
THRESHOLDS = np.arange(0.0, 0.501, 0.05)


# --- numbers ----------------------------------------------------------------------------------


def test_constants_of_the_cross_section() -> None:
    assert WEAK_CM2_PER_MEV == pytest.approx(1.7233e-44, rel=1e-4)
    assert MAGNETIC_CM2 == pytest.approx(2.495e-25, rel=2e-4)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (TALK, 2.8205e-45),
        (ConstantCouplings.tree(0.23122), 2.7682e-45),
        (scattering_model("corrected-couplings"), 2.706e-45),
        (scattering_model("bks-1995-without-qed"), 2.709e-45),
        (scattering_model("bks-1995"), 2.693e-45),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_chromium_above_200_keV(model: ScatteringModel, expected: float) -> None:
    # The references are rounded to four digits.
    assert line_average_cm2(model, CHROMIUM, 0.2) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "bks-1995",
            [4.565, 4.076, 3.601, 3.141, 2.693, 2.258, 1.857, 1.478, 1.107, 0.7457, 0.3924],
        ),
        (
            "corrected-couplings",
            [4.578, 4.090, 3.615, 3.154, 2.706, 2.270, 1.868, 1.487, 1.115, 0.7516, 0.3962],
        ),
    ],
)
def test_chromium_above_every_threshold(name: str, expected: list[float]) -> None:
    # An independent evaluation with adaptive quadrature, printed to 0.001 or less.
    found = line_average_cm2(scattering_model(name), CHROMIUM, THRESHOLDS) * 1e45
    assert found == pytest.approx(expected, rel=0, abs=6e-4)


def test_active_neutrinos_scatter_too() -> None:
    model = scattering_model("corrected-couplings")
    electron, muon = (line_average_cm2(model, CHROMIUM, 0.2, neutrino=n) for n in (NU_E, NU_MU))
    assert muon / electron == pytest.approx(0.2326, abs=5e-5)
    # P_ee = 0.8 with the rest active leaves 84.7 % of the rate; 1061 events show it at 5 sigma.
    deficit = 0.2 * (1 - muon / electron)
    assert 1 - deficit == pytest.approx(0.847, abs=5e-4)
    assert (5 / deficit) ** 2 == pytest.approx(1061, abs=1)


def test_the_low_lines_give_little_above_200_keV() -> None:
    low = [line for line in CHROMIUM if line.energy_MeV < 0.5]
    share = line_average_cm2(TALK, low, 0.2) / line_average_cm2(TALK, CHROMIUM, 0.2)
    assert share == pytest.approx(0.0180, abs=1e-4)


@pytest.mark.parametrize(("energy", "expected"), [(0.862, 5.793), (0.384, 1.918), (1.44, 10.88)])
def test_single_lines_with_all_corrections(energy: float, expected: float) -> None:
    found = BahcallKamionkowskiSirlin().integral_cm2(energy, 0.0) * 1e45
    assert found == pytest.approx(expected, abs=5e-4 if expected < 10 else 5e-3)


def test_a_magnetic_moment_of_1e_minus_11() -> None:
    above = [
        sum(x.fraction * magnetic_integral_cm2(x.energy_MeV, t, 1e-11) for x in CHROMIUM)
        for t in (0.2, 0.05)
    ]
    assert above == pytest.approx([1.26e-47, 4.18e-47], rel=5e-3)


# --- closed form and quadrature ---------------------------------------------------------------


def by_quadrature(model: ScatteringModel, energy: float, low: float, neutrino: Neutrino) -> float:
    """Adaptive, in s with T = T_max - (T_max - low) s^2, where the logarithm at the end is tame."""
    width = float(largest_recoil_MeV(energy)) - low

    def integrand(s: float) -> float:
        recoil = low + width * (1 - s * s)
        return float(model.differential_cm2_per_MeV(energy, recoil, neutrino)) * 2 * s * width

    value, _ = quad(lambda s: 1e45 * integrand(s), 0, 1, epsabs=0, epsrel=1e-10, limit=500)
    return 1e-45 * float(value)


@EACH
@pytest.mark.parametrize("neutrino", [NU_E, NU_TAU, ANTI_NU_E], ids=str)
def test_integrals_equal_quadrature(model: ScatteringModel, neutrino: Neutrino) -> None:
    for energy, low in ((0.06, 0.001), (0.747, 0.0), (0.747, 0.2), (3.0, 0.3), (20.0, 5.0)):
        assert model.integral_cm2(energy, low, neutrino=neutrino) == pytest.approx(
            by_quadrature(model, energy, low, neutrino), rel=1e-7
        )


@given(ENERGY, SHARE, SHARE)
def test_each_component_equals_quadrature(energy: float, one: float, other: float) -> None:
    low, high = sorted(share * largest_recoil_MeV(energy) for share in (one, other))
    found = component_integrals_cm2(energy, low, high)
    # In the logarithm of T, of degree 60, also the pole of the magnetic moment is smooth.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    half = 0.5 * np.log(high / low)
    recoil = np.sqrt(low * high) * np.exp(half * nodes)
    expected = components_cm2_per_MeV(energy, recoil) @ (weights * half * recoil)
    assert found == pytest.approx(expected, rel=1e-9)


@EACH
def test_bins_add_up(model: ScatteringModel) -> None:
    edges = np.linspace(0.1, 0.7, 13)  # beyond the end of the spectrum
    bins = model.integral_cm2(0.75, edges[:-1], edges[1:])
    assert bins.sum() == pytest.approx(model.integral_cm2(0.75, 0.1), rel=1e-9)
    assert bins[-1] == 0


def test_narrow_bins_keep_their_digits() -> None:
    low, width = 0.3, 1e-9
    found = TALK.integral_cm2(0.75, low, low + width)
    # The width itself is rounded to 1e-7 of its size.
    assert found / width == pytest.approx(TALK.differential_cm2_per_MeV(0.75, low), rel=1e-6)


# --- symmetries and limits --------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("neutrino", NEUTRINOS, ids=str)
@given(energy=ENERGY, share=SHARE)
def test_cross_sections_are_positive_up_to_the_edge_and_zero_beyond(
    model: ScatteringModel, neutrino: Neutrino, energy: float, share: float
) -> None:
    end = largest_recoil_MeV(energy)
    assert model.differential_cm2_per_MeV(energy, share * end, neutrino) > 0
    assert model.differential_cm2_per_MeV(energy, end * (1 + 1e-12), neutrino) == 0
    whole = model.integral_cm2(energy, 0.0, neutrino=neutrino)
    assert whole > 0
    # `end` itself is rounded: one unit in its last place may be left.
    assert 0 <= model.integral_cm2(energy, end, neutrino=neutrino) < 1e-14 * whole
    assert model.integral_cm2(energy, end * (1 + 1e-12), neutrino=neutrino) == 0
    assert model.integral_cm2(energy, 2 * end, neutrino=neutrino) == 0


@given(st.floats(0.0, 1.0), ENERGY, SHARE)
def test_crossing_exchanges_left_and_right(s2: float, energy: float, share: float) -> None:
    recoil = share * largest_recoil_MeV(energy)
    direct = tree_couplings("e", s2)
    swapped = ConstantCouplings("own", {"e": Couplings(direct.right, direct.left)})
    assert ConstantCouplings.tree(s2).differential_cm2_per_MeV(
        energy, recoil, ANTI_NU_E
    ) == pytest.approx(swapped.differential_cm2_per_MeV(energy, recoil), rel=1e-14)
    # g_A -> -g_A
    assert direct.crossed.axial == pytest.approx(-direct.axial)
    assert direct.crossed.vector == pytest.approx(direct.vector)


@EACH
def test_neutrinos_and_antineutrinos_agree_without_recoil(model: ScatteringModel) -> None:
    """At T = 0 only C_L^2 + C_R^2 remains, but for photons and running."""
    both = [model.differential_cm2_per_MeV(5.0, 1e-6, n) for n in (NU_E, ANTI_NU_E)]
    assert both[0] == pytest.approx(both[1], rel=1e-3)


def test_total_cross_section_at_high_energy() -> None:
    """Without the mass of the electron sigma = 2 G^2 m E/pi (C_L^2 + C_R^2/3)."""
    energy, couplings = 1e5, tree_couplings("mu", 0.2386)
    expected = WEAK_CM2_PER_MEV * energy * (couplings.left**2 + couplings.right**2 / 3)
    assert TALK.integral_cm2(energy, 0.0, neutrino=NU_MU) == pytest.approx(
        expected, rel=5 * M / energy
    )


def test_the_cross_section_in_vector_and_axial_couplings() -> None:
    """(G^2 m/2 pi)[(gV + gA)^2 + (gV - gA)^2 (1 - T/E)^2 - (gV^2 - gA^2) m T/E^2]."""
    vector, axial, energy, recoil = 0.9, 0.4, 0.8, 0.3
    own = ConstantCouplings("own", {"e": Couplings.from_vector_axial(vector, axial)})
    bracket = (vector + axial) ** 2 + (vector - axial) ** 2 * (1 - recoil / energy) ** 2
    bracket -= (vector**2 - axial**2) * M * recoil / energy**2
    found = own.differential_cm2_per_MeV(energy, recoil)
    assert found == pytest.approx(WEAK_CM2_PER_MEV / 4 * bracket, rel=1e-14)


def test_components_and_their_weights_make_the_cross_section() -> None:
    couplings = TALK.of(NU_MU)
    weights = couplings.component_weights(3e-11)
    assert len(weights) == len(COMPONENTS)
    found = weights @ component_integrals_cm2(0.75, 0.05, np.array([0.1, 0.3, 1.0]))
    weak = TALK.integral_cm2(0.75, 0.05, np.array([0.1, 0.3, 1.0]), NU_MU)
    magnetic = magnetic_integral_cm2(0.75, 0.05, 3e-11, np.array([0.1, 0.3, 1.0]))
    assert found == pytest.approx(weak + magnetic, rel=1e-13)
    assert magnetic_cm2_per_MeV(0.75, 0.1, 3e-11) == pytest.approx(
        MAGNETIC_CM2 * 9e-22 * (10 - 1 / 0.75), rel=1e-12
    )


@pytest.mark.parametrize("energy", [0.43, 0.75, 1.5])
def test_photons_are_a_small_correction(energy: float) -> None:
    full, without = BahcallKamionkowskiSirlin(), BahcallKamionkowskiSirlin(qed=False)
    for neutrino in NEUTRINOS:
        ratio = full.integral_cm2(energy, 0.0, neutrino=neutrino) / without.integral_cm2(
            energy, 0.0, neutrino=neutrino
        )
        assert -0.01 < ratio - 1 < 0.003
    # The correction falls towards the end of the spectrum, where only soft photons are left.
    recoil = largest_recoil_MeV(energy) * np.array([0.1, 0.5, 0.9, 0.99, 0.9999])
    shift = full.differential_cm2_per_MeV(energy, recoil) / without.differential_cm2_per_MeV(
        energy, recoil
    )
    assert np.all(np.diff(shift) < 0)


def test_running_couplings_lie_near_the_corrected_constants() -> None:
    """Two independent sets of corrections; their inputs of 1995 and 2022 differ by 0.5 %."""
    for flavour in FLAVOURS:
        constant = corrected_couplings(flavour)
        running = BahcallKamionkowskiSirlin().couplings(0.3, Neutrino(flavour))
        assert running.left == pytest.approx(constant.left, abs=6e-3)
        assert running.right == pytest.approx(constant.right, abs=6e-3)


def test_the_neutrinos_flavour_distinguishes_couplings_by_the_charged_current() -> None:
    tree = ConstantCouplings.tree(0.2386)
    assert tree.of(NU_E).left - tree.of(NU_MU).left == pytest.approx(1.0)
    assert tree.of(NU_TAU) == tree.of(NU_MU)
    assert replace(NU_TAU, antineutrino=True) == Neutrino("tau", antineutrino=True)


# --- jax --------------------------------------------------------------------------------------


@pytest.mark.slow
@EACH
def test_the_same_numbers_and_a_gradient_under_jax(model: ScatteringModel, jax: Any) -> None:
    low = np.array([0.05, 0.2, 0.5, 0.6])
    plain = model.integral_cm2(0.75, low)
    compiled = jax.jit(lambda t: model.integral_cm2(0.75, t))
    assert np.asarray(compiled(jax.numpy.asarray(low))) == pytest.approx(plain, rel=1e-12)
    # The derivative by the threshold is minus the spectrum.
    slope = jax.jacfwd(compiled)(jax.numpy.asarray(0.2))
    assert -float(slope) == pytest.approx(
        float(model.differential_cm2_per_MeV(0.75, 0.2)), rel=1e-6
    )


def test_gradients_of_the_components_are_finite_beyond_the_edge(jax: Any) -> None:
    for low in (0.2, 0.7):
        slope = jax.jacfwd(lambda t: component_integrals_cm2(0.75, t))(jax.numpy.asarray(low))
        assert np.all(np.isfinite(np.asarray(slope)))


# --- bad input --------------------------------------------------------------------------------


def test_unknown_flavours_and_models() -> None:
    with pytest.raises(InputError, match="unknown flavour, did you mean 'tau'"):
        Neutrino("taw")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="did you mean 'bks-1995'"):
        scattering_model("bks-1996")
    with pytest.raises(InputError, match="has no couplings in own"):
        ConstantCouplings("own", {"e": Couplings(1, 0)}).of(NU_MU)


def test_a_mixing_angle_belongs_to_the_tree() -> None:
    assert scattering_model("tree", 0.25).integral_cm2(1.0, 0.1) > 0
    with pytest.raises(InputError, match="does not enter bks-1995"):
        scattering_model("bks-1995", 0.25)
    with pytest.raises(InputError, match=r"sin2_theta_w = 1\.2: is not a sine squared"):
        ConstantCouplings.tree(1.2)


@EACH
@pytest.mark.parametrize("energy", [0.0, -1.0, math.nan, math.inf])
def test_impossible_energies(model: ScatteringModel, energy: float) -> None:
    with pytest.raises(InputError, match=r"energy_MeV = .*is not an energy"):
        model.integral_cm2(energy, 0.1)


@EACH
def test_impossible_recoils(model: ScatteringModel) -> None:
    with pytest.raises(InputError, match="is not a recoil energy"):
        model.integral_cm2(1.0, -0.1)
    with pytest.raises(InputError, match="is not a recoil energy"):
        model.differential_cm2_per_MeV(1.0, math.nan)


def test_a_magnetic_moment_needs_a_threshold() -> None:
    with pytest.raises(InputError, match="infinite"):
        magnetic_integral_cm2(0.75, 0.0, 1e-11)
    assert component_integrals_cm2(0.75, 0.0)[3] == math.inf
