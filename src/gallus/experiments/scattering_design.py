"""Scattered electrons of many designs at once: closed form in position, threshold and radius.

Use :func:`scattering_design` where a design is optimised: 10 000 designs take milliseconds, NumPy
or jax, differentiable. Spheres, point source, sharp threshold; the kernel of
:mod:`gallus.experiments.scattering` has everything else and the same numbers.

    rate = A n_e g(R, D) sum_l f_l sigma_e(E_l; T > T_threshold)

with the mean path length g, from which a hole around a source inside takes its radius.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gallus.arrays import array_namespace
from gallus.experiments.scattering import events_per_cm2_and_m
from gallus.experiments.setup import Setup
from gallus.geometry.closed_forms import sphere_mean_path_length
from gallus.interactions.electron_scattering import line_average_cm2, magnetic_integral_cm2
from gallus.sources.radionuclide import Line


class Designs(NamedTuple):
    """Events of many designs.

    Parameters
    ----------
    per_day : array
        Events per day at the start; 0 where there is no room for the source.
    possible : array of bool
        Whether the source, or the hole around it, is clear of the surface.
    """

    per_day: Any
    possible: Any


def central_mean_path_length(radius_m: Any, distance_m: Any, hole_radius_m: Any = 0.0) -> Any:
    """Mean path length in a sphere; a ball around a source inside is left out.

    Parameters
    ----------
    radius_m, distance_m : array_like
        R of the sphere, D from its centre to the source.
    hole_radius_m : array_like
        Radius of the ball; every direction loses it.
    """
    xp = array_namespace(radius_m, distance_m, hole_radius_m)
    inside = xp.asarray(distance_m) < radius_m
    full = sphere_mean_path_length(xp.asarray(radius_m), xp.asarray(distance_m))
    return full - xp.where(inside, hole_radius_m, 0.0)


def scattering_design(chosen: Setup, distance_m: Any, threshold_keV: Any, radius_m: Any) -> Designs:
    """Events per day at the start for positions, thresholds and radii; they broadcast.

    Parameters
    ----------
    chosen : Setup
        Everything else: source, density of the target, hole, cross section, efficiency. Shape,
        resolutions and cuts do not enter.
    distance_m : array_like
        From the centre to the source.
    threshold_keV : array_like
        Lowest visible energy: of the recoil, times the quenching factor if there is one.
    radius_m : array_like
        Radius of the sphere.
    """
    xp = array_namespace(distance_m, threshold_keV, radius_m)
    distance, radius = xp.asarray(distance_m), xp.asarray(radius_m)
    hole, shield = chosen.position.hole_radius_m, chosen.source.shield_radius_m
    lines = chosen.lines()
    lowest_MeV = 1e-3 * xp.asarray(threshold_keV) / chosen.detection.quenching_factor
    sigma = _cross_section_cm2(chosen, lines, lowest_MeV)
    length = central_mean_path_length(radius, distance, hole)
    outside = distance - shield >= radius + chosen.position.wall_m
    possible = xp.where(distance < radius, distance + hole <= radius, outside)
    rate = events_per_cm2_and_m(chosen) * sigma * length
    return Designs(xp.where(possible, rate, 0.0), possible)


def _cross_section_cm2(chosen: Setup, lines: tuple[Line, ...], low_MeV: Any) -> Any:
    """Cross section per decay above a threshold, of undisturbed nu_e."""
    sigma = line_average_cm2(chosen.interaction.scattering_model(), lines, low_MeV)
    moment = chosen.interaction.magnetic_moment_muB
    if moment == 0.0:
        return sigma
    extra = [
        each.fraction * magnetic_integral_cm2(each.energy_MeV, low_MeV, moment) for each in lines
    ]
    return sigma + sum(extra)
