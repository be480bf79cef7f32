"""The damping by brute force: integrals of the amplitude, without the closed forms.

With the emission time, which nobody observes, integrated out, the interference of mass states j
and k in the rate is

    R_jk = int dE prod_I int dy V_I(p_j) V_I(p_k) exp[i (p_j - p_k) L],   p_j = sqrt(E^2 - m_j^2),

over both vertices I, with V = exp(-Q) of :mod:`gallus.coherence.widths`; y are the mean momenta
that are averaged over: of an unobserved final particle, and of the initial one in thermal motion.
:func:`numerical_damping` compares it to the same integral of equal masses. It uses the exact
dispersion, the trapezoidal rule, which converges exponentially here, and decimal numbers of 40
digits: so the 5e-12 or 1e-19 by which quantum mechanics damps come out with many digits. Closed
forms serve to place the nodes only. Takes 0.1 s, a few seconds with two averages at a vertex.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import product
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from gallus.arrays import Array
from gallus.coherence.widths import EnergyReading, Vertex, process_widths, vertex_widths
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError, unknown_name
from gallus.oscillation.widths import check_width

Reference = Literal["equal-masses", "mass-states"]
"""Rate that interference is compared to: of two equal masses, or the mean of the two masses'."""
# Squares of the masses, in eV2.
Masses: TypeAlias = tuple[Decimal, Decimal]
# Real and imaginary part.
Rate: TypeAlias = tuple[Decimal, Decimal]

DIGITS: Final = 40
STEP: Final = 0.4
"""Of the nodes, in standard deviations; the rule errs by exp[-2 (pi/STEP)^2] = 4e-54."""
STEPS: Final = 22
"""Nodes on either side; exp(-8.8^2/2) = 2e-17 of both rates is cut off."""
MEAN_STEP: Final = 0.9
MEAN_STEPS: Final = 8
"""Of averages at a vertex: they err by exp[-2 (pi/0.9)^2] = 3e-11 of the exponent."""
HALVINGS: Final = 8


@dataclass(frozen=True)
class NumericalDamping:
    """What the integrals give.

    Parameters
    ----------
    exponent : float
        -ln of abs(R_jk) over the reference.
    phase_rad : float
        Phase of R_jk beyond that at the mean energy.
    change : float
        Relative change of the exponent from leaving out every second energy.
    """

    exponent: float
    phase_rad: float
    change: float


def numerical_damping(
    production: Vertex,
    detection: Vertex,
    delta_m2_eV2: float,
    energy_MeV: float,
    baseline_m: float,
    *,
    sigma_en: EnergyReading = "phase-space",
    reference: Reference = "equal-masses",
) -> NumericalDamping:
    """Interference of states of mass 0 and sqrt(Delta m2) by integration, exact dispersion.

    To be compared to xi_loc xi_en: these are the first order in sigma_en/E and Delta m2/E^2. The
    mean momenta are those of a neutrino of the energy and the mean of both squared masses. In the
    reference "mass-states", sqrt(R_jj R_kk), states of mass are suppressed as well at fixed
    momenta, which leaves less loss than xi_loc.

    Raises
    ------
    InputError
        If a reading is unknown, the splitting is not that of relativistic neutrinos, or the
        widths are those that :func:`gallus.coherence.widths.process_widths` refuses.
    """
    if reference not in get_args(Reference):
        raise unknown_name("reference rate", str(reference), get_args(Reference))
    energy_eV = energy_MeV * 1e6
    if not 0.0 < delta_m2_eV2 < 0.01 * energy_eV**2:
        allowed = "above 0, far below the square of the energy"
        raise InputError(
            "is no splitting here", key="delta_m2_eV2", value=delta_m2_eV2, allowed=allowed
        )
    check_width(baseline_m, "baseline_m")
    width_eV = process_widths(production, detection, sigma_en=sigma_en).sigma_en_eV
    with localcontext() as context:
        context.prec = DIGITS
        splitting = Decimal(delta_m2_eV2)
        integral = _Integral(
            energy=Decimal(energy_eV),
            width=Decimal(width_eV),
            mean_square=splitting / 2,
            baseline=Decimal(baseline_m) / Decimal(HBARC_MEV_M * 1e6),
            vertices=tuple(_factor(v, sigma_en) for v in (production, detection)),
        )
        return _compared(integral, splitting, reference)


