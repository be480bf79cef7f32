"""Set-ups: what the registered ones hold, what a user writes, and one message for bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gallus.constants import AVOGADRO
from gallus.database import reference
from gallus.database.loader import data_path, read_toml, validate
from gallus.errors import InputError
from gallus.experiments.setup import (
    Setup,
    full_key,
    read_setup,
    setup,
    setup_names,
    with_values,
)
from gallus.experiments.setup_bounds import check_range, check_value
from gallus.geometry.closed_forms import sphere_mean_path_length

MINE = """\
name = "mine"
title = "A ball of water above a source"
kind = "setup"
[source]
nuclide = "51Cr"
activity_PBq = 100.0
[detector]
radius_m = 2.0
material = "water"
[position]
distance_m = 3.0
"""


@pytest.fixture
def mine(tmp_path: Path) -> Any:
    """Write the user's file with some text replaced, and read it."""

    def written(old: str = "", new: str = "") -> Setup:
        assert old in MINE
        path = tmp_path / "mine.toml"
        path.write_text(MINE.replace(old, new) if old else MINE)
        return read_setup(path)

    return written


@pytest.mark.parametrize("name", setup_names())
def test_every_value_of_a_registered_set_up_says_where_it_comes_from(name: str) -> None:
    chosen = setup(name)
    assert set(chosen.given()) == set(chosen.assumptions)
    for key, each in chosen.assumptions.items():
        assert each.value == chosen.value(key)
        assert each.provenance in {"read", "inferred", "computed", "recalled"}
        assert each.citation != "user"
    assert all(reference(key).title for key in chosen.all_citations())


@pytest.mark.parametrize("name", ["jne-1t", "jne-500t", "juno"])
def test_the_talks_set_ups_stand_in_their_files_line_by_line(name: str) -> None:
    content = read_toml(data_path(name))
    assert content["source"]["activity_MCi"] == 3.0
    assert content["source"]["half_life_d"] == 27.7
    assert content["detector"]["electrons_per_nucleon"] == 0.5
    assert content["position"]["hole_radius_m"] == 0.2
    assert content["interaction"] == {"couplings": "tree", "sin2_theta_w": 0.2386}
    assert content["detection"] == {"threshold_keV": 200.0}


def test_density_and_electrons_follow_from_mass_and_material() -> None:
    talk, real = setup("juno"), setup("juno-physical")
    assert talk.density_g_per_cm3() == pytest.approx(0.93833, abs=5e-6)  # notes, table A1
    # 1/2 electron per neutron mass of 1.67493e-24 g.
    assert talk.electrons_per_cm3() == pytest.approx(0.93833 * 0.5 / 1.67493e-24, rel=1e-5)
    # C18H30 has 138 electrons per 246.4 u.
    assert real.electrons_per_cm3() == pytest.approx(0.86 * AVOGADRO * 138 / 246.436, rel=1e-4)


