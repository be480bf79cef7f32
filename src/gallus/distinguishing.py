"""Which measurement would tell the explanations apart: other sources, other distances.

    R(E) = <P_ee(E, L)> over the path lengths of a detector, at the best fit of each model

Explanations that fit 51Cr alike part at other energies: for decoherence that falls as E^-12 there
is no deficit with 65Zn (1.34 MeV), while a sterile neutrino or a wrong normalisation keeps it.
:func:`distinguishing_ratios` predicts sources in the zones of BEST, :func:`ratio_against_energy`
any energy, :func:`survival_against_distance` any distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.experiments.gallium_oscillation import detector_distances
from gallus.explanation import Explanation, survival_at
from gallus.kernel.linear_map import Block
from gallus.kernel.workspace import Workspace
from gallus.sources.radionuclide import nuclide

SOURCES: Final = ("51Cr", "37Ar", "65Zn")
ZONES: Final = ("best-inner", "best-outer")


@dataclass(frozen=True)
class PredictedRatio:
    """What a model at its best fit predicts for a source in a detector.

    Parameters
    ----------
    model : str
        Slug of the model.
    source : str or float
        Nuclide, or energy of one line in MeV.
    energy_MeV : float
        Mean energy of the captured neutrinos without oscillation.
    detector : str
        Where.
    ratio : float
        Expected over without oscillation.
    """

    model: str
    source: str | float
    energy_MeV: float
    detector: str
    ratio: float

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {
            "model": self.model,
            "source": self.source,
            "energy_MeV": self.energy_MeV,
            "detector": self.detector,
            "ratio": self.ratio,
        }


def distinguishing_ratios(
    explanations: Sequence[Explanation],
    sources: Sequence[str | float] = SOURCES,
    detectors: Sequence[str] = ZONES,
) -> tuple[PredictedRatio, ...]:
    """Ratios that best fits predict for sources in detectors.

    Parameters
    ----------
    explanations : sequence of Explanation
        Fits; their cross section, geometry and set of lines are used (the default set of a nuclide
        that has none of that name).
    sources : sequence of str or float
        Nuclides, or energies of single lines in MeV.
    detectors : sequence of str
        Names of the data set gallium-geometries.

    Raises
    ------
    InputError
        If a name is unknown or an energy is not above the threshold of capture.
    """
    store = Workspace()
    return tuple(
        PredictedRatio(
            model=result.model.name,
            source=source,
            energy_MeV=float(block.response[0] @ block.energy_MeV),
            detector=detector,
            ratio=float(block.counts(result.model, result.values)[0]),
        )
        for result in explanations
        for source in sources
        for detector in detectors
        for block in [_block(result, source, detector, store)]
    )


def ratio_against_energy(result: Explanation, detector: str, energy_MeV: Array) -> Array:
    """Averaged P_ee of a best fit in a detector, for lines of shape (n,)."""
    energy = np.asarray(energy_MeV, dtype=np.float64)
    distances = detector_distances(detector, result.geometry, Workspace())
    block = Block(distances, energy, np.ones((1, len(energy))), (0,))
    return block.mean_probability(result.model, result.values)


def survival_against_distance(result: Explanation, source: str | float, distance_m: Array) -> Array:
    """P_ee of a best fit at distances of shape (n,), averaged over the captures of a source."""
    block = _block(result, source, ZONES[0], Workspace())
    return survival_at(result.model, block, distance_m, result.values)


def _block(result: Explanation, source: str | float, detector: str, store: Workspace) -> Block:
    """Captures of one source in one detector, normalised to one."""
    energy, share = _captures(result, source)
    distances = detector_distances(detector, result.geometry, store)
    return Block(distances, energy, share[None, :], (0,))


def _captures(result: Explanation, source: str | float) -> tuple[Array, Array]:
    """Energies of the lines and their shares of the captures."""
    if not isinstance(source, str):
        return np.array([float(source)]), _shares(result, np.array([float(source)]), np.ones(1))
    emitter = nuclide(source)
    own = result.line_set if result.line_set in emitter.line_sets else None
    lines = emitter.lines(own)
    energy = np.array([line.energy_MeV for line in lines])
    return energy, _shares(result, energy, np.array([line.fraction for line in lines]))


def _shares(result: Explanation, energy_MeV: Array, fraction: Array) -> Array:
    captures = fraction * result.cross_section.at_energy_cm2(energy_MeV)
    total = captures.sum()
    if not total > 0:
        raise InputError(
            "is not captured on 71Ga",
            key="source",
            value=f"{energy_MeV.max():g} MeV",
            allowed="energies above 0.233 MeV",
        )
    shares: Array = captures / total
    return shares
