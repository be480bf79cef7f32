"""What users name on the command line: cross sections, experiments, half-lives."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gallus.errors import InputError

if TYPE_CHECKING:
    from gallus.experiments.gallium import Measurements
    from gallus.interactions.gallium_capture import CaptureCrossSection

FIGURE_SUFFIXES = (".png", ".pdf", ".svg")


def models(
    chosen: Sequence[str] | None, half_life_d: float | None = None
) -> tuple[CaptureCrossSection, ...]:
    """Return the chosen cross sections, or all named ones, for a half-life of 71Ge if given.

    Parameters
    ----------
    chosen : sequence of str or None
        Names of models or paths of TOML files.
    half_life_d : float or None
        In days; that of the models if None.

    Raises
    ------
    InputError
        If a name is unknown, a file is wrong, or the half-life is not a positive number.
    """
    from gallus.interactions.gallium_capture import cross_section_names

    found = tuple(_model(text) for text in chosen or cross_section_names())
    if half_life_d is None:
        return found
    check_positive("--half-life-71Ge", half_life_d, "days")
    return tuple(model.with_half_life(half_life_d) for model in found)


def measurements(chosen: str) -> Measurements:
    """Return experiments by group or name, separated by commas, or those of a TOML file.

    Raises
    ------
    InputError
        If a name is unknown or the file is wrong.
    """
    from gallus.experiments.gallium import group_names, read_measurements, source_measurements

    if is_file(chosen) and "," not in chosen and chosen not in group_names():
        return read_measurements(chosen)
    names = [name.strip() for name in chosen.split(",")]
    if any(is_file(name) and name not in group_names() for name in names):
        raise InputError(
            "has a file among names",
            key="--data",
            value=chosen,
            allowed="names with commas between them, or one TOML file",
        )
    return source_measurements(*names)


def check_positive(key: str, value: float, unit: str) -> None:
    """Raise unless an option is a positive number.

    Raises
    ------
    InputError
        If it is zero, negative, infinite or not a number.
    """
    if not (math.isfinite(value) and value > 0):
        raise InputError(
            "is not a positive number", key=key, value=value, allowed=f"{unit} above 0"
        )


def check_figure(path: str | None) -> None:
    """Raise unless a figure can have that suffix.

    Raises
    ------
    InputError
        If it is of a format that is not written.
    """
    if path is not None and Path(path).suffix.lower() not in FIGURE_SUFFIXES:
        allowed = "a name that ends in " + " or ".join(FIGURE_SUFFIXES)
        raise InputError("is no format of figures", key="--figure", value=path, allowed=allowed)


def is_file(text: str) -> bool:
    """Whether a word of the user's means a file: it ends in .toml, has a folder, or exists."""
    separators = {os.sep, os.altsep or os.sep}
    return text.endswith(".toml") or bool(separators & set(text)) or Path(text).is_file()


def _model(text: str) -> CaptureCrossSection:
    from gallus.interactions.gallium_capture import (
        cross_section,
        cross_section_names,
        read_cross_section,
    )

    if text in cross_section_names() or not is_file(text):
        return cross_section(text)
    return read_cross_section(text)
