"""Open neutrinos against complex superoperators, amplitudes in matter, and laws of the equation."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from gallus.arrays import Array
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError
from gallus.oscillation import Channel, ManySterile, ThreeFlavour
from gallus.oscillation.base import RADIANS, ActiveFlavour, Flavour
from gallus.oscillation.dissipator import Dissipator, NoEffectWarning, power_law
from gallus.oscillation.lindblad import OpenSystem, matter_potential_per_m
from gallus.oscillation.lindblad_model import as_array
from gallus.oscillation.liouvillian import (
    components,
    density_matrix,
    dissipative_part,
    hermitian_basis,
    loss_part,
    unitary_part,
)

Complex = NDArray[np.complex128]

FLAVOURS: tuple[ActiveFlavour, ...] = get_args(ActiveFlavour)
EE = Channel()
# Exponentials of norms up to some ten, of matrices up to 25 x 25.
EXPONENTIAL = 1e-12

states = st.integers(2, 5)
seeds = st.integers(0, 2**32 - 1)
channels = st.builds(
    Channel, st.sampled_from(FLAVOURS), st.sampled_from(get_args(Flavour)), st.booleans()
)


def random_matrix(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def random_hermitian(rng: np.random.Generator, n: int) -> Any:
    matrix = random_matrix(rng, n, n)
    return (matrix + matrix.conj().T) / 2


def random_mixing(rng: np.random.Generator, n: int) -> Complex:
    return np.asarray(np.linalg.qr(random_matrix(rng, n, n))[0])


def random_state(rng: np.random.Generator, n: int) -> Any:
    matrix = random_matrix(rng, n, n)
    square = matrix @ matrix.conj().T
    return square / np.trace(square).real


def superoperator(hamiltonian: Any, operators: Any, widths: Any) -> Complex:
    """The equation column by column: what it makes of each matrix with a single entry."""

    def change(rho: Complex) -> Any:
        result = -1j * (hamiltonian @ rho - rho @ hamiltonian) - (widths @ rho + rho @ widths) / 2
        for a in operators:
            square = a.conj().T @ a
            result = result + a @ rho @ a.conj().T - (square @ rho + rho @ square) / 2
        return result

    n = len(hamiltonian)
    return np.stack([change(e.reshape(n, n)).ravel() for e in np.eye(n * n, dtype=complex)], axis=1)


def random_system(rng: np.random.Generator, n: int) -> OpenSystem:
    """With everything that there is."""
    other = random_hermitian(rng, n)
    return OpenSystem(
        random_mixing(rng, n),
        rng.uniform(0.0, 1.0, n),
        (
            Dissipator(0.5 * random_matrix(rng, 2, n, n)),
            Dissipator(0.5 * random_matrix(rng, n, n), "flavour", power_law(0.7, 2.0)),
        ),
        electron_density_mol_per_cm3=1e6,
        neutron_density_mol_per_cm3=5e5,
        decay_eV2=rng.uniform(0.0, 0.1, n),
        hamiltonian_per_m=lambda energy, anti: (
            energy[:, None, None] * (other.conj() if anti else other)
        ),
    )


# --- the equation -------------------------------------------------------------------------------


@given(n=states, seed=seeds)
def test_the_real_matrix_is_the_complex_superoperator(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hamiltonian, operators = random_hermitian(rng, n), random_matrix(rng, 2, n, n)
    widths = random_state(rng, n)
    generator = unitary_part(hamiltonian) + dissipative_part(operators) + loss_part(widths)
    start = random_state(rng, n)
    step = expm(0.3 * superoperator(hamiltonian, operators, widths))
    expected = (step @ start.ravel()).reshape(n, n)
    assert density_matrix(expm(0.3 * generator) @ components(start)) == pytest.approx(
        expected, rel=0, abs=EXPONENTIAL
    )


@given(n=states, seed=seeds, anti=st.booleans(), energy=st.floats(0.3, 3.0), x=st.floats(0, 2))
def test_a_system_with_everything_is_the_equation_in_the_flavour_basis(
    n: int, seed: int, anti: bool, energy: float, x: float
) -> None:
    rng = np.random.default_rng(seed)
    system, start = random_system(rng, n), random_state(rng, n)
    mass_frame, flavour_frame = (np.asarray(d.operators) for d in system.dissipators)
    u = np.asarray(system.mixing)
    if anti:
        u, mass_frame, flavour_frame = u.conj(), mass_frame.conj(), flavour_frame.conj()
    operators = [u @ a @ u.conj().T for a in mass_frame] + [flavour_frame * (0.7 / energy)]
    in_flavours = [
        u @ np.diag(np.asarray(each)) @ u.conj().T * (1e-12 / (HBARC_MEV_M * energy))
        for each in (system.masses_squared_eV2, system.decay_eV2)
    ]
    matter = np.diag(matter_potential_per_m(1e6, 5e5, n)) * (-1 if anti else 1)
    other = system.hamiltonian_per_m(np.array([energy]), anti)[0]  # type: ignore[misc]
    generator = superoperator(
        in_flavours[0] / 2 + matter + other, np.array(operators), in_flavours[1]
    )
    expected = (expm(x * generator) @ start.ravel()).reshape(n, n)
    found = system.evolved(start, np.array([energy]), np.array([x]), anti)[0]
    assert found == pytest.approx(expected, rel=0, abs=EXPONENTIAL)


@given(n=states, seed=seeds, energy=st.floats(0.3, 3.0), x=st.floats(0.0, 50.0))
def test_density_matrices_stay_density_matrices(n: int, seed: int, energy: float, x: float) -> None:
    rng = np.random.default_rng(seed)
    system = random_system(rng, n)
    start, points = random_state(rng, n), (np.array([energy]), np.array([x]))
    for decay, least in ((system.decay_eV2, -math.inf), (None, 1.0)):
        each = OpenSystem(
            system.mixing,
            system.masses_squared_eV2,
            system.dissipators,
            system.electron_density_mol_per_cm3,
            decay_eV2=decay,
        )
        rho = each.evolved(start, *points)[0]
        assert rho == pytest.approx(rho.conj().T, rel=0, abs=1e-13)
        assert np.linalg.eigvalsh(rho)[0] > -1e-13
        assert least - 1e-13 <= np.trace(rho).real <= 1.0 + 1e-13


@given(n=st.integers(2, 4), seed=seeds, x=st.floats(0.01, 5.0))
def test_evolution_is_completely_positive(n: int, seed: int, x: float) -> None:
    """The matrix of Choi, sum_ij |i><j| x L(|i><j|), has no negative eigenvalue."""
    system = random_system(np.random.default_rng(seed), n)

    def mapped(i: int, j: int) -> Any:
        """By linearity from Hermitian matrices."""
        e = np.zeros((n, n), dtype=complex)
        e[i, j] = 1.0
        parts: list[Any] = [(e + e.conj().T) / 2, (e - e.conj().T) / 2j]
        real, imaginary = (
            system.evolved(part, np.array([0.8]), np.array([x]))[0] for part in parts
        )
        return real + 1j * imaginary

    choi = np.block([[mapped(i, j) for j in range(n)] for i in range(n)])
    assert np.linalg.eigvalsh(choi)[0] > -1e-12


def test_the_basis_is_orthonormal_and_that_of_gell_mann() -> None:
    for n in range(2, 6):
        basis = hermitian_basis(n)
        products = np.einsum("aij,bji->ab", basis, basis)
        assert products == pytest.approx(np.eye(n * n), abs=1e-15)
    gell_mann = math.sqrt(2.0) * hermitian_basis(3)
    assert gell_mann[1][0, 1] == gell_mann[4][0, 2] == gell_mann[6][1, 2] == pytest.approx(1)
    assert gell_mann[2][0, 1] == gell_mann[5][0, 2] == gell_mann[7][1, 2] == pytest.approx(-1j)
    assert np.diag(gell_mann[3]) == pytest.approx([1, -1, 0])
    assert np.diag(gell_mann[8]) == pytest.approx(np.array([1, 1, -2]) / math.sqrt(3))


# --- known solutions ----------------------------------------------------------------------------


@given(channel=channels, energy=st.floats(0.3, 5.0), x=st.floats(0.0, 1e4), s=st.floats(0, 1))
def test_alone_it_is_three_flavours_in_vacuum(
    channel: Channel, energy: float, x: float, s: float
) -> None:
    params = {"sin2_theta_13": s}
    mixing = ThreeFlavour().mixing(params)
    system = OpenSystem(as_array(mixing.matrix()), np.array([0.0, *mixing.splittings_eV2]))
    expected = ThreeFlavour().probability(channel, energy, x, params)
    assert system.probability(channel, energy, x) == pytest.approx(float(expected), abs=1e-11)


@given(channel=channels, energy=st.floats(0.3, 5.0), x=st.floats(0.0, 10.0), s=st.floats(0, 1))
def test_alone_it_is_three_active_and_two_sterile_states(
    channel: Channel, energy: float, x: float, s: float
) -> None:
    params = {
        "sin2_theta_14": s,
        "sin2_theta_15": 0.2,
        "delta_m2_41_eV2": 3.0,
        "delta_m2_51_eV2": 7.0,
        "sin2_theta_24": 0.3,
        "sin2_theta_34": 0.1,
        "delta_14_deg": 70.0,
    }
    mixing = ManySterile(2).mixing(params)
    system = OpenSystem(as_array(mixing.matrix()), np.array([0.0, *mixing.splittings_eV2]))
    expected = ManySterile(2).probability(channel, energy, x, params)
    assert system.probability(channel, energy, x) == pytest.approx(float(expected), abs=1e-11)


@given(
    angle=st.floats(0.0, math.pi / 2),
    density=st.floats(0.0, 200.0),
    energy=st.floats(0.5, 20.0),
    x=st.floats(0.0, 1e6),
    anti=st.booleans(),
)
def test_two_flavours_in_matter(
    angle: float, density: float, energy: float, x: float, anti: bool
) -> None:
    """P_ee = 1 - (D sin 2theta/h)^2 sin^2(h L/2), h^2 = (D cos 2theta - V)^2 + (D sin 2theta)^2."""
    u = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    system = OpenSystem(u, np.array([0.0, 7.5e-5]), electron_density_mol_per_cm3=density)
    d = RADIANS * 7.5e-5 / energy
    v = math.sqrt(2) * 1.1663787e-11 * density * 6.02214076e23 * (1.973269804e-11) ** 3  # MeV
    v = (-v if anti else v) / HBARC_MEV_M
    h = math.hypot(d * math.cos(2 * angle) - v, d * math.sin(2 * angle))
    mixed = (d * math.sin(2 * angle) / h) ** 2 if h else 0.0
    expected = 1.0 - mixed * math.sin(h * x / 2) ** 2
    found = system.probability(Channel("e", "e", anti), energy, x)
    # the constant of Fermi is cut after 8 digits
    assert found == pytest.approx(expected, abs=1e-11 + 1e-7 * abs(v) * x)


def test_the_potential_of_the_centre_of_the_sun() -> None:
    """7.70e-12 eV for 100.9 mol/cm3; sterile states have half of it from as many neutrons."""
    potential = matter_potential_per_m(100.9, 100.9, 5) * HBARC_MEV_M * 1e6
    assert potential == pytest.approx(7.70e-12 * np.array([1, 0, 0, 0.5, 0.5]), rel=1e-3)


@pytest.mark.parametrize("gamma", [1e-3, 0.3, 20.0])
def test_dephasing_in_matter_has_the_rates_of_a_bloch_vector(gamma: float) -> None:
    """Roots of x^3 + 2 g x^2 + (g^2 + h^2) x + g h_x^2; the slow one vanishes as V'^2/g (Zeno)."""
    angle, density, energy = 0.58, 1e7, 2.0
    u = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    dephasing = Dissipator.dephasing(np.array([0.0, math.sqrt(gamma)]))
    system = OpenSystem(u, np.array([0.0, 0.7]), (dephasing,), density)
    v = float(matter_potential_per_m(density)[0])
    h_x = v * math.sin(2 * angle)
    h_z = v * math.cos(2 * angle) - RADIANS * 0.7 / energy
    roots = np.roots([1.0, 2 * gamma, gamma**2 + h_x**2 + h_z**2, gamma * h_x**2])
    rates = np.linalg.eigvals(system.generator_per_m(np.array([energy]))[0])
    moving = rates[np.argsort(np.abs(rates))][1:]
    assert np.sort_complex(moving) == pytest.approx(np.sort_complex(roots), rel=1e-9)


