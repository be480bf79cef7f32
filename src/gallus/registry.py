"""What has a name: slug -> object, and data set -> the model that reads it.

Use :func:`find` for a cross section, a recipe, an experiment, a group of experiments, a nuclide,
an oscillation model or a set-up of source and detector, :func:`dataset` for any data set whatever
its kind, and :func:`entries` for the numbers in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from gallus.database.loader import data_path, load_as, names, read_toml
from gallus.database.schema import Dataset, Quantity, Sourced
from gallus.errors import unknown_name
from gallus.experiments.gallium import Measurements, group_names, source_measurements
from gallus.experiments.setup import Setup, setup, setup_names
from gallus.interactions.capture_file import PhaseSpace, Table
from gallus.interactions.gallium_capture import (
    CaptureCrossSection,
    cross_section,
    cross_section_names,
)
from gallus.oscillation.base import OscillationModel
from gallus.oscillation.catalogue import model, model_names
from gallus.recipes.base import Recipe
from gallus.recipes.catalogue import recipe, recipe_names
from gallus.sources.radionuclide import LineSet, Radionuclide, nuclide, nuclide_names

Registered = CaptureCrossSection | Recipe | Measurements | Radionuclide | OscillationModel | Setup

FINDERS: Mapping[str, tuple[Callable[[], tuple[str, ...]], Callable[[str], Registered]]] = {
    "cross section": (cross_section_names, cross_section),
    "method": (recipe_names, recipe),
    "experiment or group": (group_names, source_measurements),
    "nuclide": (nuclide_names, nuclide),
    "model": (model_names, model),
    "set-up": (setup_names, setup),
}
"""For each kind of object: its slugs, and how to get one."""

KINDS: Mapping[str, tuple[str, str]] = {
    "quantities": ("gallus.database.schema", "QuantityTable"),
    "radionuclide": ("gallus.sources.radionuclide", "Radionuclide"),
    "cross-section": ("gallus.interactions.capture_file", "CrossSectionFile"),
    "source-ratios": ("gallus.experiments.gallium", "MeasurementFile"),
    "geometries": ("gallus.geometry.detectors", "GeometryFile"),
    "gallium-targets": ("gallus.experiments.gallium_rates", "GalliumTargets"),
    "extractions": ("gallus.experiments.gallium_rates", "Extractions"),
    "beta-emitter": ("gallus.sources.beta_decay", "BetaEmitter"),
    "elements": ("gallus.interactions.target_material", "ElementTable"),
    "setup": ("gallus.experiments.setup", "Setup"),
    "material": ("gallus.interactions.target_material", "Material"),
    "internal-nuclide": ("gallus.forecast.backgrounds.nuclide_file", "InternalNuclide"),
    "coherence-setup": ("gallus.coherence.description", "CoherenceSetup"),
}
"""The model that reads a data set (module, class), by the key ``kind`` of its file."""

CONTAINERS = ("quantities", "measurements", "detectors", "elements", "assumptions")
"""Keys of files that only hold others: they are left out of the names of numbers."""

TRUST = ("read", "computed", "digitised", "inferred", "recalled", "user")
"""Trust marks from the best to the worst."""


def slugs() -> dict[str, str]:
    """Every registered slug with the kind of object that it names."""
    return {slug: kind for kind, (known, _) in FINDERS.items() for slug in known()}


def find(slug: str) -> Registered:
    """Return the object of that name.

    Raises
    ------
    InputError
        If nothing has that name; the nearest name is suggested.
    """
    known = slugs()
    if slug not in known:
        raise unknown_name("name", slug, known)
    return FINDERS[known[slug]][1](slug)


def dataset_names() -> tuple[str, ...]:
    """Names of all data sets that ship with Gallus, sorted."""
    return tuple(sorted(names()))


@cache
def dataset(name: str) -> Dataset:
    """Return a data set, read by the model of its kind.

    Raises
    ------
    InputError
        If there is none of that name, or its kind is unknown.
    """
    return load_as(_model(kind_of(name)), name)


def kind_of(name: str) -> str:
    """Kind of a data set, the key ``kind`` of its file.

    Raises
    ------
    InputError
        If there is no data set of that name, or its kind is unknown.
    """
    path = data_path(name)
    kind = str(read_toml(path).get("kind", "quantities"))
    if kind not in KINDS:
        raise unknown_name("kind of data set", kind, KINDS, file=str(path))
    return kind


def _model(kind: str) -> type[Dataset]:
    module, name = KINDS[kind]
    found: type[Dataset] = getattr(import_module(module), name)
    return found


@runtime_checkable
class Listed(Protocol):
    """A part of a file that lists its numbers itself."""

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each."""
        ...


class Entry(NamedTuple):
    """One number of a data set as its file states it."""

    key: str
    value: float
    plus: float
    minus: float
    unit: str
    confidence_level: str
    source: Sourced


def entries(data: Dataset) -> tuple[Entry, ...]:
    """All numbers of a data set: quantities, lines, coefficients and tables alike.

    A line appears as its share of the decays under its energy; a node of a table as its best value
    with the distances to the upper and lower column.
    """
    return tuple(_walk(data, ""))


def lowest_trust(data: Dataset) -> str:
    """The worst trust mark of the numbers in a data set."""
    marks = {entry.source.provenance for entry in entries(data)} or {data.provenance}
    return max(marks, key=TRUST.index)


def _walk(item: object, key: str) -> Iterator[Entry]:
    if isinstance(item, Quantity):
        yield Entry(key, item.value, item.plus, item.minus, item.unit, item.confidence_level, item)
    elif isinstance(item, LineSet):
        for line in item.lines:
            name = f"{key}.{line.shell} {line.energy:g} {item.unit}"
            yield Entry(name, line.percent, line.error, line.error, "%", "1 sigma", item)
    elif isinstance(item, PhaseSpace):
        for name, coefficient in item.coefficients.items():
            yield Entry(f"{key}.{name}", coefficient, 0.0, 0.0, item.unit, "1 sigma", item)
    elif isinstance(item, Table):
        yield from _table(item, key)
    elif isinstance(item, Listed) and isinstance(item, Sourced):
        for name, value, error, unit in item.numbers():
            full = f"{key}.{name}" if name else key
            yield Entry(full, value, error, error, unit, "1 sigma", item)
    else:
        for name, part in _parts(item):
            path = [word for word in (key, name) if word and word not in CONTAINERS]
            yield from _walk(part, ".".join(path))


def _table(table: Table, key: str) -> Iterator[Entry]:
    columns = zip(table.energy, table.best, table.lower, table.upper, strict=True)
    for energy, best, lower, upper in columns:
        name = f"{key}.{energy:g} {table.energy_unit}"
        level = table.confidence_level
        yield Entry(name, best, upper - best, best - lower, table.unit, level, table)


def _parts(item: object) -> list[tuple[str, object]]:
    """Named parts of something that holds others: a model, a dictionary or a list."""
    if isinstance(item, BaseModel):
        return [(name, getattr(item, name)) for name in type(item).model_fields]
    if isinstance(item, Mapping):
        return [(str(name), part) for name, part in item.items()]
    if isinstance(item, tuple):
        return [(str(place), part) for place, part in enumerate(item, 1)]
    return []
