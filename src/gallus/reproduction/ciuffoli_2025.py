"""What Gallus computes for the talk of E. Ciuffoli (TAUP, August 2025), claim by claim.

Each function takes the :class:`~gallus.reproduction.results.Results` of a run and returns the
outcome of one claim; ``CLAIMS`` says which. The talk's table of six models is that of Giunti et
al., 2212.09722, so it is computed by the recipe ``bounded-pull`` with cross sections as printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gallus.database.loader import load
from gallus.experiments.gallium import source_measurements, zone_ratio
from gallus.forecast.counting import events_to_exclude
from gallus.interactions.gallium_capture import cross_section
from gallus.interactions.germanium_decay import GermaniumDecay
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome
from gallus.significance import Significance
from gallus.sources.branching_ratio import chromium_effect, measured_branching_ratio
from gallus.sources.radionuclide import nuclide

MODELS = (
    "ground-state",
    "bahcall-1997",
    "haxton-1998",
    "frekers-2015",
    "kostensalo-2019",
    "semenov-2020",
)
"""Rows of the talk's table."""
SETUPS = "scattering-setups"
BRANCHING_RATIOS = "cr51-branching-ratio"

SMALL_SHIFT = 0.03
"""Our criterion for "even a small error": an absolute change of the branching ratio below this."""
FAR = 5.0
"""Our criterion for "far outside the measurements", in standard deviations of their mean."""


def average(results: Results) -> Outcome:
    """Average ratio for CS1 with independent cross-section errors."""
    result = results.significance("haxton-2023-pn", "uncorrelated")
    correlated = results.significance("haxton-2023-pn", "covariance").average
    return Outcome(
        computed=result.average.value,
        reason=(
            f"error {result.average.plus:.3f}; with a correlated cross-section error "
            f"{correlated.value:.3f} ± {correlated.plus:.3f}"
        ),
        citations=result.citations,
    )


def ratio_table(results: Results) -> Outcome:
    """Six ratios for each of six models."""
    rows = _table(results)
    return Outcome(
        computed=[[float(value) for value in row.ratios.values] for row in rows],
        reason="published ratios times Bahcall's cross section over the printed one",
        citations=_citations(rows),
    )


def error_table(results: Results) -> Outcome:
    """Errors of these ratios."""
    rows = _table(results)
    return Outcome(
        computed=[[float(error) for error in row.ratios.errors] for row in rows],
        reason=f"scaled like the ratios; {_inferred()}",
        citations=_citations(rows),
    )


def best_zones(results: Results) -> Outcome:
    """Distance of R_outer/R_inner from one in standard deviations."""
    ratio, error = zone_ratio()
    return Outcome(
        computed=abs(1 - ratio) / error,
        reason=f"outer over inner {ratio:.3f} ± {error:.3f}; the cross section cancels",
        citations=source_measurements("best").citations(),
    )


def averages(results: Results) -> Outcome:
    """Average with upper and lower error for each of the six models."""
    rows = _table(results)
    return Outcome(
        computed=[list(row.average) for row in rows],
        reason=_inferred(),
        citations=_citations(rows),
    )


def significances(results: Results) -> Outcome:
    """Significance for each of the six models."""
    rows = _table(results)
    other = ", ".join(
        f"{results.significance(name, 'covariance').significance_sigma:.1f}" for name in MODELS
    )
    return Outcome(
        computed=[row.significance_sigma for row in rows],
        reason=f"{_inferred()}; the method covariance gives {other}",
        citations=_citations(rows),
    )


def branching_ratios(results: Results) -> Outcome:
    """Measured branching ratios."""
    data, mean = load(BRANCHING_RATIOS), measured_branching_ratio()
    return Outcome(
        computed=[quantity.to("1") for quantity in data.quantities.values()],
        reason=(
            f"weighted mean {mean.value:.5f} ± {mean.error:.5f}, chi2 {mean.chi2:.1f} for "
            f"{mean.dof} degrees of freedom"
        ),
        citations=data.citations(),
    )


