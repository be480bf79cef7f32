r"""Averages over cells of a continuous spectrum and over distance, with damping of any kind.

As :mod:`gallus.kernel.energy_cells`, but with damping that depends on the energy within the cells,
as steep as E^-12, and on distance in any manner that :mod:`gallus.kernel.slow_factors` knows: in
each distance cell the Legendre coefficients of weight times D(u, L) take the place of constant
ones. They are smooth in u = 1/E, and are taken at the nodes in u like everything slow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gallus.arrays import Array, array_namespace
from gallus.kernel.energy_cells import EnergyCells, gauss, half_hankels, wave, with_cells
from gallus.kernel.moments import spherical_bessel
from gallus.kernel.slow_factors import ORDER, SINC_WAVES, SlowFactors

NODES = 16
"""In u, in each energy cell."""

BLOCK = 65536
"""Nodes times distance cells at a time."""


def node_energies_MeV(cells: EnergyCells) -> Array:
    """Energies at which damping is taken, shape (n, NODES)."""
    return 1.0 / cells.nodes_per_MeV(gauss(NODES)[0])


def mean_damped_in_cells(
    slow: SlowFactors,
    cells: EnergyCells,
    kappa: Any,
    damping_per_m: Any = None,
    gaussian_per_m2: Any = None,
    sinc_per_m: Any = None,
    power: int = 1,
) -> Any:
    """Mean of D(u, L) exp(i kappa u L) over distance and over each energy cell.

    Parameters
    ----------
    slow : SlowFactors
        Distribution of L.
    cells : EnergyCells
        n cells.
    kappa : array, shape (...) or (..., n)
        phi E in MeV/m; constant for oscillations in vacuum.
    damping_per_m, gaussian_per_m2, sinc_per_m : array, shape (..., n, NODES), optional
        Gamma, g and s at :func:`node_energies_MeV`. A fast sinc is taken as that of s ~ 1/E.
    power : {1, 2}
        p, the power of the sinc.

    Returns
    -------
    complex array, shape (..., n)
        Error below 1e-8 while the cells are narrower than a tenth of their energy and damping is
        not steeper than E^-12.
    """
    given = [each for each in (damping_per_m, gaussian_per_m2, sinc_per_m) if each is not None]
    xp = array_namespace(kappa, *given)
    k = with_cells(xp.asarray(kappa), cells)
    strengths = [
        None if each is None else xp.asarray(each)
        for each in (damping_per_m, gaussian_per_m2, sinc_per_m)
    ]
    if xp is not np:
        return _mean(slow, cells, k, strengths, power)
    shape = np.broadcast_shapes(k.shape[:-1], *(np.shape(each)[:-2] for each in given))
    size = math.prod(shape)
    k = np.broadcast_to(k, (*shape, k.shape[-1])).reshape(size, -1)
    flat = [
        None
        if each is None
        else np.broadcast_to(each, (*shape, *each.shape[-2:])).reshape(size, *each.shape[-2:])
        for each in strengths
    ]
    rows = max(1, BLOCK // (NODES * k.shape[-1] * max(1, len(slow.middle_m))))
    parts = [slice(start, start + rows) for start in range(0, size, rows)]
    means = [
        _mean(slow, cells, k[part], [None if e is None else e[part] for e in flat], power)
        for part in parts
    ]
    return np.concatenate(means).reshape(*shape, k.shape[-1])


def _mean(
    slow: SlowFactors, cells: EnergyCells, kappa: Any, strengths: Sequence[Any], power: int
) -> Any:
    """Leading axes together; a fast sinc as waves of their own kappa."""
    damping, gaussian, sinc = strengths
    factor = slow.damping(damping, gaussian)
    if sinc is None:
        return _of_waves(slow, cells, kappa, factor)
    xp = array_namespace(sinc)
    scale = xp.abs(sinc).mean(axis=-1, keepdims=True)
    slowly, fast = slow.slow_sinc(sinc, power, scale), slow.fast_sinc(sinc, power, scale)
    sigma = (sinc * node_energies_MeV(cells)).mean(axis=-1)
    # All waves at once, the first being that of a slow sinc.
    waves = SINC_WAVES[power]
    kappas = [kappa, *(kappa + step * sigma for step, _ in waves)]
    factors = [factor * slowly, *([factor * fast] * len(waves))]
    means = _of_waves(slow, cells, xp.stack(xp.broadcast_arrays(*kappas)), xp.stack(factors))
    return means[0] + sum(share * mean for (_, share), mean in zip(waves, means[1:], strict=True))


def _of_waves(slow: SlowFactors, cells: EnergyCells, kappa: Any, factor: Any) -> Any:
    """Mean of factor(u, L) exp(i kappa u L), the factor of shape (..., n, NODES, nodes of L)."""
    xp = array_namespace(kappa, factor)
    spectrum = cells.spectrum_at(gauss(NODES)[0])
    singles = len(slow.nodes_m) - len(slow.share)
    total: Any = 0.0
    if len(slow.share):
        single = factor[..., singles:] * slow.share
        envelope = xp.moveaxis(single, -1, -2) * spectrum[:, None, :]
        total = wave(envelope, kappa, cells, slow.nodes_m[singles:]).sum(axis=-1)
    if not slow.stretches:
        return total
    series = _series(slow, factor) * spectrum[:, None, :]
    # Axes: ..., energy cell, distance cell, node.
    z = kappa[..., None, None] * cells.nodes_per_MeV(gauss(NODES)[0])[:, None, :]
    z = z * slow.half_m[:, None]
    smooth = xp.abs(kappa[..., None] * (cells.half_per_MeV[:, None] * slow.half_m)) < 1.0
    bessel = spherical_bessel(xp.where(smooth[..., None], z, 1.0), ORDER)
    out, back = half_hankels(xp.where(smooth[..., None], 10.0, z), ORDER)
    amplitudes = [_summed(orders, series) for orders in (bessel, out, back)]
    distances = [slow.middle_m, slow.middle_m + slow.half_m, slow.middle_m - slow.half_m]
    means = wave(xp.concatenate(amplitudes, axis=-2), kappa, cells, np.concatenate(distances))
    middle, far, near = xp.split(means, 3, axis=-1)
    return total + xp.where(smooth, middle, far + near).sum(axis=-1)


def _series(slow: SlowFactors, factor: Any) -> Any:
    """Legendre coefficients in the distance cells, shape (ORDER + 1, ..., n, cells, NODES)."""
    xp = array_namespace(factor)
    parts = []
    for each in slow.stretches:
        rows = factor[..., each.nodes] @ each.projection.reshape(-1, each.projection.shape[-1]).T
        parts.append(rows.reshape(*rows.shape[:-1], ORDER + 1, -1))
    return xp.moveaxis(xp.concatenate(parts, axis=-1), (-2, -1), (0, -2))


def _summed(orders: Any, series: Any) -> Any:
    """Sum over the orders, odd ones times i: the signs of i^k are in the series."""
    even = sum(orders[k] * series[k] for k in range(0, ORDER + 1, 2))
    return even + 1j * sum(orders[k] * series[k] for k in range(1, ORDER + 1, 2))
