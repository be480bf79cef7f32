"""A kill at any moment loses nothing that was finished and changes no number."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gallus
from gallus.inference.storage import ChunkStore

REPOSITORY = Path(gallus.__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no kill -9")

DIES_AT_A_STEP = """
import os, signal, sys
from pathlib import Path
import numpy as np
from gallus.inference.ledger import Ledger
from gallus.inference.storage import ChunkStore

steps = int(sys.argv[2])

def counted(owner, name):
    original = getattr(owner, name)
    def step(*arguments, **options):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return original(*arguments, **options)
    setattr(owner, name, step)

for owner, name in ((Path, "mkdir"), (os, "fsync"), (Path, "replace"), (Ledger, "add")):
    counted(owner, name)
with ChunkStore(sys.argv[1], {"seed": 1}) as store:
    for chunk in range(2):
        store.write(chunk, {"x": np.full(1000, chunk)})
"""


@pytest.mark.slow
def test_a_kill_at_each_step_of_writing_leaves_whole_chunks(tmp_path: Path) -> None:
    kept = []
    for step in itertools.count():
        folder = tmp_path / str(step)
        words = [sys.executable, "-c", DIES_AT_A_STEP, str(folder), str(step)]
        finished = subprocess.run(words, check=False, capture_output=True, text=True)
        with ChunkStore(folder, {"seed": 1}, resume=True) as store:
            kept.append(len(store.finished))
            for chunk in store.finished:
                assert np.array_equal(store.read(chunk)["x"], np.full(1000, chunk))
        if finished.returncode == 0:
            break
        assert finished.stderr == ""
    # One step makes the folder and three the manifest. Of the four steps of a chunk, the second
    # gives the file its name: killed after it, the chunk is there.
    assert kept == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


@pytest.mark.slow
@pytest.mark.skipif(not (REPOSITORY / "verification").is_dir(), reason="runs in a checkout only")
def test_three_kills_at_random_moments_change_no_array() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "verification.kills", "--kills", "3"],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("3 kills")
    assert finished.stdout.endswith("all arrays identical\n")