def branching_ratio_needed(results: Results) -> Outcome:
    """Whether a small but excluded branching ratio would turn the observed ratio into one."""
    model = cross_section("bahcall-1997")
    share, mean = model.low_line_share(), measured_branching_ratio()
    effect = chromium_effect(share)
    ratio = 1 - load(SETUPS)["deficit"].to("1")
    needed = {
        "gamma counting": effect.needed_from_gammas(ratio),
        "calorimetry": effect.needed_from_heat(ratio),
    }
    far = {how: (value - mean.value) / mean.error for how, value in needed.items()}
    shifts = [abs(value - effect.branching_ratio) for value in needed.values()]
    holds = max(shifts) < SMALL_SHIFT and min(far.values()) > FAR
    parts = [
        f"{value:.4f} for an activity from {how} ({value - effect.branching_ratio:+.4f}, "
        f"{far[how]:.0f} sigma from the measured mean)"
        for how, value in needed.items()
    ]
    return Outcome(
        computed=holds,
        reason=(
            f"R = {ratio:.2f} needs {' or '.join(parts)}; adopted {effect.branching_ratio:.4f}, "
            f"measured {mean.value:.5f} ± {mean.error:.5f}, the 430 keV lines cause "
            f"{100 * share:.1f} % of the captures"
        ),
        citations=(*load(BRANCHING_RATIOS).citations(), *model.citations(), "brdar-2023"),
    )


def thresholds(results: Results) -> Outcome:
    """Threshold of capture and the two half-lives."""
    decay, chromium = GermaniumDecay.from_database(), nuclide("51Cr")
    q_value, rearrangement = decay.q_value_MeV * 1e3, decay.rearrangement_energy_MeV * 1e3
    return Outcome(
        computed=[decay.threshold_MeV * 1e3, decay.half_life_d, chromium.half_life_d],
        reason=(
            f"threshold: Q value {q_value:.3f} keV and {rearrangement:.2f} keV that the atomic "
            "shell takes; the talk rounds"
        ),
        citations=(*load("germanium-71").citations(), *chromium.citations()),
    )


def statistics(results: Results) -> Outcome:
    """Events for the exclusion that the talk asks for."""
    setups = load(SETUPS)
    deficit, exclusion = setups["deficit"].to("1"), setups["exclusion"].to("1")
    return Outcome(
        computed=events_to_exclude(deficit, exclusion),
        reason=f"({exclusion:g}/{deficit:g})^2; no background, no systematic error",
    )


def setups(results: Results) -> Outcome:
    """Inputs of the proposed experiments, as the database has them."""
    data = load(SETUPS)
    quantities = (
        ("source_activity", "MCi"),
        ("juno_overburden", "m"),
        ("jne_overburden", "m"),
        ("jne_angular_resolution", "deg"),
    )
    masses = ", ".join(
        f"{data[key].to('t'):g} t" for key in ("juno_mass", "jne_mass", "jne_prototype_mass")
    )
    return Outcome(
        computed=[data[key].to(unit) for key, unit in quantities],
        reason=f"masses {masses}; the database has them from this talk",
        citations=data.citations(),
    )


CLAIMS: Mapping[str, Callable[[Results], Outcome]] = {
    "C-average": average,
    "C-cross-section-table": ratio_table,
    "C-cross-section-errors": error_table,
    "C-best-zones": best_zones,
    "C-cross-section-average": averages,
    "C-cross-section-significance": significances,
    "C-branching-ratio": branching_ratios,
    "C-branching-ratio-needed": branching_ratio_needed,
    "C-thresholds": thresholds,
    "C-statistics": statistics,
    "C-setups": setups,
}


def _table(results: Results) -> list[Significance]:
    return [results.as_published(model, "bounded-pull") for model in MODELS]


def _inferred() -> str:
    """What was found by matching the talk's table."""
    argon = source_measurements("sage-ar").entries["sage-ar"]
    used, other = (argon.measured(key).plus for key in ("giunti-2023", "collaboration"))
    return (
        f"the recipe bounded-pull and its experimental errors (SAGE Ar {used:g}, not {other:g}) "
        "are inferred from the talk's table"
    )


def _citations(rows: list[Significance]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("giunti-2023", *(key for row in rows for key in row.citations))))
