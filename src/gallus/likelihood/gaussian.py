"""Gaussian data with a covariance, fixed or a function of the prediction, and linear nuisances.

    chi2 = min over eta of (d - f - eta T) V^(-1) (d - f - eta T) + prior(eta)

A fixed covariance with fixed templates is fast: one triangular matrix, made once, does covariance
and nuisances together. Where V or T depend on the prediction f every point costs a factorisation;
an error that scales with the prediction is cheaper as a template than as a covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError
from gallus.likelihood.base import Gradient, Likelihood, check_data, check_prediction
from gallus.likelihood.covariance import (
    CovarianceModel,
    FixedCovariance,
    VaryingCovariance,
    change_along,
)
from gallus.likelihood.elimination import (
    LinearNuisances,
    Whitened,
    check_templates,
    eliminate,
    projected,
)
from gallus.likelihood.joint import JointLikelihood, check_roles, joint
from gallus.parameters.constraints import CorrelatedNormal, Params
from gallus.parameters.parameter import Parameter

Prediction: TypeAlias = Callable[[Params], Array]
Jacobian: TypeAlias = Callable[[Params], Mapping[str, Array]]


@dataclass(frozen=True, eq=False)
class GaussianLikelihood:
    """Gaussian likelihood; linear nuisances are eliminated exactly.

    Parameters
    ----------
    parameters : tuple of Parameter
        What the prediction depends on.
    data : array, shape (n,)
        Data; leading axes are toys and broadcast against those of the prediction.
    prediction : callable
        From values by name to an array of shape (..., n).
    covariance : array of shape (n, n), or callable
        V, or a function of the prediction (..., n) that returns (..., n, n).
    linear : LinearNuisances, optional
        Nuisances to be eliminated.
    log_determinant : bool
        Add ln det V(f) - ln det V(d), as a normalised density asks for. Published gallium fits do
        not. Without it an error that grows with the prediction favours large predictions; with it
        chi2 at the minimum does not follow a chi2 distribution.
    jacobian : callable, optional
        Derivatives of the prediction by name, each (..., n); gives the likelihood a gradient.
    name : str
        For messages and tables.
    citations : tuple of str
        Keys of the bibliography.

    Raises
    ------
    InputError
        If shapes differ, anything is not finite or the covariance is not positive definite.
    """

    parameters: tuple[Parameter, ...]
    data: Array
    prediction: Prediction
    covariance: Array | Callable[[Array], Array]
    linear: LinearNuisances | None = None
    log_determinant: bool = False
    jacobian: Jacobian | None = None
    name: str = ""
    citations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_traceable(self.data):
            object.__setattr__(self, "data", check_data(self.data))
        check_roles(self.parameters, self.eliminated)
        fixed = None if callable(self.covariance) else np.shape(self.covariance)
        if fixed not in (None, (self.n_data, self.n_data)):
            allowed = f"a {self.n_data} x {self.n_data} matrix"
            raise InputError("has the wrong shape", key="covariance", value=fixed, allowed=allowed)
        if self.linear and not callable(self.linear.templates):
            check_templates(self.linear.templates, len(self.eliminated), self.n_data)
        _ = self._model  # so that a wrong matrix is refused here

    @property
    def n_data(self) -> int:
        """Number of data."""
        return int(self.data.shape[-1])

    @property
    def eliminated(self) -> tuple[Parameter, ...]:
        """Nuisances that chi2 is minimised over."""
        return self.linear.parameters if self.linear else ()

    def chi2(self, params: Params) -> Array:
        """Minimum over the nuisances that have no value in `params`, shape (...).

        The constraints of those nuisances are part of it.
        """
        root = self._projected
        if root is None or any(each.name in params for each in self.eliminated):
            return eliminate([self.whitened(params)])[0]
        residual = self.data - self._central_shift - self.predicted(params)
        chi2: Array = ((residual @ root.T) ** 2).sum(axis=-1)
        return chi2

    def nuisances(self, params: Params) -> dict[str, Array]:
        """Best values of the nuisances that have no value in `params`."""
        return eliminate([self.whitened(params)])[1]

    def predicted(self, params: Params) -> Array:
        """Prediction with the nuisances at zero, shape (..., n).

        Raises
        ------
        InputError
            If the shape is not that of the data.
        """
        return check_prediction(self.prediction(params), self.n_data)

    def whitened(self, params: Params) -> Whitened:
        """Whitened residual and templates of the nuisances that are not in `params`.

        Raises
        ------
        InputError
            If V at the prediction is not positive definite.
        """
        prediction = self.predicted(params)
        templates = self._templates(prediction)
        residual = self.data - prediction - self._shift(templates, params)
        chosen = tuple(each for each in self.eliminated if not _is_held(each, params))
        free = np.array([self.eliminated.index(each) for each in chosen], dtype=int)
        rows, columns = self._model.whiten(
            prediction, residual[..., None, :], templates[..., free, :]
        )
        constant = self._model.log_determinant(prediction)
        return Whitened(rows[..., 0, :], columns, chosen, constant)

    @property
    def gradient(self) -> Gradient | None:
        """Gradient of chi2, if there is a jacobian."""
        return self._gradient if self.jacobian else None

    def slopes(self, params: Params) -> dict[str, Array]:
        """Derivatives of chi2 by name, where `params` has values for all nuisances too.

        -2 w (J + eta dT) - w dV w with w = V^(-1) r, and the determinant's part.
        """
        prediction = self.predicted(params)
        templates = self._templates(prediction)
        residual = self.data - prediction - self._shift(templates, params)
        scores = (residual[..., None, :] * self._model.weight(prediction)).sum(axis=-1)
        slopes = {
            each.name: -2 * (scores * templates[..., k, :]).sum(axis=-1)
            for k, each in enumerate(self.eliminated)
        }
        for name, column in (self.jacobian(params) if self.jacobian else {}).items():
            total = column + self._shift(self._template_change(prediction, column), params)
            slopes[name] = self._model.slope(prediction, column, scores) - 2 * (scores * total).sum(
                axis=-1
            )
        return slopes

    def with_data(self, data: Array) -> GaussianLikelihood:
        """Return the same with other data, for toys and Asimov data."""
        return replace(self, data=data)

    def __add__(self, other: Likelihood) -> JointLikelihood:
        return joint(self, other)

    @cached_property
    def _model(self) -> CovarianceModel:
        if callable(self.covariance):
            return VaryingCovariance(self.covariance, self.data, self.log_determinant)
        return FixedCovariance(self.covariance)

    @cached_property
    def _projected(self) -> Array | None:
        """Matrix of the fast path, None where something depends on the prediction."""
        if not isinstance(self._model, FixedCovariance):
            return None
        if self.linear is None:
            return self._model.root
        if callable(self.linear.templates):
            return None
        return projected(self._model.root, self.linear.templates, self.eliminated)

    @cached_property
    def _central_shift(self) -> Array:
        """Shift by fixed templates at the central values of their nuisances."""
        nothing = np.zeros(self.n_data)
        return nothing + self._shift(self._templates(nothing), {})

    def _templates(self, prediction: Array) -> Array:
        return self.linear.at(prediction) if self.linear else np.zeros((0, self.n_data))

    def _template_change(self, prediction: Array, column: Array) -> Array:
        if self.linear is None or not callable(self.linear.templates):
            return np.zeros((len(self.eliminated), self.n_data))
        return change_along(self.linear.templates, prediction, column)

    def _shift(self, templates: Array, params: Params) -> Array | float:
        """Sum_m eta_m T_m; a nuisance that has no value is at its centre."""
        total: Array | float = 0.0
        for k, each in enumerate(self.eliminated):
            value = params.get(each.name, self.linear.means[k] if self.linear else 0.0)
            eta = array_namespace(value).asarray(value)
            total = total + eta[..., None] * templates[..., k, :]
        return total

    def _gradient(self, params: Params) -> dict[str, Array]:
        return self.slopes({**params, **self.nuisances(params)})


def _is_held(nuisance: Parameter, params: Params) -> bool:
    if nuisance.name in params:
        return True
    block = nuisance.constraint
    if isinstance(block, CorrelatedNormal) and any(name in params for name in block.names):
        raise InputError(
            "is correlated with a nuisance that is held",
            key=nuisance.name,
            allowed="all nuisances of a block held, or none",
        )
    return False
