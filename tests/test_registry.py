"""Everything that has a name is found by it, and every data set can be read and shown."""

from __future__ import annotations

from collections import Counter

import pytest

from gallus import registry
from gallus.database import names
from gallus.errors import InputError
from gallus.experiments import Measurements
from gallus.interactions import CaptureCrossSection
from gallus.oscillation import Decoherence, Sterile
from gallus.recipes import BoundedPullRecipe
from gallus.sources import Radionuclide


@pytest.mark.parametrize(
    ("slug", "kind"),
    [
        ("haxton-2023-pn", CaptureCrossSection),
        ("bounded-pull", BoundedPullRecipe),
        ("calibration", Measurements),
        ("best-inner", Measurements),
        ("51Cr", Radionuclide),
        ("sterile", Sterile),
        ("decoherence-a", Decoherence),
    ],
)
def test_a_slug_finds_its_object(slug: str, kind: type) -> None:
    assert isinstance(registry.find(slug), kind)


@pytest.mark.parametrize("slug", sorted(registry.slugs()))
def test_every_slug_finds_something(slug: str) -> None:
    assert registry.find(slug) is not None


def test_no_slug_means_two_things() -> None:
    every = [slug for known, _ in registry.FINDERS.values() for slug in known()]
    assert [slug for slug, count in Counter(every).items() if count > 1] == []


def test_an_unknown_slug_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'kostensalo-2019'"):
        registry.find("kostensalo-2018")


# --- data sets --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_every_data_set_is_read_by_the_model_of_its_kind(name: str) -> None:
    data = registry.dataset(name)
    assert data.name == name
    assert registry.kind_of(name) in registry.KINDS
    assert registry.entries(data)
    assert registry.lowest_trust(data) in registry.TRUST


@pytest.mark.parametrize("name", names())
def test_every_shipped_number_has_unit_source_and_trust_mark(name: str) -> None:
    for entry in registry.entries(registry.dataset(name)):
        assert entry.unit
        assert entry.source.citation != "user", entry.key
        assert entry.source.provenance != "user", entry.key


def test_an_unknown_data_set_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'germanium-71'"):
        registry.dataset("germanium-72")


def test_an_unknown_kind_names_file_and_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "read_toml", lambda _: {"kind": "opinions"})
    with pytest.raises(InputError, match=r"51Cr\.toml.*'opinions'.*quantities"):
        registry.kind_of("51Cr")


def test_names_of_numbers_follow_the_file() -> None:
    keys = [entry.key for entry in registry.entries(registry.dataset("51Cr"))]
    assert "half_life" in keys
    assert "line_sets.modern.K 746.5 keV" in keys
    keys = [entry.key for entry in registry.entries(registry.dataset("gallium-source-ratios"))]
    assert "best-inner.ratio.published" in keys
    keys = [entry.key for entry in registry.entries(registry.dataset("frekers-2015"))]
    assert {"total.51Cr", "strength_ratios.500", "phase_space.500.37Ar"} <= set(keys)


def test_a_line_shows_its_share() -> None:
    entries = {entry.key: entry for entry in registry.entries(registry.dataset("51Cr"))}
    line = entries["line_sets.modern.K 746.5 keV"]
    assert (line.value, line.plus, line.unit) == (80.25, 0.01, "%")


def test_the_columns_of_a_table_become_errors() -> None:
    nodes = [
        entry
        for entry in registry.entries(registry.dataset("bahcall-1997"))
        if entry.key.startswith("table.")
    ]
    assert nodes[0].value - nodes[0].minus == pytest.approx(12.24)  # printed lower column
    assert {node.confidence_level for node in nodes} == {"3 sigma"}


def test_the_lowest_trust_mark_counts() -> None:
    assert registry.lowest_trust(registry.dataset("frekers-2015")) == "read"
    assert registry.lowest_trust(registry.dataset("haxton-2023-3he")) == "recalled"
