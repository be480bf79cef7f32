"""What a likelihood is: parameters, number of data, chi2.

Constraints belong to the parameters, not to a likelihood: :func:`objective` adds them, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter, constraint_chi2

Gradient: TypeAlias = Callable[[Params], Mapping[str, Array]]
"""Derivatives by name; a name that is left out has derivative zero."""


class Likelihood(Protocol):
    """Comparison of data with a prediction.

    Optional: ``gradient``, a function of the parameters that gives the derivatives of chi2 by name
    (or None), and ``citations``, keys of the bibliography.
    """

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What chi2 depends on."""
        ...

    @property
    def n_data(self) -> int:
        """Number of data."""
        ...

    def chi2(self, params: Params) -> Array:
        """-2 ln L up to a constant, without the constraints of `parameters`.

        Names that are not in `parameters` are ignored.
        """
        ...


@runtime_checkable
class EliminatesNuisances(Protocol):
    """A likelihood whose chi2 is minimised over nuisances that it depends on linearly.

    Their constraints are part of chi2. A nuisance that ``params`` gives a value for is held there
    instead, and its constraint is left to whoever chose the value.
    """

    @property
    def eliminated(self) -> tuple[Parameter, ...]:
        """The nuisances."""
        ...

    def nuisances(self, params: Params) -> dict[str, Array]:
        """Values of the nuisances that minimise chi2, without those in `params`."""
        ...


def objective(likelihood: Likelihood, params: Params) -> Array:
    """Chi2 of the data plus the constraints of all parameters, each counted once."""
    return likelihood.chi2(params) + constraint_chi2(likelihood.parameters, params)


def eliminated(likelihood: Likelihood) -> tuple[Parameter, ...]:
    """Nuisances that the likelihood minimises over by itself."""
    return likelihood.eliminated if isinstance(likelihood, EliminatesNuisances) else ()


def nuisances(likelihood: Likelihood, params: Params) -> dict[str, Array]:
    """Their best values at given parameters."""
    return likelihood.nuisances(params) if isinstance(likelihood, EliminatesNuisances) else {}


def gradient(likelihood: Likelihood) -> Gradient | None:
    """Gradient of chi2 if the likelihood has one."""
    found: Gradient | None = getattr(likelihood, "gradient", None)
    return found


def check_data(data: ArrayLike) -> Array:
    """Return data as an array of shape (..., n).

    Raises
    ------
    InputError
        If there are none, or they are not finite numbers.
    """
    try:
        array = np.asarray(data, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("are not numbers", key="data", value=data) from error
    if array.ndim == 0 or array.shape[-1] == 0:
        raise InputError("are empty", key="data", value=array.shape, allowed="one axis or more")
    if not np.all(np.isfinite(array)):
        raise InputError("are not finite", key="data", value=array, allowed="finite numbers")
    return array


def check_prediction(prediction: Array, size: int) -> Array:
    """Return a prediction if its last axis is that of the data.

    Raises
    ------
    InputError
        If not.
    """
    shape = np.shape(prediction)
    if shape[-1:] != (size,):
        allowed = f"(..., {size}), as the data"
        raise InputError("has the wrong shape", key="prediction", value=shape, allowed=allowed)
    return prediction
