"""Backgrounds of a source next to a detector: the ``[[background]]`` tables of a file.

A table says what the background is (`kind`), how much of it there is, how well that is known and
where the number comes from. What its events look like is physics:
:mod:`gallus.forecast.backgrounds` makes it from these sections.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, get_args

from pydantic import BeforeValidator, Field, Strict, model_validator

from gallus.database.schema import Finite, Sourced
from gallus.database.sections import Section, at_most_one, exactly_one
from gallus.errors import InputError, unknown_name
from gallus.experiments.setup_sections import NotNegative, Positive, Share

SolarName = Literal["pp", "pep", "7Be", "8B", "hep", "13N", "15O", "17F"]
PositiveOrInfinite = Annotated[float, Strict(), Field(gt=0)]
RATES = ("per_day", "per_day_and_100t", "per_day_and_kt")
"""Keys of a rate: of the whole detector, or of a mass of it."""


class BackgroundTable(Section, Sourced):
    """What all tables have: name, error of the rate, source of the numbers.

    The name is the kind, or the nuclide, if none is given. Without `error_percent` the rate is
    known to 100 % of itself, and solar neutrinos to the error of the solar model; ``inf`` lets it
    float freely, so that only the run itself tells how much there is.
    """

    default_name: ClassVar[str] = "kind"
    name: str
    error_percent: PositiveOrInfinite | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "name" in data:
            return data
        return {**data, "name": data.get(cls.default_name, data.get("kind"))}

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Numbers that the file states, for listings; their units are in their names."""
        stated = [(key, getattr(self, key)) for key in self.model_fields_set]
        return sorted((key, x, 0.0, "1") for key, x in stated if isinstance(x, float))

    @model_validator(mode="after")
    def _plain_name(self) -> Self:
        if not self.name or "." in self.name:
            raise InputError("is no name of a background", key="name", value=self.name)
        return self


class Rates(BackgroundTable):
    """Events per day in the whole detector, in 100 t or in 1 kt of it, all energies."""

    per_day: Positive | None = None
    per_day_and_100t: Positive | None = None
    per_day_and_kt: Positive | None = None


class Rated(Rates):
    """A background whose rate is stated, in one of several ways.

    `g_per_g` is the share of the mass that is the nuclide.
    """

    rate_keys: ClassVar[tuple[str, ...]] = RATES

    def rate(self) -> tuple[float, str]:
        """Value of the rate that is given, and its key."""
        (key,) = at_most_one(self, self.rate_keys)
        return float(getattr(self, key)), key

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        exactly_one(self, self.rate_keys)
        return self


class Carbon14Table(BackgroundTable):
    """14C of the scintillator, by its share of the carbon or by its decays per day.

    `pile_up_window_ns` adds pairs of decays that are taken for one event, the second within that
    time after the first, and nearer than `pile_up_distance_m` if that is given.
    """

    kind: Literal["carbon-14"]
    fraction: Positive | None = None
    per_day: Positive | None = None
    pile_up_window_ns: Positive | None = None
    pile_up_distance_m: Positive | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        exactly_one(self, ("fraction", "per_day"))
        if self.pile_up_distance_m is not None and self.pile_up_window_ns is None:
            raise InputError(
                "needs pile_up_window_ns", key="pile_up_distance_m", value=self.pile_up_distance_m
            )
        return self


class InternalTable(Rated):
    """A nuclide in the scintillator, or a decay chain in equilibrium, with its betas and alphas.

    `alpha_survival` is the share of the alphas that is left after discrimination by pulse shape.
    """

    default_name: ClassVar[str] = "nuclide"
    rate_keys: ClassVar[tuple[str, ...]] = (*RATES, "g_per_g")
    kind: Literal["internal"]
    nuclide: str
    g_per_g: Positive | None = None
    quenching: str = "lab"
    alpha_survival: Share = 1.0


class PoloniumTable(Rated):
    """210Po, one line of alphas of the width `spread_keV`.

    `unsupported_half_life_d` is given if nothing feeds it, so that it decays.
    """

    rate_keys: ClassVar[tuple[str, ...]] = (*RATES, "g_per_g")
    kind: Literal["polonium-210"]
    g_per_g: Positive | None = None
    quenching: str = "lab"
    alpha_survival: Share = 1.0
    spread_keV: NotNegative = 0.0
    unsupported_half_life_d: Positive | None = None


class CosmogenicTable(Rated):
    """A nuclide that muons make, by its rate or by the muons of a `laboratory`."""

    default_name: ClassVar[str] = "nuclide"
    rate_keys: ClassVar[tuple[str, ...]] = (*RATES, "laboratory")
    kind: Literal["cosmogenic"]
    nuclide: Literal["11C", "10C"]
    laboratory: str | None = None


