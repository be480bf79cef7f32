"""What explains the gallium data: an oscillation model fitted to them, next to its null hypothesis.

:func:`fit_gallium` is ``gallus fit`` in Python::

    from gallus.experiments import source_measurements
    from gallus.explanation import fit_gallium
    from gallus.oscillation import Sterile

    result = fit_gallium(Sterile(), measurements=source_measurements("best"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from gallus.arrays import Array
from gallus.database.loader import load
from gallus.errors import InputError
from gallus.experiments.gallium import Measurements, source_measurements
from gallus.experiments.gallium_oscillation import (
    DEFAULT_METHOD,
    GalliumLikelihood,
    gallium_likelihood,
)
from gallus.experiments.held_likelihood import HeldLikelihood
from gallus.geometry.detectors import DOCUMENTED
from gallus.inference.fit import fit
from gallus.inference.fit_result import FitResult
from gallus.inference.interval import Interval, profile_interval
from gallus.inference.valleys import Valley, undoubted_first, valleys, with_other_minima
from gallus.interactions.gallium_capture import CaptureCrossSection, cross_section
from gallus.kernel.linear_map import Block
from gallus.oscillation.active import ACTIVE
from gallus.oscillation.base import SURVIVAL, DampedCosineModel, OscillationModel
from gallus.oscillation.catalogue import model as model_of
from gallus.parameters.constraints import Params
from gallus.parameters.parameter import check_names, check_values
from gallus.recipes.base import chi2_p_value
from gallus.sources.radionuclide import nuclide

DEFAULT_CROSS_SECTION = "bahcall-1997"

SCAN = {1: 400, 2: 4000, 3: 1000}
"""Evaluations of chi2 in the coarse scan by the number of free parameters: 55 mass splittings per
decade for one sterile state, 14 where it is damped, which takes milliseconds each."""

LARGE_SCAN = 200_000
"""With more than three parameters; the minima of two sterile states are narrow and many."""

THREE = 3
"""Parameters of a sterile state with a width."""

FEW_RUNS = 3
"""Runs of MIGRAD from each of its scans."""

USER_SCAN = 4000
"""For any number of parameters of a model that is averaged by quadrature."""


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
    intervals : mapping of str to Interval
        68.27 % profile intervals of the free parameters; empty if not asked for.
    """

    likelihood: GalliumLikelihood
    fit: FitResult
    minima: tuple[Valley, ...]
    measurements: Measurements
    cross_section: CaptureCrossSection
    geometry: str
    line_set: str | None
    intervals: Mapping[str, Interval] = field(default_factory=dict)

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

    @property
    def aic(self) -> float:
        """Akaike's criterion, chi2 + 2 per free parameter: lower is better."""
        return self.fit.chi2_min + 2 * len(self.fit.parameters)

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
        fit = self.fit.as_dict()
        fit["parameters"] = {
            name: {**found.as_dict(), **self._interval(name)}
            for name, found in self.fit.parameters.items()
        }
        return {
            "model": self.model.name,
            "lost_to": self.model.lost_to,
            "null": self.model.null,
            "cross_section": self.cross_section.name,
            "method": self.likelihood.recipe.name,
            "geometry": self.geometry,
            "line_set": self.line_set,
            **fit,
            "p_value_null": self.p_value_null,
            "aic": self.aic,
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

    def _interval(self, name: str) -> dict[str, object]:
        return {"interval": self.intervals[name].as_dict()} if name in self.intervals else {}


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
    intervals: bool = False,
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
        About how many evaluations of chi2 the coarse scan takes; if not given, 400 to 200 000, by
        the number of parameters.
    minos : bool
        Find asymmetric errors too.
    intervals : bool
        Find the 68.27 % profile interval of every free parameter too.

    Raises
    ------
    InputError
        If a name is unknown, a value is outside its bounds, or a measurement has no geometry.
    """
    chosen = source_measurements() if measurements is None else measurements
    sigma = cross_section_model or cross_section(DEFAULT_CROSS_SECTION)
    likelihood = gallium_likelihood(
        model, sigma, chosen, method, geometry=geometry, line_set=line_set
    )
    given, held = _sorted_out(model, dict(start or {}), dict(fixed or {}))
    fast = replace(likelihood, kernel=likelihood.kernel.remembering())
    null = None if model.null is None else replace(fast, model=model_of(model.null))
    free = HeldLikelihood(fast, held)
    still = {name: value for name, value in (fixed or {}).items() if name not in held}
    remarks = getattr(model, "remarks", lambda values: ())
    minima = _minima(free, given, still, _scan_size(fast) if scan is None else scan)
    minima = undoubted_first(minima, lambda values: bool(remarks({**values, **held})))
    best = {k: v for k, v in minima[0].values.items() if k not in still} if minima else given
    result = fit(
        free,
        start=best,
        fixed=still,
        null=None if null is None else HeldLikelihood(null, held),
        scan=0,
        minos=minos,
    )
    said = (f"{remark}." for remark in remarks({**result.values, **held}))
    status = " ".join([with_other_minima(result.status, minima), *said])
    complete = replace(result, fixed={**held, **result.fixed}, status=status)
    found = {
        name: profile_interval(free, name, complete.values, fixed=still)
        for name in (complete.parameters if intervals else ())
    }
    return Explanation(likelihood, complete, minima[1:], chosen, sigma, geometry, line_set, found)


def survival_at(model: OscillationModel, block: Block, distance_m: Array, params: Params) -> Array:
    """P_ee at distances of shape (n,), averaged over the lines of a block as it counts them."""
    energy, distance = block.energy_MeV[:, None], np.asarray(distance_m)
    probability = model.probability(SURVIVAL, energy, distance, params)
    share: Array = block.response[0] / block.response[0].sum()
    return share @ probability


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


def _minima(
    free: HeldLikelihood, start: dict[str, float], fixed: dict[str, float], scan: int
) -> tuple[Valley, ...]:
    """Local minima; with three parameters from those with the last held at three values.

    A width that is zero or infinite gives the model without it, or the averaged one.
    """
    names = [each.name for each in free.parameters if each.name not in fixed]
    if len(names) != THREE or not isinstance(free.likelihood.model, DampedCosineModel):
        return valleys(free, start, fixed, scan)
    width = next(each for each in free.parameters if each.name == names[-1])
    of_two = {name: value for name, value in start.items() if name != width.name}
    found: list[Valley] = []
    for value in (start.get(width.name, width.start), width.lower, width.upper):
        if np.isfinite(value):
            held = {**fixed, width.name: value}
            found += valleys(free, of_two, held, scan, FEW_RUNS)[:1]
    for each in tuple(found):
        begin = {k: v for k, v in each.values.items() if k not in fixed}
        found += valleys(free, begin, fixed, 0)
    return tuple(sorted(found, key=lambda each: each.chi2))


def _scan_size(likelihood: GalliumLikelihood) -> int:
    if not isinstance(likelihood.model, DampedCosineModel):
        return USER_SCAN
    return SCAN.get(len(likelihood.parameters), LARGE_SCAN)
