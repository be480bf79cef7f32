"""Fermi functions against an integration of the radial Dirac equation, limits and expansions."""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import cumulative_simpson, solve_ivp
from scipy.interpolate import CubicSpline

from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, HBARC_MEV_FM
from gallus.errors import InputError
from gallus.interactions.dirac_sphere import _confluent_series
from gallus.interactions.fermi_function import (
    electron_density_MeV2,
    fermi_function,
    momentum_MeV,
    nuclear_average,
    point_fermi_function,
    screened_energy_MeV,
)

GERMANIUM = 32
RMS_FM = 4.05
RADIUS_FM = np.sqrt(5 / 3) * RMS_FM
ENERGIES_MEV = np.array([0.55, 0.71, 1.02, 1.10, 5.0])

Potential = Callable[[float], float]


# --- the independent computation: integrate the radial Dirac equation -------------------------


def integrate_outwards(
    energy: float, potential: Potential, kappa: int, far: float
) -> tuple[Callable[[np.ndarray], np.ndarray], float, float]:
    """Radial functions (G, F) of the wave with unit slope at the origin, and their end values."""
    mass = ELECTRON_MASS_MEV
    start = 1e-6
    slope = -(energy - mass - potential(0.0)) if kappa < 0 else energy + mass - potential(0.0)
    first = [start, slope * start**2 / 3] if kappa < 0 else [slope * start**2 / 3, start]

    def derivative(r: float, wave: np.ndarray) -> list[float]:
        large, small = wave
        v = potential(r)
        return [
            -kappa / r * large + (energy + mass - v) * small,
            kappa / r * small - (energy - mass - v) * large,
        ]

    solution = solve_ivp(
        derivative, (start, far), first, method="DOP853", rtol=1e-11, atol=1e-18, dense_output=True
    )
    assert solution.sol is not None
    return solution.sol, float(solution.y[0, -1]), float(solution.y[1, -1])


def squared_amplitude(
    energy: float, charge: float, kappa: int, r: float, large: float, small: float
) -> float:
    """Square of a in G = sqrt(E + m) a sin(pr + ...), from G and F at a distant point.

    G = sqrt(W) chi with W = E + m - V turns the Dirac equation into chi'' + K^2 chi = 0; the
    adiabatic invariant with its first correction leaves an error of order alpha Z E/(p (pr)^2),
    5e-8 for the slowest electron here.
    """
    mass = ELECTRON_MASS_MEV
    alpha_z = FINE_STRUCTURE * charge

    def w(x: float) -> float:
        return energy + mass + alpha_z / x

    def k(x: float) -> float:
        w1, w2 = -alpha_z / x**2, 2 * alpha_z / x**3
        square = w(x) * (energy - mass + alpha_z / x) - kappa * (kappa + 1) / x**2
        square += -kappa * w1 / (x * w(x)) + w2 / (2 * w(x)) - 0.75 * (w1 / w(x)) ** 2
        return float(np.sqrt(square))

    step = 1e-4 * r
    k_slope = (k(r + step) - k(r - step)) / (2 * step)
    slope = -kappa / r * large + w(r) * small
    chi = large / np.sqrt(w(r))
    chi_slope = slope / np.sqrt(w(r)) + 0.5 * alpha_z / r**2 * large / w(r) ** 1.5
    invariant = k(r) * chi**2 + (chi_slope + k_slope * chi / (2 * k(r))) ** 2 / k(r)
    return float(invariant / momentum_MeV(energy))


def integrated_fermi_function(
    energy: float, outer_charge: float, potential: Potential, far: float | None = None
) -> float:
    """Fermi function at the centre of any potential that ends as that of a charge."""
    far = far or far_away(energy)
    total = 0.0
    for kappa in (-1, +1):
        _, large, small = integrate_outwards(energy, potential, kappa, far)
        total += 1.0 / squared_amplitude(energy, outer_charge, kappa, far, large, small)
    return total / (2.0 * energy * float(momentum_MeV(energy)) ** 2)


def far_away(energy: float) -> float:
    """Distance of 400 reduced wavelengths, in 1/MeV."""
    return 400.0 / float(momentum_MeV(energy))


