"""What shifts when the response of a detector is not as thought: templates by building it again.

Energy scale and resolutions are shifted by plus and minus one standard deviation, and half the
difference is the template; the radius of the target only inwards, since a vessel has no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gallus.errors import InputError
from gallus.experiments.setup import Setup, with_values
from gallus.experiments.setup_kernel import SetupKernel

# Factor with which the counts enter a template, and the values that give them.
Shifted = tuple[float, dict[str, Any]]

MEV_TO_KEV: Final = 1e3


def in_the_same_bins(chosen: Setup, kernel: SetupKernel) -> Setup:
    """The set-up with the bins of a kernel fixed, so that other values do not move them."""
    energy, distance = kernel.energy_edges_MeV, kernel.distance_edges_m
    values = {
        "detection.threshold_keV": float(energy[0]) * MEV_TO_KEV,
        "detection.upper_keV": float(energy[-1]) * MEV_TO_KEV,
        "detection.distance_from_m": float(distance[0]),
        "detection.distance_to_m": float(distance[-1]),
    }
    return with_values(chosen, values)


def shifts(chosen: Setup) -> dict[str, tuple[Shifted, ...]]:
    """Response pulls of a set-up with fixed bins, and what their templates are made of.

    Parameters
    ----------
    chosen : Setup
        As :func:`in_the_same_bins` returns it.

    Raises
    ------
    InputError
        If something that the detector does not have is uncertain.
    """
    found = {}
    for name, (key, make) in SHIFTS.items():
        size = getattr(chosen.uncertainties, key)
        if size:
            found[name] = make(chosen, size)
    return found


def _energy_scale(chosen: Setup, percent: float) -> tuple[Shifted, ...]:
    """Energies recorded higher by a factor: the same as lower edges."""
    low, high = chosen.detection.threshold_keV, chosen.detection.upper_keV or 0.0
    return tuple(
        (
            sign / 2,
            {
                "detection.threshold_keV": low / (1 + sign * percent / 100),
                "detection.upper_keV": high / (1 + sign * percent / 100),
            },
        )
        for sign in (1, -1)
    )


def _energy_resolution(chosen: Setup, percent: float) -> tuple[Shifted, ...]:
    photons = chosen.detection.photoelectrons_per_MeV
    if photons is None:
        return _scaled(chosen, "detection.resolution_percent_at_1_MeV", percent)
    return tuple(
        (sign / 2, {"detection.photoelectrons_per_MeV": photons / (1 + sign * percent / 100) ** 2})
        for sign in (1, -1)
    )


def _vertex_resolution(chosen: Setup, percent: float) -> tuple[Shifted, ...]:
    return _scaled(chosen, "detection.vertex_resolution_cm_at_1_MeV", percent)


def _fiducial(chosen: Setup, shift_cm: float) -> tuple[Shifted, ...]:
    radius = chosen.detection.fiducial_radius_m or chosen.detector.outer_radius_m
    if chosen.detector.zones or chosen.detector.height_m is not None:
        raise InputError(
            "needs a sphere or shell", key="uncertainties.fiducial_cm", value=shift_cm, allowed="0"
        )
    return ((1.0, {}), (-1.0, {"detection.fiducial_radius_m": radius - shift_cm / 100}))


def _scaled(chosen: Setup, key: str, percent: float) -> tuple[Shifted, ...]:
    value = chosen.value(key)
    if not value:
        raise InputError("is uncertain but zero", key=key, value=value, allowed="above 0")
    return tuple((sign / 2, {key: value * (1 + sign * percent / 100)}) for sign in (1, -1))


Maker = Callable[[Setup, float], tuple[Shifted, ...]]
SHIFTS: Final[Mapping[str, tuple[str, Maker]]] = {
    "energy_scale": ("energy_scale_percent", _energy_scale),
    "energy_resolution": ("energy_resolution_percent", _energy_resolution),
    "vertex_resolution": ("vertex_resolution_percent", _vertex_resolution),
    "fiducial": ("fiducial_cm", _fiducial),
}
"""Pulls of the response: key of their size in the section of uncertainties, and what is shifted."""
