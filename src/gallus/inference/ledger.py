"""The ledger of a folder of results: which chunks are finished, and the sha256 of their files.

An SQLite file with one table, ``chunks(chunk, file, sha256, finished)``; ``finished`` is the time
of day in UTC. It holds nothing that could not be read from the chunk files again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_TABLE = (
    "CREATE TABLE IF NOT EXISTS chunks "
    "(chunk INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, finished TEXT NOT NULL)"
)


class Entry(NamedTuple):
    """A finished chunk: its file and the sha256 of that."""

    file: str
    sha256: str


class Ledger:
    """The table of finished chunks, each change written through before the call returns.

    Parameters
    ----------
    path : Path
        The SQLite file; made if it does not exist, and made anew if it is damaged.

    Raises
    ------
    sqlite3.Error
        If it can be neither read nor written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError:
            # A ledger that cannot be read is worth nothing; a full disk fails here once more.
            for part in (path, path.with_name(path.name + "-journal")):
                part.unlink(missing_ok=True)
            self._connection = _opened(path)

    def entries(self) -> dict[int, Entry]:
        """Finished chunks, in the order of their indices."""
        rows = self._connection.execute("SELECT chunk, file, sha256 FROM chunks ORDER BY chunk")
        return {chunk: Entry(file, sha256) for chunk, file, sha256 in rows}

    def add(self, chunk: int, entry: Entry) -> None:
        """Enter a finished chunk; one of the same index is replaced."""
        finished = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?)", (chunk, *entry, finished)
            )

    def remove(self, chunks: Iterable[int]) -> None:
        """Strike chunks out."""
        with self._connection:
            self._connection.executemany(
                "DELETE FROM chunks WHERE chunk = ?", [(chunk,) for chunk in chunks]
            )

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    # nolock: the folder has a lock of its own, and shared file systems often know none of SQLite's.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?nolock=1", uri=True)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        with closing(connection.execute("PRAGMA quick_check")) as check:
            if check.fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
        with connection:
            connection.execute(_TABLE)
        connection.execute("SELECT chunk, file, sha256, finished FROM chunks LIMIT 1").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection
