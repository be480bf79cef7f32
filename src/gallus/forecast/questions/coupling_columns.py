r"""Counts as a linear map of what a source measures with electrons, and observations put together.

The counts are linear in C_L^2, C_R^2, C_L C_R and mu^2,

.. math:: N = C_L^2 N_{LL} + C_R^2 N_{RR} + C_L C_R N_{LR} + \mu^2 N_\mu ,

so that derivatives with respect to couplings are exact: :func:`coupling_parts` and
:func:`magnetic_part` give the coefficients, :func:`line_part` those of single lines of the source.
:func:`joined` puts several observations and their derivatives together, :func:`rates` sums them to
one number a period.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError, unknown_name
from gallus.experiments.setup_sections import FREE
from gallus.forecast.expectation import Expectation
from gallus.forecast.observation import Observation
from gallus.forecast.questions.base import Observations, joint, listed, together
from gallus.interactions.electron_scattering import ConstantCouplings
from gallus.interactions.scattering_couplings import NU_E, Couplings, corrected_couplings

REFERENCE_MOMENT = 1e-11
"""Bohr magnetons at which the counts by a magnetic moment are computed; they go with its square."""
SCATTERING = "electron-scattering"

Information = Literal["rate", "shape", "both"]
INFORMATION: tuple[Information, ...] = get_args(Information)
"""What of the counts is used: their sum in each period, their shape with a free sum, or both."""
CROSS_SECTION = "cross_section"
"""Name of the pull that is left out where the cross section is what is measured."""
ABSENT = 0.01
"""Counts of a background below which it is not there: a free one of that size is held."""
TINY = 1e-9
"""Relative size of a direction that is not there."""
NORMALISATION = "normalisation"
"""Name of the free size of the signal."""


class Joined(NamedTuple):
    """Observations put together, with derivatives of the counts by name."""

    expectation: Expectation
    columns: Mapping[str, Array]


def sequence(observations: Observations) -> tuple[Observation, ...]:
    """Observations as a tuple; all of scattering on electrons.

    Raises
    ------
    InputError
        If there is none, two have one name, or one of them is of another reaction.
    """
    several = listed(observations)
    for each in several:
        if each.reaction != SCATTERING:
            raise InputError(
                "is not measured", key="reaction", value=each.reaction, allowed=SCATTERING
            )
    return several


def couplings_of(observation: Observation) -> Couplings:
    """Couplings of nu_e with which derivatives are taken.

    Those of the set-up; the corrected ones where they depend on the recoil energy.
    """
    model = observation.setup.interaction.scattering_model()
    return model.of(NU_E) if isinstance(model, ConstantCouplings) else corrected_couplings("e")


def coupling_parts(observation: Observation) -> Array:
    """Counts per C_L^2, C_R^2 and C_L C_R, shape (3, n)."""
    left = _with_couplings(observation, Couplings(1.0, 0.0))
    right = _with_couplings(observation, Couplings(0.0, 1.0))
    both = _with_couplings(observation, Couplings(1.0, 1.0))
    return np.stack([left, right, both - left - right])


def signal_of(parts: Array, couplings: Couplings) -> Array:
    """Counts (..., n) for couplings of shape (...), from the parts of :func:`coupling_parts`."""
    counts: Array = np.moveaxis(couplings.component_weights()[:3], 0, -1) @ parts
    return counts


def coupling_slopes(parts: Array, couplings: Couplings) -> tuple[Array, Array]:
    """Derivatives of the counts with respect to C_L and C_R, each of shape (n,)."""
    left, right = couplings.left, couplings.right
    return (
        2 * left * parts[0] + right * parts[2],
        2 * right * parts[1] + left * parts[2],
    )


def magnetic_part(observation: Observation) -> Array:
    """Counts per square of the magnetic moment of nu_e in Bohr magnetons, shape (n,).

    Raises
    ------
    InputError
        If the threshold, less the energy resolution, is zero: the cross section is infinite there.
    """
    key = "interaction.magnetic_moment_muB"
    with_moment, without = (
        _undisturbed(observation, {key: moment}) for moment in (REFERENCE_MOMENT, 0.0)
    )
    return (with_moment - without) / REFERENCE_MOMENT**2


def line_part(observation: Observation, weights: Array) -> Array:
    """Counts if each line of the source is multiplied by a weight, shape (n,).

    Parameters
    ----------
    observation : Observation
        With a source of lines.
    weights : array, shape (lines,)
        In the order of :meth:`gallus.experiments.setup.Setup.lines`.
    """
    kernel = observation.kernel
    components = [
        replace(each, per_day_and_m=each.per_day_and_m * weights) for each in kernel.components
    ]
    return observation.spread(replace(kernel, components=components).without_oscillation())


def joined(
    observations: Observations, columns: Callable[[Observation], Mapping[str, Array]]
) -> Joined:
    """Put observations together that share the same physics.

    Parameters
    ----------
    observations : Observation or sequence
        One after the other; each with the pulls of its own.
    columns : callable
        Derivatives of the counts of one observation, by the name of the parameter.
    """
    several = sequence(observations)
    each = [columns(observation) for observation in several]
    rows = {name: together([column[name] for column in each]) for name in each[0]}
    return Joined(_present(joint(several)), rows)


def informed(
    observations: Observations,
    columns: Callable[[Observation], Mapping[str, Array]],
    information: Information = "both",
) -> Joined:
    """Join observations and keep rate, shape or both.

    Raises
    ------
    InputError
        If the information is of no known kind.
    """
    if information not in INFORMATION:
        raise unknown_name("information", information, INFORMATION)
    several = sequence(observations)
    if information == "shape":
        # A size of its own in each detector: nothing is left of the rates.
        names = [f"{NORMALISATION}.{n}" for n in range(len(several))]

        def with_sizes(observation: Observation) -> Mapping[str, Array]:
            own = next(n for n, each in enumerate(several) if each is observation)
            sizes = {name: np.zeros_like(observation.undisturbed) for name in names}
            return {**columns(observation), **sizes, names[own]: observation.undisturbed}

        return joined(several, with_sizes)
    both = joined(several, columns)
    return both if information == "both" else rates(both, several)


def measured(expectation: Expectation) -> Expectation:
    """Leave out the error of the cross section, which is what is measured."""
    known = tuple(pull.name for pull in expectation.pulls if pull.name == CROSS_SECTION)
    return expectation.without(known)


def rates(both: Joined, observations: Sequence[Observation]) -> Joined:
    """Sum over energy and distance: one number per period and observation."""
    blocks = []
    for observation in observations:
        periods, energies, distances = observation.shape
        blocks.append(np.kron(np.eye(periods), np.ones(energies * distances)))
    matrix = np.zeros((sum(len(b) for b in blocks), sum(b.shape[1] for b in blocks)))
    row = column = 0
    for block in blocks:
        matrix[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    summed = {name: matrix @ counts for name, counts in both.columns.items()}
    return Joined(_independent(both.expectation.rebinned(matrix)), summed)


def _present(expectation: Expectation) -> Expectation:
    """Hold free pulls whose templates hold no counts."""
    sizes = np.abs(expectation.templates).sum(axis=1)
    kept = [
        pull.name
        for pull, size in zip(expectation.pulls, sizes, strict=True)
        if size > ABSENT or math.isfinite(pull.prior)
    ]
    return expectation.only(kept)


def _independent(expectation: Expectation) -> Expectation:
    """Hold free pulls that do the same to rates as those before them."""
    span: list[Array] = []  # orthonormal
    left_out = []
    for pull, row in zip(expectation.pulls, expectation.templates, strict=True):
        if math.isfinite(pull.prior):
            continue
        rest = row - sum(((row @ each) * each for each in span), start=np.zeros_like(row))
        size = float(np.linalg.norm(rest))
        if size > TINY * float(np.linalg.norm(row)):
            span.append(rest / size)
        else:
            left_out.append(pull.name)
    return expectation.without(left_out)


def _with_couplings(observation: Observation, couplings: Couplings) -> Array:
    """Undisturbed counts for couplings of one's own, without magnetic moment."""
    values = {
        "interaction.couplings": FREE,
        "interaction.sin2_theta_w": None,
        "interaction.vector_coupling": float(couplings.vector),
        "interaction.axial_coupling": float(couplings.axial),
        "interaction.magnetic_moment_muB": 0.0,
    }
    return _undisturbed(observation, values)


def _undisturbed(observation: Observation, values: Mapping[str, Any]) -> Array:
    """Counts with other values of the set-up, in the same bins and periods."""
    return observation.spread(observation.with_values(values).kernel.without_oscillation())
