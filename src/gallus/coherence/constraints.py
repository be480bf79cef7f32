"""Widths that add as 1/sigma^2, and the parts that make up each of them, which add as sigma^2.

A neutrino that satisfies several constraints, each of a Gaussian width, is left with
1/sigma^2 = sum of 1/width^2. Each width in turn comes from several particles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["momentum", "energy", "phase-space", "none"]
Side = Literal["production", "detection"]


@dataclass(frozen=True)
class Part:
    """What one cause brings to a width: widths add in quadrature, shares of the square to 1."""

    name: str
    width_eV: float
    share: float


@dataclass(frozen=True)
class Constraint:
    """One term of 1/sigma^2 = sum of 1/width^2: what it constrains to, and its share.

    `width_eV` is infinite, and the share 0, where it does not constrain; `parts` tell which
    particles make up the width.
    """

    vertex: Side
    kind: Kind
    width_eV: float
    share: float
    parts: tuple[Part, ...]


def constraint(side: Side, kind: Kind, parts: tuple[Part, ...], factor: float) -> Constraint:
    """A constraint of width sqrt(sum of parts^2)/factor; its share comes later."""
    scaled = tuple(replace(p, width_eV=_quotient(p.width_eV, factor)) for p in parts)
    return Constraint(side, kind, _quotient(together(parts), factor), 0.0, scaled)


def combined(terms: Sequence[Constraint]) -> tuple[float, tuple[Constraint, ...]]:
    """Return 1/sqrt(sum of 1/width^2), and the terms with their shares of that sum."""
    total = math.fsum(term.width_eV**-2 for term in terms)
    shared = tuple(replace(term, share=term.width_eV**-2 / total) for term in terms)
    return 1.0 / math.sqrt(total), shared


def parts(widths: Sequence[tuple[str, float]]) -> tuple[Part, ...]:
    """Name widths that add in quadrature, and their shares; all 0 if the widths are."""
    total = math.fsum(width**2 for _, width in widths)
    return tuple(Part(name, width, width**2 / total if total else 0.0) for name, width in widths)


def together(parts: Sequence[Part]) -> float:
    """Width of all parts together."""
    return math.sqrt(math.fsum(part.width_eV**2 for part in parts))


def _quotient(width: float, factor: float) -> float:
    return width / factor if factor else (math.inf if width else 0.0)
