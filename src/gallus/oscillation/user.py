"""A user's own survival probability: a function in a Python file, ``PATH.py:function``.

The file may be as short as this::

    from gallus.oscillation import declare
    from gallus.parameters import Parameter

    @declare(Parameter("amplitude", 0.2, 0.0, 1.0), lost_to="sterile")
    def fading(energy_MeV, baseline_m, amplitude):
        return 1 - amplitude * baseline_m / (1 + baseline_m)

The function gets arrays and must work element by element, with NumPy's functions; it gives P_ee,
and its averages are made by quadrature. The file is a program: loading it runs it, so load only
files that you trust. Gallus loads none on its own.
"""

from __future__ import annotations

import importlib.machinery
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Final, TypeVar

import numpy as np

from gallus.arrays import Array, array_namespace, is_traceable
from gallus.errors import InputError, unknown_name
from gallus.oscillation.base import Channel
from gallus.oscillation.deficit import LOSSES, Loss, change
from gallus.oscillation.evaluation import over_points, parameter_values
from gallus.parameters import Parameter, Params

Function = TypeVar("Function", bound=Callable[..., Any])

ROUNDING: Final = 1e-9
"""How far outside [0, 1] a probability may be by rounding."""

_DECLARATION: Final = "__gallus__"


@dataclass(frozen=True)
class Declaration:
    """What a function says about itself."""

    parameters: tuple[Parameter, ...]
    lost_to: Loss
    null: str | None


def declare(
    *parameters: Parameter, lost_to: Loss, null: str | None = "no-oscillation"
) -> Callable[[Function], Function]:
    """Say of a survival probability what its parameters are and where lost neutrinos go.

    Parameters
    ----------
    *parameters : Parameter
        One for each argument of the function after `energy_MeV` and `baseline_m`.
    lost_to : {"sterile", "active"}
        What the missing nu_e become; active: equal parts of nu_mu and nu_tau.
    null : str, optional
        Slug of the model without the effect.
    """
    if lost_to not in LOSSES:
        raise unknown_name("destination of lost neutrinos", str(lost_to), LOSSES)

    def attach(function: Function) -> Function:
        setattr(function, _DECLARATION, Declaration(parameters, lost_to, null))
        return function

    return attach


