"""Options that several commands share. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated

import typer

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