@given(seed=seeds, n=states, energy=st.floats(0.3, 3.0), x=st.floats(0.0, 5.0))
def test_antineutrinos_go_the_other_way_in_vacuum(
    seed: int, n: int, energy: float, x: float
) -> None:
    """CPT: P(anti a -> anti b) = P(b -> a), also with dephasing of mass states."""
    rng = np.random.default_rng(seed)
    system = OpenSystem(
        random_mixing(rng, n),
        rng.uniform(0, 3, n),
        (Dissipator.dephasing(rng.normal(size=(2, n))),),
        decay_eV2=rng.uniform(0, 1, n),
    )
    back = system.probability(Channel("e", "mu", True), energy, x)
    there = system.probability(Channel("mu", "e"), energy, x)
    assert back == pytest.approx(float(there), rel=0, abs=EXPONENTIAL)


def test_what_decays_is_sterile() -> None:
    system = OpenSystem(np.eye(3), np.zeros(3), decay_eV2=np.array([0.5, 0.0, 0.0]))
    left = math.exp(-0.5e-12 * 2.0 / (HBARC_MEV_M * 0.8))
    for final, expected in (("e", left), ("active", left), ("sterile", 1 - left), ("mu", 0.0)):
        result = system.probability(Channel("e", final), 0.8, 2.0)  # type: ignore[arg-type]
        assert result == pytest.approx(expected, abs=1e-15)


