"""Radioactive impurities: activities from concentrations, spectra, chains, alphas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallus.database.loader import load
from gallus.errors import InputError
from gallus.forecast.backgrounds.base import Background
from gallus.forecast.backgrounds.beta_isotopes import (
    QUOTED_AS,
    decays_per_day,
    internal_background,
)
from gallus.forecast.backgrounds.nuclide_file import (
    InternalNuclide,
    internal_nuclide,
    internal_nuclides,
)
from gallus.forecast.backgrounds.polonium import (
    polonium210,
    quenchings,
    visible_alpha_energy_MeV,
)

NUCLIDES = internal_nuclides()


def mean_MeV(background: Background) -> float:
    edges, share = background.spectrum.edges_MeV, background.spectrum.share
    return float(share @ (edges[1:] + edges[:-1]) / 2)


def share_between(background: Background, low_MeV: float, high_MeV: float) -> float:
    edges, share = background.spectrum.edges_MeV, background.spectrum.share
    return float(share[(edges[:-1] > low_MeV - 1e-9) & (edges[1:] < high_MeV + 1e-9)].sum())


@pytest.mark.parametrize("name", NUCLIDES)
def test_every_nuclide_is_a_background(name: str) -> None:
    background = internal_background(name, 10.0)
    assert background.spectrum.share.sum() == pytest.approx(1)
    assert background.per_day >= 9.9
    assert background.citations
    assert np.diff(background.spectrum.edges_MeV) == pytest.approx(1e-3, rel=1e-6)


def q_value_MeV(nuclide: InternalNuclide, member: str) -> set[float]:
    decays = nuclide.decays[member]
    return {round((b.endpoint + b.gammas) / 1e3, 2) for b in decays.betas}


@pytest.mark.parametrize("chain", ["238U-chain", "232Th-chain"])
def test_branches_of_a_chain_share_their_q_value(chain: str) -> None:
    nuclide = internal_nuclide(chain)
    for member in nuclide.decays:
        q_values = q_value_MeV(nuclide, member)
        # Rounded branches, and 40 to 60 keV where a branch stands for several levels.
        assert not q_values or max(q_values) - min(q_values) < 0.06


# Decays between parent and lead: alphas lower A by 4, betas raise Z by 1.
@pytest.mark.parametrize(
    ("chain", "mass_change", "charge_change"),
    [("238U-chain", 238 - 206, 92 - 82), ("232Th-chain", 232 - 208, 90 - 82)],
)
def test_chains_end_in_lead(chain: str, mass_change: int, charge_change: int) -> None:
    nuclide = internal_nuclide(chain)
    alphas = sum(line.fraction for line in nuclide.alphas())
    betas = sum(beta.branch.fraction for beta in nuclide.betas())
    assert alphas == pytest.approx(mass_change / 4, abs=1e-9)
    assert betas == pytest.approx(2 * mass_change / 4 - charge_change, abs=0.005)


def test_activities_of_concentrations() -> None:
    # Specific activities in Bq/g as commonly quoted, to 1 %; 7.1e-6 Ci/g for 40K.
    for nuclide, per_gram in (
        ("238U-chain", 12_440),
        ("232Th-chain", 4_060),
        ("40K", 7.1e-6 * 3.7e10),
        ("210Bi", 2.84e12),
        ("210Po", 2.84e12),
    ):
        per_day = decays_per_day(nuclide, 1e-6, "g_per_g", 1.0)
        assert per_day / 86400 == pytest.approx(per_gram, rel=0.015)


def test_juno_uranium_requirement() -> None:
    # 1e-16 g/g of 238U in 20 kt is 2 mg: 25 mBq.
    per_day = decays_per_day("238U-chain", 1e-16, "g_per_g", 20_000.0)
    assert per_day / 86400 == pytest.approx(24.9e-3, rel=0.005)


@given(st.sampled_from(NUCLIDES), st.sampled_from(QUOTED_AS), st.floats(0.1, 3e4))
def test_rates_are_proportional_to_what_is_quoted(name: str, how: str, mass: float) -> None:
    once = decays_per_day(name, 1e-3, how, mass)
    assert decays_per_day(name, 3e-3, how, mass) == pytest.approx(3 * once)
    grows = 1 if how == "per_day" else 2
    assert decays_per_day(name, 1e-3, how, 2 * mass) == pytest.approx(grows * once)


def test_rates_per_mass_agree() -> None:
    assert decays_per_day("85Kr", 50.0, "per_day_and_100t", 2e4) == pytest.approx(1e4)
    assert decays_per_day("85Kr", 500.0, "per_day_and_kt", 2e4) == pytest.approx(1e4)
    assert decays_per_day("85Kr", 7.0, "per_day", 2e4) == 7.0


def test_krypton_and_bismuth_reach_into_the_window_of_chromium() -> None:
    # Half of both lie between 200 and 560 keV, as their spectra with means of 250 and 320 keV must.
    for name in ("85Kr", "210Bi"):
        assert 0.4 < share_between(internal_background(name, 1.0), 0.2, 0.56) < 0.6


def test_potassium_has_a_line_of_its_capture() -> None:
    background = internal_background("40K", 1.0)
    line = share_between(background, 1.459, 1.463) * background.per_day
    assert line == pytest.approx(0.1055, rel=1e-6)
    assert background.per_day == pytest.approx(0.998, abs=1e-3)


def test_rejected_alphas_leave_the_betas() -> None:
    full = internal_background("238U-chain", 1.0)
    betas = internal_background("238U-chain", 1.0, alpha_survival=0.0)
    assert full.per_day - betas.per_day == pytest.approx(8)
    with pytest.raises(InputError, match="nothing left"):
        internal_background("210Po", 1.0, alpha_survival=0.0)


def test_polonium_is_seen_where_borexino_sees_it() -> None:
    # Borexino: peak near 0.4 MeV; 214Po, 7.69 MeV, at 0.75 MeV in its prototype, 0.93 MeV in JUNO.
    assert mean_MeV(polonium210(1.0, "pseudocumene")) == pytest.approx(0.40, abs=0.01)
    assert 0.45 < mean_MeV(polonium210(1.0, "lab")) < 0.52
    energy = np.array([7.6868])
    assert visible_alpha_energy_MeV(energy, "pseudocumene") == pytest.approx(0.75, abs=0.01)
    assert visible_alpha_energy_MeV(energy, "lab") == pytest.approx(0.93, abs=1e-3)


def test_polonium_agrees_with_the_general_nuclide() -> None:
    special, general = polonium210(3.0), internal_background("210Po", 3.0)
    assert special.per_day == pytest.approx(general.per_day)
    assert mean_MeV(special) == pytest.approx(mean_MeV(general))


@given(st.floats(0, 1), st.floats(0, 0.05))
def test_discrimination_and_width_leave_the_peak_in_place(survival: float, spread: float) -> None:
    background = polonium210(1000.0, alpha_survival=survival, spread_MeV=spread)
    assert background.per_day == pytest.approx(1000 * survival)
    assert mean_MeV(background) == pytest.approx(mean_MeV(polonium210(1.0)), abs=1e-5)


@given(st.sampled_from(quenchings()), st.floats(2, 9), st.floats(0.1, 1))
def test_faster_alphas_shine_more_per_energy(name: str, energy: float, more: float) -> None:
    low, high = visible_alpha_energy_MeV(np.array([energy, energy + more]), name)
    assert high / (energy + more) > low / energy


def test_supported_polonium_and_lead_have_the_same_activity() -> None:
    bismuth, polonium = (
        decays_per_day(name, 5e-24, "g_per_g", 1000.0) for name in ("210Bi", "210Po")
    )
    assert bismuth == polonium == pytest.approx(1225, rel=0.01)


def test_published_rates_are_there() -> None:
    rates = load("background-rates")
    assert rates["juno_11C"].to("1/d/t") * 2e4 == pytest.approx(37_000, rel=0.01)
    assert rates["borexino_210Bi"].to("1/d/100t") == 17.5


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean '210Bi'"):
        internal_background("210Bl", 1.0)
    with pytest.raises(InputError, match="alpha_survival"):
        internal_background("210Po", 1.0, alpha_survival=1.5)
    with pytest.raises(InputError, match="alpha_survival"):
        polonium210(1.0, alpha_survival=-0.1)
    with pytest.raises(InputError, match="spread_MeV"):
        polonium210(1.0, spread_MeV=0.2)
    with pytest.raises(InputError, match="scintillator"):
        polonium210(1.0, "toluene")
    with pytest.raises(InputError, match="per_day"):
        internal_background("85Kr", math.nan)
    with pytest.raises(InputError, match="value"):
        decays_per_day("85Kr", -1.0, "per_day", 1.0)
    with pytest.raises(InputError, match="quoted_as"):
        decays_per_day("85Kr", 1.0, "per_year", 1.0)
