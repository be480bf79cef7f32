"""Explanations of the gallium anomaly as today's data leave them: what a forecast takes for true.

:func:`present_explanations` fits them; the other functions serve results with one row for each
truth and one column for each hypothesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.experiments.gallium_oscillation import DEFAULT_METHOD
from gallus.explanation import DEFAULT_CROSS_SECTION, Explanation, fit_gallium
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.oscillation.catalogue import model as model_of

MODELS: Final = ("deficit", "sterile", "decoherence")
"""A wrong normalisation, whatever its cause; a sterile state; decoherence with r = 12, case C."""


def present_explanations(
    models: Sequence[str] = MODELS,
    cross_section_model: CaptureCrossSection | None = None,
    method: str = DEFAULT_METHOD,
) -> tuple[Explanation, ...]:
    """Fit models to the six results of today.

    Parameters
    ----------
    models : sequence of str
        Names of oscillation models.
    cross_section_model : CaptureCrossSection, optional
        Of the expectation; Bahcall's of 1997 if not given.
    method : str
        Recipe.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    sigma = cross_section_model or cross_section(DEFAULT_CROSS_SECTION)
    return tuple(fit_gallium(model_of(name), sigma, method=method) for name in models)


def check_alike(explanations: Sequence[Explanation]) -> None:
    """Raise unless the explanations were fitted to the same data in the same way.

    Raises
    ------
    InputError
        If there is none, a model comes twice, or data, cross section, recipe or geometry differ.
    """
    if not explanations:
        raise InputError("is empty", key="explanations", allowed="at least one")
    names = names_of(explanations)
    if len(set(names)) < len(names):
        raise InputError("has a model twice", key="explanations", value=names)
    first = explanations[0]
    for each in explanations[1:]:
        same = {
            "data": each.measurements == first.measurements,
            "cross section": each.cross_section == first.cross_section,
            "method": each.likelihood.recipe.name == first.likelihood.recipe.name,
            "geometry": each.geometry == first.geometry,
        }
        for what, fits in same.items():
            if not fits:
                raise InputError(f"differ in {what}", key="explanations", value=each.model.name)


def names_of(explanations: Sequence[Explanation]) -> tuple[str, ...]:
    """Slugs of the models."""
    return tuple(each.model.name for each in explanations)


def place_of(name: str, explanations: Sequence[Explanation]) -> int:
    """Index of an explanation.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    names = names_of(explanations)
    if name not in names:
        raise unknown_name("explanation", name, names)
    return names.index(name)


def median_sigma(delta_chi2: Array) -> Array:
    """Median significance against a hypothesis, sqrt(Delta chi2); 0 where it fits better."""
    return np.sqrt(np.maximum(delta_chi2, 0.0))


def square(names: Sequence[str], values: Array) -> dict[str, dict[str, float]]:
    """Values of shape (truth, hypothesis) by name."""
    return {
        truth: dict(zip(names, row.tolist(), strict=True))
        for truth, row in zip(names, values, strict=True)
    }
