"""The covariance of the BEST collaboration, which depends on the prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.recipes.base import Average, Ratios, experimental_toys
from gallus.recipes.gaussian import rank_one_chi2
from gallus.recipes.profile import profile_average


@dataclass(frozen=True)
class CollaborationRecipe:
    """V_ij = V_exp,ij + c_i c_j with c_i = s x expected_i for 51Cr and 0 for 37Ar.

    s is the upper relative error of the cross section (3.6 % for Bahcall's), taken symmetric; the
    experimental errors of BEST are those of its rates alone. Source: Barinov et al., Phys. Rev. C
    105, 065502, eqs. 21 and 22. The significance is sqrt(chi2(1) - chi2_min).
    """

    name: str = "collaboration"
    citation: str = "barinov-2022-prc"
    errors: str = "rate"
    quotes_average: bool = True

    def chi2(self, ratios: Ratios, expected: float | Array) -> Array:
        """(R - expected) V^(-1) (R - expected)."""
        prediction = expected * np.ones(len(ratios.names))
        column = _relative(ratios) * prediction
        return rank_one_chi2(ratios.values - prediction, column, ratios.weight)

    def average(self, ratios: Ratios) -> Average:
        """Minimum of chi2 and where it has grown by one."""
        start = float(ratios.values.mean())
        return profile_average(lambda mean: float(self.chi2(ratios, mean)), start)

    def test_statistic(self, ratios: Ratios) -> Array:
        """chi2(1) - chi2_min."""

        def chi2(mean: Array) -> Array:
            return self.chi2(ratios, mean[..., None])

        best = ratios.values.mean(axis=-1)
        # Parabolas through three points ever closer; the chi2 is nearly one from the start.
        for step in (0.1, 0.02, 1e-3, 1e-3):
            left, middle, right = chi2(best - step), chi2(best), chi2(best + step)
            best = best - 0.5 * step * (right - left) / (right - 2 * middle + left)
        rise = self.chi2(ratios, 1.0) - chi2(best)
        statistic: Array = array_namespace(rise).maximum(rise, 0.0)
        return statistic

    def significance(self, ratios: Ratios) -> float:
        """sqrt(chi2(1) - chi2_min)."""
        lowest = float(self.chi2(ratios, self.average(ratios).value))
        return float(np.sqrt(max(float(self.chi2(ratios, 1.0)) - lowest, 0.0)))

    def toy_size(self, ratios: Ratios) -> int:
        """One number for the cross section, one per experiment."""
        return len(ratios.names) + 1

    def toys(self, ratios: Ratios, normals: Array) -> Ratios:
        """R_i = x_i + experimental error, x_i the cross section of 51Cr, or 1."""
        cross_section = 1 + _relative(ratios) * normals[..., :1]
        return ratios.with_toys(
            cross_section + experimental_toys(ratios.covariance, normals[..., 1:])
        )


def _relative(ratios: Ratios) -> Array:
    chromium = [nuclide != "37Ar" for nuclide in ratios.nuclides] or [True] * len(ratios.names)
    return np.where(chromium, ratios.cross_section_plus, 0.0)
