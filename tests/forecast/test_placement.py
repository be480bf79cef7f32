"""Photons of the source in a fiducial volume, against photons that are followed one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gallus.arrays import Array
from gallus.experiments.setup import Setup, setup, with_values
from gallus.forecast.backgrounds.base import Background, FromSource
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.placement import recorded_per_day
from gallus.geometry.solids import Mask

BARE = {
    "kind": "source-gamma",
    "energy_MeV": 1.12,
    "impurity_Bq": 1.0,
    "impurity_half_life_d": 83.8,
}
EMITTED = 86400.0
PHOTONS = 1_000_000
RADIUS_M = 5.178


def jne(**values: Any) -> Setup:
    """JNE with 500 t and perfect resolution, with photons of 1.12 MeV without shield."""
    perfect = {"photoelectrons_per_MeV": None, "vertex_resolution_cm_at_1_MeV": 0.0}
    return with_values(setup("jne-500t-physical"), {"background": [BARE], **perfect, **values})


def length_m(made: Background) -> float:
    assert isinstance(made.place, FromSource)
    return made.place.attenuation_length_m


def counted(chosen: Setup, made: Background) -> float:
    """Photons per day of all visible energies in the target with its cuts."""
    everything = np.array([0.0, 10.0]), np.array([0.0, 20.0])
    return float(recorded_per_day([made], chosen, *everything)[0].sum())


def first_interactions(distance_m: float, free_m: float, mean_m: float) -> Array:
    """Distances from the centre at which photons first interact in target without end.

    There is none up to `free_m` from where they start, at `distance_m` from the centre.
    """
    random = np.random.default_rng(11)
    cosine = random.uniform(-1.0, 1.0, PHOTONS)
    way = free_m + random.exponential(mean_m, PHOTONS)
    return np.sqrt(distance_m**2 + way**2 + 2 * distance_m * way * cosine)


def share_and_error(found: Mask, out_of: float) -> tuple[float, float]:
    share = np.count_nonzero(found) / out_of
    return share, math.sqrt(share * (1 - share) / out_of)


@pytest.mark.parametrize("distance", [0.0, 3.0, 4.4, 4.7])
@pytest.mark.parametrize("hole", [0.0, 0.3])
@pytest.mark.parametrize("fiducial", [None, 5.05])
def test_photons_of_a_source_inside(distance: float, hole: float, fiducial: float | None) -> None:
    chosen = jne(distance_m=distance, hole_radius_m=hole, fiducial_radius_m=fiducial)
    (made,) = backgrounds(chosen)
    centre = first_interactions(distance, hole, length_m(made))
    for rate, radius in ((made.per_day, RADIUS_M), (counted(chosen, made), fiducial or RADIUS_M)):
        share, error = share_and_error(centre < radius, PHOTONS)
        assert rate / EMITTED == pytest.approx(share, abs=4 * error + 1e-6)


@pytest.mark.parametrize("fiducial", [1.0, 2.0])
def test_photons_behind_a_large_hole(fiducial: float) -> None:
    # Some target in front of the fiducial wall is all that counts: a closed form.
    chosen = jne(distance_m=0.0, hole_radius_m=0.9, fiducial_radius_m=fiducial)
    (made,) = backgrounds(chosen)
    behind = 1 - math.exp(-(fiducial - 0.9) / length_m(made))
    # The quadrature over the distance.
    assert counted(chosen, made) / EMITTED == pytest.approx(behind, rel=1e-6)


def test_photons_in_a_cylinder() -> None:
    body = {"detector.shape": "cylinder", "detector.height_m": 2.0, "detector.radius_m": 0.7}
    chosen = jne(**body, distance_m=0.5, hole_radius_m=0.3)
    (made,) = backgrounds(chosen)
    random = np.random.default_rng(15)
    cosine = random.uniform(-1.0, 1.0, PHOTONS)
    way = 0.3 + random.exponential(length_m(made), PHOTONS)
    inside = (abs(0.5 + way * cosine) < 1.0) & (way**2 * (1 - cosine**2) < 0.49)
    share, error = share_and_error(inside, PHOTONS)
    for rate in (made.per_day, counted(chosen, made)):
        assert rate / EMITTED == pytest.approx(share, abs=4 * error)


def test_photons_of_a_source_in_the_cavity_of_a_shell() -> None:
    # Off the centre, the hole partly in the cavity: each way through the target has its own start.
    shell = {"detector.shape": "shell", "detector.inner_radius_m": 0.4, "detector.radius_m": 1.0}
    chosen = jne(**shell, distance_m=0.2, hole_radius_m=0.3)
    (made,) = backgrounds(chosen)
    cosine = np.random.default_rng(12).uniform(-1.0, 1.0, PHOTONS)
    across = 0.04 * (1 - cosine**2)
    start = np.maximum(np.sqrt(0.16 - across) - 0.2 * cosine, 0.3)
    length = np.sqrt(1.0 - across) - 0.2 * cosine - start
    share = 1 - np.exp(-length / length_m(made))
    error = float(share.std()) / math.sqrt(PHOTONS)
    for rate in (made.per_day, counted(chosen, made)):
        assert rate / EMITTED == pytest.approx(float(share.mean()), abs=4 * error)


def test_photons_of_a_source_outside() -> None:
    # Their number is that of rays through nothing; where they are, as if the target began at the
    # source.
    distance = 5.4
    chosen = jne(distance_m=distance, fiducial_radius_m=5.0)
    (made,) = backgrounds(chosen)
    mean_m = length_m(made)
    cosine = np.random.default_rng(13).uniform(-1.0, 1.0, PHOTONS)
    square = RADIUS_M**2 - distance**2 * (1 - cosine**2)
    chord = np.where((square > 0) & (cosine < 0), 2 * np.sqrt(np.maximum(square, 0.0)), 0.0)
    share, error = share_and_error(
        np.random.default_rng(14).exponential(mean_m, PHOTONS) < chord, PHOTONS
    )
    # 400 directions.
    assert made.per_day / EMITTED == pytest.approx(share, abs=4 * error, rel=2e-3)
    centre = first_interactions(distance, 0.0, mean_m)
    kept, error = share_and_error(centre < 5.0, float(np.count_nonzero(centre < RADIUS_M)))
    assert counted(chosen, made) / made.per_day == pytest.approx(kept, abs=4 * error)
