"""What a fit found: values, errors, chi2, significance, and a sentence that judges them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gallus.arrays import Array


@dataclass(frozen=True)
class FittedParameter:
    """A free parameter at the minimum.

    Parameters
    ----------
    value : float
        Best fit.
    error : float or None
        From HESSE, symmetric; None at a bound, or where chi2 does not depend on the parameter.
    minos : tuple of (float or None) or None
        Distances up and down at which chi2 has grown by one, None where a bound comes first;
        None if not asked for.
    at_bound : {"lower", "upper"} or None
        Whether the minimum is at a bound.
    """

    value: float
    error: float | None
    minos: tuple[float | None, float | None] | None = None
    at_bound: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; `minos` and `at_bound` only where there are any."""
        more = {"minos": self.minos and list(self.minos), "at_bound": self.at_bound}
        given = {key: value for key, value in more.items() if value is not None}
        return {"value": self.value, "error": self.error, **given}


@dataclass(frozen=True)
class FitResult:
    """What a fit found.

    Parameters
    ----------
    parameters : dict of str to FittedParameter
        Free parameters.
    fixed : dict of str to float
        Values of the others.
    nuisances : dict of str to float
        Nuisances that the likelihood eliminates, at their best values.
    chi2_min : float
        Chi2 at the minimum, constraints included.
    dof : int
        Data and constraints of free parameters, minus free parameters. Eliminated nuisances count
        like free ones.
    p_value : float or None
        Probability of a larger chi2; None without degrees of freedom.
    chi2_null, delta_chi2 : float or None
        Minimum of chi2 under the null hypothesis, and the difference to `chi2_min`.
    extra_parameters : int or None
        Free parameters beyond those of the null hypothesis.
    significance_sigma : float or None
        Two-sided Gaussian equivalent of the p-value of `delta_chi2` for a chi2 distribution with
        `extra_parameters` degrees of freedom (Wilks); sqrt(delta_chi2) for one. Only a convention
        where a parameter is undefined under the null hypothesis (a mass splitting without mixing)
        or bounded by it: there simulate.
    covariance : array, shape (n, n)
        Of the free parameters in order; zero for one at a bound, NaN if unknown.
    valid : bool
        Whether the minimum can be trusted.
    status : str
        A sentence that says so, or why not, and what else is worth knowing.
    citations : tuple of str
        Keys of the bibliography, from the likelihood.
    """

    parameters: dict[str, FittedParameter]
    fixed: dict[str, float]
    nuisances: dict[str, float]
    chi2_min: float
    dof: int
    p_value: float | None
    chi2_null: float | None
    delta_chi2: float | None
    extra_parameters: int | None
    significance_sigma: float | None
    covariance: Array = field(repr=False)
    valid: bool
    status: str
    citations: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, float]:
        """Best values by name, with the fixed ones."""
        return {**self.fixed, **{name: each.value for name, each in self.parameters.items()}}

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON; None for what is unknown."""
        return {
            "parameters": {name: each.as_dict() for name, each in self.parameters.items()},
            "fixed": dict(self.fixed),
            "nuisances": dict(self.nuisances),
            "chi2_min": self.chi2_min,
            "dof": self.dof,
            "p_value": self.p_value,
            "chi2_null": self.chi2_null,
            "delta_chi2": self.delta_chi2,
            "extra_parameters": self.extra_parameters,
            "significance_sigma": _finite(self.significance_sigma),
            "valid": self.valid,
            "status": self.status,
        }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