class _Axis(NamedTuple):
    """A mean momentum that is averaged over: by how much it shifts u_z and w - v.u.

    `precision` is 1/variance of its own, 0 for a momentum that may be anything.
    """

    momentum: float
    rest: float
    precision: float


class _Node(NamedTuple):
    """A place on the axes, relative to the middle, and the shifts of u_z and w - v.u there."""

    place: tuple[Decimal, ...]
    momentum: Decimal
    rest: Decimal


@dataclass(frozen=True)
class _Factor:
    """V of one vertex along the neutrino, averaged over axes."""

    half_p: Decimal
    """1/(2 sigma_p)."""
    half_e: Decimal
    """1/(2 sigma_e)."""
    velocity: Decimal
    axes: tuple[_Axis, ...]
    nodes: tuple[_Node, ...]

    def mean(self, u_first: Decimal, u_second: Decimal, w: Decimal) -> Decimal:
        """Integral over the axes of V(u_first, w) V(u_second, w), up to a constant."""
        rests = [w - self.velocity * u for u in (u_first, u_second)]
        middle = self._middle(float(u_first + u_second) / 2, float(sum(rests)) / 2)
        along, beyond = _shifts(self.axes, middle)
        momenta = [(u + along) * self.half_p for u in (u_first, u_second)]
        energies = [(rest + beyond) * self.half_e for rest in rests]
        total = Decimal(0)
        for node in self.nodes:
            p, e = node.momentum * self.half_p, node.rest * self.half_e
            squares = sum((x + p) ** 2 for x in momenta) + sum((x + e) ** 2 for x in energies)
            total += (-squares - self._own(middle, node.place)).exp()
        return total

    def _own(self, middle: Sequence[Decimal], place: Sequence[Decimal]) -> Decimal:
        """Exponent of the axes' own distributions."""
        terms = zip(self.axes, middle, place, strict=True)
        return sum(
            (Decimal(a.precision / 2) * (m + y) ** 2 for a, m, y in terms if a.precision),
            Decimal(0),
        )

    def _middle(self, u: float, rest: float) -> list[Decimal]:
        """Where the integrand over the axes peaks: the middle of the nodes."""
        if not self.axes:
            return []
        p, e = 2 * float(self.half_p), 2 * float(self.half_e)
        slope = [a.momentum * u * p * p + a.rest * rest * e * e for a in self.axes]
        middle = -np.linalg.solve(_precision(self.axes, 1 / p, 1 / e), slope)
        return [Decimal(float(y)) for y in middle]


@dataclass(frozen=True)
class _Integral:
    """R_jk for any two masses."""

    energy: Decimal
    width: Decimal
    mean_square: Decimal
    baseline: Decimal
    vertices: tuple[_Factor, ...]

    def rates(self, masses: Masses) -> tuple[Rate, Rate]:
        """R_jk of all energies, and without every second one; phase from the mean energy."""
        mean = (self.energy**2 - self.mean_square).sqrt()
        start = self._phase(self.energy, masses)
        terms = []
        for n in range(-STEPS, STEPS + 1):
            w = n * Decimal(STEP) * self.width
            u_first, u_second = (p - mean for p in self._momenta(self.energy + w, masses))
            weight = Decimal(1)
            for vertex in self.vertices:
                weight *= vertex.mean(u_first, u_second, w)
            cosine, sine = _cosine_and_sine(self._phase(self.energy + w, masses) - start)
            terms.append((weight * cosine, weight * sine))
        return _total(terms), _total(terms[::2])

    def _momenta(self, energy: Decimal, masses: Masses) -> list[Decimal]:
        return [(energy**2 - square).sqrt() for square in masses]

    def _phase(self, energy: Decimal, masses: Masses) -> Decimal:
        """(p_j - p_k) L."""
        first, second = self._momenta(energy, masses)
        return (first - second) * self.baseline


def _total(terms: Sequence[Rate]) -> Rate:
    real, imaginary = (sum(part, Decimal(0)) for part in zip(*terms, strict=True))
    return real, imaginary


