"""The figures of the report, with what one sees in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gallus import figures
from gallus.errors import InputError
from gallus.experiments.setup import setup, with_values
from gallus.interactions.gallium_capture import cross_section, cross_section_names
from gallus.reproduction.results import Results
from gallus.setup_rates import setup_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADLINE_METHOD: Final = "covariance"
SUFFIXES: Final = (".png", ".pdf")


@dataclass(frozen=True)
class Illustration:
    """A figure of the report.

    Parameters
    ----------
    slug, title, caption : str
        Name of its files, what it shows, and what one sees.
    draw : callable
        Makes it from the results of a run.
    """

    slug: str
    title: str
    caption: str
    draw: Callable[[Results], Figure]


def _ratios(results: Results) -> Figure:
    return figures.ratios_figure(results.all_models(HEADLINE_METHOD))


def _cross_sections(results: Results) -> Figure:
    return figures.cross_sections_figure([cross_section(name) for name in cross_section_names()])


def _energies(results: Results) -> Figure:
    names = ("bahcall-1997", "ground-state", "frekers-2015", "haxton-2023-pn")
    return figures.cross_section_energy_figure([cross_section(name) for name in names])


def _branching_ratio(results: Results) -> Figure:
    return figures.branching_ratio_figure()


def _recoils(results: Results) -> Figure:
    return figures.setup_rate_figure(setup_rates(with_values(setup("juno"), {"distance_m": 0.0})))


ILLUSTRATIONS: Final = (
    Illustration(
        "ratios",
        "Six measurements, nine cross sections",
        "Measured over expected captures with experimental errors; the band is the average with "
        "its error, by the method covariance. Without an anomaly all points lie at 1. A larger "
        "cross section moves them down, and its error widens the band.",
        _ratios,
    ),
    Illustration(
        "cross-sections",
        "Capture cross section of 51Cr neutrinos, model by model",
        "The excited states of 71Ge add a few per cent to the ground state, which the half-life of "
        "71Ge fixes. Even the ground state alone leaves a deficit.",
        _cross_sections,
    ),
    Illustration(
        "energy-dependence",
        "Cross section against neutrino energy",
        "Bahcall's table with its errors of three standard deviations, and the computed ground "
        "state with the excited states that the model states, scaled to their 51Cr average.",
        _energies,
    ),
    Illustration(
        "branching-ratio",
        "The branching ratio of 51Cr cannot be the reason",
        "Measurements of the decays to the 320 keV level and their mean, next to the values that "
        "would explain R = 0.80.",
        _branching_ratio,
    ),
    Illustration(
        "recoil-electrons",
        "Electrons that 51Cr would scatter in JUNO",
        "Source at the centre, with the assumptions of the talk's table: recoil energies with the "
        "edges of the two groups of lines, distances from the source, and events in time.",
        _recoils,
    ),
)


def draw_all(results: Results) -> tuple[tuple[Illustration, Figure], ...]:
    """Draw every figure of the report."""
    return tuple((each, each.draw(results)) for each in ILLUSTRATIONS)


def save_all(folder: Path, drawings: Iterable[tuple[Illustration, Figure]]) -> tuple[Path, ...]:
    """Write figures as PNG and PDF into a folder, which is made if need be.

    Raises
    ------
    InputError
        If the folder cannot be made or a file not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"is no folder and cannot be made one: {error.strerror}"
        raise InputError(problem, file=str(folder)) from error
    return tuple(
        figures.save(figure, folder / f"{each.slug}{suffix}")
        for each, figure in drawings
        for suffix in SUFFIXES
    )
