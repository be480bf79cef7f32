"""Likelihoods add: parameters are shared by name, constraints and shared nuisances count once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.likelihood.base import Gradient, Likelihood, eliminated, gradient
from gallus.likelihood.elimination import Whitened, eliminate
from gallus.parameters.constraints import CorrelatedNormal, Params
from gallus.parameters.parameter import Parameter, union


@runtime_checkable
class LinearLikelihood(Likelihood, Protocol):
    """A likelihood whose nuisances can be eliminated together with those of others."""

    @property
    def eliminated(self) -> tuple[Parameter, ...]:
        """The nuisances."""
        ...

    def whitened(self, params: Params) -> Whitened:
        """Whitened residual and templates of the nuisances that are not in `params`."""
        ...

    def slopes(self, params: Params) -> dict[str, Array]:
        """Derivatives of chi2 by name, with values of all nuisances in `params`."""
        ...


@dataclass(frozen=True, eq=False)
class JointLikelihood:
    """Sum of likelihoods; made by ``+`` or :func:`joint`.

    A nuisance that several Gaussian likelihoods eliminate is eliminated once, from all of them
    together. One that is an ordinary parameter elsewhere in the sum becomes one everywhere.

    Parameters
    ----------
    likelihoods : tuple of Likelihood
        Sums among them are taken apart.

    Raises
    ------
    InputError
        If one is added twice, two define a name differently, or some share nuisances that are
        eliminated and cannot do that together.
    """

    likelihoods: tuple[Likelihood, ...]

    def __post_init__(self) -> None:
        flat = tuple(part for each in self.likelihoods for part in _parts(each))
        object.__setattr__(self, "likelihoods", flat)
        if len({id(each) for each in flat}) < len(flat):
            names = [getattr(each, "name", "") for each in flat]
            raise InputError("has one twice", key="sum of likelihoods", value=names)
        check_roles(self.parameters, self.eliminated)
        for group in self._groups:
            if len(group) > 1 and not all(isinstance(each, LinearLikelihood) for each in group):
                names = [getattr(each, "name", "") for each in group]
                raise InputError(
                    "share nuisances that they cannot eliminate together",
                    key="sum of likelihoods",
                    value=names,
                    allowed="Gaussian likelihoods; compile a sum, not its parts",
                )

    @cached_property
    def name(self) -> str:
        """Names of the parts."""
        return " + ".join(getattr(each, "name", "") or "?" for each in self.likelihoods)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Union of the parameters."""
        ordinary = {each.name for part in self.likelihoods for each in part.parameters}
        return tuple(each for each in self._all if each.name in ordinary)

    @cached_property
    def eliminated(self) -> tuple[Parameter, ...]:
        """Union of the nuisances that are eliminated."""
        return tuple(each for each in self._all if each not in self.parameters)

    @property
    def n_data(self) -> int:
        """Sum of the numbers of data."""
        return sum(each.n_data for each in self.likelihoods)

    @cached_property
    def citations(self) -> tuple[str, ...]:
        """Union of the citations."""
        keys = [key for part in self.likelihoods for key in getattr(part, "citations", ())]
        return tuple(dict.fromkeys(keys))

    def chi2(self, params: Params) -> Array:
        """Sum of chi2; the constraints of `eliminated` are in it, those of `parameters` not."""
        total: Array = np.zeros(())
        for group in self._groups:
            if len(group) == 1:
                total = total + group[0].chi2(params)
            else:
                total = total + self._eliminate(group, params)[0]
        return total

    def nuisances(self, params: Params) -> dict[str, Array]:
        """Best values of the eliminated nuisances."""
        values: dict[str, Array] = {}
        for group in self._groups:
            values |= self._eliminate(group, params)[1]
        return values

    @property
    def gradient(self) -> Gradient | None:
        """Gradient of chi2, if every part has one."""
        if any(gradient(each) is None for each in self.likelihoods):
            return None
        return self._gradient

    def __add__(self, other: Likelihood) -> JointLikelihood:
        return joint(self, other)

    def _gradient(self, params: Params) -> dict[str, Array]:
        everything = {**params, **self.nuisances(params)}
        total: dict[str, Array] = {}
        for part in self.likelihoods:
            for name, slope in _slopes(part, everything).items():
                total[name] = total.get(name, np.zeros(())) + slope
        return total

    def _eliminate(
        self, group: Sequence[Likelihood], params: Params
    ) -> tuple[Array, dict[str, Array]]:
        linear = [each for each in group if isinstance(each, LinearLikelihood)]
        return eliminate([each.whitened(params) for each in linear])

    @cached_property
    def _all(self) -> tuple[Parameter, ...]:
        groups = [(*each.parameters, *eliminated(each)) for each in self.likelihoods]
        return union(*groups, owners=[getattr(each, "name", "") for each in self.likelihoods])

    @cached_property
    def _groups(self) -> tuple[tuple[Likelihood, ...], ...]:
        """Likelihoods that share eliminated nuisances, or one constraint on theirs, together."""
        groups: list[tuple[set[Hashable], tuple[Likelihood, ...]]] = []
        for part in self.likelihoods:
            keys: set[Hashable] = _keys(part)
            members: tuple[Likelihood, ...] = (part,)
            linked = [group for group in groups if group[0] & keys]
            for group in linked:
                keys, members = keys | group[0], group[1] + members
            groups = [group for group in groups if group not in linked] + [(keys, members)]
        return tuple(members for _, members in groups)


def joint(*likelihoods: Likelihood) -> JointLikelihood:
    """Sum of likelihoods."""
    return JointLikelihood(likelihoods)


def _parts(likelihood: Likelihood) -> tuple[Likelihood, ...]:
    return likelihood.likelihoods if isinstance(likelihood, JointLikelihood) else (likelihood,)


def _slopes(likelihood: Likelihood, params: Params) -> Mapping[str, Array]:
    """Derivatives of chi2, at the given values of the eliminated nuisances if there are any."""
    if isinstance(likelihood, LinearLikelihood):
        return likelihood.slopes(params)
    own = gradient(likelihood)
    return own(params) if own else {}


def _keys(likelihood: Likelihood) -> set[Hashable]:
    nuisances = eliminated(likelihood)
    blocks = {each.constraint for each in nuisances}
    return {each.name for each in nuisances} | {
        block for block in blocks if isinstance(block, CorrelatedNormal)
    }


def check_roles(ordinary: Sequence[Parameter], nuisances: Sequence[Parameter]) -> None:
    """Raise unless names are defined once and constraints do not connect the two kinds.

    Raises
    ------
    InputError
        If a parameter is also eliminated, or correlated with one that is.
    """
    blocks = {each.constraint for each in ordinary if isinstance(each.constraint, CorrelatedNormal)}
    union(ordinary, nuisances)
    for each in nuisances:
        if each in ordinary:
            raise InputError("is a parameter and also eliminated", key=each.name)
        if each.constraint in blocks:
            raise InputError(
                "is correlated with a parameter that is not eliminated",
                key=each.name,
                allowed="all parameters of a block eliminated, or none",
            )
