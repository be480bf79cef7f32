"""The tables of ``gallus coherence``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gallus.cli.tables import MISSING, caption, table
from gallus.coherence.damping import width_eV
from gallus.coherence.particles import SIDES

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.coherence.check import Check
    from gallus.coherence.constraints import Part
    from gallus.coherence.gallium_sources import SourceWidths
    from gallus.coherence.particles import ParticleValues
    from gallus.coherence.results import CoherenceResult
    from gallus.quantum_damping import QuantumDamping

KM = 1e3
STEP_NAMES = {
    "fixed-momenta": "at fixed external momenta",
    "phase-space": "unobserved momenta integrated over",
}


def summary(results: Sequence[CoherenceResult]) -> list[object]:
    """Particles of all set-ups, and what their widths do."""
    particles = [row for each in results for row in _particle_rows(each, each.setup.slug)]
    columns = ["set-up", "", *PARTICLE_COLUMNS]
    return [
        table("External particles", columns, particles, left=(0, 1, 2, 3)),
        table(
            "Widths at the typical energy, largest exponents at the distances of each set-up",
            SUMMARY_COLUMNS,
            [_summary_row(each) for each in results],
        ),
        caption(
            *_explanations(results),
            "orders: by how many powers of ten the energy resolution (E), and the sizes of source "
            "and detector (L), exceed the quantum widths.",
            "gallus coherence SETUP shows terms, distances and bounds.",
        ),
    ]


def one_setup(result: CoherenceResult) -> list[object]:
    """Particles, widths and damping of one set-up."""
    rows = _particle_rows(result, "")
    return [
        table(
            f"{result.setup.title}: external particles at {_energy(result)}",
            ["", *PARTICLE_COLUMNS],
            [row[1:] for row in rows],
            left=(0, 1, 2),
        ),
        table("Widths", ["", "eV", "nm", "band (eV)", "made of"], _width_rows(result), left=(0, 4)),
        table("What they damp", POINT_COLUMNS, _point_rows(result)),
        caption(
            "sizes, resolution: -ln ξ by the sizes of source and detector and by the energy "
            "resolution, which smear as if they were widths; –: there is none.",
            *_explanations([result]),
            *_dominance(result),
            *_bounds(result),
        ),
    ]


def check_table(checks: Sequence[Check]) -> Table:
    """Closed form and numerical amplitude."""
    rows = [
        [each.name, f"{each.energy_MeV:g}", f"{each.closed:.8e}", f"{each.numerical:.8e}",
         f"{each.deviation:.1e}"]
        for each in checks
    ]  # fmt: skip
    columns = ["", "E (MeV)", "closed form", "amplitude", "apart by"]
    title = "-ln(ξ_loc ξ_en) in closed form, and by integrating the amplitude"
    return table(title, columns, rows)


def fit_tables(moved: QuantumDamping) -> list[object]:
    """How far the widths move the gallium fit."""
    fitted = moved.fitted
    rows = [
        [title, f"{expected:.4f}", f"{change:+.2e}"]
        for title, expected, change in zip(
            fitted.titles, fitted.expected, moved.ratio_changes, strict=True
        )
    ]
    rows.append(["χ²", f"{fitted.fit.chi2_min:.4f}", f"{moved.chi2_change:+.2e}"])
    for name, change in moved.parameter_changes.items():
        apart = moved.changes_in_errors.get(name)
        error = "" if apart is None else f" ({apart:+.1e} errors)"
        rows.append([name, f"{fitted.values[name]:.4g}", f"{change:+.2e}{error}"])
    title = f"Gallium fit of {fitted.model.name}: best fit, and its change by quantum widths"
    return [
        table(title, ["", "best fit", "change"], rows),
        caption(
            *(_source_widths(each) for each in moved.widths),
            "At lines of the sources and distances of the data, whatever --energy and --baseline.",
            moved.verdict,
        ),
    ]


PARTICLE_COLUMNS = ["particle", "momentum", "δx (nm)", "computed", "σ (eV)", "computed", "v",
                    "computed"]  # fmt: skip
SUMMARY_COLUMNS = ["set-up", "E (MeV)", "σ_m (eV), band", "σ_en (eV), band", "-ln ξ_loc",
                   "-ln ξ_en", "-ln ξ_line", "orders E", "L"]  # fmt: skip
POINT_COLUMNS = ["", "E (MeV)", "L/L_osc", "L_coh (km)", "-ln ξ_loc", "-ln ξ_en", "-ln ξ_line",
                 "sizes", "resolution"]  # fmt: skip


def _particle_rows(result: CoherenceResult, slug: str) -> list[list[str]]:
    rows = []
    for side in SIDES:
        for each in result.typical.particles[side]:
            rows.append([slug, side, *_particle(each)])
            slug = ""
    return rows


def _particle(each: ParticleValues) -> list[str]:
    printed, role = each.description.printed, each.description.role
    final = "observed" if each.description.observed else "integrated"
    speed = math.hypot(*each.computed_velocity)
    return [
        each.name,
        "initial" if role == "initial" else final,
        _number(printed.delta_x_nm),
        _number(each.computed_nm),
        _number(printed.sigma_eV),
        _number(float(width_eV(each.computed_nm))),
        _number(printed.velocity),
        _number(speed),
    ]


def _summary_row(result: CoherenceResult) -> list[str]:
    quantum = [point.quantum for point in result.points]
    band, classical = result.band, result.classical
    orders = (classical.energy_orders, classical.position_orders)
    return [
        result.setup.slug,
        f"{result.typical.energy_MeV:g}",
        f"{_number(result.widths.sigma_m_eV)}, {_ends(band.sigma_m_eV)}",
        f"{_number(result.widths.sigma_en_eV)}, {_ends(band.sigma_en_eV)}",
        f"{max(float(each.localisation) for each in quantum):.1e}",
        f"{max(float(each.energy) for each in quantum):.1e}",
        f"{max(float(each.line) for each in quantum):.1e}",
        *(MISSING if each is None else f"{each:.1f}" for each in orders),
    ]


def _width_rows(result: CoherenceResult) -> list[list[str]]:
    process, widths, band = result.typical, result.widths, result.band
    rows = []
    for side in SIDES:
        vertex = getattr(widths, side)
        rows.append([f"σ_p of {side}", _number(vertex.sigma_p_eV), "", "", _parts(vertex.momentum)])
        rows.append([f"σ_e of {side}", _number(vertex.sigma_e_eV), "", "", _parts(vertex.energy)])
    terms = ", ".join(
        f"{term.kind} of {term.vertex} {100 * term.share:.0f} %"
        for term in widths.localisation
        if term.share > 0.005
    )
    rows.append(
        [
            "σ_m",
            _number(widths.sigma_m_eV),
            _number(widths.delta_loc_nm),
            _ends(band.sigma_m_eV),
            terms,
        ]
    )
    for step, value in list(process.steps.items())[:-1]:
        rows.append([f"σ_en {STEP_NAMES[step]}", _number(value), "", "", ""])
    parts = "; ".join(
        f"{term.vertex}: {_parts(term.parts)}" for term in widths.energy if term.share > 0.005
    )
    rows.append(
        [
            "σ_en",
            _number(widths.sigma_en_eV),
            _number(widths.delta_en_nm),
            _ends(band.sigma_en_eV),
            parts,
        ]
    )
    rows += [
        [f"Γ by {line.cause} ({line.vertex})", _number(line.full_width_eV), "", "", ""]
        for line in process.lines
    ]
    return rows


def _parts(parts: Sequence[Part]) -> str:
    """Names of what makes up a width, with their shares of its square."""
    return ", ".join(f"{p.name} {100 * p.share:.0f} %" for p in parts if p.share > 0.005)


def _point_rows(result: CoherenceResult) -> list[list[str]]:
    return [
        [
            point.name,
            f"{point.energy_MeV:g}",
            f"{point.baseline_m / float(point.quantum.oscillation_length_m):.3g}",
            _number(float(point.quantum.coherence_length_m) / KM),
            f"{float(point.quantum.localisation):.2e}",
            f"{float(point.quantum.energy):.2e}",
            f"{float(point.quantum.line):.2e}",
            _exponent_or_none(point.classical.localisation),
            _exponent_or_none(point.classical.energy),
        ]
        for point in result.points
    ]


def _energy(result: CoherenceResult) -> str:
    """Energy of the table of particles, and what the description has if that is another one."""
    energy, described = result.typical.energy_MeV, result.setup.described_energies_MeV
    text = f"{energy:g} MeV"
    if energy in described:
        return text
    return f"{text} (set-up: {', '.join(f'{each:g}' for each in described)})"


def _source_widths(each: SourceWidths) -> str:
    """Whose widths a fit has used for a source."""
    sigma_m, sigma_en = (
        _ends((min(values), max(values)))
        for values in (
            [width.sigma_m_eV for width in each.widths],
            [width.sigma_en_eV for width in each.widths],
        )
    )
    return f"Widths of {each.source}: {each.setup.place}, σ_m {sigma_m} eV, σ_en {sigma_en} eV."


def _explanations(results: Sequence[CoherenceResult]) -> list[str]:
    reading = results[0].reading
    chosen = ", ".join(f"{name}={value}" for name, value in reading.as_dict().items())
    return [
        *_kept_numbers(results),
        "δx, σ = ħc/2δx and v as the talk prints them and as computed; momentum: integrated if "
        "nobody observes it.",
        "band: over the readings of which none is better. ξ_line: lifetime and collisions.",
        f"Reading: {chosen}.",
    ]


def _kept_numbers(results: Sequence[CoherenceResult]) -> list[str]:
    """Warning where printed numbers are used at energies that they do not belong to."""
    kept = [
        f"{result.setup.slug} {', '.join(names)}" for result in results if (names := _kept(result))
    ]
    if not kept:
        return []
    return [
        f"Printed δx, σ and v belong to the energies of the set-up and are kept at others, where "
        f"they do not hold: {'; '.join(kept)}. --reading particles=computed follows the energy."
    ]


def _kept(result: CoherenceResult) -> list[str]:
    """Particles with printed numbers that depend on the energy, if another energy is asked for."""
    described = result.setup.described_energies_MeV
    if result.reading.particles != "as-printed" or all(
        each.energy_MeV in described for each in result.processes
    ):
        return []
    return [
        each.name
        for side in SIDES
        for each in result.typical.particles[side]
        if each.description.printed_at_one_energy
    ]


def _dominance(result: CoherenceResult) -> list[str]:
    classical = result.classical
    said = []
    if classical.energy_orders is not None:
        said.append(
            f"The energy resolution, {classical.energy_MeV:.3g} MeV, exceeds σ_en by "
            f"{classical.energy_orders:.1f} orders of magnitude."
        )
    if classical.position_orders is not None:
        said.append(
            f"Source and detector, {classical.position_m:.2g} m, exceed δ_loc by "
            f"{classical.position_orders:.1f} orders of magnitude."
        )
    return said


def _bounds(result: CoherenceResult) -> list[str]:
    return [
        f"Bound of {bound.name}: δ_en > {bound.position_nm:g} nm, σ_en < {energy / 1e6:.3g} MeV; "
        f"the width above is {abs(orders):.1f} orders {'smaller' if orders > 0 else 'larger'}."
        for bound, energy, orders in result.bounds()
    ]


def _exponent_or_none(exponent: Any) -> str:
    """MISSING where nothing spreads classically."""
    return f"{float(exponent):.1e}" if exponent else MISSING


def _ends(ends: tuple[float, float]) -> str:
    return "–".join(dict.fromkeys(_number(end) for end in ends))


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3g}"
