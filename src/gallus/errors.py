"""The exceptions that Gallus raises on purpose.

Use :class:`InputError` wherever a user's file, option or argument is wrong: the command line turns
it into one line on standard error and exit code 2. Everything else that escapes is a bug.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class GallusError(Exception):
    """Base class of all errors that Gallus raises on purpose."""


class InputError(GallusError, ValueError):
    """Something that the user gave is wrong; the message names it and says what is allowed.

    Parameters
    ----------
    problem : str
        What is wrong, as a short clause ("is negative").
    file, key : str, optional
        Where the value stands.
    value : object, optional
        The offending value, printed as ``repr``.
    allowed : str, optional
        What would have been accepted.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        key: str | None = None,
        value: object = None,
        allowed: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(self._sentence())

    def moved(self, key: str = "", file: str | None = None) -> InputError:
        """Return the same error with its key below another one, in a file."""
        path = ".".join(part for part in (key, self.key) if part) or None
        return InputError(
            self.problem, file=file or self.file, key=path, value=self.value, allowed=self.allowed
        )

    def _sentence(self) -> str:
        subject = " = ".join(
            part for part in (self.key, None if self.value is None else _short(self.value)) if part
        )
        head = ": ".join(part for part in (self.file, subject, self.problem) if part)
        return f"{head} (allowed: {self.allowed})" if self.allowed else head


class MissingExtraError(GallusError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'gallus[{extra}]'")


def unknown_name(kind: str, name: str, known: Iterable[str], file: str | None = None) -> InputError:
    """Build the error for a name that is not registered, with the nearest known name.

    Parameters
    ----------
    kind : str
        What was looked up ("cross section").
    name : str
        What the user wrote.
    known : iterable of str
        All names that exist.
    file : str, optional
        The file in which the name stands.

    Returns
    -------
    InputError
        Ready to be raised.
    """
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    hint = f"unknown {kind}" + (f", did you mean {near[0]!r}?" if near else "")
    return InputError(hint, file=file, value=name, allowed=", ".join(choices))


@contextmanager
def located(key: str = "", file: str | None = None) -> Iterator[None]:
    """Put a place before the key of every InputError that the block raises.

    Parameters
    ----------
    key : str
        Where the block is in the file ("total.51Cr").
    file : str, optional
        The file.
    """
    try:
        yield
    except InputError as error:
        raise error.moved(key, file) from error


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
