"""The command line; :func:`main` is its entry point and everything else is loaded by it."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``gallus`` with the given arguments (those of the process if None); return the status.

    0 is done, 2 bad input (one message on standard error), 1 an unexpected verdict of the ledger.
    """
    import os

    from gallus.cli.app import run
    from gallus.inference.threads import VARIABLES

    # Before NumPy is loaded: small products of matrices wait longer for threads than they take.
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
    return run(arguments)
