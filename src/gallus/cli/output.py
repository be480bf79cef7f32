"""Where the results of a command go: files, standard output, the terminal."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gallus.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

STANDARD_OUTPUT = "-"
PIPE_WIDTH = 118
"""Columns of the tables where the output is not a terminal and says no width."""


@dataclass(frozen=True)
class Output:
    """What the user wants written, checked before anything is computed.

    Parameters
    ----------
    json, cite : str or None
        Files for the numbers and for the publications.
    others : iterable of str or None
        Other files that the command will write, to be checked with them.

    Raises
    ------
    InputError
        If a file cannot be written where it should be.
    """

    json: str | None = None
    cite: str | None = None
    others: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        numbers = None if self.quiet else self.json
        paths = [path for path in (numbers, self.cite, *self.others) if path is not None]
        resolved = [Path(path).resolve() for path in paths]
        for place, path in enumerate(paths):
            check_writable(path)
            if resolved[place] in resolved[:place]:
                raise InputError("is named for two outputs", file=path)

    @property
    def quiet(self) -> bool:
        """Whether standard output belongs to the JSON."""
        return self.json == STANDARD_OUTPUT

    def write(self, content: object, citations: Iterable[str] = ()) -> None:
        """Write the numbers and the publications to where the user wants them."""
        if self.json == STANDARD_OUTPUT:
            sys.stdout.write(json_text(content))
        elif self.json is not None:
            write_text(self.json, json_text(content))
        if self.cite is not None:
            from gallus.database.bibliography import bibtex

            write_text(self.cite, bibtex(citations))

    def show(self, *renderables: object) -> None:
        """Print tables and texts to the terminal, unless standard output belongs to the JSON."""
        if not self.quiet:
            screen = console()
            for renderable in renderables:
                screen.print(renderable)


def console() -> Console:
    """Return the terminal; wide enough for the tables if it is a file or a pipe.

    Text is printed as it is: names in users' files may hold square brackets.
    """
    from rich.console import Console

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know neither ± nor σ
    free = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if free else PIPE_WIDTH, markup=False, highlight=False, emoji=False)


def check_writable(path: str) -> None:
    """Raise unless a file can be written at that path.

    Raises
    ------
    InputError
        If its folder does not exist or may not be written to, or the path is a folder itself.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError("is a folder", file=path or repr(path), allowed="the path of a file")
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist", file=path)
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise InputError("cannot be written: permission denied", file=path)


def write_text(path: str, text: str) -> None:
    """Write a text file in UTF-8.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=path) from error


def json_text(content: object) -> str:
    """JSON of plain content; numbers that JSON cannot hold (infinite, not a number) are null."""
    import json

    return json.dumps(_plain(content), indent=2, allow_nan=False) + "\n"


def _plain(content: object) -> Any:
    if isinstance(content, float):
        return float(content) if math.isfinite(content) else None
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return content
