r"""Spectrum of the (anti)neutrinos of beta decay: allowed or with a shape factor.

Use :class:`NeutrinoSpectrum` on a :class:`gallus.sources.BetaEmitter`; :func:`lepton_spectrum` is
the formula for one branch.

.. math:: \frac{dN}{dE_\nu} \propto p_e E_e\, F(Z, E_e)\, E_\nu^2\, C(W),\qquad
          E_e = E_0 + m_e - E_\nu,\quad C(W) = 1 + a W + \frac bW,\ W = E_e/m_e

with the exact Fermi function of a charged sphere. Screening by the atomic electrons is a shift of
E_e in p E F (M. E. Rose, Phys. Rev. 49 (1936) 727). Not included: outer radiative corrections,
weak magnetism (contained in a measured shape factor) and recoil, together below 1 % of the shape at
3 MeV.

It stands here and not among the sources because it needs the Fermi function. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gallus.arrays import gauss_legendre
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE
from gallus.errors import InputError
from gallus.interactions.fermi_function import electron_density_MeV2
from gallus.sources.beta_decay import BetaEmitter, Branch

Reals = npt.NDArray[np.float64]

NODES: Final = 64
"""Gauss-Legendre nodes of an integral over one branch."""
_SCREENING: Final = 1.13
"""Potential at the nucleus in alpha^2 Z^(4/3) m_e (B. Gove and M. Martin, 1971)."""


def screening_potential_MeV(charge: float) -> float:
    """Potential energy of an electron in the field of the atom's electrons, 1.13 alpha^2 Z^4/3 m.

    7 keV for neodymium. Negative, as the charge, for positrons, which the electrons attract.

    Parameters
    ----------
    charge : float
        Atomic number of the daughter, negative for positrons.
    """
    size = _SCREENING * FINE_STRUCTURE**2 * abs(charge) ** (4.0 / 3.0) * ELECTRON_MASS_MEV
    return float(np.copysign(size, charge))


def lepton_spectrum(neutrino_energy_MeV: npt.ArrayLike, branch: Branch, screening: bool) -> Reals:
    """Spectrum of one branch, p E F(Z, E) E_nu^2 C(W), not normalised; in MeV^4.

    Parameters
    ----------
    neutrino_energy_MeV : array_like
        Energies; outside of 0 to the end point the spectrum is zero.
    branch : Branch
        End point, daughter, shape factor.
    screening : bool
        Whether the atomic electrons are taken into account.
    """
    neutrino = np.asarray(neutrino_energy_MeV, dtype=np.float64)
    inside = (neutrino > 0.0) & (neutrino < branch.endpoint_MeV)
    electron = np.where(inside, branch.endpoint_MeV - neutrino, 0.0) + ELECTRON_MASS_MEV
    shift = screening_potential_MeV(branch.charge) if screening else 0.0
    density = electron_density_MeV2(
        np.maximum(electron - shift, ELECTRON_MASS_MEV), branch.charge, branch.radius_fm
    )
    w = electron / ELECTRON_MASS_MEV
    return np.where(
        inside, density * neutrino**2 * (1.0 + branch.slope * w + branch.inverse / w), 0.0
    )


@dataclass(frozen=True)
class NeutrinoSpectrum:
    """Neutrinos per MeV and decay of the parent.

    Parameters
    ----------
    emitter : BetaEmitter
        The branches.
    shape : str, optional
        A shape factor of the file in place of that which the file assigns; ``allowed`` for none.
    screening : bool
        Whether the atomic electrons are taken into account.
    """

    emitter: BetaEmitter
    shape: str | None = None
    screening: bool = True
    branches: tuple[Branch, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", self.emitter.branches(self.shape))

    @property
    def endpoint_MeV(self) -> float:
        """Highest energy."""
        return max(branch.endpoint_MeV for branch in self.branches)

    @property
    def mean_number(self) -> float:
        """Neutrinos per decay of the parent: two for 144Ce-144Pr."""
        return sum(branch.fraction for branch in self.branches)

    def per_MeV(self, energy_MeV: npt.ArrayLike) -> Reals:
        """Neutrinos per MeV and decay at each energy."""
        energy = np.asarray(energy_MeV, dtype=np.float64)
        total = np.zeros_like(energy)
        for branch, scale in zip(self.branches, self._scales, strict=True):
            total = total + scale * lepton_spectrum(energy, branch, self.screening)
        return total

    def mean(self, function: Callable[[Reals], Any], low_MeV: float = 0.0) -> float:
        """Integral of the spectrum times a function of the energy, from an energy on.

        Parameters
        ----------
        function : callable
            Of an array of energies in MeV, such as a cross section; smooth above `low_MeV`.
        low_MeV : float
            Where to begin, such as a threshold.

        Returns
        -------
        float
            Per decay of the parent: with a cross section, the cross section per decay.
        """
        if not low_MeV >= 0.0:
            raise InputError("is not an energy", key="low_MeV", value=low_MeV, allowed="0 or more")
        total = 0.0
        for branch, scale in zip(self.branches, self._scales, strict=True):
            energy, weight = _rule(low_MeV, branch.endpoint_MeV)
            spectrum = lepton_spectrum(energy, branch, self.screening)
            total += scale * float(weight @ (spectrum * function(energy)))
        return total

    def in_bins(self, edges_MeV: npt.ArrayLike) -> Reals:
        """Neutrinos per decay between increasing energies, shape (n,) for n + 1 edges."""
        edges = np.asarray(edges_MeV, dtype=np.float64)
        if edges.ndim != 1 or len(edges) < 2 or not (np.all(np.diff(edges) > 0) and edges[0] >= 0):
            raise InputError("do not increase", key="edges_MeV", allowed="0 or more, increasing")
        above = np.array([self.mean(np.ones_like, float(edge)) for edge in edges])
        inside: Reals = above[:-1] - above[1:]
        return inside

    @cached_property
    def _scales(self) -> tuple[float, ...]:
        """Share of each branch over the integral of its spectrum."""
        return tuple(self._scale(branch) for branch in self.branches)

    def _scale(self, branch: Branch) -> float:
        energy, weight = _rule(0.0, branch.endpoint_MeV)
        spectrum = lepton_spectrum(energy, branch, self.screening)
        if np.any(spectrum < 0.0):
            raise InputError(
                "makes the spectrum negative",
                key="shape",
                value=(branch.slope, branch.inverse),
                allowed="1 + a W + b/W > 0 up to the end point",
            )
        return branch.fraction / float(weight @ spectrum)


def _rule(low: float, high: float) -> tuple[Reals, Reals]:
    """Gauss nodes and weights, crowded towards the end point.

    With screening the spectrum of electrons has a corner a few keV below the end point, where it
    starts with a step; E = high - (high - low) s^2 keeps the error below 1e-6.
    """
    nodes, weights = gauss_legendre(NODES)
    s = 0.5 * (nodes + 1.0)
    width = max(high - low, 0.0)
    return high - width * s**2, weights * s * width
