"""Tables of a set-up file become backgrounds; wrong tables end in one clear message."""

import math
from pathlib import Path

import numpy as np
import pytest

from gallus.database.loader import data_path
from gallus.errors import InputError
from gallus.experiments.background_sections import KINDS
from gallus.experiments.setup import Setup, read_setup, setup, setup_names, with_values
from gallus.forecast.backgrounds import backgrounds
from gallus.forecast.backgrounds.attenuation import Layer, transmission
from gallus.forecast.backgrounds.base import (
    UNSTATED,
    Background,
    FromSource,
    FromSurface,
    Uniform,
)
from gallus.forecast.backgrounds.carbon14 import carbon14_per_day, carbon_mass_t
from gallus.forecast.backgrounds.catalogue import MAKERS, target_mass_t
from gallus.forecast.placement import recorded_per_day

TUNGSTEN = 'layers = [{ material = "tungsten", thickness_cm = 15.0 }]'
NARROW = f"{TUNGSTEN}\nbuild_up = 1.0"
TABLES = {
    "carbon-14": "fraction = 2e-18\npile_up_window_ns = 100.0",
    "internal": 'nuclide = "85Kr"\nper_day_and_100t = 6.8',
    "polonium-210": "per_day_and_100t = 260.0\nalpha_survival = 0.01",
    "cosmogenic": 'nuclide = "11C"\nlaboratory = "jne"',
    "solar": 'sources = ["7Be", "pep"]',
    "external-gamma": "energy_MeV = 2.615\nper_day_and_m2 = 10.0",
    "source-gamma": TUNGSTEN,
    "bremsstrahlung": TUNGSTEN,
    "spectrum": "edges_keV = [0.0, 100.0, 300.0]\nshare = [0.5, 0.25]\nper_day_and_kt = 100.0",
}


def with_tables(tmp_path: Path, *tables: tuple[str, str]) -> Setup:
    """JNE with 500 t, with these tables in place of its own."""
    text = data_path("jne-500t-physical").read_text(encoding="utf-8")
    head, rest = text.split("[[background]]")[0], text[text.index("[assumptions]") :]
    body = "".join(f'[[background]]\nkind = "{kind}"\n{keys}\n\n' for kind, keys in tables)
    path = tmp_path / "mine.toml"
    path.write_text(head + body + rest, encoding="utf-8")
    return read_setup(path)


def one(tmp_path: Path, kind: str, keys: str) -> Background:
    (found,) = backgrounds(with_tables(tmp_path, (kind, keys)))
    return found


def test_every_kind_has_its_maker() -> None:
    made = {each.model_fields["kind"].annotation.__args__[0] for each in MAKERS}  # type: ignore[union-attr]
    assert made == set(KINDS) == set(TABLES)


def test_all_kinds_in_one_file(tmp_path: Path) -> None:
    found = {each.name: each for each in backgrounds(with_tables(tmp_path, *TABLES.items()))}
    assert list(found) == [
        "carbon-14",
        "carbon-14-pile-up",
        "85Kr",
        "polonium-210",
        "11C",
        "solar-7Be",
        "solar-pep",
        "external-gamma",
        "source-gamma",
        "bremsstrahlung",
        "spectrum",
    ]
    places = {name: type(each.place) for name, each in found.items()}
    assert places["bremsstrahlung"] is places["source-gamma"] is FromSource
    assert places["external-gamma"] is FromSurface
    assert list(places.values()).count(Uniform) == 8
    dying = {name for name, each in found.items() if math.isfinite(each.half_life_d)}
    assert dying == {"source-gamma", "bremsstrahlung"}


def test_rates_scale_with_the_mass(tmp_path: Path) -> None:
    mass_t = target_mass_t(setup("jne-500t-physical"))
    assert mass_t == pytest.approx(500.0, rel=1e-3)
    assert one(tmp_path, "internal", TABLES["internal"]).per_day == pytest.approx(
        6.8 * mass_t / 100, rel=1e-6
    )
    assert one(tmp_path, "spectrum", TABLES["spectrum"]).per_day == pytest.approx(mass_t / 10)