def test_a_file_of_a_few_lines_is_enough(mine: Any) -> None:
    chosen = mine()
    assert chosen.source.activity == 1e17
    assert chosen.half_life_d == pytest.approx(27.704)
    assert chosen.mean_path_length_m() == pytest.approx(
        float(sphere_mean_path_length(np.array(2.0), np.array(3.0))), rel=1e-9
    )
    assert chosen.remarks() == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("activity_PBq = 100.0", "activity_PBq = -1.0", "source.activity_PBq = -1.0"),
        ("activity_PBq = 100.0", "activity_PBq = 0", "source.activity_PBq = 0"),
        ("activity_PBq = 100.0", "activity_PBq = nan", "source.activity_PBq"),
        ("activity_PBq = 100.0", 'activity_PBq = "100"', "source.activity_PBq"),
        ("activity_PBq = 100.0", "activity = 100.0", "did you mean 'activity_"),
        ("activity_PBq = 100.0", "", "exactly one of activity_MCi"),
        ("activity_PBq = 100.0", "activity_PBq = 1.0\nactivity_MCi = 1.0", "besides activity_MCi"),
        ('"51Cr"', '"52Cr"', "source.nuclide = '52Cr': unknown nuclide, did you mean '51Cr'"),
        ('"51Cr"', '"51Cr"\nline_set = "old"', "source.line_set"),
        ('"water"', '"watr"', "detector.material = 'watr'"),
        ("radius_m = 2.0", "radius_cm = 200.0", "did you mean 'radius_m'"),
        ("radius_m = 2.0", "radius_m = 0.0", "detector.radius_m"),
        ("radius_m = 2.0", "", "detector.radius_m: is missing"),
        ("radius_m = 2.0", 'shape = "cube"\nradius_m = 2.0', "detector.shape"),
        ("radius_m = 2.0", 'shape = "shell"\nradius_m = 2.0', "inner_radius_m"),
        ("radius_m = 2.0", "radius_m = 2.0\nheight_m = 1.0", "does not belong to a sphere"),
        ("radius_m = 2.0", "radius_m = 2.0\nmass_t = 1.0\nmass_kg = 1.0", "besides mass_t"),
        ("radius_m = 2.0", "radius_m = 2.0\nelectrons_per_nucleon = 0.5", "nucleon_mass_MeV"),
        ("distance_m = 3.0", "distance_m = -3.0", "position.distance_m = -3.0"),
        ("distance_m = 3.0", "distance_m = 2.1\nwall_m = 0.2", "into the wall"),
        ("distance_m = 3.0", "distance_m = 1.9\nhole_radius_m = 0.2", "into the wall"),
        ("[position]", '[interaction]\ncouplings = "trees"\n[position]', "did you mean 'tree'"),
        ("[position]", '[interaction]\ncouplings = "free"\n[position]', "vector_coupling"),
        ("[position]", "[interaction]\nsin2_theta_w = 0.23\n[position]", "the model tree"),
        ("[position]", "[detection]\nthreshold_keV = 300\nupper_keV = 200\n[position]", "above"),
        ("[position]", "[detection]\nefficiency = 80\n[position]", "detection.efficiency"),
        ("[position]", '[assumptions]\n"source.colour" = {}\n[position]', "source.colour"),
        ('kind = "setup"', 'kind = "setups"', "kind"),
        ('kind = "setup"', 'kind = "setup"\nday = 3', "did you mean 'days'"),
        ("[position]", "[period]\ntime_bins = 3\n[position]", "did you mean 'periods'"),
        ("[position]", "[detection]\nfiducial_radius_m = 3.0\n[position]", "detection.fiducial"),
        ('kind = "setup"', 'kind = "setup"\ndays = 0', "days = 0"),
        ('kind = "setup"', 'kind = "setup"\nreactions = ["capture"]', "reactions.0"),
        ('kind = "setup"', 'kind = "setup"\nreactions = []', "reactions"),
    ],
)
def test_bad_input_is_named_with_file_and_key(mine: Any, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        mine(old, new)
    message = str(caught.value)
    assert "mine.toml" in message
    assert said in message
    assert "\n" not in message


def test_a_source_outside_keeps_its_shield_out_of_the_wall() -> None:
    with pytest.raises(InputError, match=r"at least 17\.9 outside"):
        with_values(setup("juno-physical"), {"distance_m": 17.8})


def test_a_hole_too_small_for_the_shield_is_remarked() -> None:
    inside = with_values(setup("juno-physical"), {"distance_m": 0.0, "hole_radius_m": 0.1})
    assert "needs 0.2 m" in inside.remarks()[0]
    assert with_values(inside, {"hole_radius_m": 0.2}).remarks() == ()


def test_a_shell_has_room_in_its_cavity() -> None:
    shell = {
        "detector.shape": "shell",
        "inner_radius_m": 1.0,
        "distance_m": 0.0,
        "hole_radius_m": 0.5,
    }
    chosen = with_values(setup("juno-physical"), shell)
    assert chosen.mean_path_length_m() == pytest.approx(16.7, rel=1e-9)
    assert chosen.remarks() == ()


def test_a_fiducial_sphere_replaces_the_body() -> None:
    chosen = with_values(setup("juno"), {"distance_m": 0.0, "fiducial_radius_m": 9.06})
    assert chosen.mean_path_length_m() == pytest.approx(8.86, rel=1e-9)
    outside = with_values(setup("juno"), {"fiducial_radius_m": 10.0})
    expected = float(sphere_mean_path_length(np.array(10.0), np.array(19.0)))
    assert outside.mean_path_length_m() == pytest.approx(expected, rel=1e-9)
    for values, said in (
        ({"fiducial_radius_m": 18.0}, "at most 17.2"),
        ({"fiducial_radius_m": 5.0, "distance_m": 5.1}, "cuts through a hole"),
    ):
        with pytest.raises(InputError, match=said):
            with_values(setup("juno"), values)


def test_keys_may_leave_out_their_section_where_only_one_has_them() -> None:
    assert full_key("distance_m") == "position.distance_m"
    assert full_key("days") == "days"
    with pytest.raises(InputError, match="several sections"):
        full_key("radius_m")
    with pytest.raises(InputError, match="did you mean"):
        full_key("distanse_m")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("detection.threshold", r"did you mean 'detection\.threshold_keV'.*detection\.bins"),
        ("treshold_keV", r"did you mean 'detection\.threshold_keV'.*days, runs, live_share"),
        ("position", r"is a section \(allowed: position\.distance_m"),
    ],
)
def test_an_unknown_key_lists_those_of_its_section(key: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        full_key(key)
    assert len(str(caught.value)) < 500


def test_changed_values_say_so_and_the_rest_stays() -> None:
    changed = with_values(setup("juno"), {"distance_m": 0.0})
    assert changed.assumptions["position.distance_m"].provenance == "user"
    assert changed.assumptions["position.distance_m"].value == 0.0
    assert changed.given() == setup("juno").given()
    back = with_values(changed, {"distance_m": 19.0})
    assert back.model_dump(exclude={"assumptions"}) == setup("juno").model_dump(
        exclude={"assumptions"}
    )


def test_the_decay_of_the_source_gives_the_factors_of_the_talk() -> None:
    # 27.7 d: notes, test anchor 1.
    assert setup("juno").days_at_full_activity(10.0) == pytest.approx(8.846978, abs=1e-6)
    assert setup("juno").days_at_full_activity(30.0) == pytest.approx(21.098859, abs=1e-6)
    with pytest.raises(InputError, match="days"):
        setup("juno").days_at_full_activity(-1.0)


# --- what forecasts need ------------------------------------------------------------------------

FORECAST = """\
[[background]]
kind = "carbon-14"
fraction = 2e-18
error_percent = 10.0
[[background]]
kind = "internal"
name = "bismuth"
nuclide = "210Bi"
per_day = 20.0
[uncertainties]
activity_percent = 0.5
[periods]
source_off_days = 30.0
time_bins = 3
[position]
"""


def test_a_file_holds_backgrounds_uncertainties_and_periods(mine: Any) -> None:
    chosen = mine("[position]\n", FORECAST)
    assert [each.name for each in chosen.background] == ["carbon-14", "bismuth"]
    assert chosen.uncertainties.activity_percent == 0.5
    assert chosen.uncertainties.fiducial_cm == 0.0
    assert (chosen.periods.source_off_days, chosen.periods.time_bins) == (30.0, 3)
    assert chosen.value("background.carbon-14.fraction") == 2e-18
    assert "uncertainties.activity_percent" in chosen.given()


def test_values_of_backgrounds_are_changed_by_name(mine: Any) -> None:
    chosen = mine("[position]\n", FORECAST)
    other = with_values(
        chosen, {"background.bismuth.per_day": 5.0, "fraction": 1e-17, "time_bins": 6}
    )
    assert other.value("background.bismuth.per_day") == 5.0
    assert other.value("background.carbon-14.fraction") == 1e-17
    assert other.background[0].provenance == "user"
    assert other.periods.time_bins == 6
    # Sections come first: the nuclide of the source, not that of a background.
    assert with_values(chosen, {"nuclide": "37Ar"}).source.nuclide == "37Ar"
    none = with_values(chosen, {"background": ()})
    assert none.background == ()
    assert with_values(none, {"background": chosen.background}).background == chosen.background


def test_a_background_as_a_whole_is_no_value_but_can_be_taken_away(mine: Any) -> None:
    chosen = mine("[position]\n", FORECAST)
    name = chosen.background[0].name
    left = with_values(chosen, {f"background.{name}": None}).background
    assert left == chosen.background[1:]
    with pytest.raises(InputError, match=rf"background\.{name}: is a table, which only none"):
        with_values(chosen, {f"background.{name}": 0.0})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("distance_m", -0.1, "at least 0"),
        ("days", 0.0, "above 0"),
        ("efficiency", 1.1, "at most 1"),
        ("fiducial_radius_m", 17.3, r"at most 17\.2, the radius"),
        ("distanse_m", 1.0, "did you mean"),
    ],
)
def test_a_value_out_of_range_is_refused_before_anything_else(
    key: str, value: float, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        check_value(setup("juno"), key, value)


def test_values_within_their_limits_pass() -> None:
    for key, number in (("distance_m", 0.0), ("fiducial_radius_m", 17.2), ("upper_keV", 1e4)):
        check_value(setup("juno"), key, number)
    check_range(setup("juno"), "days", 0.0, 10.0)  # open at 0
    with pytest.raises(InputError, match=r"days = -1\.0"):
        check_range(setup("juno"), "days", -1.0, 10.0)


def test_a_file_s_source_is_that_of_its_backgrounds(mine: Any) -> None:
    chosen = mine("[position]\n", FORECAST)
    content = {**chosen.model_dump(exclude_unset=True), "citation": "beacom-2017"}
    for each in content["background"]:
        each.pop("citation", None)
    again = validate(Setup, content, "mine")
    assert {each.citation for each in again.background} == {"beacom-2017"}
    assert "beacom-2017" in again.citations()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fraction = 2e-18", "fraction = -1.0", "background.0"),
        ("fraction = 2e-18", "fractoin = 2e-18", "did you mean 'fraction'"),
        ('"carbon-14"', '"carbon-15"', "did you mean 'carbon-14'"),
        ('name = "bismuth"', 'name = "carbon-14"', "stands twice"),
        ("activity_percent = 0.5", "activity_percent = -0.5", "uncertainties.activity_percent"),
        ("activity_percent = 0.5", "activity = 0.5", "did you mean 'activity_percent'"),
        ("time_bins = 3", "time_bins = 0", "periods.time_bins"),
        ("time_bins = 3", "time_bins = 3.5", "periods.time_bins"),
    ],
)
def test_bad_forecast_sections_are_named(mine: Any, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        mine("[position]\n", FORECAST.replace(old, new))
    assert "mine.toml" in str(caught.value)
    assert said in str(caught.value)
