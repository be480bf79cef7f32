"""What holds for every oscillation model: probabilities, unitarity, CPT, shapes, NumPy and jax."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.oscillation import (
    MODELS,
    Broad,
    Channel,
    DampedCosineModel,
    Decay,
    Decoherence,
    Deficit,
    LindbladModel,
    ManySterile,
    NoOscillation,
    OscillationModel,
    PeakedDecoherence,
    Sterile,
    ThreeFlavour,
    UserModel,
    WavePacket,
    declare,
    model,
    model_names,
)
from gallus.oscillation.base import RADIANS, ActiveFlavour, Flavour, sum_of_cosines
from gallus.oscillation.catalogue import choices, with_choices
from gallus.oscillation.evaluation import BLOCK
from gallus.parameters import Parameter

FLAVOURS = get_args(ActiveFlavour)


@declare(
    Parameter("amplitude", 0.2, 0.0, 1.0), Parameter("length_m", 2.0, 0.1, 9.0), lost_to="active"
)
def fading(energy_MeV: Array, baseline_m: Array, amplitude: Array, length_m: Array) -> Any:
    return 1 - amplitude * (1 - np.exp(-baseline_m / (length_m * energy_MeV)))


ALL: tuple[OscillationModel, ...] = (
    *MODELS,
    ThreeFlavour("inverted"),
    Deficit("active"),
    ManySterile(1),
    ManySterile(3),
    Decoherence(separate_antineutrinos=True),
    Decoherence("free", "inverted", separate_antineutrinos=True),
    WavePacket("sigma_E"),
    WavePacket("sigma_E", "active"),
    WavePacket(localisation="sigma_m"),
    WavePacket("sigma_E", "active", localisation="delta_loc"),
    UserModel("fading.py:fading", fading),
)
EACH = pytest.mark.parametrize("each", ALL, ids=repr)
# An amplitude is a sum of less than ten terms of size 1, each rounded a few times.
ROUNDING = 1e-14

energies = st.floats(0.1, 50.0)
baselines = st.floats(0.0, 100.0)


def initial_flavours(each: OscillationModel) -> tuple[ActiveFlavour, ...]:
    """A user's function speaks of nu_e only."""
    return ("e",) if isinstance(each, UserModel) else FLAVOURS


def keeps_cpt(each: OscillationModel) -> bool:
    """Not if antineutrinos have parameters of their own."""
    return not (isinstance(each, Decoherence) and each.separate_antineutrinos)


def loses_at_once(each: OscillationModel) -> bool:
    """A deficit is no oscillation, and what is not localised mixes at zero distance already."""
    return isinstance(each, Deficit) or (
        isinstance(each, WavePacket) and each.localisation != "none"
    )


def start(each: OscillationModel) -> dict[str, Any]:
    return {parameter.name: parameter.start for parameter in each.parameters}


def values_of(each: OscillationModel) -> st.SearchStrategy[dict[str, float]]:
    """Any allowed values of all parameters, mass splittings up to 100 eV2."""

    def allowed(parameter: Parameter) -> st.SearchStrategy[float]:
        lower = parameter.lower if math.isfinite(parameter.lower) else -100.0
        return st.floats(
            lower, min(parameter.upper, 100.0 if is_splitting(parameter.name) else 360.0)
        )

    return st.fixed_dictionaries({p.name: allowed(p) for p in each.parameters})


def is_splitting(name: str) -> bool:
    return name.startswith("delta_m2")


def tolerance(params: dict[str, float], energy: float, baseline: float) -> float:
    """Rounding of the sum, and of the phases, which is that of numbers of their size."""
    largest = max((abs(v) for name, v in params.items() if is_splitting(name)), default=0.0)
    return ROUNDING + 4e-16 * RADIANS * 2 * largest * baseline / energy


def channels(each: OscillationModel, *finals: Flavour) -> st.SearchStrategy[Channel]:
    return st.builds(
        Channel,
        st.sampled_from(initial_flavours(each)),
        st.sampled_from(finals or get_args(Flavour)),
        st.booleans(),
    )


def test_models_are_found_by_name() -> None:
    assert [model(name) for name in model_names()] == list(MODELS)


@EACH
def test_a_model_is_rebuilt_from_its_choices(each: OscillationModel) -> None:
    alike = [known for known in MODELS if type(known) is type(each)]
    assert [with_choices(known, choices(each)) for known in alike] == [each] * len(alike)
    assert not {parameter.name for parameter in each.parameters} & set(choices(each))


