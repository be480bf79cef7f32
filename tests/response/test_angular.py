"""Angular resolution: the von Mises-Fisher distribution, its limits, and a simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.response.angular import AngularResolution, seen_angle_density, share_within_angle

ANGLES = st.floats(0.0, math.pi)


def simulated_angles(true_rad: float, sigma_rad: float, number: int) -> Array:
    """Angles to the z axis of directions that are smeared around one at an angle to it.

    The cosine w to the true direction has the density exp(kappa w), which is inverted.
    """
    generator, kappa = np.random.default_rng(7), sigma_rad**-2
    uniform, azimuth = generator.uniform(size=number), generator.uniform(0, 2 * np.pi, number)
    w = 1 + np.log(uniform + (1 - uniform) * np.exp(-2 * kappa)) / kappa
    across = np.sqrt(1 - w**2) * np.cos(azimuth)
    cosine: Array = w * np.cos(true_rad) - across * np.sin(true_rad)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


@pytest.mark.parametrize("true_deg", [0.0, 12.0, 60.0, 170.0])
@pytest.mark.parametrize("sigma_deg", [8.0, 30.0, 90.0])
def test_shares_are_those_of_a_simulation(true_deg: float, sigma_deg: float) -> None:
    true, sigma = math.radians(true_deg), math.radians(sigma_deg)
    seen = simulated_angles(true, sigma, 200_000)
    cuts = np.radians([5.0, 20.0, 60.0, 120.0, 175.0])
    counted = np.mean(seen < cuts[:, None], axis=1)
    # 4 binomial errors of at most 0.0011.
    assert share_within_angle(cuts, np.array(true), np.array(sigma)) == pytest.approx(
        counted, abs=4.5e-3
    )


@given(true=ANGLES, sigma=st.floats(1e-5, 100.0))
def test_every_electron_is_seen_at_some_angle(true: float, sigma: float) -> None:
    share = share_within_angle(np.array(np.pi), np.array(true), np.array(sigma))
    assert float(share) == pytest.approx(1.0, abs=1e-10)


@given(cut=ANGLES, true=ANGLES, sigma=st.floats(0.05, 10.0))
def test_the_share_is_the_integral_over_the_cap(cut: float, true: float, sigma: float) -> None:
    # Independent: cosines and azimuths over the sphere, by the definition, without Bessel's I_0.
    kappa = sigma**-2
    nodes, weights = np.polynomial.legendre.leggauss(200)
    angle = cut / 2 * (1 + nodes)
    azimuth = 2 * np.pi * np.arange(256) / 256
    cosine = np.outer(np.cos(angle), np.ones(256)) * np.cos(true)
    cosine = cosine + np.outer(np.sin(angle), np.cos(azimuth)) * np.sin(true)
    density = kappa / -np.expm1(-2 * kappa) * np.exp(kappa * (cosine - 1)).mean(axis=1)
    expected = float(cut / 2 * weights @ (density * np.sin(angle)))
    share = share_within_angle(np.array(cut), np.array(true), np.array(sigma))
    assert float(share) == pytest.approx(expected, abs=1e-10)


@given(first=ANGLES, second=ANGLES, sigma=st.floats(0.01, 100.0))
def test_smearing_knows_no_direction(first: float, second: float, sigma: float) -> None:
    width = np.array(sigma)
    there = seen_angle_density(np.array(first), np.array(second), width) * math.sin(second)
    back = seen_angle_density(np.array(second), np.array(first), width) * math.sin(first)
    assert float(there) == pytest.approx(float(back), rel=1e-10, abs=1e-300)


def test_a_small_resolution_is_a_gaussian_in_the_plane() -> None:
    sigma = math.radians(0.1)
    r68 = math.sqrt(-2 * math.log(1 - math.erf(1 / math.sqrt(2)))) * sigma
    assert r68 == pytest.approx(1.515 * sigma, rel=1e-3)
    share = share_within_angle(np.array(r68), np.array(0.0), np.array(sigma))
    # Corrections of the order sigma^2 = 3e-6.
    assert float(share) == pytest.approx(math.erf(1 / math.sqrt(2)), abs=3e-6)


def test_without_resolution_the_cut_is_sharp() -> None:
    angles = np.radians([5.0, 20.0, 29.9, 30.1, 120.0])
    cut = np.radians(30.0)
    assert share_within_angle(cut, angles, np.zeros(5)).tolist() == [1, 1, 1, 0, 0]
    # Approached: 0.1 degrees are 1000 standard deviations; angles of 0.5 that are rounded to
    # 1e-16 move the nodes by up to 1e-10 of one.
    assert share_within_angle(cut, angles, np.full(5, 1.7e-6)) == pytest.approx(
        [1, 1, 1, 0, 0], abs=1e-10
    )


@pytest.mark.parametrize("sigma", [1e9, np.inf])
def test_a_bad_resolution_loses_the_direction(sigma: float) -> None:
    angles = np.radians([0.0, 40.0, 90.0, 180.0])
    for cut in np.radians([0.0, 30.0, 90.0, 180.0]):
        share = share_within_angle(cut, angles, np.full(4, sigma))
        assert share == pytest.approx(np.full(4, (1 - np.cos(cut)) / 2), abs=1e-13)


def test_the_isotropic_limit_joins_smoothly() -> None:
    sigma = np.array([0.99e4, 1.01e4])  # kappa on both sides of 1e-8
    density = seen_angle_density(np.array(0.7), np.array(0.4), sigma)
    # kappa changes by 4e-10 and the density by the share cos a cos b of it.
    assert density[0] == pytest.approx(density[1], abs=4e-10)


def test_the_resolution_improves_with_the_root_of_the_energy() -> None:
    sigma = AngularResolution(20.0).sigma_rad(np.array([0.25, 1.0]))
    assert np.degrees(sigma) == pytest.approx([40.0, 20.0], rel=1e-14)
    assert AngularResolution(20.0, power=0.0).sigma_rad(np.array(0.25)) == math.radians(20.0)


@pytest.mark.parametrize("values", [{"at_1_MeV_deg": -1.0}, {"power": np.nan}])
def test_a_negative_resolution_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(values))):
        AngularResolution(**values)


def test_jax_gives_the_same_shares(jax: Any) -> None:
    cut, true = np.linspace(0.1, 3.0, 5)[:, None], np.linspace(0.0, 3.0, 4)
    sigma = np.array([0.0, 0.1, 1.0, 1e6])
    arrays = (jax.numpy.asarray(a) for a in (cut, true, sigma))
    compiled = jax.jit(share_within_angle)(*arrays)
    assert np.asarray(compiled) == pytest.approx(share_within_angle(cut, true, sigma), abs=1e-13)
