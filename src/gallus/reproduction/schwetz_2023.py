"""What Gallus computes for the talk of T. Schwetz (Nantes, June 2023), claim by claim.

Each function takes the :class:`~gallus.reproduction.results.Results` of a run and returns the
outcome of one claim; ``CLAIMS`` says which. The talk's numbers are those of Farzan and Schwetz,
2306.09422, so their recipe, ``lower-error``, is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gallus.experiments.gallium import source_measurements
from gallus.interactions.gallium_capture import cross_section
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome
from gallus.significance import Significance

CS1, CS2 = "haxton-2023-pn", "haxton-2023-3he"
ROWS = ((CS1, "best"), (CS1, "gallium"), (CS2, "best"), (CS2, "gallium"))
"""Cross section and data of the talk's four rows."""


def best_ratios(results: Results) -> Outcome:
    """Ratios of BEST relative to the cross section of its own paper."""
    measurements = source_measurements("best")
    published = [m.measured("published") for m in measurements.entries.values()]
    return Outcome(
        computed=[quantity.to("1") for quantity in published],
        reason=f"errors {_list(q.error_to('1')[0] for q in published)}; the talk rounds",
        citations=measurements.citations(),
    )


def null_chi2(results: Results) -> Outcome:
    """Chi2 of R = 1 in every experiment."""
    rows = _rows(results)
    return Outcome(
        computed=[row.chi2_null for row in rows],
        reason=f"degrees of freedom {_list(row.dof for row in rows)}",
        inferred_inputs=_null_inputs(),
        citations=_citations(rows),
    )


def null_p_value(results: Results) -> Outcome:
    """Asymptotic p-values of these chi2, with the simulated ones next to them."""
    rows = _rows(results)
    simulated = ", ".join(
        f"{row.monte_carlo.p_value:.2e}({row.monte_carlo.error:.0e})"
        for row in rows
        if row.monte_carlo is not None
    )
    return Outcome(
        computed=[row.p_value for row in rows],
        reason=f"inputs as in S-null-chi2; by {results.toys} toys each: {simulated}",
        citations=_citations(rows),
    )


def null_sigma(results: Results) -> Outcome:
    """Two-sided Gaussian equivalents of these p-values."""
    rows = _rows(results)
    return Outcome(
        computed=[row.p_value_sigma for row in rows],
        reason="inputs as in S-null-chi2",
        citations=_citations(rows),
    )


def calibration_significance(results: Results) -> Outcome:
    """Deficit of the four source runs before BEST, with the cross section of their time."""
    model, method, group = "bahcall-1997", "covariance", "calibration"
    chosen = results.significance(model, method, group)
    others = ", ".join(
        f"{each.cross_section.name} {each.significance_sigma:.2f}"
        for each in results.all_models(method, group)
        if each is not chosen
    )
    mean = chosen.average
    return Outcome(
        computed=chosen.significance_sigma,
        reason=(
            f"{model}, the cross section of the time, with {method}: average "
            f"{mean.value:.3f} ± {mean.plus:.3f}; with others: {others}"
        ),
        citations=_citations([chosen]),
    )


CLAIMS: Mapping[str, Callable[[Results], Outcome]] = {
    "S-best-ratios": best_ratios,
    "S-null-chi2": null_chi2,
    "S-null-pvalue": null_p_value,
    "S-null-sigma": null_sigma,
    "S-calibration-significance": calibration_significance,
}


def _rows(results: Results) -> list[Significance]:
    return [results.significance(model, "lower-error", data) for model, data in ROWS]


def _null_inputs() -> tuple[str, ...]:
    """Inputs that the talk does not give, found by matching its four chi2."""
    inner = source_measurements("best").entries["best-inner"].measured("experimental")
    argon = cross_section(CS2).file.total["37Ar"]
    return (
        f"experimental error {inner.plus:g} of both BEST ratios",
        "lower cross-section errors, fully correlated, not multiplied with the ratios",
        f"37Ar cross section of CS2 {argon.value:g} {argon.unit}, {argon.provenance}",
    )


def _citations(rows: Iterable[Significance]) -> tuple[str, ...]:
    keys = ("farzan-2023", *(key for row in rows for key in row.citations))
    return tuple(dict.fromkeys(keys))


def _list(numbers: Iterable[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