@EACH
def test_a_model_is_described_completely(each: OscillationModel) -> None:
    assert isinstance(each, OscillationModel)
    assert isinstance(each, DampedCosineModel) is not isinstance(each, UserModel)
    names = [parameter.name for parameter in each.parameters]
    assert len(set(names)) == len(names)
    assert set(each.fixed) <= set(names)
    assert each.null is None or each.null in model_names()
    assert each.lost_to in ("sterile", "active", "mixed")


@pytest.mark.parametrize(
    "kind",
    [
        Broad,
        Decay,
        Decoherence,
        LindbladModel,
        ManySterile,
        PeakedDecoherence,
        Sterile,
        ThreeFlavour,
        WavePacket,
    ],
)
def test_an_unknown_ordering_is_refused_at_once(kind: Callable[..., object]) -> None:
    with pytest.raises(InputError, match=r"mass ordering.*inverted, normal"):
        kind(ordering="wrong")


@EACH
@given(data=st.data(), energy=energies, baseline=baselines)
def test_probabilities_are_probabilities(
    each: OscillationModel, data: st.DataObject, energy: float, baseline: float
) -> None:
    params, channel = data.draw(values_of(each)), data.draw(channels(each))
    assert -ROUNDING <= each.probability(channel, energy, baseline, params) <= 1 + ROUNDING


@EACH
@given(data=st.data(), energy=energies, baseline=baselines)
def test_every_neutrino_arrives_as_something(
    each: OscillationModel, data: st.DataObject, energy: float, baseline: float
) -> None:
    params, some = data.draw(values_of(each)), data.draw(channels(each))
    total: dict[Flavour, float] = {
        final: float(each.probability(replace(some, final=final), energy, baseline, params))
        for final in get_args(Flavour)
    }
    allowed = tolerance(params, energy, baseline)
    assert total["active"] + total["sterile"] == pytest.approx(1.0, abs=allowed)
    assert sum(total[flavour] for flavour in FLAVOURS) == pytest.approx(
        total["active"], abs=allowed
    )


@pytest.mark.parametrize("each", [m for m in ALL if keeps_cpt(m)], ids=repr)
@given(data=st.data(), energy=energies, baseline=baselines)
def test_backwards_in_time_neutrinos_are_antineutrinos(
    each: OscillationModel, data: st.DataObject, energy: float, baseline: float
) -> None:
    params = data.draw(values_of(each))
    a, b = (data.draw(st.sampled_from(initial_flavours(each))) for _ in range(2))
    forwards = each.probability(Channel(a, b), energy, baseline, params)
    backwards = each.probability(Channel(b, a, antineutrino=True), energy, baseline, params)
    assert forwards == pytest.approx(backwards, abs=tolerance(params, energy, baseline))


@pytest.mark.parametrize("each", [m for m in ALL if not loses_at_once(m)], ids=repr)
@given(data=st.data())
def test_nothing_happens_at_zero_distance(each: OscillationModel, data: st.DataObject) -> None:
    params, channel = data.draw(values_of(each)), data.draw(channels(each, *FLAVOURS))
    expected = float(channel.is_survival)
    assert each.probability(channel, 0.7, 0.0, params) == pytest.approx(expected, abs=ROUNDING)


@EACH
def test_grids_of_parameters_equal_a_loop(each: OscillationModel) -> None:
    some = [p for p in each.parameters if p.name not in each.fixed] or list(each.parameters)
    some = some[-3:]  # the last are mass splittings
    energy, baseline = np.array([[0.43], [0.75]]), np.array([0.1, 0.5, 1.0])
    grid = {
        p.name: (p.start * np.array([0.5, 0.8, 1.0])).reshape((-1,) + (1,) * k)
        for k, p in enumerate(some)
    }
    leading = (3,) * len(some)
    for channel in (Channel(), Channel("e", "active")):
        result = each.probability(channel, energy, baseline, start(each) | grid)
        assert result.shape == (*leading, 2, 3)
        for index in np.ndindex(leading):
            one = start(each) | {
                name: float(np.broadcast_to(v, leading)[index]) for name, v in grid.items()
            }
            for point in np.ndindex(2, 3):
                E, L = float(energy[point[0], 0]), float(baseline[point[1]])
                single = each.probability(channel, E, L, one)
                assert single.shape == ()
                assert result[(*index, *point)] == pytest.approx(float(single), abs=ROUNDING)


