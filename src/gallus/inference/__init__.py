"""Statistics that see only counts and callables: fits, scans, toys, calibration, executors.

:mod:`gallus.inference.fit` finds a minimum, :mod:`gallus.inference.profile` profiles on grids;
:func:`calibrate` and :func:`model_significance` simulate; :func:`run_chunks` spreads a long job
over workers and keeps what is finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.inference.binomial import clopper_pearson as clopper_pearson
    from gallus.inference.binomial import wilson as wilson
    from gallus.inference.calibration import ModelSignificance as ModelSignificance
    from gallus.inference.calibration import calibrate as calibrate
    from gallus.inference.calibration import model_significance as model_significance
    from gallus.inference.coverage import Coverage as Coverage
    from gallus.inference.executors import run_chunks as run_chunks
    from gallus.inference.feldman_cousins import CalibratedPoints as CalibratedPoints
    from gallus.inference.feldman_cousins import feldman_cousins_points as feldman_cousins_points
    from gallus.inference.grid import Axis as Axis
    from gallus.inference.grid import Grid as Grid
    from gallus.inference.grid import parse_grid as parse_grid
    from gallus.inference.least_squares import batched_fit as batched_fit
    from gallus.inference.p_value import MonteCarlo as MonteCarlo
    from gallus.inference.p_value import monte_carlo_p_value as monte_carlo_p_value
    from gallus.inference.recipe_ensembles import likelihood_ensemble as likelihood_ensemble
    from gallus.inference.recipe_ensembles import recipe_ensemble as recipe_ensemble
    from gallus.inference.scan_files import load as load
    from gallus.inference.scan_result import ScanResult as ScanResult
    from gallus.inference.storage import ChunkStore as ChunkStore
    from gallus.inference.storage import StorageError as StorageError
    from gallus.inference.toys import block_generator as block_generator
    from gallus.inference.toys import normal_blocks as normal_blocks
    from gallus.inference.wilks import wilks_p_value as wilks_p_value
    from gallus.inference.wilks import wilks_sigma as wilks_sigma
    from gallus.inference.wilks import wilks_threshold as wilks_threshold
    from gallus.inference.workers import DaskCluster as DaskCluster
    from gallus.inference.workers import InProcess as InProcess
    from gallus.inference.workers import Processes as Processes
    from gallus.inference.workers import workers_named as workers_named

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "binomial": ("clopper_pearson", "wilson"),
        "calibration": ("ModelSignificance", "calibrate", "model_significance"),
        "coverage": ("Coverage",),
        "executors": ("run_chunks",),
        "feldman_cousins": ("CalibratedPoints", "feldman_cousins_points"),
        "grid": ("Axis", "Grid", "parse_grid"),
        "least_squares": ("batched_fit",),
        "p_value": ("MonteCarlo", "monte_carlo_p_value"),
        "recipe_ensembles": ("likelihood_ensemble", "recipe_ensemble"),
        "scan_files": ("load",),
        "scan_result": ("ScanResult",),
        "storage": ("ChunkStore", "StorageError"),
        "toys": ("block_generator", "normal_blocks"),
        "wilks": ("wilks_p_value", "wilks_sigma", "wilks_threshold"),
        "workers": ("DaskCluster", "InProcess", "Processes", "workers_named"),
    },
)
