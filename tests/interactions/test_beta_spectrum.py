"""Continuous spectra: normalisation, limits, the published cross section of 144Pr."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gallus.constants import ELECTRON_MASS_MEV as M
from gallus.database.loader import data_path, read_toml, validate
from gallus.errors import InputError
from gallus.interactions.beta_spectrum import (
    NeutrinoSpectrum,
    lepton_spectrum,
    screening_potential_MeV,
)
from gallus.interactions.inverse_beta_decay import THRESHOLD_MEV, InverseBetaDecay
from gallus.sources.beta_decay import BetaEmitter, Branch, beta_emitter, beta_emitter_names

CERIUM = beta_emitter("144Ce-144Pr")
IBD = InverseBetaDecay.from_neutron_lifetime()


@pytest.mark.parametrize("name", beta_emitter_names())
@pytest.mark.parametrize("screening", [False, True])
def test_the_spectrum_holds_all_neutrinos(name: str, screening: bool) -> None:
    spectrum = NeutrinoSpectrum(beta_emitter(name), screening=screening)
    ends = sorted(branch.endpoint_MeV for branch in spectrum.branches)
    shift = abs(screening_potential_MeV(spectrum.branches[-1].charge)) if screening else 0.0
    corners = [*ends[:-1], *(end - shift for end in ends)]
    number, _ = quad(
        lambda energy: float(spectrum.per_MeV(energy)), 0, ends[-1], points=corners, limit=500
    )
    # The corner that screening makes, shortly before the end point, costs 1e-6 and less.
    assert number == pytest.approx(spectrum.mean_number, rel=2e-6)


def test_cerium_and_its_daughter_emit_two_antineutrinos() -> None:
    assert CERIUM.antineutrino
    assert NeutrinoSpectrum(CERIUM).mean_number == pytest.approx(2, abs=2e-4)
    assert not beta_emitter("58Co-positrons").antineutrino


def test_inverse_beta_decay_per_decay_of_144Pr() -> None:
    """Derbin et al., arXiv:2506.03716: 4.7344e-44 cm2 per decay from the measured spectrum."""
    found = NeutrinoSpectrum(CERIUM).mean(IBD.total_cm2, THRESHOLD_MEV)
    # 0.7 % lower: radiative correction of the spectrum and the minor branches are open.
    assert found == pytest.approx(4.7344e-44, rel=0.01)
    allowed = NeutrinoSpectrum(CERIUM, "allowed").mean(IBD.total_cm2, THRESHOLD_MEV)
    # The first-forbidden shape raises the high-energy part by 2.8 %.
    assert found / allowed == pytest.approx(1.028, abs=2e-3)
    above = NeutrinoSpectrum(CERIUM, "allowed").mean(np.ones_like, THRESHOLD_MEV)
    assert above == pytest.approx(0.49, abs=5e-3)


def test_the_two_measured_shape_factors_agree() -> None:
    one, other = (
        NeutrinoSpectrum(CERIUM, shape).mean(IBD.total_cm2, THRESHOLD_MEV)
        for shape in ("derbin-2025", "derbin-2025-4pi")
    )
    assert one == pytest.approx(other, rel=3e-3)


@given(st.floats(0.2, 5.0))
def test_without_charge_the_spectrum_is_phase_space(endpoint: float) -> None:
    energy = endpoint * np.array([0.1, 0.5, 0.9])
    electron = endpoint - energy + M
    expected = electron * np.sqrt(electron**2 - M**2) * energy**2
    found = lepton_spectrum(energy, Branch(endpoint, 1.0, 0.0, 5.0, 0.0, 0.0), screening=False)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_nucleus_draws_electrons_in_and_pushes_positrons_out() -> None:
    """Slow electrons belong to fast antineutrinos."""
    means = []
    for charge in (60.0, 0.0, -60.0):
        branch = Branch(3.0, 1.0, charge, 6.4, 0.0, 0.0)
        number = quad(lambda e, b=branch: float(lepton_spectrum(e, b, False)), 0, 3)[0]
        weighted = quad(lambda e, b=branch: e * float(lepton_spectrum(e, b, False)), 0, 3)[0]
        means.append(weighted / number)
    assert means[0] > means[1] > means[2]


def test_screening_is_a_small_correction() -> None:
    assert screening_potential_MeV(60) == pytest.approx(7.2e-3, rel=0.03)
    assert screening_potential_MeV(-60) == -screening_potential_MeV(60)
    with_, without = (
        NeutrinoSpectrum(CERIUM, screening=s).mean(IBD.total_cm2, THRESHOLD_MEV)
        for s in (True, False)
    )
    assert with_ / without == pytest.approx(0.9945, abs=1e-3)


def test_bins_add_up() -> None:
    spectrum = NeutrinoSpectrum(CERIUM)
    edges = np.linspace(0.0, 3.0, 31)
    bins = spectrum.in_bins(edges)
    assert bins.sum() == pytest.approx(spectrum.mean_number, rel=1e-12)
    assert bins[20] == pytest.approx(
        quad(lambda e: float(spectrum.per_MeV(e)), edges[20], edges[21])[0], rel=1e-5
    )


def test_nothing_beyond_the_end_point() -> None:
    spectrum = NeutrinoSpectrum(CERIUM)
    assert spectrum.per_MeV([-1.0, 0.0, spectrum.endpoint_MeV, 4.0]).tolist() == [0, 0, 0, 0]
    assert spectrum.mean(np.ones_like, 4.0) == 0


# --- bad input --------------------------------------------------------------------------------


def changed(**changes: object) -> BetaEmitter:
    return validate(BetaEmitter, read_toml(data_path("144Ce-144Pr")) | changes, "file.toml")


def test_unknown_emitters_and_shapes() -> None:
    with pytest.raises(InputError, match="did you mean '144Ce-144Pr'"):
        beta_emitter("144Ce-144Nd")
    with pytest.raises(InputError, match="unknown shape factor, did you mean 'derbin-2025'"):
        NeutrinoSpectrum(CERIUM, "derbin-2024")
    with pytest.raises(InputError, match=r"file\.toml.*unknown shape factor"):
        changed(shape_factors={})


def test_impossible_spectra() -> None:
    steep = {"derbin-2025": {"unit": "1", "slope": -0.5}}
    with pytest.raises(InputError, match="makes the spectrum negative"):
        NeutrinoSpectrum(changed(shape_factors=steep)).per_MeV(1.0)
    with pytest.raises(InputError, match=r"low_MeV = -1\.0"):
        NeutrinoSpectrum(CERIUM).mean(np.ones_like, -1.0)
    with pytest.raises(InputError, match="do not increase"):
        NeutrinoSpectrum(CERIUM).in_bins([1.0, 0.5])


def test_a_source_emits_electrons_or_positrons() -> None:
    sets = read_toml(data_path("144Ce-144Pr"))["branch_sets"]
    mixed = {**sets, "58Co": {**sets["144Ce"], "emits": "positron"}}
    with pytest.raises(InputError, match="emits electrons and positrons"):
        changed(branch_sets=mixed)
    with pytest.raises(InputError, match=r"half_life.*is missing"):
        changed(quantities={})
