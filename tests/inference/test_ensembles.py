"""Fast minima over predictions against one chi2 after the other; toys with the right covariance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.inference.ensembles import PREDICTIONS_AT_ONCE, Ensemble, GaussianEnsemble
from gallus.inference.recipe_ensembles import (
    likelihood_ensemble,
    plain_ensemble,
    recipe_ensemble,
    scaled_outcomes,
)
from gallus.inference.scaled_ensembles import DataScaledEnsemble, PredictionScaledEnsemble
from gallus.inference.toys import block_generator
from gallus.interactions import cross_section
from gallus.likelihood import GaussianLikelihood, LinearNuisances
from gallus.oscillation import Sterile
from gallus.parameters import CorrelatedNormal, Normal, Parameter
from gallus.recipes import RECIPES, Recipe

SOME = 40
"""Toys; more than the 32 of a block."""


def gallium(recipe: Recipe) -> GalliumLikelihood:
    return gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, recipe.name)


def predictions(likelihood: GalliumLikelihood) -> Array:
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, 9)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 50.0, 7)[:, None],
    }
    return likelihood.expected(grid).reshape(-1, likelihood.n_data)


def toys(ensemble: Ensemble, prediction: Array, count: int, seed: int = 1) -> Array:
    normals = block_generator(seed, 0).standard_normal((count, ensemble.size))
    return ensemble.toys(prediction, normals)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_ensembles_have_the_chi2_of_their_recipe(recipe: Recipe) -> None:
    likelihood = gallium(recipe)
    ensemble = recipe_ensemble(recipe, likelihood.data, predictions(likelihood))
    outcomes = toys(ensemble, ensemble.predictions[30], SOME)
    with_toys = likelihood.data.with_toys(outcomes[:, None, :])
    slow = recipe.chi2(with_toys, ensemble.predictions)
    # Squares of ratios over their errors reach 1e4: 1e-12 of rounding.
    assert ensemble.lowest(outcomes) == pytest.approx(slow.min(axis=1), abs=1e-10)
    pairs = ensemble.chi2(outcomes[:, None, :], ensemble.predictions)
    assert pairs == pytest.approx(slow, abs=1e-10)
    assert ensemble.chi2(likelihood.data.values, ensemble.predictions) == pytest.approx(
        recipe.chi2(likelihood.data, ensemble.predictions), abs=1e-10
    )


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_without_oscillation_toys_are_those_of_the_recipe(recipe: Recipe) -> None:
    likelihood = gallium(recipe)
    ensemble = recipe_ensemble(recipe, likelihood.data, predictions(likelihood))
    ones, count = np.ones(likelihood.n_data), 40_000
    normals = block_generator(2, 0).standard_normal((count, recipe.toy_size(likelihood.data)))
    theirs = recipe.toys(likelihood.data, normals).values
    mine = toys(ensemble, ones, count, seed=3)
    error = np.sqrt(np.diag(np.cov(theirs.T)))
    assert mine.mean(axis=0) == pytest.approx(theirs.mean(axis=0), abs=5 * error.max() / count**0.5)
    # Covariances of n toys have a relative error of (2/n)^(1/2) = 0.7 %; five of them.
    scale = np.outer(error, error)
    assert np.cov(mine.T) / scale == pytest.approx(np.cov(theirs.T) / scale, abs=0.05)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_plain_ensemble_agrees(recipe: Recipe) -> None:
    likelihood = gallium(recipe)
    fast = recipe_ensemble(recipe, likelihood.data, predictions(likelihood))
    plain = plain_ensemble(recipe, likelihood.data, fast.predictions)
    outcomes = toys(fast, fast.predictions[12], SOME)
    assert plain.lowest(outcomes) == pytest.approx(fast.lowest(outcomes), abs=1e-10)
    assert plain.chi2(outcomes, fast.predictions[5]) == pytest.approx(
        fast.chi2(outcomes, fast.predictions[5]), abs=1e-10
    )


def test_the_cross_section_multiplies_the_prediction() -> None:
    (recipe,) = (each for each in RECIPES if each.name == "covariance")
    likelihood = gallium(recipe)
    ensemble = recipe_ensemble(recipe, likelihood.data, predictions(likelihood))
    normals = block_generator(4, 0).standard_normal((SOME, ensemble.size))
    prediction = ensemble.predictions[33]
    expected = scaled_outcomes(recipe, likelihood.data, prediction, normals)
    assert ensemble.toys(prediction, normals) == pytest.approx(expected, abs=1e-13)


def test_toys_of_the_collaboration_have_the_covariance_of_their_chi2() -> None:
    # Chi2 at the truth is then distributed as one of n data: mean n, variance 2 n.
    (recipe,) = (each for each in RECIPES if each.name == "collaboration")
    likelihood = gallium(recipe)
    ensemble = recipe_ensemble(recipe, likelihood.data, predictions(likelihood))
    truth, count = ensemble.predictions[40], 100_000
    chi2 = ensemble.chi2(toys(ensemble, truth, count), truth)
    n = likelihood.n_data
    assert chi2.mean() == pytest.approx(n, abs=4 * (2 * n / count) ** 0.5)
    assert chi2.var() == pytest.approx(2 * n, rel=0.03)


@given(st.integers(1, 5), st.integers(1, 70), st.integers(1, 80), st.integers(0, 2**32))
def test_the_minimum_does_not_depend_on_how_toys_are_grouped(
    size: int, points: int, count: int, seed: int
) -> None:
    numbers = np.random.default_rng(seed)
    models, root = numbers.normal(size=(points, size)), numbers.normal(size=(size, size))
    covariance = root @ root.T + 0.1 * np.eye(size)
    relative = np.full(size, 0.1)
    outcomes = numbers.normal(size=(count, size))
    ensembles: tuple[Ensemble, ...] = (
        GaussianEnsemble(models, covariance),
        PredictionScaledEnsemble(models, covariance, relative),
        DataScaledEnsemble(models, covariance, relative),
    )
    for ensemble in ensembles:
        pairs = ensemble.chi2(outcomes[:, None, :], models)
        assert ensemble.lowest(outcomes) == pytest.approx(pairs.min(axis=1), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_more_predictions_than_fit_at_once(recipe: Recipe) -> None:
    likelihood = gallium(recipe)
    grid = {
        "sin2_2theta_ee": np.linspace(0.0, 1.0, 199)[None, :],
        "delta_m2_41_eV2": np.geomspace(0.1, 50.0, 47)[:, None],
    }
    expected = likelihood.expected(grid).reshape(-1, likelihood.n_data)
    assert len(expected) > 2 * PREDICTIONS_AT_ONCE
    ensemble = recipe_ensemble(recipe, likelihood.data, expected)
    outcomes = np.concatenate([toys(ensemble, m, 5) for m in expected[[0, 5000, -1]]])
    pairs = ensemble.chi2(outcomes[:, None, :], expected)
    assert ensemble.lowest(outcomes) == pytest.approx(pairs.min(axis=1), abs=1e-10)


SHAPES = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, -1.0]])


def line(linear: LinearNuisances | None = None) -> GaussianLikelihood:
    return GaussianLikelihood(
        (Parameter("slope", 1.0, 0.0, 3.0),),
        np.array([1.1, 2.3, 2.8]),
        lambda params: np.multiply.outer(params["slope"], np.array([1.0, 2.0, 3.0])),
        np.diag([0.1, 0.2, 0.3]) ** 2,
        linear,
    )


def correlated_pair() -> LinearNuisances:
    block = CorrelatedNormal(("norm", "tilt"), (0.2, -0.1), ((0.04, 0.01), (0.01, 0.09)))
    pair = (Parameter("norm", 0.0, constraint=block), Parameter("tilt", 0.0, constraint=block))
    return LinearNuisances(pair, SHAPES)


@pytest.mark.parametrize(
    "linear",
    [
        LinearNuisances.unit(("norm", "tilt"), 0.2 * SHAPES),
        LinearNuisances((Parameter("norm", 0.5, constraint=Normal(0.5, 0.2)),), SHAPES[:1]),
        correlated_pair(),
    ],
    ids=["unit", "off-centre", "correlated"],
)
def test_linear_nuisances_are_part_of_the_covariance(linear: LinearNuisances) -> None:
    likelihood = line(linear)
    slopes = {"slope": np.linspace(0.0, 3.0, 31)}
    ensemble = likelihood_ensemble(likelihood, likelihood.predicted(slopes))
    assert ensemble.chi2(likelihood.data, ensemble.predictions) == pytest.approx(
        likelihood.chi2(slopes), rel=1e-12
    )


def test_without_nuisances_the_covariance_is_that_of_the_likelihood() -> None:
    likelihood = line()
    ensemble = likelihood_ensemble(likelihood, likelihood.predicted({"slope": np.ones(1)}))
    assert np.array_equal(ensemble.covariance, likelihood.covariance)  # type: ignore[arg-type]


def test_what_is_not_gaussian_is_refused() -> None:
    likelihood = line(LinearNuisances((Parameter("norm", 0.0),), SHAPES[:1]))
    models = likelihood.predicted({"slope": np.ones(1)})
    with pytest.raises(InputError, match="has no constraint"):
        likelihood_ensemble(likelihood, models)
    scaled = line(LinearNuisances.unit(("norm",), lambda p: 0.1 * p[..., None, :]))
    with pytest.raises(InputError, match="templates: depend on the prediction"):
        likelihood_ensemble(scaled, models)
    with pytest.raises(InputError, match=r"predictions = \(3,\): has the wrong shape"):
        GaussianEnsemble(np.ones(3), np.eye(3))
    with pytest.raises(InputError, match="predictions: are not finite"):
        GaussianEnsemble(np.full((2, 3), np.nan), np.eye(3))
    with pytest.raises(InputError, match="relative_error"):
        DataScaledEnsemble(np.ones((2, 2)), np.eye(2), np.array([0.1, 0.2]))
