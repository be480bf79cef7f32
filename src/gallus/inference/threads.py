"""One thread for linear algebra: products of matrices change in the last digit with their number.

OpenBLAS divides a product among its threads, and each part ends in other kernels; 32 x 8 times
8 x 2500 is enough. Chunks are therefore computed on one thread each, and in parallel.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Final

VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""What the libraries read when they are loaded."""


@contextmanager
def one_thread_here() -> Iterator[None]:
    """Limit the libraries of this process, for all its threads, while the block lasts."""
    import threadpoolctl

    import_module("scipy.linalg")  # now, so that SciPy's own library is found too
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        yield


@contextmanager
def one_thread_in_children() -> Iterator[None]:
    """Set the environment that processes inherit which are started in the block."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
