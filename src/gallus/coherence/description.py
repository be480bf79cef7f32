"""How a neutrino is produced and detected, as a file describes it: particles, widths, distances.

:func:`setup` returns a registered set-up (``gallium-cr51``, ``reactor``, ...), :func:`read_setup`
reads a user's TOML file, :func:`with_points` asks for other energies, distances and splittings.
What follows from a description is in :mod:`gallus.coherence.results`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from gallus.coherence.sections import (
    Classical,
    Oscillation,
    Positive,
    Vertex,
)
from gallus.database.loader import load_as, names, read_toml, validate
from gallus.database.schema import Dataset, Sourced
from gallus.errors import InputError, unknown_name

FOLDER = "coherence"
"""Folder of the database that holds the registered set-ups."""
PREFIX = "coherence-"
"""Their files begin so; their names on the command line do not."""


class Assumption(Sourced):
    """Where one value of a description comes from; the value itself stands in its section."""

    value: float | int | str | tuple[float, ...] | None = None

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """The number, for listings: its name and its unit are in the key."""
        if isinstance(self.value, tuple):
            return [(str(place), float(v), 0.0, "1") for place, v in enumerate(self.value, 1)]
        return [("", float(self.value), 0.0, "1")] if isinstance(self.value, int | float) else []


class Bound(Sourced):
    """A bound that somebody found on the width of the packet, in nm."""

    name: str = Field(min_length=1)
    position_nm: Positive
    unit: Literal["nm"] = "nm"

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """The number, for listings."""
        return [(self.name, self.position_nm, 0.0, self.unit)]


class CoherenceSetup(Dataset):
    """Production and detection of a neutrino with all external particles.

    `energies_MeV` are those at which damping is wanted, the typical one first. Temperatures move
    what is bound. `assumptions` says of each value, by its key (``production.Cr.mass_u``,
    ``classical.source_size_m``), where it comes from; what it leaves out comes from the source of
    the file.
    """

    kind: Literal["coherence-setup"]
    energies_MeV: tuple[Positive, ...]
    production_temperature_K: Positive = 293.0
    detection_temperature_K: Positive = 293.0
    production: Vertex
    detection: Vertex
    classical: Classical = Classical()
    oscillation: tuple[Oscillation, ...]
    bounds: tuple[Bound, ...] = ()
    assumptions: dict[str, Assumption] = Field(default_factory=dict)
    _file: str | None = PrivateAttr(None)
    _described_MeV: tuple[float, ...] | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _complete_assumptions(cls, data: Any) -> Any:
        """Give each assumption the source of the file, if it states none, and its value."""
        if not isinstance(data, dict) or not isinstance(data.get("assumptions", {}), dict):
            return data
        inherited = {key: data[key] for key in ("citation", "provenance") if key in data}
        given = data.get("assumptions", {})
        values = dict(_values(data))
        filled = {
            key: {**inherited, **each, "value": values.get(key)} if isinstance(each, dict) else each
            for key, each in given.items()
        }
        for key, value in values.items():
            filled.setdefault(key, {**inherited, "value": value})
        return {**data, "assumptions": filled}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for key in ("energies_MeV", "oscillation"):
            if not getattr(self, key):
                raise InputError("is empty", key=key, allowed="one entry or more")
        known = dict(_values(self.model_dump(exclude_unset=True)))
        for key in self.assumptions:
            if key not in known:
                place = key.rpartition(".")[0]
                near = [each for each in known if each.rpartition(".")[0] == place]
                raise unknown_name("key of the set-up", key, near or known)
        return self

    @property
    def slug(self) -> str:
        """Name on the command line."""
        return self.name.removeprefix(PREFIX)

    @property
    def file(self) -> str | None:
        """Path of the user's file that it was read from."""
        return self._file

    @property
    def place(self) -> str:
        """Where a user finds it, for messages: the path of the file, else its name."""
        return self._file or self.slug

    @property
    def described_energies_MeV(self) -> tuple[float, ...]:
        """Energies of the description, to which printed numbers belong; see with_points."""
        return self._described_MeV or self.energies_MeV

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.bounds, *self.assumptions.values()]


def setup_names() -> tuple[str, ...]:
    """Names of the registered set-ups."""
    return tuple(name.removeprefix(PREFIX) for name in names(FOLDER))


