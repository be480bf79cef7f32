"""Geometries in files: the gallium detectors of the database, and a user's own.

Use :func:`gallium_target` for a registered detector: variant ``documented`` is the best knowledge
(gallium level, source tubes; partly inferred, as its file says), ``published-fits`` what fits in
the literature used. :func:`read_geometries` reads a TOML file of the same form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from gallus.database.loader import load_as, read
from gallus.database.schema import Dataset, Frozen, Quantity, Sourced
from gallus.errors import InputError, located, unknown_name
from gallus.geometry.solids import Cylinder, Difference, Solid, Sphere
from gallus.geometry.source_shapes import (
    CylinderSource,
    PointSource,
    RodSource,
    Source,
    SphereSource,
)
from gallus.geometry.target import Target

DATA = "gallium-geometries"
DOCUMENTED = "documented"


class SphereEntry(Frozen):
    """A sphere as a file states it; its centre is at the origin unless a height is given."""

    shape: Literal["sphere"]
    radius: Quantity
    height: Quantity | None = None

    def solid(self) -> Sphere:
        """Return the sphere."""
        return Sphere(self.radius.to("m"), _metres(self.height, 0.0))


class CylinderEntry(Frozen):
    """An upright cylinder as a file states it; without top or bottom it pierces every wall."""

    shape: Literal["cylinder"]
    radius: Quantity
    bottom: Quantity | None = None
    top: Quantity | None = None

    def solid(self) -> Cylinder:
        """Return the cylinder."""
        bottom, top = _metres(self.bottom, -math.inf), _metres(self.top, math.inf)
        return Cylinder(self.radius.to("m"), bottom, top)


SolidEntry = Annotated[SphereEntry | CylinderEntry, Field(discriminator="shape")]


class SourceEntry(Frozen):
    """A source as a file states it: a point unless a shape with its sizes is given."""

    shape: Literal["point", "rod", "cylinder", "sphere"] = "point"
    height: Quantity | None = None
    radius: Quantity | None = None
    length: Quantity | None = None

    def source(self) -> Source:
        """Return the source; a point with a radius stands off the axis."""
        height = _metres(self.height, 0.0)
        radius, length = _metres(self.radius, math.nan), _metres(self.length, math.nan)
        if self.shape == "rod":
            return RodSource(length, height)
        if self.shape == "cylinder":
            return CylinderSource(radius, length, height)
        if self.shape == "sphere":
            return SphereSource(radius, height)
        return PointSource(height, _metres(self.radius, 0.0))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"rod": ("length",), "cylinder": ("radius", "length"), "sphere": ("radius",)}
        for key in needed.get(self.shape, ()):
            if getattr(self, key) is None:
                raise InputError(f"has no {key}", key=key, value=self.shape)
        return self


class Variant(Frozen):
    """One description of a detector: a body, its holes, the source, and the vessel if it matters.

    `vessel` is the outer surface of the wall around the body; no source can be in the wall.
    """

    title: str
    note: str = ""
    source: SourceEntry = SourceEntry()
    body: SolidEntry
    holes: tuple[SolidEntry, ...] = ()
    vessel: SolidEntry | None = None

    def target(self) -> Target:
        """Return the geometry."""
        with located("body"):
            body = self.body.solid()
        with located("holes"):
            holes = tuple(hole.solid() for hole in self.holes)
            solid: Solid = Difference(body, holes) if holes else body
        with located("vessel"):
            wall = Difference(self.vessel.solid(), (body,)) if self.vessel else None
        with located("source"):
            source = self.source.source()
        return Target(solid, source, wall)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        self.target()
        return self


class DetectorEntry(Frozen):
    """A detector: its variants, and what was published about it (`volume`, `mean_path_length`)."""

    title: str
    published: dict[str, Quantity] = Field(default_factory=dict)
    variants: dict[str, Variant] = Field(min_length=1)

    def target(self, variant: str) -> Target:
        """Return the geometry of one variant.

        Raises
        ------
        InputError
            If there is no variant of that name.
        """
        if variant not in self.variants:
            raise unknown_name(f"geometry of {self.title}", variant, self.variants)
        return self.variants[variant].target()


class GeometryFile(Dataset):
    """Detectors and their geometries."""

    kind: Literal["geometries"]
    detectors: dict[str, DetectorEntry] = Field(min_length=1)

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *_quantities(self.detectors)]

    def detector(self, name: str) -> DetectorEntry:
        """Return one detector.

        Raises
        ------
        InputError
            If there is no detector of that name.
        """
        if name not in self.detectors:
            raise unknown_name("detector", name, self.detectors)
        return self.detectors[name]


def gallium_geometries() -> GeometryFile:
    """All gallium detectors of the database."""
    return load_as(GeometryFile, DATA)


def gallium_target(name: str, variant: str = DOCUMENTED) -> Target:
    """Geometry of a gallium detector of the database.

    Parameters
    ----------
    name : str
        ``best-inner``, ``best-outer``, ``gallex-1``, ``gallex-2`` or ``sage``.
    variant : str
        ``documented``, ``published-fits`` or another name in the file.

    Raises
    ------
    InputError
        If there is no detector or variant of that name.
    """
    return gallium_geometries().detector(name).target(variant)


def read_geometries(path: Path | str) -> GeometryFile:
    """Read a user's TOML file of geometries.

    Raises
    ------
    InputError
        Naming file and key, if the file is wrong or a geometry impossible.
    """
    return read(GeometryFile, path)


def _metres(quantity: Quantity | None, default: float) -> float:
    return default if quantity is None else quantity.to("m")


def _quantities(item: object) -> Iterator[Quantity]:
    if isinstance(item, Quantity):
        yield item
    elif isinstance(item, BaseModel):
        for key in type(item).model_fields:
            yield from _quantities(getattr(item, key))
    elif isinstance(item, dict | tuple):
        for part in item.values() if isinstance(item, dict) else item:
            yield from _quantities(part)
