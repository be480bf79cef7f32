r"""14C in an organic scintillator: single decays, and two of them at once.

.. math:: a = \frac{m_{\rm C}}{M_{\rm C}} N_A\, f\, \frac{\ln 2}{T_{1/2}},\qquad
          a_{\rm pile-up} = a^2\, w\, s

a is linear in the isotopic fraction f; the pile-up, a^2 times the time window w times the share s
of pairs too close in space to be told apart, is not: ten times the 14C is a hundred times the
pile-up. A single decay is seen above its end point of 156 keV only through the resolution
(:func:`leakage_share`), a pair up to twice that. Pairs of a 14C and a signal shift the signal's
spectrum by a share a w s of the events; that is left out.
"""

from __future__ import annotations

import math
from functools import cache

from gallus.constants import AVOGADRO, SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.forecast.backgrounds.base import UNSTATED, Background, VisibleSpectrum
from gallus.forecast.backgrounds.nuclide_file import ALLOWED, InternalNuclide, internal_nuclide
from gallus.forecast.backgrounds.visible_energy import beta_shares, grid, self_convolution
from gallus.interactions.target_material import Material, element_table
from gallus.response.energy import EnergyResolution, normal

NAME = "14C"
STEP_KEV = 0.5
"""Width of the bins."""
FINE_STEP_KEV = 0.05
"""The same for the leakage, which falls by e within 2 keV."""
SECONDS_PER_NS = 1e-9


def carbon_mass_t(material: Material, mass_t: float) -> float:
    """Tonnes of carbon in a mass of scintillator.

    Raises
    ------
    InputError
        If there is no carbon in it.
    """
    grams_per_g = material.nuclei_per_g("C") * element_table().element("C").weight / AVOGADRO
    return grams_per_g * mass_t


def carbon14_per_day(fraction: float, carbon_t: float) -> float:
    """Decays per day, (m_C/M_C) N_A f ln 2/T.

    Parameters
    ----------
    fraction : float
        14C atoms per atom of carbon: 1e-12 in what lives, 2e-18 in Borexino.
    carbon_t : float
        Tonnes of carbon, from :func:`carbon_mass_t`.

    Raises
    ------
    InputError
        If the fraction is not in 0 to 1 or the mass is negative or not finite.
    """
    if not 0.0 <= fraction <= 1.0:
        raise InputError("is no fraction", key="fraction", value=fraction, allowed="0 to 1")
    if not (carbon_t >= 0.0 and math.isfinite(carbon_t)):
        raise InputError("is no mass", key="carbon_t", value=carbon_t, allowed="0 or more")
    atoms = 1e6 * carbon_t / element_table().element("C").weight * AVOGADRO
    return atoms * fraction * math.log(2.0) / _nuclide().half_life_d


def carbon14(
    fraction: float, carbon_t: float, relative_error: float = UNSTATED, shape: str = ALLOWED
) -> Background:
    """Background of single 14C decays, linear in the fraction.

    Parameters
    ----------
    fraction, carbon_t
        As for :func:`carbon14_per_day`.
    relative_error : float
        One sigma of the rate.
    shape : str
        ``allowed``, or a measured shape of the data file, ``kuzminov-2000``.

    Raises
    ------
    InputError
        If a number makes no sense or there is no such shape.
    """
    return Background(
        NAME,
        carbon14_per_day(fraction, carbon_t),
        carbon14_spectrum(shape),
        relative_error=relative_error,
        citations=_nuclide().citations(),
        remark="single decays; above 156 keV by resolution only",
    )


