"""Lazy exports (PEP 562): a package names what it offers, and loads it on first use.

Use `lazy_exports` in the ``__init__.py`` of every package, so that ``import gallus`` stays free of
NumPy and the command line starts at once. Type checkers do not see through it; they read the same
names from imports under ``TYPE_CHECKING``::

    if TYPE_CHECKING:
        from gallus.database.loader import load as load
    else:
        __getattr__, __dir__, __all__ = lazy_exports(__name__, {"loader": ("load",)})
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

__all__ = ["lazy_exports"]


def lazy_exports(
    package: str, names: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package that imports on first use.

    Parameters
    ----------
    package
        Name of the package, its ``__name__``.
    names
        For each submodule, relative to the package, the names that it provides. The submodules
        themselves become attributes too.

    Raises
    ------
    ValueError
        If a name is listed twice, or is also the name of a submodule: importing the submodule
        would replace the object.
    """
    origin = _origin(package, names)
    submodules = {submodule.partition(".")[0] for submodule in names}

    def getattr_(name: str) -> Any:
        if name in origin:
            value = getattr(import_module(f"{package}.{origin[name]}"), name)
            setattr(sys.modules[package], name, value)  # the next access does not come here
            return value
        if name in submodules:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[package]), *origin, *submodules})

    return getattr_, dir_, sorted(origin)


def _origin(package: str, names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Map each exported name to the submodule that provides it."""
    origin: dict[str, str] = {}
    for submodule, exported in names.items():
        for name in exported:
            if name in origin:
                raise ValueError(f"{package} exports {name!r} twice")
            if name in names:
                raise ValueError(f"{package} exports {name!r}, which names a submodule too")
            origin[name] = submodule
    return origin
