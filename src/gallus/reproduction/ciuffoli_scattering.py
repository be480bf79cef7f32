"""What Gallus computes for the scattering experiment in the talk of E. Ciuffoli, claim by claim.

The talk's table does not say how it was made; the set-ups ``jne-1t``, ``jne-500t`` and ``juno`` of
the database hold what reproduces it, and which of it is inferred. ``CLAIMS`` is read by the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from gallus.experiments.setup import WHOLE, Setup, setup, with_values
from gallus.experiments.setup_reactions import events_per_day
from gallus.forecast.counting import events_to_exclude
from gallus.interactions.scattering_kinematics import largest_recoil_MeV
from gallus.oscillation.deficit import Deficit
from gallus.reproduction.results import Results
from gallus.reproduction.verdict import Outcome
from gallus.setup_rates import setup_rates

ROUND_ENERGIES_MEV = (0.430, 0.750)
"""Energies to which the talk rounds the lines of 51Cr."""
RUNS_DAYS = (10.0, 30.0)
"""Columns of the talk's table after the rate."""
PHYSICAL = "-physical"
DEFICIT, EXCLUSION = 0.2, 5.0


def talk_setups() -> tuple[Setup, ...]:
    """Rows of the talk's table: each detector with the source outside and at the centre."""
    names = ("jne-1t", "jne-500t", "juno")
    return tuple(each for name in names for each in (setup(name), at_centre(setup(name))))


def at_centre(chosen: Setup) -> Setup:
    """The same set-up with its source at the centre."""
    return with_values(chosen, {"position.distance_m": 0.0})


def recoil_edges(results: Results) -> Outcome:
    """Largest recoil energies of the two groups of lines."""
    lines = sorted(setup("juno").lines(), key=lambda line: line.energy_MeV)
    single = ", ".join(f"{1e3 * float(largest_recoil_MeV(line.energy_MeV)):.1f}" for line in lines)
    return Outcome(
        computed=[1e3 * float(largest_recoil_MeV(energy)) for energy in ROUND_ENERGIES_MEV],
        reason=(
            f"2E²/(2E + m); single lines {single} keV; the denominator 2E² + m that the talk "
            "prints is a misprint, its two terms have different units"
        ),
        citations=setup("juno").all_citations(),
    )


def event_table(results: Results) -> Outcome:
    """Events at the start per day, in 10 and in 30 days for the six rows."""
    rows = talk_setups()
    table = [_row(each) for each in rows]
    physical = [
        f"{per_day / row[0]:.3f}"
        for per_day, row in zip(map(_physical_per_day, rows), table, strict=True)
    ]
    return Outcome(
        computed=table,
        reason=(
            "the first column is the initial rate times a day, not the events of the first day; "
            f"with real scintillator, radii, cross section and resolutions times "
            f"{', '.join(physical)}"
        ),
        inferred_inputs=(
            "distances from the centre, radii 0.65, 5.0, 17.2 m, all of the mass inside the "
            "radius, a hole of 0.20 m around a source inside, half an electron per nucleon, a "
            "half-life of 27.70 d, sin2 theta_W = 0.2386 at tree level",
        ),
        citations=tuple(dict.fromkeys(key for each in rows for key in each.all_citations())),
    )


def all_setups(results: Results) -> Outcome:
    """Smallest number of events in ten days, against what a 5 sigma exclusion needs."""
    events = [_row(each)[1] for each in talk_setups()]
    needed = events_to_exclude(DEFICIT, EXCLUSION)
    return Outcome(
        computed=min(events),
        reason=(
            f"{needed:.0f} are needed if the lost neutrinos become sterile and only the number of "
            f"events fluctuates, {events_to_exclude(_active_deficit(), EXCLUSION):.0f} if they "
            "become nu_mu and nu_tau in equal parts and still scatter (corrected couplings)"
        ),
        citations=setup("jne-1t").all_citations(),
    )


def scaling(results: Results) -> Outcome:
    """Powers of the radius with which signal and uniform background grow."""
    density = setup("juno").density_g_per_cm3()
    radius = setup("juno").detector.outer_radius_m
    fixed = {"distance_m": 0.0, "hole_radius_m": 0.0, "mass_t": None, "density_g_per_cm3": density}
    small, large = (
        with_values(setup("juno"), {**fixed, "detector.radius_m": r}) for r in (radius, 2 * radius)
    )
    with_hole = [
        events_per_day(with_values(each, {"hole_radius_m": setup("juno").position.hole_radius_m}))
        for each in (small, large)
    ]
    volumes = [each.targets()[WHOLE].volume_m3() for each in (small, large)]
    return Outcome(
        computed=[
            math.log2(events_per_day(large) / events_per_day(small)),
            math.log2(volumes[1] / volumes[0]),
        ],
        reason=(
            "source at the centre without a hole; with one the signal grows as R minus its "
            f"radius, here with the power {math.log2(with_hole[1] / with_hole[0]):.4f}"
        ),
        citations=setup("juno").all_citations(),
    )


CLAIMS: Mapping[str, Callable[[Results], Outcome]] = {
    "C-recoil-edges": recoil_edges,
    "C-event-table": event_table,
    "C-all-setups": all_setups,
    "C-scaling": scaling,
}


def _row(chosen: Setup) -> list[float]:
    per_day = events_per_day(chosen)
    return [per_day, *(per_day * chosen.days_at_full_activity(days) for days in RUNS_DAYS)]


def _physical_per_day(chosen: Setup) -> float:
    distance = {"position.distance_m": chosen.position.distance_m}
    return events_per_day(with_values(setup(chosen.name + PHYSICAL), distance))


def _active_deficit() -> float:
    """Deficit of scattered electrons if a share of all nu_e becomes nu_mu and nu_tau."""
    real = {"interaction.couplings": "corrected-couplings", "interaction.sin2_theta_w": None}
    chosen = with_values(setup("jne-1t"), real)
    survival = setup_rates(
        chosen, model=Deficit("active"), values={"deficit": DEFICIT}
    ).main.survival
    assert survival is not None  # the set-up has events
    return 1.0 - survival
