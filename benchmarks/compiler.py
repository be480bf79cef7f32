"""The C++ reference: compiled when a benchmark starts, if there is a compiler.

``-Ofast -march=native`` with the vector maths library of glibc: the limit of one core.
"""

import ctypes
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

FLAGS = ["-std=c++17", "-Ofast", "-march=native", "-shared", "-fPIC"]
LIBRARIES = ["-lmvec", "-lm"]
SOURCES = Path(__file__).parent / "reference"


def library(name: str) -> ctypes.CDLL:
    """Compile one source and load it.

    Raises
    ------
    OSError
        If there is no compiler, or it cannot do it.
    """
    compiler = os.environ.get("CXX", "g++")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{name}.so"
        words = [compiler, *FLAGS, str(SOURCES / f"{name}.cpp"), "-o", str(target), *LIBRARIES]
        finished = subprocess.run(words, check=False, capture_output=True, text=True)
        if finished.returncode:
            raise OSError(f"{compiler} fails: {finished.stderr.strip().splitlines()[-1]}")
        return ctypes.CDLL(str(target))


def pointer(array: Any) -> ctypes.c_void_p:
    """Address of the data of a contiguous NumPy array, which has to be kept."""
    if not array.flags.c_contiguous:
        raise ValueError("not contiguous")
    return ctypes.c_void_p(array.ctypes.data)
