"""GALLEX, SAGE and BEST: published path lengths and volumes, and files that cannot be."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from gallus.database.bibliography import references
from gallus.errors import InputError
from gallus.geometry import gallium_geometries, gallium_target, read_geometries

NAMES = tuple(gallium_geometries().detectors)
PLACES = [(name, v) for name, d in gallium_geometries().detectors.items() for v in d.variants]


@pytest.mark.parametrize("name", NAMES)
def test_documented_mean_path_length_is_the_published_one(name: str) -> None:
    published = gallium_geometries().detector(name).published["mean_path_length"]
    mean = gallium_target(name).mean_path_length_m()
    assert mean == pytest.approx(published.to("m"), abs=published.error_to("m")[0])


@pytest.mark.parametrize(
    ("name", "mean_cm", "tolerance"),
    # One inferred size in the outer zone, chosen for the volume: its path length is a prediction.
    [("best-inner", 52.03, 0.005), ("best-outer", 54.41, 0.08)],
)
def test_best_reproduces_its_published_path_lengths(
    name: str, mean_cm: float, tolerance: float
) -> None:
    assert 100 * gallium_target(name).mean_path_length_m() == pytest.approx(mean_cm, abs=tolerance)


@pytest.mark.parametrize(("name", "volume"), [("best-inner", 1.22545), ("best-outer", 6.5561)])
def test_best_reproduces_its_published_volumes(name: str, volume: float) -> None:
    assert gallium_target(name).volume_m3() == pytest.approx(volume, rel=1e-5)  # as printed


def test_mass_of_the_gallium_in_best_is_the_weighed_one() -> None:
    density_t_m3 = 6.095  # table IX of Phys. Rev. C 105, 065502
    inner, outer = (gallium_target(f"best-{zone}").volume_m3() for zone in ("inner", "outer"))
    assert density_t_m3 * inner == pytest.approx(7.4691, abs=0.001)
    assert density_t_m3 * outer == pytest.approx(39.9593, abs=0.003)


def test_gallium_in_the_outer_zone_has_its_maximum_height() -> None:
    low, high = gallium_target("best-outer").solid.height_range_m()
    published = gallium_geometries().detector("best-outer").published["maximum_height"]
    assert high - low == pytest.approx(published.to("m"), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "mean_cm"), [("gallex-1", 231.7), ("gallex-2", 231.9), ("sage", 80.4)]
)
def test_bare_tanks_have_longer_paths_than_published(name: str, mean_cm: float) -> None:
    bare = gallium_target(name, "published-fits")
    assert 100 * bare.mean_path_length_m() == pytest.approx(mean_cm, abs=0.05)


@pytest.mark.parametrize(("name", "factor"), [("best-inner", 1.0985196), ("best-outer", 1.0891257)])
def test_published_fits_divide_by_the_excess_of_their_path_length(name: str, factor: float) -> None:
    """The correction factors in the public code of arXiv:2201.05108 are those of its geometry."""
    published = gallium_geometries().detector(name).published["mean_path_length"].to("m")
    ratio = gallium_target(name, "published-fits").mean_path_length_m() / published
    assert ratio == pytest.approx(factor, rel=1e-4)  # they print the path length with four digits


def test_filled_tank_holds_too_much_gallium() -> None:
    tank = gallium_target("best-outer", "no-tubes")
    assert tank.volume_m3() == pytest.approx(7.48, abs=0.01)
    assert 100 * tank.mean_path_length_m() == pytest.approx(58.8, abs=0.1)
    assert gallium_target("best-inner", "no-tubes").mean_path_length_m() == pytest.approx(0.6675)


@pytest.mark.parametrize(
    ("name", "published_m", "radius_m"), [("gallex-1", 1.90, 0.275), ("sage", 0.726, 0.051)]
)
def test_effective_tubes_follow_from_the_published_path_lengths(
    name: str, published_m: float, radius_m: float
) -> None:
    """Ignoring the ends of the tube each ray loses r/sin(theta) or its whole length in the tube."""
    bare = gallium_target(name, "published-fits")
    low, high = bare.solid.height_range_m()
    source = bare.source.points()[0].height_m

    def lost(radius: float) -> float:
        sides = [high - source, source - low]
        return math.fsum(
            (z * np.log1p((radius / z) ** 2) / 2 + radius * np.arctan(z / radius)) / 2
            for z in sides
        )

    excess = bare.mean_path_length_m() - published_m
    assert brentq(lambda r: lost(r) - excess, 1e-3, 0.5) == pytest.approx(radius_m, abs=5e-4)


def test_oscillation_ranges_are_those_of_the_review() -> None:
    assert gallium_target("best-inner").range_m()[1] == pytest.approx(0.67, abs=0.005)
    assert gallium_target("best-outer").range_m() == pytest.approx((0.67, 1.52), abs=0.005)


@pytest.mark.parametrize(("name", "variant"), PLACES)
def test_every_geometry_can_be_averaged(name: str, variant: str) -> None:
    target = gallium_target(name, variant)
    low, high = target.range_m()
    assert 0 <= low < high
    density = target.path_length_density(np.linspace(low, high, 50))
    assert np.all((density >= 0) & (density <= 1))


def test_every_number_is_cited_and_marked() -> None:
    file = gallium_geometries()
    assert set(file.citations()) <= set(references())
    assert {source.provenance for source in file.sources()} <= {"read", "inferred", "recalled"}


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'best-inner'"):
        gallium_target("best-iner")
    with pytest.raises(InputError, match="did you mean 'documented'"):
        gallium_target("sage", "documentd")


# --- files of the user's -----------------------------------------------------------------------

HEAD = 'name = "mine"\ntitle = "Mine"\nkind = "geometries"\n[detectors.mine]\ntitle = "Mine"\n'
VARIANT = "[detectors.mine.variants.a]\ntitle = 'A'\n"


def metres(value: object) -> str:
    return f'{{ value = {value}, unit = "m" }}'


def body(value: object) -> str:
    return f'[detectors.mine.variants.a.body]\nshape = "sphere"\nradius = {metres(value)}\n'


def hole(value: object) -> str:
    return f'[[detectors.mine.variants.a.holes]]\nshape = "sphere"\nradius = {metres(value)}\n'


def source(shape: str, **sizes: float) -> str:
    lines = [f"{key} = {metres(value)}\n" for key, value in sizes.items()]
    return f'[detectors.mine.variants.a.source]\nshape = "{shape}"\n' + "".join(lines)


def vessel(value: float) -> str:
    return f'[detectors.mine.variants.a.vessel]\nshape = "sphere"\nradius = {metres(value)}\n'


def write(folder: Path, *parts: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(HEAD + VARIANT + "".join(parts))
    return path


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = write(tmp_path, body(17.7), vessel(17.82), source("sphere", radius=0.1, height=19.0))
    target = read_geometries(path).detector("mine").target("a")
    # A ball of 0.1 m at 19 m changes the mean path length of a point by 1e-4.
    assert target.mean_path_length_m() == pytest.approx(6.7530121, rel=1e-3)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([body(-1)], r"variants\.a\.body\.radius_m = -1\.0: is not a size"),
        ([body("nan")], "must be a finite number"),
        ([body(1), hole(2)], r"variants\.a\.holes\.radius_m = 2\.0: is a hole"),
        ([body(1), hole(0.2), source("point", height=0.5)], "reaches into the target"),
        ([body(1), vessel(1.1), source("point", height=1.05)], "reaches into the wall"),
        ([body(1), vessel(0.9)], r"vessel\.radius_m"),
        ([body(1), source("rod")], r"length = 'rod': has no length"),
        ([body(1), source("cube")], r"source\.shape = 'cube': is not allowed"),
        ([body(1).replace("sphere", "cone")], "cone"),
        ([body(1).replace('"m"', '"d"')], "is a unit of time"),
        ([body(1).replace("radius", "radios")], "radi"),
    ],
)
def test_impossible_files_end_in_one_clear_message(
    tmp_path: Path, parts: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_geometries(write(tmp_path, *parts))
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
