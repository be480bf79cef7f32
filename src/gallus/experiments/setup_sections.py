"""Sections of the file that describes a source next to a detector.

:class:`gallus.experiments.setup.Setup` puts them together. Every key carries its unit; where the
field quotes a quantity in several units, the file gives exactly one of them.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gallus.database.schema import Finite
from gallus.database.sections import Section, at_most_one, exactly_one
from gallus.database.units import factor
from gallus.errors import InputError
from gallus.geometry.solids import Cylinder, Difference, Solid, Sphere, volume_m3
from gallus.interactions.electron_scattering import ConstantCouplings, ScatteringModel
from gallus.interactions.radiative_scattering import scattering_model
from gallus.interactions.scattering_couplings import Couplings

Positive = Annotated[Finite, Field(gt=0)]
NotNegative = Annotated[Finite, Field(ge=0)]
Share = Annotated[Finite, Field(ge=0, le=1)]

ACTIVITIES = {
    "activity_MCi": "MCi",
    "activity_kCi": "kCi",
    "activity_PBq": "PBq",
    "activity_Bq": "Bq",
}
FREE = "free"
"""Couplings of one's own."""


class SourceSection(Section):
    """What shines: nuclide and activity at the start; a half-life of its own if one is given.

    `radius_m` is that of a ball that is filled uniformly, 0 for a point; `shield_radius_m` that of
    the shield around it, for which there must be room.
    """

    nuclide: str
    line_set: str | None = None
    activity_MCi: Positive | None = None
    activity_kCi: Positive | None = None
    activity_PBq: Positive | None = None
    activity_Bq: Positive | None = None
    half_life_d: Positive | None = None
    radius_m: NotNegative = 0.0
    shield_radius_m: NotNegative = 0.0

    @model_validator(mode="after")
    def _one_activity(self) -> Self:
        exactly_one(self, tuple(ACTIVITIES))
        return self

    @property
    def activity(self) -> float:
        """Activity at the start in Bq."""
        key = next(key for key in ACTIVITIES if getattr(self, key) is not None)
        return float(getattr(self, key)) * factor(ACTIVITIES[key], "Bq")


