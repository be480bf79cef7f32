"""The closed forms of a set-up against its amplitude, integrated numerically.

:func:`check` takes the mass splittings and distances of a result through
:func:`gallus.coherence.amplitude.numerical_damping`, which owes nothing to the Gaussian algebra.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallus.coherence.amplitude import numerical_damping
from gallus.coherence.damping import Widths, damping
from gallus.coherence.particles import SIDES, packets
from gallus.coherence.process import Process
from gallus.coherence.readings import Reading
from gallus.coherence.results import CoherenceResult
from gallus.coherence.sections import Oscillation
from gallus.errors import InputError


@dataclass(frozen=True)
class Check:
    """One point: -ln(xi_loc xi_en) in closed form, by integration, and how far they are apart.

    Parameters
    ----------
    name : str
        Of the mass splitting and distance.
    energy_MeV : float
        Of the neutrino.
    closed, numerical : float
        The exponents.
    change : float
        Relative change of the numerical one on half of its nodes.
    """

    name: str
    energy_MeV: float
    closed: float
    numerical: float
    change: float

    @property
    def deviation(self) -> float:
        """Relative difference."""
        return abs(self.numerical / self.closed - 1.0)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        return {**vars(self), "deviation": self.deviation}


def check(result: CoherenceResult) -> tuple[Check, ...]:
    """Compare both at all energies and distances of the set-up; takes about a second each.

    Averaged over unobserved momenta and thermal motion, as the reading has it; without lines.

    Raises
    ------
    InputError
        If terms of sigma_m are left out by the reading: the integral has them all.
    """
    if result.reading.sigma_m != "full":
        raise InputError(
            "leaves out terms that the amplitude has",
            key="sigma_m",
            value=result.reading.sigma_m,
            allowed="full",
        )
    return tuple(
        _compared(each, where, result.reading)
        for each in result.processes
        for where in result.setup.oscillation
    )


def _compared(process: Process, where: Oscillation, reading: Reading) -> Check:
    """One energy, mass splitting and distance."""
    production, detection = (packets(process.particles[side]) for side in SIDES)
    spreads = Widths(process.widths.sigma_m_eV, process.widths.sigma_en_eV)
    at = (where.delta_m2_eV2, process.energy_MeV, where.baseline_m)
    numerical = numerical_damping(production, detection, *at, sigma_en=reading.energy_width)
    closed = float(damping(spreads, *at).exponent)
    return Check(where.name, process.energy_MeV, closed, numerical.exponent, numerical.change)
