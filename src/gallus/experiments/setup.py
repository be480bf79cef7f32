"""A source next to a detector, as a file describes it: geometry, target, exposure.

:func:`setup` returns a registered set-up, :func:`read_setup` reads a user's TOML file, and
:func:`with_values` changes single values. What is counted in it is in
:mod:`gallus.experiments.setup_reactions`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from gallus.constants import HBAR_MEV_S, HBARC_MEV_M, JOULE_PER_MEV
from gallus.database.loader import load_as, names, read, validate
from gallus.database.schema import Dataset, Finite, Sourced
from gallus.database.sections import known_keys
from gallus.errors import InputError, located, unknown_name
from gallus.experiments.background_sections import (
    BackgroundSection,
    BackgroundTable,
    check_names,
)
from gallus.experiments.forecast_sections import PeriodSection, UncertaintySection
from gallus.experiments.setup_geometry import (
    free_radius_m,
    is_inside,
    source_and_target,
    zone_targets,
)
from gallus.experiments.setup_keys import BACKGROUND, RUN_KEYS, SECTIONS, is_table, section_of
from gallus.experiments.setup_keys import full_key as full_key
from gallus.experiments.setup_keys import value_keys as value_keys
from gallus.experiments.setup_sections import (
    DetectionSection,
    DetectorSection,
    InteractionSection,
    PositionSection,
    SourceSection,
)
from gallus.geometry.target import Target
from gallus.interactions.target_material import Material, material
from gallus.sources.beta_decay import BetaEmitter, beta_emitter, beta_emitter_names
from gallus.sources.radionuclide import Line, Radionuclide, nuclide, nuclide_names

FOLDER = "setups"
"""Folder of the database that holds the registered set-ups."""
GRAM_PER_MEV = 1e3 * JOULE_PER_MEV / (HBARC_MEV_M / HBAR_MEV_S) ** 2
"""Mass of 1 MeV/c^2, with c as hbar c over hbar."""

Reaction = Literal[
    "electron-scattering",
    "gallium-capture",
    "gallium-coincidence",
    "indium-capture",
    "inverse-beta-decay",
    "coherent-scattering",
]
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)


CHANGED = {"citation": "user", "provenance": "user", "note": "changed"}
WHOLE = ""
"""Name of a target that is in one piece."""


class SetupWarning(UserWarning):
    """Something about a set-up that is possible, but hardly what was meant."""


class Assumption(Sourced):
    """Where one value of a set-up comes from; the value itself stands in its section."""

    value: float | int | str | tuple[str, ...] | None = None

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """The number, for listings: its name and its unit are in the key."""
        if not isinstance(self.value, int | float):
            return []
        return [("", float(self.value), 0.0, "1")]


class Setup(Dataset):
    """A source next to a detector.

    `assumptions` says of each value, by its key ``section.name``, where it comes from. The run of
    `days` begins with the activity of the source section; there are `runs` of them, each with a
    fresh source, and the detector counts for the `live_share` of the time. Backgrounds,
    uncertainties and periods are for forecasts.
    """

    kind: Literal["setup"]
    reactions: tuple[Reaction, ...] = Field(default=("electron-scattering",), min_length=1)
    days: Annotated[Finite, Field(gt=0)] = 30.0
    runs: Annotated[int, Field(ge=1)] = 1
    live_share: Annotated[Finite, Field(gt=0, le=1)] = 1.0
    source: SourceSection
    detector: DetectorSection
    position: PositionSection = PositionSection()
    interaction: InteractionSection = InteractionSection()
    detection: DetectionSection = DetectionSection()
    background: tuple[BackgroundSection, ...] = ()
    uncertainties: UncertaintySection = UncertaintySection()
    periods: PeriodSection = PeriodSection()
    assumptions: dict[str, Assumption] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _complete_sources(cls, data: Any) -> Any:
        """Give assumptions and backgrounds the source of the file, if they state none."""
        if not isinstance(data, dict):
            return data
        known_keys(cls, data)
        inherited = {key: data[key] for key in ("citation", "provenance") if key in data}
        found = dict(data)
        if isinstance(data.get("assumptions"), dict):
            found["assumptions"] = {
                key: {**inherited, **each, "value": _value_in(data, key)}
                if isinstance(each, dict)
                else each
                for key, each in data["assumptions"].items()
            }
        if isinstance(data.get(BACKGROUND), list | tuple):
            found[BACKGROUND] = [
                {**inherited, **each} if isinstance(each, dict) else each
                for each in data[BACKGROUND]
            ]
        return found

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for key in self.assumptions:
            if key not in value_keys(self.background):
                raise unknown_name("key of the set-up", key, value_keys(self.background))
        check_names(self.background)
        with located("source.nuclide"):
            source = self.nuclide
        if isinstance(source, Radionuclide):
            with located("source.line_set"):
                source.lines(self.source.line_set)
        with located("detector.material"):
            self.density_g_per_cm3()
        self.targets()
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.background, *self.assumptions.values()]

    def value(self, key: str) -> Any:
        """Value of a key of :func:`value_keys`."""
        section, _, name = key.rpartition(".")
        place, _, table = section.partition(".")
        if place == BACKGROUND:
            return getattr(next(each for each in self.background if each.name == table), name)
        return getattr(getattr(self, section) if section else self, name)

    def given(self) -> tuple[str, ...]:
        """Keys of the values that the file states; the others are at their defaults."""
        inside = (
            f"{name}.{key}" for name in SECTIONS for key in getattr(self, name).model_fields_set
        )
        stated = {*inside, *(set(RUN_KEYS) & self.model_fields_set)}
        return tuple(key for key in value_keys() if key in stated)

    def all_citations(self) -> tuple[str, ...]:
        """Keys of the publications behind the set-up, its source and its material."""
        parts = (self.citations(), self.nuclide.citations(), self.material.citations())
        return tuple(dict.fromkeys(key for part in parts for key in part))

    def lines(self) -> tuple[Line, ...]:
        """Neutrino lines of the source.

        Raises
        ------
        InputError
            If its spectrum is continuous.
        """
        source = self.nuclide
        if isinstance(source, Radionuclide):
            return source.lines(self.source.line_set)
        raise InputError(
            "has a continuous spectrum, no lines",
            key="source.nuclide",
            value=source.name,
            allowed="a source of lines, or reactions = ['inverse-beta-decay']",
        )

    @property
    def nuclide(self) -> Radionuclide | BetaEmitter:
        """What decays."""
        name = self.source.nuclide
        if name in beta_emitter_names():
            return beta_emitter(name)
        if name not in nuclide_names():
            raise unknown_name("nuclide", name, (*nuclide_names(), *beta_emitter_names()))
        return nuclide(name)

    @property
    def material(self) -> Material:
        """What the target is made of."""
        return material(self.detector.material)

    @property
    def half_life_d(self) -> float:
        """Half-life of the source in days: the file's, or that of the nuclide."""
        return self.source.half_life_d or self.nuclide.half_life_d

    def days_at_full_activity(self, days: float) -> float:
        """Integral of 2^(-t/T_1/2) over a run, (1 - 2^(-t/T_1/2)) T_1/2/ln 2, in days.

        Raises
        ------
        InputError
            If the run is not longer than zero.
        """
        if not (days > 0 and math.isfinite(days)):
            raise InputError("is not a length of a run", key="days", value=days, allowed="above 0")
        rate = math.log(2) / self.half_life_d
        return -math.expm1(-rate * days) / rate

    def density_g_per_cm3(self) -> float:
        """Density of the target."""
        return self.detector.density(self.material.density_g_per_cm3)

    def electrons_per_cm3(self) -> float:
        """Electrons per volume of the target: of the material, or as the detector section says."""
        share, mass = self.detector.electrons_per_nucleon, self.detector.nucleon_mass_MeV
        per_g = self.material.electrons_per_g
        if share is not None and mass is not None:
            per_g = share / (mass * GRAM_PER_MEV)
        return per_g * self.density_g_per_cm3()

    def targets(self) -> dict[str, Target]:
        """Return the geometry: one target, or those zones that the detector section names.

        Raises
        ------
        InputError
            If the source, its shield or its hole overlaps with the wall of the detector.
        """
        radius = self.detection.fiducial_radius_m
        if self.detector.zones:
            return zone_targets(self.source, self.detector.zones, self.position, radius)
        whole = source_and_target(self.source, self.detector, self.position, radius)
        return {WHOLE: whole}

    def mean_path_length_m(self) -> float:
        """Mean length of target on a straight path from the source, of all zones."""
        return sum(target.mean_path_length_m() for target in self.targets().values())

    def remarks(self) -> tuple[str, ...]:
        """What is possible, but hardly what was meant."""
        if self.detector.zones:
            return ()
        need, there = self.source.shield_radius_m, free_radius_m(self.detector, self.position)
        if need <= there or not is_inside(self.detector, self.position):
            return ()
        return (
            f"the shield of the source needs {need:g} m, the hole around it in the detector has "
            f"{there:g} m (position.hole_radius_m)",
        )


