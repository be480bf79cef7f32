"""Significance of the gallium anomaly, for any cross section and any statistical recipe.

:func:`significance_of` answers for one cross section, :func:`significance_table` for several.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallus.experiments.gallium import Measurements, ratios, source_measurements
from gallus.inference.p_value import MonteCarlo, monte_carlo_p_value
from gallus.interactions.gallium_capture import (
    CaptureCrossSection,
    cross_section,
    cross_section_names,
)
from gallus.recipes.base import Average, Ratios, Recipe, chi2_p_value, two_sided_sigma
from gallus.recipes.catalogue import recipe as recipe_of

DEFAULT_METHOD = "covariance"
DEFAULT_TOYS = 16384
DEFAULT_SEED = 51
TAIL_SPREAD = 1.5
"""Width of the toys about the likeliest deficit; wider than 1 so that no weight is large."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Significance:
    """The anomaly for one cross section.

    Parameters
    ----------
    cross_section : CaptureCrossSection
        Model of the expectation.
    method : str
        Recipe.
    ratios : Ratios
        Measured over expected, with the experimental errors of the recipe.
    titles : tuple of str
        Names of the experiments for tables.
    average : Average
        Best common ratio.
    significance_sigma : float
        Significance as the recipe's authors quote it: (1 - average)/error for ``covariance`` and
        ``uncorrelated``, sqrt(Delta chi2) for ``bounded-pull`` and ``collaboration``, two-sided
        equivalent of the p-value for ``lower-error``.
    chi2_null, dof, p_value : float, int, float
        Chi2 of R = 1 in every experiment, number of ratios, asymptotic p-value.
    monte_carlo : MonteCarlo or None
        p-value of `chi2_null` by simulation.
    monte_carlo_significance : MonteCarlo or None
        p-value of the statistic behind `significance_sigma` by simulation.
    """

    cross_section: CaptureCrossSection
    method: str
    ratios: Ratios
    titles: tuple[str, ...]
    average: Average
    significance_sigma: float
    chi2_null: float
    dof: int
    p_value: float
    monte_carlo: MonteCarlo | None
    monte_carlo_significance: MonteCarlo | None
    citations: tuple[str, ...]

    @property
    def p_value_sigma(self) -> float:
        """Two-sided Gaussian equivalent of the asymptotic p-value."""
        return two_sided_sigma(self.p_value)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        each = zip(self.ratios.names, self.ratios.values, self.ratios.errors, strict=True)
        return {
            "name": self.cross_section.name,
            "title": self.cross_section.title,
            "ratios": {name: [float(value), float(error)] for name, value, error in each},
            "average": [self.average.value, self.average.plus, self.average.minus],
            "significance_sigma": self.significance_sigma,
            "chi2_null": self.chi2_null,
            "dof": self.dof,
            "p_value": self.p_value,
            "p_value_sigma": self.p_value_sigma,
            "monte_carlo": _monte_carlo_dict(self.monte_carlo),
            "monte_carlo_significance": _monte_carlo_dict(self.monte_carlo_significance),
        }


def significance_of(
    model: CaptureCrossSection,
    measurements: Measurements | None = None,
    method: str = DEFAULT_METHOD,
    *,
    toys: int = DEFAULT_TOYS,
    seed: int = DEFAULT_SEED,
) -> Significance:
    """Average ratio, chi2 of R = 1 and significance of the anomaly for one cross section.

    Parameters
    ----------
    model : CaptureCrossSection
        Capture cross section of the expectation.
    measurements : Measurements, optional
        All six published results if not given.
    method : str
        Recipe, one of :func:`gallus.recipes.recipe_names`.
    toys, seed : int
        Toys of the Monte Carlo p-values and their seed; no simulation for 0 toys.

    Raises
    ------
    InputError
        If the recipe is unknown, or the model lacks a nuclide of the measurements.
    """
    recipe = recipe_of(method)
    chosen = source_measurements() if measurements is None else measurements
    referred = ratios(chosen, model, recipe.errors)
    chi2_null = float(recipe.chi2(referred, 1.0))
    dof = len(referred.names)
    return Significance(
        cross_section=model,
        method=method,
        ratios=referred,
        titles=tuple(m.title for m in chosen.entries.values()),
        average=recipe.average(referred),
        significance_sigma=recipe.significance(referred),
        chi2_null=chi2_null,
        dof=dof,
        p_value=chi2_p_value(chi2_null, dof),
        monte_carlo=_null_p_value(recipe, referred, toys, seed) if toys else None,
        monte_carlo_significance=_quoted_p_value(recipe, referred, toys, seed) if toys else None,
        citations=tuple(dict.fromkeys([*chosen.citations(), *model.citations(), recipe.citation])),
    )


def significance_table(
    models: Sequence[CaptureCrossSection] = (),
    measurements: Measurements | None = None,
    method: str = DEFAULT_METHOD,
    *,
    toys: int = DEFAULT_TOYS,
    seed: int = DEFAULT_SEED,
) -> tuple[Significance, ...]:
    """Apply :func:`significance_of` to several models; to all named ones if none is given."""
    chosen = models or tuple(cross_section(name) for name in cross_section_names())
    return tuple(significance_of(m, measurements, method, toys=toys, seed=seed) for m in chosen)


def _null_p_value(recipe: Recipe, data: Ratios, toys: int, seed: int) -> MonteCarlo:
    """P(chi2 of R = 1 at least as large as observed | R = 1)."""

    def chi2(normals: Array) -> Array:
        return recipe.chi2(recipe.toys(data, normals), 1.0)

    size, observed = recipe.toy_size(data), float(recipe.chi2(data, 1.0))
    spread = max(1.0, math.sqrt(observed / size))
    return monte_carlo_p_value(chi2, observed, size, toys=toys, seed=seed, spread=spread)


def _quoted_p_value(recipe: Recipe, data: Ratios, toys: int, seed: int) -> MonteCarlo:
    """The same for the statistic behind the quoted significance."""

    def statistic(normals: Array) -> Array:
        return recipe.test_statistic(recipe.toys(data, normals))

    if not recipe.quotes_average:
        return _null_p_value(recipe, data, toys, seed)
    size, observed = recipe.toy_size(data), float(recipe.test_statistic(data))
    centre = _likeliest_deficit(recipe, data)
    return monte_carlo_p_value(
        statistic, observed, size, toys=toys, seed=seed, spread=TAIL_SPREAD, centre=centre
    )


def _likeliest_deficit(recipe: Recipe, data: Ratios) -> Array:
    """Smallest normal numbers that lower all ratios to the observed average.

    Among the toys with that average the one with equal ratios is the likeliest.
    """
    step = 1e-3
    size = recipe.toy_size(data)
    shifts = (
        recipe.toys(data, -step * np.eye(size)).values - recipe.toys(data, np.zeros(size)).values
    )
    deficit = np.full(len(data.names), recipe.average(data).value - 1.0)
    return np.asarray(np.linalg.pinv(-shifts.T / step) @ deficit)


def _monte_carlo_dict(result: MonteCarlo | None) -> dict[str, float] | None:
    if result is None:
        return None
    return {
        "p_value": result.p_value,
        "error": result.error,
        "sigma": two_sided_sigma(result.p_value),
        "toys": result.toys,
    }
