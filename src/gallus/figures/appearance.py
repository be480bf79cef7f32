"""How the figures of Gallus look and how they are written to files.

Every figure is a :class:`matplotlib.figure.Figure` of its own, made inside :func:`style`; pyplot
and its list of open figures are not used. :func:`save` writes equal figures to equal files.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib.figure import Figure

from gallus.errors import InputError

STYLE_FILE: Final = Path(__file__).with_name("gallus.mplstyle")
COLUMN_INCH: Final = 3.4
"""Width of a journal's column."""
PAGE_INCH: Final = 7.0
"""Width of both columns."""

# Colours of Okabe and Ito (2008), distinguishable with any colour vision.
BLACK: Final = "#000000"
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
VERMILION: Final = "#D55E00"
GREEN: Final = "#009E73"
GREY: Final = "#7F7F7F"

# Nothing that changes from one run to the next: no dates, no versions.
_METADATA: Final[dict[str, dict[str, str | None]]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Date": None, "Creator": None},
}


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the style of Gallus.

    The style starts from matplotlib's defaults; the user's own settings return afterwards.
    """
    return matplotlib.rc_context(fname=STYLE_FILE)


def save(figure: Figure, path: Path | str) -> Path:
    """Write a figure as PNG (200 dpi), PDF or SVG, and return the path.

    The format follows from the suffix. The file holds no date: equal figures, equal files.

    Raises
    ------
    InputError
        If the suffix is another one or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _METADATA:
        allowed = ", ".join(_METADATA)
        raise InputError("is no format of figures", key="suffix", value=suffix, allowed=allowed)
    with style():
        try:
            figure.savefig(path, metadata=_METADATA[suffix])
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file=str(path)) from error
    return path


def label_text(text: str) -> str:
    """Text for a label: mass numbers raised (``51Cr``, ``(3He,t)``), dollar signs as they are."""
    return re.sub(r"\b(\d+)(?=[A-Z][a-z]?\b)", r"$^{\1}$", text.replace("$", r"\$"))