def setup_names() -> tuple[str, ...]:
    """Names of the registered set-ups."""
    return names(FOLDER)


def setup(name: str) -> Setup:
    """Return a registered set-up.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in setup_names():
        raise unknown_name("experiment", name, setup_names())
    return load_as(Setup, name)


def read_setup(path: Path | str) -> Setup:
    """Read a user's set-up.

    Raises
    ------
    InputError
        Naming file, key and value, if the file does not fit.
    """
    return read(Setup, path)


def with_values(chosen: Setup, values: Mapping[str, Any]) -> Setup:
    """Return the set-up with other values of some keys; None takes a value away.

    Parameters
    ----------
    chosen : Setup
        What to change.
    values : mapping
        By ``section.name``, ``background.NAME.key``, or a last part that is unique; ``background``
        replaces all tables, and ``background.NAME`` may be None.

    Raises
    ------
    InputError
        If a key is unknown or a value is not allowed.
    """
    gone = {key for key, x in values.items() if x is None and is_table(key, chosen.background)}
    if gone:
        left = [each for each in chosen.background if f"{BACKGROUND}.{each.name}" not in gone]
        rest = {key: value for key, value in values.items() if key not in gone}
        return with_values(chosen, {BACKGROUND: left, **rest})
    content = chosen.model_dump(exclude_unset=True)
    if BACKGROUND in values:
        content[BACKGROUND] = [_plain(table) for table in values[BACKGROUND] or ()]
        rest = {key: value for key, value in values.items() if key != BACKGROUND}
        return with_values(validate(Setup, content, chosen.name), rest)
    changed = {full_key(key, chosen.background): value for key, value in values.items()}
    for key, value in changed.items():
        place, name = section_of(content, key)
        place.pop(name, None)
        if value is not None:
            place[name] = value
        if key.startswith(BACKGROUND):
            place.update(CHANGED)
    for key in set(changed) & set(chosen.assumptions):
        content["assumptions"][key] = CHANGED
    return validate(Setup, content, chosen.name)


def _value_in(data: Mapping[str, Any], key: str) -> Any:
    """Value of a full key in the content of a file, None if it does not state one."""
    section, _, name = key.rpartition(".")
    place = data.get(section) if section else data
    return place.get(name) if isinstance(place, dict) else None


def _plain(table: BackgroundTable | Mapping[str, Any]) -> dict[str, Any]:
    return dict(table) if isinstance(table, Mapping) else table.model_dump(exclude_unset=True)
