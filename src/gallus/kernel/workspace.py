"""A bounded store of things that are expensive to build, keyed by what they are made of.

The key is the sha256 of a canonical description, so that a changed radius, data file or format
makes another entry and nothing is ever stale. Give the workspace a directory to keep entries
between runs.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from gallus.arrays import Array

FORMAT = 1
"""Changes whenever the meaning of stored arrays changes."""

Arrays = dict[str, Array]


class Workspace:
    """Store of named arrays.

    Parameters
    ----------
    directory : path, optional
        Where entries are kept between runs; in memory only if not given.
    size : int
        Entries in memory; the one used longest ago goes first.
    """

    def __init__(self, directory: Path | None = None, size: int = 64) -> None:
        self.directory = directory
        self.size = size
        self._entries: OrderedDict[str, Arrays] = OrderedDict()

    def get(self, description: object, build: Callable[[], Arrays]) -> Arrays:
        """Return the arrays of a description, built if they are not in the store.

        Parameters
        ----------
        description : object
            Numbers, strings, arrays, dataclasses, and sequences and mappings of those.
        build : callable
            Makes the arrays.
        """
        key = content_hash(description)
        if key not in self._entries:
            stored = self._read(key)
            self._entries[key] = build() if stored is None else stored
            if stored is None:
                self._write(key)
        self._entries.move_to_end(key)
        found = self._entries[key]
        while len(self._entries) > self.size:
            self._entries.popitem(last=False)
        return found

    def _path(self, key: str) -> Path | None:
        return None if self.directory is None else self.directory / f"{key}.npz"

    def _read(self, key: str) -> Arrays | None:
        path = self._path(key)
        if path is None or not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return dict(stored)
        except (OSError, ValueError, BadZipFile):
            # A file that was cut short is built again.
            return None

    def _write(self, key: str) -> None:
        path = self._path(key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = self._entries[key]
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        # Readers see the whole file or none.
        Path(partial).replace(path)


def content_hash(description: object) -> str:
    """Sha256 of the canonical JSON of a description and of the format."""
    text = json.dumps([FORMAT, canonical(description)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: object) -> object:
    """Reduce a description to JSON; equal content gives equal JSON.

    Raises
    ------
    TypeError
        If something in it has no canonical form.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return [str(value.dtype), list(value.shape), digest]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: canonical(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"type": type(value).__qualname__, "fields": fields}
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")
