"""Units that data files may use, and the conversion between them.

A unit is a name with a dimension and a size. Conversion happens once, where a file is read; inside
Gallus the unit stands in the name of the variable.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gallus.errors import InputError, unknown_name


class Unit(NamedTuple):
    """Dimension of a unit and its size in the reference unit of that dimension."""

    dimension: str
    size: float


_YEAR_D: Final = 365.25
_CURIE_BQ: Final = 3.7e10  # exact, by definition of the curie

UNITS: Final[dict[str, Unit]] = {
    "1": Unit("number", 1.0),
    "%": Unit("number", 0.01),
    "s": Unit("time", 1.0 / 86400.0),
    "min": Unit("time", 1.0 / 1440.0),
    "h": Unit("time", 1.0 / 24.0),
    "d": Unit("time", 1.0),
    "a": Unit("time", _YEAR_D),
    "1/d": Unit("rate", 1.0),
    "1/s": Unit("rate", 86400.0),
    "1/d/t": Unit("rate per mass", 1e-3),
    "1/d/100t": Unit("rate per mass", 1e-5),
    "1/d/kt": Unit("rate per mass", 1e-6),
    "Bq": Unit("activity", 1.0),
    "kBq": Unit("activity", 1e3),
    "MBq": Unit("activity", 1e6),
    "GBq": Unit("activity", 1e9),
    "TBq": Unit("activity", 1e12),
    "PBq": Unit("activity", 1e15),
    "Ci": Unit("activity", _CURIE_BQ),
    "kCi": Unit("activity", _CURIE_BQ * 1e3),
    "MCi": Unit("activity", _CURIE_BQ * 1e6),
    "eV": Unit("energy", 1e-6),
    "keV": Unit("energy", 1e-3),
    "MeV": Unit("energy", 1.0),
    "GeV": Unit("energy", 1e3),
    "MeV3": Unit("energy cubed", 1.0),
    "1/MeV": Unit("inverse energy", 1.0),
    "eV2": Unit("mass squared", 1.0),
    "fm": Unit("length", 1e-15),
    "nm": Unit("length", 1e-9),
    "mm": Unit("length", 1e-3),
    "cm": Unit("length", 1e-2),
    "m": Unit("length", 1.0),
    "km": Unit("length", 1e3),
    "m.w.e.": Unit("depth", 1.0),
    "km.w.e.": Unit("depth", 1e3),
    "cm2": Unit("cross section", 1.0),
    "1e-44 cm2": Unit("cross section", 1e-44),
    "1e-45 cm2": Unit("cross section", 1e-45),
    "1e-46 cm2": Unit("cross section", 1e-46),
    "g": Unit("mass", 1e-3),
    "kg": Unit("mass", 1.0),
    "t": Unit("mass", 1e3),
    "kt": Unit("mass", 1e6),
    "u": Unit("atomic mass", 1.0),
    "g/cm3": Unit("density", 1.0),
    "g/cm2": Unit("column density", 1.0),
    "cm3": Unit("volume", 1e-6),
    "m3": Unit("volume", 1.0),
    "1/cm3": Unit("number density", 1.0),
    "deg": Unit("angle", 1.0),
    "SNU": Unit("solar rate", 1.0),
    "1/cm2/s": Unit("flux", 1.0),
    "1/m2/s": Unit("flux", 1e-4),
}


def unit(name: str) -> Unit:
    """Return the unit of that name.

    Raises
    ------
    InputError
        If the name is not a known unit.
    """
    try:
        return UNITS[name]
    except KeyError:
        raise unknown_name("unit", name, UNITS) from None


def factor(source: str, target: str) -> float:
    """Factor that turns a number in unit `source` into one in unit `target`.

    Raises
    ------
    InputError
        If a unit is unknown or the two measure different things.
    """
    a, b = unit(source), unit(target)
    if a.dimension != b.dimension:
        same = ", ".join(name for name, known in UNITS.items() if known.dimension == b.dimension)
        raise InputError(
            f"is a unit of {a.dimension}, not of {b.dimension}",
            key="unit",
            value=source,
            allowed=same,
        )
    # A quotient of powers of ten is rounded once more than needed; 1e-45/1e-45 stays 1 exactly.
    return a.size / b.size
