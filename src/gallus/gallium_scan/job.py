"""What a scan of the gallium data computes, as JSON: a worker anywhere rebuilds it from that.

Everything that the numbers depend on is in a :class:`ScanJob`: names of what ships with Gallus and
the sha256 of its data files, the content of users' files, a user's model as source text. Its
canonical JSON is its identity. A user's model file has to stand alone: files that it imports from
beside itself do not travel.
"""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from gallus.database.loader import DATA
from gallus.database.schema import Finite, Frozen
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, SourceMeasurement, source_measurements
from gallus.inference.grid import Axis, Grid
from gallus.inference.profile import COARSE
from gallus.interactions.capture_file import CrossSectionFile
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.oscillation.base import OscillationModel
from gallus.oscillation.catalogue import model as model_of
from gallus.oscillation.catalogue import with_choices
from gallus.oscillation.user import load_user_model

Calibration = Literal["wilks", "feldman-cousins"]


class SourceText(Frozen):
    """A user's file."""

    name: str
    text: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file.

        Raises
        ------
        InputError
            If it cannot be read or is not text.
        """
        try:
            content = path.read_bytes()
            text = content.decode("utf-8")
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from error
        except UnicodeDecodeError as error:
            raise InputError("is not a text file in UTF-8", file=str(path)) from error
        return cls(name=path.name, text=text, sha256=hashlib.sha256(content).hexdigest())


class OwnCrossSection(Frozen):
    """A cross section that does not ship with Gallus."""

    file: CrossSectionFile
    scale: Finite = 1.0


class OwnMeasurements(Frozen):
    """Measurements that do not ship with Gallus."""

    entries: tuple[tuple[str, SourceMeasurement], ...]
    """In order, which a mapping in canonical JSON would lose."""
    covariance: tuple[tuple[Finite, ...], ...] | None = None


class ScanJob(Frozen):
    """A scan, whole. Make it with :func:`gallus.gallium_scan.describe.scan_job`."""

    gallus: str
    data_sha256: str
    model: str
    choices: dict[str, str | int] = Field(default_factory=dict)
    source: SourceText | None = None
    data: tuple[str, ...] = ()
    own_data: OwnMeasurements | None = None
    cross_section: str
    own_cross_section: OwnCrossSection | None = None
    method: str
    geometry: str
    line_set: str | None = None
    axes: tuple[Axis, ...]
    fixed: dict[str, Finite] = Field(default_factory=dict)
    start: dict[str, Finite] = Field(default_factory=dict)
    coarse: Annotated[int, Field(ge=0)] = COARSE
    rows: Annotated[int, Field(ge=1)]
    with_jax: bool = False
    calibration: Calibration = "wilks"
    levels: tuple[Finite, ...] = ()
    toys: Annotated[int, Field(ge=0)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 0

    @property
    def grid(self) -> Grid:
        """What the scan runs over."""
        return Grid(self.axes)

    @property
    def chunks(self) -> int:
        """Number of chunks: contiguous ranges of the first axis."""
        return math.ceil(self.axes[0].count / self.rows)

    def rows_of(self, chunk: int) -> slice:
        """Part of the first axis."""
        return slice(chunk * self.rows, min((chunk + 1) * self.rows, self.axes[0].count))

    @property
    def json_text(self) -> str:
        """Canonical JSON: equal jobs have equal text."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def as_dict(self) -> dict[str, Any]:
        """Everything in terms of JSON."""
        return self.model_dump(mode="json", exclude_unset=True)

    @property
    def identity(self) -> str:
        """Sha256 of the canonical JSON."""
        return hashlib.sha256(self.json_text.encode()).hexdigest()

    def check_database(self) -> None:
        """Raise unless the data files here are those that the job was made with.

        Raises
        ------
        InputError
            If they differ.
        """
        if self.data_sha256 != database_sha256():
            raise InputError(
                "differ from those of the job",
                key="data files of gallus",
                value=database_sha256(),
                allowed=self.data_sha256,
            )

    # --- what it names ------------------------------------------------------------------------

    def oscillation(self) -> OscillationModel:
        """Return the model; a user's file is run."""
        if self.source is None:
            return with_choices(model_of(self.model), self.choices)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.source.name
            path.write_text(self.source.text, encoding="utf-8", newline="")
            function = self.model.rpartition(":")[2]
            return replace(load_user_model(f"{path}:{function}"), name=self.model)

    def measurements(self) -> Measurements:
        """Return the data."""
        if self.own_data is None:
            return source_measurements(*self.data)
        return Measurements(dict(self.own_data.entries), self.own_data.covariance)

    def capture_cross_section(self) -> CaptureCrossSection:
        """Return the cross section."""
        own = self.own_cross_section
        if own is None:
            return cross_section(self.cross_section)
        return CaptureCrossSection(own.file, own.scale)


@cache
def database_sha256() -> str:
    """Sha256 of all data files that ship with Gallus."""
    digest = hashlib.sha256()
    for path in sorted(DATA.rglob("*")):
        if path.suffix in (".toml", ".csv"):
            digest.update(f"{path.relative_to(DATA).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
