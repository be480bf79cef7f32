"""Statistics that see only counts and callables: toys, p-values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.inference.p_value import MonteCarlo as MonteCarlo
    from gallus.inference.p_value import monte_carlo_p_value as monte_carlo_p_value
    from gallus.inference.toys import block_generator as block_generator
    from gallus.inference.toys import normal_blocks as normal_blocks

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "p_value": ("MonteCarlo", "monte_carlo_p_value"),
        "toys": ("block_generator", "normal_blocks"),
    },
)
