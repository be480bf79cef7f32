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
    from gallus.figures.kernel import average_figure as average_figure
    from gallus.figures.kernel import draw_averages as draw_averages
    from gallus.figures.kernel import draw_product as draw_product
    from gallus.figures.kernel import kernel_figure as kernel_figure
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
        "kernel": ("average_figure", "draw_averages", "draw_product", "kernel_figure"),
        "path_lengths": ("draw_path_lengths", "path_lengths_figure"),
        "ratios": ("draw_ratios", "ratios_figure"),
        "setup_rates": ("draw_event_distances", "draw_spectrum", "draw_time", "setup_rate_figure"),
    },
)
