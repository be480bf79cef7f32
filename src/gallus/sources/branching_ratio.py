"""What a wrong 320 keV branching ratio of 51Cr would do to the gallium ratios.

The activity of a 51Cr source is deduced either from its 320 keV gammas or from its heat, and both
need the branching ratio f. A larger f means fewer decays than quoted, and, because the 430 keV
neutrinos that go with the gamma are captured less, also fewer captures per decay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gallus.database.loader import load
from gallus.sources.radionuclide import Radionuclide, nuclide


class WeightedMean(NamedTuple):
    """Mean of measurements with its error, chi2 and degrees of freedom."""

    value: float
    error: float
    chi2: float
    dof: int


def weighted_mean(values: Sequence[float], errors: Sequence[float]) -> WeightedMean:
    """Mean weighted with inverse variances, sum(x_i/s_i^2)/sum(1/s_i^2).

    Parameters
    ----------
    values, errors : sequence of float
        Independent measurements and their one-sigma errors.
    """
    x, weight = np.asarray(values), np.asarray(errors) ** -2.0
    mean = float(weight @ x / weight.sum())
    return WeightedMean(
        mean, float(weight.sum() ** -0.5), float(weight @ (x - mean) ** 2), len(x) - 1
    )


def measured_branching_ratio() -> WeightedMean:
    """Weighted mean of the published branching ratios to the 320 keV level.

    The measurements are those of Phys. Rev. C 105, 065502, table XVIII.
    """
    data = load("cr51-branching-ratio").quantities.values()
    return weighted_mean([q.to("1") for q in data], [q.error_to("1")[0] for q in data])


@dataclass(frozen=True)
class BranchingRatioEffect:
    """Change of a gallium ratio when the branching ratio to the 320 keV level is f' instead of f.

    Parameters
    ----------
    branching_ratio : float
        f, the value with which activity and expected captures were computed.
    low_capture_share : float
        w, the share of the captures that the 430 keV lines cause at f.
    gamma_energy_MeV, heat_per_decay_MeV : float
        Energy of the gamma and heat per decay at f; the rest of the heat does not depend on f.
    """

    branching_ratio: float
    low_capture_share: float
    gamma_energy_MeV: float
    heat_per_decay_MeV: float

    @classmethod
    def of(
        cls, source: Radionuclide, low_capture_share: float, branching_ratio: float | None = None
    ) -> BranchingRatioEffect:
        """Take gamma energy, heat and (unless given) branching ratio from the database."""
        if branching_ratio is None:
            branching_ratio = source["gamma_branching_ratio"].to("1")
        return cls(
            branching_ratio,
            low_capture_share,
            source["gamma_energy"].to("MeV"),
            source["heat_per_decay"].to("MeV"),
        )

    def captures_per_decay(self, new: float) -> float:
        """sigma(f')/sigma(f) = (1 - w)(1 - f')/(1 - f) + w f'/f."""
        f, w = self.branching_ratio, self.low_capture_share
        return (1 - w) * (1 - new) / (1 - f) + w * new / f

    def activity_from_gammas(self, new: float) -> float:
        """A(f')/A(f) = f/f' for an activity that was measured by counting gammas."""
        return self.branching_ratio / new

    def activity_from_heat(self, new: float) -> float:
        """A(f')/A(f) = q(f)/q(f') for calorimetry, q(f') = q(f) + (f' - f) E_gamma."""
        heat = self.heat_per_decay_MeV + (new - self.branching_ratio) * self.gamma_energy_MeV
        return self.heat_per_decay_MeV / heat

    def needed_from_gammas(self, ratio: float) -> float:
        """Branching ratio f' that explains an observed ratio, activity from gamma counting.

        Solves A(f') sigma(f') = ratio A(f) sigma(f), which is linear in f'.
        """
        f, w = self.branching_ratio, self.low_capture_share
        a = f * (1 - w) / (1 - f)
        return a / (ratio + a - w)

    def needed_from_heat(self, ratio: float) -> float:
        """Branching ratio f' that explains an observed ratio, activity from calorimetry."""
        f, w = self.branching_ratio, self.low_capture_share
        q, energy = self.heat_per_decay_MeV, self.gamma_energy_MeV
        a = (1 - w) / (1 - f)
        rest = q - f * energy
        return (q * a - ratio * rest) / (ratio * energy + q * (a - w / f))


def chromium_effect(
    low_capture_share: float, branching_ratio: float | None = None
) -> BranchingRatioEffect:
    """Return :class:`BranchingRatioEffect` for 51Cr.

    Parameters
    ----------
    low_capture_share : float
        Share of the captures that the 430 keV lines cause, from a cross-section model.
    branching_ratio : float, optional
        The adopted value of the database if not given.
    """
    return BranchingRatioEffect.of(nuclide("51Cr"), low_capture_share, branching_ratio)