@dataclass(frozen=True)
class UserModel:
    """A survival probability that a user wrote, with what the function declares.

    Parameters
    ----------
    name : str
        ``PATH.py:function``, for messages.
    function : callable
        ``P_ee(energy_MeV, baseline_m, **parameters)``, decorated with :func:`declare`.

    Raises
    ------
    InputError
        If the function declares nothing, or its arguments are not those that it declares.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)
    fixed: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InputError("is not a function", file=self.name)
        if not isinstance(getattr(self.function, _DECLARATION, None), Declaration):
            raise InputError(
                "does not declare its parameters and where lost neutrinos go",
                file=self.name,
                allowed='@declare(Parameter(...), lost_to="sterile") above the function',
            )
        self._check_arguments()

    @property
    def declaration(self) -> Declaration:
        """What the function says about itself."""
        declaration: Declaration = getattr(self.function, _DECLARATION)
        return declaration

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters that the function declares."""
        return self.declaration.parameters

    @property
    def null(self) -> str | None:
        """Slug of the model without the effect."""
        return self.declaration.null

    @property
    def lost_to(self) -> Loss:
        """Where lost nu_e go."""
        return self.declaration.lost_to

    def probability(
        self, channel: Channel, energy_MeV: float | Array, baseline_m: float | Array, params: Params
    ) -> Array:
        """Probability, shape (...) of the parameters, then that of energy and baseline.

        Antineutrinos do as neutrinos.

        Raises
        ------
        InputError
            If the function fails, gives no probability, or the channel begins with another
            flavour than e.
        """
        if channel.initial != "e":
            raise InputError("says nothing about other flavours than e", file=self.name)
        values = parameter_values(self, params)
        survival = over_points(
            lambda energy, baseline: self._survival(energy, baseline, values),
            energy_MeV,
            baseline_m,
            values,
        )
        return from_survival(channel, self.lost_to, survival)

    def _survival(self, energy: Array, baseline: Array, values: dict[str, Any]) -> Array:
        """Call the function at points of shape (n,), give shape (..., n)."""
        columns = {
            name: value[..., None] if np.ndim(value) else value for name, value in values.items()
        }
        try:
            result = self.function(energy, baseline, **columns)
        except Exception as error:
            raise InputError(
                f"fails with {type(error).__name__}: {error}",
                file=self.name,
                allowed="a function of arrays that works element by element",
            ) from error
        leading = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
        shaped = self._as_array(result, (*leading, energy.size))
        self._check_probability(shaped, energy, baseline, values)
        return shaped

    def _as_array(self, result: Any, shape: tuple[int, ...]) -> Array:
        xp = array_namespace(result)
        try:
            if result is None or np.iscomplexobj(result):
                raise TypeError("None" if result is None else "complex numbers")
            array: Array = xp.broadcast_to(xp.asarray(result, dtype=float), shape)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"gives no probabilities of shape {shape}: {error}",
                file=self.name,
                allowed="an array of the shape of energy_MeV",
            ) from error
        return array

    def _check_probability(
        self, result: Array, energy: Array, baseline: Array, values: dict[str, Any]
    ) -> None:
        if is_traceable(result):
            return
        good = (result >= -ROUNDING) & (result <= 1 + ROUNDING)
        if good.all():
            return
        index = tuple(int(i) for i in np.argwhere(~good)[0])
        leading = result.shape[:-1]
        point = {"energy_MeV": energy[index[-1]], "baseline_m": baseline[index[-1]]} | {
            name: np.broadcast_to(value, leading)[index[:-1]] for name, value in values.items()
        }
        where = ", ".join(f"{name} = {float(value):g}" for name, value in point.items())
        raise InputError(
            f"is not a probability at {where}",
            file=self.name,
            key="P_ee",
            value=float(result[index]),
            allowed="0 to 1",
        )

    def _check_arguments(self) -> None:
        names = {parameter.name for parameter in self.parameters}
        try:
            inspect.signature(self.function).bind(1.0, 1.0, **dict.fromkeys(names, 1.0))
        except TypeError as error:
            raise InputError(
                f"does not fit its declared parameters: {error}",
                file=self.name,
                allowed="function(energy_MeV, baseline_m, " + ", ".join(sorted(names)) + ")",
            ) from error


def from_survival(channel: Channel, loss: Loss, survival: Array) -> Array:
    """Probability of nu_e -> final where only P_ee and the destination of the rest are known."""
    if channel.final == "e":
        return survival
    intact = float(channel.final == "active")
    return intact + change(loss, "e", channel.final) * (1.0 - survival)


def is_user_model(name: str) -> bool:
    """Whether a name has the form ``PATH.py:function``."""
    path, colon, function = name.rpartition(":")
    return bool(colon) and path.endswith(".py") and function.isidentifier()


def load_user_model(name: str) -> UserModel:
    """Run a user's file and return the function in it as a model.

    Parameters
    ----------
    name : str
        ``PATH.py:function``.

    Raises
    ------
    InputError
        If the file cannot be read or run, has no such function, or the function does not declare
        itself; see :class:`UserModel`.
    """
    path, _, function = name.rpartition(":")
    if not is_user_model(name):
        raise InputError("is not a model", value=name, allowed="PATH.py:function")
    module = _run(Path(path))
    if not hasattr(module, function):
        own = [
            key
            for key, value in vars(module).items()
            if inspect.isfunction(value) and key[0] != "_"
        ]
        error = unknown_name("function", function, own)
        raise InputError(error.problem, file=path, value=function, allowed=error.allowed)
    return UserModel(name, getattr(module, function))


def _run(path: Path) -> ModuleType:
    """Run a file as a module that nobody else can import."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from error
    name = f"gallus_user_{path.stem}"
    spec = importlib.machinery.ModuleSpec(name, None, origin=str(path))
    module = ModuleType(name)
    module.__spec__, module.__file__ = spec, str(path)
    try:
        with _visible(module):
            exec(compile(source, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        raise InputError(
            f"cannot be run, {type(error).__name__}: {error}", file=str(path)
        ) from error
    return module


@contextmanager
def _visible(module: ModuleType) -> Iterator[None]:
    """Enter a module in sys.modules while it runs: dataclasses look themselves up there."""
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        sys.modules.pop(module.__name__, None)
