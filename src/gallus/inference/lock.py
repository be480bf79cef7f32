"""A lock on a folder that the operating system gives back when its holder ends, even by kill -9."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from gallus.errors import InputError

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def acquired(path: Path) -> IO[bytes]:
    """Take the lock and return the open file that holds it; closing that gives it back.

    On a file system without locks (some shared ones of clusters) there is nothing to take.

    Parameters
    ----------
    path : Path
        The lock's file. It stays when the lock is given back; its text names the last holder.

    Raises
    ------
    InputError
        If another process, or this one, holds the lock.
    OSError
        If the file cannot be opened for writing.
    """
    file = path.open("a+b", buffering=0)
    try:
        _lock(file)
    except OSError as error:
        if error.errno in _TAKEN:
            file.seek(0)
            holder = file.read(200).decode(errors="replace").strip()
            file.close()
            raise InputError(
                f"is being written by {holder or 'another process'}",
                file=str(path.parent),
                allowed="another folder, or wait",
            ) from error
    with suppress(OSError):  # a full disk: the lock holds without its text
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n".encode())
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(1 << 20)  # beyond the text, which others may read
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
