"""Wave packets from quantum field theory in the talk of T. Schwetz, claim by claim.

The talk prints positions, widths and velocities of the external particles (exponents of the
velocities are cut off), and the widths sigma_m and sigma_en that follow. Here everything is
computed from the registered descriptions ``gallium-cr51``, ``reactor`` and ``juno``; what comes out
otherwise stands in the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gallus.coherence.damping import (
    energy_exponent,
    length_nm,
    localisation_exponent,
    oscillation_length_m,
    width_eV,
)
from gallus.coherence.description import CoherenceSetup, setup
from gallus.coherence.kinematics import (
    kinetic_energy_of_velocity,
    velocity_of_momentum,
)
from gallus.coherence.particles import SIDES, ParticleValues
from gallus.coherence.readings import Reading
from gallus.coherence.results import METHOD, CoherenceResult, coherence
from gallus.constants import ELECTRON_MASS_MEV
from gallus.experiments.gallium import source_measurements
from gallus.explanation import fit_gallium
from gallus.oscillation.sterile import Sterile
from gallus.quantum_damping import quantum_damping
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome
from gallus.sources.radionuclide import nuclide

TALK: Final = ("reactor", "gallium-cr51")
"""Set-ups of the talk's table, in its order."""
EVERYWHERE: Final = ("gallium-cr51", "reactor", "kamland", "juno")
"""Where the talk says that quantum mechanics is irrelevant."""


# --- the table ----------------------------------------------------------------------------------


def localisation_table(results: Results) -> Outcome:
    """1/(2 delta_x) of the printed positions, with the positions that are computed."""
    particles = _particles()
    printed = [each.description.printed.delta_x_nm or math.nan for each in particles]
    found = ", ".join(f"{each.name} {each.computed_nm:.3g}" for each in particles)
    return Outcome(
        computed=[float(width_eV(position)) for position in printed],
        reason=(
            f"of the printed positions; computed positions (nm): {found}. N: distance of atoms in "
            "UO2; Cr: of planes in the crystal, n^(-1/3) would be 0.23; Ga: n^(-1/3) of the "
            "liquid; p: C-H bond; n: mean free path"
        ),
        citations=_citations(setup(name) for name in TALK),
    )


def velocities(results: Results) -> Outcome:
    """Thermal velocities along one axis, and recoils in the middle of their range."""
    slow = [
        each for each in _particles() if each.description.species not in ("electron", "positron")
    ]
    sideways = ", ".join(
        f"{each.name} {math.hypot(*each.computed_velocity):.2g}"
        for each in slow
        if each.description.motion == "recoil"
    )
    return Outcome(
        computed=[_typical_velocity(each) for each in slow],
        reason=f"if electrons and positrons go sideways, the recoils have {sideways}",
        inferred_inputs=(
            "exponents",
            "sqrt(kT/M) along one axis at 1000 K (fuel, mean fission product) and 293 K",
            "antineutrinos of 4 MeV, electron of as much energy",
            "recoils in the middle of their range over the directions of the lepton",
        ),
        citations=_citations(setup(name) for name in TALK),
    )


def electron_velocities(results: Results) -> Outcome:
    """Velocities from kinematics at the typical neutrino energies."""
    speeds = [math.hypot(*each.computed_velocity) for each in _leptons()]
    printed = _leptons()[2].description.printed.velocity or math.nan
    needed = float(kinetic_energy_of_velocity(printed, ELECTRON_MASS_MEV))
    gallium = setup("gallium-cr51")
    computed = coherence(gallium, Reading(particles="computed"))
    slow = {
        each.energy_MeV: math.hypot(*_of(each.particles["detection"], "e-").computed_velocity)
        for each in computed.processes
    }
    lines = ", ".join(f"{speed:.3f} at {energy:g} MeV" for energy, speed in slow.items())
    weights = [(line.energy_MeV, line.fraction) for line in nuclide("51Cr").lines()]
    strong = sum(share for energy, share in weights if energy > 0.6) / sum(w for _, w in weights)
    mean = strong * max(slow.values()) + (1.0 - strong) * min(slow.values())
    return Outcome(
        computed=speeds,
        reason=(
            f"{printed:g} is a kinetic energy of {needed:.3f} MeV, which no line of 51Cr gives: "
            f"E - 0.233 MeV makes {lines}, their mean by decays {mean:.3f}; reactor "
            f"leptons at an antineutrino energy of {setup('reactor').energies_MeV[0]:g} MeV"
        ),
        citations=_citations([gallium, setup("reactor")]),
    )