# --- shapes, jax --------------------------------------------------------------------------------


def test_points_and_parameters_have_any_shape() -> None:
    rng = np.random.default_rng(1)
    mixings = np.stack([random_mixing(rng, 3) for _ in range(4)])
    masses = np.array([0.0, 1.0, 2.5])
    dephasing = (Dissipator.dephasing(np.array([0.0, 0.3, 0.9]), "flavour"),)
    energy, baseline = np.linspace(0.5, 2.0, 6)[:, None], np.linspace(0.0, 3.0, 5)
    all_at_once = OpenSystem(mixings, masses, dephasing, 1e5).probability(EE, energy, baseline)
    assert all_at_once.shape == (4, 6, 5)
    single = OpenSystem(mixings[2], masses, dephasing, 1e5).probability(EE, 0.5, baseline[3])
    assert single.shape == ()
    assert all_at_once[2, 0, 3] == pytest.approx(float(single), abs=1e-14)


@pytest.mark.slow
def test_the_same_under_jax(jax: Any) -> None:
    rng = np.random.default_rng(2)
    u, masses, d = random_mixing(rng, 3), np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.3, 0.9])
    energy, baseline = np.linspace(0.5, 2.0, 6), np.linspace(0.0, 3.0, 6)
    channel = Channel("mu", "e", True)

    def at(splittings: Any, size: Any) -> Any:
        operators: Any = size * np.sqrt(2.0) * np.diag(d)
        decay = 0.1 * splittings
        return OpenSystem(
            u, splittings, (Dissipator(operators),), 1e6, decay_eV2=decay
        ).probability(channel, energy, baseline)

    plain = at(masses, np.float64(1.3))
    for function in (at, jax.jit(at)):
        found = function(jax.numpy.asarray(masses), jax.numpy.asarray(1.3))
        assert np.asarray(found) == pytest.approx(plain, abs=1e-13)
    slope = np.asarray(jax.jacfwd(at, argnums=1)(jax.numpy.asarray(masses), 1.3))
    step = 1e-5
    by_hand = (at(masses, np.float64(1.3 + step)) - at(masses, np.float64(1.3 - step))) / (2 * step)
    assert slope == pytest.approx(by_hand, abs=1e-8)


