"""The factor of a vertex, exp(-Q): the product of its packets, summed over space and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pytest

from gallus.arrays import Array
from gallus.coherence.widths import Packet, Vector, vertex_widths

STEP: Final = 0.5
"""Of the nodes, in standard deviations; the trapezoidal rule errs by less than 1e-30."""
STEPS: Final = 16
"""Nodes on either side; exp(-8^2/2) = 1e-14 is cut off."""


def vertex_factor(packets: Sequence[Packet], energy_eV: float, momentum_eV: Vector) -> float:
    """pi^2/(sigma_p^3 sigma_e) exp[-u^2/(4 sigma_p^2) - (w - v.u)^2/(4 sigma_e^2)].

    Energy and momentum are w and u: beyond what the mean momenta give to the neutrino.
    """
    widths = vertex_widths(packets)
    square = math.fsum(u * u for u in momentum_eV) / widths.sigma_p_eV**2
    rest = energy_eV - math.fsum(v * u for v, u in zip(widths.velocity, momentum_eV, strict=True))
    exponent = (square + (rest / widths.sigma_e_eV) ** 2) / 4.0
    return math.pi**2 / (widths.sigma_p_eV**3 * widths.sigma_e_eV) * math.exp(-exponent)


def vertex_factor_by_fourier(
    packets: Sequence[Packet], energy_eV: float, momentum_eV: Vector
) -> float:
    """Integrate prod_l exp[-s_l^2 (x - v_l t)^2] exp[i (w t - u.x)] over space and time.

    By the trapezoidal rule in four dimensions; arguments as of :func:`vertex_factor`.
    """
    widths = vertex_widths(packets)
    nodes = np.arange(-STEPS, STEPS + 1) * STEP / math.sqrt(2.0)
    space, time = nodes / widths.sigma_p_eV, nodes / widths.sigma_e_eV
    t = time[:, None, None, None]
    # Places move with the mean velocity, so that the grid follows the packets.
    places: list[Array] = [
        space.reshape([-1 if axis == k else 1 for k in range(-1, 3)]) + velocity * t
        for axis, velocity in enumerate(widths.velocity)
    ]
    exponent = sum(
        p.width_eV**2 * (x - v * t) ** 2
        for p in packets
        for x, v in zip(places, p.velocity, strict=True)
    )
    phase = energy_eV * t - sum(u * x for u, x in zip(momentum_eV, places, strict=True))
    cell = (space[1] - space[0]) ** 3 * (time[1] - time[0])
    return float((np.exp(-exponent) * np.cos(phase)).sum() * cell)


TOY = (
    Packet("a", 240.0, (0.1, 0.2, -0.2), "initial"),
    Packet("b", 310.0, (-0.2, 0.1, 0.1), "final"),
    Packet("c", 60.0, (0.3, 0.0, 0.6), "final"),
)
CHROMIUM = (
    Packet("Cr", 480.0, (0.0, 0.0, 7e-7), "initial"),
    Packet("V", 480.0, (0.0, 0.0, -2e-5), "final"),
)
GALLIUM = (
    Packet("Ga", 370.0, (0.0, 0.0, 6e-7), "initial"),
    Packet("Ge", 370.0, (0.0, 0.0, 1e-5), "final"),
    Packet("e", 0.32, (0.0, 0.0, 0.83), "final"),
)


@pytest.mark.parametrize(
    ("packets", "energy", "momentum"),
    [
        (TOY, 40.0, (200.0, -30.0, 120.0)),
        (CHROMIUM, 0.003, (0.0, 0.0, 400.0)),
        (GALLIUM, 0.2, (150.0, 80.0, -300.0)),
    ],
    ids=["transverse", "chromium", "gallium"],
)
def test_the_vertex_factor_is_the_product_of_packets_at_the_neutrinos_momentum(
    packets: tuple[Packet, ...], energy: float, momentum: Vector
) -> None:
    """Four-dimensional sum; 1e-14 of the peak is cut off."""
    found = vertex_factor_by_fourier(packets, energy, momentum)
    peak = vertex_factor(packets, 0.0, (0.0, 0.0, 0.0))
    assert found == pytest.approx(vertex_factor(packets, energy, momentum), abs=1e-12 * peak)
    assert found < 0.95 * peak
