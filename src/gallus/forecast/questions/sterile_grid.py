r"""Delta chi2 on a grid of mixing and splitting, all pulls profiled in closed form.

Residual and the templates of pulls that scale the signal are combinations of :math:`S_0`,
:math:`D_1` and :math:`D_2` (:mod:`gallus.forecast.questions.sterile_counts`) that depend on the
mixing only; all other templates F are those without mixing. With the products
:math:`\langle a, b\rangle = \sum_i a_i b_i/\mu_i` the latter are eliminated once per splitting,

.. math:: \Gamma' = \Gamma - \langle S, F\rangle\, (\langle F, F\rangle + 1/s^2)^{-1}
          \langle F, S\rangle,

and what is left are matrices of a few rows at each point of the grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gallus.arrays import Array
from gallus.forecast.expectation import SHARED, Expectation
from gallus.forecast.fisher import inverse_variance
from gallus.forecast.questions.sterile_counts import NORMALISATION, SterileCounts, joint_null
from gallus.oscillation.sterile import sterile_share

SCALING = ("activity", "cross_section", NORMALISATION)
"""Pulls that scale the signal as it is."""
RIDGE = 1e-13
"""Weight, in units of the diagonal, of pulls that do the same as others."""


def excluded(parts: Sequence[SterileCounts], sin2_2theta: Array, delta_m2_eV2: Array) -> Array:
    """Chi2 of mixing for data without, shape (splittings, mixings).

    Parameters
    ----------
    parts : sequence of SterileCounts
        Observations.
    sin2_2theta, delta_m2_eV2 : array
        Axes of the grid.
    """
    return _on_grid(parts, sin2_2theta, delta_m2_eV2, with_mixing)


def discovered(parts: Sequence[SterileCounts], sin2_2theta: Array, delta_m2_eV2: Array) -> Array:
    """Chi2 of no mixing for data with mixing; as :func:`excluded`."""
    return _on_grid(parts, sin2_2theta, delta_m2_eV2, without_mixing)


Polynomial = Callable[[Array], Array]
"""From u to the factors of D_1, D_2 and S_0 in a signal that is scaled, (u, 3)."""


def with_mixing(u: Array) -> Array:
    """S(u) = S_0 + u D_1 + u^2 D_2."""
    return np.stack([u, u**2, np.ones_like(u)], axis=-1)


def without_mixing(u: Array) -> Array:
    """S_0."""
    return np.stack([0 * u, 0 * u, np.ones_like(u)], axis=-1)


@dataclass(frozen=True, eq=False)
class _Side:
    """One observation with its products, and where its pulls are among those of all."""

    part: SterileCounts
    names: Mapping[str, str]

    @cached_property
    def root(self) -> Array:
        return np.sqrt(inverse_variance(self.part.null.expected))

    @cached_property
    def other(self) -> tuple[str, ...]:
        """Pulls that do not scale the signal."""
        return tuple(name for name in self.part.null.names if name not in SCALING)

    @cached_property
    def fixed(self) -> Array:
        """S_0 and the templates of the other pulls, whitened."""
        signal = self.part.used(self.part.null_signal)
        rows = self.part.null.only(self.other).templates
        return np.concatenate([signal[None], rows]) * self.root

    def scaling(self) -> dict[str, float]:
        """Sizes of the pulls that scale the signal, by their names among those of all."""
        known = self.part.observation.setup.uncertainties
        sizes = {
            "activity": known.activity_percent / 100,
            "cross_section": known.cross_section_percent / 100,
            NORMALISATION: 1.0,
        }
        return {self.names[n]: sizes[n] for n in self.part.null.names if n in SCALING}

    def products(self, delta_m2_eV2: Array) -> Iterator[tuple[Array, Array]]:
        """Products of D_1, D_2, S_0 with each other, (s, 3, 3), and with other templates."""
        constant = self.fixed @ self.fixed[0]
        for changes in self.part.polynomials(delta_m2_eV2):
            white = changes * self.root
            own = white @ white.swapaxes(-1, -2)
            cross = white @ self.fixed.T
            among = np.empty((len(white), 3, 3))
            among[:, :2, :2], among[:, 2, 2] = own, constant[0]
            among[:, :2, 2] = among[:, 2, :2] = cross[..., 0]
            last = np.broadcast_to(constant[1:], (len(white), 1, len(constant) - 1))
            yield among, np.concatenate([cross[..., 1:], last], axis=1)


def _on_grid(
    parts: Sequence[SterileCounts], sin2_2theta: Array, delta_m2_eV2: Array, scaled: Polynomial
) -> Array:
    null, sides = joint_null(parts), [_Side(part, _names(part, len(parts))) for part in parts]
    scaling = [n for n in null.names if any(n in side.scaling() for side in sides)]
    other = [name for name in null.names if name not in scaling]
    block = _inverse_block(null, sides, other)
    rows = _rows(sides, scaling, sterile_share(sin2_2theta), scaled)
    weights = null.only(scaling).prior_weights
    found = []
    for several in zip(*(side.products(delta_m2_eV2) for side in sides), strict=True):
        among, cross = _joined(sides, several, other)
        left = among - cross @ block @ cross.swapaxes(-1, -2)
        products = rows @ left[:, None] @ rows.swapaxes(-1, -2)
        found.append(_profiled(products, weights))
    return np.concatenate(found)


def _joined(
    sides: Sequence[_Side], several: Sequence[tuple[Array, Array]], other: Sequence[str]
) -> tuple[Array, Array]:
    """Products of all observations: signals of different ones have nothing in common."""
    size = 3 * len(sides)
    among = np.zeros((len(several[0][0]), size, size))
    cross = np.zeros((len(several[0][0]), size, len(other)))
    for n, (side, (own, templates)) in enumerate(zip(sides, several, strict=True)):
        place = slice(3 * n, 3 * n + 3)
        among[:, place, place] = own
        cross[:, place, [other.index(side.names[name]) for name in side.other]] = templates
    return among, cross


def _inverse_block(null: Expectation, sides: Sequence[_Side], other: Sequence[str]) -> Array:
    """Inverse of the products of the other templates with each other, priors included."""
    block = np.diag(null.only(other).prior_weights)
    for side in sides:
        places = [other.index(side.names[name]) for name in side.other]
        block[np.ix_(places, places)] += side.fixed[1:] @ side.fixed[1:].T
    scale = 1.0 / np.sqrt(np.where(np.diag(block) > 0, np.diag(block), 1.0))
    scaled = block * np.outer(scale, scale) + RIDGE * np.eye(len(other))
    inverse: Array = np.linalg.inv(scaled) * np.outer(scale, scale)
    return inverse


def _rows(sides: Sequence[_Side], scaling: Sequence[str], u: Array, scaled: Polynomial) -> Array:
    """Residual and scaling templates in terms of D_1, D_2 and S_0, (u, 1 + pulls, 3 sides)."""
    rows = np.zeros((len(u), 1 + len(scaling), 3 * len(sides)))
    for n, side in enumerate(sides):
        place = slice(3 * n, 3 * n + 3)
        rows[:, 0, place] = np.stack([u, u**2, 0 * u], axis=-1)
        for name, size in side.scaling().items():
            rows[:, 1 + scaling.index(name), place] = size * scaled(u)
    return rows


def _profiled(products: Array, prior_weights: Array) -> Array:
    """Minimum over the pulls, from products of shape (..., 1 + m, 1 + m)."""
    square, cross = products[..., 0, 0], products[..., 1:, 0]
    if not len(prior_weights):
        return np.maximum(square, 0.0)
    matrix = products[..., 1:, 1:] + np.diag(prior_weights)
    diagonal = np.einsum("...kk->...k", matrix)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrix * scale[..., None] * scale[..., None, :] + RIDGE * np.eye(len(prior_weights))
    side = cross * scale
    best = np.linalg.solve(scaled, side[..., None])[..., 0]
    lowest: Array = np.maximum(square - (best * side).sum(axis=-1), 0.0)
    return lowest


def _names(part: SterileCounts, several: int) -> dict[str, str]:
    """Names of the pulls of one observation among those of all."""
    own = part.observation.name
    return {
        name: name if several == 1 or name in SHARED else f"{own}.{name}"
        for name in part.null.names
    }
