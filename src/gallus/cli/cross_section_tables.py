"""The tables of ``gallus cross-section``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gallus.cli.tables import MISSING, caption, percent, plus_minus, table

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.interactions.capture_chain import GroundStateChain

UNIT_CM2 = 1e-45
UNIT = "1e-45 cm²"
SMALL_CM2 = 1e-46
"""Unit of cross sections at one energy, as in Bahcall's table."""

Content = Mapping[str, Any]


def all_tables(content: Content, chain: GroundStateChain) -> Iterator[object]:
    """Yield what the command prints, from what it writes as JSON."""
    source = content["source"]
    half_life = f"{content['half_life_71Ge_d']:g} d"
    yield totals(content)
    yield caption(
        f"σ: average over the lines of {source} in {UNIT}, for a half-life of 71Ge of {half_life}.",
        "Rebuilt: from ground state, strengths and phase space, at the half-life of the model.",
    )
    yield parts(content)
    yield caption(
        f"In {UNIT}; excited states of 71Ge by their energy. A dash: the model does not say."
    )
    yield steps(chain, source)
    yield caption(f"One-sigma error: {_budget(chain)}.")
    yield lines(content, chain)
    yield corrections(content, source)
    yield caption(
        "The published models take their own ground states, not this one. The default combines the "
        "published electron density in 71Ge with the Fermi function at the centre of the nucleus, "
        "which reproduces the published 5.39 and 6.45; if that density is an average over the "
        "nucleus, as our Dirac-Fock solution suggests, the consistent value is the one 'averaged "
        "over the nucleus', 1.7 % lower. This is not in the one-sigma error. "
        f"Lines: set {content['line_set']} of {source}."
    )
    if content["energies"]:
        yield energies(content)
        yield caption(
            f"In {SMALL_CM2:g} cm². A table is linear between its nodes. Else the computed ground "
            "state with the model's excited states, normalised to its 51Cr average; states above "
            "500 keV are not in it.",
        )


def totals(content: Content) -> Table:
    """Totals of all models side by side, published and rebuilt."""
    rows = [
        [
            model["title"],
            _estimate(model["total"]),
            _estimate(model["published"]),
            _estimate(model["rebuilt"]),
            percent(model["deviation"], 2, sign=True),
        ]
        for model in content["models"]
    ]
    columns = ["model", "σ", "published", "rebuilt", "rebuilt/published"]
    return table(f"Capture of {content['source']} neutrinos on 71Ga", columns, rows)


def parts(content: Content) -> Table:
    """Ground state and excited states of all models side by side."""
    levels = sorted({level for model in content["models"] for level in model["excited"]}, key=int)
    rows = [
        [
            model["title"],
            _estimate(model["ground_state"]),
            *(_estimate(model["excited"].get(level)) for level in levels),
            percent(model["excited_share"]),
        ]
        for model in content["models"]
    ]
    columns = ["model", "ground state", *(f"{level} keV" for level in levels), "excited share"]
    return table("Ground state and excited states", columns, rows)


def steps(chain: GroundStateChain, source: str) -> Table:
    """From the half-life of 71Ge to the ground-state cross section."""
    decay = chain.decay
    overlap = decay.overlap_exchange if chain.corrections.overlap_exchange else 0.0
    rows = [
        ("half-life of 71Ge", f"{decay.half_life_d:g} d"),
        ("Q value", f"{decay.q_value_MeV * 1e3:.3f} keV"),
        ("rate of all captures", f"{chain.decay_rate_per_s:.4e} /s"),
        ("rate of 1s captures", f"{chain.k_capture_rate_per_s:.4e} /s"),
        ("neutrino of 1s capture", f"{chain.neutrino_energy_MeV * 1e3:.2f} keV"),
        ("1s density at the nucleus", f"{decay.contact_density_MeV3:.4g} MeV³"),
        ("overlap and exchange", percent(overlap, 2, sign=True)),
        ("strength BGT of the ground state", f"{chain.gamow_teller_strength:.5f}"),
        ("log ft", f"{chain.log_ft:.3f}"),
        ("Bahcall's σ0", f"{chain.bahcall_sigma0_cm2 / SMALL_CM2:.3f}e-46 cm²"),
        ("threshold", f"{chain.threshold_MeV * 1e3:.2f} keV"),
        (
            f"σ to the ground state, {source}",
            f"{_scaled(chain.cross_section_cm2, chain.error_cm2)} {UNIT}",
        ),
    ]
    return table("Ground state from the half-life of 71Ge", ["step", "value"], rows)


def lines(content: Content, chain: GroundStateChain) -> Table:
    """What becomes of each line of the source."""
    rows = [
        [
            f"{line.neutrino_energy_MeV * 1e3:.1f}",
            percent(line.fraction, 2),
            f"{line.electron_energy_MeV * 1e3:.2f}" if line.electron_momentum_MeV else MISSING,
            f"{line.electron_momentum_MeV * 1e3:.2f}" if line.electron_momentum_MeV else MISSING,
            f"{line.fermi_function:.4f}" if line.electron_momentum_MeV else MISSING,
            f"{line.cross_section_cm2 / UNIT_CM2:.4f}",
        ]
        for line in chain.lines
    ]
    columns = ["Eν (keV)", "share", "Ee (keV)", "pe (keV)", "F(Z, Ee)", f"σ gs ({UNIT})"]
    return table(f"Lines of {content['source']}", columns, rows, left=())


def corrections(content: Content, source: str) -> Table:
    """Ground-state cross section with and without each correction."""
    effects = content["corrections_cm2"]
    default = effects["default"]
    rows = [
        [name, f"{value / UNIT_CM2:.4f}", percent(value / default - 1, 2, sign=True)]
        for name, value in effects.items()
    ]
    columns = ["correction", f"σ gs ({UNIT})", "change"]
    return table(f"What each correction does, {source}", columns, rows)


def energies(content: Content) -> Table:
    """Cross sections at the energies that the user asked for."""
    rows = [
        [
            f"{row['energy_MeV']:g}",
            row["title"],
            MISSING if row["value_cm2"] is None else f"{row['value_cm2'] / SMALL_CM2:.5g}",
            *(
                MISSING if row[key] is None else f"{sign}{row[key] / SMALL_CM2:.4g}"
                for key, sign in (("plus_3_sigma_cm2", "+"), ("minus_3_sigma_cm2", "−"))
            ),
            "table" if row["from_table"] else "computed shape",
        ]
        for row in content["energies"]
    ]
    columns = ["Eν (MeV)", "model", "σ", "+3 sigma", "−3 sigma", "from"]
    return table("Cross section at single energies", columns, rows, left=(1, 5))


def _budget(chain: GroundStateChain) -> str:
    """Return the errors of the ingredients, the largest first; those below 0.005 % are left out."""
    largest = sorted(chain.budget.items(), key=lambda item: -item[1])
    return ", ".join(
        f"{_words(name)} {percent(share, 2)}" for name, share in largest if share > 5e-5
    )


def _estimate(estimate: tuple[float, float, float] | None) -> str:
    if estimate is None:
        return MISSING
    value, plus, minus = (number / UNIT_CM2 for number in estimate)
    return plus_minus(value, plus, minus, 3)


def _scaled(value: float, error: float) -> str:
    return plus_minus(value / UNIT_CM2, error / UNIT_CM2, error / UNIT_CM2, 3)


def _words(field: str) -> str:
    """Name of an ingredient without its unit."""
    known = [part for part in field.split("_") if part not in ("MeV", "MeV3", "d", "fm")]
    return " ".join(known)