@EACH
def test_long_batches_equal_short_ones(each: OscillationModel) -> None:
    size = BLOCK + 3
    energy, baseline = np.linspace(0.3, 9.0, size), np.linspace(0.0, 40.0, size)
    for final in ("e", "active"):
        whole = each.probability(Channel("e", final), energy, baseline, start(each))
        ends = [0, BLOCK - 1, BLOCK, size - 1]
        some = each.probability(Channel("e", final), energy[ends], baseline[ends], start(each))
        np.testing.assert_allclose(whole[ends], some, rtol=0, atol=ROUNDING)
        empty = each.probability(Channel("e", final), energy[:0], baseline[:0], start(each))
        assert empty.shape == (0,)


@pytest.mark.parametrize("each", [m for m in ALL if isinstance(m, DampedCosineModel)], ids=repr)
@given(data=st.data(), energy=energies, baseline=baselines)
def test_the_probability_is_the_sum_of_its_cosines(
    each: DampedCosineModel, data: st.DataObject, energy: float, baseline: float
) -> None:
    params, channel = data.draw(values_of(each)), data.draw(channels(each))
    at = np.array([energy])
    terms = each.damped_cosines(at, params)
    assert terms.phase_per_m.shape == terms.damping_per_m.shape == (terms.terms, 1)
    assert not (terms.undamped and terms.damping_per_m.any())
    assert (terms.damping_per_m >= 0.0).all()
    for other in (terms.gaussian_per_m2, terms.sinc_per_m):
        assert other is None or other.shape == (terms.terms, 1)
    weights = each.weights(channel, at, params)
    sines = each.sine_weights(channel, at, params)
    assert weights.shape == (terms.terms, 1)
    expected = sum_of_cosines(terms, weights, sines, np.array([baseline]))[0]
    result = each.probability(channel, energy, baseline, params)
    assert result == pytest.approx(expected, abs=tolerance(params, energy, baseline))


@pytest.mark.parametrize("each", [m for m in ALL if isinstance(m, DampedCosineModel)], ids=repr)
def test_frequencies_do_not_depend_on_the_mixing(each: DampedCosineModel) -> None:
    at = np.array([0.43, 0.75])
    params = start(each)
    other = {n: v if is_splitting(n) else 0.9 * v for n, v in params.items()}
    np.testing.assert_array_equal(
        each.damped_cosines(at, params).phase_per_m, each.damped_cosines(at, other).phase_per_m
    )


# --- what a user may get wrong ----------------------------------------------------------------


@EACH
def test_misspelt_parameters_are_refused(each: OscillationModel) -> None:
    for name in start(each):
        wrong = {**start(each), name + "x": 0.5}
        with pytest.raises(InputError, match=f"did you mean '{name}'"):
            each.probability(Channel(), 0.75, 1.0, wrong)


@EACH
def test_values_outside_the_bounds_are_refused(each: OscillationModel) -> None:
    for parameter in each.parameters:
        for wrong in (math.nan, math.inf, parameter.lower - 1, np.array([parameter.upper + 1])):
            with pytest.raises(InputError, match=parameter.name):
                each.probability(Channel(), 0.75, 1.0, {**start(each), parameter.name: wrong})


@EACH
def test_free_parameters_need_a_value_and_fixed_ones_do_not(each: OscillationModel) -> None:
    for name in start(each):
        rest = {n: v for n, v in start(each).items() if n != name}
        if name in each.fixed:
            assert each.probability(Channel(), 0.75, 1.0, rest) == each.probability(
                Channel(), 0.75, 1.0, start(each)
            )
        else:
            with pytest.raises(InputError, match=f"{name}: is missing"):
                each.probability(Channel(), 0.75, 1.0, rest)


