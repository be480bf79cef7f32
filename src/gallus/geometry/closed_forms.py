"""Path-length densities and mean path lengths of spheres and cylinders in closed form.

Pure functions of arrays, for NumPy and jax, differentiable in position and radius; nothing is
checked. Use them where a design is optimised, and :class:`~gallus.geometry.target.Target` for
anything with holes. The source stands on the axis. All lengths in m; arguments broadcast.
"""

from __future__ import annotations

import math

from gallus.arrays import Array, array_namespace

# Added to nothing: only keeps quotients finite where the source sits exactly on a centre, and is so
# small that every clipped result is exact. Its square still has a reciprocal.
TINY = 1e-100

CENTRAL = 1e-6
"""Share of the radius below which a source is at the centre, where closed forms cancel."""


def positive_root(square: Array) -> Array:
    """Square root of the positive part; where that is 0, so is the derivative."""
    xp = array_namespace(square)
    above = square > 0
    root: Array = xp.where(above, xp.sqrt(xp.where(above, square, 1.0)), 0.0)
    return root


def clipped_ratio(numerator: Array, denominator: Array) -> Array:
    """Quotient clipped to [-1, 1]; 0/0 counts as 0. The denominator may have any sign."""
    xp = array_namespace(numerator, denominator)
    size = xp.maximum(xp.abs(denominator), TINY)
    ratio: Array = xp.clip(xp.where(denominator < 0, -numerator, numerator) / size, -1.0, 1.0)
    return ratio


def cap_cosine(distance_m: Array, radius_m: Array | float, centre_m: Array | float) -> Array:
    """Cosine of the half-angle under which a sphere appears at one distance from the source.

    (L^2 + D^2 - R^2) / (2 L D), clipped to [-1, 1]: the points at distance L within that angle of
    the direction to the centre lie in the sphere of radius R, whose centre is at distance D. With a
    negative D the centre is at the opposite side and the points beyond the angle lie inside.
    """
    xp = array_namespace(distance_m, radius_m, centre_m)
    # (L - R)(L + R) does not cancel for L near R, where the sign decides.
    square = (distance_m - radius_m) * (distance_m + radius_m) + centre_m**2
    return clipped_ratio(xp.asarray(square), xp.asarray(2 * distance_m * centre_m))


def sphere_density(
    distance_m: Array, radius_m: Array | float, centre_m: Array | float = 0.0
) -> Array:
    """w(L) of a full sphere, (1 - cos a)/2, a the half-angle under which it appears at distance L.

    Parameters
    ----------
    distance_m : array
        L, distance from the source.
    radius_m : float or array
        R, radius of the sphere.
    centre_m : float or array
        D >= 0, distance from the source to the centre; the source may be inside or outside.
    """
    return (1.0 - cap_cosine(distance_m, radius_m, centre_m)) / 2.0


def sphere_mean_path_length(radius_m: Array | float, centre_m: Array | float) -> Array:
    """Mean path length in a full sphere of radius R whose centre is at distance D >= 0, in m.

    g = 1/2 [R + (R^2 - D^2)/(2 D) ln((D + R)/|D - R|)], from R at the centre over R/2 at the wall
    to R^3/(3 D^2) far away.
    """
    xp = array_namespace(radius_m, centre_m)
    large = xp.maximum(radius_m, centre_m)
    ratio = xp.minimum(radius_m, centre_m) / large
    near = ratio < 0.2  # below, eleven terms are exact and the closed form cancels
    x = xp.where(near, 0.5, xp.minimum(ratio, 1.0 - 2.0**-53))
    slope = (radius_m**2 - centre_m**2) / xp.where(near, 1.0, centre_m)
    series = [ratio ** (2 * n) / ((2 * n - 1) * (2 * n + 1)) for n in range(1, 12)]
    far = radius_m * xp.where(radius_m > centre_m, 1.0 - sum(series), sum(series))
    mean: Array = xp.where(near, far, (radius_m + slope * xp.arctanh(x)) / 2.0)
    return mean


