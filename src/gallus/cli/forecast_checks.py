"""What is wrong with the options of ``gallus forecast``, said before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gallus.cli.options import of_option
from gallus.errors import InputError

if TYPE_CHECKING:
    from gallus.experiments.setup import Setup
    from gallus.inference.grid import Axis

ON_ELECTRONS: Final = ("branching-ratio", "magnetic-moment", "weak-mixing-angle", "couplings")
"""Questions to recoils of electrons."""
SCATTERING: Final = "electron-scattering"


def changed(chosen: Sequence[Setup], values: Mapping[str, Mapping[str, Any]]) -> tuple[Setup, ...]:
    """Set-ups with the values of the user."""
    from gallus.experiments.setup import with_values

    return tuple(with_values(each, dict(values[each.name])) for each in chosen)


def check(question: str, asked: Mapping[str, Any], chosen: Sequence[Setup]) -> None:
    """Check what the user asks for.

    Parameters
    ----------
    question : str
        The question.
    asked : mapping
        Options that were given.
    chosen : sequence of Setup
        Set-ups with the values of the user.

    Raises
    ------
    InputError
        Naming the option, or the experiment that cannot answer the question.
    """
    if "deficit" in asked and not 0 < asked["deficit"] <= 1:
        raise InputError(
            "is not a deficit",
            key="--deficit",
            value=asked["deficit"],
            allowed="above 0, at most 1",
        )
    if question in ON_ELECTRONS:
        _check_reactions(question, chosen)
    if "grid" in asked:
        from gallus.cli.forecast_sterile import checked_grid

        checked_grid(asked["grid"])
    if "against" in asked:
        _check_axis(asked["against"], chosen)
    if "optimise" in asked:
        _check_variables(asked["optimise"], chosen)


def _check_reactions(question: str, chosen: Sequence[Setup]) -> None:
    for each in chosen:
        if each.reactions[0] != SCATTERING and not each.detector.zones:
            raise InputError(
                f"cannot be asked of {each.name}, which counts {each.reactions[0]}",
                key="--for",
                value=question,
                allowed=f"an experiment whose first reaction is {SCATTERING}",
            )


def _check_axis(varied: Axis, chosen: Sequence[Setup]) -> None:
    from gallus.experiments.setup_bounds import check_value

    with of_option("--against"):
        for each in chosen:
            for number in (varied.lower, varied.upper):
                check_value(each, varied.name, number)


def _check_variables(texts: Sequence[str], chosen: Sequence[Setup]) -> None:
    from gallus.cli.forecast_optimise import variables
    from gallus.forecast.design_variables import checked_variables

    found = variables(texts)
    with of_option("--optimise"):
        for each in chosen:
            checked_variables(each, found)
