"""Which differences of d decoherence has: cases A, B, C and the free one, with their parameters.

Rates are those at the reference energy, in the order of the pairs (2, 1), (3, 1), (3, 2). All are
squares of differences, or of distances in a plane, so that they are completely positive; for three
rates from elsewhere :func:`angle_from_rates_deg` tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from gallus.arrays import Array, array_namespace
from gallus.errors import InputError
from gallus.parameters import Parameter

Case = Literal["A", "B", "C", "free"]

ROUNDING: Final = 1e-12
"""By which rates may miss complete positivity, relative to them."""


def angle_from_rates_deg(
    gamma_12_per_m: float, gamma_13_per_m: float, gamma_23_per_m: float
) -> float:
    """Angle between d_2 and d_3 that gives three rates, for case "free" of :class:`Decoherence`.

    sin^2(angle/2) = [gamma_23 - (sqrt(gamma_12) - sqrt(gamma_13))^2]/(4 sqrt(gamma_12 gamma_13))

    Where gamma_12 or gamma_13 is 0 any angle will do, and the result is 0.

    Raises
    ------
    InputError
        If a rate is negative or not finite, or the rates are not completely positive: one of
        their square roots is larger than the sum of the others. Then some state would get a
        negative probability.
    """
    rates = {
        "gamma_12_per_m": gamma_12_per_m,
        "gamma_13_per_m": gamma_13_per_m,
        "gamma_23_per_m": gamma_23_per_m,
    }
    for key, rate in rates.items():
        if not 0.0 <= rate < math.inf:
            raise InputError(
                "is no rate", key=key, value=rate, allowed="a finite number, 0 or more"
            )
    d_2, d_3, difference = (math.sqrt(rate) for rate in rates.values())
    excess = (difference - (d_2 - d_3)) * (difference + (d_2 - d_3))
    missing = (d_2 + d_3 - difference) * (d_2 + d_3 + difference)
    if min(excess, missing) < -ROUNDING * max(rates.values()):
        raise InputError(
            "are not completely positive",
            key=", ".join(rates),
            value=tuple(rates.values()),
            allowed="square roots that are the sides of a triangle",
        )
    return 2.0 * math.degrees(math.atan2(math.sqrt(max(excess, 0)), math.sqrt(max(missing, 0))))


def _rates_a(values: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """d_2 = d_3."""
    gamma = 1.0 / values["lambda_12_m"]
    return gamma, gamma, 0.0 * gamma


def _rates_b(values: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """d_3 = d_1."""
    gamma = 1.0 / values["lambda_12_m"]
    return gamma, 0.0 * gamma, gamma


def _rates_c(values: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """d_3 far away from d_2 on the same side of d_1."""
    return _rates_free({**values, "decoherence_angle_deg": 0.0})


def _rates_free(values: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """|d_3 - d_2|^2 = (|d_3| - |d_2|)^2 + 4 |d_2| |d_3| sin^2(angle/2), never negative."""
    short, long, angle = (
        values[name] for name in ("lambda_13_m", "lambda_12_m", "decoherence_angle_deg")
    )
    xp = array_namespace(short, long, angle)
    d_2, d_3 = 1.0 / xp.sqrt(long), 1.0 / xp.sqrt(short)
    half = xp.sin(xp.deg2rad(0.5 * angle))
    return 1.0 / long, 1.0 / short, (d_3 - d_2) ** 2 + 4.0 * d_2 * d_3 * half * half


RATES: Final[dict[Case, Callable[[Mapping[str, Any]], tuple[Array, Array, Array]]]] = {
    "A": _rates_a,
    "B": _rates_b,
    "C": _rates_c,
    "free": _rates_free,
}
"""gamma_12, gamma_13 and gamma_23 at E_ref, in the order of the pairs (2, 1), (3, 1), (3, 2)."""

SLUGS: Final[dict[Case, str]] = {
    "A": "decoherence-a",
    "B": "decoherence-b",
    "C": "decoherence",
    "free": "decoherence-free",
}


def named(name: str, kind: str) -> str:
    """Put the kind of neutrino before the unit: lambda_12_m, lambda_12_antineutrino_m."""
    if not kind or name == "power_r":
        return name + kind
    quantity, _, unit = name.rpartition("_")
    return f"{quantity}{kind}_{unit}"


def own_parameters(case: Case, kind: str = "") -> tuple[Parameter, ...]:
    """Lengths, angle and power of one case."""
    lengths = {
        "A": (length_parameter("12", kind, 2.0),),
        "B": (length_parameter("12", kind, 2.0),),
        "C": (length_parameter("12", kind, 2.0), length_parameter("13", kind, 0.05)),
        "free": (
            length_parameter("12", kind, 2.0),
            length_parameter("13", kind, 2.0),
            Parameter(
                named("decoherence_angle_deg", kind), 60.0, 0.0, 180.0, label=r"\alpha", unit="deg"
            ),
        ),
    }
    power = Parameter(named("power_r", kind), 12.0, -10.0, 40.0, label="r")
    return (*lengths[case], power)


def length_parameter(pair: str, kind: str, start_m: float) -> Parameter:
    """Lambda of a pair of states at E_ref."""
    return Parameter(
        named(f"lambda_{pair}_m", kind),
        start_m,
        1e-6,
        1e9,
        scale="log",
        label=rf"\lambda_{{{pair}}}",
        unit="m",
    )
