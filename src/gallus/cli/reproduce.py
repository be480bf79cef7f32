"""``gallus reproduce``: the ledger of both talks, on the terminal, as JSON and as a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.options import CiteOption, JsonOption

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gallus.reproduction.claims import Claim
    from gallus.reproduction.illustrations import Illustration
    from gallus.reproduction.ledger import Row
    from gallus.reproduction.results import Results

UNEXPECTED = 1
"""Exit status if a verdict is not the expected one."""


def reproduce(
    claim: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLAIM ...]", help="Claims to compute; all if none is given."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write the report: one page, no other file."),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option("--figures", metavar="DIR", help="Write the figures as PNG and PDF."),
    ] = None,
    json: JsonOption = None,
    cite: CiteOption = None,
) -> int:
    """Compare every number of two talks with what Gallus computes.

    The exit status is 1 if a verdict is not the one that this version should give.
    """
    from gallus.cli.output import Output, write_text
    from gallus.reproduction.ledger import citations
    from gallus.reproduction.results import Results
    from gallus.reproduction.terminal import renderables

    output = Output(json, cite, (html,))
    results = Results()
    rows = _rows(claim or [], results)
    output.write([row.as_dict() for row in rows], citations(rows))
    if html is not None or figures is not None:
        from gallus.reproduction.illustrations import draw_all, save_all

        drawings = draw_all(results)
        if html is not None:
            write_text(html, _page(rows, results, drawings))
        if figures is not None:
            save_all(Path(figures), drawings)
    output.show(*renderables(rows, list_pending=bool(claim)))
    return UNEXPECTED if any(row.unexpected for row in rows) else 0


def _rows(ids: list[str], results: Results) -> tuple[Row, ...]:
    """Compute the ledger, with a progress bar if someone is watching."""
    from gallus.reproduction.claims import select
    from gallus.reproduction.ledger import ledger

    if not sys.stderr.isatty():
        return ledger(ids, results)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("claims", total=len(select(ids)))

        def advance(claim: Claim) -> None:
            progress.update(task, advance=1, description=claim.id)

        return ledger(ids, results, each=advance)


def _page(
    rows: tuple[Row, ...], results: Results, drawings: tuple[tuple[Illustration, Figure], ...]
) -> str:
    from datetime import date

    from gallus.reproduction.report import html_report

    return html_report(rows, results, drawings, date.today())
