"""Compilation, gradients and whole grids by jax: the extra ``jax``, imported nowhere else.

:func:`compiled` for a likelihood that is asked many times, :func:`over_grid` for any function of
one point, :func:`enable` at the start of a program that uses jax itself. Worth it from about 1e5
points on: the first call compiles, which takes up to a second for each new shape of the arguments.

Nothing here changes the settings of jax except :func:`enable`; the other functions compute in
double precision, whatever the settings are, and take and give NumPy arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gallus.arrays import Array
from gallus.errors import MissingExtraError

Values: TypeAlias = Mapping[str, Any]
"""Numbers or arrays by name."""

BLOCK = 4096
"""Points that :func:`over_grid` takes at a time."""


def library() -> ModuleType:
    """Return jax.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import jax
    except ImportError as error:
        raise MissingExtraError("jax", "jax") from error
    return jax


@contextmanager
def double_precision() -> Iterator[Any]:
    """Let jax compute in float64 inside the block, and give jax; elsewhere nothing changes.

    Arrays of jax that are used after the block are rounded to single precision: turn results into
    NumPy arrays inside it.
    """
    jax: Any = library()
    with jax.enable_x64(True):
        yield jax


def enable(cache_directory: Path | None = None) -> None:
    """Let jax compute in float64 for the rest of the program.

    Parameters
    ----------
    cache_directory : path, optional
        Where compiled programs are kept between runs, so that only the first run compiles.

    Raises
    ------
    MissingExtraError
        If jax is not installed.
    """
    jax: Any = library()
    jax.config.update("jax_enable_x64", True)
    if cache_directory is not None:
        jax.config.update("jax_compilation_cache_dir", str(cache_directory))
        # By default only what took a second to compile is kept.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def normal_distribution(z: Any) -> Any:
    """Phi(z), the cumulative distribution of the standard normal, of an array of jax."""
    return library().scipy.special.ndtr(z)


# --- cosine and sine --------------------------------------------------------------------------

# pi/2 in three parts: the first two have 26 bits, so that their products with an integer of up to
# 26 bits are exact (Cody and Waite). Taylor series suffice on [-pi/4, pi/4].
HALF_PI = (1.5707963109016418, 1.5893254712295857e-08, 6.123233995736766e-17)
COSINE = [(-1.0) ** n / math.factorial(2 * n) for n in range(9)]
SINE = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(8)]


def fast_cosine(x: Any) -> Any:
    """Cosine of an array of jax; see :func:`fast_cosine_and_sine`."""
    return fast_cosine_and_sine(x)[0]


def fast_cosine_and_sine(x: Any) -> tuple[Any, Any]:
    """Cosine and sine of an array of jax, ten times faster than jax's own on a CPU.

    Absolute error below 2e-16 up to abs(x) = 1e8, and beyond that of rounding x. No branches, so
    that a compiler makes one loop of it and what surrounds it. Other devices compute jax's own.

    Parameters
    ----------
    x : array, any shape
        Real argument in double precision.
    """
    both: tuple[Any, Any] = _differentiable()(x)
    return both


@cache
def _differentiable() -> Any:
    """The function with its exact derivatives; made on first use, since jax makes it."""
    jax: Any = library()

    def default(x: Any) -> tuple[Any, Any]:
        return jax.numpy.cos(x), jax.numpy.sin(x)

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def cosine_and_sine(x: Any) -> Any:
        return jax.lax.platform_dependent(x, cpu=_reduced_and_summed, default=default)

    @cosine_and_sine.defjvp  # type: ignore[untyped-decorator]
    def _(values: Any, changes: Any) -> Any:
        cosine, sine = cosine_and_sine(*values)
        (change,) = changes
        return (cosine, sine), (-sine * change, cosine * change)

    return cosine_and_sine


def _reduced_and_summed(x: Any) -> tuple[Any, Any]:
    xp = library().numpy
    quarter_turns = xp.round(x * (2.0 / math.pi))
    rest = x
    for part in HALF_PI:
        rest = rest - quarter_turns * part
    cosine = _polynomial(COSINE, rest * rest)
    sine = rest * _polynomial(SINE, rest * rest)
    half_turns = xp.floor(quarter_turns / 2)
    odd = quarter_turns != 2 * half_turns
    sign = 1.0 - 2.0 * (half_turns - 2.0 * xp.floor(half_turns / 2))
    return sign * xp.where(odd, -sine, cosine), sign * xp.where(odd, cosine, sine)


def _polynomial(coefficients: list[float], x: Any) -> Any:
    total: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


# --- grids ------------------------------------------------------------------------------------