def setup(name: str) -> CoherenceSetup:
    """Return a registered set-up.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in setup_names():
        raise unknown_name("set-up", name, setup_names())
    return load_as(CoherenceSetup, PREFIX + name)


def read_setup(path: Path | str) -> CoherenceSetup:
    """Read a user's description.

    Raises
    ------
    InputError
        Naming file, key and value, if the file does not fit.
    """
    found = _validated(read_toml(Path(path)), str(path))
    found._file = str(path)
    return found


def with_points(
    chosen: CoherenceSetup,
    energies_MeV: Sequence[float] = (),
    baselines_m: Sequence[float] = (),
    delta_m2_eV2: Sequence[float] = (),
) -> CoherenceSetup:
    """Return the set-up at other energies, distances and splittings; those of an empty list stay.

    Given both distances and splittings, all pairs of them. Widths and velocities that a publication
    prints stay as they are, at other energies too; :attr:`CoherenceSetup.described_energies_MeV`
    are those that they belong to.

    Raises
    ------
    InputError
        If a number is not allowed.
    """
    content = chosen.model_dump(exclude_unset=True)
    content.pop("assumptions", None)
    if energies_MeV:
        content["energies_MeV"] = tuple(energies_MeV)
    if baselines_m or delta_m2_eV2:
        stated = [(each.delta_m2_eV2, each.baseline_m) for each in chosen.oscillation]
        splittings = delta_m2_eV2 or tuple(dict.fromkeys(pair[0] for pair in stated))
        if baselines_m:
            pairs = [(splitting, length) for splitting in splittings for length in baselines_m]
        else:
            lengths = dict.fromkeys(pair[1] for pair in stated)
            pairs = [(splitting, length) for splitting in splittings for length in lengths]
        content["oscillation"] = tuple(
            {"name": f"{s:g} eV2 at {length:g} m", "delta_m2_eV2": s, "baseline_m": length}
            for s, length in pairs
        )
    changed = _validated(content, chosen.place)
    kept = {key: each for key, each in chosen.assumptions.items() if key in changed.assumptions}
    same = {k: v for k, v in kept.items() if v.value == changed.assumptions[k].value}
    marked = {
        key: each.model_copy(update={"citation": "user", "provenance": "user", "note": ""})
        for key, each in changed.assumptions.items()
        if key not in same
    }
    changed = changed.model_copy(update={"assumptions": {**marked, **same}})
    changed._file, changed._described_MeV = chosen._file, chosen.described_energies_MeV
    return changed


def _validated(content: Mapping[str, Any], place: str) -> CoherenceSetup:
    try:
        return validate(CoherenceSetup, dict(content), place)
    except InputError as error:
        key = _by_names(error.key or "", content)
        raise InputError(
            error.problem, file=error.file, key=key, value=error.value, allowed=error.allowed
        ) from error


def _by_names(key: str, content: Any) -> str:
    """Key with names of particles and distances where it has numbers, as `assumptions` has it.

    ``production.particles.1.nuclide`` becomes ``production.V.nuclide``. An entry without a name is
    counted from 1; that of a list of numbers is left out, for the message shows the number.
    """
    found: list[str] = []
    for part in key.split("."):
        if not (isinstance(content, list | tuple) and part.isdecimal()):
            content = content.get(part) if isinstance(content, dict) else None
            found.append(part)
            continue
        content = content[int(part)]
        name = content.get("name") if isinstance(content, dict) else None
        if name is not None:
            found = [*found[:-1], str(name)] if found[-1] == "particles" else [*found, str(name)]
        elif isinstance(content, dict):
            found[-1] += f" ({int(part) + 1})"
    return ".".join(found)


def _values(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys and values of a description: numbers of the file, and by what a value is computed."""
    for key in ("energies_MeV", "production_temperature_K", "detection_temperature_K"):
        if key in data:
            yield key, data[key] if not isinstance(data[key], list) else tuple(data[key])
    for side in ("production", "detection"):
        vertex = data.get(side)
        if not isinstance(vertex, dict):
            continue
        yield from _of_section(side, vertex, without=("particles", "collisions"))
        for particle in vertex.get("particles", ()):
            if isinstance(particle, dict) and "name" in particle:
                place = f"{side}.{particle['name']}"
                without = ("name", "role", "species", "observed", "printed")
                yield from _of_section(place, particle, without)
                if isinstance(particle.get("printed"), dict):
                    yield from _of_section(f"{place}.printed", particle["printed"])
    if isinstance(data.get("classical"), dict):
        yield from _of_section("classical", data["classical"])
    for point in data.get("oscillation", ()):
        if isinstance(point, dict) and "name" in point:
            yield from _of_section(f"oscillation.{point['name']}", point, ("name",))


def _of_section(
    place: str, section: dict[str, Any], without: Sequence[str] = ()
) -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        if key not in without:
            yield f"{place}.{key}", tuple(value) if isinstance(value, list) else value
