"""Grids: what users write, and what is refused."""

import numpy as np
import pytest

from gallus.errors import InputError
from gallus.inference.grid import Axis, Grid, parse_axis, parse_grid
from gallus.parameters import Parameter

MIXING = Parameter("mixing", 0.1, 0.0, 1.0)
SPLITTING = Parameter("splitting", 1.0, 1e-3, 1e5, scale="log")


def test_values_are_those_that_the_text_says() -> None:
    grid = parse_grid(["splitting=0.1:100:4:log", "mixing = 0 : 1 : 5"])
    assert grid.names == ("splitting", "mixing")
    assert grid.shape == (4, 5)
    assert grid.axes[0].values == pytest.approx([0.1, 1.0, 10.0, 100.0], rel=1e-15)
    assert grid.axes[1].values == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0], rel=1e-15)


@pytest.mark.parametrize("log", [False, True])
def test_ends_are_exact_and_positions_equidistant(log: bool) -> None:
    axis = Axis("x", 0.3, 700.0, 37, log)
    assert (axis.values[0], axis.values[-1]) == (0.3, 700.0)
    steps = np.diff(axis.positions)
    assert steps == pytest.approx(steps[0], rel=1e-12)
    assert [axis.value_at(p) for p in axis.positions] == pytest.approx(axis.values, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mixing", "is no axis"),
        ("=0:1:5", "is no axis"),
        ("mixing=0:1", "is no axis"),
        ("mixing=0:1:5:lin", "is no axis"),
        ("mixing=0:1:5:log:log", "is no axis"),
        ("mixing=0:one:5", "is no axis"),
        ("mixing=0:1:5.5", "is no axis"),
        ("mixing=1:0:5", "does not increase"),
        ("mixing=1:1:5", "does not increase"),
        ("mixing=0:1:1", "too few points"),
        ("mixing=0:1:5:log", "is not positive"),
        ("mixing=nan:1:5", "is not finite"),
        ("mixing=0:inf:5", "is not finite"),
    ],
)
def test_a_wrong_axis_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_axis(text)


def test_a_grid_needs_axes_of_different_parameters_and_memory() -> None:
    with pytest.raises(InputError, match="has no axis"):
        Grid(())
    with pytest.raises(InputError, match="mixing: is on two axes"):
        parse_grid(["mixing=0:1:5", "mixing=0:0.5:5"])
    with pytest.raises(InputError, match="is too large"):
        parse_grid(["mixing=0:1:20000", "splitting=1:2:20000"])


def test_axes_are_of_known_parameters_within_their_bounds() -> None:
    parse_grid(["mixing=0:1:5"]).check((MIXING, SPLITTING))
    with pytest.raises(InputError, match="did you mean 'mixing'"):
        parse_grid(["mixin=0:1:5"]).check((MIXING, SPLITTING))
    with pytest.raises(InputError, match=r"mixing = 1\.5: leaves its bounds"):
        parse_grid(["mixing=0:1.5:5"]).check((MIXING, SPLITTING))