def sphere(charge: float, radius_fm: float) -> Potential:
    radius, alpha_z = radius_fm / HBARC_MEV_FM, FINE_STRUCTURE * charge

    def potential(r: float) -> float:
        if r < radius:
            return -alpha_z / (2 * radius) * (3 - (r / radius) ** 2)
        return -alpha_z / r

    return potential


def woods_saxon(charge: float, rms_fm: float, diffuseness_fm: float = 0.52) -> Potential:
    """Two-parameter Fermi charge distribution of a given r.m.s. radius."""
    r = np.linspace(0.0, 16.0, 4001)

    def density(half: float) -> np.ndarray:
        return 1.0 / (1.0 + np.exp((r - half) / diffuseness_fm))

    def rms(half: float) -> float:
        return float(np.sqrt(np.sum(r**4 * density(half)) / np.sum(r**2 * density(half))))

    low, high = 2.0, 8.0
    for _ in range(60):  # bisection: the r.m.s. radius grows with the half-density radius
        half = 0.5 * (low + high)
        low, high = (half, high) if rms(half) < rms_fm else (low, half)
    rho = density(half)
    enclosed = cumulative_simpson(4 * np.pi * r**2 * rho, x=r, initial=0)
    shells = cumulative_simpson(4 * np.pi * r * rho, x=r, initial=0)
    norm = enclosed[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        inner = np.where(r > 0, enclosed / r, 0.0)
    values = -FINE_STRUCTURE * charge * (inner + shells[-1] - shells) / norm
    spline = CubicSpline(r / HBARC_MEV_FM, values * HBARC_MEV_FM)
    edge = r[-1] / HBARC_MEV_FM

    def potential(x: float) -> float:
        return float(spline(x)) if x < edge else -FINE_STRUCTURE * charge / x

    return potential


# --- exactness --------------------------------------------------------------------------------


@pytest.mark.parametrize("energy", ENERGIES_MEV)
@pytest.mark.parametrize("charge", [GERMANIUM, -31])
def test_closed_form_solves_the_dirac_equation(energy: float, charge: float) -> None:
    integrated = integrated_fermi_function(energy, charge, sphere(charge, RADIUS_FM))
    # 5e-8 from reading the amplitude at a finite distance, 1e-8 from the steps.
    assert fermi_function(energy, charge, RADIUS_FM) == pytest.approx(integrated, rel=1e-7)


@pytest.mark.parametrize("energy", [0.71, 1.02])
def test_shape_of_the_charge_hardly_matters_at_equal_rms_radius(energy: float) -> None:
    diffuse = integrated_fermi_function(energy, GERMANIUM, woods_saxon(GERMANIUM, RMS_FM))
    # The centre of a diffuse nucleus lies 0.14 % deeper, half the error of the half-life.
    assert fermi_function(energy, GERMANIUM, RADIUS_FM) == pytest.approx(diffuse, rel=2e-3)


@pytest.mark.parametrize("energy", [0.55, 1.02, 5.0])
def test_average_over_the_nucleus_is_that_of_the_integrated_density(energy: float) -> None:
    radius = RADIUS_FM / HBARC_MEV_FM
    nodes, weights = np.polynomial.legendre.leggauss(20)
    r = 0.5 * radius * (nodes + 1)
    volume = 1.5 / radius * weights * (r / radius) ** 2 * radius
    centre = mean = 0.0
    for kappa in (-1, +1):
        far = far_away(energy)
        wave, large, small = integrate_outwards(energy, sphere(GERMANIUM, RADIUS_FM), kappa, far)
        squared = squared_amplitude(energy, GERMANIUM, kappa, far, large, small)
        centre += 1 / squared
        mean += float(volume @ (np.sum(wave(r) ** 2, axis=0) / r**2)) / squared
    assert nuclear_average(energy, GERMANIUM, RADIUS_FM) == pytest.approx(mean / centre, rel=1e-7)


# y = alpha Z E/p and |z| = 2 p R: from threshold to 150 MeV.
@pytest.mark.parametrize(("y", "z"), [(200.0, 1e-3j), (3.0, 0.02j), (0.25, 1.0j), (0.24, 8.0j)])
@pytest.mark.parametrize("exponent", [0.97, -0.97])
def test_hypergeometric_series_converges(z: complex, y: float, exponent: float) -> None:
    a, b = exponent + 1 + 1j * y, 2 * exponent + 1
    exact = complex(mpmath.hyp1f1(a, b, z))
    assert abs(_confluent_series(np.array([a]), b, np.array([z]))[0] / exact - 1) < 1e-11


# --- limits and expansions --------------------------------------------------------------------


def test_neutral_nucleus_does_nothing() -> None:
    np.testing.assert_array_equal(fermi_function(ENERGIES_MEV, 0, RADIUS_FM), 1.0)
    # First order in the charge is odd, so the product of both signs leaves the second order.
    product = fermi_function(1.0, 0.1, RADIUS_FM) * fermi_function(1.0, -0.1, RADIUS_FM)
    assert product == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("charge", [1, -1])
def test_slow_electrons_follow_the_sommerfeld_factor(charge: float) -> None:
    energy = ELECTRON_MASS_MEV + np.array([1e-5, 1e-4, 1e-3])
    eta = FINE_STRUCTURE * charge * energy / momentum_MeV(energy)
    sommerfeld = 2 * np.pi * eta / (1 - np.exp(-2 * np.pi * eta))
    # Relativistic corrections are of order (alpha Z)^2 ln(1/pR) = 6e-4.
    np.testing.assert_allclose(fermi_function(energy, charge, 1.0), sommerfeld, rtol=1e-3)


@pytest.mark.parametrize("charge", [10, 32])
def test_leading_finite_size_expansion(charge: float) -> None:
    """L_0 of Behrens and Jaenecke as expanded by Wilkinson (NIM A 290 (1990) 509), first terms."""
    energy = np.array([0.71, 1.02, 2.0])
    w, az = energy / ELECTRON_MASS_MEV, FINE_STRUCTURE * charge
    r = RADIUS_FM / HBARC_MEV_FM * ELECTRON_MASS_MEV
    g = np.sqrt(1 - az**2)
    l0 = 1 + 13 / 60 * az**2 - w * r * az * (41 - 26 * g) / (15 * (2 * g - 1))
    l0 -= az * r * g * (17 - 2 * g) / (30 * w * (2 * g - 1))
    behrens = point_fermi_function(energy, charge, RADIUS_FM) * 2 / (1 + g)
    # The terms left out are of order (alpha Z)^4 and (W R)^2: 1e-3 together.
    np.testing.assert_allclose(fermi_function(energy, charge, RADIUS_FM), behrens * l0, rtol=1e-3)


def test_tiny_nucleus_differs_from_a_point_by_a_constant() -> None:
    ratio = fermi_function(ENERGIES_MEV, GERMANIUM, 1e-4) / point_fermi_function(
        ENERGIES_MEV, GERMANIUM, 1e-4
    )
    # E R = 2.5e-6 at most.
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)


