"""The shield around the source as a value of a design, ``shield_cm``.

Hole, distance to the wall, and what of the source's own photons comes through follow from its
thickness. :func:`largest_shield_cm` is the thickness that a mass allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from gallus.errors import InputError
from gallus.experiments.background_sections import ShieldedTable
from gallus.experiments.setup import Setup
from gallus.forecast.backgrounds.attenuation import CM_PER_M, medium

SHIELD: Final = "shield_cm"


@dataclass(frozen=True)
class SourceShield:
    """The shield around the source.

    Parameters
    ----------
    core_m : float
        Radius of what is inside.
    material : str
        What it is made of.
    thickness_cm : float
        How thick it is.
    tables : tuple of str
        Names of the backgrounds that come through it.
    """

    core_m: float
    material: str
    thickness_cm: float
    tables: tuple[str, ...]

    @classmethod
    def of(cls, chosen: Setup) -> SourceShield:
        """Shield of a set-up: that of its photons' tables, up to its radius.

        Raises
        ------
        InputError
            If it has none, or several.
        """
        tables = [each for each in chosen.background if isinstance(each, ShieldedTable)]
        shields = {each.layers for each in tables}
        layers = [each for shield in shields for each in shield]
        core_m = chosen.source.shield_radius_m
        core_m -= sum(each.thickness_cm for each in layers) / CM_PER_M
        if len(shields) != 1 or len(layers) != 1 or not core_m > 0:
            raise InputError(
                "needs a set-up with one shield",
                key=SHIELD,
                allowed="source.shield_radius_m, and one and the same layer in all tables of "
                "source-gamma and bremsstrahlung",
            )
        (layer,) = layers
        names = tuple(each.name for each in tables)
        return cls(core_m, layer.material, layer.thickness_cm, names)

    def values(self, thickness_cm: float) -> dict[str, Any]:
        """Values of the set-up for another thickness."""
        radius_m = self.core_m + thickness_cm / CM_PER_M
        layers = [{"material": self.material, "thickness_cm": thickness_cm}]
        return {
            "source.shield_radius_m": radius_m,
            "position.hole_radius_m": radius_m,
            **{f"background.{name}.layers": layers for name in self.tables},
        }


def largest_shield_cm(chosen: Setup, mass_t: float) -> float:
    """Thickness of a spherical shield of some mass around the source of a set-up.

    Raises
    ------
    InputError
        If the set-up has no shield, or the mass is not above 0.
    """
    if not mass_t > 0:
        raise InputError("is no mass", key="shield mass", value=mass_t, allowed="above 0")
    shield = SourceShield.of(chosen)
    volume_m3 = mass_t / medium(shield.material).density_g_per_cm3  # 1 g/cm3 is 1 t/m3
    outer_m = math.cbrt(shield.core_m**3 + 3.0 * volume_m3 / (4.0 * math.pi))
    return CM_PER_M * (outer_m - shield.core_m)
