"""Averages over distance with damping of any kind: against dense and adaptive quadrature."""

import itertools
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss, legvander
from scipy.special import erf, wofz

from gallus.arrays import Array
from gallus.geometry.solids import Cylinder, Difference, Sphere
from gallus.geometry.table import PathLengthTable
from gallus.geometry.target import Target
from gallus.kernel import DistanceWeight, mean_cosine_sine, mean_exponential
from gallus.kernel.slow_factors import FAST, SlowFactors


def of_target(target: Target) -> DistanceWeight:
    return DistanceWeight.from_table(PathLengthTable.from_geometry(target))


# A sphere with a hole, a ball beside the source, a tank around it with distances from zero, and
# a few single distances, of which one is zero.
WEIGHTS = {
    "inner": of_target(
        Target(Difference(Sphere(0.6675), (Sphere(0.14), Cylinder(0.073, 0.0, np.inf))))
    ),
    "ball": of_target(Target(Sphere(4.25, height_m=8.25))),
    "tank": of_target(Target(Cylinder(1.0, -1.0, 1.2))),
    "points": DistanceWeight.from_distances(np.array([0.0, 0.3, 2.0]), np.array([0.2, 0.3, 0.5])),
    "one wide cell": DistanceWeight(np.array([1.1]), np.array([0.9]), np.array([[1.0, 0.3, -0.2]])),
}
SLOW = {name: SlowFactors.of(weight) for name, weight in WEIGHTS.items()}
EACH = pytest.mark.parametrize("where", WEIGHTS)

# (Gamma, g, s, p): each kind alone, and together.
KINDS = {
    "exponential": (True, False, False, 1),
    "Gaussian": (False, True, False, 1),
    "sinc": (False, False, True, 1),
    "sinc squared": (False, False, True, 2),
    "all": (True, True, True, 1),
    "all, sinc squared": (True, True, True, 2),
}


def panels(low: float, high: float, step_m: float) -> Array:
    """Edges of panels no longer than `step_m`, nor than a twentieth of their distance."""
    start = max(low, 1e-14)
    even = np.linspace(low, high, int((high - low) / step_m) + 2)
    graded = np.geomspace(start, high, int(np.log(high / start) / np.log(1.05)) + 2)
    return np.unique(np.clip(np.concatenate([[low, high], even, graded]), low, high))


def brute_force(
    weight: DistanceWeight, phi: float, gamma: float, g: float, s: float, power: int
) -> complex:
    """Gauss panels of at most 10 rad, 30 nodes each; graded, so that any damping is resolved."""
    x, w = leggauss(30)
    total = 0j

    def factor(distance: Array) -> Any:
        damping = np.exp(-gamma * distance - g * distance**2)
        return damping * np.sinc(s * distance / np.pi) ** power * np.exp(1j * phi * distance)

    for middle, half, series in zip(
        weight.middle_m, weight.half_m, weight.coefficients, strict=True
    ):
        if half == 0:
            total += complex(series[0] * factor(middle))
            continue
        edges = panels(middle - half, middle + half, 10 / max(phi + power * s, 1e-3))
        width = np.diff(edges)[:, None] / 2
        distance = (edges[1:] + edges[:-1])[:, None] / 2 + width * x
        density = legvander((distance - middle) / half, weight.degree) @ series / (2 * half)
        total += complex((w * width * density * factor(distance)).sum())
    return total


@pytest.mark.parametrize("kind", KINDS)
@EACH
def test_means_equal_dense_quadrature(where: str, kind: str) -> None:
    """From no oscillation to hundreds of rad, from no damping to nothing left."""
    rng = np.random.default_rng(12)
    gamma_on, g_on, s_on, power = KINDS[kind]
    size = 40
    phi = 10 ** rng.uniform(-2, 2.5, size) * rng.choice([0, 1, 1], size)
    gamma = 10 ** rng.uniform(-3, 3, size) * gamma_on
    g = 10 ** rng.uniform(-4, 3, size) * g_on
    s = 10 ** rng.uniform(-3, 2.5, size) * s_on
    cosine, sine = SLOW[where].mean(
        phi, gamma if gamma_on else None, g if g_on else None, s if s_on else None, power
    )
    points = zip(phi, gamma, g, s, strict=True)
    exact = np.array([brute_force(WEIGHTS[where], *point, power) for point in points])
    assert np.abs(cosine + 1j * sine - exact).max() < 5e-12


@pytest.mark.slow
def test_gaussian_damping_where_it_is_hardest() -> None:
    """Slow waves, and all that is left of the mean in one stretch: a fine scan of g."""
    g = np.geomspace(0.01, 1e4, 150)
    for where, phi in itertools.product(("inner", "one wide cell", "tank"), (0.0, 3.0)):
        cosine, sine = SLOW[where].mean(np.array(phi), None, g)
        exact = np.array([brute_force(WEIGHTS[where], phi, 0.0, each, 0.0, 1) for each in g])
        assert np.abs(cosine + 1j * sine - exact).max() < 5e-12


