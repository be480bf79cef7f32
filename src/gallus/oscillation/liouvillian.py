"""Master equations as real matrices: d r/dL = M r, where r_a are the components of rho.

With F_a the Hermitian matrices of :func:`hermitian_basis`, tr F_a F_b = delta_ab, a density matrix
is rho = sum_a r_a F_a with real r_a = tr F_a rho, and any equation that keeps rho Hermitian is a
real matrix M of N^2 x N^2. F_0 is proportional to the unit matrix: the first row of M is zero where
the trace stays. Use :mod:`gallus.oscillation.lindblad` for neutrinos.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError

Complex = NDArray[np.complex128]  # of NumPy or jax

ROUNDING: Final = 1e-10
"""By which matrices may fail to be Hermitian or positive, relative to their largest entry."""

NOISE: Final = 1e-14
"""Eigenvalues below this part of the largest are zeros and make no operators."""


# --- parts of the equation --------------------------------------------------------------------


def unitary_part(hamiltonian: Array | Complex) -> Array:
    """M of -i [H, rho]; H of shape (..., N, N), M of shape (..., N^2, N^2)."""
    one = _one(hamiltonian)
    return real_form(-1j * (_acting(hamiltonian, one) - _acting(one, hamiltonian)))


def dissipative_part(operators: Array | Complex) -> Array:
    """M of sum_k (A_k rho A_k^+ - A_k^+ A_k rho/2 - rho A_k^+ A_k/2).

    Parameters
    ----------
    operators : array, shape (..., K, N, N)
        A_k, in the root of a rate.

    Returns
    -------
    array, shape (..., N^2, N^2)
    """
    one = _one(operators)
    conjugate = adjoint(operators)
    squares = 0.5 * conjugate @ operators
    jumps = _acting(operators, conjugate) - _acting(squares, one) - _acting(one, squares)
    return real_form(jumps.sum(axis=-3))


def loss_part(widths: Array | Complex) -> Array:
    """M of -(Gamma rho + rho Gamma)/2: H becomes H - i Gamma/2, and the trace falls.

    Gamma, of shape (..., N, N), is Hermitian with eigenvalues of 0 or more.
    """
    one = _one(widths)
    return real_form(-0.5 * (_acting(widths, one) + _acting(one, widths)))


def real_form(superoperator: Complex) -> Array:
    """Matrix of a linear map of density matrices in the Hermitian basis.

    Parameters
    ----------
    superoperator : array, shape (..., N^2, N^2)
        Acts on the entries of rho, row by row, and keeps it Hermitian.
    """
    basis = _columns(round(superoperator.shape[-1] ** 0.5))
    return (basis.conj().T @ superoperator @ basis).real


# --- the basis --------------------------------------------------------------------------------


@cache
def hermitian_basis(states: int) -> Complex:
    """F_0 = 1/sqrt(N), F_a = lambda_a/sqrt(2): generalised Gell-Mann matrices, shape (N^2, N, N).

    For each k from 2 to N: the symmetric and the antisymmetric matrix of (1, k), (2, k), ..., then
    the diagonal one; for N = 3 the usual order lambda_1 to lambda_8.
    """
    found = [np.eye(states) / np.sqrt(states)]
    for k in range(1, states):
        for j in range(k):
            corner = np.zeros((states, states), dtype=np.complex128)
            corner[j, k] = np.sqrt(0.5)
            found += [corner + corner.T, -1j * corner + 1j * corner.T]
        diagonal = np.array([1.0] * k + [-float(k)] + [0.0] * (states - k - 1))
        found.append(np.diag(diagonal / np.sqrt(k * (k + 1))))
    basis = np.array(found, dtype=np.complex128)
    basis.flags.writeable = False  # shared by all callers
    return basis


def components(density: Array | Complex) -> Array:
    """r_a = tr F_a rho, shape (..., N^2) of Hermitian matrices of shape (..., N, N)."""
    entries = density.reshape(*density.shape[:-2], -1)
    return (entries @ _columns(density.shape[-1]).conj()).real


def density_matrix(r: Array) -> Complex:
    """Return rho = sum_a r_a F_a, the reverse of :func:`components`."""
    states = round(r.shape[-1] ** 0.5)
    entries: Complex = r @ _columns(states).T
    return entries.reshape(*r.shape[:-1], states, states)


# --- dissipators in other words ---------------------------------------------------------------


def operators_of_rates(rates: Array | Complex) -> Complex:
    """Operators A_k of sum_cd K_cd (F_c rho F_d - F_d F_c rho/2 - rho F_d F_c/2).

    Parameters
    ----------
    rates : array, shape (N^2 - 1, N^2 - 1)
        K, the Kossakowski matrix in the matrices F_1, F_2, ...; Hermitian. The evolution is
        completely positive if and only if no eigenvalue is negative.

    Returns
    -------
    array, shape (K, N, N)
        One operator for each eigenvalue above 0.

    Raises
    ------
    InputError
        If K has no such shape, is not Hermitian, or has a negative eigenvalue.
    """
    rates = np.asarray(rates, dtype=np.complex128)
    states = states_of(rates, "rates")
    check_hermitian(rates, "rates")
    values, vectors = np.linalg.eigh(rates)
    if values[0] < -ROUNDING * np.abs(rates).max():
        raise InputError(
            "is not completely positive: its smallest eigenvalue is negative",
            key="rates",
            value=float(values[0]),
            allowed="a Kossakowski matrix with eigenvalues of 0 or more",
        )
    positive = values > NOISE * values[-1]
    roots = vectors[:, positive] * np.sqrt(values[positive])
    operators: Complex = np.einsum("ck,cij->kij", roots, hermitian_basis(states)[1:])
    return operators


def rates_of_damping(damping: Array) -> Complex:
    """Kossakowski matrix of d r_a/dL = -sum_b Gamma_ab r_b, a, b > 0.

    Parameters
    ----------
    damping : array, shape (N^2 - 1, N^2 - 1)
        Gamma, as nuSQuIDS and OscProb's PMNS_OQS have it; real. The same for F_a and for the
        Gell-Mann matrices.

    Raises
    ------
    InputError
        If Gamma has no such shape, or a part of it is that of a Hamiltonian.
    """
    damping = np.asarray(damping, dtype=np.float64)
    states = states_of(damping, "damping")
    whole = np.zeros((states**2, states**2))
    whole[1:, 1:] = -damping
    basis, columns = hermitian_basis(states), _columns(states)
    entries = (columns @ whole @ columns.conj().T).reshape((states,) * 4)
    # rho -> sum_cd K_cd F_c rho F_d; what contains F_0 keeps the trace.
    rates: Complex = np.einsum("cik,dlj,ijkl->cd", basis.conj(), basis.conj(), entries)[1:, 1:]
    dissipative = _part_of_rates(rates, basis)
    if np.abs(dissipative - whole).max() > ROUNDING * np.abs(damping).max():
        raise InputError(
            "contains a rotation, which belongs into the Hamiltonian",
            key="damping",
            value=float(np.abs(dissipative - whole).max()),
            allowed="the matrix of a dissipator",
        )
    return rates


def _part_of_rates(rates: Complex, basis: Complex) -> Array:
    one = np.eye(basis.shape[-1])
    products = np.einsum("cd,dij,cjk->ik", rates, basis[1:], basis[1:])
    jumps: Any = sum(
        rates[c, d] * _acting(basis[c + 1], basis[d + 1]) for c, d in np.ndindex(rates.shape)
    )
    return real_form(jumps - 0.5 * (_acting(products, one) + _acting(one, products)))


# --- checks and algebra -----------------------------------------------------------------------


def check_hermitian(matrix: Array | Complex, key: str) -> None:
    """Raise InputError unless matrices of shape (..., N, N) are finite and Hermitian.

    Traced ones (jax) are not looked at.
    """
    if is_traceable(matrix):
        return
    if not np.isfinite(matrix).all():
        raise InputError("is not finite", key=key, value=np.asarray(matrix).tolist())
    excess = np.abs(matrix - adjoint(matrix))
    if excess.max(initial=0.0) > ROUNDING * np.abs(matrix).max(initial=0.0):
        raise InputError(
            "is not Hermitian",
            key=key,
            value=float(excess.max()),
            allowed="a matrix that equals its conjugate transpose",
        )


def states_of(matrix: Array | Complex, key: str) -> int:
    """N of a matrix of shape (N^2 - 1, N^2 - 1), or InputError."""
    states = round((matrix.shape[-1] + 1) ** 0.5) if matrix.ndim == 2 else 0
    if states < 2 or matrix.shape != (states**2 - 1,) * 2:
        raise InputError(
            "has no such shape",
            key=f"shape of {key}",
            value=matrix.shape,
            allowed="(N^2 - 1, N^2 - 1) for N states: 3 x 3, 8 x 8, 15 x 15, ...",
        )
    if not np.isfinite(matrix).all():
        raise InputError("is not finite", key=key, value=matrix.tolist())
    return states


@cache
def _columns(states: int) -> Complex:
    """The entries of F_a, row by row, as column a; unitary."""
    return np.ascontiguousarray(hermitian_basis(states).reshape(states**2, -1).T)


def _acting(left: Any, right: Any) -> Any:
    """Return rho -> X rho Y on the entries of rho, row by row: X times the transpose of Y."""
    xp = array_namespace(left, right)
    size = left.shape[-1] ** 2
    both = xp.einsum("...ij,...lk->...ikjl", left, right)
    return both.reshape(*both.shape[:-4], size, size)


def adjoint(matrix: Any) -> Any:
    """Conjugate transpose of matrices of shape (..., N, N)."""
    return matrix.conj().swapaxes(-1, -2)


def _one(matrix: Any) -> Any:
    return array_namespace(matrix).eye(matrix.shape[-1])
