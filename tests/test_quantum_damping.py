"""Changes of the gallium fit by quantum widths, against damped models and against quadrature."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gallus.coherence.damping import Widths, damping
from gallus.coherence.description import setup
from gallus.coherence.gallium_sources import gallium_setups
from gallus.coherence.readings import Reading
from gallus.errors import InputError
from gallus.explanation import Explanation, fit_gallium
from gallus.oscillation import Sterile, model
from gallus.oscillation.wave_packet import WavePacket
from gallus.quantum_damping import changes, quantum_damping

ROWS = [3, 4]


@cache
def fitted(name: str = "sterile") -> Explanation:
    """From near the known minimum, for the coarse scan takes most of the time of a fit."""
    near = {"sin2_2theta_ee": 0.33, "delta_m2_41_eV2": 1.27} if name == "sterile" else {}
    return fit_gallium(model(name), start=near, scan=0)


def same_everywhere(widths: Widths, result: Explanation) -> list[list[Widths]]:
    return [[widths] * len(block.energy_MeV) for block in result.likelihood.kernel.blocks]


def difference(damped: WavePacket, result: Explanation, more: dict[str, float]) -> list[float]:
    """Damped minus undamped ratio, of SAGE with 37Ar and of the inner zone of BEST."""
    blocks = [result.likelihood.kernel.blocks[row] for row in ROWS]
    return [
        float(each.counts(damped, {**result.values, **more})[0])
        - float(each.counts(result.model, result.values)[0])
        for each in blocks
    ]


@pytest.mark.parametrize(("name", "states"), [("sterile", "sterile"), ("three-flavour", "active")])
def test_first_order_is_the_limit_of_the_wave_packet_model(name: str, states: str) -> None:
    """With 1 keV the exponents are 1e-6: what is left out is that much of the change."""
    result, width = fitted(name), 1e3
    first = changes(result, same_everywhere(Widths(math.inf, width), result))
    damped = WavePacket("sigma_E", states)  # type: ignore[arg-type]
    found = difference(damped, result, {"sigma_E_MeV": width * 1e-6})
    # The kernel averages damped terms to 1e-10 of the damping, with a rounding of 2e-16.
    np.testing.assert_allclose(found, first.ratio_changes[ROWS], rtol=3e-4, atol=1e-15)


def test_localisation_is_the_limit_of_the_localised_model() -> None:
    """1e-3 eV: exponents of 1e-8 at 1.3 eV2."""
    result, width = fitted(), 1e-3
    first = changes(result, same_everywhere(Widths(width, 0.0), result))
    damped = WavePacket("sigma_E", localisation="sigma_m")
    found = difference(damped, result, {"sigma_E_MeV": 1e-16, "sigma_m_eV": width})
    np.testing.assert_allclose(found, first.ratio_changes[ROWS], rtol=1e-5)


def test_collisions_are_averaged_over_the_distances() -> None:
    """-1/2 (Gamma/E) w <phi cos phi> by Gauss nodes, for the one term of a sterile state."""
    result, gamma = fitted(), 1e-3
    first = changes(result, same_everywhere(Widths(math.inf, 0.0, gamma), result))
    block = result.likelihood.kernel.blocks[4]
    mixing, splitting = (result.values[k] for k in ("sin2_2theta_ee", "delta_m2_41_eV2"))
    distance, share = block.distances.nodes(12)
    phase = 2.5338655 * splitting * distance / block.energy_MeV[:, None]
    mean = (share * phase * np.cos(phase)).sum(axis=1)
    lines = -0.5 * (gamma * 1e-6 / block.energy_MeV) * (mixing / 2) * mean
    # Interference with three active states instead of one: 1e-3 of it through their splittings.
    assert first.ratio_changes[4] == pytest.approx(float(block.response[0] @ lines), rel=3e-3)


def test_parameters_move_to_the_minimum_of_the_changed_chi2() -> None:
    """Newton's step from the old minimum with the damped chi2, derivatives by differences."""
    result, width = fitted(), 3e3
    first = changes(result, same_everywhere(Widths(math.inf, width), result))
    plain, damped = result.likelihood, replace(result.likelihood, model=WavePacket("sigma_E"))
    names = list(result.fit.parameters)
    best = np.array([result.values[name] for name in names])
    step = 1e-3 * best

    def added(point: np.ndarray) -> float:
        values = {**result.values, **dict(zip(names, point, strict=True))}
        more = {**values, "sigma_E_MeV": width * 1e-6}
        return float(damped.chi2(more) - plain.chi2(values))

    def chi2(point: np.ndarray) -> float:
        return float(plain.chi2({**result.values, **dict(zip(names, point, strict=True))}))

    axes = np.diag(step)
    gradient = [
        (added(best + e) - added(best - e)) / (2 * h) for e, h in zip(axes, step, strict=True)
    ]
    hessian = np.array(
        [
            [
                (chi2(best + a + b) - chi2(best + a - b) - chi2(best - a + b) + chi2(best - a - b))
                / (4 * h * k)
                for b, k in zip(axes, step, strict=True)
            ]
            for a, h in zip(axes, step, strict=True)
        ]
    )
    moved = -np.linalg.solve(hessian, gradient)
    # Differences of chi2 of 1e-7 with 1e-15 of it, and Minuit's covariance.
    np.testing.assert_allclose(list(first.parameter_changes.values()), moved, rtol=0.02)


