"""The table of explanations: the same fits as one by one, ranked, under the same assumptions."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from scipy.special import gammaincc

from gallus.database import reference
from gallus.errors import InputError
from gallus.experiments import source_measurements
from gallus.explanation import fit_gallium
from gallus.explanations import DEFAULT_DATA, DEFAULT_MODELS, ExplanationTable, explanations
from gallus.interactions.gallium_capture import cross_section
from gallus.oscillation import Deficit, Sterile, ThreeFlavour, model, model_names

MIGRAD = 2e-3
"""In chi2; the lowest of equal valleys is the widest within 1e-3."""


@cache
def table() -> ExplanationTable:
    """A part of the default table."""
    return explanations([ThreeFlavour(), Deficit(), Sterile(), model("decoherence")])


@cache
def talk() -> ExplanationTable:
    """The setting in which the talk of T. Schwetz comes out."""
    return explanations(
        [Deficit(), model("decoherence")],
        [cross_section("haxton-2023-3he")],
        method="lower-error",
        geometries=["documented", "published-fits"],
        line_set="single",
        intervals_up_to=0,
    )


def test_default_models_exist_and_each_has_a_null() -> None:
    assert set(DEFAULT_MODELS) <= set(model_names())
    assert [model(name).null for name in DEFAULT_MODELS][1:] == [
        *("no-oscillation", "no-oscillation"),
        *["three-flavour"] * (len(DEFAULT_MODELS) - 3),
    ]


@pytest.mark.slow
def test_rows_are_the_single_fits() -> None:
    for block in table().blocks:
        for row in block.rows[:3]:
            alone = fit_gallium(row.model, measurements=source_measurements(block.data))
            assert row.fit.chi2_min == pytest.approx(alone.fit.chi2_min, abs=1e-9)
            assert row.fit.chi2_null == pytest.approx(alone.fit.chi2_null, abs=1e-9)


@pytest.mark.slow
def test_blocks_are_data_times_cross_sections_times_geometries() -> None:
    assert [(each.data, each.geometry) for each in talk().blocks] == [
        ("best", "documented"),
        ("gallium", "documented"),
        ("best", "published-fits"),
        ("gallium", "published-fits"),
    ]
    assert [block.data for block in table().blocks] == list(DEFAULT_DATA)
    assert {block.cross_section.name for block in talk().blocks} == {"haxton-2023-3he"}


def test_akaike_is_chi2_plus_two_per_parameter() -> None:
    for block in table().blocks:
        by_hand = [row.fit.chi2_min + 2 * len(row.fit.parameters) for row in block.rows]
        np.testing.assert_allclose(block.aic_above_best, np.array(by_hand) - min(by_hand))
        assert min(block.aic_above_best) == 0.0


def test_bounds_and_errors_are_those_of_the_fit() -> None:
    """One parameter, one valley: the interval is where chi2 has grown by one."""
    deficit = table().blocks[1].rows[1]
    interval = deficit.intervals["deficit"]
    assert len(interval.pieces) == 1
    for end in interval.pieces[0]:
        assert end is not None
        assert float(deficit.likelihood.chi2({"deficit": end})) == pytest.approx(
            deficit.fit.chi2_min + 1.0, abs=2e-3
        )


def test_intervals_of_the_sterile_neutrino_have_the_valleys_of_chi2() -> None:
    row = table().blocks[0].rows[2]
    splitting = np.geomspace(0.2, 50.0, 2000)
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, 1001),
        "delta_m2_41_eV2": splitting[:, None],
    }
    inside = row.likelihood.tabulated(60.0).chi2(grid).min(axis=1) <= row.fit.chi2_min + 1.0
    found = np.zeros(len(splitting), dtype=bool)
    for lower, upper in row.intervals["delta_m2_41_eV2"].pieces:
        found |= (splitting >= (lower or 0.0)) & (splitting <= (upper or np.inf))
    # 0.3 % between neighbours; the grid of the mixing adds 1e-4 to chi2.
    assert np.count_nonzero(found != inside) <= 4
    assert row.intervals["delta_m2_41_eV2"].upper is None


@pytest.mark.slow
def test_the_talk_comes_out_in_its_inferred_setting() -> None:
    """Farzan and Schwetz, 2306.09422: 2.2/1 and 9.2/5 over 34.7 and 38.4."""
    decoherence = [block.rows[1].fit for block in talk().blocks[2:]]
    assert [each.chi2_min for each in decoherence] == pytest.approx([2.2, 9.2], abs=0.5)
    assert [each.dof for each in decoherence] == [1, 5]
    assert [each.chi2_null for each in decoherence] == pytest.approx([34.63, 38.39], abs=0.02)
    assert [each.p_value for each in decoherence] == pytest.approx([0.14, 0.10], abs=0.03)


def test_gallium_prefers_a_common_deficit_to_decoherence() -> None:
    """GALLEX is far from its source and sees less loss than BEST: chi2 grows by 5."""
    _, deficit, sterile, decoherence = table().blocks[1].rows
    assert decoherence.fit.chi2_min - deficit.fit.chi2_min == pytest.approx(5.2, abs=0.2)
    assert sterile.fit.chi2_min < deficit.fit.chi2_min
    assert sterile.aic > deficit.aic
    for row in (deficit, sterile, decoherence):
        assert row.fit.significance_sigma is not None
        assert 4.0 < row.fit.significance_sigma < 5.0


def test_p_values_are_those_of_chi2() -> None:
    for block in table().blocks:
        for row in block.rows:
            if row.fit.dof > 0:
                expected = gammaincc(row.fit.dof / 2, row.fit.chi2_min / 2)
                assert row.fit.p_value == pytest.approx(float(expected), rel=1e-12)
            else:
                assert row.fit.p_value is None


def test_plain_numbers_with_their_publications() -> None:
    content = json.loads(json.dumps(table().as_dict(), allow_nan=False))
    (first, _) = content["blocks"]
    assert (first["data"], first["cross_section"], first["geometry"]) == (
        *("best", "bahcall-1997"),
        "documented",
    )
    sterile = first["models"][2]
    assert sterile["aic_above_best"] == pytest.approx(
        sterile["aic"] - min(row["aic"] for row in first["models"])
    )
    interval = sterile["parameters"]["sin2_2theta_ee"]["interval"]
    assert interval["lower"] < sterile["parameters"]["sin2_2theta_ee"]["value"] < interval["upper"]
    assert all(reference(key) for key in content["citations"])


def test_every_model_is_reported_before_its_fit() -> None:
    seen: list[str] = []
    explanations(
        [ThreeFlavour(), Deficit()],
        data={"best": source_measurements("best")},
        intervals_up_to=0,
        each=seen.append,
    )
    assert seen == ["three-flavour", "deficit"]


@pytest.mark.slow
def test_the_whole_table() -> None:
    """Ten models; a model that contains another one fits at least as well."""
    contains = [
        ("three-flavour", "deficit"),
        ("sterile", "wave-packet"),
        ("sterile", "decay"),
        ("sterile", "broad"),
    ]
    for block in explanations().blocks:
        found = {row.model.name: row for row in block.rows}
        assert tuple(found) == DEFAULT_MODELS
        for special, general in contains:
            assert found[general].fit.chi2_min < found[special].fit.chi2_min + MIGRAD
        for row in block.rows:
            assert row.fit.valid, row.fit.status
            for name, interval in row.intervals.items():
                # The fit missed no valley that the intervals found.
                assert interval.chi2_min > row.fit.chi2_min - MIGRAD, (row.model.name, name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": []}, "models"),
        ({"models": [Deficit(), Deficit("active")]}, "is given twice"),
        ({"geometries": ["documented", "documented"]}, "is given twice"),
        ({"data": {}}, "data"),
        ({"cross_sections": []}, "cross_sections"),
        ({"models": [Deficit()], "line_set": "moderne"}, "did you mean 'modern'"),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        explanations(**arguments)  # type: ignore[arg-type]
