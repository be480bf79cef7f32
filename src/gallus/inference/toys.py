"""Random numbers for toy experiments: the same job gives the same numbers, whoever computes them.

Block n of a job has its own counter-based stream (Philox keyed by seed and block index), so blocks
can be computed in any order and by any worker.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BLOCK = 16384
"""Toys in a block; part of the definition of a job."""


def block_generator(seed: int, block: int) -> np.random.Generator:
    """Return the random generator of one block of a job."""
    key = np.array([seed, block], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def normal_blocks(seed: int, toys: int, size: int) -> Iterator[NDArray[np.float64]]:
    """Yield standard normal numbers block by block.

    Parameters
    ----------
    seed : int
        Names the job.
    toys : int
        Number of toys in all.
    size : int
        Numbers per toy.

    Yields
    ------
    array, shape (toys of the block, size)
        The last block is cut, not drawn shorter: its numbers do not depend on `toys`.
    """
    for block, start in enumerate(range(0, toys, BLOCK)):
        numbers = block_generator(seed, block).standard_normal((BLOCK, size))
        yield numbers[: min(BLOCK, toys - start)]
