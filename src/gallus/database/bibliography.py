"""The publications behind the numbers, and their BibTeX."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache

from gallus.database.loader import DATA
from gallus.database.schema import Frozen
from gallus.errors import unknown_name


class Reference(Frozen):
    """One publication."""

    authors: str
    title: str
    journal: str = ""
    volume: str = ""
    pages: str = ""
    year: int
    arxiv: str = ""
    doi: str = ""

    def label(self) -> str:
        """Return a one-line citation such as "Barinov et al., Phys. Rev. C 105 (2022) 065502"."""
        first, *others = self.authors.split(" and ")
        family = first.split(",")[0]
        who = (
            f"{family} et al."
            if len(others) > 1 or others == ["others"]
            else " and ".join([family, *(o.split(",")[0] for o in others)])
        )
        where = f"{self.journal} {self.volume} ({self.year}) {self.pages}".replace(
            "  ", " "
        ).strip()
        return f"{who}, {where}" if self.journal else f"{who}, arXiv:{self.arxiv} ({self.year})"


@cache
def references() -> dict[str, Reference]:
    """All publications that the database cites, by key."""
    content = tomllib.loads((DATA / "references.toml").read_text(encoding="utf-8"))
    return {key: Reference.model_validate(entry) for key, entry in content.items()}


def reference(key: str) -> Reference:
    """Return the publication of that key.

    Raises
    ------
    InputError
        If the bibliography has no such key.
    """
    try:
        return references()[key]
    except KeyError:
        raise unknown_name("reference", key, references()) from None


def bibtex(keys: Iterable[str]) -> str:
    """BibTeX entries of the given publications, each once, in order of appearance.

    A key that only a user's file knows becomes an entry to be filled in.
    """
    known = references()
    return "\n".join(
        _entry(key, known[key])
        if key in known
        else f"@misc{{{key},\n  note = {{to be filled in}}\n}}\n"
        for key in dict.fromkeys(keys)
    )


def _entry(key: str, ref: Reference) -> str:
    fields = {
        "author": ref.authors,
        "title": "{" + ref.title + "}",
        "journal": ref.journal,
        "volume": ref.volume,
        "pages": ref.pages,
        "year": str(ref.year),
        "eprint": ref.arxiv,
        "archivePrefix": "arXiv" if ref.arxiv else "",
        "doi": ref.doi,
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    kind = "article" if ref.journal else "misc"
    return f"@{kind}{{{key},\n{body}\n}}\n"