def test_decays_of_14C_give_the_fraction_back(tmp_path: Path) -> None:
    chosen = setup("jne-500t-physical")
    per_day = carbon14_per_day(2e-18, carbon_mass_t(chosen.material, target_mass_t(chosen)))
    stated = one(tmp_path, "carbon-14", f"per_day = {per_day!r}")
    assert stated.per_day == pytest.approx(per_day, rel=1e-12)
    # 169 Hz in 500 t; the talk prints 2e7.
    assert stated.per_day == pytest.approx(1.46e7, rel=0.005)


def test_pile_up_can_be_told_apart_by_distance(tmp_path: Path) -> None:
    keys = TABLES["carbon-14"]
    everywhere = backgrounds(with_tables(tmp_path, ("carbon-14", keys)))[1]
    near = backgrounds(with_tables(tmp_path, ("carbon-14", keys + "\npile_up_distance_m = 1.0")))[1]
    # Far from the surface the share of close pairs is (1 m/R)^3.
    assert near.per_day / everywhere.per_day == pytest.approx((1 / 5.178) ** 3, rel=0.15)


def test_error_name_and_source_of_a_table(tmp_path: Path) -> None:
    keys = 'name = "krypton"\nerror_percent = 3.0\ncitation = "an-2016"\nnote = "stated"'
    found = one(tmp_path, "internal", f"{TABLES['internal']}\n{keys}")
    assert (found.name, found.relative_error) == ("krypton", 0.03)
    assert "an-2016" in found.citations
    assert "stated" in found.remark
    assert one(tmp_path, "internal", TABLES["internal"]).relative_error == UNSTATED
    floating = f"{TABLES['internal']}\nerror_percent = inf"
    assert one(tmp_path, "internal", floating).relative_error == math.inf
    for wrong in ("nan", "-inf", "0.0"):
        with pytest.raises(InputError, match="error_percent"):
            one(tmp_path, "internal", f"{TABLES['internal']}\nerror_percent = {wrong}")
    # Solar neutrinos know the error of the solar model.
    assert one(tmp_path, "solar", 'sources = ["7Be"]').relative_error == pytest.approx(
        0.06, abs=0.01
    )


def test_pairs_of_14C_are_known_half_as_well(tmp_path: Path) -> None:
    keys = TABLES["carbon-14"]
    stated = backgrounds(with_tables(tmp_path, ("carbon-14", f"{keys}\nerror_percent = 5.0")))
    assert [each.relative_error for each in stated] == pytest.approx([0.05, 0.1])
    unstated = backgrounds(with_tables(tmp_path, ("carbon-14", keys)))
    assert [each.relative_error for each in unstated] == [UNSTATED, UNSTATED]


def test_water_between_shield_and_detector(tmp_path: Path) -> None:
    bare = one(tmp_path, "bremsstrahlung", NARROW)
    wet = one(tmp_path, "bremsstrahlung", NARROW + '\nsurrounding = "water"')
    # 6 - 0.2 - 5.178 m of water, mu = 0.084 per cm at 0.7 MeV.
    assert wet.per_day / bare.per_day == pytest.approx(math.exp(-62.2 * 0.084), rel=0.1)
    inside = [
        backgrounds(
            with_values(with_tables(tmp_path, ("bremsstrahlung", keys)), {"distance_m": 0.0})
        )
        for keys in (TUNGSTEN, TUNGSTEN + '\nsurrounding = "water"')
    ]
    assert inside[0][0].per_day == inside[1][0].per_day


def test_impurity_of_the_source(tmp_path: Path) -> None:
    keys = (
        "energy_MeV = 1.12\nimpurity_Bq = 1e9\nimpurity_half_life_d = 83.8\nphotons_percent = 50.0"
    )
    half = one(tmp_path, "source-gamma", f"{TUNGSTEN}\n{keys}")
    full = one(tmp_path, "source-gamma", f"{TUNGSTEN}\n{keys.replace('50.0', '100.0')}")
    assert half.half_life_d == 83.8
    assert full.per_day == pytest.approx(2 * half.per_day)


@pytest.mark.parametrize("name", setup_names())
def test_registered_set_ups(name: str) -> None:
    chosen = setup(name)
    for section in chosen.background:
        assert section.provenance != "user"
    for each in backgrounds(chosen):
        assert each.per_day > 0
        assert np.all(each.spectrum.share >= 0)


