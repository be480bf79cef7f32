"""What users say about a forecast: experiments, changed values, a design value that varies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gallus.cli.choices import check_positive, is_file
from gallus.cli.model_choices import assignments
from gallus.cli.options import of_option
from gallus.errors import InputError, located, unknown_name

if TYPE_CHECKING:
    from gallus.experiments.setup import Setup
    from gallus.forecast.observation import Observation
    from gallus.inference.grid import Axis

NOTHING = "none"
"""What takes a value away."""
UNCERTAINTY = "uncertainties."
BACKGROUND = "background."
WHOLE_NUMBERS = ("runs", "detection.bins", "detection.distance_bins", "periods.time_bins")


def experiments(text: str) -> tuple[Setup, ...]:
    """Registered set-ups and files of the user's, with commas between them.

    Raises
    ------
    InputError
        If a name is unknown, a file is wrong, or two experiments have one name.
    """
    from gallus.experiments.setup import read_setup, setup, setup_names

    found: dict[str, Setup] = {}
    for word in (part.strip() for part in text.split(",")):
        if word not in setup_names() and not is_file(word):
            raise unknown_name("experiment", word, setup_names())
        each = setup(word) if word in setup_names() else read_setup(word)
        if each.name in found:
            raise InputError("stands twice", key="EXPERIMENT", value=each.name)
        found[each.name] = each
    return tuple(found.values())


def settings(
    texts: Sequence[str] | None, days: float | None, chosen: Sequence[Setup]
) -> dict[str, dict[str, Any]]:
    """Values that the user sets, by experiment: ``key=value`` for all, ``NAME:key=value`` for one.

    Parameters
    ----------
    texts : sequence of str or None
        What stood after each ``--set``.
    days : float or None
        Of ``--days``.
    chosen : sequence of Setup
        Experiments.

    Raises
    ------
    InputError
        If a text is no assignment, or names an experiment that is not there.
    """
    names = [each.name for each in chosen]
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    if days is not None:
        check_positive("--days", days, "days")
        found = {name: {"days": days} for name in names}
    for key, text in assignments("--set", texts, value_needed=True).items():
        of, colon, inside = key.rpartition(":")
        if colon and of not in names:
            raise unknown_name("experiment in --set", of, names)
        for each in chosen:
            if colon and each.name != of:
                continue
            if inside in found[each.name]:
                raise InputError("is given twice", key=inside, value=text)
            found[each.name][inside] = value(text)
            with of_option("--set"):
                _check_key(inside, found[each.name][inside], each)
    return found


def _check_key(key: str, number: Any, chosen: Setup) -> None:
    from gallus.experiments.setup_keys import BACKGROUND, full_key, is_table

    whole = number is None and (key == BACKGROUND or is_table(key, chosen.background))
    if not whole:
        full_key(key, chosen.background)


def value(text: str | None) -> Any:
    """A number, a word, or None for ``none``."""
    if text == NOTHING:
        return None
    try:
        return float(text or "")
    except ValueError:
        return text


def axis(text: str | None) -> Axis | None:
    """Read the design value that varies, ``KEY=LOWEST:HIGHEST:POINTS[:log]``.

    Raises
    ------
    InputError
        If it has another form.
    """
    from gallus.inference.grid import parse_axis

    if text is None:
        return None
    with of_option("--against"):
        return parse_axis(text)


def axis_values(varied: Axis) -> list[float]:
    """Values of an axis; whole numbers where only those make sense, each once."""
    numbers = [float(each) for each in varied.values]
    whole = any(varied.name in (key, key.rpartition(".")[2]) for key in WHOLE_NUMBERS)
    return list(dict.fromkeys(float(round(each)) for each in numbers)) if whole else numbers


@contextmanager
def in_their_files(text: str, chosen: Sequence[Setup]) -> Iterator[None]:
    """Name the file of an experiment, not its name, in every InputError of the block.

    Parameters
    ----------
    text : str
        Experiments and files as the user wrote them.
    chosen : sequence of Setup
        What they are.
    """
    words = [part.strip() for part in text.split(",")]
    files = {each.name: word for word, each in zip(words, chosen, strict=True)}
    try:
        yield
    except InputError as error:
        raise error.moved(file=files.get(error.file or "", error.file)) from error


@dataclass(frozen=True, eq=False)
class Planned:
    """An experiment as the user wants it: its set-up, and what it would observe.

    Parameters
    ----------
    setup : Setup
        Source and detector with the values of the user.
    seen : Observation
        Signal, backgrounds and pulls; its own set-up has its bins fixed.
    """

    setup: Setup
    seen: Observation

    def with_value(self, key: str, number: float) -> Planned:
        """The experiment with one other value, by its full key; what does not change is kept."""
        from gallus.experiments.setup import with_values
        from gallus.forecast.backgrounds.catalogue import backgrounds

        there = with_values(self.setup, {key: number})
        if key == "days":
            return Planned(there, self.seen.with_days(number))
        if key.startswith(UNCERTAINTY):
            size = {key.removeprefix(UNCERTAINTY): number}
            return Planned(there, self.seen.with_uncertainties(**size))
        if key.startswith(BACKGROUND):
            return Planned(there, self.seen.with_backgrounds(backgrounds(there)))
        return planned(there)


def planned(chosen: Setup) -> Planned:
    """Build what a set-up would observe, with the backgrounds of its file.

    Raises
    ------
    InputError
        If it lacks what its reaction needs, or is gallium whose captures are extracted later.
    """
    from gallus.forecast.backgrounds.catalogue import backgrounds
    from gallus.forecast.observation import observation

    if chosen.detector.zones:
        raise InputError(
            "counts extracted atoms, not events",
            key="EXPERIMENT",
            value=chosen.name,
            allowed="with --for explanations",
        )
    with located(file=chosen.name):
        return Planned(chosen, observation(chosen, backgrounds(chosen)))