def test_density_is_finite_and_continuous_at_threshold() -> None:
    kinetic = np.array([0.0, 1e-11, 1e-9, 1e-7])
    density = electron_density_MeV2(ELECTRON_MASS_MEV + kinetic, GERMANIUM, RADIUS_FM)
    # The density changes on the scale (alpha Z)^2 m_e = 0.03 MeV.
    np.testing.assert_allclose(density, density[0], rtol=1e-5)
    assert density[0] > 0


def test_slow_positrons_do_not_reach_the_nucleus() -> None:
    assert fermi_function(ELECTRON_MASS_MEV * (1 + 1e-6), -GERMANIUM, RADIUS_FM) < 1e-100


# --- the atom ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("energy", "tolerance"), [(0.60, 1e-3), (0.71, 3e-4)])
def test_screening_is_a_shift_of_the_energy(energy: float, tolerance: float) -> None:
    """Moliere's screening function, all charge but one neutralised, against Rose's rule."""
    length = 0.8853 * GERMANIUM ** (-1 / 3) / (FINE_STRUCTURE * ELECTRON_MASS_MEV)
    parts = ((0.10, 6.0), (0.55, 1.2), (0.35, 0.3))
    electrons = GERMANIUM - 1
    bare = sphere(GERMANIUM, RADIUS_FM)

    def cloud(r: float) -> float:
        """Potential of the atomic electrons, and its limit at the centre."""
        if r < 1e-9 * length:
            return float(FINE_STRUCTURE * electrons * sum(a * b for a, b in parts) / length)
        hidden = 1.0 - sum(a * np.exp(-b * r / length) for a, b in parts)
        return float(FINE_STRUCTURE * electrons * hidden / r)

    # At 40 lengths the screening function has fallen to exp(-12).
    exact = integrated_fermi_function(energy, 1.0, lambda r: bare(r) + cloud(r), far=40 * length)
    exact *= energy * float(momentum_MeV(energy))
    shifted = screened_energy_MeV(energy, cloud(0.0))
    rule = electron_density_MeV2(shifted, GERMANIUM, RADIUS_FM)
    bare_density = electron_density_MeV2(energy, GERMANIUM, RADIUS_FM)
    assert rule == pytest.approx(exact, rel=tolerance)
    assert abs(rule / exact - 1) < 0.1 * abs(bare_density / exact - 1)


