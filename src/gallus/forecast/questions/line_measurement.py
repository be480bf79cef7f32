r"""The branching ratio from the spectrum of recoils: the step at 270 keV, apart from any detector.

The low lines end in a step. With the branching ratio f to the excited level,

.. math:: \mu_i = N\,\frac{(1 - f) h_i + f l_i}{\sum_j [(1 - f_0) h_j + f_0 l_j]} + B\, b_i ,
          \qquad \sigma_f^2 = (F^{-1})_{ff}, \quad
          F_{ab} = \sum_i \frac{\partial_a \mu_i\, \partial_b \mu_i}{\mu_i}

with a = (f, ln N, ln B); the counts are linear in f, so that the derivatives are exact. Use
:func:`step_measurement` for energies alone and
:func:`gallus.forecast.questions.recoil_angle.angle_measurement` where the angle of the electron is
seen too; a set-up with its backgrounds is in :mod:`gallus.forecast.questions.branching_ratio`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.questions.line_spectra import (
    LineGroups,
    LineSpectra,
    binned_spectra,
    exact_spectra,
)
from gallus.interactions.electron_scattering import ConstantCouplings, ScatteringModel
from gallus.response.energy import EnergyResolution
from gallus.sources.radionuclide import nuclide

BIN_MEV = 0.001
"""Width of the recorded bins where none is asked for."""
MOST_EVENTS = 1e15
"""Events beyond which a measurement counts as impossible."""


@dataclass(frozen=True, eq=False)
class BranchingRatioMeasurement:
    """Counts in cells whose shares depend on the branching ratio.

    Parameters
    ----------
    spectra : LineSpectra
        Recoils of the two groups of lines in the cells; f is that of the spectra.
    background_ratio : float
        Events of a flat background per event of the signal, all in the cells; its size is fitted.
    normalisation_error : float
        Relative error with which the signal's size is known from elsewhere; infinite: not at all.
    background_error : float
        The same for the background.

    Raises
    ------
    InputError
        If the background is negative or an error is not positive.
    """

    spectra: LineSpectra
    background_ratio: float = 0.0
    normalisation_error: float = math.inf
    background_error: float = math.inf

    def __post_init__(self) -> None:
        if not (self.background_ratio >= 0 and math.isfinite(self.background_ratio)):
            raise InputError("is no ratio", key="background_ratio", value=self.background_ratio)
        for key in ("normalisation_error", "background_error"):
            if not getattr(self, key) > 0:
                raise InputError(
                    "is not positive", key=key, value=getattr(self, key), allowed="above 0"
                )

    def fisher(self, events: float) -> Array:
        """Fisher matrix of (f, ln N) and, with a background, ln B.

        Parameters
        ----------
        events : float
            Expected events of the signal in the cells.
        """
        mean, derivatives = self._expected()
        # Cells may be nodes of a quadrature: none is too small to count.
        seen = mean > 0
        rows = derivatives[:, seen]
        matrix: Array = events * (rows / mean[seen]) @ rows.T
        errors = np.array([math.inf, self.normalisation_error, self.background_error])
        return matrix + np.diag(errors[: len(matrix)] ** -2.0)

    def error(self, events: float) -> float:
        """One-sigma error of the branching ratio, the rest fitted.

        Raises
        ------
        InputError
            If `events` is not positive.
        """
        if not (events > 0 and math.isfinite(events)):
            raise InputError("is no number of events", key="events", value=events)
        matrix = self.fisher(events)
        rest = matrix[1:, 1:]
        left = matrix[0, 0] - matrix[0, 1:] @ np.linalg.solve(rest, matrix[1:, 0])
        return float(left**-0.5)

    def events_needed(self, shift: float, n_sigma: float) -> float:
        """Events of the signal with which n sigma are as large as a shift of the branching ratio.

        Raises
        ------
        InputError
            If the shift is zero, `n_sigma` is not positive, or no number of events is enough.
        """
        if not (shift != 0 and math.isfinite(shift)):
            raise InputError("is no shift", key="shift", value=shift, allowed="not 0")
        if not n_sigma > 0:
            raise InputError("is not positive", key="n_sigma", value=n_sigma, allowed="above 0")
        wanted = abs(shift) / n_sigma
        if self.error(MOST_EVENTS) > wanted:
            raise InputError("cannot be seen with any number of events", key="shift", value=shift)
        low, high = 0.0, math.log(MOST_EVENTS)  # the error falls with the number of events
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.error(math.exp(middle)) > wanted else (low, middle)
        return math.exp(high)

    def deviance(self, shift: float, events: float) -> float:
        """Minus twice the log likelihood ratio of f + shift, in the mean, if f is true.

        Without background, and with a free normalisation, that is 2 N sum p ln(p/p') with the
        shares p and p' of the cells; the Fisher matrix is its second order in the shift.

        Raises
        ------
        InputError
            If there is a background or a known normalisation, or f + shift is not a share.
        """
        if self.background_ratio or math.isfinite(self.normalisation_error):
            raise InputError(
                "is known only without background and for a free normalisation", key="deviance"
            )
        other = self.spectra.branching_ratio + shift
        if not 0 <= other <= 1:
            raise InputError("leaves the interval from 0 to 1", key="shift", value=shift)
        true = self.spectra.mean_cm2
        tested = (1 - other) * self.spectra.ground + other * self.spectra.excited
        p, q = true / true.sum(), tested / tested.sum()
        seen = p > 0
        return float(2 * events * np.sum(p[seen] * np.log(p[seen] / q[seen])))

    def _expected(self) -> tuple[Array, Array]:
        """Expected counts and their derivatives for one event of the signal."""
        spectra = self.spectra
        total = spectra.mean_cm2.sum()
        signal = (spectra.mean_cm2 / total).ravel()
        change = ((spectra.excited - spectra.ground) / total).ravel()
        rows = [change, signal]
        if self.background_ratio:
            rows.append(self.background_ratio * spectra.flat.ravel())
        derivatives = np.array(rows)
        return derivatives[1:].sum(axis=0), derivatives


def step_measurement(
    threshold_MeV: float,
    resolution: EnergyResolution | None = None,
    *,
    groups: LineGroups | None = None,
    model: ScatteringModel | None = None,
    upper_MeV: float = 0.75,
    bin_MeV: float = BIN_MEV,
    background_ratio: float = 0.0,
    normalisation_error: float = math.inf,
) -> BranchingRatioMeasurement:
    """Measurement by the energies of the recoils.

    Parameters
    ----------
    threshold_MeV : float
        Lowest recorded energy.
    resolution : EnergyResolution, optional
        Perfect if not given: then there are no bins either, unless there is a background.
    groups, model : optional
        Lines and cross section; those of 51Cr and the corrected couplings if not given.
    upper_MeV : float
        Highest recorded energy: a flat background is measured above the recoils.
    bin_MeV : float
        Width of the recorded bins.
    background_ratio, normalisation_error : float
        See :class:`BranchingRatioMeasurement`.
    """
    groups = chromium_groups() if groups is None else groups
    model = ConstantCouplings.corrected() if model is None else model
    if resolution is None or resolution.perfect:
        upper = upper_MeV if background_ratio else None
        spectra = exact_spectra(groups, model, threshold_MeV, upper)
    else:
        number = max(1, round((upper_MeV - threshold_MeV) / bin_MeV))
        edges = np.linspace(threshold_MeV, upper_MeV, number + 1)
        spectra = binned_spectra(groups, model, edges, resolution)
    return BranchingRatioMeasurement(spectra, background_ratio, normalisation_error)


def chromium_groups(
    line_set: str | None = None, branching_ratio: float | None = None
) -> LineGroups:
    """Lines of 51Cr by the level of 51V; the default set and its branching ratio if not given."""
    return LineGroups.of(nuclide("51Cr").lines(line_set), branching_ratio)