# --- warnings and errors ------------------------------------------------------------------------

MIXED: Array = np.array([[0.8, 0.6], [-0.6, 0.8]])


@pytest.mark.parametrize(
    "dissipator",
    [
        Dissipator.dephasing(np.zeros(2)),
        Dissipator.dephasing(np.full(2, 1.1)),
        Dissipator.dephasing(np.full(2, 1.1), "flavour"),
        Dissipator(3.7 * np.eye(2)),
        Dissipator(np.asarray((0.3 + 2.1j) * np.eye(2), dtype=np.complex128), "flavour"),
        Dissipator(np.zeros((2, 2, 2))),
        Dissipator.from_damping(np.zeros((3, 3))),
        Dissipator.dephasing(np.array([0.0, 1.0]), factor=lambda energy: 0.0 * energy),
        Dissipator.dephasing(np.array([0.0, 1.0]), factor=power_law(0.75, 60.0)),
    ],
    ids=[
        "zero",
        "equal",
        "equal in flavours",
        "unit",
        "phase",
        "zeros",
        "no damping",
        "factor",
        "far away",
    ],
)
def test_a_dissipator_without_effect_warns(dissipator: Dissipator) -> None:
    effective = Dissipator.dephasing(np.array([0.0, 1.0]))
    system = OpenSystem(MIXED, np.array([0.0, 1.0]), (effective, dissipator))
    with pytest.warns(NoEffectWarning, match=r"dissipators\[1\] .* below 1e-15 over") as caught:
        found = system.probability(EE, np.array([4.0, 5.0]), 1.0)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    alone = OpenSystem(MIXED, np.array([0.0, 1.0]), (effective,))
    expected = alone.probability(EE, np.array([4.0, 5.0]), 1.0)
    assert found == pytest.approx(expected, rel=0, abs=1e-14)


