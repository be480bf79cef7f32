"""The factor of one vertex in the amplitude: closed form, and a sum over space-time as a check.

The packets of the external particles meet: their product, taken at the energy and momentum of the
neutrino, is what :mod:`gallus.coherence.amplitude` and :mod:`gallus.coherence.widths` start from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.coherence.widths import Packet, Vector, vertex_widths

STEP: Final = 0.5
"""Of the nodes, in standard deviations; the trapezoidal rule errs by less than 1e-30."""
STEPS: Final = 16
"""Nodes on either side; exp(-8^2/2) = 1e-14 is cut off."""


def vertex_factor(packets: Sequence[Packet], energy_eV: float, momentum_eV: Vector) -> float:
    """pi^2/(sigma_p^3 sigma_e) exp[-u^2/(4 sigma_p^2) - (w - v.u)^2/(4 sigma_e^2)].

    Parameters
    ----------
    packets : sequence of Packet
        All external particles of the vertex.
    energy_eV, momentum_eV : float and three floats
        w and u: beyond what the mean momenta give to the neutrino.
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
