"""The questions of ``gallus forecast``: what computes each, and which of its numbers are shown.

``QUESTIONS`` holds those that are measured by counting recoils in bins. What is in the window
(``backgrounds``) and which explanation is left (``explanations``) have commands of their own kind
in :mod:`gallus.cli.forecast_explanations` and :mod:`gallus.cli.forecast`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gallus.cli.options import of_option
from gallus.cli.tables import percent
from gallus.errors import unknown_name

if TYPE_CHECKING:
    from gallus.forecast.observation import Observation

Observations = Sequence["Observation"]
Options = Mapping[str, Any]

DEFICIT: Final = 0.2
KNOWN: Final = {"information": ("rate", "shape", "both"), "lost_to": ("sterile", "active")}
"""Words that options may be."""


@dataclass(frozen=True)
class Question:
    """One question to a set-up.

    Parameters
    ----------
    title : str
        What is asked, for the head of the table.
    defaults : mapping
        Options of the command that it takes, as they are if not given.
    measure : callable
        The result for some observations together.
    columns : tuple of str
        Heads of the cells of `cells`.
    cells : callable
        A result in words.
    headline : callable
        The number that a curve shows; `headline_name` says what it is.
    headline_name : str
        For tables and axes.
    budget_of : str
        What the contributions to the error are errors of, with its unit.
    budget_unit : float
        That unit: 0.01 for per cent.
    remarks : callable
        Sentences below the table, from a result.
    figure : callable, optional
        Figure of the question, from the observations and what else was computed; if there is none,
        the headline is drawn against the time.
    """

    title: str
    defaults: Mapping[str, Any]
    measure: Callable[[Observations, Options], Any]
    columns: tuple[str, ...]
    cells: Callable[[Any], list[str]]
    headline: Callable[[Any], float]
    headline_name: str
    budget_of: str
    remarks: Callable[[Any], list[str]]
    figure: Callable[[Observations, Any], Any] | None = None
    budget_unit: float = 1.0

    def check(self, options: Options) -> None:
        """Raise InputError if an option has a value that it may not have."""
        for key, known in KNOWN.items():
            if key in self.defaults and options[key] not in known:
                option = key.replace("_", "-")
                with of_option(f"--{option}"):
                    raise unknown_name(option, str(options[key]), known)


def _sterile_figure(seen: Observations, plane: Any) -> Any:
    from gallus.figures.forecast_sterile import sterile_figure

    return sterile_figure(plane.exclusions, plane.gallium, plane.discoveries)


def _branching_ratio_figure(seen: Observations, plane: Any) -> Any:
    from gallus.figures.forecast_branching import branching_ratio_spectra_figure

    return branching_ratio_spectra_figure(seen)


def _couplings_figure(seen: Observations, plane: Any) -> Any:
    from gallus.figures.forecast import couplings_figure

    return couplings_figure(seen)


def _deficit(seen: Observations, options: Options) -> Any:
    from gallus.forecast.questions.deficit import deficit_sensitivity

    return deficit_sensitivity(seen, options["deficit"], lost_to=options["lost_to"])


def _sterile(seen: Observations, options: Options) -> Any:
    from gallus.cli.forecast_sterile import sterile_answer

    return sterile_answer(seen, options["information"])


def _branching_ratio(seen: Observations, options: Options) -> Any:
    from gallus.forecast.questions.branching_ratio import branching_ratio_sensitivity

    return branching_ratio_sensitivity(seen, information=options["information"])


def _magnetic_moment(seen: Observations, options: Options) -> Any:
    from gallus.forecast.questions.magnetic_moment import magnetic_moment_sensitivity

    return magnetic_moment_sensitivity(seen, information=options["information"])


def _weak_mixing_angle(seen: Observations, options: Options) -> Any:
    from gallus.forecast.questions.weak_mixing_angle import weak_mixing_angle_sensitivity

    return weak_mixing_angle_sensitivity(seen, information=options["information"])


def _couplings(seen: Observations, options: Options) -> Any:
    from gallus.forecast.questions.couplings import coupling_sensitivity

    return coupling_sensitivity(seen, information=options["information"])


_FATE: Final = {
    "sterile": "sterile and do not scatter",
    "active": "ν_μ and ν_τ, which scatter less",
}

QUESTIONS: Final[dict[str, Question]] = {
    "deficit": Question(
        "How significant is a deficit?",
        {"deficit": DEFICIT, "lost_to": "sterile"},
        _deficit,
        ("σ", "deficit", "error", "signal", "background"),
        lambda r: [
            f"{r.sigma:.2f}",
            percent(r.deficit),
            percent(r.error, 2),
            *_counts(r),
        ],
        lambda r: float(r.sigma),
        "significance (σ)",
        "deficit, in %",
        lambda r: [
            f"The lost neutrinos become {_FATE[r.lost_to]}.",
        ],
        budget_unit=0.01,
    ),
    "sterile": Question(
        "How well is a sterile neutrino seen?",
        {"information": "both"},
        _sterile,
        ("σ", "error of sin²2θ at 0.3, 1, 3 eV²", "signal", "background"),
        lambda r: [
            f"{r.sigma:.2f}",
            ", ".join(f"{each:.2g}" for each in r.shown_errors),
            *_counts(r),
        ],
        lambda r: float(r.sigma),
        "significance (σ)",
        "sin²2θ at 1 eV²",
        lambda r: [
            f"σ: against no oscillation, if the best fit to the six gallium results is true: "
            f"sin²2θ = {r.sin2_2theta:.2f}, Δm² = {r.delta_m2_eV2:.2f} eV². "
            f"Errors are those around no mixing. Information: {r.information}.",
        ],
        figure=_sterile_figure,
    ),
    "branching-ratio": Question(
        "How well is the branching ratio of 51Cr measured?",
        {"information": "shape"},
        _branching_ratio,
        ("σ", "shift", "error", "signal of the low lines", "signal", "background"),
        lambda r: [
            f"{r.sigma:.2f}",
            f"{r.shift:+.4f}",
            f"{r.error:.4f}",
            percent(r.excited_share),
            *_counts(r),
        ],
        lambda r: float(r.sigma),
        "significance (σ)",
        "branching ratio",
        lambda r: [
            "σ: of the shift that would explain a gallium ratio of 0.80, from "
            f"{r.branching_ratio:.4f} on, by the step in the recoils at 270 keV. "
            + (
                "The size of the signal is free: the activity depends on the ratio."
                if r.information == "shape"
                else f"Information: {r.information}."
            )
        ],
        figure=_branching_ratio_figure,
    ),
    "magnetic-moment": Question(
        "Which magnetic moment of the neutrino is seen?",
        {"information": "both"},
        _magnetic_moment,
        ("limit on μ (1e-11 μ_B)", "error of μ² (1e-22 μ_B²)", "signal", "background"),
        lambda r: [f"{1e11 * r.limit_muB:.2f}", f"{r.error_mu2:.3g}", *_counts(r)],
        lambda r: 1e11 * float(r.limit_muB),
        "limit (1e-11 μ_B)",
        "μ² (1e-22 μ_B²)",
        lambda r: [
            f"Limit if there is none: the end of the {100 * r.confidence:.3g} % interval of μ², "
            f"two-sided, {(r.limit_muB * 1e11) ** 2 / r.error_mu2:.3f} errors; one-sided it holds "
            f"{50 * (1 + r.confidence):.3g} %. "
            f"Information: {r.information}.",
        ],
    ),
    "weak-mixing-angle": Question(
        "How well is the weak mixing angle measured?",
        {"information": "both"},
        _weak_mixing_angle,
        ("error of sin²θ_W", "relative", "statistics only", "signal", "background"),
        lambda r: [
            f"{r.error:.5f}",
            percent(r.relative_error, 2),
            f"{r.statistical_error:.5f}",
            *_counts(r),
        ],
        lambda r: float(r.error),
        "error of sin²θ_W",
        "sin²θ_W",
        lambda r: [
            f"1 % of the rate is {0.01 / abs(r.rate_slope):.5f} in sin²θ_W. The cross section is "
            f"what is measured: its error does not enter. Information: {r.information}.",
        ],
    ),
    "couplings": Question(
        "How well are the couplings to the electron measured?",
        {"information": "both"},
        _couplings,
        ("error of g_V", "error of g_A", "correlation", "g_V alone", "g_A alone", "signal"),
        lambda r: [
            f"{r.vector_error:.4f}",
            f"{r.axial_error:.4f}",
            f"{r.correlation:+.3f}",
            f"{r.vector_alone:.4f}",
            f"{r.axial_alone:.4f}",
            f"{r.events:.0f}",
        ],
        lambda r: float(r.axial_error),
        "error of g_A",
        "g_A",
        lambda r: [
            f"Couplings of ν_e: g_V = {r.vector:.3f}, g_A = {r.axial:.3f}. Alone: with the other "
            f"one known. Information: {r.information}.",
        ],
        figure=_couplings_figure,
    ),
}


def _counts(result: Any) -> list[str]:
    return [f"{result.events:.0f}", f"{result.background:.0f}"]
