"""Gallus: the open toolkit for the gallium anomaly.

What the radioactive-source experiments measured, what could explain it, what else constrains the
explanation, and which new experiment would settle it. The names below are the public interface;
they are loaded on first use.
"""

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gallus.database import bibtex as bibtex
    from gallus.database import load as load
    from gallus.experiments import read_measurements as read_measurements
    from gallus.experiments import source_measurements as source_measurements
    from gallus.interactions import cross_section as cross_section
    from gallus.interactions import cross_section_names as cross_section_names
    from gallus.interactions import read_cross_section as read_cross_section
    from gallus.significance import significance_of as significance_of
    from gallus.significance import significance_table as significance_table
    from gallus.sources import measured_branching_ratio as measured_branching_ratio
    from gallus.sources import nuclide as nuclide
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "database": ("bibtex", "load"),
            "experiments": ("read_measurements", "source_measurements"),
            "interactions": ("cross_section", "cross_section_names", "read_cross_section"),
            "significance": ("significance_of", "significance_table"),
            "sources": ("measured_branching_ratio", "nuclide"),
        },
    )
