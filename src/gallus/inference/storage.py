"""A folder of results that survives whatever happens while it is being written.

``manifest.json``
    the job, the versions and the format (:mod:`gallus.inference.manifest`).
``chunk-000123.npz``
    the arrays of one chunk. A file appears whole or not at all.
``chunks.sqlite3``
    the ledger of finished chunks with the sha256 of their files. A file that it does not know is
    taken in if it is whole and of this job; one that is damaged or gone is computed again.
``lock``
    held by the process that writes, and free as soon as that ends, however it ends.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final, Self

from numpy.typing import ArrayLike

from gallus.errors import GallusError, InputError
from gallus.inference.chunk_file import Arrays, is_intact, pack, unpack
from gallus.inference.ledger import Entry, Ledger
from gallus.inference.lock import acquired
from gallus.inference.manifest import (
    canonical_text,
    check_same,
    identity,
    manifest_of,
    read_manifest,
)

MANIFEST: Final = "manifest.json"
LEDGER: Final = "chunks.sqlite3"
LOCK: Final = "lock"
PARTIAL: Final = ".partial"

_CHUNK = re.compile(r"chunk-(\d{6,})\.npz")


class StorageError(GallusError):
    """A folder of results cannot be read or written; what was finished is still there."""


class ChunkStore:
    """Finished chunks of one job in a folder, for one process at a time.

    Use it in a ``with`` statement.

    Parameters
    ----------
    directory : path
        The folder; made if it does not exist.
    job : mapping
        Everything that the numbers depend on, in terms of JSON.
    resume : bool
        Whether to go on if the folder holds this job already.

    Raises
    ------
    InputError
        If the folder holds other things, another job, or this job and `resume` is false; or if
        another process writes to it.
    StorageError
        If the folder cannot be written to.
    """

    def __init__(self, directory: Path | str, job: Mapping[str, Any], resume: bool = False) -> None:
        self.directory = Path(directory)
        self.manifest = manifest_of(job)
        self._identity = identity(self.manifest)
        self._ledger: Ledger | None = None
        with self._storing():
            self._check_folder(resume)
            self.directory.mkdir(parents=True, exist_ok=True)
            self._lock: IO[bytes] = acquired(self.directory / LOCK)
        try:
            with self._storing():
                self._open(resume)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ChunkStore({str(self.directory)!r}, {len(self.finished)} chunks)"

    @property
    def finished(self) -> frozenset[int]:
        """Indices of the chunks that need not be computed."""
        return frozenset(self._entries)

    def write(self, chunk: int, arrays: Mapping[str, ArrayLike]) -> None:
        """Keep the arrays of a chunk; when this returns, not even a power failure takes them.

        Raises
        ------
        ValueError
            If an array holds Python objects.
        StorageError
            If the disk is full or cannot be written to.
        """
        content = pack(arrays, self._identity, chunk)
        name = f"chunk-{chunk:06d}.npz"
        kept = f"; the {len(self._entries)} finished chunks are kept, go on with --resume"
        with self._storing(kept):
            write_whole(self.directory / name, content)
            self._enter(chunk, Entry(name, hashlib.sha256(content).hexdigest()))

    def read(self, chunk: int) -> Arrays:
        """Return the arrays of a finished chunk.

        Raises
        ------
        KeyError
            If the chunk is not finished.
        StorageError
            If its file was changed or removed meanwhile.
        """
        entry = self._entries[chunk]
        with self._storing():
            content = (self.directory / entry.file).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise StorageError(
                f"{self.directory / entry.file}: was changed since it was written; "
                "go on with --resume to compute it again"
            )
        return unpack(content)

    def close(self) -> None:
        """Let other processes write to the folder."""
        if self._ledger is not None:
            self._ledger.close()
        self._lock.close()

    # --- opening ------------------------------------------------------------------------------

    def _check_folder(self, resume: bool) -> None:
        """Refuse what is not ours or not this job, before anything is written."""
        folder = str(self.directory)
        if self.directory.exists() and not self.directory.is_dir():
            raise InputError("is not a folder", file=folder, allowed="a new or empty folder")
        manifest = self.directory / MANIFEST
        if manifest.exists():
            if not resume:
                raise InputError(
                    "holds results already", file=folder, allowed="--resume, or another folder"
                )
            text = manifest.read_text(encoding="utf-8", errors="replace")
            check_same(read_manifest(text, folder), self.manifest, folder)
        elif foreign := sorted(self._foreign_names()):
            raise InputError(
                f"holds other files ({foreign[0]})", file=folder, allowed="a new or empty folder"
            )

    def _foreign_names(self) -> Iterator[str]:
        if self.directory.is_dir():
            names = (path.name for path in self.directory.iterdir())
            yield from (name for name in names if name != LOCK and not name.endswith(PARTIAL))

    def _open(self, resume: bool) -> None:
        # Once more under the lock: another process may have begun a job here since.
        self._check_folder(resume)
        for leftover in self.directory.glob(f"*{PARTIAL}"):
            leftover.unlink()
        if not (self.directory / MANIFEST).exists():
            text = canonical_text(self.manifest) + "\n"
            write_whole(self.directory / MANIFEST, text.encode())
        self._ledger = Ledger(self.directory / LEDGER)
        self._entries = self._ledger.entries()
        self._strike_out_damaged()
        self._take_in_unknown()

    def _strike_out_damaged(self) -> None:
        damaged = [chunk for chunk, entry in self._entries.items() if not self._holds(entry)]
        self._open_ledger.remove(damaged)
        for chunk in damaged:
            del self._entries[chunk]

    def _holds(self, entry: Entry) -> bool:
        try:
            content = (self.directory / entry.file).read_bytes()
        except FileNotFoundError:
            return False
        return hashlib.sha256(content).hexdigest() == entry.sha256

    def _take_in_unknown(self) -> None:
        """Enter files that were written just before an end, or whose ledger is lost."""
        for path in sorted(self.directory.iterdir()):
            match = _CHUNK.fullmatch(path.name)
            if match is None or int(match[1]) in self._entries:
                continue
            content = path.read_bytes()
            if is_intact(content, self._identity, int(match[1])):
                self._enter(int(match[1]), Entry(path.name, hashlib.sha256(content).hexdigest()))

    @property
    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            raise StorageError(f"{self.directory}: is closed")
        return self._ledger

    def _enter(self, chunk: int, entry: Entry) -> None:
        self._open_ledger.add(chunk, entry)
        self._entries[chunk] = entry

    @contextmanager
    def _storing(self, hint: str = "") -> Iterator[None]:
        """Say what the system or SQLite complains about as one sentence, with what to do."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            place = getattr(error, "filename", None) or self.directory
            raise StorageError(f"{place}: {reason}{hint}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others see whole or not at all, through to the disk.

    Raises
    ------
    OSError
        If that fails; an older file of that name is still there then.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last; Windows does that by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
