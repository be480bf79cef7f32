"""Decoherence against the density matrix, its limits, and what it says about gallium."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError
from gallus.oscillation import (
    Channel,
    Decoherence,
    PeakedDecoherence,
    ThreeFlavour,
    angle_from_rates_deg,
    gallium_survival,
)
from gallus.oscillation.base import ActiveFlavour
from gallus.oscillation.decoherence_cases import Case

Complex = NDArray[np.complex128]
Operators = list[list[float]]

FLAVOURS: tuple[ActiveFlavour, ...] = get_args(ActiveFlavour)
CASES: tuple[Case, ...] = get_args(Case)
EE = Channel()
ANTI_EE = Channel(antineutrino=True)
# Mixing of the talk, with which the notes give their numbers.
TALK = {"sin2_theta_12": 0.307, "sin2_theta_13": 0.0222}

sin2 = st.floats(0.0, 1.0)
lengths = st.floats(0.1, 100.0)
angles = st.floats(0.0, 180.0)
channels = st.builds(Channel, st.sampled_from(FLAVOURS), st.sampled_from(FLAVOURS), st.booleans())
active_values = st.fixed_dictionaries(
    {
        "sin2_theta_12": sin2,
        "sin2_theta_13": sin2,
        "sin2_theta_23": sin2,
        "delta_cp_deg": st.floats(-180.0, 180.0),
        "delta_m2_21_eV2": st.floats(0.0, 1.0),
        "delta_m2_31_eV2": st.floats(-2.0, 2.0),
    }
)


# --- an independent computation: the master equation with a 9 x 9 matrix exponential ------------


def mixing(values: dict[str, float]) -> Complex:
    """The textbook matrix R_23 R_13 R_12, written out."""
    s12, s13, s23 = (math.sqrt(values[f"sin2_theta_{ij}"]) for ij in ("12", "13", "23"))
    c12, c13, c23 = (math.sqrt(1 - values[f"sin2_theta_{ij}"]) for ij in ("12", "13", "23"))
    e = np.exp(1j * np.radians(values["delta_cp_deg"]))
    return np.array(
        [
            [c12 * c13, s12 * c13, s13 / e],
            [-s12 * c23 - c12 * s23 * s13 * e, c12 * c23 - s12 * s23 * s13 * e, s23 * c13],
            [s12 * s23 - c12 * c23 * s13 * e, -c12 * s23 - s12 * c23 * s13 * e, c23 * c13],
        ]
    )


def evolved(
    values: dict[str, float], operators: Operators, channel: Channel, energy: float, length: float
) -> float:
    """P_ab from d rho/dL = -i [H, rho] + sum over D of 2 D rho D - {rho, D^2}, flavour basis."""
    u = mixing(values)
    u = u.conj() if channel.antineutrino else u
    masses = np.diag([0.0, values["delta_m2_21_eV2"], values["delta_m2_31_eV2"]])
    hamiltonian = u @ masses @ u.conj().T * 1e-12 / (2 * HBARC_MEV_M * energy)
    one = np.eye(3)
    generator = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
    for diagonal in operators:
        d = u @ np.diag(diagonal) @ u.conj().T
        generator = generator + 2 * np.kron(d, d.T) - np.kron(d @ d, one) - np.kron(one, (d @ d).T)
    a, b = FLAVOURS.index(channel.initial), FLAVOURS.index(channel.final)
    start = np.zeros((3, 3), dtype=complex)
    start[a, a] = 1.0
    rho = (expm(generator * length) @ start.ravel()).reshape(3, 3)
    return float(rho[b, b].real)


def operators_of(case: Case, values: dict[str, float]) -> Operators:
    """Diagonals of D at 0.75 MeV: one operator, and two in the free case."""
    d_2 = values["lambda_12_m"] ** -0.5
    if case == "A":
        return [[0.0, d_2, d_2]]
    if case == "B":
        return [[0.0, d_2, 0.0]]
    d_3 = values["lambda_13_m"] ** -0.5
    if case == "C":
        return [[0.0, d_2, d_3]]
    angle = math.radians(values["decoherence_angle_deg"])
    return [[0.0, d_2, d_3 * math.cos(angle)], [0.0, 0.0, d_3 * math.sin(angle)]]


def own_values(case: Case) -> st.SearchStrategy[dict[str, float]]:
    own = {"lambda_12_m": lengths, "power_r": st.floats(-3.0, 12.0)}
    own |= {"lambda_13_m": lengths} if case in ("C", "free") else {}
    own |= {"decoherence_angle_deg": angles} if case == "free" else {}
    return st.fixed_dictionaries(own)


# Exponentials of matrices with norms up to some hundred.
EXPONENTIAL = 1e-10


@pytest.mark.parametrize("case", CASES)
@given(
    data=st.data(),
    active=active_values,
    channel=channels,
    energy=st.floats(0.6, 3.0),
    length=st.floats(0.0, 3.0),
)
def test_decoherence_evolves_as_the_density_matrix(
    case: Case,
    data: st.DataObject,
    active: dict[str, float],
    channel: Channel,
    energy: float,
    length: float,
) -> None:
    own = data.draw(own_values(case))
    scale = (0.75 / energy) ** (own["power_r"] / 2)
    operators = [[scale * d for d in each] for each in operators_of(case, own)]
    expected = evolved(active, operators, channel, energy, length)
    result = Decoherence(case).probability(channel, energy, length, active | own)
    assert result == pytest.approx(expected, abs=EXPONENTIAL)


@given(
    active=active_values,
    channel=channels,
    energy=st.floats(0.3, 60.0),
    length=st.floats(0.0, 30.0),
    peaks=st.tuples(lengths, st.floats(0.2, 2.0), lengths, st.floats(0.2, 2.0)),
)
def test_peaked_decoherence_evolves_as_the_density_matrix(
    active: dict[str, float],
    channel: Channel,
    energy: float,
    length: float,
    peaks: tuple[float, float, float, float],
) -> None:
    lambda_2, width_2, lambda_3, width_3 = peaks
    d_2 = lambda_2**-0.5 * math.exp(-(math.log(energy / 0.75) ** 2) / (2 * width_2**2))
    d_3 = lambda_3**-0.5 * math.exp(-(math.log(energy / 30.0) ** 2) / (2 * width_3**2))
    expected = evolved(active, [[0.0, d_2, d_3]], channel, energy, length)
    own = {"lambda_2_m": lambda_2, "width_2": width_2, "lambda_3_m": lambda_3, "width_3": width_3}
    result = PeakedDecoherence().probability(channel, energy, length, active | own)
    assert result == pytest.approx(expected, abs=EXPONENTIAL)


def test_a_number_of_the_notes() -> None:
    """1/lambda_12 at 0.75 MeV is 9.866e-8 eV for 2 m; hbar c in eV m."""
    rate = Decoherence().rates_per_m(np.array([0.75]), {"lambda_12_m": 2.0})[0]
    assert rate * HBARC_MEV_M * 1e6 == pytest.approx(9.866e-8, rel=1e-4)


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@given(channel=channels, x=st.floats(0.0, 1e3), active=active_values)
def test_without_damping_it_is_three_flavours(
    case: Case, channel: Channel, x: float, active: dict[str, float]
) -> None:
    model = Decoherence(case)
    own = {name: 1e9 for name in names(model) if name.startswith("lambda")}
    own |= {"decoherence_angle_deg": 70.0} if case == "free" else {}
    result = model.probability(channel, 0.75, x, active | own)
    standard = ThreeFlavour().probability(channel, 0.75, x, active)
    # Rates of 1e-9 per m, at most four of them between the states.
    assert result == pytest.approx(float(standard), abs=4e-9 * x + 1e-13)


@pytest.mark.parametrize(("case", "left"), [("A", 0.5631), ("B", 0.5799), ("C", 0.5498)])
def test_what_full_damping_leaves_of_nue(case: Case, left: float) -> None:
    shares = [float(s) for s in ThreeFlavour().mixing(TALK).electron_shares]
    # Where vacuum oscillations have not begun: pairs that stay coherent interfere fully.
    coherent = {"A": (1, 2), "B": (0, 2), "C": ()}[case]
    exact = sum(s * s for s in shares)
    exact += 2 * shares[coherent[0]] * shares[coherent[1]] if coherent else 0.0
    still = {"delta_m2_21_eV2": 0.0, "delta_m2_31_eV2": 0.0}
    params = TALK | still | {"lambda_12_m": 1e-3}
    result = Decoherence(case).probability(EE, 0.75, 5.0, params)
    assert result == pytest.approx(exact, abs=1e-15)
    assert result == pytest.approx(left, abs=5e-5)


@given(params=own_values("free"), energy=st.floats(0.1, 50.0), length=st.floats(1e-3, 1e3))
def test_damping_is_completely_positive(
    params: dict[str, float], energy: float, length: float
) -> None:
    """Dephasing is so if and only if the matrix of damping factors has no negative eigenvalue."""
    for case in CASES:
        model = Decoherence(case)
        own = {name: value for name, value in params.items() if name in names(model)}
        rates = [float(rate[0]) for rate in model.rates_per_m(np.array([energy]), own)]
        assert smallest_eigenvalue(rates, length) > -1e-14


@given(own=own_values("free"))
def test_equal_antineutrinos_are_the_common_model(own: dict[str, float]) -> None:
    anti = {
        name.removesuffix("_m").removesuffix("_deg")
        + "_antineutrino"
        + (name[-2:] if name.endswith("_m") else "_deg" if name.endswith("_deg") else ""): value
        for name, value in own.items()
    }
    separate = Decoherence("free", separate_antineutrinos=True)
    for channel in (EE, ANTI_EE, Channel("mu", "e", True), Channel("mu", "tau")):
        common = Decoherence("free").probability(channel, 0.8, 2.0, own)
        result = separate.probability(channel, 0.8, 2.0, own | anti)
        assert result == pytest.approx(float(common), abs=1e-15)


def test_antineutrinos_may_have_lengths_of_their_own() -> None:
    separate = Decoherence(separate_antineutrinos=True)
    params = {"lambda_12_m": 1.0, "lambda_12_antineutrino_m": 50.0, "power_r_antineutrino": 3.0}
    for antineutrino, own in (
        (False, {"lambda_12_m": 1.0}),
        (True, {"lambda_12_m": 50.0, "power_r": 3.0}),
    ):
        for channel in (Channel("e", "e", antineutrino), Channel("mu", "e", antineutrino)):
            result = separate.probability(channel, 0.6, 2.0, params)
            expected = Decoherence().probability(channel, 0.6, 2.0, own)
            assert result == pytest.approx(float(expected), abs=1e-15)
    assert separate.name != Decoherence().name


def test_low_energies_do_not_overflow() -> None:
    energy, baseline = np.array([1e-9, 1e-3, 0.1]), np.array([0.0, 1e-3, 1e8])
    params = TALK | {"lambda_12_m": 1e-4, "lambda_13_m": 1e-6, "power_r": 40.0}
    for final in ("e", "active"):
        at = Decoherence().probability(Channel("e", final), energy[:, None], baseline, params)
        expected = [1.0, 0.549766, 0.549766] if final == "e" else [1.0] * 3
        np.testing.assert_allclose(at, np.broadcast_to(expected, (3, 3)), atol=1e-6)
    terms = Decoherence().damped_cosines(energy, params)
    assert np.isfinite(terms.damping_per_m).all()


def test_rates_that_dwarf_each_other_stay_finite(jax: Any) -> None:
    def at(power: Any) -> Any:
        return Decoherence().probability(EE, 0.01, 1.0, {"lambda_12_m": 2.0, "power_r": power})

    assert math.isfinite(float(jax.grad(at)(40.0)))


# --- the short form for gallium -----------------------------------------------------------------


@given(
    energy=st.floats(0.4, 0.9),
    baseline=st.floats(0.05, 5.0),
    lambda_12=st.floats(0.5, 5.0),
    power=st.sampled_from([0.0, 8.0, 12.0]),
)
def test_the_short_form_for_gallium(
    energy: float, baseline: float, lambda_12: float, power: float
) -> None:
    """lambda_13 -> 0; above 0.9 MeV it has to be ever shorter, with (E/0.75 MeV)^12."""
    own = {"lambda_12_m": lambda_12, "lambda_13_m": 1e-5, "power_r": power}
    exact = Decoherence().probability(EE, energy, baseline, TALK | own)
    short = gallium_survival(np.asarray(energy), np.asarray(baseline), lambda_12, power, **TALK)
    assert short == pytest.approx(float(exact), abs=1e-6)


def test_the_numbers_of_the_short_form() -> None:
    """1 - 0.04341 - 0.40682 (1 - e^(-L/lambda_12)) at 0.75 MeV."""
    energy, baseline = np.full(3, 0.75), np.array([0.0, 1.0, 1e9])
    result = gallium_survival(energy, baseline, 2.0, **TALK)
    fall = 1 - np.exp([0.0, -0.5, -1e9])
    assert result == pytest.approx(1 - 0.04341 - 0.40682 * fall, abs=1e-5)


def test_zinc_sees_nothing_where_chromium_loses_a_fifth() -> None:
    """lambda_12(1.342 MeV) is 2.2 km if it is 2 m at 0.75 MeV and r = 12."""
    model, params = Decoherence(), {"lambda_12_m": 2.0}
    rate = model.rates_per_m(np.array([1.342]), params)[0][0]
    assert 1 / rate == pytest.approx(2.2e3, abs=50.0)  # rounded in the notes
    chromium, zinc = (
        model.probability(EE, energy, 1.0, params | {"sin2_theta_13": 0.0})
        for energy in (0.747, 1.342)
    )
    fall = 1 - math.exp(-0.5 * (0.75 / 0.747) ** 12)
    assert chromium == pytest.approx(1 - 0.42 * fall, abs=0.01)
    assert zinc > 0.9995


def test_short_interference_comes_back_at_reactors() -> None:
    """6.7e-5 at 10 m and 9.8e-3 at 1.65 km for lambda_13 = 0.05 m and r = 12 at 2 MeV.

    The second, of the notes, is the most that the phase of Delta m2_31 allows; it leaves half.
    """
    still = TALK | {"delta_m2_21_eV2": 0.0, "delta_m2_31_eV2": 0.0}
    for active, changes in ((still, (6.7e-5, 9.8e-3)), (TALK, (6.7e-5, 4.6e-3))):
        for baseline, change in zip((10.0, 1650.0), changes, strict=True):
            standard = ThreeFlavour().probability(ANTI_EE, 2.0, baseline, active)
            own = {"lambda_12_m": 1e9}
            damped = Decoherence().probability(ANTI_EE, 2.0, baseline, active | own)
            assert abs(damped - standard) == pytest.approx(change, rel=0.02)


def test_peaks_explain_gallium_and_lsnd_and_leave_the_rest_alone() -> None:
    model, params = PeakedDecoherence(), {"lambda_2_m": 2.0}
    # At 0.75 MeV d_3 is nothing: case B.
    in_gallium = model.probability(EE, 0.75, 0.6, params)
    alike = Decoherence("B").probability(EE, 0.75, 0.6, {"lambda_12_m": 2.0})
    assert in_gallium == pytest.approx(float(alike), abs=1e-6)
    # LSND: 0.0026 nu_e of nu_mu at 30 m; an estimate gives lambda_3 of that size.
    appeared = model.probability(Channel("mu", "e", True), 40.0, 30.0, params)
    assert 0.001 < appeared < 0.005
    for channel, energy, baseline in (
        (ANTI_EE, 4.0, 10.0),
        (ANTI_EE, 3.5, 1650.0),
        (Channel("mu", "e"), 600.0, 541.0),
    ):
        standard = ThreeFlavour().probability(channel, energy, baseline, {})
        assert model.probability(channel, energy, baseline, params) == pytest.approx(
            float(standard), abs=1e-4
        )


# --- three rates --------------------------------------------------------------------------------


@given(lambda_12=lengths, lambda_13=lengths, angle=angles)
def test_an_angle_gives_three_rates_and_they_give_it_back(
    lambda_12: float, lambda_13: float, angle: float
) -> None:
    params = {"lambda_12_m": lambda_12, "lambda_13_m": lambda_13, "decoherence_angle_deg": angle}
    rates = [float(r[0]) for r in Decoherence("free").rates_per_m(np.array([0.75]), params)]
    d_2, d_3 = lambda_12**-0.5, lambda_13**-0.5
    assert rates[2] == pytest.approx(
        abs(d_3 - d_2 * np.exp(1j * np.radians(angle))) ** 2, rel=1e-9, abs=1e-12
    )
    # Rounding of the rates moves angles near 0 and 180 degrees by its square root.
    assert angle_from_rates_deg(*rates) == pytest.approx(angle, abs=1e-4)


@given(rates=st.tuples(*[st.floats(0.01, 10.0)] * 3))
def test_rates_are_refused_exactly_where_a_probability_would_be_negative(
    rates: tuple[float, float, float],
) -> None:
    roots = sorted(math.sqrt(rate) for rate in rates)
    margin = roots[0] + roots[1] - roots[2]
    if margin > 1e-6:
        assert 0.0 <= angle_from_rates_deg(*rates) <= 180.0
        assert smallest_eigenvalue(list(rates), 0.01) > -1e-14
    elif margin < -0.1:
        with pytest.raises(InputError, match="not completely positive"):
            angle_from_rates_deg(*rates)
        # For short lengths the eigenvalue is that of the rates.
        assert smallest_eigenvalue(list(rates), 0.001) < 0.0


def test_refused_rates_are_named() -> None:
    with pytest.raises(InputError, match=r"gamma_12_per_m.*\(0\.5, 0\.0, 0\.0\).*triangle"):
        angle_from_rates_deg(0.5, 0.0, 0.0)  # "only 12" of the notes
    with pytest.raises(InputError, match=r"gamma_13_per_m = -1\.0"):
        angle_from_rates_deg(1.0, -1.0, 1.0)
    with pytest.raises(InputError, match="gamma_23_per_m = nan"):
        angle_from_rates_deg(1.0, 1.0, math.nan)
    assert angle_from_rates_deg(0.0, 0.7, 0.7) == pytest.approx(0.0)
    assert angle_from_rates_deg(1.0, 1.0, 4.0) == pytest.approx(180.0)


def test_an_unknown_case_is_refused() -> None:
    wrong: Any = "D"
    with pytest.raises(InputError, match="case of decoherence"):
        Decoherence(wrong)


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan])
def test_energies_and_lengths_below_zero_are_named(wrong: float) -> None:
    for model, params in (
        (Decoherence(), {"lambda_12_m": 2.0}),
        (PeakedDecoherence(), {"lambda_2_m": 2.0}),
    ):
        with pytest.raises(InputError, match="energy_MeV"):
            model.rates_per_m(np.array([0.75, wrong]), params)
    energy, baseline = np.array(0.75), np.array(1.0)
    with pytest.raises(InputError, match="lambda_12_m"):
        gallium_survival(energy, baseline, wrong, **TALK)
    with pytest.raises(InputError, match="energy_MeV"):
        gallium_survival(np.array(wrong), baseline, 2.0, **TALK)


def test_case_c_becomes_case_b_without_lambda_13() -> None:
    energy, baseline = np.linspace(0.4, 2.0, 5), np.linspace(0.1, 3.0, 5)
    params = TALK | {"lambda_12_m": 2.0}
    long = Decoherence("C").probability(EE, energy, baseline, params | {"lambda_13_m": 1e9})
    # gamma_23 falls short of gamma_12 by 2 sqrt(2e-9) of it, and x exp(-x) is below 1/e.
    np.testing.assert_allclose(
        long, Decoherence("B").probability(EE, energy, baseline, params), rtol=0, atol=3.4e-5
    )


def test_where_the_short_form_ends() -> None:
    """The sum of the squares of populations, for the values of the talk and of NuFIT."""
    values = {p.name: p.start for p in Decoherence().parameters}
    default = {name: values[name] for name in ("sin2_theta_12", "sin2_theta_13")}
    quoted = {"sin2_theta_12": 0.307, "sin2_theta_13": 0.0222}
    for mixing, end in ((quoted, 0.550), (default, 0.549)):
        found = gallium_survival(np.array(0.75), np.array(1e4), 2.0, **mixing)
        assert found == pytest.approx(end, abs=5e-4)


def smallest_eigenvalue(rates: list[float], length: float) -> float:
    g12, g13, g23 = rates
    matrix = np.exp(-length * np.array([[0, g12, g13], [g12, 0, g23], [g13, g23, 0]]))
    return float(np.linalg.eigvalsh(matrix)[0])


def names(model: Decoherence) -> set[str]:
    return {parameter.name for parameter in model.parameters}