@pytest.mark.parametrize(("phi", "gamma", "g"), [(3.0, 0.4, 2.0), (40.0, 0.0, 0.7), (0.0, 9, 60)])
def test_a_flat_distribution_has_a_closed_form(phi: float, gamma: float, g: float) -> None:
    """The integral of exp(-a L - g L^2), a = Gamma - i phi, by the Faddeeva function."""
    low, high = 0.3, 1.7
    flat = DistanceWeight(np.array([1.0]), np.array([0.7]), np.array([[1.0]]))
    cosine, sine = SlowFactors.of(flat).mean(phi, np.array(gamma), np.array(g))
    root, a = np.sqrt(g), gamma - 1j * phi

    def tail(distance: float) -> complex:
        """From a distance to infinity: exp(-a L - g L^2) erfcx(sqrt(g) L + a/2 sqrt(g))."""
        scaled = wofz(1j * (root * distance + a / (2 * root)))
        return complex(
            np.sqrt(np.pi) / (2 * root) * np.exp(-a * distance - g * distance**2) * scaled
        )

    exact = (tail(low) - tail(high)) / (high - low)
    assert complex(cosine, sine) == pytest.approx(exact, abs=1e-13)


@pytest.mark.parametrize("s", [0.7, 3.0, 50.0])
def test_a_sinc_in_multiple_precision(s: float) -> None:
    flat = DistanceWeight(np.array([0.5]), np.array([0.5]), np.array([[1.0]]))
    phi, gamma, g = 2.0, 0.3, 0.8

    def integrand(distance: Any) -> Any:
        damping = mpmath.exp(-gamma * distance - g * distance**2)
        return damping * mpmath.sinc(s * distance) ** 2 * mpmath.expj(phi * distance)

    exact = mpmath.quad(integrand, mpmath.linspace(0, 1, 41))
    cosine, sine = SlowFactors.of(flat).mean(phi, np.array(gamma), np.array(g), np.array(s), 2)
    assert complex(cosine, sine) == pytest.approx(complex(exact), abs=1e-12)


def test_without_oscillation_and_flat_a_gaussian_is_an_error_function() -> None:
    flat = DistanceWeight(np.array([0.5]), np.array([0.5]), np.array([[1.0]]))
    g = np.geomspace(1e-6, 1e12, 100)
    cosine, sine = SlowFactors.of(flat).mean(0.0, None, g)
    exact = np.sqrt(np.pi / g) / 2 * erf(np.sqrt(g))
    assert cosine == pytest.approx(exact, abs=5e-12)
    assert np.all(sine == 0)


@EACH
def test_without_damping_it_is_the_plain_mean(where: str) -> None:
    phi = np.array([0.0, 1e-9, 0.3, 17.0, 1e3, 1e6])
    plain = mean_cosine_sine(WEIGHTS[where], phi)
    zero = np.zeros(6)
    for strengths in ((None, None, None), (zero, zero, None), (zero, zero, zero)):
        for mine, expected in zip(SLOW[where].mean(phi, *strengths), plain, strict=True):
            assert mine == pytest.approx(expected, abs=1e-12)


@EACH
def test_exponential_damping_is_that_of_complex_frequencies(where: str) -> None:
    phi = np.geomspace(0.01, 1e4, 30)[:, None]
    gamma = np.geomspace(1e-6, 1e6, 30)
    cosine, sine = SLOW[where].mean(phi, gamma)
    exact = mean_exponential(WEIGHTS[where], phi, gamma)
    assert np.abs(cosine + 1j * sine - exact).max() < 5e-12


@EACH
def test_waves_and_slow_factors_meet(where: str) -> None:
    """Where the treatment of a sinc changes, stretch by stretch, nothing jumps."""
    slow = SLOW[where]
    reaches = np.unique(slow.reach_m[slow.reach_m > 1e-3])
    below, above = (FAST / reaches * (1 + sign * 1e-12) for sign in (-1, 1))
    for power in (1, 2):
        first, second = (
            np.array(slow.mean(5.0, None, None, each, power)) for each in (below, above)
        )
        assert np.abs(first - second).max() < 5e-12


strength = st.one_of(st.just(0.0), st.floats(1e-9, 1e9))


@given(st.floats(0, 1e5), strength, strength, strength, st.sampled_from([1, 2]))
def test_no_mean_is_above_that_of_the_damping(
    phi: float, gamma: float, g: float, s: float, power: int
) -> None:
    for slow in SLOW.values():
        cosine, sine = slow.mean(phi, np.array(gamma), np.array(g), np.array(s), power)
        # |sinc| is at most 1, and its square is not negative.
        bound, _ = slow.mean(0.0, np.array(gamma), np.array(g))
        if power == 2:
            bound, _ = slow.mean(0.0, np.array(gamma), np.array(g), np.array(s), 2)
        assert np.hypot(cosine, sine) <= bound + 2e-11