def test_7Be_of_the_ledger() -> None:
    found = {
        name: {b.name: b.per_day for b in backgrounds(setup(name))}
        for name in ("jne-500t-physical", "juno-physical", "juno", "jne-500t")
    }
    # The talk: 10 000 in JUNO, fewer than 700 in JNE. Computed with both lines of 7Be; the 862 keV
    # line alone makes 96 %: 237 and 9.5e3.
    assert found["juno-physical"]["solar-7Be"] == pytest.approx(10_000, rel=0.1)
    assert 0.96 * found["juno-physical"]["solar-7Be"] == pytest.approx(9.5e3, rel=0.01)
    assert 0.96 * found["jne-500t-physical"]["solar-7Be"] == pytest.approx(237, rel=0.01)
    assert found["juno"]["solar-7Be"] == 10_000.0
    assert found["jne-500t"]["solar-7Be"] == 700.0


def test_kinds_of_the_talk_in_juno() -> None:
    found = {each.name: each for each in backgrounds(setup("juno"))}
    assert set(found) == {"11C", "solar-7Be"}
    # 11C lies above the recoils of 51Cr: positrons bring 1.022 MeV.
    assert found["11C"].spectrum.share[found["11C"].spectrum.edges_MeV[1:] < 1.0].sum() == 0.0


WRONG = {
    ("solr", ""): ["mine.toml", "background.0", "'solr'", "did you mean 'solar'"],
    ("solar", 'sources = ["9Be"]'): ["background.0.solar.sources.0", "'9Be'", "'7Be'"],
    ("solar", "per_day = 3.0"): ["per_day", "is the rate of one source"],
    ("solar", 'sources = ["pp", "pp"]'): ["names one twice"],
    ("internal", 'nuclide = "85Kr"'): ["exactly one of per_day", "g_per_g"],
    ("internal", 'nuclide = "85Kr"\nper_day = 1.0\ng_per_g = 1e-20'): [
        "g_per_g",
        "is given besides",
    ],
    ("internal", 'nuclide = "85Kr"\nper_day = -1.0'): ["per_day = -1.0", "greater than 0"],
    ("internal", 'nuclide = "85Kr"\nper_dy = 1.0'): ["'per_dy'", "did you mean 'per_day'"],
    ("carbon-14", "fraction = 1e-18\npile_up_distance_m = 1.0"): ["needs pile_up_window_ns"],
    ("source-gamma", "energy_MeV = 1.1"): ["impurity_Bq", "belongs to an impurity"],
    ("external-gamma", "energy_MeV = 2.6"): ["exactly one of per_day, per_day_and_m2"],
    ("bremsstrahlung", "build_up = 0.5"): ["build_up = 0.5", "greater than or equal to 1"],
    ("spectrum", 'name = "a.b"\nedges_keV = [0.0, 1.0]\nshare = [1.0]\nper_day = 1.0'): ["'a.b'"],
}


@pytest.mark.parametrize("table", WRONG, ids=lambda table: f"{table[0]}: {table[1][:30]}")
def test_a_wrong_table_is_named(tmp_path: Path, table: tuple[str, str]) -> None:
    with pytest.raises(InputError) as raised:
        with_tables(tmp_path, table)
    for part in ("mine.toml", "background.0", *WRONG[table]):
        assert part in str(raised.value)


UNKNOWN = {
    ("internal", 'nuclide = "85Kt"\nper_day = 1.0'): ["background.85Kt", "did you mean '85Kr'"],
    ("cosmogenic", 'nuclide = "11C"\nlaboratory = "sno"'): ["background.11C", "'sno'"],
    ("bremsstrahlung", 'layers = [{ material = "gold", thickness_cm = 1.0 }]'): ["'gold'"],
    ("spectrum", "edges_keV = [1.0, 0.0]\nshare = [1.0]\nper_day = 1.0"): ["background.spectrum"],
}


@pytest.mark.parametrize("table", UNKNOWN, ids=lambda table: table[0])
def test_what_physics_does_not_know_is_named(tmp_path: Path, table: tuple[str, str]) -> None:
    chosen = with_tables(tmp_path, table)
    with pytest.raises(InputError) as raised:
        backgrounds(chosen)
    for part in UNKNOWN[table]:
        assert part in str(raised.value)


def test_a_name_stands_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stands twice"):
        with_tables(tmp_path, *[("internal", TABLES["internal"])] * 2)