def electron_localisation(results: Results) -> Outcome:
    """Way to the loss of one mean excitation energy, with all readings in the reason."""
    computed = [each.computed_nm for each in _leptons()]
    readings = {
        "tabulated I": Reading(excitation="tabulated"),
        "e± collision formula and tabulated I": Reading(
            excitation="tabulated", electron_formula="berger-seltzer"
        ),
        "without density effect": Reading(density_effect="none"),
    }
    others = "; ".join(
        f"{name} {_numbers([each.computed_nm for each in _leptons(reading)], 0)}"
        for name, reading in readings.items()
    )
    return Outcome(
        computed=computed,
        reason=(
            "in UO2, linear alkylbenzene and liquid gallium, heavy-particle Bethe formula with I = "
            f"10 eV per charge of the mean atom (tabulated in light media); {others}: with "
            "tabulated I the electron in the fuel would be localised half as well as in the talk"
        ),
        citations=_citations(setup(name) for name in TALK),
    )


# --- widths -------------------------------------------------------------------------------------


def sigma_m(results: Results) -> Outcome:
    """Widths of gallium and reactor from the printed table."""
    names = ("gallium-cr51", "reactor")
    full = [_result(name) for name in names]
    momenta = [_result(name, Reading(sigma_m="momentum-terms")) for name in names]
    computed = [_result(name, Reading(particles="computed")) for name in names]
    return Outcome(
        computed=[each.widths.sigma_m_eV for each in full],
        reason=(
            f"gallium, reactor from the printed table; the terms of sigma_p alone give "
            f"{_of_m(momenta)}, which is the talk's range; with computed particles "
            f"{_of_m(computed)}; "
            f"delta_loc {_numbers([each.widths.delta_loc_nm for each in full], 2)} nm"
        ),
        citations=_citations(each.setup for each in full),
    )


def sigma_en(results: Results) -> Outcome:
    """Width of gallium with phase space and thermal motion."""
    gallium, reactor = _result("gallium-cr51"), _result("reactor")
    steps = ", ".join(f"{value:.4f}" for value in gallium.typical.steps.values())
    elsewhere = ", ".join(f"{value:.2f}" for value in reactor.typical.steps.values())
    return Outcome(
        computed=gallium.widths.sigma_en_eV,
        reason=(
            f"gallium; at fixed momenta, with phase space, with thermal motion: {steps} eV, "
            f"delta_en = {gallium.widths.delta_en_nm:.0f} nm; a reactor gives {elsewhere} eV: "
            "more, by the neutron that nobody sees and the thermal motion of the proton"
        ),
        citations=gallium.citations,
    )


def xi_loc(results: Results) -> Outcome:
    """The localisation exponent at the talk's point."""
    computed = float(localisation_exponent(1.0, 1.0, 500.0))
    return Outcome(
        computed=computed,
        reason=(
            f"{computed:.3e} exactly; the talk's 1.3e-19 is that of 490 eV, "
            f"{float(localisation_exponent(1.0, 1.0, 490.0)):.2e}"
        ),
        citations=(METHOD,),
    )


def xi_en(results: Results) -> Outcome:
    """The energy exponent at the talk's point."""
    length = float(oscillation_length_m(1.0, 1.0))
    computed = float(energy_exponent(1.0, 1.0, length, 0.5))
    return Outcome(
        computed=computed,
        reason=f"2 pi^2 (5e-7)^2 = {2 * math.pi**2 * 0.25e-12:.4e}",
        citations=(METHOD,),
    )


