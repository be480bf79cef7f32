"""Reading data files: TOML in, frozen models out, one clear error when a file is wrong.

Use :func:`load` for what ships with Gallus and :func:`read` for a file of the user's.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gallus.database.schema import Dataset, QuantityTable
from gallus.errors import InputError, unknown_name

Model = TypeVar("Model", bound=Dataset)

DATA = Path(str(files("gallus.database"))) / "data"
"""Directory of the data files that ship with Gallus."""


@cache
def index() -> dict[str, Path]:
    """Map the name of every data set that ships with Gallus to its file."""
    return {path.stem: path for path in sorted(DATA.rglob("*.toml")) if path.stem != "references"}


@cache
def names(folder: str = "") -> tuple[str, ...]:
    """Names of the data sets in one folder of the database, or of all."""
    return tuple(name for name, path in index().items() if folder in ("", path.parent.name))


def data_path(name: str) -> Path:
    """File of a data set that ships with Gallus.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return index()[name]
    except KeyError:
        raise unknown_name("data set", name, index()) from None


def load(name: str) -> Dataset:
    """Return the quantities of a data set that ships with Gallus.

    Raises
    ------
    InputError
        If there is no data set of that name, or its file is not one of plain quantities.
    """
    return load_as(QuantityTable, name)


def load_as(model: type[Model], name: str) -> Model:
    """Return a data set that ships with Gallus as an instance of `model`."""
    content = _shipped(model, name)
    assert isinstance(content, model)  # for the type checker: a cached function loses the type
    return content


@cache
def _shipped(model: type[Dataset], name: str) -> Dataset:
    return read(model, data_path(name))


def read(model: type[Model], path: Path | str) -> Model:
    """Read and validate one TOML file.

    Parameters
    ----------
    model : type
        The pydantic model that describes the file.
    path : path
        The file.

    Raises
    ------
    InputError
        Naming file, key and value, if the file cannot be read or does not fit the model.
    """
    path = Path(path)
    return validate(model, read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file.

    Raises
    ------
    InputError
        If the file is missing, a folder, empty, binary or not TOML.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except UnicodeDecodeError as error:
        problem = f"is not a text file: byte {error.start} is not UTF-8"
        raise InputError(problem, file=str(path), allowed="TOML") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is not valid TOML: {error}", file=str(path)) from error
    if not content:
        raise InputError("is empty", file=str(path), allowed="a TOML file with at least one key")
    return content


def validate(model: type[Model], content: dict[str, Any], file: str) -> Model:
    """Check parsed content against a model and turn the first complaint into an InputError."""
    try:
        return model.model_validate(content, context={"file": file})
    except ValidationError as error:
        raise _as_input_error(error.errors()[0], file) from error
    except InputError as error:
        raise error.moved(file=file) from error


def _as_input_error(detail: ErrorDetails, file: str) -> InputError:
    key = ".".join(str(part) for part in detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    value: object = detail["input"]
    if kind == "missing":
        return InputError("is missing", file=file, key=key)
    if kind == "extra_forbidden":
        return InputError("is not a known key", file=file, key=key, value=value)
    cause = context.get("error")
    if isinstance(cause, InputError):
        return cause.moved(key, file)
    shown = None if isinstance(value, dict | list) else value
    if kind == "too_short":
        least = f"{context['min_length']} or more entries"
        return InputError("has too few entries", file=file, key=key, value=value, allowed=least)
    if kind == "literal_error":
        return InputError(
            "is not allowed", file=file, key=key, value=shown, allowed=str(context["expected"])
        )
    problem = str(cause) if cause is not None else detail["msg"].lower()
    return InputError(problem, file=file, key=key, value=shown)
