"""The six published results and users' own."""

from pathlib import Path

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.experiments import ratios, read_measurements, source_measurements, zone_ratio
from gallus.experiments.gallium import group_names
from gallus.interactions.gallium_capture import cross_section

SIX = ("gallex-1", "gallex-2", "sage-cr", "sage-ar", "best-inner", "best-outer")
BAHCALL = cross_section("bahcall-1997")


def test_six_measurements_in_order_of_time() -> None:
    assert tuple(source_measurements().entries) == SIX
    assert tuple(source_measurements("gallium").entries) == SIX


@pytest.mark.parametrize(
    ("group", "members"),
    [("gallex", SIX[:2]), ("sage", SIX[2:4]), ("calibration", SIX[:4]), ("best", SIX[4:])],
)
def test_groups(group: str, members: tuple[str, ...]) -> None:
    assert tuple(source_measurements(group).entries) == members


def test_selections_add_up_in_order_of_time() -> None:
    assert tuple(source_measurements("best-outer", "sage").entries) == (*SIX[2:4], "best-outer")


def test_measured_over_predicted_rates_are_the_ratios_of_best() -> None:
    for entry in source_measurements("best").entries.values():
        assert entry.rate is not None
        assert entry.predicted_rate is not None
        ratio = entry.rate.to("1/d") / entry.predicted_rate.to("1/d")
        assert ratio == pytest.approx(entry.measured("published").to("1"), abs=5e-4)


def test_activities_at_the_reference_time_and_later() -> None:
    # 3.414 +- 0.008 MCi (Barinov et al.); after one half-life, half.
    source = source_measurements("best-inner").entries["best-inner"].source_activity()
    assert source.activity_Bq == pytest.approx(126.3e15, rel=1e-3)
    assert source.plus_Bq == pytest.approx(0.3e15, rel=0.02)
    assert source.after(27.704).activity_Bq == pytest.approx(source.activity_Bq / 2)


def test_best_errors_without_the_cross_section() -> None:
    """0.045 is 0.05 without Bahcall's 2.8 % in quadrature."""
    for entry in source_measurements("best").entries.values():
        total = entry.measured("collaboration")
        left = (total.error_to("1")[0] ** 2 - (0.028 * total.to("1")) ** 2) ** 0.5
        assert entry.measured("experimental").error_to("1")[0] == pytest.approx(left, abs=6e-4)


def test_published_errors_are_asymmetric_where_they_were() -> None:
    assert source_measurements("gallex-2").entries["gallex-2"].measured("published").error_to(
        "1"
    ) == (0.10, 0.11)


def test_bahcalls_cross_section_changes_nothing() -> None:
    data = ratios(source_measurements(), BAHCALL)
    assert data.values == pytest.approx([0.953, 0.812, 0.95, 0.79, 0.791, 0.766])
    assert data.errors == pytest.approx([0.11, 0.11, 0.12, 0.095, 0.05, 0.05])
    assert data.cross_section_minus == pytest.approx(
        [0.16 / 5.81] * 3 + [0.21 / 7] + [0.16 / 5.81] * 2
    )


def test_a_smaller_cross_section_raises_the_ratios_and_errors_alike() -> None:
    data, reference = (
        ratios(source_measurements(), model) for model in (cross_section("ground-state"), BAHCALL)
    )
    assert data.values / reference.values == pytest.approx(data.errors / reference.errors)
    assert data.values[0] / reference.values[0] == pytest.approx(5.81 / 5.539)
    assert data.values[3] / reference.values[3] == pytest.approx(7.00 / 6.625)


def test_the_floor_is_the_ground_state() -> None:
    data = ratios(source_measurements(), BAHCALL)
    assert data.floor == pytest.approx(5.539 / 5.81)
    assert data.floor_error == pytest.approx(0.019 / 5.81)
    shifted = ratios(source_measurements(), BAHCALL.with_half_life(11.468))
    assert shifted.floor == pytest.approx(data.floor)


def test_zone_ratio_of_best() -> None:
    # 0.97 +- 0.07 (Phys. Rev. Lett.) or 0.08 (Phys. Rev. C).
    value, error = zone_ratio()
    assert value == pytest.approx(0.97, abs=0.005)
    assert error == pytest.approx(0.079, abs=0.005)


MINE = """
name = "mine"
title = "Mine"
kind = "source-ratios"
covariance = [[0.0025, 0.0010], [0.0010, 0.0025]]
[measurements.one]
title = "One"
nuclide = "51Cr"
ratio = { value = 0.8, error = 0.05, unit = "1" }
reference_cross_section = { value = 5.81, unit = "1e-45 cm2" }
[measurements.two]
title = "Two"
nuclide = "51Cr"
ratio = { value = 0.9, error = 0.05, unit = "1" }
reference_cross_section = { value = 5.81, unit = "1e-45 cm2" }
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_a_users_measurements_with_covariance(tmp_path: Path) -> None:
    data = ratios(read_measurements(written(tmp_path, MINE)), BAHCALL, "experimental")
    assert data.values == pytest.approx([0.8, 0.9])
    assert data.covariance == pytest.approx(np.array([[0.0025, 0.0010], [0.0010, 0.0025]]))


def test_conventions_fall_back_in_a_stated_order(tmp_path: Path) -> None:
    several = (
        'ratio = { experimental = { value = 0.7, error = 0.05, unit = "1" }, '
        'published = { value = 0.8, error = 0.06, unit = "1" } }'
    )
    one = MINE.replace('ratio = { value = 0.8, error = 0.05, unit = "1" }', several)
    entry = read_measurements(written(tmp_path, one)).entries["one"]
    assert entry.measured("experimental").value == 0.7
    assert entry.measured("rate").value == 0.8


WRONG = {
    "misspelt convention": (
        MINE.replace(
            'ratio = { value = 0.8, error = 0.05, unit = "1" }',
            'ratio = { experimenta1 = { value = 0.8, error = 0.05, unit = "1" } }',
        ),
        "experimenta1.*'experimental'",
    ),
    "not positive definite": (
        MINE.replace("0.0010", "0.0030"),
        "covariance: is not positive definite: the smallest eigenvalue of its correlations is -0.2",
    ),
    "not symmetric": (MINE.replace("[[0.0025, 0.0010]", "[[0.0025, 0.0]"), "is not symmetric"),
    "wrong size": (MINE.replace("[0.0025, 0.0010], ", ""), "covariance.*has the wrong shape"),
    "ragged": (MINE.replace("0.0010], [", "0.0010, 1.0], ["), "rows of different length"),
    "nan": (MINE.replace("[[0.0025", "[[nan"), "must be a finite number"),
    "unknown nuclide": (
        MINE.replace("51Cr", "52Cr"),
        r"one\.nuclide = '52Cr': unknown nuclide, did you mean '51Cr'",
    ),
    "no error": (MINE.replace("error = 0.05", "error = 0.0"), "has no error"),
    "negative reference": (MINE.replace("5.81", "-5.81"), r"= -5\.81: is not positive"),
    "no reference": (
        MINE.replace('reference_cross_section = { value = 5.81, unit = "1e-45 cm2" }', ""),
        r"measurements\.one\.reference_cross_section: is missing",
    ),
    "nothing": (MINE.split("[measurements")[0], "measurements: is missing"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_measurements(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_measurements(path)
    assert str(caught.value).startswith(str(path))


def test_unknown_experiment() -> None:
    with pytest.raises(InputError, match="unknown experiment or group, did you mean 'best-inner'"):
        source_measurements("best-iner")
    assert "calibration" in group_names()