class DetectorSection(Section):
    """The target: its shape, what it is made of, and how much of it there is.

    Sphere: `radius_m`; shell: also `inner_radius_m`; cylinder: also `height_m`. The density is that
    of the material unless a density or a mass is given; a mass fills the body without holes.
    `electrons_per_nucleon` replaces what the material says; a nucleon then has the mass
    `nucleon_mass_MeV`. In place of a shape, `zones` names gallium detectors of the database
    (``best-inner``, ``best-outer``) with their own geometry.
    """

    zones: tuple[str, ...] = ()
    shape: Literal["sphere", "shell", "cylinder"] = "sphere"
    radius_m: Positive | None = None
    inner_radius_m: Positive | None = None
    height_m: Positive | None = None
    material: str
    density_g_per_cm3: Positive | None = None
    mass_t: Positive | None = None
    mass_kg: Positive | None = None
    electrons_per_nucleon: Annotated[Finite, Field(gt=0, le=1)] | None = None
    nucleon_mass_MeV: Annotated[Finite, Field(gt=900, lt=1000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        at_most_one(self, ("density_g_per_cm3", "mass_t", "mass_kg"))
        needed = {"shell": ("inner_radius_m",), "cylinder": ("height_m",)}.get(self.shape, ())
        needed = () if self.zones else ("radius_m", *needed)
        for key in ("radius_m", "inner_radius_m", "height_m"):
            given = getattr(self, key) is not None
            if given != (key in needed):
                problem = f"does not belong to {self._what}" if given else "is missing"
                raise InputError(problem, key=key, value=getattr(self, key))
        if self.zones and (self.mass_t or self.mass_kg):
            raise InputError("is given besides zones", key="mass_t, mass_kg")
        if self.inner_radius_m is not None and self.inner_radius_m >= self.outer_radius_m:
            raise InputError(
                "is not inside the shell",
                key="inner_radius_m",
                value=self.inner_radius_m,
                allowed=f"below radius_m = {self.radius_m!r}",
            )
        if (self.electrons_per_nucleon is None) != (self.nucleon_mass_MeV is None):
            raise InputError(
                "is given without the other",
                key="electrons_per_nucleon, nucleon_mass_MeV",
                allowed="both, or neither: then the material says how many electrons there are",
            )
        return self

    @property
    def _what(self) -> str:
        return "zones" if self.zones else f"a {self.shape}"

    @property
    def outer_radius_m(self) -> float:
        """Radius of the body, 0 for zones."""
        return self.radius_m or 0.0

    def solid(self) -> Solid:
        """Return the body without the hole for the source, its centre at the origin."""
        if self.height_m is not None:
            return Cylinder(self.outer_radius_m, -self.height_m / 2, self.height_m / 2)
        if self.inner_radius_m is not None:
            return Difference(Sphere(self.outer_radius_m), (Sphere(self.inner_radius_m),))
        return Sphere(self.outer_radius_m)

    def density(self, of_material: float) -> float:
        """Density in g/cm3: as given, mass over volume, or that of the material."""
        if self.density_g_per_cm3 is not None:
            return self.density_g_per_cm3
        mass_kg = self.mass_kg if self.mass_t is None else 1e3 * self.mass_t
        # 1 t in 1 m3 is 1 g/cm3.
        return of_material if mass_kg is None else mass_kg * 1e-3 / volume_m3(self.solid())


class PositionSection(Section):
    """Where the source stands: its distance from the centre, and the ball without target around it.

    The distance counts along the axis. The hole is there only if the source is inside; `wall_m` is
    the thickness of the vessel, in which no source can stand.
    """

    distance_m: NotNegative = 0.0
    hole_radius_m: NotNegative = 0.0
    wall_m: NotNegative = 0.0


class InteractionSection(Section):
    """Cross sections: scattering on electrons (`couplings` and what follows), capture on 71Ga.

    `couplings` is ``tree``, ``corrected-couplings``, ``bks-1995``, ``bks-1995-without-qed``, or
    ``free`` with `vector_coupling` and `axial_coupling` of nu_e, those of nu_mu and nu_tau being
    lower by 1. `sin2_theta_w` enters ``tree`` only. The magnetic moment is that of nu_e.
    """

    couplings: str = "corrected-couplings"
    sin2_theta_w: Share | None = None
    vector_coupling: Finite | None = None
    axial_coupling: Finite | None = None
    magnetic_moment_muB: NotNegative = 0.0
    capture_model: str = "bahcall-1997"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for key in ("vector_coupling", "axial_coupling"):
            if (getattr(self, key) is None) == (self.couplings == FREE):
                raise InputError(
                    "is missing" if self.couplings == FREE else "needs couplings = 'free'",
                    key=key,
                    value=getattr(self, key),
                )
        self.scattering_model()
        return self

    def scattering_model(self) -> ScatteringModel:
        """Cross section of scattering on electrons, without the magnetic moment."""
        if self.vector_coupling is None or self.axial_coupling is None:
            return scattering_model(self.couplings, self.sin2_theta_w)
        if self.sin2_theta_w is not None:
            raise InputError(
                "does not enter free couplings", key="sin2_theta_w", value=self.sin2_theta_w
            )
        vector, axial = self.vector_coupling, self.axial_coupling
        neutral = Couplings.from_vector_axial(vector - 1.0, axial - 1.0)
        charged = Couplings.from_vector_axial(vector, axial)
        return ConstantCouplings(FREE, {"e": charged, "mu": neutral, "tau": neutral})


class DetectionSection(Section):
    """What counts: window of recorded energy, resolutions, cuts and efficiency.

    Of each energy the share `quenching_factor` is visible: 1 for electrons, less for nuclei that
    recoil. Threshold, upper end, bins and resolutions are those of the visible energy.

    `within_m` cuts on the recorded distance from the source, `fiducial_radius_m` on the distance
    from the centre of a sphere, at the true vertex. The bins of recorded distance reach over all of
    it, or from `distance_from_m` to `distance_to_m`: what is outside is lost. Resolutions grow as
    the square root of the energy (energy) and with its power -`vertex_power` (vertex, per axis).
    """

    threshold_keV: NotNegative = 0.0
    upper_keV: Positive | None = None
    quenching_factor: Annotated[Finite, Field(gt=0, le=1)] = 1.0
    bins: Annotated[int, Field(ge=1, le=1000)] = 40
    distance_bins: Annotated[int, Field(ge=1, le=1000)] = 20
    distance_from_m: NotNegative | None = None
    distance_to_m: Positive | None = None
    resolution_percent_at_1_MeV: NotNegative = 0.0
    photoelectrons_per_MeV: Positive | None = None
    vertex_resolution_cm_at_1_MeV: NotNegative = 0.0
    vertex_power: NotNegative = 0.5
    efficiency: Share = 1.0
    within_m: Positive | None = None
    fiducial_radius_m: Positive | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.upper_keV is not None and self.upper_keV <= self.threshold_keV:
            raise InputError(
                "is not above the threshold",
                key="upper_keV",
                value=self.upper_keV,
                allowed=f"above threshold_keV = {self.threshold_keV!r}",
            )
        if self.photoelectrons_per_MeV is not None and self.resolution_percent_at_1_MeV:
            raise InputError(
                "is given besides resolution_percent_at_1_MeV",
                key="photoelectrons_per_MeV",
                value=self.photoelectrons_per_MeV,
                allowed="one of them",
            )
        return self

    @property
    def stochastic(self) -> float:
        """Energy resolution at 1 MeV, in sqrt(MeV)."""
        if self.photoelectrons_per_MeV is not None:
            return 1.0 / math.sqrt(self.photoelectrons_per_MeV)
        return self.resolution_percent_at_1_MeV / 100
