"""Other programs at the task of `probability.py`, in an environment of their own.

Runs where Gallus is not installed: the task comes from standard input, what came out goes to
standard output, both as JSON. Every program gets its fastest interface for many points.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

POINTS = 200_000
ROUNDS = 5
SHOWN = 200


def main() -> None:
    """Time every program that is installed."""
    task = json.load(sys.stdin)
    rng = np.random.default_rng(51)
    energy, baseline = rng.uniform(0.4, 8.0, POINTS), rng.uniform(0.0, 20.0, POINTS)
    programs = {"nu-waves": nu_waves, "nuoscprobexact": nuoscprobexact}
    results = []
    for name, prepare in programs.items():
        call = prepare(task["shares"], task["splittings_eV2"], energy, baseline)
        results.append({"name": f"{name} {version(name)}", **timed(call)})
        results[-1] |= {"energy_MeV": energy[:SHOWN].tolist()}
        results[-1] |= {"baseline_m": baseline[:SHOWN].tolist()}
    json.dump(results, sys.stdout)


def timed(call: Callable[[], Any]) -> dict[str, Any]:
    """First and fastest call, and some of the probabilities."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return {
        "points": POINTS,
        "first_s": times[0],
        "seconds": min(times[1:]),
        "probability": np.asarray(result)[:SHOWN].tolist(),
    }


def nu_waves(shares: Any, splittings: Any, energy: Any, baseline: Any) -> Callable[[], Any]:
    """Compiled batch of events; angles of R_13 R_12 R_14 that give the same mixing of nu_e."""
    from nu_waves.hamiltonian import vacuum
    from nu_waves.models.mixing import Mixing
    from nu_waves.models.spectrum import Spectrum
    from nu_waves.propagation.oscillator import NeutrinoEventBatch, Oscillator

    first, second, third, fourth = shares
    angles = {
        (1, 3): math.asin(math.sqrt(third)),
        (1, 2): math.asin(math.sqrt(second / (1.0 - third))),
        (1, 4): math.atan(math.sqrt(fourth / first)),
    }
    spectrum = Spectrum(
        n_neutrinos=4,
        m_lightest=0.0,
        dm2={(k, 1): splitting for k, splitting in zip((2, 3, 4), splittings, strict=True)},
    )
    mixing = Mixing(n_neutrinos=4, mixing_angles=angles)
    oscillator = Oscillator(vacuum.Hamiltonian(mixing, spectrum, antineutrino=False))
    flavour = np.zeros(len(energy), dtype=int)
    batch = oscillator.compileEvents(
        NeutrinoEventBatch(
            L_km=1e-3 * baseline, E_GeV=1e-3 * energy, flavor_emit=flavour, flavor_det=flavour
        )
    )
    return lambda: oscillator.probability(batch)


def nuoscprobexact(shares: Any, splittings: Any, energy: Any, baseline: Any) -> Callable[[], Any]:
    """Stack of Hamiltonians; all sixteen probabilities come out."""
    from globaldefs import CONV_KM_TO_INV_EV
    from hamiltonians4nu import hamiltonian_4nu_vacuum_energy_independent
    from oscprob4nu import probabilities_4nu

    _, second, third, fourth = shares
    active = 1.0 - fourth
    constant = hamiltonian_4nu_vacuum_energy_independent(
        math.sqrt(second / (active - third)), 0.0, math.sqrt(third / active),
        math.sqrt(fourth), 0.0, 0.0, 0.0, *splittings,
    )  # fmt: skip
    length = 1e-3 * baseline * CONV_KM_TO_INV_EV
    return lambda: probabilities_4nu(constant / (1e6 * energy)[:, None, None], length)[:, 0]


if __name__ == "__main__":
    main()
