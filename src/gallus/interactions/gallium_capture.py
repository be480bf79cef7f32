"""Neutrino capture on 71Ga averaged over the lines of a source, for named and for users' models.

Use :func:`cross_section` for a named model and :func:`read_cross_section` for a TOML file of the
same form. A model with published ingredients is built from them:

    sigma = sigma_gs [1 + xi_175 BGT_175/BGT_gs + xi_500 BGT_500/BGT_gs]

(Bahcall, Phys. Rev. C 56, 3391, eq. 14); its published total stands beside it. Cross sections in
cm^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gallus.database.loader import load_as, names, read
from gallus.database.schema import SIGMAS, Quantity
from gallus.database.units import factor
from gallus.errors import InputError, unknown_name
from gallus.interactions import ground_state as chain
from gallus.interactions.capture_file import CrossSectionFile
from gallus.sources.radionuclide import nuclide

REFERENCE_SOURCE = "51Cr"
"""Source to which computed shapes are normalised."""

CONTINUED_MEV = 0.010
"""A table that begins this close to the threshold is continued to it."""


class Estimate(NamedTuple):
    """A cross section with upper and lower one-sigma errors, in cm^2."""

    value_cm2: float
    plus_cm2: float
    minus_cm2: float

    def scaled(self, scale: float) -> Estimate:
        """Multiply value and errors."""
        return Estimate(self.value_cm2 * scale, self.plus_cm2 * scale, self.minus_cm2 * scale)

    @property
    def relative(self) -> tuple[float, float]:
        """Upper and lower error over the value."""
        return self.plus_cm2 / self.value_cm2, self.minus_cm2 / self.value_cm2


@dataclass(frozen=True)
class CaptureCrossSection:
    """A model of the capture cross section of nu_e on 71Ga.

    Parameters
    ----------
    file : CrossSectionFile
        What the model states.
    scale : float
        Common factor on everything: a half-life of 71Ge other than the one the model used.
    """

    file: CrossSectionFile
    scale: float = 1.0

    @property
    def name(self) -> str:
        """Slug of the model."""
        return self.file.name

    @property
    def title(self) -> str:
        """Name for tables and figures."""
        return self.file.title

    def citations(self) -> tuple[str, ...]:
        """Keys of the publications behind the model."""
        return self.file.citations()

    def with_half_life(self, half_life_d: float) -> CaptureCrossSection:
        """Return the model for another half-life T of 71Ge: every part falls like 1/T.

        The strengths of the excited states are ratios to that of the ground state, which the
        half-life fixes.
        """
        own = self.file.half_life_71Ge
        used = chain.reference_half_life_d() if own is None else own.to("d")
        return replace(self, scale=used / _positive_days(half_life_d))

    def total(self, source: str) -> Estimate:
        """Average over the lines of a source.

        Parameters
        ----------
        source : str
            Name of a nuclide.

        Raises
        ------
        InputError
            If the model says nothing about this nuclide.
        """
        if self.file.strength_ratios:
            return self._from_strengths(source)
        if source in self.file.total:
            return _estimate(self.file.total[source]).scaled(self.scale)
        if self.file.table is not None:
            return self._from_table(source)
        if self.file.ground_state and not self.file.total:
            return self.ground_state(source)
        raise InputError(
            f"is not stated by the cross section {self.name!r}",
            key="source",
            value=source,
            allowed=", ".join(sorted({*self.file.total, *self.file.ground_state})),
        )

    def as_published(self) -> CaptureCrossSection:
        """Return the model with the totals as printed instead of rebuilt from ingredients.

        Use it to repeat a calculation that took the printed numbers.
        """
        if not self.file.total:
            return self
        return replace(self, file=self.file.model_copy(update={"strength_ratios": {}}))

    def published(self, source: str) -> Estimate | None:
        """Return the total as printed in the publication, if there is one."""
        quantity = self.file.total.get(source)
        return None if quantity is None else _estimate(quantity)

    def ground_state(self, source: str) -> Estimate:
        """Part of the ground state: published, or computed from the half-life of 71Ge.

        A model that states another source is continued to this one along the computed ground state.
        """
        stated = self.file.ground_state
        if source in stated:
            return _estimate(stated[source]).scaled(self.scale)
        value, error = chain.source_average_cm2(nuclide(source).lines())
        computed = Estimate(value, error, error).scaled(self.scale)
        if REFERENCE_SOURCE not in stated:
            return computed
        reference, _ = chain.source_average_cm2(nuclide(REFERENCE_SOURCE).lines())
        return computed.scaled(stated[REFERENCE_SOURCE].to("cm2") / reference)

    def excited(self, source: str) -> dict[str, Estimate]:
        """Part of each excited state whose strength the model states, by level energy in keV."""
        ground = self.ground_state(source).value_cm2
        return {
            level: _strength(quantity).scaled(ground * self.phase_space(level, source))
            for level, quantity in self.file.strength_ratios.items()
        }

    def phase_space(self, level: str, source: str) -> float:
        """Coefficient xi of a level: published, or computed with the Fermi function of Gallus."""
        published = self.file.phase_space.get(level)
        if published is not None and source in published.coefficients:
            return published.coefficients[source]
        return chain.source_phase_space(nuclide(source).lines(), float(level) * 1e-3)

    def excited_share(self, source: str) -> float | None:
        """1 - sigma_gs/sigma, or None where the model does not state its ground state."""
        if not (self.file.ground_state or self.file.strength_ratios):
            return None
        return 1 - self.ground_state(source).value_cm2 / self.total(source).value_cm2

    def at_energy_cm2(self, energy_MeV: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cross section at given neutrino energies, shape of `energy_MeV`.

        From the table if the model has one, else the computed ground state and the model's excited
        states, normalised to its source average of 51Cr. What a total leaves over its stated ground
        state counts as the lowest excited state. States above 500 keV are not included.
        """
        if self.file.table is not None:
            return self.table_cm2(energy_MeV)[0]
        energies, shares = chain.line_arrays(nuclide(REFERENCE_SOURCE).lines())
        own = float(shares @ self._shape(energies))
        total = self.total(REFERENCE_SOURCE).value_cm2
        return np.asarray(self._shape(energy_MeV) * (total / own))

    def line_cross_sections_cm2(
        self, source: str, line_set: str | None = None
    ) -> NDArray[np.float64]:
        """Cross section of each line of a source, scaled so that they average to :meth:`total`."""
        energies, shares = chain.line_arrays(nuclide(source).lines(line_set))
        relative = self.at_energy_cm2(energies)
        return np.asarray(relative * (self.total(source).value_cm2 / float(shares @ relative)))

    def low_line_share(self, line_set: str | None = None) -> float:
        """Share of the 51Cr captures that the 430 keV lines (320 keV level) cause."""
        lines = nuclide("51Cr").lines(line_set)
        each = self.line_cross_sections_cm2("51Cr", line_set)
        captures = [line.fraction * s for line, s in zip(lines, each, strict=True)]
        low = sum(c for line, c in zip(lines, captures, strict=True) if line.level_MeV > 0)
        return float(low / sum(captures))

    def table_cm2(
        self, energy_MeV: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Best value, upper and lower one-sigma error of the table at given energies.

        Linear between the nodes. A table that begins within 10 keV of the threshold is continued
        down to it along the computed ground state; below the threshold the cross section is zero.

        Raises
        ------
        InputError
            If the model has no table, or an energy above threshold lies outside of it.
        """
        table = self.file.table
        if table is None:
            raise InputError("has no table in energy", value=self.name)
        nodes = np.array(table.energy) * factor(table.energy_unit, "MeV")
        self._require_covered(energy_MeV, nodes)
        size = factor(table.unit, "cm2") * self.scale
        # Below the first node np.interp gives its value; the computed shape leads on to threshold.
        first = chain.ground_state_cm2(nodes[:1])[0]
        below = np.where(energy_MeV < nodes[0], chain.ground_state_cm2(energy_MeV) / first, 1.0)
        best, lower, upper = (
            np.interp(energy_MeV, nodes, np.array(column) * size) * below
            for column in (table.best, table.lower, table.upper)
        )
        level = SIGMAS[table.confidence_level]
        return best, (upper - best) / level, (best - lower) / level

    def _require_covered(
        self, energy_MeV: NDArray[np.float64], nodes_MeV: NDArray[np.float64]
    ) -> None:
        threshold = chain.threshold_MeV()
        reach = nodes_MeV[0] if nodes_MeV[0] > threshold + CONTINUED_MEV else threshold
        outside = (energy_MeV > nodes_MeV[-1]) | ((energy_MeV >= threshold) & (energy_MeV < reach))
        if np.any(outside):
            raise InputError(
                f"of the cross section {self.name!r} does not cover this energy",
                key="table.energy",
                value=float(energy_MeV[outside].flat[0]),
                allowed=f"{reach:g} to {nodes_MeV[-1]:g} MeV",
            )

    def _shape(self, energy_MeV: NDArray[np.float64]) -> NDArray[np.float64]:
        """Computed ground state with the model's excited states, in cm^2 before normalisation."""
        result = chain.ground_state_cm2(energy_MeV)
        for level_MeV, strength in self._strengths().items():
            result = result + strength * chain.excited_state_cm2(energy_MeV, level_MeV)
        return np.asarray(result)

    def _strengths(self) -> dict[float, float]:
        """BGT ratios by level energy in MeV.

        What a model with total and ground state does not attribute to a level is put on the lowest
        excited one. A model that states the total alone gets the shape of the ground state.
        """
        file = self.file
        if file.strength_ratios:
            return {float(k) * 1e-3: q.to("1") for k, q in file.strength_ratios.items()}
        stated = REFERENCE_SOURCE in file.ground_state and REFERENCE_SOURCE in file.total
        if not stated:
            return {}
        level_MeV = chain.lowest_level_MeV()
        excess = file.total[REFERENCE_SOURCE].to("cm2") / file.ground_state[REFERENCE_SOURCE].to(
            "cm2"
        )
        xi = chain.source_phase_space(nuclide(REFERENCE_SOURCE).lines(), level_MeV)
        return {level_MeV: max(excess - 1.0, 0.0) / xi}

    def _from_strengths(self, source: str) -> Estimate:
        ground = self.ground_state(source)
        parts = self.excited(source).values()
        value = ground.value_cm2 + sum(part.value_cm2 for part in parts)
        relative = value / ground.value_cm2
        plus = math.hypot(ground.plus_cm2 * relative, *(part.plus_cm2 for part in parts))
        minus = math.hypot(ground.minus_cm2 * relative, *(part.minus_cm2 for part in parts))
        return Estimate(value, plus, minus)

    def _from_table(self, source: str) -> Estimate:
        energies, shares = chain.line_arrays(nuclide(source).lines())
        # Errors of one table move together, so they add linearly.
        return Estimate(*(float(shares @ column) for column in self.table_cm2(energies)))


def cross_section_names() -> tuple[str, ...]:
    """Slugs of the named models, in the order of tables (by year)."""
    return tuple(
        sorted(names("cross_sections"), key=lambda name: load_as(CrossSectionFile, name).order)
    )


def cross_section(name: str) -> CaptureCrossSection:
    """Return a named model.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in cross_section_names():
        raise unknown_name("cross section", name, cross_section_names())
    return CaptureCrossSection(load_as(CrossSectionFile, name))


def read_cross_section(path: Path | str) -> CaptureCrossSection:
    """Read a user's model from a TOML file (see :mod:`gallus.interactions.capture_file`).

    Raises
    ------
    InputError
        Naming file, key and value, if the file is not a cross section.
    """
    return CaptureCrossSection(read(CrossSectionFile, path))


def _estimate(quantity: Quantity) -> Estimate:
    return Estimate(quantity.to("cm2"), *quantity.error_to("cm2"))


def _strength(quantity: Quantity) -> Estimate:
    """A strength ratio as an estimate before it is multiplied with a cross section."""
    return Estimate(quantity.to("1"), *quantity.error_to("1"))


def _positive_days(half_life_d: float) -> float:
    if not 1 <= half_life_d <= 100:
        raise InputError(
            "is not a half-life of 71Ge",
            key="half_life_71Ge",
            value=half_life_d,
            allowed="1 to 100 days",
        )
    return half_life_d
