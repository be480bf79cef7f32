"""The ledger on the terminal and as a page: complete, self-contained, and safe."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from gallus.errors import InputError
from gallus.reproduction import texts
from gallus.reproduction.claims import claims
from gallus.reproduction.illustrations import ILLUSTRATIONS, Illustration, save_all
from gallus.reproduction.ledger import Row
from gallus.reproduction.report import html_report, versions
from gallus.reproduction.results import Results
from gallus.reproduction.terminal import renderables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawings = Sequence[tuple[Illustration, "Figure"]]
TODAY = date(2026, 11, 21)


class Page(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "data", "action", "poster"):
                self.addresses.append((tag, name, value or ""))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def verdict_counts(rows: Sequence[Row]) -> list[str]:
    verdicts = [row.judgement.verdict for row in rows]
    return [f"{verdicts.count(verdict)} {verdict}" for verdict in set(verdicts)]


@pytest.fixture(scope="module")
def html(rows: tuple[Row, ...], results: Results, drawings: Drawings) -> str:
    return html_report(rows, results, drawings, TODAY)


def test_the_page_needs_nothing_from_elsewhere(html: str) -> None:
    page = Page(html)
    assert not {"script", "link", "iframe", "object", "base"} & set(page.tags)
    for tag, _, address in page.addresses:
        if tag == "a":
            assert address.startswith(("https://doi.org/", "https://arxiv.org/abs/"))
        else:
            assert address.startswith("data:image/")
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_has_every_claim_with_its_verdict_in_words(
    html: str, rows: tuple[Row, ...]
) -> None:
    text = " ".join(" ".join(Page(html).text).split())
    for row in rows:
        assert row.claim.id in text
        assert row.claim.statement in text
    for count in verdict_counts(rows):
        assert count in text


def test_the_page_says_what_it_is_made_of(html: str) -> None:
    text = " ".join(Page(html).text)
    assert TODAY.isoformat() in text
    for name, number in versions().items():
        assert f"{name} {number}" in text
    for model in ("Ground State", "Haxton 2023, (p,n)"):
        assert model in text
    assert "standard deviations" in text


def test_the_page_is_readable_on_a_phone_in_the_dark_and_on_paper(html: str) -> None:
    assert '<meta name="viewport" content="width=device-width' in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_the_figures_are_in_the_page(html: str) -> None:
    images = [address for tag, _, address in Page(html).addresses if tag == "img"]
    assert len(images) == len(ILLUSTRATIONS)
    for image in images:
        kind, data = image.split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        assert b"<svg" in base64.b64decode(data)
    for illustration in ILLUSTRATIONS:
        assert illustration.title in html


def test_nothing_in_a_claim_becomes_markup(rows: tuple[Row, ...], results: Results) -> None:
    nasty = "<script>alert('&')</script>"
    row = replace(rows[0], claim=rows[0].claim.model_copy(update={"statement": nasty}))
    html = html_report([row], results, [], TODAY)
    assert nasty not in html
    assert "script" not in Page(html).tags


def test_an_unexpected_verdict_stands_out(rows: tuple[Row, ...], results: Results) -> None:
    row = replace(rows[0], claim=rows[0].claim.model_copy(update={"expected": "reproduced"}))
    assert "input, expected reproduced" in " ".join(
        Page(html_report([row], results, [], TODAY)).text
    )
    assert "input, expected reproduced" in printed([row])


def test_figures_are_written_as_png_and_pdf(tmp_path: Path, drawings: Drawings) -> None:
    paths = save_all(tmp_path / "new" / "folder", drawings[1:2])
    assert [path.name for path in paths] == ["cross-sections.png", "cross-sections.pdf"]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert paths[1].read_bytes().startswith(b"%PDF")


def test_a_file_is_no_folder_for_figures(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="folder"):
        save_all(tmp_path / "file", [])


# --- terminal ---------------------------------------------------------------------------------


def printed(rows: Sequence[Row], *, width: int = 118, list_pending: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False)
    console.print(*renderables(rows, list_pending=list_pending), sep="\n")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_terminal_shows_every_claim_at_any_width(rows: tuple[Row, ...], width: int) -> None:
    text = printed(rows, width=width)
    assert max(map(len, text.splitlines())) <= width
    for claim in claims():
        assert claim.id in text
    assert "39 reproduced  5 differs  4 input  9 pending  of 57 claims" in " ".join(
        text.split("\n")
    )


def test_pending_claims_get_rows_if_they_were_asked_for(rows: tuple[Row, ...]) -> None:
    (row,) = [row for row in rows if row.claim.id == "C-katrin"]
    assert "needs fits of sterile neutrinos" in printed([row], list_pending=True)
    assert "figure" in printed([row], list_pending=True)


# --- numbers in words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "unit", "text"),
    [
        (None, "", "–"),
        (True, "", "true"),
        ("figure", "", "figure"),
        (625, "", "625"),
        (0.0, "", "0"),
        (1.1e-7, "", "1.1e-07"),
        ([234, 11.5], "", "234, 11.5"),
        (5.0, "sigma", "5 sigma"),
        (271777.2, "", "271777"),
        (2e7, "", "2e+07"),
        ([[1.0, 0.85]] * 6, "", "12 numbers, 0.85 … 1"),
    ],
    ids=str,
)
def test_numbers_as_one_reads_them(content: object, unit: str, text: str) -> None:
    assert texts.value(content, unit) == text


def test_a_table_of_numbers_is_shown_in_full_only_if_it_is_one() -> None:
    assert texts.grid([[1, 2], [3, 4.5]]) == [["1", "2"], ["3", "4.5"]]
    assert texts.grid([1, 2]) == texts.grid(True) == texts.grid("figure") == []
