"""The ledger as rich tables for the terminal. It is built here and printed by the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from gallus.reproduction import texts
from gallus.reproduction.ledger import Row
from gallus.reproduction.verdict import counts

STYLES: Final = {
    "reproduced": "green",
    "differs": "bold yellow",
    "input": "cyan",
    "pending": "dim",
}
"""Colours of the verdicts; the word is always there too."""


def renderables(rows: Sequence[Row], *, list_pending: bool = False) -> Iterator[RenderableType]:
    """Yield one table a talk, and the counts of the verdicts.

    Parameters
    ----------
    rows : sequence of Row
        The ledger.
    list_pending : bool
        Whether pending claims get a row each; else their names follow the table.
    """
    for talk in texts.TALKS:
        of_talk = [row for row in rows if row.claim.talk == talk]
        shown = [row for row in of_talk if list_pending or row.judgement.verdict != "pending"]
        if shown:
            yield _table(talk, shown)
        if of_talk and not list_pending:
            yield _waiting(of_talk)
    yield summary(rows)


def summary(rows: Sequence[Row]) -> Text:
    """Counts of the verdicts, and the claims whose verdict is not the expected one."""
    text = Text()
    for verdict, count in counts([row.judgement.verdict for row in rows]).items():
        text.append(f"{count} {verdict}  ", style=STYLES[verdict])
    text.append(f"of {len(rows)} {'claim' if len(rows) == 1 else 'claims'}")
    for row in rows:
        if row.unexpected:
            text.append(
                f"\n{row.claim.id}: {row.judgement.verdict}, expected {row.claim.expected}",
                style="bold red",
            )
    return text


def _table(talk: str, rows: Sequence[Row]) -> Table:
    table = Table(
        title=Text(texts.talk_title(talk), style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_lines=True,
        expand=True,
    )
    table.add_column("claim", ratio=5, overflow="fold")
    table.add_column("published", ratio=2, overflow="fold")
    table.add_column("computed", ratio=2, overflow="fold")
    table.add_column("verdict", width=20)
    for row in rows:
        table.add_row(_words(row), texts.published(row.claim), texts.computed(row), _verdict(row))
    return table


def _words(row: Row) -> Text:
    text = Text.assemble((row.claim.id, "bold"), "\n", row.claim.statement)
    if row.judgement.reason:
        text.append(f"\n{row.judgement.reason}", style="dim")
    return text


def _verdict(row: Row) -> Text:
    verdict = row.judgement.verdict
    text = Text(verdict, style=STYLES[verdict])
    if row.unexpected:
        text.append(f"\nexpected: {row.claim.expected}", style="bold red")
    distance = texts.deviation(row)
    if distance != texts.NOTHING:
        text.append(f"\noff {distance}", style="dim")
    return text


def _waiting(rows: Sequence[Row]) -> Text:
    text = Text()
    for needs, names in texts.pending(rows).items():
        text.append(f"pending, needs {needs}: ", style=STYLES["pending"])
        text.append(", ".join(names) + "\n")
    return text
