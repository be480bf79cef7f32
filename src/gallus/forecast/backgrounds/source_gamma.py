r"""Photons of the source that come through its shield: its own gamma, those of impurities.

.. math:: N = A\, b\, B\, e^{-\sum \mu_i t_i}\, \epsilon(\lambda)

with b photons per decay, the layers i of the shield, a build-up factor B for photons that scatter
in the shield and still come through (1 unless stated; published factors of heavy metals are a few
at ten mean free paths), and the share epsilon that interacts in the target. See
:mod:`gallus.forecast.backgrounds.attenuation`, :mod:`gallus.forecast.backgrounds.photon_rates`, and
:mod:`gallus.forecast.backgrounds.deposited_energy` for the visible energies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gallus.constants import SECONDS_PER_DAY
from gallus.errors import InputError
from gallus.forecast.backgrounds.attenuation import (
    Layer,
    Medium,
    attenuation_length_m,
    transmission,
)
from gallus.forecast.backgrounds.base import Background, FromSource
from gallus.forecast.backgrounds.deposited_energy import deposited_spectrum
from gallus.forecast.backgrounds.photon_rates import interacting_share
from gallus.geometry.solids import Solid


def source_gamma(
    energy_MeV: float,
    photons_per_s: float,
    half_life_d: float,
    layers: Sequence[Layer],
    solid: Solid,
    height_m: float,
    target: Medium,
    electrons_per_cm3: float,
    *,
    hole_m: float = 0.0,
    build_up: float = 1.0,
    relative_error: float = math.inf,
) -> Background:
    """Photons of one energy from a point on the axis, ``source-gamma``.

    Parameters
    ----------
    energy_MeV : float
        Of the photon.
    photons_per_s : float
        Emitted at the start, in all directions.
    half_life_d : float
        Of what emits them.
    layers : sequence of Layer
        Between source and target.
    solid : solid
        The detector, also where the hole around the source is.
    height_m : float
        Of the source on its axis.
    target : Medium
        What the target is made of.
    electrons_per_cm3 : float
        Of the target.
    hole_m : float
        Length of target that the hole around the source, with the layers in it, replaces.
    build_up : float
        Photons that come through, scattered ones included, over those that did not interact.
    relative_error : float
        One sigma of the rate.

    Raises
    ------
    InputError
        If the energy is outside of the tables or there are no photons.
    """
    if not photons_per_s >= 0:
        raise InputError("is negative", key="photons_per_s", value=photons_per_s)
    length_m = attenuation_length_m(energy_MeV, target)
    entering = photons_per_s * build_up * float(transmission(np.asarray(energy_MeV), layers))
    # Rates count the whole detector; behind the hole exactly what comes through the layers is left.
    entering *= math.exp(hole_m / length_m)
    interacting = float(interacting_share(solid, height_m, np.asarray(length_m)))
    return Background(
        "source-gamma",
        entering * interacting * SECONDS_PER_DAY,
        deposited_spectrum(energy_MeV, target, electrons_per_cm3),
        FromSource(length_m),
        relative_error,
        half_life_d,
        citations=("hubbell-1995",),
        remark=f"{1e3 * energy_MeV:.0f} keV through the shield, narrow beam times {build_up:g}",
    )
