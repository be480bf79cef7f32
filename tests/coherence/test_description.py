"""Descriptions of production and detection: registered ones, and files that are wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gallus.coherence.description import (
    CoherenceSetup,
    read_setup,
    setup,
    setup_names,
    with_points,
)
from gallus.coherence.readings import Reading, choices, reasonable, with_choices
from gallus.coherence.results import coherence
from gallus.database.bibliography import references
from gallus.errors import InputError

GOOD = """
name = "mine"
title = "Two bodies"
kind = "coherence-setup"
energies_MeV = [1.0]

[production]
mean_life_s = 1.0

[[production.particles]]
name = "A"
role = "initial"
mass_u = 50.0
width_eV = 400.0
motion = "thermal"

[[production.particles]]
name = "B"
role = "final"
mass_u = 50.0
observed = false
localisation_nm = 0.25
motion = "recoil"

[detection]
[[detection.particles]]
name = "C"
role = "initial"
mass_u = 70.0
localisation_nm = 0.25
velocity = 0.0

[[detection.particles]]
name = "e"
role = "final"
species = "electron"
mean_free_path_nm = 300.0
kinetic_energy_MeV = 0.5
direction = [3.0, 0.0, 4.0]

[[oscillation]]
name = "far"
delta_m2_eV2 = 1.0
baseline_m = 10.0
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", setup_names())
def test_every_number_of_a_registered_set_up_has_a_source(name: str) -> None:
    chosen = setup(name)
    assert chosen.slug == name
    for key, each in chosen.assumptions.items():
        assert each.citation in references(), key
        assert each.provenance != "user", key
    # Numbers of the particles are there, one by one.
    for side in ("production", "detection"):
        for particle in getattr(chosen, side).particles:
            for key in particle.printed.model_fields_set:
                assert f"{side}.{particle.name}.printed.{key}" in chosen.assumptions


def test_the_table_of_the_talk_is_in_the_files() -> None:
    """delta_x, sigma and the mantissas of v as the slide prints them."""
    printed = {
        each.name: each.printed
        for name in ("reactor", "gallium-cr51")
        for side in ("production", "detection")
        for each in getattr(setup(name), side).particles
    }
    table = {
        "N": (0.24, 410, 1), "N'": (0.24, 410, 4), "p": (0.1, 990, 5), "n": (5e6, 2e-5, 5),
        "e+": (320, 0.3, 9.9), "Cr": (0.20, 480, 7), "V": (0.20, 480, 2), "Ga": (0.27, 370, 6),
        "Ge": (0.27, 370, 1), "e-": (310, 0.32, 8.3),
    }  # fmt: skip
    for name, (position, width, mantissa) in table.items():
        found = printed[name]
        assert (found.delta_x_nm, found.sigma_eV) == (position, width)
        assert found.velocity is not None
        power = math.floor(math.log10(found.velocity))
        assert found.velocity / 10.0**power == pytest.approx(mantissa)


def test_a_users_file_is_read_and_its_numbers_used(tmp_path: Path) -> None:
    chosen = read_setup(written(tmp_path, GOOD))
    assert chosen.assumptions["production.A.width_eV"].value == 400.0
    assert chosen.citations() == ()
    result = coherence(chosen)
    a, b = result.typical.particles["production"]
    electron = result.typical.particles["detection"][1]
    assert a.packet.width_eV == pytest.approx(400.0)
    # 197.327 eV nm/(2 x 0.25 nm), and 1 MeV/(50 x 931.494 MeV) backwards.
    assert b.packet.width_eV == pytest.approx(394.654, rel=1e-5)
    assert b.packet.velocity == pytest.approx((0.0, 0.0, -1.0 / (50 * 931.494)), rel=1e-5)
    # 0.5 MeV: gamma = 1.97847; three fifths of it across.
    assert electron.packet.velocity == pytest.approx((0.51772, 0.0, 0.69029), abs=1e-4)
    assert result.typical.lines[0].full_width_eV == pytest.approx(6.582e-16, rel=1e-4)


def test_the_direction_is_a_cosine_or_a_vector_of_any_length(tmp_path: Path) -> None:
    by_cosine = GOOD.replace("direction = [3.0, 0.0, 4.0]", "cosine = 0.8")
    one, other = (
        coherence(read_setup(written(tmp_path, text))).widths for text in (GOOD, by_cosine)
    )
    assert one.sigma_m_eV == pytest.approx(other.sigma_m_eV, rel=1e-12)


