r"""Expected counts near one point, with everything that may shift them: what statistics needs.

.. math:: \mu_i = \mu_i^0 + \sum_k \eta_k T_{ki}

with pulls :math:`\eta_k`. The template of a pull is the shift by one standard deviation; that of a
free one, which only the data hold, the shift by all of it. :func:`combine` puts several
experiments side by side.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name

SHARED: Final = ("cross_section",)
"""Pulls that are the same in all experiments."""


@dataclass(frozen=True)
class Pull:
    """One nuisance.

    Parameters
    ----------
    name : str
        ``activity``, ``cross_section``, ``background.NAME``, ``energy_scale`` ...
    prior : float
        One standard deviation in units of the template: 1, or infinite for a free one.

    Raises
    ------
    InputError
        If the prior is not above 0.
    """

    name: str
    prior: float = 1.0

    def __post_init__(self) -> None:
        if not self.prior > 0:
            raise InputError("is no width", key=self.name, value=self.prior, allowed="above 0")

    @property
    def weight(self) -> float:
        """1/prior^2, 0 for a free one."""
        return 0.0 if math.isinf(self.prior) else 1.0 / self.prior**2


@dataclass(frozen=True, eq=False)
class Expectation:
    """Expected counts in n bins and their templates.

    Parameters
    ----------
    expected : array, shape (n,)
        Counts with all pulls at 0.
    templates : array, shape (m, n)
        Shifts.
    pulls : tuple of Pull
        What they belong to.

    Raises
    ------
    InputError
        If they do not fit together, something is not finite, or a count is negative.
    """

    expected: Array
    templates: Array
    pulls: tuple[Pull, ...] = ()

    def __post_init__(self) -> None:
        size = len(self.expected)
        if self.templates.shape != (len(self.pulls), size):
            allowed = f"({len(self.pulls)}, {size})"
            raise InputError(
                "have the wrong shape",
                key="templates",
                value=self.templates.shape,
                allowed=allowed,
            )
        if not np.all(np.isfinite(self.expected) & (self.expected >= 0)):
            raise InputError("are negative or not finite", key="expected counts")
        if not np.all(np.isfinite(self.templates)):
            raise InputError("are not finite", key="templates")
        if len(set(self.names)) < len(self.names):
            raise InputError("are not distinct", key="pulls", value=self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the pulls."""
        return tuple(pull.name for pull in self.pulls)

    @property
    def prior_weights(self) -> Array:
        """1/prior^2 of the pulls, shape (m,)."""
        return np.array([pull.weight for pull in self.pulls])

    def template(self, name: str) -> Array:
        """The template of one pull, shape (n,).

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if name not in self.names:
            raise unknown_name("pull", name, self.names)
        row: Array = self.templates[self.names.index(name)]
        return row

    def with_columns(self, columns: Mapping[str, Array]) -> Expectation:
        """Add free parameters, given by the derivatives of the counts, each of shape (n,)."""
        free = tuple(Pull(name, math.inf) for name in columns)
        rows = [np.reshape(column, (1, -1)) for column in columns.values()]
        return replace(
            self, templates=np.concatenate([self.templates, *rows]), pulls=(*self.pulls, *free)
        )

    def without(self, names: Iterable[str]) -> Expectation:
        """Hold some pulls at 0."""
        left_out = set(names)
        return self.only(name for name in self.names if name not in left_out)

    def only(self, names: Iterable[str]) -> Expectation:
        """Hold all pulls but these at 0."""
        kept = [self.names.index(name) for name in names]
        pulls = tuple(self.pulls[k] for k in kept)
        return replace(self, templates=self.templates[kept], pulls=pulls)

    def rebinned(self, sums: Array) -> Expectation:
        """Add bins up.

        Parameters
        ----------
        sums : array, shape (k, n)
            Which bins go into each new one.
        """
        return replace(self, expected=sums @ self.expected, templates=self.templates @ sums.T)

    def at(self, expected: Array) -> Expectation:
        """The same templates around other counts, shape (n,)."""
        return replace(self, expected=expected)


def combine(parts: Mapping[str, Expectation], shared: Collection[str] = SHARED) -> Expectation:
    """Put the bins of several experiments one after the other.

    Parameters
    ----------
    parts : mapping of str to Expectation
        Experiments by name.
    shared : collection of str
        Pulls that are one and the same wherever they occur; the others are put under the name of
        their experiment, ``juno.fiducial``.

    Raises
    ------
    InputError
        If there are none, or a shared pull has several priors.
    """
    if not parts:
        raise InputError("has none", key="experiments", allowed="one or more")
    if len(parts) == 1:
        return next(iter(parts.values()))
    pulls: dict[str, Pull] = {}
    for name, part in parts.items():
        for pull in part.pulls:
            known = pull.name if pull.name in shared else f"{name}.{pull.name}"
            if pulls.setdefault(known, replace(pull, name=known)).prior != pull.prior:
                raise InputError("has several priors", key=known, value=pull.prior)
    sizes = np.cumsum([0, *(len(part.expected) for part in parts.values())])
    templates = np.zeros((len(pulls), int(sizes[-1])))
    order = list(pulls)
    for (name, part), start, end in zip(parts.items(), sizes[:-1], sizes[1:], strict=True):
        for pull, template in zip(part.pulls, part.templates, strict=True):
            known = pull.name if pull.name in shared else f"{name}.{pull.name}"
            templates[order.index(known), start:end] = template
    expected = np.concatenate([part.expected for part in parts.values()])
    return Expectation(expected, templates, tuple(pulls.values()))
