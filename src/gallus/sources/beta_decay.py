"""Sources with a continuous spectrum: the branches of beta decay that a file states.

Use :func:`beta_emitter` for those of the database (144Ce-144Pr, the positrons of 58Co and 65Zn);
the spectrum itself needs a Fermi function, so that it is in
:mod:`gallus.interactions.beta_spectrum`. A user's emitter is a TOML file of the same form.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from gallus.database.loader import load_as, names
from gallus.database.schema import Dataset, Finite, Frozen, Sourced, UnitName
from gallus.database.units import factor
from gallus.errors import InputError, unknown_name

FOLDER = "beta_emitters"
ALLOWED = "allowed"


class Branch(NamedTuple):
    """One branch: kinetic end point, share of the decays, daughter nucleus, shape factor.

    `charge` is the atomic number of the daughter, negative where a positron is emitted;
    `radius_fm` that of a uniform sphere. The shape factor is 1 + a W + b/W, W the total energy of
    the electron in electron masses.
    """

    endpoint_MeV: float
    fraction: float
    charge: float
    radius_fm: float
    slope: float
    inverse: float


class BranchEntry(Frozen):
    """A branch as a file states it: end point in the unit of the set, share in per cent."""

    endpoint: Annotated[Finite, Field(gt=0)]
    percent: Annotated[Finite, Field(ge=0, le=100)]
    error: Annotated[Finite, Field(ge=0)] = 0.0
    shape: str = ALLOWED


class BranchSet(Sourced):
    """The branches of one nuclide of the source.

    `charge_radius_fm` is the root of the mean square radius of the daughter.
    """

    unit: UnitName
    emits: Literal["electron", "positron"] = "electron"
    daughter_charge: Annotated[int, Field(gt=0)]
    charge_radius_fm: Annotated[Finite, Field(gt=0)]
    branches: tuple[BranchEntry, ...] = Field(min_length=1)

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        listed = [
            (f"{each.endpoint:g} {self.unit}", each.percent, each.error, "%")
            for each in self.branches
        ]
        return [*listed, ("charge_radius", self.charge_radius_fm, 0.0, "fm")]


class ShapeFactor(Sourced):
    """C(W) = 1 + a W + b/W, W the total energy of the electron in electron masses."""

    unit: Literal["1"]
    slope: Finite
    slope_error: Annotated[Finite, Field(ge=0)] = 0.0
    inverse: Finite = 0.0
    inverse_error: Annotated[Finite, Field(ge=0)] = 0.0

    def numbers(self) -> list[tuple[str, float, float, str]]:
        """Name, value, error and unit of each number, for listings."""
        return [
            ("a", self.slope, self.slope_error, self.unit),
            ("b", self.inverse, self.inverse_error, self.unit),
        ]


class BetaEmitter(Dataset):
    """A source of electron antineutrinos, or of the neutrinos that go with positrons.

    Quantities: ``half_life`` of the nuclide that governs the source; its short-lived daughters are
    in equilibrium with it, so that all branches are per decay of the parent.
    """

    kind: Literal["beta-emitter"]
    branch_sets: dict[str, BranchSet] = Field(min_length=1)
    shape_factors: dict[str, ShapeFactor] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "half_life" not in self.quantities:
            raise InputError("is missing", key="quantities.half_life")
        kinds = {each.emits for each in self.branch_sets.values()}
        if len(kinds) > 1:
            raise InputError(
                "emits electrons and positrons", key="branch_sets", allowed="one kind in a file"
            )
        for each in self.branch_sets.values():
            for branch in each.branches:
                if branch.shape not in (ALLOWED, *self.shape_factors):
                    raise unknown_name("shape factor", branch.shape, (ALLOWED, *self.shape_factors))
        return self

    def sources(self) -> list[Sourced]:
        """Everything in the file that carries a citation."""
        return [*super().sources(), *self.branch_sets.values(), *self.shape_factors.values()]

    @property
    def half_life_d(self) -> float:
        """Half-life of the parent in days."""
        return self["half_life"].to("d")

    @property
    def antineutrino(self) -> bool:
        """Whether antineutrinos are emitted; neutrinos go with positrons."""
        return all(each.emits == "electron" for each in self.branch_sets.values())

    def branches(self, shape: str | None = None) -> tuple[Branch, ...]:
        """Return all branches per decay of the parent.

        Parameters
        ----------
        shape : str, optional
            Shape factor to use for every branch that has one in the file; ``allowed`` for none.

        Raises
        ------
        InputError
            If the file has no shape factor of that name.
        """
        if shape is not None and shape not in (ALLOWED, *self.shape_factors):
            raise unknown_name("shape factor", shape, (ALLOWED, *self.shape_factors))
        return tuple(
            self._branch(each, entry, shape)
            for each in self.branch_sets.values()
            for entry in each.branches
        )

    def _branch(self, each: BranchSet, entry: BranchEntry, shape: str | None) -> Branch:
        name = entry.shape if shape is None or entry.shape == ALLOWED else shape
        factors = self.shape_factors.get(name)
        sign = 1.0 if each.emits == "electron" else -1.0
        return Branch(
            entry.endpoint * factor(each.unit, "MeV"),
            entry.percent / 100.0,
            sign * each.daughter_charge,
            math.sqrt(5.0 / 3.0) * each.charge_radius_fm,
            factors.slope if factors else 0.0,
            factors.inverse if factors else 0.0,
        )


def beta_emitter_names() -> tuple[str, ...]:
    """Names of the beta emitters in the database."""
    return names(FOLDER)


def beta_emitter(name: str) -> BetaEmitter:
    """Return a beta emitter of the database.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in beta_emitter_names():
        raise unknown_name("beta emitter", name, beta_emitter_names())
    return load_as(BetaEmitter, name)
