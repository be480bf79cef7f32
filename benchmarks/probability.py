"""Survival probability at many points: 3+1 in vacuum, and with damping; in turns with others."""

import ctypes
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.compiler import library, pointer
from benchmarks.damping import Damped, cases
from benchmarks.timing import Call, Column, Table, Values, in_turns

from gallus.accelerate import double_precision
from gallus.errors import MissingExtraError
from gallus.oscillation import OscillationModel, Sterile
from gallus.oscillation.base import RADIANS, SURVIVAL

SIZES = {1_000_000: 20, 10_000_000: 3}
"""Points, and rounds."""

PARAMS = {"sin2_2theta_ee": 0.34, "delta_m2_41_eV2": 1.25}
GOALS = {"Gallus, NumPy": "45", "Gallus, jax": "2 x C++"}
DAMPED_GOALS = {"Gallus, NumPy": "40", "Gallus, jax": "2 x C++"}
PEERS = Path(__file__).parent / "peers.py"


def tables(peers: Path | None) -> list[Table]:
    """One table for each size, and one for each manner of damping."""
    mixing = Sterile().mixing(PARAMS)
    shares = np.array([float(share) for share in mixing.electron_shares])
    splittings = np.array([float(splitting) for splitting in mixing.splittings_eV2])
    vacuum = [
        table(size, rounds, shares, splittings, peers if size == min(SIZES) else None)
        for size, rounds in SIZES.items()
    ]
    return vacuum + [damped_table(case) for case in cases()]


def table(size: int, rounds: int, shares: Values, splittings: Values, peers: Path | None) -> Table:
    """Time all programs with the same points."""
    energy, baseline = points(size)
    calls: dict[str, Call] = {
        "Gallus, NumPy": lambda: Sterile().probability(SURVIVAL, energy, baseline, PARAMS),
        "plain NumPy": lambda: plain_formula(energy, baseline, shares, splittings),
    }
    missing = []
    try:
        calls["Gallus, jax"] = with_jax(Sterile(), PARAMS, energy, baseline)
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    try:
        calls["C++"] = with_compiler(energy, baseline, shares, splittings)
    except OSError as error:
        missing.append(Column("C++", note=str(error)))
    columns = [*in_turns(calls, rounds, GOALS), *missing]
    if peers:
        columns += other_programs(peers, shares, splittings)
    return Table("3+1 survival probability in vacuum", size, "ns a point", 1e9, columns)


def damped_table(case: Damped) -> Table:
    """Time one manner of damping at a million points."""
    size = min(SIZES)
    energy, baseline = points(size)
    calls: dict[str, Call] = {
        "Gallus, NumPy": lambda: case.model.probability(SURVIVAL, energy, baseline, case.params),
        "plain NumPy": lambda: case.plain_formula(energy, baseline),
    }
    missing = []
    try:
        calls["Gallus, jax"] = with_jax(case.model, case.params, energy, baseline)
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    try:
        calls["C++"] = damped_with_compiler(case, energy, baseline)
    except OSError as error:
        missing.append(Column("C++", note=str(error)))
    columns = [*in_turns(calls, SIZES[size], DAMPED_GOALS), *missing]
    states = {2: "three flavours", 3: "3+1"}[len(case.splittings)]
    return Table(f"{states} with {case.work}", size, "ns a point", 1e9, columns)


def points(size: int) -> tuple[Values, Values]:
    """Energies of 51Cr up to reactors, distances up to 20 m."""
    rng = np.random.default_rng(51)
    return rng.uniform(0.4, 8.0, size), rng.uniform(0.0, 20.0, size)


def plain_formula(energy: Values, baseline: Values, shares: Values, splittings: Values) -> Values:
    """What one writes down: the squared modulus of sum_k abs(U_ek)^2 exp(-i Delta m2_k1 L/2E)."""
    phase = RADIANS * baseline / energy
    amplitude = shares[0] + sum(
        share * np.exp(-1j * splitting * phase)
        for share, splitting in zip(shares[1:], splittings, strict=True)
    )
    return np.asarray(np.abs(amplitude) ** 2)


def with_jax(
    model: OscillationModel, params: dict[str, float], energy: Values, baseline: Values
) -> Call:
    """The same source compiled; the points stay in arrays of jax."""
    with double_precision() as jax:
        compiled = jax.jit(lambda e, b, p: model.probability(SURVIVAL, e, b, p))
        arrays = jax.device_put((energy, baseline, params))

    def call() -> Values:
        with double_precision():
            return np.asarray(compiled(*arrays))

    return call


def with_compiler(energy: Values, baseline: Values, shares: Values, splittings: Values) -> Call:
    """The C++ reference."""
    function = library("sterile_probability").survival_probability
    result = np.empty_like(energy)

    def call() -> Values:
        function(
            ctypes.c_size_t(energy.size),
            *map(pointer, (energy, baseline, splittings, shares)),
            ctypes.c_double(RADIANS),
            pointer(result),
        )
        return result

    return call


def damped_with_compiler(case: Damped, energy: Values, baseline: Values) -> Call:
    """The C++ reference of one manner of damping."""
    function = getattr(library("damped_probability"), case.function)
    arrays = [energy, baseline, case.splittings, case.shares]
    result = np.empty_like(energy)

    def argument(value: Values | float) -> Any:
        return ctypes.c_double(value) if isinstance(value, float) else pointer(value)

    def call() -> Values:
        numbers = [argument(value) for value in (*arrays, RADIANS, *case.numbers)]
        function(ctypes.c_size_t(energy.size), *numbers, pointer(result))
        return result

    return call


def other_programs(python: Path, shares: Values, splittings: Values) -> list[Column]:
    """Time the programs of another environment with the first of the same points."""
    task = {"shares": shares.tolist(), "splittings_eV2": splittings.tolist()}
    finished = subprocess.run(
        [str(python), str(PEERS)],
        input=json.dumps(task),
        check=True,
        capture_output=True,
        text=True,
    )
    return [_column(found, shares, splittings) for found in json.loads(finished.stdout)]


def _column(found: dict[str, Any], shares: Values, splittings: Values) -> Column:
    energy, baseline = (np.array(found.pop(key)) for key in ("energy_MeV", "baseline_m"))
    values = np.array(found.pop("probability"))
    difference = np.abs(values - plain_formula(energy, baseline, shares, splittings)).max()
    return Column(**found, largest_difference=float(difference))
