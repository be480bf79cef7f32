r"""How many photons of the source interact in the target.

Each direction of a source on the axis of a solid of revolution sees a length L of target; of those
that reach it the share 1 - exp(-L/lambda) interacts:

.. math:: \epsilon(\lambda) = \frac12\int d\cos\theta\; \big(1 - e^{-L(\theta)/\lambda}\big)
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.geometry.solids import Solid

DIRECTIONS: Final = 400
STEPS: Final = 2000
"""Directions and steps along each; L is good to 1/2000 of the longest way."""


def lengths_in_target_m(solid: Solid, height_m: float, cosine: Array) -> Array:
    """Length of target in each direction from a point of the axis, shape of the cosines."""
    low, high = solid.height_range_m()
    reach = max(abs(high - height_m), abs(low - height_m)) + (high - low)
    step = reach / STEPS
    distance = step * (np.arange(STEPS) + 0.5)
    up = height_m + distance * cosine[:, None]
    square = distance**2 * (1.0 - cosine[:, None] ** 2)
    length: Array = step * np.count_nonzero(solid.contains(square, up), axis=1)
    return length


def interacting_share(solid: Solid, height_m: float, attenuation_length_m: Array) -> Array:
    """Share of the photons of a point on the axis that interact in a solid, shape of the lengths.

    Parameters
    ----------
    solid : solid
        The target.
    height_m : float
        Of the source.
    attenuation_length_m : array
        Mean way to the first interaction in the target.
    """
    cosine, weight = _directions(solid, height_m)
    length = lengths_in_target_m(solid, height_m, cosine)
    missed = np.exp(-length / np.asarray(attenuation_length_m)[..., None])
    share: Array = (1.0 - missed) @ weight
    return share


def _directions(solid: Solid, height_m: float) -> tuple[Array, Array]:
    """Cosines and their weights; of a source outside only the side of the target."""
    low, high = solid.height_range_m()
    start, end = (-1.0, 1.0) if low < height_m < high else (0.0, 1.0)
    start, end = (-1.0, 0.0) if height_m >= high else (start, end)
    middle = start + (end - start) * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    return middle, np.full(DIRECTIONS, (end - start) / (2.0 * DIRECTIONS))
