"""``gallus rates``: tables and JSON of the library's numbers, and bad input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from gallus.database import reference
from gallus.experiments import source_measurements

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus


def content(gallus: Gallus, *arguments: Any) -> Any:
    finished = gallus("rates", *arguments, "--json", "-")
    assert (finished.status, finished.errors) == (0, "")
    return json.loads(finished.output)


def test_the_table_has_ingredients_predictions_and_measurements(gallus: Gallus) -> None:
    output = gallus("rates", "gallium").output
    for entry in source_measurements().entries.values():
        assert output.count(entry.title) == 2
    # Phys. Rev. C 105, 065502: activity, density, path lengths, prediction, measurement.
    for number in ("126.32", "2.1001", "52.03", "69.29", "69.4", "54.9", "72.6"):
        assert number in output
    assert "Exposure of" not in output


def test_an_exposure_and_a_model_have_columns_of_their_own(gallus: Gallus) -> None:
    arguments = ("--days", 9.8, "--model", "deficit", "--set", "deficit=0.2")
    output = gallus("rates", "best", *arguments).output
    for text in ("deficit = 0.2", "0.8000", "Exposure of 9.8 days", "71Ge at the end"):
        assert text in output


def test_json_follows_the_contract(gallus: Gallus) -> None:
    found = content(gallus, "best", "--days", 30)
    assert (found["cross_section"], found["geometry"]) == ("bahcall-1997", "documented")
    assert (found["model"], found["lost_to"], found["parameters"]) == (None, None, {})
    assert list(found["experiments"]) == ["best-inner", "best-outer"]
    for each in found["experiments"].values():
        assert {"per_day_initial", "total", "days", "spectrum", "by_baseline"} <= each.keys()
        assert each["days"] == 30
        assert 10 * each["per_day_initial"] < each["total"] < 30 * each["per_day_initial"]
    assert all(reference(key) for key in found["citations"])


@pytest.mark.parametrize("experiment", ["gallium", "best", "gallex", "sage", "best-inner,sage-ar"])
def test_experiments_are_named_as_everywhere(gallus: Gallus, experiment: str) -> None:
    expected = list(source_measurements(*experiment.split(",")).entries)
    assert list(content(gallus, experiment)["experiments"]) == expected


def test_where_the_neutrinos_go_is_recorded_and_changes_nothing(gallus: Gallus) -> None:
    arguments = ("best", "--model", "deficit", "--set", "deficit=0.2", "--set")
    sterile, active = (
        content(gallus, *arguments, f"lost_to={where}") for where in ("sterile", "active")
    )
    assert (sterile.pop("lost_to"), active.pop("lost_to")) == ("sterile", "active")
    assert sterile == active


def test_parameters_that_are_not_set_are_at_their_start(gallus: Gallus) -> None:
    found = content(gallus, "best", "--model", "sterile", "--set", "delta_m2_41_eV2=3.3")
    assert found["parameters"] == {"sin2_2theta_ee": 0.1, "delta_m2_41_eV2": 3.3}


def test_cross_section_and_geometry_scale_the_rate(gallus: Gallus) -> None:
    default = content(gallus, "best-inner")["experiments"]["best-inner"]
    ground = content(gallus, "best-inner", "--cross-section", "ground-state")
    ratio = ground["experiments"]["best-inner"]["per_day_initial"] / default["per_day_initial"]
    assert ratio == pytest.approx(
        ground["experiments"]["best-inner"]["cross_section_cm2"] / default["cross_section_cm2"]
    )
    larger = content(gallus, "best-inner", "--geometry", "published-fits")
    assert larger["experiments"]["best-inner"]["mean_path_length_m"] > 0.55


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "EXPERIMENT"),
        (["beast"], "did you mean 'best'"),
        (["best", "--days", "-1"], "--days = -1.0"),
        (["best", "--days", "nan"], "--days"),
        (["best", "--set", "deficit=0.2"], "needs a model"),
        (["best", "--model", "deficits"], "did you mean 'deficit'"),
        (["best", "--model", "deficit", "--set", "deficit=1.2"], "from 0 to 1"),
        (["best", "--model", "deficit", "--set", "deficit"], "NAME=VALUE"),
        (["best", "--model", "deficit", "--set", "lost_to=dark"], "active, sterile"),
        (["best", "--geometry", "flat"], "documented"),
        (["best", "--line-set", "old"], "modern"),
        (["best", "--cross-section", "bahcall"], "did you mean 'bahcall-1997'"),
    ],
    ids=str,
)
def test_bad_input_is_one_message(gallus: Gallus, arguments: Sequence[str], said: str) -> None:
    finished = gallus("rates", *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.count("\n") == 1
