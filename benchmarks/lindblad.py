"""Exponentials of 9 x 9 Lindblad matrices, in turns with SciPy, and whole probabilities."""

from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.timing import Call, Column, Table, Values, in_turns
from scipy.linalg import expm

from gallus.accelerate import double_precision
from gallus.errors import MissingExtraError
from gallus.oscillation import Channel, Decoherence, OscillationModel
from gallus.oscillation.expm import exponential
from gallus.oscillation.lindblad_model import LindbladModel

POINTS = 10_000
ROUNDS = 10
PARAMS = {"lambda_12_m": 2.0}
CHANNEL = Channel("mu", "e")
GOALS = {"Gallus, NumPy": "5", "Gallus, jax": "5"}


def tables(peers: Path | None) -> list[Table]:
    """Exponentials alone, and probabilities with everything that belongs to them."""
    return [exponentials(), probabilities()]


def points() -> tuple[Values, Values]:
    """Energies of 51Cr and 65Zn, distances in gallium: rates times lengths up to 1e5."""
    rng = np.random.default_rng(9)
    return rng.uniform(0.4, 1.4, POINTS), rng.uniform(0.0, 3.0, POINTS)


def matrices() -> Values:
    """Decoherence in matter, where no two parts commute."""
    energy, baseline = points()
    system = LindbladModel(electron_density_mol_per_cm3=100.0).system(PARAMS)
    return np.ascontiguousarray(system.generator_per_m(energy) * baseline[:, None, None])


def exponentials() -> Table:
    """One matrix is a point; SciPy takes them one after the other, alone or in a batch."""
    batch = matrices()
    calls: dict[str, Call] = {
        "Gallus, NumPy": lambda: exponential(batch),
        "SciPy": lambda: np.array([expm(matrix) for matrix in batch]),
        "SciPy, as a batch": lambda: np.asarray(expm(batch)),
    }
    missing = []
    try:
        calls |= with_jax(batch)
    except MissingExtraError as error:
        missing.append(Column("Gallus, jax", note=str(error)))
    columns = [*in_turns(calls, ROUNDS, GOALS), *missing]
    work = "exponentials of 9 x 9 Lindblad matrices"
    return Table(work, POINTS, "µs a point", 1e6, columns, "SciPy")


def with_jax(batch: Values) -> dict[str, Call]:
    """The same source compiled, and what jax has itself."""
    with double_precision() as jax:
        functions = {
            "Gallus, jax": jax.jit(exponential),
            "jax.scipy": jax.jit(jax.vmap(jax.scipy.linalg.expm)),
        }
        array = jax.device_put(batch)

    def call(name: str) -> Values:
        with double_precision():
            return np.asarray(functions[name](array))

    return {name: partial(call, name) for name in functions}


def probabilities() -> Table:
    """Decoherence from the equation and from its closed form."""
    energy, baseline = points()
    models: dict[str, OscillationModel] = {
        "Lindblad, NumPy": LindbladModel(),
        "formula": Decoherence(),
    }
    calls: dict[str, Call] = {
        name: partial(model.probability, CHANNEL, energy, baseline, PARAMS)
        for name, model in models.items()
    }
    columns = in_turns(calls, ROUNDS)
    work = "nu_mu to nu_e with decoherence"
    return Table(work, POINTS, "µs a point", 1e6, columns, "formula")
