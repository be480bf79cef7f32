"""The extra `jax`: fast cosine, whole grids, compiled likelihoods, and life without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from gallus import accelerate
from gallus.accelerate import compiled, double_precision, enable, fast_cosine_and_sine, over_grid
from gallus.arrays import Array
from gallus.errors import InputError, MissingExtraError
from gallus.experiments.gallium import source_measurements
from gallus.experiments.gallium_oscillation import GalliumLikelihood, gallium_likelihood
from gallus.inference.fit import fit
from gallus.interactions.gallium_capture import cross_section
from gallus.kernel.quadrature import mean_at_lines
from gallus.likelihood import GaussianLikelihood, LinearNuisances
from gallus.likelihood.base import gradient
from gallus.likelihood.joint import joint
from gallus.oscillation import model
from gallus.parameters import Parameter, Params

STERILE = {"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 3.3}


@pytest.fixture(scope="module")
def best() -> GalliumLikelihood:
    """3+1 and the two ratios of BEST."""
    cross = cross_section("bahcall-1997")
    return gallium_likelihood(model("sterile"), cross, source_measurements("best"))


def line(p: Params) -> Any:
    return p["a"] + p["b"] * np.linspace(-1.0, 1.0, 5)


def straight_line() -> GaussianLikelihood:
    """With a nuisance that is eliminated."""
    return GaussianLikelihood(
        (Parameter("a", 1.0, 0.0, 3.0), Parameter("b", 0.0, -2.0, 2.0)),
        np.array([0.7, 0.8, 1.1, 1.0, 1.3]),
        line,
        0.01 * np.eye(5),
        LinearNuisances.unit(["scale"], 0.05 * np.linspace(0.0, 1.0, 5)[None, :]),
    )


# --- cosine -----------------------------------------------------------------------------------


def exact(x: Array) -> tuple[Array, Array]:
    with mpmath.workdps(40):
        values = [(mpmath.cos(v), mpmath.sin(v)) for v in map(mpmath.mpf, x.tolist())]
        cosine, sine = zip(*values, strict=True)
        return np.array(cosine, dtype=object), np.array(sine, dtype=object)


def test_fast_cosine_and_sine_to_rounding(jax: Any) -> None:
    rng = np.random.default_rng(3)
    quarters = np.arange(-9, 10) * np.pi / 4
    x = np.concatenate([quarters, rng.uniform(-10, 10, 500), rng.uniform(-1e8, 1e8, 500), [1e8]])
    for function in (fast_cosine_and_sine, jax.jit(fast_cosine_and_sine)):
        for found, wanted in zip(function(jax.numpy.asarray(x)), exact(x), strict=True):
            error = np.array([mpmath.mpf(f) for f in found.tolist()]) - wanted
            # Rounding of a number below 1 is half of 1.1e-16, and there are a few steps.
            assert float(np.abs(error).max()) < 2e-16


def test_beyond_the_range_it_is_as_good_as_its_argument(jax: Any) -> None:
    x = np.geomspace(1e8, 1e15, 200)
    cosine, sine = (np.asarray(part) for part in fast_cosine_and_sine(jax.numpy.asarray(x)))
    error = np.abs(cosine + 1j * sine - np.exp(1j * x))
    assert np.all(error < 2 * np.spacing(x))


def test_nothing_passes_silently(jax: Any) -> None:
    x = jax.numpy.asarray([np.nan, np.inf, -np.inf])
    for part in fast_cosine_and_sine(x):
        assert np.all(np.isnan(part))


def test_derivatives_are_exact(jax: Any) -> None:
    def cosine(x: Any) -> Any:
        return accelerate.fast_cosine(x)

    for x in (0.0, np.pi / 4, 2.0, 1e3):
        second = jax.grad(jax.grad(cosine))
        assert float(jax.grad(cosine)(x)) == pytest.approx(-np.sin(x), abs=3e-16)
        assert float(second(x)) == pytest.approx(-np.cos(x), abs=3e-16)
        assert float(jax.jit(second)(x)) == pytest.approx(-np.cos(x), abs=3e-16)


# --- grids ------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 4, 12, 100])
def test_over_grid_equals_a_loop(block: int, jax: Any) -> None:
    mapped = over_grid(lambda p: jax.numpy.stack([p["x"] * p["y"], p["x"] - p["y"]]), block)
    x, y = np.linspace(1, 2, 4)[:, None], np.array([3.0, 5.0, 7.0])
    found = mapped({"x": x, "y": y})
    assert found.shape == (4, 3, 2)
    assert found == pytest.approx(np.stack([x * y, x - y], axis=-1), rel=1e-15)


@pytest.mark.slow
def test_over_grid_takes_likelihoods(best: GalliumLikelihood) -> None:
    pytest.importorskip("jax")
    grid = {"sin2_2theta_ee": np.array([[0.1, 0.5]]), "delta_m2_41_eV2": np.array([[0.3], [9.0]])}
    # Sums of hundred terms, and a chi2 of about 10.
    assert over_grid(best.chi2)(grid) == pytest.approx(best.chi2(grid), rel=1e-12)


# --- likelihoods ------------------------------------------------------------------------------


def test_a_compiled_likelihood_is_the_same_likelihood(best: GalliumLikelihood) -> None:
    pytest.importorskip("jax")
    quick = compiled(best.tabulated(20.0))
    assert (quick.name, quick.n_data) == (best.name, 2)
    assert quick.parameters == best.parameters
    assert quick.citations == best.citations
    grid = {"sin2_2theta_ee": np.linspace(0.0, 0.9, 5), "delta_m2_41_eV2": np.full((3, 1), 2.0)}
    for params in (STERILE, grid):
        chi2 = quick.chi2(params)
        assert isinstance(chi2, np.ndarray)
        assert chi2.dtype == np.float64
        # The error of the table, 1e-8, times the slope of chi2.
        assert chi2 == pytest.approx(best.chi2(params), abs=1e-6)


@pytest.mark.slow
def test_gradients_of_points_and_grids(best: GalliumLikelihood) -> None:
    pytest.importorskip("jax")
    plain = best.tabulated(20.0)
    quick = compiled(plain)
    grid = {"sin2_2theta_ee": np.array([0.1, 0.4]), "delta_m2_41_eV2": np.array([[0.7], [3.3]])}
    chi2, slopes = quick.chi2_and_gradient(grid)
    assert chi2 == pytest.approx(plain.chi2(grid), rel=1e-12)
    for name, values in grid.items():
        upper, lower = (plain.chi2({**grid, name: values + sign * 1e-5}) for sign in (1, -1))
        # Central differences: the step squared, and rounding over the step.
        assert slopes[name] == pytest.approx((upper - lower) / 2e-5, rel=1e-6, abs=1e-6)
    point = quick.gradient({"sin2_2theta_ee": 0.4, "delta_m2_41_eV2": 3.3})
    assert float(point["sin2_2theta_ee"]) == pytest.approx(slopes["sin2_2theta_ee"][1, 1])


def test_a_tabulated_likelihood_gives_nan_beyond_its_table(best: GalliumLikelihood) -> None:
    pytest.importorskip("jax")
    quick = compiled(best.tabulated(5.0))
    assert np.isfinite(quick.chi2(STERILE))
    assert np.isnan(quick.chi2(STERILE | {"delta_m2_41_eV2": 50.0}))


def test_a_fit_takes_a_compiled_likelihood_and_its_gradient() -> None:
    pytest.importorskip("jax")
    plain, quick = straight_line(), compiled(straight_line())
    assert gradient(quick) is not None
    expected, found = fit(plain), fit(quick)
    assert found.chi2_min == pytest.approx(expected.chi2_min, abs=1e-6)
    for name, result in expected.parameters.items():
        assert found.parameters[name].value == pytest.approx(result.value, abs=1e-4)


def test_eliminated_nuisances_stay() -> None:
    pytest.importorskip("jax")
    plain, quick = straight_line(), compiled(straight_line())
    point = {"a": 1.0, "b": 0.3}
    assert quick.eliminated == plain.eliminated
    assert quick.nuisances(point)["scale"] == pytest.approx(plain.nuisances(point)["scale"])
    assert quick.chi2(point) == pytest.approx(plain.chi2(point), rel=1e-13)


def test_parts_of_a_sum_are_not_compiled_where_they_share_nuisances() -> None:
    pytest.importorskip("jax")
    both = compiled(straight_line() + straight_line())
    plain = straight_line() + straight_line()
    point = {"a": 1.0, "b": 0.3}
    assert both.chi2(point) == pytest.approx(plain.chi2(point), rel=1e-13)
    with pytest.raises(InputError, match="compile a sum, not its parts"):
        joint(compiled(straight_line()), straight_line())


def test_what_looks_at_values_says_so(jax: Any, best: GalliumLikelihood) -> None:
    def mean(amplitude: Any) -> Any:
        weight = best.kernel.blocks[0].distances
        return mean_at_lines(lambda e, d: amplitude * d / e, weight, np.array([0.75]))

    assert mean(1.0).shape == (1,)
    with pytest.raises(InputError, match="looks at its values, which cannot be compiled"):
        jax.jit(mean)(1.0)


# --- settings ---------------------------------------------------------------------------------


def test_double_precision_ends_with_its_block() -> None:
    pytest.importorskip("jax")
    with double_precision() as jax:
        assert jax.numpy.ones(2).dtype == np.float64
    assert jax.numpy.ones(2).dtype == np.float32


ENABLE = """
import sys
from pathlib import Path
from gallus import accelerate
assert "jax" not in sys.modules
accelerate.enable(Path(sys.argv[1]))
import jax
print(jax.jit(lambda x: 2 * x)(jax.numpy.ones(3)).dtype)
"""


def test_enable_is_for_the_whole_program_and_keeps_what_was_compiled(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", ENABLE, str(tmp_path / "compiled")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert finished.stdout.strip() == "float64"
    assert list((tmp_path / "compiled").iterdir())


# --- without jax ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        enable,
        lambda: compiled(straight_line()),
        lambda: over_grid(lambda p: p["x"]),
        lambda: double_precision().__enter__(),
    ],
    ids=["enable", "compiled", "over_grid", "double_precision"],
)
def test_without_jax_one_sentence_says_what_to_install(
    use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)  # an import of it now fails
    with pytest.raises(
        MissingExtraError, match=r"^jax is not installed: pip install 'gallus\[jax\]'$"
    ):
        use()


WITHOUT_JAX = """
import sys
sys.modules["jax"] = None
import numpy as np
from gallus.experiments.gallium import source_measurements
from gallus.experiments.gallium_oscillation import gallium_likelihood
from gallus.inference.fit import fit
from gallus.interactions.gallium_capture import cross_section
from gallus.oscillation import model
best = source_measurements("best")
likelihood = gallium_likelihood(model("sterile"), cross_section("bahcall-1997"), best)
print(fit(likelihood, scan=50).chi2_min)
"""


def test_everything_else_works_without_jax(best: GalliumLikelihood) -> None:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_JAX],
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(finished.stdout) == pytest.approx(fit(best, scan=50).chi2_min, abs=1e-6)