def test_no_warning_where_one_point_sees_it() -> None:
    steep = Dissipator.dephasing(np.array([0.0, 1.0]), factor=power_law(0.75, 60.0))
    system = OpenSystem(MIXED, np.array([0.0, 1.0]), (steep,))
    system.probability(EE, np.array([4.0, 0.8]), 1.0)
    system.probability(EE, 4.0, 0.0)  # at the source nothing can have an effect


def test_lists_are_taken_for_arrays() -> None:
    lists: Any = OpenSystem(
        MIXED.tolist(),
        [0, 1],  # type: ignore[arg-type]
        [Dissipator.dephasing(np.array([0.0, 1.0]))],  # type: ignore[arg-type]
        decay_eV2=[0, 1],  # type: ignore[arg-type]
    )
    arrays = OpenSystem(
        MIXED,
        np.array([0.0, 1.0]),
        (Dissipator.dephasing(np.array([0.0, 1.0])),),
        decay_eV2=np.array([0.0, 1.0]),
    )
    assert lists.probability(EE, 0.75, 1.0) == arrays.probability(EE, 0.75, 1.0)


def constant(matrix: Any) -> Any:
    return lambda energy, antineutrino: np.broadcast_to(matrix, (energy.size, 2, 2))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: OpenSystem(2 * MIXED, np.zeros(2)), r"mixing = .*not unitary"),
        (lambda: OpenSystem(np.ones((2, 3)), np.zeros(2)), r"\(2, 3\): is not square"),
        (lambda: OpenSystem(MIXED, np.zeros(3)), r"masses_squared_eV2 = \(3,\).*\(\.\.\., 2\)"),
        (
            lambda: OpenSystem(MIXED, np.zeros(2), decay_eV2=np.array([0.0, -1.0])),
            "decay_eV2 = .*negative",
        ),
        (lambda: OpenSystem(MIXED, [0.0, math.nan]), r"masses_squared_eV2 = .*not finite"),  # type: ignore[arg-type]
        (lambda: OpenSystem(MIXED, ["a", 1]), "masses_squared_eV2 = .*no array of numbers"),  # type: ignore[arg-type]
        (lambda: OpenSystem(MIXED, 1j * np.ones(2)), "masses_squared_eV2 = .*not real"),  # type: ignore[arg-type]
        (lambda: OpenSystem(np.nan * MIXED, np.zeros(2)), "mixing = .*not finite"),
        (lambda: OpenSystem([[1, 0], [0]], np.zeros(2)), "mixing = .*no array of numbers"),  # type: ignore[arg-type]
        (
            lambda: OpenSystem(MIXED, np.zeros(2), electron_density_mol_per_cm3=math.inf),
            "electron_density_mol_per_cm3 = inf: is not finite",
        ),
        (
            lambda: OpenSystem(MIXED, np.zeros(2), decay_eV2=np.array([0.0, math.nan])),
            "decay_eV2 = .*not finite",
        ),
        (
            lambda: OpenSystem(MIXED, np.zeros(2), Dissipator(np.eye(2))),  # type: ignore[arg-type]
            r"dissipators = 'Dissipator': is no tuple.*a tuple of Dissipator",
        ),
        (
            lambda: OpenSystem(MIXED, np.zeros(2), (Dissipator(np.eye(2)), np.eye(2))),  # type: ignore[arg-type]
            r"dissipators\[1\] = 'ndarray': is no dissipator.*a tuple of Dissipator",
        ),
        (lambda: Dissipator(np.ones(3)), r"shape of operators = \(3,\)"),
        (lambda: Dissipator(np.ones((2, 3))), r"shape of operators = \(2, 3\)"),
        (lambda: Dissipator(np.full((2, 2), np.nan)), "operators = .*not finite"),
        (lambda: Dissipator(np.eye(2), "matter"), "basis.*flavour, mass"),  # type: ignore[arg-type]
        (lambda: Dissipator.from_rates(np.diag([1.0, 1.0, -0.1])), "-0.1.*not completely positive"),
        (lambda: Dissipator.from_rates(np.eye(5)), r"shape of rates = \(5, 5\)"),
        (lambda: Dissipator.from_rates(np.ones(3)), r"shape of rates = \(3,\)"),
        (lambda: Dissipator.from_rates(np.triu(np.ones((3, 3)))), "rates.*not Hermitian"),
        (lambda: Dissipator.from_rates(np.full((3, 3), np.inf)), "rates.*not finite"),
        (lambda: Dissipator.from_damping(np.diag([1.0, 1.0, 3.0])), "not completely positive"),
        (
            lambda: Dissipator.from_damping(np.array([[1, 1, 0], [-1, 1, 0], [0, 0, 1.0]])),
            "damping.*rotation",
        ),
    ],
)
def test_what_is_wrong_is_named(build: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()


@pytest.mark.parametrize(
    ("system", "message"),
    [
        (
            OpenSystem(
                MIXED, np.zeros(2), hamiltonian_per_m=constant(np.array([[0.0, 1.0], [0.0, 0.0]]))
            ),
            "hamiltonian_per_m = 1.0: is not Hermitian",
        ),
        (
            OpenSystem(MIXED, np.zeros(2), hamiltonian_per_m=constant(np.nan * np.eye(2))),
            "hamiltonian_per_m.*not finite",
        ),
        (OpenSystem(MIXED, np.zeros(2), (Dissipator(np.eye(3)),)), "do not fit the mixing"),
        (
            OpenSystem(MIXED, np.zeros(2), (Dissipator(np.eye(2), factor=lambda e: -e),)),
            r"factor = \[-1\.0\]",
        ),
        (
            OpenSystem(MIXED, np.zeros(2), (Dissipator(lambda e: np.ones((2, 2))),)),
            r"shape of operators = \(2, 2\)",
        ),
    ],
)
def test_what_is_wrong_at_an_energy_is_named(system: OpenSystem, message: str) -> None:
    with pytest.raises(InputError, match=message):
        system.probability(EE, 1.0, 1.0)


def test_two_states_have_no_third_flavour() -> None:
    system = OpenSystem(MIXED, np.array([0.0, 1.0]))
    for channel in (Channel("tau", "e"), Channel("e", "tau")):
        with pytest.raises(InputError, match=r"flavour of 2 states.*\(allowed: e, mu\)"):
            system.probability(channel, 1.0, 1.0)
    assert system.probability(Channel("e", "active"), 1.0, 1.0) == pytest.approx(1.0, abs=1e-14)
    with pytest.raises(InputError, match="energy_MeV"):
        system.probability(EE, -1.0, 1.0)