def test_zones_of_gallium_have_no_backgrounds_here() -> None:
    table = {"kind": "internal", "nuclide": "85Kr", "per_day_and_kt": 1.0}
    with pytest.raises(InputError, match="has no single body"):
        backgrounds(with_values(setup("best-zn65"), {"background": [table]}))


def perfect(chosen: Setup) -> Setup:
    """The same without resolutions."""
    return with_values(
        chosen, {"photoelectrons_per_MeV": None, "vertex_resolution_cm_at_1_MeV": 0.0}
    )


IMPURITY = f"{NARROW}\nenergy_MeV = 1.12\nimpurity_Bq = 1e9\nimpurity_half_life_d = 83.8"


@pytest.mark.parametrize("distance_m", [0.0, 3.0, 4.7])
def test_behind_the_hole_exactly_what_comes_through_the_shield_interacts(
    tmp_path: Path, distance_m: float
) -> None:
    # In each direction exp(-(r - hole)/lambda) from the rim of the hole to the surface: near the
    # wall photons escape, elsewhere all are seen.
    chosen = with_values(
        with_tables(tmp_path, ("source-gamma", IMPURITY)),
        {"distance_m": distance_m, "hole_radius_m": 0.3},
    )
    found = backgrounds(chosen)
    length = found[0].place.attenuation_length_m  # type: ignore[attr-defined]
    bins = np.array([0.0, 10.0]), np.array([0.3, 1.0, 12.0])
    (per_day,) = recorded_per_day(found, perfect(chosen), *bins)
    entering = 1e9 * 86400 * float(transmission(np.array(1.12), [Layer("tungsten", 15.0)]))
    cosine = (np.arange(2000) + 0.5) / 1000 - 1
    half_chord = np.sqrt(5.178**2 - distance_m**2 * (1 - cosine**2))
    wall = -distance_m * cosine + half_chord
    near, far = np.minimum(wall, 1.0), wall
    expected = [
        float(np.mean(np.exp(-(low - 0.3) / length) - np.exp(-(high - 0.3) / length)))
        for low, high in ((np.full(2000, 0.3), near), (near, far))
    ]
    # 2000 directions here, 400 there, and the quadrature over the distance.
    assert per_day[0] / entering == pytest.approx(expected, rel=1e-4)


def test_at_the_centre_all_that_comes_through_the_shield_interacts(tmp_path: Path) -> None:
    chosen = with_tables(tmp_path, ("source-gamma", IMPURITY))
    entering = 1e9 * 86400 * float(transmission(np.array(1.12), [Layer("tungsten", 15.0)]))
    # lambda is 0.17 m: exp(-5/0.17) reaches the wall, with any hole.
    for hole in (0.0, 0.2, 1.0):
        (found,) = backgrounds(with_values(chosen, {"distance_m": 0.0, "hole_radius_m": hole}))
        assert found.per_day == pytest.approx(entering, rel=1e-9)


def test_a_hole_takes_its_volume_once(tmp_path: Path) -> None:
    chosen = with_tables(tmp_path, ("internal", TABLES["internal"]))
    bins = np.array([0.0, 10.0]), np.array([0.0, 12.0])
    full, with_hole = (
        float(recorded_per_day(backgrounds(there), perfect(there), *bins)[0].sum())
        for there in (
            with_values(chosen, {"distance_m": 0.0, "hole_radius_m": hole}) for hole in (0.0, 2.0)
        )
    )
    assert with_hole / full == pytest.approx(1 - (2 / 5.178) ** 3, rel=1e-6)


def test_pairs_in_a_cylinder_are_close_by_its_volume(tmp_path: Path) -> None:
    # A column of 20 m and 1 m radius: 10 cm around a decay are a share V(ball)/V of all, but for
    # the decays near the surface.
    keys = TABLES["carbon-14"] + "\npile_up_distance_m = 0.1"
    values = {"shape": "cylinder", "detector.radius_m": 1.0, "height_m": 20.0, "distance_m": 15.0}
    for share, table in ((1.0, TABLES["carbon-14"]), (0.1**3 / (3 / 4 * 20), keys)):
        chosen = with_values(with_tables(tmp_path, ("carbon-14", table)), values)
        single, pairs = backgrounds(chosen)
        all_pairs = single.per_day**2 / 86400 * 100e-9
        assert pairs.per_day == pytest.approx(share * all_pairs, rel=0.05)
