"""What explains the gallium data: an oscillation model fitted to them, next to its null hypothesis.

:func:`fit_gallium` is ``gallus fit`` in Python::

    from gallus.experiments import source_measurements
    from gallus.explanation import fit_gallium
    from gallus.oscillation import Sterile

    result = fit_gallium(Sterile(), measurements=source_measurements("best"))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from gallus.arrays import Array, in_blocks
from gallus.database.loader import load
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, source_measurements
from gallus.experiments.gallium_oscillation import (
    DEFAULT_METHOD,
    GalliumLikelihood,
    gallium_likelihood,
)
from gallus.geometry.detectors import DOCUMENTED
from gallus.inference.fit import ALMOST_AS_GOOD, fit
from gallus.inference.fit_result import FitResult
from gallus.inference.minuit import SAME_CHI2
from gallus.inference.valleys import Valley, valleys
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.kernel.linear_map import Block, Kernel
from gallus.kernel.remembered_averages import RememberedAverages
from gallus.oscillation.active import ACTIVE
from gallus.oscillation.base import SURVIVAL, DampedCosineModel, OscillationModel
from gallus.oscillation.catalogue import model as model_of
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import Parameter, check_names, check_values
from gallus.recipes.base import chi2_p_value
from gallus.sources.radionuclide import nuclide

if TYPE_CHECKING:
    from gallus.kernel.average_table import AverageTable

DEFAULT_CROSS_SECTION = "bahcall-1997"

SCAN = 4000
"""Evaluations of chi2 in the coarse scan: 55 mass splittings per decade for one sterile state."""

LARGE_SCAN = 200_000
"""With more than two parameters; the minima of two sterile states are narrow and many."""

MOST_MENTIONED = 2
"""Minima as low as the quoted one that the status sentence names."""

QUADRATURE_BLOCK = 16
"""Points at a time of a model that is averaged by quadrature: each needs 1e5 probabilities."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """An oscillation model at its best fit to the gallium data.

    Parameters
    ----------
    likelihood : GalliumLikelihood
        Model, data and recipe.
    fit : FitResult
        Best values, chi2, significance against the null hypothesis of the model.
    minima : tuple of Valley
        Other local minima, the lowest first.
    measurements : Measurements
        What was measured.
    cross_section : CaptureCrossSection
        Of the expectation.
    geometry : str
        Variant of the detectors.
    line_set : str or None
        Neutrino lines; the default of each nuclide if None.
    """

    likelihood: GalliumLikelihood
    fit: FitResult
    minima: tuple[Valley, ...]
    measurements: Measurements
    cross_section: CaptureCrossSection
    geometry: str
    line_set: str | None

    @property
    def model(self) -> OscillationModel:
        """What was fitted."""
        return self.likelihood.model

    @property
    def titles(self) -> tuple[str, ...]:
        """Names of the experiments for tables."""
        return tuple(entry.title for entry in self.measurements.entries.values())

    @cached_property
    def expected(self) -> Array:
        """Expected ratios at the best fit, shape (n,)."""
        return self.likelihood.expected(self.fit.values)

    @property
    def p_value_null(self) -> float | None:
        """Probability of a chi2 above that of the null hypothesis; None if there is none."""
        if self.fit.chi2_null is None or self.fit.extra_parameters is None:
            return None
        dof = self.fit.dof + self.fit.extra_parameters
        return chi2_p_value(self.fit.chi2_null, dof) if dof > 0 else None

    def survival_probability(self, row: int, distance_m: Array) -> Array:
        """P_ee at distances of shape (n,), averaged over the captures of one source's lines."""
        return survival_at(self.model, self.likelihood.kernel.blocks[row], distance_m, self.values)

    @property
    def values(self) -> dict[str, float]:
        """Best values, and those of held parameters."""
        return self.fit.values

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind data, cross section, geometry, lines and model."""
        keys = [*self.likelihood.citations]
        for entry in self.measurements.entries.values():
            source = nuclide(entry.nuclide)
            keys.append(source.line_sets[self.line_set or source.default_lines].citation)
        if any(parameter.name in ACTIVE for parameter in self.model.parameters):
            keys += load("nufit-6").citations()
        return tuple(key for key in dict.fromkeys(keys) if key not in ("", "user"))

    def as_dict(self) -> dict[str, object]:
        """Plain numbers for JSON."""
        data = self.likelihood.data
        each = zip(data.names, data.values, data.errors, self.expected, strict=True)
        return {
            "model": self.model.name,
            "lost_to": self.model.lost_to,
            "null": self.model.null,
            "cross_section": self.cross_section.name,
            "method": self.likelihood.recipe.name,
            "geometry": self.geometry,
            "line_set": self.line_set,
            **self.fit.as_dict(),
            "p_value_null": self.p_value_null,
            "other_minima": [
                {"chi2": each.chi2, "parameters": {k: each.values[k] for k in self.fit.parameters}}
                for each in self.minima
            ],
            "ratios": {
                name: {"measured": float(value), "error": float(error), "expected": float(best)}
                for name, value, error, best in each
            },
            "citations": self.citations,
        }


def fit_gallium(
    model: OscillationModel,
    cross_section_model: CaptureCrossSection | None = None,
    measurements: Measurements | None = None,
    method: str = DEFAULT_METHOD,
    *,
    start: Mapping[str, float] | None = None,
    fixed: Mapping[str, float] | None = None,
    geometry: str = DOCUMENTED,
    line_set: str | None = None,
    scan: int | None = None,
    minos: bool = False,
) -> Explanation:
    """Fit an oscillation model to the gallium source experiments.

    Parameters
    ----------
    model : OscillationModel
        What happens to the neutrinos.
    cross_section_model : CaptureCrossSection, optional
        Of the expectation; Bahcall's of 1997 if not given.
    measurements : Measurements, optional
        All six results if not given.
    method : str
        Recipe; ``collaboration`` is the covariance of the BEST papers.
    start : mapping of str to float, optional
        Where parameters start; those that the model holds are held there.
    fixed : mapping of str to float, optional
        Parameters that are held.
    geometry, line_set : str, optional
        As in :func:`gallus.experiments.gallium_oscillation.gallium_likelihood`.
    scan : int, optional
        About how many evaluations of chi2 the coarse scan takes; if not given 4000, or 200 000 for
        damped cosines with more than two parameters.
    minos : bool
        Find asymmetric errors too.

    Raises
    ------
    InputError
        If a name is unknown, a value is outside its bounds, or a measurement has no geometry.
    """
    chosen = source_measurements() if measurements is None else measurements
    sigma = (
        cross_section(DEFAULT_CROSS_SECTION)
        if cross_section_model is None
        else (cross_section_model)
    )
    likelihood = gallium_likelihood(
        model, sigma, chosen, method, geometry=geometry, line_set=line_set
    )
    given, held = _sorted_out(model, dict(start or {}), dict(fixed or {}))
    fast = replace(likelihood, kernel=_remembering(likelihood.kernel))
    null = None if model.null is None else replace(fast, model=model_of(model.null))
    free = _Held(fast, held)
    still = {name: value for name, value in (fixed or {}).items() if name not in held}
    minima = valleys(free, given, still, _scan_size(fast) if scan is None else scan)
    best = {k: v for k, v in minima[0].values.items() if k not in still} if minima else given
    result = fit(
        free,
        start=best,
        fixed=still,
        null=None if null is None else _Held(null, held),
        scan=0,
        minos=minos,
    )
    complete = replace(
        result, fixed={**held, **result.fixed}, status=_status(result.status, minima)
    )
    return Explanation(likelihood, complete, minima[1:], chosen, sigma, geometry, line_set)


def survival_at(model: OscillationModel, block: Block, distance_m: Array, params: Params) -> Array:
    """P_ee at distances of shape (n,), averaged over the lines of a block as it counts them."""
    energy, distance = block.energy_MeV[:, None], np.asarray(distance_m)
    probability = model.probability(SURVIVAL, energy, distance, params)
    share: Array = block.response[0] / block.response[0].sum()
    return share @ probability


@dataclass(frozen=True, eq=False)
class _Held:
    """The likelihood with some parameters that the model holds at other values than its own."""

    likelihood: GalliumLikelihood
    values: Mapping[str, float]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.likelihood.parameters

    @property
    def n_data(self) -> int:
        return self.likelihood.n_data

    @property
    def citations(self) -> tuple[str, ...]:
        return self.likelihood.citations

    def chi2(self, params: Params) -> Array:
        """Chi2 at points, as many at a time as the averages of the model have room for."""
        model = self.likelihood.model
        known = {parameter.name for parameter in model.parameters}
        held = {name: value for name, value in self.values.items() if name in known}
        own = {name: params[name] for name in known & params.keys()} | held
        shape = np.broadcast_shapes(*(np.shape(value) for value in own.values()))
        if isinstance(model, DampedCosineModel) or len(shape) != 1:
            return self.likelihood.chi2(own)
        columns = np.stack([np.broadcast_to(value, shape) for value in own.values()], axis=1)

        def chi2(points: Array) -> Array:
            return self.likelihood.chi2(dict(zip(own, points.T, strict=True)))

        return in_blocks(chi2, columns, QUADRATURE_BLOCK)


def _sorted_out(
    model: OscillationModel, start: dict[str, float], fixed: dict[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Starts of free parameters, and values of those that the model holds."""
    check_names(model.parameters, [*start, *fixed])
    for name in start.keys() & fixed.keys():
        raise InputError("has a start and is fixed", key=name, allowed="one of them")
    together = {**start, **fixed}
    check_values([each for each in model.parameters if each.name in together], together)
    held = {name: value for name, value in together.items() if name in model.fixed}
    return {name: value for name, value in start.items() if name not in held}, held


