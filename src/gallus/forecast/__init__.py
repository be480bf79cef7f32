"""What a new experiment would see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.forecast.counting import events_to_exclude as events_to_exclude

__getattr__, __dir__, __all__ = lazy_exports(__name__, {"counting": ("events_to_exclude",)})