def irrelevant(results: Results) -> Outcome:
    """Largest exponent of xi_loc and xi_en, and the change of chi2 of the gallium fit."""
    found = [_result(name) for name in EVERYWHERE]
    points = [(each.setup.slug, point) for each in found for point in each.points]
    exponents = [
        (max(float(p.quantum.localisation), float(p.quantum.energy)), name, p) for name, p in points
    ]
    exponents.sort(key=lambda each: -each[0])
    largest, where, at = exponents[0]
    second = next(value for value, name, _ in exponents if name != where)
    line, name, point = max(
        ((float(p.quantum.line), name, p) for name, p in points), key=lambda each: each[0]
    )
    fitted = fit_gallium(Sterile(), measurements=source_measurements("gallium"))
    quiet = quantum_damping(fitted, Reading(line_width="none"))
    whole = quantum_damping(fitted)
    parameters = ", ".join(f"{k} {v:.0e}" for k, v in quiet.parameter_changes.items())
    return Outcome(
        computed=max(largest, abs(quiet.chi2_change), abs(whole.chi2_change)),
        reason=(
            f"largest -ln xi_loc, -ln xi_en: {largest:.1e} ({where}, {at.name}, "
            f"{at.energy_MeV:g} MeV), where the resolution alone leaves "
            f"exp(-{float(at.classical.energy):.0f}); next {second:.1e}; "
            "sterile fit of all gallium data: chi2 changes by "
            f"{quiet.chi2_change:.1e}, ratios by up to {quiet.largest_ratio_change:.0e}, "
            f"{parameters}; "
            f"taking every collision for a loss of coherence, by {whole.chi2_change:.1e}, and "
            f"-ln xi would reach {line:.1e} ({name}, {point.name}, {point.energy_MeV:g} MeV)"
        ),
        citations=tuple(
            dict.fromkeys([key for each in found for key in each.citations] + [*quiet.citations])
        ),
    )


def phenomenological_bound(results: Results) -> Outcome:
    """Each bound from the other."""
    bound = setup("reactor").bounds[0]
    return Outcome(
        computed=[float(width_eV(bound.position_nm)) * 1e-6, float(length_nm(0.47e6))],
        reason=(
            f"hbar c/(2 x {bound.position_nm:g} nm) and hbar c/(2 x 0.47 MeV); the quantum widths "
            f"of gallium and reactor are {_orders('gallium-cr51')} and {_orders('reactor')} orders "
            "of magnitude from it"
        ),
        citations=(bound.citation,),
    )


CLAIMS: Mapping[str, Callable[[Results], Outcome]] = {
    "S-localisation-table": localisation_table,
    "S-velocities": velocities,
    "S-electron-velocities": electron_velocities,
    "S-electron-localisation": electron_localisation,
    "S-sigma-m": sigma_m,
    "S-qm-irrelevant": irrelevant,
    "S-xi-loc": xi_loc,
    "S-sigma-en": sigma_en,
    "S-xi-en": xi_en,
    "S-phenomenological-bound": phenomenological_bound,
}


def _result(name: str, reading: Reading | None = None) -> CoherenceResult:
    return coherence(setup(name), reading)


def _particles(reading: Reading | None = None) -> list[ParticleValues]:
    """All external particles of the talk's table, in its order."""
    processes = [_result(name, reading).typical for name in TALK]
    return [each for process in processes for side in SIDES for each in process.particles[side]]


def _leptons(reading: Reading | None = None) -> list[ParticleValues]:
    """Reactor electron, positron, electron of gallium detection."""
    return [
        each for each in _particles(reading) if each.description.species in ("electron", "positron")
    ]


def _of(particles: Iterable[ParticleValues], name: str) -> ParticleValues:
    return next(each for each in particles if each.name == name)


def _typical_velocity(each: ParticleValues) -> float:
    """Thermal velocity, or that of the middle of the recoil's momenta over all angles."""
    if each.description.motion != "recoil":
        return math.hypot(*each.computed_velocity)
    process, side = next(
        (p, side)
        for p in (_result(name).typical for name in TALK)
        for side in SIDES
        if each.name in [particle.name for particle in p.particles[side]]
    )
    leptons = [
        particle.mass_MeV * math.hypot(*particle.computed_velocity) / _gamma_inverse(particle)
        for particle in process.particles[side]
        if particle.description.species in ("electron", "positron")
    ]
    # The middle of |p - q| to p + q is the larger of the two.
    momentum = max(process.energy_MeV, sum(leptons))
    return float(velocity_of_momentum(momentum, each.mass_MeV))


def _gamma_inverse(particle: ParticleValues) -> float:
    return math.sqrt(1.0 - math.hypot(*particle.computed_velocity) ** 2)


def _of_m(results: Iterable[CoherenceResult]) -> str:
    return _numbers([each.widths.sigma_m_eV for each in results], 1)


def _orders(name: str) -> str:
    ((_, _, orders),) = _result(name).bounds()
    return f"{orders:.1f}"


def _citations(setups: Iterable[CoherenceSetup]) -> tuple[str, ...]:
    keys = [METHOD, *(key for each in setups for key in each.citations())]
    return tuple(dict.fromkeys(keys))


def _numbers(values: Iterable[float], digits: int) -> str:
    return ", ".join(f"{value:.{digits}f}" for value in values)
