"""A cross-section pull that cannot fall below the ground-state cross section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.recipes.base import (
    Average,
    Ratios,
    cross_section_toys,
    experimental_toys,
    inner,
)
from gallus.recipes.profile import crossing

SMALLEST_ERROR = 1e-6
"""Relative cross-section errors below this are taken as this: they cannot be told from zero."""


@dataclass(frozen=True)
class BoundedPullRecipe:
    """chi2(m) = min_x (R - x m) V_exp^(-1) (R - x m) + ((x - 1)/s)^2 with x >= ground state/total.

    x multiplies the cross section. The bound has an error t of its own: below it
    ((x - bound)/t)^2 is added. The significance is sqrt(chi2(1) - chi2_min); the errors are where
    chi2 grows by one.
    Inferred recipe of Giunti et al., 2212.09722: reproduces its table to 0.002 and 0.1 sigma.
    """

    name: str = "bounded-pull"
    citation: str = "giunti-2023"
    errors: str = "giunti-2023"
    quotes_average: bool = True

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """Chi2 minimised over the cross section in closed form."""
        weight = ratios.split.weight
        prediction = expected * np.ones(len(ratios.names))
        residual = ratios.values - prediction
        image = prediction @ weight
        spread = inner(residual @ weight, residual)
        return spread + pull_chi2(ratios, inner(image, residual), inner(image, prediction))

    def minimum(self, ratios: Ratios) -> Array:
        """Chi2 of the best common ratio: the spread of the ratios, and a bound above 1 if any."""
        weight = ratios.split.weight
        residual = ratios.values - self._weighted_mean(ratios)[..., None]
        spread = inner(residual @ weight, residual)
        return spread + pull_chi2(ratios, 0.0 * spread, 0.0)

    def average(self, ratios: Ratios) -> Average:
        """Minimum of chi2 and where it has grown by one."""
        best = float(self._weighted_mean(ratios)) / (
            1 + float(_displacement(ratios, np.zeros(()), 0))
        )
        limit = float(self.minimum(ratios)) + 1.0

        def excess(mean: float) -> float:
            return float(self.chi2(ratios, mean)) - limit

        return Average(
            best,
            crossing(excess, best, best + 1.0) - best,
            best - crossing(excess, best, best - 1.0),
        )

    def test_statistic(self, ratios: Ratios) -> Array:
        """chi2(1) - chi2_min."""
        rise = self.chi2(ratios, 1.0) - self.minimum(ratios)
        statistic: Array = array_namespace(rise).maximum(rise, 0.0)
        return statistic

    def significance(self, ratios: Ratios) -> float:
        """sqrt(chi2(1) - chi2_min)."""
        return float(np.sqrt(self.test_statistic(ratios)))

    def toy_size(self, ratios: Ratios) -> int:
        """One number for the cross section, one per experiment."""
        return len(ratios.names) + 1

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """R_i = x + experimental error; x below the bound counts as the bound."""
        split = ratios.split
        xp = array_namespace(normals)
        x = xp.maximum(cross_section_toys(split, normals[..., 0]), ratios.floor)
        return split.with_toys(x + experimental_toys(split.covariance, normals[..., 1:]))

    def _weighted_mean(self, ratios: Ratios) -> Array:
        row = ratios.split.weight.sum(axis=0)
        mean: Array = ratios.values @ row / row.sum()
        return mean


def _precisions(ratios: Ratios) -> tuple[float, float]:
    """1/s^2 of the pull and 1/t^2 of the bound."""
    errors = (ratios.common_error, ratios.floor_error)
    pull, bound = (max(error, SMALLEST_ERROR) ** -2.0 for error in errors)
    return pull, bound


def _displacement(ratios: Ratios, g: Array, h: float | Array) -> Array:
    """The y = x - 1 that minimises the chi2 of the pull.

    That is -2 g y + h y^2 + (y/s)^2, and ((y - b)/t)^2 more below b = bound - 1.
    """
    pull, bound = _precisions(ratios)
    edge = ratios.floor - 1.0
    free = g / (h + pull)
    held = (g + edge * bound) / (h + pull + bound)
    displacement: Array = array_namespace(free).where(free < edge, held, free)
    return displacement


def pull_chi2(ratios: Ratios, g: Array, h: float | Array) -> Array:
    """Value of that minimum."""
    pull, bound = _precisions(ratios)
    # Evaluated at the minimum: C - B^2/A would cancel when an error is tiny.
    y = _displacement(ratios, g, h)
    below = array_namespace(y).minimum(y - (ratios.floor - 1.0), 0.0)
    value: Array = -2 * g * y + (h + pull) * y**2 + bound * below**2
    return value
