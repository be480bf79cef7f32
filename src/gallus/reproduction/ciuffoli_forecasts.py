"""Backgrounds and sensitivities in the talk of E. Ciuffoli, claim by claim.

Scintillator and electrons are those of the physical set-ups of the database where a claim does not
say otherwise. ``CLAIMS`` is read by the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from gallus.constants import SECONDS_PER_DAY
from gallus.database.loader import load
from gallus.experiments.setup import Setup, setup, with_values
from gallus.forecast.backgrounds.carbon14 import carbon14, carbon14_per_day, carbon_mass_t
from gallus.forecast.backgrounds.catalogue import backgrounds
from gallus.forecast.backgrounds.cosmogenic import (
    cosmogenic_per_day,
    laboratory,
    visible_range_MeV,
)
from gallus.forecast.backgrounds.nuclide_file import internal_nuclide
from gallus.forecast.backgrounds.solar import solar_background
from gallus.forecast.observation import Observation, observation
from gallus.forecast.questions.branching_ratio import (
    ACTIVITIES,
    brute_force_events,
    explaining_shift,
)
from gallus.forecast.questions.electron_track import cherenkov_threshold_MeV, refractive_index
from gallus.forecast.questions.line_measurement import step_measurement
from gallus.forecast.questions.recoil_angle import angle_measurement, mean_line_separation_deg
from gallus.forecast.questions.sox import CERIUM, CHROMIUM, DATA, sox_forecasts
from gallus.forecast.questions.sterile import exclusion_chi2
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome
from gallus.response.angular import AngularResolution

PHYSICAL = "juno-physical"
JNE_T, JUNO_T = 500.0, 20000.0
"""Masses of the talk."""
KT = 1e3
FRACTION = 2e-18
"""14C atoms per carbon atom in the talk, as in Borexino."""
RATIO, N_SIGMA, THRESHOLD_MEV, ROUND_EVENTS = 0.80, 3.0, 0.2, 1e5
MIXING, SPLITTING_EV2 = 0.34, 1.25
VERTEX = {
    "detection.vertex_resolution_cm_at_1_MeV": 12.0,
    "detection.vertex_power": 0.5,
    "detection.bins": 10,
    "detection.distance_bins": 100,
    "position.distance_m": 0.0,
}
"""Central source; of a shape in the distance the bins must be finer than the resolution."""
CLASS = 1.5
"""Factor within which a forecast of SOX is of the class of the published one."""


def carbon14_decays(results: Results) -> Outcome:
    """14C decays per day in 500 t of linear alkylbenzene."""
    chosen = setup(PHYSICAL)
    carbon_t = carbon_mass_t(chosen.material, JNE_T)
    per_day = carbon14_per_day(FRACTION, carbon_t)
    return Outcome(
        computed=per_day,
        reason=(
            f"{per_day:.3g} a day, {per_day / SECONDS_PER_DAY:.0f} per second, from "
            f"{carbon_t:.0f} t of carbon and a half-life of 5700 a; if all of the mass were carbon "
            f"{carbon14_per_day(FRACTION, JNE_T):.3g}, which rounds up to the number of the talk"
        ),
        citations=_keys(chosen, carbon14(FRACTION, carbon_t).citations),
    )


def carbon14_end_point(results: Results) -> Outcome:
    """Largest energy of the electrons of 14C."""
    nuclide = internal_nuclide("14C")
    natural = nuclide["natural_fraction"].to("1")
    carbon_t = carbon_mass_t(setup(PHYSICAL).material, JNE_T)
    return Outcome(
        computed=nuclide.decays["14C"].betas[0].endpoint,
        reason=(
            f"the fraction {FRACTION:g} is that of Borexino, measured to be "
            f"{nuclide['borexino_fraction'].to('1'):.3g}; with that of nature, {natural:g}, 500 t "
            f"would have {carbon14_per_day(natural, carbon_t):.1e} decays a day"
        ),
        citations=nuclide.citations(),
    )


def solar_jne(results: Results) -> Outcome:
    """Recoils of 7Be neutrinos in 500 t."""
    chosen = setup(PHYSICAL)
    made = solar_background("7Be", _electrons(chosen, JNE_T))
    others = {
        "without oscillation": solar_background(
            "7Be", _electrons(chosen, JNE_T), oscillation="none"
        ),
        "pp neutrinos": solar_background("pp", _electrons(chosen, JNE_T)),
    }
    said = ", ".join(f"{name} {each.per_day:.0f}" for name, each in others.items())
    return Outcome(
        computed=made.per_day,
        reason=f"{said}; the talk's bound is loose, and close to the number of pp neutrinos",
        citations=_keys(chosen, made.citations),
    )


def solar_juno(results: Results) -> Outcome:
    """Recoils of 7Be neutrinos in JUNO."""
    chosen, talk = setup(PHYSICAL), setup("juno")
    made = solar_background("7Be", _electrons(chosen, JUNO_T))
    half = solar_background("7Be", _electrons(talk, JUNO_T))
    return Outcome(
        computed=made.per_day,
        reason=(
            "20 kt of linear alkylbenzene, both lines, flux of B16-GS98, adiabatic; "
            f"with half an electron per nucleon, as in the talk's table, {half.per_day:.0f}"
        ),
        citations=_keys(chosen, made.citations),
    )


def carbon11(results: Results) -> Outcome:
    """11C in JUNO, and which energies it deposits."""
    chosen, place = setup(PHYSICAL), laboratory("juno")
    low, high = visible_range_MeV("11C")
    end = max(float(largest_recoil_MeV(line.energy_MeV)) for line in chosen.lines())
    design = chosen.value("background.11C.per_day_and_kt")
    scaled = cosmogenic_per_day(
        "11C",
        carbon_mass_t(chosen.material, JUNO_T),
        place.flux_per_m2_s,
        place.muon_energy_GeV,
    )
    return Outcome(
        computed=design / KT * JUNO_T,
        reason=(
            f"the design, {design:.0f} per day and kt; from Borexino by the flux "
            f"of muons {scaled:.2g}; it deposits {low:.2f} to {high:.2f} MeV, recoils of 51Cr end "
            f"at {end:.2f} MeV: no background if energies are measured"
        ),
        citations=chosen.all_citations(),
    )


def sterile_baseline(results: Results) -> Outcome:
    """Significance of the shape in the distance for a central source."""
    seen = {
        "its two backgrounds": _observed(with_values(setup("juno"), VERTEX)),
        "real detector and all backgrounds": _observed(with_values(setup(PHYSICAL), VERTEX)),
    }
    sigma = {
        name: math.sqrt(exclusion_chi2(each, MIXING, SPLITTING_EV2, "shape"))
        for name, each in seen.items()
    }
    first, second = sigma
    return Outcome(
        computed=sigma[first],
        holds=sigma[first] > N_SIGMA,
        reason=(
            f"30 days, size of the signal free, 12 cm at 1 MeV and worse as 1/sqrt(E), {first}: "
            f"{sigma[first]:.0f} sigma; {second}: {sigma[second]:.0f}"
        ),
        citations=tuple(
            dict.fromkeys(key for each in seen.values() for key in each.setup.all_citations())
        ),
    )


def brute_force(results: Results) -> Outcome:
    """Events for 3 sigma on the branching ratio that would explain the anomaly."""
    shifts = [explaining_shift(RATIO, activity) for activity in ACTIVITIES]
    events = [brute_force_events(RATIO, activity, N_SIGMA) for activity in ACTIVITIES]
    said = " or ".join(
        f"{number:.3g} for {shift.shift:+.4f} (activity by {shift.activity})"
        for number, shift in zip(events, shifts, strict=True)
    )
    error = step_measurement(THRESHOLD_MEV).error(ROUND_EVENTS)
    return Outcome(
        computed=events[0],
        reason=(
            f"R = {RATIO:.2f}, the lower captures of the 430 keV lines included: {said}; above "
            "200 keV, perfect resolution, normalisation free, no background; 1e5 events give "
            f"{error:.4f}, which is no competition for the errors of today, 0.001"
        ),
        citations=setup(PHYSICAL).all_citations(),
    )


def angle(results: Results) -> Outcome:
    """Half of the mean angle between the lines."""
    mean = mean_line_separation_deg(THRESHOLD_MEV)
    half = mean / 2
    at_half, without = (
        measurement.events_needed(explaining_shift(RATIO, ACTIVITIES[0]).shift, N_SIGMA)
        for measurement in (
            angle_measurement(THRESHOLD_MEV, AngularResolution(half, 0.0)),
            step_measurement(THRESHOLD_MEV),
        )
    )
    light = ", ".join(
        f"in {title} at {1e3 * cherenkov_threshold_MeV(refractive_index(name)):.0f} keV"
        for name, title in (("water", "water"), ("lab", "linear alkylbenzene"))
    )
    return Outcome(
        computed=half,
        reason=(
            f"half of the mean angle of {mean:.1f} degrees between the lines at one recoil energy "
            f"from 200 to 270 keV; it saves a factor {without / at_half:.1f} in events; Cherenkov "
            f"light begins {light}"
        ),
        citations=setup(PHYSICAL).all_citations(),
    )


def sox(results: Results) -> Outcome:
    """The four forecasts of SOX; the number is the relative error of the weak mixing angle."""
    found = sox_forecasts((1.0,))
    mixing = [found.sterile_errors[name][0] for name in (CHROMIUM, CERIUM)]
    weak, couplings = found.weak_mixing_angle, found.couplings
    published = load(DATA)["sin2_theta_w_relative_error"]
    numbers = [*mixing, found.magnetic_moment.limit_muB, weak.relative_error]
    numbers += [couplings.vector_error, couplings.axial_error]
    close = 1 / CLASS < weak.relative_error / published.to("1") < CLASS
    return Outcome(
        computed=weak.relative_error,
        holds=all(map(math.isfinite, numbers)) and close,
        reason=(
            f"one sigma of sin2 2theta at 1 eV2 {mixing[0]:.3f} (51Cr) and {mixing[1]:.3f} "
            f"(144Ce); magnetic moment {found.magnetic_moment.limit_muB:.2g} mu_B at 90 %; "
            f"sin2 theta_W to {100 * weak.relative_error:.1f} %, published "
            f"{published.to('%'):g} % ({published.provenance}); g_V to "
            f"{couplings.vector_error:.3f}, g_A to {couplings.axial_error:.3f}; "
            f"{found.events[CHROMIUM]:.0f} recoils in {setup(CHROMIUM).days:g} days"
        ),
        citations=found.citations,
    )


CLAIMS: Mapping[str, Callable[[Results], Outcome]] = {
    "C-carbon14": carbon14_decays,
    "C-carbon14-q": carbon14_end_point,
    "C-solar-background-jne": solar_jne,
    "C-solar-background-juno": solar_juno,
    "C-carbon11": carbon11,
    "C-sterile-baseline": sterile_baseline,
    "C-br-brute-force": brute_force,
    "C-br-angle": angle,
    "C-sox": sox,
}


def _observed(chosen: Setup) -> Observation:
    return observation(chosen, backgrounds(chosen))


def _electrons(chosen: Setup, mass_t: float) -> float:
    return chosen.electrons_per_cm3() / chosen.density_g_per_cm3() * 1e6 * mass_t


def _keys(chosen: Setup, more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*chosen.all_citations(), *more)))
