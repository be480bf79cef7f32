r"""Elastic scattering of neutrinos on electrons: cross sections and their integrals.

Use :func:`scattering_model` for a model by name (``tree``, ``corrected-couplings``, ``bks-1995``,
``bks-1995-without-qed``), :class:`ConstantCouplings` for couplings of one's own, and
:func:`line_average_cm2` for a source of neutrino lines.

.. math:: \frac{d\sigma}{dT} = \frac{2 G_F^2 m}{\pi}\Big[C_L^2 + C_R^2\Big(1 - \frac TE\Big)^2
          - C_L C_R \frac{m T}{E^2}\Big]
          + \frac{\pi\alpha^2}{m^2}\Big(\frac{\mu_\nu}{\mu_B}\Big)^2
          \Big(\frac 1T - \frac 1E\Big)

per electron, T the kinetic energy of the recoil, up to T_max (B. Kayser et al., Phys. Rev. D 20
(1979) 87; P. Vogel and J. Engel, Phys. Rev. D 39 (1989) 3378 for the magnetic moment). It is
linear in C_L^2, C_R^2, C_L C_R and mu^2: :func:`components_cm2_per_MeV` and
:func:`component_integrals_cm2` give the four coefficients, the latter in closed form. Electrons are
taken as free and at rest; with recoils of tens of keV in xenon their binding matters, and it is not
here.

The formulas are pure functions of arrays, of NumPy or jax. Energies in MeV, cross sections in cm^2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from gallus.arrays import array_namespace, is_traceable
from gallus.constants import (
    ELECTRON_MASS_MEV,
    FERMI_COUPLING_MEV2,
    FINE_STRUCTURE,
    HBARC_MEV_CM,
)
from gallus.errors import InputError
from gallus.interactions.ground_state import NeutrinoLine
from gallus.interactions.scattering_couplings import (
    FLAVOURS,
    NU_E,
    Couplings,
    Flavour,
    Neutrino,
    checked_sin2_theta_w,
    corrected_couplings,
    low_energy_sin2_theta_w,
    tree_couplings,
)
from gallus.interactions.scattering_kinematics import largest_recoil_MeV

WEAK_CM2_PER_MEV: Final = (
    2.0 * FERMI_COUPLING_MEV2**2 * ELECTRON_MASS_MEV / math.pi * HBARC_MEV_CM**2
)
"""2 G_F^2 m/pi, 1.7233e-44 cm^2/MeV."""
MAGNETIC_CM2: Final = math.pi * (FINE_STRUCTURE * HBARC_MEV_CM / ELECTRON_MASS_MEV) ** 2
"""pi alpha^2/m^2, 2.495e-25 cm^2."""

COMPONENTS: Final = ("left2", "right2", "left_right", "magnetic_moment2")
"""Names of the components, in their order: C_L^2, C_R^2, C_L C_R, (mu_nu/mu_B)^2."""


def components_cm2_per_MeV(energy_MeV: Any, recoil_MeV: Any) -> Any:
    """Coefficients of C_L^2, C_R^2, C_L C_R and mu^2 in dsigma/dT, shape (4, ...).

    Parameters
    ----------
    energy_MeV, recoil_MeV : array_like
        Neutrino energy above 0, and kinetic energy of the recoil; they broadcast.

    Returns
    -------
    array
        Zero unless 0 < T <= T_max.
    """
    xp = array_namespace(energy_MeV, recoil_MeV)
    energy, recoil = xp.broadcast_arrays(xp.asarray(energy_MeV), xp.asarray(recoil_MeV))
    allowed = (recoil > 0.0) & (recoil <= largest_recoil_MeV(energy))
    t = xp.where(allowed, recoil, energy)  # a value without poles, thrown away below
    values = (
        WEAK_CM2_PER_MEV * xp.ones_like(energy),
        WEAK_CM2_PER_MEV * (1.0 - t / energy) ** 2,
        -WEAK_CM2_PER_MEV * ELECTRON_MASS_MEV * t / energy**2,
        MAGNETIC_CM2 * (1.0 / t - 1.0 / energy),
    )
    return xp.where(allowed, xp.stack(values), 0.0)


def component_integrals_cm2(energy_MeV: Any, low_MeV: Any, high_MeV: Any = math.inf) -> Any:
    """Coefficients of C_L^2, C_R^2, C_L C_R and mu^2 in sigma(low < T < high), closed form.

    Parameters
    ----------
    energy_MeV : array_like
        Neutrino energy, above 0.
    low_MeV, high_MeV : array_like
        Recoil energies; the part above T_max does not count. The last coefficient is infinite for
        ``low_MeV = 0``.

    Returns
    -------
    array, shape (4, ...)
        In cm^2.
    """
    xp = array_namespace(energy_MeV, low_MeV, high_MeV)
    energy, low, high = xp.broadcast_arrays(*map(xp.asarray, (energy_MeV, low_MeV, high_MeV)))
    end = largest_recoil_MeV(energy)
    low, high = xp.clip(low, 0.0, end), xp.clip(high, 0.0, end)
    width = high - low
    # Differences of powers are factored, so that narrow bins lose no digits.
    y_low, y_high = 1.0 - low / energy, 1.0 - high / energy
    cubes = (y_low**2 + y_low * y_high + y_high**2) / 3.0
    positive = low > 0.0
    ratio = xp.where(positive, width / xp.where(positive, low, 1.0), math.inf)
    logarithm = xp.where(width > 0.0, xp.log1p(ratio), 0.0)
    values = (
        WEAK_CM2_PER_MEV * width,
        WEAK_CM2_PER_MEV * width * cubes,
        -WEAK_CM2_PER_MEV * width * ELECTRON_MASS_MEV * (low + high) / (2.0 * energy**2),
        MAGNETIC_CM2 * (logarithm - width / energy),
    )
    return xp.stack(values)


def magnetic_cm2_per_MeV(energy_MeV: Any, recoil_MeV: Any, moment_muB: Any) -> Any:
    """Cross section dsigma/dT by a magnetic moment in Bohr magnetons; it adds to the weak one."""
    return components_cm2_per_MeV(energy_MeV, recoil_MeV)[3] * moment_muB**2


def magnetic_integral_cm2(
    energy_MeV: Any, low_MeV: Any, moment_muB: Any, high_MeV: Any = math.inf
) -> Any:
    """Cross section by a magnetic moment for recoils between two energies.

    Raises
    ------
    InputError
        If the threshold is not above 0, where the cross section is infinite.
    """
    if not is_traceable(low_MeV) and not np.all(np.asarray(low_MeV) > 0.0):
        raise InputError(
            "makes the cross section by a magnetic moment infinite",
            key="low_MeV",
            value=float(np.min(low_MeV)),
            allowed="above 0",
        )
    return component_integrals_cm2(energy_MeV, low_MeV, high_MeV)[3] * moment_muB**2


class ScatteringModel(Protocol):
    """Cross section of one electron."""

    @property
    def name(self) -> str:
        """Slug of the model."""
        ...

    def differential_cm2_per_MeV(
        self, energy_MeV: Any, recoil_MeV: Any, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return dsigma/dT, zero unless 0 < T <= T_max; arguments broadcast."""
        ...

    def integral_cm2(
        self, energy_MeV: Any, low_MeV: Any, high_MeV: Any = math.inf, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return sigma for recoils between two energies; arguments broadcast.

        Zero if the lower one is above T_max.
        """
        ...


@dataclass(frozen=True)
class ConstantCouplings:
    """Couplings that do not depend on the recoil energy.

    Parameters
    ----------
    name : str
        Slug.
    couplings : mapping
        C_L and C_R of each flavour that scatters.
    """

    name: str
    couplings: Mapping[Flavour, Couplings]

    @classmethod
    def tree(cls, sin2_theta_w: float | None = None) -> ConstantCouplings:
        """Formula of the Standard Model at tree level.

        Parameters
        ----------
        sin2_theta_w : float, optional
            Weak mixing angle; that at zero momentum transfer if not given.
        """
        s2 = low_energy_sin2_theta_w() if sin2_theta_w is None else sin2_theta_w
        checked_sin2_theta_w(s2)
        return cls("tree", {flavour: tree_couplings(flavour, s2) for flavour in FLAVOURS})

    @classmethod
    def corrected(cls) -> ConstantCouplings:
        """Couplings of each flavour with radiative corrections, without photons."""
        return cls("corrected-couplings", {f: corrected_couplings(f) for f in FLAVOURS})

    def of(self, neutrino: Neutrino) -> Couplings:
        """C_L and C_R of a neutrino or antineutrino.

        Raises
        ------
        InputError
            If the model has none for the flavour.
        """
        if neutrino.flavour not in self.couplings:
            raise InputError(
                f"has no couplings in {self.name}",
                key="flavour",
                value=neutrino.flavour,
                allowed=", ".join(self.couplings),
            )
        couplings = self.couplings[neutrino.flavour]
        return couplings.crossed if neutrino.antineutrino else couplings

    def differential_cm2_per_MeV(
        self, energy_MeV: Any, recoil_MeV: Any, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return dsigma/dT, zero unless 0 < T <= T_max; arguments broadcast."""
        check_energies(energy_MeV, recoil_MeV)
        parts = components_cm2_per_MeV(energy_MeV, recoil_MeV)
        return _weighted(self.of(neutrino), parts)

    def integral_cm2(
        self, energy_MeV: Any, low_MeV: Any, high_MeV: Any = math.inf, neutrino: Neutrino = NU_E
    ) -> Any:
        """Return sigma for recoils between two energies, in closed form; arguments broadcast."""
        check_energies(energy_MeV, low_MeV, high_MeV)
        parts = component_integrals_cm2(energy_MeV, low_MeV, high_MeV)
        return _weighted(self.of(neutrino), parts)


def line_average_cm2(
    model: ScatteringModel,
    lines: Iterable[NeutrinoLine],
    low_MeV: Any,
    high_MeV: Any = math.inf,
    neutrino: Neutrino = NU_E,
) -> Any:
    """Cross section per decay of a source, the sum over its lines of fraction times sigma.

    Parameters
    ----------
    model : ScatteringModel
        Cross section of one electron.
    lines : iterable
        Energies and fractions of the decays, as of :meth:`gallus.sources.Radionuclide.lines`.
    low_MeV, high_MeV : array_like
        Recoil energies between which an electron counts.
    neutrino : Neutrino
        What arrives.
    """
    total: Any = 0.0
    for line in lines:
        total = total + line.fraction * model.integral_cm2(
            line.energy_MeV, low_MeV, high_MeV, neutrino
        )
    return total


def check_energies(energy_MeV: Any, *recoils_MeV: Any) -> None:
    """Check what can be checked: traced numbers of jax pass.

    Raises
    ------
    InputError
        If a neutrino energy is not positive and finite, or a recoil energy negative or not a
        number.
    """
    energy = None if is_traceable(energy_MeV) else np.asarray(energy_MeV, dtype=np.float64)
    if energy is not None and not np.all((energy > 0.0) & np.isfinite(energy)):
        raise InputError(
            "is not an energy", key="energy_MeV", value=energy.tolist(), allowed="above 0"
        )
    for recoil in recoils_MeV:
        if not is_traceable(recoil) and not np.all(np.asarray(recoil) >= 0.0):
            raise InputError(
                "is not a recoil energy",
                key="recoil_MeV",
                value=np.asarray(recoil).tolist(),
                allowed="0 or more",
            )


def _weighted(couplings: Couplings, components: Any) -> Any:
    """The weak part; the magnetic one may be infinite, so it is left out, not multiplied by 0."""
    left, right = couplings.left, couplings.right
    return left**2 * components[0] + right**2 * components[1] + left * right * components[2]
