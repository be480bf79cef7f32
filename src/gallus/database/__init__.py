"""Measured numbers with unit, citation and provenance, and how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.database.bibliography import Reference as Reference
    from gallus.database.bibliography import bibtex as bibtex
    from gallus.database.bibliography import reference as reference
    from gallus.database.loader import load as load
    from gallus.database.loader import load_as as load_as
    from gallus.database.loader import names as names
    from gallus.database.loader import read as read
    from gallus.database.schema import Dataset as Dataset
    from gallus.database.schema import Quantity as Quantity

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "bibliography": ("Reference", "bibtex", "reference"),
        "loader": ("load", "load_as", "names", "read"),
        "schema": ("Dataset", "Quantity"),
    },
)
