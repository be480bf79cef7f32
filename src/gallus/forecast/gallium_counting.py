r"""How BEST extracted and counted 71Ge: what a next run takes over.

Taken from its table of extractions: the time of an exposure and the pause after it, the share of
the atoms that are counted, and the background b, which is what its errors ask for beyond
:math:`\sqrt N`: that of the counters, less what the decay of 71Ge tells about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallus.database.loader import load
from gallus.experiments.gallium import source_measurements
from gallus.experiments.gallium_rates import best_extractions

BEST = "best-"
"""What the names of its zones begin with."""


@dataclass(frozen=True)
class Counting:
    """What becomes of the 71Ge of one extraction.

    Parameters
    ----------
    efficiency : float
        Recorded decays per atom at the end of the exposure.
    background : float
        Counts whose fluctuations the error has besides those of the recorded decays.
    """

    efficiency: float
    background: float


def best_counting(zone: str) -> Counting:
    """How BEST counted, on average over the extractions of a zone, or of both if it is another."""
    rows = best_extractions().rows()
    own = [row for row in rows if BEST + row["zone"] == zone] or rows
    atoms = [float(r["saturation"]) for r in own]
    seen = [float(r["k_efficiency"]) + float(r["l_efficiency"]) for r in own]
    excess = []
    for row in own:
        counts, rate = float(row["from_source"]), float(row["rate_per_d"])
        error = (float(row["rate_first_error"]) + float(row["rate_second_error"])) / 2
        excess.append((counts * error / rate) ** 2 - counts)
    return Counting(float(np.mean(np.divide(seen, atoms))), float(np.mean(excess)))


def as_in_best() -> dict[str, float]:
    """Days of an exposure and of the pause after it, systematic error and that of the activity."""
    rows = [row for row in best_extractions().rows() if row["zone"] == "inner"]
    begin, end = (np.array([float(r[f"exposure_{k}_d"]) for r in rows]) for k in ("begin", "end"))
    errors = load("best-errors")
    entry = next(iter(source_measurements("best").entries.values())).source_activity()
    return {
        "exposure_d": float(np.mean(end - begin)),
        "pause_d": float(np.mean(begin[1:] - end[:-1])),
        "systematic_percent": 50 * (errors["upper"].to("1") + errors["lower"].to("1")),
        "activity_percent": 50 * (entry.plus_Bq + entry.minus_Bq) / entry.activity_Bq,
    }