def over_grid(
    function: Callable[[dict[str, Any]], Any], block: int = BLOCK
) -> Callable[[Mapping[str, ArrayLike]], Array]:
    """Turn a function of one point into one of a whole grid, compiled, block by block.

    Parameters
    ----------
    function : callable
        Takes numbers by name, gives a number or an array of fixed shape; in terms that jax can
        trace, as all kernels of Gallus are.
    block : int
        Points at a time: what the function makes for them has to fit in the memory.

    Returns
    -------
    callable
        Takes arrays by name, which broadcast against each other, and gives an array of their
        shape, followed by the shape of the function's result. Keep it: it is compiled once for
        each shape.

    Raises
    ------
    MissingExtraError
        If jax is not installed.
    """
    jax: Any = library()
    mapped = jax.jit(lambda points: jax.lax.map(function, points, batch_size=block))

    def evaluate(grid: Mapping[str, ArrayLike]) -> Array:
        columns = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in grid.values()))
        shape = columns[0].shape
        points = {name: column.ravel() for name, column in zip(grid, columns, strict=True)}
        with double_precision():
            result = np.asarray(mapped(points))
        return result.reshape(shape + result.shape[1:])

    return evaluate


# --- likelihoods ------------------------------------------------------------------------------


class Differentiable(Protocol):
    """What :func:`compiled` needs of a likelihood."""

    @property
    def parameters(self) -> Any:
        """What chi2 depends on."""
        ...

    @property
    def n_data(self) -> int:
        """Number of data."""
        ...

    def chi2(self, params: Any) -> Any:
        """Chi2 of values by name, in terms that jax can trace."""
        ...


@dataclass(frozen=True, eq=False)
class CompiledLikelihood:
    """A likelihood whose chi2 and gradient are compiled; itself a likelihood. See `compiled`.

    Parameters
    ----------
    likelihood : Likelihood
        What is compiled.
    """

    likelihood: Differentiable

    @property
    def name(self) -> str:
        """Name of the likelihood."""
        return getattr(self.likelihood, "name", "")

    @property
    def parameters(self) -> Any:
        """Parameters of the likelihood."""
        return self.likelihood.parameters

    @property
    def n_data(self) -> int:
        """Number of data."""
        return self.likelihood.n_data

    @property
    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography."""
        return getattr(self.likelihood, "citations", ())

    @property
    def eliminated(self) -> Any:
        """Nuisances that chi2 is minimised over."""
        return getattr(self.likelihood, "eliminated", ())

    def nuisances(self, params: Values) -> dict[str, Array]:
        """Best values of those nuisances; not compiled."""
        found: Callable[[Values], dict[str, Array]] | None = getattr(
            self.likelihood, "nuisances", None
        )
        return found(params) if found else {}

    def chi2(self, params: Values) -> Array:
        """Chi2 of values by name; arrays broadcast against each other, shape (...)."""
        with double_precision():
            return np.asarray(self._chi2(_numbers(params)))

    def gradient(self, params: Values) -> dict[str, Array]:
        """Derivatives of chi2 by name, each of the shape of chi2."""
        return self.chi2_and_gradient(params)[1]

    def chi2_and_gradient(self, params: Values) -> tuple[Array, dict[str, Array]]:
        """Both, for the price of the gradient."""
        with double_precision():
            chi2, slopes = self._chi2_and_slopes(_numbers(params))
            return np.asarray(chi2), {name: np.asarray(slope) for name, slope in slopes.items()}

    @cached_property
    def _chi2(self) -> Callable[[Values], Any]:
        jax: Any = library()
        compiled: Callable[[Values], Any] = jax.jit(self.likelihood.chi2)
        return compiled

    @cached_property
    def _chi2_and_slopes(self) -> Callable[[Values], tuple[Any, dict[str, Any]]]:
        """Forward mode, one direction for each name: chi2 of a point depends on that point only."""
        jax: Any = library()

        def all_slopes(params: Values) -> tuple[Any, dict[str, Any]]:
            def along(direction: dict[str, Any]) -> tuple[Any, Any]:
                change = {k: direction[k] * jax.numpy.ones_like(v) for k, v in params.items()}
                both: tuple[Any, Any] = jax.jvp(self.likelihood.chi2, (params,), (change,))
                return both

            directions = dict(zip(params, jax.numpy.eye(len(params)), strict=True))
            chi2, slopes = jax.vmap(along, out_axes=(None, 0))(directions)
            return chi2, dict(zip(params, slopes, strict=True))

        compiled: Callable[[Values], tuple[Any, dict[str, Any]]] = jax.jit(all_slopes)
        return compiled


def compiled(likelihood: Differentiable) -> CompiledLikelihood:
    """Compile chi2 and gradient of a likelihood.

    Values are not checked against the bounds of the parameters: outside them, and outside the range
    of a tabulated kernel, the result may be NaN. Compile a sum of likelihoods, not its parts.

    Parameters
    ----------
    likelihood : Likelihood
        Its chi2 must consist of functions that jax can trace.

    Returns
    -------
    CompiledLikelihood
        A likelihood with the same parameters and chi2, and the gradient in forward mode.

    Raises
    ------
    MissingExtraError
        If jax is not installed.
    """
    library()
    return CompiledLikelihood(likelihood)


def _numbers(params: Values) -> dict[str, Array]:
    """As arrays: plain numbers would be compiled once more."""
    return {name: np.asarray(value, dtype=np.float64) for name, value in params.items()}