def carbon14_pile_up(
    fraction: float,
    carbon_t: float,
    window_ns: float,
    close_share: float = 1.0,
    relative_error: float = UNSTATED,
    shape: str = ALLOWED,
) -> Background:
    """Background of two 14C decays taken for one event: quadratic in the fraction and in the mass.

    a^2 w counts each pair once: a decay is followed by another within w with probability a w. The
    formula holds for a w well below 1 (3e-3 in JUNO).

    Parameters
    ----------
    fraction, carbon_t, relative_error, shape
        As for :func:`carbon14`.
    window_ns : float
        Time within which two decays make one event.
    close_share : float
        Share of the pairs that are not told apart by their places, from :func:`close_pair_share`;
        then it does not grow with the square of the mass any more.

    Raises
    ------
    InputError
        If a number makes no sense.
    """
    if not (window_ns >= 0.0 and math.isfinite(window_ns)):
        raise InputError("is no window", key="window_ns", value=window_ns, allowed="0 or more")
    if not 0.0 <= close_share <= 1.0:
        raise InputError("is no share", key="close_share", value=close_share, allowed="0 to 1")
    decays = carbon14_per_day(fraction, carbon_t)
    per_decay = decays / SECONDS_PER_DAY * window_ns * SECONDS_PER_NS
    if per_decay > 0.1:
        raise InputError(
            f"leads to {per_decay:.2g} decays within the window, which are no pairs any more",
            key="window_ns",
            value=window_ns,
            allowed=f"up to {window_ns * 0.1 / per_decay:.3g}",
        )
    return Background(
        f"{NAME}-pile-up",
        decays * per_decay * close_share,
        self_convolution(carbon14_spectrum(shape)),
        relative_error=relative_error,
        citations=_nuclide().citations(),
        remark="pairs of 14C decays; the rate goes with the square of the isotopic fraction",
    )


def close_pair_share(distance_m: float, radius_m: float) -> float:
    """Share of the pairs of points of a sphere that are nearer to each other than a distance.

    x^3 - 9 x^4/16 + x^6/32 with x the distance over the radius of the sphere (R. Deltheil, 1926);
    (d/R)^3 for small distances: the volume of the ball around the first decay.

    Parameters
    ----------
    distance_m : float
        Distance from which on two vertices are seen as two.
    radius_m : float
        Radius of the target.

    Raises
    ------
    InputError
        If one of them is no length.
    """
    if not distance_m >= 0.0:
        raise InputError("is no distance", key="distance_m", value=distance_m, allowed="0 or more")
    if not (radius_m > 0.0 and math.isfinite(radius_m)):
        raise InputError("is no radius", key="radius_m", value=radius_m, allowed="above 0")
    x = min(distance_m / radius_m, 2.0)
    return x**3 - 9.0 * x**4 / 16.0 + x**6 / 32.0


def leakage_share(
    threshold_MeV: float, resolution: EnergyResolution, shape: str = ALLOWED
) -> float:
    """Share of single decays that a Gaussian resolution puts above a threshold.

    Real resolutions have tails that are not Gaussian: below 1e-6 the number is a lower limit.

    Parameters
    ----------
    threshold_MeV : float
        Of recorded energy.
    resolution : EnergyResolution
        At the true energy.
    shape : str
        As for :func:`carbon14`.

    Raises
    ------
    InputError
        If the threshold is not a number, or there is no such shape.
    """
    if not math.isfinite(threshold_MeV):
        raise InputError("is no energy", key="threshold_MeV", value=threshold_MeV)
    spectrum = carbon14_spectrum(shape, FINE_STEP_KEV)
    energy = (spectrum.edges_MeV[1:] + spectrum.edges_MeV[:-1]) / 2.0
    distance = energy - threshold_MeV
    if resolution.perfect:
        return float(spectrum.share[distance > 0.0].sum())
    return float(spectrum.share @ normal(distance / resolution.sigma_MeV(energy)))


@cache
def carbon14_spectrum(shape: str = ALLOWED, step_keV: float = STEP_KEV) -> VisibleSpectrum:
    """Distribution of the kinetic energy of the electrons, mean 49.4 keV for the allowed shape."""
    (beta,) = _nuclide().betas(shape)
    edges = grid(step_keV, beta.branch.endpoint_MeV)
    return VisibleSpectrum(edges, beta_shares(beta, edges))


def _nuclide() -> InternalNuclide:
    return internal_nuclide(NAME)
