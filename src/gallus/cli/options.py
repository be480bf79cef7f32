"""Options that several commands share. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from gallus.errors import InputError

JsonOption = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the numbers in full precision; - is standard output, and then nothing else "
        "goes there.",
    ),
]
CiteOption = Annotated[
    str | None,
    typer.Option(
        "--cite", metavar="FILE.bib", help="Write the publications behind the numbers as BibTeX."
    ),
]
HalfLifeOption = Annotated[
    float | None,
    typer.Option(
        "--half-life-71Ge",
        metavar="DAYS",
        help="Half-life of 71Ge; every cross section scales with its inverse.",
    ),
]
CROSS_SECTION = "bahcall-1997"
METHOD = "collaboration"
GEOMETRY = "documented"

CrossSectionOption = Annotated[
    str,
    typer.Option(
        "--cross-section",
        metavar="NAME|FILE",
        help="Cross section of the expectation: a name, or a TOML file of your own.",
    ),
]
MethodOption = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        help="collaboration, covariance, bounded-pull, lower-error or uncorrelated.",
    ),
]
GeometryOption = Annotated[
    str,
    typer.Option(
        "--geometry",
        metavar="NAME",
        help="documented, or published-fits (BEST filled to the top, no tubes in GALLEX and SAGE).",
    ),
]
LineSetOption = Annotated[
    str | None,
    typer.Option(
        "--line-set", metavar="NAME", help="Neutrino lines: modern, traditional, or single."
    ),
]
FixOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fix",
        metavar="NAME[=VALUE]",
        help="Hold a parameter, at its start if no value is given. May be repeated.",
    ),
]


@contextmanager
def of_option(option: str) -> Iterator[None]:
    """Name the option in every InputError of what the user wrote after it.

    Parameters
    ----------
    option : str
        ``--against``, put before the key that is wrong, or in place of another option.
    """
    try:
        yield
    except InputError as error:
        key = error.key or ""
        named = option if key.startswith("--") else f"{option} {key}".strip()
        raise InputError(
            error.problem, file=error.file, key=named, value=error.value, allowed=error.allowed
        ) from error