def test_screening_stops_at_the_rest_mass() -> None:
    assert screened_energy_MeV(ELECTRON_MASS_MEV + 0.001, 0.004) == ELECTRON_MASS_MEV


# --- properties -------------------------------------------------------------------------------

charges = st.floats(min_value=0.5, max_value=60.0)
kinetic_energies = st.floats(min_value=1e-6, max_value=5.0)
radii = st.floats(min_value=1.0, max_value=7.0)


@given(charge=charges, kinetic=kinetic_energies, radius=radii)
def test_attraction_enhances_and_repulsion_suppresses(
    charge: float, kinetic: float, radius: float
) -> None:
    energy = ELECTRON_MASS_MEV + kinetic
    assert fermi_function(energy, charge, radius) > 1.0
    assert fermi_function(energy, -charge, radius) < 1.0


@given(charge=charges, kinetic=kinetic_energies, radius=radii)
def test_more_charge_attracts_more_and_a_larger_nucleus_less(
    charge: float, kinetic: float, radius: float
) -> None:
    energy = ELECTRON_MASS_MEV + kinetic
    value = fermi_function(energy, charge, radius)
    assert fermi_function(energy, 1.01 * charge, radius) > value
    assert fermi_function(energy, charge, 1.01 * radius) < value


@given(charge=charges, kinetic=kinetic_energies, radius=radii)
def test_fast_electrons_are_enhanced_less(charge: float, kinetic: float, radius: float) -> None:
    slow, fast = fermi_function(ELECTRON_MASS_MEV + kinetic * np.array([1.0, 1.1]), charge, radius)
    assert fast < slow


@given(charge=charges, kinetic=kinetic_energies, radius=radii)
def test_density_falls_off_inside_the_nucleus(charge: float, kinetic: float, radius: float) -> None:
    share = nuclear_average(ELECTRON_MASS_MEV + kinetic, charge, radius)
    assert 0.9 < share < 1.0


def test_arrays_keep_their_shape() -> None:
    energies = np.linspace(0.6, 1.2, 6).reshape(2, 3)
    for function in (fermi_function, point_fermi_function, electron_density_MeV2, nuclear_average):
        values = function(energies, GERMANIUM, RADIUS_FM)
        assert values.shape == (2, 3)
        assert values.dtype == np.float64
        assert values[1, 2] == pytest.approx(float(function(energies[1, 2], GERMANIUM, RADIUS_FM)))


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("energy", [0.5, -1.0, np.nan, np.inf])
def test_impossible_electrons_are_refused(energy: float) -> None:
    with pytest.raises(InputError, match="electron_energy_MeV"):
        fermi_function([1.0, energy], GERMANIUM, RADIUS_FM)


@pytest.mark.parametrize("charge", [140.0, -140.0, np.nan])
def test_impossible_charges_are_refused(charge: float) -> None:
    with pytest.raises(InputError, match="charge"):
        fermi_function(1.0, charge, RADIUS_FM)


@pytest.mark.parametrize("radius", [0.0, -1.0, np.inf, np.nan])
def test_impossible_radii_are_refused(radius: float) -> None:
    with pytest.raises(InputError, match="radius_fm"):
        fermi_function(1.0, GERMANIUM, radius)
