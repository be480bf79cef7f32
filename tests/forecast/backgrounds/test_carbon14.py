"""14C: activity, spectrum, leakage over a threshold, pile-up; against the notes and simulations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.errors import InputError
from gallus.forecast.backgrounds.base import Background
from gallus.forecast.backgrounds.carbon14 import (
    carbon14,
    carbon14_per_day,
    carbon14_pile_up,
    carbon14_spectrum,
    carbon_mass_t,
    close_pair_share,
    leakage_share,
)
from gallus.forecast.backgrounds.nuclide_file import internal_nuclide
from gallus.interactions.target_material import material
from gallus.response.energy import EnergyResolution

LAB = material("lab")
PHOTOELECTRONS_500 = EnergyResolution(1 / math.sqrt(500))
THREE_PERCENT = EnergyResolution(0.03)
FIVE_PERCENT = EnergyResolution(0.05)


def above(background: Background, threshold_MeV: float) -> float:
    """Events per day above a threshold that is an edge of the grid."""
    spectrum = background.spectrum
    share = spectrum.share[spectrum.edges_MeV[:-1] > threshold_MeV - 1e-9].sum()
    return background.per_day * float(share)


def test_carbon_is_seven_eighths_of_linear_alkylbenzene() -> None:
    assert carbon_mass_t(LAB, 500.0) == pytest.approx(500 * 18 * 12.011 / 246.44, rel=1e-3)
    assert carbon_mass_t(material("pseudocumene"), 1.0) == pytest.approx(0.8994, abs=2e-4)
    with pytest.raises(InputError):
        carbon_mass_t(material("water"), 1.0)


def test_decays_in_500_tonnes() -> None:
    per_day = carbon14_per_day(2e-18, carbon_mass_t(LAB, 500.0))
    # 1.42e7 with 5730 a and 86 % of carbon, 1.46e7 with 5700 a and 88 %; the talk prints 2e7.
    assert 1.42e7 < per_day < 1.47e7
    assert per_day / 86400 == pytest.approx(169, abs=1)


@pytest.mark.parametrize(
    ("fraction", "mass_t", "per_day"),
    [(1e-12, 1, 1.5e10), (1e-12, 500, 7.3e12), (1e-12, 2e4, 2.9e14), (1e-17, 2e4, 2.9e9)],
)
def test_table_of_activities(fraction: float, mass_t: float, per_day: float) -> None:
    # The notes round to two digits.
    assert carbon14_per_day(fraction, carbon_mass_t(LAB, mass_t)) == pytest.approx(
        per_day, rel=0.03
    )


def test_borexino_activity() -> None:
    carbon = carbon_mass_t(material("pseudocumene"), 100.0)
    assert carbon14_per_day(2e-18, carbon) / 86400 == pytest.approx(34.7, abs=0.1)
    fraction = internal_nuclide("14C")["borexino_fraction"]
    # Fitted in Borexino's own spectrum: 40 +- 2 Bq in 100 t; the two differ by three sigma.
    assert carbon14_per_day(fraction.value, carbon) / 86400 == pytest.approx(33.7, abs=0.1)


def test_end_point_and_mean() -> None:
    nuclide = internal_nuclide("14C")
    assert nuclide.betas()[0].branch.endpoint_MeV == pytest.approx(0.156, rel=0.01)
    spectrum = carbon14_spectrum()
    middle = (spectrum.edges_MeV[1:] + spectrum.edges_MeV[:-1]) / 2
    assert spectrum.share @ middle == pytest.approx(0.0494, abs=2e-4)
    assert spectrum.share.sum() == pytest.approx(1)
    assert spectrum.share[middle > 0.157].sum() == 0


def test_the_measured_shape_is_softer() -> None:
    allowed, measured = (carbon14_spectrum(s).share[:313] for s in ("allowed", "kuzminov-2000"))
    ratio = measured / allowed
    # 1 + 1.24/MeV (Q - T): 19 % between the ends.
    assert ratio[0] / ratio[-1] == pytest.approx(1.194, abs=0.003)


LEAKAGE = {
    PHOTOELECTRONS_500: (1.1e-3, 7.5e-5, 2.0e-6, 2.0e-8),
    THREE_PERCENT: (3.2e-4, 3.8e-6, 5e-9, 7e-13),
    FIVE_PERCENT: (1.6e-3, 1.5e-4, 6.7e-6, 1.4e-7),
}


@pytest.mark.parametrize(("resolution", "shares"), LEAKAGE.items())
def test_table_of_leakage(resolution: EnergyResolution, shares: tuple[float, ...]) -> None:
    for threshold, share in zip((0.16, 0.18, 0.20, 0.22), shares, strict=True):
        # The notes round to one or two digits.
        assert leakage_share(threshold, resolution) == pytest.approx(share, rel=0.07)


def test_leakage_agrees_with_a_simulation() -> None:
    rng = np.random.Generator(np.random.Philox(14))
    energy = drawn(rng, 2_000_000)
    seen = energy + rng.standard_normal(energy.shape) * FIVE_PERCENT.sigma_MeV(energy)
    share = leakage_share(0.16, FIVE_PERCENT)
    count = int((seen > 0.16).sum())
    assert count == pytest.approx(share * len(seen), abs=4 * math.sqrt(share * len(seen)))


def test_without_resolution_nothing_leaks() -> None:
    assert leakage_share(0.157, EnergyResolution()) == 0
    assert leakage_share(0.0, EnergyResolution()) == pytest.approx(1)


@given(st.floats(0.05, 0.25), st.floats(0.001, 0.05))
def test_leakage_falls_with_the_threshold(threshold: float, step: float) -> None:
    low = leakage_share(threshold, THREE_PERCENT)
    assert 0 <= leakage_share(threshold + step, THREE_PERCENT) < low <= 1


def drawn(rng: np.random.Generator, number: int) -> np.ndarray:
    """Kinetic energies drawn from the fine spectrum."""
    spectrum = carbon14_spectrum("allowed", 0.05)
    total = np.concatenate([[0.0], np.cumsum(spectrum.share)])
    energies: np.ndarray = np.interp(rng.random(number), total, spectrum.edges_MeV)
    return energies


def test_share_of_pairs_above_a_threshold() -> None:
    pairs = carbon14_pile_up(1e-17, 100.0, 100.0)
    for threshold, share in ((0.2, 0.0211), (0.22, 0.0072), (0.25, 0.0008)):
        # The notes: 2.1 %, 0.72 %, 0.08 %.
        assert above(pairs, threshold) / pairs.per_day == pytest.approx(share, rel=0.02)
    assert above(pairs, 0.314) == 0


def test_convolution_agrees_with_a_simulation() -> None:
    rng = np.random.Generator(np.random.Philox(15))
    pairs = drawn(rng, 1_000_000) + drawn(rng, 1_000_000)
    spectrum = carbon14_pile_up(1e-17, 100.0, 100.0).spectrum
    edges = np.arange(0.0, 0.33, 0.02)
    counts = np.histogram(pairs, edges)[0]
    total = np.concatenate([[0.0], np.cumsum(spectrum.share)])
    expected = 1e6 * np.diff(np.interp(edges, spectrum.edges_MeV, total))
    pulls = (counts - expected) / np.sqrt(np.maximum(expected, 1.0))
    assert np.abs(pulls).max() < 4.5


@pytest.mark.parametrize(
    ("mass_t", "fraction", "window_ns", "per_day"),
    [
        (500, 2e-18, 100, 5.2),
        (500, 2e-18, 300, 16),
        (500, 1e-17, 100, 131),
        (500, 1e-17, 300, 392),
        (2e4, 1e-17, 100, 2.1e5),
        (2e4, 1e-17, 300, 6.3e5),
        (2e4, 2e-18, 100, 8.4e3),
        (2e4, 2e-18, 300, 2.5e4),
    ],
)
def test_table_of_pile_up(mass_t: float, fraction: float, window_ns: float, per_day: float) -> None:
    pairs = carbon14_pile_up(fraction, carbon_mass_t(LAB, mass_t), window_ns)
    assert above(pairs, 0.2) == pytest.approx(per_day, rel=0.02)


def test_number_of_pairs_agrees_with_a_simulation_in_time() -> None:
    # 847 Bq, a window of 10 us: decays at random times, each followed by another within w or not.
    rng = np.random.Generator(np.random.Philox(16))
    carbon = carbon_mass_t(LAB, 500.0)
    rate, window, seconds = carbon14_per_day(1e-17, carbon) / 86400, 1e-5, 1000.0
    times = np.sort(rng.random(rng.poisson(rate * seconds)) * seconds)
    found = int((np.diff(times) < window).sum())
    expected = carbon14_pile_up(1e-17, carbon, 1e4).per_day / 86400 * seconds
    # a w = 0.8 %: triples make half of that difference.
    assert found == pytest.approx(expected, abs=4 * math.sqrt(expected) + 0.01 * expected)


def test_space_separates_most_pairs_in_juno() -> None:
    rng = np.random.Generator(np.random.Philox(17))
    points = rng.standard_normal((2, 400_000, 3))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    points *= 17.2 * rng.random((2, 400_000, 1)) ** (1 / 3)
    distance = np.linalg.norm(points[0] - points[1], axis=1)
    for cut in (3.0, 10.0, 20.0):
        share = close_pair_share(cut, 17.2)
        error = math.sqrt(share * (1 - share) / len(distance))
        assert (distance < cut).mean() == pytest.approx(share, abs=4 * error)


def test_share_of_close_pairs_in_the_limits() -> None:
    assert close_pair_share(0.0, 5.0) == 0
    assert close_pair_share(10.0, 5.0) == close_pair_share(math.inf, 5.0) == pytest.approx(1)
    assert close_pair_share(0.01, 5.0) == pytest.approx((0.01 / 5) ** 3, rel=2e-3)


@given(st.floats(0, 40), st.floats(0, 5), st.floats(0.1, 20))
def test_more_pairs_are_close_at_larger_distances(d: float, more: float, radius: float) -> None:
    assert 0 <= close_pair_share(d, radius) <= close_pair_share(d + more, radius) + 1e-12 <= 1.1


@given(st.floats(1e-19, 1e-16), st.floats(1, 1e4), st.floats(1.1, 10))
def test_singles_are_linear_and_pairs_quadratic(f: float, carbon: float, times: float) -> None:
    single, more = carbon14(f, carbon), carbon14(f, times * carbon)
    assert more.per_day == pytest.approx(times * single.per_day)
    assert carbon14(times * f, carbon).per_day == pytest.approx(more.per_day)
    pairs = carbon14_pile_up(f, carbon, 50.0)
    for other in (
        carbon14_pile_up(times * f, carbon, 50.0),
        carbon14_pile_up(f, times * carbon, 50),
    ):
        assert other.per_day == pytest.approx(times**2 * pairs.per_day)
    assert carbon14_pile_up(f, carbon, 50.0, 0.25).per_day == pytest.approx(pairs.per_day / 4)


def test_natural_carbon_is_no_scintillator() -> None:
    with pytest.raises(InputError, match="no pairs any more"):
        carbon14_pile_up(1e-12, carbon_mass_t(LAB, 500.0), 100.0)


@pytest.mark.parametrize("fraction", [-1e-18, 1.5, math.nan])
def test_wrong_fractions_are_refused(fraction: float) -> None:
    with pytest.raises(InputError, match="fraction"):
        carbon14_per_day(fraction, 1.0)


def test_wrong_windows_shares_and_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="window_ns"):
        carbon14_pile_up(1e-18, 1.0, -1.0)
    with pytest.raises(InputError, match="close_share"):
        carbon14_pile_up(1e-18, 1.0, 1.0, 1.5)
    with pytest.raises(InputError, match="did you mean 'kuzminov-2000'"):
        carbon14(1e-18, 1.0, shape="kuzminov")
