"""``python -m gallus`` is the command ``gallus``."""

from __future__ import annotations

from gallus.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
