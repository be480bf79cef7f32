"""Scans of the gallium data: :func:`scan_job` describes one, :func:`scan` does it.

A job is JSON; :func:`run_chunk` computes a part of it anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.gallium_scan.describe import scan_job as scan_job
    from gallus.gallium_scan.job import ScanJob as ScanJob
    from gallus.gallium_scan.run import run_chunk as run_chunk
    from gallus.gallium_scan.run import scan as scan

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {"describe": ("scan_job",), "job": ("ScanJob",), "run": ("run_chunk", "scan")},
)
