"""What holds for every test: reproducible hypothesis examples, no window system; jax on request."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from gallus.accelerate import double_precision

os.environ.setdefault("MPLBACKEND", "Agg")  # before the first import of matplotlib
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # and of NumPy: one worker, one core

# The same examples in every run and no time limit per example: the machines differ, and an
# unlucky pause is no failure of the physics.
# `--hypothesis-profile` chooses another: few for a second environment, thorough for `make verify`.
EXAMPLES = {"few": 8, "gallus": 20, "thorough": 100}
for name, number in EXAMPLES.items():
    settings.register_profile(
        name, derandomize=True, deadline=None, database=None, max_examples=number
    )
settings.load_profile("gallus")


@pytest.fixture
def jax() -> Iterator[Any]:
    """jax in double precision, for this test alone; without jax the test is skipped."""
    pytest.importorskip("jax")
    with double_precision() as library:
        yield library
