r"""Vector and axial coupling of nu_e to the electron, g_V and g_A, together.

The counts are a quadratic form of the couplings, so that derivatives, contours and their exact
likelihood come from three arrays (:mod:`gallus.forecast.questions.coupling_columns`). The rate
fixes an ellipse of couplings, the shape a place on it: (g_V, g_A) and (-g_V, -g_A), which nothing
tells apart, and, less well, a second pair, where C_L C_R has the other sign.

Use :func:`coupling_sensitivity` for errors, :func:`couplings_chi2` for contours and
:func:`solutions` for all minima.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gallus.arrays import Array
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.fisher import covariance, error_budget
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import Observations, expected_counts, telling
from gallus.forecast.questions.coupling_columns import (
    Information,
    coupling_parts,
    coupling_slopes,
    couplings_of,
    informed,
    joined,
    measured,
    sequence,
    signal_of,
)
from gallus.interactions.scattering_couplings import Couplings

VECTOR, AXIAL = "vector_coupling", "axial_coupling"
SIMPLEX = 0.01
"""Size of the first steps of a fit."""
SAME = 1e-2
"""Distance below which two minima are one."""


@dataclass(frozen=True)
class CouplingResult:
    """Errors of g_V and g_A.

    Parameters
    ----------
    vector, axial : float
        Couplings of the set-up.
    vector_error, axial_error, correlation : float
        One-sigma errors, the other coupling and all pulls fitted, and their correlation.
    vector_alone, axial_alone : float
        One-sigma errors with the other coupling known.
    information : str
        ``rate``, ``shape`` or ``both``.
    events : float
        Expected counts of the signal.
    limits : dict
        Contributions to the error of g_A, in quadrature: statistics and each pull.
    """

    vector: float
    axial: float
    vector_error: float
    axial_error: float
    correlation: float
    vector_alone: float
    axial_alone: float
    information: str
    events: float
    limits: dict[str, float]

    @property
    def sigma(self) -> float:
        """g_A over its error."""
        return abs(self.axial) / self.axial_error

    def as_dict(self) -> dict[str, object]:
        """Plain numbers."""
        return {**asdict(self), "sigma": self.sigma}

    def ellipse(self, delta_chi2: float = 2.30, points: int = 200) -> Array:
        """Contour of the Fisher matrix, shape (points, 2); 2.30 holds 68 % of two parameters."""
        spread = self.correlation * self.vector_error * self.axial_error
        matrix = np.array([[self.vector_error**2, spread], [spread, self.axial_error**2]])
        angle = np.linspace(0.0, 2 * math.pi, points)
        circle = np.stack([np.cos(angle), np.sin(angle)])
        ring = math.sqrt(delta_chi2) * np.linalg.cholesky(matrix) @ circle
        contour: Array = np.array([self.vector, self.axial]) + ring.T
        return contour


@dataclass(frozen=True)
class Solution:
    """A minimum of the likelihood: where it is, and how much worse than the truth."""

    vector: float
    axial: float
    chi2: float


def coupling_sensitivity(
    observations: Observations, *, information: Information = "both"
) -> CouplingResult:
    """Errors of g_V and g_A from their exact derivatives; the cross section has no error.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons.
    information : str
        ``both``. Of one detector the ``rate`` (one number a period) fixes one combination, the
        ``shape`` (with a free size) the ratio of the couplings only.

    Raises
    ------
    InputError
        If the information says nothing about one combination of the couplings.
    """
    several = sequence(observations)
    expectation, columns = informed(several, _columns, information)
    expectation = measured(expectation)
    with telling(information, "both"):
        names, matrix = covariance(expectation, columns)
    v, a = names.index(VECTOR), names.index(AXIAL)
    errors = np.sqrt(np.diag(matrix))
    alone = {}
    for name, other in ((VECTOR, AXIAL), (AXIAL, VECTOR)):
        rest = {key: column for key, column in columns.items() if key != other}
        known, single = covariance(expectation, rest)
        alone[name] = float(np.sqrt(single[known.index(name), known.index(name)]))
    couplings = couplings_of(several[0])
    return CouplingResult(
        float(couplings.vector),
        float(couplings.axial),
        float(errors[v]),
        float(errors[a]),
        float(matrix[v, a] / (errors[v] * errors[a])),
        alone[VECTOR],
        alone[AXIAL],
        information,
        expected_counts(several).events,
        error_budget(expectation, columns, AXIAL),
    )


def couplings_chi2(observations: Observations, vector: Array, axial: Array) -> Array:
    """Poisson chi^2 of couplings against those of the set-up, all pulls profiled: exact contours.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons.
    vector, axial : array
        g_V and g_A to be tested; they broadcast.

    Returns
    -------
    array, the shape that the arguments broadcast to
    """
    several = sequence(observations)
    return _chi2(several, _parts(several), vector, axial)


def solutions(observations: Observations, within: float = 100.0) -> tuple[Solution, ...]:
    """Minima of the likelihood, the best first: the truth is one of them.

    They are looked for in all directions of (C_L, C_R), on the ellipse of the expected rate.

    Parameters
    ----------
    observations : Observation or sequence
        Scattering on electrons.
    within : float
        Largest chi^2 of a minimum.
    """
    from scipy.optimize import minimize

    several = sequence(observations)
    parts = _parts(several)

    def chi2(point: Array) -> Array:
        return _chi2(several, parts, point[..., 0], point[..., 1])

    def height_at(point: Array) -> float:
        return float(chi2(point))

    ring = _same_rate(parts, couplings_of(several[0]))
    height = chi2(ring)
    lowest = (height <= np.roll(height, 1)) & (height < np.roll(height, -1))
    found: list[Solution] = []
    for start in ring[lowest & (height < within)]:
        # A first simplex as small as the steps on the ring: it stays in its valley.
        simplex = start + np.array([[0.0, 0.0], [SIMPLEX, 0.0], [0.0, SIMPLEX]])
        fit = minimize(
            height_at,
            start,
            method="Nelder-Mead",
            options={"initial_simplex": simplex, "xatol": 1e-5, "fatol": 1e-6},
        )
        there = Solution(float(fit.x[0]), float(fit.x[1]), float(fit.fun))
        if all(math.dist((there.vector, there.axial), (x.vector, x.axial)) > SAME for x in found):
            found.append(there)
    return tuple(sorted(found, key=lambda each: (round(each.chi2, 3), -each.vector)))


def _same_rate(parts: Array, true: Couplings) -> Array:
    """Couplings g_V, g_A with the rate of the true ones, one a degree, shape (360, 2)."""
    angle = np.radians(np.arange(360.0))
    unit = Couplings(np.cos(angle), np.sin(angle))
    rate = signal_of(parts, unit).sum(axis=-1)
    radius = np.sqrt(signal_of(parts, true).sum() / rate)
    return np.stack([radius * unit.vector, radius * unit.axial], axis=-1)


def _parts(observations: tuple[Observation, ...]) -> Array:
    return np.concatenate([coupling_parts(each) for each in observations], axis=1)


def _chi2(observations: tuple[Observation, ...], parts: Array, vector: Any, axial: Any) -> Array:
    expectation = measured(joined(observations, lambda _: {}).expectation)
    g_v, g_a = np.broadcast_arrays(np.asarray(vector, float), np.asarray(axial, float))
    tested = signal_of(parts, Couplings.from_vector_axial(g_v, g_a))
    true = signal_of(parts, couplings_of(observations[0]))
    data = expectation.expected
    # The truth may have couplings that run with the energy: only the change is that of constants.
    return poisson_chi2(data, expectation, np.maximum(data + tested - true, 0.0)).chi2


def _columns(observation: Observation) -> Mapping[str, Array]:
    """g_V = C_L + C_R and g_A = C_L - C_R."""
    left, right = coupling_slopes(coupling_parts(observation), couplings_of(observation))
    return {VECTOR: (left + right) / 2, AXIAL: (left - right) / 2}
