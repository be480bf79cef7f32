"""Momentum and energy widths of production and detection, and what they leave for the neutrino.

:func:`vertex_widths` for one vertex, :func:`process_widths` for the whole process: sigma_m, which
rules localisation decoherence, and sigma_en, which rules the separation of wave packets; both with
the particles that they come from. :mod:`gallus.coherence.damping` makes damping factors of them,
:mod:`gallus.coherence.amplitude` checks them by numerical integration.

Each external particle is a packet exp[-(k - p)^2/(4 s^2)] with s its momentum width and velocity
v_l (Krueger and Schwetz, arXiv:2303.15524). With u = p - p_I and w = E - E_I, the momentum and
energy that the neutrino takes beyond those which the mean momenta give it, a vertex is

    exp[-Q(u, w)],   Q = u^2/(4 sigma_p^2) + (w - v.u)^2/(4 sigma_e^2),

that is, u and w in its square are normal with covariance C = sum_l s_l^2 W_l W_l^T,
W_l = (1, v_l^T), a 4 x 3 matrix. Far from the source mass state j has u = l p_j(E) along the
direction l. Q is quadratic, so Q(u_j) + Q(u_k) = 2 Q(mean) + 2 Q(half of the difference), without
remainder. The difference is l Delta m2/2E with equal energies: its part is the loss xi_loc, with

    1/sigma_m^2 = sum_I [1/sigma_p^2 + v_z^2/sigma_e^2],            sum over both vertices I.

The mean is a normal distribution of E of variance sigma_en^2; the emission time is not observed,
so energies add incoherently and its characteristic function is xi_en:

    1/sigma_en^2 = sum_I [1/sigma_p^2 + (1 - v_z)^2/sigma_e^2].

What is averaged classically shifts the mean alone: sigma_m never changes. A mean momentum that is
spread by tau adds tau^2 W W^T to C of the mean. The momentum of one final particle f that nobody
observes (tau -> infinity) leaves the one constraint w = v_f.u, of width

    sqrt(sum_{l != f} s_l^2 |v_l - v_f|^2)/(1 - v_fz);

two such particles leave none. The velocities are vectors throughout: transverse ones count in
differences. The thermal motion of the initial particle, tau = sqrt(M k T), adds then
tau |v_i - v_f|/(1 - v_fz) in quadrature, which is E sqrt(kT/M) where v_f is the recoil E/M of a
decay into two. Where all final momenta are known they fix E to their own widths,
whatever the thermal motion, which is then left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from gallus.coherence.constraints import (
    Constraint,
    Part,
    Side,
    combined,
    constraint,
    parts,
    together,
)
from gallus.errors import InputError, unknown_name
from gallus.oscillation.widths import conjugate_width_nm

Role = Literal["initial", "final"]
MassReading = Literal["full", "momentum-terms"]
"""1/sigma_m^2 with all its terms, or with those of sigma_p alone."""
EnergyReading = Literal["doppler", "phase-space", "fixed-momenta"]
"""sigma_en averaged over unobserved momenta and thermal motion, over the first, or over nothing."""
# Components; z is the direction of the neutrino, from source to detector, at both vertices.
Vector: TypeAlias = tuple[float, float, float]

THERMAL_MOTION: Final = "thermal motion"

ROUNDING: Final = 1e-14
"""Of velocities, relative: those that differ by less are one."""


@dataclass(frozen=True)
class Packet:
    """An external particle.

    Parameters
    ----------
    name : str
        For tables.
    width_eV : float
        s, the standard deviation of its momentum, hbar c/(2 delta_x).
    velocity : three floats
        Group velocity in units of c.
    role : {"initial", "final"}
        Whether it goes into the vertex or comes out.
    observed : bool
        Whether its momentum is known; a final one that is not known is integrated over.

    Raises
    ------
    InputError
        If the width is negative, the velocity not that of a particle or the role unknown.
    """

    name: str
    width_eV: float
    velocity: Vector
    role: Role
    observed: bool = True

    def __post_init__(self) -> None:
        _check_width(self.width_eV, f"{self.name}.width_eV")
        components = list(self.velocity)
        if len(components) != 3 or not math.hypot(*components) < 1.0:
            raise InputError(
                "is no velocity of a massive particle",
                key=f"{self.name}.velocity",
                value=self.velocity,
                allowed="three components in units of c, together below 1",
            )
        if self.role not in get_args(Role):
            raise unknown_name("role of a particle", str(self.role), get_args(Role))


@dataclass(frozen=True)
class Vertex:
    """Production or detection.

    Parameters
    ----------
    packets : tuple of Packet
        All external particles but the neutrino.
    doppler_eV : float
        Classical width of the neutrino energy from the thermal motion of the initial particle,
        see :func:`recoil_doppler_width_eV`; counts where a final momentum is integrated over.

    Raises
    ------
    InputError
        If there are fewer than two packets, two of one name, or the width is negative.
    """

    packets: tuple[Packet, ...]
    doppler_eV: float = 0.0

    def __post_init__(self) -> None:
        names = [packet.name for packet in self.packets]
        if len(names) < 2 or len(set(names)) < len(names):
            allowed = "two or more particles of different names"
            raise InputError("is no vertex", key="packets", value=names, allowed=allowed)
        _check_width(self.doppler_eV, "doppler_eV")

    @property
    def integrated(self) -> tuple[Packet, ...]:
        """Final particles that nobody observes."""
        return tuple(p for p in self.packets if p.role == "final" and not p.observed)


@dataclass(frozen=True)
class VertexWidths:
    """sigma_p, v, Sigma and sigma_e of a vertex, and the parts of sigma_p and sigma_e."""

    sigma_p_eV: float
    velocity: Vector
    mean_square_velocity: float
    sigma_e_eV: float
    momentum: tuple[Part, ...]
    energy: tuple[Part, ...]


@dataclass(frozen=True)
class ProcessWidths:
    """sigma_m and sigma_en of production and detection together, with all their terms."""

    production: VertexWidths
    detection: VertexWidths
    sigma_m_eV: float
    sigma_en_eV: float
    localisation: tuple[Constraint, ...]
    energy: tuple[Constraint, ...]

    @property
    def delta_loc_nm(self) -> float:
        """Length hbar c/(2 sigma_m) within which the process is localised."""
        return float(conjugate_width_nm(self.sigma_m_eV * 1e-6))

    @property
    def delta_en_nm(self) -> float:
        """Length hbar c/(2 sigma_en) of the effective wave packet."""
        return float(conjugate_width_nm(self.sigma_en_eV * 1e-6))


def vertex_widths(packets: Sequence[Packet]) -> VertexWidths:
    """sigma_p^2 = sum s^2, v = <v_l>, Sigma = <v_l^2>, sigma_e^2 = sum s^2 |v_l - v|^2.

    Means are weighted with s^2. The last is sigma_p^2 (Sigma - v^2) without the cancellation.

    Raises
    ------
    InputError
        If all widths are 0.
    """
    total = math.fsum(p.width_eV**2 for p in packets)
    if not total > 0:
        allowed = "a width above 0 for one of them"
        raise InputError("localise nothing", key="packets", value=len(packets), allowed=allowed)
    share = [p.width_eV**2 / total for p in packets]
    x, y, z = (
        math.fsum(w * p.velocity[axis] for w, p in zip(share, packets, strict=True))
        for axis in range(3)
    )
    square = math.fsum(
        w * math.hypot(*p.velocity) ** 2 for w, p in zip(share, packets, strict=True)
    )
    energy = _energy_parts(packets, (x, y, z))
    return VertexWidths(
        sigma_p_eV=math.sqrt(total),
        velocity=(x, y, z),
        mean_square_velocity=square,
        sigma_e_eV=together(energy),
        momentum=parts([(p.name, p.width_eV) for p in packets]),
        energy=energy,
    )


def process_widths(
    production: Vertex,
    detection: Vertex,
    *,
    sigma_m: MassReading = "full",
    sigma_en: EnergyReading = "doppler",
) -> ProcessWidths:
    """sigma_m and sigma_en; the talk does not fix how they are read, the options name the choices.

    Raises
    ------
    InputError
        If a reading is unknown, all localised particles of a vertex have one velocity (then
        nothing tells when it happens), or neither vertex constrains the energy.
    """
    for name, known in ((sigma_m, MassReading), (sigma_en, EnergyReading)):
        if name not in get_args(known):
            raise unknown_name("reading of a width", str(name), get_args(known))
    vertices: dict[Side, Vertex] = {"production": production, "detection": detection}
    widths = {side: vertex_widths(vertex.packets) for side, vertex in vertices.items()}
    for side, each in widths.items():
        _check_moving(side, each)
    mass = [c for side in vertices for c in _mass_terms(side, widths[side], sigma_m)]
    energy = [
        c for side, v in vertices.items() for c in _energy_terms(side, v, widths[side], sigma_en)
    ]
    if all(math.isinf(term.width_eV) for term in energy):
        raise InputError(
            "leave the energy of the neutrino open",
            key="packets",
            value="two unobserved final particles at both vertices",
            allowed="at most one at production or at detection",
        )
    sigma_m_eV, localisation = combined(mass)
    sigma_en_eV, constraints = combined(energy)
    return ProcessWidths(
        production=widths["production"],
        detection=widths["detection"],
        sigma_m_eV=sigma_m_eV,
        sigma_en_eV=sigma_en_eV,
        localisation=localisation,
        energy=constraints,
    )


def recoil_doppler_width_eV(
    packets: Sequence[Packet], mass_MeV: float, thermal_velocity: float
) -> float:
    """M v_th |v_i - v_f|/(1 - v_fz): thermal motion of what emits or absorbs, in the neutrino.

    `thermal_velocity` is sqrt(kT/M), along one axis. Equal to E sqrt(kT/M) for a decay into two,
    where v_i - v_f is the recoil E/M, and larger or smaller where an observed electron takes part
    of the momentum.

    Raises
    ------
    InputError
        Unless there are one initial and one unobserved final particle.
    """
    initial = [p for p in packets if p.role == "initial"]
    final = [p for p in packets if p.role == "final" and not p.observed]
    if len(initial) != 1 or len(final) != 1:
        raise InputError(
            "have no recoil",
            key="packets",
            value=[p.name for p in packets],
            allowed="one initial and one unobserved final particle",
        )
    apart = math.dist(initial[0].velocity, final[0].velocity)
    return mass_MeV * 1e6 * thermal_velocity * apart / (1.0 - final[0].velocity[2])


def _mass_terms(side: Side, widths: VertexWidths, reading: MassReading) -> list[Constraint]:
    """1/sigma_p^2 and v_z^2/sigma_e^2."""
    momentum = constraint(side, "momentum", widths.momentum, 1.0)
    if reading == "momentum-terms":
        return [momentum]
    return [momentum, constraint(side, "energy", widths.energy, abs(widths.velocity[2]))]


def _energy_terms(
    side: Side, vertex: Vertex, widths: VertexWidths, reading: EnergyReading
) -> list[Constraint]:
    """1/sigma_p^2 and (1 - v_z)^2/sigma_e^2, or the one that is left of them, or none."""
    integrated = () if reading == "fixed-momenta" else vertex.integrated
    if not integrated:
        momentum = constraint(side, "momentum", widths.momentum, 1.0)
        return [momentum, constraint(side, "energy", widths.energy, 1.0 - widths.velocity[2])]
    if len(integrated) > 1:
        return [Constraint(side, "none", math.inf, 0.0, ())]
    (left_out,) = integrated
    others = [p for p in vertex.packets if p is not left_out]
    factor = 1.0 - left_out.velocity[2]
    found = [(p.name, p.width_eV) for p in _energy_parts(others, left_out.velocity)]
    if reading == "doppler" and vertex.doppler_eV:
        found.append((THERMAL_MOTION, vertex.doppler_eV * factor))
    return [constraint(side, "phase-space", parts(found), factor)]


def _energy_parts(packets: Sequence[Packet], velocity: Vector) -> tuple[Part, ...]:
    """Widths s |v_l - v| of each packet."""
    return parts([(p.name, p.width_eV * math.dist(p.velocity, velocity)) for p in packets])


def _check_moving(side: Side, widths: VertexWidths) -> None:
    rounding_eV = ROUNDING * widths.sigma_p_eV * math.sqrt(widths.mean_square_velocity)
    if not widths.sigma_e_eV > rounding_eV:
        raise InputError(
            "is 0: the localised particles all have one velocity, nothing tells when they meet",
            key=f"{side}.sigma_e_eV",
            value=widths.sigma_e_eV,
            allowed="two localised particles of different velocities",
        )


def _check_width(value: float, key: str) -> None:
    if not 0.0 <= value < math.inf:
        raise InputError("is not a width", key=key, value=value, allowed="a number, 0 or more")