def near_sphere_mean_path_length(
    radius_m: Array | float, centre_m: Array | float, cut_m: Array | float
) -> Array:
    """Mean path length in the part of a sphere within a distance of the source, in m.

    The integral of :func:`sphere_density` up to the cut; arguments as there, cut 0 or more.
    """
    xp = array_namespace(radius_m, centre_m, cut_m)
    full, start, end, centre = _near(radius_m, centre_m, cut_m)
    offset = (centre - radius_m) * (centre + radius_m) / centre
    lens = (end - start) / 2 - (end**2 - start**2) / (8 * centre) - offset * xp.log(end / start) / 4
    length: Array = full + lens
    return length


def near_sphere_volume(
    radius_m: Array | float, centre_m: Array | float, cut_m: Array | float
) -> Array:
    """Volume of the part of a sphere within a distance of the source, in m3."""
    full, start, end, centre = _near(radius_m, centre_m, cut_m)
    offset = (centre - radius_m) * (centre + radius_m) / centre
    lens = (
        (end**3 - start**3) / 6
        - (end**4 - start**4) / (16 * centre)
        - offset * (end**2 - start**2) / 8
    )
    return 4 * math.pi * (full**3 / 3 + lens)


def _near(
    radius_m: Array | float, centre_m: Array | float, cut_m: Array | float
) -> tuple[Array, Array, Array, Array]:
    """Radius of the full ball, ends of the range that is partly inside, distance to the centre."""
    xp = array_namespace(radius_m, centre_m, cut_m)
    # A source closer to the centre than this is at the centre: the closed forms cancel.
    centre = xp.maximum(xp.asarray(centre_m), CENTRAL * radius_m)
    start = xp.maximum(xp.abs(radius_m - centre), TINY)
    inside = centre < radius_m
    full = xp.where(inside, xp.minimum(cut_m, start), 0.0)
    end = xp.clip(cut_m, start, radius_m + centre)
    return full, start, end, centre


def cylinder_density(
    distance_m: Array, radius_m: Array | float, bottom_m: Array | float, top_m: Array | float
) -> Array:
    """w(L) of an upright cylinder of radius R between two heights above the source on its axis.

    A point at distance L is inside if the cosine of its polar angle lies between the planes, in
    [bottom/L, top/L], and is steep enough, |cos| >= sqrt(1 - R^2/L^2). w is half the length of
    these two intervals.

    Parameters
    ----------
    distance_m : array
        L, distance from the source.
    radius_m : float or array
        R, radius of the cylinder.
    bottom_m, top_m : float or array
        Heights of the faces above the source; both of one sign if the source is outside.
    """
    xp = array_namespace(distance_m, radius_m, bottom_m, top_m)
    length = xp.maximum(distance_m, TINY)
    low, high = xp.clip(bottom_m / length, -1.0, 1.0), xp.clip(top_m / length, -1.0, 1.0)
    steep = positive_root((length - radius_m) * (length + radius_m)) / length
    above = xp.maximum(high - xp.maximum(low, steep), 0.0)
    below = xp.maximum(xp.minimum(high, -steep) - low, 0.0)
    density: Array = (above + below) / 2.0
    return density


def cylinder_mean_path_length(
    radius_m: Array | float, bottom_m: Array | float, top_m: Array | float
) -> Array:
    """Mean path length in an upright cylinder, source on its axis, inside or outside, in m.

    F(top) - F(bottom) with F(z) = [z ln(1 + R^2/z^2)/2 + R arctan(z/R)]/2, odd in the height z
    above the source: the mean over directions of the chord up to the plane z.
    """
    xp = array_namespace(radius_m, bottom_m, top_m)

    def up_to(height_m: Array | float) -> Array:
        size = xp.maximum(xp.abs(height_m), TINY)
        logarithm = height_m * xp.log1p((radius_m / size) ** 2) / 2.0
        part: Array = (logarithm + radius_m * xp.arctan(height_m / radius_m)) / 2.0
        return part

    return up_to(top_m) - up_to(bottom_m)
