"""Every file of the database is valid, cited and marked; wrong files end in one clear message."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from gallus.database.bibliography import bibtex, reference, references
from gallus.database.loader import load, names, read
from gallus.database.schema import Quantity, QuantityTable, Sourced
from gallus.errors import InputError
from gallus.registry import dataset, dataset_names

FILES = dataset_names()


def parts(item: Any) -> list[Sourced]:
    """Everything in a model that carries a citation, found without the model's own list."""
    found = [item] if isinstance(item, Sourced) else []
    if isinstance(item, BaseModel):
        item = [getattr(item, name) for name in type(item).model_fields]
    if isinstance(item, dict):
        item = list(item.values())
    if isinstance(item, list | tuple):
        found += [part for each in item for part in parts(each)]
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_number_is_cited_and_marked(name: str) -> None:
    for part in parts(dataset(name)):
        assert part.citation in references()
        assert part.provenance != "user"


@pytest.mark.parametrize("name", FILES)
def test_a_file_lists_all_its_sources(name: str) -> None:
    content = dataset(name)
    assert {part.citation for part in parts(content)} == set(content.citations())


@pytest.mark.parametrize("name", FILES)
def test_files_are_named_as_their_content(name: str) -> None:
    assert dataset(name).name == name


@pytest.mark.parametrize("key", sorted(references()))
def test_every_reference_can_be_found(key: str) -> None:
    entry = reference(key)
    assert entry.arxiv or entry.doi or entry.journal
    assert str(entry.year) in entry.label()


def test_bibtex_has_each_reference_once() -> None:
    text = bibtex(["bahcall-1997", "elliott-2024", "bahcall-1997"])
    assert text.count("@article{bahcall-1997,") == 1
    assert "eprint = {hep-ph/9710491}" in text
    assert text.count("{") == text.count("}")


def test_a_users_own_reference_becomes_an_entry_to_fill_in() -> None:
    assert "@misc{mine-2030,\n  note = {to be filled in}\n}" in bibtex(["mine-2030"])


def test_unknown_data_set_and_reference() -> None:
    with pytest.raises(InputError, match="did you mean 'ge71-half-life'"):
        load("ge71-halflife")
    with pytest.raises(InputError, match="unknown reference"):
        reference("nobody-1900")


def test_names_by_folder() -> None:
    assert "51Cr" in names("sources")
    assert "51Cr" not in names("cross_sections")


def test_quantity_converts_value_and_errors() -> None:
    quantity = Quantity(value=3.0, plus=0.3, minus=0.15, unit="MCi", confidence_level="3 sigma")
    assert quantity.to("PBq") == pytest.approx(111.0)
    assert quantity.error_to("PBq") == pytest.approx((3.7, 1.85))


def test_95_percent_errors_are_scaled_down() -> None:
    quantity = Quantity(
        value=5.39, plus=0.06, minus=0.06, unit="1e-45 cm2", confidence_level="95 %"
    )
    # 95 % of a Gaussian lie within 1.95996 standard deviations.
    assert quantity.error_to("1e-45 cm2")[0] == pytest.approx(0.06 / 1.95996, rel=1e-4)


GOOD = """
name = "x"
title = "X"
kind = "quantities"
[quantities.a]
value = 1.0
unit = "d"
"""


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "file.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_users_file_needs_no_citation(tmp_path: Path) -> None:
    content = read(QuantityTable, written(tmp_path, GOOD))
    assert content["a"].provenance == "user"
    assert content.citations() == ()


def test_numbers_inherit_the_source_of_their_file(tmp_path: Path) -> None:
    text = 'citation = "pdg-2024"\nprovenance = "recalled"\n' + GOOD
    content = read(QuantityTable, written(tmp_path, text))
    assert (content["a"].citation, content["a"].provenance) == ("pdg-2024", "recalled")


WRONG = {
    "missing unit": (GOOD.replace('unit = "d"', ""), r"quantities\.a\.unit: is missing"),
    "unknown unit": (
        GOOD.replace('unit = "d"', 'unit = "days"'),
        r"quantities\.a\.unit = 'days': unknown unit",
    ),
    "nan": (GOOD.replace("1.0", "nan"), r"quantities\.a\.value = nan: must be a finite number"),
    "infinite": (GOOD.replace("1.0", "inf"), r"quantities\.a\.value = inf: must be a finite"),
    "text": (GOOD.replace("1.0", '"one"'), r"quantities\.a\.value = 'one'"),
    "number in quotes": (GOOD.replace("1.0", '"1.0"'), r"quantities\.a\.value = '1\.0'"),
    "too deep": ("x = " + "[" * 20000 + "]" * 20000, "is not valid TOML"),
    "negative error": (GOOD + "error = -1.0", r"quantities\.a\.plus = -1\.0"),
    "two errors": (GOOD + "error = 1.0\nplus = 1.0", "give either error or plus and minus"),
    "unknown key": (GOOD + "eror = 1.0", r"quantities\.a\.eror = 1\.0: is not a known key"),
    "wrong mark": (GOOD + 'provenance = "guess"', r"provenance = 'guess': is not allowed.*'read'"),
    "no title": (GOOD.replace('"X"', '""'), "title is empty"),
    "malformed": ("name = = 1", "is not valid TOML"),
    "empty": ("", "is empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00", "is not a text file"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_named_with_key_and_value(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read(QuantityTable, path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read(QuantityTable, tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read(QuantityTable, tmp_path)
