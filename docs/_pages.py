"""What every executed page begins with, hidden: ``%run _pages.py``.

Figures become SVG, files go to a folder of their own, and ``%%bash`` runs the command line of this
environment: its output arrives in one piece, without colours, and a command that fails fails the
page.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from IPython import get_ipython

shell = get_ipython()
shell.run_line_magic("config", "InlineBackend.figure_formats = ['svg']")
shell.run_line_magic("matplotlib", "inline")

environment = {
    # A kernel asks every program for colours, terminal or not.
    name: value
    for name, value in os.environ.items()
    if name not in ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR")
}
environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
environment |= {"NO_COLOR": "1", "TERM": "dumb"}


def bash(line, cell):
    finished = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", cell],
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(finished.stdout, end="")
    finished.check_returncode()


shell.register_magic_function(bash, magic_kind="cell")
folder = tempfile.TemporaryDirectory(prefix="gallus-page-", ignore_cleanup_errors=True)
os.chdir(folder.name)
