"""The store of built tables: right content, nothing stale, nothing half written."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gallus.arrays import Array
from gallus.geometry.solids import Cylinder, Difference, Sphere
from gallus.geometry.target import Target
from gallus.kernel.workspace import Workspace, content_hash


class Builder:
    """Counts how often it builds."""

    def __init__(self, value: float) -> None:
        self.value, self.calls = value, 0

    def __call__(self) -> dict[str, Array]:
        self.calls += 1
        return {"a": np.array([self.value])}


def test_a_second_request_does_not_build() -> None:
    store, build = Workspace(), Builder(1.0)
    for _ in range(3):
        assert store.get({"x": 1.0}, build)["a"] == 1.0
    assert build.calls == 1


def test_any_change_makes_another_entry() -> None:
    @dataclass(frozen=True)
    class Thing:
        radius_m: float

    descriptions: list[object] = [
        {"x": 1.0},
        {"x": np.nextafter(1.0, 2.0)},
        {"y": 1.0},
        {"x": np.array([1.0])},
        {"x": np.array([1.0, 2.0])},
        {"x": np.array([[1.0, 2.0]])},
        Thing(1.0),
        Thing(2.0),
        Target(Sphere(1.0)),
        Target(Difference(Sphere(1.0), (Sphere(0.1),))),
        Target(Difference(Sphere(1.0), (Cylinder(0.1, 0.0, float("inf")), Sphere(0.2)))),
    ]
    assert len({content_hash(d) for d in descriptions}) == len(descriptions)


def test_equal_content_has_one_key() -> None:
    assert content_hash({"a": 1, "b": (1.0, "x")}) == content_hash({"b": [1.0, "x"], "a": 1})


def test_the_key_does_not_depend_on_the_run() -> None:
    known = "e888eb79"  # of another run; the hash seed of Python changes between runs
    assert content_hash({"what": "path-length table", "radius_m": 0.6675}).startswith(known)


def test_entries_survive_in_a_directory(tmp_path: Path) -> None:
    Workspace(tmp_path).get("x", Builder(2.0))
    again = Builder(3.0)
    assert Workspace(tmp_path).get("x", again)["a"] == 2.0
    assert again.calls == 0
    assert not list(tmp_path.glob("*.partial"))


def test_a_file_that_was_cut_short_is_built_again(tmp_path: Path) -> None:
    Workspace(tmp_path).get("x", Builder(2.0))
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert Workspace(tmp_path).get("x", Builder(3.0))["a"] == 3.0


def test_the_store_is_bounded() -> None:
    store, first = Workspace(size=2), Builder(1.0)
    store.get("first", first)
    store.get("second", Builder(2.0))
    store.get("first", first)
    store.get("third", Builder(3.0))
    store.get("first", first)
    assert first.calls == 1
    second = Builder(2.0)
    store.get("second", second)
    assert second.calls == 1


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no canonical form"):
        content_hash({"x": {1, 2}})
