"""Descriptions of the sources that were measured on gallium, and their widths line by line.

:func:`gallium_setups` names a description for each source, one of the user's own among them;
:func:`source_widths` gives the widths at its lines. :mod:`gallus.quantum_damping` puts them into
the fit of the gallium data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gallus.arrays import Array
from gallus.coherence.damping import Widths
from gallus.coherence.description import CoherenceSetup, setup
from gallus.coherence.process import process
from gallus.coherence.readings import Reading
from gallus.errors import InputError

SETUPS: Final = {"51Cr": "gallium-cr51", "37Ar": "gallium-ar37"}
"""Registered description of production and detection by source."""

TARGET: Final = "71Ga"
"""What captures the neutrinos of these sources."""


@dataclass(frozen=True)
class SourceWidths:
    """Widths of the neutrinos of one source: its description, its lines, the widths at each."""

    source: str
    setup: CoherenceSetup
    energy_MeV: tuple[float, ...]
    widths: tuple[Widths, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "setup": self.setup.place,
            "energy_MeV": self.energy_MeV,
            "sigma_m_eV": [each.sigma_m_eV for each in self.widths],
            "sigma_en_eV": [each.sigma_en_eV for each in self.widths],
            "full_width_eV": [each.full_width_eV for each in self.widths],
        }


def gallium_setups(own: CoherenceSetup | None = None) -> dict[str, CoherenceSetup]:
    """Registered description of each source of the gallium data, one's own in its place.

    Raises
    ------
    InputError
        If one's own does not produce neutrinos from such a source, or not detect them on 71Ga.
    """
    chosen = {source: setup(slug) for source, slug in SETUPS.items()}
    if own is None:
        return chosen
    first, target = (
        {each.nuclide for each in vertex.particles if each.role == "initial"}
        for vertex in (own.production, own.detection)
    )
    sources = [source for source in SETUPS if source in first]
    if not sources or TARGET not in target:
        raise InputError(
            "describes none of the sources of the gallium data",
            key="setup",
            value=own.place,
            allowed=f"{', '.join(SETUPS.values())}, or a file whose initial nuclide is "
            f"{' or '.join(SETUPS)} in production and {TARGET} in detection",
        )
    return {**chosen, sources[0]: own}


def source_widths(
    source: str, description: CoherenceSetup, energy_MeV: Array, reading: Reading | None = None
) -> SourceWidths:
    """Widths of a source at each of its lines, whatever energies its description asks for.

    Raises
    ------
    InputError
        As :func:`gallus.coherence.process.process`.
    """
    lines = tuple(float(energy) for energy in energy_MeV)
    widths = tuple(process(description, line, reading or Reading()).quantum for line in lines)
    return SourceWidths(source, description, lines, widths)
