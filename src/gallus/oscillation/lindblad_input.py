"""What a user gives to an open system: arrays from sequences, and what may be wrong with them.

For :class:`gallus.oscillation.lindblad.OpenSystem`. What jax traces has no numbers to be checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gallus.arrays import is_traceable
from gallus.errors import InputError
from gallus.oscillation.dissipator import Dissipator
from gallus.oscillation.liouvillian import adjoint


def finite(value: Any, key: str) -> Any:
    """Return sequences as arrays, and None as None.

    Raises
    ------
    InputError
        If there is something else than finite numbers, real ones except in `mixing`.
    """
    if value is None or is_traceable(value):
        return value
    try:
        array = np.asarray(value)
        if array.dtype.kind != "c":
            array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("is no array of numbers", key=key, value=value) from error
    if array.dtype.kind == "c" and key != "mixing":
        raise InputError("is not real", key=key, value=array.tolist())
    if not np.isfinite(array).all():
        raise InputError("is not finite", key=key, value=array.tolist())
    return array if array.ndim else array[()]


def dissipators_of(given: Any) -> tuple[Dissipator, ...]:
    """Return dissipators as a tuple; InputError if there is something else."""
    allowed = "a tuple of Dissipator"
    if not isinstance(given, (tuple, list)):
        kind = type(given).__name__
        raise InputError("is no tuple", key="dissipators", value=kind, allowed=allowed)
    for number, each in enumerate(given):
        if not isinstance(each, Dissipator):
            key = f"dissipators[{number}]"
            kind = type(each).__name__
            raise InputError("is no dissipator", key=key, value=kind, allowed=allowed)
    return tuple(given)


def check_states(values: Any, key: str, states: int) -> None:
    """Raise InputError unless the last axis has one value for each state."""
    if np.shape(values)[-1:] != (states,):
        raise InputError(
            "does not fit the mixing matrix",
            key=f"shape of {key}",
            value=np.shape(values),
            allowed=f"(..., {states})",
        )


def check_unitary(mixing: Any) -> None:
    """Raise InputError unless matrices are square and unitary."""
    if mixing.ndim < 2 or mixing.shape[-1] != mixing.shape[-2]:
        raise InputError("is not square", key="shape of mixing", value=mixing.shape)
    if is_traceable(mixing):
        return
    excess = np.abs(mixing @ adjoint(mixing) - np.eye(mixing.shape[-1]))
    if not excess.max(initial=0.0) < 1e-9:
        raise InputError(
            "is not unitary",
            key="mixing",
            value=mixing.tolist(),
            allowed="a matrix U with U U^+ = 1",
        )