@given(strength, strength, strength)
def test_fast_oscillations_average_out(gamma: float, g: float, s: float) -> None:
    """Unless there are single distances."""
    for where in ("inner", "ball"):
        mean = SLOW[where].mean(1e13, np.array(gamma), np.array(g), np.array(s))
        assert np.hypot(*mean) < 1e-11


@pytest.mark.parametrize("huge", [1e6, 1e12, 1e100])
def test_impossible_damping_leaves_nothing(huge: float) -> None:
    """But at the distance zero."""
    strong = np.array(huge)
    for where, slow in SLOW.items():
        left = 0.2 if where == "points" else 0.0
        for strengths in ((strong, None), (None, strong), (strong, strong)):
            cosine, sine = slow.mean(3.0, *strengths)
            # Of a tank around its source the nearest 1e-6 m are left.
            assert cosine == pytest.approx(left, abs=2 / np.sqrt(huge) + 1e-11)
            assert abs(sine) < 2 / np.sqrt(huge) + 1e-11


@pytest.mark.parametrize("power", [1, 2])
def test_a_weak_sinc_is_parabolic(power: int) -> None:
    """1 - p (s L)^2/6, with the next term of order (s L)^4."""
    s = 1e-3
    for where in ("inner", "ball"):
        cosine, _ = SLOW[where].mean(0.0, None, None, np.array(s), power)
        weight = WEIGHTS[where]
        square = weight.times_distance().times_distance().coefficients[:, 0].sum()
        assert 1 - cosine == pytest.approx(power * s**2 * square / 6, rel=1e-4)


def test_signs_do_not_matter_where_they_should_not() -> None:
    slow, s, g = SLOW["inner"], np.array([0.3, 8.0]), np.array(0.2)
    cosine, sine = slow.mean(4.0, None, g, s)
    for phi, sign in ((4.0, 1), (-4.0, -1)):
        other = slow.mean(phi, None, g, -s)
        assert other[0] == pytest.approx(cosine, abs=1e-14)
        assert other[1] == pytest.approx(sign * sine, abs=1e-14)


def test_shapes_broadcast_and_pairs_equal_single_points() -> None:
    slow = SLOW["inner"]
    phi = np.linspace(0, 30, 4)[:, None, None]
    gamma, g = np.linspace(0, 2, 5)[:, None], np.linspace(0, 3, 6)
    s = np.linspace(0, 9, 5)[:, None]
    for strengths in ((gamma, g, None), (gamma, None, s), (None, g, s)):
        cosine, sine = slow.mean(phi, *strengths)
        shape = np.broadcast_shapes(phi.shape, *(np.shape(x) for x in strengths if x is not None))
        assert cosine.shape == sine.shape == shape
        for place in np.ndindex(shape):
            point: list[Any] = [
                None if x is None else np.broadcast_to(x, shape)[place] for x in (phi, *strengths)
            ]
            alone = slow.mean(point[0], *point[1:])
            assert cosine[place] == pytest.approx(alone[0], abs=1e-14)
            assert sine[place] == pytest.approx(alone[1], abs=1e-14)


@EACH
def test_nan_is_not_hidden(where: str) -> None:
    nan = np.array([np.nan])
    one = np.ones(1)
    for point in ((nan, one), (one, nan), (one, one, nan), (one, one, one, nan)):
        assert np.isnan(SLOW[where].mean(*point)).all()


@pytest.mark.parametrize(
    ("where", "power"), [pytest.param("ball", 1, marks=pytest.mark.slow), ("points", 2)]
)
def test_the_same_numbers_compiled_mapped_and_differentiated(
    where: str, power: int, jax: Any
) -> None:
    slow = SLOW[where]
    # With zero, small, medium and large values: each branch of each `where`.
    scales = np.array([0.0, 1e-3, 0.3, 1.0, 2.7, 14.0])

    def mean(values: Any) -> Any:
        phi, gamma, g, s = (values[k] * scales for k in range(4))
        cosine, sine = slow.mean(phi, gamma, g, s, power)
        return 3.0 * cosine + sine

    points = np.array([[1.7, 0.3, 0.2, 1.1], [2.3, 0.01, 0.5, 0.6]])
    both = jax.jit(jax.vmap(lambda point: (mean(point), jax.jacfwd(mean)(point))))
    values, slopes = (np.asarray(each) for each in both(jax.numpy.asarray(points)))
    for n, point in enumerate(points):
        assert values[n] == pytest.approx(mean(point), abs=1e-12)
        for k in range(4):
            step = 1e-4 * np.eye(4)[k]
            # Central differences of fourth order; where the sinc changes its treatment 1e-12/1e-4.
            near, far = (mean(point + m * step) - mean(point - m * step) for m in (1, 2))
            assert slopes[n][:, k] == pytest.approx((8 * near - far) / 12e-4, abs=1e-7)
