"""Experiments by chance: counts and measurements of the pulls, to check the Asimov forecasts with.

Block n of a job has its own random numbers (:mod:`gallus.inference.toys`): they do not depend on
how many are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gallus.arrays import Array
from gallus.errors import InputError
from gallus.forecast.asimov import poisson_chi2
from gallus.forecast.expectation import Expectation
from gallus.inference.toys import block_generator

BLOCK = 64
"""Toys in a block; part of the definition of a job."""


class Toys(NamedTuple):
    """Counts, shape (t, n), and what the pulls were measured to be elsewhere, (t, m)."""

    counts: Array
    centres: Array


def toys(truth: Expectation, number: int, seed: int) -> Iterator[Toys]:
    """Draw experiments block by block.

    Parameters
    ----------
    truth : Expectation
        Expected counts and pulls; free pulls are measured nowhere else.
    number : int
        How many in all.
    seed : int
        Names the job.

    Yields
    ------
    Toys
        Of one block.

    Raises
    ------
    InputError
        If none are asked for.
    """
    if number < 1:
        raise InputError("is too small", key="toys", value=number, allowed="1 or more")
    width = np.array([0.0 if pull.weight == 0 else pull.prior for pull in truth.pulls])
    for block, start in enumerate(range(0, number, BLOCK)):
        random = block_generator(seed, block)
        counts = random.poisson(truth.expected, (BLOCK, len(truth.expected))).astype(np.float64)
        centres = random.standard_normal((BLOCK, len(width))) * width
        kept = min(BLOCK, number - start)
        yield Toys(counts[:kept], centres[:kept])


def toy_differences(
    truth: Expectation, first: Expectation, second: Expectation, number: int, seed: int
) -> Array:
    """Chi2 of one hypothesis less that of another in experiments by chance, shape (number,).

    Parameters
    ----------
    truth : Expectation
        What is true.
    first, second : Expectation
        Hypotheses; a free parameter is a free pull (:meth:`Expectation.with_columns`). Their first
        pulls are those of the truth.
    number, seed : int
        How many, and which.
    """
    found = []
    for each in toys(truth, number, seed):
        chi2 = []
        for tested in (first, second):
            free = len(tested.pulls) - each.centres.shape[1]
            centres = np.pad(each.centres, ((0, 0), (0, free)))
            chi2.append(poisson_chi2(each.counts, tested, centres=centres).chi2)
        found.append(chi2[0] - chi2[1])
    return np.concatenate(found)