@EACH
@pytest.mark.parametrize(
    ("energy", "baseline", "key"),
    [
        (0.0, 1.0, "energy_MeV = 0.0"),
        (-0.7, 1.0, "energy_MeV = -0.7"),
        (math.nan, 1.0, "energy_MeV = nan"),
        ([0.7, math.inf], 1.0, "energy_MeV = inf"),
        (0.7, -0.1, "baseline_m = -0.1"),
        (0.7, [[1.0, math.nan]], "baseline_m = nan"),
        (0.7, math.inf, "baseline_m = inf"),
    ],
)
def test_impossible_points_are_refused(
    each: OscillationModel, energy: Any, baseline: Any, key: str
) -> None:
    with pytest.raises(InputError, match=key):
        each.probability(Channel(), energy, baseline, start(each))


@pytest.mark.parametrize(("key", "value"), [("initial", "muon"), ("final", "steril")])
def test_unknown_flavours_are_refused(key: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"unknown {key} flavour"):
        Channel(**{key: value})


def test_unknown_choices_are_refused() -> None:
    wrong: Any = "inverse"
    with pytest.raises(InputError, match="did you mean 'inverted'"):
        ThreeFlavour(wrong).probability(Channel(), 0.75, 1.0, {})
    with pytest.raises(InputError, match="destination of lost neutrinos"):
        Deficit(wrong)
    with pytest.raises(InputError, match="number of sterile states"):
        ManySterile(0)


# --- the same deficit for the experiments, a different one for scattering ---------------------


def test_a_deficit_says_where_neutrinos_go() -> None:
    to_sterile, to_active = Deficit("sterile"), Deficit("active")
    params = {"deficit": 0.2}
    for lost in (to_sterile, to_active):
        assert lost.probability(Channel(), 0.75, 0.5, params) == pytest.approx(0.8)
    active = Channel("e", "active")
    assert to_sterile.probability(active, 0.75, 0.5, params) == pytest.approx(0.8)
    assert to_active.probability(active, 0.75, 0.5, params) == pytest.approx(1.0)


# --- under jax ----------------------------------------------------------------------------------


TRACEABLE = [m for m in MODELS if isinstance(m, DampedCosineModel) and m.parameters]


@pytest.mark.slow
@pytest.mark.parametrize("each", TRACEABLE, ids=repr)
@pytest.mark.parametrize("final", ["e", "mu", "sterile"])
def test_jax_gives_the_same_numbers(each: OscillationModel, final: Flavour, jax: Any) -> None:
    energy, baseline = np.linspace(0.4, 3.0, 7), np.linspace(0.0, 9.0, 7)
    channel = Channel("e", final)
    free = {n: v for n, v in start(each).items() if n not in each.fixed} or start(each)

    def at(params: Any) -> Any:
        return each.probability(channel, energy, baseline, params)

    expected = at(free)
    np.testing.assert_allclose(jax.jit(at)(free), expected, rtol=0, atol=ROUNDING)
    many = {name: value * np.array([0.9, 1.0]) for name, value in free.items()}
    np.testing.assert_allclose(
        jax.vmap(at)({n: jax.numpy.asarray(v) for n, v in many.items()}),
        at(many),
        rtol=0,
        atol=ROUNDING,
    )


@pytest.mark.slow
@pytest.mark.parametrize("each", TRACEABLE, ids=repr)
def test_gradients_equal_differences(each: OscillationModel, jax: Any) -> None:
    energy, baseline = np.linspace(0.4, 3.0, 7), np.linspace(0.0, 9.0, 7)
    free = {n: v for n, v in start(each).items() if n not in each.fixed} or start(each)
    for channel in (Channel(), Channel("mu", "e")):

        def at(params: Any, channel: Channel = channel) -> Any:
            return each.probability(channel, energy, baseline, params)

        slopes = jax.jacfwd(at)(free)
        for name, value in free.items():
            step = 1e-5 * abs(value)
            upper, lower = (at({**free, name: value + sign * step}) for sign in (1, -1))
            # Central differences: step^2 times the third derivative, and rounding over step.
            np.testing.assert_allclose(
                slopes[name] * step, (upper - lower) / 2, rtol=1e-6, atol=1e-13
            )


def test_no_model_loads_scipy_or_a_user_file_at_import() -> None:
    code = (
        "import sys, gallus.oscillation as o; o.model_names(); print('scipy.linalg' in sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert finished.stdout.strip() == "False"


def test_sterile_and_three_flavour_agree_on_what_they_share() -> None:
    active = {parameter.name: parameter for parameter in ThreeFlavour().parameters}
    shared = {p.name: p for p in Sterile().parameters if p.name in active}
    assert shared == active
    assert NoOscillation().parameters == ()
