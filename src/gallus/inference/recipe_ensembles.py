"""Ensembles of the recipes, and of Gaussian likelihoods with linear nuisances.

A toy is t = x m + errors, m the prediction and x the relative cross section, drawn once for all
results (that of 37Ar has an error of its own where a recipe says so). Drawing x averages over its
prior (Cousins and Highland); where the nuisance is linear and its constraint Gaussian, the profile
construction with a fluctuating auxiliary measurement is the same. The recipes ``lower-error`` and
``uncorrelated`` do not scale the error with the ratio; nor do their toys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.ensembles import Ensemble, GaussianEnsemble
from gallus.inference.general_ensembles import PlainEnsemble, ProductEnsemble
from gallus.inference.scaled_ensembles import (
    SMALLEST_RELATIVE_ERROR,
    DataScaledEnsemble,
    PredictionScaledEnsemble,
)
from gallus.likelihood.elimination import prior_root
from gallus.recipes.base import Ratios, Recipe
from gallus.recipes.bounded_pull import SMALLEST_ERROR, BoundedPullRecipe, pull_chi2
from gallus.recipes.collaboration import CollaborationRecipe
from gallus.recipes.gaussian import CovarianceRecipe, LowerErrorRecipe, UncorrelatedRecipe

if TYPE_CHECKING:
    from gallus.likelihood.gaussian import GaussianLikelihood


def recipe_ensemble(recipe: Recipe, ratios: Ratios, predictions: Array) -> Ensemble:
    """Return the fastest ensemble that has the chi2 of a recipe.

    Parameters
    ----------
    recipe : Recipe
        How ratios are compared.
    ratios : Ratios
        The measurement; errors that scale with a ratio and are not common are taken at its values.
    predictions : array, shape (g, n)
        Expected ratios that toys are fitted with.
    """
    shifts = error_shifts(recipe, ratios)
    match recipe:
        case LowerErrorRecipe() | UncorrelatedRecipe():
            return GaussianEnsemble(predictions, shifts.T @ shifts)
        case CollaborationRecipe():
            return PredictionScaledEnsemble(predictions, shifts[1:].T @ shifts[1:], shifts[0])
        case CovarianceRecipe() if ratios.common_error >= SMALLEST_RELATIVE_ERROR:
            common = np.full(len(ratios.names), ratios.common_error)
            return DataScaledEnsemble(predictions, ratios.split.covariance, common)
        case BoundedPullRecipe():
            return _bounded_pull(recipe, ratios, predictions)
    return plain_ensemble(recipe, ratios, predictions)


def plain_ensemble(recipe: Recipe, ratios: Ratios, predictions: Array) -> PlainEnsemble:
    """Return an ensemble that calls the recipe for each pair."""

    def chi2(data: Array, prediction: Array) -> Array:
        return recipe.chi2(ratios.with_toys(data), prediction)

    def outcomes(prediction: Array, normals: Array) -> Array:
        return scaled_outcomes(recipe, ratios, prediction, normals)

    return PlainEnsemble(predictions, chi2, outcomes, recipe.toy_size(ratios))


def scaled_outcomes(recipe: Recipe, ratios: Ratios, prediction: Array, normals: Array) -> Array:
    """Outcomes t = x m + errors of a recipe whose first normal number is the cross section's.

    Parameters
    ----------
    recipe, ratios : Recipe, Ratios
        The recipe makes toys for m = 1, from which x and errors are taken apart.
    prediction : array, shape (n,)
        m.
    normals : array, shape (t, size)
        Standard normal numbers.
    """
    first = np.arange(normals.shape[-1]) == 0
    cross_section = recipe.toys(ratios, np.where(first, normals, 0.0)).values
    errors = recipe.toys(ratios, np.where(first, 0.0, normals)).values - 1.0
    return np.asarray(cross_section * prediction + errors)


def error_shifts(recipe: Recipe, ratios: Ratios) -> Array:
    """Shifts of the ratios by one normal number each, shape (size, n), at R = 1.

    Their products are the covariance of a recipe whose toys are Gaussian.
    """
    size = recipe.toy_size(ratios)
    none = recipe.toys(ratios, np.zeros(size)).values
    return np.asarray(recipe.toys(ratios, np.eye(size)).values - none)


def likelihood_ensemble(likelihood: GaussianLikelihood, predictions: Array) -> GaussianEnsemble:
    """Ensemble of a Gaussian likelihood whose covariance and templates are fixed.

    Linear nuisances become a part of the covariance, T^T S T; predictions are those with the
    nuisances at their central values.

    Parameters
    ----------
    likelihood : GaussianLikelihood
        The data, once.
    predictions : array, shape (g, n)
        ``likelihood.predicted`` on a grid.

    Raises
    ------
    InputError
        If covariance or templates depend on the prediction, or a nuisance has no constraint.
    """
    if callable(likelihood.covariance):
        raise InputError("depends on the prediction", key="covariance", allowed="a fixed matrix")
    if likelihood.linear is None:
        return GaussianEnsemble(predictions, np.asarray(likelihood.covariance))
    templates = likelihood.linear.templates
    if callable(templates):
        raise InputError("depend on the prediction", key="templates", allowed="fixed templates")
    root = prior_root(likelihood.eliminated)
    if root.shape[0] < root.shape[1]:
        free = [each.name for each in likelihood.eliminated if each.constraint is None]
        raise InputError("has no constraint", key="nuisance", value=free, allowed="Normal")
    # The prior is |B (eta - mean)|^2, so that eta - mean = B^(-1) z and the shift is z B^(-T) T.
    spread = np.linalg.solve(root.T, templates)
    covariance = np.asarray(likelihood.covariance) + spread.T @ spread
    return GaussianEnsemble(predictions + likelihood.linear.means @ templates, covariance)


def _bounded_pull(recipe: BoundedPullRecipe, ratios: Ratios, predictions: Array) -> ProductEnsemble:
    """Chi2 = |t - m|^2 plus the pull, which depends on m (t - m) and |m|^2.

    Without the bound of the pull chi2 is not larger, and it is the same where the pull is inside.
    """

    def chi2(data: Array, mixed: Array, prediction: Array) -> Array:
        spread = data - 2 * mixed + prediction
        return np.asarray(spread + pull_chi2(ratios, mixed - prediction, prediction))

    def outcomes(prediction: Array, normals: Array) -> Array:
        return scaled_outcomes(recipe, ratios, prediction, normals)

    covariance = ratios.split.covariance
    common = np.full(len(ratios.names), max(ratios.common_error, SMALLEST_ERROR))
    relaxed = PredictionScaledEnsemble(predictions, covariance, common)
    size = recipe.toy_size(ratios)
    return ProductEnsemble(predictions, covariance, chi2, outcomes, size, relaxed)
