"""Every closed form of the package against the Lindblad equation, and what other programs write."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.gallium import source_measurements
from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.interactions.gallium_capture import cross_section
from gallus.oscillation import (
    Channel,
    Decay,
    Decoherence,
    OscillationModel,
    PeakedDecoherence,
    Sterile,
    ThreeFlavour,
)
from gallus.oscillation.active import active_mixing
from gallus.oscillation.base import ActiveFlavour, Flavour
from gallus.oscillation.decoherence_cases import Case
from gallus.oscillation.dissipator import Dissipator, power_law
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.lindblad import OpenSystem
from gallus.oscillation.lindblad_model import LindbladModel, as_array
from gallus.oscillation.liouvillian import (
    dissipative_part,
    hermitian_basis,
    operators_of_rates,
    rates_of_damping,
)
from gallus.parameters import Parameter

FLAVOURS: tuple[ActiveFlavour, ...] = get_args(ActiveFlavour)
CASES: tuple[Case, ...] = get_args(Case)
EE = Channel()
CLOSED_FORM = 1e-10

channels = st.builds(
    Channel, st.sampled_from(FLAVOURS), st.sampled_from(get_args(Flavour)), st.booleans()
)
sin2 = st.floats(0.0, 1.0)
phases = st.floats(-180.0, 180.0)
lengths = st.floats(0.01, 100.0)
energies = st.floats(0.2, 5.0)
baselines = st.floats(0.0, 10.0)
active_values = st.fixed_dictionaries(
    {
        "sin2_theta_12": sin2,
        "sin2_theta_13": sin2,
        "sin2_theta_23": sin2,
        "delta_cp_deg": phases,
        "delta_m2_21_eV2": st.floats(0.0, 2.0),
        "delta_m2_31_eV2": st.floats(-3.0, 3.0),
    }
)


def vectors(case: Case, own: dict[str, float], kind: str = "") -> Array:
    """d_1, d_2, d_3 in a plane, at 0.75 MeV; shape (2, 3)."""
    d_2 = own[f"lambda_12{kind}_m"] ** -0.5
    if case == "A":
        return np.array([[0.0, d_2, d_2], [0.0, 0.0, 0.0]])
    if case == "B":
        return np.array([[0.0, d_2, 0.0], [0.0, 0.0, 0.0]])
    d_3 = own[f"lambda_13{kind}_m"] ** -0.5
    angle = math.radians(own.get(f"decoherence_angle{kind}_deg", 0.0))
    return np.array([[0.0, d_2, d_3 * math.cos(angle)], [0.0, 0.0, d_3 * math.sin(angle)]])


def own_values(case: Case, kind: str = "") -> st.SearchStrategy[dict[str, float]]:
    own = {f"lambda_12{kind}_m": lengths, f"power_r{kind}": st.floats(-3.0, 14.0)}
    own |= {f"lambda_13{kind}_m": lengths} if case in ("C", "free") else {}
    own |= {f"decoherence_angle{kind}_deg": st.floats(0, 180)} if case == "free" else {}
    return st.fixed_dictionaries(own)


def active_system(values: dict[str, float], *dissipators: Dissipator) -> OpenSystem:
    mixing = active_mixing(parameter_values(ThreeFlavour(), values))
    masses = np.array([0.0, *mixing.splittings_eV2])
    return OpenSystem(as_array(mixing.matrix()), masses, dissipators)


# --- closed forms -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("separate", [False, True], ids=["common", "antineutrinos"])
@given(data=st.data(), active=active_values, channel=channels, energy=energies, x=baselines)
def test_decoherence_solves_the_equation(
    case: Case,
    separate: bool,
    data: st.DataObject,
    active: dict[str, float],
    channel: Channel,
    energy: float,
    x: float,
) -> None:
    kinds = ("", "_antineutrino") if separate else ("",)
    own = {k: v for kind in kinds for k, v in data.draw(own_values(case, kind)).items()}
    kind = kinds[-1] if channel.antineutrino else ""
    factor = power_law(0.75, own[f"power_r{kind}"])
    system = active_system(active, Dissipator.dephasing(vectors(case, own, kind), factor=factor))
    model = Decoherence(case, separate_antineutrinos=separate)
    result = model.probability(channel, energy, x, active | own)
    expected = system.probability(channel, energy, x)
    assert result == pytest.approx(float(expected), rel=0, abs=CLOSED_FORM)


@pytest.mark.filterwarnings("ignore::gallus.oscillation.dissipator.NoEffectWarning")
@given(
    active=active_values,
    channel=channels,
    energy=st.floats(0.3, 60.0),
    x=st.floats(0.0, 30.0),
    peaks=st.tuples(lengths, st.floats(0.2, 2.0), lengths, st.floats(0.2, 2.0)),
)
def test_peaked_decoherence_solves_the_equation(
    active: dict[str, float],
    channel: Channel,
    energy: float,
    x: float,
    peaks: tuple[float, float, float, float],
) -> None:
    """Far from narrow peaks the warning is right."""
    lambda_2, width_2, lambda_3, width_3 = peaks

    def operators(energy_MeV: Array) -> Array:
        """One operator whose entries have peaks of their own."""
        d_2 = np.exp(-(np.log(energy_MeV / 0.75) ** 2) / (2 * width_2**2)) / lambda_2**0.5
        d_3 = np.exp(-(np.log(energy_MeV / 30.0) ** 2) / (2 * width_3**2)) / lambda_3**0.5
        diagonal = np.stack([0.0 * d_2, d_2, d_3], axis=-1)
        return math.sqrt(2.0) * diagonal[:, None, :, None] * np.eye(3)

    expected = active_system(active, Dissipator(operators)).probability(channel, energy, x)
    own = {"lambda_2_m": lambda_2, "width_2": width_2, "lambda_3_m": lambda_3, "width_3": width_3}
    result = PeakedDecoherence().probability(channel, energy, x, active | own)
    assert result == pytest.approx(float(expected), rel=0, abs=CLOSED_FORM)


@given(
    params=st.fixed_dictionaries(
        {
            "sin2_2theta_ee": sin2,
            "delta_m2_41_eV2": st.floats(0.1, 20.0),
            "sin2_theta_24": sin2,
            "sin2_theta_34": sin2,
            "delta_14_deg": phases,
            "delta_24_deg": phases,
            "delta_m2_31_eV2": st.floats(-0.5, 0.5),
        }
    ),
    channel=channels,
    gamma=st.floats(0.0, 5.0),
    energy=energies,
    x=baselines,
)
def test_decay_is_a_hamiltonian_that_is_not_hermitian(
    params: dict[str, float], channel: Channel, gamma: float, energy: float, x: float
) -> None:
    mixing = Sterile().mixing(params)
    decay = np.array([0.0, 0.0, 0.0, math.sqrt(params["delta_m2_41_eV2"]) * gamma])
    masses = np.array([0.0, *mixing.splittings_eV2])
    system = OpenSystem(as_array(mixing.matrix()), masses, decay_eV2=decay)
    result = Decay().probability(channel, energy, x, params | {"gamma_4_eV": gamma})
    expected = system.probability(channel, energy, x)
    assert result == pytest.approx(float(expected), rel=0, abs=CLOSED_FORM)


def test_a_fully_dephased_state_has_only_populations() -> None:
    """Sum of |U_ek|^4 = 0.5498 with the mixing of the talk."""
    system = active_system(
        {"sin2_theta_12": 0.307, "sin2_theta_13": 0.0222},
        Dissipator.dephasing(np.array([0.0, 1.0, -1.0])),
    )
    assert system.probability(EE, 0.75, 1e4) == pytest.approx(0.5498, abs=5e-5)


# --- the model ----------------------------------------------------------------------------------


def test_the_model_is_one() -> None:
    model = LindbladModel()
    assert isinstance(model, OscillationModel)
    assert [p.name for p in model.parameters] == [p.name for p in Decoherence().parameters]
    assert set(model.fixed) == set(Decoherence().fixed)
    assert (model.name, model.null, model.lost_to) == ("lindblad", "three-flavour", "active")


def test_only_what_is_named_is_held_of_parameters_of_ones_own() -> None:
    own = (Parameter("rate_per_m", 0.1, 0.0, 10.0), Parameter("power_r", 2.0, 0.0, 10.0))
    active = ThreeFlavour().fixed
    assert LindbladModel(own, forgetful).fixed == active
    assert LindbladModel(own, forgetful, held=("power_r",)).fixed == ("power_r", *active)
    assert LindbladModel(held=()).fixed == active
    with pytest.raises(InputError, match=r"held parameter.*power_r, rate_per_m"):
        LindbladModel(own, forgetful, held=("lambda_13_m",))


@given(own=own_values("C"), channel=channels, energy=energies, x=st.floats(0.0, 10.0))
def test_the_model_is_decoherence_in_vacuum(
    own: dict[str, float], channel: Channel, energy: float, x: float
) -> None:
    result = LindbladModel().probability(channel, energy, x, own)
    expected = Decoherence().probability(channel, energy, x, own)
    assert result == pytest.approx(float(expected), rel=0, abs=CLOSED_FORM)


def test_parameters_of_the_model_may_be_arrays() -> None:
    params = {"lambda_12_m": np.array([[1.0], [2.0], [5.0]]), "power_r": np.array([0.0, 3.0])}
    energy, baseline = np.linspace(0.4, 2.0, 5), np.linspace(0.0, 9.0, 4)[:, None]
    for channel in (EE, Channel("mu", "e", True)):
        result = LindbladModel().probability(channel, energy, baseline, params)
        assert result.shape == (3, 2, 4, 5)
        expected = Decoherence().probability(channel, energy, baseline, params)
        np.testing.assert_allclose(result, expected, rtol=0, atol=1e-14)


@pytest.mark.slow
def test_the_model_under_jax(jax: Any) -> None:
    energy, baseline = np.linspace(0.4, 2.0, 5), np.linspace(0.0, 3.0, 5)

    def at(model: Any, length: Any) -> Any:
        params = {"lambda_12_m": length, "sin2_theta_13": 0.02}
        return model.probability(Channel("mu", "e"), energy, baseline, params)

    for function in (at, lambda m, x: jax.jit(lambda y: at(m, y))(x)):
        found = function(LindbladModel(), jax.numpy.asarray(1.7))
        assert np.asarray(found) == pytest.approx(at(Decoherence(), 1.7), abs=1e-14)
    slopes = [jax.jacfwd(lambda x, m=m: at(m, x))(1.7) for m in (LindbladModel(), Decoherence())]
    assert np.asarray(slopes[0]) == pytest.approx(np.asarray(slopes[1]), abs=1e-13)


@given(density=st.floats(1e6, 1e8), channel=channels)
def test_in_matter_everything_relaxes_to_a_third(density: float, channel: Channel) -> None:
    """No state but the unit matrix commutes with D and with H; in vacuum populations stay."""
    params = {"lambda_12_m": 2.0, "power_r": 0.0}
    model = LindbladModel(electron_density_mol_per_cm3=density)
    found = model.probability(channel, 0.75, 1e6, params)
    expected = {"active": 1.0, "sterile": 0.0}.get(channel.final, 1 / 3)
    # The error of states that the fast rate, 20 per m here, shares with slow ones.
    assert found == pytest.approx(expected, rel=0, abs=1e-15 * 20 * 1e6)
    assert LindbladModel().probability(EE, 0.75, 1e6, params) == pytest.approx(0.55, abs=0.01)


def forgetful(energy_MeV: Array, values: Any) -> Array:
    """Any state becomes any other at the same rate, as in the documentation of the module."""
    root = np.sqrt(values["rate_per_m"] / 3)
    return root[..., None, None, None] * hermitian_basis(3)[1:]  # type: ignore[no-any-return]


@given(channel=channels, rate=st.floats(1e-3, 5.0), x=baselines, energy=energies)
def test_operators_of_ones_own(channel: Channel, rate: float, x: float, energy: float) -> None:
    """P = 1/3 + (P_standard - 1/3) exp(-rate L)."""
    own = (Parameter("rate_per_m", 0.1, 0.0, 10.0),)
    model = LindbladModel(own, forgetful, name="forgetful")
    assert "rate_per_m" not in model.fixed
    standard = float(ThreeFlavour().probability(channel, energy, x, {}))
    third = {"active": 1.0, "sterile": 0.0}.get(channel.final, 1 / 3)
    expected = third + (standard - third) * math.exp(-rate * x)
    result = model.probability(channel, energy, x, {"rate_per_m": rate})
    assert result == pytest.approx(expected, rel=0, abs=1e-12)


def test_the_model_can_be_fitted_to_gallium() -> None:
    """By quadrature, equal to the exact averages of the closed form."""
    data, cross = source_measurements("gallium"), cross_section("bahcall-1997")
    exact, by_quadrature = (
        gallium_likelihood(model, cross, data, "covariance").chi2({"lambda_12_m": 2.0})
        for model in (Decoherence(), LindbladModel())
    )
    assert by_quadrature == pytest.approx(float(exact), abs=1e-9)


# --- what other programs write ------------------------------------------------------------------


def damping(operators: Any) -> Array:
    """Gamma of the eight components of Gell-Mann."""
    return -dissipative_part(operators)[1:, 1:]


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 4))
def test_operators_rates_and_damping_say_the_same(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    # Symmetric rates: others move the trace of rho into its components.
    roots = rng.normal(size=(n * n - 1, 2))
    rates = roots @ roots.T
    operators = operators_of_rates(rates)
    assert len(operators) == 2
    gamma = damping(operators)
    assert rates_of_damping(gamma) == pytest.approx(rates, rel=0, abs=1e-13 * np.abs(rates).max())
    again = damping(Dissipator.from_damping(gamma).operators)
    assert again == pytest.approx(gamma, rel=0, abs=1e-12 * np.abs(gamma).max())


@given(a=st.lists(st.floats(0.1, 2.0), min_size=8, max_size=8), seed=st.integers(0, 2**32 - 1))
def test_the_rates_are_those_of_oscprob(a: list[float], seed: int) -> None:
    """PMNS_OQS: K_cd = a_c a_d cos(theta_cd); its diagonal of the 8 x 8 dissipator."""
    unit = np.random.default_rng(seed).normal(size=(8, 8))
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    k = np.outer(a, a) * (unit @ unit.T)
    gamma_21 = k[2, 2]
    gamma_31, gamma_32 = (
        (k[2, 2] + 3 * k[7, 7] + sign * 2 * math.sqrt(3) * k[2, 7]) / 4 for sign in (1, -1)
    )
    one_two, one_three, two_three = (k[i, i] + k[i + 1, i + 1] for i in (0, 3, 5))
    expected = [
        gamma_21 + k[1, 1] + (one_three + two_three) / 4,
        gamma_21 + k[0, 0] + (one_three + two_three) / 4,
        one_two + (one_three + two_three) / 4,
        gamma_31 + k[4, 4] + (one_two + two_three) / 4,
        gamma_31 + k[3, 3] + (one_two + two_three) / 4,
        gamma_32 + k[6, 6] + (one_two + one_three) / 4,
        gamma_32 + k[5, 5] + (one_two + one_three) / 4,
        (one_three + two_three) * 3 / 4,
    ]
    assert np.diag(damping(operators_of_rates(k))) == pytest.approx(expected, rel=1e-12)


def test_random_phases_and_random_states_of_nusquids() -> None:
    """Gamma = diag(g x 8, but 0 for lambda_3 and lambda_8): three equal gamma_kj. All g: 1/3."""
    x, mixing = 1.7, {"sin2_theta_12": 0.3, "sin2_theta_13": 0.02}
    phase = Dissipator.from_damping(0.4 * np.diag([1.0, 1, 0, 1, 1, 1, 1, 0]))
    triangle = Decoherence("free").probability(
        EE,
        0.75,
        x,
        mixing | {"lambda_12_m": 2.5, "lambda_13_m": 2.5, "decoherence_angle_deg": 60.0},
    )
    found = active_system(mixing, phase).probability(EE, 0.75, x)
    assert found == pytest.approx(float(triangle), abs=1e-14)
    standard = float(ThreeFlavour().probability(EE, 0.75, x, mixing))
    for basis in ("mass", "flavour"):
        state = Dissipator.from_damping(0.4 * np.eye(8), basis)
        found = active_system(mixing, state).probability(EE, 0.75, x)
        expected = 1 / 3 + (standard - 1 / 3) * math.exp(-0.4 * x)
        assert found == pytest.approx(expected, abs=1e-14)


def test_mass_states_relax_as_in_snewpy() -> None:
    """P_11 = 1/3 + exp(-G_3' L)/2 + exp(-G_8 L)/6, where lambda_3 and lambda_8 are damped."""
    rate_3, rate_8, x = 0.5, 0.3, 1.3
    rates = np.diag([0.5, 0.5, 0.0, *[rate_8 / 3] * 4, 0.0])
    rates[:2] *= rate_3 - rate_8 / 3
    gamma = damping(operators_of_rates(rates))
    assert np.diag(gamma)[[2, 7]] == pytest.approx([rate_3, rate_8])
    system = OpenSystem(np.eye(3), np.array([0.0, 1.0, 2.0]), (Dissipator.from_rates(rates),))
    first, second = math.exp(-rate_3 * x), math.exp(-rate_8 * x)
    for final, expected in (
        ("e", 1 / 3 + first / 2 + second / 6),
        ("mu", 1 / 3 - first / 2 + second / 6),
        ("tau", 1 / 3 - second / 3),
    ):
        found = system.probability(Channel("e", final), 10.0, x)  # type: ignore[arg-type]
        assert found == pytest.approx(expected, abs=1e-14)