WRONG = {
    "two localisations": ("width_eV = 400.0", "width_eV = 4.0\nbond_in = 'lab'", "given besides"),
    "no localisation": ("width_eV = 400.0", "", "localisation_nm: is missing"),
    "no velocity": ("velocity = 0.0", "", "velocity: is missing"),
    "two velocities": ("velocity = 0.0", 'velocity = 0.0\nmotion = "thermal"', "given besides"),
    "faster than light": ("velocity = 0.0", "velocity = 1.5", "velocity = 1.5"),
    "unknown key": ("width_eV = 400.0", "width_ev = 400.0", "did you mean 'width_eV'"),
    "unknown role": ('role = "initial"', 'role = "first"', "'initial' or 'final'"),
    "proton with a mass": ('species = "electron"', 'species = "proton"\nmass_u = 1.0', "nucleus"),
    "nucleus without mass": ("mass_u = 50.0\nwidth", "width", "nuclide, mass_u"),
    "deposit of a nucleus": ("width_eV = 400.0", 'deposit_in = "lab"', "is for leptons"),
    "recoil of what is there first": ("velocity = 0.0", 'motion = "recoil"', "final particles"),
    "reaction without a name": ("kinetic_energy_MeV = 0.5", 'motion = "reaction"', "needs the"),
    "two directions": ("direction = [", "cosine = 1.0\ndirection = [", "given besides"),
    "no direction": ("[3.0, 0.0, 4.0]", "[0.0, 0.0, 0.0]", "no length"),
    "same name": ('name = "B"', 'name = "A"', "given twice"),
    "collisions of nobody": ("mean_life_s = 1.0", 'collisions = ["Q"]', "unknown particle"),
    "two lifetimes": ("mean_life_s = 1.0", "mean_life_s = 1.0\nhalf_life_d = 1.0", "given besides"),
    "negative energy": ("[1.0]\n", "[-1.0]\n", "energies_MeV = -1.0"),
    "no energy": ("[1.0]\n", "[]\n", "energies_MeV: is empty"),
    "negative distance": ("10.0", "-1.0", "oscillation.far.baseline_m"),
    "no species": ('name = "B"', 'name = "B"\nspecies = "ion"', "production.B.species"),
    "no name": ('name = "B"', 'names = "B"', r"production.particles \(2\)"),
    "not a number": ("400.0", "nan", "finite"),
    "assumption of nothing": (
        "[[oscillation]]", "[assumptions]\n'production.A.hue' = {}\n[[oscillation]]", "unknown key",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_wrong_files_end_in_one_message(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=said) as caught:
        read_setup(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mass_u = 50.0\nwidth", 'nuclide = "51Xx"\nwidth', r"production\.A\.nuclide = '51Xx'"),
        ("width_eV = 400.0", 'lattice_of = "water"', r"production\.A\.lattice_of = 'water'"),
        ("mean_free_path_nm = 300.0", 'deposit_in = "ga"', r"detection\.e\.deposit_in = 'ga'"),
        (
            "[detection]\n",
            '[detection]\nreaction = "inverse-beta-decay"\n',
            "energies_MeV = 1.0.*1.80608",
        ),
    ],
)
def test_what_cannot_be_computed_is_named_by_file_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=said) as caught:
        coherence(read_setup(path))
    assert str(caught.value).startswith(f"{path}: ")


def test_unknown_media_are_named_with_their_particle(tmp_path: Path) -> None:
    text = GOOD.replace("width_eV = 400.0", 'spacing_in = "unobtainium"')
    chosen = read_setup(written(tmp_path, text))
    with pytest.raises(InputError, match=r"mine\.toml: production\.A\.spacing_in = 'unobtainium'"):
        coherence(chosen)


def test_other_points_replace_those_of_the_set_up() -> None:
    chosen = with_points(setup("reactor"), (3.0,), (10.0, 20.0), (0.5, 1.0))
    assert chosen.energies_MeV == (3.0,)
    points = [(each.delta_m2_eV2, each.baseline_m) for each in chosen.oscillation]
    assert points == [(0.5, 10.0), (0.5, 20.0), (1.0, 10.0), (1.0, 20.0)]
    # What is new comes from the user, what is not from where it came.
    assert chosen.assumptions["energies_MeV"].provenance == "user"
    assert chosen.assumptions["production.N.mass_u"].provenance == "computed"
    assert isinstance(chosen, CoherenceSetup)
    assert chosen.described_energies_MeV == setup("reactor").energies_MeV
    with pytest.raises(InputError, match="baseline_m"):
        with_points(setup("reactor"), (), (-1.0,))


def test_unknown_set_ups_and_readings_suggest_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'reactor'"):
        setup("reactors")
    with pytest.raises(InputError, match="did you mean 'sigma_m'"):
        with_choices(Reading(), {"sigma_n": "full"})
    with pytest.raises(InputError, match="full, momentum-terms"):
        Reading(sigma_m="ful")  # type: ignore[arg-type]


def test_defaults_are_the_first_choices() -> None:
    defaults = Reading().as_dict()
    assert {name: known[0] for name, known in choices().items()} == defaults


def test_readings_of_the_band_are_all_different() -> None:
    found = reasonable(Reading())
    assert len(set(found)) == len(found)
    # 2 x 4 as printed; computed: 2 x 4 x (2 x 2 x 2) x 3.
    assert len(found) == 8 + 8 * 24
