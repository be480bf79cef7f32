"""The table of explanations: every model fitted alike, next to its null hypothesis, and ranked.

:func:`explanations` is ``gallus explain`` in Python::

    from gallus.explanations import explanations

    table = explanations()
    for block in table.blocks:
        for row, above in zip(block.rows, block.aic_above_best, strict=True):
            print(block.data, row.model.name, row.fit.chi2_min, above)

One fit alone is :func:`gallus.explanation.fit_gallium`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, source_measurements
from gallus.experiments.gallium_oscillation import DEFAULT_METHOD
from gallus.explanation import DEFAULT_CROSS_SECTION, Explanation, fit_gallium
from gallus.geometry.detectors import DOCUMENTED
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.oscillation.base import OscillationModel
from gallus.oscillation.catalogue import model as model_of

DEFAULT_MODELS: Final = (
    "no-oscillation",
    "three-flavour",
    "deficit",
    "sterile",
    "wave-packet",
    "decay",
    "broad",
    "decoherence",
    "decoherence-a",
    "decoherence-b",
)
"""Two hypotheses without anomaly, then what could explain it."""

DEFAULT_DATA: Final = ("best", "gallium")


MOST_PARAMETERS: Final = 2
"""Free parameters up to which profile intervals are found unless asked for."""


@dataclass(frozen=True, eq=False)
class ExplanationBlock:
    """Models fitted to the same data under the same assumptions.

    Parameters
    ----------
    data : str
        Name of the selection of measurements.
    rows : tuple of Explanation
        One for each model.
    """

    data: str
    rows: tuple[Explanation, ...]

    @property
    def cross_section(self) -> CaptureCrossSection:
        """Of the expectation."""
        return self.rows[0].cross_section

    @property
    def geometry(self) -> str:
        """Variant of the detectors."""
        return self.rows[0].geometry

    @property
    def aic_above_best(self) -> tuple[float, ...]:
        """Akaike's criterion of each row minus that of the lowest.

        exp(-half of it) compares the models. It punishes each free parameter by 2 in chi2 and does
        not know how many mass splittings were tried.
        """
        lowest = min(row.aic for row in self.rows)
        return tuple(row.aic - lowest for row in self.rows)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        each = zip(self.rows, self.aic_above_best, strict=True)
        return {
            "data": self.data,
            "cross_section": self.cross_section.name,
            "geometry": self.geometry,
            "models": [{**row.as_dict(), "aic_above_best": above} for row, above in each],
        }


@dataclass(frozen=True, eq=False)
class ExplanationTable:
    """Blocks for each combination of data, cross section and geometry.

    Parameters
    ----------
    blocks : tuple of ExplanationBlock
        In that order.
    method : str
        Recipe.
    line_set : str or None
        Neutrino lines; the default of each nuclide if None.
    """

    blocks: tuple[ExplanationBlock, ...]
    method: str
    line_set: str | None

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind all rows."""
        rows = (row for block in self.blocks for row in block.rows)
        return tuple(dict.fromkeys(key for row in rows for key in row.citations))

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "method": self.method,
            "line_set": self.line_set,
            "blocks": [block.as_dict() for block in self.blocks],
            "citations": self.citations,
        }


def explanations(
    models: Sequence[OscillationModel] | None = None,
    cross_sections: Sequence[CaptureCrossSection] | None = None,
    data: Mapping[str, Measurements] | None = None,
    method: str = DEFAULT_METHOD,
    *,
    geometries: Sequence[str] = (DOCUMENTED,),
    line_set: str | None = None,
    intervals_up_to: int = MOST_PARAMETERS,
    each: Callable[[str], None] = lambda _: None,
) -> ExplanationTable:
    """Fit several models to the gallium source experiments.

    Parameters
    ----------
    models : sequence of OscillationModel, optional
        `DEFAULT_MODELS` if not given.
    cross_sections : sequence of CaptureCrossSection, optional
        Of the expectation; Bahcall's of 1997 if not given.
    data : mapping of str to Measurements, optional
        Selections by name; BEST alone and all six results if not given.
    method : str
        Recipe; ``collaboration`` is the covariance of the BEST papers.
    geometries : sequence of str
        Variants of the detectors.
    line_set : str, optional
        Neutrino lines; the default of each nuclide if not given.
    intervals_up_to : int
        Find the 68.27 % profile intervals of models with up to so many free parameters. With three,
        a sterile state with a width, it takes minutes.
    each : callable
        Called with the name of every model before it is fitted, for a progress bar.

    Raises
    ------
    InputError
        If there is nothing to fit, two models have one name, or a name is unknown.
    """
    chosen = tuple(model_of(name) for name in DEFAULT_MODELS) if models is None else tuple(models)
    sigmas = (cross_section(DEFAULT_CROSS_SECTION),) if cross_sections is None else cross_sections
    selections = (
        {name: source_measurements(name) for name in DEFAULT_DATA} if data is None else data
    )
    _check({"models": [m.name for m in chosen], "cross_sections": [s.name for s in sigmas]})
    _check({"data": list(selections), "geometries": list(geometries)})

    def row(
        model: OscillationModel, sigma: CaptureCrossSection, measured: Measurements, geometry: str
    ) -> Explanation:
        each(model.name)
        return fit_gallium(
            model,
            sigma,
            measured,
            method,
            geometry=geometry,
            line_set=line_set,
            intervals=_free(model) <= intervals_up_to,
        )

    blocks = tuple(
        ExplanationBlock(name, tuple(row(model, sigma, measured, geometry) for model in chosen))
        for sigma in sigmas
        for geometry in geometries
        for name, measured in selections.items()
    )
    return ExplanationTable(blocks, method, line_set)


def _free(model: OscillationModel) -> int:
    return len([each for each in model.parameters if each.name not in model.fixed])


def _check(names: Mapping[str, Sequence[str]]) -> None:
    for key, given in names.items():
        if not given:
            raise InputError("is empty", key=key, allowed="at least one")
        twice = [name for name in given if given.count(name) > 1]
        if twice:
            raise InputError("is given twice", key=key, value=twice[0])
