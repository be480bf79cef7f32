"""All recipes by name."""

from __future__ import annotations

from gallus.errors import unknown_name
from gallus.recipes.base import Recipe
from gallus.recipes.bounded_pull import BoundedPullRecipe
from gallus.recipes.collaboration import CollaborationRecipe
from gallus.recipes.gaussian import CovarianceRecipe, LowerErrorRecipe, UncorrelatedRecipe

RECIPES: tuple[Recipe, ...] = (
    CovarianceRecipe(),
    BoundedPullRecipe(),
    LowerErrorRecipe(),
    CollaborationRecipe(),
    UncorrelatedRecipe(),
)
"""Every recipe; the first is the default."""


def recipe_names() -> tuple[str, ...]:
    """Slugs of all recipes."""
    return tuple(recipe.name for recipe in RECIPES)


def recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    found = {each.name: each for each in RECIPES}
    if name not in found:
        raise unknown_name("method", name, found)
    return found[name]
