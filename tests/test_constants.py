"""Constants agree with independent published values."""

import math

import pytest

from gallus import constants


def test_hbar_c_in_all_units() -> None:
    # PDG: 197.3269804 MeV fm, exact since 2019.
    assert constants.HBARC_MEV_FM == pytest.approx(197.3269804, rel=1e-9)
    assert constants.HBARC_MEV_CM == pytest.approx(1.973269804e-11, rel=1e-9)
    assert constants.HBARC_MEV_M == pytest.approx(1.973269804e-13, rel=1e-9)


def test_masses() -> None:
    # PDG 2024.
    assert constants.ELECTRON_MASS_MEV == pytest.approx(0.51099895, rel=1e-8)
    assert constants.NEUTRON_MASS_MEV - constants.PROTON_MASS_MEV == pytest.approx(
        1.2933324, rel=1e-6
    )


def test_fermi_coupling_from_the_muon_lifetime() -> None:
    """1/tau = G_F^2 m_mu^5/(192 pi^3) (1 - 8 x) (1 + alpha/2pi (25/4 - pi^2)), to two loops."""
    m_mu, tau_s = 105.6583755, 2.1969811e-6  # PDG 2024
    x = (constants.ELECTRON_MASS_MEV / m_mu) ** 2
    phase_space = 1 - 8 * x - 12 * x**2 * math.log(x)
    radiative = 1 + constants.FINE_STRUCTURE / (2 * math.pi) * (25 / 4 - math.pi**2)
    rate = constants.FERMI_COUPLING_MEV2**2 * m_mu**5 / (192 * math.pi**3)
    lifetime = constants.HBAR_MEV_S / (rate * phase_space * radiative)
    # The running of alpha and the second order, left out here, are below 1e-4.
    assert lifetime == pytest.approx(tau_s, rel=1e-4)


def test_joule_and_day() -> None:
    assert constants.JOULE_PER_MEV == pytest.approx(1.602176634e-13, rel=1e-12)
    assert constants.SECONDS_PER_DAY == 86400
