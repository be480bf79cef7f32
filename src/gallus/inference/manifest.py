"""What a folder of results was made from: the job, the versions, the format.

Two manifests with the same text describe the same numbers, bit for bit; :func:`check_same` says
what the first difference is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from gallus.errors import InputError

FORMAT: Final = 1
"""Changes whenever the meaning of the stored files changes."""

PROGRAM: Final = "gallus"


@cache
def versions() -> dict[str, str]:
    """Return the versions of what computes: other ones may give other last digits."""
    import numpy
    import scipy

    from gallus import __version__

    return {"gallus": __version__, "numpy": numpy.__version__, "scipy": scipy.__version__}


def manifest_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest of a job, as it is read back from JSON.

    Parameters
    ----------
    job : mapping
        Everything that the numbers depend on, in terms of JSON.

    Raises
    ------
    InputError
        If the job holds something that JSON has no form for (a NaN, an array).
    """
    content = {"program": PROGRAM, "format": FORMAT, "job": job, "versions": versions()}
    try:
        plain: dict[str, Any] = json.loads(json.dumps(content, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot be written as JSON: {error}", key="job") from error
    return plain


def canonical_text(manifest: Mapping[str, Any]) -> str:
    """JSON with sorted keys; equal manifests give equal text."""
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)


def identity(manifest: Mapping[str, Any]) -> str:
    """Sha256 of the canonical text: the name under which chunks belong together."""
    return hashlib.sha256(canonical_text(manifest).encode()).hexdigest()


def read_manifest(text: str, folder: str) -> dict[str, Any]:
    """Return the manifest in the text of a file.

    Raises
    ------
    InputError
        If it is not a manifest of this program.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(f"manifest.json is damaged: {error}", file=folder) from error
    if not isinstance(found, dict) or found.get("program") != PROGRAM:
        raise InputError("was not made by gallus", file=folder, allowed="a new or empty folder")
    return found


def check_same(found: Mapping[str, Any], wanted: Mapping[str, Any], folder: str) -> None:
    """Raise unless a folder was made from the same job with the same versions.

    Raises
    ------
    InputError
        With the first entry that differs, and both its values.
    """
    for part, remedy in _PARTS.items():
        before = dict(_leaves(found.get(part), part))
        now = dict(_leaves(wanted.get(part), part))
        for path in (*now, *(path for path in before if path not in now)):
            if path not in before or path not in now or before[path] != now[path]:
                raise _difference(path, before, now, folder, remedy)


_PARTS: Final = {
    "format": "the version of gallus that made the folder, or another folder",
    "job": "the same job, or another folder",
    "versions": "the same versions, or another folder",
}


def _difference(
    path: str, before: Mapping[str, Any], now: Mapping[str, Any], folder: str, remedy: str
) -> InputError:
    was, given = (_said(values, path) for values in (before, now))
    key = path.removeprefix("job.")
    return InputError(f"{key} is {given}, but was {was}", file=folder, allowed=remedy)


def _said(values: Mapping[str, Any], path: str, limit: int = 80) -> str:
    text = repr(values[path]) if path in values else "not given"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every number and string of a nested description, with the path of its keys."""
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _leaves(value[key], f"{path}.{key}")
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    else:
        yield path, value
