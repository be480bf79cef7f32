"""A chunk of results as bytes: an ``.npz`` that every NumPy reads, the same bytes every time.

Unlike `numpy.savez` it holds neither the time of day nor pickled objects. The comment of the
archive names the job and the chunk, so that a file is known by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

Arrays = dict[str, NDArray[Any]]


def pack(arrays: Mapping[str, ArrayLike], job: str, chunk: int) -> bytes:
    """Return the file of a chunk.

    Parameters
    ----------
    arrays : mapping
        Arrays by name.
    job : str
        Sha256 of the job's manifest.
    chunk : int
        Index of the chunk.

    Raises
    ------
    ValueError
        If an array holds Python objects.
    """
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            # A ZipInfo of its own has a fixed date.
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                array = np.asanyarray(arrays[name])
                np.lib.format.write_array(member, array, allow_pickle=False)
        archive.comment = _label(job, chunk)
    return buffer.getvalue()


def unpack(content: bytes) -> Arrays:
    """Return the arrays of a file.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    try:
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            return dict(stored)
    except (BadZipFile, EOFError, KeyError, OSError, TypeError) as error:
        raise ValueError(f"damaged: {error}") from error


def is_intact(content: bytes, job: str, chunk: int) -> bool:
    """Whether the bytes are the whole file of that chunk of that job."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            # testzip reads every member and compares its checksum.
            return archive.comment == _label(job, chunk) and archive.testzip() is None
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError):
        return False


def _label(job: str, chunk: int) -> bytes:
    return f"gallus {job} {chunk}".encode()
