"""The look of tables and numbers on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

MISSING = "–"


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    left: Iterable[int] = (0,),
) -> Table:
    """Build a table with a title and one header row; numbers to the right.

    Parameters
    ----------
    title : str
        Printed above the table.
    columns : sequence of str
        Headers.
    rows : iterable of sequences
        Cells.
    left : iterable of int
        Columns that hold words and are set to the left.
    """
    words = set(left)
    result = Table(
        title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for index, header in enumerate(columns):
        result.add_column(
            Text(header),
            justify="left" if index in words else "right",
            overflow="fold",
        )
    for row in rows:
        result.add_row(*row)
    return result


def caption(*sentences: str) -> Text:
    """What the reader must know about a table, in fainter type below it, and an empty line."""
    return Text("\n".join(sentences) + "\n", style="dim")


def plus_minus(value: float, plus: float, minus: float, digits: int) -> str:
    """Return value ± error, or value +plus −minus where the two differ as printed."""
    upper, lower = f"{plus:.{digits}f}", f"{minus:.{digits}f}"
    if upper == lower:
        return f"{value:.{digits}f} ± {upper}"
    return f"{value:.{digits}f} +{upper} −{lower}"


def percent(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Return a share in per cent, or a dash."""
    if value is None:
        return MISSING
    return f"{100 * value:{'+' if sign else ''}.{digits}f} %"
