r"""Spectra of visible energy of betas, lines and pairs, on a fine grid.

:func:`beta_shares` is the spectrum of one beta branch,

.. math:: \frac{dN}{dT} \propto p E\, F(Z, E)\, q^2\, C,\qquad q = Q - T

with the Fermi function of :mod:`gallus.interactions.beta_spectrum` and C = 1 for allowed decays,
:func:`unique_factor` for unique forbidden ones, a measured polynomial else. What is contained
besides the electron (gammas of the daughter, annihilation of the positron) shifts the whole
spectrum. :func:`line_shares` is a line, :func:`self_convolution` the sum of two events at once.

All gammas are taken as contained and all light of electrons as linear: Birks quenching of slow
electrons (some per cent below 100 keV, more for a sum of several gammas) is part of a detector's
energy scale and not here.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import loggamma

from gallus.arrays import Array, gauss_legendre
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE, HBARC_MEV_FM
from gallus.forecast.backgrounds.base import VisibleSpectrum
from gallus.forecast.backgrounds.nuclide_file import Beta
from gallus.interactions.beta_spectrum import lepton_spectrum
from gallus.response.energy import shares_in_bins

NODES = 2
"""Gauss-Legendre nodes in a bin of the grid."""
SLOWEST = 1e-4
"""Momentum in electron masses below which the Coulomb ratio is not followed: 0.003 eV."""


def grid(step_keV: float, top_MeV: float) -> Array:
    """Edges in MeV, multiples of the step from 0 to the first beyond the top."""
    number = math.ceil(1e3 * top_MeV / step_keV) + 2
    edges: Array = np.arange(number, dtype=np.float64) * step_keV / 1e3
    return edges


def unique_factor(beta: Beta, w: Array, neutrino: Array) -> Array:
    r"""Shape factor of a unique forbidden decay of degree L - 1; 1 for an allowed one.

    .. math:: C = \sum_{k=1}^{L} \frac{(2L-1)!}{(2k-1)!\,(2L-2k+1)!}\,
              \lambda_k\, p^{2(k-1)} q^{2(L-k)}

    p^2 and q^2 added up for the first forbidden if the nucleus had no charge.

    Parameters
    ----------
    beta : Beta
        The branch.
    w, neutrino : array
        Total energy of the electron and momentum q of the neutrino in electron masses.
    """
    rank, square = beta.unique + 1, w**2 - 1.0
    total = np.zeros(np.broadcast_shapes(w.shape, neutrino.shape))
    for k in range(1, rank + 1):
        weight = math.comb(2 * rank, 2 * k - 1) / (2 * rank)
        coulomb = coulomb_ratio(k, w, beta.branch.charge, beta.branch.radius_fm)
        total = total + weight * coulomb * square ** (k - 1) * neutrino ** (2 * (rank - k))
    return total


def coulomb_ratio(k: int, w: Array, charge: float, radius_fm: float) -> Array:
    r"""lambda_k: how much more the nucleus draws in an electron of j = k - 1/2 than one of j = 1/2.

    .. math:: \lambda_k = \frac{k + \gamma_k}{k (1 + \gamma_1)} \frac{F_{k-1}}{F_0},\quad
              F_{k-1} = \Big[\frac{(2k)!}{(k-1)!\, \Gamma(2\gamma_k+1)}\Big]^2
              (2pR)^{2(\gamma_k-k)}\, e^{\pi y} |\Gamma(\gamma_k + iy)|^2

    with gamma_k^2 = k^2 - (alpha Z)^2 and y = alpha Z W/p, for a point nucleus (H. Behrens and
    W. Buehring, 1982). For slow electrons it grows as 1/p^2, so that C stays finite. With it the
    mean energies of 39Ar and 85Kr agree with the evaluated ones (recalled) to 0.1 %.

    Parameters
    ----------
    k : int
        1 gives 1.
    w : array
        Total energy in electron masses, above 1.
    charge, radius_fm : float
        Of the daughter; the charge is negative for positrons.
    """
    if k == 1:
        return np.ones_like(w)
    alpha_z = FINE_STRUCTURE * charge
    momentum = np.sqrt(np.maximum(w**2 - 1.0, SLOWEST**2))
    y = alpha_z * w / momentum
    gamma, first = math.sqrt(k**2 - alpha_z**2), math.sqrt(1.0 - alpha_z**2)
    radius = radius_fm * ELECTRON_MASS_MEV / HBARC_MEV_FM
    logarithm = (
        2.0 * math.log(math.factorial(2 * k) / (2.0 * math.factorial(k - 1)))
        - 2.0 * (math.lgamma(2.0 * gamma + 1.0) - math.lgamma(2.0 * first + 1.0))
        + 2.0 * (gamma - k - first + 1.0) * np.log(2.0 * momentum * radius)
        + 2.0 * np.real(loggamma(gamma + 1j * y) - loggamma(first + 1j * y))
    )
    ratio: Array = (k + gamma) / (k * (1.0 + first)) * np.exp(logarithm)
    return ratio


def electron_spectrum(kinetic_MeV: Array, beta: Beta) -> Array:
    """Spectrum of the electrons of one branch, not normalised, 0 outside of 0 to Q."""
    endpoint = beta.branch.endpoint_MeV
    neutrino = np.clip(endpoint - kinetic_MeV, 0.0, endpoint)
    w = np.clip(kinetic_MeV, 0.0, endpoint) / ELECTRON_MASS_MEV + 1.0
    polynomial = 1.0 + beta.slope * w + beta.square * w**2
    shape = unique_factor(beta, w, neutrino / ELECTRON_MASS_MEV) * polynomial
    spectrum: Array = lepton_spectrum(neutrino, beta.branch, screening=True) * shape
    return spectrum


def beta_shares(beta: Beta, edges_MeV: Array) -> Array:
    """Share of the decays in each bin of visible energy; the sum is the share of the branch.

    Parameters
    ----------
    beta : Beta
        The branch.
    edges_MeV : array, shape (t + 1,)
        Of visible energy, up to the end of the spectrum at least.
    """
    kinetic = np.clip(edges_MeV - beta.added_MeV, 0.0, beta.branch.endpoint_MeV)
    width = np.diff(kinetic)
    inside = width > 0.0
    nodes, weights = gauss_legendre(NODES)
    energy = kinetic[:-1][inside, None] + width[inside, None] * (nodes + 1.0) / 2.0
    content = np.zeros_like(width)
    content[inside] = width[inside] * (electron_spectrum(energy, beta) @ (weights / 2.0))
    shares: Array = beta.branch.fraction * content / content.sum()
    return shares


def line_shares(energy_MeV: float, edges_MeV: Array, spread_MeV: float = 0.0) -> Array:
    """A line, as a box of one bin's width around its energy, or a Gaussian of that spread.

    Mean and sum are exact on bins of equal width.
    """
    step = float(edges_MeV[1] - edges_MeV[0])
    if spread_MeV > step:
        shares = shares_in_bins(edges_MeV, np.array([energy_MeV]), np.array([spread_MeV]))
        return shares[:, 0]
    low = np.maximum(edges_MeV[:-1], energy_MeV - step / 2.0)
    high = np.minimum(edges_MeV[1:], energy_MeV + step / 2.0)
    overlap: Array = np.maximum(high - low, 0.0) / step
    return overlap


def self_convolution(spectrum: VisibleSpectrum) -> VisibleSpectrum:
    """Spectrum of the sum of two independent events, exact for what is flat in bins.

    The sum of two bins is a triangle over two bins, half of it in each.

    Parameters
    ----------
    spectrum : VisibleSpectrum
        On bins of equal width that begin at 0.
    """
    share = spectrum.share
    pairs = np.convolve(share, share)
    total = np.concatenate([pairs, [0.0]]) / 2.0 + np.concatenate([[0.0], pairs]) / 2.0
    step = float(spectrum.edges_MeV[1])
    return VisibleSpectrum(np.arange(len(total) + 1, dtype=np.float64) * step, total)
