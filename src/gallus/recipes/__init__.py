"""How published analyses turn ratios and one cross-section error into average and significance.

All recipes take :class:`Ratios` and see plain arrays. Which one to use:

``covariance``
    Gaussian covariance with s^2 R_i R_j (Giunti et al., 2209.00916); pulls the average down for
    large s.
``bounded-pull``
    Multiplicative cross-section pull that cannot fall below the ground-state cross section
    (inferred recipe of Giunti et al., 2212.09722).
``lower-error``
    Lower cross-section errors, not scaled by R, all correlated (inferred recipe of Farzan and
    Schwetz, 2306.09422); significance from the p-value of R = 1.
``collaboration``
    Cross-section error of 51Cr times the prediction (Barinov et al., Phys. Rev. C 105, 065502, eqs.
    21, 22); the default of fits.
``uncorrelated``
    Cross-section error added to each ratio separately (Barinov et al., Phys. Rev. C 105, 065502,
    eq. 23); for comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.recipes.base import Average as Average
    from gallus.recipes.base import Ratios as Ratios
    from gallus.recipes.base import Recipe as Recipe
    from gallus.recipes.base import chi2_p_value as chi2_p_value
    from gallus.recipes.base import two_sided_sigma as two_sided_sigma
    from gallus.recipes.bounded_pull import BoundedPullRecipe as BoundedPullRecipe
    from gallus.recipes.catalogue import RECIPES as RECIPES
    from gallus.recipes.catalogue import recipe as recipe
    from gallus.recipes.catalogue import recipe_names as recipe_names
    from gallus.recipes.collaboration import CollaborationRecipe as CollaborationRecipe
    from gallus.recipes.gaussian import CovarianceRecipe as CovarianceRecipe
    from gallus.recipes.gaussian import LowerErrorRecipe as LowerErrorRecipe
    from gallus.recipes.gaussian import UncorrelatedRecipe as UncorrelatedRecipe

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "base": ("Average", "Ratios", "Recipe", "chi2_p_value", "two_sided_sigma"),
        "bounded_pull": ("BoundedPullRecipe",),
        "catalogue": ("RECIPES", "recipe", "recipe_names"),
        "collaboration": ("CollaborationRecipe",),
        "gaussian": ("CovarianceRecipe", "LowerErrorRecipe", "UncorrelatedRecipe"),
    },
)
