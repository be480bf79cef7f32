"""What is counted in a set-up: the kernel of each of its reactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gallus.errors import located
from gallus.experiments.antineutrino_source import positron_kernel
from gallus.experiments.captures import (
    gallium_capture_kernel,
    gallium_coincidence_kernel,
    indium_capture_kernel,
)
from gallus.experiments.coherent import coherent_kernel
from gallus.experiments.scattering import scattering_kernel
from gallus.experiments.setup import Reaction, Setup, with_values
from gallus.experiments.setup_kernel import SetupKernel

KERNELS: Final[Mapping[Reaction, Callable[[Setup], SetupKernel]]] = {
    "electron-scattering": scattering_kernel,
    "gallium-capture": gallium_capture_kernel,
    "gallium-coincidence": gallium_coincidence_kernel,
    "indium-capture": indium_capture_kernel,
    "inverse-beta-decay": positron_kernel,
    "coherent-scattering": coherent_kernel,
}
"""How the kernel of each reaction is built."""


def setup_kernels(chosen: Setup) -> dict[str, SetupKernel]:
    """Build the kernels of all reactions of a set-up, in their order.

    A detector of several zones has one for the whole and then one for each zone, by the names
    ``reaction`` and ``reaction, zone``.

    Parameters
    ----------
    chosen : Setup
        Source and detector.

    Raises
    ------
    InputError
        If the set-up does not have what a reaction needs.
    """
    zones = chosen.detector.zones if len(chosen.detector.zones) > 1 else ()
    with located(file=chosen.name):
        kernels: dict[str, SetupKernel] = {}
        for reaction in chosen.reactions:
            kernels[reaction] = KERNELS[reaction](chosen)
            for zone in zones:
                one = with_values(chosen, {"detector.zones": (zone,)})
                kernels[f"{reaction}, {zone}"] = KERNELS[reaction](one)
        return kernels


def events_per_day(chosen: Setup) -> float:
    """Events per day at the start of the first reaction, if nothing happens to the neutrinos."""
    kernel = KERNELS[chosen.reactions[0]](chosen)
    return float(kernel.without_oscillation().sum())
