"""The ledger as one HTML page that needs nothing else: no script, no font, no other file."""

from __future__ import annotations

import base64
import io
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gallus import __version__, figures
from gallus.database.bibliography import Reference, reference
from gallus.recipes.catalogue import recipe_names
from gallus.reproduction import texts
from gallus.reproduction.illustrations import HEADLINE_METHOD, Illustration
from gallus.reproduction.ledger import Row, citations
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import counts
from gallus.significance import Significance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATE = "report.html.j2"
LIBRARIES = ("numpy", "scipy", "matplotlib")
WIDE_INCH = 5.0
"""Figures narrower than this are not blown up to the width of the page."""


@dataclass(frozen=True)
class Cited:
    """A publication with the address where it can be found, if any."""

    key: str
    reference: Reference

    @property
    def address(self) -> str:
        """Its DOI or arXiv page; empty if it has neither."""
        if self.reference.doi:
            return f"https://doi.org/{self.reference.doi}"
        return f"https://arxiv.org/abs/{self.reference.arxiv}" if self.reference.arxiv else ""


def html_report(
    rows: Sequence[Row],
    results: Results,
    drawings: Sequence[tuple[Illustration, Figure]],
    today: date,
) -> str:
    """Write the report.

    Parameters
    ----------
    rows : sequence of Row
        The ledger.
    results : Results
        What was computed for it; the table of significances is added to it.
    drawings : sequence of (Illustration, Figure)
        The figures that it shows.
    today : date
        Printed in the head.

    Returns
    -------
    str
        A complete HTML page with its figures in it.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    headline = results.all_models(HEADLINE_METHOD)
    keys = dict.fromkeys([*citations(rows), *(key for each in headline for key in each.citations)])
    page = environment.get_template(TEMPLATE).render(
        today=today.isoformat(),
        versions=versions(),
        method=HEADLINE_METHOD,
        methods=recipe_names(),
        toys=results.toys,
        seed=results.seed,
        models=[_model(each, results) for each in headline],
        deficits=sorted(1 - each.average.value for each in headline),
        sigmas=sorted(each.significance_sigma for each in headline),
        counts=counts([row.judgement.verdict for row in rows]),
        unexpected=[row for row in rows if row.unexpected],
        talks=[
            (texts.talk_title(talk), [row for row in rows if row.claim.talk == talk])
            for talk in texts.TALKS
        ],
        texts=texts,
        figures=[
            (each, _data_address(figure), figure.get_figwidth() < WIDE_INCH)
            for each, figure in drawings
        ],
        references=[Cited(key, reference(key)) for key in keys],
    )
    return page + "\n"


def versions() -> dict[str, str]:
    """Versions of Gallus, of Python and of the libraries that compute."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"gallus": __version__, "Python": platform.python_version(), **libraries}


def _model(result: Significance, results: Results) -> dict[str, object]:
    """One row of the headline: a model with its significance by every method."""
    name = result.cross_section.name
    return {
        "title": result.cross_section.title,
        "average": [f"{number:.3f}" for number in result.average],
        "chi2": f"{result.chi2_null:.1f}/{result.dof}",
        "sigma": {
            method: results.significance(name, method).significance_sigma
            for method in recipe_names()
        },
    }


def _data_address(figure: Figure) -> str:
    """Return a figure as an SVG inside an address, so that the page needs no other file."""
    buffer = io.BytesIO()
    with figures.style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
