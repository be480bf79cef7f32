"""Where: how much target a source sees at each distance, for spheres and cylinders with holes.

A :class:`Target` is a solid and a source; its path-length density is exact. A
:class:`PathLengthTable` holds it as piecewise polynomials. :func:`gallium_target` gives the
detectors of GALLEX, SAGE and BEST; the closed forms are pure functions for the optimisation of
designs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.geometry.base import Geometry as Geometry
    from gallus.geometry.closed_forms import cylinder_density as cylinder_density
    from gallus.geometry.closed_forms import cylinder_mean_path_length as cylinder_mean_path_length
    from gallus.geometry.closed_forms import sphere_density as sphere_density
    from gallus.geometry.closed_forms import sphere_mean_path_length as sphere_mean_path_length
    from gallus.geometry.detectors import gallium_geometries as gallium_geometries
    from gallus.geometry.detectors import gallium_target as gallium_target
    from gallus.geometry.detectors import read_geometries as read_geometries
    from gallus.geometry.solids import Cylinder as Cylinder
    from gallus.geometry.solids import Difference as Difference
    from gallus.geometry.solids import Solid as Solid
    from gallus.geometry.solids import Sphere as Sphere
    from gallus.geometry.source_shapes import CylinderSource as CylinderSource
    from gallus.geometry.source_shapes import PointSource as PointSource
    from gallus.geometry.source_shapes import RodSource as RodSource
    from gallus.geometry.source_shapes import SphereSource as SphereSource
    from gallus.geometry.table import PathLengthTable as PathLengthTable
    from gallus.geometry.target import Target as Target

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "base": ("Geometry",),
        "closed_forms": (
            "cylinder_density",
            "cylinder_mean_path_length",
            "sphere_density",
            "sphere_mean_path_length",
        ),
        "detectors": ("gallium_geometries", "gallium_target", "read_geometries"),
        "solids": ("Cylinder", "Difference", "Solid", "Sphere"),
        "source_shapes": ("CylinderSource", "PointSource", "RodSource", "SphereSource"),
        "table": ("PathLengthTable",),
        "target": ("Target",),
    },
)
