"""Tables of numbers (CSV) that stand beside data sets of plain quantities.

Use :func:`columns` where a data set is a curve or a grid; single quantities come from
:func:`gallus.database.loader.load`.
"""

from __future__ import annotations

import numpy as np

from gallus.arrays import Array
from gallus.database.loader import data_path


def columns(name: str) -> dict[str, Array]:
    """Columns of the table of a data set, by their heads; lines that begin with # are remarks.

    Parameters
    ----------
    name : str
        Of the data set, whose file has the same name but for its end.
    """
    lines = data_path(name).with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    header, *rows = (line.split(",") for line in lines if not line.startswith("#"))
    return dict(zip(header, np.array(rows, dtype=np.float64).T, strict=True))
