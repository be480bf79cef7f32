"""Draw experiments at ten true points of gallium 3+1 and count the regions that contain them.

`python -m verification.coverage`. Regions are those of Feldman and Cousins, calibrated on a grid;
the true points lie between its points, where critical values are interpolated. Experiments come
from other random streams than the toys of the calibration. What Wilks's theorem covers stands
beside. The check holds if the deviations are those of counting.
"""

import argparse
import math
import sys
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.inference.calibration import calibrate, model_significance
from gallus.inference.coverage import Coverage, coverage
from gallus.inference.ensembles import Ensemble
from gallus.inference.recipe_ensembles import recipe_ensemble
from gallus.inference.toys import block_generator
from gallus.inference.wilks import wilks_threshold
from gallus.interactions import cross_section
from gallus.oscillation import Sterile

Array = NDArray[np.float64]

LEVELS: Final = (0.6827, 0.9545)
METHODS: Final = ("lower-error", "covariance", "collaboration", "bounded-pull")
MIXING: Final = np.linspace(0.0, 1.0, 50)
SPLITTING_EV2: Final = np.geomspace(0.1, 100.0, 50)
TRUTHS: Final = 10
CHANCE: Final = 0.01
"""Probability that the largest of all deviations exceeds its limit by counting alone."""


@dataclass(frozen=True)
class Point:
    """A true point, its place on the grid, and the weights of the four points about it."""

    mixing: float
    splitting_eV2: float
    row: int
    column: int
    weights: Array

    @classmethod
    def at(cls, place: Array) -> "Point":
        """Return the point at (row, column), with parts."""
        row, column = (int(x) for x in place)
        down, right = place[0] - row, place[1] - column
        mixing = float(np.interp(place[1], np.arange(len(MIXING)), MIXING))
        logarithm = np.interp(place[0], np.arange(len(SPLITTING_EV2)), np.log(SPLITTING_EV2))
        weights = np.outer([1 - down, down], [1 - right, right])
        return cls(mixing, math.exp(logarithm), row, column, weights)

    def interpolated(self, values: Array) -> float:
        """Bilinear interpolation of values on the grid."""
        four = values[self.row : self.row + 2, self.column : self.column + 2]
        return float((self.weights * four).sum())


def main() -> int:
    """Calibrate, draw, count; return 1 if a region does not cover."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--toys", type=int, default=4000, help="at each point of the grid")
    parser.add_argument("--experiments", type=int, default=10_000, help="at each true point")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    largest = max(
        # Two seeds for each recipe: one for toys, the next for experiments.
        covered(method, options.toys, options.experiments, options.seed + 2 * number)
        for number, method in enumerate(METHODS)
    )
    regions = len(METHODS) * TRUTHS * len(LEVELS)
    limit = -float(ndtri(CHANCE / 2 / regions))
    print(f"{regions} regions: largest deviation {largest:.2f} standard errors, limit {limit:.2f}")
    return 0 if largest <= limit else 1


def covered(method: str, toys: int, experiments: int, seed: int) -> float:
    """Print the coverage of one recipe and return the largest deviation in standard errors."""
    likelihood = gallium_likelihood(Sterile(), cross_section("bahcall-1997"), None, method)
    ensemble = recipe_ensemble(likelihood.recipe, likelihood.data, predictions(likelihood))
    real = likelihood.data.values
    found = calibrate(ensemble, real, levels=LEVELS, toys=toys, seed=seed)
    shape = (len(SPLITTING_EV2), len(MIXING))
    print(f"{method}: {toys} toys at {shape[0]} x {shape[1]} points")
    largest = 0.0
    for index, point in enumerate(true_points()):
        truth = at_point(likelihood, point)
        words = [f"  sin2 {point.mixing:.3f}, Dm2 {point.splitting_eV2:7.3f} eV2"]
        for k, level in enumerate(LEVELS):
            threshold = point.interpolated(found.critical[:, k].reshape(shape))
            result, wilks = (
                coverage(
                    *(ensemble, truth, each, level),
                    experiments=experiments,
                    seed=seed + 1,
                    index=index,
                )
                for each in (threshold, wilks_threshold(level, 2))
            )
            pull = deviation(result, point, toys)
            largest = max(largest, abs(pull))
            words.append(f"{level:.2%}: {result.share:.2%} ({pull:+.1f}), Wilks {wilks.share:.2%}")
        print("; ".join(words))
    print_significance(ensemble, likelihood)
    return largest


def predictions(likelihood: GalliumLikelihood) -> Array:
    """Expected ratios on the grid, shape (points, n)."""
    grid = {"sin2_2theta_ee": MIXING[None, :], "delta_m2_41_eV2": SPLITTING_EV2[:, None]}
    return likelihood.expected(grid).reshape(-1, likelihood.n_data)


def at_point(likelihood: GalliumLikelihood, point: Point) -> Array:
    """Expected ratios at a true point, shape (n,)."""
    return likelihood.expected(
        {"sin2_2theta_ee": point.mixing, "delta_m2_41_eV2": point.splitting_eV2}
    )


def true_points() -> list[Point]:
    """Points at random, the same for all recipes; the first without mixing."""
    places = block_generator(0, 0).uniform(0.0, 49.0, (TRUTHS, 2))
    places[0, 1] = 0.0
    return [Point.at(place) for place in places]


def deviation(result: Coverage, point: Point, toys: int) -> float:
    """Deviation in standard errors: of the experiments, and of the four calibrations about it."""
    share = float((point.weights**2).sum())
    return result.pull / math.sqrt(1 + share * result.experiments / toys)


def print_significance(ensemble: Ensemble, likelihood: GalliumLikelihood) -> None:
    """Significance of 3+1 over three flavours, by toys and by Wilks."""
    null = ensemble.predictions[0]
    found = model_significance(ensemble, null, likelihood.data.values, dof=2, toys=1_000_000)
    low, high = found.sigma_range
    print(
        f"  3+1 over no mixing: Delta chi2 {found.delta_chi2:.2f}, p = "
        f"{found.monte_carlo.p_value:.3e} +- {found.monte_carlo.error:.0e} = {found.sigma:.3f} "
        f"({low:.3f} to {high:.3f}) sigma; Wilks, 2 dof: {found.sigma_wilks:.3f}; "
        f"{found.share_at_null:.1%} of toys prefer no mixing"
    )


if __name__ == "__main__":
    sys.exit(main())
