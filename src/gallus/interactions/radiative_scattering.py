r"""Radiative corrections to neutrino-electron scattering of Bahcall, Kamionkowski and Sirlin.

Use :class:`BahcallKamionkowskiSirlin`, with photons (`qed`) or without. J. N. Bahcall,
M. Kamionkowski, A. Sirlin, Phys. Rev. D 51 (1995) 6146:

.. math:: \frac{d\sigma}{dT} = \frac{2 G_F^2 m}{\pi}\Big\{
          g_L^2(T)\Big[1 + \frac\alpha\pi f_-\Big]
          + g_R^2(T)\,(1-z)^2\Big[1 + \frac\alpha\pi f_+\Big]
          - g_R(T)\,g_L(T)\,\frac{m}{E} z\Big[1 + \frac\alpha\pi f_{+-}\Big]\Big\},\quad z = T/E

    g_L(T) = rho [1/2 - kappa(T) s^2] - 1 (nu_e) or without the -1,  g_R(T) = -rho kappa(T) s^2

T is the kinetic energy of the electron alone: a photon that leaves with it is not counted, though a
calorimeter would add it. Photons change the 51Cr rate above 200 keV by -0.6 %. At the end of the
spectrum the correction grows as the logarithm of T_max - T (soft photons, to first order in alpha);
it is cut off where rounding ends, and every integral is finite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gallus.arrays import array_namespace, gauss_legendre
from gallus.constants import ELECTRON_MASS_MEV, FINE_STRUCTURE
from gallus.database.loader import load
from gallus.errors import InputError, unknown_name
from gallus.interactions.electron_scattering import (
    WEAK_CM2_PER_MEV,
    ConstantCouplings,
    ScatteringModel,
    check_energies,
)
from gallus.interactions.scattering_couplings import (
    NU_E,
    Couplings,
    Neutrino,
)
from gallus.interactions.scattering_kinematics import largest_recoil_MeV

NODES: Final = 48
"""Gauss-Legendre nodes of an integral; its relative error is below 1e-9."""
_DILOGARITHM: Final = (
    1.0,
    -1 / 4,
    1 / 36,
    0,
    -1 / 3600,
    0,
    1 / 211680,
    0,
    -1 / 10886400,
    0,
    1 / 526901760,
    0,
    -691 / 16999766784000,
    0,
    1 / 1120863744000,
)
"""B_n/(n + 1)! with the Bernoulli numbers B_n."""


@dataclass(frozen=True)
class BahcallKamionkowskiSirlin:
    """Couplings that run with the recoil energy, and photons.

    Parameters
    ----------
    qed : bool
        Whether virtual and real photons are included.
    """

    qed: bool = True

    @property
    def name(self) -> str:
        """Slug of the model."""
        return "bks-1995" if self.qed else "bks-1995-without-qed"

    @cached_property
    def _data(self) -> dict[str, float]:
        data = load("electron-scattering")
        return {
            key.removeprefix("bks_"): quantity.to("1")
            for key, quantity in data.quantities.items()
            if key.startswith("bks_")
        }

    def couplings(self, recoil_MeV: Any, neutrino: Neutrino = NU_E) -> Couplings:
        """g_L and g_R at a recoil energy, with the signs of C_L and C_R: both are -g."""
        data, group = self._data, "e" if neutrino.flavour == "e" else "mu"
        kappa = data[f"kappa_{group}_constant"] + data[f"kappa_{group}_slope"] * loop_function(
            recoil_MeV
        )
        right = data["rho"] * kappa * data["sin2_theta_w"]
        left = right - 0.5 * data["rho"] + (1.0 if neutrino.flavour == "e" else 0.0)
        found = Couplings(left, right)
        return found.crossed if neutrino.antineutrino else found

    def differential_cm2_per_MeV(
        self, energy_MeV: Any, recoil_MeV: Any, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return dsigma/dT, zero unless 0 < T <= T_max; arguments broadcast."""
        check_energies(energy_MeV, recoil_MeV)
        xp = array_namespace(energy_MeV, recoil_MeV)
        energy, recoil = xp.broadcast_arrays(xp.asarray(energy_MeV), xp.asarray(recoil_MeV))
        end = largest_recoil_MeV(energy)
        allowed = (recoil > 0.0) & (recoil <= end)
        return xp.where(
            allowed, self._inside(energy, xp.where(allowed, recoil, 0.5 * end), neutrino), 0.0
        )

    def integral_cm2(
        self, energy_MeV: Any, low_MeV: Any, high_MeV: Any = math.inf, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return sigma for recoils between two energies, by Gauss quadrature of fixed order.

        The nodes crowd at both ends, where the spectrum has logarithms.
        """
        check_energies(energy_MeV, low_MeV, high_MeV)
        xp = array_namespace(energy_MeV, low_MeV, high_MeV)
        energy, low, high = xp.broadcast_arrays(*map(xp.asarray, (energy_MeV, low_MeV, high_MeV)))
        end = largest_recoil_MeV(energy)
        low, high = xp.clip(low, 0.0, end), xp.clip(high, 0.0, end)
        # An empty interval is evaluated somewhere inside and has width 0.
        some = high > low
        start = xp.where(some, low, 0.25 * end)
        width = xp.where(some, high - low, 0.5 * end)
        share, weight = _crowded_rule()
        recoil = start[..., None] + width[..., None] * share
        values = self._inside(energy[..., None], recoil, neutrino) @ xp.asarray(weight)
        return xp.where(some, width * values, 0.0)

    def _inside(self, energy: Any, recoil: Any, neutrino: Neutrino) -> Any:
        couplings, z = self.couplings(recoil, neutrino), recoil / energy
        minus, plus, mixed = photon_functions(energy, recoil) if self.qed else (0.0, 0.0, 0.0)
        order = FINE_STRUCTURE / math.pi
        return WEAK_CM2_PER_MEV * (
            couplings.left**2 * (1.0 + order * minus)
            + couplings.right**2 * ((1.0 - z) ** 2 + order * plus)
            - couplings.left
            * couplings.right
            * (ELECTRON_MASS_MEV / energy * z)
            * (1.0 + order * mixed)
        )


def loop_function(recoil_MeV: Any) -> Any:
    """I(T) = 1/6 {1/3 + (3 - x^2) [x/2 ln((x + 1)/(x - 1)) - 1]}, x = sqrt(1 + 2 m/T).

    How the electron's loop in the mixing of photon and Z depends on the momentum transfer.
    """
    xp = array_namespace(recoil_MeV)
    x = xp.sqrt(1.0 + 2.0 * ELECTRON_MASS_MEV / recoil_MeV)
    return (1.0 / 3.0 + (3.0 - x**2) * (x * xp.arctanh(1.0 / x) - 1.0)) / 6.0


def photon_functions(energy_MeV: Any, recoil_MeV: Any) -> tuple[Any, Any, Any]:
    r"""Photonic :math:`f_-, (1-z)^2 f_+, f_{+-}` for 0 < T < T_max (appendix B of the paper).

    The last factor of :math:`f_-`, beta, is the velocity of the electron, l/E_e.
    """
    xp = array_namespace(energy_MeV, recoil_MeV)
    mass = ELECTRON_MASS_MEV
    z, total = recoil_MeV / energy_MeV, recoil_MeV + mass
    momentum = xp.sqrt(recoil_MeV * (recoil_MeV + 2.0 * mass))
    beta, rest = momentum / total, 1.0 - z
    log_z, log_rest = xp.log(z), xp.log1p(-z)
    common = xp.arctanh(beta) / beta - 1.0
    # Zero at T_max; rounding must not make it negative.
    soft = xp.log(xp.maximum(rest - mass / (total + momentum), 1e-17))
    minus = (
        common * (2.0 * soft - log_rest - 0.5 * log_z - 5.0 / 12.0)
        + 0.5 * (_log_integral(z) - _log_integral(beta))
        - 0.5 * log_rest**2
        - (11.0 / 12.0 + 0.5 * z) * log_rest
        + z * (log_z + 0.5 * xp.log(2.0 * energy_MeV / mass))
        - (31.0 / 18.0 + log_z / 12.0) * beta
        - 11.0 / 12.0 * z
        + z**2 / 24.0
    )
    plus = (
        common
        * (
            rest**2 * (2.0 * soft - log_rest - 0.5 * log_z - 2.0 / 3.0)
            - 0.5 * (z**2 * log_z + rest)
        )
        - 0.5 * rest**2 * (log_rest**2 + beta * (_log_integral(rest) - log_z * log_rest))
        + log_rest * (0.5 * z**2 * log_z + rest / 3.0 * (2.0 * z - 0.5))
        - 0.5 * z**2 * _log_integral(rest)
        - z * (1.0 - 2.0 * z) / 3.0 * log_z
        - z * rest / 6.0
        - beta / 12.0 * (log_z + rest * (115.0 - 109.0 * z) / 6.0)
    )
    return minus, plus, 2.0 * common * soft


def _log_integral(x: Any) -> Any:
    """L(x), the integral of ln|1 - t|/t from 0 to x, for 0 <= x < 1: minus the dilogarithm.

    Series in u = -ln(1 - y) with y <= 1/2, reflected for the upper half; error 1e-16.
    """
    xp = array_namespace(x)
    upper = x > 0.5
    u = -xp.log1p(-xp.where(upper, 1.0 - x, x))
    series: Any = 0.0
    for coefficient in reversed(_DILOGARITHM):
        series = series * u + coefficient
    dilogarithm = series * u
    # Li2(x) + Li2(1 - x) = pi^2/6 - ln x ln(1 - x)
    inside = xp.where(upper, x, 0.75)
    reflected = math.pi**2 / 6.0 - xp.log(inside) * xp.log1p(-inside) - dilogarithm
    return -xp.where(upper, reflected, dilogarithm)


def _crowded_rule() -> tuple[Any, Any]:
    """Nodes and weights on (0, 1) of a Gauss rule in u, share = u^2 (3 - 2 u)."""
    nodes, weights = gauss_legendre(NODES)
    u = 0.5 * (nodes + 1.0)
    return u**2 * (3.0 - 2.0 * u), weights * 3.0 * u * (1.0 - u)


def scattering_model(name: str, sin2_theta_w: float | None = None) -> ScatteringModel:
    """Return a cross section by its slug.

    Parameters
    ----------
    name : str
        ``tree``, ``corrected-couplings``, ``bks-1995`` or ``bks-1995-without-qed``.
    sin2_theta_w : float, optional
        Weak mixing angle of ``tree``; the others contain their own.

    Raises
    ------
    InputError
        If the name is unknown, or an angle is given to a model that has its own.
    """
    known = {model.name: model for model in scattering_models()}
    if name not in known:
        raise unknown_name("scattering model", name, known)
    if sin2_theta_w is None:
        return known[name]
    if name != "tree":
        raise InputError(
            f"does not enter {name}, which has its own",
            key="sin2_theta_w",
            value=sin2_theta_w,
            allowed="the model tree",
        )
    return ConstantCouplings.tree(sin2_theta_w)


def scattering_models() -> tuple[ScatteringModel, ...]:
    """All models, from the simplest to the most complete."""
    return (
        ConstantCouplings.tree(),
        ConstantCouplings.corrected(),
        BahcallKamionkowskiSirlin(qed=False),
        BahcallKamionkowskiSirlin(),
    )
