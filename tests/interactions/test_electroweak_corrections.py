"""Weak magnetism against Dirac traces of a free nucleon; radiative corrections against theorems."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from gallus.constants import (
    ELECTRON_MASS_MEV,
    FINE_STRUCTURE,
    NEUTRON_MASS_MEV,
    PROTON_MASS_MEV,
)
from gallus.interactions.electroweak_corrections import (
    ISOVECTOR_MOMENT,
    ORBITAL_SHARE,
    radiative_electron_capture,
    radiative_neutrino_capture,
    weak_magnetism,
)

G_A = 1.27
Matrix = npt.NDArray[np.complex128]

# --- Dirac matrices ---------------------------------------------------------------------------

PAULI = (
    np.array([[0, 1], [1, 0]], dtype=complex),
    np.array([[0, -1j], [1j, 0]], dtype=complex),
    np.array([[1, 0], [0, -1]], dtype=complex),
)
ZERO = np.zeros((2, 2), dtype=complex)
GAMMA = (
    np.diag([1, 1, -1, -1]).astype(complex),
    *(np.block([[ZERO, s], [-s, ZERO]]) for s in PAULI),
)
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def slash(momentum: np.ndarray) -> Matrix:
    result: Matrix = np.tensordot(METRIC * momentum, np.array(GAMMA), axes=1)
    return result


def bar(vertex: Matrix) -> Matrix:
    """gamma_0 V^dagger gamma_0."""
    result: Matrix = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
    return result


def squared_amplitude(
    leptons: tuple[np.ndarray, np.ndarray],
    nucleons: tuple[np.ndarray, np.ndarray],
    mass: float,
    moment: float,
) -> float:
    """Sum over spins of |M|^2 for nu + n -> e + p with axial coupling and weak magnetism only.

    The vector charge is left out: a Gamow-Teller transition has no Fermi part.
    """
    neutrino, electron = leptons
    before, after = nucleons
    transfer = after - before
    sigma_q = [0.5j * (GAMMA[i] @ slash(transfer) - slash(transfer) @ GAMMA[i]) for i in range(4)]
    hadron = [1j * moment / (2 * mass) * sigma_q[i] - G_A * GAMMA[i] @ GAMMA5 for i in range(4)]
    lepton = [GAMMA[i] @ (np.eye(4) - GAMMA5) for i in range(4)]
    total = 0.0
    for i in range(4):
        for j in range(4):
            nuclear = np.trace(
                (slash(after) + mass * np.eye(4))
                @ hadron[i]
                @ (slash(before) + mass * np.eye(4))
                @ bar(hadron[j])
            )
            leptonic = np.trace(
                (slash(electron) + ELECTRON_MASS_MEV * np.eye(4))
                @ lepton[i]
                @ slash(neutrino)
                @ bar(lepton[j])
            )
            total += METRIC[i] * METRIC[j] * float(np.real(nuclear * leptonic))
    return total


def momenta(
    electron_energy: float, neutrino_energy: float, cosine: float
) -> tuple[np.ndarray, np.ndarray]:
    p = math.sqrt(max(electron_energy**2 - ELECTRON_MASS_MEV**2, 0.0))
    sine = math.sqrt(1 - cosine**2)
    neutrino = neutrino_energy * np.array([1.0, 0.0, 0.0, 1.0])
    return neutrino, np.array([electron_energy, p * sine, 0.0, p * cosine])


def interference(electron_energy: float, neutrino_energy: float, electron_comes_in: bool) -> float:
    """Relative effect of a moment 1 on the angle-averaged |M|^2, for a nucleon of mass 1e5 MeV."""
    mass = 1e5
    rest = np.array([mass, 0.0, 0.0, 0.0])
    nodes, weights = np.polynomial.legendre.leggauss(4)
    values = []
    for moment in (+1.0, -1.0, 0.0):
        total = 0.0
        for cosine, weight in zip(nodes, weights, strict=True):
            neutrino, electron = momenta(electron_energy, neutrino_energy, cosine)
            step = neutrino - electron
            step[0] = 0.0  # the recoil energy of a heavy nucleon; the mass splitting is nuclear
            # Either the neutrino comes in and the nucleon takes the momentum, or the reverse:
            # the amplitude e + p -> nu + n is the complex conjugate of nu + n -> e + p.
            nucleons = (rest - step, rest) if electron_comes_in else (rest, rest + step)
            total += weight * squared_amplitude((neutrino, electron), nucleons, mass, moment)
        values.append(total)
    plus, minus, neither = values
    return mass * (plus - minus) / (2 * neither)


@pytest.mark.parametrize(
    ("electron", "neutrino"), [(1.02, 0.747), (0.71, 0.427), (1.09, 0.811), (5.0, 4.7)]
)
def test_weak_magnetism_of_neutrino_capture(electron: float, neutrino: float) -> None:
    traces = interference(electron, neutrino, electron_comes_in=False)
    mass = 0.5 * (PROTON_MASS_MEV + NEUTRON_MASS_MEV)
    formula = weak_magnetism(electron, neutrino, G_A) * mass / (ISOVECTOR_MOMENT - ORBITAL_SHARE)
    # The traces contain the next order, E/M = 5e-5.
    assert traces == pytest.approx(float(formula), rel=2e-4)


def test_weak_magnetism_of_electron_capture_has_the_same_sign() -> None:
    neutrino = 0.222
    traces = interference(ELECTRON_MASS_MEV, neutrino, electron_comes_in=True)
    mass = 0.5 * (PROTON_MASS_MEV + NEUTRON_MASS_MEV)
    formula = weak_magnetism(ELECTRON_MASS_MEV, neutrino, G_A) * mass
    assert traces == pytest.approx(float(formula) / (ISOVECTOR_MOMENT - ORBITAL_SHARE), rel=2e-4)
    assert traces > 0


# --- radiative corrections --------------------------------------------------------------------


def bracket(delta: np.ndarray) -> np.ndarray:
    return delta * 2 * np.pi / FINE_STRUCTURE


def test_no_logarithm_of_the_electron_mass_survives() -> None:
    """Kinoshita, Lee and Nauenberg: with photons summed, mass singularities cancel.

    What is left at high energy is 3 ln(m_p/2E) + 23/4 - 4 pi^2/3. Virtual and real photons each
    grow like ln^2(E/m_e), so this tests them against one another.
    """
    energy = np.array([50.0, 500.0])
    rest = bracket(radiative_neutrino_capture(energy)) - 3 * np.log(PROTON_MASS_MEV / (2 * energy))
    # Corrections are of order (m_e/E)^2 ln^2(E/m_e).
    np.testing.assert_allclose(rest, 23 / 4 - 4 * np.pi**2 / 3, atol=5e-3)


def test_energy_dependence_is_that_of_inverse_beta_decay() -> None:
    """A. Strumia and F. Vissani, Phys. Lett. B 564 (2003) 42, eq. 14, quoting Kurylov et al."""
    energy = np.array([1.02, 1.1, 3.0, 10.0])
    fit = 1.5 * np.log(PROTON_MASS_MEV / (2 * energy)) + 1.2 * (ELECTRON_MASS_MEV / energy) ** 1.5
    difference = bracket(radiative_neutrino_capture(energy)) / 2 - fit
    # The constant depends on what is absorbed in the couplings; the fit is good to a few 1e-2.
    np.testing.assert_allclose(difference, difference[0], atol=0.03)


def test_capture_at_threshold_is_electron_capture_without_energy() -> None:
    # Time reversal: both are the amplitude at rest, and there is nothing left to radiate.
    neutrino = radiative_neutrino_capture(ELECTRON_MASS_MEV)
    assert neutrino == pytest.approx(float(radiative_electron_capture(0.0)), abs=1e-7)


def test_bremsstrahlung_of_electron_capture() -> None:
    """Morrison and Schiff: dw/dk = alpha/pi k (1 - k/E)^2/m^2 relative to the capture rate."""
    energy = 0.222
    k = np.linspace(0.0, energy, 2001)
    photons = FINE_STRUCTURE / np.pi * np.trapezoid(k * (1 - k / energy) ** 2, k)
    added = radiative_electron_capture(energy) - radiative_electron_capture(0.0)
    assert added == pytest.approx(photons / ELECTRON_MASS_MEV**2, rel=1e-5)


def test_both_corrections_are_small_and_smooth() -> None:
    energy = np.linspace(ELECTRON_MASS_MEV, 2.0, 300)
    delta = radiative_neutrino_capture(energy)
    assert np.all(np.diff(delta) < 0)
    assert np.all((delta > 0) & (delta < 0.02))
