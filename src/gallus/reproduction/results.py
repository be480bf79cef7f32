"""Work that several claims share, done once in a run of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from gallus.experiments.gallium import source_measurements
from gallus.explanation import Explanation, fit_gallium
from gallus.interactions.gallium_capture import (
    CaptureCrossSection,
    cross_section,
    cross_section_names,
)
from gallus.oscillation.decoherence import Decoherence
from gallus.significance import DEFAULT_SEED, DEFAULT_TOYS, Significance, significance_of


@dataclass(frozen=True)
class DecoherenceFit:
    """How decoherence of case C with r = 12 is fitted.

    Parameters
    ----------
    geometry : str
        Variant of the detectors.
    line_set : str or None
        Neutrino lines; the default of each nuclide if None.
    lambda_13_m : float, optional
        Where theta_13 interference is lost; that of the model if not given.
    cross_section, method : str
        Of the expectation, and recipe.
    """

    geometry: str
    line_set: str | None
    lambda_13_m: float | None = None
    cross_section: str = "haxton-2023-3he"
    method: str = "lower-error"


@dataclass(frozen=True)
class Results:
    """Significances and fits of one run, each computed on first request.

    Parameters
    ----------
    toys, seed : int
        Of every Monte Carlo p-value.
    """

    toys: int = DEFAULT_TOYS
    seed: int = DEFAULT_SEED
    _kept: dict[tuple[str, str, str], Significance] = field(default_factory=dict, repr=False)
    _fits: dict[tuple[DecoherenceFit, str], Explanation] = field(default_factory=dict, repr=False)

    def significance(self, model: str, method: str, selection: str = "gallium") -> Significance:
        """Return the anomaly for a named cross section, a recipe and a group of experiments."""
        return self._anomaly(model, cross_section(model), method, selection)

    def as_published(self, model: str, method: str, selection: str = "gallium") -> Significance:
        """Return the same for the total as printed, not rebuilt from its ingredients."""
        name = f"{model}, as published"
        return self._anomaly(name, cross_section(model).as_published(), method, selection)

    def all_models(self, method: str, selection: str = "gallium") -> tuple[Significance, ...]:
        """Return :meth:`significance` for every named cross section."""
        return tuple(self.significance(model, method, selection) for model in cross_section_names())

    def decoherence(self, setting: DecoherenceFit, selection: str) -> Explanation:
        """Return the fit of decoherence to a group of experiments."""
        key = (setting, selection)
        if key not in self._fits:
            self._fits[key] = fit_gallium(
                Decoherence("C"),
                cross_section(setting.cross_section),
                source_measurements(selection),
                setting.method,
                fixed={} if setting.lambda_13_m is None else {"lambda_13_m": setting.lambda_13_m},
                geometry=setting.geometry,
                line_set=setting.line_set,
                intervals=True,
            )
        return self._fits[key]

    def _anomaly(
        self, name: str, model: CaptureCrossSection, method: str, selection: str
    ) -> Significance:
        key = (name, method, selection)
        if key not in self._kept:
            measurements = source_measurements(selection)
            self._kept[key] = significance_of(
                model, measurements, method, toys=self.toys, seed=self.seed
            )
        return self._kept[key]
