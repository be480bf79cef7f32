"""Figures need no pyplot and keep no list of open figures."""

import subprocess
import sys

CODE = """
import sys
from gallus.figures import branching_ratio_figure, save
save(branching_ratio_figure(), sys.argv[1])
raise SystemExit("matplotlib.pyplot" in sys.modules)
"""


def test_pyplot_is_not_loaded(tmp_path: object) -> None:
    finished = subprocess.run([sys.executable, "-c", CODE, f"{tmp_path}/a.svg"], check=False)
    assert finished.returncode == 0
