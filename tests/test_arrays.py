"""The arrays decide which library computes."""

from typing import Any

import numpy as np
import pytest

from gallus.arrays import array_namespace, in_blocks, is_traceable


def test_plain_numbers_and_numpy_arrays_are_numpys() -> None:
    assert array_namespace(1.0, np.ones(3), [1, 2]) is np
    assert not is_traceable(np.float64(1.0))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9])
def test_blocks_give_the_same_numbers(size: int) -> None:
    argument = np.arange(size, dtype=np.float64)
    assert in_blocks(np.sqrt, argument, block=4).tolist() == np.sqrt(argument).tolist()


def test_arrays_of_jax_are_computed_by_jax(jax: Any) -> None:
    assert array_namespace(1.0, jax.numpy.ones(2)) is jax.numpy
    assert jax.jit(lambda x: x * is_traceable(x))(2.0) == 2.0
