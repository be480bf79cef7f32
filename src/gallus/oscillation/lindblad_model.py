"""Any dissipator of the three active neutrinos as a model that can be fitted.

Averages are made by quadrature and each point is the exponential of a 9 x 9 matrix: where
:class:`gallus.oscillation.decoherence.Decoherence` will do, it is a hundred times faster. Use this
one in matter, and for operators that nobody has solved::

    def forgetful(energy_MeV, values):  # any state becomes any other at the same rate
        root = np.sqrt(values["rate_per_m"] / 3)
        return root[..., None, None, None] * hermitian_basis(3)[1:]

    LindbladModel(own=(Parameter("rate_per_m", 0.1, 0.0, 10.0),), operators=forgetful)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

from gallus.arrays import Array, array_namespace
from gallus.errors import unknown_name
from gallus.oscillation.active import (
    ACTIVE,
    Ordering,
    active_mixing,
    active_parameters,
    check_ordering,
)
from gallus.oscillation.base import Channel, LostTo
from gallus.oscillation.decoherence import energy_factor
from gallus.oscillation.decoherence_cases import own_parameters
from gallus.oscillation.dissipator import Dissipator
from gallus.oscillation.evaluation import parameter_values
from gallus.oscillation.lindblad import OpenSystem
from gallus.oscillation.liouvillian import Complex
from gallus.oscillation.vacuum import Number, column, stacked
from gallus.parameters import Parameter, Params

OperatorsOf = Callable[[Array, Mapping[str, Any]], "Array | Complex"]
"""Takes energies of shape (n,) and values by name, each of shape (..., 1), so that they broadcast
against the energies; gives operators (..., n or 1, K, 3, 3) in the basis of mass states, in
m^(-1/2)."""


def dephasing_operators(energy_MeV: Array, values: Mapping[str, Any]) -> Array:
    """sqrt(2) diag(0, d_2, d_3), gamma_1k = d_k^2 = (E_ref/E)^r/lambda_1k; d_2, d_3 of one sign."""
    xp = array_namespace(energy_MeV, *values.values())
    root = xp.sqrt(2.0 * energy_factor(energy_MeV, values["power_r"]))
    d_2, d_3 = (root / xp.sqrt(values[name]) for name in ("lambda_12_m", "lambda_13_m"))
    operators: Array = stacked([0.0 * d_2, d_2, d_3])[..., None] * xp.eye(3)
    return operators[..., None, :, :]


DEPHASING: Final = own_parameters("C")
"""Parameters of :func:`dephasing_operators`: those of decoherence, case C."""

HELD: Final = ("lambda_13_m", "power_r")
"""Those of them that are fixed unless a value is given."""


@dataclass(frozen=True)
class LindbladModel:
    """Three active flavours in constant matter with any Lindblad operators.

    Parameters
    ----------
    own : tuple of Parameter
        What the operators depend on; those of decoherence, case C, if not given.
    operators : callable
        See :data:`OperatorsOf`; those of decoherence, case C, if not given.
    ordering : {"normal", "inverted"}
        Mass ordering.
    electron_density_mol_per_cm3 : float
        Constant matter.
    name : str
        Slug.
    held : tuple of str, optional
        Names in `own` that are fixed unless a value is given; if not given none, but for `own` of
        decoherence lambda_13_m and power_r.

    Raises
    ------
    InputError
        If the ordering is unknown, or `held` has a name that is not in `own`.
    """

    own: tuple[Parameter, ...] = DEPHASING
    operators: OperatorsOf = field(default=dephasing_operators, repr=False)
    ordering: Ordering = "normal"
    electron_density_mol_per_cm3: float = 0.0
    name: str = "lindblad"
    held: tuple[str, ...] | None = None
    null: ClassVar[str | None] = "three-flavour"
    lost_to: ClassVar[LostTo] = "active"

    def __post_init__(self) -> None:
        check_ordering(self.ordering)
        names = [parameter.name for parameter in self.own]
        for name in self.held or ():
            if name not in names:
                raise unknown_name("held parameter", str(name), names)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the operators; then, fixed unless given, the active ones."""
        return (*self.own, *active_parameters(self.ordering))

    @property
    def fixed(self) -> tuple[str, ...]:
        """Those of `held`, and the active parameters."""
        default = HELD if self.own == DEPHASING else ()
        return (*(default if self.held is None else self.held), *ACTIVE)

    def system(self, params: Params) -> OpenSystem:
        """Neutrinos with one environment."""
        values = parameter_values(self, params)
        mixing = active_mixing(values)
        columns = {name: column(value) for name, value in values.items()}
        zero = 0.0 * mixing.splittings_eV2[0]
        return OpenSystem(
            as_array(mixing.matrix()),
            stacked([zero, *mixing.splittings_eV2]),
            (Dissipator(lambda energy: self.operators(energy, columns)),),
            self.electron_density_mol_per_cm3,
        )

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline."""
        return self.system(params).probability(
            channel, energy_MeV, baseline_m, parameter_values(self, params)
        )


def as_array(matrix: list[list[Number]]) -> Complex:
    """Entries of shape (...) as one array (..., N, N)."""
    size = len(matrix)
    entries: Any = stacked([entry for row in matrix for entry in row])
    square: Complex = entries.reshape(*entries.shape[:-1], size, size)
    return square
