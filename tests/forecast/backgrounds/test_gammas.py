"""Photons: attenuation, the shield of the source, internal bremsstrahlung, what they deposit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gallus.errors import InputError
from gallus.forecast.backgrounds.attenuation import (
    SHIELDS,
    Layer,
    attenuation_length_m,
    attenuation_per_cm,
    medium,
    transmission,
)
from gallus.forecast.backgrounds.base import FromSource, FromSurface
from gallus.forecast.backgrounds.bremsstrahlung import (
    bremsstrahlung,
    photons_per_decay,
    photons_per_MeV,
)
from gallus.forecast.backgrounds.deposited_energy import (
    compton_cm2,
    deposited_MeV,
    deposited_spectrum,
    klein_nishina_cm2,
)
from gallus.forecast.backgrounds.external_gamma import external_gamma
from gallus.forecast.backgrounds.photon_rates import (
    PhotonPath,
    interacting_share,
    lengths_in_target_m,
)
from gallus.forecast.backgrounds.source_gamma import source_gamma
from gallus.geometry.solids import Cylinder, Difference, Solid, Sphere
from gallus.geometry.source_shapes import PointSource
from gallus.geometry.target import Target
from gallus.interactions import material
from gallus.sources.radionuclide import nuclide

LAB = medium("lab")
ELECTRONS = material("lab").electrons_per_cm3
LINES = nuclide("51Cr").lines("modern")
ENERGIES = st.floats(0.1, 10.0)


@pytest.mark.parametrize(
    ("name", "energy_MeV", "mass_attenuation"),
    # Cs-137 and Co-60 values of textbooks, cm2/g; between the energies of the table.
    [
        ("lead", 0.662, 0.110),
        ("iron", 0.662, 0.0735),
        ("water", 0.662, 0.0857),
        ("water", 1.25, 0.0632),
    ],
)
def test_attenuation_between_the_energies_of_the_table(
    name: str, energy_MeV: float, mass_attenuation: float
) -> None:
    through = medium(name)
    found = attenuation_per_cm(np.array(energy_MeV), through) / through.density_g_per_cm3
    assert found == pytest.approx(mass_attenuation, rel=0.015)


def test_light_target_attenuates_by_its_electrons() -> None:
    # In a hydrocarbon at 0.5 to 1 MeV nothing but Compton scattering is left.
    energy = np.array([0.5, 0.7, 1.0])
    ratio = ELECTRONS * compton_cm2(energy) / attenuation_per_cm(energy, LAB)
    np.testing.assert_allclose(ratio, 1.0, atol=2e-3)


def test_tungsten_shield_of_the_talk() -> None:
    # 15 cm of tungsten: 320 keV 1e-37 with mu = 5.6-6.2 per cm, bremsstrahlung of 650 keV 1e-13.
    shield = [Layer("tungsten", 15.0)]
    assert math.log10(transmission(np.array(0.32008), shield)) == pytest.approx(-37, abs=1.0)
    assert math.log10(transmission(np.array(0.65), shield)) == pytest.approx(-13, abs=1.0)
    # The 3 cm around the source of BEST.
    assert transmission(np.array(0.32008), [Layer("tungsten", 3.0)]) == pytest.approx(5e-8, rel=0.3)


@given(ENERGIES, st.floats(0.0, 30.0), st.floats(0.0, 30.0), st.sampled_from([*SHIELDS, "lab"]))
def test_shields_multiply_and_never_amplify(
    energy_MeV: float, first_cm: float, second_cm: float, name: str
) -> None:
    energy = np.array(energy_MeV)
    both = transmission(energy, [Layer(name, first_cm), Layer(name, second_cm)])
    one = transmission(energy, [Layer(name, first_cm + second_cm)])
    assert both == pytest.approx(float(one), rel=1e-9, abs=1e-300)
    assert both <= transmission(energy, [Layer(name, first_cm)]) <= 1.0


def test_attenuation_length_in_scintillator() -> None:
    assert attenuation_length_m(0.32008, LAB) == pytest.approx(0.10, abs=0.005)
    assert attenuation_length_m(2.615, LAB) == pytest.approx(0.27, abs=0.01)


def test_klein_nishina_total_against_its_integral() -> None:
    for energy in (0.1, 0.32, 1.0, 5.0):
        total = quad(
            lambda c, k=energy: float(klein_nishina_cm2(np.array(k), c)), -1, 1, epsrel=1e-10
        )[0]
        assert compton_cm2(np.array(energy)) == pytest.approx(total, rel=1e-8)
    # Thomson at low energy, 8 pi r^2/3 = 0.6652 b, to first order in 2 k/m.
    assert compton_cm2(np.array(1e-4)) == pytest.approx(6.6525e-25 * (1 - 2e-4 / 0.511), rel=1e-4)


def test_single_backscattering_has_its_closed_form() -> None:
    # With a hundredth of the electrons nearly nothing scatters twice. What leaves after one
    # scattering at theta has the density n sigma'(theta)/(mu + mu'/|cos theta|): half space,
    # integral over the depth of exp(-mu x) times the way out.
    k, electrons, photons = 0.7, ELECTRONS / 100, 1_000_000
    seen = deposited_MeV(np.full(photons, k), LAB, electrons)
    left = seen[seen < k * (1 - 1e-9)]
    cosine = -(np.arange(4000) + 0.5) / 4000
    recoil = k - k / (1 + k / 0.510999 * (1 - cosine))
    mu, mu_after = (attenuation_per_cm(np.asarray(e), LAB) for e in (k, k - recoil))
    leaving = electrons * klein_nishina_cm2(np.array(k), cosine) / 4000 / (mu + mu_after / -cosine)
    # 640 photons: 4 % each sigma, and 2 % from two scatterings.
    assert left.size / photons == pytest.approx(leaving.sum(), rel=0.12)
    assert left.mean() == pytest.approx(leaving @ recoil / leaving.sum(), rel=0.01)


def test_heavy_target_stops_photons() -> None:
    xenon, scintillator = material("liquid-xenon"), material("lab")
    peak = [
        deposited_spectrum(0.32, medium(each.name), each.electrons_per_cm3).share[-1]
        for each in (xenon, scintillator)
    ]
    assert peak[0] > peak[1] > 0.4


@pytest.mark.parametrize("energy_MeV", [0.32008, 1.461, 2.615])
def test_all_that_interacts_is_seen(energy_MeV: float) -> None:
    spectrum = deposited_spectrum(energy_MeV, LAB, ELECTRONS)
    assert spectrum.share.sum() == pytest.approx(1.0)
    assert spectrum.edges_MeV[-2] < energy_MeV < spectrum.edges_MeV[-1]


def test_spectrum_is_a_fixed_function() -> None:
    first, second = (deposited_spectrum(1.0, LAB, ELECTRONS).share for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_photons_that_interact_from_the_centre() -> None:
    ball = Sphere(5.0)
    length = np.array([0.1, 2.0])
    # The wall is at 5 m in all directions.
    np.testing.assert_allclose(
        interacting_share(ball, 0.0, length), 1 - np.exp(-5 / length), rtol=1e-12
    )


def test_photons_that_interact_from_outside() -> None:
    ball, distance = Sphere(5.0), 6.0
    # Short attenuation: the solid angle. Long: the mean way over the length.
    solid_angle = 0.5 * (1 - math.sqrt(1 - (5 / distance) ** 2))
    far = Target(ball, PointSource(distance)).mean_path_length_m()
    found = interacting_share(ball, distance, np.array([1e-3, 1e5]))
    assert found[0] == pytest.approx(solid_angle, rel=5e-3)
    assert found[1] * 1e5 == pytest.approx(far, rel=5e-3)


def test_photons_do_not_interact_in_the_hole() -> None:
    hollow = Difference(Sphere(5.0), (Sphere(1.0),))
    assert interacting_share(hollow, 0.0, np.array(2.0)) == pytest.approx(
        1 - math.exp(-2), rel=1e-12
    )


BODIES: dict[str, tuple[Solid, float]] = {
    "ball": (Sphere(5.0), 3.0),
    "ball with a hole around the source": (Difference(Sphere(5.0), (Sphere(0.3, 3.0),)), 3.0),
    "hole into a cavity": (Difference(Sphere(5.0), (Sphere(1.0), Sphere(0.5, 0.8))), 0.8),
    "shell from outside": (Difference(Sphere(5.0), (Sphere(2.0),)), -6.0),
    "cylinder": (Cylinder(2.0, -3.0, 3.0), 1.0),
    "cylinder from above": (Cylinder(2.0, -3.0, 3.0), 4.0),
    "cylinder with a tube": (
        Difference(Cylinder(2.0, -3.0, 3.0), (Cylinder(0.3, 0.5, math.inf),)),
        1.0,
    ),
}


@pytest.mark.parametrize("body", BODIES)
def test_lengths_of_target_along_rays(body: str) -> None:
    # The same rays cut into steps; each of at most four surfaces is found to one step.
    solid, height = BODIES[body]
    cosine = np.linspace(-0.99, 0.99, 24)
    step = 1e-4
    distance = step * (np.arange(150_000) + 0.5)
    up, square = (
        height + distance * cosine[:, None],
        distance**2 * (1 - cosine[:, None] ** 2),
    )
    expected = step * np.count_nonzero(solid.contains(square, up), axis=1)
    np.testing.assert_allclose(lengths_in_target_m(solid, height, cosine), expected, atol=4 * step)


@pytest.mark.parametrize("body", BODIES)
def test_mean_length_over_all_directions(body: str) -> None:
    # The integral of the share of the solid angle that is target at each distance.
    solid, height = BODIES[body]
    mean = Target(solid, PointSource(height)).mean_path_length_m()
    # 400 directions: kinks where a ray touches an edge.
    assert 1e6 * interacting_share(solid, height, np.array(1e6)) == pytest.approx(mean, rel=1e-3)


def test_bremsstrahlung_is_normalised() -> None:
    # alpha/(12 pi) (q/m)^2 per decay: 4.1e-4 for a single line of 0.747 MeV, about 4e-4 for 51Cr.
    single = nuclide("51Cr").lines("single")
    q = single[0].energy_MeV
    assert photons_per_decay(single) == pytest.approx(
        (q / 0.510999) ** 2 / 137.036 / (12 * math.pi), rel=1e-5
    )
    numerical = quad(
        lambda k: float(photons_per_MeV(k, LINES)), 0, 0.7524, points=[0.4264, 0.7465]
    )[0]
    assert photons_per_decay(LINES) == pytest.approx(numerical, rel=1e-6)
    assert photons_per_decay(LINES) == pytest.approx(4e-4, rel=0.05)


def test_bremsstrahlung_ends_at_the_energy_of_the_decay() -> None:
    end = max(line.energy_MeV for line in LINES)
    assert photons_per_MeV(np.array([end, 1.0]), LINES).sum() == 0.0
    assert photons_per_MeV(np.array([end - 1e-3]), LINES)[0] > 0.0
    # k (1 - k/q)^2 is largest at q/3.
    k = np.linspace(0.0, 0.75, 751)
    single = nuclide("51Cr").lines("single")
    assert k[np.argmax(photons_per_MeV(k, single))] == pytest.approx(0.25, abs=1e-3)


def shielded(thickness_cm: float, build_up: float = 1.0) -> PhotonPath:
    layers = (Layer("tungsten", thickness_cm),)
    hollow = Difference(Sphere(5.0), (Sphere(0.2),))
    return PhotonPath(layers, hollow, 0.0, LAB, ELECTRONS, build_up)


def test_bremsstrahlung_hardens_behind_the_shield() -> None:
    bare, behind = (bremsstrahlung(LINES, 1e15, 27.7, shielded(t)) for t in (0.0, 10.0))
    middle = 0.5 * (bare.spectrum.edges_MeV[1:] + bare.spectrum.edges_MeV[:-1])
    assert middle @ behind.spectrum.share > 0.5 > middle @ bare.spectrum.share
    assert isinstance(behind.place, FromSource)
    assert behind.spectrum.share.sum() == pytest.approx(1.0)
    # Without shield: all photons above 0.1 MeV.
    above = quad(lambda k: float(photons_per_MeV(k, LINES)), 0.1, 0.7524, points=[0.4264, 0.7465])[
        0
    ]
    assert bare.per_day == pytest.approx(above * 1e15 * 86400, rel=2e-3)


def test_gamma_of_51Cr_never_leaves_15_cm_of_tungsten() -> None:
    # 3 MCi, 9.91 % per decay: 1.1e16 per second, and not one a year behind the shield.
    found = source_gamma(0.32008, 1.1e16, 27.7, shielded(15.0))
    assert found.per_day * 365 < 1e-10
    assert found.half_life_d == 27.7


def test_build_up_is_a_factor() -> None:
    once, five = (source_gamma(1.12, 1e9, 83.8, shielded(10.0, b)).per_day for b in (1.0, 5.0))
    assert five == pytest.approx(5 * once)


def test_external_photons_stay_near_the_surface() -> None:
    found = external_gamma(2.615, 100.0, LAB, ELECTRONS)
    assert isinstance(found.place, FromSurface)
    radius = np.array([5.0, 5.0 - found.place.attenuation_length_m])
    density = found.place.relative_density(radius, np.zeros(2), 5.0)
    assert density[1] / density[0] == pytest.approx(math.exp(-1))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="unknown material, did you mean 'tungsten'"):
        medium("tungstn")
    with pytest.raises(InputError, match="outside of the table"):
        attenuation_per_cm(np.array(0.05), LAB)
    with pytest.raises(InputError, match="thickness_cm = -1"):
        Layer("lead", -1.0)
    with pytest.raises(InputError, match="lets nothing through"):
        bremsstrahlung(LINES, 1e15, 27.7, shielded(1e5))