def _compared(integral: _Integral, splitting: Decimal, reference: Reference) -> NumericalDamping:
    crossed: Masses = (Decimal(0), splitting)
    alike = [(splitting / 2,) * 2] if reference == "equal-masses" else [(m, m) for m in crossed]
    rates = integral.rates(crossed)
    references = [integral.rates(masses) for masses in alike]

    def exponent(nodes: int) -> Decimal:
        real, imaginary = rates[nodes]
        undamped = sum((each[nodes][0].ln() for each in references), Decimal(0))
        return undamped / len(references) - (real**2 + imaginary**2).ln() / 2

    real, imaginary = rates[0]
    every, half = exponent(0), exponent(1)
    phase = math.atan2(imaginary, real)
    return NumericalDamping(float(every), phase, float(abs(half / every - 1)))


def _factor(vertex: Vertex, reading: EnergyReading) -> _Factor:
    widths = vertex_widths(vertex.packets)
    axes = () if reading == "fixed-momenta" else tuple(_axes(vertex, reading))
    return _Factor(
        half_p=1 / (2 * Decimal(widths.sigma_p_eV)),
        half_e=1 / (2 * Decimal(widths.sigma_e_eV)),
        velocity=Decimal(widths.velocity[2]),
        axes=axes,
        nodes=_nodes(axes, widths.sigma_p_eV, widths.sigma_e_eV),
    )


def _axes(vertex: Vertex, reading: EnergyReading) -> Iterator[_Axis]:
    """Mean momenta along and across the neutrino, and thermal motion."""
    widths = vertex_widths(vertex.packets)
    if len(vertex.integrated) > 1:
        # Momentum and energy are then shifted by anything, each by itself.
        yield from (_Axis(1.0, 0.0, 0.0), _Axis(0.0, 1.0, 0.0))
        return
    for particle in vertex.integrated:
        x, y, z = (a - b for a, b in zip(particle.velocity, widths.velocity, strict=True))
        yield _Axis(1.0, z, 0.0)
        # Momenta across the neutrino and thermal motion only shift w: as one normal variable.
        across = widths.sigma_p_eV * math.hypot(x, y)
        warm = vertex.doppler_eV * (1.0 - particle.velocity[2]) if reading == "doppler" else 0.0
        if spread := math.hypot(across, warm):
            yield _Axis(0.0, 1.0, spread**-2)


def _precision(axes: Sequence[_Axis], sigma_p: float, sigma_e: float) -> Array:
    """Inverse covariance of the places on the axes in V V."""
    u, rest, own = np.array(axes).T
    along, beyond = u / sigma_p, rest / sigma_e
    return np.outer(along, along) + np.outer(beyond, beyond) + np.diag(own)


def _nodes(axes: Sequence[_Axis], sigma_p: float, sigma_e: float) -> tuple[_Node, ...]:
    """Nodes of the trapezoidal rule in as many dimensions as there are axes."""
    if not axes:
        return (_Node((), Decimal(0), Decimal(0)),)
    spread = np.linalg.cholesky(np.linalg.inv(_precision(axes, sigma_p, sigma_e)))
    line = np.arange(-MEAN_STEPS, MEAN_STEPS + 1) * MEAN_STEP
    grid = np.array(list(product(line, repeat=len(axes)))) @ spread.T
    places = [tuple(Decimal(float(y)) for y in place) for place in grid]
    return tuple(_Node(place, *_shifts(axes, place)) for place in places)


def _shifts(axes: Sequence[_Axis], place: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """By how much u_z and w - v.u are shifted at a place."""
    momentum = sum((Decimal(a.momentum) * y for a, y in zip(axes, place, strict=True)), Decimal(0))
    rest = sum((Decimal(a.rest) * y for a, y in zip(axes, place, strict=True)), Decimal(0))
    return momentum, rest


def _cosine_and_sine(angle: Decimal) -> tuple[Decimal, Decimal]:
    """From the series of a small angle, and doubling it."""
    small = angle / 2**HALVINGS
    cosine, sine, term = Decimal(1), Decimal(0), Decimal(1)
    for n in range(1, 2 * DIGITS):
        term = term * small / n
        if n % 2:
            sine += term if n % 4 == 1 else -term
        else:
            cosine += term if n % 4 == 0 else -term
    for _ in range(HALVINGS):
        cosine, sine = cosine * cosine - sine * sine, 2 * cosine * sine
    return cosine, sine
