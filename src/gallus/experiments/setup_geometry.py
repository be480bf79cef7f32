"""Where the source of a set-up stands, and what is left of the target around it.

:func:`source_and_target` checks that there is room and returns the geometry. Distances count from
the centre of the detector, along its axis.
"""

from __future__ import annotations

from gallus.errors import InputError, located
from gallus.experiments.setup_sections import DetectorSection, PositionSection, SourceSection
from gallus.geometry.detectors import gallium_target
from gallus.geometry.solids import Difference, Solid, Sphere
from gallus.geometry.source_shapes import PointSource, Source, SphereSource
from gallus.geometry.target import Target


def source_and_target(
    source: SourceSection,
    detector: DetectorSection,
    position: PositionSection,
    fiducial_radius_m: float | None = None,
) -> Target:
    """Return the body without the ball around the source, and within a concentric sphere.

    Raises
    ------
    InputError
        If the source, its shield or the hole around it overlaps with the wall of the detector, or
        the fiducial sphere cuts through the hole.
    """
    require_room(source, detector, position)
    holes = _holes(detector, position)
    body = _body(detector.solid())
    if fiducial_radius_m is not None:
        body, holes = _fiducial(detector, holes, fiducial_radius_m)
    solid: Solid = Difference(body, holes) if holes else body
    height = position.distance_m
    shape: Source = (
        SphereSource(source.radius_m, height) if source.radius_m else PointSource(height)
    )
    return Target(solid, shape)


def zone_targets(
    source: SourceSection,
    zones: tuple[str, ...],
    position: PositionSection,
    fiducial_radius_m: float | None,
) -> dict[str, Target]:
    """Return gallium detectors of the database, whose geometry has its own source.

    Raises
    ------
    InputError
        If a zone is unknown, or something is said about the geometry besides.
    """
    said = {f"position.{key}" for key in position.model_fields_set}
    said |= {f"source.{key}" for key in source.model_fields_set & {"radius_m"}}
    said |= set() if fiducial_radius_m is None else {"detection.fiducial_radius_m"}
    if said:
        raise InputError(
            "is said besides zones, whose geometry is in the database",
            key=min(said),
            allowed="zones, or a shape with its position",
        )
    with located("detector.zones"):
        return {zone: gallium_target(zone) for zone in zones}


def is_inside(detector: DetectorSection, position: PositionSection) -> bool:
    """Whether the source stands inside the outer surface of the detector."""
    return position.distance_m < surface_m(detector)


def surface_m(detector: DetectorSection) -> float:
    """Distance from the centre to the surface, along the axis."""
    return detector.outer_radius_m if detector.height_m is None else detector.height_m / 2


def free_radius_m(detector: DetectorSection, position: PositionSection) -> float:
    """Radius of the ball around the source in which there is no target, for a source inside."""
    cavity = detector.inner_radius_m or 0.0
    return max(position.hole_radius_m, cavity - position.distance_m)


def require_room(
    source: SourceSection, detector: DetectorSection, position: PositionSection
) -> None:
    """Check that no wall is where the source is.

    Raises
    ------
    InputError
        If a source inside has its hole reach through the surface, or one outside its shield reach
        into the wall.
    """
    distance, surface = position.distance_m, surface_m(detector)
    if is_inside(detector, position):
        size = max(source.radius_m, position.hole_radius_m)
        if distance + size > surface:
            raise InputError(
                "puts the source, or the hole around it, into the wall of the detector",
                key="position.distance_m",
                value=distance,
                allowed=f"at most {max(surface - size, 0.0):.6g} inside",
            )
        return
    size = max(source.radius_m, source.shield_radius_m)
    if distance - size < surface + position.wall_m:
        raise InputError(
            "puts the source, or the shield around it, into the wall of the detector",
            key="position.distance_m",
            value=distance,
            allowed=f"at least {surface + position.wall_m + size:.6g} outside",
        )


def _holes(detector: DetectorSection, position: PositionSection) -> tuple[Solid, ...]:
    solid = detector.solid()
    cavity = solid.holes if isinstance(solid, Difference) else ()
    hole = position.hole_radius_m
    in_cavity = position.distance_m + hole <= (detector.inner_radius_m or 0.0)
    if hole == 0.0 or in_cavity or not is_inside(detector, position):
        return cavity
    return (*cavity, Sphere(hole, position.distance_m))


def _body(solid: Solid) -> Solid:
    return solid.body if isinstance(solid, Difference) else solid


def _fiducial(
    detector: DetectorSection, holes: tuple[Solid, ...], radius_m: float
) -> tuple[Solid, tuple[Solid, ...]]:
    """The part of a sphere or shell inside a concentric sphere, and the holes in it."""
    if detector.height_m is not None or radius_m > detector.outer_radius_m:
        raise InputError(
            "is no concentric part of the detector",
            key="detection.fiducial_radius_m",
            value=radius_m,
            allowed=f"for a sphere, at most {detector.outer_radius_m!r}",
        )
    kept = []
    for hole in holes:
        low, high = hole.height_range_m()
        if max(-low, high) <= radius_m:
            kept.append(hole)
        elif low < radius_m:
            raise InputError(
                "cuts through a hole of the detector",
                key="detection.fiducial_radius_m",
                value=radius_m,
                allowed="a radius with the hole all inside or all outside",
            )
    return Sphere(radius_m), tuple(kept)
