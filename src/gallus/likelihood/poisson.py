"""Counts: Poisson likelihood ratio to the saturated model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError
from gallus.likelihood.base import Gradient, Likelihood, check_data, check_prediction
from gallus.likelihood.gaussian import Jacobian, Prediction
from gallus.likelihood.joint import JointLikelihood, joint
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter, union


def poisson_chi2(counts: Array, expected: Array) -> Array:
    """Chi2 of each bin, 2 (mu - n + n ln(n/mu)), elementwise.

    2 mu for n = 0. Infinite for a negative expectation, and for none where something was counted.
    Source: Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437.

    Parameters
    ----------
    counts, expected : array
        n and mu; n need not be an integer (Asimov data).
    """
    xp = array_namespace(counts, expected)
    both = (counts > 0) & (expected > 0)
    # Both arguments of the logarithm are replaced before it, so that gradients stay finite too.
    n, mu = xp.where(both, counts, 1.0), xp.where(both, expected, 1.0)
    impossible = (expected < 0) | ((expected == 0) & (counts > 0))
    chi2: Array = xp.where(
        impossible, np.inf, 2 * (expected - counts + xp.where(both, n * xp.log(n / mu), 0.0))
    )
    return chi2


@dataclass(frozen=True, eq=False)
class PoissonLikelihood:
    """Independent counts in bins; for 2 (mu - n + n ln(n/mu)) see :func:`poisson_chi2`.

    Chi2 at the minimum follows a chi2 distribution only where the expectations are above about 5.

    Parameters
    ----------
    parameters : tuple of Parameter
        What the prediction depends on.
    data : array, shape (n,)
        Counts; leading axes are toys.
    prediction : callable
        From values by name to expected counts of shape (..., n).
    jacobian : callable, optional
        Derivatives of the prediction by name, each (..., n).
    name : str
        For messages and tables.
    citations : tuple of str
        Keys of the bibliography.

    Raises
    ------
    InputError
        If a count is negative or not finite.
    """

    parameters: tuple[Parameter, ...]
    data: Array
    prediction: Prediction
    jacobian: Jacobian | None = None
    name: str = ""
    citations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        union(self.parameters)
        if is_traceable(self.data):
            return
        object.__setattr__(self, "data", check_data(self.data))
        if np.any(self.data < 0):
            raise InputError("are negative", key="counts", value=self.data, allowed="0 or more")

    @property
    def n_data(self) -> int:
        """Number of bins."""
        return int(self.data.shape[-1])

    def chi2(self, params: Params) -> Array:
        """Sum over the bins, shape (...)."""
        chi2: Array = poisson_chi2(self.data, self.predicted(params)).sum(axis=-1)
        return chi2

    def predicted(self, params: Params) -> Array:
        """Expected counts, shape (..., n).

        Raises
        ------
        InputError
            If the shape is not that of the data.
        """
        return check_prediction(self.prediction(params), self.n_data)

    @property
    def gradient(self) -> Gradient | None:
        """Gradient of chi2, sum 2 (1 - n/mu) J, if there is a jacobian."""
        return self._gradient if self.jacobian else None

    def with_data(self, data: Array) -> PoissonLikelihood:
        """Return the same with other counts."""
        return replace(self, data=data)

    def __add__(self, other: Likelihood) -> JointLikelihood:
        return joint(self, other)

    def _gradient(self, params: Params) -> dict[str, Array]:
        expected = self.predicted(params)
        xp = array_namespace(expected)
        share = xp.where(self.data > 0, self.data / xp.where(expected > 0, expected, 1.0), 0.0)
        columns = self.jacobian(params) if self.jacobian else {}
        return {name: (2 * (1 - share) * each).sum(axis=-1) for name, each in columns.items()}
