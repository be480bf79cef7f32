"""Figures in the manner of a paper: one function draws into axes, one makes the whole figure.

``*_figure`` functions return a :class:`matplotlib.figure.Figure`, which :func:`save` writes to a
file; ``draw_*`` functions draw into axes of one's own, best inside :func:`style`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.figures.appearance import save as save
    from gallus.figures.appearance import style as style
    from gallus.figures.branching_ratio import branching_ratio_figure as branching_ratio_figure
    from gallus.figures.branching_ratio import draw_branching_ratios as draw_branching_ratios
    from gallus.figures.coherence import coherence_figure as coherence_figure
    from gallus.figures.coherence import draw_contrast as draw_contrast
    from gallus.figures.coherence import draw_exponents as draw_exponents
    from gallus.figures.contours import draw_profile as draw_profile
    from gallus.figures.contours import draw_regions as draw_regions
    from gallus.figures.contours import scan_figure as scan_figure
    from gallus.figures.cross_sections import cross_sections_figure as cross_sections_figure
    from gallus.figures.cross_sections import draw_cross_sections as draw_cross_sections
    from gallus.figures.energy_dependence import (
        cross_section_energy_figure as cross_section_energy_figure,
    )
    from gallus.figures.energy_dependence import draw_energy_dependence as draw_energy_dependence
    from gallus.figures.energy_dependence import draw_energy_ratios as draw_energy_ratios
    from gallus.figures.explanations import distances_figure as distances_figure
    from gallus.figures.explanations import draw_distances as draw_distances
    from gallus.figures.explanations import draw_energies as draw_energies
    from gallus.figures.explanations import explanations_figure as explanations_figure
    from gallus.figures.fit import draw_fit as draw_fit
    from gallus.figures.fit import fit_figure as fit_figure
    from gallus.figures.forecast import couplings_figure as couplings_figure
    from gallus.figures.forecast import draw_ellipses as draw_ellipses
    from gallus.figures.forecast import draw_sensitivity as draw_sensitivity
    from gallus.figures.forecast import draw_solutions as draw_solutions
    from gallus.figures.forecast import sensitivity_figure as sensitivity_figure
    from gallus.figures.forecast_branching import (
        branching_ratio_forecast_figure as branching_ratio_forecast_figure,
    )
    from gallus.figures.forecast_branching import (
        branching_ratio_spectra_figure as branching_ratio_spectra_figure,
    )
    from gallus.figures.forecast_branching import draw_angles as draw_angles
    from gallus.figures.forecast_branching import draw_step as draw_step
    from gallus.figures.forecast_design import counting_design_figure as counting_design_figure
    from gallus.figures.forecast_design import draw_counts as draw_counts
    from gallus.figures.forecast_design import draw_map as draw_map
    from gallus.figures.forecast_design import draw_significance as draw_significance
    from gallus.figures.forecast_design import draw_variable as draw_variable
    from gallus.figures.forecast_design import optimum_figure as optimum_figure
    from gallus.figures.forecast_spectra import draw_spectra as draw_spectra
    from gallus.figures.forecast_spectra import spectra_figure as spectra_figure
    from gallus.figures.forecast_sterile import draw_gallium as draw_gallium
    from gallus.figures.forecast_sterile import draw_sensitivities as draw_sensitivities
    from gallus.figures.forecast_sterile import sterile_figure as sterile_figure
    from gallus.figures.gallium_runs import draw_expected_ratios as draw_expected_ratios
    from gallus.figures.gallium_runs import draw_separation_curve as draw_separation_curve
    from gallus.figures.gallium_runs import draw_square as draw_square
    from gallus.figures.gallium_runs import gallium_design_figure as gallium_design_figure
    from gallus.figures.gallium_runs import separation_figure as separation_figure
    from gallus.figures.kernel import average_figure as average_figure
    from gallus.figures.kernel import draw_averages as draw_averages
    from gallus.figures.kernel import draw_product as draw_product
    from gallus.figures.kernel import kernel_figure as kernel_figure
    from gallus.figures.model_patterns import draw_pattern as draw_pattern
    from gallus.figures.model_patterns import model_patterns_figure as model_patterns_figure
    from gallus.figures.path_lengths import draw_path_lengths as draw_path_lengths
    from gallus.figures.path_lengths import path_lengths_figure as path_lengths_figure
    from gallus.figures.ratios import draw_ratios as draw_ratios
    from gallus.figures.ratios import ratios_figure as ratios_figure
    from gallus.figures.setup_rates import draw_event_distances as draw_event_distances
    from gallus.figures.setup_rates import draw_spectrum as draw_spectrum
    from gallus.figures.setup_rates import draw_time as draw_time
    from gallus.figures.setup_rates import setup_rate_figure as setup_rate_figure

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "appearance": ("save", "style"),
        "branching_ratio": ("branching_ratio_figure", "draw_branching_ratios"),
        "coherence": ("coherence_figure", "draw_contrast", "draw_exponents"),
        "contours": ("draw_profile", "draw_regions", "scan_figure"),
        "cross_sections": ("cross_sections_figure", "draw_cross_sections"),
        "energy_dependence": (
            "cross_section_energy_figure",
            "draw_energy_dependence",
            "draw_energy_ratios",
        ),
        "explanations": (
            "distances_figure",
            "draw_distances",
            "draw_energies",
            "explanations_figure",
        ),
        "fit": ("draw_fit", "fit_figure"),
        "forecast": (
            "couplings_figure",
            "draw_ellipses",
            "draw_sensitivity",
            "draw_solutions",
            "sensitivity_figure",
        ),
        "forecast_branching": (
            "branching_ratio_forecast_figure",
            "branching_ratio_spectra_figure",
            "draw_angles",
            "draw_step",
        ),
        "forecast_design": (
            "counting_design_figure",
            "draw_counts",
            "draw_map",
            "draw_significance",
            "draw_variable",
            "optimum_figure",
        ),
        "forecast_spectra": ("draw_spectra", "spectra_figure"),
        "forecast_sterile": ("draw_gallium", "draw_sensitivities", "sterile_figure"),
        "gallium_runs": (
            "draw_expected_ratios",
            "draw_separation_curve",
            "draw_square",
            "gallium_design_figure",
            "separation_figure",
        ),
        "model_patterns": ("draw_pattern", "model_patterns_figure"),
        "kernel": ("average_figure", "draw_averages", "draw_product", "kernel_figure"),
        "path_lengths": ("draw_path_lengths", "path_lengths_figure"),
        "ratios": ("draw_ratios", "ratios_figure"),
        "setup_rates": ("draw_event_distances", "draw_spectrum", "draw_time", "setup_rate_figure"),
    },
)