def _status(status: str, minima: Sequence[Valley]) -> str:
    """Add what is known of other minima."""
    best, others = minima[:1], minima[1:]
    equal = [each for each in others if each.chi2 <= best[0].chi2 + SAME_CHI2]
    if equal:
        points = "; ".join(_in_words(each) for each in equal[:MOST_MENTIONED])
        count = f"{len(equal)} narrower valleys" if len(equal) > 1 else "a narrower valley"
        more = f"chi2 is as low, within {SAME_CHI2:g}, in {count}, at {points}"
        more += ", ..." if len(equal) > MOST_MENTIONED else ""
    elif others and others[0].chi2 <= best[0].chi2 + ALMOST_AS_GOOD:
        excess = others[0].chi2 - best[0].chi2
        more = f"another minimum is {excess:.2g} higher in chi2, at {_in_words(others[0])}"
    else:
        return status
    return f"{status.rstrip('.')}; {more}."


def _in_words(valley: Valley) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in valley.values.items())


def _scan_size(likelihood: GalliumLikelihood) -> int:
    many = isinstance(likelihood.model, DampedCosineModel) and len(likelihood.parameters) > 2
    return LARGE_SCAN if many else SCAN


def _remembering(kernel: Kernel) -> Kernel:
    blocks = []
    for block in kernel.blocks:
        # A table by what it does, not by its class.
        averages = cast("AverageTable", RememberedAverages(block.distances))
        blocks.append(replace(block, table=averages))
    return replace(kernel, blocks=tuple(blocks))
