"""Users' cross-section files: the forms, and each way to get them wrong."""

from pathlib import Path

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.interactions.gallium_capture import read_cross_section

HEAD = 'name = "mine"\ntitle = "Mine"\nkind = "cross-section"\n'
TOTAL = HEAD + '[total]\n51Cr = { value = 5.8, error = 0.2, unit = "1e-45 cm2" }\n'
STRENGTHS = (
    HEAD
    + "[strength_ratios]\n"
    + '175 = { value = 0.04, error = 0.03, unit = "1" }\n'
    + '500 = { value = 0.2, error = 0.02, unit = "1" }\n'
)
TABLE = (
    HEAD
    + "[table]\n"
    + 'energy_unit = "keV"\nunit = "1e-46 cm2"\nconfidence_level = "3 sigma"\n'
    + "energy = [240.0, 800.0, 900.0]\nbest = [10.0, 60.0, 80.0]\n"
    + "lower = [9.0, 54.0, 70.0]\nupper = [11.0, 66.0, 95.0]\n"
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_totals(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, TOTAL))
    assert model.total("51Cr") == pytest.approx((5.8e-45, 0.2e-45, 0.2e-45))
    assert model.excited_share("51Cr") is None


def test_totals_in_another_unit(tmp_path: Path) -> None:
    text = TOTAL.replace("5.8, error = 0.2", "58, error = 2").replace("1e-45", "1e-46")
    assert read_cross_section(written(tmp_path, text)).total("51Cr").value_cm2 == pytest.approx(
        5.8e-45
    )


def test_strengths_alone_rest_on_the_computed_ground_state(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, STRENGTHS))
    ground, total = model.ground_state("51Cr"), model.total("51Cr")
    # xi_175 = 0.669, xi_500 = 0.220 (Bahcall 1997, eq. 14); the computed ones agree to 0.5 %.
    expected = ground.value_cm2 * (1 + 0.669 * 0.04 + 0.220 * 0.2)
    assert total.value_cm2 == pytest.approx(expected, rel=1e-3)
    assert model.excited_share("51Cr") == pytest.approx(1 - ground.value_cm2 / total.value_cm2)


def test_tables_are_linear_between_their_nodes(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, TABLE))
    best, plus, minus = model.table_cm2(np.array([0.24, 0.52, 0.85, 0.9]))
    assert best == pytest.approx(np.array([10, 35, 70, 80]) * 1e-46)
    assert plus == pytest.approx(np.array([1, 3.5, 10.5, 15]) / 3 * 1e-46)
    assert minus == pytest.approx(np.array([1, 3.5, 8, 10]) / 3 * 1e-46)
    assert model.total("37Ar").value_cm2 == pytest.approx(62.2e-46, rel=2e-3)


def test_a_table_may_stand_in_a_csv_file(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("# remark\nenergy,best,lower,upper\n0.24,1,1,1\n0.9,2,2,2\n")
    text = HEAD + '[table]\nfile = "mine.csv"\nenergy_unit = "MeV"\nunit = "1e-45 cm2"\n'
    model = read_cross_section(written(tmp_path, text))
    assert model.table_cm2(np.array([0.57]))[0] == pytest.approx([1.5e-45])


def test_tables_end_where_they_end(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, TABLE))
    assert model.table_cm2(np.array([0.1, 0.232]))[0] == pytest.approx([0, 0])
    with pytest.raises(InputError, match=r"table\.energy = 1\.0: of the cross section 'mine'"):
        model.table_cm2(np.array([1.0]))


def test_a_table_that_begins_near_the_threshold_goes_on_to_it(tmp_path: Path) -> None:
    """The cross section of a charged nucleus begins with a step, not at zero."""
    model = read_cross_section(written(tmp_path, TABLE))
    near, first = model.table_cm2(np.array([0.2330, 0.240]))[0]
    assert 0.9 * first < near < first


def test_a_table_that_begins_late_covers_nothing_before(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, TABLE.replace("240.0", "500.0")))
    with pytest.raises(InputError, match=r"0\.4323.*does not cover this energy \(allowed: 0\.5 to"):
        model.total("51Cr")


def test_a_file_may_state_the_half_life_it_rests_on(tmp_path: Path) -> None:
    stated = 'half_life_71Ge = { value = 11.468, unit = "d" }\n'
    model = read_cross_section(written(tmp_path, TOTAL.replace("[total]", stated + "[total]")))
    same = model.with_half_life(11.468).total("51Cr")
    assert same == pytest.approx(model.total("51Cr"), rel=1e-12)


def test_a_source_that_the_model_does_not_state(tmp_path: Path) -> None:
    model = read_cross_section(written(tmp_path, TOTAL))
    with pytest.raises(
        InputError,
        match=r"source = '37Ar': is not stated by the cross section 'mine' .*allowed: 51Cr",
    ):
        model.total("37Ar")


WRONG = {
    "negative": (TOTAL.replace("5.8", "-5.8"), r"total\.51Cr = -5\.8: is not a cross section"),
    "zero": (TOTAL.replace("5.8", "0.0"), r"total\.51Cr = 0\.0: is not a cross section"),
    "missing unit": (TOTAL.replace(', unit = "1e-45 cm2"', ""), r"total\.51Cr\.unit: is missing"),
    "wrong unit": (TOTAL.replace("1e-45 cm2", "MeV"), "'MeV': is a unit of energy, not of cross"),
    "unknown nuclide": (TOTAL.replace("51Cr", "52Cr"), "total = '52Cr': unknown nuclide"),
    "error too large": (
        TOTAL.replace("0.2", "6.0"),
        r"total\.51Cr\.plus = 6\.0: is an error as large",
    ),
    "no error": (TOTAL.replace("error = 0.2, ", ""), r"total\.51Cr: has no error"),
    "strength error too large": (
        STRENGTHS.replace("error = 0.03", "error = 10.0"),
        r"strength_ratios\.175 = 10\.0: has an error as large as the strength",
    ),
    "nan": (TOTAL.replace("5.8", "nan"), r"total\.51Cr\.value = nan: must be a finite number"),
    "nothing": (HEAD, "states no cross section"),
    "wrong kind": (TOTAL.replace("cross-section", "radionuclide"), "kind = 'radionuclide'"),
    "level not in keV": (STRENGTHS.replace("175 =", "first ="), "first'?: is not a level"),
    "negative strength": (STRENGTHS.replace("0.04", "-0.04"), r"= -0\.04: is negative"),
    "phase space without strength": (
        STRENGTHS + "[phase_space]\n708 = { coefficients = { 51Cr = 0.1 } }",
        "unknown level of strength_ratios",
    ),
    "table backwards": (TABLE.replace("240.0, 800.0", "800.0, 240.0"), "energy: does not increase"),
    "table too short": (
        TABLE.replace("[10.0, 60.0, 80.0]", "[10.0, 60.0]"),
        "best = 2: has another",
    ),
    "table outside its band": (TABLE.replace("60.0, 80.0", "60.0, 99.0"), "best: is not between"),
    "table without file": (
        HEAD + '[table]\nfile = "none.csv"\nenergy_unit = "MeV"\nunit = "cm2"\n',
        "cannot be read",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_files(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_cross_section(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_csv_file_with_words(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("energy,best,lower,upper\n0.24,one,1,1\n0.9,2,2,2\n")
    text = HEAD + '[table]\nfile = "mine.csv"\nenergy_unit = "MeV"\nunit = "1e-45 cm2"\n'
    with pytest.raises(InputError, match="is not a table of numbers"):
        read_cross_section(written(tmp_path, text))
