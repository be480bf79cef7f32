r"""What the quantum widths of production and detection do to the gallium fit: computed, not said.

:func:`quantum_damping` puts sigma_en, sigma_m and line widths of :mod:`gallus.coherence` into the
oscillation that was fitted, and returns how far expected ratios, chi2 and best parameters move::

    from gallus.explanation import fit_gallium
    from gallus.oscillation import Sterile
    from gallus.quantum_damping import quantum_damping

    moved = quantum_damping(fit_gallium(Sterile()))
    print(moved.chi2_change, moved.parameter_changes)
    print(moved.verdict)

:func:`gallus.coherence.gallium_sources.gallium_setups` puts a description of one's own in the place
of the registered one of its source.

The damping exponents are so small (1e-12) that a damped prediction minus an undamped one is lost in
the sixteen digits of a number. Their first order is not: for every line and every cosine

.. math:: \delta R = -\sum_k w_k \Bigl[\tfrac12 (\sigma_{en}/E)^2 \langle\phi^2\cos\phi\rangle
          + \tfrac12 (\Delta m^2/4E\sigma_m)^2 \langle\cos\phi\rangle
          + \tfrac12 (\Gamma/E)\langle|\phi|\cos\phi\rangle\Bigr]

with averages over the path lengths in closed form; what is left out is smaller by another factor of
the exponent. Chi2 moves by its gradient in the ratios, best parameters by their covariance.
:attr:`QuantumDamping.second_order` says whether first order is enough for widths of a user's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from gallus.arrays import Array
from gallus.coherence.damping import Widths
from gallus.coherence.description import CoherenceSetup
from gallus.coherence.gallium_sources import SourceWidths, gallium_setups, source_widths
from gallus.coherence.readings import Reading
from gallus.constants import HBARC_MEV_M
from gallus.errors import InputError
from gallus.explanation import Explanation
from gallus.kernel.averages import mean_with_derivatives
from gallus.kernel.linear_map import Block
from gallus.oscillation.base import SURVIVAL, DampedCosineModel, OscillationModel
from gallus.parameters import Params

IRRELEVANT: Final = 0.01
"""Changes of chi2, and of ratios and parameters in units of their errors, that nobody will see."""

SMALL: Final = 0.1
"""Changes in the same units, and second order over first, above which nothing is small."""

STEP: Final = 1e-4
"""Of ratios, and of parameters in units of their errors, in central differences: chi2 is all but
quadratic in the ratios, so that both rounding and truncation stay below 1e-6 of the change."""


@dataclass(frozen=True, eq=False)
class QuantumDamping:
    """Changes of a fit by quantum widths, to first order in the damping exponents.

    Parameters
    ----------
    fitted : Explanation
        The fit without them.
    ratio_changes : array, shape (n,)
        Of the expected ratios at the best fit.
    chi2_change : float
        Of chi2 there; to first order also that of its minimum.
    parameter_changes : dict of str to float
        Of the best values of the free parameters.
    second_order : array, shape (n,)
        What the second order would add to the changes of the ratios.
    citations : tuple of str
        Keys of the publications behind the widths and the fit.
    widths : tuple of SourceWidths
        What was used, by source.
    """

    fitted: Explanation
    ratio_changes: Array
    chi2_change: float
    parameter_changes: dict[str, float]
    second_order: Array
    citations: tuple[str, ...]
    widths: tuple[SourceWidths, ...] = field(default=())

    @property
    def largest_ratio_change(self) -> float:
        """Largest change of an expected ratio."""
        return float(np.abs(self.ratio_changes).max())

    @property
    def changes_in_errors(self) -> dict[str, float]:
        """Changes of the parameters in units of their errors, where there are any."""
        errors = {name: each.error for name, each in self.fitted.fit.parameters.items()}
        return {
            name: change / error
            for name, change in self.parameter_changes.items()
            if (error := errors[name])
        }

    @property
    def largest_ratio_change_in_errors(self) -> float:
        """Largest change of an expected ratio in units of the experimental error."""
        return self._in_errors(self.ratio_changes)

    @property
    def largest_change(self) -> float:
        """Largest of the changes of chi2, and of ratios and parameters in units of their errors."""
        ratios = self.largest_ratio_change_in_errors + self._in_errors(self.second_order)
        in_errors = [abs(change) for change in self.changes_in_errors.values()]
        return max(abs(self.chi2_change), ratios, *in_errors)

    @property
    def irrelevant(self) -> bool:
        """Whether nothing changes by more than :data:`IRRELEVANT`."""
        return self.largest_change < IRRELEVANT

    @property
    def verdict(self) -> str:
        """Whether quantum damping matters for the gallium data, in one or two sentences."""
        what = "is a small correction for" if self.largest_change < SMALL else "matters for"
        if self.irrelevant:
            what = "is irrelevant for"
        in_errors = [abs(change) for change in self.changes_in_errors.values()]
        changed = [
            f"χ² changes by {self.chi2_change:+.1e}",
            f"ratios by at most {self.largest_ratio_change:.1e} "
            f"({self.largest_ratio_change_in_errors:.1e} of their errors)",
            *([f"parameters by at most {max(in_errors):.1e} of their errors"] if in_errors else []),
        ]
        said = f"With these widths, quantum damping {what} the gallium data: {', '.join(changed)}."
        neglected = float(np.abs(self.second_order).max())
        if neglected <= SMALL * self.largest_ratio_change:
            return said
        return (
            f"{said} That is to first order; the second would change ratios by {neglected:.1e}, so "
            "it is no more than a hint: gallus fit wave-packet damps in full."
        )

    def _in_errors(self, changes: Array) -> float:
        return float(np.abs(changes / self.fitted.likelihood.data.errors).max())

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        names = self.fitted.likelihood.data.names
        changes = zip(names, self.ratio_changes, strict=True)
        return {
            "model": self.fitted.model.name,
            "parameters": self.fitted.values,
            "chi2": self.fitted.fit.chi2_min,
            "ratio_changes": {name: float(change) for name, change in changes},
            "chi2_change": self.chi2_change,
            "parameter_changes": self.parameter_changes,
            "parameter_changes_in_errors": self.changes_in_errors,
            "second_order": [float(change) for change in self.second_order],
            "irrelevant": self.irrelevant,
            "verdict": self.verdict,
            "widths": {each.source: each.as_dict() for each in self.widths},
            "citations": self.citations,
        }


def quantum_damping(
    fitted: Explanation,
    reading: Reading | None = None,
    setups: Mapping[str, CoherenceSetup] | None = None,
) -> QuantumDamping:
    """Changes of a gallium fit by the quantum widths of its sources.

    Parameters
    ----------
    fitted : Explanation
        Fit of an oscillation without damping: ``sterile``, ``three-flavour``.
    reading : Reading, optional
        How the open steps of the descriptions are read.
    setups : mapping of str to CoherenceSetup, optional
        Description by source; those of :func:`gallium_setups` if not given. Their energies and
        distances are not used: lines are those of each source, distances those of the data.

    Raises
    ------
    InputError
        If the model is damped already, or a source has no description.
    """
    chosen = dict(setups or gallium_setups())
    sources = [entry.nuclide for entry in fitted.measurements.entries.values()]
    for source in sources:
        if source not in chosen:
            raise InputError("has no description of its coherence", key="setups", value=source)
    used: dict[str, SourceWidths] = {}
    for block, source in zip(_blocks(fitted), sources, strict=True):
        if source not in used:
            used[source] = source_widths(source, chosen[source], block.energy_MeV, reading)
    widths = [list(used[source].widths) for source in sources]
    citations = (key for source in used for key in chosen[source].citations())
    moved = changes(fitted, widths, tuple(dict.fromkeys((*citations, *fitted.citations))))
    return replace(moved, widths=tuple(used.values()))


def changes(
    fitted: Explanation, widths: list[list[Widths]], citations: tuple[str, ...] = ()
) -> QuantumDamping:
    """First-order changes of a fit by widths at the lines of each of its measurements."""

    def chi2_change(params: Params) -> float:
        return float(_chi2_gradient(fitted, params) @ ratio_changes(fitted, params, widths))

    best = fitted.values
    return QuantumDamping(
        fitted,
        ratio_changes(fitted, best, widths),
        chi2_change(best),
        _parameter_changes(fitted, chi2_change),
        ratio_changes(fitted, best, widths, order=2),
        citations,
    )


def ratio_changes(
    fitted: Explanation,
    params: Params,
    widths: list[list[Widths]],
    order: int = 1,
) -> Array:
    """Term of that order of the expected ratios in the damping exponents, shape (n,)."""
    model = fitted.model
    check_undamped(model)
    assert isinstance(model, DampedCosineModel)  # for the type checker
    parts = [
        block.response @ _line_changes(model, block, params, each, order)
        for block, each in zip(_blocks(fitted), widths, strict=True)
    ]
    return np.concatenate(parts)


def check_undamped(model: OscillationModel) -> None:
    """Raise InputError unless the model is a sum of plain cosines, whatever its parameters."""
    energy = np.array([1.0])
    values = {each.name: each.start for each in model.parameters}
    plain = isinstance(model, DampedCosineModel) and (
        model.damped_cosines(energy, values).is_plain
        and model.sine_weights(SURVIVAL, energy, values) is None
    )
    if not plain:
        raise InputError(
            "is no sum of undamped cosines",
            key="model",
            value=model.name,
            allowed="sterile, three-flavour, sterile-3+2, deficit, no-oscillation",
        )


def _blocks(fitted: Explanation) -> tuple[Block, ...]:
    """One for each measurement, in their order."""
    return tuple(fitted.likelihood.kernel.blocks)


def _line_changes(
    model: DampedCosineModel, block: Block, params: Params, widths: list[Widths], order: int
) -> Array:
    """Sum of w <(-X)^n cos phi L>/n! at each line of a block, X the exponent, shape (n,)."""
    energy = block.energy_MeV
    phase = model.damped_cosines(energy, params).phase_per_m
    exponent = _exponent(phase, energy, widths)
    power = np.ones((1, 1, 1))
    for _ in range(order):
        power = _product(power, exponent)
    derivatives = mean_with_derivatives(block.distances, phase, 2 * order)
    means = np.stack([(each / 1j**n).real for n, each in enumerate(derivatives)])
    weights = model.weights(block.channel, energy, params)
    change: Array = (weights * (power * means).sum(axis=0)).sum(axis=-2)
    return (-1.0) ** order / math.factorial(order) * change


def _exponent(phase: Array, energy: Array, widths: list[Widths]) -> Array:
    """-ln xi of each term and line as a polynomial of L: of 1, L and L^2; shape (3, terms, n)."""
    place_m = np.array([HBARC_MEV_M / (2e-6 * each.sigma_m_eV) for each in widths])
    line = np.array([each.full_width_eV for each in widths]) * 1e-6 / energy
    relative = np.array([each.sigma_en_eV for each in widths]) * 1e-6 / energy
    return 0.5 * np.stack([(place_m * phase) ** 2, line * np.abs(phase), (relative * phase) ** 2])


def _product(one: Array, other: Array) -> Array:
    """Product of two polynomials, coefficients along the first axis."""
    found = np.zeros((len(one) + len(other) - 1, *other.shape[1:]))
    for place, row in enumerate(one):
        found[place : place + len(other)] += row * other
    return found


def _chi2_gradient(fitted: Explanation, params: Params) -> Array:
    """Derivative of chi2 in each expected ratio."""
    likelihood = fitted.likelihood
    expected = likelihood.expected(params)
    moved = STEP * np.eye(len(expected))
    chi2 = [likelihood.recipe.chi2(likelihood.data, expected + sign * moved) for sign in (1, -1)]
    gradient: Array = (chi2[0] - chi2[1]) / (2 * STEP)
    return gradient


def _parameter_changes(
    fitted: Explanation, chi2_change: Callable[[Params], float]
) -> dict[str, float]:
    """-C grad/2: the minimum of chi2 + change, with C^-1 half of the second derivatives of chi2."""
    free = fitted.fit.parameters
    gradient = []
    for name, each in free.items():
        step = STEP * (each.error or abs(each.value) or 1.0)
        ends = (chi2_change({**fitted.values, name: each.value + s * step}) for s in (1, -1))
        above, below = ends
        gradient.append((above - below) / (2 * step))
    found = -0.5 * np.nan_to_num(fitted.fit.covariance) @ np.array(gradient)
    return {name: float(change) for name, change in zip(free, found, strict=True)}