class SolarTable(Rates):
    """Solar neutrinos that scatter on electrons, one background for each of the `sources`.

    `model` is that of the fluxes; a rate replaces what follows from it, all recoil energies, and
    belongs to a single source. `oscillation` is ``adiabatic`` or ``none``.
    """

    kind: Literal["solar"]
    sources: tuple[SolarName, ...] = Field(
        default=("pp", "pep", "7Be", "8B", "13N", "15O", "17F"), min_length=1
    )
    model: Literal["b16-gs98", "b16-agss09"] = "b16-gs98"
    oscillation: Literal["adiabatic", "none"] = "adiabatic"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = at_most_one(self, RATES)
        if given and len(self.sources) > 1:
            raise InputError(
                "is the rate of one source", key=given[0], allowed="sources with one entry"
            )
        if len(set(self.sources)) < len(self.sources):
            raise InputError("names one twice", key="sources", value=list(self.sources))
        return self

    def rate(self) -> tuple[float, str] | None:
        """Value of the rate and its key, if one is given."""
        given = at_most_one(self, RATES)
        return (float(getattr(self, given[0])), given[0]) if given else None


class ExternalGammaTable(BackgroundTable):
    """Photons of one energy that enter through the surface and interact in the target.

    By their number per day in the whole detector, or per day and square metre of its surface.
    """

    kind: Literal["external-gamma"]
    energy_MeV: Positive
    per_day: Positive | None = None
    per_day_and_m2: Positive | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        exactly_one(self, ("per_day", "per_day_and_m2"))
        return self


class LayerTable(Section):
    """A layer between source and target."""

    material: str
    thickness_cm: NotNegative


class ShieldedTable(BackgroundTable):
    """Photons of the source that come through `layers`, scattered ones included.

    With a `build_up` those that did not interact, times that factor, all with their full energy.
    For a source outside, `surrounding` is the material between its shield and the detector; its
    thickness on the shortest way is taken for all, which leaves too many photons.
    """

    layers: tuple[LayerTable, ...] = ()
    surrounding: str | None = None
    build_up: Annotated[Finite, Field(ge=1)] | None = None


class SourceGammaTable(ShieldedTable):
    """Photons of one energy from the source, or from an impurity in it.

    Without `energy_MeV` the gamma of the nuclide itself. An impurity has an energy, its own
    activity `impurity_Bq`, `photons_percent` per decay, and `impurity_half_life_d`.
    """

    kind: Literal["source-gamma"]
    energy_MeV: Positive | None = None
    impurity_Bq: Positive | None = None
    photons_percent: Annotated[Finite, Field(gt=0)] = 100.0
    impurity_half_life_d: Positive | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for key in ("impurity_Bq", "impurity_half_life_d"):
            if (getattr(self, key) is None) != (self.energy_MeV is None):
                raise InputError(
                    "belongs to an impurity",
                    key=key,
                    value=getattr(self, key),
                    allowed="energy_MeV, impurity_Bq and impurity_half_life_d, or none of them",
                )
        if self.energy_MeV is None and "photons_percent" in self.model_fields_set:
            raise InputError(
                "belongs to an impurity", key="photons_percent", value=self.photons_percent
            )
        return self


class BremsstrahlungTable(ShieldedTable):
    """Internal bremsstrahlung of the electron capture in the source."""

    kind: Literal["bremsstrahlung"]


class SpectrumTable(Rated):
    """A histogram of visible energies of one's own, spread evenly over the target."""

    kind: Literal["spectrum"]
    edges_keV: tuple[NotNegative, ...] = Field(min_length=2)
    share: tuple[Share, ...]


_Table: TypeAlias = (
    Carbon14Table
    | InternalTable
    | PoloniumTable
    | CosmogenicTable
    | SolarTable
    | ExternalGammaTable
    | SourceGammaTable
    | BremsstrahlungTable
    | SpectrumTable
)
KINDS: tuple[str, ...] = tuple(
    get_args(each.model_fields["kind"].annotation)[0] for each in get_args(_Table)
)
"""Kinds of backgrounds."""


def _known_kind(data: Any) -> Any:
    """Raise an error of our own for a kind that is missing or unknown."""
    if isinstance(data, dict):
        if "kind" not in data:
            raise InputError("is missing", key="kind", allowed=", ".join(KINDS))
        if data["kind"] not in KINDS:
            raise unknown_name("kind of background", str(data["kind"]), KINDS)
    return data


BackgroundSection = Annotated[_Table, Field(discriminator="kind"), BeforeValidator(_known_kind)]
"""Any of the tables, told apart by `kind`."""


def check_names(sections: Iterable[BackgroundTable]) -> None:
    """Raise InputError if two tables have the same name."""
    found = Counter(section.name for section in sections)
    for name, times in found.items():
        if times > 1:
            raise InputError(
                "stands twice", key="background.name", value=name, allowed="a `name` for each"
            )
