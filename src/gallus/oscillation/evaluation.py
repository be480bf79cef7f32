"""From a model's formulas to numbers at any points: checks, broadcasting, blocks.

Every model's `probability` goes through :func:`over_points`; those that are sums of damped cosines
through :func:`probability`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError
from gallus.oscillation.base import (
    Channel,
    DampedCosineModel,
    OscillationModel,
    sum_of_cosines,
)
from gallus.parameters import Params, check_values
from gallus.parameters.parameter import check_names

BLOCK = 16384
"""Points at a time: temporaries of this size stay in the cache."""


def probability(
    model: DampedCosineModel,
    channel: Channel,
    energy_MeV: float | Array,
    baseline_m: float | Array,
    params: Params,
    electron_survival: Callable[[Array, Array], Array] | None = None,
) -> Array:
    """Probability of a model that gives cosines and weights; see :class:`OscillationModel`.

    `electron_survival` is P_ee at energies and lengths of shape (n,), for models that have it in
    fewer operations than the sum of cosines.
    """
    if electron_survival is not None and channel.initial == channel.final == "e":
        return over_points(electron_survival, energy_MeV, baseline_m, params)

    def at(energy: Array, baseline: Array) -> Array:
        return sum_of_cosines(
            model.damped_cosines(energy, params),
            model.weights(channel, energy, params),
            model.sine_weights(channel, energy, params),
            baseline,
        )

    return over_points(at, energy_MeV, baseline_m, params)


def over_points(
    function: Callable[[Array, Array], Array],
    energy_MeV: float | Array,
    baseline_m: float | Array,
    params: Params,
) -> Array:
    """Evaluate a function of energies and lengths of shape (n,) at points of any shape.

    Parameters
    ----------
    function : callable
        Takes energy and baseline of shape (n,), gives an array of shape (..., n).
    energy_MeV, baseline_m : float or array
        The points; they broadcast against each other.
    params : mapping
        The parameters that `function` uses: their shape is that of the leading axes.

    Returns
    -------
    array, shape (...) of the parameters, then that of the points

    Raises
    ------
    InputError
        If an energy is not above 0, a length is negative, or one is not finite.
    """
    check_points(energy_MeV, baseline_m)
    xp = array_namespace(energy_MeV, baseline_m, *params.values())
    points = xp.broadcast_arrays(xp.asarray(energy_MeV, float), xp.asarray(baseline_m, float))
    leading = np.broadcast_shapes(*(np.shape(value) for value in params.values()))
    energy, baseline = (point.ravel() for point in points)
    if xp is np:
        size = max(1, BLOCK // math.prod(leading))
        blocks = [slice(k, k + size) for k in range(0, max(energy.size, 1), size)]
        result = np.concatenate([function(energy[b], baseline[b]) for b in blocks], axis=-1)
    else:
        result = function(energy, baseline)
    flat: Array = xp.broadcast_to(result, (*leading, energy.size))
    return flat.reshape((*leading, *points[0].shape))


def parameter_values(model: OscillationModel, params: Params) -> dict[str, Any]:
    """Params of all parameters of a model: those given, and the start of those that are fixed.

    Sequences become arrays.

    Raises
    ------
    InputError
        If a name is unknown, a free parameter is missing, or a value is outside its bounds.
    """
    check_names(model.parameters, params)
    # Starts are within their bounds by construction; checking them again at every call is slow.
    open_ones = [p for p in model.parameters if p.name in params or p.name not in model.fixed]
    check_values(open_ones, params)
    values = {p.name: p.start for p in model.parameters} | dict(params)
    return {name: _as_number(value) for name, value in values.items()}


def check_points(energy_MeV: float | Array, baseline_m: float | Array) -> None:
    """Raise InputError unless all energies are above 0, no length is negative, all are finite."""
    if not is_traceable(energy_MeV):
        energy = np.asarray(energy_MeV, dtype=np.float64)
        if energy.size and not (energy.min() > 0 and energy.max() < math.inf):
            raise InputError(
                "is not a neutrino energy",
                key="energy_MeV",
                value=_first(energy, energy > 0),
                allowed="a finite number above 0",
            )
    if not is_traceable(baseline_m):
        baseline = np.asarray(baseline_m, dtype=np.float64)
        if baseline.size and not (baseline.min() >= 0 and baseline.max() < math.inf):
            raise InputError(
                "is not a distance",
                key="baseline_m",
                value=_first(baseline, baseline >= 0),
                allowed="a finite number, 0 or more",
            )


def _first(values: Array, good: Any) -> float:
    """Return the first value that is not good or not finite."""
    return float(values[~(good & np.isfinite(values))].flat[0])


def _as_number(value: Any) -> Any:
    if isinstance(value, float) or is_traceable(value):
        return value
    array = np.asarray(value, dtype=np.float64)
    return array if array.ndim else float(array)
