"""Feldman and Cousins's construction: critical values of Delta chi2 from toys at each true point.

    t = min over h in H of chi2(x, h) - min over all predictions of chi2(x)

H is the true point, or its predictions for all values of nuisances that are profiled and not
linear. A true point belongs to the region of confidence level a if t of the data is not above the
smallest value that at least a share a of the toys at that point does not exceed. The minimum is
that over the predictions and H, no finer: data and toys are treated alike. Source: Feldman and
Cousins, Phys. Rev. D 57, 3873. Toys of a point with profiled nuisances are made at the best values
of these for the data (Sen, Walker and Woodroofe, Stat. Sinica 19, 301).

Use :func:`gallus.inference.calibration.calibrate` for a whole grid, :func:`feldman_cousins_points`
for a part of one: toys of point i come from stream i of the seed, whoever draws them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.inference.binomial import ONE_SIGMA, clopper_pearson, wilson
from gallus.inference.ensembles import Ensemble
from gallus.inference.p_value import TOLERANCE
from gallus.inference.toys import block_generator
from gallus.inference.wilks import check_level

FEWEST_TOYS: Final = 10


EnsembleOf: TypeAlias = Callable[[Array], Ensemble]
"""From predictions (k, n) to an ensemble with the same chi2 that has those."""


def delta_chi2(
    ensemble: Ensemble, data: Array, hypothesis: Array, ensemble_of: EnsembleOf | None = None
) -> Array:
    """Chi2 of a hypothesis minus the lowest of all, shape (t,); not negative.

    Parameters
    ----------
    ensemble : Ensemble
        Chi2 and predictions.
    data : array, shape (t, n)
        Outcomes.
    hypothesis : array, shape (n,) or (k, n)
        Its prediction, or predictions of which the best counts.
    ensemble_of : callable, optional
        What finds the best of several at once; without it they are tried one by one.
    """
    nuisances = hypothesis if hypothesis.ndim > 1 else hypothesis[None]
    if ensemble_of is not None and len(nuisances) > 1:
        return np.maximum(ensemble_of(nuisances).lowest(data) - ensemble.lowest(data), 0.0)
    least = ensemble.chi2(data, nuisances[0])
    for prediction in nuisances[1:]:
        least = np.minimum(least, ensemble.chi2(data, prediction))
    return np.maximum(least - ensemble.lowest(data), 0.0)


def toys_of_point(ensemble: Ensemble, truth: Array, toys: int, seed: int, index: int) -> Array:
    """Outcomes at a prediction, from stream `index` of the seed, shape (toys, n)."""
    normals = block_generator(seed, index).standard_normal((toys, ensemble.size))
    return ensemble.toys(truth, normals)


def critical_values(statistic: Array, levels: Sequence[float]) -> tuple[Array, Array]:
    """Smallest values that at least a share of the toys does not exceed, and their errors.

    Parameters
    ----------
    statistic : array, shape (toys,)
        Delta chi2 of toys.
    levels : sequence of float
        Shares a.

    Returns
    -------
    critical : array, shape (levels,)
        Order statistic of rank k = ceil(a n).
    error : array, shape (levels,)
        Half the distance of those whose ranks are one binomial error above and below; infinite
        where there are too few toys to have them.
    """
    ordered = np.sort(statistic)
    critical, errors = [], []
    for level in levels:
        rank, step = _rank(level, len(ordered))
        high, low = rank + step, rank - step
        critical.append(ordered[rank - 1])
        known = low >= 1 and high <= len(ordered)
        errors.append((ordered[high - 1] - ordered[low - 1]) / 2 if known else math.inf)
    return np.array(critical), np.array(errors)


def count_at_least(statistic: Array, observed: float) -> int:
    """Toys at least as extreme as the data; equality up to rounding counts, as at a boundary."""
    return int(np.count_nonzero(statistic >= observed - TOLERANCE))


@dataclass(frozen=True, eq=False)
class CalibratedPoints:
    """Critical values and p-values of some true points.

    Parameters
    ----------
    levels : tuple of float
        Confidence levels.
    toys : int
        At each point.
    critical, critical_error : array, shape (points, levels)
        Largest Delta chi2 inside the region, and its Monte Carlo error.
    observed : array, shape (points,)
        Delta chi2 of the data.
    exceeding : array of int, shape (points,)
        Toys with at least that Delta chi2.
    """

    levels: tuple[float, ...]
    toys: int
    critical: Array
    critical_error: Array
    observed: Array
    exceeding: NDArray[np.int64]

    @property
    def p_value(self) -> Array:
        """Share of toys at least as extreme as the data, shape (points,)."""
        return np.asarray(self.exceeding / self.toys)

    @property
    def p_value_error(self) -> Array:
        """Binomial error, half of Wilson's interval: not zero where no toy counts."""
        lower, upper = wilson(self.exceeding, self.toys)
        return np.asarray((upper - lower) / 2)

    def p_value_interval(self, level: float = ONE_SIGMA) -> tuple[Array, Array]:
        """Interval of Clopper and Pearson for it."""
        return clopper_pearson(self.exceeding, self.toys, level)

    def inside(self, level: float) -> NDArray[np.bool_]:
        """Which points belong to the region of a calibrated level, shape (points,).

        Raises
        ------
        InputError
            If the level was not calibrated.
        """
        if level not in self.levels:
            allowed = ", ".join(f"{each:g}" for each in self.levels)
            raise InputError(
                "was not calibrated", key="confidence level", value=level, allowed=allowed
            )
        return np.asarray(self.observed <= self.critical[:, self.levels.index(level)] + TOLERANCE)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a chunk of a job stores; the first axis is that of the points."""
        return {
            "critical": self.critical,
            "critical_error": self.critical_error,
            "observed": self.observed,
            "exceeding": self.exceeding,
        }

    @classmethod
    def joined(
        cls, levels: Sequence[float], toys: int, chunks: Sequence[Mapping[str, NDArray[Any]]]
    ) -> Self:
        """Put chunks together that :meth:`arrays` made."""
        names = ("critical", "critical_error", "observed", "exceeding")
        together = {name: np.concatenate([each[name] for each in chunks]) for name in names}
        return cls(tuple(levels), toys, **together)


def feldman_cousins_points(
    ensemble: Ensemble,
    data: Array,
    truths: Array,
    indices: Sequence[int],
    *,
    levels: Sequence[float],
    toys: int,
    seed: int,
    hypotheses: Array | None = None,
    ensemble_of: EnsembleOf | None = None,
) -> CalibratedPoints:
    """Calibrate some points of a grid.

    Parameters
    ----------
    ensemble : Ensemble
        Chi2, toys, and the predictions that outcomes are fitted with; they may be finer than the
        true points.
    data : array, shape (n,)
        The real outcome.
    truths : array, shape (p, n)
        Predictions at the true points, at the best nuisances for the data.
    indices : sequence of int
        Place of each true point in the grid: its random stream.
    levels : sequence of float
        Confidence levels.
    toys, seed : int
        Toys at each point, and what names them.
    hypotheses : array, shape (p, k, n), optional
        Predictions of each true point for k values of its nuisances; the `truths` if not given.
    ensemble_of : callable, optional
        Makes an ensemble with the same chi2 from predictions: many `hypotheses` are then fast.

    Raises
    ------
    InputError
        If a level is no probability, there are too few toys, shapes differ, or anything is not a
        finite number.
    """
    for level in levels:
        check_level(level)
    if toys < FEWEST_TOYS:
        raise InputError("are too few", key="toys", value=toys, allowed=f"{FEWEST_TOYS} or more")
    check_outcome(ensemble, data)
    tested = truths[:, None, :] if hypotheses is None else hypotheses
    observed = np.concatenate(
        [delta_chi2(ensemble, data[None], each, ensemble_of) for each in tested]
    )
    critical, errors, exceeding = [], [], []
    for statistic, real in zip(
        _statistics(ensemble, truths, tested, indices, toys, seed, ensemble_of),
        observed,
        strict=True,
    ):
        if not (np.all(np.isfinite(statistic)) and math.isfinite(real)):
            raise InputError("is not a finite number for some toys", key="chi2")
        values, spread = critical_values(statistic, levels)
        critical.append(values)
        errors.append(spread)
        exceeding.append(count_at_least(statistic, float(real)))
    return CalibratedPoints(
        tuple(levels),
        toys,
        np.array(critical).reshape(len(truths), len(levels)),
        np.array(errors).reshape(len(truths), len(levels)),
        observed,
        np.array(exceeding, dtype=np.int64),
    )


def check_outcome(ensemble: Ensemble, data: Array, key: str = "data") -> None:
    """Raise unless an outcome has the size of the predictions and is finite.

    Raises
    ------
    InputError
        If not.
    """
    size = ensemble.predictions.shape[-1]
    if data.shape != (size,):
        raise InputError("has the wrong shape", key=key, value=data.shape, allowed=f"({size},)")
    if not np.all(np.isfinite(data)):
        raise InputError("are not finite", key=key, value=data, allowed="finite numbers")


def _statistics(
    ensemble: Ensemble,
    truths: Array,
    hypotheses: Array,
    indices: Sequence[int],
    toys: int,
    seed: int,
    ensemble_of: EnsembleOf | None,
) -> Iterator[Array]:
    """Delta chi2 of the toys of each true point."""
    for truth, tested, index in zip(truths, hypotheses, indices, strict=True):
        outcomes = toys_of_point(ensemble, truth, toys, seed, index)
        yield delta_chi2(ensemble, outcomes, tested, ensemble_of)


def _rank(level: float, total: int) -> tuple[int, int]:
    """Rank of a quantile from 1 on, and its binomial error, at least one."""
    # 0.9 * 1000 is 900, whatever the last digit says.
    rank = min(max(math.ceil(level * total - 1e-9), 1), total)
    return rank, max(1, round(math.sqrt(total * level * (1 - level))))