def test_quantum_mechanics_is_irrelevant_for_gallium() -> None:
    quiet = quantum_damping(fitted(), Reading(line_width="none"))
    assert 0 < abs(quiet.chi2_change) < 1e-10
    assert 0 < quiet.largest_ratio_change < 1e-11
    assert all(0 < abs(change) < 1e-10 for change in quiet.changes_in_errors.values())
    whole = quantum_damping(fitted())
    assert abs(quiet.chi2_change) < abs(whole.chi2_change) < 1e-6
    active = quantum_damping(fitted("three-flavour"), Reading(line_width="none"))
    assert active.largest_ratio_change < 1e-16
    for moved in (quiet, whole, active):
        assert moved.irrelevant
        assert "quantum damping is irrelevant for the gallium data" in moved.verdict
    assert active.parameter_changes == {}


def test_changes_scale_with_the_square_of_the_width() -> None:
    result = fitted()
    one, two = (
        changes(result, same_everywhere(Widths(math.inf, width), result)) for width in (1.0, 2.0)
    )
    np.testing.assert_allclose(two.ratio_changes, 4 * one.ratio_changes, rtol=1e-12)
    assert two.chi2_change == pytest.approx(4 * one.chi2_change, rel=1e-9)


def test_second_order_is_what_first_order_leaves_out() -> None:
    """Exponents of 1e-2 at 30 keV: the third order is 1e-2 of the second."""
    result, width = fitted(), 3e4
    both = changes(result, same_everywhere(Widths(math.inf, width), result))
    found = difference(WavePacket("sigma_E"), result, {"sigma_E_MeV": width * 1e-6})
    left = np.array(found) - both.ratio_changes[ROWS]
    np.testing.assert_allclose(left, both.second_order[ROWS], rtol=0.05)


def test_all_three_exponents_enter_the_second_order() -> None:
    """<X^2 cos phi L>/2 by Gauss nodes, X with all widths, for the term of the sterile state."""
    result, widths = fitted(), Widths(1e-4, 3e4, 2e4)
    second = changes(result, same_everywhere(widths, result)).second_order[4]
    block = result.likelihood.kernel.blocks[4]
    mixing, splitting = (result.values[k] for k in ("sin2_2theta_ee", "delta_m2_41_eV2"))
    distance, share = block.distances.nodes(12)
    energy = block.energy_MeV[:, None]
    exponent = damping(widths, splitting, energy, distance).exponent
    cosine = np.cos(2.5338655 * splitting * distance / energy)
    mean = (share * exponent**2 * cosine).sum(axis=1)
    # Interference with three active states instead of one: 1e-3 of it through their splittings.
    expected = float(block.response[0] @ (mixing / 2 * mean)) / 2
    assert second == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (1e3, "irrelevant"),
        (4e4, "small correction"),
        (1.5e5, "matters"),
        (1e6, "no more than a hint"),
    ],
)
def test_the_verdict_follows_the_widths(width: float, said: str) -> None:
    """40 keV are 5 % of the energy and change ratios by 2 % of their errors, 150 keV by a third."""
    moved = changes(fitted(), same_everywhere(Widths(math.inf, width), fitted()))
    assert said in moved.verdict
    assert moved.irrelevant == (width < 1e4)


def test_widths_of_a_users_own_source_are_used() -> None:
    """Chromium at 1e9 K: E sqrt(kT/M) = 1.35e-3 E, and exponents as large as its square says."""
    hot = setup("gallium-cr51").model_copy(update={"production_temperature_K": 1e9})
    quiet = Reading(line_width="none")
    cold, warm = (quantum_damping(fitted(), quiet, gallium_setups(each)) for each in (None, hot))
    thermal = math.sqrt(1e9 * 8.617333e-5 / 47.4548e9)
    for energy, each in zip(warm.widths[0].energy_MeV, warm.widths[0].widths, strict=True):
        assert each.sigma_en_eV == pytest.approx(thermal * energy * 1e6, rel=1e-3)
    # The thermal part of the width at 293 K is all but 3e-4 of its square.
    scale = warm.ratio_changes[4] / cold.ratio_changes[4]
    assert scale == pytest.approx(1e9 / 293.0, rel=2e-3)
    assert warm.ratio_changes[3] == cold.ratio_changes[3]  # 37Ar is as it was


@pytest.mark.parametrize("name", ["reactor", "be7-beest"])
def test_other_sources_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}'.*sources of the gallium data.*51Cr or 37Ar"):
        gallium_setups(setup(name))


def test_numbers_for_json_name_the_experiments() -> None:
    content = quantum_damping(fitted()).as_dict()
    assert content["widths"]["51Cr"]["setup"] == "gallium-cr51"  # type: ignore[index]
    assert len(content["ratio_changes"]) == 6  # type: ignore[arg-type]
    assert set(content["parameter_changes"]) == {"sin2_2theta_ee", "delta_m2_41_eV2"}  # type: ignore[call-overload]


def test_damped_models_and_unknown_sources_are_refused() -> None:
    damped = replace(fitted(), likelihood=replace(fitted().likelihood, model=model("decoherence")))
    with pytest.raises(InputError, match="undamped"):
        quantum_damping(damped)
    with pytest.raises(InputError, match="no description"):
        quantum_damping(fitted(), setups={"51Cr": setup("gallium-cr51")})


def test_the_model_is_what_was_fitted() -> None:
    assert isinstance(quantum_damping(fitted()).fitted.model, Sterile)
