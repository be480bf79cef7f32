"""The anomaly: published tables come out, simulation agrees where it should and says where not."""

import json

import numpy as np
import pytest

from gallus.experiments import source_measurements
from gallus.interactions.gallium_capture import cross_section, cross_section_names
from gallus.recipes import recipe_names, two_sided_sigma
from gallus.significance import significance_of, significance_table

# Giunti et al., Phys. Lett. B 842 (2023) 137983: average, +, -, significance.
PUBLISHED = {
    "ground-state": (0.845, 0.031, 0.031, 5.0),
    "bahcall-1997": (0.804, 0.037, 0.036, 5.2),
    "haxton-1998": (0.731, 0.088, 0.072, 5.1),
    "frekers-2015": (0.789, 0.033, 0.032, 6.1),
    "kostensalo-2019": (0.825, 0.031, 0.031, 5.5),
    "semenov-2020": (0.787, 0.033, 0.032, 6.1),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_bounded_pull_gives_the_published_averages(name: str) -> None:
    result = significance_of(cross_section(name), method="bounded-pull", toys=0)
    *average, sigma = PUBLISHED[name]
    assert list(result.average) == pytest.approx(average, abs=0.003)
    assert result.significance_sigma == pytest.approx(sigma, abs=0.15)


@pytest.mark.parametrize("name", PUBLISHED)
def test_printed_totals_come_closer_still(name: str) -> None:
    """The published table was made with printed totals, not with ones rebuilt from ingredients."""
    result = significance_of(cross_section(name).as_published(), method="bounded-pull", toys=0)
    *average, sigma = PUBLISHED[name]
    assert list(result.average) == pytest.approx(average, abs=0.0015)
    assert result.significance_sigma == pytest.approx(sigma, abs=0.15)


# Farzan and Schwetz, 2306.09422: chi2 of R = 1, its p-value and two-sided equivalent.
NULL = [
    ("haxton-2023-pn", "best", 32.1, 2, 1.1e-7, 5.3),
    ("haxton-2023-pn", "gallium", 36.3, 6, 2.4e-6, 4.7),
    ("haxton-2023-3he", "best", 34.7, 2, 2.9e-8, 5.5),
    ("haxton-2023-3he", "gallium", 38.4, 6, 9.4e-7, 4.9),
]


@pytest.mark.parametrize(("name", "data", "chi2", "dof", "p_value", "sigma"), NULL)
def test_lower_error_gives_the_published_chi2(
    name: str, data: str, chi2: float, dof: int, p_value: float, sigma: float
) -> None:
    result = significance_of(cross_section(name), source_measurements(data), "lower-error", toys=0)
    assert result.chi2_null == pytest.approx(chi2, abs=0.15)
    assert result.dof == dof
    assert result.p_value == pytest.approx(p_value, rel=0.08)
    assert result.significance_sigma == pytest.approx(sigma, abs=0.06)


def test_uncorrelated_gives_the_average_of_the_review() -> None:
    # Elliott, Gavrin, Haxton 2024: 0.82 +- 0.03.
    average = significance_of(
        cross_section("haxton-2023-pn"), method="uncorrelated", toys=0
    ).average
    assert average.value == pytest.approx(0.82, abs=0.005)
    assert average.plus == pytest.approx(0.03, abs=0.005)


def test_bests_own_average_of_all() -> None:
    # Phys. Rev. C 105, 065502, eq. 23: 0.81 +- 0.03.
    average = significance_of(cross_section("bahcall-1997"), method="uncorrelated", toys=0).average
    assert average.value == pytest.approx(0.81, abs=0.005)
    assert average.plus == pytest.approx(0.03, abs=0.005)


def test_before_best_the_anomaly_was_two_sigma() -> None:
    result = significance_of(
        cross_section("bahcall-1997"), source_measurements("calibration"), toys=0
    )
    assert 1.5 < result.significance_sigma < 2.5
    assert result.average.value == pytest.approx(0.87, abs=0.01)


@pytest.mark.parametrize("method", ["lower-error", "uncorrelated"])
def test_simulation_agrees_where_the_covariance_is_fixed(method: str) -> None:
    """`uncorrelated` scales errors with each toy's ratio, worth some per cent of p at 4 sigma."""
    result = significance_of(cross_section("kostensalo-2019"), method=method)
    assert result.monte_carlo is not None
    assert result.monte_carlo.error < 0.06 * result.p_value
    assert result.monte_carlo.p_value == pytest.approx(result.p_value, rel=0.2)


def test_simulation_confirms_the_bounded_pull_to_a_fifth_of_a_sigma() -> None:
    for name in PUBLISHED:
        result = significance_of(cross_section(name), method="bounded-pull")
        assert result.monte_carlo_significance is not None
        simulated = two_sided_sigma(result.monte_carlo_significance.p_value)
        assert simulated == pytest.approx(result.significance_sigma, abs=0.2)


def test_simulation_exposes_the_covariance_recipe_for_large_errors() -> None:
    """With the 10 % error of Haxton 1998 the quoted 3.8 sigma are 2.6."""
    result = significance_of(cross_section("haxton-1998"), method="covariance")
    assert result.significance_sigma == pytest.approx(3.76, abs=0.05)
    assert result.monte_carlo_significance is not None
    assert two_sided_sigma(result.monte_carlo_significance.p_value) == pytest.approx(2.6, abs=0.1)


def test_same_seed_same_result() -> None:
    first, second, third = (
        significance_of(cross_section("bahcall-1997"), toys=1000, seed=seed).monte_carlo
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != third


def test_a_longer_half_life_weakens_the_anomaly() -> None:
    model = cross_section("ground-state")
    old, new = (
        significance_of(m, method="bounded-pull", toys=0)
        for m in (model, model.with_half_life(11.468))
    )
    assert new.average.value / old.average.value == pytest.approx(11.468 / 11.43, rel=1e-9)
    assert new.significance_sigma < old.significance_sigma


@pytest.mark.parametrize("method", recipe_names())
def test_the_table_has_a_row_per_model_and_serialises(method: str) -> None:
    table = significance_table(method=method, toys=0)
    assert [row.cross_section.name for row in table] == list(cross_section_names())
    for row in table:
        plain = json.loads(json.dumps(row.as_dict()))
        assert plain["ratios"]["best-inner"][0] == row.ratios.values[4]
        assert plain["average"] == list(row.average)
        assert plain["monte_carlo"] is None
        assert np.isfinite(plain["significance_sigma"])


def test_citations_name_data_and_model() -> None:
    citations = significance_of(cross_section("semenov-2020"), toys=0).citations
    assert {"barinov-2022-prc", "kaether-2010", "semenov-2020", "frekers-2011"} <= set(citations)
    assert len(citations) == len(set(citations))
